"""The benchmark of agreement: its curriculum asks for as many items as wanted, and what it says is what was found."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from benchmarks.agreement import Agreement, write_curriculum, write_reader
from workbench.model.curriculum import TASKS

CURRICULUM = (Path(__file__).resolve().parents[1] / "curricula" / "kinship" / "curriculum.yaml").read_text(
    encoding="utf-8"
)
RARE = {"compare", "step", "abduce", "diff", "conflict", "induce", "puzzle"}


@pytest.mark.parametrize("items", [40, 300, 20_000])
def test_the_curriculum_asks_for_as_many_items_as_wanted(items: int) -> None:
    levels = yaml.safe_load(write_curriculum(CURRICULUM, items, TASKS))["levels"]
    asked = [(task, count) for level in levels for task, count in level["tasks"].items()]
    assert sum(count for _, count in asked) == items
    if items >= 300:
        assert {task for task, _ in asked} == set(TASKS)
        # Four items of other tasks come to one of those that few worlds have.
        rare = [count for task, count in asked if task in RARE]
        often = [count for task, count in asked if task not in RARE]
        assert max(rare) - min(rare) <= 1 and max(often) - min(often) <= 4
        assert 4 * min(rare) <= max(often) <= 4 * max(rare)


def test_what_was_found_is_told() -> None:
    found = Agreement((("recall", 3), ("count", 7)), 2, ("train.jsonl:4: the item says 3, clingo finds 4",), 5.0, 0.5)
    lines = found.format_text().splitlines()
    assert lines[0] == "10 items (recall 3, count 7); 2 more were wanted and not found"
    assert lines[1] == "clingo agrees on 9, disagrees on 1"
    assert lines[3:] == ["train.jsonl:4: the item says 3, clingo finds 4"]


def test_the_reader_is_that_of_the_document(tmp_path: Path) -> None:
    text = write_reader(tmp_path / "reader.py").read_text(encoding="utf-8")
    assert text.startswith('"""Recompute every answer of a Workbench dataset with clingo')
    assert "workbench" not in text.partition('"""\n')[2].casefold()
