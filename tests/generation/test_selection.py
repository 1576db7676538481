"""What is taken: by a sequential reading of the rules, and by building for real with more and less asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from conftest_types import MakeMaterial
from hypothesis import given
from hypothesis import strategies as st

from workbench.generation import selection as selection_module
from workbench.generation.blocks import BlockMaker, Candidate, JudgedItem, Material, Proposal
from workbench.generation.identity import Identity
from workbench.generation.keyed import take_share
from workbench.generation.processes import InProcess
from workbench.generation.selection import Progress, Selection, select_items
from workbench.model.curriculum import Curriculum, Level, Quota, Splits, WorldSource

PATIENCE = selection_module._PATIENCE
CELLS = [("entailment", "entailed"), ("entailment", "unknown"), ("select", "-")]


def make_curriculum(quotas: Sequence[int], limit: int = 0) -> Curriculum:
    asked = tuple(
        Quota(task, status, items)  # type: ignore[arg-type]
        for (task, status), items in zip(CELLS, quotas, strict=True)
        if items
    )
    level = Level("one", 1, "One", (1, 1), "facts+rules", (0, 2), (0, 2), ("sampled",), asked)
    return replace(
        Curriculum("c", "d", "c.yaml", (level,), Splits((("train", 1.0),)), (("en", 1.0),), ()), max_per_structure=limit
    )


class Scripted:
    """Blocks from a script of (cell, named, core, accepted?), made ``ahead`` of when they are asked for."""

    def __init__(self, blocks: Sequence[Sequence[tuple[int, str, str, bool]]], ahead: int = 0) -> None:
        self.blocks, self.ahead = blocks, ahead
        self.judged: list[str] = []

    def iterate_blocks(
        self, level: Level, get_open: Callable[[], frozenset[tuple[str, str]]]
    ) -> Iterator[tuple[WorldSource, Proposal]]:
        opened = [get_open()] * (self.ahead + 1)
        for number, block in enumerate([*self.blocks, *([[]] * PATIENCE)]):
            open_cells, opened = opened[0], [*opened[1:], get_open()]
            chosen = [(n, row) for n, row in enumerate(block) if CELLS[row[0]] in open_cells]
            candidates = tuple(
                Candidate(f"{number}.{n}", ("one", *CELLS[cell]), Identity("", named, core), "train", str(good))  # type: ignore[arg-type]
                for n, (cell, named, core, good) in chosen
            )
            rejected = {(*CELLS[cell], "turned away"): 1 for _, (cell, _, _, _) in chosen}
            yield "sampled", Proposal(candidates, {**rejected, ("", "", "world: bad"): 1})

    def judge(self, candidates: Sequence[Candidate]) -> list[JudgedItem]:
        self.judged += [str(c.answered) for c in candidates]
        return [
            JudgedItem({"place": c.answered, "cell": c.cell}, {"digest": str(c.answered)})
            if c.language == "True"
            else JudgedItem(None, None, "a judge says no")
            for c in candidates
        ]  # fmt: skip


def select_one_by_one(
    blocks: Sequence[Sequence[tuple[int, str, str, bool]]], quotas: Sequence[int], limit: int
) -> set[str]:
    """The same by looking at one candidate after the other."""
    taken: Counter[int] = Counter()
    misses: Counter[int] = Counter()
    seen: set[str] = set()
    structures: Counter[tuple[int, str]] = Counter()
    places = set()
    for number, block in enumerate([*blocks, *([[]] * PATIENCE)]):
        before = dict(taken)
        given_up = {cell for cell in range(len(CELLS)) if misses[cell] >= PATIENCE}
        for n, (cell, named, core, good) in enumerate(block):
            if cell in given_up or taken[cell] >= quotas[cell] or named in seen:
                continue
            if (limit and structures[cell, core] >= limit) or not good:
                continue
            taken[cell] += 1
            seen.add(named)
            structures[cell, core] += 1
            places.add(f"{number}.{n}")
        for cell in range(len(CELLS)):
            misses[cell] = misses[cell] + 1 if taken[cell] == before.get(cell, 0) else 0
    return places


# An identity belongs to one cell; two candidates of one identity need not fare alike with the judges.
ROWS = st.tuples(st.integers(0, 2), st.integers(0, 5), st.sampled_from("xy"), st.booleans() | st.just(True)).map(
    lambda row: (row[0], f"{row[0]}-{row[1]}", row[2], row[3])
)
BLOCKS = st.lists(st.lists(ROWS, max_size=8), max_size=5)
QUOTAS = st.tuples(*[st.integers(0, 4)] * 3).filter(any)


def take(source: Scripted, quotas: Sequence[int], limit: int = 0) -> Selection:
    return select_items(make_curriculum(quotas, limit), source)


def list_places(selection: Selection) -> set[str]:
    return {item["place"] for item in selection.items}


@given(BLOCKS, QUOTAS, st.integers(0, 2))
def test_taking_in_batches_is_taking_one_by_one(
    blocks: list[list[tuple[int, str, str, bool]]], quotas: tuple[int, ...], limit: int
) -> None:
    found = take(Scripted(blocks), quotas, limit)
    assert list_places(found) == select_one_by_one(blocks, quotas, limit)
    assert len(found.items) == len(list_places(found))
    missing = {(s.quota.task, s.quota.status): s.quota.items - s.taken for s in found.shortfalls}
    counts = Counter(item["cell"][1:] for item in found.items)
    for cell, quota in zip(CELLS, quotas, strict=True):
        assert counts[cell] == quota - missing.get(cell, 0)


@given(BLOCKS, QUOTAS, st.integers(0, 3), st.integers(0, 2))
def test_blocks_made_ahead_change_nothing(
    blocks: list[list[tuple[int, str, str, bool]]], quotas: tuple[int, ...], ahead: int, limit: int
) -> None:
    one, other = take(Scripted(blocks), quotas, limit), take(Scripted(blocks, ahead), quotas, limit)
    assert one.items == other.items and one.shortfalls == other.shortfalls
    assert +one.rejected == +other.rejected and one.blocks == other.blocks


@given(BLOCKS, QUOTAS, QUOTAS)
def test_asking_for_more_extends(
    blocks: list[list[tuple[int, str, str, bool]]], quotas: tuple[int, ...], more: tuple[int, ...]
) -> None:
    small = take(Scripted(blocks), quotas)
    large = take(Scripted(blocks), [a + b for a, b in zip(quotas, more, strict=True)])
    assert list_places(small) <= list_places(large)
    for cell, added in zip(CELLS, more, strict=True):
        if not added:
            own = [[item for item in s.items if item["cell"][1:] == cell] for s in (small, large)]
            assert sorted(i["place"] for i in own[0]) == sorted(i["place"] for i in own[1])


def test_only_what_would_be_taken_is_judged() -> None:
    source = Scripted([[(0, f"n{n}", "x", n != 1) for n in range(9)]])
    found = take(source, (3, 0, 0))
    assert source.judged == ["0.0", "0.1", "0.2", "0.3"]
    assert found.rejected["a judge says no"] == 1 and len(found.items) == 3


def test_a_cell_that_nothing_comes_for_is_given_up() -> None:
    source = Scripted([[(0, "n", "x", True)]] * 3)
    states: list[Progress] = []
    found = select_items(make_curriculum((1, 2, 0)), source, states.append)
    assert found.blocks["one/sampled"] == PATIENCE
    assert [(s.quota.status, s.taken) for s in found.shortfalls] == [("unknown", 0)]
    assert states[0] == Progress("one", 0, 3) and states[-1] == Progress("one", 1, 3)


# ---- for real


def build_items(material: Material) -> list[dict[str, Any]]:
    return select_items(material.curriculum, InProcess(BlockMaker(material))).items


def group(items: Sequence[dict[str, Any]]) -> dict[tuple[str, str, str | None], set[str]]:
    cells: dict[tuple[str, str, str | None], set[str]] = {}
    for item in items:
        cells.setdefault((item["level_name"], item["task"], item["status"]), set()).add(item["id"])
    return cells


ONE = "  - name: one\n    hops: [1, 2]\n    distractors: [0, 3]\n    tasks: {tasks}\n"
TWO = "  - name: two\n    hops: [2, 3]\n    distractors: [0, 3]\n    tasks: {tasks}\n"


@pytest.mark.usefixtures("small_blocks")
def test_a_larger_request_extends_a_smaller_one(make_material: MakeMaterial) -> None:
    def build(one: str, two: str) -> dict[tuple[str, str, str | None], set[str]]:
        return group(build_items(make_material(ONE.replace("{tasks}", one) + TWO.replace("{tasks}", two))))

    small = build("{entailment: {entailed: 2, unknown: 2}, select: 1}", "{entailment: {refuted: 2}, options: 1}")
    large = build("{entailment: {entailed: 9, unknown: 2}, select: 1}", "{entailment: {refuted: 2}, options: 4}")
    assert {cell: len(ids) for cell, ids in large.items()} == {
        ("one", "entailment", "entailed"): 9, ("one", "entailment", "unknown"): 2, ("one", "select", None): 1,
        ("two", "entailment", "refuted"): 2, ("two", "options", None): 4,
    }  # fmt: skip
    for cell, ids in small.items():
        assert ids <= large[cell]
        if len(ids) == len(large[cell]):
            assert ids == large[cell], "topping up one cell moves no other"


@pytest.mark.usefixtures("small_blocks")
def test_seeds_share_neither_items_nor_tests(make_material: MakeMaterial) -> None:
    levels = TWO.replace("{tasks}", "{entailment: 9, select: 3}")
    first, second = (build_items(make_material(levels, seed)) for seed in (1, 2))
    assert len({item["id"] for item in (*first, *second)}) == len(first) + len(second)
    shares = make_material(levels).curriculum.splits.shares
    for item in (*first, *second):
        # The split is a function of what the item is up to names: no seed's test is in another's train.
        assert item["split"] == take_share(item["identity"]["named"], shares)
    named = [{item["identity"]["named"] for item in items} for items in (first, second)]
    assert len(named[0]) == len(first)
    assert not named[0] & named[1]
    assert [i["id"] for i in first] == [i["id"] for i in build_items(make_material(levels, 1))]
