"""Audit items of Workbench and of three tasks of reasoning-gym alike: labels, contexts, duplicates, leakage, cost.

    python -m benchmarks audit [--items 10000] [--test 2000] [--ours 10000] [--seed 1] [--keep FOLDER]

Every item is solved anew by somebody who shares nothing with its generator. For reasoning-gym that is
benchmarks/puzzles.py, from the prompts alone; for ours it is clingo, by the worked reader of docs/items.md, from the
files of a dataset alone. Ours is built from this repository's kinship domain with the levels below.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import multiprocessing
import re
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice
from math import sqrt
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from benchmarks.puzzles import READERS, Solved, read_family
from workbench.build import build, load
from workbench.generation.selection.taking import OFTEN

__all__ = [
    "Audit",
    "Item",
    "audit_ours",
    "audit_theirs",
    "build_ours",
    "compute_interval",
    "load_reader",
    "main",
    "write_curriculum",
    "write_tables",
]

_ROOT = Path(__file__).resolve().parents[1]
_PARTS = ("ontologies", "validators", "curricula")
_DOMAIN = "kinship"
_LEVELS = (("one-or-two-steps", [1, 2]), ("three-to-five-steps", [3, 5]))
_TASKS = {"entailment": 0.6, "options": 0.15, "select": 0.15, "count": 0.1}
_SHARED = 50
_BATCH = 100
"""So many items are one program for clingo."""
_FAR = 1_000_000
"""Added to the seed for a test set: reasoning-gym's item of a seed and a number is that of their sum."""
_GRAINS = ("prompt", "named", "core")


@dataclass(frozen=True, slots=True)
class Item:
    """What an audit says of one item: wrong by reading, contradictory or not, and what it is in three grains."""

    wrong: tuple[tuple[str, bool], ...]
    contradictory: bool
    grains: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Audit:
    """The audit of one generator: all its items, those to train on, those to test with, CPU seconds for all."""

    name: str
    items: tuple[Item, ...]
    train: tuple[Item, ...]
    test: tuple[Item, ...]
    seconds: float
    requested: int
    shared: str = ""
    """How many items two data sets of neighbouring seeds have in common."""

    def count_wrong(self) -> dict[str, int]:
        """Return how many labels are wrong by reading."""
        readings = dict.fromkeys(reading for item in self.items for reading, _ in item.wrong)
        return {reading: sum(dict(item.wrong)[reading] for item in self.items) for reading in readings}

    def count_distinct(self) -> tuple[int, ...]:
        """Return how many different items there are in each grain."""
        return tuple(len({item.grains[grain] for item in self.items}) for grain in range(len(_GRAINS)))

    def count_seen(self) -> tuple[int, ...]:
        """Return how many items to test with are also in train, in each grain."""
        return tuple(
            sum(item.grains[grain] in known for item in self.test)
            for grain in range(len(_GRAINS))
            for known in [{item.grains[grain] for item in self.train}]
        )


