"""Blocks that an earlier build made: what is still as it was is not made again.

A block is a pure function of what decides it, so a block that is remembered under the digest of that stands for one
that is made. Its items may be said in other words since; which of them, and how to say them anew, is for whoever
remembers to know (:class:`BlockMemory`). Blocks are remembered from the first of a level on; the first that is not
hands over to the source that makes blocks, whose blocks are then remembered in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from workbench.generation.selection.selecting import START, Block, BlockSource, Place
from workbench.generation.selection.taking import Key, Written
from workbench.model.curriculum import Cell, Level, WorldSource

__all__ = ["BlockMemory", "BlockRecord", "RememberingSource"]


class BlockRecord(NamedTuple):
    """A block as it was made: where, its candidates' keys, what was turned away, and verdicts by position.

    ``open_cells`` are the pairs of task and status for which it holds whatever candidates there are.
    """

    place: Place
    source: WorldSource
    open_cells: frozenset[tuple[str, str]]
    keys: tuple[Key, ...]
    rejected: Mapping[tuple[str, str, str], int]
    written: Mapping[int, Written]


class BlockMemory(Protocol):
    """Remembers blocks of the levels of one build, each by the place from which it was looked for."""

    def find(self, level: Level, start: Place) -> BlockRecord | None:
        """Return the first block from a place on, or None when it is not remembered or no longer holds."""
        ...

    def judge(self, level: Level, record: BlockRecord, positions: Sequence[int]) -> Sequence[Written]:
        """Return the verdicts on candidates of a remembered block, made anew where they no longer hold."""
        ...

    def keep(self, level: Level, start: Place, record: BlockRecord) -> None:
        """Remember a block, in the place of what was remembered of it."""
        ...


@dataclass
class _Heard:
    """A block, and the verdicts that were asked of it."""

    place: Place
    source: WorldSource
    keys: Sequence[Key]
    rejected: Mapping[tuple[str, str, str], int]
    ask: Callable[[Sequence[int]], Sequence[Written]]
    verdicts: dict[int, Written] = field(default_factory=dict)

    def judge(self, positions: Sequence[int]) -> Sequence[Written]:
        """Ask, and listen."""
        verdicts = self.ask(positions)
        self.verdicts.update(zip(positions, verdicts, strict=True))
        return verdicts


class RememberingSource:
    """Yields blocks that are remembered, and from the first that is not those of ``inner``."""

    def __init__(self, inner: BlockSource, memory: BlockMemory) -> None:
        self._inner, self._memory = inner, memory

    def iterate_blocks(
        self, level: Level, get_room: Callable[[], dict[Cell, int]], start: Place = START
    ) -> Iterator[Block]:
        """See :class:`workbench.generation.selection.selecting.BlockSource`."""
        while (record := self._memory.find(level, start)) is not None and record.open_cells >= _list_open(get_room()):
            ask = _bind(self._memory, level, record)
            block = _Heard(record.place, record.source, record.keys, record.rejected, ask)
            yield from self._listen(level, start, block, record)
            start = _follow(record.place)
        for made in self._inner.iterate_blocks(level, get_room, start):
            # It may have been asked for when more cells were open than now; for those that are now, it has all.
            record = BlockRecord(
                made.place, made.source, _list_open(get_room()), tuple(made.keys), dict(made.rejected), {}
            )
            block = _Heard(made.place, made.source, made.keys, made.rejected, made.judge)
            yield from self._listen(level, start, block, record, is_new=True)
            start = _follow(made.place)

    def _listen(
        self, level: Level, start: Place, block: _Heard, record: BlockRecord, *, is_new: bool = False
    ) -> Iterator[Block]:
        """Yield a block, and remember what came of it: also when nobody asks for another."""
        try:
            yield block
        finally:
            known = record.written
            if is_new or any(known.get(position) != one for position, one in block.verdicts.items()):
                self._memory.keep(level, start, record._replace(written={**known, **block.verdicts}))


def _bind(memory: BlockMemory, level: Level, record: BlockRecord) -> Callable[[Sequence[int]], Sequence[Written]]:
    return lambda positions: memory.judge(level, record, positions)


def _list_open(room: Mapping[Cell, int]) -> frozenset[tuple[str, str]]:
    return frozenset((task, status) for _, task, status in room)


def _follow(place: Place) -> Place:
    """Return where the search for the next block begins."""
    return Place(place.number, place.turn + 1)
