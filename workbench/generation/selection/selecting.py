"""Selection: candidates taken in their order until every cell is full.

Levels are streams of their own: a level's blocks are taken by number, candidates within a block by key. A larger
request therefore extends a smaller one, and topping up one cell moves no other. Judging happens only for what would be
taken, and what a judge rejects is counted, with the next candidate in its place.

Nothing of an item stays here but its identities: what is taken goes to a sink at once, and the state after any block
is a small JSON value from which the selection goes on as if it had never stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from workbench.generation.identity.capacity import StructureTally
from workbench.generation.selection.balancing import BalanceAccount, Balancer, Shortage
from workbench.generation.selection.evening import ChoiceBalance
from workbench.generation.selection.taking import Judge, Key, Ledger, Written, list_even, take_balanced, take_in_turn
from workbench.model.curriculum import Balance, Cell, Curriculum, Level, Quota, WorldSource

__all__ = ["START", "Block", "BlockSource", "Place", "Progress", "Selection", "Shortfall", "Sink", "select_items"]

_PATIENCE = 10
"""So many blocks of a level in a row without an item for a cell, and the cell is given up."""


class Place(NamedTuple):
    """Where in a level's stream a block is: its number, and the turn of its source among the level's sources."""

    number: int
    turn: int


START = Place(0, 0)


class Block(Protocol):
    """The candidates of a block in their order, and what was turned away."""

    @property
    def place(self) -> Place:
        """Where it is in its level's stream."""
        ...

    @property
    def source(self) -> WorldSource:
        """Where its worlds are from."""
        ...

    @property
    def keys(self) -> Sequence[Key]:
        """The candidates' cells and identities."""
        ...

    @property
    def rejected(self) -> Mapping[tuple[str, str, str], int]:
        """Numbers by task, aim and reason."""
        ...

    def judge(self, positions: Sequence[int]) -> Sequence[Written]:
        """Return the verdicts on candidates by their positions, in order."""
        ...


class BlockSource(Protocol):
    """Where blocks and judgements come from: one process, or several."""

    def iterate_blocks(self, level: Level, get_room: Callable[[], dict[Cell, int]], start: Place) -> Iterator[Block]:
        """Yield the level's blocks from ``start``, by number and each source in turn.

        ``get_room`` tells how many items each cell that is open by now still wants.
        """
        ...


