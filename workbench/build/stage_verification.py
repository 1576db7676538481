"""Stage manifests judged anew: the plan as written, filled with the items that there are, gives the files again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from workbench.build.item_lines import Problem
from workbench.export.manifest import MANIFEST
from workbench.export.reading import DatasetReader
from workbench.export.stages import describe_stages, iterate_lines
from workbench.export.survey import Survey
from workbench.generation.selection.staging import StagePlan, read_stages

__all__ = ["check_stages"]


def check_stages(reader: DatasetReader, survey: Survey) -> Iterator[Problem]:
    """Yield what is wrong with the stages of a dataset: numbers, files that are not listed, entries, their order."""
    written = reader.manifest.get("stages", [])
    try:
        plans = read_stages(written)
    except ValueError as error:
        yield Problem(MANIFEST, 0, "", f"stages: {error}")
        return
    files = {name for name in reader.manifest["files"] if name.startswith("stages/")}
    if describe_stages(plans) != written:
        yield Problem(MANIFEST, 0, "", "stages: numbers, names or files do not agree with each other")
        return
    listed = {entry["file"] for entry in written}
    yield from (Problem(name, 0, "", "belongs to no stage of the manifest") for name in sorted(files - listed))
    yield from (Problem(name, 0, "", "is not in the manifest") for name in sorted(listed - files))
    names: set[str] = set()
    for plan in plans:
        if not names >= {*plan.stage.requires}:
            yield Problem(MANIFEST, 0, "", f"stages: {plan.stage.name} stands before a stage that it requires")
        names.add(plan.stage.name)
    ids = survey.list_ids(reader.splits[0]) if plans and reader.splits else {}
    curriculum = str(reader.manifest.get("curriculum", ""))
    for plan, entry in zip(plans, written, strict=True):
        if entry["file"] in files:
            yield from _check_file(reader, curriculum, plan, entry["file"], ids)


def _check_file(
    reader: DatasetReader, curriculum: str, plan: StagePlan, name: str, ids: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    """Yield the first line of a stage's file that is another than the plan gives."""
    path = reader.path / name
    if path.is_symlink() or not path.is_file():
        yield Problem(name, 0, "", "is missing")
        return
    try:
        with path.open("rb") as stream:
            for number, (line, expected) in enumerate(zip_longest(stream, iterate_lines(curriculum, plan, ids)), 1):
                if line != expected:
                    what = "an entry is missing" if line is None else "is not the entry that the plan has here"
                    yield Problem(name, number, "", what if expected is not None else "the plan has no such entry")
                    return
    except (OSError, ValueError) as error:
        yield Problem(name, 0, "", str(error))
