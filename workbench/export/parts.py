"""Parts of a dataset: one table of bounded size made from a run of lines, by one pure function.

Whoever makes a part, in whatever order, makes the same bytes; only parts of whole splits in order are the dataset.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from workbench.errors import DatasetError
from workbench.export.manifest import FileEntry
from workbench.export.survey import Survey
from workbench.export.theories import find_packed
from workbench.generation.splits.leakage import Leakage
from workbench.generation.splits.leakage_marks import Marker, Marks
from workbench.generation.splits.splitter import Splitter
from workbench.model.items import check_item

__all__ = ["MadePart", "Marking", "Part", "hash_file", "make_part", "name_table"]

_REMEMBERED = 4096


def name_table(split: str, number: int) -> str:
    """Return the path of a split's table by its number."""
    return f"data/{split}-{number:05d}.parquet"


@dataclass(frozen=True)
class Marking:
    """What is needed to see what items share with others; plain values, so that it travels to workers.

    ``splits`` are those of the dataset, ``templates`` those of its wording; theories are read from ``folder``.
    """

    splitter: Splitter
    splits: tuple[str, ...]
    prefixes: Mapping[str, str]
    templates: Sequence[Mapping[str, Any]]
    folder: Path

    @cached_property
    def marker(self) -> Marker:
        """What marks the items."""
        return Marker(self.splitter, self.prefixes, self.templates)

    def open_table(self) -> Leakage:
        """Return an empty table."""
        return Leakage(self.splitter, self.splits)

    def mark(self, item: Mapping[str, Any]) -> Marks:
        """Return an item's marks. Raises ValueError and KeyError for what is no item, OSError."""
        return self.marker.mark(item, self._read_theory(item["theory"]) if self._needs_theory else None)

    @cached_property
    def _needs_theory(self) -> bool:
        return any(held.axis == "properties" for held in self.splitter.held)

    @cached_property
    def _theories(self) -> dict[str, Mapping[str, Any]]:
        return {}

    def _read_theory(self, digest: str) -> Mapping[str, Any]:
        if digest not in self._theories:
            path = self.folder / f"theories/{digest}.json"
            data = path.read_bytes() if path.is_file() else find_packed(self.folder, digest)
            if data is None:
                raise ValueError(f"there is no theory {digest}")
            if len(self._theories) >= _REMEMBERED:
                self._theories.clear()
            self._theories[digest] = json.loads(data)
        return self._theories[digest]


@dataclass(frozen=True, slots=True)
class Part:
    """Which lines of a folder's items become which table.

    ``start`` is the offset of the first line in bytes, ``rows`` the number of lines. ``facts`` are the digests of
    facts that items may name; ``is_checked`` tells that every line is known to keep the contract. With ``marking`` the
    items are also compared with those for training.
    """

    folder: Path
    split: str
    number: int
    start: int
    rows: int
    facts: frozenset[str]
    is_checked: bool
    marking: Marking | None = None


class MadePart(NamedTuple):
    """A part that was made: its table's path and digest, the survey of its items, and what they share."""

    name: str
    entry: FileEntry
    survey: Survey
    leakage: Leakage | None


def make_part(part: Part) -> MadePart:
    """Write the table of a part and survey its items.

    Raises DatasetError when an item breaks the contract, StorageError when the table cannot be written.
    """
    # pyarrow takes a while to import, and reading a dataset does without it.
    from workbench.export.parquet import write_parquet

    survey, leakage = Survey(), part.marking.open_table() if part.marking is not None else None
    name = name_table(part.split, part.number)
    path = part.folder / name
    write_parquet(path, _survey_items(part, survey, leakage))
    return MadePart(name, hash_file(path), survey, leakage)


def _survey_items(part: Part, survey: Survey, leakage: Leakage | None) -> Iterator[Mapping[str, Any]]:
    with (part.folder / f"items/{part.split}.jsonl").open("rb") as stream:
        stream.seek(part.start)
        for _ in range(part.rows):
            item = json.loads(stream.readline())
            if problems := _find_problems(item, part):
                named = item.get("id", "") if isinstance(item, dict) else ""
                raise DatasetError(f"The item {named} of {part.split} breaks the contract: {problems[0]}")
            survey.add(item)
            if leakage is not None and part.marking is not None:
                leakage.add(part.split, part.marking.mark(item))
            yield item


def _find_problems(item: Any, part: Part) -> list[str]:
    problems = [] if part.is_checked else check_item(item)
    if not problems and item["split"] != part.split:
        problems = [f"split: is not {part.split}"]
    if not problems and item["facts"] is not None and item["facts"] not in part.facts:
        problems = ["facts: are not among the facts"]
    return problems


def hash_file(path: Path) -> FileEntry:
    """Return the digest and size of a file. Raises OSError."""
    digest, size = sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
    return FileEntry(digest.hexdigest(), size)
