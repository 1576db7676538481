"""Reports as text and JSON, exit codes, and what a project's policy makes of findings."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from report_cases import CONFLICT, ERROR, INFO, REPORT, WARNING, hostile_findings, make_findings, make_waiver

from workbench.model.report import Location, Report, Severity, Violation
from workbench.model.schema import Schema
from workbench.project.configuration import ProjectConfig, Waiver
from workbench.validation.codes import CODES, describe_code
from workbench.validation.lint.registry import CHECKS
from workbench.validation.policy import apply_policy
from workbench.validation.presentation import (
    FORMATS,
    Findings,
    Threshold,
    compute_exit_code,
    format_json,
    format_text,
    read_schema,
)

EXAMPLES = settings(max_examples=20)


def test_text_is_grouped_by_file_with_totals() -> None:
    waived = make_findings().waived
    assert format_text(Findings(REPORT, waived)) == (
        "facts.ttl\n"
        "  facts.ttl:2:1 warning wording.missing-label No label.\n"
        "  facts.ttl:12:3 error shacl.min-count Ann has no birth year.\n"
        "      fact: Ann is a person\n"
        "      why: The shape “PersonShape” asks for it.\n"
        "      fix: State the birth year of Ann.\n"
        "      see: shapes.ttl:8:5\n"
        "\n"
        "Nowhere in particular\n"
        "  info rule.unused Nothing uses it.\n"
        "\n"
        "1 error, 1 warning, 1 info (1 waived).\n"
    )
    assert format_text(Findings(Report())) == "No violations.\n"


def test_text_says_the_conflicting_set_and_the_example() -> None:
    text = format_text(Findings(Report((CONFLICT,))))
    assert "      part: rule adult: Who is 18 or older is an adult. (ages.rules:3:6)\n" in text
    assert "      part: axiom: No adult is a minor.\n" in text
    assert "      example: Their age is 18.\n" in text


def test_of_many_alike_findings_the_first_are_listed_and_the_rest_counted() -> None:
    places = [Location("facts.ttl", number, 1) for number in range(1, 43)]
    many = [replace(ERROR, message=f"Person {place.line} has no year.", location=place) for place in places]
    found = Findings(Report.collect([*many, WARNING]))
    text = format_text(found)
    assert text.count(" error shacl.min-count ") == 5
    assert "  … and 37 more of shacl.min-count\n" in text
    assert "wording.missing-label No label." in text, "others are not pushed out"
    assert text.endswith("42 errors, 1 warning.\n")
    assert format_text(found, lists_all=True).count(" error shacl.min-count ") == 42
    six = format_text(Findings(Report.collect(many[:6])))
    assert six.count(" error ") == 6
    assert "more of" not in six, "one finding takes no more room than the line that would stand for it"


def test_what_the_baseline_knows_is_counted_and_what_is_gone_is_told() -> None:
    text = format_text(make_findings())
    assert "No label." not in text
    assert "2 errors, 1 info (1 waived, 1 in the baseline).\n1 finding of the baseline is gone" in text
    known = make_findings(report=Report(tuple(v for v in make_findings().report.violations if v.severity == "warning")))
    assert known.exit_code == 0
    assert format_text(known).startswith("No new violations (1 waived, 1 in the baseline).\n")


def test_color_adds_nothing_but_color() -> None:
    colored = format_text(Findings(REPORT), color=True)
    assert "\x1b[31merror\x1b[0m" in colored
    assert re.sub(r"\x1b\[\d+m", "", colored) == format_text(Findings(REPORT), color=False)


@EXAMPLES
@given(hostile_findings())
def test_texts_of_a_project_steer_neither_a_terminal_nor_a_ci_runner(findings: Findings) -> None:
    text = format_text(findings)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in text.splitlines())


def test_json_has_every_field_and_follows_its_schema() -> None:
    data = json.loads(format_json(make_findings()))
    assert (data["schema"], data["project"], data["domains"]) == (2, "Kin & Co", ["kinship", "offices"])
    assert data["exit_code"] == 1
    assert data["totals"] == {
        "error": 2, "warning": 1, "info": 1, "waived": 1, "new": 3, "unchanged": 1, "gone": 1,
    }  # fmt: skip
    assert not Schema(read_schema()).find_problems(data)
    entry = next(entry for entry in data["violations"] if entry["code"] == "shacl.min-count")
    mark = entry.pop("fingerprint")
    assert re.fullmatch("[0-9a-f]{16}", mark)
    assert entry == {
        "code": "shacl.min-count",
        "severity": "error",
        "message": "Ann has no birth year.",
        "location": {"path": "facts.ttl", "line": 12, "column": 3},
        "focus": "<https://example.org/kinship#ann>",
        "path": "<https://example.org/kinship#born>",
        "value": "",
        "source": "<https://example.org/kinship#PersonShape>",
        "why": "The shape “PersonShape” asks for it.",
        "fix": "State the birth year of Ann.",
        "facts": ["Ann is a person"],
        "related": [{"path": "shapes.ttl", "line": 8, "column": 5}],
        "parts": [],
        "example": [],
        "domain": "kinship",
        "baseline": "new",
    }
    conflict = next(entry for entry in data["violations"] if entry["code"] == "conflict.rules")
    assert conflict["parts"][0] == {
        "kind": "rule",
        "name": "adult",
        "text": "Who is 18 or older is an adult.",
        "location": {"path": "ages.rules", "line": 3, "column": 6},
    }
    assert conflict["parts"][2]["location"] is None
    assert conflict["example"] == ["Someone is a person.", "Their age is 18."]
    assert [entry["baseline"] for entry in data["violations"] if entry["severity"] == "warning"] == ["unchanged"]
    assert data["waived"][0]["waiver"] == {
        "reason": "being mended",
        "owner": "A. Expert",
        "expires": "2030-01-01",
        "location": {"path": "workbench.yaml", "line": 20, "column": 5},
    }
    assert data["gone"][0]["message"] == "It was."


@EXAMPLES
@given(hostile_findings())
def test_json_follows_its_schema_by_an_independent_judge(findings: Findings) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not among the tools of the project")
    validator = jsonschema.Draft202012Validator(read_schema())
    validator.validate(json.loads(format_json(findings)))


def test_the_schema_is_one_and_refuses_what_is_not_a_report() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not among the tools of the project")
    validator = jsonschema.Draft202012Validator(read_schema())
    validator.check_schema(read_schema())
    for broken in ({"schema": 1, "totals": {}, "violations": []}, {**json.loads(format_json(make_findings())), "x": 1}):
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(broken)


def test_the_report_in_the_documents_follows_the_schema(repo_root: Path) -> None:
    text = (repo_root / "docs" / "report.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert Schema(read_schema()).find_problems(json.loads(block)) == []


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_the_same_twice_and_says_the_conflict(form: str) -> None:
    first, second = (FORMATS[form](make_findings()) for _ in range(2))
    assert first == second
    if form != "gitlab":  # it has a sentence for each finding and no more
        for text in ("Who is 18 or older is an adult", "Their age is 18"):
            assert text in first


@pytest.mark.parametrize(
    ("violations", "fail_on", "code"),
    [
        ([ERROR], "error", 1),
        ([WARNING], "error", 0),
        ([WARNING], "warning", 1),
        ([INFO], "warning", 0),
        ([INFO], "info", 1),
        ([ERROR], "never", 0),
        ([], "info", 0),
    ],
)
def test_exit_codes(violations: list[Violation], fail_on: Threshold, code: int) -> None:
    assert compute_exit_code(Report.collect(violations), fail_on) == code
    assert Findings(Report.collect(violations), fail_on=fail_on).exit_code == code


def test_every_code_is_described_in_the_documents_and_in_the_package_alike(repo_root: Path) -> None:
    """A row of the table is the entry of `CODES`: reports explain their codes without the documents."""
    table = (repo_root / "docs" / "report.md").read_text(encoding="utf-8").split("\n## Codes\n", 1)[1]
    rows = re.findall(r"^\| (`.*?`) \| (.*?) \|$", table, re.MULTILINE)
    documented = {code: about for codes, about in rows for code in re.findall(r"`([^`]+)`", codes)}
    assert {code: CODES.get(code) for code in documented} == documented
    assert set(CODES) == set(documented)


def test_every_code_of_the_program_is_described(repo_root: Path) -> None:
    """In the table of docs/report.md (then also in `CODES`) or in the table of lint."""
    families = {code.split(".")[0] for code in (*CODES, *CHECKS)}
    used = {
        node.value: path.name
        for path in (repo_root / "workbench").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"[a-z]+(\.[a-z]+(-[a-z]+)*)+", node.value) and node.value.split(".")[0] in families
    }
    files = {"check.html", "curriculum.yaml", "curriculum.yml", "template.html", "wording.json"}
    described = {*CODES, *CHECKS, *files}
    assert {c: f for c, f in used.items() if c not in described and f"{c.split('.')[0]}.*" not in described} == {}


def test_a_code_that_is_not_listed_is_described_by_its_family_or_its_own_words() -> None:
    assert "result of a shape" in describe_code("shacl.min-count")
    assert describe_code("new-family.some-thing") == "new family: some thing"


# ---- policy


def test_overrides_change_severities_and_turn_codes_off() -> None:
    configuration = ProjectConfig("p", severity={"shacl.*": "info", "wording.missing-label": "off"})
    kept, waived = apply_policy([ERROR, WARNING, INFO], configuration, date(2026, 1, 1))
    assert [(v.code, v.severity) for v in kept] == [("shacl.min-count", "info"), ("rule.unused", "info")]
    assert waived == ()


def test_a_waiver_covers_until_its_last_day() -> None:
    waiver = make_waiver(expires=date(2026, 5, 31))
    configuration = ProjectConfig("p", waivers=(waiver,))
    kept, waived = apply_policy([ERROR, INFO], configuration, date(2026, 5, 1))
    assert kept == (INFO,)
    assert waived == ((ERROR, waiver),)
    kept, waived = apply_policy([ERROR], configuration, date(2026, 6, 1))
    assert waived == ()
    assert [(v.code, v.severity, v.location) for v in kept] == [
        ("shacl.min-count", "error", ERROR.location),
        ("waiver.expired", "warning", Location("workbench.yaml", 20, 5)),
    ]
    assert "A. Expert" in kept[1].why


@pytest.mark.parametrize(("day", "told"), [("2026-05-17", False), ("2026-05-18", True), ("2026-05-31", True)])
def test_an_owner_is_reminded_two_weeks_before(day: str, told: bool) -> None:
    configuration = ProjectConfig("p", waivers=(make_waiver(expires=date(2026, 5, 31)),))
    kept, waived = apply_policy([ERROR], configuration, date.fromisoformat(day))
    assert len(waived) == 1
    severities: list[tuple[str, Severity]] = [("waiver.expiring", "info")]
    assert [(v.code, v.severity) for v in kept] == (severities if told else [])


def test_a_waiver_by_fingerprint_covers_that_finding_alone() -> None:
    waiver = Waiver("", "known", "A. Expert", date(2030, 1, 1), fingerprint="a" * 16)
    one, other = (replace(ERROR, fingerprint=mark * 16) for mark in "ab")
    kept, waived = apply_policy([one, other], ProjectConfig("p", waivers=(waiver,)), date(2026, 1, 1))
    assert (kept, [item.violation for item in waived]) == ((other,), [one])
    (unused,), _ = apply_policy([], ProjectConfig("p", waivers=(waiver,)), date(2026, 1, 1))
    assert unused.message == f"The waiver of the finding {'a' * 16} covers nothing."


def test_a_waiver_that_covers_nothing_is_told_when_everything_was_looked_at() -> None:
    configuration = ProjectConfig("p", waivers=(make_waiver(path="other.ttl"),), severity={"waiver.*": "error"})
    kept, waived = apply_policy([ERROR], configuration, date(2026, 1, 1))
    assert [(v.code, v.severity) for v in kept] == [("shacl.min-count", "error"), ("waiver.unused", "error")]
    assert waived == ()
    kept, _ = apply_policy([ERROR], configuration, date(2026, 1, 1), is_whole=False)
    assert [v.code for v in kept] == ["shacl.min-count"]
