"""What a curriculum's levels ask for and can never get: found by ``check``, before anything is built."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.generation.tasks.ranges import list_ranges
from workbench.generation.worlds.plan import Plan
from workbench.model.curriculum import BARE_TASKS, NO_STATUS, Curriculum, Level, Quota
from workbench.model.report import Location, Violation

__all__ = ["find_unreachable"]


def find_unreachable(curriculum: Curriculum, plan: Plan, most_individuals: int) -> Iterator[Violation]:
    """Yield the levels and quotas that no item can meet.

    These are bounds outside what items of a task can have, and numbers of individuals or of distractors beyond those
    that any made-up world has. ``most_individuals`` is for how many there are names. A finding is an error where a
    shortfall is one.
    """
    for level in curriculum.levels:
        for quota in level.quotas:
            yield from _compare_bounds(curriculum, level, quota)
        if "sampled" in level.sources and "project" not in level.sources:
            yield from _count_world(curriculum, level, plan, most_individuals)


def _compare_bounds(curriculum: Curriculum, level: Level, quota: Quota) -> Iterator[Violation]:
    ranges = list_ranges(quota.task, quota.status)
    for name, (low, high) in level.bounds:
        least, most = ranges.get(name, (low, high))
        if low <= most and high >= least:
            continue
        what = quota.task if quota.status == NO_STATUS else f"{quota.task} ({quota.status})"
        asked = f"{low}" if low == high else f"{low} to {high}"
        some = f"have {least} or more" if low < least else f"have {most} at most"
        can = f"always have {least}" if least == most else some
        yield Violation(
            "curriculum.unreachable",
            curriculum.shortfall,
            f"The level {level.name} asks for {quota.items:,} items of {what} with {name} {asked}; such items {can}.",
            quota.location or level.location or Location(curriculum.path),
            focus=f"{level.name}/{what}/{name}",
            why="Building would try worlds in vain.",
            fix=f"Ask for {quota.task} at a level with other bounds for {name}, or leave the bound out.",
        )


def _count_world(curriculum: Curriculum, level: Level, plan: Plan, names: int) -> Iterator[Violation]:
    """Compare what a level wants of its worlds with the greatest that there can be."""
    place = level.world.location or level.location or Location(curriculum.path)
    least, wished = level.world.individuals
    if least > names:
        yield Violation(
            "curriculum.unreachable",
            curriculum.shortfall,
            f"The level {level.name} asks for worlds of {least:,} individuals or more; there are names for {names:,}.",
            place,
            focus=f"{level.name}/individuals",
            why="Two individuals of one name cannot be told apart.",
            fix="Give more names in the curriculum, or ask for smaller worlds.",
        )
        return
    individuals = min(names, wished or names)
    count = _count_facts(plan, individuals)
    most, limit = count, f"{individuals:,} individuals"
    if level.world.facts[1] and (most is None or level.world.facts[1] < most):
        most, limit = level.world.facts[1], "as many facts as its worlds may have"
    if most is not None and level.distractors[0] >= most and not _asks_only_bare(level):
        yield Violation(
            "curriculum.unreachable",
            curriculum.shortfall,
            f"The level {level.name} asks for {level.distractors[0]:,} distractors or more; a world of {limit} has "
            f"{most:,} facts at most, and some of these the answer rests on.",
            level.location or place,
            focus=f"{level.name}/distractors",
            why="A distractor is a fact of the world that takes no part in the answer.",
            fix="Ask for fewer distractors or for larger worlds.",
        )


def _asks_only_bare(level: Level) -> bool:
    return all(quota.task in BARE_TASKS for quota in level.quotas)


def _count_facts(plan: Plan, individuals: int) -> int | None:
    """Return how many different facts can be stated about so many individuals; None where values are not bounded."""
    named = individuals + len(plan.constants)
    total = 0
    for key in plan.assertable:
        if key in plan.classes or key in plan.functional:
            total += named
        elif key in plan.values:
            return None
        else:
            total += named * named
    return total
