"""What only a dataset as a whole can get wrong: counts, duplicates, splits that share items, tables, leakage.

Of every item a survey keeps a hundred bytes, and a register its place and the digest of its row: a million items fit
into a few hundred megabytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.build.item_lines import ItemRecord, Problem
from workbench.build.measures_verification import check_measured, check_measures
from workbench.build.stage_verification import check_stages
from workbench.errors import DatasetError
from workbench.export.manifest import MANIFEST, make_manifest
from workbench.export.parts import name_table
from workbench.export.reading import DatasetReader
from workbench.export.scorer import SCORER_NAME
from workbench.export.survey import Survey
from workbench.export.table_reading import count_rows, iterate_rows
from workbench.generation.identity.capacity import check_capacity
from workbench.generation.selection.digests import DIGEST_BYTES, shorten_digest
from workbench.model.items import digest_json

__all__ = ["Register", "check_manifest", "check_tables", "find_repetitions"]


class Register:
    """The items of a dataset in their order: a survey of them, where each is, and the digest of its row."""

    def __init__(self, splits: Sequence[str]) -> None:
        self.survey = Survey()
        self._files = [f"items/{split}.jsonl" for split in splits]
        self._numbers = {file: number for number, file in enumerate(self._files)}
        self._lines = {file: array("I") for file in self._files}
        self._rows = {file: bytearray() for file in self._files}
        self._ids = bytearray()

    def __len__(self) -> int:
        return len(self.survey)

    def add(self, record: ItemRecord) -> None:
        """Note the next item. Items come file by file, in the order of the splits."""
        self.survey.add({**record.summary, "id": record.id})
        self._lines[record.file].append(record.line)
        self._rows[record.file] += bytes.fromhex(record.row)[:DIGEST_BYTES]
        self._ids += bytes.fromhex(record.id)

    def find(self, position: int) -> tuple[str, int, str]:
        """Return file, line and id of the item at a position."""
        id_ = bytes(self._ids[position * DIGEST_BYTES : (position + 1) * DIGEST_BYTES]).hex()
        for file in self._files:
            if position < len(self._lines[file]):
                return file, self._lines[file][position], id_
            position -= len(self._lines[file])
        raise IndexError(position)

    def count(self, split: str) -> int:
        """Return how many items a split has."""
        return len(self._lines[f"items/{split}.jsonl"])

    def iterate_rows(self, split: str) -> Iterator[tuple[bytes, str]]:
        """Yield the digest of the row of each item of a split, and the item's id."""
        file = f"items/{split}.jsonl"
        first = sum(len(self._lines[other]) for other in self._files[: self._numbers[file]])
        rows = self._rows[file]
        for number in range(len(self._lines[file])):
            place = (first + number) * DIGEST_BYTES
            id_ = bytes(self._ids[place : place + DIGEST_BYTES]).hex()
            yield bytes(rows[number * DIGEST_BYTES : (number + 1) * DIGEST_BYTES]), id_


def find_repetitions(register: Register) -> Iterator[Problem]:
    """Yield items that occur twice, in one split or in two, up to the names of individuals."""
    for position, twin, grain in register.survey.find_repetitions():
        file, line, id_ = register.find(position)
        other, other_line, _ = register.find(twin)
        if grain == "id":
            yield Problem(file, line, id_, f"the same item is in {other}:{other_line}")
        else:
            where = "this split has" if other == file else "another split has"
            yield Problem(file, line, id_, f"{where} the same item up to names, in {other}:{other_line}")


def check_manifest(reader: DatasetReader, register: Register, leakage: object) -> Iterator[Problem]:
    """Yield what the manifest counts wrong; the register has all the items there are, ``leakage`` is their table."""
    manifest, survey = reader.manifest, register.survey
    kinds = survey.count_kinds()
    computed = make_manifest({}, survey.tally(reader.splits), {})
    for part in ("splits", "counts"):
        if manifest.get(part) != computed[part]:
            yield Problem(MANIFEST, 0, "", f"{part}: are not those of the items")
    if "leakage" in manifest and manifest["leakage"] != leakage:
        yield Problem(MANIFEST, 0, "", "leakage: is another when counted")
    if "capacity" in manifest:
        yield from _check_capacity(manifest, survey)
    for name in ("domain", "curriculum"):
        if name in manifest and {getattr(kind, name) for kind in kinds} > {manifest[name]}:
            yield Problem(MANIFEST, 0, "", f"{name}: the items name another one")
    names: dict[int, str] = {}
    for position, kind in survey.find_first_of_kinds():
        if names.setdefault(kind.level, kind.level_name) != kind.level_name:
            what = f"level_name: level {kind.level} is called {names[kind.level]} elsewhere"
            file, line, id_ = register.find(position)
            yield Problem(file, line, id_, what)
    yield from check_stages(reader, survey)
    if manifest.get("counts") == computed["counts"]:  # else what is wrong with items or counts is told already
        yield from check_measures(reader)
        yield from check_measured(reader, survey)
    yield from _check_files(reader, survey)


