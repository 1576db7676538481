"""Stages: which items are learned when, planned from numbers alone and filled with items by their hashes.

Every item of train is fresh in one stage at most. What fades is dense at a stage's beginning and gone at its end; what
is repeated is spread evenly. The plan is a function of the curriculum and of how many items each level has, and the
order one of the items' ids, so that whoever has the files finds the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from math import floor, sqrt
from typing import Any, Literal, NamedTuple

from workbench.generation.keyed import hash_parts
from workbench.model.curriculum import Curriculum
from workbench.model.report import Violation
from workbench.model.stages import Replay, Stage

__all__ = [
    "PartKind",
    "StageEntry",
    "StagePart",
    "StagePlan",
    "iterate_stage",
    "plan_stages",
    "read_stages",
    "report_stages",
    "share_out",
]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
PartKind = Literal["fresh", "replay", "external"]


@dataclass(frozen=True, slots=True)
class StagePart:
    """A part of a stage: how many items of a level, fresh or repeated, or of a set from elsewhere.

    In the order of the level, fresh items are those from ``start`` on, and repeated ones are among those before it.
    """

    source: str
    kind: PartKind
    items: int
    start: int = 0
    fades: bool = False


@dataclass(frozen=True, slots=True)
class StagePlan:
    """A stage with its parts; ``missing`` is how many items there were too few, by level or set."""

    stage: Stage
    number: int
    parts: tuple[StagePart, ...]
    missing: tuple[tuple[str, int], ...] = ()

    @property
    def items(self) -> int:
        """How many items it has in all."""
        return sum(part.items for part in self.parts)

    def to_json(self) -> dict[str, Any]:
        """Return the plan for the manifest."""
        return {
            "name": self.stage.name,
            "title": self.stage.title,
            "number": self.number,
            "requires": list(self.stage.requires),
            "items": self.items,
            "parts": [
                {("set" if part.kind == "external" else "level"): part.source, "kind": part.kind, "items": part.items,
                 **({"fades": True} if part.fades else {})}
                for part in self.parts
            ],
            **({"missing": dict(self.missing)} if self.missing else {}),
        }  # fmt: skip


class StageEntry(NamedTuple):
    """One place in a stage: the item's id (empty for one from elsewhere), its level or set, and why it is there."""

    item: str
    source: str
    kind: PartKind


def share_out(total: int, shares: Sequence[float]) -> list[int]:
    """Return whole numbers that add up to ``total`` in these proportions, the largest remainders rounded up."""
    whole = sum(shares)
    if not whole:
        return [0] * len(shares)
    exact = [total * share / whole for share in shares]
    counts = [floor(one) for one in exact]
    order = sorted(range(len(shares)), key=lambda i: (counts[i] - exact[i], i))
    for i in order[: total - sum(counts)]:
        counts[i] += 1
    return counts


def plan_stages(curriculum: Curriculum, counts: Mapping[str, int]) -> tuple[StagePlan, ...]:
    """Return the plan of every stage, in order; ``counts`` are the items of train by level.

    A stage without a number of its own has as many items as its mix allows of its fair share of what is left: of a
    level that several such stages name, each may take as much as the others.
    """
    left = {level.name: counts.get(level.name, 0) for level in curriculum.levels}
    used: Counter[str] = Counter()
    plans: list[StagePlan] = []
    for number, stage in enumerate(curriculum.stages):
        later = curriculum.stages[number + 1 :]
        repeated = sum(replay.share for replay in stage.replay)
        if stage.items:
            fresh = stage.items - sum(round(stage.items * replay.share) for replay in stage.replay)
        else:
            fresh = _find_room(stage, later, left)
        total = stage.items or round(fresh / (1 - repeated))
        parts: list[StagePart] = []
        missing: Counter[str] = Counter()
        wanted = share_out(fresh, [share for _, share in stage.levels])
        for (level, _), count in zip(stage.levels, wanted, strict=True):
            taken = min(count, left[level])
            parts.append(StagePart(level, "fresh", taken, used[level], level in stage.fade))
            missing[level] += count - taken
        for replay in stage.replay:
            parts += _plan_replay(replay, round(total * replay.share), used, missing)
        for part in parts:
            if part.kind == "fresh":
                left[part.source] -= part.items
                used[part.source] += part.items
        plans.append(StagePlan(stage, number + 1, tuple(parts), tuple(sorted((+missing).items()))))
    return tuple(plans)


