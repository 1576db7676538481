"""Layers: facts of overlays over a relation that stays as it is, and joins that see both.

The nodes of a layer's facts are pairs of an overlay and a node of the evaluation below. In tables columns hold nodes
of the evaluation below, and the column :data:`OVERLAY` the overlay of each row. Rows of facts that only the layer has
are counted on from those of the relation below.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from workbench.reasoning.columns import BoolArray, Column, ColumnIndex, IntArray, KeyMap, sort_distinct
from workbench.reasoning.guards import Watch
from workbench.reasoning.join import Matcher, Reference, Table
from workbench.reasoning.nodes import NodeTable
from workbench.reasoning.plan import ROW, AtomPlan, RulePlan
from workbench.reasoning.program import Operation
from workbench.reasoning.relation import Relation, RelationKey

__all__ = ["OVERLAY", "Layer", "LayerMatcher", "PairTable"]

OVERLAY = -4
"""The pseudo-variable whose column holds the numbers of overlays."""


class PairTable:
    """Pairs of an overlay and a node of its world below, as numbers.

    Each overlay has a range of numbers for the nodes that its world had at first; those that come later are looked up.
    """

    def __init__(self, nodes: NodeTable, worlds: IntArray) -> None:
        self.world_count = len(worlds)
        order = np.argsort(nodes.world_of, kind="stable")
        counts = np.bincount(nodes.world_of, minlength=nodes.world_count)
        ends = np.cumsum(counts)
        self._places: IntArray = np.empty(len(order), dtype=np.int64)
        self._places[order] = np.arange(len(order)) - np.repeat(ends - counts, counts)
        self._firsts: IntArray = np.cumsum(counts[worlds]) - counts[worlds]
        self._map = KeyMap()
        self._overlays, self._nodes = Column(), Column()
        self._overlays.extend(np.repeat(np.arange(len(worlds), dtype=np.int64), counts[worlds]))
        shifts = np.repeat((ends - counts)[worlds] - self._firsts, counts[worlds])
        self._nodes.extend(order[np.arange(len(shifts)) + shifts])

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
        known = len(self._places)
        if not len(nodes) or int(nodes.max()) < known:
            return self._firsts[overlays] + self._places[nodes]
        late = nodes >= known
        numbers: IntArray = self._firsts[overlays] + self._places[np.where(late, 0, nodes)]
        numbers[late] = self._map.find((overlays[late] << 32) | nodes[late])
        return numbers

    def intern(self, overlays: IntArray, nodes: IntArray) -> IntArray:
        """Return the numbers of pairs, new ones included."""
        numbers = self.find(overlays, nodes)
        missing = np.flatnonzero(numbers < 0)
        if len(missing):
            keys = sort_distinct((overlays[missing] << 32) | nodes[missing])
            self._map.add(keys, self.size)
            self._overlays.extend(keys >> 32)
            self._nodes.extend(keys & 0xFFFFFFFF)
            numbers[missing] = self._map.find((overlays[missing] << 32) | nodes[missing])
        return numbers


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

    def find_below(self, keys: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
        """Return, for keys of this layer, overlays, nodes below, and the rows of the facts below, -1 for none."""
        subjects, objects = (keys, keys) if self.fresh.is_class else (keys >> 32, keys & 0xFFFFFFFF)
        overlays, first = self._pairs.world_of[subjects], self._pairs.node_of[subjects]
        second = first if self.fresh.is_class else self._pairs.node_of[objects]
        if self.below is None:
            return overlays, first, second, np.full(len(keys), -1, dtype=np.int64)
        return overlays, first, second, self.below.find(self.below.make_keys(first, second))

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

    def find_rows(self, relation: Relation, places: IntArray) -> IntArray:
        """Return the rows of facts by their places in ``fresh`` or ``promoted``."""
        return self.size_below + places if relation is self.fresh else self._promoted_rows.values[places]


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

    def measure(self, plan: RulePlan, table: Table, known: int, height: int) -> IntArray | int:
        """Return the greatest height of each instance's premises, that in one place being known."""
        heights: IntArray | int = height
        for position, atom in enumerate(plan.body.atoms):
            if position != known:
                layer, rows = self._layers.get(atom.relation), table.premises[position]
                own = (
                    self.relations[atom.relation].get_heights(rows)
                    if layer is None
                    else layer.get_heights(table.columns[OVERLAY], rows)
                )
                heights = np.maximum(heights, own)
        return heights

    def find_new(self, plan: RulePlan, table: Table) -> BoolArray:
        """Tell which instances are none below."""
        is_new: BoolArray = np.zeros(table.size, dtype=np.bool_)
        for position, atom in enumerate(plan.body.atoms):
            rows, layer = table.premises[position], self._layers.get(atom.relation)
            if layer is not None:
                is_new |= rows >= layer.size_below
                if atom.base_only and layer.below is not None and layer.promoted.size:
                    old = np.flatnonzero(rows < layer.size_below)
                    is_new[old] |= ~layer.below.base[rows[old]]
        return is_new

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
        if layer is not None and layer.fresh.size:
            parts.append(self._join_pairs(table, atom, layer, layer.fresh, operation))
        if layer is not None and atom.base_only and layer.promoted.size:
            parts.append(self._join_pairs(table, atom, layer, layer.promoted, operation))
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
        self, table: Table, atom: AtomPlan, layer: Layer, relation: Relation, operation: Operation
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
            source = np.flatnonzero(needles[0] >= 0 if len(needles) == 1 else (needles[0] >= 0) & (needles[1] >= 0))
            ends = needles if len(source) == table.size else [needle[source] for needle in needles]
            if all(known):
                places = relation.find(relation.make_keys(ends[0], ends[-1]))
                chosen = np.flatnonzero(places >= 0)
                source, found = source[chosen], places[chosen]
            else:
                spans = relation.get_index("s" if known[0] else "o").find_spans(ends[0])
                chosen, found = ColumnIndex.expand_spans(spans)
                source = source[chosen]
        mask: BoolArray | None = relation.base[found] if atom.base_only else None
        if not any(known) and atom.object == atom.subject:
            same = relation.subjects[found] == relation.objects[found]
            mask = same if mask is None else mask & same
        if mask is not None:
            source, found = source[mask], found[mask]
        joined = table.take(source, operation.keep | {ROW})
        for argument, column in ((atom.subject, relation.subjects), (atom.object, relation.objects)):
            if isinstance(argument, int) and argument in operation.keep and argument not in joined.columns:
                joined.columns[argument] = pairs.node_of[column[found]]
        joined.premises[operation.position] = layer.find_rows(relation, found)
        return joined


class _Same(Reference):
    """The evaluation below as the judge of negations: its nodes are those in the columns."""

    def __init__(self, matcher: Matcher) -> None:
        super().__init__(matcher, ())

    def translate(self, nodes: NodeTable, variable: int, column: IntArray) -> IntArray:
        """Return the column; worlds have been looked up."""
        return column
