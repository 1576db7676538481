"""What the analysis of rules, constraints and axioms tells: words, lines, the smallest set, the case, the limits."""

from __future__ import annotations

from pathlib import Path

from workbench.build.analysing.conflicts import report_conflicts
from workbench.build.analysing.demands import list_demands
from workbench.build.analysing.knowledge_analysis import analyse_knowledge
from workbench.build.knowledge import Knowledge, get_knowledge
from workbench.model.report import Violation
from workbench.model.terms import RDF_TYPE, RDFS, Triple
from workbench.project import Project, load
from workbench.solving.analysis.asking import analyse_ground
from workbench.solving.analysis.ground import Ground

ONTOLOGY = """\
@prefix : <https://example.org/school#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix wb: <urn:knowledge-workbench:ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

:Person a owl:Class ; rdfs:label "person"@en .
:Minor a owl:Class ; rdfs:label "minor"@en ; wb:phrase "{subject} is a minor"@en ; owl:disjointWith :Adult .
:Adult a owl:Class ; rdfs:label "adult"@en ; wb:phrase "{subject} is an adult"@en .
:age a owl:DatatypeProperty ; rdfs:range xsd:integer ; wb:phrase "{subject} is {object} years old"@en .
:teaches a owl:ObjectProperty ; rdfs:domain :Adult ; wb:phrase "{subject} teaches {object}"@en .
"""
RULES = """\
prefix : <https://example.org/school#>

rule minor
  en "Whoever is under 18 is a minor."
  Person(?x) ^ age(?x, ?a) ^ ?a <= 17 -> Minor(?x)

rule adult
  en "Whoever is 18 is an adult."
  Person(?x) ^ age(?x, ?a) ^ ?a >= 18 -> Adult(?x)
"""


def learn(rules: str = RULES, ontology: str = ONTOLOGY) -> Knowledge:
    project = Project.from_files([ontology], [rules], name="school")
    return get_knowledge(project, project.get_domain())


def find_one(knowledge: Knowledge, code: str) -> Violation:
    (found,) = [violation for violation in report_conflicts(knowledge) if violation.code == code]
    return found


def test_whole_numbers_leave_no_gap_and_decimals_do() -> None:
    assert report_conflicts(learn()) == []
    found = find_one(learn(ontology=ONTOLOGY.replace("xsd:integer", "xsd:decimal")), "rule.band-gap")
    assert (found.location and found.location.line, found.severity) == (3, "warning")
    assert found.message == "Neither minor nor adult applies where the value of age is 17.5."


def test_a_clash_names_its_members_and_is_filled_in() -> None:
    knowledge = learn(RULES.replace("<= 17", "<= 18"))
    found = find_one(knowledge, "rule.contradictory-conclusions")
    assert [(part.kind, part.name, part.location and part.location.line) for part in found.parts] == [
        ("rule", "adult", 7),
        ("rule", "minor", 3),
        ("axiom", "Adult-disjoint-with-Minor", 8),
    ]
    assert "Ann is 18 years old." in found.example
    assert "By adult: Ann is an adult." in found.example and "By minor: Ann is a minor." in found.example
    assert found.example[-1].startswith("This breaks the axiom")
    assert found.parts[0].text.startswith("Whoever is 18 is an adult")
    assert "https://" not in " ".join((found.message, found.why, *found.example))


def test_conditions_that_exclude_each_other_are_said() -> None:
    rules = f"{RULES}\nrule odd\n  Person(?x) ^ age(?x, ?a) ^ ?a > 5 ^ teaches(?x, ?y) ^ ?a < 3 -> Adult(?x)\n"
    found = find_one(learn(rules), "rule.never-applies")
    assert found.message.count("“") == 2 and "exclude each other" in found.message
    assert any("years old" in line for line in found.example)


def test_an_example_keeps_to_the_types_of_values() -> None:
    rules = f"{RULES}\nrule half\n  Person(?x) ^ age(?x, ?a) ^ ?a > 17 ^ ?a < 18 -> Adult(?x)\n"
    found = find_one(learn(rules), "rule.never-applies")
    assert [part.name for part in found.parts] == ["half", "age-range-integer"]
    assert found.parts[1].text == "The values of age are whole numbers."


def test_questions_are_counted_and_limits_are_told() -> None:
    knowledge = learn()
    summary = analyse_knowledge(knowledge).summarise()
    assert summary["never-applies"] == {"asked": 2, "proved": 0, "refuted": 2, "undetermined": 0}
    assert sum(counts["undetermined"] for counts in summary.values()) == 0
    starved = analyse_ground(Ground.build(knowledge.theory.rules), budget=0)
    assert starved.findings == () and {one.subject for one in starved.undetermined} >= {"adult", "minor"}


def test_a_new_project_is_clean(repo_root: Path) -> None:
    project = load(repo_root / "workbench" / "project" / "starter")
    assert report_conflicts(get_knowledge(project, project.get_domain())) == []


def test_facts_and_sentences_do_not_make_the_questions_asked_again() -> None:
    knowledge = learn()
    again = learn(RULES.replace("Whoever is 18", "Everyone who is 18"), f"{ONTOLOGY}\n:eve a :Person .\n")
    assert analyse_knowledge(again) is analyse_knowledge(knowledge)


def test_broken_and_circular_expressions_demand_nothing() -> None:
    owl = "http://www.w3.org/2002/07/owl#"
    circle: list[Triple] = [
        ("<urn:C>", f"<{RDFS}subClassOf>", "_:b"),
        ("_:b", f"<{owl}intersectionOf>", "_:l"),
        ("_:l", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#first>", "_:b"),
        ("_:l", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest>", "_:l"),
        ("<urn:D>", f"<{RDFS}subClassOf>", "_:u"),
        ("_:u", f"<{owl}unionOf>", "<urn:nothing>"),
        ("<urn:D>", RDF_TYPE, f"<{owl}Class>"),
    ]
    assert list_demands(circle) == []
