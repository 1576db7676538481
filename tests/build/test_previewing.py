"""What a formula sounds like while it is being written, and what is wrong with it."""

from __future__ import annotations

import pytest

from workbench.build import Project, preview_sentence
from workbench.errors import SelectionError

ONTOLOGY = """\
@prefix : <https://example.org/k#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix wb: <urn:knowledge-workbench:ns#> .
:Person a owl:Class ; wb:phrase "{subject} is a person"@en , "{subject} ist eine Person"@de .
:Baker a owl:Class ; rdfs:label "baker"@en , "Bäcker"@de ; wb:gender "masculine"@de .
:helps a owl:ObjectProperty ; wb:phrase "{subject} helps {object}"@en , "{subject} hilft {object:dat}"@de .
:ann a :Person ; rdfs:label "Ann" ; :helps :prince .
:prince a :Person ; rdfs:label "the prince"@en , "der Prinz"@de .
:twin a :Baker ; rdfs:label "Ann" .
"""


@pytest.fixture(scope="module")
def project() -> Project:
    found = Project.from_files(ontologies=[ONTOLOGY], base="https://example.org/k#", name="k", languages=["en", "de"])
    assert found.violations == ()
    return found


def test_a_rule(project: Project) -> None:
    found = preview_sentence(project, "helps(?x, prince) -> Person(?x)")
    assert (found.sentence, found.kind, found.problems) == (
        "If A helps the prince, then A is a person.", "rule", ()
    )  # fmt: skip


def test_a_question_and_a_language(project: Project) -> None:
    found = preview_sentence(project, "helps(?x, ?y) ^ Person(?y)", "de")
    assert found.sentence == "Für welche X gilt: für mindestens ein Y gilt: X hilft Y und Y ist eine Person?"
    assert found.kind == "question" and found.problems == ()


def test_two_of_one_label_are_ambiguous(project: Project) -> None:
    found = preview_sentence(project, "helps(prince, ann)")
    assert found.sentence == "The prince helps Ann." and found.kind == "fact"
    assert [(p.kind, p.message) for p in found.problems] == [
        ("ambiguous", "The sentence can be read in 2 ways, so no dataset will have it.")
    ]


def test_missing_words_have_a_place(project: Project) -> None:
    found = preview_sentence(project, "Baker(?x)\n  -> helps(?x, prince)", "de")
    assert found.sentence == "Aus „A ist ein Bäcker“ folgt „A hilft der Prinz“."
    assert [(p.kind, p.line, p.column) for p in found.problems] == [("missing-phrase", 1, 1), ("missing-form", 2, 16)]


@pytest.mark.parametrize(
    ("text", "place"),
    [("helps(ann, bob)", (1, 12)), ("trusts(ann, prince)", (1, 1)), ("helps(?x, ann) -> :Cat(?x)", (1, 19))],
)
def test_unknown_names_are_told(project: Project, text: str, place: tuple[int, int]) -> None:
    (problem,) = preview_sentence(project, text).problems
    assert problem.kind == "unknown-name" and (problem.line, problem.column) == place


@pytest.mark.parametrize(
    "text", ["", "helps(ann", "helps(?x, ?y) ->", "-> ^", "1 < 2", "nope:x(?y)", "helps(ann, prince) ^ Person(ann)"]
)
def test_what_is_no_formula_is_told_with_its_place(project: Project, text: str) -> None:
    found = preview_sentence(project, text)
    assert found.sentence == "" and found.kind == ""
    (problem,) = found.problems
    assert problem.kind == "syntax" and problem.line >= 1 and problem.column >= 1 and problem.message


def test_a_domain_that_is_not_there(project: Project) -> None:
    with pytest.raises(SelectionError):
        preview_sentence(project, "Person(?x)", domain="other")
