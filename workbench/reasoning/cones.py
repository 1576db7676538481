"""Dependency cones: everything a conclusion rests on, in every way in which it can be derived.

The cone of a fact holds all its derivations, those of their premises, and so on. Where a derivation used the
absence of something, whatever bears on that absence belongs to the cone too: every fact of the predicates that the
negated atoms depend on (over any number of rules, through further negations), with its derivations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from workbench.model.proofs import FALSE, Step
from workbench.model.terms import Triple
from workbench.reasoning.columns import BoolArray
from workbench.reasoning.facts import FactTable
from workbench.reasoning.graph import DerivationGraph, StepLog
from workbench.reasoning.live import ABSENT
from workbench.reasoning.plan import TheoryPlan

__all__ = ["Cone", "find_cone", "gather_cones", "mark_cones"]


class Cone(NamedTuple):
    """Facts (the ones asked for included) and steps, each step once, in canonical order."""

    facts: frozenset[Triple]
    steps: tuple[Step, ...]


def find_cone(graph: DerivationGraph, wanted: Iterable[int]) -> tuple[Cone, frozenset[str]]:
    """Return the cone of facts of one world, and the predicates and classes whose absences were used."""
    facts: set[int] = set()
    steps: list[Step] = []
    absent: set[str] = set()
    frontier = list(wanted)
    while frontier:
        facts.update(frontier)
        graph.fetch(frontier)
        following: dict[int, None] = {}
        for fact in frontier:
            for instance in graph.list_instances(fact):
                steps.append(graph.make_step(fact, instance))
                following.update(dict.fromkeys(instance.premises))
                keys = graph.list_negated_keys(instance.rule)
                if not keys <= absent:
                    absent |= keys
                    following.update(dict.fromkeys(graph.list_facts_of(keys)))
        frontier = [fact for fact in following if fact not in facts]
    triples = frozenset(t for t in map(graph.get_triple, facts) if t != FALSE)
    return Cone(triples, tuple(sorted(steps, key=lambda step: step.sort_key))), frozenset(absent)


def mark_cones(plan: TheoryPlan, facts: FactTable, log: StepLog, wanted: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Mark the cones of all marked facts, in all worlds at once.

    ``wanted`` is a mask over fact ids, *false* of each world at the end. Returns the masks of the facts in the
    cones, and of the instances of the log. Where worlds have rules of their own, what bears on an absence is
    judged by all rules of the theory, which may mark more than :func:`find_cone` does.
    """
    marked = np.concatenate((wanted, [False]))  # the last entry takes the -1 that fills up premises
    steps: BoolArray = np.zeros(len(log.facts), dtype=np.bool_)
    negated = {number: keys for number, keys in enumerate(plan.negated_keys) if keys}
    fresh = np.flatnonzero(marked[log.facts])
    while len(fresh):
        steps[fresh] = True
        marked[log.premises[fresh]] = True
        marked[-1] = False
        for number, keys in negated.items():
            used = fresh[log.rules[fresh] == number]
            if len(used):
                worlds: BoolArray = np.zeros(len(log.starts) - 1, dtype=np.bool_)
                worlds[facts.worlds[log.facts[used]]] = True
                for low, high in facts.list_ranges(keys):
                    marked[low:high] |= worlds[facts.worlds[low:high]] & (facts.heights[low:high] < ABSENT)
        fresh = np.flatnonzero(marked[log.facts] & ~steps)
    return marked[:-1], steps


def gather_cones(
    goal: int,
    list_below: Callable[[int], tuple[Iterable[int], int]],
    known: dict[int, tuple[int, int]],
) -> None:
    """Add to ``known`` what a fact, and each that it rests on, rests on: facts and rules as sets of bits.

    ``list_below`` gives the premises of all derivations of a fact, and their rules as a set of bits. What bears on
    absences is left out. Facts that rest on each other have one cone; they are the strongly connected components of
    the derivations, found in one pass (Tarjan, Depth-first search and linear graph algorithms, 1972).
    """
    numbers: dict[int, int] = {}
    lows: dict[int, int] = {}
    gathered: dict[int, tuple[int, int]] = {}
    waiting: list[int] = []
    path: list[tuple[int, Iterator[int]]] = []
    entered: int | None = goal
    while True:
        if entered is not None:
            fact = entered
            below, rules = list_below(fact)
            numbers[fact] = lows[fact] = len(numbers)
            waiting.append(fact)
            facts, premises, low = 1 << fact, iter(below), numbers[fact]
            path.append((fact, premises))
        else:
            fact, premises = path[-1]
            (facts, rules), low = gathered[fact], lows[fact]
        entered = None
        for premise in premises:
            cone = known.get(premise)
            if cone is not None:
                facts, rules = facts | cone[0], rules | cone[1]
            elif premise not in numbers:
                entered = premise
                break
            elif numbers[premise] < low:
                low = numbers[premise]
        gathered[fact], lows[fact] = (facts, rules), low
        if entered is not None:
            continue
        path.pop()
        if low == numbers[fact]:
            component = waiting[waiting.index(fact) :]
            del waiting[-len(component) :]
            for member in component:
                own = gathered[member]
                facts, rules = facts | own[0], rules | own[1]
            known.update(dict.fromkeys(component, (facts, rules)))
        if not path:
            return
        above = path[-1][0]
        lows[above] = min(lows[above], low)
        cone = gathered[above]
        gathered[above] = (cone[0] | facts, cone[1] | rules)
