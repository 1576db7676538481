"""Perturbed items compared with their originals, from the files alone.

That a variant's own answer is right is judged with every other item; here it is judged whether it is a variant: the
same item up to names, the same in another order, the same beside one idle fact, or the same with other numbers.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workbench.build.item_lines import ItemRecord, Problem
from workbench.build.manifest_verification import check_perturbed
from workbench.errors import DatasetError
from workbench.export.reading import DatasetReader
from workbench.generation.splits.splitter import read_splitter
from workbench.model.terms import XSD_INTEGER, is_literal, split_literal

__all__ = ["VariantRegister", "find_difference"]

_KEPT = ("task", "given", "theory", "level_name", "language")


class VariantRegister:
    """The perturbed items of a dataset: where each is, and which item it was made from."""

    def __init__(self, reader: DatasetReader) -> None:
        self._reader = reader
        self._splits = _read_perturbed(reader)
        self._lines: dict[str, dict[int, str]] = {}
        self._misplaced: list[Problem] = []
        self._kinds: dict[str, Counter[str]] = {}

    def add(self, record: ItemRecord) -> None:
        """Note an item if it is a perturbed one."""
        group, split = record.summary["group"], record.summary["split"]
        if group:
            self._lines.setdefault(record.file, {})[record.line] = group["of"]
            self._kinds.setdefault(split, Counter())[group["kind"]] += 1
        if self._splits is not None and (split in self._splits) != bool(group):
            what = "group: belongs to the items of perturbed splits, and only to them"
            self._misplaced.append(Problem(record.file, record.line, record.id, what))

    def find_problems(self) -> Iterator[Problem]:
        """Yield perturbed items that are none of the originals they name; only those that were added are looked at.

        In the end it is said what the manifest counts wrong of them.
        """
        yield from self._misplaced
        for file, lines in self._lines.items():
            places = self._find_originals(Path(file).stem, set(lines.values()))
            for number, _, item in self._iterate(file):
                if number not in lines:
                    continue
                place = places.get(lines[number])
                what = "group: its original is not in the split that is changed"
                found = what if place is None else find_difference(self._read(*place), item)
                if found:
                    yield Problem(file, number, item["id"], found)
        yield from check_perturbed(self._reader.manifest, self._kinds, self._splits or {})

    def _find_originals(self, split: str, wanted: set[str]) -> dict[str, tuple[str, int]]:
        """Return by id in which file and from which byte on the originals stand."""
        found: dict[str, tuple[str, int]] = {}
        for name in self._reader.splits if self._splits is None else (self._splits.get(split, ""),):
            for _, offset, item in self._iterate(f"items/{name}.jsonl"):
                if item.get("id") in wanted:
                    found.setdefault(item["id"], (f"items/{name}.jsonl", offset))
        return found

    def _iterate(self, file: str) -> Iterator[tuple[int, int, Mapping[str, Any]]]:
        """Yield number, offset and content of the lines of a file; what is no item was told before."""
        path, offset = self._reader.path / file, 0
        if path.is_symlink() or not path.is_file():
            return
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                try:
                    item = json.loads(line)
                except (ValueError, RecursionError):
                    item = None
                if isinstance(item, dict):
                    yield number, offset, item
                offset += len(line)

    def _read(self, file: str, offset: int) -> Mapping[str, Any]:
        with (self._reader.path / file).open("rb") as stream:
            stream.seek(offset)
            item: Mapping[str, Any] = json.loads(stream.readline())
        return item


def _read_perturbed(reader: DatasetReader) -> dict[str, str] | None:
    """Return the perturbed splits with those that they change; None when the manifest does not say how it was split."""
    try:
        held = read_splitter(reader.manifest["splitting"]).held
    except (DatasetError, KeyError):
        return None
    return {one.name: one.of for one in held if one.axis == "perturbed"}


def find_difference(original: Mapping[str, Any], item: Mapping[str, Any]) -> str | None:
    """Return why an item is not the variant of its original that it says it is; None when it is."""
    try:
        return _compare(original, item)
    except (KeyError, TypeError, ValueError, AttributeError):
        return "group: its original is no item"


def _compare(original: Mapping[str, Any], item: Mapping[str, Any]) -> str | None:
    kind = item["group"]["kind"]
    for name in _KEPT:
        if original[name] != item[name]:
            return f"group: {name} is another than in its original"
    if kind != "numbers" and _list_statuses(original) != _list_statuses(item):
        return "group: a change that should not matter changed the answer"
    facts, own = _count_facts(original), _count_facts(item)
    if kind == "renamed":
        is_one = original["identity"]["named"] == item["identity"]["named"] and facts != own
    elif kind == "reordered":
        is_same = original["identity"]["exact"] == item["identity"]["exact"] and facts == own
        is_one = is_same and original["question"] != item["question"]
    elif kind == "irrelevant":
        added = own - facts
        idle = [entry["distractor"] for entry in item["context"] if tuple(entry["triple"]) in added]
        is_one = not facts - own and idle == [True] and _list_answers(original) == _list_answers(item)
    else:
        is_one = facts != own and _count_masked(facts) == _count_masked(own)
    return None if is_one else f"group: is no variant of the kind {kind}"


def _list_statuses(item: Mapping[str, Any]) -> list[str]:
    return sorted([str(item["status"]), *(option["status"] for option in item["options"])])


def _list_answers(item: Mapping[str, Any]) -> list[list[str]]:
    return sorted(item["query"].get("answers", []))


def _count_facts(item: Mapping[str, Any]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(entry["triple"]) for entry in item["context"])


def _count_masked(facts: Mapping[tuple[str, ...], int]) -> Counter[tuple[str, ...]]:
    """Count the facts with no number told apart from another."""
    masked: Counter[tuple[str, ...]] = Counter()
    for (subject, predicate, object_), count in facts.items():
        is_number = is_literal(object_) and split_literal(object_)[1] == XSD_INTEGER
        masked[subject, predicate, "" if is_number else object_] += count
    return masked