def compute_interval(count: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a rate after Wilson (1927)."""
    z = 1.959964
    rate, weight = count / total, 1 + z * z / total
    middle = (rate + z * z / (2 * total)) / weight
    reach = z * sqrt(rate * (1 - rate) / total + z * z / (4 * total * total)) / weight
    return max(0.0, middle - reach), min(1.0, middle + reach)


# ---- reasoning-gym


def _judge(reader: Callable[[str], Solved], prompt: str, answer: str) -> Item:
    solved = reader(prompt)
    return Item(tuple(solved.is_wrong(answer).items()), solved.contradictory, (prompt, solved.named, solved.core))


def audit_theirs(name: str, items: int, test: int, seed: int) -> Audit:
    """Audit one task of reasoning-gym as it comes, with fresh items to test with.

    Raises ValueError when a prompt is not understood.
    """
    gym = importlib.import_module("reasoning_gym")

    def generate(first: int, size: int) -> list[tuple[str, str]]:
        return [(item["question"], item["answer"]) for item in gym.create_dataset(name, seed=first, size=size)]

    reader = READERS[name]
    if name == "family_relationships":
        config = importlib.import_module("reasoning_gym.graphs.family_relationships").FamilyRelationshipsConfig()
        reader = partial(read_family, female=frozenset(config.female_names) - frozenset(config.male_names))
    generate(seed, 1)  # before the clock starts
    start = time.process_time()
    made = generate(seed, items)
    seconds = time.process_time() - start
    train = tuple(_judge(reader, *item) for item in made)
    fresh = tuple(_judge(reader, *item) for item in generate(seed + _FAR, test))
    neighbours = [{prompt for prompt, _ in generate(first, _SHARED)} for first in (seed, seed + 1)]
    shared = f"{len(neighbours[0] & neighbours[1])} of {_SHARED}"
    return Audit(f"reasoning-gym {name}", train, train, fresh, seconds, items, shared)


# ---- ours


def write_curriculum(text: str, items: int, test: int) -> str:
    """Return a curriculum with the levels of this audit, which asks for so many items, of which so many to test.

    No two items of a cell (level, task, status) may share a structure, and a structure is in one split only.
    """
    curriculum = yaml.safe_load(text)
    levels = [
        {"name": name, "hops": hops, "worlds": ["sampled"], "distractors": [0, 60], "extra_rules": [0, 4],
         "questions": 8,
         "tasks": {task: max(3, round(items * share / len(_LEVELS))) for task, share in _TASKS.items()}}
        for name, hops in _LEVELS
    ]  # fmt: skip
    curriculum |= {
        "splits": {"train": max(1, items - test), "test": test},
        "split_by": "core",
        "max_per_structure": 1,
        "shortfall": "warning",
        "levels": levels,
    }
    curriculum.pop("held_out", None)
    return str(yaml.safe_dump(curriculum, allow_unicode=True, sort_keys=False))


def build_ours(folder: Path, items: int, test: int, seed: int) -> None:
    """Build a dataset of kinship into ``folder / "out" / "kinship"``, in this process."""
    project = folder / "project"
    for part in _PARTS:
        shutil.copytree(_ROOT / part, project / part)
    shutil.copy(_ROOT / "workbench.yaml", project)
    path = project / "curricula" / _DOMAIN / "curriculum.yaml"
    path.write_text(write_curriculum(path.read_text(encoding="utf-8"), items, test), encoding="utf-8")
    build(load(project), folder / "out", seed=seed, workers=1, domain=_DOMAIN, progress=_tell)


def load_reader(folder: Path) -> ModuleType:
    """Return the worked reader of docs/items.md as a module, written into ``folder``."""
    document = (_ROOT / "docs" / "items.md").read_text(encoding="utf-8")
    programs = re.findall(r"^```python\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    path = folder / "reader.py"
    path.write_text(next(program for program in programs if "import clingo" in program), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("reader_in_clingo", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def audit_ours(dataset: Path, reader: ModuleType, seconds: float, requested: int) -> Audit:
    """Audit a dataset of ours by its files."""
    prefixes = json.loads((dataset / "prefixes.json").read_text(encoding="utf-8"))
    theories, books = reader.read_theories(dataset), reader.read_books(dataset)
    by_split: dict[str, tuple[Item, ...]] = {}
    for path in sorted(dataset.glob("items/*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            by_split[path.stem] = tuple(_iterate_judged(lines, reader, theories, prefixes, books))
    everything = tuple(item for items in by_split.values() for item in items)
    return Audit("Workbench kinship", everything, by_split["train"], by_split["test"], seconds, requested)


def _iterate_judged(lines: Iterable[str], reader: ModuleType, *known: Any) -> Iterator[Item]:
    rest = iter(lines)
    while batch := [json.loads(line) for line in islice(rest, _BATCH)]:
        for item, (follows, said) in zip(batch, reader.recompute(batch, *known), strict=True):
            identity = item["identity"]
            yield Item(
                (("as stated", follows != said),),
                follows == "inconsistent",
                (item["question"], identity["named"], identity["core"]),
            )


def _measure_ours(folder: Path, items: int, test: int, seed: int) -> float:
    """Build in a process of its own and return the CPU seconds of it and of those that it started."""
    before = _get_children()
    process = multiprocessing.get_context("spawn").Process(target=build_ours, args=(folder, items, test, seed))
    process.start()
    process.join()
    if process.exitcode != 0:
        raise RuntimeError(f"The build ended with {process.exitcode}.")
    return _get_children() - before


def _get_children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


# ---- what is printed


def _say(count: int, total: int) -> str:
    if not total:
        return "none to count"
    low, high = compute_interval(count, total)
    return f"{count:,} = {count / total:.2%} ({low:.2%} to {high:.2%})"


def _iterate_rows(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('---' for _ in head)}|"
    for row in rows:
        yield f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else str(cell) for cell in row)} |"


def write_tables(audits: Sequence[Audit]) -> str:
    """Return the audits as four Markdown tables, rates with their 95 % intervals."""
    labels = [
        (audit.name, reading, len(audit.items), _say(wrong, len(audit.items)))
        for audit in audits
        for reading, wrong in audit.count_wrong().items()
    ]
    contexts = [
        (audit.name, len(audit.items), _say(sum(item.contradictory for item in audit.items), len(audit.items)))
        for audit in audits
    ]
    distinct = [
        (audit.name, audit.requested, len(audit.items), *audit.count_distinct(),
         f"{audit.count_distinct()[-1] / len(audit.items):.1%}")
        for audit in audits
    ]  # fmt: skip
    seen = [
        (audit.name, len(audit.train), len(audit.test),
         *(_say(count, len(audit.test)) for count in audit.count_seen()), audit.shared)
        for audit in audits
    ]  # fmt: skip
    cost = [
        (audit.name, len(audit.items), f"{audit.seconds:,.2f}", f"{1000 * audit.seconds / len(audit.items):,.2f}")
        for audit in audits
    ]
    tables = (
        (("generator", "reading of the prompt", "items", "wrong labels (95 %)"), labels),
        (("generator", "items", "contradictory contexts (95 %)"), contexts),
        (("generator", "requested", "items", "different prompts", "by `named`", "by `core`", "`core` per item"),
         distinct),
        (("generator", "train", "test", *(f"seen in train, same {grain} (95 %)" for grain in _GRAINS),
          "shared by two neighbouring seeds"), seen),
        (("generator", "items", "CPU s", "CPU s per 1,000 items"), cost),
    )  # fmt: skip
    return "\n\n".join("\n".join(_iterate_rows(head, rows)) for head, rows in tables)


def _tell(message: str) -> None:
    sys.stderr.write(f"{message}\n")


def main() -> None:
    """Read the arguments, audit and print the tables; exit with 1 when an item of ours is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=10_000, help="items of each task of reasoning-gym")
    parser.add_argument("--test", type=int, default=2_000, help="fresh items to test with, beside them")
    parser.add_argument("--ours", type=int, help="items of ours, a sixth of them to test with; --items plus --test")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where to leave our dataset; else it is removed")
    words = parser.parse_args()
    with ExitStack() as stack:
        folder = words.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        requested = words.ours or words.items + words.test
        test = requested * words.test // (words.items + words.test)
        reader = load_reader(folder)
        seconds = _measure_ours(folder, requested, test, words.seed)
        dataset = folder / "out" / _DOMAIN
        manifest = json.loads((dataset / "manifest.json").read_text(encoding="utf-8"))
        missing = sum(row["wanted"] - row["items"] for row in manifest["shortfalls"])
        ours = audit_ours(dataset, reader, seconds, manifest["counts"]["items"] + missing)
    audits = [ours, *(audit_theirs(name, words.items, words.test, words.seed) for name in READERS)]
    print(write_tables(audits))
    tasks = ", ".join(f"{name} {count:,}" for name, count in manifest["counts"]["by_task"].items())
    alike = manifest["rejections"].get(OFTEN, 0)
    print(
        f"\nOurs: {tasks}; {missing:,} of those requested were not found. "
        f"{alike:,} further candidates were turned away because their structure had been taken."
    )
    if any(ours.count_wrong().values()) or any(item.contradictory for item in ours.items):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
