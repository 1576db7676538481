"""Capacity: estimates against populations whose size is known, and exact counts against counting by hand."""

import itertools
import json
import math
import random
from collections import Counter
from hashlib import sha256

import pytest

from workbench.generation.identity.capacity import (
    OwnCount,
    StructureTally,
    check_capacity,
    count_own_structures,
    describe_capacity,
    say_capacity,
    say_supply,
)
from workbench.generation.identity.population import StructureSample, estimate_population, expect_distinct
from workbench.model.curriculum import Cell, Level
from workbench.model.rules import Atom, Rule
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.reasoning.closure import reason


def draw(weights: list[float], draws: int, seed: int) -> dict[int, int]:
    met = Counter(random.Random(seed).choices(range(len(weights)), weights, k=draws))
    return dict(Counter(met.values()))


POPULATIONS = {
    "alike": [1.0] * 1000,
    "a few common": [20.0] * 50 + [1.0] * 950,
    "long tail": [1 / rank for rank in range(1, 2001)],
    "geometric": [0.99**rank for rank in range(500)],
}


@pytest.mark.parametrize("name", POPULATIONS)
@pytest.mark.parametrize("draws", [500, 3000])
def test_bounds_lie_below_populations_of_known_size(name: str, draws: int) -> None:
    """The lower end may lie above the truth in one sample of forty; here at most in three of fifty."""
    weights, wrong, covered = POPULATIONS[name], 0, 0
    total = sum(weights)
    for seed in range(50):
        met = Counter(random.Random(seed).choices(range(len(weights)), weights, k=draws))
        estimate = estimate_population(draws, Counter(met.values()))
        assert estimate.seen == len(met) and estimate.at_least is not None
        assert estimate.high is not None and estimate.seen <= estimate.low <= estimate.at_least <= estimate.high
        wrong += estimate.low > len(weights)
        share = sum(weights[number] for number in met) / total
        covered += estimate.coverage[1] <= share <= estimate.coverage[2]
    assert wrong <= 3
    assert covered >= 44


def test_a_population_of_equals_is_estimated_well() -> None:
    inside = 0
    for seed in range(50):
        estimate = estimate_population(1500, draw([1.0] * 1000, 1500, seed))
        assert estimate.at_least == pytest.approx(1000, rel=0.15)
        assert estimate.high is not None
        inside += estimate.low <= 1000 <= estimate.high
    assert inside >= 44


def test_what_further_draws_will_show() -> None:
    """Of a population of equals the number after more draws is known: 1000 (1 - (1 - 1/1000)^n)."""
    for seed in range(10):
        estimate = estimate_population(800, draw([1.0] * 1000, 800, seed))
        for draws in (800, 1600, 2400):
            expected = expect_distinct(estimate, draws)
            assert expected == pytest.approx(1000 * (1 - 0.999**draws), rel=0.12)
        assert expect_distinct(estimate, 10) == estimate.seen


def test_nothing_met_twice_gives_a_bound_and_no_estimate() -> None:
    estimate = estimate_population(600, {1: 600})
    assert estimate.at_least is None and estimate.high is None
    assert estimate.low == pytest.approx(600 * 599 / (2 * math.log(20)))
    # In a population of that size, so many different ones in a row happen once in twenty times.
    size = round(estimate.low)
    chance = math.prod(1 - number / size for number in range(600))
    assert chance == pytest.approx(0.05, abs=0.01)
    assert expect_distinct(estimate, 1000) is None


def test_everything_met_often_is_all_there_is() -> None:
    estimate = estimate_population(90, {9: 10})
    assert (estimate.at_least, estimate.low, estimate.high) == (10, 10, 10)
    assert estimate.coverage == (1.0, 1.0, 1.0)
    assert estimate_population(0, {}).coverage == (0.0, 0.0, 1.0)


def make_digest(number: int) -> bytes:
    return sha256(str(number).encode()).digest()[:16]


def test_samples_made_apart_join_to_the_same() -> None:
    numbers = random.Random(5).choices(range(3000), k=9000)
    whole = StructureSample(kept=200)
    parts = [StructureSample(kept=200) for _ in range(3)]
    for position, number in enumerate(numbers):
        whole.add(make_digest(number))
        parts[position % 3].add(make_digest(number))
    for order in itertools.permutations(parts):
        joined = StructureSample(kept=200)
        for part in order:
            joined.join(part)
        assert (joined.draws, joined.depth, joined.counts) == (whole.draws, whole.depth, whole.counts)
    estimate = whole.estimate()
    assert whole.depth >= 4 and len(whole.counts) <= 200
    assert estimate.seen == pytest.approx(len(set(numbers)), rel=0.25)
    assert estimate.at_least == pytest.approx(3000, rel=0.25)


NS = "https://example.org/t#"
P, Q, R = (f"<{NS}{name}>" for name in "pqr")


def make_level(name: str, low: int, high: int) -> Level:
    return Level(name, 1, name, (low, high), "facts+rules", (0, 0), (0, 0), ("project",), ())


