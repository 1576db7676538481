"""Variety is counted right, from items as they are exported."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.generation.surveys.diversity import DiversityTally, compute_entropy, measure_diversity, write_diversity


def make_item(question: str = "a b c", **changes: Any) -> dict[str, Any]:
    item: dict[str, Any] = {
        "task": "entailment", "language": "en", "question": question, "options": [], "proof": [],
        "context": [{"triple": ["n:A", "k:hasParent", "n:B"], "shown": True}],
        "query": {"kind": "holds", "triple": ["n:A", "rdf:type", "k:Man"]},
        "provenance": {"template": "entailment/en-1@1", "axioms": {"r1": "x", "r2": "y"}},
    }  # fmt: skip
    return item | changes


def test_distinct_runs() -> None:
    found = measure_diversity([make_item("the cat saw the cat"), make_item("The dog")])
    assert found.distinct == {"en": (4 / 7, 4 / 5, 3 / 3)}  # the, cat, saw, dog; the cat, cat saw, saw the, the dog


def test_languages_are_apart() -> None:
    found = measure_diversity([make_item("a a"), make_item("a a", language="de")])
    assert found.distinct["en"] == found.distinct["de"] == (0.5, 1.0, 0.0)


@given(st.lists(st.text(alphabet="abc ", min_size=1, max_size=12), min_size=1, max_size=6))
def test_distinct_runs_are_those_of_a_plain_count(texts: list[str]) -> None:
    found = measure_diversity([make_item(text) for text in texts])
    for n in (1, 2, 3):
        runs = [tuple(t.split()[i : i + n]) for t in texts for i in range(len(t.split()) - n + 1)]
        assert found.distinct["en"][n - 1] == (len(set(runs)) / len(runs) if runs else 0)


def test_templates_by_task_and_language() -> None:
    names = ["entailment/en-1@1", "entailment/en-2@9", "entailment/en-1@1", "entailment/en-2@9"]
    items = [make_item(provenance={"template": name, "axioms": {}}) for name in names]
    items.append(make_item(task="select", provenance={"template": "select/en-1@1", "axioms": {}}))
    found = measure_diversity(items).templates
    assert (found["entailment", "en"].different, found["entailment", "en"].entropy) == (2, 1.0)
    assert (found["select", "en"].entropy, found["select", "en"].evenness) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("counts", "entropy"), [([], 0.0), ([5], 0.0), ([1, 1], 1.0), ([1, 1, 1, 1], 2.0), ([3, 1, 0], 0.8112781244591328)]
)
def test_entropy(counts: list[int], entropy: float) -> None:
    assert math.isclose(compute_entropy(counts), entropy)


def cover(items: list[Mapping[str, Any]]) -> Any:
    return measure_diversity(
        items, classes=["k:Man", "k:Woman"], properties=["k:hasParent", "k:bornIn"], rules=["r1", "r2", "r3"]
    ).coverage


def test_coverage_of_what_is_stated_asked_and_proved() -> None:
    proof = [{"rule": "r1"}, {"rule": "r1"}]
    option = {"atom": ["n:A", "rdf:type", "k:Woman"], "evidence": {"proof": [{"rule": "r3"}], "models": None}}
    items: list[Mapping[str, Any]] = [make_item(proof=proof) for _ in range(5)]
    items.append(make_item(task="options", query={"kind": "options"}, options=[option]))
    items.append(make_item(task="select", query={"kind": "select", "body": "k:bornIn(?x, 3) ^ k:Man(?x)"}))
    found = cover(items)
    assert found["properties stated"].never == ("k:bornIn",) and found["properties stated"].counts == {"k:hasParent": 7}
    assert found["classes asked"].counts == {"k:Man": 6, "k:Woman": 1} and found["classes asked"].rare == ("k:Woman",)
    assert found["properties asked"].never == ("k:hasParent",)
    assert found["rules proved"].counts == {"r1": 5, "r3": 1} and found["rules proved"].never == ("r2",)
    assert found["rules given"].never == ("r3",)
    assert (found["rules proved"].known, found["rules proved"].covered) == (3, 2)


def test_what_is_not_shown_does_not_count() -> None:
    hidden = [{"triple": ["n:A", "k:bornIn", "1"], "shown": False}]
    assert cover([make_item(context=hidden)])["properties stated"].covered == 0


def test_words_are_counted_until_there_are_too_many() -> None:
    tally = DiversityTally(most_runs=10)
    for number in range(100):
        tally.add(make_item(f"word{number} and word{number + 1}"))
    found = tally.sum_up()
    assert found.items == 100 and 0 < found.texts < 10


def test_written_as_json_the_same_each_time() -> None:
    items = [make_item("x y z"), make_item("z y x", language="de")]
    written = [json.dumps(write_diversity(measure_diversity(items, classes=["k:Man"]))) for _ in range(2)]
    assert written[0] == written[1] and '"distinct-3": 1.0' in written[0]
    assert json.loads(written[0])["coverage"]["classes asked"] == {
        "known": 1, "covered": 1, "never": [], "rare": ["k:Man"], "rare_below": 5,
    }  # fmt: skip


def test_no_items() -> None:
    found = measure_diversity([], rules=["r"])
    assert found.items == 0 and found.distinct == {} and found.coverage["rules proved"].never == ("r",)
