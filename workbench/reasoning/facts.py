"""Facts of a finished evaluation, numbered."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from workbench.model.proofs import FALSE
from workbench.model.terms import RDF_TYPE, Term, Triple
from workbench.reasoning.columns import IntArray, sort_distinct
from workbench.reasoning.live import ABSENT
from workbench.reasoning.nodes import NodeTable, find_distinct
from workbench.reasoning.relation import Relation, RelationKey, make_relation_key

__all__ = ["FactTable"]


class FactTable:
    """Numbers all rows of finished relations: the ids of a relation are consecutive.

    The id of *false* in world w is ``size + w``; ``count`` is how many ids are facts (see
    :mod:`workbench.reasoning.live` for those that are none).
    """

    def __init__(self, nodes: NodeTable, relations: dict[RelationKey, Relation]) -> None:
        self._nodes = nodes
        self.keys = sorted(relations)
        self._places = {key: place for place, key in enumerate(self.keys)}
        self._relations = [relations[key] for key in self.keys]
        self._bounds: IntArray = np.cumsum([0, *(relation.size for relation in self._relations)], dtype=np.int64)
        self.offsets = dict(zip(self.keys, self._bounds.tolist()[:-1], strict=True))
        self.size = int(self._bounds[-1])
        self.count = sum(relation.count for relation in self._relations)

    @cached_property
    def heights(self) -> IntArray:
        """The height of every id; ``ABSENT`` for one that is no fact."""
        return self._concatenate([r.get_heights(np.arange(r.size)) for r in self._relations])

    @cached_property
    def worlds(self) -> IntArray:
        """The world of every id, those of *false* included."""
        worlds = self._concatenate([self._nodes.world_of[relation.subjects] for relation in self._relations])
        return np.concatenate((worlds, np.arange(self._nodes.world_count, dtype=np.int64)))

    def get_heights(self, facts: IntArray) -> IntArray:
        """Return the heights of some ids, without looking at the others."""
        if "heights" in self.__dict__ or len(facts) * 8 > self.size:
            return self.heights[facts]
        places = np.searchsorted(self._bounds, facts, side="right") - 1
        found: IntArray = np.empty(len(facts), dtype=np.int64)
        for place in sort_distinct(places).tolist():
            here = places == place
            found[here] = self._relations[place].get_heights(facts[here] - self._bounds[place])
        return found

    @property
    def top(self) -> int:
        """The greatest height of a fact, 0 when there is none."""
        heights = self.heights[self.heights < ABSENT]
        return int(heights.max()) if len(heights) else 0

    @staticmethod
    def _concatenate(parts: list[IntArray]) -> IntArray:
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)

    @cached_property
    def _texts(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Per fact: the term numbers of subject and object, and the place of its relation in ``keys``."""
        term_of = self._nodes.term_of
        subjects = self._concatenate([term_of[relation.subjects] for relation in self._relations])
        objects = self._concatenate([term_of[relation.objects] for relation in self._relations])
        places = np.repeat(np.arange(len(self.keys)), np.diff(self._bounds))
        return subjects.astype(np.int32), objects.astype(np.int32), places.astype(np.int32)

    @cached_property
    def _by_world(self) -> tuple[IntArray, IntArray]:
        worlds = self.worlds[: self.size]
        order = np.argsort(worlds, kind="stable").astype(np.int64, copy=False)
        return order, np.searchsorted(worlds[order], np.arange(self._nodes.world_count + 1))

    @cached_property
    def largest(self) -> int:
        """How many facts the largest world has."""
        if self._nodes.world_count == 1:
            return self.count
        return int(np.diff(self._by_world[1]).max(initial=0))

    def count_world(self, world: int) -> int:
        """Return how many facts a world has."""
        if self._nodes.world_count == 1:
            return self.count
        starts = self._by_world[1]
        return int(starts[world + 1] - starts[world])

    def list_world(self, world: int) -> IntArray:
        """Return the ids of a world's facts, rising."""
        if self._nodes.world_count == 1:
            return np.flatnonzero(self.heights < ABSENT)
        order, starts = self._by_world
        return order[starts[world] : starts[world + 1]]

    def list_subject_literals(self, world: int) -> IntArray:
        """Return the ids of a world's facts whose subject is a literal, the lowest first."""
        marks = np.fromiter((term[0] == '"' for term in self._nodes.terms), np.bool_, len(self._nodes.terms))
        if not marks.any():
            return np.empty(0, dtype=np.int64)
        term_of, ids = self._nodes.term_of, self.list_world(world)
        is_literal = np.concatenate([marks[term_of[relation.subjects]] for relation in self._relations])
        found: IntArray = ids[is_literal[ids]]
        ordered: IntArray = found[np.argsort(self.heights[found], kind="stable")]
        return ordered

    def find(self, world: int, triple: Triple) -> int | None:
        """Return the id of a triple, None when it is not in the closure."""
        if triple == FALSE:
            return self.size + world
        key = make_relation_key(triple)
        offset = self.offsets.get(key)
        subject = self._nodes.find_node(world, triple[0])
        object_ = subject if key[0] == RDF_TYPE else self._nodes.find_node(world, triple[2])
        if offset is None or subject is None or object_ is None:
            return None
        relation = self._relations[self._places[key]]
        keys = relation.make_keys(np.array([subject], dtype=np.int64), np.array([object_], dtype=np.int64))
        row = int(relation.find(keys)[0])
        return None if row < 0 else offset + row

    def get_range(self, key: RelationKey) -> tuple[int, int]:
        """Return the first id of a relation, and the first id after it."""
        place = self._places[key]
        return int(self._bounds[place]), int(self._bounds[place + 1])

    def get_relation(self, fact: int) -> tuple[RelationKey, int]:
        """Return the relation of a fact and its row there."""
        place = int(np.searchsorted(self._bounds, fact, side="right")) - 1
        return self.keys[place], fact - int(self._bounds[place])

    def get_triple(self, fact: int) -> Triple:
        """Return the triple of an id."""
        return FALSE if fact >= self.size else self.list_triples(np.array([fact], dtype=np.int64))[0]

    def list_triples(self, facts: IntArray) -> list[Triple]:
        """Return the triples of ids (without *false*), in the same order."""
        terms, keys = self._nodes.terms, self.keys
        triples: list[Triple] = []
        for subject, object_, place in zip(*(column.tolist() for column in self.read_columns(facts)), strict=True):
            predicate, class_ = keys[place]
            triples.append((terms[subject], predicate, class_ or terms[object_]))
        return triples

    def read_parts(self, facts: IntArray) -> list[tuple[IntArray, list[Term]]]:
        """Return subjects, predicates and objects of ids (without *false*): each as numbers of a list of terms."""
        subjects, objects, places = self.read_columns(facts)
        classes = np.array([bool(class_) for _, class_ in self.keys], dtype=np.bool_)
        # An object that is a class is numbered after the terms that facts mention otherwise.
        numbers, distinct = find_distinct(np.where(classes[places], -1 - places, objects).astype(np.int64))
        terms = self._nodes.terms
        found = [self.keys[-1 - n][1] if n < 0 else terms[n] for n in numbers.tolist()]
        named, positions = find_distinct(subjects.astype(np.int64))
        return [
            (positions, [terms[number] for number in named.tolist()]),
            (places.astype(np.int64), [predicate for predicate, _ in self.keys]),
            (distinct, found),
        ]

    def read_columns(self, facts: IntArray) -> tuple[npt.NDArray[np.int32], ...]:
        """Return, for ids (without *false*), the term numbers of subjects and objects, and places in ``keys``.

        For a few of many facts not all of them are laid out.
        """
        if "_texts" in self.__dict__ or len(facts) * 8 > self.size:
            return tuple(column[facts] for column in self._texts)
        places = np.searchsorted(self._bounds, facts, side="right") - 1
        subjects, objects = np.empty(len(facts), dtype=np.int32), np.empty(len(facts), dtype=np.int32)
        for place in sort_distinct(places).tolist():
            here = places == place
            relation, rows = self._relations[place], facts[here] - self._bounds[place]
            subjects[here] = self._nodes.term_of[relation.subjects[rows]]
            objects[here] = self._nodes.term_of[relation.objects[rows]]
        return subjects, objects, places.astype(np.int32)

    def list_ranges(self, keys: frozenset[str]) -> list[tuple[int, int]]:
        """Return the ids, as ranges, of all facts of some predicates and classes."""
        bounds = self._bounds.tolist()
        return [
            (bounds[place], bounds[place + 1])
            for place, (predicate, class_) in enumerate(self.keys)
            if (class_ or predicate) in keys
        ]
