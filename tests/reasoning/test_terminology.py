"""Compiled axioms: each construct by hand, closures against owlrl, and files that mean harm."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

from workbench.formats.rdf import parse_rdf
from workbench.formats.rules_printer import print_rule
from workbench.model.terms import OWL, RDF, RDF_TYPE, RDFS, XSD, Triple
from workbench.model.theory import Theory
from workbench.reasoning.closure import reason
from workbench.reasoning.terminology import Terminology, compile_axioms

NS = "https://example.org/t#"
PREFIXES = {"": NS, "owl": OWL, "xsd": XSD}
HEAD = "".join(f"@prefix {name}: <{iri}> . " for name, iri in {**PREFIXES, "rdf": RDF, "rdfs": RDFS}.items())


def read(turtle: str) -> tuple[Triple, ...]:
    parsed = parse_rdf((HEAD + turtle).encode(), "t.ttl")
    assert not parsed.violations
    return parsed.triples


def compile_text(turtle: str) -> Terminology:
    return compile_axioms(read(turtle))


def say(terminology: Terminology) -> set[str]:
    return {" ".join(print_rule(rule, PREFIXES).split()) for rule in terminology.rules}


def shorten(rules: set[str]) -> set[str]:
    """A name of the default prefix is printed bare."""
    return {re.sub(r"(?<![\w?]):", "", rule) for rule in rules}


@pytest.mark.parametrize(
    ("turtle", "rules", "reasons"),
    [
        (":A rdfs:subClassOf :B .", {":A(?x) -> :B(?x)"}, 0),
        (":A owl:equivalentClass :B .", {":A(?x) -> :B(?x)", ":B(?x) -> :A(?x)"}, 0),
        (":A rdfs:subClassOf :A , owl:Thing .", set(), 0),
        (":A rdfs:subClassOf owl:Nothing .", {":A(?x) -> false"}, 0),
        ("owl:Nothing rdfs:subClassOf :A .", set(), 0),
        ("owl:Thing rdfs:subClassOf :A .", set(), 1),
        (":p rdfs:subPropertyOf :q .", {":p(?x, ?y) -> :q(?x, ?y)"}, 0),
        (":p rdfs:subPropertyOf owl:topObjectProperty . owl:bottomObjectProperty rdfs:subPropertyOf :p .", set(), 0),
        (":p rdfs:subPropertyOf owl:bottomObjectProperty .", {":p(?x, ?y) -> false"}, 0),
        ("owl:topObjectProperty rdfs:subPropertyOf :p .", set(), 1),
        (":p owl:equivalentProperty :q .", {":p(?x, ?y) -> :q(?x, ?y)", ":q(?x, ?y) -> :p(?x, ?y)"}, 0),
        (":p owl:inverseOf :q .", {":p(?x, ?y) -> :q(?y, ?x)", ":q(?x, ?y) -> :p(?y, ?x)"}, 0),
        (":p rdfs:subPropertyOf [ owl:inverseOf :q ] .", {":p(?x, ?y) -> :q(?y, ?x)"}, 0),
        (":p rdfs:domain :A ; rdfs:range :B .", {":p(?x, ?y) -> :A(?x)", ":p(?x, ?y) -> :B(?y)"}, 0),
        (":p rdfs:range xsd:integer , rdfs:Literal , :Size . :Size a rdfs:Datatype .", set(), 0),
        (":p owl:propertyChainAxiom ( :q :r :s ) .", {":q(?x, ?y) ^ :r(?y, ?z) ^ :s(?z, ?u) -> :p(?x, ?u)"}, 0),
        (":p owl:propertyChainAxiom ( [ owl:inverseOf :q ] :r ) .", {":q(?y, ?x) ^ :r(?y, ?z) -> :p(?x, ?z)"}, 0),
        (":p a owl:SymmetricProperty .", {":p(?x, ?y) -> :p(?y, ?x)"}, 0),
        (":p a owl:TransitiveProperty .", {":p(?x, ?y) ^ :p(?y, ?z) -> :p(?x, ?z)"}, 0),
        (":p a owl:FunctionalProperty .", {":p(?x, ?y) ^ :p(?x, ?z) ^ ?y != ?z -> false"}, 0),
        (":p a owl:InverseFunctionalProperty .", {":p(?x, ?y) ^ :p(?z, ?y) ^ ?x != ?z -> false"}, 0),
        (":p a owl:AsymmetricProperty .", {":p(?x, ?y) ^ :p(?y, ?x) -> false"}, 0),
        (":p a owl:IrreflexiveProperty .", {":p(?x, ?x) -> false"}, 0),
        (":p a owl:ReflexiveProperty .", set(), 1),
        ("[] owl:inverseOf :p ; a owl:ObjectProperty .", set(), 0),
        ("[] owl:inverseOf :p ; a owl:SymmetricProperty .", set(), 1),
        (":A owl:disjointWith :B .", {":A(?x) ^ :B(?x) -> false"}, 0),
        (":p owl:propertyDisjointWith :q .", {":p(?x, ?y) ^ :q(?x, ?y) -> false"}, 0),
        (
            "[] a owl:AllDisjointClasses ; owl:members ( :A :B :C ) .",
            {":A(?x) ^ :B(?x) -> false", ":A(?x) ^ :C(?x) -> false", ":B(?x) ^ :C(?x) -> false"},
            0,
        ),
        (
            "[] a owl:AllDisjointProperties ; owl:members ( :p :q ) .",
            {":p(?x, ?y) ^ :q(?x, ?y) -> false"},
            0,
        ),
        (":A owl:complementOf :B .", {":A(?x) ^ :B(?x) -> false"}, 1),
        (
            ":A owl:disjointUnionOf ( :B :C ) .",
            {":B(?x) -> :A(?x)", ":C(?x) -> :A(?x)", ":B(?x) ^ :C(?x) -> false"},
            1,
        ),
        (
            ":A rdfs:subClassOf [ owl:intersectionOf ( :B [ a owl:Restriction ; owl:onProperty :p ; "
            "owl:someValuesFrom :C ] ) ] .",
            {":A(?x) -> :B(?x)"},
            1,
        ),
        (
            "owl:Thing rdfs:subClassOf [ owl:intersectionOf ( :A [ owl:onProperty :p ; owl:allValuesFrom :B ] ) ] .",
            {":p(?x, ?y) -> :B(?y)"},
            1,
        ),
        (
            "[ owl:intersectionOf ( :A [ owl:unionOf ( :B :C ) ] ) ] rdfs:subClassOf :D .",
            {":A(?x) ^ :B(?x) -> :D(?x)", ":A(?x) ^ :C(?x) -> :D(?x)"},
            0,
        ),
        (":A rdfs:subClassOf [ owl:unionOf ( :B :C ) ] .", set(), 1),
        (
            "[ owl:onProperty :p ; owl:someValuesFrom [ owl:onProperty :q ; owl:someValuesFrom :A ] ] "
            "rdfs:subClassOf :B .",
            {":p(?x, ?y) ^ :q(?y, ?z) ^ :A(?z) -> :B(?x)"},
            0,
        ),
        ("[ owl:onProperty :p ; owl:someValuesFrom owl:Thing ] rdfs:subClassOf :B .", {":p(?x, ?y) -> :B(?x)"}, 0),
        ("[ owl:onProperty :p ; owl:someValuesFrom rdfs:Literal ] rdfs:subClassOf :B .", {":p(?x, ?y) -> :B(?x)"}, 0),
        ("[ owl:onProperty :p ; owl:someValuesFrom xsd:integer ] rdfs:subClassOf :B .", set(), 1),
        ("[ owl:onProperty :p ; owl:minCardinality 1 ] rdfs:subClassOf :B .", {":p(?x, ?y) -> :B(?x)"}, 0),
        (
            "[ owl:onProperty :p ; owl:minCardinality 2 ] rdfs:subClassOf :B .",
            {":p(?x, ?y) ^ :p(?x, ?z) ^ ?y != ?z -> :B(?x)"},
            0,
        ),
        (
            "[ owl:onProperty :p ; owl:minQualifiedCardinality 2 ; owl:onClass :A ] rdfs:subClassOf :B .",
            {":p(?x, ?y) ^ :p(?x, ?z) ^ :A(?y) ^ :A(?z) ^ ?y != ?z -> :B(?x)"},
            0,
        ),
        ("[ owl:onProperty :p ; owl:minCardinality 0 ] rdfs:subClassOf :B .", set(), 1),
        ("[ owl:onProperty :p ; owl:minCardinality 7 ] rdfs:subClassOf :B .", set(), 1),
        ("[ owl:onProperty :p ; owl:maxCardinality 2 ] rdfs:subClassOf :B .", set(), 1),
        ("[ owl:onProperty :p ; owl:cardinality 2 ] rdfs:subClassOf :B .", set(), 1),
        (
            "[ owl:onProperty :p ; owl:minQualifiedCardinality 1 ; owl:onClass :A ] rdfs:subClassOf :B .",
            {":p(?x, ?y) ^ :A(?y) -> :B(?x)"},
            0,
        ),
        ("[ owl:onProperty :p ; owl:allValuesFrom :A ] rdfs:subClassOf :B .", set(), 1),
        ("[ owl:onProperty :p ; owl:hasValue :a ] rdfs:subClassOf :B .", {":p(?x, :a) -> :B(?x)"}, 0),
        (":A rdfs:subClassOf [ owl:onProperty :p ; owl:hasValue :a ] .", {":A(?x) -> :p(?x, :a)"}, 0),
        (
            ":A owl:equivalentClass [ owl:onProperty :p ; owl:hasSelf true ] .",
            {":A(?x) -> :p(?x, ?x)", ":p(?x, ?x) -> :A(?x)"},
            0,
        ),
        (":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B ] .", {":A(?x) ^ :p(?x, ?y) -> :B(?y)"}, 0),
        (":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom xsd:integer ] .", set(), 0),
        (":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 0 ] .", {":A(?x) ^ :p(?x, ?y) -> false"}, 0),
        (
            ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 1 ] .",
            {":A(?x) ^ :p(?x, ?y) ^ :p(?x, ?z) ^ ?y != ?z -> false"},
            0,
        ),
        (
            ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxQualifiedCardinality 1 ; owl:onClass :B ] .",
            {":A(?x) ^ :p(?x, ?y) ^ :p(?x, ?z) ^ :B(?y) ^ :B(?z) ^ ?y != ?z -> false"},
            0,
        ),
        # Without the range this would forbid two values of any kind.
        (
            ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxQualifiedCardinality 1 ; owl:onDataRange xsd:integer ] .",
            set(),
            1,
        ),
        (
            ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 2 ] .",
            {
                ":A(?x) ^ :p(?x, ?y) ^ :p(?x, ?z) ^ :p(?x, ?u) ^ ?y != ?z ^ ?y != ?u ^ ?z != ?u -> false",
            },
            0,
        ),
        (
            ":A rdfs:subClassOf [ owl:onProperty :p ; owl:cardinality 1 ] .",
            {":A(?x) ^ :p(?x, ?y) ^ :p(?x, ?z) ^ ?y != ?z -> false"},
            1,
        ),
        (
            ":A rdfs:subClassOf [ owl:onProperty :p ; owl:qualifiedCardinality 0 ; owl:onClass :B ] .",
            {":A(?x) ^ :p(?x, ?y) ^ :B(?y) -> false"},
            0,
        ),
        (":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 6 ] .", set(), 1),
        (":A rdfs:subClassOf [ owl:onProperty :p ; owl:minCardinality 0 ] .", set(), 0),
        (":A rdfs:subClassOf [ owl:onProperty :p ; owl:minCardinality 1 ] .", set(), 1),
        (":A rdfs:subClassOf [ owl:complementOf :B ] .", {":A(?x) ^ :B(?x) -> false"}, 0),
        ("[ owl:complementOf :A ] rdfs:subClassOf :B .", set(), 1),
        (":A owl:oneOf ( :a :b ) .", {"?x = :a -> :A(?x)", "?x = :b -> :A(?x)"}, 1),
        (":A owl:unionOf ( :B :C ) .", {":B(?x) -> :A(?x)", ":C(?x) -> :A(?x)"}, 1),
        (
            ":A owl:intersectionOf ( :B :C ) .",
            {":A(?x) -> :B(?x)", ":A(?x) -> :C(?x)", ":B(?x) ^ :C(?x) -> :A(?x)"},
            0,
        ),
        (":S a rdfs:Datatype ; owl:oneOf ( 1 2 ) .", set(), 1),
        (":a a [ owl:onProperty :p ; owl:allValuesFrom :B ] .", {":p(:a, ?y) -> :B(?y)"}, 0),
        (":a a [ owl:complementOf :B ] .", {":B(:a) -> false"}, 0),
        (":a a [ owl:onProperty :p ; owl:someValuesFrom :B ] .", set(), 1),
        (
            "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :a ; owl:assertionProperty :p ; "
            "owl:targetIndividual :b .",
            {":p(:a, :b) -> false"},
            0,
        ),
        (
            "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :a ; owl:assertionProperty :p ; "
            "owl:targetValue 1 .",
            {":p(:a, ?x) ^ ?x = 1 -> false"},
            0,
        ),
        (
            "[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :a ; owl:assertionProperty :p ; "
            'owl:targetValue "x" .',
            {':p(:a, "x") -> false'},
            0,
        ),
        ("[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :a ; owl:assertionProperty :p .", set(), 1),
        (":A owl:hasKey ( :p ) .", set(), 1),
        (":a owl:sameAs :b .", set(), 1),
        (':a :p :b ; a :A ; rdfs:label "a" . :p a owl:ObjectProperty .', set(), 0),
    ],
)
def test_construct(turtle: str, rules: set[str], reasons: int) -> None:
    terminology = compile_text(turtle)
    assert say(terminology) == shorten(rules)
    assert len(terminology.unsupported) == reasons, terminology.unsupported


def test_rules_carry_their_axioms_and_have_one_name_each() -> None:
    turtle = (
        ":A rdfs:subClassOf :B . :A owl:equivalentClass :B . "
        ":p rdfs:domain :A . <https://other.example/p> rdfs:domain :A ."
    )
    terminology = compile_text(turtle)
    names = [rule.name for rule in terminology.rules]
    assert names == sorted(set(names)) and len(names) == 4
    by_rule = {" ".join(print_rule(r, PREFIXES).split()): r.axioms for r in terminology.rules}
    assert {a[1] for a in by_rule["A(?x) -> B(?x)"]} == {f"<{RDFS}subClassOf>", f"<{OWL}equivalentClass>"}
    stated = set(read(turtle))
    assert all(rule.axioms and set(rule.axioms) <= stated for rule in terminology.rules)


def test_order_of_the_triples_does_not_matter() -> None:
    triples = read(":p owl:inverseOf :q . :A rdfs:subClassOf [ owl:unionOf ( :B :C ) ] . :A owl:oneOf ( :a ) .")
    assert compile_axioms(reversed(triples)) == compile_axioms(triples)


def test_enumeration_names_its_members() -> None:
    theory = Theory.build(compile_text(":A owl:oneOf ( :a :b ) . :A rdfs:subClassOf :B .").rules)
    facts = set(reason(theory, []).facts())
    assert {(f"<{NS}{i}>", RDF_TYPE, f"<{NS}{c}>") for i in "ab" for c in "AB"} == facts


@pytest.mark.parametrize(
    "turtle",
    [
        "_:a owl:intersectionOf ( _:a :B ) . _:a rdfs:subClassOf :C .",
        "_:a owl:unionOf ( _:a _:a ) . :C rdfs:subClassOf _:a . _:a rdfs:subClassOf :C .",
        "_:a owl:onProperty :p ; owl:someValuesFrom _:a . _:a rdfs:subClassOf :C .",
        "_:a owl:onProperty :p ; owl:allValuesFrom _:a . :C rdfs:subClassOf _:a .",
        "_:a owl:complementOf _:a . :C rdfs:subClassOf _:a .",
        "_:p owl:inverseOf _:p . :q rdfs:subPropertyOf _:p . _:p rdfs:subPropertyOf :q .",
        "_:l rdf:first :A ; rdf:rest _:l . [] owl:intersectionOf _:l ; rdfs:subClassOf :C .",
        "_:l rdf:first :A . [] owl:unionOf _:l ; rdfs:subClassOf :C .",
        "[] owl:unionOf :nowhere ; rdfs:subClassOf :C .",
        "_:l rdf:first :A , :B ; rdf:rest rdf:nil . [] owl:unionOf _:l ; rdfs:subClassOf :C .",
        ':p owl:propertyChainAxiom _:l . _:l rdf:first :q ; rdf:rest "x" .',
        ":p owl:propertyChainAxiom rdf:nil .",
        "[] a owl:AllDisjointClasses ; owl:members _:l . _:l rdf:first :A ; rdf:rest _:l .",
        "[] rdfs:subClassOf :C .",
    ],
)
def test_broken_and_circular_structures_are_reported(turtle: str) -> None:
    terminology = compile_text(turtle)
    assert terminology.rules == () and terminology.unsupported


def test_what_would_explode_is_refused() -> None:
    nested = ":A rdfs:subClassOf " + "[ owl:onProperty :p ; owl:allValuesFrom " * 300 + ":B" + " ]" * 300 + " ."
    doubled = "".join(f"_:b{i} owl:intersectionOf ( _:b{i + 1} _:b{i + 1} ) . " for i in range(35))
    unions = " ".join(f"[ owl:unionOf ( :A{i} :B{i} ) ]" for i in range(30))
    members = " ".join(f":A{i}" for i in range(600))
    for turtle in (
        nested,
        doubled + "_:b35 owl:unionOf ( :A :B ) . _:b0 rdfs:subClassOf :C .",
        f"[ owl:intersectionOf ( {unions} ) ] rdfs:subClassOf :C .",
        f"[] a owl:AllDisjointClasses ; owl:members ( {members} ) .",
    ):
        terminology = compile_text(turtle)
        assert terminology.rules == () and len(terminology.unsupported) == 1


def test_pizza_compiles(shared_data: Path) -> None:
    parsed = parse_rdf((shared_data / "pizza" / "pizza.owl").read_bytes(), "pizza.owl")
    terminology = compile_axioms(parsed.triples)
    assert len(terminology.rules) > 300
    stated = set(parsed.triples)
    assert terminology.unsupported and {u.axiom for u in terminology.unsupported} <= stated
    # Every subclass axiom is in the theory, is reported, or says nothing.
    compiled = {axiom for rule in terminology.rules for axiom in rule.axioms}
    reported = {u.axiom for u in terminology.unsupported}
    for axiom in stated:
        if axiom[1] == f"<{RDFS}subClassOf>" and axiom[2] != f"<{OWL}Thing>":
            assert axiom in compiled or axiom in reported


@pytest.mark.slow  # owlrl takes its time
def test_closure_equals_owlrl_on_the_family_history(shared_data: Path) -> None:
    import owlrl
    from rdflib import OWL as OWL_TERMS
    from rdflib import RDFS as RDFS_TERMS
    from rdflib import Graph, URIRef

    data = (shared_data / "fhkb" / "rdfxml" / "fhkb_ch10_merged.ttl").read_bytes()
    triples = parse_rdf(data, "fhkb.ttl").triples
    terminology = compile_axioms(triples)
    individuals = {s for s, p, o in triples if p == RDF_TYPE and o == f"<{OWL}NamedIndividual>"}
    schema = (f"<{OWL}", f"<{RDFS}", f"<{RDF}", "_:")

    def select(facts: set[Triple]) -> set[Triple]:
        """Facts about named individuals, of the ontology's own classes and properties."""
        return {
            (s, p, o)
            for s, p, o in facts
            if s in individuals
            and (o in individuals if p != RDF_TYPE else not o.startswith(schema))
            and (p == RDF_TYPE or not p.startswith(schema))
        }

    # Restrictions are not asked of owlrl where we have no rule for them: the comparison is about the axioms we compile.
    stated = [t for t in triples if t[1] == RDF_TYPE or not t[1].startswith(schema)]
    facts = [t for t in stated if not t[2].startswith(schema)]
    ours = select(set(reason(Theory.build(r for r in terminology.rules if r.head), facts).facts()))

    # Declarations and texts only make owlrl slower: nothing about individuals follows from them.
    mute = (OWL_TERMS.NamedIndividual, OWL_TERMS.Class, OWL_TERMS.Restriction, OWL_TERMS.ObjectProperty)
    graph = Graph()
    for triple in Graph().parse(data=data, format="turtle"):
        if triple[2] not in mute and triple[1] not in (RDFS_TERMS.label, RDFS_TERMS.comment):
            graph.add(triple)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    theirs = select({
        (f"<{s}>", f"<{p}>", f"<{o}>")
        for s, p, o in graph
        if isinstance(s, URIRef) and isinstance(p, URIRef) and isinstance(o, URIRef)
    })  # fmt: skip
    assert len(ours) > 1000
    assert not ours - theirs, sorted(ours - theirs)[:5]
    assert not theirs - ours, sorted(theirs - ours)[:5]
