"""Lint: each carelessness is found where it is, and careful work is left alone."""

import pyoxigraph
import pytest

from workbench.model.report import Location
from workbench.validation.lint import find_lint

PREFIXES = """
@prefix : <https://example.org/kinship#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix wb: <urn:knowledge-workbench:ns#> .
"""
CAREFUL = """
:Person a owl:Class ; rdfs:label "person"@en ; wb:phrase "{subject} is a person"@en .
:parent a owl:ObjectProperty ; rdfs:label "parent"@en ; wb:phrase "{object} is a parent of {subject}"@en .
:parent rdfs:domain :Person ; rdfs:range :Person .
:note a owl:AnnotationProperty .
:ann a :Person ; rdfs:label "Ann"@en ; dcterms:source "book" ; :note "x" .
:bob a :Person ; rdfs:label "Bob" ; :parent :ann .
"""


def parse(turtle):
    quads = pyoxigraph.parse((PREFIXES + turtle).encode(), format=pyoxigraph.RdfFormat.TURTLE)
    return [(str(q.subject), str(q.predicate), str(q.object)) for q in quads]


def lint(turtle, **options):
    return find_lint(parse(CAREFUL + turtle), **options)


def test_careful_work_has_no_findings():
    assert lint("") == []


CASES = [
    (':cid a :Person ; rdfs:label "Cid"@de .', "wording.missing-label", "info"),
    (":Place a owl:Class .", "wording.missing-label", "warning"),
    (':ann2 a :Person ; rdfs:label "Ann"@en .', "wording.shared-label", "warning"),
    (':child a owl:ObjectProperty ; rdfs:label "child"@en .', "wording.missing-phrase", "info"),
    (':Person wb:phrase "is a person"@de .', "wording.phrase-slots", "error"),
    (':Person wb:phrase "{subject} ist {object}"@de .', "wording.phrase-slots", "error"),
    (':parent wb:phrase "{subject} {subject} {object}"@de .', "wording.phrase-slots", "error"),
    (':parent wb:phrase "{subject} hat"@de .', "wording.phrase-slots", "error"),
    (':parent wb:phrase "{subject} hat {object} und {other}"@de .', "wording.phrase-slots", "error"),
    (':parent wb:phrase "{subject} hat {object} {"@de .', "wording.phrase-slots", "error"),
    (
        ':mum a owl:ObjectProperty ; rdfs:label "mum"@en ; wb:phrase "{object} is a parent of {subject}"@en .',
        "wording.shared-phrase",
        "warning",
    ),
    (":bob :parnt :ann .", "ontology.undeclared", "warning"),
    (":bob a :Persn .", "ontology.undeclared", "warning"),
    (":Person rdfs:subClassOf :Thing .", "ontology.undeclared", "warning"),
    (
        ":Person rdfs:subClassOf [ owl:onProperty :age ; owl:someValuesFrom :Person ] .",
        "ontology.undeclared",
        "warning",
    ),
    (":Person a owl:ObjectProperty .", "ontology.two-kinds", "error"),
    (":Person a rdf:Property .", "ontology.two-kinds", "error"),
    (":parent a owl:DatatypeProperty .", "ontology.two-kinds", "error"),
]


@pytest.mark.parametrize(("turtle", "code", "severity"), CASES)
def test_findings(turtle, code, severity):
    assert (code, severity) in {(v.code, v.severity) for v in lint(turtle)}


def test_a_language_that_is_incomplete_is_told_once_for_each_kind():
    found = [v for v in lint("", languages=("en", "de")) if v.code == "wording.incomplete-language"]
    assert [(v.severity, v.message) for v in found] == [
        ("warning", "1 of 1 classes have no label in de: “Person”."),
        ("warning", "1 of 1 properties have no label in de: “parent”."),
        ("warning", "2 of 2 individuals have no label in de: “ann”, “bob”."),
        ("info", "1 of 1 properties have no phrase in de: “parent”."),
        ("info", "1 of 1 classes have no phrase in de: “Person”."),
    ]
    german = ':Person rdfs:label "Person"@de . :parent rdfs:label "Elternteil"@de .'
    german += ' :ann rdfs:label "Ann"@de . :bob rdfs:label "Bob"@de .'
    german += ' :Person wb:phrase "{subject} ist eine Person"@de .'
    german += ' :parent wb:phrase "{object} ist ein Elternteil von {subject}"@de .'
    assert lint(german, languages=("en", "de")) == []


def test_undeclared_terms_are_suggested_and_placed_at_their_first_use():
    extra = ":bob :parnt :ann . :ann :parnt :bob ."
    lines = {triple: Location("facts.ttl", line) for line, triple in enumerate(parse(CAREFUL + extra), 1)}
    (violation,) = [v for v in lint(extra, locate=lines.get, domain="kin") if v.code == "ontology.undeclared"]
    assert violation.fix == "Did you mean “parent”?"
    assert violation.domain == "kin"
    places = sorted([violation.location, *violation.related])
    assert [place.line for place in places] == [len(lines) - 1, len(lines)]


def test_findings_do_not_depend_on_the_order_of_triples():
    triples = parse(CAREFUL + " ".join(turtle for turtle, _, _ in CASES))
    assert find_lint(triples) == find_lint(triples[::-1])
