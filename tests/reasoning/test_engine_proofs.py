"""Proofs, alternatives and cones, held against brute force over the naive evaluator's steps."""

from __future__ import annotations

from itertools import product

from hypothesis import HealthCheck, assume, given, settings
from oracles import naive, programs

from workbench.errors import LimitError
from workbench.model.proofs import FALSE, Proof, Step
from workbench.model.rules import Atom, Negation, Rule, iterate_atoms
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory
from workbench.reasoning.batch import Batch, evaluate
from workbench.reasoning.closure import Closure, reason
from workbench.reasoning.guards import Limits

CHECKS = settings(deadline=None, suppress_health_check=list(HealthCheck))


def evaluate_small(sampler: programs.Sampler) -> tuple[Batch, naive.Model]:
    theory, facts = sampler.draw_theory(7), sampler.draw_world(9)
    try:
        batch = evaluate(theory, [facts], limits=Limits(rounds=12, facts=150))
    except LimitError:
        assume(False)
        raise
    return batch, naive.evaluate(theory, facts)


def group_steps(model: naive.Model) -> dict[Triple, list[Step]]:
    grouped: dict[Triple, list[Step]] = {}
    for step in sorted(model.steps, key=lambda step: step.sort_key):
        grouped.setdefault(step.conclusion, []).append(step)
    return grouped


def find_height(model: naive.Model, fact: Triple, steps: dict[Triple, list[Step]]) -> int:
    if fact in model.heights:
        return model.heights[fact]
    return min(1 + max((model.heights[p] for p in s.premises), default=0) for s in steps[fact])


def choose_canonically(model: naive.Model) -> dict[Triple, frozenset[Step]]:
    """The definition of the canonical proof, written once more: bottom-up, by union size, then by sort key."""
    steps, proofs = group_steps(model), {fact: frozenset[Step]() for fact, h in model.heights.items() if h == 0}
    for fact in sorted({*model.heights, *steps} - set(proofs), key=lambda f: (find_height(model, f, steps), f)):
        height = find_height(model, fact, steps)
        candidates = []
        for step in steps[fact]:
            if 1 + max((model.heights[p] for p in step.premises), default=0) == height:
                whole = frozenset((step,)).union(*(proofs[p] for p in step.premises))
                candidates.append((len(whole), step.sort_key, whole))
        proofs[fact] = min(candidates, key=lambda c: c[:2])[2]
    return proofs


def check_proof(proof: Proof, model: naive.Model) -> None:
    known = {fact for fact, height in model.heights.items() if height == 0}
    concluded: set[Triple] = set()
    for step in proof.steps:
        assert step in model.steps
        assert set(step.premises) <= known
        assert step.conclusion not in concluded
        concluded.add(step.conclusion)
        known.add(step.conclusion)
    assert proof.goal == (proof.steps[-1].conclusion if proof.steps else proof.goal)
    used = {premise for step in proof.steps for premise in step.premises} | {proof.goal}
    assert concluded <= used
    assert proof.goal in known


@settings(CHECKS, max_examples=120)
@given(programs.samplers())
def test_proofs_are_canonical_and_of_least_height(sampler: programs.Sampler) -> None:
    batch, model = evaluate_small(sampler)
    for fact, steps in choose_canonically(model).items():
        proof = batch.proof(0, fact)
        assert proof is not None
        check_proof(proof, model)
        assert frozenset(proof.steps) == steps
        assert proof.height == batch.get_height(0, fact)


def enumerate_proofs(model: naive.Model, goal: Triple, most: int) -> set[frozenset[Step]] | None:
    """Every acyclic proof by trying all choices; None when there are too many choices to try."""
    steps = group_steps(model)
    stated = {fact for fact, height in model.heights.items() if height == 0}
    behind, frontier = {goal}, [goal]
    while frontier:
        fact = frontier.pop()
        for step in steps.get(fact, ()) if fact == goal or fact not in stated else ():
            for premise in step.premises:
                if premise not in behind:
                    behind.add(premise)
                    frontier.append(premise)
    facts = sorted(fact for fact in behind if fact not in stated or fact == goal)
    options: list[list[Step | None]] = [[*([None] if f in stated else []), *steps.get(f, [])] for f in facts]
    size = 1
    for choices in options:
        size *= max(1, len(choices))
        if size > most:
            return None
    found: set[frozenset[Step]] = set()
    for combination in product(*options):
        choice = dict(zip(facts, combination, strict=True))
        used: set[Step] = set()

        def is_proved(fact: Triple, path: tuple[Triple, ...], choice: dict[Triple, Step | None] = choice,
                      used: set[Step] = used) -> bool:  # fmt: skip
            step = choice.get(fact)
            if fact in path:
                return False
            if step is None:
                return fact in stated
            used.add(step)
            return all(is_proved(premise, (*path, fact)) for premise in step.premises)

        if is_proved(goal, ()):
            found.add(frozenset(used))
    return found


@settings(CHECKS, max_examples=80)
@given(programs.samplers())
def test_alternatives_are_all_acyclic_proofs_in_rising_height(sampler: programs.Sampler) -> None:
    batch, model = evaluate_small(sampler)
    for goal in sorted({*model.heights, *group_steps(model)})[:12]:
        expected = enumerate_proofs(model, goal, 2000)
        if expected is None or len(expected) > 30:
            continue
        found = batch.proofs(0, goal, limit=40)
        assert found.is_complete
        assert found[0] == batch.proof(0, goal)
        assert [p.height for p in found] == sorted(p.height for p in found)
        for proof in found:
            check_proof(proof, model)
        assert len({frozenset(p.steps) for p in found}) == len(found)
        assert {frozenset(p.steps) for p in found} == expected
        few = batch.proofs(0, goal, limit=1)
        assert few.proofs == found.proofs[:1] and few.is_complete == (len(found) == 1)


