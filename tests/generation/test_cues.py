"""What would tell an answer by its surface is left out, every beginning is in balance, and nothing else goes."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import replace

import pytest
from conftest_types import MakeMaterial
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.generation.selection.blocks import BlockMaker
from workbench.generation.selection.cues import (
    TOLD,
    ChoiceBalance,
    LabelBalance,
    keep_balanced,
    list_balanced_cells,
    see_choices,
)
from workbench.generation.surveys.probe import Sample, probe_choices, probe_labels
from workbench.generation.tasks.family import Choice
from workbench.model.curriculum import STATUSES, Quota

EVEN = dict.fromkeys(STATUSES, 1 / 3)
FEATURES = [f"f{number}" for number in range(6)]
LABELLED = st.lists(st.tuples(st.sampled_from(STATUSES), st.sets(st.sampled_from(FEATURES)).map(sorted)), max_size=80)
CHOSEN = st.lists(
    st.tuples(st.lists(st.sets(st.sampled_from(FEATURES)).map(sorted), min_size=2, max_size=4), st.integers(0, 1)),
    max_size=60,
)


def limit(count: float, part: float) -> float:
    """What a sum may reach of which so many were kept: the bound, and the one that is added last."""
    return part * (1 + math.cbrt(count)) + 1


@settings(max_examples=40)
@given(LABELLED)
def test_labels_are_in_balance_at_every_moment(items: list[tuple[str, list[str]]]) -> None:
    balance, seen, own = LabelBalance(EVEN), Counter[str](), Counter[tuple[str, str]]()
    for label, features in items:
        if not balance.accepts(label, features):
            continue
        for feature in ("", *features):
            seen[feature] += 1
            own[feature, label] += 1
        for feature, count in seen.items():
            for status in STATUSES:
                assert own[feature, status] - count / 3 <= limit(count, 0.9)
    assert {feature: balance.count(feature) for feature in seen} == seen


@settings(max_examples=40)
@given(CHOSEN)
def test_choices_are_in_balance_at_every_moment(items: list[tuple[list[list[str]], int]]) -> None:
    balance, excess, weight = ChoiceBalance(), Counter[str](), Counter[str]()
    for choices, right in items:
        if not balance.accepts(choices, right):
            continue
        for feature in FEATURES:
            share = sum(feature in features for features in choices) / len(choices)
            more = (feature in choices[right]) - share
            excess[feature] += more  # type: ignore[assignment]
            weight[feature] += share if more else 0  # type: ignore[assignment]
            assert abs(excess[feature]) <= limit(weight[feature], 0.8)
    assert balance.measure() == pytest.approx({f: v for f, v in excess.items() if f in balance.measure()})


@settings(max_examples=40)
@given(LABELLED)
def test_the_same_is_kept_every_time(items: list[tuple[str, list[str]]]) -> None:
    first, second = LabelBalance(EVEN), LabelBalance(dict(reversed(EVEN.items())))
    assert [first.accepts(*item) for item in items] == [second.accepts(*item) for item in items]


def test_nothing_goes_where_nothing_can_be_told() -> None:
    labels = LabelBalance(EVEN)
    assert all(labels.accepts(STATUSES[number % 3], ["same"]) for number in range(300))
    choices = ChoiceBalance()
    assert all(choices.accepts([["same"]] * 4, number % 4) for number in range(300))
    alone = LabelBalance({"entailed": 1.0})
    assert all(alone.accepts("entailed", ["any"]) for _ in range(50))


def test_shares_are_those_asked_for() -> None:
    source, balance = random.Random(1), LabelBalance({"entailed": 0.5, "refuted": 0.25, "unknown": 0.25})
    kept = Counter(label for label in source.choices(STATUSES, k=3000) if balance.accepts(label, []))
    assert kept["refuted"] / kept["entailed"] == pytest.approx(0.5, abs=0.1)
    assert kept["unknown"] / kept["entailed"] == pytest.approx(0.5, abs=0.1)


def draw_items(count: int, seed: int) -> list[tuple[str, list[str]]]:
    """Words of which one in each text goes with its label in three of five cases."""
    source, items = random.Random(seed), []
    for _ in range(count):
        label = source.choice(STATUSES)
        told = label if source.random() < 0.4 else source.choice(STATUSES)
        items.append((label, [f"tells {told}", *source.sample([f"w{n}" for n in range(40)], 5)]))
    return items


def test_a_planted_cue_goes_and_the_probe_is_left_with_chance() -> None:
    items = draw_items(6000, 3)
    kept = []
    for start in range(0, len(items), 2000):
        balance = LabelBalance(EVEN)
        kept += [(label, words) for label, words in items[start : start + 2000] if balance.accepts(label, words)]
    before, after = (
        max(
            one.gap
            for one in probe_labels([Sample(tuple(w), (), label, str(n)) for n, (label, w) in enumerate(listed)])
        )
        for listed in (items[: len(kept)], kept)
    )
    assert len(kept) > len(items) / 2
    assert before > 0.2 and after <= 0.02


def test_a_planted_cue_of_choices_goes() -> None:
    source, items = random.Random(5), []
    for _ in range(5000):
        right = source.randrange(4)
        choices = [source.sample([f"w{n}" for n in range(40)], 4) for _ in range(4)]
        choices[right if source.random() < 0.5 else source.randrange(4)].append("surely")
        items.append(([*map(sorted, choices)], right))
    balance = ChoiceBalance()
    kept = [item for item in items if balance.accepts(*item)]
    before, after = (
        max(
            one.gap
            for one in probe_choices(
                [
                    [Sample(tuple(w), (), "right" if n == right else "wrong", str(i)) for n, w in enumerate(choices)]
                    for i, (choices, right) in enumerate(listed)
                ]
            )
        )
        for listed in (items[: len(kept)], kept)
    )
    assert len(kept) > len(items) / 4
    assert before > 0.2 and after <= 0.02


def test_the_centre_of_choices_is_seen() -> None:
    a, b, p, q = "<urn:a>", "<urn:b>", "<urn:p>", "<urn:q>"
    choices = [Choice(((a, p, b),)), Choice(((a, q, b),)), Choice(((b, p, a),))]
    first, second, third = map(set, see_choices(choices, [(a, p, a)]))
    assert {"subject shared 1", "predicate shared 1", "object shared 1", "turned round", f"about {p}"} <= first
    assert {"subject shared 1", "predicate shared 0", "place 1", "from the end 2"} <= second
    assert {"subject shared 0", "object shared 0", "turned round", "object mentioned 1"} <= third


LEVEL = """\
  - {name: one, hops: [1, 3], distractors: [0, 4], tasks: {entailment: 30, options: 10, count: 5}}
