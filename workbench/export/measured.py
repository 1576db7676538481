"""Measured difficulty: how often a model's answers to an item were right, and what that says of levels and hops.

``measured.jsonl`` has a line for each item and model: ``id``, ``model``, ``pass_rate`` (0 to 1) and ``n``, how many
answers were scored. Whoever evaluates a model writes it; a dataset that is given one carries it, and sums it up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from workbench.errors import DatasetError
from workbench.model.items import canonical_json

__all__ = ["MEASURED", "Measurement", "describe_measured", "make_calibration_rows", "read_measured", "write_measured"]

MEASURED = "measured.jsonl"
_KEYS = {"id", "model", "pass_rate", "n"}
_MOST_BYTES = 4096
_BARS = 20


class Measurement(NamedTuple):
    """How often a model was right about an item, of ``n`` answers; sorted by item and model."""

    id: str
    model: str
    pass_rate: float
    n: int


def read_measured(lines: Iterable[bytes], place: str) -> Iterator[Measurement]:
    """Yield the measurements of a file's lines. Raises DatasetError with file and line for what is none."""
    for number, line in enumerate(lines, 1):
        try:
            value = json.loads(line) if len(line) <= _MOST_BYTES else None
        except (ValueError, RecursionError) as error:
            raise DatasetError(f"{place}:{number}: is no JSON ({error}).") from error
        if not isinstance(value, dict) or value.keys() != _KEYS:
            raise DatasetError(f"{place}:{number}: must be an object with {', '.join(sorted(_KEYS))}, and no more.")
        found = Measurement(value["id"], value["model"], value["pass_rate"], value["n"])
        if not isinstance(found.id, str) or not isinstance(found.model, str) or not found.model.strip():
            raise DatasetError(f"{place}:{number}: id and model must be text.")
        if not isinstance(found.n, int) or isinstance(found.n, bool) or found.n < 1:
            raise DatasetError(f"{place}:{number}: n must be a number of answers, 1 or more.")
        rate = found.pass_rate
        if not isinstance(rate, int | float) or isinstance(rate, bool) or not 0 <= rate <= 1:
            raise DatasetError(f"{place}:{number}: pass_rate must be between 0 and 1.")
        yield found


def write_measured(measurements: Iterable[Measurement]) -> Iterator[bytes]:
    """Yield the lines of measurements, in their order."""
    for one in measurements:
        yield canonical_json(one._asdict()).encode() + b"\n"


@dataclass
class _Mean:
    items: int = 0
    total: float = 0.0

    def add(self, rate: float) -> None:
        self.items += 1
        self.total += rate


@dataclass
class _ModelTally:
    whole: _Mean = field(default_factory=_Mean)
    levels: dict[tuple[int, str], _Mean] = field(default_factory=dict)
    hops: dict[int, _Mean] = field(default_factory=dict)


def describe_measured(
    measurements: Iterable[Measurement], find: Callable[[str], tuple[int, str, int] | None]
) -> list[dict[str, Any]]:
    """Return the mean pass rates of each model, by level and hops; ``find`` returns level, its name and hops by id.

    The measurements are sorted. Raises DatasetError for an item that is not there, or measured twice.
    """
    tallies: dict[str, _ModelTally] = {}
    last = ("", "")
    for one in measurements:
        if (one.id, one.model) <= last:
            raise DatasetError(f"the item {one.id} is measured twice with {one.model}, or the lines are not sorted")
        last = one.id, one.model
        place = find(one.id)
        if place is None:
            raise DatasetError(f"there is no item {one.id}")
        level, name, hops = place
        tally = tallies.setdefault(one.model, _ModelTally())
        for mean in (
            tally.whole, tally.levels.setdefault((level, name), _Mean()), tally.hops.setdefault(hops, _Mean())
        ):  # fmt: skip
            mean.add(one.pass_rate)
    return [
        {
            "model": model,
            **_write_mean(tally.whole),
            "by_level": [
                {"level": level, "name": name, **_write_mean(mean)}
                for (level, name), mean in sorted(tally.levels.items())
            ],
            "by_hops": [{"hops": hops, **_write_mean(mean)} for hops, mean in sorted(tally.hops.items())],
        }
        for model, tally in sorted(tallies.items())
    ]


def _write_mean(mean: _Mean) -> dict[str, Any]:
    return {"items": mean.items, "pass_rate": round(mean.total / mean.items, 4)}


def make_calibration_rows(measured: Sequence[Mapping[str, Any]]) -> list[list[object]]:
    """Return rows of model, what of, items, pass rate and a bar, for report and card."""
    rows: list[list[object]] = []
    for model in measured:
        rows.append([model["model"], "all", model["items"], *_show_rate(model["pass_rate"])])
        for one in model["by_level"]:
            rows.append(
                [model["model"], f"level {one['level']} {one['name']}", one["items"], *_show_rate(one["pass_rate"])]
            )
        for one in model["by_hops"]:
            rows.append([model["model"], f"{one['hops']} hops", one["items"], *_show_rate(one["pass_rate"])])
    return rows


def _show_rate(rate: float) -> tuple[str, str]:
    return f"{rate:.1%}", "█" * round(rate * _BARS)
