"""Justifications, held against trying every subset of the leaves with the naive evaluator."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import combinations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from oracles import naive, programs

from workbench.errors import LimitError
from workbench.model.proofs import FALSE
from workbench.model.rules import Atom, Comparison, Rule
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory
from workbench.reasoning import justifications as module
from workbench.reasoning import labels, support
from workbench.reasoning.batch import Batch, evaluate
from workbench.reasoning.closure import Closure, reason
from workbench.reasoning.guards import Limits
from workbench.reasoning.justifications import Justification, find_justifications

CHECKS = settings(deadline=None, suppress_health_check=list(HealthCheck))
Entails = Callable[[frozenset[Triple]], frozenset[Triple]]


def is_a(subject: str, name: str) -> Atom:
    return Atom(subject, RDF_TYPE, f"<urn:{name}>")


def fact(subject: str, predicate: str, object_: str) -> Triple:
    return f"<urn:{subject}>", f"<urn:{predicate}>", f"<urn:{object_}>"


def member(subject: str, name: str) -> Triple:
    return f"<urn:{subject}>", RDF_TYPE, f"<urn:{name}>"


def make_entails(theory: Theory, full: naive.Model) -> Entails:
    """What follows from a set of facts (with *false* as a triple), negations judged by the whole model."""
    reference = frozenset(full.heights)

    def conclude(stated: frozenset[Triple]) -> frozenset[Triple]:
        model = naive.evaluate(theory, sorted(stated), reference)
        return frozenset(model.heights) | ({FALSE} if model.contradictions else frozenset())

    return conclude


def find_by_force(stated: Iterable[Triple], conclude: Entails) -> dict[Triple, list[tuple[Triple, ...]]]:
    """For each conclusion all subset-minimal sets of facts, in order of size and text, by trying every subset."""
    leaves = sorted(set(stated))
    found: dict[Triple, list[tuple[Triple, ...]]] = {}
    for size in range(len(leaves) + 1):
        for subset in combinations(leaves, size):
            for conclusion in conclude(frozenset(subset)):
                known = found.setdefault(conclusion, [])
                if not any(set(smaller) <= set(subset) for smaller in known):
                    known.append(subset)
    return {goal: sorted(sets, key=lambda s: (len(s), s)) for goal, sets in found.items()}


def check_all(batch: Batch, expected: dict[Triple, list[tuple[Triple, ...]]]) -> None:
    for goal, sets in sorted(expected.items()):
        found = batch.justifications(0, goal, limit=200)
        assert [item.facts for item in found] == sets
        assert found.is_complete and found.is_smallest
        few = batch.justifications(0, goal, limit=2)
        assert few.items == found.items[:2] and few.is_complete == (len(sets) <= 2) and few.is_smallest


def evaluate_random(sampler: programs.Sampler, max_facts: int) -> tuple[Theory, list[Triple], Batch]:
    theory, facts = sampler.draw_theory(7), sampler.draw_world(max_facts)
    try:
        return theory, facts, evaluate(theory, [facts], limits=Limits(rounds=12, facts=150))
    except LimitError:
        assume(False)
        raise


@settings(CHECKS, max_examples=60)
@given(programs.samplers())
def test_all_subset_minimal_sets_smallest_first(sampler: programs.Sampler) -> None:
    theory, facts, batch = evaluate_random(sampler, 7)
    check_all(batch, find_by_force(facts, make_entails(theory, naive.evaluate(theory, facts))))


@settings(CHECKS, max_examples=40)
@given(programs.samplers())
def test_what_is_found_by_leaving_out_leaves_is_the_same(sampler: programs.Sampler) -> None:
    theory, facts, batch = evaluate_random(sampler, 7)
    expected = find_by_force(facts, make_entails(theory, naive.evaluate(theory, facts)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labels, "_MOST_EFFORT", 0)
        for goal, sets in sorted(expected.items()):
            found = batch.justifications(0, goal, limit=200)
            assert [item.facts for item in found] == sets and found.is_complete and found.is_smallest
            (first,) = batch.justifications(0, goal, limit=1).items
            assert first.facts in sets


@settings(CHECKS, max_examples=40)
@given(programs.samplers())
def test_rules_are_leaves_when_asked_for(sampler: programs.Sampler) -> None:
    theory, facts, batch = evaluate_random(sampler, 4)
    assume(len(theory.rules) <= 5)
    full = naive.evaluate(theory, facts)
    reference = frozenset(full.heights)
    leaves: list[tuple[int, object]] = [*((0, f) for f in sorted(set(facts))), *((1, r) for r in theory.rules)]
    found: dict[Triple, list[tuple[tuple[object, ...], tuple[str, ...]]]] = {}
    for size in range(len(leaves) + 1):
        for subset in combinations(leaves, size):
            stated = tuple(leaf for kind, leaf in subset if not kind)
            rules = tuple(leaf for kind, leaf in subset if kind and isinstance(leaf, Rule))
            model = naive.evaluate(Theory.build(rules), stated, reference)  # type: ignore[arg-type]
            names = tuple(rule.name for rule in rules)
            for goal in {*model.heights, *([FALSE] if model.contradictions else [])}:
                known = found.setdefault(goal, [])
                if not any(set(a) <= set(stated) and set(b) <= set(names) for a, b in known):
                    known.append((stated, names))
    graph = batch.get_graph(0)
    for goal, sets in sorted(found.items()):
        number = graph.find(goal)
        assert number is not None
        given_ = find_justifications(graph, number, 200, "facts+rules")
        assert [(item.facts, item.rules) for item in given_] == sorted(sets, key=lambda s: (len(s[0]) + len(s[1]), s))
        assert given_.is_complete


EDGES = st.lists(
    st.tuples(st.sampled_from("pq"), st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=7, unique=True
)
P, Q = "<urn:p>", "<urn:q>"
TRANSITIVE = Rule("transitive", (Atom("?x", P, "?y"), Atom("?y", P, "?z")), (Atom("?x", P, "?z"),))
RELATED = {
    "symmetric": Rule("symmetric", (Atom("?x", P, "?y"),), (Atom("?y", P, "?x"),)),
    "inverse": Rule("inverse", (Atom("?x", P, "?y"),), (Atom("?y", Q, "?x"),)),
    "inverse-back": Rule("inverse-back", (Atom("?x", Q, "?y"),), (Atom("?y", P, "?x"),)),
    "second": Rule("second", (Atom("?x", Q, "?y"), Atom("?y", Q, "?z")), (Atom("?x", Q, "?z"),)),
    "chain": Rule("chain", (Atom("?x", Q, "?y"), Atom("?y", Q, "?z")), (Atom("?x", P, "?z"),)),
    "sub": Rule("sub", (Atom("?x", Q, "?y"),), (Atom("?x", P, "?y"),)),
    "irreflexive": Rule("irreflexive", (Atom("?x", P, "?x"),), ()),
}


@settings(CHECKS, max_examples=30)
@given(EDGES, st.sets(st.sampled_from(sorted(RELATED)), max_size=4))
def test_cyclic_symmetric_and_transitive_graphs(edges: list[tuple[str, str, str]], chosen: set[str]) -> None:
    theory = Theory.build([TRANSITIVE, *(RELATED[name] for name in chosen)])
    facts = [fact(s, p, o) for p, s, o in edges]
    batch = evaluate(theory, [facts])
    full = naive.evaluate(theory, facts)
    check_all(batch, find_by_force(facts, make_entails(theory, full)))


def test_a_premise_of_transitivity_that_is_base_only_when_less_is_stated() -> None:
    # (a p c) appears first by transitivity, and later by the rule from q: its use as a second premise counts too.
    rules = [TRANSITIVE, RELATED["chain"], Rule("late", (is_a("?x", "L"),), (is_a("?x", "K"),))]
    rules.append(Rule("q", (Atom("?x", "<urn:r>", "?y"),), (Atom("?x", Q, "?y"),)))
    facts = [fact(*t) for t in (("z", "p", "a"), ("a", "p", "b"), ("b", "p", "c"), ("a", "r", "m"), ("m", "r", "c"))]
    theory = Theory.build(rules)
    closure = reason(theory, facts)
    found = closure.justifications(fact("z", "p", "c"))
    assert [set(item.facts) for item in found] == [{facts[0], facts[3], facts[4]}, set(facts[:3])] or [
        set(item.facts) for item in found
    ] == [set(facts[:3]), {facts[0], facts[3], facts[4]}]
    check_all(closure.batch, find_by_force(facts, make_entails(theory, naive.evaluate(theory, facts))))


def test_millions_of_proofs_but_few_justifications() -> None:
    # Forty layers, each concluded from the one before in two ways: 2**40 proofs, one set of leaves; and a short cut.
    rules = [Rule("start", (is_a("?x", "C0"), is_a("?x", "D0")), (is_a("?x", "A0"),))]
    for layer in range(40):
        for way in ("left", "right"):
            rules.append(Rule(f"{way}-{layer}", (is_a("?x", f"A{layer}"),), (is_a("?x", f"{way}{layer}"),)))
            rules.append(Rule(f"{way}-{layer}-on", (is_a("?x", f"{way}{layer}"),), (is_a("?x", f"A{layer + 1}"),)))
    rules.append(Rule("short", (is_a("?x", "E"), is_a("?x", "F"), is_a("?x", "G")), (is_a("?x", "A20"),)))
    facts = [member("a", name) for name in ("C0", "D0", "E", "F", "G")]
    closure = reason(Theory.build(rules), facts)
    before = time.process_time()
    found = closure.justifications(member("a", "A40"))
    assert time.process_time() - before < 30
    assert [item.facts for item in found] == [tuple(facts[:2]), tuple(facts[2:])] and found.is_complete


def test_many_ways_inside_that_one_premise_absorbs() -> None:
    # Path has 2**20 smallest sets of its own, but All needs every leaf: one justification, found without listing them.
    rules, facts = [Rule("go0", (is_a("?x", "Go"),), (is_a("?x", "P0"),))], [member("a", "Go")]
    for layer in range(20):
        for way in "lr":
            name = f"{way}{layer}"
            facts.append(member("a", name))
            rules.append(
                Rule(f"go-{name}", (is_a("?x", f"P{layer}"), is_a("?x", name)), (is_a("?x", f"P{layer + 1}"),))
            )
    rules.append(Rule("all", tuple(is_a("?x", f[2][5:-1]) for f in facts), (is_a("?x", "All"),)))
    rules.append(Rule("goal", (is_a("?x", "P20"), is_a("?x", "All")), (is_a("?x", "Goal"),)))
    closure = reason(Theory.build(rules), facts)
    before = time.process_time()
    found = closure.justifications(member("a", "Goal"))
    assert [set(item.facts) for item in found] == [set(facts)] and found.is_complete
    exponential = closure.justifications(member("a", "P20"), limit=5)
    assert len(exponential) == 5 and not exponential.is_complete
    assert {len(item.facts) for item in exponential} == {21}
    assert time.process_time() - before < 30


def test_what_exceeds_the_bounds_is_still_minimal_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [(f"l{i}", f"r{i}") for i in range(6)]
    rules = [Rule(f"pair{i}", (is_a("?x", a), is_a("?x", b)), (is_a("?x", "Goal"),)) for i, (a, b) in enumerate(pairs)]
    facts = [member("a", name) for pair in pairs for name in pair]
    closure = reason(Theory.build(rules), facts)
    expected = {frozenset(member("a", name) for name in pair) for pair in pairs}
    whole = closure.justifications(member("a", "Goal"))
    assert {frozenset(item.facts) for item in whole} == expected and whole.is_complete and whole.is_smallest
    monkeypatch.setattr(labels, "_MOST_EFFORT", 1)
    dual = closure.justifications(member("a", "Goal"))
    assert {frozenset(item.facts) for item in dual} == expected and dual.is_complete and dual.is_smallest
    cut = closure.justifications(member("a", "Goal"), limit=4)
    assert {frozenset(item.facts) for item in cut} < expected and not cut.is_complete and not cut.is_smallest
    monkeypatch.setattr(module, "_MOST_DERIVATIONS", 1)
    near = closure.justifications(member("a", "Goal"))
    assert {frozenset(item.facts) for item in near} <= expected and near.items and not near.is_complete


def test_beyond_the_nearest_derivations_there_is_still_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = [fact(f"n{i:03}", "p", f"n{i + 1:03}") for i in range(60)]
    closure = reason(Theory.build([TRANSITIVE]), facts)
    goal = fact("n000", "p", "n060")
    assert closure.justifications(goal).items == (Justification(tuple(facts)),)
    monkeypatch.setattr(module, "_MOST_DERIVATIONS", 5)
    monkeypatch.setattr(support, "_MOST_CLOSED", 0)
    cut = closure.justifications(goal)
    assert cut.items == (Justification(tuple(facts)),) and not cut.is_complete and not cut.is_smallest


def test_contradictions_many_worlds_and_what_does_not_follow() -> None:
    functional = Rule(
        "functional", (Atom("?x", P, "?y"), Atom("?x", P, "?z"), Comparison("!=", "?y", "?z")), (), kind="axiom"
    )
    worlds = [[fact("a", "p", "b")], [fact("a", "p", "b"), fact("a", "p", "c"), fact("a", "p", "d")]]
    batch = evaluate(Theory.build([functional]), worlds)
    assert not batch.justifications(0, FALSE).items and batch.justifications(0, FALSE).is_complete
    assert [item.facts for item in batch.justifications(1, FALSE)] == list(combinations(worlds[1], 2))
    assert not Closure(batch, 1).justifications(fact("b", "p", "a")).items
    by_rule = find_justifications(batch.get_graph(1), batch.facts.size + 1, 1, "facts+rules")
    assert by_rule.items == (Justification(tuple(worlds[1][:2]), ("functional",)),) and not by_rule.is_complete


def test_the_order_of_facts_and_of_rules_changes_nothing() -> None:
    rules = [TRANSITIVE, RELATED["symmetric"], RELATED["sub"]]
    facts = [fact(a, p, b) for p, a, b in (("p", "a", "b"), ("q", "b", "c"), ("p", "c", "d"), ("q", "a", "d"))]
    first = reason(Theory.build(rules), facts).justifications(fact("a", "p", "c"))
    second = reason(Theory.build(rules[::-1]), facts[::-1]).justifications(fact("a", "p", "c"))
    assert first == second and len(first) == 2
