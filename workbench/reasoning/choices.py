"""Canonical choices of all facts of many small worlds at once.

The choice is that of :mod:`workbench.reasoning.minimal`, made for whole columns: level by level of height, with a row
of bits per fact that holds its canonical proof, so that the size of a union of proofs is a count of bits.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.reasoning.columns import BoolArray, IntArray
from workbench.reasoning.derivations import list_instances
from workbench.reasoning.facts import FactTable
from workbench.reasoning.join import Matcher
from workbench.reasoning.layout import Layout
from workbench.reasoning.plan import TheoryPlan

__all__ = [
    "BitArray",
    "Choices",
    "InstanceTable",
    "choose_all",
    "collect_instances",
    "count_bits",
    "cut_instances",
    "select_facts",
]

BitArray = npt.NDArray[np.uint64]
"""Sets as rows of 64-bit words."""


class InstanceTable(NamedTuple):
    """All instances of a batch, each once, by the places of the facts they conclude.

    ``premises`` is filled up with the one place after all others, which is nobody's. The instances that conclude the
    fact at place p are those from ``starts[p]`` up to ``starts[p + 1]``; ``heights`` are theirs.
    """

    heads: IntArray
    rules: IntArray
    premises: IntArray
    starts: IntArray
    heights: IntArray


class Choices(NamedTuple):
    """Per place the chosen instance (-1: stated, or not at all), its height, and rows of bits.

    A bit stands for a fact of the world, in their order. ``proofs`` are the facts in the canonical proof, ``grounds``
    those in all proofs of least height: on nothing else the choice depends.
    """

    rows: IntArray
    heights: IntArray
    proofs: BitArray
    grounds: BitArray


def collect_instances(plan: TheoryPlan, matcher: Matcher, facts: FactTable, layout: Layout) -> InstanceTable:
    """Return all instances of all rules in the closures."""
    parts = [part for rule in plan.rules for part in list_instances(rule, matcher, facts)]
    places = np.append(layout.find_places(facts), layout.nobody)
    narrow = places.astype(np.int32)
    heads: IntArray = narrow[np.concatenate([part.facts for part in parts] or [np.empty(0, dtype=np.int64)])]
    width = max((len(part.premises) for part in parts), default=0)
    rules: IntArray = np.empty(len(heads), dtype=np.int32)
    premises: IntArray = np.full((width, len(heads)), layout.nobody, dtype=np.int32)
    low = 0
    for part in parts:
        high = low + len(part.facts)
        rules[low:high] = part.rule
        for column, premise in enumerate(part.premises):
            premises[column, low:high] = narrow[premise]
        low = high
    order = np.argsort(heads, kind="stable")
    heads, rules, premises = heads[order], rules[order], premises[:, order]
    several = np.array([len(rule.heads) > 1 for rule in plan.rules], dtype=np.bool_)
    kept = _find_repeated(heads, rules, premises, several)
    if kept is not None:
        heads, rules, premises = heads[kept], rules[kept], premises[:, kept]
    heights = np.append(layout.heights, np.zeros(layout.count + 1, dtype=np.int64))
    own = np.ones(len(heads), dtype=np.int64)
    for column in premises:
        np.maximum(own, heights[column] + 1, out=own)
    return InstanceTable(heads, rules, premises, np.searchsorted(heads, np.arange(layout.nobody + 1)), own)


def cut_instances(table: InstanceTable, layout: Layout, low: int, high: int) -> InstanceTable:
    """Return the instances of a range of slots, by places of :meth:`workbench.reasoning.layout.Layout.cut`."""
    if (low, high) == (0, layout.count):
        return table
    first, last = int(layout.starts[low]), int(layout.starts[high])
    nobody = last - first + high - low
    lows = [int(table.starts[place]) for place in (first, layout.size + low)]
    highs = [int(table.starts[place]) for place in (last, layout.size + high)]
    rows = np.concatenate([np.arange(a, b) for a, b in zip(lows, highs, strict=True)])
    heads = table.heads[rows]
    heads -= np.where(heads < layout.size, first, layout.size + low - (last - first))
    premises = table.premises[:, rows]
    premises = np.where(premises == layout.nobody, nobody, premises - first)
    return InstanceTable(
        heads, table.rules[rows], premises, np.searchsorted(heads, np.arange(nobody + 1)), table.heights[rows]
    )


def _find_repeated(heads: IntArray, rules: IntArray, premises: IntArray, several: BoolArray) -> BoolArray | None:
    """Which instances stay when each is kept once; None for all. Only a rule with several heads repeats one."""
    rows = np.flatnonzero(several[rules])
    if len(rows) < 2:
        return None
    table = np.vstack((premises[:, rows], rules[rows], heads[rows]))
    order = np.lexsort(table)
    table = table[:, order]
    same = (table[:, 1:] == table[:, :-1]).all(axis=0)
    if not same.any():
        return None
    kept: BoolArray = np.ones(len(heads), dtype=np.bool_)
    kept[rows[order[1:][same]]] = False
    return kept


def count_bits(rows: BitArray) -> IntArray:
    """Return how many bits each row has."""
    counts: IntArray = np.bitwise_count(rows).sum(axis=1, dtype=np.int64)
    return counts


def _mark_members(members: IntArray, width: int, size: int) -> BitArray:
    """Return ``size`` rows of which the first have one bit each, as numbered by ``members``."""
    bits: BitArray = np.zeros((size, width), dtype=np.uint64)
    bits[np.arange(len(members)), members >> 6] = np.uint64(1) << (members & 63).astype(np.uint64)
    return bits


def choose_all(
    plan: TheoryPlan, table: InstanceTable, layout: Layout, break_tie: Callable[[list[int]], int]
) -> Choices:
    """Choose for every fact and every *false*; ``break_tie`` is given rows of a rule that computes values."""
    size, width = layout.size, layout.width
    members = np.arange(size, dtype=np.int64) - layout.starts[layout.slots]
    proofs = _mark_members(members, width, layout.nobody + 1)
    grounds = proofs.copy()
    derived = select_facts(layout, layout.heights > 0)
    chosen: IntArray = np.full(layout.nobody, -1, dtype=np.int64)
    heights = np.append(layout.heights, np.full(layout.count, -1, dtype=np.int64))
    falsities = np.flatnonzero(table.heads >= size)
    if len(falsities):
        heads = table.heads[falsities]
        first = np.flatnonzero(np.diff(heads, prepend=-1))
        heights[heads[first]] = np.minimum.reduceat(table.heights[falsities], first)
    lowest = np.flatnonzero(table.heights == heights[table.heads])
    lowest = lowest[np.argsort(table.heights[lowest], kind="stable")]
    bounds = np.searchsorted(table.heights[lowest], np.arange(int(heights.max(initial=0)) + 2)).tolist()
    ties = _TieTable(plan, table, layout, break_tie)
    slots = np.append(layout.slots, np.arange(layout.count, dtype=np.int64))
    for low, high in pairwise(bounds[1:]):
        rows = lowest[low:high]
        if not len(rows):
            continue
        unions = _unite(proofs, table.premises, rows, layout.nobody)
        heads = table.heads[rows]
        starts = np.flatnonzero(np.diff(heads, prepend=-1))
        below = _unite(grounds, table.premises, rows, layout.nobody)
        if len(starts) < len(rows):
            counts = np.diff(starts, append=len(rows))
            below = _merge_groups(below, starts, counts)
            open_ = np.flatnonzero(np.repeat(counts > 1, counts))
            sizes: IntArray = np.zeros(len(rows), dtype=np.int64)
            sizes[open_] = count_bits(unions[open_] & derived[slots[heads[open_]]])
            least = np.repeat(np.minimum.reduceat(sizes, starts), counts)
            kept = np.flatnonzero(sizes == least)
            kept = kept[ties.choose(rows[kept])]
            rows, unions, heads = rows[kept], unions[kept], heads[kept]
        chosen[heads] = rows
        proofs[heads] |= unions
        grounds[heads] |= below
    return Choices(chosen, heights, proofs[:-1], grounds[:-1])


def _merge_groups(sets: BitArray, starts: IntArray, counts: IntArray) -> BitArray:
    """The unions of groups of rows. Most groups are small: they are united one row at a time."""
    merged: BitArray = sets[starts]
    for turn in range(1, int(counts.max())):
        more = np.flatnonzero(counts > turn)
        merged[more] |= sets[starts[more] + turn]
    return merged


def select_facts(layout: Layout, chosen: BoolArray) -> BitArray:
    """Return a row of bits per slot: the chosen ones among its facts."""
    bits: BitArray = np.zeros((layout.count, layout.width), dtype=np.uint64)
    places = np.flatnonzero(chosen)
    slots = layout.slots[places]
    members = places - layout.starts[slots]
    # Within one word bits differ: adding them unites them.
    words = slots * layout.width + (members >> 6)
    first = np.flatnonzero(np.diff(words, prepend=-1))
    if len(first):
        bits.reshape(-1)[words[first]] = np.add.reduceat(_lift(members), first)
    return bits


def _lift(members: IntArray) -> BitArray:
    lifted: BitArray = np.uint64(1) << (members & 63).astype(np.uint64)
    return lifted


def _unite(sets: BitArray, premises: IntArray, rows: IntArray, nobody: int) -> BitArray:
    """The union of the sets of each row's premises."""
    if not len(premises):
        return np.zeros((len(rows), sets.shape[1]), dtype=np.uint64)
    unions: BitArray = sets[premises[0, rows]]
    for column in premises[1:]:
        places = column[rows]
        filled = np.flatnonzero(places != nobody)
        if not len(filled):
            break
        if len(filled) == len(rows):
            unions |= sets[places]
        else:
            unions[filled] |= sets[places[filled]]
    return unions


