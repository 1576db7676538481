"""Sheets: what can be asked about the facts of many small worlds, worked out for all of them at once.

What :class:`workbench.reasoning.batch.Batch` finds through a graph per world, question by question, is made here in
whole columns and read off: facts in order, heights, canonical proofs and their measures, derivations and their
number. What a fact rests on (its cone) is followed within a sheet, each part of it once for all facts.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cached_property

import numpy as np

from workbench.model.proofs import FALSE, Step
from workbench.model.terms import Triple
from workbench.reasoning.blocks import Block, Columns
from workbench.reasoning.choices import InstanceTable, collect_instances, cut_instances
from workbench.reasoning.columns import IntArray
from workbench.reasoning.cones import gather_cones
from workbench.reasoning.derivations import Instance, make_step
from workbench.reasoning.facts import FactTable
from workbench.reasoning.join import Matcher
from workbench.reasoning.layout import Layout, lay_out
from workbench.reasoning.plan import TheoryPlan
from workbench.reasoning.sheet import Extent, Sheet

__all__ = ["LARGEST", "Sheets", "WorldSheet"]

LARGEST = 4_096
"""So many facts a world on a sheet may have: its proofs take n * n / 4 bytes."""
_KEPT = 4_096
"""So many sheets are kept; those asked for longest ago are made anew."""


class Sheets:
    """The sheets of a batch of small worlds."""

    def __init__(
        self, plan: TheoryPlan, matcher: Matcher, facts: FactTable, hold: Callable[[], AbstractContextManager[object]]
    ) -> None:
        """``hold`` gives what must be held while the evaluation is asked."""
        self.plan = plan
        self._matcher, self._facts, self._hold = matcher, facts, hold
        self._sheets: dict[int, WorldSheet] = {}
        self._blocks: dict[int, Block] = {}

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

    @cached_property
    def _table(self) -> InstanceTable:
        return collect_instances(self.plan, self._matcher, self._facts, self._layout)

    @cached_property
    def _ranges(self) -> list[tuple[int, int]]:
        return list(self._layout.split())

    def get_sheet(self, world: int) -> WorldSheet:
        """Return the sheet of a world; the latest ones are kept."""
        sheet = self._sheets.get(world)
        if sheet is None:
            slot = self._slots[world]
            low, high = self._starts[slot : slot + 2]
            heights = self._layout.heights[low:high].tolist()
            sheet = self._sheets[world] = WorldSheet(self, slot, self._triples[low:high], heights)
            if len(self._sheets) > _KEPT:
                del self._sheets[next(iter(self._sheets))]
        return sheet

    def read_columns(self, slot: int) -> Columns:
        """Return what is known about the derivations of the world in a slot."""
        with self._hold():
            low, high = next((low, high) for low, high in self._ranges if low <= slot < high)
            block = self._blocks.get(low)
            if block is None:
                table = cut_instances(self._table, self._layout, low, high)
                block = self._blocks[low] = Block(self.plan, self._layout.cut(low, high), table)
            return block.read(slot - low)

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


class WorldSheet(Sheet):
    """The sheet of a world of a batch. What is about derivations is laid out when first asked for."""

    def __init__(self, sheets: Sheets, slot: int, facts: list[Triple], heights: list[int]) -> None:
        super().__init__(sheets.plan)
        self.heights = heights
        self._facts = facts
        self._sheets, self._slot = sheets, slot
        self._known: Columns | None = None
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
    def _columns(self) -> Columns:
        if self._known is None:
            self._known = self._sheets.read_columns(self._slot)
        return self._known

    @property
    def hops(self) -> list[int]:
        """The hops of all facts' canonical proofs, by number; *false* is the last."""
        return self._columns.measures[1]

    @property
    def extents(self) -> list[Extent]:
        """The measures of all facts' canonical proofs, by number; *false* is the last (-1 high without a proof)."""
        return list(map(Extent._make, zip(*self._columns.measures, strict=True)))

    def find(self, triple: Triple) -> int | None:
        """See :class:`Sheet`."""
        if triple == FALSE:
            return len(self._facts) if self._columns.chosen[-1] >= 0 else None
        return self.numbers.get(triple)

    def get_height(self, number: int) -> int:
        """See :class:`Sheet`."""
        return self.heights[number] if number < len(self.heights) else self._columns.measures[0][-1]

    def get_extent(self, number: int) -> Extent:
        """See :class:`Sheet`."""
        return Extent(*[column[number] for column in self._columns.measures])

    def list_rows(self, number: int) -> range:
        """Return the rows of the derivations of a fact."""
        starts = self._columns.starts
        return range(starts[number], starts[number + 1])

    def get_instance(self, row: int) -> Instance:
        """Return a derivation, its premises by their numbers."""
        columns = self._columns
        return Instance(columns.rules[row], tuple(columns.premises[columns.bounds[row] : columns.bounds[row + 1]]))

    def get_rule(self, row: int) -> int:
        """Return the number of a derivation's rule."""
        return self._columns.rules[row]

    def get_step(self, row: int) -> Step:
        """Return a derivation as a step."""
        step = self._steps.get(row)
        if step is None:
            columns, facts = self._columns, self._facts
            premises = [facts[n] for n in columns.premises[columns.bounds[row] : columns.bounds[row + 1]]]
            rule = self._plan.rules[columns.rules[row]]
            step = self._steps[row] = make_step(rule, premises, self.get_triple(columns.heads[row]))
        return step

    def get_head(self, row: int) -> int:
        """Return the number of what a derivation concludes."""
        return self._columns.heads[row]

    def list_steps(self, number: int) -> list[Step]:
        """See :class:`Sheet`."""
        return [self.get_step(row) for row in self.list_rows(number)]

    def list_proof(self, number: int) -> tuple[Step, ...]:
        """See :class:`Sheet`."""
        return tuple([self.get_step(row) for row in self.list_proof_rows(number)])

    def list_proof_rows(self, number: int) -> tuple[int, ...]:
        """Return the rows of the derivations in a fact's canonical proof: depth first, premises in body order."""
        columns, found = self._columns, self._proofs
        chosen, premises, bounds = columns.chosen, columns.premises, columns.bounds
        stack = [number]
        while stack:
            fact = stack[-1]
            row = chosen[fact]
            if row < 0 or fact in found:
                stack.pop()
                continue
            below = [premise for premise in premises[bounds[row] : bounds[row + 1]] if chosen[premise] >= 0]
            if open_ := [premise for premise in below if premise not in found]:
                stack += open_
                continue
            stack.pop()
            if not below:
                found[fact] = (row,)
            elif len(below) == 1:
                found[fact] = (*found[below[0]], row)
            else:  # whatever a premise's proof has in common with an earlier one's stands there already
                found[fact] = (*dict.fromkeys([r for premise in below for r in found[premise]]), row)
        return found.get(number, ())

    def get_proof_bits(self, number: int) -> int:
        """Return the facts in the canonical proof of a fact, itself included."""
        found = self._proof_bits.get(number)
        if found is None:
            found = int.from_bytes(self._columns.proofs[number].tobytes(), "little")
            self._proof_bits[number] = found
        return found

    def get_ground_bits(self, number: int) -> int:
        """Return the facts in all proofs of a fact that have the least height, itself included."""
        found = self._grounds.get(number)
        if found is None:
            found = self._grounds[number] = int.from_bytes(self._columns.grounds[number].tobytes(), "little")
        return found

    def get_cone(self, number: int) -> tuple[int, int]:
        """See :class:`Sheet`."""
        if number not in self._cones:
            gather_cones(number, self._list_below, self._cones)
        return self._cones[number]

    def _list_below(self, number: int) -> tuple[set[int], int]:
        """All premises of a fact's derivations, and their rules as a set."""
        columns = self._columns
        first, last = columns.starts[number : number + 2]
        rules = 0
        for rule in columns.rules[first:last]:
            rules |= 1 << rule
        return set(columns.premises[columns.bounds[first] : columns.bounds[last]]), rules
