"""Stage manifests: for each stage of a curriculum, a file with its items in the order in which to learn them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.export.manifest import FileEntry
from workbench.export.parts import hash_file
from workbench.generation.selection.staging import StageEntry, StagePlan, iterate_stage
from workbench.model.items import canonical_json

__all__ = ["describe_stages", "iterate_lines", "name_stage_file", "write_stages"]


def name_stage_file(plan: StagePlan) -> str:
    """Return the path of a stage's file in a dataset."""
    return f"stages/{plan.number}-{plan.stage.name}.jsonl"


def describe_stages(plans: Sequence[StagePlan]) -> list[dict[str, Any]]:
    """Return the plans with their files, for the manifest."""
    return [{**plan.to_json(), "file": name_stage_file(plan)} for plan in plans]


def iterate_lines(curriculum: str, plan: StagePlan, ids: Mapping[str, Sequence[str]]) -> Iterator[bytes]:
    """Yield the lines of a stage's file; ``ids`` are those of the items of train by level.

    Raises ValueError when there are fewer items than the plan was made for.
    """
    for entry in iterate_stage(curriculum, plan, ids):
        yield canonical_json(_write_entry(entry)).encode() + b"\n"


def _write_entry(entry: StageEntry) -> dict[str, str]:
    if entry.kind == "external":
        return {"kind": entry.kind, "set": entry.source}
    return {"id": entry.item, "kind": entry.kind, "level": entry.source}


def write_stages(
    folder: Path, curriculum: str, plans: Sequence[StagePlan], ids: Mapping[str, Sequence[str]]
) -> dict[str, FileEntry]:
    """Write the file of every stage below ``folder`` and return their digests by path. Raises OSError."""
    files = {}
    for plan in plans:
        name = name_stage_file(plan)
        (folder / name).parent.mkdir(exist_ok=True)
        with (folder / name).open("xb") as stream:
            stream.writelines(iterate_lines(curriculum, plan, ids))
        files[name] = hash_file(folder / name)
    return files
