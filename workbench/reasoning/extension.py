"""Extensions: the worlds of a batch, each with a statement added, answered from what differs.

The result is that of evaluating each world with its statement from scratch, negations judged against the world's own
closure in the batch; :mod:`workbench.reasoning.overlay` says how it is found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import numpy as np

from workbench.model.proofs import Proof, Step
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.reasoning.columns import BoolArray
from workbench.reasoning.extended_sheet import ExtendedSheet, Gains
from workbench.reasoning.facts import FactTable
from workbench.reasoning.gains import GainTable, News
from workbench.reasoning.overlay import Overlays
from workbench.reasoning.sheet import Sheet
from workbench.reasoning.sheets import Sheets

__all__ = ["Extension", "Scratch"]


class Scratch(Protocol):
    """Worlds evaluated from scratch, with their statements."""

    def get_sheet(self, world: int) -> Sheet:
        """Return the sheet of a world."""
        ...

    def find_inconsistent_worlds(self) -> BoolArray:
        """Tell for each world whether there is a contradiction."""
        ...


class Extension:
    """Worlds with a statement each, in the order of the statements. Facts are asked for as from a batch."""

    def __init__(
        self,
        overlays: Overlays,
        statements: Sequence[tuple[int, Triple]],
        sheets: Sheets,
        facts: FactTable,
        scratch: Scratch | None,
        inconsistent: BoolArray,
        hold: Callable[[], AbstractContextManager[object]],
    ) -> None:
        """``scratch`` has the worlds that ``overlays.lost`` marks; ``inconsistent`` are the worlds below that are."""
        self.statements = tuple(statements)
        self._overlays, self._base, self._facts = overlays, sheets, facts
        self._scratch, self._inconsistent, self._hold = scratch, inconsistent, hold
        self._again = dict(zip(np.flatnonzero(overlays.lost).tolist(), range(len(statements)), strict=False))
        self._sheets: dict[int, Sheet] = {}
        self._news: News | None = None
        self._gains: GainTable | None = None

    @property
    def theory(self) -> Theory:
        """The theory that was applied."""
        return self._overlays.plan.theory

    @property
    def world_count(self) -> int:
        """How many statements, and so how many worlds, there are."""
        return len(self.statements)

    def find_inconsistent_worlds(self) -> BoolArray:
        """Tell for each world whether an integrity rule derives *false*."""
        overlays = self._overlays
        found: BoolArray = self._inconsistent[overlays.worlds]
        for part in overlays.found:
            if part.head is None:
                found[part.overlays] = True
        if self._scratch is not None:
            found[overlays.lost] = self._scratch.find_inconsistent_worlds()
        return found

    def list_new_facts(self, world: int) -> list[Triple]:
        """Return the facts that the world had not without its statement, sorted; the statement is one of them."""
        if world in self._again:
            known = self._base.get_sheet(self.statements[world][0]).numbers
            return [fact for fact in self.get_sheet(world).list_sorted() if fact not in known]
        return self._read_news().list_facts(world)

    def list_facts(self, world: int, *, stated: bool | None = None) -> list[Triple]:
        """Return the facts of a world, sorted; only the stated or only the derived ones if asked."""
        sheet = self.get_sheet(world)
        if stated is None:
            return sheet.list_sorted()
        bits = sheet.stated_bits
        return sorted(f for n, f in enumerate(sheet.facts) if bool(bits >> n & 1) == stated)

    def is_entailed(self, world: int, triple: Triple) -> bool:
        """Tell whether a triple is in the closure of a world."""
        return self.get_sheet(world).find(triple) is not None

    def get_height(self, world: int, triple: Triple) -> int | None:
        """Return the least height of a proof, 0 for a stated fact, None when the triple is not in the closure."""
        sheet = self.get_sheet(world)
        number = sheet.find(triple)
        return None if number is None else sheet.get_height(number)

    def derivations(self, world: int, triple: Triple) -> list[Step]:
        """Return all steps that conclude a fact (or :data:`FALSE`), in canonical order."""
        return self.get_sheet(world).derivations(triple)

    def proof(self, world: int, triple: Triple) -> Proof | None:
        """Return the canonical minimal proof (see :mod:`workbench.reasoning.minimal`), None when there is none."""
        return self.get_sheet(world).proof(triple)

    def get_sheet(self, world: int) -> Sheet:
        """Return the sheet of a world. New facts have the numbers after those of the world as it was."""
        sheet = self._sheets.get(world)
        if sheet is None:
            with self._hold():
                sheet = self._sheets[world] = self._make_sheet(world)
        return sheet

    def _make_sheet(self, world: int) -> Sheet:
        if self._scratch is not None and world in self._again:
            return self._scratch.get_sheet(self._again[world])
        below, statement = self.statements[world]
        news = self._read_news()
        return ExtendedSheet(
            self._overlays.plan,
            self._base.get_sheet(below),
            statement,
            news.list_facts(world),
            news.list_heights(world),
            lambda: self._read_gains(world),
        )

    def _read_news(self) -> News:
        if self._news is None:
            with self._hold():
                self._news = News(self._overlays)
        return self._news

    def _read_gains(self, world: int) -> Gains:
        if self._gains is None:
            with self._hold():
                self._gains = GainTable(self._overlays, self._read_news(), self._base, self._facts)
        return self._gains.read(world)
