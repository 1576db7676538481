"""Shapes graphs read into values."""

from __future__ import annotations

from oracles.shape_graphs import read_turtle

from workbench.model.terms import RDF_TYPE
from workbench.solving.shapes.values import Path, Target, ValueAxiom
from workbench.validation.shape_conditions import read_shapes, read_value_axioms

T = "https://example.org/t#"


def name(text: str) -> str:
    return f"<{T}{text}>"


def test_every_core_component_is_read() -> None:
    shapes = read_shapes(
        read_turtle(
            """
            :S a sh:NodeShape ; sh:targetClass :C ; sh:targetNode :n ; sh:targetSubjectsOf :p ; sh:targetObjectsOf :q ;
               sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:severity sh:Warning ;
               sh:property :P, [ sh:path [ sh:inversePath :q ] ; sh:maxCount 3 ],
                 [ sh:path ( :a :b ) ; sh:minCount 1 ] ;
               sh:or ( [ sh:class :A ] [ sh:nodeKind sh:IRI ] ) ; sh:not [ sh:hasValue 3 ] .
            :P sh:path :p ; sh:minCount 1 ; sh:datatype xsd:integer ; sh:in ( 1 2 ) ; sh:pattern "a" ; sh:flags "i" ;
               sh:minInclusive 1 ; sh:maxExclusive 5 ; sh:minLength 1 ; sh:languageIn ( "en" ) ; sh:uniqueLang true ;
               sh:equals :q ; sh:disjoint :r ; sh:lessThan :s ; sh:lessThanOrEquals :t ; sh:node :N ;
               sh:qualifiedValueShape [ sh:class :A ] ; sh:qualifiedMinCount 2 .
            :N a sh:NodeShape ; sh:deactivated true ; sh:nodeKind sh:IRI .
            """
        )
    )
    shape = shapes[name("S")]
    assert shape.severity == "Warning"
    assert set(shape.targets) == {
        Target("class", name("C")), Target("node", name("n")), Target("subjectsOf", name("p")),
        Target("objectsOf", name("q")),
    }  # fmt: skip
    assert sorted(c.component for c in shape.conditions) == ["closed", "not", "or", "property", "property", "property"]
    (closed,) = (c for c in shape.conditions if c.component == "closed")
    assert set(closed.values) == {RDF_TYPE, name("p")}
    paths = {shapes[c.shapes[0]].path for c in shape.conditions if c.component == "property"}
    assert paths == {Path(name("p")), Path(name("q"), inverse=True), Path(f"{name('a')}/{name('b')}", opaque=True)}
    parts = {c.component: c for c in shapes[name("P")].conditions}
    assert set(parts) == set(
        "minCount datatype in pattern minInclusive maxExclusive minLength languageIn uniqueLang equals disjoint "
        "lessThan lessThanOrEquals node qualifiedMinCount".split()
    )
    assert parts["pattern"].flags == "i" and parts["qualifiedMinCount"].number == 2
    assert shapes[name("N")].conditions == ()


def test_what_is_not_understood_is_open() -> None:
    shapes = read_shapes(
        read_turtle(
            """
            :S a sh:NodeShape ; sh:targetClass :C ; sh:sparql [ sh:select "SELECT $this WHERE {}" ] ;
               sh:property [ sh:path :p ; sh:minCount "x" ] ; :custom 3 .
            :K a sh:ConstraintComponent ; sh:parameter [ sh:path :custom ] .
            """
        )
    )
    assert sorted(c.component for c in shapes[name("S")].conditions) == ["open", "open", "property"]
    (inner,) = (shapes[c.shapes[0]] for c in shapes[name("S")].conditions if c.component == "property")
    assert [c.component for c in inner.conditions] == ["open"]


def test_implicit_targets_and_siblings() -> None:
    shapes = read_shapes(
        read_turtle(
            """
            @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
            :C a sh:NodeShape, rdfs:Class ; sh:property
               [ sh:path :p ; sh:qualifiedValueShape :A ; sh:qualifiedMinCount 1 ;
                 sh:qualifiedValueShapesDisjoint true ],
               [ sh:path :p ; sh:qualifiedValueShape :B ; sh:qualifiedMaxCount 1 ] .
            """
        )
    )
    assert shapes[name("C")].targets == (Target("class", name("C")),)
    counted = [c for shape in shapes.values() for c in shape.conditions if c.component.startswith("qualified")]
    assert {(c.shapes, c.siblings) for c in counted} == {((name("A"),), (name("B"),)), ((name("B"),), ())}


def test_axioms_about_values() -> None:
    triples = read_turtle(
        """
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
        :p a owl:ObjectProperty ; rdfs:range :C . :q a owl:DatatypeProperty ; rdfs:range xsd:date .
        :r rdfs:range rdfs:Literal .
        """
    )
    assert {axiom[:2] for axiom in read_value_axioms(triples)} == {
        (name("p"), "resource"), (name("q"), "literal"),
        (name("q"), "<http://www.w3.org/2001/XMLSchema#date>"), (name("r"), "literal"),
    }  # fmt: skip
    assert isinstance(read_value_axioms(triples)[0], ValueAxiom)
