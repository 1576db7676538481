"""What a dataset is like: how hard, how varied, and whether its answers can be guessed; counted from its files alone.

Lines of items pass by once. Difficulty is counted exactly, variety as
:mod:`workbench.generation.surveys.diversity` says; the probe sees, of each task, the items of train with the smallest
ids, which are as good as drawn at random.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import heappush, heapreplace
from pathlib import Path
from typing import Any, NamedTuple

from workbench.generation.surveys.diversity import DiversityTally, write_diversity
from workbench.generation.surveys.probe import probe_items
from workbench.model.items import compact_term
from workbench.model.splits import PUZZLE_MEASURES

__all__ = ["MEASURES", "PROBED_ITEMS", "DifficultyTally", "list_names", "measure_dataset"]

MEASURES = (
    "hops", "height", "steps", "leaves", "alternatives", "rules", "distractors", "context", "solver", *PUZZLE_MEASURES
)  # fmt: skip
"""The measures of difficulty that are counted by level; the last are those of its puzzles, if it has any."""
PROBED_ITEMS = 2_000
"""So many items of each task are probed at most."""


class DifficultyTally:
    """Counts items by level, measure and value."""

    def __init__(self) -> None:
        self._counts: dict[tuple[int, str], dict[str, Counter[int]]] = {}

    def add(self, item: Mapping[str, Any]) -> None:
        """Count an item."""
        level = item["level"], item["level_name"]
        counts = self._counts.setdefault(level, {})
        for measure, value in item["difficulty"].items():
            counts.setdefault(measure, Counter())[value] += 1

    def to_json(self) -> list[dict[str, Any]]:
        """Return for each level how many items have which value of each measure."""
        return [
            {
                "level": number,
                "name": name,
                **{
                    measure: {str(value): count for value, count in sorted(found[measure].items())}
                    for measure in MEASURES
                    if measure in found
                },
            }
            for (number, name), found in sorted(self._counts.items())
        ]


class _Place(NamedTuple):
    """An item's rank (the greatest id first), and where its line is."""

    rank: int
    offset: int


class _ProbeSample:
    """The places of the items to probe: of each task those with the smallest ids."""

    def __init__(self) -> None:
        self._places: dict[str, list[_Place]] = {}

    def add(self, item: Mapping[str, Any], offset: int) -> None:
        places = self._places.setdefault(item["task"], [])
        place = _Place(-int(item["id"], 16), offset)
        if len(places) < PROBED_ITEMS:
            heappush(places, place)
        elif place > places[0]:
            heapreplace(places, place)

    def probe(self, path: Path) -> list[dict[str, Any]]:
        """Return what the probe finds, task by task, so that one task's items are held at a time."""
        found: list[dict[str, Any]] = []
        for task in sorted(self._places):
            offsets = sorted(place.offset for place in self._places[task])
            found += [finding.to_json() for finding in probe_items(_read_items(path, offsets))]
        return found


def _read_items(path: Path, offsets: Sequence[int]) -> Iterator[dict[str, Any]]:
    with path.open("rb") as stream:
        for offset in offsets:
            stream.seek(offset)
            yield json.loads(stream.readline())


def list_names(wording: Mapping[str, Any], prefixes: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the classes and the properties that have a phrase in a dataset's wording, as items name them."""
    keys = {key for language in wording["languages"].values() for key in language["phrases"]}
    classes = set(wording["classes"])
    return (
        sorted(compact_term(key, prefixes) for key in keys & classes),
        sorted(compact_term(key, prefixes) for key in keys - classes),
    )


def measure_dataset(
    folder: Path,
    splits: Sequence[str],
    wording: Mapping[str, Any],
    prefixes: Mapping[str, str],
    rules: Collection[str],
) -> dict[str, Any]:
    """Return the manifest's ``difficulty``, ``diversity`` and ``probe`` of the items below ``folder``.

    The first of ``splits`` is train; ``rules`` are the names of all rules of the domain. Raises OSError, and KeyError,
    TypeError or ValueError where a line is no item.
    """
    diversity, difficulty, sample = DiversityTally(), DifficultyTally(), _ProbeSample()
    for split in splits:
        offset = 0
        with (folder / f"items/{split}.jsonl").open("rb") as stream:
            for line in stream:
                item = json.loads(line)
                diversity.add(item)
                difficulty.add(item)
                if split == splits[0]:
                    sample.add(item, offset)
                offset += len(line)
    classes, properties = list_names(wording, prefixes)
    summed = diversity.sum_up(classes=classes, properties=properties, rules=sorted(rules))
    return {
        "difficulty": difficulty.to_json(),
        "diversity": write_diversity(summed),
        "probe": sample.probe(folder / f"items/{splits[0]}.jsonl"),
    }
