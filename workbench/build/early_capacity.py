"""Whether large quotas can be met: found out by a small trial, before anything long is begun.

The trial makes the first blocks of worlds that the build would make, without judging what comes of them. How often a
structure is met twice there tells how many there are (:mod:`workbench.generation.identity.population`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from workbench.build.curricula import CurriculumText
from workbench.build.knowledge import Knowledge
from workbench.build.materials import collect_material
from workbench.build.reachable_levels import find_unreachable
from workbench.generation.identity.capacity import StructureTally, say_supply
from workbench.generation.selection.blocks import BLOCK_SIZE, BlockMaker
from workbench.model.curriculum import NO_STATUS, Cell, Curriculum, Level, Quota
from workbench.model.report import Location, Violation

__all__ = ["LARGE_QUOTA", "check_quotas"]

LARGE_QUOTA = 5_000
"""From so many items of a cell it is tried out how many there are; fewer are found or missed soon."""
_BLOCKS = 2
_MANY_WORLDS = 100_000
_MEND = (
    "Ask for fewer, widen the level's hops, distractors or worlds, or spread them over several levels. The build would "
    "go on until many worlds in a row hold nothing new, and then report what it reached."
)


def check_quotas(
    knowledge: Knowledge, text: CurriculumText, seed: int, tell: Callable[[str], None], *, is_sound: bool = True
) -> Iterator[Violation]:
    """Yield what a curriculum asks for and cannot get, and of large quotas what a trial says about them.

    ``seed`` is the build's, so that the trial sees the worlds with which the build begins. Nothing is tried where the
    domain has errors, that is, is not ``is_sound``.
    """
    curriculum = text.curriculum
    if curriculum is None or any(found.severity == "error" for found in text.violations):
        return
    maker = BlockMaker(collect_material(knowledge, text, curriculum, seed))
    unreachable = list(find_unreachable(curriculum, maker.plan, maker.names.size))
    yield from unreachable
    hopeless = {found.focus.partition("/")[0] for found in unreachable}
    for level in curriculum.levels:
        large = [quota for quota in level.quotas if quota.items >= LARGE_QUOTA]
        if large and is_sound and level.name not in hopeless:
            tell(f"{curriculum.domain}: trying how much the level {level.name} can have")
            yield from _try_level(maker, curriculum, level, large)


def _try_level(maker: BlockMaker, curriculum: Curriculum, level: Level, large: list[Quota]) -> Iterator[Violation]:
    tally = StructureTally()
    cells = {(quota.task, quota.status) for quota in large}
    open_sources = list(level.sources)
    worlds = 0
    for number in range(_BLOCKS):
        for source in list(open_sources):
            proposal = maker.propose(level, source, number, cells)
            if proposal.is_exhausted:
                open_sources.remove(source)
                continue
            worlds += BLOCK_SIZE
            for one in proposal.candidates:
                own = one.identity.named if level.given != "none" else one.identity.exact
                named, core = bytes.fromhex(own)[:16], bytes.fromhex(one.identity.core)[:16]
                tally.add(one.cell, source, named, core)
    if not open_sources:
        tally.exhausted.update(((level.name, *cell), source) for cell in cells for source in level.sources)
    account = tally.describe()
    for quota in large:
        cell = (level.name, quota.task, quota.status)
        found = _judge(tally, cell, quota, curriculum.max_per_structure, has_more=bool(open_sources))
        long = "" if found or not open_sources else _say_work(tally, cell, quota, worlds)
        if found or long:
            what = quota.task if quota.status == NO_STATUS else f"{quota.task} ({quota.status})"
            yield Violation(
                "curriculum.capacity",
                "warning" if found else "info",
                f"The level {level.name} asks for {quota.items:,} items of {what}, {found or long}.",
                quota.location or level.location or Location(curriculum.path),
                focus=f"{level.name}/{what}",
                why=f"This is what a trial says. {say_supply(account, cell)}",
                fix=_MEND if found else "Nothing is wrong with that, if there is the time; else ask for fewer.",
            )


def _judge(tally: StructureTally, cell: Cell, quota: Quota, most_alike: int, *, has_more: bool) -> str:
    """Return in words why a quota is beyond what there seems to be; empty where nothing says so."""
    samples = [own for (other, _), own in tally.samples.items() if other == cell]
    if not samples:
        return "but none came up"
    estimates = [own[1 if most_alike else 0].estimate() for own in samples]
    each = most_alike or 1
    if not has_more:
        seen = sum(one.seen for one in estimates) * each
        return f"but there are {seen:,} at most" if seen < quota.items else ""
    highest = 0.0
    for one in estimates:
        if one.high is None:
            return ""
        highest += one.high * each
    return (
        f"but there seem to be {math.ceil(highest):,} at most that differ in more than names"
        if highest < quota.items
        else ""
    )


def _say_work(tally: StructureTally, cell: Cell, quota: Quota, worlds: int) -> str:
    draws = sum(own[0].draws for (other, _), own in tally.samples.items() if other == cell)
    needed = math.ceil(quota.items * worlds / draws)
    return f"for which about {needed:,} worlds have to be made, or more" if needed >= _MANY_WORLDS else ""
