"""Defects planted in copies of real projects are found with exactly their smallest sets, and their twins are clean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from defect_projects import EXTERNAL, make_project
from planted import DEFECTS

from workbench.build.analysing.conflicts import report_conflicts
from workbench.build.analysing.knowledge_analysis import analyse_knowledge
from workbench.build.knowledge import Knowledge, get_knowledge
from workbench.checker import derive_model, find_contradictions
from workbench.model.report import Violation
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.solving.analysis.ground import Finding

WITHOUT_CASE = ("constraint.redundant",)
PROJECTS = sorted({defect.project for defect in DEFECTS})


@cache
def analyse(name: str, is_twin: bool) -> tuple[Knowledge, tuple[Violation, ...], tuple[Finding, ...]]:
    project = make_project(name, DEFECTS, is_twin=is_twin)
    knowledge = get_knowledge(project, project.get_domain())
    assert [violation.message for violation in knowledge.blockers] == []
    return knowledge, tuple(report_conflicts(knowledge)), analyse_knowledge(knowledge).findings


@pytest.fixture(params=PROJECTS)
def name(request: pytest.FixtureRequest) -> str:
    if request.param in EXTERNAL:
        request.getfixturevalue("shared_data")
    return str(request.param)


def sets_of(found: Iterable[Violation]) -> Counter[tuple[str, frozenset[str]]]:
    return Counter((violation.code, frozenset(part.name for part in violation.parts)) for violation in found)


def test_there_are_five_of_each_kind() -> None:
    counts = Counter(defect.kind for defect in DEFECTS)
    assert {kind: counts[kind] >= 5 for kind in "abcdegh"} == dict.fromkeys("abcdegh", True)


def test_each_is_found_with_its_smallest_set_and_nothing_else_is(name: str) -> None:
    _, found, _ = analyse(name, False)
    expected = Counter((defect.code, defect.parts) for defect in DEFECTS if defect.project == name)
    assert sets_of(found) == expected
    for violation in found:
        assert violation.location is not None and violation.location.line, violation.message
        assert all(part.text for part in violation.parts)
        assert violation.example or violation.code in WITHOUT_CASE, violation


def test_the_twins_are_clean(name: str) -> None:
    assert [violation.message for violation in analyse(name, True)[1]] == []


def test_cases_stand_before_the_checker(name: str) -> None:
    """The facts of each case, under the whole theory and without one of the smallest set."""
    knowledge, _, findings = analyse(name, False)
    for finding in findings:
        if finding.case is not None and finding.kind in JUDGES:
            broken = {step.rule for step in find_contradictions(knowledge.theory, derive(knowledge.theory, finding))}
            assert JUDGES[finding.kind](knowledge.theory, finding, broken), finding


def derive(theory: Theory, finding: Finding, without: str = "") -> frozenset[Triple]:
    assert finding.case is not None
    rules = (rule.name for rule in theory.rules if rule.name != without)
    return derive_model(theory.select(rules), finding.case.facts)


def is_consistent(theory: Theory, finding: Finding, without: str) -> bool:
    broken = find_contradictions(theory, derive(theory, finding, without))
    return not {step.rule for step in broken} & set(finding.parts)


def judge_violation(theory: Theory, finding: Finding, broken: set[str]) -> bool:
    return bool(broken & set(finding.parts)) and is_consistent(theory, finding, finding.subject)


def judge_pair(theory: Theory, finding: Finding, broken: set[str]) -> bool:
    return judge_violation(theory, finding, broken) and is_consistent(theory, finding, finding.others[0])


def judge_implied(theory: Theory, finding: Finding, broken: set[str]) -> bool:
    return derive(theory, finding) == derive(theory, finding, finding.subject)


def judge_gap(theory: Theory, finding: Finding, broken: set[str]) -> bool:
    model = derive(theory, finding)
    return all(derive(theory, finding, name) == model for name in finding.parts)


def judge_overlap(theory: Theory, finding: Finding, broken: set[str]) -> bool:
    model = derive(theory, finding)
    return all(derive(theory, finding, name) < model for name in finding.parts)


def judge_empty(theory: Theory, finding: Finding, broken: set[str]) -> bool:
    return bool(broken & set(finding.parts))


JUDGES = {
    "always-violates": judge_violation,
    "violates": judge_violation,
    "can-violate": judge_violation,
    "contradictory-conclusions": judge_pair,
    "implied": judge_implied,
    "gap": judge_gap,
    "overlap": judge_overlap,
    "empty-class": judge_empty,
    "empty-property": judge_empty,
}


def test_the_two_empty_classes_of_the_pizza_ontology_and_no_others(shared_data: Path) -> None:
    project = make_project("pizza", ())
    found = report_conflicts(get_knowledge(project, project.get_domain()))
    sets = {violation.focus.rpartition("#")[2]: {part.name for part in violation.parts} for violation in found}
    assert sets == {
        "CheeseyVegetableTopping>": {
            "CheeseTopping-disjoint-with-VegetableTopping",
            "CheeseyVegetableTopping-subclass-of-CheeseTopping",
            "CheeseyVegetableTopping-subclass-of-VegetableTopping",
        },
        "IceCream>": {"IceCream-disjoint-with-Pizza", "IceCream-some-hasTopping", "hasTopping-domain-Pizza"},
    }
    assert {violation.code for violation in found} == {"ontology.empty-class"}
