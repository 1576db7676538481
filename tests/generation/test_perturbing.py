"""Perturbed items: one thing is changed, and whether the answer stays is found out, not believed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracles.ground import NUMBERS, Program, atom, draw_program, fact, list_atoms, name

from workbench.export.reading import read_dataset
from workbench.generation.questions.answering import measure_drafts
from workbench.generation.questions.draft import Answered, Claim, Draft, ask_pattern
from workbench.generation.questions.perturbing import (
    Supply,
    Variant,
    choose_originals,
    find_variant_fault,
    order_rules,
    perturb,
)
from workbench.generation.worlds.plan import ValuePool
from workbench.model.curriculum import STATUSES, Level
from workbench.model.rules import Rule
from workbench.model.splits import HeldOut, Perturbation
from workbench.model.terms import RDF_TYPE, Triple, is_literal, make_literal
from workbench.model.theory import Theory

LEVEL = Level("l", 1, "", (0, 12), "facts+rules", (0, 99), (0, 99), ("sampled",), ())
NAMES = tuple(name(text) for text in "bcdefg")
CLASSES = frozenset(name(text) for text in "ABC")


def make_supply(theory: Theory) -> Supply:
    keys = tuple(name(text) for text in ("p", "A", "n", "q", "B", "r", "C"))
    return Supply(theory, (NAMES,), keys, CLASSES, {name("n"): ValuePool(1, 40, ())})


def make_draft(program: Program, statement: Triple, aim: str = "-") -> Draft:
    rules = tuple(rule.name for rule in program.theory.rules)
    return Draft(LEVEL, "entailment", tuple(sorted(program.facts)), rules, (Claim(statement),), aim=aim)


def make_variants(program: Program, draft: Draft, kind: Perturbation, key: str = "k") -> tuple[Variant, ...]:
    facts = sorted(draft.facts, reverse=True)
    found = perturb(draft, facts, draft.rules, kind, make_supply(program.theory), key)
    for variant in found:
        assert variant.kind == kind and tuple(sorted(set(variant.facts))) == variant.draft.facts
        assert tuple(sorted(variant.rules)) == variant.draft.rules == draft.rules
    assert found == perturb(draft, facts, draft.rules, kind, make_supply(program.theory), key)
    return found


def answer(program: Program, draft: Draft) -> Answered | None:
    (found,) = measure_drafts(program.theory, [draft])
    return found


STATEMENTS = st.sampled_from(list_atoms())


@settings(max_examples=30)
@given(draw_program(), STATEMENTS)
def test_other_names_have_the_same_answer(program: Program, statement: Triple) -> None:
    draft = make_draft(program, statement)
    original = answer(program, draft)
    assume(original is not None)
    assert original is not None
    for variant in make_variants(program, draft, "renamed"):
        renaming = dict(variant.renaming)
        assert len(set(renaming.values())) == len(renaming) and set(renaming) | set(renaming.values()) <= set(NAMES)
        assert all(one != other for one, other in renaming.items())
        used = {end for triple in (*draft.facts, statement) for end in triple if end in NAMES}
        assert set(renaming) == used
        # Three of six names are free, so nobody gets the name of somebody else.
        assert not used & set(renaming.values())
        answered = answer(program, variant.draft)
        assert answered is not None and find_variant_fault(original, answered, variant) is None
        assert answered.difficulty == original.difficulty


def test_a_list_without_free_names_is_turned_round() -> None:
    theory = Theory.build([])
    facts = tuple(fact(f"p {a} {b}") for a, b in ("bc", "de", "fg"))
    draft = Draft(LEVEL, "entailment", facts, (), (Claim(fact("A b")),))
    (variant,) = perturb(draft, facts, (), "renamed", make_supply(theory), "k")
    assert sorted(dict(variant.renaming).values()) == sorted(NAMES)
    one = Supply(theory, ((name("b"),), (name("c"),)), (), CLASSES, {})
    assert perturb(draft, facts, (), "renamed", one, "k") == ()


@settings(max_examples=30)
@given(draw_program(), STATEMENTS)
def test_other_orders_state_the_same(program: Program, statement: Triple) -> None:
    draft = make_draft(program, statement)
    variants = make_variants(program, draft, "reordered")
    assert all(variant.draft == draft for variant in variants)
    assert all(
        (variant.facts, variant.rules) != (tuple(sorted(draft.facts, reverse=True)), draft.rules)
        for variant in variants
    )
    assert len({(variant.facts, variant.rules) for variant in variants}) == len(variants) > 0


@settings(max_examples=30)
@given(draw_program(), STATEMENTS)
def test_a_clause_is_irrelevant_when_the_answer_does_without_it(program: Program, statement: Triple) -> None:
    draft = make_draft(program, statement)
    original = answer(program, draft)
    assume(original is not None)
    assert original is not None
    for variant in make_variants(program, draft, "irrelevant"):
        (added,) = set(variant.draft.facts) - set(draft.facts)
        assert len(variant.facts) == len(draft.facts) + 1
        assert [f for f in variant.facts if f != added] == sorted(draft.facts, reverse=True)
        answered = answer(program, variant.draft)
        if answered is None:
            continue
        fault = find_variant_fault(original, answered, variant)
        if fault is None:
            assert answered.status == original.status and added in answered.distractors
        else:
            assert answered.status != original.status or added not in answered.distractors


def test_a_clause_that_matters_is_refused() -> None:
    rule = Rule("r", (atom("A ?x"), atom("p ?x ?y")), (atom("B ?x"),))
    program = Program(Theory.build([rule]), frozenset([fact("A b"), fact("p b c")]))
    draft = make_draft(program, fact("B b"))
    original = answer(program, draft)
    more = replace(draft, facts=tuple(sorted({*draft.facts, fact("p b d")})))
    answered = answer(program, more)
    assert original is not None and answered is not None and answered.status == original.status == "entailed"
    # A second way to the conclusion: the answer stays, but the clause takes part in a proof of it.
    variant = Variant(more, "irrelevant", more.facts, more.rules)
    assert find_variant_fault(original, answered, variant) == "the clause added is not irrelevant"
    changed = answer(program, make_draft(Program(program.theory, frozenset([fact("A b")])), fact("B b")))
    assert changed is not None
    assert find_variant_fault(changed, answered, variant) == "a change that should not matter changed the answer"
    # What leads nowhere near the question is proposed first.
    first = perturb(draft, draft.facts, draft.rules, "irrelevant", make_supply(program.theory), "k")[0]
    (added,) = set(first.draft.facts) - set(draft.facts)
    assert (added[2] if added[1] == RDF_TYPE else added[1]) not in (name("A"), name("p"), name("B"))


@settings(max_examples=30)
@given(draw_program(), STATEMENTS, st.sampled_from(STATUSES))
def test_numbers_change_and_the_answer_is_found_anew(program: Program, statement: Triple, aim: str) -> None:
    draft = make_draft(program, statement, aim)
    numbers = {t[2] for t in draft.facts if t[2] in list(NUMBERS)[:2]}
    variants = make_variants(program, draft, "numbers")
    assert bool(variants) == bool(numbers)
    for variant in variants:
        renaming = dict(variant.renaming)
        assert set(renaming) <= numbers and len(set(renaming.values())) == len(renaming)
        assert len(variant.draft.facts) == len(draft.facts)
        assert {t for t in draft.facts if not is_literal(t[2])} <= set(variant.draft.facts)
    assert {variant.draft.aim for variant in variants} == (set(STATUSES) if variants else set())
    assert all(variant.draft.aim == aim for variant in variants[:1])


def test_every_part_of_a_question_is_renamed() -> None:
    two = make_literal(2)
    query = ask_pattern((name("b"), name("p"), "?answer"))
    detail = ("least", ((name("b"), two),))
    draft = Draft(LEVEL, "value", (fact("n b 2"), fact("p b c")), (), query=query, detail=detail)
    (variant,) = perturb(draft, draft.facts, (), "renamed", make_supply(Theory.build([])), "k")
    new = dict(variant.renaming)[name("b")]
    assert variant.draft.question.pattern == (new, name("p"), "?answer")
    assert variant.draft.detail == ("least", ((new, two),))


def test_originals_are_taken_in_an_order_of_their_own() -> None:
    held = HeldOut("x", "perturbed", of="test", items=3)
    ids = [f"{n:032x}" for n in range(9)]
    chosen = choose_originals(held, ids)
    assert len(chosen) == 3 and chosen == choose_originals(held, ids[::-1])
    assert chosen == choose_originals(replace(held, items=0), ids)[:3]


def test_the_order_of_rules_is_found_in_the_prompt(small_dataset: Path) -> None:
    dataset = read_dataset(small_dataset)
    found = 0
    for item in dataset.iterate_items():
        theory = dataset.read_theory(item["theory"])
        names = order_rules(item, theory)
        assert sorted(names) == sorted(rule["id"] for rule in theory["rules"])
        if item["given"] == "facts+rules":
            texts = {rule["id"]: rule["text"][item["language"]] for rule in theory["rules"]}
            places = [item["question"].index(texts[name]) for name in names]
            assert places == sorted(places)
            found += len(places) > 1
        else:
            assert list(names) == sorted(names)
    assert found
    labelled = {"query": {"rules": ["b", "a"]}}
    assert order_rules(labelled, {}) == ("b", "a")
