"""The derivation graph of one world: facts, and the instances that conclude them, fetched when asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cached_property
from typing import Protocol

import numpy as np

from workbench.model.proofs import FALSE, Step
from workbench.model.terms import Triple
from workbench.reasoning.columns import BoolArray, IntArray
from workbench.reasoning.derivations import Instance, Instances, find_instances, list_instances, make_step
from workbench.reasoning.facts import FactTable
from workbench.reasoning.join import Matcher
from workbench.reasoning.plan import TheoryPlan, list_negated_keys

__all__ = ["DerivationGraph", "MatchingSource", "Source", "StepLog"]

_SMALL = 4_096
"""Worlds with up to so many facts or derivations are turned into Python values as a whole."""


class Source(Protocol):
    """Where graphs get their instances from."""

    def fetch(self, world: int, facts: list[int], *, is_lowest: bool = False) -> dict[int, list[Instance]]:
        """Return, for each of ``facts``, all instances that conclude it.

        With ``is_lowest`` those of a greater height than the fact's may be left out.
        """
        ...


class MatchingSource:
    """Instances found by matching heads against the closure: nothing is computed that is not asked for."""

    def __init__(self, plan: TheoryPlan, matcher: Matcher, facts: FactTable) -> None:
        self._plan, self._matcher, self._facts = plan, matcher, facts

    def fetch(self, world: int, facts: list[int], *, is_lowest: bool = False) -> dict[int, list[Instance]]:
        """See :class:`Source`."""
        found: dict[int, list[Instance]] = {fact: [] for fact in facts}
        for part in find_instances(self._plan, self._matcher, self._facts, facts):
            heads, premises = part.facts, part.premises
            if is_lowest and premises and self._plan.rules[part.rule].heads:
                heights = self._facts.get_heights
                lowest = heights(heads) == 1 + np.maximum.reduce([heights(premise) for premise in premises])
                heads, premises = heads[lowest], tuple(premise[lowest] for premise in premises)
            rows = zip(*(p.tolist() for p in premises), strict=True) if premises else [()] * len(heads)
            for head, row in zip(heads.tolist(), rows, strict=True):
                found[head].append(Instance(part.rule, row))
        return found


class StepLog:
    """All instances of a batch as arrays, grouped by world and, within a world, by the fact they conclude.

    ``rules[i]`` concludes ``facts[i]`` from ``premises[i]``, a row of fact ids filled up with -1; the instances of
    world w are those from ``starts[w]`` up to ``starts[w + 1]``.
    """

    def __init__(self, plan: TheoryPlan, matcher: Matcher, facts: FactTable, most: int | None = None) -> None:
        """List all instances; with ``most``, stop soon after so many, and say so in ``is_complete``."""
        width = max((len(rule.body.atoms) for rule in plan.rules), default=0)
        self.is_complete = True
        parts: list[Instances] = []
        size = 0
        for part in (part for rule in plan.rules for part in list_instances(rule, matcher, facts)):
            if most is not None and size > most:
                self.is_complete = False
                break
            # Narrowed at once: all derivations of a large world are held here and once more in order.
            narrow = tuple(premise.astype(np.int32) for premise in part.premises)
            parts.append(Instances(part.rule, part.facts.astype(np.int32), narrow))  # type: ignore[arg-type]
            size += len(part.facts)
        unordered: IntArray = np.empty(size, dtype=np.int64)
        rules = np.empty(size, dtype=np.int32)
        premises = np.full((size, width), -1, dtype=np.int32)
        low = 0
        for part in parts:
            high = low + len(part.facts)
            unordered[low:high], rules[low:high] = part.facts, part.rule
            for column, premise in enumerate(part.premises):
                premises[low:high, column] = premise
            low = high
        if matcher.nodes.world_count == 1:
            order = np.argsort(unordered)
            self.starts: IntArray = np.array([0, size], dtype=np.int64)
        else:
            worlds = facts.worlds[unordered]
            order = np.argsort(worlds * len(facts.worlds) + unordered)
            self.starts = np.searchsorted(worlds[order], np.arange(matcher.nodes.world_count + 1))
        self.facts: IntArray = unordered[order]
        self.rules, self.premises = rules[order], premises[order]
        self._arity = [len(rule.body.atoms) for rule in plan.rules]
        self._open: tuple[int, list[int], list[int], list[list[int]]] = (-1, [], [], [])

    def fetch(self, world: int, facts: list[int], *, is_lowest: bool = False) -> dict[int, list[Instance]]:
        """See :class:`Source`."""
        first, last = int(self.starts[world]), int(self.starts[world + 1])
        if last - first > _SMALL:
            lows = first + np.searchsorted(self.facts[first:last], facts)
            highs = first + np.searchsorted(self.facts[first:last], facts, side="right")
            return {
                fact: self._make_instances(self.rules[low:high].tolist(), self.premises[low:high].tolist())
                for fact, low, high in zip(facts, lows.tolist(), highs.tolist(), strict=True)
            }
        if self._open[0] != world:
            rows = slice(first, last)
            self._open = (
                world, self.facts[rows].tolist(), self.rules[rows].tolist(), self.premises[rows].tolist(),
            )  # fmt: skip
        _, heads, rules, premises = self._open
        found = {}
        for fact in facts:
            low = bisect_left(heads, fact)
            high = bisect_right(heads, fact, low)
            found[fact] = self._make_instances(rules[low:high], premises[low:high])
        return found

    def _make_instances(self, rules: list[int], premises: list[list[int]]) -> list[Instance]:
        arity = self._arity
        return [Instance(rule, tuple(row[: arity[rule]])) for rule, row in zip(rules, premises, strict=True)]


class DerivationGraph:
    """The derivations of one world, with what has been worked out about them so far."""

    def __init__(
        self, world: int, plan: TheoryPlan, facts: FactTable, source: Source, enabled: BoolArray | None = None
    ) -> None:
        self.world = world
        self.plan = plan
        self.facts = facts
        self.chosen: dict[int, Instance | None] = {}
        self._source = source
        self._enabled = enabled
        self._instances: dict[int, list[Instance]] = {}
        self._lowest: dict[int, list[Instance]] = {}
        self._heights: dict[int, int] = {}
        self._triples: dict[int, Triple] = {}
        self.is_small = facts.count_world(world) <= _SMALL
        if self.is_small:
            ids = facts.list_world(world)
            numbers = ids.tolist()
            self._triples = dict(zip(numbers, facts.list_triples(ids), strict=True))
            self._heights = dict(zip(numbers, facts.heights[ids].tolist(), strict=True))

    @cached_property
    def _ids(self) -> dict[Triple, int]:
        return {triple: fact for fact, triple in self._triples.items() if fact < self.facts.size}

    def find(self, triple: Triple) -> int | None:
        """Return the id of a triple or of :data:`FALSE`, None when it is not in the closure."""
        if self.is_small and triple != FALSE:
            return self._ids.get(triple)
        return self.facts.find(self.world, triple)

    def fetch(self, facts: Iterable[int]) -> None:
        """Make sure that the instances of ``facts`` are here; one call for many facts is faster than many."""
        missing = [fact for fact in facts if fact not in self._instances]
        if missing:
            for fact, instances in self._source.fetch(self.world, missing).items():
                self._instances[fact] = list(dict.fromkeys(instances)) if len(instances) > 1 else instances

    def list_instances(self, fact: int) -> list[Instance]:
        """Return all instances that conclude a fact."""
        if fact not in self._instances:
            self.fetch((fact,))
        return self._instances[fact]

    def fetch_lowest(self, facts: Iterable[int]) -> None:
        """As :meth:`fetch`, for :meth:`list_lowest` alone."""
        missing = [fact for fact in facts if fact not in self._instances and fact not in self._lowest]
        if missing:
            for fact, instances in self._source.fetch(self.world, missing, is_lowest=True).items():
                self._lowest[fact] = self._select_lowest(fact, instances)

    def list_lowest(self, fact: int) -> list[Instance]:
        """Return the instances that conclude a fact and have its own height."""
        if fact not in self._lowest:
            if fact in self._instances:
                self._lowest[fact] = self._select_lowest(fact, self._instances[fact])
            else:
                self.fetch_lowest((fact,))
        return self._lowest[fact]

    def _select_lowest(self, fact: int, instances: list[Instance]) -> list[Instance]:
        height = self.get_height(fact)
        return list(dict.fromkeys(i for i in instances if self.get_instance_height(i) == height))

    def get_height(self, fact: int) -> int:
        """Return the height of a fact; of *false* the least that a contradiction has."""
        height = self._heights.get(fact)
        if height is None:
            if fact < self.facts.size:
                height = int(self.facts.get_heights(np.array([fact]))[0])
            else:
                height = min(self.get_instance_height(instance) for instance in self.list_instances(fact))
            self._heights[fact] = height
        return height

    def get_instance_height(self, instance: Instance) -> int:
        """Return one more than the greatest height of the premises."""
        return 1 + max([self.get_height(premise) for premise in instance.premises], default=0)

    def get_triple(self, fact: int) -> Triple:
        """Return the triple of a fact."""
        triple = self._triples.get(fact)
        if triple is None:
            triple = self._triples[fact] = self.facts.get_triple(fact)
        return triple

    def rank(self, instance: Instance) -> tuple[int, list[Triple]]:
        """Return a sort key that does not hang on the order in which facts were given."""
        return instance.rule, [self.get_triple(premise) for premise in instance.premises]

    def list_facts_of(self, keys: frozenset[str]) -> list[int]:
        """Return the facts of this world whose predicate or class is among ``keys``."""
        ids = self.facts.list_world(self.world)
        bounds = np.searchsorted(ids, np.array(self.facts.list_ranges(keys), dtype=np.int64).reshape(-1, 2)).tolist()
        return [fact for low, high in bounds for fact in ids[low:high].tolist()]

    def is_enabled(self, rule: int) -> bool:
        """Tell whether a rule holds in this world."""
        return self._enabled is None or bool(self._enabled[rule])

    def list_negated_keys(self, rule: int) -> frozenset[str]:
        """Return what the absences that a rule uses depend on, under the rules that hold in this world."""
        return self._negated_keys[rule]

    @cached_property
    def _negated_keys(self) -> tuple[frozenset[str], ...]:
        if self._enabled is None or not any(self.plan.negated_keys):
            return self.plan.negated_keys
        found = [frozenset[str]()] * len(self.plan.rules)
        numbers = np.flatnonzero(self._enabled).tolist()
        keys = list_negated_keys([self.plan.rules[number].rule for number in numbers])
        for number, negated in zip(numbers, keys, strict=True):
            found[number] = negated
        return tuple(found)

    def make_step(self, fact: int, instance: Instance) -> Step:
        """Return the step that concludes ``fact`` by ``instance``."""
        premises = [self.get_triple(premise) for premise in instance.premises]
        return make_step(self.plan.rules[instance.rule], premises, self.get_triple(fact))
