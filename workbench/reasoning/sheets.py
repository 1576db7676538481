"""Sheets: what can be asked about the facts of many small worlds, worked out for all of them at once.

What :class:`workbench.reasoning.batch.Batch` finds through a graph per world, question by question, is made here in
whole columns and read off: facts in order, heights, canonical proofs and their measures, derivations and their
number. What a fact rests on (its cone) is followed within a sheet, each part of it once for all facts.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cached_property
from typing import NamedTuple

import numpy as np

from workbench.model.proofs import FALSE, Step
from workbench.model.rules import is_restatement
from workbench.model.terms import Triple
from workbench.reasoning.choices import (
    Choices,
    InstanceTable,
    choose_all,
    collect_instances,
    count_bits,
    cut_instances,
    select_facts,
)
from workbench.reasoning.columns import BoolArray, IntArray
from workbench.reasoning.cones import gather_cones
from workbench.reasoning.derivations import Instance, make_step
from workbench.reasoning.facts import FactTable
from workbench.reasoning.join import Matcher
from workbench.reasoning.layout import Layout, lay_out
from workbench.reasoning.plan import TheoryPlan
from workbench.reasoning.sheet import Extent, Sheet

__all__ = ["LARGEST", "Block", "Ledger", "Sheets", "WorldSheet"]

LARGEST = 16_384
"""So many facts a world on a sheet may have."""


class Block(NamedTuple):
    """Worlds of about one size, with their derivations and choices; measures of proofs are by place."""

    layout: Layout
    table: InstanceTable
    choices: Choices
    hops: IntArray
    steps: IntArray
    leaves: IntArray


class Sheets:
    """The sheets of a batch. Worlds must be small: a world of n facts takes n * n / 4 bytes and more."""

    def __init__(
        self, plan: TheoryPlan, matcher: Matcher, facts: FactTable, hold: Callable[[], AbstractContextManager[object]]
    ) -> None:
        """``hold`` gives what must be held while the evaluation is asked."""
        self.plan = plan
        self._matcher, self._facts, self._hold = matcher, facts, hold
        self._sheets: dict[int, WorldSheet] = {}
        self._ledgers: list[tuple[int, Ledger]] = []

    @cached_property
    def _layout(self) -> Layout:
        return lay_out(self._matcher.nodes, self._facts)

    @cached_property
    def places(self) -> IntArray:
        """The place of each fact, by its id."""
        return self._layout.find_places(self._facts)

    @cached_property
    def _slots(self) -> list[int]:
        slots: list[int] = np.argsort(self._layout.homes).tolist()
        return slots

    @cached_property
    def _triples(self) -> list[Triple]:
        return self._layout.list_triples()

    @cached_property
    def _starts(self) -> list[int]:
        starts: list[int] = self._layout.starts.tolist()
        return starts

    def _list_blocks(self) -> list[tuple[int, Block]]:
        """The blocks, each with the first slot of it."""
        layout = self._layout
        table = collect_instances(self.plan, self._matcher, self._facts, layout)
        return [
            (low, self._make_block(layout.cut(low, high), cut_instances(table, layout, low, high)))
            for low, high in layout.split()
        ]

    def _make_block(self, layout: Layout, table: InstanceTable) -> Block:
        def find_first(rows: list[int]) -> int:
            """The first in canonical order of instances of one rule that have one conclusion."""
            rule, steps = self.plan.rules[int(table.rules[rows[0]])], []
            fact = int(table.heads[rows[0]])
            conclusion = FALSE if fact >= layout.size else layout.get_triple(fact)
            for row in rows:
                premises = [layout.get_triple(p) for p in table.premises[: len(rule.body.atoms), row].tolist()]
                steps.append((make_step(rule, premises, conclusion).sort_key, row))
            return min(steps)[1]

        choices = choose_all(self.plan, table, layout, find_first)
        restating = np.array([is_restatement(rule.rule) for rule in self.plan.rules] or [False], dtype=np.bool_)
        chosen = choices.rows[: layout.size]
        is_hop: BoolArray = chosen >= 0
        is_hop[is_hop] = ~restating[table.rules[chosen[is_hop]]]
        slots = np.append(layout.slots, np.arange(layout.count, dtype=np.int64))
        is_false = np.arange(layout.nobody) >= layout.size
        masks = (is_hop, layout.heights > 0, layout.heights == 0)
        hops, steps, leaves = (count_bits(choices.proofs & select_facts(layout, mask)[slots]) for mask in masks)
        return Block(layout, table, choices, hops + is_false, steps + is_false, leaves)

    def get_sheet(self, world: int) -> WorldSheet:
        """Return the sheet of a world; it is made once."""
        sheet = self._sheets.get(world)
        if sheet is None:
            slot = self._slots[world]
            low, high = self._starts[slot : slot + 2]
            heights = self._layout.heights[low:high].tolist()
            sheet = self._sheets[world] = WorldSheet(self, slot, self._triples[low:high], heights)
        return sheet

    def count_facts(self) -> IntArray:
        """Return how many facts each world has."""
        return np.diff(self._layout.starts)[np.array(self._slots, dtype=np.int64)]

    def list_starts(self) -> IntArray:
        """Return the place of each world's first fact."""
        return self._layout.starts[np.array(self._slots, dtype=np.int64)]

    def list_facts(self) -> list[list[Triple]]:
        """Return the facts of every world, sorted."""
        triples, starts = self._triples, self._starts
        return [triples[starts[slot] : starts[slot + 1]] for slot in self._slots]

    def find_ledger(self, slot: int) -> tuple[int, Ledger]:
        """Return the columns that the world of a slot is in, and its slot there."""
        with self._hold():
            if not self._ledgers:
                self._ledgers = [(low, Ledger(block)) for low, block in self._list_blocks()]
        first, ledger = next(pair for pair in reversed(self._ledgers) if pair[0] <= slot)
        return slot - first, ledger


