"""Taking the candidates of one block: those that are new and fit, in their order, as if one by one.

The rule is one function. The selection follows it with all that was taken before in mind; a worker follows it with an
empty memory, to judge at once what will most likely be taken. What it judged in vain costs time and changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from workbench.generation.selection.balancing import Balancer, Traits
from workbench.generation.selection.digests import DIGEST_BYTES, DigestCounter, DigestSet
from workbench.generation.selection.evening import TOLD, ChoiceBalance, Cue
from workbench.model.curriculum import Cell

__all__ = [
    "OFTEN", "TWICE", "Judge", "Key", "Ledger", "Written", "foresee", "hash_structure", "list_even", "take_balanced",
    "take_in_turn",
]  # fmt: skip

TWICE = "the same item up to names"
OFTEN = "the same structure often enough"


class Key(NamedTuple):
    """What taking has to know of a candidate: its cell, its identities in sixteen bytes each, what is balanced over.

    ``cues`` are what is seen of its options or lines, where there are any.
    """

    cell: Cell
    named: bytes
    core: bytes
    traits: Traits = Traits()
    cues: tuple[Cue, ...] = ()


class Written(NamedTuple):
    """What the judges left of a candidate: the item's line and its theory's, or the reason why there is none."""

    line: bytes
    split: str
    theory: str
    theory_line: bytes
    reason: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether there is an item."""
        return not self.reason


Judge = Callable[[Sequence[int]], Sequence[Written]]
"""Judges candidates of a block by their positions; every result stands alone."""


@dataclass
class Ledger:
    """What was taken so far: identities up to names, and structures by cell where their number is limited."""

    limit: int = 0
    seen: DigestSet = field(default_factory=DigestSet)
    structures: DigestCounter = field(default_factory=DigestCounter)
    rejected: Counter[str] = field(default_factory=Counter)

    def enter(self, key: Key) -> None:
        """Remember what was taken."""
        self.seen.add(key.named)
        if self.limit:
            self.structures.count(hash_structure(key))


def hash_structure(key: Key) -> bytes:
    """Return sixteen bytes for a structure in its cell."""
    return sha256("\0".join(key.cell).encode() + b"\0" + key.core).digest()[:DIGEST_BYTES]


def list_even(
    keys: Sequence[Key], waiting: Sequence[int], ledger: Ledger, balances: MutableMapping[Cell, ChoiceBalance]
) -> list[int]:
    """Return those ``waiting`` whose options or lines do not tell the right one, by the balance of their cell.

    What is there already is left for the taking to say so.
    """
    found = []
    for position in waiting:
        key = keys[position]
        is_known = key.named in ledger.seen or (ledger.limit and ledger.structures[hash_structure(key)] >= ledger.limit)
        if is_known or not key.cues or balances.setdefault(key.cell, ChoiceBalance()).accepts(key.cues, key.cell[1]):
            found.append(position)
        else:
            ledger.rejected[TOLD] += 1
    return found


def take_in_turn(
    keys: Sequence[Key], waiting: Sequence[int], judge: Judge, ledger: Ledger, remaining: MutableMapping[Cell, int]
) -> Iterator[tuple[int, Written]]:
    """Yield position and item of the candidates ``waiting`` that fit and are accepted, entering them in the ledger.

    As many are judged at once as are needed if all are accepted; ``remaining`` counts down.
    """
    limit = ledger.limit
    while waiting:
        chosen: list[int] = []
        later: list[int] = []
        promised: Counter[Cell] = Counter()
        pending: set[bytes] = set()
        shared: Counter[bytes] = Counter()
        # A cell that waits for a verdict takes nothing out of turn, so the result is that of taking one by one.
        held: set[Cell] = set()
        for position in waiting:
            key = keys[position]
            structure = hash_structure(key) if limit else b""
            if key.cell in held:
                later.append(position)
            elif key.named in ledger.seen:
                ledger.rejected[TWICE] += 1
            elif limit and ledger.structures[structure] >= limit:
                ledger.rejected[OFTEN] += 1
            elif key.named in pending or (limit and ledger.structures[structure] + shared[structure] >= limit):
                held.add(key.cell)
                later.append(position)
            elif promised[key.cell] < remaining.get(key.cell, 0):
                promised[key.cell] += 1
                shared[structure] += 1
                pending.add(key.named)
                chosen.append(position)
            elif remaining.get(key.cell, 0):
                later.append(position)
        if not chosen:
            return
        for position, written in zip(chosen, judge(chosen), strict=True):
            if not written.is_accepted:
                ledger.rejected[written.reason] += 1
                continue
            ledger.enter(keys[position])
            remaining[keys[position].cell] -= 1
            yield position, written
        waiting = [position for position in later if remaining.get(keys[position].cell)]


def take_balanced(
    keys: Sequence[Key],
    waiting: Sequence[int],
    judge: Judge,
    ledger: Ledger,
    remaining: MutableMapping[Cell, int],
    balancer: Balancer,
) -> Iterator[tuple[int, Written]]:
    """Do as :func:`take_in_turn`, and take only what keeps a level's balance.

    Each verdict may change what else is accepted, so candidates are taken one by one; those that are taken if all are
    accepted are judged together before.
    """
    for position in waiting:
        balancer.see(keys[position].traits)
    verdicts: dict[int, Written] = {}
    wanted = _list_balanced(keys, waiting, ledger, remaining, deepcopy(balancer))
    verdicts.update(zip(wanted, judge(wanted) if wanted else (), strict=True))

    def look_up(positions: Sequence[int]) -> Sequence[Written]:
        missing = [position for position in positions if position not in verdicts]
        if missing:
            verdicts.update(zip(missing, judge(missing), strict=True))
        return [verdicts[position] for position in positions]

    for position in waiting:
        key = keys[position]
        if not remaining.get(key.cell) or key.named in ledger.seen:
            ledger.rejected[TWICE] += bool(remaining.get(key.cell))
            continue
        refused = balancer.accepts(key.cell, key.traits)
        if refused is not None:
            ledger.rejected[refused] += 1
            continue
        for taken in take_in_turn(keys, [position], look_up, ledger, remaining):
            balancer.take(key.cell, key.traits)
            yield taken


def _list_balanced(
    keys: Sequence[Key], waiting: Sequence[int], ledger: Ledger, remaining: MutableMapping[Cell, int], preview: Balancer
) -> list[int]:
    """Return what will be taken if every judge accepts everything."""
    room, pending, found = dict(remaining), set[bytes](), []
    for position in waiting:
        key = keys[position]
        is_known = key.named in ledger.seen or key.named in pending
        if not room.get(key.cell) or is_known or preview.accepts(key.cell, key.traits) is not None:
            continue
        if ledger.limit and ledger.structures[hash_structure(key)] >= ledger.limit:
            continue
        preview.take(key.cell, key.traits)
        pending.add(key.named)
        room[key.cell] -= 1
        found.append(position)
    return found


def foresee(keys: Sequence[Key], judge: Judge, limit: int, room: MutableMapping[Cell, int]) -> dict[int, Written]:
    """Judge what would be taken if nothing had been taken before, and return all verdicts by position."""
    found: dict[int, Written] = {}

    def judge_and_note(positions: Sequence[int]) -> Sequence[Written]:
        verdicts = judge(positions)
        found.update(zip(positions, verdicts, strict=True))
        return verdicts

    for _ in take_in_turn(keys, range(len(keys)), judge_and_note, Ledger(limit), room):
        pass
    return found
