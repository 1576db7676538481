"""The stages of a curriculum: what is learned when, what fades and what is repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from workbench.formats.curriculum_values import CurriculumValues, StopReading
from workbench.formats.yaml_text import YamlPath
from workbench.model.stages import Replay, Stage, order_stages

__all__ = ["read_stages"]

_KEYS = {"name", "title", "levels", "fade", "replay", "requires", "items"}
_REPLAY_KEYS = {"share", "levels", "set"}


def read_stages(values: CurriculumValues, root: Mapping[str, Any], levels: Sequence[str]) -> tuple[Stage, ...]:
    """Read the key ``stages`` and return them in the order in which they come; a cycle is a finding."""
    found: list[tuple[int, Stage]] = []
    for index, value in values.get_list(root, "stages", (), "stages"):
        with suppress(StopReading):
            stage = _read_stage(values, value, ("stages", index), levels)
            if stage.name in [other.name for _, other in found]:
                values.report(f'Two stages are named "{stage.name}".', ("stages", index, "name"))
            if "requires" not in value and found:
                stage = replace(stage, requires=(found[-1][1].name,))
            found.append((index, stage))
    names = [stage.name for _, stage in found]
    for index, stage in found:
        for position, name in enumerate(stage.requires):
            if name not in names:
                message = f'The stage "{stage.name}" requires "{name}", which is no stage.'
                fix = f"Stages are {', '.join(names)}."
                values.report(message, ("stages", index, "requires", position), fix)
    ordered, cycle = order_stages([stage for _, stage in found])
    if cycle:
        places = {stage.name: index for index, stage in found}
        chain = " requires ".join([*(f'"{stage.name}"' for stage in cycle), f'"{cycle[0].name}"'])
        related = tuple(values.locate("stages", places[stage.name], "requires") for stage in cycle[1:])
        where: YamlPath = ("stages", places[cycle[0].name], "requires")
        values.report(f"The stages go in a circle: {chain}.", where, "Take one of these requirements out.", related)
    for number, stage in enumerate(ordered):
        if not number and any(not replay.external and not replay.levels for replay in stage.replay):
            index = next(index for index, other in found if other is stage)
            message = f'Nothing comes before the stage "{stage.name}", so it has nothing to repeat.'
            values.report(message, ("stages", index, "replay"), 'Name "levels" or a "set", or leave it out.')
    return ordered


def _read_stage(values: CurriculumValues, value: object, where: YamlPath, levels: Sequence[str]) -> Stage:
    mapping = values.get_mapping(value, where, _KEYS)
    name = values.get_name(mapping, "name", where, "stage", f"stage-{int(where[-1]) + 1}")
    mix = mapping.get("levels")
    if isinstance(mix, list):
        mix = dict.fromkeys(values.get_texts(mapping, "levels", where, "levels", levels), 1)
    shares = values.get_shares(mix, (*where, "levels"))
    for level, _ in shares:
        if level not in levels:
            _report_level(values, level, (*where, "levels", level), levels)
    fade = values.get_texts(mapping, "fade", where, "levels of the stage", [level for level, _ in shares])
    if len(fade) == len(shares):
        message = f'All levels of the stage "{name}" fade, so nothing would be left at its end.'
        values.report(message, (*where, "fade"), "Let a level stay.")
    replay = mapping.get("replay", [])
    entries = [((*where, "replay"), replay)]
    if isinstance(replay, list):
        entries = [((*where, "replay", number), entry) for number, entry in enumerate(replay)]
    replays = tuple(_read_replay(values, entry, place, levels) for place, entry in entries)
    if sum(entry.share for entry in replays) >= 1:
        values.report("Replay leaves no room for anything else in the stage.", (*where, "replay"))
    return Stage(
        name=name,
        title=values.get_text(mapping, "title", where, name),
        levels=shares,
        requires=values.get_texts(mapping, "requires", where, "stages"),
        fade=fade,
        replay=replays,
        items=values.get_count(mapping.get("items", 0), (*where, "items")),
        location=values.locate(*where),
    )


def _read_replay(values: CurriculumValues, value: object, where: YamlPath, levels: Sequence[str]) -> Replay:
    mapping = values.get_mapping(value, where, _REPLAY_KEYS)
    share = values.get_part(mapping, "share", where)
    if "share" not in mapping:
        values.report("Replay needs a share of the stage.", where, "For instance share: 0.1.")
    external = values.get_name(mapping, "set", where, "set")
    if external and "levels" in mapping:
        values.report('Replay is of "levels" or of a "set" from elsewhere, not of both.', where, "Write two entries.")
    return Replay(
        share,
        values.get_texts(mapping, "levels", where, "levels", levels),
        external,
        values.locate(*where),
    )


def _report_level(values: CurriculumValues, level: str, where: YamlPath, levels: Sequence[str]) -> None:
    values.report(f'"{level}" is no level of this curriculum.', where, f"Levels are {', '.join(levels)}.")
