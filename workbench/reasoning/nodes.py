"""Nodes: a term in a world, as a dense integer.

Each (world, term) pair has a node of its own, so a join on nodes never leaves its world: thousands of small
worlds are evaluated in one relation without a world column in any join.
"""

from __future__ import annotations

from collections.abc import Iterable
from threading import RLock
from typing import Any

import numpy as np

from workbench.model.terms import Term
from workbench.reasoning.columns import Column, IntArray, KeyMap

__all__ = ["NodeTable", "find_distinct"]


def find_distinct(values: IntArray) -> tuple[IntArray, IntArray]:
    """Return the sorted distinct values and, per entry, its position among them."""
    distinct, inverse = np.unique(values, return_inverse=True)
    return distinct, inverse.astype(np.int64, copy=False)


class _Numbers(dict[Term, int]):
    """Numbers for terms; asking for an unknown term appends it to ``terms``."""

    def __init__(self, terms: list[Term]) -> None:
        super().__init__()
        self._terms = terms

    def __missing__(self, term: Term) -> int:
        number = self[term] = len(self._terms)
        self._terms.append(term)
        return number


class NodeTable:
    """Terms and nodes of a batch of worlds. With one world, a node is its term's number.

    Whoever asks an evaluation holds ``lock``: answers learn terms, values and indexes on the way.
    """

    def __init__(self, world_count: int) -> None:
        self.lock = RLock()
        self.world_count = world_count
        self.terms: list[Term] = []
        self._term_ids = _Numbers(self.terms)
        self._worlds, self._terms, self._map = Column(), Column(), KeyMap()
        self._constants: dict[Term, IntArray] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, lock=RLock())

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return self._terms.size

    @property
    def world_of(self) -> IntArray:
        """The world of each node."""
        return self._worlds.values

    @property
    def term_of(self) -> IntArray:
        """The term number of each node."""
        return self._terms.values

    def intern_terms(self, terms: Iterable[Term]) -> IntArray:
        """Return the numbers of ``terms``, new ones included."""
        texts = terms if isinstance(terms, list) else list(terms)
        before = len(self.terms)
        numbers = np.fromiter(map(self._term_ids.__getitem__, texts), dtype=np.int64, count=len(texts))
        if self.world_count == 1:
            self._worlds.extend(np.zeros(len(self.terms) - before, dtype=np.int64))
            self._terms.extend(np.arange(before, len(self.terms), dtype=np.int64))
        return numbers

    def find_term(self, term: Term) -> int | None:
        """Return the number of ``term``, None when no fact or rule mentions it."""
        return self._term_ids.get(term)

    def intern_nodes(self, worlds: IntArray, terms: IntArray) -> IntArray:
        """Return the nodes of pairs of world and term number, new ones included."""
        if self.world_count == 1:
            return terms
        distinct, inverse = find_distinct((worlds << 32) | terms)
        nodes = self._map.find(distinct)
        missing = nodes < 0
        if missing.any():
            keys = distinct[missing]
            nodes[missing] = np.arange(self.size, self.size + len(keys), dtype=np.int64)
            self._map.add(keys, self.size)
            self._worlds.extend(keys >> 32)
            self._terms.extend(keys & 0xFFFFFFFF)
        return nodes[inverse]

    def find_node(self, world: int, term: Term) -> int | None:
        """Return the node of ``term`` in ``world``, or None."""
        number = self._term_ids.get(term)
        if number is None or self.world_count == 1:
            return number
        node = int(self._map.find(np.array([(world << 32) | number], dtype=np.int64))[0])
        return None if node < 0 else node

    def get_constant(self, term: Term) -> IntArray:
        """Return the nodes of ``term`` in all worlds, in the order of the worlds."""
        nodes = self._constants.get(term)
        if nodes is None:
            number = self.intern_terms([term])
            worlds = np.arange(self.world_count, dtype=np.int64)
            nodes = self._constants[term] = self.intern_nodes(worlds, np.repeat(number, self.world_count))
        return nodes

    def get_text(self, node: int) -> Term:
        """Return the term of a node."""
        return self.terms[int(self.term_of[node])]
