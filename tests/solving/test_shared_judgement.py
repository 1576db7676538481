"""Many claims before one judge: what is shared or remembered changes no verdict, and memory stays bounded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracles.ground import CLOSED, Program, Truth, atom, draw_program, fact, list_atoms, name

from workbench.model.proofs import Evidence, ModelPair, Proof, Refutation, Step
from workbench.model.rules import Atom, BodyElement, Comparison, Negation, Operation, Rule
from workbench.model.terms import RDF_TYPE, Triple, make_literal
from workbench.model.theory import Theory
from workbench.solving.certificates import AnswersClaim, EvidenceClaim, Judge
from workbench.solving.decisions import Decisions
from workbench.solving.localities import Cut, World, find_localities
from workbench.solving.skeletons import read_rule

Rename = Callable[[Any], Any]


def rename(value: Any, names: dict[str, str]) -> Any:
    """Rename individuals in evidence, triples and rules' negations."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, Atom):
        return Atom(*(rename(part, names) for part in value))
    if isinstance(value, tuple):
        return tuple(rename(part, names) for part in value)
    if isinstance(value, Step):
        bindings = tuple((variable, rename(term, names)) for variable, term in value.bindings)
        parts = (rename(value.premises, names), rename(value.absent, names), rename(value.conclusion, names))
        return Step(value.rule, bindings, *parts)
    if isinstance(value, Negation):
        return Negation(rename(value.elements, names))
    if isinstance(value, Comparison):
        return Comparison(value.operator, rename(value.left, names), rename(value.right, names))
    if isinstance(value, Proof):
        return Proof(rename(value.goal, names), rename(value.steps, names))
    if isinstance(value, Refutation):
        return Refutation(rename(value.statement, names), rename(value.proof, names))
    if isinstance(value, ModelPair):
        both = (tuple(sorted(rename(triples, names))) for triples in (value.without, value.with_statement))
        return ModelPair(rename(value.statement, names), *both)
    return value


def list_evidence(truth: Truth) -> list[Evidence]:
    """Right evidence about every statement over the program's own terms."""
    known = {*truth.terms}
    atoms = [t for t in list_atoms() if {t[0], *([] if t[1] == RDF_TYPE else [t[2]])} <= known]
    return [truth.build_evidence(statement) for statement in atoms]


def change(evidence: Evidence, other: Evidence) -> list[Evidence]:
    """Evidence that claims something else than it shows."""
    if isinstance(evidence, Proof):
        found: list[Evidence] = [replace(evidence, steps=evidence.steps[1:])] if evidence.steps else []
        found += [replace(evidence, goal=other.goal)] if isinstance(other, Proof) and evidence.steps else []
        return [*found, Refutation(evidence.goal, evidence if evidence.steps else None)]
    if isinstance(evidence, Refutation):
        return [Proof(evidence.statement, ())]
    return [
        replace(evidence, with_statement=evidence.with_statement[1:]) if evidence.with_statement else evidence,
        Refutation(evidence.statement),
        Proof(evidence.statement, ()),
    ]


@settings(max_examples=25)
@given(program=draw_program(), data=st.data())
def test_wrong_claims_among_right_ones_are_rejected(program: Program, data: st.DataObject) -> None:
    truth = Truth(program)
    assume(truth.consistent)
    evidence = data.draw(st.lists(st.sampled_from(list_evidence(truth)), min_size=2, max_size=8))
    judge, model = Judge(), frozenset(truth.model)

    def claim(one: Evidence) -> EvidenceClaim:
        return EvidenceClaim(program.theory, program.facts, one, model)

    changed = [data.draw(st.sampled_from(change(one, evidence[0]))) for one in evidence]
    items = [[claim(one), claim(other)] for one, other in zip(evidence, changed, strict=True)]
    verdicts = judge.judge_items(items)
    for (right, wrong), one, other in zip(verdicts, evidence, changed, strict=True):
        assert right.ok, (right, one)
        alone = Judge().judge_items([[claim(other)]])[0][0]
        assert (wrong.ok, wrong.reason, wrong.method) == (alone.ok, alone.reason, alone.method)
    again = judge.judge_items(items)
    assert [[v._replace(rlimit=0) for v in one] for one in again] == [
        [v._replace(rlimit=0) for v in one] for one in verdicts
    ]


