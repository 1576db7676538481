"""Stated facts into relations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np

from workbench.model.terms import RDF_TYPE, Triple
from workbench.reasoning.columns import IntArray, sort_distinct
from workbench.reasoning.nodes import NodeTable
from workbench.reasoning.relation import Relation, RelationKey

__all__ = ["load_worlds"]

_CHUNK = 1 << 18


def load_worlds(
    worlds: Sequence[Iterable[Triple]], nodes: NodeTable, transitive: frozenset[RelationKey]
) -> dict[RelationKey, Relation]:
    """Intern the facts of all worlds and return them as relations of facts of height 0.

    Facts are read in chunks, so an iterator that makes them as they are read need never hold all of them.
    """
    reader = _Reader(nodes)
    for facts in worlds:
        reader.read(facts)
    subject_terms, predicates, object_terms = reader.finish()
    relations: dict[RelationKey, Relation] = {}
    if not len(predicates):
        return relations
    names = list(reader.predicates)
    groups = predicates
    if RDF_TYPE in reader.predicates:
        # A class is a relation of its own: number it after the properties, by the number of its term.
        is_class = groups == reader.predicates[RDF_TYPE]
        groups[is_class] = len(names) + object_terms[is_class]
    subjects, objects = subject_terms, object_terms
    if len(worlds) > 1:
        world = np.repeat(np.arange(len(worlds), dtype=np.int64), reader.sizes)
        subjects = nodes.intern_nodes(world, subject_terms.astype(np.int64))
        plain = groups < len(names)
        objects = subjects.copy()
        objects[plain] = nodes.intern_nodes(world[plain], object_terms[plain].astype(np.int64))
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    for rows in np.split(order, starts[1:]):
        group = int(groups[rows[0]])
        key = (names[group], "") if group < len(names) else (RDF_TYPE, nodes.terms[group - len(names)])
        relation = relations[key] = Relation(key, nodes, tracks_base=key in transitive)
        ends = subjects[rows].astype(np.int64), objects[rows].astype(np.int64)
        relation.append(sort_distinct(relation.make_keys(*ends)), 0)
    return relations


class _Reader:
    """Facts as numbers of terms and predicates, in arrays of 32 bits; ``sizes`` has the number of facts per world."""

    def __init__(self, nodes: NodeTable) -> None:
        self._nodes = nodes
        self._buffer: list[Triple] = []
        self._parts: tuple[list[IntArray], list[IntArray], list[IntArray]] = ([], [], [])
        self.predicates: dict[str, int] = {}
        self.sizes: list[int] = []

    def read(self, facts: Iterable[Triple]) -> None:
        """Read the facts of the next world."""
        remaining, size = iter(facts), 0
        while part := list(islice(remaining, _CHUNK - len(self._buffer))):
            size += len(part)
            if self._buffer:
                self._buffer += part
            else:
                self._buffer = part
            if len(self._buffer) >= _CHUNK:
                self._empty()
        self.sizes.append(size)

    def _empty(self) -> None:
        facts, numbers = self._buffer, self.predicates
        named = [fact[1] for fact in facts]
        for predicate in dict.fromkeys(named):
            numbers.setdefault(predicate, len(numbers))
        groups: IntArray = np.fromiter(map(numbers.__getitem__, named), dtype=np.int64, count=len(named))
        subjects = self._nodes.intern_terms([fact[0] for fact in facts])
        objects = self._nodes.intern_terms([fact[2] for fact in facts])
        for parts, column in zip(self._parts, (subjects, groups, objects), strict=True):
            parts.append(column.astype(np.int32))  # half of what 64 bits would take
        self._buffer = []

    def finish(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return the numbers of subjects, predicates and objects of all facts."""
        if self._buffer:
            self._empty()
        empty: IntArray = np.empty(0, dtype=np.int64)
        subjects, predicates, objects = (np.concatenate(parts) if parts else empty for parts in self._parts)
        return subjects, predicates, objects
