"""Minimal proofs: the canonical choice of one derivation per fact.

Among the derivations of a fact whose premises all have a smaller height and that reach the fact's own height, the
canonical one is the one whose premises' canonical proofs have the fewest steps together (each step counted once),
then the first in the order of :attr:`workbench.model.proofs.Step.sort_key`. The choice is made bottom-up, so a
fact has one canonical proof wherever it is used. Minimal height is exact. The smallest number of steps over all
ways to share sub-proofs is NP-hard to find (Hashimoto, Nakai and Kanazawa's and-or graphs; set cover reduces to
it); choosing bottom-up is the computable convention that every part of the product follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from workbench.model.proofs import Proof, Step
from workbench.reasoning.derivations import Instance
from workbench.reasoning.graph import DerivationGraph

__all__ = ["Choices", "assemble_proof", "choose", "find_proof"]

Choices = dict[int, tuple[Instance | None, frozenset[int]]]
"""Per fact the instance that concludes it (None: it is stated), and the facts that its proof concludes."""


def find_proof(graph: DerivationGraph, goal: int) -> Proof:
    """Return the canonical proof of a fact of the closure, or of *false* in an inconsistent world."""

    def list_options(fact: int) -> list[Instance | None]:
        height = graph.get_height(fact)
        if not height:
            return [None]
        return [i for i in graph.list_instances(fact) if graph.get_instance_height(i) == height]

    choose(graph, goal, list_options, graph.get_height, graph.chosen, graph.fetch)
    return assemble_proof(graph, goal, graph.chosen)


def choose(
    graph: DerivationGraph,
    goal: int,
    list_options: Callable[[int], list[Instance | None]],
    get_height: Callable[[int], int],
    chosen: Choices,
    prepare: Callable[[Iterable[int]], None],
) -> None:
    """Fill ``chosen`` for ``goal`` and what it rests on, from options whose premises are all lower."""
    options: dict[int, list[Instance | None]] = {}
    frontier = [goal]
    while frontier:
        prepare(fact for fact in frontier if fact not in chosen and get_height(fact))
        following: dict[int, None] = {}
        for fact in frontier:
            if fact in chosen or fact in options:
                continue
            options[fact] = list_options(fact)
            following.update(dict.fromkeys(p for option in options[fact] if option for p in option.premises))
        frontier = list(following)
    for fact in sorted(options, key=lambda fact: (get_height(fact), fact)):
        candidates: list[tuple[Instance | None, frozenset[int]]] = []
        for option in options[fact]:
            if option is None:
                candidates = [(option, frozenset[int]())]
                break
            below = [chosen[premise][1] for premise in option.premises]
            candidates.append((option, frozenset((fact,)).union(*below)))
        least = min(len(steps) for _, steps in candidates)
        smallest = [candidate for candidate in candidates if len(candidate[1]) == least]
        if len(smallest) > 1:
            smallest.sort(key=lambda c: graph.make_step(fact, c[0]).sort_key if c[0] else ())
        chosen[fact] = smallest[0]


def assemble_proof(
    graph: DerivationGraph, goal: int, chosen: Mapping[int, tuple[Instance | None, frozenset[int]]]
) -> Proof:
    """Return the proof that follows the choices from ``goal``: depth first, premises in body order."""
    return Proof(graph.get_triple(goal), tuple(graph.make_step(f, i) for f, i in walk_choices(goal, chosen)))


def walk_choices(goal: int, chosen: Mapping[int, tuple[Instance | None, frozenset[int]]]) -> list[tuple[int, Instance]]:
    """Return the concluded facts with their instances, premises before conclusions."""
    done: set[int] = set()
    order: list[tuple[int, Instance]] = []
    stack: list[tuple[int, bool]] = [(goal, False)]
    while stack:
        fact, is_expanded = stack.pop()
        instance = chosen[fact][0]
        if instance is None or fact in done:
            continue
        if is_expanded:
            done.add(fact)
            order.append((fact, instance))
        else:
            stack.append((fact, True))
            stack.extend((premise, False) for premise in reversed(instance.premises))
    return order


def list_steps(graph: DerivationGraph, fact: int) -> list[Step]:
    """Return all steps that conclude a fact, in canonical order."""
    steps = [graph.make_step(fact, instance) for instance in graph.list_instances(fact)]
    return sorted(steps, key=lambda step: step.sort_key)
