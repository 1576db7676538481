"""Overlays: what follows in small worlds once a statement is added to each, over closures that stay as they are.

One closure may lie below any number of overlays. An overlay holds the facts that its statement brings, and which old
ones it gives a lower height or makes base facts of a transitivity rule; joins look the former up beside the closure's.
Negations are judged against the closure, so facts only come and heights only fall, and facts are settled by rising
height as in Dijkstra's algorithm on hypergraphs (Knuth, A generalization of Dijkstra's algorithm, 1977). The one thing
that can be lost is that a fact is a base fact, when transitivity gives it a lower height: such overlays are named in
``lost`` and must be evaluated from scratch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from workbench.model.terms import Triple
from workbench.reasoning.columns import BoolArray, IntArray, sort_distinct
from workbench.reasoning.guards import Limits, Watch
from workbench.reasoning.join import Matcher, Table
from workbench.reasoning.layers import OVERLAY, Layer, LayerMatcher, PairTable
from workbench.reasoning.live import ABSENT
from workbench.reasoning.plan import AtomPlan, HeadPlan, RulePlan, StratumPlan, TheoryPlan
from workbench.reasoning.relation import RelationKey, make_relation_key

__all__ = ["Found", "Overlays"]


class Found(NamedTuple):
    """Instances of a rule that an overlay has and the closure below has not: one head (None: *false*) of each.

    ``below`` are rows of heads that are facts of the closure, -1 for others; these are found by their nodes.
    ``premises`` are rows, those of facts that are new after all of the relation below.
    """

    plan: RulePlan
    head: HeadPlan | None
    overlays: IntArray
    subjects: IntArray
    objects: IntArray
    below: IntArray
    premises: tuple[IntArray, ...]


class _Candidates(NamedTuple):
    overlays: IntArray
    subjects: IntArray
    objects: IntArray
    is_transitive: bool


class Overlays:
    """Statements added to worlds of an evaluation, one to each overlay, and what follows."""

    def __init__(
        self, plan: TheoryPlan, below: Matcher, statements: Sequence[tuple[int, Triple]], limits: Limits
    ) -> None:
        self.plan, self.below = plan, below
        self.count = len(statements)
        self.worlds: IntArray = np.array([world for world, _ in statements], dtype=np.int64)
        self.pairs = PairTable(self.count)
        self.layers: dict[RelationKey, Layer] = {}
        self.matcher = LayerMatcher(below, self.layers, self.worlds, self.pairs, Watch(limits))
        self.lost: BoolArray = np.zeros(self.count, dtype=np.bool_)
        self.found: list[Found] = []
        self._agenda: dict[int, dict[RelationKey, list[_Candidates]]] = {}
        self._heights: list[int] = []
        self._stratum = plan.single_stratum[0] if plan.single_stratum else StratumPlan.build(())
        self._total = 0
        self._state(statements)
        self._saturate()
        self._contradict()
        self.matcher.watch.finish()

    def _state(self, statements: Sequence[tuple[int, Triple]]) -> None:
        nodes = self.below.nodes
        groups: dict[RelationKey, list[int]] = defaultdict(list)
        for number, (_, triple) in enumerate(statements):
            groups[make_relation_key(triple)].append(number)
        for key in sorted(groups):
            overlays = np.array(groups[key], dtype=np.int64)
            worlds = self.worlds[overlays]
            triples = [statements[number][1] for number in groups[key]]
            subjects = nodes.intern_nodes(worlds, nodes.intern_terms([triple[0] for triple in triples]))
            objects = subjects
            if not key[1]:
                objects = nodes.intern_nodes(worlds, nodes.intern_terms([triple[2] for triple in triples]))
            self._propose(0, key, _Candidates(overlays, subjects, objects, False))

    def _propose(self, height: int, key: RelationKey, candidates: _Candidates) -> None:
        waiting = self._agenda.get(height)
        if waiting is None:
            waiting = self._agenda[height] = {}
            heappush(self._heights, height)
        waiting.setdefault(key, []).append(candidates)

    def _get_layer(self, key: RelationKey) -> Layer:
        layer = self.layers.get(key)
        if layer is None:
            below = self.below.relations.get(key)
            layer = self.layers[key] = Layer(key, below, self.pairs, tracks_base=key in self.plan.transitive)
        return layer

    def _saturate(self) -> None:
        watch = self.matcher.watch
        while self._heights:
            height = heappop(self._heights)
            watch.begin_round(height)
            settled = [
                (key, self._settle(self._get_layer(key), parts, height))
                for key, parts in self._agenda.pop(height).items()
            ]
            watch.check_facts(self._total)
            for key, (overlays, rows, is_base) in settled:
                if len(rows):
                    self._fire(key, self.layers[key], overlays, rows, is_base)

    def _settle(self, layer: Layer, parts: list[_Candidates], height: int) -> tuple[IntArray, IntArray, BoolArray]:
        """Give facts their heights; return what changed: overlays, rows, and which are base facts."""
        overlays = np.concatenate([part.overlays for part in parts])
        subjects = self.pairs.intern(overlays, np.concatenate([part.subjects for part in parts]))
        objects = subjects
        if not layer.fresh.is_class:
            objects = self.pairs.intern(overlays, np.concatenate([part.objects for part in parts]))
        keys = layer.fresh.make_keys(subjects, objects)
        distinct = sort_distinct(keys)
        is_base: BoolArray = np.ones(len(distinct), dtype=np.bool_)
        if layer.fresh.tracks_base:
            others = np.concatenate([np.full(len(part.overlays), not part.is_transitive) for part in parts])
            is_base = np.isin(distinct, keys[others])
        unknown = layer.fresh.find(distinct) < 0
        distinct, is_base = distinct[unknown], is_base[unknown]
        overlays, below = layer.find_below(distinct)
        is_new = below < 0
        first = layer.fresh.size
        layer.fresh.append(distinct[is_new], height, is_base[is_new])
        self._total += layer.fresh.size - first
        rows = layer.size_below + np.arange(first, layer.fresh.size, dtype=np.int64)
        old = ~is_new
        if not old.any():
            return overlays, rows, is_base
        kept, lost = layer.lower(overlays[old], below[old], distinct[old], height, is_base[old])
        self.lost[lost] = True
        return (
            np.concatenate((overlays[is_new], overlays[old][kept])),
            np.concatenate((rows, below[old][kept])),
            np.concatenate((is_base[is_new], is_base[old][kept])),
        )

    def _bind(
        self, atom: AtomPlan, layer: Layer, overlays: IntArray, rows: IntArray, is_base: BoolArray
    ) -> tuple[IntArray, dict[int, IntArray]]:
        """Which of some facts an atom can be, and what its variables are bound to then."""
        subjects, objects = layer.read(rows)
        possible: BoolArray = is_base.copy() if atom.base_only else np.ones(len(rows), dtype=np.bool_)
        columns: dict[int, IntArray] = {OVERLAY: overlays}
        for argument, column in ((atom.subject, subjects), (atom.object, objects)):
            if isinstance(argument, str):
                possible &= column == self.below.nodes.get_constant(argument)[self.worlds[overlays]]
            elif argument in columns:
                possible &= columns[argument] == column
            elif argument is not None:
                columns[argument] = column
        chosen = np.flatnonzero(possible)
        if len(chosen) < len(rows):
            columns = {variable: column[chosen] for variable, column in columns.items()}
        return chosen, columns

    def _fire(self, key: RelationKey, layer: Layer, overlays: IntArray, rows: IntArray, is_base: BoolArray) -> None:
        stratum, matcher = self._stratum, self.matcher
        for number, position in stratum.triggers.get(key, ()):
            plan, heads = stratum.rules[number]
            chosen, columns = self._bind(plan.body.atoms[position], layer, overlays, rows, is_base)
            if not len(chosen):
                continue
            start = Table(len(chosen), columns, {position: rows[chosen]})
            needed = stratum.needed[number] | {OVERLAY}
            for table in list(matcher.match_rule(plan, needed, start=start, with_premises=True)):
                matcher.watch.count(plan.rule.name, table.size)
                self._conclude(plan, heads, table)

    def _conclude(self, plan: RulePlan, heads: Sequence[HeadPlan], table: Table) -> None:
        matcher = self.matcher
        overlays = table.columns[OVERLAY]
        reached, is_new = matcher.measure(plan, table)
        logged = np.flatnonzero(is_new)
        premises = tuple(table.premises[position][logged] for position in range(len(plan.body.atoms)))
        for head in heads:
            subjects = matcher.get_nodes(table, head.subject)
            objects = subjects if head.object is None else matcher.get_nodes(table, head.object)
            relation = self.below.relations.get(head.relation)
            below: IntArray = np.full(table.size, -1, dtype=np.int64)
            useful: BoolArray = np.ones(table.size, dtype=np.bool_)
            if relation is not None and relation.size:
                below = relation.find(relation.make_keys(subjects, objects))
                heights = np.where(below < 0, ABSENT, relation.get_heights(below))
                useful = reached < heights
                if relation.tracks_base and not plan.is_transitivity:
                    useful |= (reached == heights) & ~relation.base[below]
            self.found.append(
                Found(plan, head, overlays[logged], subjects[logged], objects[logged], below[logged], premises)
            )
            chosen = np.flatnonzero(useful)
            for height in sort_distinct(reached[chosen]).tolist():
                rows = chosen[reached[chosen] == height]
                candidates = _Candidates(overlays[rows], subjects[rows], objects[rows], plan.is_transitivity)
                self._propose(height, head.relation, candidates)

    def _contradict(self) -> None:
        """Find what the integrity rules derive from new facts."""
        integrity = self.plan.integrity
        for key, uses in integrity.triggers.items():
            layer = self.layers.get(key)
            if layer is None or not layer.fresh.size:
                continue
            rows = layer.size_below + np.arange(layer.fresh.size, dtype=np.int64)
            overlays = self.pairs.world_of[layer.fresh.subjects]
            for number, position in uses:
                plan, _ = integrity.rules[number]
                chosen, columns = self._bind(
                    plan.body.atoms[position], layer, overlays, rows, np.ones(len(rows), dtype=np.bool_)
                )
                if not len(chosen):
                    continue
                start = Table(len(chosen), columns, {position: rows[chosen]})
                for table in self.matcher.match_rule(plan, frozenset((OVERLAY,)), start=start, with_premises=True):
                    nobody: IntArray = np.full(table.size, -1, dtype=np.int64)
                    premises = tuple(table.premises[place] for place in range(len(plan.body.atoms)))
                    self.found.append(Found(plan, None, table.columns[OVERLAY], nobody, nobody, nobody, premises))
