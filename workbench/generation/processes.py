"""Where blocks are made: in this process, or in several. The items are the same either way."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import TypeVar

from workbench.errors import WorkerError
from workbench.generation.blocks import BlockMaker, Candidate, JudgedItem, Material, Proposal
from workbench.model.curriculum import Level, WorldSource

__all__ = ["InProcess", "Pool", "T", "open_source"]

T = TypeVar("T")
_OpenCells = Callable[[], frozenset[tuple[str, str]]]
_Task = tuple[WorldSource, int]


def _iterate_tasks(level: Level, exhausted: set[WorldSource]) -> Iterator[_Task]:
    """Yield sources in turn with the numbers of their blocks, leaving out a source that is used up."""
    for number in count():
        for source in level.sources:
            if source not in exhausted:
                yield source, number
        if exhausted.issuperset(level.sources):
            return


class InProcess:
    """Makes blocks one after the other, here."""

    def __init__(self, maker: BlockMaker) -> None:
        self._maker = maker

    def iterate_blocks(self, level: Level, get_open: _OpenCells) -> Iterator[tuple[WorldSource, Proposal]]:
        """See :class:`workbench.generation.selection.BlockSource`."""
        exhausted: set[WorldSource] = set()
        for source, number in _iterate_tasks(level, exhausted):
            proposal = self._maker.propose(level, source, number, get_open())
            if proposal.is_exhausted:
                exhausted.add(source)
            else:
                yield source, proposal

    def judge(self, candidates: Sequence[Candidate]) -> list[JudgedItem]:
        """See :class:`workbench.generation.selection.BlockSource`."""
        return self._maker.judge(candidates)


_makers: list[BlockMaker] = []
"""In a worker process, the one maker it works with."""


def _start_worker(material: Material) -> None:
    # Ctrl+C goes to every process of the terminal; the parent decides what becomes of the work.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _makers[:] = [BlockMaker(material)]


def _end_with_parent() -> None:
    """End this worker when its parent is gone, killed perhaps: nobody waits for what it would still make."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _propose(level: Level, source: WorldSource, number: int, open_cells: frozenset[tuple[str, str]]) -> Proposal:
    return _makers[0].propose(level, source, number, open_cells)


def _judge(candidates: Sequence[Candidate]) -> list[JudgedItem]:
    return _makers[0].judge(candidates)


class Pool:
    """Makes blocks in worker processes, a few ahead of the one that is wanted."""

    def __init__(self, executor: ProcessPoolExecutor, workers: int) -> None:
        self._executor, self._workers = executor, workers

    def iterate_blocks(self, level: Level, get_open: _OpenCells) -> Iterator[tuple[WorldSource, Proposal]]:
        """See :class:`workbench.generation.selection.BlockSource`."""
        exhausted: set[WorldSource] = set()
        tasks = _iterate_tasks(level, exhausted)
        waiting: deque[tuple[WorldSource, Future[Proposal]]] = deque()
        try:
            while True:
                while len(waiting) < self._workers:
                    task = next(tasks, None)
                    if task is None:
                        break
                    waiting.append((task[0], self._executor.submit(_propose, level, *task, get_open())))
                if not waiting:
                    return
                source, future = waiting.popleft()
                proposal = self._wait(future)
                if proposal.is_exhausted:
                    exhausted.add(source)
                else:
                    yield source, proposal
        finally:
            for _, future in waiting:
                future.cancel()

    def judge(self, candidates: Sequence[Candidate]) -> list[JudgedItem]:
        """See :class:`workbench.generation.selection.BlockSource`."""
        size = -(-len(candidates) // self._workers) or 1
        parts = [candidates[start : start + size] for start in range(0, len(candidates), size)]
        futures = [self._executor.submit(_judge, part) for part in parts]
        return [judged for future in futures for judged in self._wait(future)]

    def _wait(self, future: Future[T]) -> T:
        try:
            return future.result()
        except BrokenExecutor as error:
            raise WorkerError("A worker process died; nothing was written.") from error


def _do_nothing() -> None:
    """Make a worker start."""


@contextmanager
def _hold_interrupts() -> Iterator[None]:
    """Hold Ctrl+C back for a moment, here and, since processes inherit that, for good in those started meanwhile."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def open_source(material: Material, workers: int) -> Iterator[InProcess | Pool]:
    """Open a source of blocks with so many worker processes; with one, everything happens here."""
    if workers <= 1:
        yield InProcess(BlockMaker(material))
        return
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(material,))
    with _hold_interrupts():
        # Processes start with the first tasks; a worker that Ctrl+C reached while it starts would leave a stack trace.
        for _ in range(workers):
            executor.submit(_do_nothing)
    try:
        yield Pool(executor, workers)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
