"""The derivation graph of one world: facts, and the instances that conclude them, fetched when asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from workbench.model.proofs import Step
from workbench.model.terms import Triple
from workbench.reasoning.columns import IntArray
from workbench.reasoning.derivations import (
    FactTable,
    Instance,
    find_instances,
    list_instances,
    make_step,
)
from workbench.reasoning.join import Matcher
from workbench.reasoning.plan import TheoryPlan

__all__ = ["DerivationGraph", "MatchingSource", "Source", "StepLog"]


class Source(Protocol):
    """Where a graph gets its instances from."""

    def fetch(self, world: int, facts: list[int]) -> dict[int, list[Instance]]:
        """Return all instances that conclude ``facts``, and possibly those of other facts of the world."""
        ...


class MatchingSource:
    """Instances found by matching heads against the closure: nothing is computed that is not asked for."""

    def __init__(self, plan: TheoryPlan, matcher: Matcher, facts: FactTable) -> None:
        self._plan, self._matcher, self._facts = plan, matcher, facts

    def fetch(self, world: int, facts: list[int]) -> dict[int, list[Instance]]:
        """See :class:`Source`."""
        found: dict[int, list[Instance]] = {fact: [] for fact in facts}
        for part in find_instances(self._plan, self._matcher, self._facts, facts):
            _collect(found, part.facts.tolist(), [part.rule] * len(part.facts), [p.tolist() for p in part.premises])
        return found


class StepLog:
    """All instances of a batch as arrays, grouped by world and, within a world, by the fact they conclude.

    ``rules[i]`` concludes ``facts[i]`` from ``premises[i]``, a row of fact ids filled up with -1; the instances of
    world w are those from ``starts[w]`` up to ``starts[w + 1]``.
    """

    def __init__(self, plan: TheoryPlan, matcher: Matcher, facts: FactTable) -> None:
        width = max((len(rule.body.atoms) for rule in plan.rules), default=0)
        rules, heads, premises = [], [], []
        for rule in plan.rules:
            for part in list_instances(rule, matcher, facts):
                rules.append(np.full(len(part.facts), part.rule, dtype=np.int32))
                heads.append(part.facts)
                block = np.full((len(part.facts), width), -1, dtype=np.int32)
                for column, premise in enumerate(part.premises):
                    block[:, column] = premise
                premises.append(block)
        unordered = np.concatenate(heads) if heads else np.empty(0, dtype=np.int64)
        worlds = facts.worlds[unordered]
        order = np.lexsort((unordered, worlds))
        self.facts: IntArray = unordered[order]
        self.rules = (np.concatenate(rules) if rules else np.empty(0, dtype=np.int32))[order]
        self.premises = (np.concatenate(premises) if premises else np.empty((0, width), dtype=np.int32))[order]
        self.starts: IntArray = np.searchsorted(worlds[order], np.arange(matcher.nodes.world_count + 1))
        self._arity = [len(rule.body.atoms) for rule in plan.rules]

    def fetch(self, world: int, facts: list[int]) -> dict[int, list[Instance]]:
        """See :class:`Source`; a small world is fetched as a whole."""
        first, last = int(self.starts[world]), int(self.starts[world + 1])
        found: dict[int, list[Instance]] = {fact: [] for fact in facts}
        if last - first <= 2_000:
            pieces = [(first, last)]
        else:
            lows = first + np.searchsorted(self.facts[first:last], facts)
            highs = first + np.searchsorted(self.facts[first:last], facts, side="right")
            pieces = list(zip(lows.tolist(), highs.tolist(), strict=True))
        for low, high in pieces:
            heads, rules = self.facts[low:high].tolist(), self.rules[low:high].tolist()
            for head, rule, row in zip(heads, rules, self.premises[low:high].tolist(), strict=True):
                found.setdefault(head, []).append(Instance(rule, tuple(row[: self._arity[rule]])))
        return found


def _collect(found: dict[int, list[Instance]], heads: list[int], rules: list[int], premises: list[list[int]]) -> None:
    rows = zip(*premises, strict=True) if premises else ((),) * len(heads)
    for head, rule, row in zip(heads, rules, rows, strict=True):
        found.setdefault(head, []).append(Instance(rule, tuple(row)))


class DerivationGraph:
    """The derivations of one world, with what has been worked out about them so far."""

    def __init__(self, world: int, plan: TheoryPlan, facts: FactTable, source: Source) -> None:
        self.world = world
        self.plan = plan
        self.facts = facts
        self.chosen: dict[int, tuple[Instance | None, frozenset[int]]] = {}
        self._source = source
        self._instances: dict[int, list[Instance]] = {}
        self._triples: dict[int, Triple] = {}
        self._heights: dict[int, int] = {}

    def fetch(self, facts: Iterable[int]) -> None:
        """Make sure that the instances of ``facts`` are here; one call for many facts is faster than many."""
        missing = [fact for fact in facts if fact not in self._instances]
        if missing:
            for fact, instances in self._source.fetch(self.world, missing).items():
                self._instances[fact] = list(dict.fromkeys(instances))

    def list_instances(self, fact: int) -> list[Instance]:
        """Return all instances that conclude a fact."""
        self.fetch((fact,))
        return self._instances[fact]

    def get_height(self, fact: int) -> int:
        """Return the height of a fact; of *false* the least that a contradiction has."""
        height = self._heights.get(fact)
        if height is None:
            if fact < self.facts.size:
                height = int(self.facts.heights[fact])
            else:
                height = min(self.get_instance_height(instance) for instance in self.list_instances(fact))
            self._heights[fact] = height
        return height

    def get_instance_height(self, instance: Instance) -> int:
        """Return one more than the greatest height of the premises."""
        return 1 + max((self.get_height(premise) for premise in instance.premises), default=0)

    def get_triple(self, fact: int) -> Triple:
        """Return the triple of a fact."""
        triple = self._triples.get(fact)
        if triple is None:
            triple = self._triples[fact] = self.facts.get_triple(fact)
        return triple

    def list_facts_of(self, keys: frozenset[str]) -> list[int]:
        """Return the facts of this world whose predicate or class is among ``keys``."""
        return [
            fact
            for low, high in self.facts.list_ranges(keys)
            for fact in (low + np.flatnonzero(self.facts.worlds[low:high] == self.world)).tolist()
        ]

    def make_step(self, fact: int, instance: Instance) -> Step:
        """Return the step that concludes ``fact`` by ``instance``."""
        premises = [self.get_triple(premise) for premise in instance.premises]
        return make_step(self.plan.rules[instance.rule], premises, self.get_triple(fact))
