"""Sketches: worlds under construction, with placeholders for individuals and values."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from workbench.generation.worlds.linear import Linear
from workbench.model.rules import Comparison
from workbench.model.terms import Term

__all__ = ["DeadEnd", "Leaf", "Required", "Sketch", "Wanted"]


class DeadEnd(Exception):  # noqa: N818 - ends one attempt; the caller draws again
    """The atoms drawn cannot be made equal, or the tree grew beyond its bounds."""


Leaf = tuple[Term, int, int]
"""A stated fact: a property or class, and who it is about; for a class the subject is there twice."""


class Required(NamedTuple):
    """A comparison of a rule: its variables' names and numbers, and its linear form if it has one."""

    comparison: Comparison
    names: tuple[str, ...]
    numbers: tuple[int, ...]
    linear: Linear | None


class Wanted(NamedTuple):
    """A comparison that a proof needs: what its variables stand for in a sketch, in the order of ``names``."""

    required: Required
    places: tuple[int, ...]


class Sketch:
    """Leaves over placeholders 0, 1, 2 ... (constant n is -1 - n), what placeholders stand for, and comparisons."""

    __slots__ = ("_parents", "leaves", "unions", "wanted")

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.wanted: list[Wanted] = []
        self._parents: list[int] = []
        self.unions = 0
        """How often two terms were made one."""

    def draw_placeholder(self) -> int:
        """Return a new placeholder."""
        self._parents.append(len(self._parents))
        return len(self._parents) - 1

    def find(self, term: int) -> int:
        """Return what a placeholder stands for now: itself, another placeholder, or a constant."""
        parents = self._parents
        while term >= 0 and parents[term] != term:
            term = parents[term]
        return term

    def unify(self, first: int, second: int) -> None:
        """Make two terms one; DeadEnd when they are different constants."""
        first, second = self.find(first), self.find(second)
        if first == second:
            return
        if first < 0:
            first, second = second, first
        if first < 0:
            raise DeadEnd
        self._parents[first] = second
        self.unions += 1

    def list_leaves(self) -> list[Leaf]:
        """Return the leaves resolved, each once, in order of their first drawing."""
        parents = self._parents
        found: dict[Leaf, None] = {}
        for key, subject, object_ in self.leaves:
            while subject >= 0 and parents[subject] != subject:
                subject = parents[subject]
            while object_ >= 0 and parents[object_] != object_:
                object_ = parents[object_]
            found[key, subject, object_] = None
        return list(found)

    def draw_placeholders(self, count: int) -> range:
        """Return new placeholders."""
        start = len(self._parents)
        numbers = range(start, start + count)
        self._parents.extend(numbers)
        return numbers

    def mark(self) -> tuple[int, int, int, list[int]]:
        """Return what :meth:`restore` needs to come back to this state."""
        return len(self.leaves), len(self.wanted), self.unions, self._parents.copy()

    def restore(self, mark: tuple[int, int, int, list[int]]) -> None:
        """Forget everything since the mark."""
        leaves, wanted, self.unions, self._parents = mark
        del self.leaves[leaves:], self.wanted[wanted:]

    def merge_functional(self, functional: Collection[Term], inverse: Collection[Term]) -> None:
        """Merge what functional properties make equal, until nothing changes; DeadEnd when two constants would be."""
        if not functional and not inverse:
            return
        find = self.find
        changed = True
        while changed:
            changed = False
            firsts: dict[tuple[Term, int, bool], int] = {}
            for key, subject, object_ in self.leaves:
                if key in functional:
                    place, term = (key, find(subject), True), find(object_)
                    first = find(firsts.setdefault(place, term))
                    if first != term:
                        self.unify(first, term)
                        changed = True
                if key in inverse:
                    place, term = (key, find(object_), False), find(subject)
                    first = find(firsts.setdefault(place, term))
                    if first != term:
                        self.unify(first, term)
                        changed = True
