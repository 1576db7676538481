"""Statuses by enumeration, and distractors that change nothing, whichever of them are taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from oracles.ground import CLOSED, Program, Truth, atom, draw_program, fact, key_of, list_atoms, name
from oracles.naive import evaluate as evaluate_naively

from workbench.checker import Checker, certify, measure_proof
from workbench.generation.questions.answering import answer_drafts, find_statuses, measure_drafts
from workbench.generation.questions.draft import ANSWER, Answered, Claim, Draft, ask_pattern
from workbench.model.curriculum import Level
from workbench.model.proofs import ModelPair, Proof, Refutation
from workbench.model.rules import Negation, Rule, is_restatement, iterate_atoms
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory
from workbench.reasoning.batch import evaluate

LEVEL = Level("l", 1, "", (0, 12), "facts+rules", (0, 99), (0, 99), ("sampled",), ())
STATUS = {Proof: "entailed", Refutation: "refuted", ModelPair: "unknown"}


def make_draft(theory: Theory, facts: Sequence[Triple], statement: Triple, aim: str = "-") -> Draft:
    rules = tuple(rule.name for rule in theory.rules)
    return Draft(LEVEL, "entailment", tuple(sorted(facts)), rules, (Claim(statement),), aim=aim)


@settings(max_examples=80)
@given(draw_program(), st.lists(st.sampled_from(list_atoms()), min_size=1, max_size=6, unique=True))
def test_statuses_are_those_of_the_definitions(program: Program, statements: list[Triple]) -> None:
    truth = Truth(program)
    terms = set(truth.terms)
    # Over the terms of the program only: the enumeration knows no others.
    statements = [s for s in statements if {s[0], *([] if s[1] == RDF_TYPE else [s[2]])} <= terms]
    assume(statements)
    drafts = [make_draft(program.theory, sorted(program.facts), statement) for statement in statements]
    found = measure_drafts(program.theory, drafts)
    verdicts = find_statuses(program.theory, drafts)
    checker = Checker(program.theory, program.facts)
    for statement, item, verdict in zip(statements, found, verdicts, strict=True):
        assert (item is None) == (not truth.consistent) == (verdict is None)
        if item is None or verdict is None:
            continue
        expected = STATUS[type(truth.build_evidence(statement))]
        assert item.status == expected and verdict == (((statement, expected),), ())
        certify(program.theory, program.facts, item.judgements[0].evidence, checker)
        assert set(item.model) == truth.model - program.facts


@settings(max_examples=40, suppress_health_check=[HealthCheck.filter_too_much])
@given(draw_program(individuals="ab", numeric=False), st.data())
def test_statuses_are_those_of_all_models(program: Program, data: st.DataObject) -> None:
    """Entailed: in every model that keeps the closed part. Refuted: in none. Unknown: in some."""
    truth = Truth(program)
    assume(truth.consistent and set(truth.terms) == {name("a"), name("b")})
    atoms = [a for a in list_atoms("ab", numeric=False) if key_of(a) not in CLOSED]
    # Few enough to enumerate: classes, and two pairs.
    atoms = [a for a in atoms if a[1] == RDF_TYPE or a[0] != a[2]]
    assume(all(t in atoms or key_of(t) in CLOSED for t in truth.model))
    statement = data.draw(st.sampled_from(atoms))
    models = [*truth.iterate_models(atoms)]
    (item,) = measure_drafts(program.theory, [make_draft(program.theory, sorted(program.facts), statement)])
    assert item is not None
    if item.status == "entailed":
        assert all(statement in model for model in models)
    elif item.status == "refuted":
        assert not any(statement in model for model in models)
    else:
        # Its two models may need atoms that were left out here, so only one direction is sure.
        assert not all(statement in model for model in models)


@settings(max_examples=40)
@given(draw_program(), st.lists(st.sampled_from(list_atoms()), min_size=1, max_size=4, unique=True))
def test_unknown_items_are_as_hard_as_what_a_search_comes_across(program: Program, statements: list[Triple]) -> None:
    """Against proofs of every relevant fact of both models, found one by one in worlds evaluated from scratch."""
    theory, facts = program.theory, tuple(sorted(program.facts))
    names = tuple(rule.name for rule in theory.rules)
    restatements = {rule.name for rule in theory.rules if is_restatement(rule)}
    contradicting = {a.key for rule in theory.rules if rule.is_integrity for a in iterate_atoms(rule.body)}
    for item in measure_drafts(theory, [make_draft(theory, facts, statement) for statement in statements]):
        if item is None or item.status != "unknown":
            continue
        statement = item.judgements[0].statement
        keys = theory.reach_back(names, {key_of(statement), *contradicting})
        first = evaluate(theory, [facts])
        second = evaluate(theory, [(*facts, statement)], closed_reference=(first, [0]))
        proofs = [
            proof
            for batch in (first, second)
            for fact_ in batch.list_facts(0, stated=False)
            if key_of(fact_) in keys and (proof := batch.proof(0, fact_)) is not None
        ]
        measures = [measure_proof(proof, restatements) for proof in proofs]
        largest = tuple(max((m[part] for m in measures), default=0) for part in range(4))
        found = item.difficulty
        assert (found.height, found.hops, found.steps, found.leaves) == largest
        assert found.rules == len({step.rule for proof in proofs for step in proof.steps})


def take_away(item: Answered, less: Sequence[Triple]) -> Draft:
    return replace(item.draft, facts=tuple(f for f in item.draft.facts if f not in less))


@settings(max_examples=120)
@given(draw_program(), st.lists(st.sampled_from(list_atoms()), min_size=1, max_size=4, unique=True), st.randoms())
def test_no_subset_of_distractors_matters(program: Program, statements: list[Triple], random: object) -> None:
    drafts = [make_draft(program.theory, sorted(program.facts), statement) for statement in statements]
    for item in measure_drafts(program.theory, drafts):
        if item is None:
            continue
        subsets = [s for n in range(1, 4) for s in combinations(sorted(item.distractors), n)]
        random.shuffle(subsets)  # type: ignore[attr-defined]
        subsets = [*subsets[:12], tuple(sorted(item.distractors))]
        for less, found in zip(
            subsets, measure_drafts(program.theory, [take_away(item, less) for less in subsets]), strict=True
        ):
            assert found is not None, ("inconsistent without", less)
            assert found.status == item.status, (less, item.status, found.status)
            if item.status != "unknown":
                assert found.judgements == item.judgements, less
                assert found.difficulty.alternatives == item.difficulty.alternatives


@settings(max_examples=40)
@given(draw_program(), st.sampled_from(list_atoms()), st.booleans())
def test_answers_of_a_question_are_all_that_follow(program: Program, about: Triple, by_subject: bool) -> None:
    truth = Truth(program)
    assume(truth.consistent)
    ask_subject = by_subject or about[1] == RDF_TYPE
    pattern = (ANSWER, about[1], about[2]) if ask_subject else (about[0], about[1], ANSWER)
    draft = Draft(
        LEVEL,
        "select",
        tuple(sorted(program.facts)),
        tuple(r.name for r in program.theory.rules),
        query=ask_pattern(pattern),
    )
    (item,) = measure_drafts(program.theory, [draft])
    assert item is not None
    expected = {t for t in truth.model if all(p in (ANSWER, value) for p, value in zip(pattern, t, strict=True))}
    assert {j.statement for j in item.judgements} == expected
    assert all(j.status == "entailed" for j in item.judgements)
    for distractor in sorted(item.distractors):
        (less,) = measure_drafts(program.theory, [take_away(item, [distractor])])
        assert less is not None and less.judgements == item.judgements


A, B, C = (name(key) for key in "ABC")
FAMILY = Theory.build(
    [
        Rule("pq", (atom("p ?x ?y"),), (atom("q ?x ?y"),)),
        Rule("qr", (atom("q ?x ?y"), atom("q ?y ?z")), (atom("r ?x ?z"),)),
        Rule("rc", (atom("r ?x ?y"), Negation((atom("B ?x"),))), (atom("C ?x"),)),
        Rule("s", (atom("C ?x"), atom("A ?x")), ()),
    ],
    [B],
)
STATED = [fact("p a b"), fact("p b c"), fact("p c d")]


@pytest.mark.parametrize(
    ("statement", "more", "status", "hops"),
    [
        ("q a b", [], "entailed", 0),
        ("r a c", [], "entailed", 1),
        ("C a", [], "entailed", 2),
        # Whoever searches comes across C b, two hops deep, or C a, which could lead to a contradiction.
        ("C a", ["B a"], "unknown", 2),
        ("A a", [], "refuted", 3),
        ("A a", ["B a"], "unknown", 2),
        ("B a", [], "refuted", 0),
        ("r a d", [], "unknown", 2),
    ],
)
def test_answers_by_hand(statement: str, more: list[str], status: str, hops: int) -> None:
    stated = [*STATED, *map(fact, more)]
    (item,) = measure_drafts(FAMILY, [make_draft(FAMILY, stated, fact(statement))])
    assert item is not None and item.status == status
    assert item.difficulty.hops == hops, item.difficulty
    assert item.difficulty.context == len(stated)
    evidence = item.judgements[0].evidence
    if isinstance(evidence, Proof):
        measured = measure_proof(evidence, frozenset(["pq"]))
        assert (measured.height, measured.steps) == (item.difficulty.height, item.difficulty.steps)
    assert evaluate_naively(FAMILY, stated).contradictions == set()


def test_what_guards_consistency_is_no_distractor() -> None:
    """Without B a there would be C a, which A a forbids."""
    stated = [*STATED, fact("A a"), fact("B a"), fact("q d d")]
    (item,) = measure_drafts(FAMILY, [make_draft(FAMILY, stated, fact("r b d"))])
    assert item is not None and item.status == "entailed"
    assert fact("B a") not in item.distractors and fact("A a") in item.distractors


def test_a_closed_fact_that_the_statement_would_add_is_no_distractor() -> None:
    theory = Theory.build([Rule("cb", (atom("C ?x"),), (atom("B ?x"),))], [B])
    stated = [fact("B a"), fact("A b")]
    (item,) = measure_drafts(theory, [make_draft(theory, stated, fact("C a"))])
    assert item is not None and item.status == "unknown"
    assert item.distractors == {fact("A b")}


def test_what_is_rejected_and_why() -> None:
    names = tuple(rule.name for rule in FAMILY.rules)

    def draft(statement: str, aim: str, facts: list[str], rules: tuple[str, ...] = names) -> Draft:
        return Draft(LEVEL, "entailment", tuple(sorted(map(fact, facts))), rules, (Claim(fact(statement)),), aim=aim)

    drafts = {
        "": draft("r a c", "entailed", ["p a b", "p b c"]),
        "another status than aimed at": draft("r a c", "unknown", ["p a b", "p b c"]),
        "the statement is already stated": draft("p a b", "entailed", ["p a b"]),
        "differs from the project's whole theory": draft("q a b", "unknown", ["p a b"], ("qr",)),
        "inconsistent theory": draft("q a b", "entailed", ["C a", "A a", "p a b"]),
    }
    answered, rejected = answer_drafts(FAMILY, [*drafts.values()])
    assert [item.draft for item in answered] == [drafts[""]]
    expected = {("entailment", drafts[reason].aim, reason): 1 for reason in drafts if reason}
    assert dict(rejected) == expected
    restatements = frozenset(rule.name for rule in FAMILY.rules if is_restatement(rule))
    assert restatements == {"pq"}


def claim(*statements: str) -> tuple[Claim, ...]:
    return tuple(Claim(fact(statement)) for statement in statements)


def test_options_and_questions_that_are_none() -> None:
    names = tuple(rule.name for rule in FAMILY.rules)
    stated = tuple(sorted(STATED))
    two = Draft(LEVEL, "options", stated, names, claim("r a c", "r b d", "r c a"))
    none = Draft(LEVEL, "options", stated, names, claim("r d a", "r c a"))
    one = Draft(LEVEL, "options", stated, names, claim("r a c", "r c a", "B a"))
    nobody = Draft(LEVEL, "select", stated, names, query=ask_pattern((ANSWER, name("r"), name("a"))))
    known = Draft(LEVEL, "select", stated, names, query=ask_pattern((ANSWER, name("p"), name("b"))))
    answered, rejected = answer_drafts(FAMILY, [two, none, one, nobody, known])
    assert [item.draft for item in answered] == [one]
    assert [j.status for j in answered[0].judgements] == ["entailed", "unknown", "refuted"]
    assert rejected == {
        ("options", "-", "not exactly one option follows"): 2,
        ("select", "-", "nobody answers, or all answers are stated"): 2,
    }
