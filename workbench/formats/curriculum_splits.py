"""The splits of a curriculum that hold something out, read and judged against its levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from workbench.formats.curriculum_values import CurriculumValues, StopReading
from workbench.formats.yaml_text import YamlPath
from workbench.model.curriculum import Curriculum, Level
from workbench.model.splits import AXES, AXIS_MEASURES, PERTURBATIONS, WORDS, Axis, HeldOut

__all__ = ["check_held_out", "read_held_out"]

_KEYS: dict[str, set[str]] = {
    "higher": {"from"},
    "wider": {"from"},
    "longer": {"from"},
    "compositions": {"pairs", "share", "meet"},
    "individuals": {"share", "uses"},
    "properties": {"properties", "share"},
    "templates": {"variants", "uses"},
    "perturbed": {"of", "kinds", "items"},
}
_FROM: YamlPath = ("held_out",)


def read_held_out(values: CurriculumValues, root: Mapping[str, Any]) -> tuple[HeldOut, ...]:
    """Read the key ``held_out``; what is wrong with one split leaves the others to be read."""
    found: list[HeldOut] = []
    for index, value in values.get_list(root, "held_out", (), "splits"):
        try:
            held = _read_one(values, value, (*_FROM, index))
        except StopReading:
            continue
        if held.name in [other.name for other in found]:
            values.report(f'Two splits are named "{held.name}".', (*_FROM, index, "name"))
        found.append(held)
    return tuple(found)


def _read_one(values: CurriculumValues, value: object, where: YamlPath) -> HeldOut:
    mapping = values.get_mapping(value, where)
    axis = mapping.get("axis")
    if axis not in AXES:
        values.report('"axis" must say what the split holds out.', (*where, "axis"), f"Axes are {', '.join(AXES)}.")
        raise StopReading
    values.get_mapping(value, where, {"name", "axis", *_KEYS[axis]})
    name = values.get_name(mapping, "name", where, "split")
    if not name:
        values.report("A split that holds something out needs a name.", where, f'For instance name: "test-{axis}".')
    held = HeldOut(
        name=name,
        axis=cast(Axis, axis),
        least=_read_least(values, mapping, axis, where) if axis in AXIS_MEASURES else (),
        pairs=_read_pairs(values, mapping, where) if axis == "compositions" else (),
        terms=values.get_terms(mapping, "properties", where) if axis == "properties" else (),
        variants=values.get_texts(mapping, "variants", where, "variants") if axis == "templates" else (),
        share=values.get_part(mapping, "share", where),
        meet=cast(Any, values.get_choice(mapping, "meet", where, ("proof", "adjacent"))),
        uses=values.get_part(mapping, "uses", where),
        of=values.get_name(mapping, "of", where, "split"),
        kinds=values.get_texts(mapping, "kinds", where, "kinds", PERTURBATIONS) or PERTURBATIONS,  # type: ignore[arg-type]
        items=values.get_count(mapping.get("items", 0), (*where, "items")),
        location=values.locate(*where),
    )
    _check_whole(values, held, where)
    return held


def _check_whole(values: CurriculumValues, held: HeldOut, where: YamlPath) -> None:
    """Report a split that says not what it holds out."""
    needed = {
        "compositions": ("pairs or a share", held.pairs or held.share),
        "individuals": ("a share", held.share),
        "properties": ("properties or a share", held.terms or held.share),
        "templates": ("variants", held.variants),
        "perturbed": ('"of", the split whose items are changed', held.of),
    }
    what, given = needed.get(held.axis, ("", True))
    if not given:
        values.report(f'A split with the axis "{held.axis}" needs {what}.', where)


def _read_least(
    values: CurriculumValues, mapping: Mapping[str, Any], axis: str, where: YamlPath
) -> tuple[tuple[str, int], ...]:
    measures = AXIS_MEASURES[axis]
    place = (*where, "from")
    found = []
    for name, least in values.get_mapping(mapping.get("from"), place, measures).items():
        if isinstance(least, bool) or not isinstance(least, int) or not 1 <= least <= 100_000:
            values.report(f'"{name}" must be a whole number, 1 or more.', (*place, name))
        elif name in measures:
            found.append((name, least))
    if not found:
        message = f'"from" must say from which number on an item is {axis} than those of train.'
        values.report(message, place, f"For instance from: {{{measures[0]}: 5}}.")
    return tuple(found)


def _read_pairs(values: CurriculumValues, mapping: Mapping[str, Any], where: YamlPath) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for index, value in values.get_list(mapping, "pairs", where, "pairs of rules"):
        if not isinstance(value, list) or len(value) != 2 or not all(isinstance(part, str) for part in value):
            values.report("A pair is a list of the names of two rules.", (*where, "pairs", index))
            continue
        first, second = sorted(value)
        pairs.append((first, second))
    return tuple(dict.fromkeys(pairs))


def check_held_out(values: CurriculumValues, curriculum: Curriculum) -> None:
    """Report splits that no item could reach, or that would leave nothing to train on."""
    shares = [name for name, _ in curriculum.splits.shares]
    names = [held.name for held in curriculum.held_out]
    for level in curriculum.levels:
        if level.split in names:
            message = f'What belongs to the split "{level.split}" is chosen by its axis, not by a level.'
            values.report(message, ("levels", level.number - 1, "split"), "Leave the level's split out.")
    for index, held in enumerate(curriculum.held_out):
        where = (*_FROM, index)
        if held.name in shares:
            message = f'The split "{held.name}" already gets a share of all items.'
            values.report(message, (*where, "name"), "Choose another name.", (values.locate("splits", held.name),))
        if held.axis in AXIS_MEASURES:
            _check_reach(values, curriculum, held, where)
        elif held.axis == "individuals":
            _check_lists(values, curriculum, held, where)
        elif held.axis == "properties" and curriculum.queryable and set(curriculum.queryable) <= set(held.terms):
            message = f'The split "{held.name}" holds out all that may be asked for, so nothing is left to train on.'
            values.report(message, (*where, "properties"), "Hold out fewer classes and properties.")
        elif held.axis == "perturbed":
            others = [name for name in curriculum.list_splits() if name not in (curriculum.train, held.name)]
            others = [n for n in others if n not in {h.name for h in curriculum.held_out if h.axis == "perturbed"}]
            if held.of and held.of not in others:
                why = "is the one to train on" if held.of == curriculum.train else "is none whose items can be changed"
                values.report(f'The split "{held.of}" {why}.', (*where, "of"), f"Choose from {', '.join(others)}.")


def _check_reach(values: CurriculumValues, curriculum: Curriculum, held: HeldOut, where: YamlPath) -> None:
    training: Sequence[Level] = [lv for lv in curriculum.levels if lv.split in ("", curriculum.train)]
    if not training:
        return

    def get_bounds(level: Level, measure: str) -> tuple[int, int]:
        bounds = dict(level.bounds)
        if measure == WORDS:
            return 0, level.words or 100_000
        low, high = bounds.get(measure, (0, 100_000))
        # A proof has as many steps as it has hops, or more.
        return (max(low, level.hops[0]), high) if measure == "steps" else (low, high)

    if all(any(get_bounds(level, name)[0] >= least for name, least in held.least) for level in training):
        message = f'All items of all levels are in "{held.name}", so nothing is left to train on.'
        values.report(message, (*where, "from"), "Add an easier level, or hold out from a higher number on.")
    for name, least in held.least:
        if all(get_bounds(level, name)[1] < least for level in training):
            message = f'No level has items of {least} {name}, so "{held.name}" would stay empty.'
            values.report(
                message, (*where, "from", name), "Add a level that goes so far, or hold out from a lower one."
            )


def _check_lists(values: CurriculumValues, curriculum: Curriculum, held: HeldOut, where: YamlPath) -> None:
    if not held.share:
        return
    for names in curriculum.names:
        texts = names.labels[0][1] if names.labels else ()
        if len(texts) < 2:
            what = names.class_ or "any"
            message = f"A list of {len(texts)} name{'s' * (len(texts) != 1)} cannot be divided between train and "
            values.report(f'{message}"{held.name}" ({what}).', (*where, "share"), "Give every list two names or more.")
