"""The fixpoint: rules fired stratum by stratum and height by height, each instantiation exactly once.

Within a stratum, level k fires the instantiations whose highest premise has height k - 1: for each body atom in
turn, that atom ranges over the facts of height k - 1, the atoms before it over lower facts and the atoms after it
over facts up to that height (semi-naive evaluation; Abiteboul, Hull and Vianu, Foundations of Databases,
section 13.1). Facts of lower strata enter at their own heights, so the level in which a fact appears is the least
height of its proofs also when a lower stratum took more levels than the proof needs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from workbench.reasoning.columns import BoolArray, IntArray, sort_distinct
from workbench.reasoning.join import Matcher, Table
from workbench.reasoning.plan import HeadPlan, StratumPlan, TheoryPlan
from workbench.reasoning.relation import Relation, RelationKey

__all__ = ["make_head_keys", "saturate"]

_MOST_PENDING = 4_000_000
"""So many produced facts are reduced to the new ones; when these are many themselves, again at twice their number."""


def saturate(plan: TheoryPlan, matcher: Matcher, relations: dict[RelationKey, Relation], *, is_frozen: bool) -> None:
    """Add to ``relations`` every fact that the rules derive. Raises LimitError."""
    for stratum in plan.single_stratum if is_frozen else plan.strata:
        _Stratum(stratum, matcher, relations, plan.transitive).saturate()


def make_head_keys(matcher: Matcher, table: Table, head: HeadPlan) -> IntArray:
    """Return the keys of a head's instances for the rows of a table."""
    subjects = matcher.get_nodes(table, head.subject)
    return subjects if head.object is None else (subjects << 32) | matcher.get_nodes(table, head.object)


class _Stratum:
    def __init__(
        self,
        plan: StratumPlan,
        matcher: Matcher,
        relations: dict[RelationKey, Relation],
        transitive: frozenset[RelationKey],
    ) -> None:
        self.rules, self.needed, self.triggers = plan.rules, plan.needed, plan.triggers
        self.matcher, self.relations, self.transitive = matcher, relations, transitive
        self.pending: dict[RelationKey, list[tuple[bool, IntArray]]] = defaultdict(list)
        self.pending_size, self.compact_at = 0, _MOST_PENDING
        self.total = sum(relation.size for relation in relations.values())

    def saturate(self) -> None:
        level: int | None = 1
        for number, (plan, _) in enumerate(self.rules):
            if not plan.body.atoms:
                self._fire(number, None)
        while level is not None:
            self.matcher.watch.begin_round(level)
            firings: list[tuple[int, int]] = []
            for key, uses in self.triggers.items():
                relation = self.relations.get(key)
                if relation is not None and relation.count_below(level) > relation.count_below(level - 1):
                    firings += uses
            for number, position in sorted(firings):
                self._fire(number, (position, level))
            self._flush(level)
            level = self._find_next(level)

    def _find_next(self, level: int) -> int | None:
        """The next level with a premise of the height just below it."""
        heights = []
        for key in self.triggers:
            relation = self.relations.get(key)
            if relation is not None and relation.top >= level:
                heights.append(relation.find_height_from(level))
        return min(heights) + 1 if heights else None

    def _fire(self, number: int, delta: tuple[int, int] | None) -> None:
        plan, heads = self.rules[number]
        ranges = []
        if delta is not None:
            position, level = delta
            for index, atom in enumerate(plan.body.atoms):
                relation = self.relations.get(atom.relation)
                if relation is None:
                    return
                low = relation.count_below(level - 1) if index == position else 0
                high = relation.count_below(level - 1 if index < position else level)
                if low >= high:
                    return
                ranges.append((low, high))
        if plan.is_copy:
            tables: Iterable[Table] = self.matcher.copy_facts(plan, ranges[0])
        else:
            tables = self.matcher.match_rule(plan, self.needed[number], ranges=ranges)
        for table in tables:
            self.matcher.watch.count(plan.rule.name, table.size)
            for head in heads:
                keys = make_head_keys(self.matcher, table, head)
                self.pending[head.relation].append((plan.is_transitivity, keys))
                self.pending_size += len(keys)
            if self.pending_size > self.compact_at:
                self._compact()

    def _compact(self) -> None:
        """Reduce what this level produced to what is new, once it has become much."""
        for key, parts in self.pending.items():
            relation = self._get_relation(key)
            kinds = sorted({kind for kind, _ in parts})
            parts[:] = [(kind, _find_new(relation, [keys for k, keys in parts if k == kind])) for kind in kinds]
        self.pending_size = sum(len(keys) for parts in self.pending.values() for _, keys in parts)
        self.compact_at = max(_MOST_PENDING, 2 * self.pending_size)
        # What transitivity gives and what other rules give may be the same facts.
        certain = sum(max(len(keys) for _, keys in parts) for parts in self.pending.values() if parts)
        self.matcher.watch.check_facts(self.total + certain)
        self.matcher.watch.check_time()

    def _get_relation(self, key: RelationKey) -> Relation:
        relation = self.relations.get(key)
        if relation is None:
            relation = self.relations[key] = Relation(key, self.matcher.nodes, tracks_base=key in self.transitive)
        return relation

    def _flush(self, level: int) -> None:
        """Add the new ones among the facts that this level produced."""
        for key, parts in self.pending.items():
            relation = self._get_relation(key)
            keys = _find_new(relation, [keys for _, keys in parts])
            base: BoolArray | None = None
            if relation.tracks_base:
                others = [keys for is_transitive, keys in parts if not is_transitive]
                base = np.isin(keys, _find_new(relation, others), assume_unique=True)
            relation.append(keys, level, base)
            self.total += len(keys)
        self.pending.clear()
        self.pending_size, self.compact_at = 0, _MOST_PENDING
        self.matcher.watch.check_facts(self.total)


def _find_new(relation: Relation, parts: list[IntArray]) -> IntArray:
    """The sorted distinct keys that the relation does not have."""
    if not parts:
        return np.empty(0, dtype=np.int64)
    keys = sort_distinct(np.concatenate(parts))
    return keys[relation.find(keys) < 0]
