"""Changes where transitive properties feed themselves through other rules, so that base facts come and go."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from oracles import naive

from workbench.model.rules import Atom, Negation, Rule
from workbench.model.terms import Triple
from workbench.model.theory import Theory, compute_strata
from workbench.reasoning.closure import Closure, reason

CHECKS = settings(deadline=None, suppress_health_check=list(HealthCheck))
PROPERTIES = ("<urn:p>", "<urn:q>", "<urn:r>")


def draw_rule(random: Random, name: str) -> Rule:
    p, q, r = (random.choice(PROPERTIES) for _ in range(3))
    kind = random.choice(("transitive", "symmetric", "inverse", "lower", "chain", "chain back", "unless"))
    if kind == "transitive":
        return Rule(name, (Atom("?x", p, "?y"), Atom("?y", p, "?z")), (Atom("?x", p, "?z"),))
    if kind == "symmetric":
        return Rule(name, (Atom("?x", p, "?y"),), (Atom("?y", p, "?x"),))
    if kind == "inverse":
        return Rule(name, (Atom("?x", p, "?y"),), (Atom("?y", q, "?x"),))
    if kind == "lower":
        return Rule(name, (Atom("?x", p, "?y"),), (Atom("?x", q, "?y"),))
    if kind == "unless":
        return Rule(name, (Atom("?x", p, "?y"), Negation((Atom("?y", q, "?x"),))), (Atom("?x", "<urn:s>", "?y"),))
    body = (Atom("?x", p, "?y"), Atom("?y", q, "?z"))
    return Rule(name, body, (Atom("?x", r, "?z") if kind == "chain" else Atom("?z", r, "?x"),))


def draw_fact(random: Random, individuals: int) -> Triple:
    a, b = random.randrange(individuals), random.randrange(individuals)
    return f"<urn:i{a}>", random.choice(PROPERTIES), f"<urn:i{b}>"


def describe(closure: Closure) -> tuple[dict[Triple, int | None], set[Triple], int]:
    """Heights, base facts and the number of derivations."""
    batch, base = closure.batch, set()
    heights = {fact: closure.depth(fact) for fact in closure.facts()}
    for fact in heights:
        key, row = batch.facts.get_relation(batch.facts.find(0, fact) or 0)
        if key in batch.plan.transitive and batch.matcher.relations[key].base[row]:
            base.add(fact)
    return heights, base, closure.count_derivations()


@settings(CHECKS, max_examples=80)
@given(st.integers(0, 2**48), st.integers(4, 16))
@example(seed=20, individuals=14)
def test_edits_of_self_feeding_transitivities_give_the_closure_from_scratch(seed: int, individuals: int) -> None:
    random = Random(seed)
    theory = Theory.build([draw_rule(random, f"r{number}") for number in range(random.randint(2, 5))])
    if compute_strata(theory.rules) is None:
        return
    facts = {draw_fact(random, individuals) for _ in range(random.randint(individuals // 2, 2 * individuals))}
    closure = reason(theory, facts)
    for number in range(4):
        removed = set(random.sample(sorted(facts), min(len(facts), random.choice((0, 0, 1, 2)))))
        added = {draw_fact(random, individuals) for _ in range(random.choice((0, 1, 1, 2)))} - removed
        rules = list(theory.rules)
        if random.random() < 0.3 and len(rules) > 1:
            rules.pop(random.randrange(len(rules)))
        if random.random() < 0.3:
            rules.append(draw_rule(random, f"n{number}"))
        if compute_strata(rules) is not None:
            theory = Theory.build(rules)
        facts = (facts - removed) | added
        closure = closure.revise(added=added, removed=removed, theory=theory).closure
        scratch = reason(theory, facts)
        assert describe(closure) == describe(scratch)
        for fact in sorted(scratch.derived)[-3:]:
            assert closure.proof(fact) == scratch.proof(fact)
    if individuals < 9:
        assert describe(closure)[0] == naive.evaluate(theory, facts).heights


def test_a_lower_height_by_transitivity_takes_a_base_fact_away() -> None:
    p, q = "<urn:p>", "<urn:q>"
    theory = Theory.build(
        [
            Rule("transitive", (Atom("?x", p, "?y"), Atom("?y", p, "?z")), (Atom("?x", p, "?z"),)),
            Rule("inverse", (Atom("?x", q, "?y"),), (Atom("?y", p, "?x"),)),
            Rule("chain", (Atom("?x", p, "?y"), Atom("?y", p, "?z")), (Atom("?x", q, "?z"),)),
        ]
    )
    pairs = [(12, q, 17), (12, p, 2), (14, p, 3), (25, q, 1), (25, p, 2), (38, q, 17), (38, p, 3)]
    facts: list[Triple] = [(f"<urn:i{a}>", r, f"<urn:i{b}>") for a, r, b in pairs]
    closure, fact = reason(theory, facts), ("<urn:i1>", p, "<urn:i12>")
    revised, scratch = closure.revise(added=[fact]).closure, reason(theory, [*facts, fact])
    assert describe(revised) == describe(scratch)
    assert revised.depth(("<urn:i14>", p, "<urn:i25>")) == 7
    assert all(revised.proof(derived) == scratch.proof(derived) for derived in scratch.derived)
    assert describe(revised.revise(removed=[fact]).closure) == describe(closure)
