"""What is closed is stated where an answer could rest on it, and left out where none could."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from oracles.ground import CLOSED, Program, draw_program, fact, key_of, list_atoms, name
from test_answering import make_draft

from workbench.checker import Checker, certify
from workbench.formats.rules_parser import parse_rule
from workbench.generation.items.rendering import _list_speaking, list_closed
from workbench.generation.questions.answering import find_statuses, measure_drafts
from workbench.model.theory import Theory

PREFIXES = {"": "https://example.org/t#"}


def build_theory(*rules: str) -> Theory:
    return Theory.build([parse_rule(text, PREFIXES, f"r{n}") for n, text in enumerate(rules)], CLOSED)


@settings(max_examples=150)
@given(draw_program(), st.sampled_from(list_atoms()))
def test_every_status_is_the_same_with_what_is_left_out_taken_as_open(
    program: Program, statement: tuple[str, str, str]
) -> None:
    facts = sorted(program.facts)
    kept = list_closed(program.theory, program.theory.rules, [statement])
    smaller = Theory(program.theory.rules, frozenset(kept))
    draft = make_draft(program.theory, facts, statement)
    whole, part = (find_statuses(theory, [draft]) for theory in (program.theory, smaller))
    assert whole == part
    (item,) = measure_drafts(program.theory, [draft])
    if item is not None:
        # The evidence, too, convinces whoever is told no more than that.
        certify(smaller, program.facts, item.judgements[0].evidence, Checker(smaller, program.facts))


@pytest.mark.parametrize(
    ("rules", "asked", "kept"),
    [
        ((), "p a b", ["p"]),
        (("p(?x, ?y) -> q(?x, ?y)",), "q a b", []),
        (("q(?x, ?y) -> B(?x)",), "q a b", ["B"]),
        (("q(?x, ?y) -> r(?x, ?y)", "r(?x, ?y) -> B(?x)"), "q a b", ["B"]),
        (("r(?x, ?y) -> B(?x)", "q(?x, ?y) -> r(?x, ?y)"), "q a b", ["B"]),
        (("r(?x, ?y) -> B(?x)",), "q a b", []),
        (("q(?x, ?y) ^ not A(?x) -> r(?x, ?y)",), "C a", ["A"]),
        (("q(?x, ?y) ^ A(?x) -> false",), "q a b", []),
    ],
)
def test_what_is_stated_of_what_is_closed(rules: tuple[str, ...], asked: str, kept: list[str]) -> None:
    theory = build_theory(*rules)
    assert list_closed(theory, theory.rules, [fact(asked)]) == sorted(map(name, kept))


def test_a_fact_alone_is_no_reason_to_say_that_all_of_its_kind_is_known() -> None:
    theory = build_theory("q(?x, ?y) ^ p(?x, ?y) -> r(?x, ?y)")
    assert key_of(fact("p a b")) in CLOSED
    assert list_closed(theory, theory.rules, [fact("r a b")]) == []


@settings(max_examples=100)
@given(draw_program(), st.sampled_from(list_atoms()), st.data())
def test_rules_that_say_nothing_of_what_is_closed_can_be_passed_over(
    program: Program, statement: tuple[str, str, str], data: st.DataObject
) -> None:
    theory = program.theory
    stated = data.draw(st.lists(st.sampled_from(theory.rules), unique=True))
    speaking = {rule.name for rule in _list_speaking(theory)}
    kept = [rule for rule in stated if rule.name in speaking]
    assert list_closed(theory, kept, [statement]) == list_closed(theory, stated, [statement])
