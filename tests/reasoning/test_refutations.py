"""Every kind of statement that excludes another: refuted with a proof, inconsistent when stated, and what stays open.

Each verdict is judged by the independent checker, by the naive evaluator and, where no values are compared, by clingo.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import pytest
from oracles import asp, naive

from workbench.build.explaining import refute
from workbench.checker import Checker
from workbench.formats.rdf import parse_rdf
from workbench.formats.rules_parser import parse_rules
from workbench.model.proofs import FALSE, ModelPair, Refutation
from workbench.model.terms import OWL, RDF, RDF_TYPE, RDFS, XSD, Triple
from workbench.model.theory import Theory
from workbench.reasoning.closure import Closure, reason
from workbench.reasoning.contradictions import find_contradictions
from workbench.reasoning.terminology import compile_axioms
from workbench.solving.certificates import judge_models, judge_world

NS = "https://example.org/t#"
HEAD = "".join(
    f"@prefix {name}: <{iri}> . " for name, iri in {"": NS, "owl": OWL, "xsd": XSD, "rdf": RDF, "rdfs": RDFS}.items()
)


def read(turtle: str) -> tuple[Triple, ...]:
    parsed = parse_rdf((HEAD + turtle).encode(), "t.ttl")
    assert not parsed.violations
    return parsed.triples


class Case(NamedTuple):
    """Axioms (or rules), facts that are consistent, what is then false, and what is still open."""

    name: str
    axioms: str
    facts: str
    false: str
    open: str
    closed: tuple[str, ...] = ()
    rules: str = ""
    hidden: str = ""
    """What the refutation of a derived closed fact would be looking for."""


def restrict(kind: str, number: int, more: str = "") -> str:
    return f":A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:{kind} {number} {more} ] ."


def deny(target: str) -> str:
    return f"[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :a ; owl:assertionProperty :p ; {target} ."


ON_B = "; owl:onClass :B"
MANY = ", ".join(f":v{n}" for n in range(4))
CASES = [
    Case("disjointWith", ":A owl:disjointWith :B .", ":x a :A .", ":x a :B .", ":y a :B ."),
    Case(
        "disjointWith-derived",
        ":A owl:disjointWith :B . :C rdfs:subClassOf :B . :p rdfs:domain :C .",
        ":x a :A .",
        ":x :p :y .",
        ":y :p :x .",
    ),
    Case(
        "AllDisjointClasses",
        "[] a owl:AllDisjointClasses ; owl:members ( :A :B :C ) .",
        ":x a :A .",
        ":x a :C .",
        ":x a :D .",
    ),
    Case("disjointUnionOf", ":U owl:disjointUnionOf ( :A :B ) .", ":x a :A .", ":x a :B .", ":y a :U ."),
    Case("Functional", ":p a owl:FunctionalProperty .", ":x :p :y .", ":x :p :z .", ":z :p :y ."),
    Case("Functional-values", ":p a owl:FunctionalProperty .", ":x :p 1 .", ":x :p 2 .", ":x :p 1.0 ."),
    Case("Functional-blank", ":p a owl:FunctionalProperty .", ":x :p :y .", ":x :p :z .", ":x :p _:b ."),
    Case("InverseFunctional", ":p a owl:InverseFunctionalProperty .", ":x :p :y .", ":z :p :y .", ":x :p :z ."),
    Case("InverseFunctional-blank", ":p a owl:InverseFunctionalProperty .", ":x :p :y .", ":z :p :y .", "_:b :p :y ."),
    Case("Asymmetric", ":p a owl:AsymmetricProperty .", ":x :p :y .", ":y :p :x .", ":y :p :z ."),
    Case("Irreflexive", ":p a owl:IrreflexiveProperty .", ":x :p :y .", ":x :p :x .", ":y :p :x ."),
    Case("maxCardinality-0", restrict("maxCardinality", 0), ":x a :A .", ":x :p :y .", ":y :p :x ."),
    Case("maxCardinality-1", restrict("maxCardinality", 1), ":x a :A ; :p :y .", ":x :p :z .", ":y :p :z ."),
    Case("maxCardinality-2", restrict("maxCardinality", 2), ":x a :A ; :p :y, :z .", ":x :p :u .", ":x :p _:b ."),
    Case("maxCardinality-4", restrict("maxCardinality", 4), f":x a :A ; :p {MANY} .", ":x :p :u .", ":y :p :u ."),
    Case("maxCardinality-values", restrict("maxCardinality", 2), ":x a :A ; :p 1, 2 .", ":x :p 3 .", ":x :p 2.0 ."),
    Case("maxCardinality-class", restrict("maxCardinality", 2), ":x :p :y, :z, :u .", ":x a :A .", ":y a :A ."),
    Case("cardinality-exact", restrict("cardinality", 2), ":x a :A ; :p :y, :z .", ":x :p :u .", ":u :p :x ."),
    Case(
        "maxQualifiedCardinality",
        restrict("maxQualifiedCardinality", 2, ON_B),
        ":x a :A ; :p :y, :z, :u . :y a :B . :z a :B .",
        ":u a :B .",
        ":x :p :w .",
    ),
    Case(
        "qualifiedCardinality-0",
        restrict("qualifiedCardinality", 0, ON_B),
        ":x a :A ; :p :y .",
        ":y a :B .",
        ":x :p :z .",
    ),
    Case(
        "minCardinality-left",
        "[ owl:onProperty :p ; owl:minCardinality 3 ] rdfs:subClassOf :B . :A owl:disjointWith :B .",
        ":x a :A ; :p :y, :z .",
        ":x :p :u .",
        ":x :p _:b .",
    ),
    Case("negative-object", deny("owl:targetIndividual :y"), ":a :p :z .", ":a :p :y .", ":y :p :a ."),
    Case("negative-data", deny("owl:targetValue 1"), ":a :p 2 .", ":a :p 1.0 .", ":a :p 3 ."),
    Case("negative-text", deny('owl:targetValue "one"'), ":a :p 2 .", ':a :p "one" .', ':a :p "One" .'),
    Case("complementOf", ":A owl:complementOf :B .", ":x a :A .", ":x a :B .", ":y a :B ."),
    Case(
        "subclass-of-complement", ":A rdfs:subClassOf [ owl:complementOf :B ] .", ":x a :B .", ":x a :A .", ":y a :A ."
    ),
    Case("type-complement", ":x a [ owl:complementOf :B ] .", ":y a :B .", ":x a :B .", ":z a :B ."),
    Case("Nothing", ":A rdfs:subClassOf owl:Nothing .", ":x a :B .", ":x a :A .", ":y a :B ."),
    Case("propertyDisjointWith", ":p owl:propertyDisjointWith :q .", ":x :p :y .", ":x :q :y .", ":y :q :x ."),
    Case(
        "AllDisjointProperties",
        "[] a owl:AllDisjointProperties ; owl:members ( :p :q :r ) .",
        ":x :q :y .",
        ":x :r :y .",
        ":y :r :x .",
    ),
    Case(
        "constraint",
        "",
        ":x :born 1950 ; :p :y .",
        ":y :born 1945 .",
        ":y :born 1970 .",
        rules="constraint later\n  p(?x, ?y) ^ born(?x, ?a) ^ born(?y, ?b) -> ?a < ?b",
    ),
    Case(
        "constraint-false",
        "",
        ":x a :A .",
        ":x :p :x .",
        ":y :p :y .",
        rules="constraint no\n  A(?x) ^ p(?x, ?y) -> false",
    ),
    Case("closed-property", "", ":x :p :y .", ":y :p :x .", ":y :q :x .", closed=("p",)),
    Case("closed-class", "", ":x a :A .", ":y a :A .", ":y a :B .", closed=("A",)),
    Case(
        "closed-consequence",
        ":B rdfs:subClassOf :A .",
        ":x a :A .",
        ":y a :B .",
        ":y a :C .",
        closed=("A",),
        hidden=":y a :A .",
    ),
    Case(
        "closed-negation",
        "",
        ":x a :A .",
        ":x a :C .",
        ":y a :C .",
        closed=("B",),
        rules="rule r\n  A(?x) ^ not B(?x) -> D(?x)\n\nconstraint c\n  D(?x) ^ C(?x) -> false",
    ),
]


def make(case: Case) -> tuple[Theory, tuple[Triple, ...], Closure]:
    axioms = read(case.axioms)
    terminology = compile_axioms(axioms)
    parsed = parse_rules(f"prefix : <{NS}>\n\n{case.rules}\n", "t.rules", {"": NS})
    assert not parsed.violations
    theory = Theory.build((*terminology.rules, *parsed.rules), [f"<{NS}{name}>" for name in case.closed])
    facts = read(case.facts)
    return theory, facts, reason(theory, facts)


CHECK: Callable[[Case], str] = lambda case: case.name  # noqa: E731


@pytest.mark.parametrize("case", CASES, ids=CHECK)
def test_what_is_excluded_is_refuted_with_a_proof(case: Case) -> None:
    theory, facts, closure = make(case)
    (statement,) = read(case.false)
    assert not closure.batch.find_inconsistent_worlds()[0] and not closure.is_entailed(statement)
    evidence = refute(closure, statement)
    assert isinstance(evidence, Refutation)
    assert Checker(theory, facts).check_evidence(evidence) == ()
    is_itself_closed = (statement[2] if statement[1] == RDF_TYPE else statement[1]) in theory.closed
    assert (evidence.proof is None) == is_itself_closed
    reference = naive.evaluate(theory, facts)
    extended = naive.evaluate(theory, [*facts, statement], frozenset(reference.heights))
    if evidence.proof is not None:
        assert set(evidence.proof.steps) <= extended.steps
        assert evidence.proof.goal == (read(case.hidden)[0] if case.hidden else FALSE)
        assert statement in evidence.proof.leaves


@pytest.mark.parametrize("case", [c for c in CASES if not c.closed], ids=CHECK)
def test_what_is_excluded_makes_the_facts_inconsistent_when_stated(case: Case) -> None:
    theory, facts, _ = make(case)
    (statement,) = read(case.false)
    closure = reason(theory, (*facts, statement))
    assert closure.batch.find_inconsistent_worlds()[0]
    assert naive.evaluate(theory, (*facts, statement)).contradictions
    assert Checker(theory, (*facts, statement)).contradictions
    found = find_contradictions(closure.batch).items
    assert found and all(statement in item.facts for item in found)
    # Nothing explodes: the contradiction makes no other fact follow.
    assert {*closure.facts()} == {*naive.evaluate(theory, (*facts, statement)).heights}


@pytest.mark.parametrize("case", CASES, ids=CHECK)
def test_what_is_open_has_both_models(case: Case) -> None:
    theory, facts, closure = make(case)
    (statement,) = read(case.open)
    evidence = refute(closure, statement)
    assert isinstance(evidence, ModelPair)
    assert Checker(theory, facts).check_evidence(evidence) == ()
    assert judge_models(theory, facts, evidence).ok
    reference = frozenset(naive.evaluate(theory, facts).heights)
    extended = naive.evaluate(theory, [*facts, statement], reference)
    assert not extended.contradictions
    assert {*evidence.with_statement, *facts, statement} == {*extended.heights}


VALUES = ("Functional-values", "maxCardinality-values", "negative-data", "negative-text", "constraint")
"""What compares values; clingo's numbers for terms know names only."""


