"""Stages: every item is fresh once, what fades fades, what is repeated was learned, and the files tell the order."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.formats.curriculum import parse_curriculum
from workbench.generation.selection.staging import StageEntry, iterate_stage, plan_stages, report_stages, share_out
from workbench.model.curriculum import Curriculum

LEVELS = "version: 1\nlevels:\n" + "".join(f"  - {{name: {n}, tasks: {{select: 9}}}}\n" for n in "abc")


def read(stages: str, more: str = "") -> Curriculum:
    curriculum, violations = parse_curriculum(f"{LEVELS}{more}stages:\n{stages}".encode(), "c.yaml", "k", {})
    assert curriculum is not None, violations
    return curriculum


def make_ids(counts: dict[str, int]) -> dict[str, list[str]]:
    return {level: [f"{level}{n}" for n in range(count)] for level, count in counts.items()}


def list_entries(curriculum: Curriculum, counts: dict[str, int]) -> list[list[StageEntry]]:
    ids = make_ids(counts)
    return [[*iterate_stage(curriculum.name, plan, ids)] for plan in plan_stages(curriculum, counts)]


def test_a_mix_takes_what_there_is_and_leaves_a_share_to_later_stages() -> None:
    curriculum = read(
        "  - {name: one, levels: {a: 3, b: 1}}\n  - {name: two, levels: {b: 1, c: 1}, replay: {share: 0.2}}\n"
    )
    plans = plan_stages(curriculum, {"a": 300, "b": 200, "c": 90})
    assert [(part.source, part.kind, part.items, part.start) for part in plans[0].parts] == [
        ("a", "fresh", 300, 0), ("b", "fresh", 100, 0),
    ]  # fmt: skip
    # Two stages name b, so the first may take half of it; in the second c is the narrowest.
    assert [(part.source, part.kind, part.items, part.start) for part in plans[1].parts] == [
        ("b", "fresh", 90, 100), ("c", "fresh", 90, 0), ("a", "replay", 34, 300), ("b", "replay", 11, 100),
    ]  # fmt: skip
    assert plans[1].items == 225 and not report_stages(curriculum, plans)
    assert plans[1].to_json() == {
        "name": "two", "title": "two", "number": 2, "requires": ["one"], "items": 225,
        "parts": [
            {"level": "b", "kind": "fresh", "items": 90}, {"level": "c", "kind": "fresh", "items": 90},
            {"level": "a", "kind": "replay", "items": 34}, {"level": "b", "kind": "replay", "items": 11},
        ],
    }  # fmt: skip


def test_numbers_that_cannot_be_reached_are_told() -> None:
    curriculum = read("  - {name: one, levels: [a, b], items: 40, replay: {share: 0.1, set: news}}\n")
    plans = plan_stages(curriculum, {"a": 30, "b": 7})
    assert plans[0].missing == (("b", 11),) and plans[0].items == 29
    assert plans[0].to_json()["parts"][-1] == {"set": "news", "kind": "external", "items": 4}
    (violation,) = report_stages(curriculum, plans)
    assert "29 items" in violation.message and "11 of b" in violation.message and violation.severity == "error"
    assert violation.location is not None and violation.location.line == 7
    empty = plan_stages(curriculum, {})
    assert report_stages(read("  - {levels: [a]}\n", "shortfall: warning\n"), empty)[0].severity == "warning"


def test_what_fades_is_dense_at_first_and_gone_at_the_end() -> None:
    curriculum = read("  - {levels: {a: 1, b: 1}, fade: [a]}\n")
    (entries,) = list_entries(curriculum, {"a": 400, "b": 400})
    counts = [Counter(e.source for e in entries[i : i + 200])["a"] for i in range(0, 800, 200)]
    assert all(one > other for one, other in pairwise(counts)) and counts[0] > 110 and counts[-1] < 70
    assert [e.source for e in entries[-20:]].count("a") < 6
    (even,) = list_entries(read("  - {levels: {a: 1, b: 1}}\n"), {"a": 400, "b": 400})
    assert all(Counter(e.source for e in even[i : i + 200])["a"] == 100 for i in range(0, 800, 200))


@settings(max_examples=50)
@given(
    st.fixed_dictionaries({level: st.integers(0, 40) for level in "abc"}),
    st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from("abc"), st.integers(1, 5), min_size=1), st.integers(0, 30), st.booleans()
        ),
        min_size=1, max_size=4,
    ),
    st.randoms(),
)  # fmt: skip
def test_items_are_fresh_once_and_repeated_after_that(
    counts: dict[str, int], stages: list[tuple[dict[str, int], int, bool]], random: object
) -> None:
    text = "".join(
        f"  - {{levels: {{{', '.join(f'{level}: {share}' for level, share in mix.items())}}}, items: {items}"
        f"{', replay: {share: 0.25}' if replays and number else ''}}}\n"
        for number, (mix, items, replays) in enumerate(stages)
    )
    curriculum = read(text)
    plans = plan_stages(curriculum, counts)
    ids = make_ids(counts)
    fresh: set[str] = set()
    for plan, (mix, items, _) in zip(plans, stages, strict=True):
        entries = [*iterate_stage(curriculum.name, plan, ids)]
        assert len(entries) == plan.items
        own = [e.item for e in entries if e.kind == "fresh"]
        assert len(set(own)) == len(own) and not fresh & set(own)
        assert all(e.item.startswith(e.source) and e.source in mix for e in entries if e.kind == "fresh")
        repeated = [e.item for e in entries if e.kind == "replay"]
        assert len(set(repeated)) == len(repeated) and set(repeated) <= fresh
        fresh |= set(own)
        assert not items or plan.items + sum(count for _, count in plan.missing) == items
        shuffled = {level: random.sample(listed, len(listed)) for level, listed in ids.items()}  # type: ignore[attr-defined]
        assert [*iterate_stage(curriculum.name, plan, shuffled)] == entries


def test_a_plan_for_other_items_is_refused() -> None:
    curriculum = read("  - {levels: [a]}\n")
    (plan,) = plan_stages(curriculum, {"a": 5})
    with pytest.raises(ValueError, match="fewer items"):
        list(iterate_stage(curriculum.name, plan, {"a": ["x"]}))


@given(st.integers(0, 1000), st.lists(st.floats(0, 9), max_size=6))
def test_shares_add_up(total: int, shares: list[float]) -> None:
    counts = share_out(total, shares)
    whole = sum(shares)
    assert sum(counts) == (total if whole else 0)
    assert all(abs(count - total * share / whole) < 1 for count, share in zip(counts, shares, strict=True) if whole)
