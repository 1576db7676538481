"""The facts of all worlds of a batch in one order: world by world and, within a world, by their texts.

Worlds of about one size stand together, so that sets of facts, as rows of bits, need no more words than their worlds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.model.terms import Triple
from workbench.reasoning.columns import IntArray
from workbench.reasoning.facts import FactTable
from workbench.reasoning.live import ABSENT
from workbench.reasoning.nodes import NodeTable

__all__ = ["Layout", "lay_out"]

_KEY_BITS = 62
_WORTH_SPLITTING = 400_000
"""Words of bits that a block of its own must save."""
_MOST_WORDS = 4_000_000
"""About so many words of bits a block may take."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Facts by their places; worlds by their slots, ``homes`` being the worlds in the slots.

    Place p holds the fact ``ids[p]``, of the slot ``slots[p]`` and the height ``heights[p]``; slot s has the places
    from ``starts[s]`` up to ``starts[s + 1]``, and *false* in it the place ``size + s``. ``ranks`` are, as three
    rows, the numbers of subjects, predicates and objects in ``texts``, which are sorted.
    """

    texts: npt.NDArray[Any]
    homes: IntArray
    ids: IntArray
    slots: IntArray
    heights: IntArray
    starts: IntArray
    ranks: IntArray

    @property
    def size(self) -> int:
        """How many facts there are."""
        return len(self.ids)

    @property
    def count(self) -> int:
        """How many worlds there are."""
        return len(self.homes)

    @property
    def nobody(self) -> int:
        """The place after all others."""
        return self.size + self.count

    @property
    def width(self) -> int:
        """How many words of bits it takes to hold the facts of the largest world."""
        return _count_words(int(np.diff(self.starts).max(initial=0)))

    def list_triples(self) -> list[Triple]:
        """Return the facts, place by place."""
        subjects, predicates, objects = (self.texts[column].tolist() for column in self.ranks)
        return list(zip(subjects, predicates, objects, strict=True))

    def get_triple(self, place: int) -> Triple:
        """Return the fact at a place."""
        subject, predicate, object_ = self.texts[self.ranks[:, place]].tolist()
        return subject, predicate, object_

    def find_places(self, facts: FactTable) -> IntArray:
        """Return the place of each id, those of *false* included, -1 for an id that is no fact."""
        places: IntArray = np.full(facts.size + self.count, -1, dtype=np.int64)
        places[self.ids] = np.arange(self.size)
        places[facts.size + self.homes] = self.size + np.arange(self.count)
        return places

    def split(self) -> Iterator[tuple[int, int]]:
        """Yield ranges of slots, one after the other, whose worlds are about equally large."""
        sizes = np.diff(self.starts)
        low = 0
        while low < self.count:
            most = _count_words(int(sizes[low]))
            high = low + 1 + int(np.searchsorted(np.cumsum(sizes[low:]) * most, _MOST_WORDS))
            high = min(high, self.count)
            while most > 1:
                most //= 2
                place = int(np.searchsorted(-sizes, -64 * most))
                saved = int(sizes[place:].sum()) * (_count_words(int(sizes[low])) - most)
                if saved > _WORTH_SPLITTING and low < place < high:
                    high = place
                    break
            yield low, high
            low = high

    def cut(self, low: int, high: int) -> Layout:
        """Return the layout of a range of slots alone."""
        if (low, high) == (0, self.count):
            return self
        first, last = int(self.starts[low]), int(self.starts[high])
        return Layout(
            self.texts,
            self.homes[low:high],
            self.ids[first:last],
            self.slots[first:last] - low,
            self.heights[first:last],
            self.starts[low : high + 1] - first,
            self.ranks[:, first:last],
        )


def lay_out(nodes: NodeTable, facts: FactTable) -> Layout:
    """Order the facts of a batch. Worlds that need fewer words of bits come later."""
    ids: IntArray = np.flatnonzero(facts.heights < ABSENT)
    worlds = facts.worlds[ids]
    sizes = np.bincount(worlds, minlength=nodes.world_count)
    words = np.maximum(1, (sizes + 63) >> 6)
    homes: IntArray = np.argsort(-np.ceil(np.log2(words)), kind="stable").astype(np.int64)
    slots = np.empty(nodes.world_count, dtype=np.int64)
    slots[homes] = np.arange(nodes.world_count)
    ranks, texts = _rank_parts(nodes, facts, ids)
    bits = max(1, len(texts).bit_length())
    if nodes.world_count.bit_length() + 3 * bits <= _KEY_BITS:
        key = slots[worlds]
        for column in ranks:
            key = (key << bits) | column
        order = np.argsort(key)
    else:
        order = np.lexsort((ranks[2], ranks[1], ranks[0], slots[worlds]))
    ordered = slots[worlds[order]]
    starts = np.searchsorted(ordered, np.arange(nodes.world_count + 1))
    heights = facts.heights[ids[order]].astype(np.int64)
    return Layout(np.array(texts, dtype=object), homes, ids[order], ordered, heights, starts, ranks[:, order])


def _rank_parts(nodes: NodeTable, facts: FactTable, ids: IntArray) -> tuple[IntArray, list[str]]:
    """Subjects, predicates and objects as numbers of sorted texts, and these."""
    texts = sorted({*nodes.terms, *(text for key in facts.keys for text in key)})
    rank = dict(zip(texts, range(len(texts)), strict=True))
    of_term = np.fromiter(map(rank.__getitem__, nodes.terms), dtype=np.int64, count=len(nodes.terms))
    of_predicate = np.array([rank[predicate] for predicate, _ in facts.keys], dtype=np.int64)
    of_class = np.array([rank[class_] if class_ else -1 for _, class_ in facts.keys], dtype=np.int64)
    subjects, objects, places = facts.read_columns(ids)
    ranks = np.empty((3, len(ids)), dtype=np.int64)
    if len(ids):
        ranks[0], ranks[1] = of_term[subjects], of_predicate[places]
        ranks[2] = np.where(of_class[places] >= 0, of_class[places], of_term[objects])
    return ranks, texts


def _count_words(facts: int) -> int:
    """How many words of bits a set of up to so many facts takes, as a power of two."""
    return 1 << (max(1, (facts + 63) >> 6) - 1).bit_length()