@pytest.mark.parametrize("case", [c for c in CASES if c.name not in VALUES and not c.closed], ids=CHECK)
def test_clingo_agrees(case: Case) -> None:
    theory, facts, _ = make(case)
    for text, expected in ((case.false, True), (case.open, False)):
        (statement,) = read(text)
        if "_:" in "".join(statement):
            continue  # a blank node is no name
        model = asp.Translation(theory, [*facts, statement]).solve()
        assert (FALSE in model) == expected


def test_a_bound_of_five_is_judged_without_trying_all_orders() -> None:
    before = time.process_time()
    theory = Theory.build(compile_axioms(read(restrict("maxCardinality", 5))).rules)
    facts = [
        fact
        for number in range(1_000)
        for fact in (
            (f"<urn:i{number}>", RDF_TYPE, f"<{NS}A>"),
            *((f"<urn:i{number}>", f"<{NS}p>", f"<urn:v{number}-{k}>") for k in range(5)),
        )
    ]
    assert not reason(theory, facts).batch.find_inconsistent_worlds()[0]
    twelve = [("<urn:x>", RDF_TYPE, f"<{NS}A>"), *(("<urn:x>", f"<{NS}p>", f"<urn:v{k:02}>") for k in range(12))]
    closure = reason(theory, twelve)
    assert len(closure.contradictions()) == 924  # twelve choose six
    (first, *_) = closure.justifications(FALSE, limit=3).items
    assert first.facts == tuple(sorted([twelve[0], *twelve[1:7]]))
    assert time.process_time() - before < 30


@pytest.mark.parametrize(
    ("facts", "is_bad"),
    [
        (":x :p _:a, _:b .", False),
        (":x :p _:a, :y .", False),
        (":x :p _:a, 1 .", True),
        (":x :p 1, 1.0 .", False),
        (":x :p 1, 2 .", True),
        (":x :p :y, :z .", True),
    ],
)
def test_blank_nodes_are_no_different_names(facts: str, is_bad: bool) -> None:
    theory = Theory.build(compile_axioms(read(":p a owl:FunctionalProperty .")).rules)
    closure = reason(theory, read(facts))
    assert bool(closure.contradictions()) == is_bad == bool(Checker(theory, read(facts)).contradictions)
    assert bool(naive.evaluate(theory, read(facts)).contradictions) == is_bad
    assert judge_world(theory, read(facts)).ok != is_bad
