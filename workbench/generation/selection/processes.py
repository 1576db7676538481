"""Where blocks are made: in this process, or in several. The items are the same either way.

A block is a pure function of the material, its level, source and number. A worker proposes it and judges at once what
will be taken for sure as far as it can know, and sends lines of text; whatever else is wanted of the block is asked of
the same worker, which still has the candidates at hand.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple, TypeVar

from workbench.errors import DatasetError
from workbench.generation.selection.blocks import BlockMaker, Candidate, JudgedItem, Material, Proposal
from workbench.generation.selection.collecting import collect_rarely
from workbench.generation.selection.digests import shorten_digest
from workbench.generation.selection.selecting import START, Place
from workbench.generation.selection.taking import Key, Written, foresee
from workbench.generation.selection.workers import Worker, open_workers
from workbench.model.curriculum import Cell, Level, WorldSource
from workbench.model.items import check_item
from workbench.model.shared_json import write_json

__all__ = ["InProcess", "Pool", "S", "T", "make_key", "map_in_order", "open_source", "write_judged"]

S = TypeVar("S")
T = TypeVar("T")
_Room = dict[Cell, int]
_GetRoom = Callable[[], _Room]
_REMEMBERED = 8
"""Blocks whose candidates a worker keeps, in case more of them are wanted: more than wait for one worker."""
_AHEAD = 2
"""Blocks given to each worker: the one it makes, and the next."""


class _Task(NamedTuple):
    """One block to make: everything that decides what is in it."""

    level: Level
    source: WorldSource
    place: Place
    open_cells: frozenset[tuple[str, str]]


def make_key(candidate: Candidate) -> Key:
    """Return what taking has to know of a candidate; closed-book items are told apart by their names too."""
    identity = candidate.identity
    is_open = str(candidate.answered.draft.level.given) != "none"
    named = identity.named if is_open else identity.exact
    return Key(candidate.cell, shorten_digest(named), shorten_digest(identity.core), candidate.traits, candidate.cues)


def write_judged(judged: JudgedItem) -> Written:
    """Return a judged item as lines of text. Raises DatasetError when it breaks the contract."""
    item, theory = judged.item, judged.theory
    if item is None or theory is None:
        return Written(b"", "", "", b"", judged.reason or "no item")
    if problems := check_item(item):
        raise DatasetError(f"An item that was just made breaks the contract: {problems[0]}")
    return Written(
        write_json(item).encode() + b"\n",
        item["split"],
        theory["digest"],
        theory.line,
    )


def _iterate_tasks(level: Level, exhausted: set[WorldSource], start: Place) -> Iterator[tuple[WorldSource, Place]]:
    """Yield sources in turn with the places of their blocks, leaving out a source that is used up."""
    for number in count(start.number):
        for turn, source in enumerate(level.sources):
            if source not in exhausted and (number, turn) >= start:
                yield source, Place(number, turn)
        if exhausted.issuperset(level.sources):
            return


def _propose(maker: BlockMaker, task: _Task) -> Proposal:
    return maker.propose(task.level, task.source, task.place.number, task.open_cells)


@collect_rarely()
def _judge(maker: BlockMaker, candidates: Sequence[Candidate], positions: Sequence[int]) -> list[Written]:
    return [write_judged(judged) for judged in maker.judge([candidates[position] for position in positions])]


def _list_open(room: Mapping[Cell, int]) -> frozenset[tuple[str, str]]:
    return frozenset((task, status) for _, task, status in room)


@dataclass(frozen=True)
class _LocalBlock:
    maker: BlockMaker
    place: Place
    source: WorldSource
    candidates: Sequence[Candidate]
    keys: Sequence[Key]
    rejected: Mapping[tuple[str, str, str], int]

    def judge(self, positions: Sequence[int]) -> list[Written]:
        return _judge(self.maker, self.candidates, positions)


class InProcess:
    """Makes blocks one after the other, here."""

    def __init__(self, maker: BlockMaker) -> None:
        self._maker = maker

    def iterate_blocks(self, level: Level, get_room: _GetRoom, start: Place = START) -> Iterator[_LocalBlock]:
        """See :class:`workbench.generation.selection.selecting.BlockSource`."""
        exhausted: set[WorldSource] = set()
        for source, place in _iterate_tasks(level, exhausted, start):
            proposal = _propose(self._maker, _Task(level, source, place, _list_open(get_room())))
            if proposal.is_exhausted:
                exhausted.add(source)
                continue
            keys = [make_key(candidate) for candidate in proposal.candidates]
            yield _LocalBlock(self._maker, place, source, proposal.candidates, keys, proposal.rejected)


# ---- in a worker


class _Worker:
    """What a worker process works with: the maker, and the blocks it made last."""

    def __init__(self, maker: BlockMaker) -> None:
        self._maker = maker
        self._proposals: OrderedDict[tuple[object, ...], Proposal] = OrderedDict()

    def make(self, task: _Task, limit: int, room: _Room) -> _Made:
        """Propose a block and judge what ``room`` holds of it."""
        proposal = self._get_proposal(task)
        candidates = proposal.candidates
        keys = tuple(make_key(candidate) for candidate in candidates)
        judged = foresee(keys, lambda positions: _judge(self._maker, candidates, positions), limit, room)
        return _Made(keys, dict(proposal.rejected), judged, proposal.is_exhausted)

    def judge(self, task: _Task, positions: Sequence[int]) -> list[Written]:
        """Judge further candidates of a block, made anew if it is not at hand any more."""
        return _judge(self._maker, self._get_proposal(task).candidates, positions)

    def _get_proposal(self, task: _Task) -> Proposal:
        key = (task.level.name, *task[1:])
        if key not in self._proposals:
            self._proposals[key] = _propose(self._maker, task)
            if len(self._proposals) > _REMEMBERED:
                self._proposals.popitem(last=False)
        return self._proposals[key]


class _Made(NamedTuple):
    """A block as a worker sends it."""

    keys: tuple[Key, ...]
    rejected: dict[tuple[str, str, str], int]
    judged: dict[int, Written]
    is_exhausted: bool


_workers: list[_Worker] = []
"""In a worker process, the one worker it is."""


def _start_worker(material: Material) -> None:
    _workers[:] = [_Worker(BlockMaker(material))]


def _make_here(task: _Task, limit: int, room: _Room) -> _Made:
    return _workers[0].make(task, limit, room)


def _judge_here(task: _Task, positions: Sequence[int]) -> list[Written]:
    return _workers[0].judge(task, positions)


# ---- in the parent


@dataclass
class _RemoteBlock:
    """A block that a worker made, and its judgements by position."""

    task: _Task
    made: _Made
    ask: Callable[[_Task, Sequence[int]], list[Written]]
    wanted: set[int] = field(default_factory=set)

    @property
    def place(self) -> Place:
        return self.task.place

    @property
    def source(self) -> WorldSource:
        return self.task.source

    @property
    def keys(self) -> Sequence[Key]:
        return self.made.keys

    @property
    def rejected(self) -> Mapping[tuple[str, str, str], int]:
        return self.made.rejected

    def judge(self, positions: Sequence[int]) -> list[Written]:
        judged = self.made.judged
        self.wanted.update(positions)
        missing = [position for position in positions if position not in judged]
        if missing:
            judged.update(zip(missing, self.ask(self.task, missing), strict=True))
        return [judged[position] for position in positions]


class _Demand:
    """How many blocks to have under way: two for each worker, but no more than a level will likely need."""

    def __init__(self, room: _Room, workers: int) -> None:
        self._room, self._workers, self._made = room, workers, 0
        self.blocks = workers

    def update(self, room: _Room) -> None:
        """Note that one more block was used, and what room it left."""
        self._made += 1
        self.blocks = 0
        for cell, wanted in room.items():
            taken = self._room[cell] - wanted
            needed = -(-wanted * self._made // taken) if taken else _AHEAD * self._workers
            self.blocks = max(self.blocks, min(needed, _AHEAD * self._workers))


class Pool:
    """Makes blocks in worker processes, a few ahead of the one that is wanted.

    What is still wanted of a block is asked of the worker that made it.
    """

    def __init__(self, workers: Sequence[Worker], limit: int) -> None:
        self._workers, self._limit = workers, limit

    def iterate_blocks(self, level: Level, get_room: _GetRoom, start: Place = START) -> Iterator[_RemoteBlock]:
        """See :class:`workbench.generation.selection.selecting.BlockSource`."""
        exhausted: set[WorldSource] = set()
        tasks = _iterate_tasks(level, exhausted, start)
        waiting: deque[tuple[_Task, int, Future[_Made]]] = deque()  # those left in the end are answered for nobody
        demand = _Demand(get_room(), len(self._workers))
        is_eager = True
        while True:
            while len(waiting) < demand.blocks:
                found = next(tasks, None)
                if found is None:
                    break
                room = get_room()
                task = _Task(level, *found, _list_open(room))
                worker = self._choose_worker([number for _, number, _ in waiting])
                future = self._workers[worker].submit(_make_here, task, self._limit, room if is_eager else {})
                waiting.append((task, worker, future))
            if not waiting:
                return
            task, worker, future = waiting.popleft()
            made = future.result()
            if made.is_exhausted:
                exhausted.add(task.source)
                continue
            block = _RemoteBlock(task, made, lambda task, more, worker=worker: self._ask(worker, task, more))  # type: ignore[misc]
            foreseen = frozenset(made.judged)
            yield block
            room = get_room()
            demand.update(room)
            useful = [position in block.wanted for position in foreseen if made.keys[position].cell in room]
            # Where most was known before, judging ahead is in vain, and is left until it is asked for.
            is_eager = is_eager and 2 * sum(useful) >= len(useful)

    def _choose_worker(self, busy: Sequence[int]) -> int:
        return min(range(len(self._workers)), key=lambda worker: (busy.count(worker), worker))

    def _ask(self, worker: int, task: _Task, positions: Sequence[int]) -> list[Written]:
        return self._workers[worker].submit(_judge_here, task, list(positions)).result()


@contextmanager
def open_source(material: Material, workers: int) -> Iterator[InProcess | Pool]:
    """Open a source of blocks with so many worker processes; with one, everything happens here."""
    if workers <= 1:
        yield InProcess(BlockMaker(material))
        return
    with open_workers(workers, _start_worker, material) as started:
        yield Pool(started, material.curriculum.max_per_structure)


@contextmanager
def map_in_order(
    workers: int, prepare: Callable[..., object] | None = None, *arguments: object
) -> Iterator[Callable[[Callable[[S], T], Iterable[S]], Iterator[T]]]:
    """Give a ``map`` that applies an importable function in so many processes; results come in order.

    Each process calls ``prepare``, importable too, with the arguments before anything else. Tasks are dealt out as
    workers become free of them.

    Raises WorkerError when a process died.
    """
    with open_workers(workers, prepare, *arguments) as started:

        def run(function: Callable[[S], T], tasks: Iterable[S]) -> Iterator[T]:
            waiting: deque[tuple[Worker, Future[T]]] = deque()
            for task in tasks:
                worker = min(started, key=lambda one: one.unanswered)
                waiting.append((worker, worker.submit(function, task)))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft()[1].result()
            while waiting:
                yield waiting.popleft()[1].result()

        yield run
