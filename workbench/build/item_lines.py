"""Lines of items files: read as JSON, compared with the schema, and what is kept of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from workbench.export.parquet import make_row
from workbench.generation.keyed import hash_parts
from workbench.generation.tasks import FAMILIES
from workbench.generation.tasks.family import LETTERS
from workbench.model.items import canonical_json, check_item, digest_json

__all__ = ["STALE_ID", "ItemRecord", "Line", "Problem", "check_form", "make_record", "parse_line"]


STALE_ID = "id: is not the digest"


class Problem(NamedTuple):
    """What is wrong, and where: a file of the dataset, its line (0: the whole file), the item's id (may be empty)."""

    file: str
    line: int
    item: str
    what: str


class Line(NamedTuple):
    """A line of an items file; ``judged`` tells whether the judges are to see it, or only the schema."""

    file: str
    number: int
    data: bytes
    judged: bool


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """What the dataset as a whole is judged by.

    ``summary`` has the item's parts that the manifest counts; ``row`` is the digest of its row in the tables.
    ``is_outside`` tells of a recall item that is none of its level's: it may have been added for what it teaches.
    """

    file: str
    line: int
    id: str
    summary: Mapping[str, Any]
    question: str
    row: str
    is_outside: bool = False


def parse_line(line: Line) -> dict[str, Any] | str:
    """Return the JSON object of a line, or why it is none."""
    try:
        item = json.loads(line.data, parse_constant=_refuse_constant)
        if not isinstance(item, dict):
            return "is no item"
        if canonical_json(item).encode() + b"\n" != line.data:
            return "is not in the canonical form, or has a key twice"
    except RecursionError:
        return "is nested too deeply"
    except ValueError as error:
        return f"is no JSON ({error})"
    return item


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def check_form(item: Mapping[str, Any], line: Line) -> list[str]:
    """Return in what an item breaks the schema, or is not in its place.

    Where only its id is not that of its content, it has the right form all the same, and whoever judges it can say why.
    """
    found = check_item(item)
    if any(not what.startswith(STALE_ID) for what in found):
        return found
    if f"items/{item['split']}.jsonl" != line.file:
        found.append(f"split: is {item['split']}, but the item is in another file")
    family = FAMILIES.get(item["task"])
    if family is None:
        found.append("task: is none that this version knows")
    elif family.kind != item["query"]["kind"]:
        found.append(f"query: {item['query']['kind']} is not what the task {item['task']} asks")
    if [option["letter"] for option in item["options"]] != list(LETTERS[: len(item["options"])]):
        found.append("options: letters are not A, B and so on")
    return found


def make_record(item: Mapping[str, Any], line: Line, *, is_outside: bool = False) -> ItemRecord:
    """Return what is kept of an item that has the right form."""
    kept = ("level", "level_name", "task", "status", "split", "language", "identity", "domain", "curriculum", "theory",
            "given")  # fmt: skip
    summary = {name: item[name] for name in kept} | {
        "difficulty": {name: item["difficulty"][name] for name in ("hops", "height")},
        "group": item.get("group"),
    }
    row = digest_json(make_row(item))
    return ItemRecord(line.file, line.number, item["id"], summary, hash_parts(item["question"]), row, is_outside)
