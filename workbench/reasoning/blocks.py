"""Blocks: worlds of about one size with their derivations, canonical choices and measures, read world by world."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workbench.model.proofs import FALSE
from workbench.model.rules import is_restatement
from workbench.reasoning.choices import BitArray, InstanceTable, choose_all, count_bits, select_facts
from workbench.reasoning.columns import BoolArray
from workbench.reasoning.derivations import make_step
from workbench.reasoning.layout import Layout
from workbench.reasoning.plan import TheoryPlan

__all__ = ["Block", "Columns"]


class Columns(NamedTuple):
    """What holds of a world's facts, by their numbers, *false* coming last; and its derivations, by rows.

    Fact n is concluded by the rows from ``starts[n]`` up to ``starts[n + 1]``, of which ``chosen[n]`` is the last of
    its canonical proof, -1 for a stated fact; ``measures`` are lists, one for each part of an extent. The premises of
    row r are ``premises[bounds[r] : bounds[r + 1]]``. ``proofs`` and ``grounds`` are those of
    :class:`workbench.reasoning.choices.Choices`.
    """

    starts: list[int]
    chosen: list[int]
    measures: list[list[int]]
    heads: list[int]
    rules: list[int]
    bounds: list[int]
    premises: list[int]
    proofs: BitArray
    grounds: BitArray


class Block:
    """Some worlds of a batch, in the slots of a layout of their own."""

    def __init__(self, plan: TheoryPlan, layout: Layout, table: InstanceTable) -> None:
        self._plan, self._layout, self._table = plan, layout, table
        self._choices = choose_all(plan, table, layout, self._find_first)
        restating = np.array([is_restatement(rule.rule) for rule in plan.rules] or [False], dtype=np.bool_)
        chosen = self._choices.rows[: layout.size]
        is_hop: BoolArray = chosen >= 0
        is_hop[is_hop] = ~restating[table.rules[chosen[is_hop]]]
        slots = np.append(layout.slots, np.arange(layout.count, dtype=np.int64))
        is_false = np.arange(layout.nobody) >= layout.size
        proofs = self._choices.proofs
        hops, steps, leaves = (
            count_bits(proofs & select_facts(layout, mask)[slots])
            for mask in (is_hop, layout.heights > 0, layout.heights == 0)
        )
        counts = np.diff(table.starts)
        self._measures = np.vstack((self._choices.heights, hops + is_false, steps + is_false, leaves, counts))
        filled: BoolArray = np.less(table.premises, layout.nobody)
        self._counts = np.count_nonzero(filled, axis=0)

    def _find_first(self, rows: list[int]) -> int:
        """The first in canonical order of instances of one rule that have one conclusion."""
        table, layout = self._table, self._layout
        rule, steps = self._plan.rules[int(table.rules[rows[0]])], []
        fact = int(table.heads[rows[0]])
        conclusion = FALSE if fact >= layout.size else layout.get_triple(fact)
        for row in rows:
            premises = [layout.get_triple(p) for p in table.premises[: len(rule.body.atoms), row].tolist()]
            steps.append((make_step(rule, premises, conclusion).sort_key, row))
        return min(steps)[1]

    def read(self, slot: int) -> Columns:
        """Return the columns of the world in a slot."""
        layout, table, choices = self._layout, self._table, self._choices
        low, high = layout.starts[slot : slot + 2].tolist()
        size, false = high - low, layout.size + slot
        first, last, own, end = table.starts[[low, high, false, false + 1]].tolist()
        width = int(self._counts[first:last].max(initial=0))
        rows: slice | np.ndarray[tuple[int], np.dtype[np.int64]] = slice(first, last)
        if end > own:
            width = max(width, int(self._counts[own:end].max()))
            rows = np.append(np.arange(first, last), np.arange(own, end))
        counts = self._counts[rows]
        measures = self._measures[:, low:high].tolist(), self._measures[:, false].tolist()
        premises = table.premises[:width, rows].T
        chosen = choices.rows[low:high] - first
        chosen[choices.rows[low:high] < 0] = -1
        last_chosen = int(choices.rows[false])
        return Columns(
            [*(table.starts[low:high] - first).tolist(), last - first, last - first + end - own],
            [*chosen.tolist(), last_chosen - own + last - first if last_chosen >= 0 else -1],
            [[*own, last] for own, last in zip(*measures, strict=True)],
            [*(table.heads[first:last] - low).tolist(), *([size] * (end - own))],
            table.rules[rows].tolist(),
            [0, *counts.cumsum().tolist()],
            (premises[premises < layout.nobody] - low).tolist(),
            choices.proofs[low:high],
            choices.grounds[low:high],
        )
