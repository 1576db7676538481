"""Worked examples: every expected value here was worked out by hand."""

from __future__ import annotations

import pytest

from workbench.errors import LimitError
from workbench.model.proofs import FALSE
from workbench.model.rules import Atom, Comparison, Negation, Operation, Rule
from workbench.model.terms import RDF_TYPE, Triple, make_literal
from workbench.model.theory import Theory
from workbench.reasoning.batch import evaluate
from workbench.reasoning.closure import reason
from workbench.reasoning.guards import Limits

P, Q, R = "<urn:p>", "<urn:q>", "<urn:r>"


def p(subject: str, object_: str, predicate: str = P) -> Atom:
    return Atom(subject, predicate, object_)


def is_a(subject: str, class_: str) -> Atom:
    return Atom(subject, RDF_TYPE, f"<urn:{class_}>")


def t(subject: str, object_: str, predicate: str = P) -> Triple:
    return (f"<urn:{subject}>", predicate, f"<urn:{object_}>")


def chain(length: int) -> list[Triple]:
    return [t(f"n{i}", f"n{i + 1}") for i in range(length)]


TRANSITIVE = Rule("trans", (p("?x", "?y"), p("?y", "?z")), (p("?x", "?z"),))


def test_transitive_chain_counts_hops() -> None:
    closure = reason(Theory.build([TRANSITIVE]), chain(6))
    assert len(list(closure.facts())) == 21
    assert closure.depth(t("n0", "n6")) == 5
    assert closure.depth(t("n0", "n1")) == 0
    proof = closure.proof(t("n0", "n6"))
    assert proof is not None and proof.height == 5 and len(proof.steps) == 5
    assert proof.steps[0].premises == (t("n0", "n1"), t("n1", "n2"))
    assert proof.steps[-1].premises == (t("n0", "n5"), t("n5", "n6"))
    assert proof.leaves == tuple(sorted(chain(6)))


def test_long_transitive_chain_has_quadratically_many_derivations() -> None:
    batch = evaluate(Theory.build([TRANSITIVE]), [chain(400)])
    assert batch.facts.size == 400 * 401 // 2
    assert len(batch.log.facts) == 400 * 399 // 2
    proof = batch.proof(0, t("n0", "n400"))
    assert proof is not None and proof.height == 399


def test_stated_shortcut_is_a_base_fact() -> None:
    closure = reason(Theory.build([TRANSITIVE]), [*chain(4), t("n1", "n3")])
    assert closure.depth(t("n0", "n3")) == 1
    assert closure.depth(t("n0", "n4")) == 2


def test_negation_reads_the_finished_stratum_but_keeps_the_height() -> None:
    rules = [
        TRANSITIVE,
        Rule("lonely", (is_a("?x", "Node"), Negation((p("?x", "?y"), p("?x", "<urn:n9>")))), (is_a("?x", "Lonely"),)),
    ]
    facts: list[Triple] = [*chain(9), ("<urn:n9>", RDF_TYPE, "<urn:Node>"), ("<urn:n0>", RDF_TYPE, "<urn:Node>")]
    closure = reason(Theory.build(rules, [P]), facts)
    assert closure.depth(("<urn:n9>", RDF_TYPE, "<urn:Lonely>")) == 1
    assert not closure.is_entailed(("<urn:n0>", RDF_TYPE, "<urn:Lonely>"))
    proof = closure.proof(("<urn:n9>", RDF_TYPE, "<urn:Lonely>"))
    assert proof is not None
    assert proof.steps[0].absent == (Negation((p("<urn:n9>", "?y"), p("<urn:n9>", "<urn:n9>"))),)


def test_facts_of_a_lower_stratum_enter_at_their_own_height() -> None:
    rules = [
        Rule("s1", (is_a("?x", "A"),), (is_a("?x", "B"),)),
        Rule("s2", (is_a("?x", "B"),), (is_a("?x", "C"),)),
        Rule("late", (is_a("?x", "C"), Negation((is_a("?x", "Z"),))), (is_a("?x", "D"),)),
        Rule("early", (is_a("?x", "A"), Negation((is_a("?x", "Z"),))), (is_a("?x", "E"),)),
        Rule("both", (is_a("?x", "D"), is_a("?x", "E")), (is_a("?x", "F"),)),
        Rule("make", (is_a("?x", "Y"),), (is_a("?x", "Z"),)),
    ]
    closure = reason(Theory.build(rules, ["<urn:Z>"]), [("<urn:a>", RDF_TYPE, "<urn:A>")])
    heights = {name: closure.depth(("<urn:a>", RDF_TYPE, f"<urn:{name}>")) for name in "ABCDEFZ"}
    assert heights == {"A": 0, "B": 1, "C": 2, "D": 3, "E": 1, "F": 4, "Z": None}


