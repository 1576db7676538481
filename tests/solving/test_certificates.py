"""Z3's verdicts against truth by enumeration, and the second reading of literals against the first."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracles.ground import Program, Truth, atom, draw_program, fact, is_absent, list_atoms, name

from workbench.model.proofs import FALSE, ModelPair, Proof, Refutation, Step
from workbench.model.rules import Atom, Comparison, Negation, Operation, Rule
from workbench.model.terms import RDF_TYPE, XSD, make_literal
from workbench.model.theory import Theory
from workbench.model.values import compare_terms, make_number, read_value
from workbench.solving import Judge, judge_models, judge_proof, judge_world
from workbench.solving.decisions import write_comparisons
from workbench.solving.solver import Solver
from workbench.solving.values import is_canonical_number, write_canonical_number


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def _decimal(text: str) -> str:
    return make_literal(text, f"<{XSD}decimal>")


@settings(max_examples=40)
@given(program=draw_program(), data=st.data())
def test_a_world_satisfies_the_rules_or_not(judge: Judge, program: Program, data: st.DataObject) -> None:
    truth = Truth(program)
    chosen = data.draw(st.lists(st.sampled_from(list_atoms()), max_size=12))
    # Over the terms of the program only: the enumeration knows no others.
    chosen = [t for t in chosen if {t[0], *([] if t[1] == RDF_TYPE else [t[2]])} <= set(truth.terms)]
    for world in (frozenset(chosen), truth.model, truth.model.union(chosen), truth.model.symmetric_difference(chosen)):
        verdict = judge.judge_world(program.theory, world)
        assert verdict.ok == truth.is_model(world), verdict


@settings(max_examples=40)
@given(program=draw_program(), data=st.data())
def test_an_accepted_proof_is_made_of_right_steps(judge: Judge, program: Program, data: st.DataObject) -> None:
    truth = Truth(program)
    assume(truth.rounds)
    proofs = [truth.build_proof(goal, truth.rounds) for goal in sorted(truth.rounds)]
    for verdict in judge.judge_proofs([(program.theory, program.facts, proof, truth.model) for proof in proofs]):
        assert verdict.ok, verdict
    proof = data.draw(st.sampled_from(proofs))
    at = data.draw(st.integers(0, len(proof.steps) - 1))
    step = proof.steps[at]
    other = data.draw(st.sampled_from([s for p in proofs for s in p.steps]))
    term = data.draw(st.sampled_from(truth.terms))
    changes = [
        replace(step, rule=other.rule),
        replace(step, bindings=tuple((v, term if n == 0 else t) for n, (v, t) in enumerate(step.bindings))),
        replace(step, premises=step.premises[1:]),
        replace(step, conclusion=other.conclusion),
        replace(step, absent=()),
        other,
    ]
    for change in changes:
        changed = replace(proof, steps=(*proof.steps[:at], change, *proof.steps[at + 1 :]))
        right = set(changed.steps) <= truth.allowed_steps and set(changed.leaves) <= program.facts
        right = right and changed.goal in {s.conclusion for s in changed.steps}
        verdict = judge.judge_proof(program.theory, program.facts, changed, truth.model)
        assert right or not verdict.ok
    assert not judge.judge_proof(program.theory, set(), proof, truth.model).ok
    assert not judge.judge_proof(program.theory, program.facts, replace(proof, goal=FALSE), truth.model).ok


@settings(max_examples=40)
@given(program=draw_program("ab", numeric=False))
def test_refutations_and_pairs_of_models(judge: Judge, program: Program) -> None:
    truth = Truth(program)
    assume(truth.consistent)
    for statement in list_atoms("ab", numeric=False):
        evidence = truth.build_evidence(statement)
        derived = tuple(sorted(truth.model - program.facts))
        if isinstance(evidence, Refutation):
            assert judge.judge_refutation(program.theory, program.facts, evidence, truth.model).ok
            assert not judge.judge_models(program.theory, program.facts, ModelPair(statement, derived, derived)).ok
        elif isinstance(evidence, ModelPair):
            verdict = judge.judge_models(program.theory, program.facts, evidence)
            assert verdict.ok, verdict
            assert not judge.judge_refutation(program.theory, program.facts, Refutation(statement), truth.model).ok
        else:
            assert not judge.judge_refutation(program.theory, program.facts, Refutation(statement), truth.model).ok
            assert not judge.judge_models(program.theory, program.facts, ModelPair(statement, derived, derived)).ok


@settings(max_examples=40)
@given(program=draw_program(), data=st.data())
def test_answers(judge: Judge, program: Program, data: st.DataObject) -> None:
    truth = Truth(program)
    assume(truth.consistent)
    body = (atom(f"{data.draw(st.sampled_from('pqr'))} ?x ?y"), Negation((atom("p ?y ?w"), atom("A ?w"))))
    right = [
        (x, y)
        for x in truth.terms
        for y in truth.terms
        if (x, body[0].predicate, y) in truth.model and is_absent(body[1], {"?x": x, "?y": y}, truth.terms, truth.model)
    ]

    def ask(answers: list[tuple[str, str]]) -> bool:
        return judge.judge_answers(program.theory, truth.model, body, ("?x", "?y"), answers).ok

    assert ask(right)
    assert not ask([*right, (name("a"), name("zz"))])
    assert not right or not ask(right[1:])


TEXTS = ["0", "1", "01", "+2", "-3", "2.0", ".5", "7.", "1e2", "1.5E-1", "abc", "é", "Z", "", "true", "NaN", "INF", "٣"]
TEXTS += ["2020-01-02", "2020-02-30", "2019-12-31", "2020-W01-1", "2020-01-02T10:00:00", "2020-01-02T10:00:00Z"]
TEXTS += ["2020-01-02T12:00:00.50+02:00", "2020-01-02T12:00", "2020-01-02T24:00:00", " 1 ", "2020-01-02T10:00:00+25:00"]
TYPES = "string integer nonNegativeInteger unsignedByte decimal double float boolean date dateTime anyURI".split()
LITERALS = [make_literal(text, f"<{XSD}{type_}>") for text in TEXTS for type_ in TYPES]
LITERALS += [make_literal(text, language="en") for text in TEXTS[:2]] + [name("a"), name("b"), "_:b0"]


@settings(max_examples=150)
@given(st.sampled_from(LITERALS), st.sampled_from(LITERALS), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
def test_both_readings_of_literals_agree(left: str, right: str, operator: str) -> None:
    text = write_comparisons([Comparison(operator, left, right)])
    result = _SOLVER.ask(f"(assert {text})").result
    assert (result == "sat") == compare_terms(operator, left, right)


_SOLVER = Solver()


@given(st.fractions(max_denominator=1000))
def test_both_ways_to_write_a_computed_number_agree(number) -> None:
    written = write_canonical_number(number)
    assert written == make_number(number)
    assert written is None or (is_canonical_number(written) and read_value(written).value == number)


def _count(text: str, rule: Rule, facts: list, derived: list, closed: list) -> None:
    theory = Theory.build([rule], closed)
    assert judge_world(theory, [*facts, *derived]).ok, text
    assert not derived or not judge_world(theory, facts).ok, text


def test_computed_values_products_and_quotients_in_worlds() -> None:
    height, weight, n, m = name("height"), name("weight"), name("n"), name("m")
    facts = [(name("a"), height, _decimal("1.75")), (name("a"), weight, make_literal(70))]
    body = (Atom("?x", height, "?h"), Atom("?x", weight, "?w"))
    square = Operation("*", ("?h", "?h"))
    heavy = (name("a"), RDF_TYPE, name("Heavy"))
    for limit, fires in ((22, True), (23, False)):
        test = Comparison(">", "?w", Operation("*", (make_literal(limit), square)))
        rule = Rule("heavy", (*body, test), (Atom("?x", RDF_TYPE, name("Heavy")),))
        _count("product", rule, facts, [heavy] if fires else [], [])
        ratio = Comparison(">", Operation("/", ("?w", square)), make_literal(limit))
        _count("quotient", Rule("q", (*body, ratio), rule.head), facts, [heavy] if fires else [], [])
    # A quotient without an end in decimals has no literal, so the rule does not fire (70 / 1.75 / 1.75).
    quotient = Comparison("=", "?z", Operation("/", ("?w", square)))
    _count("endless", Rule("e", (*body, quotient), (Atom("?x", n, "?z"),)), facts, [], [])
    ended = Comparison("=", "?z", Operation("/", ("?w", "?h")))
    _count("ended", Rule("f", (*body, ended), (Atom("?x", n, "?z"),)), facts, [(name("a"), n, make_literal(40))], [])
    chained = (
        ended,
        Comparison("=", "?u", Operation("+", ("?z", _decimal("0.5")))),
        Comparison("<", "?u", make_literal(41)),
    )
    _count("chain", Rule("c", (*body, *chained), (Atom("?x", m, "?u"),)), facts, [(name("a"), m, _decimal("40.5"))], [])
    theory = Theory.build([Rule("f", (*body, ended), (Atom("?x", n, "?z"),))])
    assert not judge_world(theory, [*facts, (name("a"), n, _decimal("40.0"))]).ok


def test_one_name_may_be_a_class_and_a_property() -> None:
    pun = name("p")
    rule = Rule("r", (Atom("?x", RDF_TYPE, pun), Atom("?x", pun, "?y")), (Atom("?y", RDF_TYPE, pun),))
    facts, derived = [(name("a"), RDF_TYPE, pun), (name("a"), pun, name("b"))], [(name("b"), RDF_TYPE, pun)]
    _count("pun", rule, facts, derived, [])


def test_two_negations_may_use_one_name_and_compare() -> None:
    oldest = Rule(
        "oldest",
        (
            atom("n ?x ?v"),
            Negation((atom("n ?y ?b"), Comparison(">", "?b", "?v"))),
            Negation((atom("p ?x ?y"), atom("A ?y"))),
        ),
        (atom("B ?x"),),
    )
    theory = Theory.build([oldest], [name("n"), name("p"), name("A")])
    facts = {fact("n a 1"), fact("n b 2"), fact("n c 2.0"), fact("p c a"), fact("A a")}
    assert judge_world(theory, facts | {fact("B b")}).ok
    assert not judge_world(theory, facts).ok
    assert not judge_world(theory, (facts | {fact("B b")}) - {fact("A a")}).ok


def test_a_computed_binding_has_one_spelling() -> None:
    rule = Rule(
        "next",
        (atom("n ?x ?v"), Comparison("=", "?z", Operation("+", ("?v", make_literal(1))))),
        (Atom("?x", name("m"), "?z"),),
    )
    theory, facts = Theory.build([rule]), [fact("n a 2")]

    def judge_binding(term: str) -> bool:
        goal = (name("a"), name("m"), term)
        bindings = (("?v", facts[0][2]), ("?x", name("a")), ("?z", term))
        return judge_proof(theory, facts, Proof(goal, (Step("next", bindings, (facts[0],), (), goal),))).ok

    assert judge_binding(make_literal(3))
    assert not judge_binding(_decimal("3.0"))
    assert not judge_binding(make_literal(4))


def test_problems_equal_up_to_names_are_solved_once() -> None:
    rule = Rule("t", (atom("p ?x ?y"), atom("p ?y ?z"), Comparison("!=", "?x", "?z")), (atom("q ?x ?z"),))
    theory, judge = Theory.build([rule]), Judge()
    efforts = set()
    for a, b, c in ("abc", "cab", "xyz"):
        facts = [fact(f"p {a} {b}"), fact(f"p {b} {c}")]
        goal = fact(f"q {a} {c}")
        bindings = (("?x", name(a)), ("?y", name(b)), ("?z", name(c)))
        proof = Proof(goal, (Step("t", bindings, tuple(facts), (), goal),))
        assert judge.judge_proof(theory, facts, proof).ok
        assert judge.judge_world(theory, [*facts, goal]).ok
        efforts.add(judge.measure_effort(theory, facts, proof))
        assert efforts == {Judge().measure_effort(theory, facts, proof)}
    assert judge.judged == 3  # one comparison, one proof, one world
    assert judge.cached == 6


def test_what_is_not_decided_is_rejected() -> None:
    rule = Rule("t", (atom("p ?x ?y"), atom("p ?y ?z")), (atom("p ?x ?z"),))
    theory = Theory.build([rule])
    world = frozenset(fact(f"p {a} {b}") for a in "abcdef" for b in "abcdef")
    assert judge_world(theory, world).ok
    assert not Judge(resources=1).judge_world(theory, world).ok
    assert not judge_models(theory, [], ModelPair(fact("p a b"), (fact("p a b"),), ())).ok


def test_absence_without_a_model_is_said_to_be_taken_as_given() -> None:
    rule = Rule("e", (atom("A ?x"), Negation((atom("p ?x ?w"),))), (atom("B ?x"),))
    theory, facts, goal = Theory.build([rule], [name("p")]), [fact("A a")], fact("B a")
    step = Step("e", (("?x", name("a")),), (facts[0],), (Negation((atom("p a ?w"),)),), goal)
    proof = Proof(goal, (step,))
    assert judge_proof(theory, facts, proof).method.endswith("taken as given")
    assert judge_proof(theory, facts, proof, [*facts, goal]).method.endswith("looked for in the model")
    assert not judge_proof(theory, facts, proof, [*facts, goal, fact("p a b")]).ok