def test_structures_of_a_chain_are_counted() -> None:
    """A chain of five: with r as the transitive closure of p, one structure for each distance, in whatever place."""
    people = [f"<{NS}n{n}>" for n in range(6)]
    facts: list[Triple] = [(a, P, b) for a, b in itertools.pairwise(people)]
    theory = Theory.build(
        [
            Rule("base", (Atom("?x", P, "?y"),), (Atom("?x", R, "?y"),)),
            Rule("step", (Atom("?x", R, "?y"), Atom("?y", P, "?z")), (Atom("?x", R, "?z"),)),
        ],
        (),
    )
    closure = reason(theory, facts)
    counts = count_own_structures(theory, closure, [make_level("one", 1, 1), make_level("all", 0, 9)])
    assert counts["all"] == OwnCount(15, 5, 5, True)
    assert counts["one"] == OwnCount(4, 1, 1, True)
    few = count_own_structures(theory, closure, [make_level("all", 0, 9)], most=7)["all"]
    assert few.conclusions == 7 and few.named <= 5 and not few.complete
    assert count_own_structures(theory, closure, [make_level("all", 0, 9)], queryable=[Q])["all"].conclusions == 0


def test_properties_that_only_differ_by_name_have_one_core() -> None:
    rules = [Rule(f"to-{n}", (Atom("?x", f"<{NS}p{n}>", "?y"),), (Atom("?y", f"<{NS}q{n}>", "?x"),)) for n in range(3)]
    facts = [(f"<{NS}a{i}>", f"<{NS}p{n}>", f"<{NS}b{i}>") for i in range(4) for n in range(3)]
    loops = [(f"<{NS}c>", f"<{NS}p0>", f"<{NS}c>")]
    theory = Theory.build(rules, ())
    counts = count_own_structures(theory, reason(theory, [*facts, *loops]), [make_level("all", 0, 9)])
    assert counts["all"] == OwnCount(13, 4, 2, True)
    kept = count_own_structures(
        theory, reason(theory, facts), [make_level("all", 0, 9)], constants=frozenset({f"<{NS}a0>"})
    )
    assert kept["all"] == OwnCount(12, 6, 1, True)


def test_the_account_in_the_manifest() -> None:
    tally = StructureTally()
    entailed: Cell = ("two", "entailment", "entailed")
    choice: Cell = ("two", "options", "-")
    for number in random.Random(1).choices(range(40), k=100):
        tally.add(entailed, "sampled", make_digest(1000 + number), make_digest(number % 8))
    for number in range(5):
        tally.add(entailed, "project", make_digest(number), make_digest(number))
    tally.exhausted.add((entailed, "project"))
    seen = {"two": tally.describe()}
    account = describe_capacity(seen, {"two": OwnCount(50, 30, 12, True)}, {entailed: 60, choice: 40}, ["two"])
    cells = account["two"]["cells"]
    assert cells.keys() == {"entailment/entailed"}
    own = {"draws": 5, "seen": 5}
    assert cells["entailment/entailed"]["project"] == {"exact": True, "named": own, "core": own}
    sampled = cells["entailment/entailed"]["sampled"]
    assert sampled["core"]["interval"] == [8, 8] and sampled["core"]["at_least"] == 8
    assert sampled["named"]["interval"][0] <= 40 <= sampled["named"]["interval"][1] + 3
    assert account["two"]["own"] == {"conclusions": 50, "named": 30, "core": 12, "complete": True}
    assert account["two"]["sentence"] == (
        "The level two has 12 structures over the project's own individuals (30 before properties and classes are "
        "renamed); 100 items are asked for; sampled worlds have 8, each met more than once (an estimate from "
        "100 candidates of 8 structures)."
    )

    assert check_capacity("two", json.loads(json.dumps(account["two"]))) == []


