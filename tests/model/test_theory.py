"""Strata, dependencies and selections, against brute force over few keys."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.rules import Atom, Comparison, Negation, Rule
from workbench.model.terms import RDF_TYPE, make_literal
from workbench.model.theory import Theory, compute_strata, find_negative_cycle

KEYS = [f"<urn:{name}>" for name in "pqAB"]


def make_atom(key: str) -> Atom:
    return Atom("?x", RDF_TYPE, key) if key[-2].isupper() else Atom("?x", key, "?y")


@st.composite
def draw_rules(draw: st.DrawFn) -> list[Rule]:
    keys = st.lists(st.sampled_from(KEYS), max_size=2)
    rules = []
    for number in range(draw(st.integers(0, 5))):
        body = [make_atom(key) for key in draw(keys)]
        negated = tuple(make_atom(key) for key in draw(keys))
        head = tuple(make_atom(key) for key in draw(keys))
        rules.append(Rule(f"r{number}", (*body, *([Negation(negated)] if negated else [])), head))
    return rules


def list_arrows(rules: list[Rule]) -> set[tuple[str, str, bool]]:
    """(head, body key, through not?)"""
    arrows = set()
    for rule in rules:
        for head in rule.head:
            for element in rule.body:
                if isinstance(element, Atom):
                    arrows.add((head.key, element.key, False))
                elif isinstance(element, Negation):
                    arrows |= {(head.key, a.key, True) for a in element.elements if isinstance(a, Atom)}
    return arrows


def fits(arrows: set[tuple[str, str, bool]], strata: dict[str, int]) -> bool:
    return all(strata[head] >= strata[body] + negated for head, body, negated in arrows)


@given(draw_rules())
def test_strata_are_the_least_that_fit(rules: list[Rule]) -> None:
    arrows = list_arrows(rules)
    keys = sorted({key for head, body, _ in arrows for key in (head, body)})
    fitting = [
        dict(zip(keys, levels, strict=True))
        for levels in product(range(len(keys) + 1), repeat=len(keys))
        if fits(arrows, dict(zip(keys, levels, strict=True)))
    ]
    strata = compute_strata(rules)
    assert (strata is None) == (not fitting)
    if strata is not None:
        relevant = {key: strata[key] for key in keys}
        assert relevant == {key: min(one[key] for one in fitting) for key in keys}


@given(draw_rules())
def test_a_negative_cycle_is_shown_when_there_is_one(rules: list[Rule]) -> None:
    cycle = find_negative_cycle(rules)
    assert bool(cycle) == (compute_strata(rules) is None)
    if cycle:
        assert set(cycle) <= set(rules)
        assert compute_strata(cycle) is None


@given(draw_rules(), st.sets(st.sampled_from(KEYS)), st.data())
def test_reaching_back_is_the_closure_of_dependencies(rules: list[Rule], wanted: set[str], data: st.DataObject) -> None:
    theory = Theory.build(rules)
    chosen = [rule for rule in theory.rules if data.draw(st.booleans())]
    reached = set(wanted)
    for _ in KEYS:
        reached |= {body for head, body, _ in list_arrows(chosen) if head in reached}
    names = tuple(rule.name for rule in chosen)
    assert theory.reach_back(names, wanted) == reached
    assert theory.reach_back(names, wanted) == reached  # remembered


def test_rules_are_ordered_and_their_names_unique() -> None:
    first, second = Rule("b", (make_atom(KEYS[0]),), ()), Rule("a", (make_atom(KEYS[1]),), ())
    theory = Theory.build([first, second], [KEYS[0]])
    assert [rule.name for rule in theory.rules] == ["a", "b"] and theory.closed == {KEYS[0]}
    assert theory.by_name["b"] is first and theory == Theory.build([second, first], [KEYS[0]])
    with pytest.raises(ValueError, match="one name"):
        Theory.build([first, Rule("b", (make_atom(KEYS[2]),), ())])


def test_keys_and_selection() -> None:
    body = (make_atom(KEYS[0]), Comparison("=", "?x", make_literal(1)), Negation((make_atom(KEYS[2]),)))
    theory = Theory.build([Rule("a", body, (make_atom(KEYS[3]),)), Rule("b", (make_atom(KEYS[1]),), ())], [KEYS[2]])
    assert theory.keys == tuple(sorted(KEYS))
    selected = theory.select(["a", "nothing"])
    assert [rule.name for rule in selected.rules] == ["a"] and selected.closed == theory.closed
    assert theory.strata[KEYS[3]] == 1


def test_what_is_not_stratified_has_no_strata() -> None:
    theory = Theory.build([Rule("a", (Negation((make_atom(KEYS[2]),)),), (make_atom(KEYS[2]),))])
    with pytest.raises(ValueError, match="not stratified"):
        theory.strata  # noqa: B018 - computed when asked for
