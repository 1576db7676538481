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
from workbench.reasoning.plan import AtomPlan, HeadPlan, RulePlan, StratumPlan, TheoryPlan
from workbench.reasoning.relation import RelationKey, make_relation_key

__all__ = ["Found", "Overlays"]


class Found(NamedTuple):
    """Instances of a rule that an overlay has and the closure below has not: one head (None: *false*) of each.

    ``premises`` are rows, those of facts that are new after all of the relation below.
    """

    plan: RulePlan
    head: HeadPlan | None
    overlays: IntArray
    subjects: IntArray
    objects: IntArray
    premises: tuple[IntArray, ...]


class _Fired(NamedTuple):
    """Facts of a relation that have just got their height: their nodes, and which of them are base facts.

    ``is_fresh`` tells which of them are not known below; None: all.
    """

    overlays: IntArray
    rows: IntArray
    is_base: BoolArray
    subjects: IntArray
    objects: IntArray
    is_fresh: BoolArray | None

    def take(self, chosen: IntArray) -> _Fired:
        """Return some of the facts."""
        is_fresh = None if self.is_fresh is None else self.is_fresh[chosen]
        is_base, subjects, objects = self.is_base[chosen], self.subjects[chosen], self.objects[chosen]
        return _Fired(self.overlays[chosen], self.rows[chosen], is_base, subjects, objects, is_fresh)


class _Candidates(NamedTuple):
    overlays: IntArray
    subjects: IntArray
    objects: IntArray
    is_transitive: bool

    def take(self, rows: IntArray) -> _Candidates:
        """Return some of the candidates."""
        return _Candidates(self.overlays[rows], self.subjects[rows], self.objects[rows], self.is_transitive)


