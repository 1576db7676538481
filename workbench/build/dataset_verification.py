"""What only a dataset as a whole can get wrong: counts, duplicates, splits that share items, tables, leakage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.build.item_lines import ItemRecord, Problem
from workbench.errors import DatasetError
from workbench.export.manifest import MANIFEST, make_manifest, tally_items
from workbench.export.table_reading import count_rows, iterate_rows
from workbench.model.items import digest_json

__all__ = ["check_manifest", "check_tables", "find_repetitions"]

_GRAINS = ("text", "exact", "named", "core")


def find_repetitions(records: Sequence[ItemRecord]) -> Iterator[Problem]:
    """Yield items that occur twice, in one split or in two, up to the names of individuals."""
    ids: dict[str, ItemRecord] = {}
    named: dict[str, ItemRecord] = {}
    for record in records:
        twin = ids.setdefault(record.id, record)
        if twin is not record:
            yield Problem(record.file, record.line, record.id, f"the same item is in {twin.file}:{twin.line}")
            continue
        twin = named.setdefault(record.summary["identity"]["named"], record)
        if twin is not record:
            where = "this split has" if twin.file == record.file else "another split has"
            what = f"{where} the same item up to names, in {twin.file}:{twin.line}"
            yield Problem(record.file, record.line, record.id, what)


def check_manifest(manifest: Mapping[str, Any], records: Sequence[ItemRecord]) -> Iterator[Problem]:
    """Yield what the manifest counts wrong; ``records`` are all the items there are."""
    names = [split["name"] for split in manifest["splits"]]
    items = {name: [r for r in records if r.file == f"items/{name}.jsonl"] for name in names}
    summaries = {name: [record.summary for record in listed] for name, listed in items.items()}
    computed = make_manifest({}, tally_items(summaries), {})
    for part in ("splits", "counts"):
        if manifest.get(part) != computed[part]:
            yield Problem(MANIFEST, 0, "", f"{part}: are not those of the items")
    if "leakage" in manifest and manifest["leakage"] != _count_leakage(items):
        yield Problem(MANIFEST, 0, "", "leakage: is another when counted")
    if "capacity" in manifest and manifest["capacity"] != _count_structures(manifest["capacity"], records):
        yield Problem(MANIFEST, 0, "", "capacity: is another when counted")
    for name in ("domain", "curriculum"):
        if name in manifest and {record.summary[name] for record in records} > {manifest[name]}:
            yield Problem(MANIFEST, 0, "", f"{name}: the items name another one")
    levels: dict[int, str] = {}
    for record in records:
        number, name = record.summary["level"], record.summary["level_name"]
        if levels.setdefault(number, name) != name:
            what = f"level_name: level {number} is called {levels[number]} elsewhere"
            yield Problem(record.file, record.line, record.id, what)
    yield from _check_files(manifest, names, {record.summary["theory"] for record in records})


def _check_files(manifest: Mapping[str, Any], splits: Sequence[str], theories: set[str]) -> Iterator[Problem]:
    files: set[str] = set(manifest["files"])
    expected = {f"items/{name}.jsonl" for name in splits} | {f"data/{name}-00000.parquet" for name in splits}
    expected |= {f"theories/{digest}.json" for digest in theories} | {"prefixes.json", "wording.json"}
    for name in sorted(expected - files):
        yield Problem(name, 0, "", "is not in the manifest")
    for name in sorted(files - expected):
        if name.startswith(("items/", "data/")):
            yield Problem(name, 0, "", "belongs to no split of the manifest")
        elif name.startswith("theories/"):
            yield Problem(name, 0, "", "no item has this theory")


def _count_leakage(items: Mapping[str, Sequence[ItemRecord]]) -> dict[str, dict[str, int]]:
    """Count, for every split but the first, how many of its items the first one has too, by grain."""
    train = next(iter(items), "")
    known = {grain: {_get_grain(r, grain) for r in items.get(train, ())} for grain in _GRAINS}
    return {
        split: {
            "items": len(listed),
            **{grain: sum(_get_grain(r, grain) in known[grain] for r in listed) for grain in _GRAINS},
        }
        for split, listed in items.items()
        if split != train
    }


def _get_grain(record: ItemRecord, grain: str) -> str:
    return record.question if grain == "text" else str(record.summary["identity"][grain])


def _count_structures(levels: object, records: Sequence[ItemRecord]) -> dict[str, dict[str, int]]:
    """Count items and structures of the levels that the manifest lists, and of those that only items name."""
    names = dict.fromkeys([*(levels if isinstance(levels, dict) else ()), *(r.summary["level_name"] for r in records)])
    found = {}
    for name in names:
        own = [record.summary["identity"] for record in records if record.summary["level_name"] == name]
        found[name] = {"items": len(own)} | {g: len({identity[g] for identity in own}) for g in ("named", "core")}
    return found


def check_tables(folder: Path, splits: Sequence[str], records: Sequence[ItemRecord]) -> Iterator[Problem]:
    """Yield tables that are missing or hold another row than the item of the same position."""
    for split in splits:
        name = f"data/{split}-00000.parquet"
        path = folder / name
        expected = [record for record in records if record.file == f"items/{split}.jsonl"]
        if path.is_symlink() or not path.is_file():
            yield Problem(name, 0, "", "is missing")
            continue
        try:
            if count_rows(path) != len(expected):
                yield Problem(name, 0, "", f"does not have the {len(expected)} rows of its split")
                continue
            for number, (row, record) in enumerate(zip(iterate_rows(path), expected, strict=True), 1):
                if digest_json(row) != record.row:
                    yield Problem(name, number, record.id, "the row is not that of the item")
        except (DatasetError, TypeError, ValueError) as error:
            yield Problem(name, 0, "", str(error))