def test_an_account_that_contradicts_itself_is_found() -> None:
    tally = StructureTally()
    for number in random.Random(1).choices(range(400), k=300):
        tally.add(("one", "select", "-"), "sampled", make_digest(number), make_digest(number // 2))
    tally.exhausted.add((("one", "select", "-"), "project"))
    (account,) = describe_capacity({"one": tally.describe()}, {}, {("one", "select", "-"): 5}).values()
    later = StructureTally.restore(json.loads(json.dumps(tally.to_json())))
    assert later == tally
    assert account["sentence"].endswith("structures, all that came before the level was full).")
    assert check_capacity("one", account) == []

    def spoil(*path: str, value: object) -> list[str]:
        spoilt = json.loads(json.dumps(account))
        inner = spoilt
        for name in path[:-1]:
            inner = inner[name]
        inner[path[-1]] = value
        return check_capacity("one", spoilt)

    assert spoil("cells", "select/-", "sampled", "core", "at_least", value=9) == [
        "select/-, sampled: core is not what its numbers say"
    ]
    assert isinstance(account["expected"], int) and account["sampled"]["seen"] < account["expected"] <= 230
    assert spoil("expected", value=1) == ["expected is not what the numbers say"]
    assert spoil("sentence", value="One has enough.") == ["the sentence is not what the numbers say"]
    assert "sampled is not what its numbers say" in spoil("sampled", "once", value=3)
    for path, value in ((("sampled", "draws"), "many"), (("cells",), []), (("own",), {"x": 1}), (("sampled",), 3)):
        (problem,) = spoil(*path, value=value)
        assert problem.startswith("is not as its version says")


def test_a_large_tally_stays_small_and_says_how_sure_it_is() -> None:
    """A hundred thousand candidates of fifty thousand structures, of which a thousand are kept."""
    tally, cell = StructureTally(), ("one", "select", "-")
    for number in random.Random(3).choices(range(50_000), k=100_000):
        tally.add(cell, "sampled", make_digest(number), make_digest(number // 2))
    assert len(json.dumps(tally.to_json())) < 50_000
    (account,) = describe_capacity({"one": tally.describe()}, {}, {cell: 10}).values()
    core = account["cells"]["select/-"]["sampled"]["core"]
    assert core["part"]["scale"] >= 16 and core["draws"] == 100_000
    assert core["at_least"] == pytest.approx(25_000, rel=0.2)
    assert core["interval"][0] <= 25_000 <= core["interval"][1]
    assert check_capacity("one", json.loads(json.dumps(account))) == []


def test_what_was_on_offer_for_a_short_cell() -> None:
    tally, cell = StructureTally(), ("one", "select", "-")
    for number in (1, 1, 2, 2, 3, 3, 3):
        tally.add(cell, "project", make_digest(number), make_digest(number))
    assert say_supply(tally.describe(), cell) == (
        "The project's own worlds gave 7 candidates of 3 different structures, and seem to have these in all."
    )
    tally.exhausted.add((cell, "project"))
    assert say_supply(tally.describe(), cell) == (
        "The project's own worlds hold 7 candidates of 3 different structures, and no more."
    )
    for number in range(30):
        tally.add(cell, "sampled", make_digest(number), make_digest(number))
    assert say_supply(tally.describe(), cell).endswith(
        "; sampled worlds gave 30 candidates of 30 different structures, from which no total can be told."
    )
    assert say_supply(tally.describe(), ("one", "count", "-")) == "No candidate for it came up at all."


def test_capacity_in_words() -> None:
    only_own = say_capacity("hops", 1, OwnCount(9, 3, 1, False), None)
    assert only_own == (
        "The level hops has at least 1 structure over the project's own individuals (not all conclusions were looked "
        "at; 3 before properties and classes are renamed); 1 item is asked for."
    )
    assert "sampled worlds have at least 63, and how many more cannot be said" in say_capacity(
        "x", 10, None, estimate_population(20, {1: 20})
    )
    raised = say_capacity(
        "x",
        10_000,
        OwnCount(4000, 3500, 3182, True),
        estimate_population(5000, {1: 3000, 2: 1000}),
        is_full=False,
    )
    assert raised == (
        "The level x has 3,182 structures over the project's own individuals (3,500 before properties and classes are "
        "renamed); 10,000 items are asked for; sampled worlds raise it to about 8,493 or more (95 %: 8,068 to 8,962; "
        "an estimate from 5,000 candidates of 4,000 structures)."
    )


def test_formulas_are_counted_apart_from_structures_of_worlds() -> None:
    """A formula needs no world, so what the project's own individuals and sampled worlds hold says nothing of it."""
    tally = StructureTally()
    bare, other = ("one", "formalise", "-"), ("one", "select", "-")
    for number in range(60):
        tally.add(bare, "sampled", make_digest(number % 40), make_digest(number % 2))
        tally.add(other, "sampled", make_digest(1000 + number), make_digest(1000 + number % 7))
    seen = tally.describe()
    assert (seen["formulas"]["seen"], seen["sampled"]["seen"]) == (40, 7)
    own = {"one": OwnCount(50, 30, 12, True)}
    (both,) = describe_capacity({"one": seen}, own, {bare: 5, other: 5}).values()
    assert "12 structures over" in both["sentence"] and "; over the vocabulary there are about " in both["sentence"]
    assert "60 candidates of 40 formulas" in both["sentence"] and check_capacity("one", both) == []
    alone = StructureTally()
    for number in range(60):
        alone.add(bare, "sampled", make_digest(number % 40), make_digest(number % 2))
    (only,) = describe_capacity({"one": alone.describe()}, own, {bare: 5}).values()
    assert only["own"] is None and only["sampled"] is None
    assert only["sentence"].startswith("5 items are asked for; over the vocabulary there are about ")
    assert "structure" not in only["sentence"] and "worlds" not in only["sentence"]
    assert only["expected"] is not None and check_capacity("one", only) == []
    assert check_capacity("one", {**only, "formulas": {**only["formulas"], "once": 3}})
    assert "different formulas" in say_supply(only, bare) and "worlds" not in say_supply(only, bare)
