"""Parts of a dataset: one table of bounded size made from a run of lines, by one pure function.

Whoever makes a part, in whatever order, makes the same bytes; only parts of whole splits in order are the dataset.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from workbench.errors import DatasetError
from workbench.export.manifest import FileEntry
from workbench.export.survey import Survey
from workbench.model.items import check_item

__all__ = ["MadePart", "Part", "hash_file", "make_part", "name_table"]


def name_table(split: str, number: int) -> str:
    """Return the path of a split's table by its number."""
    return f"data/{split}-{number:05d}.parquet"


@dataclass(frozen=True, slots=True)
class Part:
    """Which lines of a folder's items become which table.

    ``start`` is the offset of the first line in bytes, ``rows`` the number of lines. ``facts`` are the digests of
    facts that items may name; ``is_checked`` tells that every line is known to keep the contract.
    """

    folder: Path
    split: str
    number: int
    start: int
    rows: int
    facts: frozenset[str]
    is_checked: bool


class MadePart(NamedTuple):
    """A part that was made: its table's path and digest, and the survey of its items."""

    name: str
    entry: FileEntry
    survey: Survey


def make_part(part: Part) -> MadePart:
    """Write the table of a part and survey its items.

    Raises DatasetError when an item breaks the contract, StorageError when the table cannot be written.
    """
    # pyarrow takes a while to import, and reading a dataset does without it.
    from workbench.export.parquet import write_parquet

    survey = Survey()
    name = name_table(part.split, part.number)
    path = part.folder / name
    write_parquet(path, _survey_items(part, survey))
    return MadePart(name, hash_file(path), survey)


def _survey_items(part: Part, survey: Survey) -> Iterator[Mapping[str, Any]]:
    with (part.folder / f"items/{part.split}.jsonl").open("rb") as stream:
        stream.seek(part.start)
        for _ in range(part.rows):
            item = json.loads(stream.readline())
            if problems := _find_problems(item, part):
                named = item.get("id", "") if isinstance(item, dict) else ""
                raise DatasetError(f"The item {named} of {part.split} breaks the contract: {problems[0]}")
            survey.add(item)
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
