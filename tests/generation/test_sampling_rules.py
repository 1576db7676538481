"""Which rules sampled worlds use: all that can be, as often as they are weighed, and each for itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from conftest_types import MakeMaterial

from workbench.generation.keyed import KeyedRandom, gather_codes, hash_number
from workbench.generation.selection.blocks import BlockMaker, Material
from workbench.generation.worlds.attaining import Attainment
from workbench.generation.worlds.plan import build_plan
from workbench.generation.worlds.sampling import Sampler
from workbench.generation.worlds.steering import draw_graph, measure_world
from workbench.generation.worlds.ways import WayBook
from workbench.generation.worlds.world import NameBook, World
from workbench.model.curriculum import Level, WorldForm, WorldShape
from workbench.model.rules import Atom
from workbench.model.theory import Theory
from workbench.reasoning.batch import evaluate

G = "https://example.org/guild#"
LEVELS = "  - hops: {hops}\n    tasks: {{select: 9}}\n"


def make_sampler(material: Material, theory: Theory | None = None) -> Sampler:
    plan = BlockMaker(material).plan
    if theory is not None:
        # What may be stated and asked stays what it was, as where a curriculum says so.
        plan = build_plan(theory, material.assertions, datatype_properties=material.datatype_properties,
                          assertable=plan.assertable, queryable=plan.queryable)  # fmt: skip
    return Sampler(plan, NameBook(material.curriculum), material.completions, material.choices, None)


def sample(sampler: Sampler, level: Level, count: int) -> list[World]:
    return sampler.sample(level, [f"r{n}" for n in range(count)])[0]


def count_rules(sampler: Sampler, worlds: list[World]) -> Counter[str]:
    """The rules in the minimal proofs of the goals."""
    batch = evaluate(sampler.plan.theory, [world.facts for world in worlds])
    proofs = [batch.proof(n, goal) for n, world in enumerate(worlds) for goal in world.goals]
    return Counter(rule for proof in proofs if proof is not None for rule in set(proof.iterate_rules()))


def test_every_rule_with_a_proof_of_the_wanted_hops_is_used(make_material: MakeMaterial) -> None:
    material = make_material(LEVELS.format(hops=[1, 2]))
    sampler = make_sampler(material)
    used = count_rules(sampler, sample(sampler, material.curriculum.levels[0], 120))
    for name in ("colleague", "member", "expelled", "served", "experienced", "senior", "follows-transitive"):
        assert used[name] >= 5, (name, used)


def test_weights_say_how_often(make_material: MakeMaterial) -> None:
    material = make_material(LEVELS.format(hops=1))
    level, sampler = material.curriculum.levels[0], make_sampler(material)
    even = count_rules(sampler, sample(sampler, level, 80))
    heavy = replace(level, world=WorldShape(rules=(("expelled", 30.0), ("member", 0.0))))
    weighed = count_rules(sampler, sample(sampler, heavy, 80))
    assert weighed["expelled"] > 3 * even["expelled"] and even["member"] > 5
    # What is never drawn still holds, so it may follow from what others need.
    assert weighed["member"] < even["member"]


def test_a_rule_that_is_taken_away_changes_only_what_used_it(make_material: MakeMaterial) -> None:
    material = make_material(LEVELS.format(hops=[1, 3]))
    level, whole = material.curriculum.levels[0], make_sampler(material)
    before = {world.key: world for world in sample(whole, level, 60)}
    for name in ("expelled", "debtors-cannot-teach-creditors"):
        kept = Theory(tuple(rule for rule in material.theory.rules if rule.name != name), material.theory.closed)
        after = {world.key: world for world in sample(make_sampler(material, kept), level, 60)}
        rule = material.theory.by_name[name]
        keys = {atom.key for atom in (*rule.head, *(e for e in rule.body if isinstance(e, Atom)))}
        about = {
            world.key
            for world in before.values()
            if any(
                {predicate, object_} & keys for _, predicate, object_ in (*world.facts, *world.goals, *world.opposed)
            )
        }
        changed = {key for key, world in before.items() if after.get(key) != world}
        # A draw that the rule won and that came to nothing leaves no trace in the world; few worlds had one.
        assert len(changed - about) <= len(before) // 10, name
        assert len(changed) <= len(before) // 2


def test_rendezvous_takes_nothing_from_others() -> None:
    codes = [hash_number("rule", n) for n in range(40)]
    chosen = [KeyedRandom("draw", n).prefer(codes) for n in range(400)]
    assert chosen == [KeyedRandom("draw", n).prefer(gather_codes(codes)) for n in range(400)]
    for left in (0, 17, 39):
        fewer = codes[:left] + codes[left + 1 :]
        for n, before in enumerate(chosen):
            after = KeyedRandom("draw", n).prefer(fewer)
            assert before == left or fewer[after] == codes[before]


def test_only_hops_of_minimal_proofs_are_asked_for(guild_material: Material) -> None:
    plan = BlockMaker(guild_material).plan
    reach = Attainment(plan, WayBook(plan)).find_reach(4)
    own = {key.split("#")[1][:-1]: [n for n in range(5) if mask >> n & 1] for key, mask in reach.items()}
    assert own["follows"] == [0, 1, 2, 3, 4] and own["served"] == [1] and own["Experienced"] == [2]
    # That a teacher is a person needs no more than one step, however long a way the plan knows.
    assert own["Person"] == [0] or max(own["Person"]) <= 1


# ---- size and shape


@pytest.mark.parametrize("shape", ["chain", "star", "tree", "dense"])
def test_worlds_have_the_shape_and_size_asked_for(make_material: MakeMaterial, shape: WorldForm) -> None:
    material = make_material(LEVELS.format(hops=[1, 3]))
    wanted = WorldShape(individuals=(5, 12), facts=(14, 26), shape=shape)
    level = replace(material.curriculum.levels[0], world=wanted)
    worlds = sample(make_sampler(material), level, 30)
    assert len(worlds) >= 27
    graphs = [measure_world(world.facts) for world in worlds]
    assert all(14 <= len(world.facts) <= 26 for world in worlds)
    assert all(5 <= graph.individuals <= 12 for graph in graphs)
    assert sum(graph.has_shape(shape) for graph in graphs) >= 0.8 * len(worlds)


def test_worlds_for_many_questions_are_larger(make_material: MakeMaterial) -> None:
    material = make_material(LEVELS.format(hops=[1, 3]))
    level, sampler = material.curriculum.levels[0], make_sampler(material)
    few, many = sample(sampler, level, 20), sample(sampler, replace(level, questions=20), 20)
    assert sum(len(world.facts) for world in many) > 1.5 * sum(len(world.facts) for world in few)
    assert all(len(world.facts) <= 44 for world in many)


def test_graphs_are_measured() -> None:
    path = draw_graph(range(4), [(0, 1), (1, 2), (2, 3)])
    assert path == (4, 3, 1, 3, 2) and path.has_shape("chain") and path.has_shape("tree") and not path.circles
    star = draw_graph(range(6), [(0, n) for n in range(1, 6)])
    assert star.has_shape("star") and not star.has_shape("chain") and star.diameter == 2
    ring = draw_graph(range(5), [(0, 1), (1, 2), (2, 0), (0, 0), (1, 0)])
    assert ring == (5, 3, 3, 1, 2) and ring.circles == 1 and ring.has_shape("dense") and not ring.has_shape("tree")
    facts = [("<urn:a>", f"<{G}owns>", "<urn:b>"), ("<urn:a>", f"<{G}entered>", '"1"')]
    assert measure_world(facts) == (2, 1, 1, 1, 1)
