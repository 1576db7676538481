"""What a curriculum asks for and can never get is said by the check, at its line, before anything is built."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from workbench.build import build, check
from workbench.cli import main
from workbench.model.report import Violation
from workbench.project import Project

Make = Callable[[dict[str, str]], Project]
Files = dict[str, str]
CURRICULUM = "curricula/family/curriculum.yaml"
HEAD = "version: 1\nlevels:\n"


def judge(make: Make, files: Files, levels: str, code: str) -> list[Violation]:
    files[CURRICULUM] = HEAD + levels
    return [found for found in check(make(files)).report.violations if found.code == code]


@pytest.mark.parametrize(
    ("level", "line", "what"),
    [
        ("  - hops: 1\n    tasks: {recall: 3}\n", 4, "recall with hops 1; such items always have 0"),
        ("  - where: {cases: [2, 9]}\n    tasks: {select: 3}\n", 4, "with cases 2 to 9; such items always have 0"),
        (
            "  - where: {alternatives: [1, 4]}\n    tasks: {entailment: {unknown: 3}}\n",
            4,
            "entailment (unknown) with alternatives 1 to 4; such items always have 0",
        ),
        ("  - where: {steps: [0, 1]}\n    tasks: {step: 3}\n", 4, "with steps 0 to 1; such items have 2 or more"),
        ("  - distractors: [90, 99]\n    world: {individuals: [2, 3]}\n    tasks: {select: 3}\n", 3, "a world of 3"),
        ("  - distractors: 9\n    world: {facts: [2, 8]}\n    tasks: {select: 3}\n", 3, "as many facts as its worlds"),
        ("  - world: {individuals: [999, 1000]}\n    tasks: {select: 3}\n", 3, "there are names for 180"),
    ],
)
def test_bounds_that_no_item_can_meet(make: Make, files: Files, level: str, line: int, what: str) -> None:
    found = judge(make, files, level, "curriculum.unreachable")
    assert [violation.severity for violation in found] == ["error"]
    assert what in found[0].message and found[0].location is not None
    assert (found[0].location.path, found[0].location.line) == (CURRICULUM, line)


@pytest.mark.parametrize(
    "level",
    [
        "  - hops: [0, 1]\n    tasks: {recall: 3, select: 3}\n",
        "  - where: {alternatives: [1, 4]}\n    tasks: {entailment: {entailed: 3}, count: 3}\n",
        "  - where: {cases: [2, 9]}\n    hops: [1, 2]\n    tasks: {puzzle: 3}\n",
        "  - distractors: [9, 12]\n    world: {individuals: [2, 3]}\n    tasks: {select: 3}\n",
    ],
)
def test_bounds_that_can_be_met_are_no_finding(make: Make, files: Files, level: str) -> None:
    assert judge(make, files, level, "curriculum.unreachable") == []


def test_an_allowed_shortfall_makes_it_a_warning(make: Make, files: Files) -> None:
    files[CURRICULUM] = f"shortfall: warning\n{HEAD}  - hops: 1\n    tasks: {{recall: 3, select: 3}}\n"
    found = [one for one in check(make(files)).report.violations if one.code == "curriculum.unreachable"]
    assert [one.severity for one in found] == ["warning"]


def test_more_hops_than_any_proof_has_are_an_error_where_a_shortfall_is(make: Make, files: Files) -> None:
    level = "  - hops: [5, 6]\n    tasks: {select: 3}\n"
    assert [one.severity for one in judge(make, files, level, "curriculum.empty-level")] == ["error"]
    files[CURRICULUM] = f"shortfall: warning\n{HEAD}{level}"
    found = [one for one in check(make(files)).report.violations if one.code == "curriculum.empty-level"]
    assert [one.severity for one in found] == ["warning"]


def test_an_absurd_quota_is_tried_out_before_anything_is_built(make: Make, files: Files) -> None:
    level = """\
  - name: small
    hops: 1
    distractors: 0
    extra_rules: 0
    world: {individuals: [2, 3]}
    tasks:
      select: 100000
      count: 20
      conflict: 100000
"""
    found = judge(make, files, level, "curriculum.capacity")
    assert [(one.severity, one.location and one.location.line) for one in found] == [("warning", 9), ("warning", 11)]
    assert "there seem to be" in found[0].message and "structures" in found[0].why
    assert judge(make, files, level, "curriculum.capacity") == found, "the same trial says the same"


def test_a_build_says_at_once_what_it_will_not_reach(
    make: Make, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files[CURRICULUM] = f"shortfall: warning\n{HEAD}  - tasks: {{select: 2, recall: 3}}\n"
    told: list[str] = []
    result = build(make(files), tmp_path / "out", warn=lambda found: told.append(found.code), progress=told.append)
    assert "curriculum.unreachable" in told
    assert not any("writing" in line for line in told[: told.index("curriculum.unreachable")])
    assert "curriculum.unreachable" in {found.code for found in result.report.violations}


def test_a_build_of_what_cannot_be_leaves_the_dataset_as_it_was(make: Make, files: Files, tmp_path: Path) -> None:
    files[CURRICULUM] = f"{HEAD}  - tasks: {{select: 3}}\n"
    root = make(files).root
    assert root is not None
    out = tmp_path / "out"
    call = CliRunner()
    assert call.invoke(main, ["build", str(root), "--out", str(out)]).exit_code == 0
    before = {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    assert before
    (root / CURRICULUM).write_text(f"{HEAD}  - hops: 1\n    tasks: {{recall: 100000, select: 3}}\n", encoding="utf-8")
    result = call.invoke(main, ["build", str(root), "--out", str(out)])
    assert result.exit_code == 1 and f"{CURRICULUM}:4" in result.output + result.stderr
    assert {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()} == before
