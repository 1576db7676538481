"""Many questions about one case: what the checker keeps and what it leaves out change no judgement."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.ground import CLOSED, Program, Truth, atom, draw_program, fact, list_atoms, name

from workbench.checker import Checker, CheckError, certify, check_evidence
from workbench.checker.facts import FactIndex
from workbench.model.proofs import Evidence, ModelPair, Proof, Refutation, Step
from workbench.model.rules import Negation, Rule
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory


@settings(max_examples=60)
@given(draw_program(numeric=False), st.data())
def test_a_pair_of_models_is_judged_by_its_changes_as_by_its_wholes(program: Program, data: st.DataObject) -> None:
    truth, checker = Truth(program), Checker(program.theory, program.facts)
    atoms = list_atoms(numeric=False)
    for statement in data.draw(st.lists(st.sampled_from(atoms), min_size=1, max_size=6)):
        right = truth.build_evidence(statement)
        derived = tuple(sorted(truth.model - program.facts))
        pair = right if isinstance(right, ModelPair) else ModelPair(statement, derived, derived)
        others = [pair, replace(pair, statement=data.draw(st.sampled_from(atoms)))]
        for which in ("without", "with_statement"):
            triples = getattr(pair, which)
            other = data.draw(st.sampled_from(atoms))
            changes = [tuple(sorted({*triples} ^ {other})), triples[1:], triples[::-1], (*triples, *triples[-1:])]
            others += [replace(pair, **{which: change}) for change in changes]
        for one in others:
            assert checker._accepts(one) == (not checker._compare_models(one)), one
        # The enumeration knows no other terms than the program's.
        if truth.consistent and {statement[0], *([] if statement[1] == RDF_TYPE else [statement[2]])} <= {*truth.terms}:
            assert checker._accepts(pair) == isinstance(right, ModelPair)
    assert checker.model == truth.model


@settings(max_examples=60)
@given(draw_program(), st.data())
def test_a_varied_checker_is_one_of_the_varied_facts(program: Program, data: st.DataObject) -> None:
    checker = Checker(program.theory, program.facts)
    some = st.lists(st.sampled_from(list_atoms()), max_size=3)
    added = data.draw(some)
    removed = data.draw(st.lists(st.sampled_from(sorted(program.facts)), max_size=2) | st.just([]))
    changed = frozenset(program.facts).difference(removed).union(added)
    varied, anew = checker.vary(added, removed), Checker(program.theory, changed)
    assert varied.facts == changed
    assert varied.model == anew.model == Truth(program._replace(facts=changed)).model
    assert varied.contradictions == anew.contradictions
    assert checker.model == Truth(program).model
    again = varied.vary(removed, added)
    assert again.model == Checker(program.theory, changed.difference(added).union(removed)).model


@settings(max_examples=40)
@given(draw_program("ab", numeric=False))
def test_one_checker_for_all_questions_judges_as_one_for_each(program: Program) -> None:
    """Right and wrong evidence in turn: nothing that was accepted or rejected before shows in a later judgement."""
    truth = Truth(program)
    if not truth.consistent:
        return
    checker = Checker(program.theory, program.facts)
    evidence = [truth.build_evidence(statement) for statement in list_atoms("ab", numeric=False)]
    proofs = [one for one in evidence if isinstance(one, Proof) and one.steps]
    wrong: list[Proof | Refutation | ModelPair] = []
    for proof in proofs:
        last = proof.steps[-1]
        wrong += [replace(proof, steps=(*proof.steps[:-1], replace(last, conclusion=other.goal))) for other in proofs]
        wrong += [replace(proof, goal=other.goal) for other in proofs]
        wrong += [Refutation(proof.goal, proof), Refutation(proof.goal)]
    for one in (*evidence, *wrong, *evidence):
        alone = check_evidence(program.theory, program.facts, one)
        assert checker.check_evidence(one) == alone
        if not alone:
            assert certify(program.theory, program.facts, one, checker) == certify(program.theory, program.facts, one)


def test_certificates_of_one_case_differ_where_the_evidence_does() -> None:
    theory = Theory.build([Rule("r", (atom("q ?x ?y"),), (atom("r ?x ?y"),))], [])
    facts = frozenset({fact("q a b")})
    checker = Checker(theory, facts)
    derived = (fact("r a b"),)
    pairs = [
        ModelPair(fact(f"q {x} {y}"), derived, tuple(sorted((*derived, fact(f"r {x} {y}"))))) for x, y in ("ba", "bb")
    ]
    step = Step("r", (("?x", name("a")), ("?y", name("b"))), (fact("q a b"),), (), fact("r a b"))
    evidence: list[Evidence] = [*pairs, Proof(fact("r a b"), (step,))]
    digests = [certify(theory, facts, one, checker) for one in evidence]
    assert len(set(digests)) == 3
    with pytest.raises(CheckError):
        certify(theory, facts, replace(pairs[0], with_statement=derived), checker)
    assert digests == [certify(theory, facts, one) for one in evidence]


def test_added_facts_that_reach_a_negation_make_the_model_anew() -> None:
    unless = Rule("e", (atom("A ?x"), Negation((atom("p ?x ?x"),))), (atom("B ?x"),))
    theory = Theory.build([unless, Rule("s", (atom("C ?x"),), (atom("p ?x ?x"),))], CLOSED)
    checker = Checker(theory, [fact("A a"), fact("A b")])
    assert fact("B a") in checker.model
    assert checker.vary([fact("C a")]).model == {fact("A a"), fact("A b"), fact("C a"), fact("p a a"), fact("B b")}
    assert checker.vary([fact("A c")]).model == checker.model | {fact("A c"), fact("B c")}
    assert checker.vary((), [fact("A a")]).model == {fact("A b"), fact("B b")}


@given(st.lists(st.sampled_from(list_atoms()), max_size=12), st.lists(st.sampled_from(list_atoms()), max_size=6))
def test_what_an_index_is_lent_it_gives_back(facts: list[Triple], lent: list[Triple]) -> None:
    def describe(index: FactIndex) -> tuple[object, ...]:
        ends = [
            sorted((p, end, tuple(terms)) for p, by_end in table.items() for end, terms in by_end.items() if terms)
            for table in (index.by_subject, index.by_object)
        ]
        return sorted(index.facts), sorted((p, tuple(pairs)) for p, pairs in index.pairs.items() if pairs), ends

    index = FactIndex(facts)
    before = describe(index)
    with index.lend(lent):
        assert describe(index) == describe(FactIndex([*facts, *lent]))
    assert describe(index) == before
    copied = index.copy()
    copied.add(("<urn:a>", "<urn:b>", "<urn:c>"))
    assert describe(index) == before