class Ledger:
    """The columns of a block as lists of numbers, by place or by row of a derivation."""

    def __init__(self, block: Block) -> None:
        layout, table = block.layout, block.table
        self.proofs, self.grounds = block.choices.proofs, block.choices.grounds
        self.starts: list[int] = layout.starts.tolist()
        self.size = layout.size
        self.heights: list[int] = block.choices.heights.tolist()
        self.hops: list[int] = block.hops.tolist()
        self.steps: list[int] = block.steps.tolist()
        self.leaves: list[int] = block.leaves.tolist()
        self.chosen: list[int] = block.choices.rows.tolist()
        self.rows: list[int] = table.starts.tolist()
        self.heads: list[int] = table.heads.tolist()
        self.rules: list[int] = table.rules.tolist()
        premises = np.ascontiguousarray(table.premises.T)
        filled: BoolArray = np.less(premises, layout.nobody)
        self.bounds: list[int] = np.append(0, np.cumsum(np.count_nonzero(filled, axis=1))).tolist()
        self.premises: list[int] = premises[filled].tolist()


class WorldSheet(Sheet):
    """The sheet of a world of a batch. What is about derivations is laid out when first asked for."""

    def __init__(self, sheets: Sheets, slot: int, facts: list[Triple], heights: list[int]) -> None:
        super().__init__(sheets.plan)
        self.heights = heights
        self._facts = facts
        self._sheets, self._slot = sheets, slot
        self._known: tuple[Ledger, int, int] | None = None
        self._steps: dict[int, Step] = {}
        self._proofs: dict[int, tuple[int, ...]] = {}
        self._proof_bits: dict[int, int] = {}
        self._grounds: dict[int, int] = {}
        self._cones: dict[int, tuple[int, int]] = {}

    @property
    def facts(self) -> list[Triple]:
        """See :class:`Sheet`."""
        return self._facts

    @cached_property
    def stated_bits(self) -> int:
        """See :class:`Sheet`."""
        return sum(1 << number for number, height in enumerate(self.heights) if not height)

    @cached_property
    def numbers(self) -> dict[Triple, int]:
        """The number of each fact."""
        return dict(zip(self._facts, range(len(self._facts)), strict=True))

    @property
    def _view(self) -> tuple[Ledger, int, int]:
        """The columns, the place of the first fact there, and that of *false*."""
        if self._known is None:
            slot, ledger = self._sheets.find_ledger(self._slot)
            self._known = ledger, ledger.starts[slot], ledger.size + slot
        return self._known

    def _get_place(self, number: int) -> int:
        _, low, false = self._view
        return low + number if number < len(self._facts) else false

    @property
    def hops(self) -> list[int]:
        """The hops of all facts' canonical proofs, by their numbers."""
        ledger, low, _ = self._view
        return ledger.hops[low : low + len(self._facts)]

    def find(self, triple: Triple) -> int | None:
        """See :class:`Sheet`."""
        if triple == FALSE:
            ledger, _, false = self._view
            return len(self._facts) if ledger.chosen[false] >= 0 else None
        return self.numbers.get(triple)

    def get_height(self, number: int) -> int:
        """See :class:`Sheet`."""
        return self._view[0].heights[self._get_place(number)]

    def get_extent(self, number: int) -> Extent:
        """See :class:`Sheet`."""
        ledger, place = self._view[0], self._get_place(number)
        return Extent(
            ledger.heights[place],
            ledger.hops[place],
            ledger.steps[place],
            ledger.leaves[place],
            ledger.rows[place + 1] - ledger.rows[place],
        )

    def list_rows(self, number: int) -> range:
        """Return the rows of the derivations of a fact."""
        ledger, place = self._view[0], self._get_place(number)
        return range(ledger.rows[place], ledger.rows[place + 1])

    def get_instance(self, row: int) -> Instance:
        """Return a derivation, its premises by their numbers."""
        ledger, low, _ = self._view
        premises = ledger.premises[ledger.bounds[row] : ledger.bounds[row + 1]]
        return Instance(ledger.rules[row], tuple([premise - low for premise in premises]))

    def get_step(self, row: int) -> Step:
        """Return a derivation as a step."""
        step = self._steps.get(row)
        if step is None:
            ledger, low, _ = self._view
            facts, fact = self._facts, ledger.heads[row]
            premises = [facts[p - low] for p in ledger.premises[ledger.bounds[row] : ledger.bounds[row + 1]]]
            conclusion = FALSE if fact >= ledger.size else facts[fact - low]
            step = self._steps[row] = make_step(self._plan.rules[ledger.rules[row]], premises, conclusion)
        return step

    def get_head(self, row: int) -> int:
        """Return the number of what a derivation concludes."""
        ledger, low, _ = self._view
        return min(ledger.heads[row] - low, len(self._facts))

    def list_steps(self, number: int) -> list[Step]:
        """See :class:`Sheet`."""
        return [self.get_step(row) for row in self.list_rows(number)]

    def get_choice(self, number: int) -> int:
        """Return the row of the last derivation in a fact's canonical proof, -1 for a stated fact."""
        return self._view[0].chosen[self._get_place(number)]

    def list_proof(self, number: int) -> tuple[Step, ...]:
        """See :class:`Sheet`."""
        return tuple([self.get_step(row) for row in self.list_proof_rows(number)])

    def list_proof_rows(self, number: int) -> tuple[int, ...]:
        """Return the rows of the derivations in a fact's canonical proof: depth first, premises in body order."""
        ledger, goal = self._view[0], self._get_place(number)
        chosen, premises, bounds, found = ledger.chosen, ledger.premises, ledger.bounds, self._proofs
        stack = [goal]
        while stack:
            place = stack[-1]
            row = chosen[place]
            if row < 0 or place in found:
                stack.pop()
                continue
            below = [premise for premise in premises[bounds[row] : bounds[row + 1]] if chosen[premise] >= 0]
            if open_ := [premise for premise in below if premise not in found]:
                stack += open_
                continue
            stack.pop()
            if not below:
                found[place] = (row,)
            elif len(below) == 1:
                found[place] = (*found[below[0]], row)
            else:  # whatever a premise's proof has in common with an earlier one's stands there already
                found[place] = (*dict.fromkeys([r for premise in below for r in found[premise]]), row)
        return found.get(goal, ())

    def get_proof_bits(self, number: int) -> int:
        """Return the facts in the canonical proof of a fact, itself included."""
        found = self._proof_bits.get(number)
        if found is None:
            row = self._view[0].proofs[self._get_place(number)]
            found = self._proof_bits[number] = int.from_bytes(row.tobytes(), "little")
        return found

    def get_ground_bits(self, number: int) -> int:
        """Return the facts in all proofs of a fact that have the least height, itself included."""
        found = self._grounds.get(number)
        if found is None:
            row = self._view[0].grounds[self._get_place(number)]
            found = self._grounds[number] = int.from_bytes(row.tobytes(), "little")
        return found

    def get_cone(self, number: int) -> tuple[int, int]:
        """See :class:`Sheet`."""
        if number not in self._cones:
            gather_cones(number, self._list_below, self._cones)
        return self._cones[number]

    def _list_below(self, number: int) -> tuple[set[int], int]:
        """All premises of a fact's derivations, and their rules as a set."""
        ledger, low, _ = self._view
        place = self._get_place(number)
        first, last = ledger.rows[place], ledger.rows[place + 1]
        rules = 0
        for rule in ledger.rules[first:last]:
            rules |= 1 << rule
        return {premise - low for premise in ledger.premises[ledger.bounds[first] : ledger.bounds[last]]}, rules