@settings(max_examples=25)
@given(program=draw_program("abc", numeric=False), data=st.data())
def test_renamed_twins_are_known_and_changed_ones_are_judged(program: Program, data: st.DataObject) -> None:
    truth = Truth(program)
    assume(truth.consistent)
    # Individuals that rules name mean something else after renaming, so they keep their names.
    fixed = {t for rule in program.theory.rules for element in (*rule.body, *rule.head) for t in _list_terms(element)}
    names = {name(one): name(other) for one, other in zip("abc", data.draw(st.permutations("xyz")), strict=True)}
    names = {one: other for one, other in names.items() if one not in fixed}
    judge, model = Judge(), frozenset(truth.model)
    evidence = list_evidence(truth)
    assert all(v.ok for (v,) in judge.judge_items([_claim(program, one, model) for one in evidence]))
    judged = judge.judged
    facts, renamed = rename(tuple(program.facts), names), frozenset(rename(tuple(model), names))
    twins = [[EvidenceClaim(program.theory, facts, rename(one, names), renamed)] for one in evidence]
    assert all(v.ok for (v,) in judge.judge_items(twins))
    # Colour ties are broken by name, so a few problems may be met in another order of rows.
    assert judge.judged - judged <= 0.2 * judged + 1
    plain = Judge()
    for one in evidence[:12]:
        for other in change(one, one):
            expected = plain.judge_items([_claim(program, other, model)])[0][0].ok
            twin = EvidenceClaim(program.theory, facts, rename(other, names), renamed)
            assert judge.judge_items([[twin]])[0][0].ok == expected


def _claim(program: Program, evidence: Evidence, model: frozenset[Triple]) -> list[EvidenceClaim]:
    return [EvidenceClaim(program.theory, program.facts, evidence, model)]


def _list_terms(element: BodyElement) -> list[str]:
    if isinstance(element, Negation):
        return [term for part in element.elements for term in _list_terms(part)]
    return [part for part in element if isinstance(part, str)] if isinstance(element, Atom) else []


@settings(max_examples=50)
@given(program=draw_program(), data=st.data())
def test_a_world_that_grew_is_judged_around_what_is_new(program: Program, data: st.DataObject) -> None:
    """Pairs whose second world is a model or not, also where negated relations gain rows."""
    truth, judge = Truth(program), Judge()
    assume(truth.consistent)
    known = {*truth.terms}
    atoms = [t for t in list_atoms() if {t[0], *([] if t[1] == RDF_TYPE else [t[2]])} <= known]
    new = data.draw(st.lists(st.sampled_from(atoms), min_size=1, max_size=4, unique=True))
    assume(new[0] not in truth.model)
    derived = tuple(sorted(truth.model - program.facts))
    second = truth.model.union(new)
    pair = ModelPair(new[0], derived, tuple(sorted(second - program.facts - {new[0]})))
    open_theory = Theory(program.theory.rules, frozenset())  # nothing closed: only the worlds are judged
    verdict = judge.judge_models(open_theory, program.facts, pair)
    assert verdict.ok == truth.is_model(frozenset(second)), verdict
    assert judge.judge_world(open_theory, second).ok == verdict.ok
    closed = any((t[2] if t[1] == RDF_TYPE else t[1]) in CLOSED for t in second - truth.model)
    assert judge.judge_models(program.theory, program.facts, pair).ok == (verdict.ok and not closed)


@settings(max_examples=25)
@given(program=draw_program(), data=st.data())
def test_answers_up_to_constants(program: Program, data: st.DataObject) -> None:
    truth, judge = Truth(program), Judge()
    assume(truth.consistent)
    model = frozenset(truth.model)
    for key in "pqr":
        for term in truth.terms[:3]:
            body = (Atom("?x", name(key), term),)
            right = sorted((s,) for s, p, o in model if (p, o) == (name(key), term))
            wrong = [*right, (name("zz"),)]
            some = data.draw(st.sampled_from([right[1:], wrong, [(t,) for t in truth.terms]]))
            claims = [AnswersClaim(program.theory, model, body, ("?x",), one) for one in (right, wrong, some)]
            verdicts = judge.judge_items([claims])[0]
            assert [v.ok for v in verdicts] == [True, False, sorted(set(some)) == right]
        pairs = sorted((s, o) for s, p, o in model if p == name(key))
        both = (Atom("?x", name(key), "?y"),)
        assert judge.judge_answers(program.theory, model, both, ("?x", "?y"), pairs).ok
        assert judge.judge_answers(program.theory, model, both, ("?y",), {(o,) for _, o in pairs}).ok
        assert not pairs or not judge.judge_answers(program.theory, model, both, ("?x", "?y"), pairs[1:]).ok


def test_what_is_remembered_is_bounded_and_changes_no_verdict() -> None:
    rule = Rule("sum", (atom("n ?x ?v"), Comparison(">", Operation("+", ("?v", make_literal(1))), make_literal(50))),
                (atom("A ?x"),))  # fmt: skip
    theory = Theory.build([rule])
    judge = Judge()
    judge.decisions = Decisions(remembered=8)
    for round_ in range(2):
        for number in range(100):
            facts = frozenset({(name("a"), name("n"), make_literal(number))})
            assert judge.judge_world(theory, facts).ok == (number < 50), round_
            assert judge.judge_world(theory, facts | {fact("A a")}).ok
    assert judge.decisions.remembered <= 3 * 2 * 8


