"""Deduction: how many rounds it takes to solve a puzzle, one clue at a time.

Of each slot some alternatives are open. In a round every clue is looked at alone, together with facts and rules: an
alternative that stands in no possible choice of open alternatives under which the clue holds is ruled out. Where no
clue alone rules anything out, a case is distinguished: one alternative is supposed, and if rounds from there lead to a
contradiction, it is ruled out. This is arc consistency (Mackworth 1977), and singleton consistency where that does not
suffice. All clues of a round start from what was open before it, so their order does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from workbench.model.puzzles import Choice

__all__ = ["Deducer", "Effort", "list_columns"]


class Effort(NamedTuple):
    """How hard a puzzle is: the ``deductions``, rounds one after the other, and the ``cases`` distinguished."""

    deductions: int
    cases: int


def list_columns(possible: Mapping[Choice, Collection[int]], clues: int) -> tuple[list[Choice], list[int]]:
    """Return the possible choices, and for each clue as bits those under which it holds.

    ``possible`` gives each possible choice the places of the clues that do not hold under it.
    """
    choices = list(possible)
    fitting = [[place not in possible[choice] for choice in choices] for place in range(clues)]
    return choices, [sum(1 << number for number, fits in enumerate(row) if fits) for row in fitting]


class Deducer:
    """Solves puzzles over the same choices; a clue is the choices under which it holds, as the bits of a number."""

    def __init__(self, choices: Sequence[Choice], possible: int) -> None:
        """``possible`` are the choices that facts and rules allow."""
        self._possible = possible
        self._slots: list[dict[int, int]] = []
        for place in range(len(choices[0]) if choices else 0):
            alternatives: dict[int, int] = {}
            for number, choice in enumerate(choices):
                alternatives[choice[place]] = alternatives.get(choice[place], 0) | 1 << number
            self._slots.append(alternatives)

    def gives_away(self, clue: int) -> bool:
        """Tell whether a clue alone leaves a single alternative of some slot that is open without it."""
        return any(
            len(_keep(slot.values(), self._possible)) > 1 and len(_keep(slot.values(), self._possible & clue)) == 1
            for slot in self._slots
        )

    def measure(self, clues: Iterable[int]) -> Effort:
        """Return the effort of a puzzle with these clues and one solution.

        Where not even the supposition of one alternative leads on, all choices that are left are tried one by one, and
        each of them is a case.
        """
        every = [clue & self._possible for clue in clues]
        left, rounds = self._narrow([*slot.values()] for slot in self._slots), 0
        left, spent = self._go_on(left, every)
        rounds += spent
        cases = 0
        while any(len(slot) > 1 for slot in left):
            found = [
                (spent, place, alternative)
                for place, slot in enumerate(left)
                if len(slot) > 1
                for alternative in slot
                for end, spent in [self._go_on([*left[:place], [alternative], *left[place + 1 :]], every)]
                if not all(end)
            ]
            if not found:
                open_ = reduce(lambda known, slot: known & reduce(or_, slot), left, self._possible).bit_count()
                return Effort(rounds + open_, cases + open_)
            spent, place, alternative = min(found)
            left = [*left[:place], [one for one in left[place] if one != alternative], *left[place + 1 :]]
            left, more = self._go_on(left, every)
            rounds += spent + 1 + more
            cases += 1
        return Effort(rounds, cases)

    def _narrow(self, slots: Iterable[list[int]]) -> list[list[int]]:
        return [_keep(slot, self._possible) for slot in slots]

    def _go_on(self, left: list[list[int]], clues: Sequence[int]) -> tuple[list[list[int]], int]:
        """Return what is open after as many rounds as rule something out, and their number; an empty slot ends it."""
        rounds = 0
        while True:
            open_ = reduce(lambda known, slot: known & reduce(or_, slot, 0), left, self._possible)
            kept = [[one for one in slot if all(one & open_ & clue for clue in clues)] for slot in left]
            if kept == left:
                return left, rounds
            left, rounds = kept, rounds + 1
            if not all(left):
                return left, rounds


def _keep(alternatives: Iterable[int], choices: int) -> list[int]:
    return [one for one in alternatives if one & choices]
