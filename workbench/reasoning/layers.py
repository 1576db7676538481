"""Layers: facts of overlays over a relation that stays as it is, and joins that see both.

The nodes of a layer's facts are pairs of an overlay and a node of the evaluation below. In tables columns hold nodes
of the evaluation below, and the column :data:`OVERLAY` the overlay of each row. Rows of facts that only the layer has
are counted on from those of the relation below.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from workbench.reasoning.columns import BoolArray, Column, ColumnIndex, IntArray, KeyMap
from workbench.reasoning.guards import Watch
from workbench.reasoning.join import Matcher, Reference, Table
from workbench.reasoning.nodes import NodeTable, find_distinct
from workbench.reasoning.plan import ROW, AtomPlan, RulePlan
from workbench.reasoning.program import Operation
from workbench.reasoning.relation import Relation, RelationKey

__all__ = ["OVERLAY", "Layer", "LayerMatcher", "PairTable"]

OVERLAY = -4
"""The pseudo-variable whose column holds the numbers of overlays."""


class PairTable:
    """Pairs of an overlay and a node of the evaluation below, as dense numbers."""

    def __init__(self, count: int) -> None:
        self.world_count = count
        self._overlays, self._nodes, self._map = Column(), Column(), KeyMap()

    @property
    def size(self) -> int:
        """How many pairs there are."""
        return self._nodes.size

    @property
    def world_of(self) -> IntArray:
        """The overlay of each pair."""
        return self._overlays.values

    @property
    def node_of(self) -> IntArray:
        """The node below of each pair."""
        return self._nodes.values

    def find(self, overlays: IntArray, nodes: IntArray) -> IntArray:
        """Return the numbers of pairs, -1 for those that are not here."""
        return self._map.find((overlays << 32) | nodes)

    def intern(self, overlays: IntArray, nodes: IntArray) -> IntArray:
        """Return the numbers of pairs, new ones included."""
        distinct, inverse = find_distinct((overlays << 32) | nodes)
        numbers = self._map.find(distinct)
        missing = numbers < 0
        if missing.any():
            keys = distinct[missing]
            numbers[missing] = np.arange(self.size, self.size + len(keys), dtype=np.int64)
            self._map.add(keys, self.size)
            self._overlays.extend(keys >> 32)
            self._nodes.extend(keys & 0xFFFFFFFF)
        return numbers[inverse]


class Layer:
    """What overlays add to a relation: ``fresh`` facts, and new heights and base flags of some of those below."""

    def __init__(self, key: RelationKey, below: Relation | None, pairs: PairTable, *, tracks_base: bool) -> None:
        self.below, self._pairs = below, pairs
        self.size_below = 0 if below is None else below.size
        self.fresh = Relation(key, pairs, tracks_base=tracks_base)
        self.promoted = Relation(key, pairs)
        self._promoted_rows = Column()
        self._lowered, self._overlays, self._rows, self._heights = KeyMap(), Column(), Column(), Column()

    @property
    def lowered(self) -> tuple[IntArray, IntArray, IntArray]:
        """Facts below that have another height, or became base facts: overlays, rows and heights."""
        return self._overlays.values, self._rows.values, self._heights.values

    def find_below(self, keys: IntArray) -> tuple[IntArray, IntArray]:
        """Return, for keys of this layer, overlays and the rows of the same facts below, -1 where there are none."""
        subjects, objects = (keys, keys) if self.fresh.is_class else (keys >> 32, keys & 0xFFFFFFFF)
        overlays = self._pairs.world_of[subjects]
        if self.below is None:
            return overlays, np.full(len(keys), -1, dtype=np.int64)
        nodes = self._pairs.node_of
        return overlays, self.below.find(self.below.make_keys(nodes[subjects], nodes[objects]))

    def read(self, rows: IntArray) -> tuple[IntArray, IntArray]:
        """Return the nodes of facts, by rows of the relation below and on."""
        nodes, own = self._pairs.node_of, rows >= self.size_below
        subjects, objects = np.empty(len(rows), dtype=np.int64), np.empty(len(rows), dtype=np.int64)
        fresh = rows[own] - self.size_below
        subjects[own], objects[own] = nodes[self.fresh.subjects[fresh]], nodes[self.fresh.objects[fresh]]
        if self.below is not None:
            others = rows[~own]
            subjects[~own], objects[~own] = self.below.subjects[others], self.below.objects[others]
        return subjects, objects

    def lower(
        self, overlays: IntArray, rows: IntArray, keys: IntArray, height: int, is_base: BoolArray
    ) -> tuple[IntArray, IntArray]:
        """Give facts below a height, if it is less than theirs, or make them base facts.

        Returns the positions of those that changed, and the overlays in which a base fact is none any more.
        """
        if self.below is None:
            raise ValueError("there is nothing below")
        known, places = self.below.get_heights(rows), (overlays << 32) | rows
        tracks_base = self.fresh.tracks_base
        flags = self.below.base[rows] if tracks_base else is_base
        changed = ((known > height) | ((known == height) & is_base & ~flags)) & (self._lowered.find(places) < 0)
        chosen = np.flatnonzero(changed)
        order = np.argsort(places[chosen])
        self._lowered.add(places[chosen][order], self._rows.size)
        self._overlays.extend(overlays[chosen][order])
        self._rows.extend(rows[chosen][order])
        self._heights.extend(np.full(len(chosen), height, dtype=np.int64))
        if not tracks_base:
            return chosen, overlays[:0]
        risen = chosen[is_base[chosen] & ~flags[chosen]]
        self.promoted.append(keys[risen], height)
        self._promoted_rows.extend(rows[risen])
        return chosen, overlays[chosen[flags[chosen] & ~is_base[chosen]]]

    def get_heights(self, overlays: IntArray, rows: IntArray) -> IntArray:
        """Return the heights that facts have in overlays."""
        own = rows >= self.size_below
        heights: IntArray = np.empty(len(rows), dtype=np.int64)
        heights[own] = self.fresh.get_heights(rows[own] - self.size_below)
        if self.below is not None:
            others = np.flatnonzero(~own)
            heights[others] = self.below.get_heights(rows[others])
            if self._rows.size:
                places = self._lowered.find((overlays[others] << 32) | rows[others])
                heights[others[places >= 0]] = self._heights.values[places[places >= 0]]
        return heights

    def list_sources(self, *, base_only: bool) -> list[tuple[Relation, IntArray, BoolArray]]:
        """The facts that joins must see beside those below: relations of pairs, their rows, and which of them count."""
        sources = []
        if self.fresh.size:
            rows = self.size_below + np.arange(self.fresh.size, dtype=np.int64)
            counts = self.fresh.base if base_only else np.ones(self.fresh.size, dtype=np.bool_)
            sources.append((self.fresh, rows, counts))
        if base_only and self.promoted.size:
            sources.append((self.promoted, self._promoted_rows.values, np.ones(self.promoted.size, dtype=np.bool_)))
        return sources


class LayerMatcher(Matcher):
    """Matches bodies against the facts of overlays and those below; negations against those below alone."""

    def __init__(
        self, below: Matcher, layers: Mapping[RelationKey, Layer], worlds: IntArray, pairs: PairTable, watch: Watch
    ) -> None:
        super().__init__(below.nodes, below.relations, watch, _Same(below), below.enabled, below.values)
        self._layers, self._worlds, self._pairs = layers, worlds, pairs

    def get_size(self, key: RelationKey) -> int:
        """See :class:`~workbench.reasoning.join.Matcher`."""
        layer = self._layers.get(key)
        return super().get_size(key) + (0 if layer is None else layer.fresh.size)

    def get_worlds(self, table: Table) -> IntArray:
        """Return the world below of each row."""
        return self._worlds[table.columns[OVERLAY]]

    def measure(self, plan: RulePlan, table: Table) -> tuple[IntArray, BoolArray]:
        """Return the heights of instances, and which of them are none below."""
        heights: IntArray = np.ones(table.size, dtype=np.int64)
        is_new: BoolArray = np.zeros(table.size, dtype=np.bool_)
        overlays = table.columns[OVERLAY]
        for position, atom in enumerate(plan.body.atoms):
            rows, layer = table.premises[position], self._layers.get(atom.relation)
            if layer is None:
                own = self.relations[atom.relation].get_heights(rows)
            else:
                own = layer.get_heights(overlays, rows)
                is_new |= rows >= layer.size_below
                if atom.base_only and layer.below is not None and layer.promoted.size:
                    old = rows < layer.size_below
                    is_new[old] |= ~layer.below.base[rows[old]]
            np.maximum(heights, own + 1, out=heights)
        return heights, is_new

    def _join(
        self, table: Table, atom: AtomPlan, limits: tuple[int, int], operation: Operation, with_premises: bool
    ) -> Table | None:
        if operation.position in table.premises:
            return table  # the fact that the match began with
        below = self.relations.get(atom.relation)
        parts: list[Table] = []
        if below is not None and below.size:
            part = super()._join(table, atom, (0, below.size), operation, with_premises)
            if part is None:
                return None
            parts.append(part)
        layer = self._layers.get(atom.relation)
        if layer is not None:
            for relation, rows, counts in layer.list_sources(base_only=atom.base_only):
                parts.append(self._join_pairs(table, atom, relation, rows, counts, operation))
        parts = [part for part in parts if part.size] or parts[:1]
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return Table(0, {})
        return Table(
            sum(part.size for part in parts),
            {v: np.concatenate([part.columns[v] for part in parts]) for v in parts[0].columns},
            {p: np.concatenate([part.premises[p] for part in parts]) for p in parts[0].premises},
        )

    def _join_pairs(
        self, table: Table, atom: AtomPlan, relation: Relation, rows: IntArray, counts: BoolArray, operation: Operation
    ) -> Table:
        """Extend rows by the facts of a relation of pairs."""
        overlays, pairs = table.columns[OVERLAY], self._pairs
        arguments = [a for a in (atom.subject, atom.object) if a is not None]
        known = [isinstance(a, str) or a in table.columns for a in arguments]
        needles = [pairs.find(overlays, self.get_nodes(table, a)) for a, k in zip(arguments, known, strict=True) if k]
        if not needles:
            spans = relation.get_index("w").find_spans(overlays)
            source, found = ColumnIndex.expand_spans(spans)
        else:
            source = np.flatnonzero(np.logical_and.reduce([needle >= 0 for needle in needles]))
            ends = [needle[source] for needle in needles]
            if all(known):
                places = relation.find(relation.make_keys(ends[0], ends[-1]))
                source, found = source[places >= 0], places[places >= 0]
            else:
                spans = relation.get_index("s" if known[0] else "o").find_spans(ends[0])
                chosen, found = ColumnIndex.expand_spans(spans)
                source = source[chosen]
        mask = counts[found]
        if not any(known) and atom.object == atom.subject:
            mask &= relation.subjects[found] == relation.objects[found]
        if not mask.all():
            source, found = source[mask], found[mask]
        joined = table.take(source, operation.keep | {ROW})
        for argument, column in ((atom.subject, relation.subjects), (atom.object, relation.objects)):
            if isinstance(argument, int) and argument in operation.keep and argument not in joined.columns:
                joined.columns[argument] = pairs.node_of[column[found]]
        joined.premises[operation.position] = rows[found]
        return joined


class _Same(Reference):
    """The evaluation below as the judge of negations: its nodes are those in the columns."""

    def __init__(self, matcher: Matcher) -> None:
        super().__init__(matcher, ())

    def translate(self, nodes: NodeTable, variable: int, column: IntArray) -> IntArray:
        """Return the column; worlds have been looked up."""
        return column
