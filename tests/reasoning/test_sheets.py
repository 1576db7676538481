"""Sheets, held against the graph of a world: the same proofs, derivations and measures, and what facts rest on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, assume, given, settings
from oracles import programs

from workbench.checker import measure_proof
from workbench.errors import LimitError
from workbench.model.proofs import FALSE
from workbench.model.rules import Atom, Rule, is_restatement
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory
from workbench.reasoning import batch as batches
from workbench.reasoning import layout
from workbench.reasoning.batch import Batch, evaluate
from workbench.reasoning.guards import Limits
from workbench.reasoning.minimal import find_proof, list_steps
from workbench.reasoning.sheet import Reach

SMALL = Limits(rounds=12, facts=400)
CHECKS = settings(deadline=None, suppress_health_check=list(HealthCheck))


def follow(batch: Batch, world: int, goal: Triple) -> Reach:
    """What a fact rests on, derivation by derivation."""
    graph = batch.get_graph(world)
    start = graph.find(goal)
    seen, frontier, rules = {start}, [start], set()
    while frontier:
        fact = frontier.pop()
        for instance in [] if fact is None else graph.list_instances(fact):
            rules.add(batch.plan.rules[instance.rule].rule.name)
            frontier += [premise for premise in instance.premises if premise not in seen]
            seen.update(instance.premises)
    stated = {graph.get_triple(f) for f in seen if f is not None and f < batch.facts.size and not graph.get_height(f)}
    return Reach(tuple(sorted(stated)), tuple(sorted(rules)))


def check_sheet(batch: Batch, world: int) -> None:
    graph, sheet = batch.get_graph(world), batch.get_sheet(world)
    restatements = {rule.name for rule in batch.theory.rules if is_restatement(rule)}
    facts = sorted(batch.facts.list_triples(batch.facts.list_world(world)))
    assert sheet.facts == facts == sheet.list_sorted()
    for number, triple in enumerate([*facts, FALSE]):
        fact = graph.find(triple)
        assert fact is not None
        steps = list_steps(graph, fact)
        assert sheet.derivations(triple) == steps
        if triple == FALSE and not steps:
            assert sheet.find(FALSE) is None and sheet.proof(FALSE) is None and sheet.measure(FALSE) is None
            continue
        proof, extent = find_proof(graph, fact), sheet.measure(triple)
        assert sheet.find(triple) == number
        assert sheet.proof(triple) == proof
        assert extent is not None
        assert extent[:4] == tuple(measure_proof(proof, restatements))
        assert extent.derivations == len(steps)
        assert sheet.get_height(number) == graph.get_height(fact)
        assert sheet.reach([triple]) == follow(batch, world, triple)
        if triple != FALSE:
            assert sheet.extents[number] == extent


@settings(CHECKS, max_examples=60)
@given(programs.samplers())
def test_a_sheet_says_what_the_graph_says(sampler: programs.Sampler) -> None:
    theory, worlds = sampler.draw_theory(), [sampler.draw_world(size) for size in (14, 2, 20)]
    names = None
    if sampler.random.random() < 0.3:
        names = [[r.name for r in theory.rules if sampler.random.random() < 0.8] for _ in worlds]
    try:
        batch = evaluate(theory, worlds, enabled=names, limits=SMALL)
    except LimitError:
        assume(False)
        raise
    with patch.object(layout, "_WORTH_SPLITTING", -1 if sampler.random.random() < 0.5 else 1_000_000):
        assert batch.list_all_facts() == [batch.get_sheet(world).facts for world in range(3)]
        for world in range(3):
            check_sheet(batch, world)


def chain(length: int) -> list[Triple]:
    return [(f"<urn:{n}>", "<urn:next>", f"<urn:{n + 1}>") for n in range(length)]


THEORY = Theory.build(
    [
        Rule("start", (Atom("?x", "<urn:next>", "?y"),), (Atom("?x", "<urn:before>", "?y"),)),
        Rule("turn", (Atom("?x", "<urn:before>", "?y"),), (Atom("?y", "<urn:after>", "?x"),)),
        Rule("back", (Atom("?x", "<urn:after>", "?y"),), (Atom("?y", "<urn:before>", "?x"),)),
        Rule(
            "far",
            (Atom("?x", "<urn:before>", "?y"), Atom("?y", "<urn:before>", "?z")),
            (Atom("?x", "<urn:before>", "?z"),),
        ),
        Rule("never", (Atom("?x", "<urn:before>", "?x"),), ()),
    ]
)


def test_worlds_of_any_size_stand_in_blocks_of_their_own() -> None:
    worlds = [chain(3), [], chain(12), chain(1), [*chain(2), ("<urn:2>", "<urn:next>", "<urn:0>")], chain(9)]
    batch = evaluate(THEORY, worlds)
    with patch.object(layout, "_WORTH_SPLITTING", -1):
        for world in range(len(worlds)):
            check_sheet(batch, world)
    extent = batch.get_sheet(2).measure(("<urn:0>", "<urn:before>", "<urn:12>"))
    assert extent is not None and (extent.leaves, extent.hops) == (12, 11)


def test_one_world_and_no_rules_have_sheets_too() -> None:
    check_sheet(evaluate(THEORY, [chain(4)]), 0)
    check_sheet(evaluate(Theory.build([]), [chain(4), []]), 1)
    assert evaluate(THEORY, []).list_all_facts() == []


def test_a_large_world_has_no_sheet_and_answers_nevertheless() -> None:
    batch = evaluate(THEORY, [chain(5), chain(2)])
    with patch.object(batches, "LARGEST", 10):
        goal: Triple = ("<urn:0>", "<urn:before>", "<urn:5>")
        proof = batch.proof(0, goal)
        assert proof is not None and proof.height == batch.get_height(0, goal)
        assert batch.is_entailed(0, goal) and goal in batch.list_facts(0, stated=False)
        with pytest.raises(ValueError, match="no sheet"):
            batch.get_sheet(1)
        with pytest.raises(ValueError, match="no sheet"):
            batch.extend([(1, goal)])
    assert batch.proof(0, goal) == proof


def test_several_threads_may_ask() -> None:
    worlds = [chain(6)] * 8
    goal: Triple = ("<urn:6>", "<urn:after>", "<urn:0>")
    for _ in range(3):
        batch = evaluate(THEORY, worlds)
        extended = batch.extend([(world, ("<urn:6>", "<urn:next>", "<urn:0>")) for world in range(8)])

        def ask(world: int, batch: Batch = batch, extended: object = extended) -> tuple[object, ...]:
            sheet = batch.get_sheet(world)
            return (
                sheet.reach([goal]),
                batch.proof(world, goal),
                sheet.measure(FALSE),
                batch.extend([(world, ("<urn:0>", RDF_TYPE, "<urn:A>"))]).list_new_facts(0),
            )

        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(ask, range(8)))
        assert found == [found[0]] * 8
        assert extended.find_inconsistent_worlds().all()
        assert {extended.proof(world, FALSE) for world in range(8)} == {extended.proof(0, FALSE)}
