"""Interchangeable variables, held against trying every order."""

from __future__ import annotations

from itertools import combinations, permutations

from hypothesis import given
from hypothesis import strategies as st
from oracles import naive

from workbench.model.proofs import FALSE
from workbench.model.rules import Atom, Comparison, Negation, Rule
from workbench.model.symmetry import list_interchangeable
from workbench.model.terms import RDF_TYPE, Triple, make_literal
from workbench.model.theory import Theory
from workbench.reasoning.batch import evaluate

P, B = "<urn:p>", "<urn:B>"
NAMES = ("?y", "?z", "?u", "?v")


def at_least(count: int, head: tuple[Atom, ...] = (), predicate: str = P) -> Rule:
    names = NAMES[:count]
    differ = [Comparison("!=", one, other) for one, other in combinations(names, 2)]
    return Rule("least", (*(Atom("?x", predicate, name) for name in names), *differ), head)


def test_what_is_a_group() -> None:
    assert list_interchangeable(at_least(2)) == ()
    assert list_interchangeable(at_least(3)) == (("?y", "?z", "?u"),)
    three = at_least(3)
    without_one = Rule("r", three.body[:-1], ())
    assert list_interchangeable(without_one) == ()
    marked = Rule("r", (*three.body, Atom("?u", RDF_TYPE, B)), ())
    assert list_interchangeable(marked) == ()
    in_head = Rule("r", three.body, (Atom("?y", RDF_TYPE, B),))
    assert list_interchangeable(in_head) == ()
    negated = Rule("r", (*three.body, Negation((Atom("?y", RDF_TYPE, B),))), ())
    assert list_interchangeable(negated) == ()
    turned = Rule("r", (*three.body[:-1], Comparison("!=", "?u", "?z")), ())
    assert list_interchangeable(turned) == (("?y", "?z", "?u"),)


VALUES = ("<urn:a>", "<urn:b>", "<urn:c>", "_:d", "_:e", make_literal(1), make_literal("1.0"), make_literal("01"),
          '"01"^^<http://www.w3.org/2001/XMLSchema#integer>')  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from(("<urn:i>", "<urn:j>")), st.sampled_from(VALUES)), max_size=8),
    st.integers(3, 4),
    st.booleans(),
)
def test_one_order_stands_for_all(pairs: list[tuple[str, str]], count: int, is_integrity: bool) -> None:
    facts: list[Triple] = [(subject, P, value) for subject, value in dict.fromkeys(pairs)]
    head = () if is_integrity else (Atom("?x", RDF_TYPE, B),)
    rule = at_least(count, head)
    assert list_interchangeable(rule)
    batch = evaluate(Theory.build([rule]), [facts])
    goals = [FALSE] if is_integrity else [("<urn:i>", RDF_TYPE, B), ("<urn:j>", RDF_TYPE, B)]
    for goal in goals:
        expected = set()
        for subject in ("<urn:i>", "<urn:j>"):
            values = [value for s, value in dict.fromkeys(pairs) if s == subject and goal[0] in ("false", subject)]
            for chosen in permutations(values, count):
                bindings = {"?x": subject, **dict(zip(NAMES, chosen, strict=False))}
                if naive.settle_comparisons([e for e in rule.body if isinstance(e, Comparison)], bindings) is not None:
                    expected.add(frozenset((subject, P, value) for value in chosen))
        steps = batch.derivations(0, goal)
        assert {frozenset(step.premises) for step in steps} == expected
        assert len(steps) == len(expected)
        assert {frozenset(item.facts) for item in batch.justifications(0, goal, 1000)} == expected
