"""Constraints on totals in a check: the real shares add up to too much in two companies, and in no other."""

from pathlib import Path

from aml_project import write_project

from workbench.build import check, describe, get_knowledge
from workbench.project import Project, load

AML = "https://example.org/aml#"


def test_the_two_companies_that_are_owned_more_than_wholly(tmp_path: Path, shared_data: Path) -> None:
    project = load(write_project(tmp_path / "aml", shared_data))
    found = [v for v in check(project).report.violations if v.code.startswith("constraint.")]
    by_focus = {violation.focus: violation for violation in found}
    assert len(found) == 2
    assert by_focus.keys() == {f"<{AML}company-555>", f"<{AML}company-664>"}
    first = by_focus[f"<{AML}company-555>"]
    assert first.message.startswith("Nobody can own more than all of a company, but: the sum of all")
    assert first.message.endswith("in Company 555 and B is A percent is 103.")
    assert first.facts[:2] == (
        "The share of Person 466 in Company 555 is 52 percent",
        "The share of Person 772 in Company 555 is 51 percent",
    )
    assert str(first.location) == "ontologies/aml/aml_dataset_people_shares.csv:29:9"
    assert "ontologies/aml/aml_dataset_people_shares.csv:48:9" in map(str, first.related)
    assert [part.kind for part in first.parts] == ["constraint", "fact", "fact"]
    assert (first.source, first.value) == ("shares-add-up", '"103"^^<http://www.w3.org/2001/XMLSchema#integer>')
    second = by_focus[f"<{AML}company-664>"]
    assert second.message.endswith("is 130.")
    places = [str(part.location) for part in second.parts[1:]]
    assert places == [f"ontologies/aml/aml_dataset_companies_shares.csv:{line}:9" for line in (80, 60)]


ONTOLOGY = """@prefix : <https://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Team a owl:Class . :Person a owl:Class . :Lead a owl:Class ; rdfs:subClassOf :Person .
:memberOf a owl:ObjectProperty . :leads a owl:ObjectProperty ; rdfs:subPropertyOf :memberOf .
:limit a owl:DatatypeProperty .
:red a :Team ; :limit 2 . :blue a :Team ; :limit 9 .
:ann :leads :red . :bob :memberOf :red . :cid :memberOf :red . :dan :memberOf :blue .
"""
LIMITED = """prefix : <https://example.org/>
constraint team-size
  en "A team has at most as many members as its limit says."
  de "Eine Gruppe hat höchstens so viele Mitglieder, wie ihre Grenze sagt."
  Team(?t) ^ limit(?t, ?n) -> count(?p: memberOf(?p, ?t)) <= ?n
"""


def test_what_follows_counts_and_is_found_where_it_is_stated() -> None:
    project = Project.from_files([ONTOLOGY], [LIMITED], prefixes={"": "https://example.org/"})
    (found,) = [v for v in check(project).report.violations if v.code.startswith("constraint.")]
    assert found.focus == "<https://example.org/red>"
    assert found.message.endswith("is 3.")
    assert found.location is not None
    assert found.location.line == 7
    assert len(found.parts) == 4
    assert "limit" in found.fix or "2" in found.fix


def test_a_total_is_no_part_of_the_theory() -> None:
    project = Project.from_files([ONTOLOGY], [LIMITED], prefixes={"": "https://example.org/"})
    knowledge = get_knowledge(project, project.get_domain())
    assert "team-size" not in knowledge.theory.by_name
    assert project.get_domain().constraints == ()
    assert str(project.locate("team-size")).endswith("1.rules:2:12")


def test_a_total_is_described_in_words() -> None:
    project = Project.from_files([ONTOLOGY], [LIMITED], prefixes={"": "https://example.org/"}, languages=["de", "en"])
    for language, sentence, words in (
        ("en", "A team has at most", "the number of C such that"),
        ("de", "Eine Gruppe hat höchstens", "die Anzahl der C, für die gilt"),
    ):
        (constraint,) = describe(project, "notebook", language).constraints
        assert constraint.is_constraint
        assert constraint.sentence.startswith(sentence)
        assert words in constraint.words
        assert constraint.formula == "Team(?t) ^ limit(?t, ?n) -> count(?p: memberOf(?p, ?t)) <= ?n"


def test_slips_in_totals_are_found_like_others() -> None:
    rules = (
        LIMITED.replace("memberOf(?p", "membreOf(?p")
        + "\nconstraint b\n  Team(?t) -> sum(?x: memberOf(?_p, ?t)) <= 1\n"
    )
    report = check(Project.from_files([ONTOLOGY], [rules], prefixes={"": "https://example.org/"})).report
    codes = {(violation.code, violation.location.line) for violation in report.violations if violation.location}
    assert ("rule.unknown-predicate", 2) in codes
    assert ("rule.unbound-argument", 7) in codes


def test_retired_totals_do_not_judge() -> None:
    rules = LIMITED.replace("  en ", "  state retired\n  en ", 1)
    report = check(Project.from_files([ONTOLOGY], [rules], prefixes={"": "https://example.org/"})).report
    assert not [v for v in report.violations if v.code.startswith("constraint.")]


def test_very_many_contributions_are_summed_up() -> None:
    members = "".join(f":p{number} :memberOf :red .\n" for number in range(200))
    project = Project.from_files([ONTOLOGY + members], [LIMITED], prefixes={"": "https://example.org/"})
    (found,) = [v for v in check(project).report.violations if v.code.startswith("constraint.")]
    assert len(found.related) <= 20
    assert "and 183 more" in found.facts
    assert "183 more" in found.why


def test_a_value_that_is_no_number_is_told_not_passed_over() -> None:
    ontology = ONTOLOGY.replace(":limit 2", ':limit "two"')
    found = check(Project.from_files([ontology], [LIMITED], prefixes={"": "https://example.org/"})).report.violations
    (violation,) = [v for v in found if v.code == "constraint.undetermined"]
    assert violation.severity == "warning"
    assert violation.location is not None
    assert violation.location.line == 6
