"""What is taken: by a sequential reading of the rules, and by building for real with more and less asked for."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import pytest
from conftest_types import MakeMaterial
from hypothesis import given
from hypothesis import strategies as st

from workbench.generation.keyed import take_share
from workbench.generation.selection import selecting as selection_module
from workbench.generation.selection.balancing import Balancer, Traits
from workbench.generation.selection.blocks import BlockMaker, Material
from workbench.generation.selection.processes import InProcess
from workbench.generation.selection.selecting import Place, Progress, Selection, select_items
from workbench.generation.selection.taking import Key, Ledger, Written, foresee, take_in_turn
from workbench.model.curriculum import Balance, Cell, Curriculum, Level, Quota, Splits, WorldSource

PATIENCE = selection_module._PATIENCE
CELLS = [("entailment", "entailed"), ("entailment", "unknown"), ("select", "-")]


def make_curriculum(quotas: Sequence[int], limit: int = 0) -> Curriculum:
    asked = tuple(Quota(task, status, items) for (task, status), items in zip(CELLS, quotas, strict=True) if items)
    level = Level("one", 1, "One", (1, 1), "facts+rules", (0, 2), (0, 2), ("sampled",), asked)
    return replace(
        Curriculum("c", "d", "c.yaml", (level,), Splits((("train", 1.0),)), (("en", 1.0),), ()), max_per_structure=limit
    )


def hash_name(text: str) -> bytes:
    return sha256(text.encode()).digest()[:16]


@dataclass
class ScriptedBlock:
    """A block from rows of (cell, named, core, accepted?), of which some were left out when it was made."""

    number: int
    rows: list[tuple[int, tuple[int, str, str, bool]]]
    judged: list[str]
    source: WorldSource = "sampled"

    @property
    def place(self) -> Place:
        return Place(self.number, 0)

    @property
    def keys(self) -> list[Key]:
        return [
            Key(("one", *CELLS[cell]), hash_name(named), hash_name(core)) for _, (cell, named, core, _) in self.rows
        ]

    @property
    def rejected(self) -> dict[tuple[str, str, str], int]:
        return {**{(*CELLS[cell], "turned away"): 1 for _, (cell, _, _, _) in self.rows}, ("", "", "world: bad"): 1}

    def judge(self, positions: Sequence[int]) -> list[Written]:
        found = []
        for n, row in (self.rows[position] for position in positions):
            name = f"{self.number}.{n}"
            self.judged.append(name)
            reason = "" if row[3] else "a judge says no"
            found.append(Written(name.encode(), "train", name, b"", reason))
        return found


class Scripted:
    """Blocks from a script, made ``ahead`` of when they are asked for."""

    def __init__(self, blocks: Sequence[Sequence[tuple[int, str, str, bool]]], ahead: int = 0) -> None:
        self.blocks, self.ahead = blocks, ahead
        self.judged: list[str] = []

    def iterate_blocks(
        self, level: Level, get_room: Callable[[], dict[Cell, int]], start: Place
    ) -> Iterator[ScriptedBlock]:
        opened = [get_room()] * (self.ahead + 1)
        for number, block in enumerate([*self.blocks, *([[]] * PATIENCE)]):
            if (number, 0) < start:
                continue
            room, opened = opened[0], [*opened[1:], get_room()]
            rows = [(n, row) for n, row in enumerate(block) if ("one", *CELLS[row[0]]) in room]
            yield ScriptedBlock(number, rows, self.judged)


class Kept:
    """A sink in memory; with ``stop`` it is cut off after so many blocks."""

    def __init__(self, stop: int = -1) -> None:
        self.stop = stop
        self.items: list[tuple[Key, Written]] = []
        self.states: list[tuple[int, str]] = []

    def put(self, key: Key, written: Written) -> None:
        self.items.append((key, written))

    def end_block(self, state: Mapping[str, Any] | None) -> None:
        self.states.append((len(self.items), json.dumps(state)))
        if len(self.states) == self.stop:
            raise KeyboardInterrupt


@dataclass
class Found:
    """A selection with what it put into its sink."""

    selection: Selection
    kept: Kept

    @property
    def places(self) -> list[str]:
        return [written.line.decode() for _, written in self.kept.items]


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


def take(source: Scripted, quotas: Sequence[int], limit: int = 0) -> Found:
    kept = Kept()
    return Found(select_items(make_curriculum(quotas, limit), source, kept), kept)


@given(BLOCKS, QUOTAS, st.integers(0, 2))
def test_taking_in_batches_is_taking_one_by_one(
    blocks: list[list[tuple[int, str, str, bool]]], quotas: tuple[int, ...], limit: int
) -> None:
    found = take(Scripted(blocks), quotas, limit)
    assert {*found.places} == select_one_by_one(blocks, quotas, limit)
    assert found.selection.items == len(found.places) == len({*found.places})
    missing = {(s.quota.task, s.quota.status): s.quota.items - s.taken for s in found.selection.shortfalls}
    counts = Counter(key.cell[1:] for key, _ in found.kept.items)
    for cell, quota in zip(CELLS, quotas, strict=True):
        assert counts[cell] == quota - missing.get(cell, 0)


@given(BLOCKS, QUOTAS, st.integers(0, 3), st.integers(0, 2))
def test_blocks_made_ahead_change_nothing(
    blocks: list[list[tuple[int, str, str, bool]]], quotas: tuple[int, ...], ahead: int, limit: int
) -> None:
    one, other = take(Scripted(blocks), quotas, limit), take(Scripted(blocks, ahead), quotas, limit)
    assert one.places == other.places and one.selection.shortfalls == other.selection.shortfalls
    assert +one.selection.rejected == +other.selection.rejected and one.selection.blocks == other.selection.blocks


@given(BLOCKS, QUOTAS, st.integers(0, 2), st.integers(1, 8))
def test_going_on_after_any_block_changes_nothing(
    blocks: list[list[tuple[int, str, str, bool]]], quotas: tuple[int, ...], limit: int, stop: int
) -> None:
    whole = take(Scripted(blocks), quotas, limit)
    first = Kept(stop)
    curriculum = make_curriculum(quotas, limit)
    with contextlib.suppress(KeyboardInterrupt):
        select_items(curriculum, Scripted(blocks), first)
    count, state = first.states[-1]
    earlier = Selection.restore(curriculum, json.loads(state), [key for key, _ in first.items[:count]])
    rest = Kept()
    selection = select_items(curriculum, Scripted(blocks), rest, earlier=earlier)
    assert first.items[:count] + rest.items == whole.kept.items
    assert selection.to_json() == whole.selection.to_json()
    assert selection.shortfalls == whole.selection.shortfalls


@given(st.lists(ROWS, max_size=12), QUOTAS, st.integers(0, 2))
def test_what_a_worker_judges_ahead_is_what_is_taken(
    rows: list[tuple[int, str, str, bool]], quotas: tuple[int, ...], limit: int
) -> None:
    """Where nothing was taken before, a worker judges exactly what the selection wants."""
    block = ScriptedBlock(0, [*enumerate(rows)], [])
    room: dict[Cell, int] = {("one", *cell): quota for cell, quota in zip(CELLS, quotas, strict=True)}
    found = foresee(block.keys, block.judge, limit, dict(room))
    ledger, remaining = Ledger(limit), dict(room)
    taken = take_in_turn(block.keys, range(len(rows)), lambda ns: [found[n] for n in ns], ledger, remaining)
    places = {n for n, _ in taken}
    assert {n for n, written in found.items() if written.is_accepted} == places


@given(BLOCKS, QUOTAS, QUOTAS)
def test_asking_for_more_extends(
    blocks: list[list[tuple[int, str, str, bool]]], quotas: tuple[int, ...], more: tuple[int, ...]
) -> None:
    small = take(Scripted(blocks), quotas)
    large = take(Scripted(blocks), [a + b for a, b in zip(quotas, more, strict=True)])
    assert {*small.places} <= {*large.places}
    for cell, added in zip(CELLS, more, strict=True):
        if not added:
            own = [[w.line for key, w in found.kept.items if key.cell[1:] == cell] for found in (small, large)]
            assert sorted(own[0]) == sorted(own[1])


def test_only_what_would_be_taken_is_judged() -> None:
    source = Scripted([[(0, f"n{n}", "x", n != 1) for n in range(9)]])
    found = take(source, (3, 0, 0))
    assert source.judged == ["0.0", "0.1", "0.2", "0.3"]
    assert found.selection.rejected["a judge says no"] == 1 and found.selection.items == 3


def test_a_cell_that_nothing_comes_for_is_given_up() -> None:
    source = Scripted([[(0, "n", "x", True)]] * 3)
    states: list[Progress] = []
    found = select_items(make_curriculum((1, 2, 0)), source, Kept(), states.append)
    assert found.blocks["one/sampled"] == PATIENCE
    assert [(s.quota.status, s.taken) for s in found.shortfalls] == [("unknown", 0)]
    assert states[0] == Progress("one", 0, 3, 0, 3) and states[-1] == Progress("one", 1, 3, 1, 3)


# ---- balance


RULES = st.frozensets(st.sampled_from("abc"), max_size=2)
BALANCED_ROWS = st.lists(st.lists(st.tuples(st.integers(0, 9), RULES, st.booleans()), max_size=6), max_size=6)
BALANCES = st.tuples(st.integers(0, 2), st.sampled_from([0.4, 0.7, 1.0]))


@dataclass
class BalancedBlock:
    """Candidates of one cell with the rules of their proofs."""

    level: str
    number: int
    rows: list[tuple[int, frozenset[str], bool]]
    source: WorldSource = "sampled"

    @property
    def place(self) -> Place:
        return Place(self.number, 0)

    @property
    def keys(self) -> list[Key]:
        names = [hash_name(f"{self.level} {name}") for name, _, _ in self.rows]
        rules = [Traits(rules) for _, rules, _ in self.rows]
        return [Key((self.level, "select", "-"), n, n, t) for n, t in zip(names, rules, strict=True)]

    @property
    def rejected(self) -> dict[tuple[str, str, str], int]:
        return {}

    def judge(self, positions: Sequence[int]) -> list[Written]:
        names = [(f"{self.level} {self.number}.{n}", self.rows[n][2]) for n in positions]
        return [Written(name.encode(), "train", name, b"", "" if good else "no") for name, good in names]


@dataclass
class BalancedSource:
    """The same blocks for every level."""

    blocks: Sequence[list[tuple[int, frozenset[str], bool]]]

    def iterate_blocks(
        self, level: Level, get_room: Callable[[], dict[Cell, int]], start: Place
    ) -> Iterator[BalancedBlock]:
        for number, rows in enumerate(self.blocks):
            if (number, 0) >= start:
                yield BalancedBlock(level.name, number, rows)


def make_balanced(items: int, each: int, most: float) -> Curriculum:
    quotas = (Quota("select", "-", items),)
    plain = replace(make_curriculum((1, 0, 0)).levels[0], name="plain", quotas=quotas)
    balanced = replace(plain, name="balanced", number=2, balance=(Balance("rules", each, most),))
    return replace(make_curriculum((1, 0, 0)), levels=(plain, balanced, replace(plain, name="last", number=3)))


@given(BALANCED_ROWS, BALANCES, st.integers(1, 8))
def test_a_balanced_level_is_taken_one_by_one(
    blocks: list[list[tuple[int, frozenset[str], bool]]], balance: tuple[int, float], items: int
) -> None:
    curriculum, kept = make_balanced(items, *balance), Kept()
    selection = select_items(curriculum, BalancedSource(blocks), kept)
    level = curriculum.levels[1]
    balancer, taken, seen, misses = Balancer(level), list[str](), set[int](), 0
    for number, rows in enumerate(blocks):
        for _, rules, _ in rows if len(taken) < items else ():
            balancer.see(Traits(rules))
        before = len(taken)
        for n, (name, rules, good) in enumerate(rows):
            is_open = len(taken) < items and misses < PATIENCE and name not in seen
            if is_open and good and balancer.accepts(("balanced", "select", "-"), Traits(rules)) is None:
                balancer.take(("balanced", "select", "-"), Traits(rules))
                seen.add(name)
                taken.append(f"balanced {number}.{n}")
        misses = misses + 1 if len(taken) == before else 0
    found = [w.line.decode() for key, w in kept.items if key.cell[0] == "balanced"]
    assert found == taken
    assert selection.accounts == {"balanced": balancer.describe()}


@given(BALANCED_ROWS, BALANCES, st.integers(1, 8), st.integers(1, 20))
def test_a_balanced_level_that_was_interrupted_is_begun_anew(
    blocks: list[list[tuple[int, frozenset[str], bool]]], balance: tuple[int, float], items: int, stop: int
) -> None:
    curriculum = make_balanced(items, *balance)
    whole, first = Kept(), Kept(stop)
    expected = select_items(curriculum, BalancedSource(blocks), whole)
    with contextlib.suppress(KeyboardInterrupt):
        select_items(curriculum, BalancedSource(blocks), first)
    states = [(count, state) for count, state in first.states if state != "null"]
    if not states:
        return
    count, state = states[-1]
    earlier = Selection.restore(curriculum, json.loads(state), [key for key, _ in first.items[:count]])
    rest = Kept()
    selection = select_items(curriculum, BalancedSource(blocks), rest, earlier=earlier)
    assert first.items[:count] + rest.items == whole.items
    assert selection.to_json() == expected.to_json() and selection.accounts == expected.accounts


# ---- for real


def build_items(material: Material) -> list[dict[str, Any]]:
    kept = Kept()
    select_items(material.curriculum, InProcess(BlockMaker(material)), kept)
    return [json.loads(written.line) for _, written in kept.items]


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
    splits = make_material(levels).curriculum.splits
    for item in (*first, *second):
        # The split is a function of what the item states, up to names: no seed's test is in another's train.
        assert splits.by == "named" and item["split"] == take_share(item["identity"]["context"], splits.shares)
    named = [{item["identity"]["named"] for item in items} for items in (first, second)]
    assert len(named[0]) == len(first)
    assert not named[0] & named[1]
    assert [i["id"] for i in first] == [i["id"] for i in build_items(make_material(levels, 1))]
