"""Splits: every item is in exactly one, train has nothing that is held out, and anybody can decide again."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import DatasetError
from workbench.export.reading import read_dataset
from workbench.formats.curriculum import parse_curriculum
from workbench.generation.keyed import KeyedRandom, take_share
from workbench.generation.splits.features import FeatureReader, ItemFeatures, outline_steps
from workbench.generation.splits.splitter import Splitter, build_splitter, read_splitter, report_splits
from workbench.model.curriculum import Curriculum
from workbench.model.proofs import Step
from workbench.model.rules import Atom, Rule

NAMES = tuple(f"<urn:knowledge-workbench:name#N{n}>" for n in range(12))
PREDICATES = tuple(f"<https://example.org/k#p{n}>" for n in range(8))
RULES = tuple(f"r{n}" for n in range(6))
TEMPLATES = ("entailment/en-1", "entailment/en-2", "select/en-1", "select/de-2")
HEAD = "version: 1\nlevels: [{hops: [1, 9], tasks: {select: 3}}]\nsplits: {train: 6, test: 4}\n"
ALL = (
    "  - {name: h, axis: higher, from: {hops: 5, height: 4}}\n"
    "  - {name: w, axis: wider, from: {leaves: 7}}\n"
    "  - {name: l, axis: longer, from: {words: 60}}\n"
    "  - {name: c, axis: compositions, pairs: [[r1, r0]], share: 0.1, meet: MEET}\n"
    "  - {name: i, axis: individuals, share: 0.25}\n"
    "  - {name: p, axis: properties, properties: ['k:p1'], share: 0.1}\n"
    "  - {name: t, axis: templates, variants: [en-2, select/de-2]}\n"
    "  - {name: x, axis: perturbed, of: test}\n"
)


def read(text: str) -> Curriculum:
    curriculum, violations = parse_curriculum(text.encode(), "c.yaml", "k", {"k": "https://example.org/k#"})
    assert curriculum is not None, violations
    return curriculum


def make_splitter(held_out: str) -> Splitter:
    return build_splitter(read(f"{HEAD}held_out:\n{held_out}"), [NAMES[:8], NAMES[8:]], PREDICATES)


SPLITTERS = [make_splitter(ALL.replace("MEET", meet)) for meet in ("proof", "adjacent")]


def take_some(values: tuple[Any, ...], size: int = 4) -> st.SearchStrategy[frozenset[Any]]:
    return st.frozensets(st.sampled_from(values), max_size=size)


PAIRS = st.frozensets(
    st.tuples(st.sampled_from(RULES), st.sampled_from(RULES)).map(lambda p: (min(p), max(p))), max_size=4
)
FEATURES = st.builds(
    ItemFeatures,
    cell=st.just(("l", "select", "-")),
    exact=st.just("e"),
    named=st.integers(0, 999).map(str),
    core=st.integers(0, 99).map(str),
    measures=st.fixed_dictionaries(
        {name: st.integers(0, 8) for name in ("hops", "height", "leaves")} | {"words": st.integers(0, 80)}
    ).map(lambda measures: tuple(measures.items())),
    rules=take_some(RULES),
    meetings=PAIRS,
    adjacent=PAIRS,
    individuals=take_some(NAMES, 3),
    predicates=take_some(PREDICATES),
    template=st.sampled_from(TEMPLATES),
)


def touch_naively(splitter: Splitter, features: ItemFeatures) -> list[str]:
    """The axes said once more, in other words."""
    held = {one.name: one for one in splitter.held}
    measures = dict(features.measures)
    met = features.adjacent if held["c"].meet == "adjacent" else features.meetings
    found = {
        "h": measures["hops"] >= 5 or measures["height"] >= 4,
        "w": measures["leaves"] >= 7,
        "l": measures["words"] >= 60,
        "c": any(held["c"].holds_pair(pair) for pair in met),
        "i": bool(features.individuals & held["i"].terms),
        "p": bool(features.predicates & held["p"].terms),
        "t": features.template in ("entailment/en-2", "select/de-2"),
    }
    return [name for name in ("h", "w", "l", "c", "i", "p", "t") if found[name]]


@given(st.sampled_from(SPLITTERS), FEATURES)
def test_whatever_an_item_is_it_has_one_split_and_train_has_nothing_held_out(
    splitter: Splitter, features: ItemFeatures
) -> None:
    touched = touch_naively(splitter, features)
    assert splitter.list_touched(features) == tuple(touched)
    split = splitter.choose(features)
    assert split == (touched[0] if touched else take_share(features.context, splitter.shares))
    assert split != "train" or not touched
    assert splitter.choose(features, "train") == (touched[0] if touched else "train")
    assert splitter.choose(features, "deeper") == "deeper"
    assert read_splitter(json.loads(json.dumps(splitter.to_json()))).choose(features) == split


@given(FEATURES, st.integers(0, 99))
def test_renaming_what_is_not_held_out_changes_nothing(features: ItemFeatures, core: int) -> None:
    """Splits by core: what is equal up to the names of everything is in one split."""
    splitter = build_splitter(read(HEAD + "split_by: core\n"))
    other = ItemFeatures(features.cell, "o", "", features.core, str(core), ())
    assert splitter.choose(features) == splitter.choose(other)


def test_of_every_list_of_names_a_part_is_held_out_and_a_part_is_not() -> None:
    for share in (0.01, 0.25, 0.99):
        splitter = build_splitter(
            read(f"{HEAD}held_out:\n  - {{name: i, axis: individuals, share: {share}}}\n"), [NAMES[:8], NAMES[8:10]]
        )
        terms = splitter.held[0].terms
        assert 0 < len(terms & set(NAMES[:8])) < 8 and len(terms & set(NAMES[8:10])) == 1
    again = build_splitter(
        read(f"{HEAD}held_out:\n  - {{name: i, axis: individuals, share: 0.99}}\n"), [NAMES[7::-1], NAMES[8:10]]
    )
    assert again.held == splitter.held


def test_worlds_draw_names_so_that_both_parts_are_reached() -> None:
    splitter = make_splitter("  - {name: i, axis: individuals, share: 0.25, uses: 0.3}\n")
    terms = splitter.held[0].terms
    counts: Counter[str] = Counter()
    for number in range(400):
        order = splitter.order_names(NAMES[:8], f"w{number}", KeyedRandom("names", number))
        assert len(set(order)) == len(order)
        if order[0] in terms:
            counts["held out"] += 1
            assert set(order) == set(NAMES[:8]) and set(order[:2]) == terms & set(NAMES[:8])
        else:
            assert set(order) == set(NAMES[:8]) - terms
    assert 80 < counts["held out"] < 160
    plain = build_splitter(read(HEAD))
    assert plain.order_names(NAMES, "w", KeyedRandom(1)) == KeyedRandom(1).shuffle(NAMES)


def test_templates_are_drawn_as_often_as_asked() -> None:
    names = [f"select/en-{n}" for n in range(1, 5)]
    for uses, low, high in ((None, 200, 300), (0.1, 60, 140)):
        extra = f", uses: {uses}" if uses else ""
        splitter = make_splitter(f"  - {{name: t, axis: templates, variants: [en-4]{extra}}}\n")
        assert splitter.needs_template and not splitter.needs_text
        counts = Counter(splitter.choose_template(names, str(n)) for n in range(1000))
        assert low < counts["select/en-4"] < high and set(counts) == set(names)
        assert splitter.choose_template(["select/en-4"], "a") == "select/en-4"
        assert splitter.choose_template(["select/de-1"], "a") == "select/de-1"


def test_rules_that_mention_what_is_held_out_are_avoided() -> None:
    splitter = make_splitter("  - {name: p, axis: properties, properties: ['k:p1']}\n")
    rules = [
        Rule(f"to-{n}", (Atom("?x", PREDICATES[n], "?y"),), (Atom("?x", PREDICATES[n + 1], "?y"),)) for n in (0, 1, 2)
    ]
    assert splitter.list_avoided(rules) == {"to-0", "to-1"}


def test_what_must_be_known_first_is_asked_for() -> None:
    features = ItemFeatures(("l", "select", "-"), "e", "n", "c", "x", (("hops", 1),))
    with pytest.raises(ValueError, match="words"):
        make_splitter("  - {name: l, axis: longer, from: {words: 9}}\n").choose(features)
    with pytest.raises(ValueError, match="template"):
        make_splitter("  - {name: t, axis: templates, variants: [en-4]}\n").choose(features)


@pytest.mark.parametrize(
    "written",
    [{}, {"shares": [], "by": "named", "held_out": []}, {"shares": [["a", 1]], "by": "named", "held_out": [{}]},
     {"shares": [["a", 1]], "by": "named", "held_out": [{"name": "x", "axis": "odd"}]},
     {"shares": [["a", 1]], "by": "named", "held_out": [{"name": "x", "axis": "higher", "least": 3}]}, [], None],
)  # fmt: skip
def test_a_damaged_manifest_is_refused(written: Any) -> None:
    with pytest.raises(DatasetError):
        read_splitter(written)


def test_splits_that_stay_empty_are_told() -> None:
    curriculum = read(HEAD + "held_out:\n  - {name: h, axis: higher, from: {hops: 5}}\n")
    assert report_splits(curriculum, {"train": 3, "h": 1}) == []
    train, other = (
        report_splits(curriculum, {"h": 2})[0],
        report_splits(replace(curriculum, shortfall="warning"), {"train": 1})[0],
    )
    assert "No item is left to train on: all 2" in train.message and train.why == "What is held out takes them: h 2."
    assert train.severity == "error" and train.location == curriculum.held_out[0].location is not None
    assert other.severity == "warning" and "split h is empty" in other.message


def test_outlines_of_steps() -> None:
    a, b, c = ("a", "p", "b"), ("b", "p", "c"), ("a", "q", "c")
    steps = [Step("one", (), (a,), (), b), Step("two", (), (b, a, b), (), c)]
    assert outline_steps(steps) == (("one", (None,)), ("two", (0, None, 0)))


def test_features_of_real_items(small_dataset: Path) -> None:
    dataset = read_dataset(small_dataset)
    prefixes = dataset.prefixes
    reader = FeatureReader(prefixes)
    items = list(dataset.iterate_items())
    assert items
    for item in items:
        theory = dataset.read_theory(item["theory"])
        features = reader.read(item, theory)
        steps = [*item["proof"], *(s for option in item["options"] for s in option["evidence"]["proof"])]
        assert features.rules == {step["rule"] for step in steps}
        assert features.adjacent <= features.meetings
        assert {a for pair in features.meetings for a in pair} <= features.rules
        assert features.get_measure("words") == len(item["question"].split())
        assert features.template == item["provenance"]["template"].split("@")[0]
        named = {t for entry in item["context"] for t in entry["triple"] if t.startswith("n:")}
        assert {f"<{prefixes['n']}{name[2:]}>" for name in named} <= features.individuals
        assert features.classes | features.properties <= features.predicates
        if item["given"] == "facts+rules":
            for rule in theory["rules"]:
                for name in (part for part in rule["formal"].replace("(", " ").split() if part.startswith("g:")):
                    assert f"<{prefixes['g']}{name[2:]}>" in features.predicates
