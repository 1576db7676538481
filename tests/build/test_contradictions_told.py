"""Contradictions as an author reads them: smallest sets with their places, and a wrong statement told once."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from workbench.build import check, explain
from workbench.cli import main
from workbench.errors import InvalidKnowledgeError
from workbench.model.report import Violation
from workbench.project import Project

Files = dict[str, str]
Make = Callable[[Files], Project]
TTL = "ontologies/family/family.ttl"
CODES = ("ontology.inconsistent", "ontology.many-contradictions", "constraint.violated")


def list_contradictions(project: Project) -> list[Violation]:
    return [violation for violation in check(project).report.violations if violation.code in CODES]


def add_crowd(files: Files, count: int) -> None:
    """Everybody here has the hall as a parent; who has a hall as a parent is a woman; and all of them are men."""
    files[TTL] += ':Hall a owl:Class ; rdfs:label "hall"@en ; wb:phrase "{subject} is a hall"@en .\n'
    files[TTL] += ':hall a :Hall ; rdfs:label "the hall"@en .\n'
    for number in range(count):
        files[TTL] += f':i{number} a :Man ; rdfs:label "Person {number}"@en ; :hasParent :hall .\n'
    files["ontologies/family/family.rules"] += (
        '\nrule hall\n  en "Who comes from a hall is a woman."\n  hasParent(?x, ?y) ^ Hall(?y) -> Woman(?x)\n'
    )


def test_the_smallest_set_with_words_and_places(make: Make, files: Files) -> None:
    add_crowd(files, 1)
    (found,) = list_contradictions(make(files))
    lines = files[TTL].splitlines()
    assert found.code == "ontology.inconsistent" and found.severity == "error"
    assert found.message == "These cannot all be true: Person 0 is a man; Person 0 is a woman."
    assert found.facts == (
        "Person 0 is a man",
        "Person 0 is a woman",
        "The hall is a hall",
        "The hall is a parent of Person 0",
    )
    person, hall = (next(n for n, row in enumerate(lines, 1) if row.startswith(name)) for name in (":i0 ", ":hall "))
    assert found.location is not None and (found.location.path, found.location.line) == (TTL, person)
    assert f"“The hall is a hall” ({TTL}:{hall}:" in found.why
    assert f"“The hall is a parent of Person 0” ({TTL}:{person}:" in found.why
    assert f"“Person 0 is a man” ({TTL}:{person}:" in found.why
    assert "woman” (" not in found.why
    assert {place.line for place in found.related if place.path == TTL} >= {person, hall}


def test_one_wrong_statement_does_not_drown_the_report(make: Make, files: Files) -> None:
    add_crowd(files, 300)
    files[TTL] += ":dan a :Man , :Woman .\n"
    project = make(files)
    before = time.process_time()
    found = list_contradictions(project)
    assert time.process_time() - before < 20
    assert len(found) == 22
    (told,) = (violation for violation in found if violation.code == "ontology.many-contradictions")
    assert told.message == "“The hall is a hall” takes part in 300 contradictions, of which 20 are listed."
    assert told.severity == "error" and told.location is not None
    assert files[TTL].splitlines()[told.location.line - 1].startswith(":hall ")
    listed = [violation for violation in found if violation is not told]
    assert sum("Dan" in violation.message for violation in listed) == 1
    begin = "Begin with “The hall is a hall”, which takes part in 300 contradictions."
    assert sum(begin in violation.fix for violation in listed) == 20


def test_constraints_are_told_by_rule_though_they_rest_on_the_same_statements(make: Make, files: Files) -> None:
    files[TTL] = files[TTL].replace(":born 1980", ":born 1955")
    files["validators/family/constraints.rules"] += (
        '\nconstraint no-fifties\n  en "Nobody is born in the fifties."\n  born(?x, ?a) -> ?a >= 1960\n'
    )
    found = list_contradictions(make(files))
    assert sorted(violation.why.split("”")[0] for violation in found) == [
        "Constraint “no-fifties",
        "Constraint “no-fifties",
        "Constraint “parent-older",
    ]
    assert all(violation.code == "constraint.violated" for violation in found)


def test_other_statements_that_lead_to_the_same_contradiction_are_mentioned(make: Make, files: Files) -> None:
    add_crowd(files, 1)
    files[TTL] += ':i0 :hasParent :house . :house a :Hall ; rdfs:label "the house"@en .\n'
    (found,) = list_contradictions(make(files))
    assert found.why.endswith("It follows from other statements too.")


def test_explain_says_that_the_facts_contradict_each_other(make: Make, files: Files) -> None:
    add_crowd(files, 40)
    project = make(files)
    told = explain(project, None, "bob hasUncle carl")
    text = told.format_text()
    assert told.status == "entailed"
    assert "But the facts of family contradict each other." in text
    assert "“The hall is a hall” takes part in 40 contradictions, of which 3 are listed." in text
    data = told.to_json()
    assert [entry["code"] for entry in data["contradictions"]].count("ontology.inconsistent") == 3
    with pytest.raises(InvalidKnowledgeError, match="contradict each other") as raised:
        explain(project, None, "carl hasUncle bob")
    assert len(raised.value.report.violations) == 4
    calm = dict(files)
    calm[TTL] = calm[TTL].replace(":hall a :Hall ;", ":hall")
    told = explain(make(calm), None, "bob hasUncle carl")
    assert told.contradictions == () and "contradictions" not in told.to_json()


def test_the_command_line_ends_with_1_and_names_the_culprit(make: Make, files: Files) -> None:
    add_crowd(files, 30)
    root = str(make(files).root)
    result = CliRunner().invoke(main, ["check", root, "--all"])
    assert result.exit_code == 1
    assert "takes part in 30 contradictions, of which 20 are listed." in result.output
    assert result.output.count("error ontology.inconsistent") == 20


def test_one_fact_among_a_hundred_that_contradicts_every_pair_of_them(make: Make, files: Files) -> None:
    add_crowd(files, 100)
    files["ontologies/family/family.rules"] = files["ontologies/family/family.rules"].replace(
        " -> Woman(?x)", " -> Man(?x)"
    )
    files["validators/family/constraints.rules"] += (
        '\nconstraint quiet\n  en "Nobody shares a hall."\n'
        "  Hall(?h) ^ hasParent(?x, ?h) ^ hasParent(?y, ?h) ^ ?x != ?y -> false\n"
    )
    project = make(files)
    before = time.process_time()
    found = list_contradictions(project)
    assert time.process_time() - before < 20
    assert len(found) == 21
    (told,) = (violation for violation in found if violation.code == "ontology.many-contradictions")
    assert told.message == "“The hall is a hall” takes part in 4,950 contradictions, of which 20 are listed."


@pytest.mark.parametrize(
    ("restriction", "said"),
    [
        ("owl:onProperty :hasParent ; owl:maxCardinality 2", "nothing that is man has more than 2 has parent"),
        (
            "owl:onProperty :hasParent ; owl:qualifiedCardinality 1 ; owl:onClass :Woman",
            "nothing that is man has more than 1 has parent that is woman",
        ),
        (
            "owl:onProperty [ owl:inverseOf :hasChild ] ; owl:maxCardinality 2",
            "nothing that is man has more than 2 inverse of has child",
        ),
    ],
)
def test_a_cardinality_is_said(make: Make, files: Files, restriction: str, said: str) -> None:
    files[TTL] += f":Man rdfs:subClassOf [ a owl:Restriction ; {restriction} ] .\n"
    files[TTL] += ":bob :hasParent :eve , :fay . :fay a :Woman .\n"
    found = list_contradictions(make(files))
    assert found and all(violation.code == "ontology.inconsistent" for violation in found)
    assert all(f"The ontology says: {said} (ontologies/family/family.ttl:" in violation.why for violation in found)
    assert {"Ann is a parent of Bob", "Fay is a parent of Bob"} <= {fact for v in found for fact in v.facts}
