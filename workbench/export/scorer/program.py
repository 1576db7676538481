"""The command line: the answers of a model to the items of a dataset, scored and counted."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.export.scorer.answers import Score, score
from workbench.export.scorer.datasets import read_json
from workbench.export.scorer.values import ScorerError

__all__ = ["main"]

_VERSION = 1
_SHOWN = 20


class _UsageError(Exception):
    """The command was called with what cannot be meant."""


@dataclass
class _Tally:
    """Points and items by what they are counted under, and ids that do not fit."""

    points: dict[tuple[str, str], float] = field(default_factory=dict)
    items: dict[tuple[str, str], int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)
    variants: list[tuple[str, str, str]] = field(default_factory=list)
    steps: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    """Proofs, lines of these, lines that are right, and proofs all of whose lines are."""

    def add(self, item: dict[str, Any], split: str, found: Score) -> None:
        level = f"{item['level']} {item.get('level_name', '')}".strip()
        groups = {"": "all", "task": item["task"], "level": level, "status": item.get("status") or "-", "split": split}
        value = found.value
        for key in groups.items():
            self.points[key] = self.points.get(key, 0.0) + value
            self.items[key] = self.items.get(key, 0) + 1
        if item["query"]["kind"] == "prove":
            valid = [step.valid for step in found.steps]
            for place, count in enumerate((1, len(valid), sum(valid), bool(valid) and all(valid))):
                self.steps[place] += count
        self.values[item["id"]] = value
        if item.get("group"):
            self.variants.append((item["group"]["kind"], item["group"]["of"], item["id"]))

    def list_groups(self) -> list[tuple[str, int, int, int]]:
        """Return by kind of change how many items have their original scored too, score alike, and are both right.

        The last row is about groups: originals with all their variants.
        """
        alike: dict[str, list[int]] = {}
        groups: dict[str, list[float]] = {}
        for kind, of, own in sorted(self.variants):
            if of not in self.values:
                continue
            before, after = self.values[of], self.values[own]
            row = alike.setdefault(kind, [0, 0, 0])
            row[0] += 1
            row[1] += before == after
            row[2] += before == after == 1
            groups.setdefault(of, [before]).append(after)
        rows = [(kind, row[0], row[1], row[2]) for kind, row in alike.items()]
        if groups:
            same = sum(len(set(values)) == 1 for values in groups.values())
            right = sum(set(values) == {1.0} for values in groups.values())
            rows.append(("whole groups", len(groups), same, right))
        return rows


def _read_items(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a file of JSON lines with their numbers."""
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                found = json.loads(line)
                if not isinstance(found, dict):
                    raise ScorerError(f"{path}:{number}: is not an object")
                yield number, found
    except (OSError, ValueError, RecursionError) as error:
        raise ScorerError(f"{path} cannot be read: {error}") from error


def _read_answer(line: bytes) -> tuple[str, str | None]:
    """Return the id and the answer of a line; ValueError says what is wrong with it."""
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError("is no JSON") from error
    if not isinstance(found, dict):
        raise ValueError("is not an object")
    key, answer = found.get("id"), found.get("answer")
    if not isinstance(key, str) or not (isinstance(answer, str) or answer is None) or "answer" not in found:
        raise ValueError("does not have the texts id and answer")
    return key, answer


def _read_answers(path: Path) -> tuple[dict[str, str | None], list[str], list[str]]:
    """Return the answers by id, the ids that stand twice, and the lines that cannot be used, with why.

    Answers that differ cancel each other. Raises ScorerError when no line can be used.
    """
    answers: dict[str, str | None] = {}
    twice: dict[str, None] = {}
    broken: list[str] = []
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    key, answer = _read_answer(line)
                except ValueError as error:
                    broken.append(f"line {number} {error}")
                    continue
                if key in answers:
                    twice.setdefault(key)
                    answers[key] = answer if answers[key] == answer else None
                else:
                    answers[key] = answer
    except OSError as error:
        raise ScorerError(f"{path} cannot be read: {error}") from error
    if broken and not answers:
        raise ScorerError(f"{path} has no answers: {broken[0]}")
    return answers, list(twice), broken


def _list_splits(folder: Path, named: list[str], answers: dict[str, str | None]) -> list[Path]:
    """Return the files of the splits named, else of all splits that the answers touch."""
    paths = sorted((folder / "items").glob("*.jsonl"))
    if named:
        chosen = [path for path in paths if path.stem in named]
        if len(chosen) < len(set(named)):
            raise _UsageError(f"the dataset has the splits {', '.join(path.stem for path in paths)}")
        return chosen
    return [path for path in paths if any(item.get("id") in answers for _, item in _read_items(path))]


