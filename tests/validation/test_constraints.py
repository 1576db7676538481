"""Contradictions become sentences with the concrete facts, placed where those are stated."""

import pytest

from workbench.model.proofs import FALSE, Step
from workbench.model.report import Location
from workbench.model.rules import Atom, Comparison, Negation, Operation, Rule
from workbench.model.terms import OWL, RDF_TYPE, get_local_name, split_literal
from workbench.validation.constraints import find_constraint_violations

K = "https://example.org/kinship#"
BOB, ANN, EVE = (f"<{K}{name}>" for name in ("bob", "ann", "eve"))
PARENT, BORN, CHILD = (f"<{K}{name}>" for name in ("hasParent", "born", "hasChild"))


def year(number):
    return f'"{number}"^^<http://www.w3.org/2001/XMLSchema#integer>'


def say(triple):
    return " ".join(split_literal(t)[0] if t.startswith('"') else get_local_name(t) for t in triple) + "."


STATED = Comparison(">=", "?a", Operation("+", ("?b", year(12))))
OLDER = Rule(
    "parent-older",
    (
        Atom("?x", PARENT, "?y"),
        Atom("?x", BORN, "?a"),
        Atom("?y", BORN, "?b"),
        Comparison("<", "?a", Operation("+", ("?b", year(12)))),
    ),
    (),
    kind="constraint",
    sentences=(("en", "A parent is at least twelve years older than a child."), ("de", "Eltern sind älter.")),
    location=Location("validators/kin.rules", 3, 1),
)
BINDINGS = (("?a", year(1960)), ("?b", year(1952)), ("?x", BOB), ("?y", ANN))
PREMISES = ((BOB, PARENT, ANN), (BOB, BORN, year(1960)), (ANN, BORN, year(1952)))
STEP = Step("parent-older", BINDINGS, PREMISES, (), FALSE)
PLACES = {
    (ANN, CHILD, BOB): Location("facts.ttl", 2, 5),
    PREMISES[1]: Location("facts.ttl", 7, 5),
    PREMISES[2]: Location("facts.ttl", 3, 5),
}


def find(steps, *rules, **options):
    options = {"say": say, "locate": PLACES.get, **options}
    return find_constraint_violations(steps, {rule.name: rule for rule in rules}, **options)


def test_a_constraint_names_its_sentence_and_the_facts():
    (violation,) = find([STEP], OLDER, stated={"parent-older": STATED}, derive_leaves=lambda t: ((ANN, CHILD, BOB),))
    assert (violation.code, violation.severity, violation.focus) == ("constraint.violated", "error", BOB)
    assert violation.message == (
        "A parent is at least twelve years older than a child, but: "
        "bob hasParent ann; bob born 1960; ann born 1952; 1960 < 1952 + 12."
    )
    # The derived premise stands for the stated fact it follows from.
    assert violation.location == Location("facts.ttl", 2, 5)
    assert violation.related == (
        Location("facts.ttl", 7, 5),
        Location("facts.ttl", 3, 5),
        Location("validators/kin.rules", 3, 1),
    )
    assert violation.facts[-1] == "ann hasChild bob"
    assert violation.fix == "Correct one of the facts, so that: 1960 >= 1952 + 12."
    assert violation.why.startswith("Constraint “parent-older” (validators/kin.rules:3:1): A parent is")


@pytest.mark.parametrize(("language", "start"), [("de", "Eltern"), ("de-AT", "Eltern"), ("fr", "A parent")])
def test_the_language_of_the_sentence(language, start):
    (violation,) = find([STEP], OLDER, language=language)
    assert violation.message.startswith(start)


def test_a_negation_says_what_was_not_found():
    born = Negation((Atom("?x", BORN, "?y"),))
    rule = Rule("all-born", (Atom("?x", PARENT, "?z"), born), (), kind="constraint")
    step = Step("all-born", (("?x", BOB), ("?z", ANN)), ((BOB, PARENT, ANN),), (born,), FALSE)
    (violation,) = find([step], rule)
    assert violation.message == "The constraint “all-born” does not hold: bob hasParent ann; not: bob born ?y."
    (violation,) = find([step], rule, say_element=lambda element: "there is no birth year")
    assert violation.message.endswith("bob hasParent ann; there is no birth year.")


def test_an_axiom_that_is_contradicted_is_an_inconsistency():
    man, woman = f"<{K}Man>", f"<{K}Woman>"
    axiom = (man, f"<{OWL}disjointWith>", woman)
    rule = Rule(
        "disjoint-1", (Atom("?x", RDF_TYPE, man), Atom("?x", RDF_TYPE, woman)), (), kind="axiom", axioms=(axiom,)
    )
    premises = ((EVE, RDF_TYPE, man), (EVE, RDF_TYPE, woman))
    places = {premises[1]: Location("facts.ttl", 9, 1), axiom: Location("kin.ttl", 4, 3)}
    (violation,) = find(
        [Step("disjoint-1", (("?x", EVE),), premises, (), FALSE)], rule, locate=places.get, domain="kin"
    )
    assert violation.code == "ontology.inconsistent"
    assert violation.message == "These cannot all be true: eve type Man; eve type Woman."
    assert violation.why == "The ontology says: nothing is both Man and Woman (kin.ttl:4:3)."
    assert (violation.location, violation.related) == (Location("facts.ttl", 9, 1), (Location("kin.ttl", 4, 3),))
    assert violation.domain == "kin"


def test_a_functional_property_with_two_values():
    axiom = (BORN, RDF_TYPE, f"<{OWL}FunctionalProperty>")
    body = (Atom("?x", BORN, "?a"), Atom("?x", BORN, "?b"), Comparison("!=", "?a", "?b"))
    rule = Rule("functional-1", body, (), kind="axiom", axioms=(axiom,))
    one, two = (BOB, BORN, ANN), (BOB, BORN, EVE)
    steps = [
        Step("functional-1", (("?a", p[2]), ("?b", q[2]), ("?x", BOB)), (p, q), (), FALSE)
        for p, q in ((one, two), (two, one))
    ]
    (violation,) = find(steps, rule)
    # Once, though the rule fires in both orders; and "ann is not eve" goes without saying.
    assert violation.facts == ("bob born ann", "bob born eve")
    assert violation.why == "The ontology says: nothing has more than one born."


def test_steps_that_derive_facts_are_no_violations_and_unknown_rules_are_noticed():
    assert find([Step("other", (), (), (), (BOB, PARENT, ANN))], OLDER) == []
    with pytest.raises(KeyError):
        find([Step("missing", (), (), (), FALSE)], OLDER)
