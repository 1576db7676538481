"""What a build says of itself while it works."""

from __future__ import annotations

import pytest

from workbench.build.pace import Pace, say_duration
from workbench.generation.selection.selecting import Progress


def test_rate_and_remaining_time_are_those_of_the_last_seconds() -> None:
    said: list[str] = []
    clock = iter([0.0, 10.0, 20.0, 30.0, 40.0])
    pace = Pace("d", said.append, lambda: next(clock))
    for level, own, taken in (
        ("one", 0, 0),
        ("one", 1000, 1000),
        ("two", 0, 1000),
        ("two", 20, 1020),
        ("two", 40, 1040),
    ):
        pace.report(Progress(level, own, 2000, taken, 4000))
    assert said == [
        "d: level one, 0 of 2,000; 0 of 4,000 items",
        "d: level one, 1,000 of 2,000; 1,000 of 4,000 items, 100 a second, 30 s left",
        "d: level two, 0 of 2,000; 1,000 of 4,000 items, 50 a second, 1 min 0 s left",
        "d: level two, 20 of 2,000; 1,020 of 4,000 items, 1 a second, 49 min 40 s left",
        "d: level two, 40 of 2,000; 1,040 of 4,000 items, 2 a second, 24 min 40 s left",
    ]
    assert pace.made == 1040
    assert pace.list_rates() == (("one", 1000, 10.0), ("two", 40, 20.0))


def test_what_an_earlier_run_made_does_not_count() -> None:
    said: list[str] = []
    clock = iter([0.0, 40.0])
    pace = Pace("d", said.append, lambda: next(clock))
    pace.report(Progress("one", 900, 1000, 900, 1000))
    pace.report(Progress("one", 910, 1000, 910, 1000))
    assert pace.made == 10 and said[-1].endswith("910 of 1,000 items, 15 a minute, 6 min 0 s left")


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (7500, "2 h 5 min")]
)
def test_durations(seconds: float, text: str) -> None:
    assert say_duration(seconds) == text