def _check_capacity(manifest: Mapping[str, Any], survey: Survey) -> Iterator[Problem]:
    """Yield what is wrong with the numbers of structures; how often candidates had which only generation knows."""
    listed = manifest["capacity"] if isinstance(manifest["capacity"], dict) else {}
    levels = dict.fromkeys([*listed, *(kind.level_name for kind in survey.count_kinds())])
    short = {one["level"] for one in manifest.get("shortfalls", ()) if isinstance(one, dict) and "level" in one}
    for level, counts in survey.count_structures([*levels]).items():
        account = listed.get(level)
        if not isinstance(account, dict) or any(account.get(name) != count for name, count in counts.items()):
            yield Problem(MANIFEST, 0, "", "capacity: is another when counted")
        elif "sentence" in account:
            yield from (
                Problem(MANIFEST, 0, "", f"capacity: {level}: {what}") for what in check_capacity(level, account)
            )
            if account.get("is_full") is not (level not in short):
                yield Problem(MANIFEST, 0, "", f"capacity: {level}: whether it is full is not as shortfalls says")


def _check_files(reader: DatasetReader, survey: Survey) -> Iterator[Problem]:
    files: set[str] = set(reader.manifest["files"])
    tables = {
        name for split in reader.splits for name in (reader.list_tables(split) or [f"data/{split}-00000.parquet"])
    }
    shared = {"prefixes.json", "wording.json", SCORER_NAME}
    expected = {f"items/{split}.jsonl" for split in reader.splits} | tables | shared
    for name in sorted(expected - files):
        yield Problem(name, 0, "", "is not in the manifest")
    for name in sorted(files - expected):
        if name.startswith(("items/", "data/")):
            yield Problem(name, 0, "", "belongs to no split of the manifest")
    yield from _check_theories(reader, survey)


def _list_tables(reader: DatasetReader, split: str) -> list[str]:
    return reader.list_tables(split) or [name_table(split, 0)]


def _check_theories(reader: DatasetReader, survey: Survey) -> Iterator[Problem]:
    used = survey.list_theories()
    found = bytearray()
    try:
        for digest in reader.iterate_digests():
            short = shorten_digest(digest)
            found += short
            place = int(np.searchsorted(used, np.frombuffer(short, f"S{DIGEST_BYTES}")[0]))
            if place == len(used) or used[place].ljust(DIGEST_BYTES, b"\0") != short:
                yield Problem(f"theories/{digest}.json", 0, "", "no item has this theory")
    except DatasetError as error:
        yield Problem("theories", 0, "", str(error))
        return
    listed = np.unique(np.frombuffer(found, f"S{DIGEST_BYTES}"))
    for missing in used[~np.isin(used, listed)].tolist():
        yield Problem(f"theories/{missing.ljust(DIGEST_BYTES, bytes(1)).hex()}.json", 0, "", "is not in the manifest")


def check_tables(reader: DatasetReader, register: Register) -> Iterator[Problem]:
    """Yield tables that are missing or hold another row than the item of the same position."""
    for split in reader.splits:
        names = _list_tables(reader, split)
        missing = [name for name in names if (reader.path / name).is_symlink() or not (reader.path / name).is_file()]
        yield from (Problem(name, 0, "", "is missing") for name in missing)
        if not missing:
            yield from _compare_tables(reader.path, names, split, register)


def _compare_tables(folder: Path, names: Sequence[str], split: str, register: Register) -> Iterator[Problem]:
    expected = register.iterate_rows(split)
    name = names[0]
    try:
        if sum(count_rows(folder / name) for name in names) != register.count(split):
            yield Problem(name, 0, "", f"does not have the {register.count(split)} rows of its split")
            return
        for name in names:
            for number, row in enumerate(iterate_rows(folder / name), 1):
                digest, id_ = next(expected)
                if bytes.fromhex(digest_json(row))[:DIGEST_BYTES] != digest:
                    yield Problem(name, number, id_, "the row is not that of the item")
    except (DatasetError, TypeError, ValueError) as error:
        yield Problem(name, 0, "", str(error))
