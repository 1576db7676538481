"""Worlds with a statement added, held against the same worlds evaluated from scratch."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from oracles import programs

from workbench.errors import LimitError
from workbench.model.proofs import FALSE
from workbench.model.rules import Atom, Negation, Rule
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory
from workbench.reasoning.batch import Batch, evaluate
from workbench.reasoning.extension import Extension
from workbench.reasoning.guards import Limits

SMALL = Limits(rounds=12, facts=400)
CHECKS = settings(deadline=None, suppress_health_check=list(HealthCheck))


def check_equal(extended: Extension, scratch: Batch, batch: Batch) -> None:
    assert extended.find_inconsistent_worlds().tolist() == scratch.find_inconsistent_worlds().tolist()
    for number, (world, _) in enumerate(extended.statements):
        facts = scratch.list_facts(number)
        known = set(batch.list_facts(world))
        assert extended.list_facts(number) == facts
        assert extended.list_facts(number, stated=True) == scratch.list_facts(number, stated=True)
        assert extended.list_facts(number, stated=False) == scratch.list_facts(number, stated=False)
        assert extended.list_new_facts(number) == [fact for fact in facts if fact not in known]
        for fact in [*facts, FALSE, ("<urn:nobody>", RDF_TYPE, "<urn:A>")]:
            assert extended.is_entailed(number, fact) == scratch.is_entailed(number, fact)
            assert extended.derivations(number, fact) == scratch.derivations(number, fact)
            assert extended.get_height(number, fact) == scratch.get_height(number, fact)
            assert extended.proof(number, fact) == scratch.proof(number, fact)
            own, other = extended.get_sheet(number), scratch.get_sheet(number)
            assert own.measure(fact) == other.measure(fact)
            assert own.reach([fact]) == other.reach([fact])


@settings(CHECKS, max_examples=250)
@given(programs.samplers())
def test_an_extension_equals_evaluation_from_scratch(sampler: programs.Sampler) -> None:
    theory, worlds = sampler.draw_theory(), [sampler.draw_world() for _ in range(3)]
    names = None
    if sampler.random.random() < 0.5:
        names = [[r.name for r in theory.rules if sampler.random.random() < 0.8] for _ in worlds]
    statements = [
        (world, fact) for world in (2, 0, 1, 0) for fact in sampler.draw_world(4) or [("<urn:a>", "<urn:p>", "<urn:e>")]
    ]
    try:
        batch = evaluate(theory, worlds, enabled=names, limits=SMALL)
        if sampler.random.random() < 0.3:
            batch.get_sheet(1).measure(FALSE)  # whether derivations are known before makes no difference
        extended = batch.extend(statements, SMALL)
        scratch = evaluate(
            theory,
            [[*worlds[world], fact] for world, fact in statements],
            closed_reference=(batch, [world for world, _ in statements]),
            enabled=None if names is None else [names[world] for world, _ in statements],
            limits=Limits(rounds=14, facts=4000),
        )
    except LimitError:
        assume(False)
        raise
    check_equal(extended, scratch, batch)
