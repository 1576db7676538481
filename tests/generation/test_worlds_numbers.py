"""Numbers of sampled worlds: linear forms say what comparisons say, and what is drawn meets them within its range."""

from __future__ import annotations

from itertools import product

from conftest_types import MakeMaterial
from hypothesis import given
from hypothesis import strategies as st

from workbench.generation.keyed import KeyedRandom
from workbench.generation.selection.blocks import BlockMaker
from workbench.generation.worlds.instances import NUMBER, NumberRules
from workbench.generation.worlds.linear import Linear, make_linear
from workbench.generation.worlds.sampling import Sampler
from workbench.generation.worlds.values import NumberSystem
from workbench.generation.worlds.world import NameBook
from workbench.model.builtins import holds
from workbench.model.rules import Comparison, Expression, Operation
from workbench.model.terms import RDF_TYPE, make_literal, read_integer
from workbench.reasoning.batch import evaluate

NAMES = ("?a", "?b", "?c")
SUMS: st.SearchStrategy[Expression] = st.recursive(
    st.sampled_from(NAMES) | st.integers(-5, 5).map(make_literal),
    lambda inner: st.builds(Operation, st.sampled_from("+-*/"), st.tuples(inner, inner)),
    max_leaves=4,
)
NUMBERS = {name: place for place, name in enumerate(NAMES)}


@given(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), SUMS, SUMS, st.tuples(*[st.integers(-9, 9)] * 3))
def test_linear_forms_say_what_comparisons_say(
    operator: str, left: Expression, right: Expression, values: tuple[int, int, int]
) -> None:
    comparison = Comparison(operator, left, right)
    linear = make_linear(comparison, NUMBERS)
    if linear is not None:
        truth = holds(comparison, dict(zip(NAMES, map(make_literal, values), strict=True)))
        assert linear.holds(dict(enumerate(values))) == truth
        assert linear.negate().holds(dict(enumerate(values))) != truth


FORMS = st.builds(
    Linear,
    st.sampled_from([">=", ">=", ">=", "=", "!="]),
    st.dictionaries(st.integers(0, 3), st.sampled_from([-2, -1, 1, 1, -1]), min_size=1, max_size=3).map(
        lambda terms: tuple(sorted(terms.items()))
    ),
    st.integers(-6, 6),
)
DIFFERENCES = st.builds(
    lambda a, b, c: Linear(">=", tuple(sorted(((a, 1), (b, -1)))), c),
    st.integers(0, 1), st.integers(2, 3), st.integers(-4, 4),
)  # fmt: skip


@given(st.lists(FORMS, max_size=5), st.integers())
def test_what_is_drawn_meets_every_comparison(forms: list[Linear], key: int) -> None:
    system = NumberSystem(dict.fromkeys(range(4), (0, 5)))
    worlds = [v for v in product(range(6), repeat=4) if all(form.holds(dict(enumerate(v))) for form in forms)]
    if not system.add(forms):
        assert not worlds
        return
    values = system.draw(KeyedRandom(key, "order").shuffle(range(4)), KeyedRandom(key))
    if values is not None:
        assert tuple(values[name] for name in range(4)) in worlds


@given(st.lists(DIFFERENCES, max_size=6), st.lists(DIFFERENCES, max_size=3), st.integers())
def test_differences_are_never_given_up(forms: list[Linear], more: list[Linear], key: int) -> None:
    """Bounds of differences are exact: whatever can be met is met; what cannot be added changes nothing."""
    system = NumberSystem(dict.fromkeys(range(4), (0, 5)))
    worlds = [v for v in product(range(6), repeat=4) if all(form.holds(dict(enumerate(v))) for form in forms)]
    assert system.add(forms) == bool(worlds)
    if not worlds:
        return
    both = [v for v in worlds if all(form.holds(dict(enumerate(v))) for form in more)]
    assert system.try_to_add(more) == bool(both)
    values = system.draw(range(4), KeyedRandom(key))
    assert values is not None and tuple(values.values()) in (both or worlds)


G = "https://example.org/guild#"


def test_open_numbers_are_found_where_rules_compare_them(make_material: MakeMaterial) -> None:
    """Years of service are only computed, so what makes experience is asked of entering and leaving."""
    plan = BlockMaker(make_material("  - hops: 1\n    tasks: {select: 9}\n")).plan
    rules = NumberRules(plan)
    facts = [("<urn:p:0>", f"<{G}entered>", f"{NUMBER}3>"), ("<urn:p:0>", f"<{G}left>", f"{NUMBER}7>"),
             ("<urn:p:1>", f"<{G}entered>", f"{NUMBER}9>")]  # fmt: skip
    clash = [("<urn:p:0>", RDF_TYPE, f"<{G}Person>"), ("<urn:p:0>", RDF_TYPE, f"<{G}Workshop>")]
    instances, contradicted = rules.read_instances(evaluate(rules.theory, [facts, clash]))
    assert contradicted == [False, True] and not instances[1]
    found = {(instance.probe.rule, *instance.list_comparisons()) for instance in instances[0]}
    assert found == {
        ("experienced", Linear(">=", ((3, -1), (7, 1)), -7)),
        ("leaving-after-entering", Linear(">=", ((3, 1), (7, -1)), -1)),  # what breaks it
    }


def test_comparisons_go_both_ways_and_often_by_a_hair(make_material: MakeMaterial) -> None:
    material = make_material("  - hops: 1\n    tasks: {select: 9}\n")
    plan = BlockMaker(material).plan
    sampler = Sampler(plan, NameBook(material.curriculum), material.completions, material.choices, None)
    worlds, _ = sampler.sample(material.curriculum.levels[0], [f"n{n}" for n in range(200)])
    slacks = []
    for world in worlds:
        numbers = {(s, p): read_integer(o) or 0 for s, p, o in world.facts if p in plan.values}
        assert all(plan.values[p].low <= value <= plan.values[p].high for (_, p), value in numbers.items())
        for (subject, property_), left in numbers.items():
            if property_ == f"<{G}left>" and (subject, f"<{G}entered>") in numbers:
                slacks.append(left - numbers[subject, f"<{G}entered>"] - 7)
    true, false = [s for s in slacks if s >= 0], [s for s in slacks if s < 0]
    assert len(true) >= 8 and len(false) >= 8 and min(slacks) >= -7
    assert sum(s <= 2 for s in true) >= len(true) // 5 and sum(s >= -3 for s in false) >= len(false) // 5