class Sink(Protocol):
    """Where items go."""

    def put(self, key: Key, written: Written) -> None:
        """Keep an item of the block at work."""
        ...

    def end_block(self, state: Mapping[str, Any] | None) -> None:
        """Note that a block is done; ``state`` is that from which to go on after it, None where nobody can."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: the level at work with its items and those wanted of it, and the same of all levels."""

    level: str
    level_taken: int
    level_wanted: int
    taken: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A cell that could not be filled."""

    level: Level
    quota: Quota
    taken: int


@dataclass
class Selection:
    """What was taken and what was not: numbers by cell, rejections, blocks used, shortfalls, balance by level.

    ``tally`` counts the structures on offer at the level at work, ``supplies`` says what it counted at those before;
    ``balances`` are those of the level's cells with options or lines.
    """

    ledger: Ledger
    taken: Counter[Cell] = field(default_factory=Counter)
    shortfalls: list[Shortfall] = field(default_factory=list)
    blocks: Counter[str] = field(default_factory=Counter)
    misses: Counter[Cell] = field(default_factory=Counter)
    level: str = ""
    place: Place = START
    accounts: dict[str, tuple[BalanceAccount, ...]] = field(default_factory=dict)
    tally: StructureTally = field(default_factory=StructureTally)
    supplies: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    balances: dict[Cell, ChoiceBalance] = field(default_factory=dict)

    @property
    def rejected(self) -> Counter[str]:
        """Numbers by reason."""
        return self.ledger.rejected

    @property
    def items(self) -> int:
        """How many items were taken."""
        return self.taken.total()

    def to_json(self) -> dict[str, Any]:
        """Return the state after a block as a JSON value; identities are not in it."""
        return {
            "level": self.level,
            "place": list(self.place),
            "taken": [[*cell, count] for cell, count in sorted(self.taken.items())],
            "misses": [[*cell, count] for cell, count in sorted(self.misses.items())],
            "rejected": dict(sorted(self.rejected.items())),
            "blocks": dict(sorted(self.blocks.items())),
            "balance": {name: [_write_account(one) for one in accounts] for name, accounts in self.accounts.items()},
            "tally": self.tally.to_json(),
            "even": [[*cell, balance.to_json()] for cell, balance in sorted(self.balances.items())],
            "supplies": {level: supply for level, supply in self.supplies.items() if level != self.level},
        }

    @staticmethod
    def restore(curriculum: Curriculum, state: Mapping[str, Any], keys: Iterable[Key]) -> Selection:
        """Return the selection that had the state; ``keys`` are those of all items taken."""
        ledger = Ledger(curriculum.max_per_structure, rejected=Counter(state["rejected"]))
        for key in keys:
            ledger.enter(key)
        number, turn = state["place"]
        return Selection(
            ledger,
            Counter({(level, task, status): count for level, task, status, count in state["taken"]}),
            blocks=Counter(state["blocks"]),
            misses=Counter({(level, task, status): count for level, task, status, count in state["misses"]}),
            level=state["level"],
            place=Place(number, turn),
            accounts={
                level.name: tuple(map(_read_account, level.balance, state["balance"][level.name]))
                for level in curriculum.levels
                if level.name in state["balance"]
            },
            tally=StructureTally.restore(state["tally"]),
            supplies=dict(state["supplies"]),
            balances={
                (level, task, status): ChoiceBalance.restore(balance) for level, task, status, balance in state["even"]
            },
        )


def _write_account(account: BalanceAccount) -> dict[str, Any]:
    largest = [account.largest, account.largest_cell, account.largest_share]
    return {"below": [list(one) for one in account.below], "largest": largest, "released": account.released}


def _read_account(balance: Balance, written: Mapping[str, Any]) -> BalanceAccount:
    name, cell, share = written["largest"]
    below = tuple(Shortage(*one) for one in written["below"])
    return BalanceAccount(balance, below, name, tuple(cell) if cell else None, share, written["released"])


def select_items(
    curriculum: Curriculum,
    source: BlockSource,
    sink: Sink,
    report: Callable[[Progress], None] = lambda _: None,
    earlier: Selection | None = None,
    list_known: Callable[[Level], Mapping[str, Collection[str]]] = lambda _: {},
) -> Selection:
    """Fill every cell of the curriculum, level by level; go on where ``earlier`` stopped.

    ``list_known`` tells by ``rules``, ``classes`` and ``properties`` what can occur at a level that is balanced.
    """
    selection = earlier or Selection(Ledger(curriculum.max_per_structure))
    wanted = sum(quota.items for level in curriculum.levels for quota in level.quotas)
    names = [level.name for level in curriculum.levels]
    begun = names.index(selection.level) if selection.level else 0
    for position, level in enumerate(curriculum.levels):
        cells: list[Cell] = [(level.name, quota.task, quota.status) for quota in level.quotas]
        asked = sum(quota.items for quota in level.quotas)

        def tell(level: Level = level, cells: list[Cell] = cells, asked: int = asked) -> None:
            own = sum(selection.taken[cell] for cell in cells)
            report(Progress(level.name, own, asked, selection.items, wanted))

        if position >= begun:
            if level.name != selection.level:
                selection.level, selection.place, selection.misses = level.name, START, Counter()
                selection.tally, selection.balances = StructureTally(), {}
            balancer = Balancer(level, list_known(level)) if level.balance else None
            _fill_level(level, source, selection, sink, tell, balancer)
            selection.supplies[level.name] = selection.tally.describe()
        for cell, quota in zip(cells, level.quotas, strict=True):
            if selection.taken[cell] < quota.items:
                selection.shortfalls.append(Shortfall(level, quota, selection.taken[cell]))
    return selection


def _fill_level(
    level: Level,
    source: BlockSource,
    selection: Selection,
    sink: Sink,
    report: Callable[[], None],
    balancer: Balancer | None,
) -> None:
    quotas: dict[Cell, int] = {(level.name, quota.task, quota.status): quota.items for quota in level.quotas}
    remaining = {cell: count - selection.taken[cell] for cell, count in quotas.items()}

    def get_room() -> dict[Cell, int]:
        return {cell: count for cell, count in remaining.items() if count and selection.misses[cell] < _PATIENCE}

    report()
    if not get_room():
        return
    for block in source.iterate_blocks(level, get_room, selection.place):
        selection.blocks[f"{level.name}/{block.source}"] += 1
        # A block may have been made when more cells were open; what it holds for others is as if it were not there.
        room = get_room()
        open_cells = {cell[1:] for cell in room}
        for (task, aim, reason), count in sorted(block.rejected.items()):
            if not task or (task, aim) in open_cells:
                selection.rejected[reason] += count
        before, keys = dict(remaining), block.keys
        waiting = [position for position, key in enumerate(keys) if key.cell in room]
        for position in waiting:
            selection.tally.add(keys[position].cell, block.source, keys[position].named, keys[position].core)
        waiting = list_even(keys, waiting, selection.ledger, selection.balances)
        for position, written in _take(keys, waiting, block.judge, selection.ledger, remaining, balancer):
            selection.taken[keys[position].cell] += 1
            sink.put(keys[position], written)
        for cell, count in remaining.items():
            selection.misses[cell] = selection.misses[cell] + 1 if count == before[cell] else 0
        starved = [cell for cell, count in remaining.items() if count and selection.misses[cell] >= _PATIENCE]
        if balancer is not None and starved and balancer.release():
            selection.misses = Counter()
        selection.place = Place(block.place.number, block.place.turn + 1)
        # What a balance rests on is not in the state, so a level with one is begun anew when it is interrupted.
        sink.end_block(selection.to_json() if balancer is None else None)
        report()
        if not get_room():
            break
    else:
        selection.tally.exhausted.update((cell, origin) for cell in get_room() for origin in level.sources)
    if balancer is not None and level.name not in selection.accounts:
        selection.accounts[level.name] = balancer.describe()
        sink.end_block(selection.to_json())


def _take(
    keys: Sequence[Key],
    waiting: Sequence[int],
    judge: Judge,
    ledger: Ledger,
    remaining: dict[Cell, int],
    balancer: Balancer | None,
) -> Iterator[tuple[int, Written]]:
    if balancer is None:
        return take_in_turn(keys, waiting, judge, ledger, remaining)
    return take_balanced(keys, waiting, judge, ledger, remaining, balancer)
