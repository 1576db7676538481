"""Presets: named starting points, and how what an author writes stands over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.formats.curriculum_values import CurriculumValues, StopReading

__all__ = ["PRESETS", "apply_preset"]

_SHARED = {"entailment": 6, "select": 3, "options": 3}
_PRESET: tuple[str, ...] = ("preset",)


def _make_level(name: str, title: str, hops: int | list[int], weight: int = 1, **more: Any) -> dict[str, Any]:
    tasks = {task: weight * parts for task, parts in _SHARED.items()}
    return {"name": name, "title": title, "hops": hops, "tasks": tasks, **more}


_STEPS = [
    _make_level("one-step", "One step from what is stated", 1, distractors=[0, 3]),
    _make_level("two-steps", "Two steps", 2, distractors=[0, 4]),
    _make_level("three-steps", "Three steps", 3, distractors=[0, 5]),
    _make_level("four-steps", "Four steps", 4, distractors=[0, 6]),
]
_LADDER_STAGES = [
    {"name": "first", "levels": {"one-step": 3, "two-steps": 1}},
    {"name": "mixed", "levels": ["one-step", "two-steps", "three-steps"], "fade": ["one-step"],
     "replay": {"share": 0.1}},
    {"name": "deep", "levels": {"three-steps": 1, "four-steps": 2}, "fade": ["three-steps"],
     "replay": {"share": 0.1}},
]  # fmt: skip

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "ladder": {"levels": _STEPS},
    "ladder-stages": {"levels": _STEPS, "stages": _LADDER_STAGES},
    "ladder-deep": {
        "levels": [*_STEPS, _make_level("five-and-more", "Five steps and more", [5, 8], distractors=[0, 6])],
        "held_out": [{"name": "test-higher", "axis": "higher", "from": {"hops": 5}}],
    },
    "known-rules": {
        "levels": [
            *_STEPS[:2],
            _make_level("known-one", "One step by rules that have to be known", 1, given="facts"),
            _make_level("known-more", "Two or three steps by rules that have to be known", [2, 3], given="facts"),
        ],
        "stages": [
            {"name": "stated", "levels": ["one-step", "two-steps"]},
            {"name": "known", "levels": ["known-one", "known-more"], "replay": {"share": 0.15}},
        ],
    },
    "generalise": {
        "levels": _STEPS,
        "held_out": [
            {"name": "test-higher", "axis": "higher", "from": {"hops": 4}},
            {"name": "test-compositions", "axis": "compositions", "share": 0.05},
            {"name": "test-names", "axis": "individuals", "share": 0.2, "uses": 0.1},
            {"name": "test-perturbed", "axis": "perturbed", "of": "test"},
        ],
    },
}
"""The starting points by name, as an author would write them; the numbers of items are parts of all that is asked."""
_ITEMS = 480


def apply_preset(values: CurriculumValues, root: dict[str, Any]) -> dict[str, Any]:
    """Return the text's mapping with what its ``preset`` brings under it.

    Keys of the author win over those of the preset; a level of the same name takes its further keys from the preset,
    other levels of the author come behind. StopReading when there is no such preset.
    """
    if "preset" not in root:
        return root
    chosen = root["preset"]
    mapping = chosen if isinstance(chosen, dict) else {"name": chosen}
    values.get_mapping(mapping, _PRESET, {"name", "items"})
    name = mapping.get("name")
    if not isinstance(name, str) or name not in PRESETS:
        values.report(f'"{name}" is no preset.', _PRESET, f"Presets are {', '.join(PRESETS)}.")
        raise StopReading
    items = values.get_count(mapping.get("items", _ITEMS), (*_PRESET, "items"))
    preset = PRESETS[name]
    merged: dict[str, Any] = {key: value for key, value in root.items() if key != "preset"}
    for key in preset:
        if key not in root:
            merged[key] = preset[key]
            values.moved[key,] = _PRESET
    merged["levels"] = _merge_levels(values, root.get("levels", []), _share_out(preset["levels"], items))
    return merged


def _share_out(levels: list[dict[str, Any]], items: int) -> list[dict[str, Any]]:
    """Give each level of a preset its part of the items, spread over its tasks; each task has at least three."""
    total = sum(sum(level["tasks"].values()) for level in levels)
    return [
        {**level, "tasks": {task: max(3, items * parts // total) for task, parts in level["tasks"].items()}}
        for level in levels
    ]


def _merge_levels(values: CurriculumValues, own: object, preset: list[dict[str, Any]]) -> object:
    if not isinstance(own, list):
        return own
    places = {entry["name"]: i for i, entry in enumerate(own) if isinstance(entry, dict) and "name" in entry}
    merged: list[Any] = []
    for level in preset:
        place = places.get(level["name"])
        values.moved["levels", len(merged)] = _PRESET if place is None else ("levels", place)
        merged.append(level if place is None else {**level, **own[place]})
    taken = {places[level["name"]] for level in preset if level["name"] in places}
    for index, entry in enumerate(own):
        if index not in taken:
            values.moved["levels", len(merged)] = ("levels", index)
            merged.append(entry)
    return merged
