"""Shapes that would be slow or large if something were quadratic that must not be."""

from __future__ import annotations

import time

import numpy as np
import pytest

from workbench.errors import LimitError
from workbench.model.rules import Atom, Comparison, Operation, Rule
from workbench.model.terms import RDF_TYPE, Triple, make_literal
from workbench.model.theory import Theory
from workbench.reasoning import alternatives, batch, join, kernel
from workbench.reasoning.batch import evaluate
from workbench.reasoning.columns import ColumnIndex, KeyMap
from workbench.reasoning.graph import StepLog
from workbench.reasoning.guards import Limits

P, V = "<urn:p>", "<urn:v>"
TRANSITIVE = Rule("t", (Atom("?x", P, "?y"), Atom("?y", P, "?z")), (Atom("?x", P, "?z"),))
SYMMETRIC = Rule("s", (Atom("?x", P, "?y"),), (Atom("?y", P, "?x"),))


def chain(length: int) -> list[Triple]:
    return [(f"<urn:n{i}>", P, f"<urn:n{i + 1}>") for i in range(length)]


def test_a_thousand_rounds() -> None:
    count = Rule(
        "count",
        (
            Atom("?x", V, "?n"),
            Comparison("<", "?n", make_literal(1000)),
            Comparison("=", "?m", Operation("+", "?n", make_literal(1))),
        ),
        (Atom("?x", V, "?m"),),
    )
    start = time.process_time()
    evaluated = evaluate(Theory.build([count]), [[("<urn:a>", V, make_literal(0))]])
    assert evaluated.get_height(0, ("<urn:a>", V, make_literal(1000))) == 1000
    proof = evaluated.proof(0, ("<urn:a>", V, make_literal(1000)))
    assert proof is not None and len(proof.steps) == 1000
    assert time.process_time() - start < 5