def _find_room(stage: Stage, later: Sequence[Stage], left: Mapping[str, int]) -> int:
    """Return how many fresh items a stage can have in its mix, what later stages ask for left aside."""
    claimed: Counter[str] = Counter()
    sharing: Counter[str] = Counter(level for level, _ in stage.levels)
    for other in later:
        if other.items:
            fresh = other.items - sum(round(other.items * replay.share) for replay in other.replay)
            for (level, _), count in zip(
                other.levels, share_out(fresh, [share for _, share in other.levels]), strict=True
            ):
                claimed[level] += count
        else:
            sharing.update(level for level, _ in other.levels)
    whole = sum(share for _, share in stage.levels)
    # What is left over when it is shared out goes to the later stages.
    rooms = [max(0, left[level] - claimed[level]) // sharing[level] * whole / share for level, share in stage.levels]
    return floor(min(rooms) + 1e-9)


def _plan_replay(replay: Replay, count: int, used: Mapping[str, int], missing: Counter[str]) -> list[StagePart]:
    """Return what a replay repeats, in the proportions in which it was learned, each item once at most."""
    if replay.external:
        return [StagePart(replay.external, "external", count)]
    levels = [level for level in (replay.levels or sorted(used)) if used[level]]
    known = sum(used[level] for level in levels)
    shares = share_out(min(count, known), [used[level] for level in levels])
    if count > known:
        missing["replay"] += count - known
    return [
        StagePart(level, "replay", items, used[level]) for level, items in zip(levels, shares, strict=True) if items
    ]


def read_stages(written: object) -> tuple[StagePlan, ...]:
    """Return the plans that a manifest lists, with what :func:`iterate_stage` needs of them.

    Raises ValueError for what no plans write.
    """
    used: Counter[str] = Counter()
    plans: list[StagePlan] = []
    if not isinstance(written, list):
        raise ValueError("stages must be a list")
    for number, entry in enumerate(written, 1):
        try:
            name, title, requires = entry["name"], entry["title"], tuple(entry["requires"])
            parts = tuple(_read_part(part, used) for part in entry["parts"])
            missing = tuple(sorted((str(source), int(count)) for source, count in entry.get("missing", {}).items()))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"the stage {number} cannot be read") from error
        if not isinstance(title, str) or not all(
            isinstance(text, str) and _NAME.match(text) for text in (name, *requires)
        ):
            raise ValueError(f"the stage {number} has a name that is none")
        fades = tuple(part.source for part in parts if part.fades)
        plans.append(StagePlan(Stage(name, title, (), requires, fades), number, parts, missing))
        for part in parts:
            if part.kind == "fresh":
                used[part.source] += part.items
    return tuple(plans)


def _read_part(written: Mapping[str, Any], used: Mapping[str, int]) -> StagePart:
    kind: PartKind = written["kind"]
    source, items = written["set" if kind == "external" else "level"], written["items"]
    if kind not in ("fresh", "replay", "external") or not isinstance(source, str):
        raise ValueError(f"no part of a stage is {kind} of {source}")
    if not isinstance(items, int) or isinstance(items, bool) or items < 0:
        raise ValueError(f"{source} has {items!r} items")
    start = 0 if kind == "external" else used[source]
    return StagePart(source, kind, items, start, written.get("fades", False) is True)


def iterate_stage(curriculum: str, plan: StagePlan, ids: Mapping[str, Sequence[str]]) -> Iterator[StageEntry]:
    """Yield the entries of a stage in their order; ``ids`` are those of all items of train by level, in any order.

    ``curriculum`` is the curriculum's name.

    Raises ValueError when a level has fewer items than the plan was made for.
    """
    queues: list[Sequence[str]] = []
    for part in plan.parts:
        ranked: Sequence[str] = ()
        if part.kind != "external":
            ranked = _rank(curriculum, ids.get(part.source, ()), "stage", part.source)
        if part.kind == "fresh":
            ranked = ranked[part.start : part.start + part.items]
        elif part.kind == "replay":
            ranked = _rank(curriculum, ranked[: part.start], "replay", plan.stage.name, part.source)[: part.items]
        if part.kind != "external" and len(ranked) < part.items:
            raise ValueError(
                f"the level {part.source} has fewer items than the stage {plan.stage.name} was planned for"
            )
        queues.append(ranked)
    for number, position in _iterate_slots(plan.parts):
        part = plan.parts[number]
        yield StageEntry(queues[number][position] if part.kind != "external" else "", part.source, part.kind)


def _rank(curriculum: str, ids: Sequence[str], *key: str) -> list[str]:
    return sorted(ids, key=lambda item: hash_parts(curriculum, *key, item))


def _iterate_slots(parts: Sequence[StagePart]) -> Iterator[tuple[int, int]]:
    """Yield part and position within it, in the order of their times in the stage."""
    for _, number, position in merge(*(_list_times(number, part) for number, part in enumerate(parts))):
        yield number, position


def _list_times(number: int, part: StagePart) -> Iterator[tuple[float, int, int]]:
    for position in range(part.items):
        time = (position + 0.5) / part.items
        # What fades has twice its density at the beginning and none at the end; this is the time of its quantile.
        yield (1 - sqrt(1 - time) if part.fades else time), number, position


def report_stages(curriculum: Curriculum, plans: Sequence[StagePlan]) -> list[Violation]:
    """Return a finding for each stage that has fewer items than it asks for, or none."""
    found = []
    for plan in plans:
        if plan.items and not plan.missing:
            continue
        listed = ", ".join(f"{count:,} of {source}" for source, count in plan.missing)
        message = f"The stage {plan.stage.name} has {plan.items:,} items; there were too few of its levels."
        if listed:
            message = f"The stage {plan.stage.name} has {plan.items:,} items; these are missing: {listed}."
        found.append(
            Violation(
                "curriculum.stage",
                curriculum.shortfall,
                message,
                plan.stage.location,
                why="Every item of train is fresh in one stage only, and repeated once at most in each.",
                fix="Ask for fewer items, for another mix, or for more items of these levels.",
                domain=curriculum.domain,
            )
        )
    return found
