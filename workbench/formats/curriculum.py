"""``curriculum.yaml`` to a :class:`Curriculum`, with every finding at its key."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal, cast

from workbench.formats.curriculum_levels import read_level
from workbench.formats.curriculum_names import read_names
from workbench.formats.curriculum_presets import apply_preset
from workbench.formats.curriculum_splits import check_held_out, read_held_out
from workbench.formats.curriculum_stages import read_stages
from workbench.formats.curriculum_values import CurriculumValues, StopReading
from workbench.formats.yaml_text import parse_yaml
from workbench.model.curriculum import CURRICULUM_VERSION, Curriculum, Level, Splits
from workbench.model.report import Violation
from workbench.model.terms import Term

__all__ = ["parse_curriculum"]

_KEYS = {
    "version", "name", "description", "licence", "languages", "interrogative", "assertable", "queryable",
    "shortfall", "max_per_structure", "splits", "split_by", "held_out", "names", "preset", "levels", "stages",
}  # fmt: skip


def parse_curriculum(
    data: bytes, path: str, domain: str, prefixes: Mapping[str, str]
) -> tuple[Curriculum | None, tuple[Violation, ...]]:
    """Read a curriculum. It is None when a violation forbids its use."""
    text = parse_yaml(data, path)
    values = CurriculumValues(text, domain, prefixes)
    values.violations.extend(text.violations)
    if text.value is None:
        if not text.violations:
            values.report("The curriculum is empty.", ())
        return None, tuple(values.violations)
    try:
        curriculum = _read(values, path)
    except StopReading:
        curriculum = None
    return (None if values.violations else curriculum), tuple(values.violations)


def _read(values: CurriculumValues, path: str) -> Curriculum:
    root = values.get_mapping(values.text.value, (), _KEYS)
    if root.get("version") != CURRICULUM_VERSION or isinstance(root["version"], bool):
        values.report(f"This curriculum must say version: {CURRICULUM_VERSION}.", ("version",))
    root = apply_preset(values, root)
    languages = values.get_shares(root.get("languages", {"en": 1}), ("languages",))
    levels = _read_levels(values, root.get("levels"))
    interrogative, persons = _read_interrogative(values, root)
    splits = values.get_shares(root.get("splits", {"train": 8, "validation": 1, "test": 1}), ("splits",))
    curriculum = Curriculum(
        name=values.get_text(root, "name", (), values.domain),
        domain=values.domain,
        path=path,
        levels=levels,
        splits=Splits(splits, cast(Any, values.get_choice(root, "split_by", (), ("named", "core")))),
        languages=languages,
        names=read_names(values, root.get("names", {}), tuple(name for name, _ in languages)),
        assertable=values.get_terms(root, "assertable"),
        queryable=values.get_terms(root, "queryable"),
        interrogative=interrogative,
        persons=persons,
        shortfall=cast(Any, values.get_choice(root, "shortfall", (), ("error", "warning"))),
        max_per_structure=values.get_count(root.get("max_per_structure", 0), ("max_per_structure",)),
        licence=values.get_text(root, "licence", ()),
        description=values.get_text(root, "description", ()),
        held_out=read_held_out(values, root),
        stages=read_stages(values, root, [level.name for level in levels]),
    )
    if not values.violations:
        check_held_out(values, curriculum)
    return curriculum


def _read_interrogative(
    values: CurriculumValues, root: Mapping[str, Any]
) -> tuple[Literal["person", "thing"], tuple[Term, ...]]:
    """Return whether persons are asked for, and of which classes they are."""
    value = root.get("interrogative", "thing")
    if isinstance(value, list):
        if not value:
            values.report('"interrogative" must list at least one class.', ("interrogative",))
        return "person", values.get_terms(root, "interrogative")
    if value not in ("thing", "person"):
        values.report('"interrogative" must be one of thing, person, or a list of classes.', ("interrogative",))
    return ("person" if value == "person" else "thing"), ()


def _read_levels(values: CurriculumValues, listed: object) -> tuple[Level, ...]:
    if not isinstance(listed, list) or not listed:
        values.report('"levels" must list at least one level.', ("levels",))
        raise StopReading
    read: list[Level] = []
    for index, value in enumerate(listed):
        # What is wrong with one level leaves the others to be read: findings are shown together.
        with suppress(StopReading):
            level = read_level(values, value, index)
            if level.name in [other.name for other in read]:
                values.report(f'Two levels are named "{level.name}".', ("levels", index, "name"))
            read.append(level)
    return tuple(read)