def test_ten_thousand_rules_cost_only_what_fires() -> None:
    def is_a(number: int) -> Atom:
        return Atom("?x", RDF_TYPE, f"<urn:C{number}>")

    rules = [Rule(f"r{i:05}", (is_a(i),), (is_a(i // 4),)) for i in range(1, 10_000)]
    start = time.process_time()
    evaluated = evaluate(Theory.build(rules), [[("<urn:a>", RDF_TYPE, "<urn:C9999>")]])
    assert len(evaluated.list_facts(0)) == 8
    assert time.process_time() - start < 5


def test_large_tables_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [
        Rule("pairs", (Atom("?x", P, "?y"), Atom("?z", P, "?w"), Comparison("!=", "?x", "?z")), (Atom("?x", V, "?w"),)),
    ]
    whole = evaluate(Theory.build(rules), [chain(30), chain(7)])
    monkeypatch.setattr(join, "CHUNK", 10)
    split = evaluate(Theory.build(rules), [chain(30), chain(7)])
    for world in (0, 1):
        assert whole.list_facts(world) == split.list_facts(world)
    assert np.array_equal(whole.log.facts, split.log.facts)


def test_matching_on_demand_gives_the_same_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    theory = Theory.build([TRANSITIVE, SYMMETRIC])
    logged = evaluate(theory, [chain(9)])
    monkeypatch.setattr(batch, "_LOGGED_FACTS", 10)
    matched = evaluate(theory, [chain(9)])
    for fact in logged.list_facts(0):
        assert logged.proof(0, fact) == matched.proof(0, fact)
        assert logged.derivations(0, fact) == matched.derivations(0, fact)
        assert logged.dependency_cone(0, [fact]) == matched.dependency_cone(0, [fact])


def test_a_capped_log_says_that_it_is_incomplete() -> None:
    evaluated = evaluate(Theory.build([TRANSITIVE, SYMMETRIC]), [chain(9)])
    assert evaluated.log.is_complete
    assert not StepLog(evaluated.plan, evaluated.matcher, evaluated.facts, most=3).is_complete


def test_alternatives_in_a_dense_graph_are_cut_off_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = evaluate(Theory.build([TRANSITIVE, SYMMETRIC]), [chain(12)])
    goal: Triple = ("<urn:n12>", P, "<urn:n0>")
    monkeypatch.setattr(alternatives, "_MOST_INSTANCES", 20)
    monkeypatch.setattr(alternatives, "_BLOCK", 2)
    found = evaluated.proofs(0, goal, limit=100_000)
    assert found[0] == evaluated.proof(0, goal)
    assert len(found) > 1 and not found.is_complete


def test_indexes_find_what_was_added_in_any_number_of_steps() -> None:
    random = np.random.default_rng(1)
    keys = random.permutation(np.arange(0, 3000, 3, dtype=np.int64))
    lookup, index, row = KeyMap(), ColumnIndex(), 0
    while row < len(keys):
        part = np.sort(keys[row : row + int(random.integers(1, 40))])
        keys[row : row + len(part)] = part
        lookup.add(part, row)
        index.add(part % 50, np.arange(row, row + len(part)), 50)
        row += len(part)
    everything = np.arange(3000, dtype=np.int64)
    expected = np.full(3000, -1)
    expected[keys] = np.arange(len(keys))
    assert np.array_equal(lookup.find(everything), expected)
    values = np.array([7, 49, 7, 60], dtype=np.int64)
    sources, rows = index.expand_spans(index.find_spans(values))
    found = [sorted(rows[sources == source].tolist()) for source in range(4)]
    assert found == [np.flatnonzero(keys % 50 == value).tolist() for value in values.tolist()]


def test_no_worlds_and_an_empty_world() -> None:
    theory = Theory.build([TRANSITIVE, Rule("fact", (), (Atom("<urn:a>", P, "<urn:b>"),))])
    assert evaluate(theory, []).find_inconsistent_worlds().tolist() == []
    empty = evaluate(theory, [[], []])
    assert empty.list_facts(1) == [("<urn:a>", P, "<urn:b>")]
    assert empty.get_height(1, ("<urn:a>", P, "<urn:b>")) == 1


def test_numbers_too_long_for_a_literal_end_a_recursion() -> None:
    def square(variable: str) -> Operation:
        return Operation("*", Operation("*", variable, variable), Operation("*", variable, variable))

    grow = Rule("grow", (Atom("?x", V, "?n"), Comparison("=", "?m", square("?n"))), (Atom("?x", V, "?m"),))
    shrink = Rule(
        "shrink",
        (Atom("?x", P, "?n"), Comparison("=", "?m", Operation("/", "?n", make_literal(4)))),
        (Atom("?x", P, "?m"),),
    )
    facts: list[Triple] = [("<urn:a>", V, make_literal(12)), ("<urn:a>", P, make_literal(1))]
    found = evaluate(Theory.build([grow, shrink]), [facts]).list_facts(0)
    assert sum(fact[1] == V for fact in found) == 5  # 12, 12^4, ... 12^256; 12^1024 has 1106 digits
    assert sum(fact[1] == P for fact in found) == 501  # 1, 1/4, ... 4^-500 with 1000 decimal places


def test_what_a_level_produces_is_compacted(monkeypatch: pytest.MonkeyPatch) -> None:
    theory = Theory.build([TRANSITIVE, SYMMETRIC])
    whole = evaluate(theory, [chain(12)])
    monkeypatch.setattr(kernel, "_MOST_PENDING", 5)
    compacted = evaluate(theory, [chain(12)])
    assert np.array_equal(whole.log.facts, compacted.log.facts)
    assert np.array_equal(whole.log.premises, compacted.log.premises)
    with pytest.raises(LimitError, match="more than 40 facts"):
        evaluate(theory, [chain(12)], limits=Limits(facts=40))


def test_time_is_limited_while_evaluating_only() -> None:
    with pytest.raises(LimitError, match="seconds"):
        evaluate(Theory.build([TRANSITIVE]), [chain(5)], limits=Limits(seconds=0.0))
    evaluated = evaluate(Theory.build([TRANSITIVE]), [chain(5)], limits=Limits(seconds=1.0))
    evaluated.matcher.watch.check_time()
    assert evaluated.matcher.watch.started is None