def find_naive_cone(theory: Theory, model: naive.Model, wanted: set[Triple]) -> tuple[set[Triple], set[Step]]:
    steps, facts, used = group_steps(model), set[Triple](), set[Step]()
    frontier = list(wanted)
    while frontier:
        fact = frontier.pop()
        if fact in facts:
            continue
        facts.add(fact)
        for step in steps.get(fact, ()):
            used.add(step)
            frontier += step.premises
            keys = {atom.key for atom in iterate_atoms(step.absent, negated=True)}
            while True:
                more = {
                    atom.key
                    for rule in theory.rules
                    if any(head.key in keys for head in rule.head)
                    for negated in (False, True)
                    for atom in iterate_atoms(rule.body, negated=negated)
                }
                if more <= keys:
                    break
                keys |= more
            frontier += [f for f in model.heights if (f[2] if f[1] == RDF_TYPE else f[1]) in keys]
    return facts - {FALSE}, used


@settings(CHECKS, max_examples=80)
@given(programs.samplers())
def test_cones_on_demand_and_marked_equal_the_definition(sampler: programs.Sampler) -> None:
    batch, model = evaluate_small(sampler)
    for goal in [*sorted(model.heights)[:6], FALSE]:
        facts, steps = find_naive_cone(batch.theory, model, {goal})
        cone = batch.dependency_cone(0, [goal])
        assert cone.facts == facts and set(cone.steps) == steps and len(cone.steps) == len(steps)
        number = batch.facts.find(0, goal)
        assert number is not None
        wanted = batch.facts.worlds < 0
        wanted[number] = True
        marked, chosen = batch.mark_cones(wanted)
        assert {batch.facts.get_triple(f) for f in marked.nonzero()[0].tolist()} - {FALSE} == facts
        assert len(set(zip(batch.log.facts[chosen].tolist(), batch.log.rules[chosen].tolist(),
                           map(tuple, batch.log.premises[chosen].tolist()), strict=True))) == len(steps)  # fmt: skip


def test_cone_holds_what_blocks_a_negated_rule() -> None:
    def is_a(name: str) -> Atom:
        return Atom("?x", RDF_TYPE, f"<urn:{name}>")

    rules = [
        Rule("citizen", (is_a("Person"), Negation((is_a("Exile"),))), (is_a("Citizen"),)),
        Rule("exile", (is_a("Banned"), Negation((is_a("Pardoned"),))), (is_a("Exile"),)),
    ]
    a: list[Triple] = [("<urn:a>", RDF_TYPE, f"<urn:{name}>") for name in ("Person", "Banned", "Pardoned", "Tall")]
    batch = evaluate(Theory.build(rules), [a])
    cone = batch.dependency_cone(0, [("<urn:a>", RDF_TYPE, "<urn:Citizen>")])
    assert cone.facts == {*a[:3], ("<urn:a>", RDF_TYPE, "<urn:Citizen>")}
    assert [step.rule for step in cone.steps] == ["citizen"]


def test_a_stated_goal_has_its_derivations_as_alternatives() -> None:
    rule = Rule("sub", (Atom("?x", RDF_TYPE, "<urn:A>"),), (Atom("?x", RDF_TYPE, "<urn:B>"),))
    facts: list[Triple] = [("<urn:a>", RDF_TYPE, "<urn:A>"), ("<urn:a>", RDF_TYPE, "<urn:B>")]
    found = reason(Theory.build([rule]), facts).proofs(facts[1])
    assert [len(proof.steps) for proof in found] == [0, 1] and found.is_complete


def test_derivations_as_a_table() -> None:
    rules = [
        Rule("inverse", (Atom("?x", "<urn:p>", "?y"),), (Atom("?y", "<urn:q>", "?x"),)),
        Rule("never", (Atom("?x", "<urn:q>", "?x"),), ()),
    ]
    batch = evaluate(Theory.build(rules), [[], [("<urn:a>", "<urn:p>", "<urn:a>"), ("<urn:a>", "<urn:p>", "<urn:b>")]])
    assert Closure(batch, 0).derivations().num_rows == 0
    rows = Closure(batch, 1).derivations().to_pylist()
    premise = {"subject": "<urn:a>", "predicate": "<urn:p>", "object": "<urn:a>"}
    assert rows == [
        {"rule": "inverse", "subject": "<urn:a>", "predicate": "<urn:q>", "object": "<urn:a>",
         "premises": [premise], "height": 1},
        {"rule": "inverse", "subject": "<urn:b>", "predicate": "<urn:q>", "object": "<urn:a>",
         "premises": [{**premise, "object": "<urn:b>"}], "height": 1},
        {"rule": "never", "subject": "false", "predicate": "false", "object": "false",
         "premises": [{**premise, "predicate": "<urn:q>"}], "height": 2},
    ]  # fmt: skip


@settings(CHECKS, max_examples=60)
@given(programs.samplers())
def test_the_table_has_one_row_per_derivation(sampler: programs.Sampler) -> None:
    batch, model = evaluate_small(sampler)
    table = Closure(batch, 0).derivations()
    expected = sorted((s.rule, *s.conclusion, s.premises) for s in model.steps)
    found = [
        (r["rule"], r["subject"], r["predicate"], r["object"], tuple(tuple(p.values()) for p in r["premises"]))
        for r in table.to_pylist()
    ]
    assert sorted(found) == expected
    closure = Closure(batch, 0)
    assert {step for fact in [*closure.facts(), FALSE] for step in closure.list_derivations(fact)} == model.steps
