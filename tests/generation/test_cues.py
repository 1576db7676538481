"""What would tell an answer by its surface is left out, words go with every answer alike, and nothing else goes."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from dataclasses import replace

import pytest
from conftest_types import MakeMaterial
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.generation.selection.blocks import BlockMaker, Candidate
from workbench.generation.selection.cues import Offer, keep_balanced, list_balanced_cells, see_choices
from workbench.generation.selection.evening import TOLD, ChoiceBalance, list_cues
from workbench.generation.selection.taking import OFTEN
from workbench.generation.selection.thinning import thin_labels
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


def thin(items: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    kept = thin_labels([label for label, _ in items], [words for _, words in items], EVEN)
    return [item for item, is_kept in zip(items, kept, strict=True) if is_kept]


def measure_lean(excess: dict[str, float], variance: dict[str, float], whole: float) -> tuple[float, float]:
    """How far the excesses lean together, beyond what whole numbers leave, and how far they would by lot."""
    found = sum(max(0.0, abs(value) - whole) ** 2 / (variance[name] + 0.7) for name, value in excess.items())
    return found, sum(value / (value + 0.7) for value in variance.values())


@settings(max_examples=40)
@given(LABELLED)
def test_features_of_those_kept_go_with_every_label_alike(items: list[tuple[str, list[str]]]) -> None:
    """Counted anew: in each cell of the table of features and labels is what their sums would give."""
    kept = thin(items)
    labels = Counter(label for label, _ in kept)
    cells = Counter((feature, label) for label, features in kept for feature in features)
    excess, variance = {}, {}
    for feature in FEATURES:
        total = sum(cells[feature, label] for label in STATUSES)
        for label in STATUSES:
            share = labels[label] / max(1, len(kept))
            excess[feature + label] = cells[feature, label] - total * share
            variance[feature + label] = total * share * (1 - share)
            assert abs(labels[label] - len(kept) / 3) <= 1.5
    found, by_lot = measure_lean(excess, variance, 0.7)
    assert found <= 0.1 * by_lot + 1e-3


@settings(max_examples=40)
@given(CHOSEN)
def test_choices_are_in_balance_at_every_moment(items: list[tuple[list[list[str]], int]]) -> None:
    """Counted anew after each item: no feature is right much oftener or more seldom than by lot."""
    balance, excess, variance = ChoiceBalance(), dict.fromkeys(FEATURES, 0.0), dict.fromkeys(FEATURES, 0.0)
    for choices, right in items:
        before = json.dumps(balance.to_json())
        if not balance.accepts(list_cues(choices, right)):
            assert json.dumps(balance.to_json()) == before
            continue
        for feature in FEATURES:
            share = sum(feature in features for features in choices) / len(choices)
            excess[feature] += (feature in choices[right]) - share
            variance[feature] += share * (1 - share)
            assert abs(excess[feature]) <= 1 + math.sqrt(variance[feature]) + 1
    measured = sorted(balance.measure().values())
    expected = sorted((excess[f], variance[f]) for f in FEATURES if variance[f])
    assert [v for pair in measured for v in pair] == pytest.approx([v for pair in expected for v in pair], abs=1e-9)


@settings(max_examples=40)
@given(CHOSEN, st.integers(0, 60))
def test_a_balance_goes_on_where_it_stopped(items: list[tuple[list[list[str]], int]], stop: int) -> None:
    whole, first = ChoiceBalance(), ChoiceBalance()
    cues = [list_cues(*item) for item in items]
    expected = [whole.accepts(one) for one in cues]
    begun = [first.accepts(one) for one in cues[:stop]]
    rest = ChoiceBalance.restore(json.loads(json.dumps(first.to_json())))
    assert begun + [rest.accepts(one) for one in cues[stop:]] == expected
    assert rest.to_json() == whole.to_json()


@settings(max_examples=40)
@given(LABELLED)
def test_the_same_is_kept_every_time(items: list[tuple[str, list[str]]]) -> None:
    labels, features = [label for label, _ in items], [words for _, words in items]
    turned = [list(reversed(words)) for words in features]
    assert thin_labels(labels, features, EVEN) == thin_labels(labels, turned, dict(reversed(EVEN.items())))


def test_nothing_goes_where_nothing_can_be_told() -> None:
    assert all(thin_labels([STATUSES[n % 3] for n in range(300)], [["same"]] * 300, EVEN))
    balance = ChoiceBalance()
    assert all(balance.accepts(list_cues([["same"]] * 4, n % 4)) for n in range(300)) and not balance.measure()
    assert all(thin_labels(["entailed"] * 50, [["any"]] * 50, {"entailed": 1.0}))
    assert thin_labels([], [], EVEN) == []
    assert thin_labels(["unknown", "entailed"], [[], []], {"entailed": 1.0}) == [False, True]


def test_shares_are_those_asked_for() -> None:
    source, shares = random.Random(1), {"entailed": 0.5, "refuted": 0.25, "unknown": 0.25}
    labels = source.choices(STATUSES, k=3000)
    kept = Counter(
        label for label, stays in zip(labels, thin_labels(labels, [[]] * 3000, shares), strict=True) if stays
    )
    assert kept["refuted"] / kept["entailed"] == pytest.approx(0.5, abs=0.02)
    assert kept["unknown"] / kept["entailed"] == pytest.approx(0.5, abs=0.02)
    assert kept.total() > 1500


def test_a_lean_that_is_in_every_block_is_held_down() -> None:
    """A word that is refuted twice as often as not: of thirty blocks a tenth of that is left."""
    source = random.Random(2)
    before, after = Counter[bool](), Counter[bool]()
    for _ in range(30):
        items = []
        for _ in range(90):
            label = source.choice(STATUSES)
            has = source.random() < (0.6 if label == "refuted" else 0.3)
            items.append((label, ["word"] if has else ["other"]))
        before.update(label == "refuted" for label, words in items if words == ["word"])
        after.update(label == "refuted" for label, words in thin(items) if words == ["word"])
    lean, left = (counts[True] / counts.total() - 1 / 3 for counts in (before, after))
    assert lean > 0.15 and abs(left) < 0.06 and after.total() > before.total() / 2


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
    kept = [item for start in range(0, len(items), 500) for item in thin(items[start : start + 500])]
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
    kept = [item for item in items if balance.accepts(list_cues(*item))]
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


def test_what_tells_nothing_is_left_as_it_is(make_material: MakeMaterial, small_blocks: None) -> None:
    """A level that asks for one status has nothing to tell; of options it is only noted what is seen."""
    maker = BlockMaker(make_material(LEVEL))
    (level,) = maker.material.curriculum.levels
    cells = {("options", "-"), *(("entailment", status) for status in STATUSES)}
    found = [one for number in range(3) for one in maker.propose(level, "sampled", number, cells).candidates]
    only = replace(level, quotas=(Quota("entailment", "refuted", 5),))
    refuted = [
        replace(one.answered, draft=replace(one.answered.draft, level=only))
        for one in found
        if one.answered.status == "refuted"
    ]
    assert refuted and keep_balanced([Offer(one, "", "") for one in refuted]) == [None] * len(refuted)
    options = [one for one in found if one.cell[1] == "options"]
    assert options and keep_balanced([Offer(one.answered, "", "") for one in options], 1) == [None] * len(options)
    assert all(one.cues for one in options) and not any(one.cues for one in found if one not in options)


def test_a_structure_has_its_part_of_the_bound_in_each_block(make_material: MakeMaterial, small_blocks: None) -> None:
    maker = BlockMaker(make_material(LEVEL))
    (level,) = maker.material.curriculum.levels
    found = maker.propose(level, "sampled", 1, {("entailment", s) for s in STATUSES}).candidates
    offers = [Offer(one.answered, "alike", "") for one in found]
    shares = Counter(
        one.answered.status for one, fault in zip(offers, keep_balanced(offers, 30), strict=True) if fault != OFTEN
    )
    assert shares and max(shares.values()) <= 3 and OFTEN in keep_balanced(offers, 30)
    assert OFTEN not in keep_balanced(offers)


def test_words_of_a_build_go_with_every_status_alike(make_material: MakeMaterial) -> None:
    """For every class, property and rule of a level's items: how often it goes with a status is what chance gives."""
    material = make_material(LEVEL)
    maker = BlockMaker(material)
    (level,) = material.curriculum.levels
    found: list[Candidate] = []
    for number in range(2):
        found += maker.propose(level, "sampled", number, {("entailment", s) for s in STATUSES}).candidates
    labels = Counter(str(one.answered.status) for one in found)
    cells: Counter[tuple[str, str]] = Counter()
    for one in found:
        draft = one.answered.draft
        (statement,) = draft.statements
        words = {f"asks {statement[1]}", *(f"rule {name}" for name in draft.rules)}
        words |= {f"states {fact[1]}" for fact in draft.facts}
        cells.update((word, str(one.answered.status)) for word in words)
    beyond = [
        (cells[word, status] - total * labels[status] / len(found)) ** 2 / (total * 2 / 9)
        for word in sorted({word for word, _ in cells})
        if (total := sum(cells[word, status] for status in STATUSES)) >= 5
        for status in STATUSES
    ]
    assert len(found) >= 60 and len(beyond) >= 30
    # By lot the mean would be one, and some would be beyond four.
    assert sum(beyond) / len(beyond) <= 0.5 and max(beyond) <= 4