"""


def test_a_block_is_balanced_whichever_cells_are_full(make_material: MakeMaterial, small_blocks: None) -> None:
    """What a full cell's drafts would be is drafted too, so that the others are the same with and without it."""
    maker = BlockMaker(make_material(LEVEL))
    (level,) = maker.material.curriculum.levels
    cells = {(quota.task, quota.status) for quota in level.quotas}
    whole = maker.propose(level, "sampled", 0, cells)
    part = maker.propose(level, "sampled", 0, {("entailment", "unknown"), ("count", "-")})
    expected = [one for one in whole.candidates if one.cell[1:] in {("entailment", "unknown"), ("count", "-")}]
    assert [one.identity for one in part.candidates] == [one.identity for one in expected]
    assert expected and any(reason == TOLD for _, _, reason in whole.rejected)
    order = [one.answered.draft.key for one in whole.candidates]
    assert order == sorted(order)
    assert list_balanced_cells(level, {("entailment", "unknown")}) == {("entailment", s) for s in STATUSES}
    assert list_balanced_cells(replace(level, questions=4), {("count", "-")}) == cells
    assert not list_balanced_cells(level, ())


def test_what_makes_no_item_is_left_to_be_counted(make_material: MakeMaterial, small_blocks: None) -> None:
    """Drafts outside the level's bounds stay, and a level that asks for one status has nothing to tell."""
    maker = BlockMaker(make_material(LEVEL))
    (level,) = maker.material.curriculum.levels
    answered = [
        one.answered for one in maker.propose(level, "sampled", 1, {("entailment", s) for s in STATUSES}).candidates
    ]
    assert answered and keep_balanced(answered, lambda item: False) == (answered, Counter())
    only = replace(level, quotas=(Quota("entailment", "refuted", 5),))
    refuted = [replace(one, draft=replace(one.draft, level=only)) for one in answered if one.status == "refuted"]
    assert refuted and keep_balanced(refuted, lambda item: True) == (refuted, Counter())