class Overlays:
    """Statements added to worlds of an evaluation, one to each overlay, and what follows.

    ``found`` are the instances that were none below, ``shifted`` what is concluded by instances that were there, but
    one of whose premises changed: overlays and nodes, by relation.
    """

    def __init__(
        self, plan: TheoryPlan, below: Matcher, statements: Sequence[tuple[int, Triple]], limits: Limits
    ) -> None:
        self.plan, self.below = plan, below
        self.count = len(statements)
        self.worlds: IntArray = np.array([world for world, _ in statements], dtype=np.int64)
        self.layers: dict[RelationKey, Layer] = {}
        self._agenda: dict[int, dict[RelationKey, list[_Candidates]]] = {}
        self._heights: list[int] = []
        self._state(statements)
        self.pairs = PairTable(below.nodes, self.worlds)
        self.matcher = LayerMatcher(below, self.layers, self.worlds, self.pairs, Watch(limits))
        self.lost: BoolArray = np.zeros(self.count, dtype=np.bool_)
        self.found: list[Found] = []
        self.shifted: list[tuple[RelationKey, IntArray, IntArray, IntArray]] = []
        self._stratum = plan.single_stratum[0] if plan.single_stratum else StratumPlan.build(())
        self._total = 0
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
            settled = [
                (key, self._settle(self._get_layer(key), parts, height))
                for key, parts in self._agenda.pop(height).items()
            ]
            watch.check_facts(self._total)  # before what the rules of the last round produced is forgotten
            watch.begin_round(height)
            for key, fired in settled:
                if len(fired.rows):
                    self._fire(key, fired, height)

    def _settle(self, layer: Layer, parts: list[_Candidates], height: int) -> _Fired:
        """Give facts that have none below it a height."""
        fresh, pairs = layer.fresh, self.pairs
        overlays = _join([part.overlays for part in parts])
        subjects = _join([part.subjects for part in parts])
        objects = _join([part.objects for part in parts])
        first = pairs.intern(overlays, subjects)
        keys = fresh.make_keys(first, first if fresh.is_class else pairs.intern(overlays, objects))
        distinct = sort_distinct(keys)
        is_base: BoolArray = np.ones(len(distinct), dtype=np.bool_)
        if fresh.tracks_base:
            others = np.concatenate([np.full(len(part.overlays), not part.is_transitive) for part in parts])
            is_base = np.isin(distinct, keys[others])
        if fresh.size:
            unknown = np.flatnonzero(fresh.find(distinct) < 0)
            distinct, is_base = distinct[unknown], is_base[unknown]
        overlays, subjects, objects, below = layer.find_below(distinct)
        new = np.flatnonzero(below < 0)
        old = np.flatnonzero(below >= 0)
        rows = layer.size_below + fresh.size + np.arange(len(new), dtype=np.int64)
        fresh.append(distinct[new], height, is_base[new])
        self._total += len(new)
        if not len(old):
            return _Fired(overlays, rows, is_base, subjects, objects, None)
        kept, lost = layer.lower(overlays[old], below[old], distinct[old], height, is_base[old])
        self.lost[lost] = True
        below[new] = rows
        is_fresh: BoolArray = below >= layer.size_below
        chosen = np.concatenate((new, old[kept]))
        return _Fired(overlays, below, is_base, subjects, objects, is_fresh).take(chosen)

    def _bind(self, atom: AtomPlan, fired: _Fired) -> tuple[_Fired, dict[int, IntArray]]:
        """Those of some facts that an atom can be, and what its variables are bound to then."""
        possible: BoolArray | None = fired.is_base if atom.base_only else None
        columns: dict[int, IntArray] = {OVERLAY: fired.overlays}
        for argument, column in ((atom.subject, fired.subjects), (atom.object, fired.objects)):
            same: BoolArray | None = None
            if isinstance(argument, str):
                same = column == self.below.nodes.get_constant(argument)[self.worlds[fired.overlays]]
            elif argument in columns:
                same = columns[argument] == column
            elif argument is not None:
                columns[argument] = column
            if same is not None:
                possible = same if possible is None else possible & same
        if possible is None or possible.all():
            return fired, columns
        chosen = np.flatnonzero(possible)
        return fired.take(chosen), {variable: column[chosen] for variable, column in columns.items()}

    def _fire(self, key: RelationKey, fired: _Fired, height: int) -> None:
        stratum, matcher = self._stratum, self.matcher
        for number, position in stratum.triggers.get(key, ()):
            plan, heads = stratum.rules[number]
            chosen, columns = self._bind(plan.body.atoms[position], fired)
            if not len(chosen.rows):
                continue
            start = Table(len(chosen.rows), columns, {position: chosen.rows})
            if plan.is_copy and matcher.enabled is None:
                matcher.watch.enter(plan.rule.name)
                self._conclude(plan, heads, start, height, chosen.is_fresh)
                continue
            needed = stratum.needed[number] | {OVERLAY}
            for table in list(matcher.match_rule(plan, needed, start=start, with_premises=True)):
                is_new = matcher.find_new(plan, table)
                self._conclude(plan, heads, table, matcher.measure(plan, table, position, height), is_new)

    def _conclude(
        self,
        plan: RulePlan,
        heads: Sequence[HeadPlan],
        table: Table,
        heights: IntArray | int,
        is_new: BoolArray | None,
    ) -> None:
        """Log the new ones of some instances, and propose what they conclude; ``heights`` are of their premises."""
        matcher = self.matcher
        matcher.watch.count(plan.rule.name, table.size)
        overlays = table.columns[OVERLAY]
        premises = tuple(table.premises[position] for position in range(len(plan.body.atoms)))
        logged = rest = None
        if is_new is not None and not is_new.all():
            logged, rest = np.flatnonzero(is_new), np.flatnonzero(~is_new)
        for head in heads:
            subjects = matcher.get_nodes(table, head.subject)
            objects = subjects if head.object is None else matcher.get_nodes(table, head.object)
            found = Found(plan, head, overlays, subjects, objects, premises)
            if logged is not None and rest is not None:
                own = tuple(premise[logged] for premise in premises)
                found = Found(plan, head, overlays[logged], subjects[logged], objects[logged], own)
                self.shifted.append((head.relation, overlays[rest], subjects[rest], objects[rest]))
            if len(found.overlays):
                self.found.append(found)
            candidates = _Candidates(overlays, subjects, objects, plan.is_transitivity)
            if isinstance(heights, int):
                self._propose(heights + 1, head.relation, candidates)
                continue
            for height in sort_distinct(heights).tolist():
                rows = np.flatnonzero(heights == height)
                part = candidates if len(rows) == table.size else candidates.take(rows)
                self._propose(height + 1, head.relation, part)

    def _contradict(self) -> None:
        """Find what the integrity rules derive from new facts."""
        integrity = self.plan.integrity
        for key, uses in integrity.triggers.items():
            layer = self.layers.get(key)
            if layer is None or not layer.fresh.size:
                continue
            rows = np.arange(layer.fresh.size, dtype=np.int64)
            subjects, objects = self.pairs.node_of[layer.fresh.subjects], self.pairs.node_of[layer.fresh.objects]
            overlays = self.pairs.world_of[layer.fresh.subjects]
            fired = _Fired(overlays, layer.size_below + rows, layer.fresh.base, subjects, objects, None)
            for number, position in uses:
                plan, _ = integrity.rules[number]
                chosen, columns = self._bind(plan.body.atoms[position], fired)
                if not len(chosen.rows):
                    continue
                start = Table(len(chosen.rows), columns, {position: chosen.rows})
                for table in self.matcher.match_rule(plan, frozenset((OVERLAY,)), start=start, with_premises=True):
                    premises = tuple(table.premises[place] for place in range(len(plan.body.atoms)))
                    nobody = premises[0][:0]
                    self.found.append(Found(plan, None, table.columns[OVERLAY], nobody, nobody, premises))


def _join(parts: list[IntArray]) -> IntArray:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
