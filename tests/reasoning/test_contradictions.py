"""Contradictions: the smallest sets against trying every subset, and bounded lists of very many."""

from __future__ import annotations

import time
from itertools import combinations

from hypothesis import HealthCheck, assume, given, settings
from oracles import naive, programs

from workbench.errors import LimitError
from workbench.model.rules import Atom, Comparison, Rule
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory
from workbench.reasoning.batch import Batch, evaluate
from workbench.reasoning.contradictions import find_contradictions
from workbench.reasoning.guards import Limits

CHECKS = settings(deadline=None, suppress_health_check=list(HealthCheck))
P = "<urn:p>"


def is_a(subject: str, name: str) -> Atom:
    return Atom(subject, RDF_TYPE, f"<urn:{name}>")


def member(subject: str, name: str) -> Triple:
    return f"<urn:{subject}>", RDF_TYPE, f"<urn:{name}>"


@settings(CHECKS, max_examples=150)
@given(programs.samplers())
def test_each_rule_that_fires_is_told_with_smallest_sets(sampler: programs.Sampler) -> None:
    theory, facts = sampler.draw_theory(8), sampler.draw_world(7)
    try:
        batch = evaluate(theory, [facts], limits=Limits(rounds=12, facts=150))
    except LimitError:
        assume(False)
        raise
    full = naive.evaluate(theory, facts)
    found = find_contradictions(batch)
    applications = {(step.rule, frozenset(step.premises)) for step in full.contradictions}
    # Premises may repeat, so that sets of premises are at most as many as their lists.
    assert len(applications) <= found.total and found.is_counted and not found.is_cut
    assert {item.step.rule for item in found.items} == {rule for rule, _ in applications}
    assert {item.step for item in found.items} <= full.contradictions
    for item in found.items:
        sizes = [
            len(subset)
            for size in range(len(item.facts) + 1)
            for subset in combinations(sorted(set(facts)), size)
            if set(item.step.premises)
            <= set(naive.evaluate(theory, subset, frozenset(full.heights)).heights)
        ]  # fmt: skip
        assert len(item.facts) == min(sizes)
        if item.has_others:
            continue
        assert sizes.count(min(sizes)) == 1


DISJOINT = Rule("disjoint", (is_a("?x", "A"), is_a("?x", "B")), (), kind="axiom")


def make_hub(count: int) -> Batch:
    """One statement makes everything a B; every A is then contradicted. Two other contradictions stand alone."""
    rules = [
        DISJOINT,
        Rule("spread", (Atom("?x", P, "?y"), is_a("?y", "Wrong")), (is_a("?x", "B"),)),
        Rule("never", (is_a("?x", "C"),), (), kind="constraint"),
    ]
    facts = [member("hub", "Wrong"), member("c", "C"), member("d", "A"), member("d", "B")]
    for number in range(count):
        facts += [member(f"i{number}", "A"), (f"<urn:i{number}>", P, "<urn:hub>")]
    return evaluate(Theory.build(rules), [facts])


def test_one_statement_with_thousands_of_contradictions() -> None:
    batch = make_hub(5_000)
    before = time.process_time()
    found = find_contradictions(batch)
    assert time.process_time() - before < 30
    assert found.total == 5_002 and found.is_counted and not found.is_cut
    assert [(c.fact, c.total, c.listed) for c in found.culprits] == [(member("hub", "Wrong"), 5_000, 20)]
    assert len(found.items) == 22
    assert all(member("hub", "Wrong") in item.facts and len(item.facts) == 3 for item in found.items[:20])
    assert [item.facts for item in found.items[20:]] == [
        (member("c", "C"),),
        (member("d", "A"), member("d", "B")),
    ]


def test_the_list_as_a_whole_has_a_bound() -> None:
    found = find_contradictions(make_hub(30), most=21, most_of_fact=10)
    assert len(found.items) == 12 and not found.is_cut
    found = find_contradictions(make_hub(30), most=11, most_of_fact=10)
    assert len(found.items) == 11 and found.is_cut and found.total == 32


def test_more_contradictions_than_are_counted() -> None:
    body = (is_a("?x", "A"), is_a("?y", "A"), Comparison("!=", "?x", "?y"))
    batch = evaluate(Theory.build([Rule("one", body, ())]), [[member(f"i{n}", "A") for n in range(400)]])
    before = time.process_time()
    found = find_contradictions(batch)
    assert time.process_time() - before < 30
    assert not found.is_counted and found.is_cut and found.total >= 5_000 and len(found.items) <= 1_000


def test_a_set_that_minimal_proofs_do_not_give() -> None:
    # Each premise by itself has a shortest proof from a fact of its own; together one fact is enough.
    rules = [
        DISJOINT,
        Rule("a1", (is_a("?x", "S"),), (is_a("?x", "A"),)),
        Rule("b1", (is_a("?x", "T"),), (is_a("?x", "B"),)),
        Rule("b2", (is_a("?x", "S"),), (is_a("?x", "B0"),)),
        Rule("b3", (is_a("?x", "B0"),), (is_a("?x", "B"),)),
    ]
    batch = evaluate(Theory.build(rules), [[member("i", "S"), member("i", "T")]])
    (found,) = find_contradictions(batch).items
    assert found.facts == (member("i", "S"),) and not found.has_others


def test_rules_that_contradict_each_other_without_any_fact() -> None:
    rules = [DISJOINT, Rule("a", (), (is_a("<urn:i>", "A"),)), Rule("b", (), (is_a("<urn:i>", "B"),))]
    (found,) = find_contradictions(evaluate(Theory.build(rules), [[]])).items
    assert found.facts == () and found.step.rule == "disjoint"


def test_each_world_has_its_own() -> None:
    batch = evaluate(Theory.build([DISJOINT]), [[member("i", "A")], [member("i", "A"), member("i", "B")]])
    assert not find_contradictions(batch, 0).items
    assert [item.facts for item in find_contradictions(batch, 1).items] == [(member("i", "A"), member("i", "B"))]
