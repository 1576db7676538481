"""Findings on knowledge of others stand at true lines, and a report of hundreds of them can be read: the EU AI Act."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from workbench.build import Checked, check
from workbench.model.report import Violation
from workbench.model.terms import RDF_TYPE, get_local_name
from workbench.project import Project
from workbench.validation.shacl import make_violations, validate_graph

ONTOLOGY, SHAPES = "docs/ontology.ttl", "shacl/ai-act-shapes.ttl"


@pytest.fixture(scope="module")
def act(shared_data: Path) -> Path:
    return shared_data / "eu-ai-act"


@pytest.fixture(scope="module")
def project(act: Path) -> Project:
    return Project.from_files(ontologies=[act / ONTOLOGY], shapes=[act / SHAPES], name="ai-act")


@pytest.fixture(scope="module")
def checked(project: Project) -> Checked:
    return check(project)


def read_lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")


def read_at(lines: list[str], violation: Violation) -> str:
    """The text that begins where a finding stands."""
    place = violation.location
    assert place is not None
    assert 1 <= place.line <= len(lines), violation
    text = lines[place.line - 1][place.column - 1 :]
    assert text.strip(), violation
    return text


def find_subject(lines: list[str], line: int) -> str:
    """The subject of the statement around a line: in this file each begins a line."""
    return next(lines[n - 1].split(" ")[0] for n in range(line, 0, -1) if lines[n - 1].startswith("<"))


def test_each_of_the_149_results_of_its_own_shapes_stands_where_its_focus_is_typed(act: Path, project: Project) -> None:
    domain = project.get_domain()
    results = validate_graph(domain.triples, domain.shapes)
    found = make_violations(
        results,
        shapes=domain.shapes,
        locate=project.locate,
        label=lambda term: term,
        data=domain.triples,
        asserted=domain.triples,
    )
    assert len(found) == 149
    lines = read_lines(act / ONTOLOGY)
    for violation in found:
        assert violation.code == "shacl.min-count"
        assert violation.location is not None
        assert find_subject(lines, violation.location.line) == violation.focus
        (name,) = re.findall(r"^(?:<[^<>]+>|owl:\w+)", read_at(lines, violation))
        types = {get_local_name(t[2]) for t in domain.triples if t[:2] == (violation.focus, RDF_TYPE)}
        assert re.split("[#:]", name.strip("<>"))[-1] in types, "what it lacks is told where it is said to be something"


def test_every_finding_about_the_ontology_stands_at_a_true_line(act: Path, checked: Checked) -> None:
    lines = {"ontologies/ai-act/ontology.ttl": read_lines(act / ONTOLOGY)}
    lines["validators/ai-act/ai-act-shapes.ttl"] = read_lines(act / SHAPES)
    for violation in checked.report.violations:
        assert violation.location is not None, violation
        read_at(lines[violation.location.path], violation)
        for place in violation.related:
            assert lines[place.path][place.line - 1][place.column - 1 :].strip(), violation
    focused = [v for v in checked.report.violations if v.code in ("wording.missing-label", "wording.missing-phrase")]
    assert len(focused) > 100
    for violation in focused:
        assert violation.location is not None
        assert find_subject(lines[violation.location.path], violation.location.line) == violation.focus


def test_every_finding_has_a_fingerprint_of_its_own(checked: Checked) -> None:
    marks = Counter(violation.fingerprint for violation in checked.report.violations)
    assert max(marks.values()) == 1
    assert "" not in marks


def test_hundreds_of_findings_can_be_read(checked: Checked) -> None:
    text = checked.format_text()
    total = Counter(violation.code for violation in checked.report.violations)["shacl.min-count"]
    assert total >= 149
    assert f"… and {total - 5} more of shacl.min-count" in text
    assert len(text.splitlines()) < 300
    markdown = checked.format("markdown")
    assert len(markdown) <= 60_000
    assert f"… and {total - 5} more of `shacl.min-count`" in markdown
    assert checked.format("html").count('<article class="finding error">') == checked.report.count("error")


def test_regions_of_sarif_hold_the_words_meant(act: Path, checked: Checked) -> None:
    (run,) = json.loads(checked.format("sarif"))["runs"]
    lines = read_lines(act / ONTOLOGY)
    words: Counter[str] = Counter()
    for result in run["results"]:
        physical = result["locations"][0]["physicalLocation"]
        if physical["artifactLocation"]["uri"].endswith("ontology.ttl") and result["ruleId"] == "shacl.min-count":
            region = physical["region"]
            assert region["startLine"] == region["endLine"]
            words[lines[region["startLine"] - 1][region["startColumn"] - 1 : region["endColumn"] - 1]] += 1
    assert words
    assert all(re.fullmatch(r"<http://[^<>]+>|[\w-]+:[\w-]+", word) for word in words), words


def test_a_syntax_error_is_told_where_it_is_not_where_a_parser_noticed(act: Path) -> None:
    """In version 0.37.1 a block was put into the middle of a statement; rdflib complains 250 lines further down."""
    path = act / "versions/0.37.1/ontologia-v0.37.1.ttl"
    lines = read_lines(path)
    project = Project.from_files(ontologies=[path], base="http://ai-act.eu/ai#")
    found = [v for v in check(project).report.violations if v.code == "turtle.syntax"]
    block = next(n for n, line in enumerate(lines, 1) if line.startswith("ai:IntelligentSystem rdfs:subClassOf ["))
    start = next(n for n, line in enumerate(lines, 1) if line.startswith("ai:HealthCare a ai:Purpose"))
    tail = next(n for n, line in enumerate(lines, 1) if line.strip().startswith('"Propósito para sistemas de IA sanit'))
    places = [(v.location.line, v.location.column) for v in found if v.location]
    assert (start, block, tail) == (1687, 1695, 1753)
    assert places == [(block, 21), (block, 38), (tail, 9)]
    assert f"line {start} " in found[0].message
    assert read_at(lines, found[1]).startswith("[")
    assert read_at(lines, found[2]).startswith('"Prop')


def test_a_rules_file_that_is_no_turtle_is_told_at_each_variable(act: Path) -> None:
    path = act / "rules/swrl-base-rules.ttl"
    lines = read_lines(path)
    checked = check(Project.from_files(ontologies=[path]))
    found = [v for v in checked.report.violations if v.code == "turtle.syntax" and v.location and v.location.line]
    assert len(found) == 20
    for violation in found:
        name = violation.message.split(" ")[0]
        assert name.startswith("?")
        assert read_at(lines, violation).startswith(name), violation
    assert checked.compute_exit_code() == 1
    assert {v.code for v in checked.report.violations} == {"turtle.syntax", "check.not-reasoned"}