def test_values_that_are_compared_are_judged_apart_from_the_world() -> None:
    rule = Rule("older", (atom("p ?x ?y"), atom("n ?x ?v"), atom("n ?y ?w"), Comparison(">", "?v", "?w")),
                (atom("q ?x ?y"),))  # fmt: skip
    reading = read_rule(rule)

    def cut(first: int, *others: int) -> list[Cut]:
        numbers = [(name("a"), name("n"), make_literal(first))]
        numbers += [(name("b"), name("n"), make_literal(other)) for other in others]
        return reading.localities[0].cut(World([fact("p a b"), *numbers]), (name("a"), name("b")))

    (one,), (other,) = cut(7, 5), cut(90, 91)
    assert one.case == other.case
    assert one.conditions == (Comparison(">", make_literal(7), make_literal(5)),)
    assert [found.conditions[0].right for found in cut(7, 5, 8)] == [make_literal(5), make_literal(8)]
    assert cut(7) == []
    many = cut(7, *range(100, 120))
    assert len(many) == 1 and not many[0].conditions


def test_a_rule_without_atoms_and_one_with_names() -> None:
    always = Rule(
        "always", (Comparison("<", make_literal(1), make_literal(2)),), (Atom(name("a"), RDF_TYPE, name("A")),)
    )
    never = Rule("never", (Negation((Atom("?x", name("p"), "?y"),)),), ())
    named = Rule("named", (Atom("?x", name("p"), name("b")),), (Atom(name("b"), name("p"), "?x"),))
    assert find_localities(read_rule(named).sentence)[0].cut(World([]), (name("a"), name("c"))) == []
    judge = Judge()
    full = [fact("A a"), fact("p a b"), fact("p b a")]
    theory = Theory.build([always, never, named], CLOSED)
    assert judge.judge_world(theory, full).ok
    for missing, broken in zip(full, ("always", "", "named"), strict=True):
        verdict = judge.judge_world(theory, [triple for triple in full if triple != missing])
        assert broken in verdict.reason and verdict.ok == (not broken)
    assert "never" in judge.judge_world(theory, full[:1]).reason


EFFORTS = """
from oracles.ground import atom, fact, name
from workbench.model.proofs import ModelPair, Proof, Refutation, Step
from workbench.model.rules import Comparison, Rule
from workbench.model.theory import Theory
from workbench.solving import Judge
rules = [Rule("t", (atom("q ?x ?y"), atom("q ?y ?z"), Comparison("!=", "?x", "?z")), (atom("r ?x ?z"),)),
         Rule("i", (atom("r ?x ?x"),), ())]
theory, judge = Theory.build(rules), Judge()
def show(a, b, c):
    facts = [fact(f"q {a} {b}"), fact(f"q {b} {c}")]
    goal = fact(f"r {a} {c}")
    bindings = (("?x", name(a)), ("?y", name(b)), ("?z", name(c)))
    proof = Proof(goal, (Step("t", bindings, tuple(facts), (), goal),))
    step = Step("i", (("?x", name(a)),), (fact(f"r {a} {a}"),), (), ("false",) * 3)
    refutation = Refutation(fact(f"r {a} {a}"), Proof(("false",) * 3, (step,)))
    new = tuple(sorted([goal, fact(f"r {b} d")]))
    pair = ModelPair(fact(f"q {c} d"), (goal,), new)
    return [judge.measure_effort(theory, facts, one) for one in (proof, refutation, pair, Refutation(goal))]
first = show("a", "b", "c")
assert first == show("x", "z", "y")
assert Judge().judge_models(theory, [fact("q a b"), fact("q b c")],
    ModelPair(fact("q c d"), (fact("r a c"),), (fact("r a c"), fact("r b d")))).ok
print(first)
"""


def test_effort_is_the_same_in_every_process() -> None:
    """Whatever was asked before and however sets are ordered."""
    told = []
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "tests"}
        done = subprocess.run(
            [sys.executable, "-c", EFFORTS], env=environment, capture_output=True, text=True, check=True
        )
        told.append(done.stdout)
    assert len(set(told)) == 1
    efforts = [int(text) for text in told[0].strip("[]\n").split(",")]
    assert all(effort > 0 for effort in efforts[:3]) and efforts[3] == 0


def test_effort_of_what_is_wrong_is_refused() -> None:
    theory = Theory.build([Rule("r", (atom("p ?x ?y"),), (atom("q ?x ?y"),))])
    with pytest.raises(ValueError, match="does not show"):
        Judge().measure_effort(theory, [fact("p a b")], ModelPair(fact("p b a"), (fact("q a b"),), (fact("q a b"),)))
    step = Step("r", (("?x", name("a")), ("?y", name("b"))), (fact("p a b"),), (), fact("q a b"))
    with pytest.raises(ValueError, match="does not show"):
        Judge().measure_effort(theory, [], Proof(fact("q a b"), (step,)))
