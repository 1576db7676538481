"""Broken worlds contradict themselves in one way only, judged by another evaluator than the engine."""

from __future__ import annotations

from collections import Counter

import pytest
from conftest_types import MakeMaterial
from oracles.naive import evaluate as evaluate_naively

from workbench.generation.keyed import KeyedRandom
from workbench.generation.selection.blocks import BlockMaker
from workbench.generation.worlds.conflicts import BrokenWorld, WorldBreaker
from workbench.generation.worlds.plan import Plan
from workbench.generation.worlds.sampling import Sampler
from workbench.generation.worlds.world import NameBook, World

LEVELS = "  - hops: [1, 3]\n    tasks: {select: 9}\n"


@pytest.fixture(scope="module")
def plan(make_material: MakeMaterial) -> Plan:
    return BlockMaker(make_material(LEVELS)).plan


@pytest.fixture(scope="module")
def worlds(make_material: MakeMaterial, plan: Plan) -> list[World]:
    material = make_material(LEVELS)
    sampler = Sampler(plan, NameBook(material.curriculum), material.completions, material.choices, None)
    return sampler.sample(material.curriculum.levels[0], [f"b{n}" for n in range(40)])[0]


@pytest.fixture(scope="module")
def broken(plan: Plan, worlds: list[World]) -> list[BrokenWorld | None]:
    return WorldBreaker(plan).break_worlds(worlds)


def test_almost_every_world_can_be_broken(broken: list[BrokenWorld | None]) -> None:
    rules = Counter(world.rule for world in broken if world is not None)
    assert rules.total() >= 36 and len(rules) >= 3


def test_one_fact_breaks_one_rule_by_one_set(plan: Plan, worlds: list[World], broken: list[BrokenWorld | None]) -> None:
    for world, result in zip(worlds[:15], broken, strict=False):
        if result is None:
            continue
        assert set(result.facts) == {*world.facts, result.added} and result.added not in world.facts
        assert len(result.conflict) >= 2 and result.added in result.conflict and {*result.conflict} <= {*result.facts}
        found = evaluate_naively(plan.theory, result.facts).contradictions
        assert {step.rule for step in found} == {result.rule}
        assert evaluate_naively(plan.theory, result.conflict).contradictions
        for fact in result.conflict:
            # Every contradiction needs every fact of the set, so there is no other set.
            rest = [other for other in result.facts if other != fact]
            assert not evaluate_naively(plan.theory, rest).contradictions


def test_breaking_depends_on_the_world_alone(plan: Plan, worlds: list[World], broken: list[BrokenWorld | None]) -> None:
    breaker = WorldBreaker(plan)
    assert breaker.break_worlds(list(reversed(worlds[:6]))) == list(reversed(broken[:6]))
    expected = broken[0]
    found = breaker.break_world(worlds[0], KeyedRandom("break", worlds[0].key))
    assert expected is not None and found == (expected.facts, expected.conflict)
    assert breaker.break_worlds([]) == []


def test_a_world_that_nothing_can_break_stays_whole(plan: Plan) -> None:
    assert WorldBreaker(plan).break_worlds([World("empty", "sampled", (), ())]) == [None]
