"""What is said about the values that measures can have holds for every item of a dataset of all tasks."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.generation.tasks.ranges import list_ranges
from workbench.model.curriculum import BARE_TASKS, NO_STATUS, STATUS_TASKS, STATUSES, TASKS
from workbench.model.splits import MEASURES


def test_no_item_is_outside_the_ranges_of_its_task(all_tasks_dataset: Path) -> None:
    seen: set[str] = set()
    for path in sorted((all_tasks_dataset / "items").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            seen.add(item["task"])
            for measure, (least, most) in list_ranges(item["task"], item["status"] or NO_STATUS).items():
                value = item["difficulty"].get(measure, least)
                assert least <= value <= most, (item["id"], item["task"], item["status"], measure, value)
    assert seen >= set(TASKS) - BARE_TASKS


def test_ranges_speak_of_measures_that_a_level_can_bound() -> None:
    for task in TASKS:
        for status in STATUSES if task in STATUS_TASKS else (NO_STATUS,):
            assert set(list_ranges(task, status)) <= set(MEASURES)
