"""The engine against clingo: the closure of a stratified theory is the program's one stable model."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from oracles import programs
from oracles.asp import Translation

from workbench.model.proofs import FALSE
from workbench.reasoning.batch import evaluate

CHECKS = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(CHECKS, max_examples=150)
@given(programs.samplers(with_values=False))
def test_the_closure_is_the_stable_model(sampler: programs.Sampler) -> None:
    theory, facts = sampler.draw_theory(), sampler.draw_world()
    batch = evaluate(theory, [facts])
    expected = Translation(theory, facts).solve()
    assert {*batch.list_facts(0)} == expected - {FALSE}
    assert bool(batch.find_inconsistent_worlds()[0]) == (FALSE in expected)
