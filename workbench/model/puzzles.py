"""Puzzles as values: what is unknown, the clues, and the one solution.

Each slot is a list of facts of which exactly one is the case. A choice takes one fact of each slot; with the stated
facts and the rules it has a perfect model. It is *possible* when no integrity rule fires there and each slot has
exactly one true fact. The solution is the only possible choice under which every clue holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Literal

from workbench.model.rules import BodyElement, iterate_atoms
from workbench.model.terms import Pattern, Triple

__all__ = ["CLUE_KINDS", "MOST_CHOICES", "MOST_SLOTS", "Choice", "Clue", "ClueKind", "Puzzle"]

ClueKind = Literal["true", "false", "any", "one", "if"]
CLUE_KINDS: tuple[ClueKind, ...] = ("true", "false", "any", "one", "if")
"""What a clue says of its parts: the one is true; none is; at least one is; exactly one is; if the first, the second.
"""
MOST_SLOTS = 9
MOST_CHOICES = 20_000
"""A puzzle has no more choices than can be tried one by one."""

Choice = tuple[int, ...]
"""For each slot the place of the fact taken."""


@dataclass(frozen=True, slots=True)
class Clue:
    """What is said about the solution.

    A part is a conjunction; it is true where it has a binding. ``second`` is a possible choice, not the solution,
    under which every clue but this one holds: without the clue there would be two solutions.
    """

    kind: ClueKind
    parts: tuple[tuple[BodyElement, ...], ...]
    second: Choice = ()

    def holds(self, truths: tuple[bool, ...]) -> bool:
        """Tell whether the clue holds when its parts have these truth values."""
        match self.kind:
            case "true":
                return all(truths)
            case "false":
                return not any(truths)
            case "any":
                return any(truths)
            case "one":
                return sum(truths) == 1
            case "if":
                return truths[1] or not truths[0]


@dataclass(frozen=True, slots=True)
class Puzzle:
    """Slots, clues and the solution; clues are in the order in which they are told."""

    slots: tuple[tuple[Triple, ...], ...]
    clues: tuple[Clue, ...]
    solution: Choice

    @property
    def size(self) -> int:
        """How many choices there are."""
        return prod(map(len, self.slots))

    @property
    def solved(self) -> tuple[Triple, ...]:
        """The facts of the solution, one for each slot."""
        return self.take(self.solution)

    @property
    def patterns(self) -> list[Pattern]:
        """Every fact of a slot and every atom of a clue."""
        found: list[Pattern] = [fact for slot in self.slots for fact in slot]
        for clue in self.clues:
            for part in clue.parts:
                atoms = (*iterate_atoms(part), *iterate_atoms(part, negated=True))
                found += [(atom.subject, atom.predicate, atom.object) for atom in atoms]
        return found

    def take(self, choice: Choice) -> tuple[Triple, ...]:
        """Return the facts of a choice."""
        return tuple(slot[place] for slot, place in zip(self.slots, choice, strict=True))

    def iterate_choices(self) -> Iterator[Choice]:
        """Yield every choice."""
        yield from product(*(range(len(slot)) for slot in self.slots))

    def find_fault(self) -> str | None:
        """Return in what the puzzle is none whatever the facts and rules are; None when it may be one."""
        places = [*self.slots]
        if not 1 < len(places) <= MOST_SLOTS or any(len(set(slot)) != len(slot) or len(slot) < 2 for slot in places):
            return "the puzzle has too few or too many slots, or a slot without alternatives"
        if len({fact for slot in places for fact in slot}) != sum(map(len, places)):
            return "two slots have a fact in common"
        if self.size > MOST_CHOICES:
            return f"the puzzle has more than {MOST_CHOICES} choices"
        if not self.clues or len({(clue.kind, clue.parts) for clue in self.clues}) != len(self.clues):
            return "the puzzle has no clues, or one twice"
        for choice in (self.solution, *(clue.second for clue in self.clues)):
            if len(choice) != len(places) or not all(
                0 <= place < len(slot) for place, slot in zip(choice, places, strict=True)
            ):
                return "a solution does not take one fact of each slot"
        for clue in self.clues:
            least, most = {"true": (1, 1), "false": (1, 9), "if": (2, 2)}.get(clue.kind, (2, 9))
            if not least <= len(clue.parts) <= most or not all(clue.parts):
                return "a clue has too few or too many parts"
        return None
