"""Measure what a large dataset costs: memory, time and disk, from items as they are taken to the finished folder.

    python -m benchmarks scale [--items 1000000] [--keep FOLDER] [--verify]

The items come from a source that makes them up: small, but complete and right in form, each with an identity of its own
and most with a theory of their own. Everything after the judges is the real thing: selection, staging with receipts,
tables, counts, leakage, the manifest and the final exchange. Nothing is said of how fast items are made.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from workbench.build import verify
from workbench.export.dataset import open_dataset
from workbench.export.declarations import DeclaredRule, declare_items
from workbench.export.staging import open_stage
from workbench.generation.keyed import take_share
from workbench.generation.selection.processes import map_in_order
from workbench.generation.selection.selecting import Place, Selection, Sink, select_items
from workbench.generation.selection.taking import Key, Written
from workbench.generation.splits.splitter import build_splitter
from workbench.model.curriculum import Cell, Curriculum, Level, Quota, Splits, WorldSource
from workbench.model.items import canonical_json, compute_item_id, digest_json

__all__ = ["MadeUp", "fill_dataset", "main", "make_curriculum"]

_BLOCK = 400
_SPLITS = (("train", 0.8), ("validation", 0.1), ("test", 0.1))
_STATUSES = ("entailed", "refuted", "unknown")
_WORDING = 2
_PREFIXES = {"k": "https://example.org/k#", "n": "https://example.org/n#"}
_TEMPLATE = f"entailment/en-1@{'0' * 16}"
_RULES = 4000
"""Of each kind so many or more, and a theory has one of each: a million theories from ten thousand rules."""
_NAMES = ("Robin", "Alex", "Jamie", "Casey", "Morgan", "Quinn", "Riley", "Rowan")


def make_curriculum(items: int) -> Curriculum:
    """Return a curriculum of five levels with so many items in all."""
    levels = []
    left = items
    for number in range(1, 6):
        own = left // (6 - number)
        left -= own
        shares = [own // 3 + (n < own % 3) for n in range(3)]
        quotas = tuple(Quota("entailment", status, n) for status, n in zip(_STATUSES, shares, strict=True) if n)
        levels.append(
            Level(f"level-{number}", number, "", (number, number), "facts+rules", (0, 9), (0, 2), ("sampled",), quotas)
        )
    return Curriculum("scale", "scale", "scale.yaml", tuple(levels), Splits(_SPLITS), (("en", 1.0),), (),
                      max_per_structure=20)  # fmt: skip


@dataclass
class _MadeUpBlock:
    level: Level
    place: Place
    cells: Sequence[Cell]
    source: WorldSource = "sampled"

    @property
    def _numbers(self) -> range:
        return range(self.place.number * _BLOCK, (self.place.number + 1) * _BLOCK)

    @cached_property
    def keys(self) -> list[Key]:
        return [self._make_key(number) for number in self._numbers]

    @property
    def rejected(self) -> Mapping[tuple[str, str, str], int]:
        return {("", "", "world: made up"): 1}

    def _make_key(self, number: int) -> Key:
        named = _digest(f"{self.level.name}/{number}")
        return Key(self.cells[number % len(self.cells)], named, _digest(f"{self.level.name}/{number // 3}"))

    def judge(self, positions: Sequence[int]) -> list[Written]:
        return [_make_item(self.level, self._numbers[position], self.keys[position]) for position in positions]


class MadeUp:
    """A source of blocks that makes items up."""

    def iterate_blocks(
        self, level: Level, get_room: Callable[[], dict[Cell, int]], start: Place
    ) -> Iterator[_MadeUpBlock]:
        """See :class:`workbench.generation.selection.selecting.BlockSource`."""
        cells = [(level.name, quota.task, quota.status) for quota in level.quotas]
        number = start.number + (start.turn > 0)
        while True:
            yield _MadeUpBlock(level, Place(number, 0), cells)
            number += 1


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()[:16]


def _make_item(level: Level, number: int, key: Key) -> Written:
    """Return an item that keeps the contract; whether it is true is not looked at here."""
    status = key.cell[2]
    names = [_NAMES[(number >> shift) % len(_NAMES)] for shift in (0, 3, 6)]
    terms = [f"n:{name}{place}" for place, name in enumerate(names)]
    context = [
        {"id": f"c{n + 1}", "triple": [terms[n % 3], "k:hasParent", terms[(n + 1) % 3]], "shown": True,
         "text": f"{names[(n + 1) % 3]} is a parent of {names[n % 3]}, as page {level.number}.{number * 7 + n} says.",
         "distractor": n > 1}
        for n in range(4)
    ]  # fmt: skip
    goal = [terms[0], "k:hasGrandparent", terms[2]]
    place = int(f"{level.number}{number // 2:07}")
    rules = [_make_rule("a", place % _RULES), _make_rule("b", place // _RULES)]
    step = {"step": 1, "rule": rules[0]["id"], "bindings": {"x": terms[0], "y": terms[1], "z": terms[2]},
            "premises": ["c1", "c2"], "absent": [], "conclusion": goal if status == "entailed" else "false",
            "text": f"{names[2]} is a grandparent of {names[0]}."}  # fmt: skip
    digest = digest_json([[rule["id"], rule["formal"]] for rule in rules])[:32]
    split = take_share(key.named.hex(), _SPLITS)
    text = "\n".join(str(entry["text"]) for entry in context)
    digests = {"exact": sha256(b"exact" + key.named).hexdigest()[:32], "named": key.named.hex(), "core": key.core.hex(),
               "context": key.named.hex()}  # fmt: skip
    names_of_measures = "height hops steps leaves alternatives rules distractors context solver".split()
    item: dict[str, Any] = {
        "domain": "scale", "curriculum": "scale", "level": level.number, "level_name": level.name,
        "task": "entailment", "split": split, "language": "en", "answer": status, "given": "facts+rules",
        "question": f"{text}\nA parent of a parent is a grandparent.\nIs {names[2]} a grandparent of {names[0]}?",
        "semantics": {"closed": [], "unique_names": True, "builtins": "1"}, "context": context, "facts": None,
        "theory": digest, "query": {"kind": "holds", "triple": goal}, "options": [], "status": status,
        "proof": [] if status == "unknown" else [step],
        "models": {"without": [], "with": [goal]} if status == "unknown" else None,
        "difficulty": dict.fromkeys(names_of_measures, level.number), "identity": digests,
        "provenance": {"axioms": {rule["id"]: digest[:16] for rule in rules}, "template": _TEMPLATE,
                       "reviewed_by": [], "world": "sampled", "generator": "0.1.0"},
        "verified": {"checker": digest, "z3": digest, "reader": digest, "gates": ["consistent"]},
    }  # fmt: skip
    item["id"] = compute_item_id(item)
    theory = {"version": 1, "digest": digest, "rules": rules}
    return Written(
        canonical_json(item).encode() + b"\n", split, digest, canonical_json(theory).encode() + b"\n"
    )  # fmt: skip


def _make_rule(kind: str, number: int) -> dict[str, Any]:
    formal = f"k:hasParent(?x, ?y) ^ k:hasParent(?y, ?z) ^ ?z != {number} -> k:{kind}Grandparent(?x, ?z)"
    return {"id": f"{kind}{number}", "kind": "rule", "text": {}, "formal": formal}


def _declare_rules(curriculum: Curriculum) -> Iterator[tuple[str, DeclaredRule]]:
    """Yield all rules that there can be."""
    most = int(f"{len(curriculum.levels)}{10**7 - 1}") // _RULES
    for kind, count in (("a", _RULES), ("b", most)):
        for rule in (_make_rule(kind, number) for number in range(count)):
            yield rule["id"], DeclaredRule(digest_json(rule["formal"])[:16])


def fill_dataset(
    out: Path, items: int, *, workers: int = 1, tell: Callable[[str], None] = lambda _: None
) -> tuple[Selection, dict[str, float]]:
    """Make a dataset of so many items at ``out``; returns the selection and the seconds of each stage."""
    curriculum = make_curriculum(items)
    cells = [(level.name, quota.task, quota.status) for level in curriculum.levels for quota in level.quotas]
    splits = [*curriculum.list_splits()]
    seconds: dict[str, float] = {}
    begun = time.monotonic()

    def note(stage: str) -> None:
        nonlocal begun
        seconds[stage], begun = time.monotonic() - begun, time.monotonic()
        tell(f"{stage}: {seconds[stage]:.0f} s")

    with ExitStack() as stack:
        stage = stack.enter_context(open_stage(out, {"scale": str(items)}, cells, splits))
        sink: Sink = stage
        selection = select_items(curriculum, MadeUp(), sink)
        stage.finish_chunk()
        note("taking and staging")
        writer = stack.enter_context(open_dataset(out, splits))
        for split, line in stage.iterate_lines():
            writer.add_line(split, line)
        note("lines")
        writer.add_theories(len(stage.theories), stage.iterate_theories())
        note("theories")
        map_parts = stack.enter_context(map_in_order(workers)) if workers > 1 else map
        splitter = build_splitter(curriculum)
        wording: dict[str, Any] = {"version": _WORDING, "classes": [], "languages": {}, "templates": []}
        marking = writer.make_marking(splitter, _PREFIXES, wording["templates"])
        leakage = writer.make_tables(map_parts, is_checked=True, marking=marking)
        note("tables and survey")
        head = {
            "domain": "scale", "curriculum": "scale", "seed": 0,
            "capacity": writer.survey.count_structures([level.name for level in curriculum.levels]),
            "leakage": leakage, "splitting": splitter.to_json(), "generator": "0.1.0", "languages": ["en"],
            **declare_items(curriculum, {}, _declare_rules(curriculum), [_TEMPLATE.split("@")]),
        }  # fmt: skip
        card = {"name": "scale", "description": "", "licence": "", "languages": ["en"], "domain": "scale"}
        writer.finish(wording, _PREFIXES, head, card)
        stage.discard()
    note("counting and exchange")
    return selection, seconds


def _report(what: str, items: int, seconds: float) -> None:
    own = resource.getrusage(resource.RUSAGE_SELF)
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime
    print(
        f"{what}: {seconds:,.0f} s; so far {spent:,.0f} CPU seconds; most memory: {own.ru_maxrss / 1024:,.0f} MB in "
        f"this process, {theirs.ru_maxrss / 1024:,.0f} MB in the largest other ({items:,} items)",
        flush=True,
    )


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=1, help="processes that make tables and verify")
    parser.add_argument("--keep", type=Path, help="where to leave the dataset; else it is removed")
    parser.add_argument("--verify", action="store_true", help="check all files, forms and counts of it too")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        out = folder / "scale"
        import psutil  # only the measuring needs it

        before = psutil.Process().memory_info().rss / 2**20
        print(f"{arguments.items:,} items, {arguments.workers} workers; {before:,.0f} MB at the start")
        started = time.monotonic()
        selection, _ = fill_dataset(
            out, arguments.items, workers=arguments.workers, tell=lambda text: print(f"  {text}", flush=True)
        )
        _report("made", selection.items, time.monotonic() - started)
        sizes = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
        print(f"{sum(sizes) / 2**20:,.0f} MB in {len(sizes):,} files")
        if arguments.verify:
            started = time.monotonic()
            report = verify(out, workers=arguments.workers, sample=0)
            _report("verified but for the judges", report.items, time.monotonic() - started)
            kinds = dict.fromkeys(problem.what for problem in report.problems)
            print(f"{len(report.problems):,} problems {[*kinds][:3] if kinds else ''}")


if __name__ == "__main__":
    main()
