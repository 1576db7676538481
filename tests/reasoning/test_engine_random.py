"""The engine against the naive evaluator, on random theories."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from oracles import naive, programs

from workbench.errors import LimitError
from workbench.model.proofs import FALSE, Step
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.reasoning.batch import Batch, evaluate
from workbench.reasoning.graph import MatchingSource
from workbench.reasoning.guards import Limits

SMALL = Limits(rounds=12, facts=250)
CHECKS = settings(deadline=None, suppress_health_check=list(HealthCheck))


def evaluate_or_skip(theory: Theory, worlds: list[list[Triple]]) -> Batch:
    """Arithmetic recursion need not end: such programs are another test's business."""
    try:
        return evaluate(theory, worlds, limits=SMALL)
    except LimitError:
        assume(False)
        raise


def list_heights(batch: Batch, world: int) -> dict[Triple, int | None]:
    return {fact: batch.get_height(world, fact) for fact in batch.list_facts(world)}


def list_base(batch: Batch, world: int) -> dict[str, set[Triple]]:
    found: dict[str, set[Triple]] = {}
    for fact in batch.list_facts(world):
        number = batch.facts.find(world, fact)
        assert number is not None
        key, row = batch.facts.get_relation(number)
        if key in batch.plan.transitive:
            found.setdefault(key[0], set())
            if batch.matcher.relations[key].base[row]:
                found[key[0]].add(fact)
    return found


def list_steps(batch: Batch, world: int) -> list[Step]:
    return [s for fact in [*batch.list_facts(world), FALSE] for s in batch.derivations(world, fact)]


@settings(CHECKS, max_examples=400)
@given(programs.samplers())
def test_closure_heights_base_and_derivations_equal_the_oracle(sampler: programs.Sampler) -> None:
    theory, facts = sampler.draw_theory(), sampler.draw_world()
    batch = evaluate_or_skip(theory, [facts])
    model = naive.evaluate(theory, facts)
    assert list_heights(batch, 0) == model.heights
    assert list_base(batch, 0) == {key: base for key, base in model.base.items() if base}
    steps = list_steps(batch, 0)
    assert len(steps) == len(set(steps))
    assert set(steps) == model.steps
    assert bool(batch.find_inconsistent_worlds()[0]) == bool(model.contradictions)


@settings(CHECKS, max_examples=100)
@given(programs.samplers())
def test_a_batch_equals_its_worlds_one_at_a_time(sampler: programs.Sampler) -> None:
    theory, worlds = sampler.draw_theory(), [sampler.draw_world() for _ in range(3)]
    batch = evaluate_or_skip(theory, worlds)
    for number, facts in enumerate(worlds):
        alone = evaluate_or_skip(theory, [facts])
        assert list_heights(batch, number) == list_heights(alone, 0)
        assert list_base(batch, number) == list_base(alone, 0)
        assert list_steps(batch, number) == list_steps(alone, 0)
        for fact in [*batch.list_facts(number), FALSE]:
            assert batch.proof(number, fact) == alone.proof(0, fact)


@settings(CHECKS, max_examples=100)
@given(programs.samplers())
def test_negations_against_a_reference_equal_the_oracle(sampler: programs.Sampler) -> None:
    theory, facts, more = sampler.draw_theory(), sampler.draw_world(), sampler.draw_world(4)
    reference = evaluate_or_skip(theory, [[], facts])
    try:
        batch = evaluate(theory, [facts, facts + more], closed_reference=(reference, [1, 1]), limits=SMALL)
    except LimitError:
        assume(False)
        raise
    judged = frozenset(reference.list_facts(1))
    for number, world in enumerate((facts, facts + more)):
        model = naive.evaluate(theory, world, judged)
        assert list_heights(batch, number) == model.heights
        assert set(list_steps(batch, number)) == model.steps


@settings(CHECKS, max_examples=100)
@given(programs.samplers())
def test_the_log_holds_what_matching_finds(sampler: programs.Sampler) -> None:
    batch = evaluate_or_skip(sampler.draw_theory(), [sampler.draw_world()])
    source = MatchingSource(batch.plan, batch.matcher, batch.facts)
    ids = list(range(batch.facts.size + 1))
    matched, logged = source.fetch(0, ids), batch.log.fetch(0, ids)
    assert {f: sorted(set(i)) for f, i in matched.items()} == {f: sorted(set(i)) for f, i in logged.items()}


@settings(CHECKS, max_examples=100)
@given(programs.samplers())
def test_each_world_may_have_rules_of_its_own(sampler: programs.Sampler) -> None:
    theory, worlds = sampler.draw_theory(), [sampler.draw_world() for _ in range(3)]
    names = [[r.name for r in theory.rules if sampler.random.random() < 0.7] for _ in worlds]
    try:
        batch = evaluate(theory, worlds, enabled=names, limits=SMALL)
    except LimitError:
        assume(False)
        raise
    inconsistent = batch.find_inconsistent_worlds().tolist()
    for number, facts in enumerate(worlds):
        alone = evaluate_or_skip(theory.select(names[number]), [facts])
        assert list_heights(batch, number) == list_heights(alone, 0)
        assert list_steps(batch, number) == list_steps(alone, 0)
        assert inconsistent[number] == alone.find_inconsistent_worlds()[0]
        for fact in batch.list_facts(number):
            assert batch.dependency_cone(number, [fact]) == alone.dependency_cone(0, [fact])