class _TieTable:
    """Chooses the first of several instances in the order of :attr:`workbench.model.proofs.Step.sort_key`."""

    def __init__(
        self, plan: TheoryPlan, table: InstanceTable, layout: Layout, break_tie: Callable[[list[int]], int]
    ) -> None:
        self._table, self._break_tie = table, break_tie
        self._ranks = np.concatenate((layout.ranks, np.zeros((3, layout.count + 1), dtype=np.int64)), axis=1)
        width = max((len(rule.lookups) for rule in plan.rules), default=0)
        self._atoms = np.full((width, len(plan.rules)), -1, dtype=np.int64)
        self._parts = np.zeros((width, len(plan.rules)), dtype=np.int64)
        for number, rule in enumerate(plan.rules):
            for column, (_, atom, part) in enumerate(rule.lookups):
                self._atoms[column, number], self._parts[column, number] = atom, part
        self._computes = np.array([bool(rule.computed) for rule in plan.rules], dtype=np.bool_)

    def choose(self, rows: IntArray) -> IntArray:
        """Return the positions of one row per head; rows are grouped by their heads."""
        heads, rules = self._table.heads[rows], self._table.rules[rows]
        starts = np.flatnonzero(np.diff(heads, prepend=-1))
        if len(starts) == len(rows):
            return np.arange(len(rows), dtype=np.int64)
        counts = np.diff(starts, append=len(rows))
        kept = np.flatnonzero(rules == np.repeat(np.minimum.reduceat(rules, starts), counts))
        heads, rules, rows = heads[kept], rules[kept], rows[kept]
        repeated = np.flatnonzero((np.diff(heads, prepend=-1) == 0) | (np.diff(heads, append=-1) == 0))
        columns = [heads[repeated]]
        for atoms, parts in zip(self._atoms, self._parts, strict=True):
            atom = atoms[rules[repeated]]
            column = self._ranks[parts[rules[repeated]], self._table.premises[atom, rows[repeated]]]
            columns.append(np.where(atom < 0, 0, column))
        order = np.arange(len(rows), dtype=np.int64)
        order[repeated] = repeated[np.lexsort(columns[::-1])]
        found: IntArray = order[np.flatnonzero(np.diff(heads[order], prepend=-1))]
        if self._computes[rules[found]].any():
            firsts = np.flatnonzero(np.diff(heads, prepend=-1))
            ends = np.append(firsts[1:], len(heads))
            for place in np.flatnonzero(self._computes[rules[found]] & (ends - firsts > 1)).tolist():
                group = rows[firsts[place] : ends[place]].tolist()
                found[place] = firsts[place] + group.index(self._break_tie(group))
        return kept[found]
