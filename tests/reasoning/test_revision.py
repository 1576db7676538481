"""Changes: the revised closure against one from scratch, and against the naive evaluator, over sequences of edits."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from oracles import naive, programs

from benchmarks.lubm import make_facts, make_theory, name
from workbench.errors import LimitError
from workbench.model.proofs import FALSE, Step
from workbench.model.rules import Atom, Negation, Rule
from workbench.model.terms import Triple
from workbench.model.theory import Theory, compute_strata
from workbench.reasoning import closure as closures
from workbench.reasoning.closure import Closure, Revision, reason
from workbench.reasoning.guards import Limits
from workbench.reasoning.revision import Outgrown

SMALL = Limits(rounds=12, facts=250)
CHECKS = settings(deadline=None, suppress_health_check=list(HealthCheck))


def list_heights(closure: Closure) -> dict[Triple, int | None]:
    return {fact: closure.depth(fact) for fact in closure.facts()}


def list_base(closure: Closure) -> dict[str, set[Triple]]:
    batch, found = closure.batch, dict[str, set[Triple]]()
    for fact in closure.facts():
        number = batch.facts.find(0, fact)
        assert number is not None
        key, row = batch.facts.get_relation(number)
        if key in batch.plan.transitive and batch.matcher.relations[key].base[row]:
            found.setdefault(key[0], set()).add(fact)
    return found


def list_steps(closure: Closure) -> set[Step]:
    return {s for fact in [*closure.facts(), FALSE] for s in closure.batch.derivations(0, fact)}


def check_revision(revision: Revision, theory: Theory, facts: set[Triple]) -> None:
    """The closure after a change is the one from scratch in everything, and the change says what differs."""
    after, scratch = revision.closure, reason(theory, facts, SMALL)
    before, expected = list_heights(revision.before), list_heights(scratch)
    assert list_heights(after) == expected
    assert after.stated == frozenset(facts)
    assert list_base(after) == list_base(scratch)
    assert list_steps(after) == list_steps(scratch)
    assert set(revision.gained) == set(expected) - set(before)
    assert set(revision.lost) == set(before) - set(expected)
    moved = {fact for fact, (old, new) in revision.heights.items() if old is not None and new is not None}
    assert moved == {fact for fact in set(before) & set(expected) if before[fact] != expected[fact]}
    for fact in sorted(expected)[:5]:
        assert after.proof(fact) == scratch.proof(fact)


def edit_theory(sampler: programs.Sampler, theory: Theory, number: int) -> Theory:
    rules = list(theory.rules)
    chance = sampler.random.random()
    if rules and chance < 0.5:
        rules.pop(sampler.random.randrange(len(rules)))
    if chance > 0.3:
        fresh = sampler.draw_rule(1000 + number)
        if compute_strata([*rules, fresh]) is not None:
            rules.insert(sampler.random.randint(0, len(rules)), fresh)
    return Theory.build(rules)


@settings(CHECKS, max_examples=120)
@given(programs.samplers(), st.booleans())
def test_edits_give_the_closure_from_scratch(sampler: programs.Sampler, with_rules: bool) -> None:
    theory, facts = sampler.draw_theory(), set(sampler.draw_world())
    try:
        closure = reason(theory, facts, SMALL)
    except LimitError:
        assume(False)
        raise
    for number in range(5):
        removed = {fact for fact in sorted(facts) if sampler.random.random() < 0.2}
        added = set(sampler.draw_world(4)) - removed
        if with_rules and sampler.random.random() < 0.6:
            theory = edit_theory(sampler, theory, number)
        try:
            revision = closure.revise(added=added, removed=removed, theory=theory, limits=SMALL)
        except LimitError:
            assume(False)
            raise
        facts = (facts - removed) | added
        check_revision(revision, theory, facts)
        closure = revision.closure
    assert list_heights(closure) == naive.evaluate(theory, facts).heights


@settings(CHECKS, max_examples=60)
@given(programs.samplers(), st.integers(0, 2**32))
def test_versions_of_one_closure_do_not_disturb_each_other(sampler: programs.Sampler, seed: int) -> None:
    theory, facts = sampler.draw_theory(), set(sampler.draw_world())
    try:
        first = reason(theory, facts, SMALL)
        before = list_heights(first), list_steps(first)
        versions = []
        for _ in range(3):
            removed = set(sampler.random.sample(sorted(facts), min(len(facts), 2)))
            added = set(sampler.draw_world(5)) - removed
            revision = first.revise(added=added, removed=removed, limits=SMALL)
            again = revision.closure.revise(added=removed, removed=added - facts, limits=SMALL)
            versions.append((revision, (facts - removed) | added, again))
    except LimitError:
        assume(False)
        raise
    Random(seed).shuffle(versions)
    for revision, stated, again in versions:
        check_revision(revision, theory, stated)
        check_revision(again, theory, facts)
    assert (list_heights(first), list_steps(first)) == before


def has(property_: str, subject: str = "?x", object_: str = "?y") -> Atom:
    return Atom(subject, f"<urn:{property_}>", object_)


def test_a_change_passes_through_negation_and_heights() -> None:
    theory = Theory.build(
        [
            Rule("ancestor", (has("parent"),), (has("ancestor"),)),
            Rule("further", (has("ancestor"), has("ancestor", "?y", "?z")), (has("ancestor", "?x", "?z"),)),
            Rule("root", (has("parent"), Negation((has("parent", "?y", "?z"),))), (has("root"),)),
        ]
    )
    chain: list[Triple] = [(f"<urn:{a}>", "<urn:parent>", f"<urn:{b}>") for a, b in zip("abcd", "bcde", strict=True)]
    closure = reason(theory, chain)
    revision = closure.revise(removed=[chain[-1]])
    assert revision.gained == (("<urn:c>", "<urn:root>", "<urn:d>"),)
    assert set(revision.lost) == {
        chain[-1],
        ("<urn:d>", "<urn:root>", "<urn:e>"),
        *((f"<urn:{a}>", "<urn:ancestor>", "<urn:e>") for a in "abcd"),
    }
    shortcut: Triple = ("<urn:a>", "<urn:parent>", "<urn:d>")
    revision = closure.revise(added=[shortcut])
    assert revision.gained == (shortcut,)
    moved = {fact: heights for fact, heights in revision.heights.items() if None not in heights}
    assert moved == {
        ("<urn:a>", "<urn:ancestor>", "<urn:d>"): (3, 1),
        ("<urn:a>", "<urn:ancestor>", "<urn:e>"): (4, 2),
    }


def test_a_change_that_runs_away_leaves_the_closure_as_it_was() -> None:
    from workbench.model.rules import Comparison, Operation
    from workbench.model.terms import make_literal

    more = Comparison("=", "?m", Operation("+", ("?n", make_literal(1))))
    counting = Rule("counting", (has("n", "?x", "?n"), more), (has("n", "?x", "?m"),))
    facts: list[Triple] = [("<urn:a>", "<urn:n>", make_literal(1))]
    closure = reason(Theory.build([]), facts)
    with pytest.raises(LimitError, match="counting"):
        closure.revise(theory=Theory.build([counting]), limits=Limits(rounds=50))
    assert list(closure.facts()) == facts
    assert closure.revise(added=[("<urn:b>", "<urn:n>", make_literal(1))]).gained == (
        ("<urn:b>", "<urn:n>", make_literal(1)),
    )


def test_what_is_not_stated_cannot_be_withdrawn() -> None:
    theory = Theory.build([Rule("copy", (has("p"),), (has("q"),))])
    closure = reason(theory, [("<urn:a>", "<urn:p>", "<urn:b>")])
    for fact in (
        ("<urn:a>", "<urn:q>", "<urn:b>"),
        ("<urn:a>", "<urn:p>", "<urn:c>"),
        ("<urn:a>", "<urn:r>", "<urn:b>"),
    ):
        with pytest.raises(ValueError, match="not stated"):
            closure.revise(removed=[fact])
    with pytest.raises(ValueError, match="both added and removed"):
        closure.revise(added=[("<urn:a>", "<urn:p>", "<urn:b>")], removed=[("<urn:a>", "<urn:p>", "<urn:b>")])


def test_a_change_of_nearly_everything_starts_from_scratch(monkeypatch: pytest.MonkeyPatch) -> None:
    theory = Theory.build([Rule("copy", (has("p"),), (has("q"),))])
    facts: list[Triple] = [("<urn:a>", "<urn:p>", f"<urn:b{i}>") for i in range(3000)]
    closure = reason(theory, facts)
    scratch: list[int] = []
    real = closures.reason
    monkeypatch.setattr(closures, "reason", lambda *arguments: scratch.append(1) or real(*arguments))
    revision = closure.revise(removed=facts[:-1])
    assert scratch == [1]
    assert len(revision.lost) == 2 * 2999
    assert list(revision.closure.facts()) == sorted([facts[-1], ("<urn:a>", "<urn:q>", facts[-1][2])])
    with pytest.raises(Outgrown):
        closure.batch.revise(theory, [], facts[:-1], Limits())


def test_a_university_under_many_edits() -> None:
    theory, random = make_theory(), Random(3)
    facts = set(make_facts(3_000))
    closure = reason(theory, facts)
    people = sorted({fact[0] for fact in facts if "faculty" in fact[0]})
    for number in range(12):
        removed = set(random.sample(sorted(facts), 3))
        added = {(random.choice(people), name("advisor"), random.choice(people)) for _ in range(2)} - removed
        rules = list(make_theory().rules)
        if number % 3 == 0:
            rules.pop(random.randrange(len(rules)))
        theory = Theory.build(rules)
        closure = closure.revise(added=added, removed=removed, theory=theory).closure
        facts = (facts - removed) | added
    scratch = reason(theory, facts)
    assert list_heights(closure) == list_heights(scratch)
    assert list_base(closure) == list_base(scratch)
    assert closure.derivations().equals(scratch.derivations())
