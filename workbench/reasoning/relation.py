"""Relations: the facts of one class or property, in rising order of height."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, Triple
from workbench.reasoning.columns import BoolArray, Column, ColumnIndex, IntArray, KeyMap

__all__ = ["NodeSpace", "Relation", "RelationKey", "make_relation_key"]

RelationKey = tuple[str, str]
"""(rdf:type, class) for a class, (property, "") for a property."""


class NodeSpace(Protocol):
    """What facts are about: numbers below ``size``, each in one of ``world_count`` worlds."""

    world_count: int

    @property
    def size(self) -> int:
        """How many nodes there are."""
        ...

    @property
    def world_of(self) -> IntArray:
        """The world of each node."""
        ...


def make_relation_key(triple: Triple | Atom) -> RelationKey:
    """Return the relation that a triple or atom belongs to."""
    return (RDF_TYPE, triple[2]) if triple[1] == RDF_TYPE else (triple[1], "")


class Relation:
    """Append-only facts. Rows of height h form a slice, so "facts below height h" is a prefix.

    ``base`` marks, for a property with a transitivity rule, what was stated or first derived by another rule.
    """

    def __init__(self, key: RelationKey, nodes: NodeSpace, *, tracks_base: bool = False) -> None:
        self.key = key
        self.is_class = key[0] == RDF_TYPE
        self._nodes = nodes
        self._subjects = Column()
        self._objects = self._subjects if self.is_class else Column()
        self._starts = [0]
        self._rows = KeyMap()
        self._base = Column(np.int8) if tracks_base else None
        self._indexes: dict[tuple[str, bool], ColumnIndex] = {}

    @property
    def size(self) -> int:
        """How many rows there are."""
        return self._subjects.size

    @property
    def count(self) -> int:
        """How many facts there are; a :class:`~workbench.reasoning.live.LiveRelation` has rows that are none."""
        return self.size

    @property
    def subjects(self) -> IntArray:
        """Subject node of each fact."""
        return self._subjects.values

    @property
    def objects(self) -> IntArray:
        """Object node of each fact; the subjects again for a class."""
        return self._objects.values

    @property
    def base(self) -> BoolArray:
        """Which facts are base facts of the transitivity rule."""
        if self._base is None:
            return np.ones(self.size, dtype=np.bool_)
        return self._base.values.view(np.bool_)

    @property
    def tracks_base(self) -> bool:
        """Whether the property has a transitivity rule."""
        return self._base is not None

    @property
    def top(self) -> int:
        """The greatest height of a fact, -1 when there is none."""
        return len(self._starts) - 1 if self.size else -1

    def make_keys(self, subjects: IntArray, objects: IntArray) -> IntArray:
        """Return the keys under which facts are looked up."""
        return subjects if self.is_class else (subjects << 32) | objects

    def count_below(self, height: int) -> int:
        """Return how many facts have a height below ``height``: they are the first rows."""
        return self._starts[height] if height < len(self._starts) else self.size

    def find_height_from(self, height: int) -> int:
        """Return the least height of a fact that is at least ``height``; there must be one."""
        return int(self.get_heights(np.array([self.count_below(height)]))[0])

    def get_heights(self, rows: IntArray) -> IntArray:
        """Return the heights of the facts in ``rows``."""
        found: IntArray = np.array(self._starts).searchsorted(rows, side="right") - 1
        return found

    def find(self, keys: IntArray) -> IntArray:
        """Return the rows of keys, -1 where there is no such fact."""
        return self._rows.find(keys)

    def append(self, keys: IntArray, height: int, base: BoolArray | None = None) -> None:
        """Add facts by their sorted, distinct, new keys; ``height`` must not be below that of earlier facts."""
        if not len(keys):
            return
        while len(self._starts) <= height:
            self._starts.append(self.size)
        self._rows.add(keys, self.size)
        if self.is_class:
            self._subjects.extend(keys)
        else:
            self._subjects.extend(keys >> 32)
            self._objects.extend(keys & 0xFFFFFFFF)
        if self._base is not None:
            self._base.extend(np.ones(len(keys), dtype=np.int64) if base is None else base.astype(np.int64))

    def get_index(self, column: str, *, base_only: bool = False) -> ColumnIndex:
        """Return the index over all facts by subject ``s``, object ``o`` or world ``w``."""
        base_only = base_only and self._base is not None
        index = self._indexes.setdefault((column, base_only), ColumnIndex())
        if index.covered < self.size:
            rows = np.arange(index.covered, self.size, dtype=np.int64)
            if base_only and self._base is not None:
                rows = rows[self._base.values[index.covered :] != 0]
            index.add(*self._read(column, rows))
            index.covered = self.size
        return index

    def _read(self, column: str, rows: IntArray) -> tuple[IntArray, IntArray, int]:
        """The values of a column in some rows, the rows, and a bound above all values."""
        values = (self._objects if column == "o" else self._subjects).values[rows]
        if column == "w":
            return self._nodes.world_of[values], rows, self._nodes.world_count
        return values, rows, self._nodes.size

    def mask_current(self, rows: IntArray | slice, *, base_only: bool = False) -> BoolArray | None:
        """Tell which rows are facts, or base facts; None when all that the indexes give are."""
        return None
