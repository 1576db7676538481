"""What a manifest says about difficulty, variety and the probe, counted again from the items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.build.item_lines import Problem
from workbench.errors import DatasetError
from workbench.export.manifest import MANIFEST
from workbench.export.measured import MEASURED, describe_measured, read_measured, write_measured
from workbench.export.measures import measure_dataset
from workbench.export.reading import DatasetReader
from workbench.export.survey import Survey

__all__ = ["check_measured", "check_measures"]

_PARTS = ("difficulty", "diversity", "probe")
_TOLERANCE = 0.01
"""Sums of floating-point numbers differ in their last digits between machines, which can turn a guess or two."""


def check_measures(reader: DatasetReader) -> Iterator[Problem]:
    """Yield which of the measures that a manifest has are others when counted. All items have the right form.

    Which rules there are besides those of the items only the project knows: names that the manifest lists as never
    used count as rules, and must then be in no item.
    """
    manifest = reader.manifest
    if not any(part in manifest for part in _PARTS):
        return
    try:
        rules = {*_list_never(manifest), *_list_rules(reader)}
        counted = measure_dataset(reader.path, reader.splits, reader.wording, reader.prefixes, rules)
    except (DatasetError, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        yield Problem(MANIFEST, 0, "", f"{', '.join(_PARTS)}: cannot be counted ({error})")
        return
    for part in _PARTS:
        if part not in manifest:
            continue
        same = _is_same_probe(manifest[part], counted[part]) if part == "probe" else manifest[part] == counted[part]
        if not same:
            yield Problem(MANIFEST, 0, "", f"{part}: is another when counted")


def _list_never(manifest: Mapping[str, Any]) -> list[str]:
    if "diversity" not in manifest:
        return []
    return [str(name) for name in manifest["diversity"]["coverage"]["rules given"]["never"]]


def _list_rules(reader: DatasetReader) -> set[str]:
    return {str(rule["id"]) for _, theory in reader.iterate_theories() for rule in theory["rules"]}


def _is_same_probe(written: object, counted: list[dict[str, Any]]) -> bool:
    if not isinstance(written, list) or len(written) != len(counted):
        return False
    for one, other in zip(written, counted, strict=True):
        if not isinstance(one, dict) or one.keys() != other.keys():
            return False
        for key, value in other.items():
            if isinstance(value, float):
                if not isinstance(one[key], int | float) or abs(one[key] - value) > _TOLERANCE:
                    return False
            elif one[key] != value:
                return False
    return True


def check_measured(reader: DatasetReader, survey: Survey) -> Iterator[Problem]:
    """Yield what is wrong with the measurements of models that a dataset carries, and with their sums."""
    written = reader.manifest.get("measured")
    if MEASURED not in reader.manifest["files"]:
        if written is not None:
            yield Problem(MEASURED, 0, "", "is not in the manifest, which sums it up")
        return
    path = reader.path / MEASURED
    if path.is_symlink() or not path.is_file():
        yield Problem(MEASURED, 0, "", "is missing")
        return
    try:
        data = path.read_bytes()
        found = list(read_measured(data.splitlines(keepends=True), MEASURED))
        if b"".join(write_measured(found)) != data:
            yield Problem(MEASURED, 0, "", "is not in the canonical form")
        kinds = survey.find_kinds({one.id for one in found})
        places = {id_: (kind.level, kind.level_name, kind.hops) for id_, kind in kinds.items()}
        described = describe_measured(found, places.get)
    except (DatasetError, OSError) as error:
        yield Problem(MEASURED, 0, "", str(error))
        return
    if described != written:
        yield Problem(MANIFEST, 0, "", "measured: is another when summed up")
