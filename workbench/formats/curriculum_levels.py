"""A curriculum's levels: their bounds, tasks, worlds and balance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from workbench.formats.curriculum_values import CurriculumValues
from workbench.formats.yaml_text import YamlPath
from workbench.model.curriculum import (
    BALANCED,
    BARE_TASKS,
    FORMULA_BOUNDS,
    NO_STATUS,
    OWN_CONTEXT_TASKS,
    STATUS_TASKS,
    STATUSES,
    TASKS,
    Balance,
    Level,
    Quota,
    WorldForm,
    WorldShape,
    WorldSource,
)
from workbench.model.splits import MEASURES

__all__ = ["read_level"]

_KEYS = {
    "name", "title", "hops", "given", "distractors", "extra_rules", "worlds", "split", "tasks", "questions", "words",
    "where", "world", "balance",
}  # fmt: skip
_WORLD_KEYS = {"individuals", "facts", "shape", "rules", "goals"}
_BALANCE_KEYS = {"each", "most"}
_OWN_KEYS = ("hops", "distractors")
_MOST_QUESTIONS = 200


def read_level(values: CurriculumValues, value: object, index: int) -> Level:
    """Read the level at a position; StopReading where it is no mapping."""
    where: YamlPath = ("levels", index)
    level = values.get_mapping(value, where, _KEYS)
    name = str(level.get("name", index + 1))
    if not values.is_name(name):
        values.report(f'"{name}" is no name for a level.', (*where, "name"))
    hops = values.get_range(level, "hops", where, (1, 1))
    if hops[1] > 12:
        values.report('"hops" may be at most 12.', (*where, "hops"))
    given = values.get_choice(level, "given", where, ("facts+rules", "facts", "none"))
    read = Level(
        name=name,
        number=index + 1,
        title=values.get_text(level, "title", where, name),
        hops=hops,
        given=cast(Any, given),
        distractors=values.get_range(level, "distractors", where, (0, 0) if given == "none" else (0, 2)),
        extra_rules=values.get_range(level, "extra_rules", where, (0, 2)),
        sources=_read_sources(values, level, given, where),
        quotas=_read_tasks(values, level.get("tasks", {}), (*where, "tasks"), given),
        split=values.get_name(level, "split", where, "split"),
        questions=_read_questions(values, level, where),
        words=values.get_count(level.get("words", 0), (*where, "words")),
        world=_read_world(values, level["world"], (*where, "world")) if "world" in level else WorldShape(),
        where=_read_bounds(values, level.get("where", {}), (*where, "where")),
        balance=_read_balance(values, level.get("balance", {}), (*where, "balance")),
        location=values.locate(*where),
    )
    _check_bounds(values, read, (*where, "where"))
    _check_bare(values, read, (*where, "tasks"))
    items = sum(quota.items for quota in read.quotas)
    for balance in read.balance:
        if balance.each > items > 0:
            message = f"The level has {items:,} items, so none of the {balance.of} can be in {balance.each:,}."
            values.report(message, (*where, "balance", balance.of), "Ask for more items, or for fewer of each.")
    return read


def _read_questions(values: CurriculumValues, level: Mapping[str, Any], where: YamlPath) -> int:
    """Return how many questions share a world; tasks that leave something of it unsaid allow one only."""
    most = level.get("questions", 1)
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= _MOST_QUESTIONS:
        values.report(f'"questions" must be a whole number from 1 to {_MOST_QUESTIONS}.', (*where, "questions"))
        return 1
    tasks = level.get("tasks")
    for task in sorted(OWN_CONTEXT_TASKS.intersection(tasks if isinstance(tasks, dict) and most > 1 else ())):
        message = f"The task {task} leaves something unsaid, so it cannot be asked where questions share a world."
        values.report(message, (*where, "tasks", task), "Ask for it at a level of its own, without questions.")
    return most


def _read_sources(
    values: CurriculumValues, level: Mapping[str, Any], given: str, where: YamlPath
) -> tuple[WorldSource, ...]:
    default = ["project"] if given == "none" else ["sampled"]
    sources = level.get("worlds", default)
    sources = [sources] if isinstance(sources, str) else sources
    if not isinstance(sources, list) or not sources or any(s not in ("sampled", "project") for s in sources):
        values.report('"worlds" must list "sampled", "project", or both.', (*where, "worlds"))
        return ("sampled",)
    if given == "none" and "sampled" in sources:
        message = "What the prompt does not state has to be known, and nobody knows a world that was made up."
        values.report(message, (*where, "worlds"), "Write worlds: project, or another given.")
    return tuple(sorted(set(sources), reverse=True))


def _read_tasks(values: CurriculumValues, value: object, where: YamlPath, given: str) -> tuple[Quota, ...]:
    quotas: list[Quota] = []
    for task, wanted in values.get_mapping(value, where, set(TASKS)).items():
        if task not in TASKS:
            continue
        place = (*where, task)
        if task in STATUS_TASKS and isinstance(wanted, dict):
            by_status = values.get_mapping(wanted, place, set(STATUSES))
        elif task in STATUS_TASKS:
            # One number is shared out evenly; what does not divide goes to the first statuses.
            count = values.get_count(wanted, place)
            # With nothing stated there is nothing that cannot be known.
            statuses = STATUSES if given != "none" else tuple(status for status in STATUSES if status != "unknown")
            share, rest = divmod(count, len(statuses))
            by_status = {s: share + (i < rest) for i, s in enumerate(statuses)}
        else:
            by_status = {NO_STATUS: wanted}
        for status, items in by_status.items():
            inner = (*place, status) if isinstance(wanted, dict) else place
            count = values.get_count(items, inner)
            if count:
                quotas.append(Quota(task, status, count, values.locate(*inner)))
    if not quotas:
        values.report("A level must ask for at least one item.", where, "For instance tasks: {entailment: 30}.")
    return tuple(quotas)


def _read_bounds(values: CurriculumValues, value: object, where: YamlPath) -> tuple[tuple[str, tuple[int, int]], ...]:
    measures = tuple(name for name in MEASURES if name not in _OWN_KEYS)
    found = []
    for name in values.get_mapping(value, where):
        if name in _OWN_KEYS:
            values.report(f'"{name}" is a key of the level itself.', (*where, name), f'Write "{name}" beside "where".')
        elif name not in measures:
            fix = f"Measures are {', '.join(measures)}."
            values.report(f'"{name}" is not a measure that an item has.', (*where, name), fix)
        else:
            found.append((name, values.get_range(cast("dict[str, Any]", value), name, where, (0, 1000))))
    return tuple(found)


def _check_bare(values: CurriculumValues, level: Level, where: YamlPath) -> None:
    """Report tasks about formulas at a level whose bounds no formula meets."""
    refused = [] if level.given == "facts+rules" else [f"given: {level.given}"]
    for name, (low, high) in level.bounds:
        least, most = FORMULA_BOUNDS.get(name, (low, high))
        if low > most or high < least:
            refused.append(f"{name} of {low}" if low == high else f"{name} from {low} to {high}")
    for task in sorted({quota.task for quota in level.quotas} & BARE_TASKS) if refused else ():
        message = f"The task {task} is about formulas, which do not have {' or '.join(refused)}, as this level asks."
        allowed = ", ".join(f"{name} {low} to {high}" for name, (low, high) in FORMULA_BOUNDS.items() if high)
        fix = f"Ask for it at a level with given: facts+rules, distractors and context from 0, and within {allowed}."
        values.report(message, (*where, task), fix)


def _check_bounds(values: CurriculumValues, level: Level, where: YamlPath) -> None:
    """Report bounds that no item can meet together, whatever the knowledge is."""
    bounds = dict(level.bounds)
    steps, context = bounds.get("steps", (0, 1000)), bounds.get("context", (0, 1000))
    for name, words in (("hops", "hops"), ("height", "a height")):
        low = bounds.get(name, (0, 0))[0]
        if low > steps[1]:
            message = f"A proof with {words} of {low} has as many steps or more, but the level allows {steps[1]}."
            values.report(message, (*where, "steps"), f'Raise "steps", or lower "{name}".')
    # The statement that a refutation supposes is a leaf without being stated.
    least = max(0, bounds.get("leaves", (0, 0))[0] - 1) + level.distractors[0]
    if least > context[1]:
        message = f"At most {context[1]} facts are stated, but leaves and distractors need at least {least}."
        values.report(message, (*where, "context"), 'Raise "context", or ask for fewer leaves or distractors.')


def _read_world(values: CurriculumValues, value: object, where: YamlPath) -> WorldShape:
    world = values.get_mapping(value, where, _WORLD_KEYS)
    rules = []
    for name, weight in values.get_mapping(world.get("rules", {}), (*where, "rules")).items():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 1_000_000:
            values.report(f'The weight of "{name}" must be a number, 0 or more.', (*where, "rules", name))
            continue
        rules.append((name, float(weight)))

    def read(key: str) -> tuple[int, int]:
        found = values.get_range(world, key, where, (0, 0))
        if key in world and found[1] == 0:
            values.report(f'"{key}" must be at least 1.', (*where, key), "Leave it out to leave it to the sampler.")
        return found

    return WorldShape(
        individuals=read("individuals"),
        facts=read("facts"),
        shape=cast(WorldForm, values.get_choice(world, "shape", where, get_args(WorldForm))),
        rules=tuple(rules),
        goals=read("goals"),
        location=values.locate(*where),
    )


def _read_balance(values: CurriculumValues, value: object, where: YamlPath) -> tuple[Balance, ...]:
    """Read what items are spread over; a plain number asks for so many items of each."""
    found = []
    for of, wanted in values.get_mapping(value, where, BALANCED).items():
        if of not in BALANCED:
            continue
        place = (*where, of)
        if not isinstance(wanted, dict):
            wanted = {"each": wanted}
            each = values.get_count(wanted["each"], place)
        else:
            values.get_mapping(wanted, place, _BALANCE_KEYS)
            each = values.get_count(wanted.get("each", 0), (*place, "each"))
        most = wanted.get("most", 1)
        if isinstance(most, bool) or not isinstance(most, int | float) or not 0 < most <= 1:
            values.report('"most" must be a share of a cell, above 0 and at most 1.', (*place, "most"))
            most = 1
        found.append(Balance(of, each, float(most), values.locate(*place)))
    return tuple(found)
