"""Live relations: facts whose heights change, over the columns and indexes of a relation that stays as it is.

A fact keeps its row for good: one that no longer holds has the height ``ABSENT`` and gets its row back when it holds
again. What two versions of a relation have in common they share; a version costs what differs, and one copy of the
heights.
"""

from __future__ import annotations

import numpy as np

from workbench.reasoning.columns import BoolArray, Column, ColumnIndex, IntArray
from workbench.reasoning.nodes import NodeTable
from workbench.reasoning.relation import Relation, RelationKey

__all__ = ["ABSENT", "LiveRelation"]

ABSENT = 1 << 30
"""The height of a fact that does not hold: greater than any other."""


class LiveRelation(Relation):
    """A version of a relation. Rows are in no order of height, and a row whose height is ``ABSENT`` is no fact."""

    def __init__(self, key: RelationKey, nodes: NodeTable, source: Relation | None, *, tracks_base: bool) -> None:
        super().__init__(key, nodes, tracks_base=tracks_base)
        self._heights = Column(np.int32)
        self._was_base: Column | None = None
        self._source: Relation | None = None
        self._absent = 0
        if source is not None:
            self._take_over(source)
        if self._base is not None and self._was_base is None:
            self._was_base = self._base.detach()

    def _take_over(self, source: Relation) -> None:
        self._subjects, self._rows = source._subjects.copy(), source._rows.copy()
        self._objects = self._subjects if self.is_class else source._objects.copy()
        if isinstance(source, LiveRelation):
            self._heights, self._absent = source._heights.detach(), source._absent
        else:
            self._heights.extend(source.get_heights(np.arange(source.size)))
        same_base = source._base is not None and self._base is not None
        self._indexes = {k: index.copy() for k, index in source._indexes.items() if same_base or not k[1]}
        self._source = source
        if self._base is not None:
            if source._base is None:  # nothing but the new rule is a transitivity: all that is there came otherwise
                self._base.extend(np.ones(source.size, dtype=np.int64))
            else:
                self._base = source._base.detach()
                if isinstance(source, LiveRelation) and source._was_base is not None:
                    self._was_base = source._was_base.detach()

    def release(self) -> None:
        """Let go of the version before: it is not needed once the change is done."""
        self._source = None

    @property
    def count(self) -> int:
        """How many facts hold."""
        return self.size - self._absent

    def get_heights(self, rows: IntArray) -> IntArray:
        """Return the heights of the facts in ``rows``, ``ABSENT`` where there is none."""
        return self._heights.values[rows]

    def find(self, keys: IntArray) -> IntArray:
        """Return the rows of keys, -1 where there is no such fact."""
        rows = super().find(keys)
        if self._absent:
            rows[(rows >= 0) & (self._heights.values[rows] >= ABSENT)] = -1
        return rows

    def mask_current(self, rows: IntArray | slice, *, base_only: bool = False) -> BoolArray | None:
        """Tell which rows are facts, or base facts; None when all are facts."""
        mask: BoolArray | None = self._heights.values[rows] < ABSENT if self._absent else None
        if base_only and self._base is not None:
            base: BoolArray = self.base[rows]
            mask = base if mask is None else mask & base
        return mask

    def place(self, keys: IntArray) -> IntArray:
        """Return the rows of sorted distinct keys; unknown ones get a row without being facts yet."""
        rows = super().find(keys)
        missing = rows < 0
        if missing.any():
            fresh = keys[missing]
            rows[missing] = np.arange(self.size, self.size + len(fresh), dtype=np.int64)
            self._rows.add(fresh, self.size)
            if self.is_class:
                self._subjects.extend(fresh)
            else:
                self._subjects.extend(fresh >> 32)
                self._objects.extend(fresh & 0xFFFFFFFF)
            self._heights.extend(np.full(len(fresh), ABSENT, dtype=np.int64))
            self._absent += len(fresh)
            for flags in (self._base, self._was_base):
                if flags is not None:
                    flags.extend(np.zeros(len(fresh), dtype=np.int64))
        return rows

    def settle(self, rows: IntArray, height: int, base: BoolArray) -> None:
        """Give distinct rows a height, and say which are base facts."""
        heights = self._heights.values
        self._absent += (height >= ABSENT) * len(rows) - int(np.count_nonzero(heights[rows] >= ABSENT))
        heights[rows] = height
        self.set_base(rows, base)

    def set_base(self, rows: IntArray, base: BoolArray) -> None:
        """Say which of the rows are base facts, where that is tracked."""
        if self._base is None or self._was_base is None:
            return
        self._base.values[rows] = base
        fresh = rows[base & (self._was_base.values[rows] == 0)]
        self._was_base.values[fresh] = 1
        for (column, is_base), index in self._indexes.items():
            late = fresh[fresh < index.covered] if is_base else fresh[:0]
            if len(late):
                index.add(*self._read(column, late))

    def get_index(self, column: str, *, base_only: bool = False) -> ColumnIndex:
        """As for any relation; the index also has rows that are no facts, or no base facts any more."""
        base_only = base_only and self._base is not None
        source = self._source
        if (column, base_only) not in self._indexes and source is not None and (source.tracks_base or not base_only):
            # Made in the version before it serves every version of that one.
            copied = self._indexes[column, base_only] = source.get_index(column, base_only=base_only).copy()
            if base_only and self._was_base is not None:
                known = source._was_base if isinstance(source, LiveRelation) else source._base
                if known is not None:
                    late = np.flatnonzero(self._was_base.values[: copied.covered] > known.values[: copied.covered])
                    if len(late):
                        copied.add(*self._read(column, late))
        index = self._indexes.setdefault((column, base_only), ColumnIndex())
        if index.covered < self.size:
            rows = np.arange(index.covered, self.size, dtype=np.int64)
            if base_only and self._was_base is not None:
                rows = rows[self._was_base.values[index.covered :] != 0]
            index.add(*self._read(column, rows))
            index.covered = self.size
        return index
