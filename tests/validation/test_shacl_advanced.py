"""SHACL-AF: targets by query, functions and expressions are judged by pySHACL; what is not judged never passes."""

import pyoxigraph
import pytest

from workbench.validation.shacl import validate_graph
from workbench.validation.wellformed import find_shape_problems, select_sound_shapes

PREFIXES = """
@prefix : <https://example.org/kinship#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
: sh:declare [ sh:prefix '' ; sh:namespace 'https://example.org/kinship#'^^xsd:anyURI ] .
"""
K = "https://example.org/kinship#"
ANN, BOB = f"<{K}ann>", f"<{K}bob>"
DATA = ":ann a :Person ; :age 3 ; :size 4 . :bob a :Person ; :age 40 ; :size 40 ; :child :ann, :carl ."
SAME = """
:same a sh:SPARQLFunction ; sh:parameter [ sh:path :op1 ] , [ sh:path :op2 ] ; sh:returnType xsd:boolean ;
  sh:prefixes : ; sh:select 'SELECT ?result { BIND($op1 = $op2 AS ?result) }' .
"""


def parse(turtle):
    quads = pyoxigraph.parse((PREFIXES + turtle).encode(), format=pyoxigraph.RdfFormat.TURTLE)
    return [(str(q.subject), str(q.predicate), str(q.object)) for q in quads]


CASES = {
    "a target by query": (
        ":S sh:target [ a sh:SPARQLTarget ; sh:prefixes : ; sh:select"
        "  'SELECT ?this { ?this :age ?a FILTER(?a < 18) }' ] ; sh:property [ sh:path :guardian ; sh:minCount 1 ] .",
        {ANN},
    ),
    "a type of targets": (
        ":Younger a sh:SPARQLTargetType ; rdfs:subClassOf sh:Target ; sh:parameter [ sh:path :limit ] ;"
        "  sh:prefixes : ; sh:select 'SELECT ?this { ?this :age ?a FILTER(?a < $limit) }' ."
        ":S sh:target [ a :Younger ; :limit 18 ] ; sh:property [ sh:path :guardian ; sh:minCount 1 ] .",
        {ANN},
    ),
    "an expression with a function": (
        SAME + ":S sh:targetClass :Person ; sh:expression [ :same ( [ sh:path :age ] [ sh:path :size ] ) ] .",
        {ANN},
    ),
    "an expression with an intersection": (
        ":S sh:targetClass :Person ; sh:expression [ sh:intersection ( [ sh:path :adult ] true ) ] .",
        {ANN, BOB},
    ),
    "a function in a query": (
        SAME + ":S sh:targetClass :Person ; sh:sparql [ sh:prefixes : ; sh:select"
        "  'SELECT $this { $this :age ?a ; :size ?s FILTER(:same(?a, ?s)) }' ] .",
        {BOB},
    ),
    "a component": (
        ":Below a sh:ConstraintComponent ; sh:parameter [ sh:path :below ] ; sh:validator [ a sh:SPARQLAskValidator ;"
        "  sh:prefixes : ; sh:ask 'ASK { FILTER($value < $below) }' ] ."
        ":S sh:targetClass :Person ; sh:property [ sh:path :age ; :below 18 ] .",
        {BOB},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_judged(name):
    shapes, expected = CASES[name]
    # A core shape beside it is the engine's, and must not be disturbed.
    core = ":C sh:targetClass :Person ; sh:property [ sh:path :child ; sh:maxCount 1 ] ."
    triples = parse(shapes + core)
    assert [p.message for p in find_shape_problems(triples) if p.severity == "error"] == []
    results = validate_graph(parse(DATA), triples)
    others = [r for r in results if not r.component.endswith("MaxCountConstraintComponent>")]
    assert {r.focus for r in others} == expected
    assert [r.focus for r in results if r not in others] == [BOB]


def test_rules_are_undetermined_and_the_shape_does_not_pass():
    shapes = parse(
        ":R sh:targetClass :Person ; sh:rule [ a sh:TripleRule ; sh:subject sh:this ; sh:predicate :old ;"
        "  sh:object true ] ; sh:property [ sh:path :old ; sh:minCount 1 ] ."
        ":C sh:targetClass :Person ; sh:property [ sh:path :child ; sh:maxCount 1 ] ."
    )
    problems = find_shape_problems(shapes)
    assert [(p.code, p.severity, p.focus) for p in problems] == [("shape.undetermined", "error", f"<{K}R>")]
    results = validate_graph(parse(DATA), select_sound_shapes(shapes, problems))
    assert [r.focus for r in results] == [BOB]
