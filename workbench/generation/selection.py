"""Selection: candidates taken in their order until every cell is full.

Levels are streams of their own: a level's blocks are taken by number, candidates within a block by key. A larger
request therefore extends a smaller one, and topping up one cell moves no other. Judging happens only for what would be
taken, and what a judge rejects is counted, with the next candidate in its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from workbench.generation.blocks import Candidate, JudgedItem, Proposal
from workbench.model.curriculum import Cell, Curriculum, Level, Quota, WorldSource

__all__ = ["BlockSource", "Progress", "Selection", "Shortfall", "select_items"]

_PATIENCE = 10
"""So many blocks of a level in a row without an item for a cell, and the cell is given up."""


class BlockSource(Protocol):
    """Where blocks and judgements come from: one process, or several."""

    def iterate_blocks(
        self, level: Level, get_open: Callable[[], frozenset[tuple[str, str]]]
    ) -> Iterator[tuple[WorldSource, Proposal]]:
        """Yield the level's blocks by number, each source in turn; ``get_open`` tells the cells open by now."""
        ...

    def judge(self, candidates: Sequence[Candidate]) -> list[JudgedItem]:
        """Return the judgements of candidates, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: the level at work, and items taken of those asked for in all."""

    level: str
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
    """What was taken and what was not: items in order, theory files, rejections, shortfalls."""

    items: list[dict[str, Any]] = field(default_factory=list)
    theories: dict[str, dict[str, Any]] = field(default_factory=dict)
    rejected: Counter[str] = field(default_factory=Counter)
    shortfalls: list[Shortfall] = field(default_factory=list)
    blocks: Counter[str] = field(default_factory=Counter)
    structures: Counter[tuple[Cell, str]] = field(default_factory=Counter)


def select_items(
    curriculum: Curriculum, source: BlockSource, report: Callable[[Progress], None] = lambda _: None
) -> Selection:
    """Fill every cell of the curriculum, level by level."""
    selection = Selection()
    seen: set[str] = set()
    wanted = sum(quota.items for level in curriculum.levels for quota in level.quotas)
    for level in curriculum.levels:
        _fill_level(level, curriculum.max_per_structure, source, selection, seen, lambda name=level.name: report(  # type: ignore[misc]
            Progress(name, len(selection.items), wanted)))  # fmt: skip
    return selection


def _fill_level(
    level: Level, limit: int, source: BlockSource, selection: Selection, seen: set[str], report: Callable[[], None]
) -> None:
    remaining: dict[Cell, int] = {(level.name, quota.task, quota.status): quota.items for quota in level.quotas}

    misses: Counter[Cell] = Counter()

    def get_open() -> frozenset[tuple[str, str]]:
        waiting = (cell for cell, count in remaining.items() if count and misses[cell] < _PATIENCE)
        return frozenset((task, status) for _, task, status in waiting)

    report()
    for world_source, proposal in source.iterate_blocks(level, get_open):
        selection.blocks[f"{level.name}/{world_source}"] += 1
        # A block may have been made when more cells were open; what it holds for others is as if it were not there.
        open_cells = get_open()
        for (task, aim, reason), count in proposal.rejected.items():
            selection.rejected[reason] += count if not task or (task, aim) in open_cells else 0
        before = dict(remaining)
        waiting = [c for c in proposal.candidates if c.cell[1:] in open_cells]
        _take(waiting, limit, source, selection, seen, remaining)
        for cell, count in remaining.items():
            misses[cell] = misses[cell] + 1 if count == before[cell] else 0
        report()
        if not get_open():
            break
    for quota in level.quotas:
        missing = remaining[level.name, quota.task, quota.status]
        if missing:
            selection.shortfalls.append(Shortfall(level, quota, quota.items - missing))


def _take(
    waiting: list[Candidate],
    limit: int,
    source: BlockSource,
    selection: Selection,
    seen: set[str],
    remaining: dict[Cell, int],
) -> None:
    """Take from one block what fits, judging as many as are needed, until it is used up."""
    while waiting:
        chosen, later = [], []
        room: Mapping[Cell, int] = dict(remaining)
        promised: Counter[Cell] = Counter()
        pending: set[str] = set()
        shared = Counter(selection.structures)
        # A cell that waits for a verdict takes nothing out of turn, so the result is that of taking one by one.
        held: set[Cell] = set()
        for candidate in waiting:
            structure = (candidate.cell, candidate.identity.core)
            if candidate.cell in held:
                later.append(candidate)
            elif candidate.identity.named in seen:
                selection.rejected["the same item up to names"] += 1
            elif limit and selection.structures[structure] >= limit:
                selection.rejected["the same structure often enough"] += 1
            elif candidate.identity.named in pending or (limit and shared[structure] >= limit):
                held.add(candidate.cell)
                later.append(candidate)
            elif promised[candidate.cell] < room[candidate.cell]:
                promised[candidate.cell] += 1
                shared[structure] += 1
                pending.add(candidate.identity.named)
                chosen.append(candidate)
            elif room[candidate.cell]:
                later.append(candidate)
        for candidate, judged in zip(chosen, source.judge(chosen), strict=True):
            if judged.item is None or judged.theory is None:
                selection.rejected[judged.reason] += 1
                continue
            seen.add(candidate.identity.named)
            selection.structures[candidate.cell, candidate.identity.core] += 1
            remaining[candidate.cell] -= 1
            selection.items.append(judged.item)
            selection.theories[judged.theory["digest"]] = judged.theory
        waiting = [c for c in later if remaining.get(c.cell)] if chosen else []
