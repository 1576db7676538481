"""Shapes are judged before they are run: every way in which a shape can be wrong has its code and its line."""

import re
import time

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidKnowledgeError
from workbench.model.report import Location
from workbench.model.terms import SH
from workbench.validation.patterns import find_pattern_problem, find_pattern_risk
from workbench.validation.shacl import validate_graph
from workbench.validation.shape_index import ShapeIndex
from workbench.validation.wellformed import find_shape_problems, select_sound_shapes

PREFIXES = """
@prefix : <https://example.org/kinship#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""
K = "https://example.org/kinship#"


def parse(turtle):
    quads = pyoxigraph.parse((PREFIXES + turtle).encode(), format=pyoxigraph.RdfFormat.TURTLE)
    return [(str(q.subject), str(q.predicate), str(q.object)) for q in quads]


def find_codes(turtle, **options):
    return [(p.code, p.severity) for p in find_shape_problems(parse(turtle), **options)]


BAD = {
    ":S sh:targetClass :P ; sh:property [ sh:path :born ; sh:minCount 'x' ] .": "shape.value",
    ":S sh:targetClass :P ; sh:property [ sh:path :born ; sh:minCount -1 ] .": "shape.value",
    ":S sh:targetClass :P ; sh:property [ sh:path :born ; sh:maxCount 1, 2 ] .": "shape.value",
    ":S sh:targetClass :P ; sh:property [ sh:path :born ; sh:pattern '(' ] .": "shape.value",
    ":S sh:targetClass :P ; sh:property [ sh:path :born ; sh:in :a ] .": "shape.value",
    ":S sh:targetClass :P ; sh:property [ sh:path :born ; sh:nodeKind :Literal ] .": "shape.value",
    ":S sh:targetClass 'P' ; sh:property [ sh:path :born ] .": "shape.value",
    ":S sh:targetClass :P ; sh:or () .": "shape.value",
    ":S sh:targetClass :P ; sh:closed 'yes' .": "shape.value",
    ":S sh:targetClass :P ; sh:property 'born' .": "shape.value",
    ":S sh:targetClass :P ; sh:property [ sh:minCount 1 ] .": "shape.path",
    ":S a sh:PropertyShape ; sh:targetClass :P ; sh:minCount 1 .": "shape.path",
    ":S sh:targetClass :P ; sh:property [ sh:path :born, :died ] .": "shape.path",
    ":S sh:targetClass :P ; sh:property [ sh:path 'born' ] .": "shape.path",
    ":S sh:targetClass :P ; sh:property [ sh:path ( :born ) ] .": "shape.path",
    ":S sh:targetClass :P ; sh:property [ sh:path _:p ] . _:p sh:inversePath _:p .": "shape.path",
    ":S a sh:NodeShape ; sh:targetClass :P ; sh:path :born .": "shape.path",
    ":S sh:targetClass :P ; sh:property [ sh:path :born ; sh:minCout 1 ] .": "shape.unknown-property",
    ":S sh:targetClass :P ; sh:rule [ sh:subject sh:this ] .": "shape.undetermined",
    ":S sh:targetClass :P ; sh:js [ sh:jsFunctionName 'f' ] .": "shape.unsafe",
    ":S sh:targetClass :P ; sh:property [ sh:path :name ; sh:pattern '^(a+)+$' ] .": "shape.unsafe",
    ":S sh:targetClass :P ; sh:sparql [ sh:select 'SELECT $this FROM <urn:g> { $this ?p ?o }' ] .": "shape.unsafe",
    ":S sh:targetClass :P ; sh:sparql [ sh:select 'SELECT $this { SERVICE ?s { $this ?p ?o } }' ] .": "shape.unsafe",
    r":S sh:targetClass :P ; sh:sparql [ sh:select 'SELECT $this \\u0046ROM <urn:g> {}' ] .": "shape.unsafe",
    ":S sh:targetClass :P ; sh:node :T . :T sh:property [ sh:path :child ; sh:node :S ] .": "shape.recursive",
    ":S sh:targetClass :P ; sh:not :S .": "shape.recursive",
    ":S sh:targetClass :P ; sh:or ( [ sh:node :S ] [ sh:nodeKind sh:IRI ] ) .": "shape.recursive",
    ":S sh:targetClass :P ; sh:or ( [ sh:property [ sh:path :c ; sh:not [ sh:xone ( :S ) ] ] ] ) .": "shape.recursive",
    ":S sh:targetClass :P ; sh:property [ sh:path :c ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShape :S ] .": (
        "shape.recursive"
    ),
    ":S sh:targetClass :P ; sh:and _:l . _:l rdf:first :T ; rdf:rest _:l . :T sh:nodeKind sh:IRI .": "shape.value",
    ":S sh:targetClass :P ; sh:in _:l . _:l rdf:first 1 .": "shape.value",
    ":S sh:targetClass :P ; sh:property [ sh:path _:l ] . _:l rdf:first :a ; rdf:rest _:l .": "shape.path",
    ":S sh:targetClass :P ; sh:property [ sh:path [ sh:alternativePath ( :a ) ] ] .": "shape.path",
    f":S sh:targetClass :P ; sh:property [ sh:path ( {':a ' * 3000} ) ] .": "shape.path",
    f":S sh:targetClass :P ; sh:property [ sh:path {'[ sh:inversePath ' * 11} :a {']' * 11} ] .": "shape.path",
    f":S sh:targetClass :P ; sh:property [ sh:path {'[ sh:zeroOrMorePath ' * 3000} :a {']' * 3000} ] .": "shape.path",
    ":S sh:targetClass :P ; sh:node :T . :T sh:path :born .": "shape.path",
    ":S sh:targetClass :P ; sh:node :Missing .": "shape.unknown-shape",
    ":S sh:targetClass :P ; sh:property :Missing .": "shape.unknown-shape",
    ":S sh:targetClass :P ; sh:minCount 1 .": "shape.value",
    ":S sh:targetClass :P ; sh:lessThan :died .": "shape.value",
    ":S sh:targetClass :P ; sh:property [ sh:path :c ; sh:qualifiedMinCount 1 ] .": "shape.value",
    ":S sh:targetClass :P ; sh:property [ sh:path :c ; sh:qualifiedValueShape [ sh:class :P ] ] .": "shape.value",
    ":S sh:targetClass :P ; sh:ignoredProperties ( :a ) .": "shape.value",
    "[] a rdfs:Class, sh:NodeShape ; sh:nodeKind sh:IRI .": "shape.value",
    ":S sh:targetClass :P ; sh:expression [ sh:filterShape :T ; sh:nodes sh:this ] . :T sh:nodeKind sh:IRI .": (
        "shape.undetermined"
    ),
    ":S sh:targetClass :P ; sh:expression [ sh:count [ sh:path :child ] ] .": "shape.undetermined",
    ":S sh:targetClass :P ; sh:values [ sh:path :child ] .": "shape.undetermined",
    "<urn:x> sh:entailment <http://www.w3.org/ns/entailment/RDFS> .": "shape.undetermined",
    ":S sh:target [ a sh:SPARQLTarget ; sh:select 'SELECT ?this FROM <http://x/> { ?this ?p ?o }' ] .": "shape.unsafe",
    ":S sh:targetClass :P ; sh:sparql [ sh:select 'SELECT $this { $this :n ?n FILTER regex(?n, \"^(a+)+$\") }' ] .": (
        "shape.unsafe"
    ),
}


@pytest.mark.parametrize(("turtle", "code"), BAD.items())
def test_bad_shape_is_an_error_and_is_not_run(turtle, code):
    assert (code, "error") in find_codes(turtle)
    with pytest.raises(InvalidKnowledgeError) as caught:
        validate_graph([], parse(turtle))
    assert code in {v.code for v in caught.value.report.violations}


GOOD = [
    ":S sh:targetClass :P ; sh:property [ sh:path ( :child [ sh:zeroOrMorePath :child ] ) ; sh:minCount 0 ] .",
    ":S sh:targetClass :P ; sh:property [ sh:path :name ; sh:pattern '^[A-Z][a-z]+( [A-Z][a-z]+)*$' ] .",
    ":S sh:targetClass :P ; sh:sparql [ sh:select 'SELECT $this { $this :from ?from . # FROM here\\n }' ] .",
    ":S sh:targetClass :P ; sh:sparql [ sh:message 'x' ; sh:select 'SELECT $this { $this :p \"FROM\" }' ] .",
    ":S sh:targetClass :P ; sh:node :T . :T sh:node :U . :U sh:nodeKind sh:IRI . :V sh:targetClass :P ; sh:node :U .",
]


@pytest.mark.parametrize("turtle", GOOD)
def test_good_shape_has_no_errors(turtle):
    assert [code for code, severity in find_codes(turtle) if severity == "error"] == []


def test_warnings_do_not_stop_a_run():
    turtle = (
        ":S a sh:NodeShape ; sh:property [ sh:path :born ; sh:minCount 1 ] ."
        ":T sh:targetClass :P ; sh:property [ sh:path :born ; sh:minCount 2 ; sh:maxCount 1 ] ."
    )
    assert sorted(find_codes(turtle)) == [("shape.contradiction", "warning"), ("shape.no-target", "warning")]
    assert validate_graph([], parse(turtle)) == ()


def test_an_owl_class_as_shape_is_told_how_to_aim():
    (problem,) = find_shape_problems(parse(":P a owl:Class, sh:NodeShape ; sh:property [ sh:path :born ] ."))
    assert (problem.code, problem.severity) == ("shape.no-target", "warning")
    assert "sh:targetClass P" in problem.fix


def test_unknown_terms_are_suggested():
    shapes = parse(":S sh:targetClass :Persn ; sh:property [ sh:path :born ; sh:class :Place ] .")
    known = {f"<{K}Person>", f"<{K}born>", f"<{K}Place>"}
    (problem,) = find_shape_problems(shapes, known=known)
    assert (problem.code, problem.severity) == ("shape.unknown-term", "warning")
    assert "Person" in problem.fix


def test_a_misspelt_property_is_suggested():
    (problem,) = find_shape_problems(parse(":S sh:targetClass :P ; sh:property [ sh:path :p ; sh:minCout 1 ] ."))
    assert problem.fix == "Did you mean sh:minCount?"


def test_a_name_that_resembles_none_is_a_warning():
    assert find_codes(":S sh:targetClass :P ; sh:shade 1 .") == [("shape.unknown-property", "warning")]


def test_problem_is_placed_at_the_statement_or_what_holds_it():
    shapes = parse(":S sh:targetClass :P ; sh:property [ sh:path :born ; sh:minCount 'x' ] .")
    exact = Location("shapes.ttl", 4, 7)
    (problem,) = find_shape_problems(shapes, locate=lambda t: exact if t[1] == f"<{SH}minCount>" else None)
    assert problem.location == exact
    around = Location("shapes.ttl", 3, 1)
    (problem,) = find_shape_problems(shapes, locate=lambda t: around if t[1] == f"<{SH}property>" else None)
    assert problem.location == around


def test_sound_shapes_still_run_beside_a_bad_one():
    shapes = parse(
        ":Bad sh:targetClass :P ; sh:property [ sh:path :born ; sh:minCount 'x' ] ."
        ":Good sh:targetClass :P ; sh:property [ sh:path :name ; sh:minCount 1 ] ."
    )
    sound = select_sound_shapes(shapes, find_shape_problems(shapes))
    assert find_shape_problems(sound) == []
    assert ShapeIndex(sound).roots == (f"<{K}Good>",)
    data = parse(":ann a :P .")
    assert [r.path for r in validate_graph(data, sound)] == [f"<{K}name>"]


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*", "(a|ab)*", "(.*)*x", r"(\w+\s?)*$", "([0-9]+,?)+!", "((ab)+)+", "(ж+.)*", "(a?b?)*"]
)
def test_risky_patterns(pattern):
    assert find_pattern_risk(pattern)


@pytest.mark.parametrize("pattern", ["^([a-z]+ )*$", r"^\d{4}-\d{2}$", "(ab|cd)*", r"([a-z]+\.)+[a-z]{2,}", "((a+)b)*"])
def test_harmless_patterns(pattern):
    assert find_pattern_risk(pattern) == ""


PARTS = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "[^a]", ".", "c"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda p: f"(?:{p[0]}|{p[1]})"),
        st.tuples(inner, st.sampled_from("*+?")).map(lambda p: f"(?:{p[0]}){p[1]}"),
    ),
    max_leaves=5,
)


@given(pattern=PARTS, seed=st.sampled_from(["a", "b", "ab", "ac", "cb"]))
def test_patterns_let_through_are_not_exponential(pattern, seed):
    # Each part may be divided in one way only; several parts in a row leave a polynomial at worst.
    if find_pattern_problem(pattern) or find_pattern_risk(pattern):
        return
    text = seed * (24 // len(seed)) + "\x00"
    started = time.process_time()
    re.fullmatch(pattern, text)
    assert time.process_time() - started < 0.5
