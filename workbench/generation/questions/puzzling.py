"""Puzzling: worlds of which a few facts are left open, with clues from which they can be found again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.puzzle_choices import Choices
from workbench.generation.questions.puzzle_clues import MadePuzzle, make_puzzle
from workbench.generation.questions.puzzle_slots import Ground, choose_slots, list_openings, try_alone
from workbench.generation.questions.puzzle_table import Table
from workbench.model.terms import Triple

__all__ = ["make_puzzles"]

_TRIES = 3


def make_puzzles(grounds: Sequence[Ground], task: str) -> Iterator[tuple[int, MadePuzzle, KeyedRandom]]:
    """Yield puzzles with the place of the world each is about, and the stream of draws to go on with.

    All worlds are of one plan. What could be the case instead of a fact is tried for all of them together, and so are
    all choices.
    """
    if not grounds:
        return
    theory = grounds[0].plan.theory
    randoms = [KeyedRandom("draft", one.level.name, one.world.key, task) for one in grounds]
    openings = try_alone(
        theory, grounds, [list_openings(one, random) for one, random in zip(grounds, randoms, strict=True)]
    )
    chosen: list[tuple[int, tuple[tuple[Triple, ...], ...]]] = []
    for place, (ground, listed, random) in enumerate(zip(grounds, openings, randoms, strict=True)):
        drawn = [choose_slots(ground.level, listed, random) for _ in range(_TRIES)]
        chosen += [(place, slots) for slots in dict.fromkeys(drawn) if slots]
    opened = []
    for place, slots in chosen:
        facts, left_open = grounds[place].world.facts, {fact for slot in slots for fact in slot}
        opened.append(([fact for fact in facts if fact not in left_open], slots, None))
    choices = Choices(theory, opened)
    tables: dict[int, list[Table]] = {}
    for number, (place, slots) in enumerate(chosen):
        tables.setdefault(place, []).append(Table(grounds[place], slots, choices, number))
    for place, own in tables.items():
        tries = (make_puzzle(table, randoms[place], tied=tied) for tied in (False, True) for table in own)
        made = next((one for one in tries if one is not None), None)
        if made is not None:
            yield place, made, randoms[place]
