"""Worlds with a statement added, held against the same worlds evaluated from scratch."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from oracles import programs

from workbench.errors import LimitError
from workbench.model.proofs import FALSE
from workbench.model.rules import Atom, Comparison, Negation, Operation, Rule
from workbench.model.terms import RDF_TYPE, Triple, make_literal
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


@settings(CHECKS, max_examples=70)
@given(programs.samplers())
def test_an_extension_equals_evaluation_from_scratch(sampler: programs.Sampler) -> None:
    theory, worlds = sampler.draw_theory(), [sampler.draw_world() for _ in range(3)]
    names = None
    if sampler.random.random() < 0.5:
        names = [[r.name for r in theory.rules if sampler.random.random() < 0.8] for _ in worlds]
    statements = [
        (world, fact) for world in (2, 0, 1) for fact in sampler.draw_world(3) or [("<urn:a>", "<urn:p>", "<urn:e>")]
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


def is_a(name: str, kind: str) -> Atom:
    return Atom(name, RDF_TYPE, f"<urn:{kind}>")


def test_what_ceases_to_be_a_base_fact_is_evaluated_from_scratch() -> None:
    """The statement gives a < c by transitivity, lower than the rule that gave it before: a < d is proved otherwise."""
    p, steps = "<urn:p>", [is_a("?x", "A"), is_a("?x", "B"), is_a("?x", "C"), is_a("?x", "D")]
    rules = [Rule(f"r{n}", (steps[n],), (steps[n + 1],)) for n in range(3)]
    rules.append(Rule("late", (steps[3], Atom("?x", "<urn:q>", "?y")), (Atom("?x", p, "?y"),)))
    rules.append(Rule("far", (Atom("?x", p, "?y"), Atom("?y", p, "?z")), (Atom("?x", p, "?z"),)))
    theory = Theory.build(rules)
    facts: list[Triple] = [
        ("<urn:a>", RDF_TYPE, "<urn:A>"),
        ("<urn:a>", "<urn:q>", "<urn:c>"),
        ("<urn:b>", p, "<urn:c>"),
        ("<urn:o>", p, "<urn:a>"),
    ]
    batch = evaluate(theory, [[], facts])
    statements: list[tuple[int, Triple]] = [
        (1, ("<urn:a>", p, "<urn:b>")),
        (0, ("<urn:a>", p, "<urn:b>")),
        (1, ("<urn:z>", p, "<urn:o>")),
    ]
    extended = batch.extend(statements)
    scratch = evaluate(
        theory, [[*facts, statements[0][1]], [statements[1][1]], [*facts, statements[2][1]]],
        closed_reference=(batch, [1, 0, 1]),
    )  # fmt: skip
    before, after = batch.proof(1, ("<urn:a>", p, "<urn:c>")), extended.proof(0, ("<urn:a>", p, "<urn:c>"))
    assert before is not None and before.steps[-1].rule == "late"
    assert after is not None and after.steps[-1].rule == "far"
    check_equal(extended, scratch, batch)


def test_negations_are_judged_by_the_closure_as_it_was() -> None:
    rule = Rule("free", (is_a("?x", "Person"), Negation((is_a("?x", "Guilty"),))), (is_a("?x", "Free"),))
    never = Rule("never", (is_a("?x", "Free"), is_a("?x", "Guilty")), ())
    ann = "<urn:ann>"
    batch = evaluate(Theory.build([rule, never]), [[(ann, RDF_TYPE, "<urn:Person>")], []])
    guilty: Triple = (ann, RDF_TYPE, "<urn:Guilty>")
    extended = batch.extend([(0, guilty), (1, guilty), (1, (ann, RDF_TYPE, "<urn:Person>"))])
    assert extended.find_inconsistent_worlds().tolist() == [True, False, False]
    assert extended.list_new_facts(0) == [guilty]
    assert extended.list_new_facts(2) == [(ann, RDF_TYPE, "<urn:Free>"), (ann, RDF_TYPE, "<urn:Person>")]
    assert extended.theory == batch.theory and extended.world_count == 3


def test_a_statement_that_is_known_or_none_at_all_changes_nothing() -> None:
    fact: Triple = ("<urn:a>", RDF_TYPE, "<urn:Person>")
    batch = evaluate(Theory.build([Rule("never", (is_a("?x", "Person"),), ())]), [[fact], []])
    extended = batch.extend([(0, fact), (1, ("<urn:a>", RDF_TYPE, "<urn:Stone>"))])
    assert extended.list_new_facts(0) == [] and extended.list_facts(0) == [fact]
    assert extended.find_inconsistent_worlds().tolist() == [True, False]
    assert extended.proof(0, FALSE) == batch.proof(0, FALSE)
    assert extended.derivations(0, FALSE) == batch.derivations(0, FALSE)
    assert batch.extend([]).find_inconsistent_worlds().tolist() == []


def test_a_runaway_rule_is_stopped() -> None:
    grow = Rule(
        "grow",
        (Atom("?x", "<urn:n>", "?n"), Comparison("=", "?m", Operation("+", ("?n", make_literal(1))))),
        (Atom("?x", "<urn:n>", "?m"),),
    )
    batch = evaluate(Theory.build([grow]), [[], []])
    with pytest.raises(LimitError, match="grow"):
        batch.extend([(1, ("<urn:a>", "<urn:n>", make_literal(1)))], Limits(facts=50))