def _check_dataset(folder: Path) -> None:
    if not (folder / "items").is_dir():
        raise _UsageError(f"{folder} is no dataset: it has no folder items")
    manifest = read_json(folder / "manifest.json")
    version = manifest.get("schema_version") if isinstance(manifest, dict) else None
    if version != _VERSION:
        raise ScorerError(f"the dataset is of version {version}, and this program knows version {_VERSION}")


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")


def _show_score(key: str, found: Score) -> None:
    _write(f"{key}\t{found.value:.3f}\t{found.reason}")
    for step in found.steps:
        _write(f"  {step.label}\t{'right' if step.valid else 'wrong'}\t{step.reason}")


def _show_tally(tally: _Tally) -> None:
    total = tally.items.get(("", "all"), 0)
    if not total:
        _write("no items")
        return
    points = tally.points["", "all"]
    _write(f"accuracy {points / total:.4f}: {points:g} of {total} items")
    for group in ("level", "task", "status", "split"):
        _write(f"\nby {group}")
        keys = [key for key in tally.items if key[0] == group]
        if group == "level":
            keys.sort(key=lambda key: (int(key[1].split()[0]), key[1]))
        else:
            keys.sort()
        for key in keys:
            _write(f"  {key[1]:<30} {tally.points[key] / tally.items[key]:.4f}  {tally.items[key]}")
    proofs, lines, valid, sound = tally.steps
    if proofs:
        _write("\nproofs: lines that follow, proofs all of whose lines do")
        share = f"{valid / lines:.4f}" if lines else "-"
        _write(f"  {valid} of {lines} lines  {share}\n  {sound} of {proofs} proofs  {sound / proofs:.4f}")
    groups = tally.list_groups()
    if groups:
        _write("\nanswered alike before and after a change, both right, items")
    for kind, number, same, right in groups:
        _write(f"  {kind:<30} {same / number:.4f}  {right / number:.4f}  {number}")


def _show_ids(what: str, ids: list[str]) -> None:
    if ids:
        more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
        sys.stderr.write(f"{len(ids)} {what}: {', '.join(ids[:_SHOWN])}{more}\n")


def _run(options: argparse.Namespace) -> int:
    folder = Path(options.dataset)
    _check_dataset(folder)
    answers, twice, broken = _read_answers(Path(options.answers))
    unknown, tally = dict.fromkeys(answers), _Tally()
    for path in _list_splits(folder, options.split, answers):
        for number, item in _read_items(path):
            try:
                key = item["id"]
                if key in answers:
                    unknown.pop(key, None)
                    found = score(item, answers[key], folder, partial=options.partial)
                else:
                    tally.missing.append(key)
                    found = Score(0.0, "there is no answer")
                tally.add(item, path.stem, found)
            except (ScorerError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
                raise ScorerError(f"{path}:{number}: the item cannot be scored: {error!r}") from error
            if options.details:
                _show_score(key, found)
    if options.details:
        _write("")
    _show_tally(tally)
    _show_ids("lines of the answers that cannot be used, which are left out", broken)
    _show_ids("items without an answer, which count as wrong", tally.missing)
    _show_ids("ids with more than one answer, wrong where these differ", twice)
    _show_ids("answers to items that the splits do not have", list(unknown))
    return 1 if tally.missing or twice or unknown or broken else 0


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code.

    0: every item has one answer. 1: ids are missing, double or unknown, or lines cannot be used. 2: wrong usage.
    3: it could not be run.
    """
    parser = argparse.ArgumentParser(
        prog="scorer.py", description="Score the answers of a model to the items of a dataset."
    )
    parser.add_argument("dataset", metavar="DATASET", help="the folder of the dataset")
    parser.add_argument("answers", metavar="ANSWERS.jsonl", help='lines {"id": ..., "answer": ...}')
    parser.add_argument(
        "--split", action="append", default=[], help="score this split (default: all that are answered)"
    )
    parser.add_argument("--details", action="store_true", help="a line for each item: id, value, reason")
    parser.add_argument(
        "--partial", action="store_true", help="give parts of lists, assignments and proofs their share"
    )
    try:
        options = parser.parse_args(arguments)
    except SystemExit as leaving:  # argparse has said what is wrong
        return int(leaving.code or 0)
    try:
        return _run(options)
    except _UsageError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except ScorerError as error:
        sys.stderr.write(f"{error}\n")
        return 3
