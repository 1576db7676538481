"""What decides the items has one digest in every process, and another as soon as any of it changes."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from workbench.build.deciding import digest_program, digest_value, list_libraries

CODE = """\
import sys
sys.path.insert(0, sys.argv[1])
from test_deciding import VALUE
from workbench.build.deciding import digest_value
print(digest_value(VALUE))
"""


class Pair(NamedTuple):
    left: str
    right: int


@dataclass(frozen=True)
class Part:
    names: frozenset[str]
    entries: dict[str, Any]
    place: int = field(default=0, compare=False)


VALUE = Part(
    frozenset({"a", "b", "c", "ab"}),
    {"x": Pair("l", 1), "y": [1.5, None, True], "f": digest_program, "s": {1, 2}, "b": b"x", "r": range(3)},
)


def test_sets_and_hash_seeds_do_not_matter() -> None:
    found = set()
    for seed in ("1", "2"):
        command = [sys.executable, "-c", CODE, str(Path(__file__).parent)]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        found.add(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip())
    assert found == {digest_value(VALUE)}
    assert digest_value(replace(VALUE, place=7)) == digest_value(VALUE), "places are not compared"
    assert digest_value({"a": 1, "b": 2}) == digest_value({"b": 2, "a": 1})


@pytest.mark.parametrize(
    "change",
    [
        {"names": frozenset({"a", "b", "c"})},
        {"names": frozenset({"a", "bc", "ab"})},
        {"entries": {**VALUE.entries, "x": Pair("l", 2)}},
        {"entries": {**VALUE.entries, "y": [1.5, None, 1]}},
        {"entries": {**VALUE.entries, "f": list_libraries}},
        {"entries": {**VALUE.entries, "z": None}},
        {"entries": {**VALUE.entries, "r": range(4)}},
    ],
)
def test_any_change_does(change: dict[str, Any]) -> None:
    assert digest_value(replace(VALUE, **change)) != digest_value(VALUE)
    assert digest_value(["ab", "c"]) != digest_value(["a", "bc"]) != digest_value(("a", "bc"))