def test_arithmetic_binds_and_compares_by_value() -> None:
    age, older = "<urn:age>", "<urn:older>"
    rules = [
        Rule(
            "next",
            (p("?x", "?a", age), Comparison("<", "?a", make_literal(4)),
             Comparison("=", "?b", Operation("+", ("?a", make_literal(1))))),
            (p("?x", "?b", age),),
        ),
        Rule("gap", (p("?x", "?a", age), p("?y", "?b", age),
                     Comparison(">=", "?a", Operation("+", ("?b", make_literal(3))))), (p("?x", "?y", older),)),
    ]  # fmt: skip
    one_point_five = make_literal("1.5", "<http://www.w3.org/2001/XMLSchema#decimal>")
    closure = reason(Theory.build(rules), [("<urn:a>", age, make_literal(2)), ("<urn:b>", age, one_point_five)])
    ages = sorted(o for s, q, o in closure.facts() if (s, q) == ("<urn:b>", age))
    assert ages == [make_literal(v, "<http://www.w3.org/2001/XMLSchema#decimal>") for v in ("1.5", "2.5", "3.5", "4.5")]
    assert [f for f in closure.derived if f[1] == older] == [t("b", "b", older)]
    assert closure.depth(t("b", "b", older)) == 4


def test_contradictions_have_a_height_and_derive_nothing() -> None:
    rules = [
        Rule("sub", (is_a("?x", "A"),), (is_a("?x", "B"),)),
        Rule("disjoint", (is_a("?x", "B"), is_a("?x", "C")), ()),
    ]
    facts: list[Triple] = [("<urn:a>", RDF_TYPE, "<urn:A>"), ("<urn:a>", RDF_TYPE, "<urn:C>")]
    batch = evaluate(Theory.build(rules), [facts, facts[:1]])
    assert batch.find_inconsistent_worlds().tolist() == [True, False]
    (step,) = batch.list_contradictions(0)
    assert step.rule == "disjoint" and step.conclusion == FALSE
    assert batch.get_height(0, FALSE) == 2 and batch.get_height(1, FALSE) is None
    proof = batch.proof(0, FALSE)
    assert proof is not None and [s.rule for s in proof.steps] == ["sub", "disjoint"]
    assert batch.proof(1, FALSE) is None


def test_rules_without_shared_variables_stay_in_their_world() -> None:
    rule = Rule("pair", (is_a("?x", "A"), is_a("?y", "B")), (p("?x", "?y"),))
    one: list[Triple] = [("<urn:a>", RDF_TYPE, "<urn:A>")]
    other: list[Triple] = [("<urn:b>", RDF_TYPE, "<urn:B>")]
    batch = evaluate(Theory.build([rule]), [one, other, one + other])
    assert [len(batch.list_facts(w)) for w in range(3)] == [1, 1, 3]


def test_negations_against_a_reference() -> None:
    rule = Rule("free", (is_a("?x", "A"), Negation((is_a("?x", "B"),))), (is_a("?x", "C"),))
    theory = Theory.build([rule], ["<urn:B>"])
    a: list[Triple] = [("<urn:a>", RDF_TYPE, "<urn:A>")]
    model = evaluate(theory, [a])
    added: Triple = ("<urn:a>", RDF_TYPE, "<urn:B>")
    frozen = evaluate(theory, [[*a, added]], closed_reference=(model, [0]))
    assert frozen.is_entailed(0, ("<urn:a>", RDF_TYPE, "<urn:C>"))
    assert not evaluate(theory, [[*a, added]]).is_entailed(0, ("<urn:a>", RDF_TYPE, "<urn:C>"))


def test_runaway_rule_is_named() -> None:
    value = "<urn:value>"
    grow = Rule("grow", (p("?x", "?n", value), Comparison("=", "?m", Operation("+", ("?n", make_literal(1))))),
                (p("?x", "?m", value),))  # fmt: skip
    facts: list[Triple] = [("<urn:a>", value, make_literal(0))]
    with pytest.raises(LimitError, match=r"50 rounds.*'grow'"):
        reason(Theory.build([grow]), facts, Limits(rounds=50))
    with pytest.raises(LimitError, match=r"30 facts.*'grow'"):
        reason(Theory.build([grow]), facts, Limits(facts=30))


@pytest.mark.parametrize(
    "rule",
    [
        Rule("head", (p("?x", "?y"),), (p("?x", "?z"),)),
        Rule("comparison", (p("?x", "?y"), Comparison("<", "?x", "?z")), (p("?x", "?y", Q),)),
        Rule("class", (Atom("?x", RDF_TYPE, "?c"),), (p("?x", "?x", Q),)),
    ],
)
def test_unsafe_rules_are_refused(rule: Rule) -> None:
    with pytest.raises(ValueError, match=f"'{rule.name}'"):
        reason(Theory.build([rule]), [])
