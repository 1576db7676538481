"""Columns and sorted indexes over integers: what relations and joins are made of.

Both indexes are lists of sorted runs that are merged geometrically (each at least twice as long as the next), so
that n entries added in any number of steps cost O(n log n) altogether and every look-up visits O(log n) runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["BoolArray", "Column", "ColumnIndex", "IntArray", "KeyMap", "sort_distinct"]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_ROW_BITS = 32
_ROW_MASK = (1 << _ROW_BITS) - 1
_MANY = 1 << 14


def sort_distinct(values: IntArray) -> IntArray:
    """Return the sorted distinct values (numpy.unique hashes, which is slower than its vectorised sort)."""
    ordered = np.sort(values)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


class Column:
    """An append-only integer array that grows by doubling. A copy shares the entries that both have."""

    __slots__ = ("_data", "_used", "size")

    def __init__(self, dtype: type[np.integer[Any]] = np.int64) -> None:
        self._data: IntArray = np.empty(16, dtype=dtype)
        self._used = [0]
        self.size = 0

    @property
    def values(self) -> IntArray:
        """The entries so far, as a view."""
        return self._data[: self.size]

    def extend(self, values: IntArray) -> None:
        """Append ``values``."""
        size = self.size + len(values)
        if size > len(self._data) or self._used[0] != self.size:  # full, or a copy has gone on from here
            self._move(max(size, 2 * self.size, 16))
        self._data[self.size : size] = values
        self.size = self._used[0] = size

    def copy(self) -> Column:
        """Return a column with the same entries, to which others can be appended."""
        copied = Column.__new__(Column)
        copied._data, copied._used, copied.size = self._data, self._used, self.size
        return copied

    def detach(self) -> Column:
        """Return a copy whose entries can be overwritten through ``values``."""
        copied = self.copy()
        copied._move(self.size + self.size // 8 + 16)
        return copied

    def _move(self, capacity: int) -> None:
        moved = np.empty(capacity, dtype=self._data.dtype)
        moved[: self.size] = self.values
        self._data, self._used = moved, [self.size]


class KeyMap:
    """A map from distinct 64-bit keys to the row each was added as."""

    __slots__ = ("_runs",)

    def __init__(self) -> None:
        self._runs: list[tuple[IntArray, IntArray]] = []

    def copy(self) -> KeyMap:
        """Return a map with the same keys, to which others can be added; runs are never changed and are shared."""
        copied = KeyMap()
        copied._runs = list(self._runs)
        return copied

    def add(self, keys: IntArray, first_row: int) -> None:
        """Add sorted new ``keys``, whose rows are ``first_row`` and the following."""
        if not len(keys):
            return
        self._runs.append((keys, np.arange(first_row, first_row + len(keys), dtype=np.int32)))
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            (keys2, rows2), (keys1, rows1) = self._runs.pop(), self._runs.pop()
            merged, rows = np.concatenate((keys1, keys2)), np.concatenate((rows1, rows2))
            order = np.argsort(merged, kind="stable")  # timsort: linear on two sorted runs
            self._runs.append((merged[order], rows[order]))

    def find(self, keys: IntArray) -> IntArray:
        """Return the row of each key, -1 where there is none."""
        if len(keys) > _MANY and not (keys[1:] >= keys[:-1]).all():
            # Looked up in order, neighbours share cache lines: several times faster, the sort included.
            order = np.argsort(keys)
            rows: IntArray = np.empty(len(keys), dtype=np.int64)
            rows[order] = self.find(keys[order])
            return rows
        found: IntArray | None = None
        for run, rows in self._runs:
            places = run.searchsorted(keys)
            np.minimum(places, len(run) - 1, out=places)
            same = run[places] == keys
            if found is None:
                found = np.where(same, rows[places], -1).astype(np.int64, copy=False)
            else:
                np.copyto(found, rows[places], where=same)
        return np.full(len(keys), -1, dtype=np.int64) if found is None else found


class ColumnIndex:
    """Rows by the value of a column (a multimap), values being below 2**31 and dense."""

    __slots__ = ("_runs", "covered")

    def __init__(self) -> None:
        self._runs: list[tuple[IntArray, IntArray | None]] = []
        self.covered = 0

    def copy(self) -> ColumnIndex:
        """Return an index of the same rows, to which others can be added; runs are never changed and are shared."""
        copied = ColumnIndex()
        copied._runs, copied.covered = list(self._runs), self.covered
        return copied

    def add(self, values: IntArray, rows: IntArray, space: int) -> None:
        """Index ``rows`` by ``values``; all values are below ``space``."""
        if not len(values):
            return
        packed = (values << _ROW_BITS) | rows
        lengths = [len(run) for run, _ in self._runs]
        while lengths and lengths[-1] < 2 * len(packed):
            packed = np.concatenate((self._runs.pop()[0], packed))
            lengths.pop()
        packed.sort()
        offsets: IntArray | None = None
        if space <= 4 * len(packed) + 1024:
            # A value's run is read off an array; one entry more than values stands for values added later.
            offsets = np.zeros(space + 2, dtype=np.int64)
            np.cumsum(np.bincount(packed >> _ROW_BITS, minlength=space + 1), out=offsets[1:])
        self._runs.append((packed, offsets))

    def find_spans(self, values: IntArray) -> list[tuple[IntArray, IntArray, IntArray]]:
        """Return (run, first place, number of places) per run, arrays as long as ``values``."""
        spans = []
        for packed, offsets in self._runs:
            if offsets is None:
                first = packed.searchsorted(values << _ROW_BITS)
                counts = packed.searchsorted((values + 1) << _ROW_BITS) - first
            else:
                clipped = np.minimum(values, len(offsets) - 2)
                first = offsets[clipped]
                counts = offsets[clipped + 1] - first
            spans.append((packed, first, counts))
        return spans

    @staticmethod
    def expand_spans(spans: list[tuple[IntArray, IntArray, IntArray]]) -> tuple[IntArray, IntArray]:
        """Return all pairs (position in the values asked for, row) of :meth:`find_spans`."""
        sources, found = [], []
        for packed, first, counts in spans:
            total = int(counts.sum())
            if not total:
                continue
            if int(counts.max()) == 1:
                source = np.flatnonzero(counts)
                places = first[source]
            else:
                source = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
                shifts = first - (np.cumsum(counts) - counts)
                places = np.arange(total, dtype=np.int64) + np.repeat(shifts, counts)
            sources.append(source)
            found.append(packed[places] & _ROW_MASK)
        if len(sources) == 1:
            return sources[0], found[0]
        if not sources:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        return np.concatenate(sources), np.concatenate(found)
