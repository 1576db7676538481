"""Leakage: the table is what comparing every item with every item of train gives."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.export.reading import read_dataset
from workbench.formats.curriculum import parse_curriculum
from workbench.generation.keyed import hash_parts
from workbench.generation.splits.leakage import COLUMNS, Leakage, LeakageTable, find_leaks
from workbench.generation.splits.leakage_marks import Marker
from workbench.generation.splits.splitter import Splitter, build_splitter
from workbench.generation.splits.word_runs import cut_prompt, list_words

PREFIXES = {"k": "https://example.org/k#", "n": "urn:n#", "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}
TEMPLATES = [
    {
        "name": "entailment/en-1:facts+rules+statement",
        "texts": ["Known is the following: ", " By rules: ", " Is it so: ", "?"],
        "slots": ["facts", "rules", "statement"],
    },
]  # fmt: skip
HELD = (
    "  - {name: h, axis: higher, from: {hops: 3}}\n  - {name: c, axis: compositions, pairs: [[r0, r1]]}\n"
    "  - {name: p, axis: perturbed, of: test}\n"
)


def make_splitter(held_out: str = HELD) -> Splitter:
    text = f"version: 1\nlevels: [{{hops: [1, 9], tasks: {{select: 3}}}}]\nheld_out:\n{held_out}"
    curriculum, violations = parse_curriculum(text.encode(), "c.yaml", "k", {})
    assert curriculum is not None, violations
    return build_splitter(curriculum)


SPLITTER = make_splitter()
SPLITS = ("train", "test", "h", "c", "p")
Proof = Sequence[tuple[str, Sequence[int]]]
"""Steps: a rule, and for each premise 0 for a stated fact or the number of a step."""


def make_item(number: int, split: str, facts: Sequence[Sequence[str]], proof: Proof, grains: Sequence[int], said: str,
              of: int | None = None) -> dict[str, Any]:  # fmt: skip
    stated = " ".join(" ".join(part.partition(":")[2] for part in fact) + " indeed." for fact in facts)
    return {
        "id": hash_parts(number)[:32], "split": split, "level_name": "l", "task": "entailment", "status": "entailed",
        "given": "facts+rules", "options": [], "query": {"kind": "holds", "triple": ["n:a", "k:p", "n:b"]},
        "question": f"Known is the following: {stated} By rules: {said} Is it so: {said}?",
        "context": [
            {"id": f"c{i}", "triple": list(fact), "shown": True, "distractor": False} for i, fact in enumerate(facts, 1)
        ],
        "proof": [
            {"step": i, "rule": rule, "premises": [f"s{p}" if p else "c1" for p in premises],
             "conclusion": ["n:a", "k:p", "n:b"]}
            for i, (rule, premises) in enumerate(proof, 1)
        ],
        "identity": {
            "context": hash_parts(number)[:32],
            **{n: hash_parts(g)[:32] for n, g in zip(("exact", "named", "core"), grains, strict=True)},
        },
        "difficulty": {"hops": len(proof)},
        "provenance": {"template": "entailment/en-1@0123456789abcdef"},
        **({"group": {"of": hash_parts(of)[:32], "kind": "renamed"}} if of is not None else {}),
    }  # fmt: skip


# ---- the oracle: pairs of items, nothing remembered


def list_facts(item: Mapping[str, Any]) -> set[tuple[str, ...]]:
    return {tuple(entry["triple"]) for entry in item["context"]}


def are_same_up_to_names(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> bool:
    names, others = (sorted({p for fact in facts for p in fact if p.startswith("n:")}) for facts in (one, other))
    if len(names) != len(others) or len(one) != len(other):
        return False
    return any(
        {tuple(dict(zip(names, order, strict=True)).get(part, part) for part in fact) for fact in one} == other
        for order in permutations(others)
    )


def write_proof(steps: Sequence[Mapping[str, Any]], number: int) -> str:
    inner = [write_proof(steps, int(p[1:])) if p[0] == "s" else "-" for p in steps[number - 1]["premises"]]
    return f"{steps[number - 1]['rule']}({','.join(inner)})"


def list_proofs(item: Mapping[str, Any]) -> set[str]:
    whole = {write_proof(item["proof"], step["step"]) for step in item["proof"]}
    return {text for text in whole if text.count("(") > 1}


def write_path(item: Mapping[str, Any]) -> list[str]:
    steps = item["proof"]
    needed = {premise for step in steps for premise in step["premises"]}
    return sorted(write_proof(steps, s["step"]) for s in steps if f"s{s['step']}" not in needed)


def list_runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[i : i + 13]) for i in range(len(words) - 12)}


def cut(item: Mapping[str, Any]) -> list[str]:
    found = re.fullmatch(r"Known is the following: (.+?) By rules: (.+?) Is it so: (.+)\?", item["question"])
    assert found is not None
    return list(found.groups())


SHARED: dict[str, Callable[[Any, Any], bool]] = {
    "text": lambda a, b: a["question"] == b["question"],
    "exact": lambda a, b: a["identity"]["exact"] == b["identity"]["exact"],
    "named": lambda a, b: a["identity"]["named"] == b["identity"]["named"],
    "core": lambda a, b: a["identity"]["core"] == b["identity"]["core"],
    "13gram": lambda a, b: bool(
        (list_runs(cut(a)[0]) | list_runs(cut(a)[2])) & (list_runs(cut(b)[0]) | list_runs(cut(b)[2]))
    ),
    "13gram-rules": lambda a, b: bool(list_runs(cut(a)[1]) & list_runs(cut(b)[1])),
    "path": lambda a, b: bool(a["proof"]) and write_path(a) == write_path(b),
    "sub-proof": lambda a, b: bool(list_proofs(a) & list_proofs(b)),
    "facts": lambda a, b: are_same_up_to_names(list_facts(a), list_facts(b)),
}


def count_naively(items: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    train = [item for item in items if item["split"] == "train"]
    return {
        split: {
            name: sum(any(is_shared(item, other) for other in train) for item in items if item["split"] == split)
            for name, is_shared in SHARED.items()
        }
        for split in SPLITS[1:]
    }


# ---- random small datasets

NAMES = st.sampled_from(["n:a", "n:b", "n:c"])
FACTS = st.lists(
    st.tuples(NAMES, st.sampled_from(["k:p", "k:q"]), NAMES) | st.tuples(NAMES, st.just("rdf:type"), st.just("k:C")),
    min_size=1, max_size=5, unique=True,
)  # fmt: skip


@st.composite
def draw_proof(draw: st.DrawFn) -> Proof:
    steps: list[tuple[str, list[int]]] = []
    for number in range(draw(st.integers(0, 4))):
        premises = draw(st.lists(st.integers(0, number), min_size=1, max_size=2))
        steps.append((draw(st.sampled_from(["r0", "r1", "r2"])), premises))
    return steps


SAID = st.lists(st.sampled_from(["a holds b", "if A then B and C or so it is said", "nothing", "c"]), min_size=1,
                max_size=4).map(" ".join)  # fmt: skip
ROWS = st.lists(
    st.tuples(
        st.sampled_from(SPLITS), FACTS, draw_proof(), st.tuples(*[st.integers(0, 5)] * 3), SAID,
        st.none() | st.integers(0, 9),
    ),
    max_size=12,
)  # fmt: skip


def make_items(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [make_item(number, *row) for number, row in enumerate(rows)]


@settings(max_examples=40)
@given(ROWS)
def test_the_table_is_that_of_comparing_all_pairs(rows: Sequence[Any]) -> None:
    items = make_items(rows)
    table = LeakageTable(Marker(SPLITTER, PREFIXES, TEMPLATES), SPLITS)
    for item in items:
        table.add(item["split"], item)
    found = table.finish()
    assert {split: row["counts"] for split, row in found.items()} == count_naively(items)
    train = [item for item in items if item["split"] == "train"]
    for split, row in found.items():
        assert row["items"] == sum(item["split"] == split for item in items)
        assert row["shares"] == {name: round(n / max(1, row["items"]), 6) for name, n in row["counts"].items()}
        own = [item for item in items if item["split"] == split]
        if split == "h":
            high = [item for item in train if len(item["proof"]) >= 3]
            outside = sum(len(item["proof"]) < 3 for item in own)
            assert row["axis"] == {"name": "higher", "train": len(high), "outside": outside}
        elif split == "p":
            ids = {item["id"] for item in train}
            assert row["axis"]["train"] == sum(item.get("group", {}).get("of") in ids for item in own)
            assert row["axis"]["outside"] == sum("group" not in item for item in own)
    bad = {(v.code, v.focus) for v in find_leaks(found)}
    assert bad == {("split.leak", s) for s, r in found.items() if "axis" in r and r["axis"]["train"]} | {
        ("split.misplaced", s) for s, r in found.items() if "axis" in r and r["axis"]["outside"]
    }


@settings(max_examples=30)
@given(ROWS, st.integers(0, 12), st.randoms())
def test_parts_joined_are_the_whole_in_any_order(rows: Sequence[Any], cut_at: int, random: Any) -> None:
    items = make_items(rows)
    marker = Marker(SPLITTER, PREFIXES, TEMPLATES)
    whole = Leakage(SPLITTER, SPLITS)
    for item in items:
        whole.add(item["split"], marker.mark(item))
    mixed = list(items)
    random.shuffle(mixed)
    parts = [Leakage(SPLITTER, SPLITS), Leakage(SPLITTER, SPLITS)]
    for number, item in enumerate(mixed):
        parts[number >= cut_at].add(item["split"], marker.mark(item))
    parts[0].extend(parts[1])
    assert parts[0].finish() == whole.finish()


def test_too_many_runs_are_thinned_out_and_the_table_says_so() -> None:
    words = [f"w{n}" for n in range(4000)]
    rows: list[Any] = [(s, [("n:a", "k:p", "n:b")], [], (i, i, i), " ".join(words[i * 20 : i * 20 + 400]))
            for i, s in enumerate(["train", "test"] * 60)]  # fmt: skip
    tables = []
    for order in (rows, rows[::-1]):
        marker, leakage = Marker(SPLITTER, PREFIXES, TEMPLATES), Leakage(SPLITTER, SPLITS, limit=2000)
        for number, row in enumerate(order):
            leakage.add(row[0], marker.mark(make_item(number, *row)))
        tables.append(leakage.finish()["test"])
    assert tables[0] == tables[1]
    kept = tables[0]["kept"]["13gram"]
    assert kept < 0.1
    # Whatever shares hundreds of runs is seen by the few that are kept.
    assert tables[0]["counts"]["13gram"] == 60


def test_words_of_the_template_count_for_nothing() -> None:
    assert cut_prompt("a X b Y c", ["a ", " b ", " c"], ["x", "y"]) == ("X", "Y")
    assert cut_prompt("a X b", ["a ", " c"], ["x"]) is None
    assert list_words("The Throne, of X-1!") == ["the", "throne", "of", "x", "1"]
    frame = "These many words stand in the frame of every prompt that there is in the set: "
    templates = [{"name": "entailment/en-1:statement", "texts": [frame, "?"], "slots": ["statement"]}]
    items = [make_item(n, s, [("n:a", "k:p", "n:b")], [], (n, n, n), "x") for n, s in enumerate(("train", "test"))]
    for item, text in zip(items, ("one", "two"), strict=True):
        item["question"] = f"{frame}{text}?"
    for known, expected in ((templates, 0), ([], 1)):
        table = LeakageTable(Marker(SPLITTER, PREFIXES, known), SPLITS)
        for item in items:
            table.add(item["split"], item)
        assert table.finish()["test"]["counts"]["13gram"] == expected


def test_what_closed_book_items_rest_on_is_taught() -> None:
    def make(number: int, split: str, task: str, *facts: tuple[str, str, str]) -> dict[str, Any]:
        item = make_item(number, split, facts, [], (number,) * 3, "x")
        item["context"] = [{**entry, "shown": False} for entry in item["context"]]
        return {**item, "task": task, "given": "none"}

    one, two, three = (("n:a", "k:p", name) for name in ("n:b", "n:c", "n:d"))
    table = LeakageTable(Marker(SPLITTER, PREFIXES, TEMPLATES), SPLITS)
    for item in (
        make(1, "train", "recall", one), make(2, "train", "recall", two), make(3, "train", "entailment", three),
        make(4, "test", "entailment", one, two), make(5, "test", "entailment", one, three),
    ):  # fmt: skip
        table.add(item["split"], item)
    assert table.finish()["test"]["closed_book"] == {"items": 2, "taught": 1}


# ---- a real dataset, and leaks planted into it


@pytest.fixture(scope="module")
def real(small_dataset: Path) -> tuple[list[dict[str, Any]], dict[str, str], list[dict[str, Any]]]:
    dataset = read_dataset(small_dataset)
    return list(dataset.iterate_items()), dataset.prefixes, dataset.wording["templates"]


def count_real(
    real: tuple[list[dict[str, Any]], dict[str, str], list[dict[str, Any]]], more: Sequence[dict[str, Any]] = ()
) -> dict[str, dict[str, Any]]:
    items, prefixes, templates = real
    splits = tuple(dict.fromkeys(["train", *(item["split"] for item in items)]))
    marker = Marker(make_splitter("  - {name: h, axis: higher, from: {steps: 90}}\n"), prefixes, templates)
    table = LeakageTable(marker, splits)
    for item in (*items, *more):
        table.add(item["split"], item)
    return table.finish()


def test_a_real_dataset_keeps_its_splits_apart(
    real: tuple[list[dict[str, Any]], dict[str, str], list[dict[str, Any]]],
) -> None:
    for row in count_real(real).values():
        assert set(row["counts"]) == set(COLUMNS)
        assert row["counts"]["text"] == row["counts"]["exact"] == row["counts"]["named"] == 0
        assert all(0 <= n <= row["items"] for n in row["counts"].values())
        assert row["counts"]["sub-proof"] >= row["counts"]["named"]


def list_evidence(item: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    return [item["proof"], *(option["evidence"]["proof"] for option in item["options"])]


def cut_by_template(item: Mapping[str, Any], templates: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Slots and what they hold, by a regular expression made of the template."""
    name = item["provenance"]["template"].partition("@")[0]
    for template in templates:
        if template["name"].partition(":")[0] == name:
            texts = [re.escape(text) for text in template["texts"]]
            lists, plain = r"(- [^\n]+(?:\n- [^\n]+)*?)", r"([^\n]+?)"
            paragraphs = [
                lists if slot.endswith("_list") else "(.+?)" if slot == "options" else plain
                for slot in template["slots"]
            ]
            pattern = "".join(text + slot for text, slot in zip(texts, [*paragraphs, ""], strict=True))
            if found := re.fullmatch(pattern, item["question"], re.DOTALL):
                return list(zip(template["slots"], found.groups(), strict=True))
    raise AssertionError(name)


def list_said(item: Mapping[str, Any], templates: Sequence[Mapping[str, Any]], *, of_rules: bool) -> set[Any]:
    slots = [(slot, text) for slot, text in cut_by_template(item, templates) if slot != "instruction"]
    chosen = [text for slot, text in slots if slot.startswith(("rules", "closed", "vocabulary")) == of_rules]
    return set().union(*map(list_runs, chosen))


def test_the_table_of_a_built_dataset_is_that_of_comparing_all_pairs(
    small_dataset: Path, real: tuple[list[dict[str, Any]], dict[str, str], list[dict[str, Any]]]
) -> None:
    """All columns once more, from the items' text alone: nothing of the code that made the table is used."""
    items, _, templates = real
    table = read_dataset(small_dataset).manifest["leakage"]
    marks: dict[str, dict[str, Any]] = {}
    for item in items:
        runs = [list_said(item, templates, of_rules=of_rules) for of_rules in (False, True)]
        proofs = [{"proof": steps} for steps in list_evidence(item)]
        shown = {tuple(entry["triple"]) for entry in item["context"] if entry["shown"]}
        marks[item["id"]] = {
            "text": item["question"], **item["identity"], "13gram": runs[0], "13gram-rules": runs[1],
            "path": write_path(item), "sub-proof": set().union(*map(list_proofs, proofs)), "facts": shown,
        }  # fmt: skip

    def share(name: str, one: Any, other: Any) -> bool:
        if name in ("13gram", "13gram-rules", "sub-proof"):
            return bool(one & other)
        if name == "facts":
            return look(one) == look(other) and are_same_up_to_names(one, other)
        return bool(one) and one == other

    def look(facts: set[tuple[str, ...]]) -> list[tuple[str, ...]]:
        return sorted(tuple("" if part.startswith("n:") else part for part in fact) for fact in facts)

    train = [marks[item["id"]] for item in items if item["split"] == "train"]
    assert set(table) == {item["split"] for item in items} - {"train"}
    for split, row in table.items():
        own = [marks[item["id"]] for item in items if item["split"] == split]
        counted = {n: sum(any(share(n, a[n], b[n]) for b in train) for a in own) for n in COLUMNS}
        assert row["counts"] == counted and row["items"] == len(own)
        assert row["shares"] == {name: round(count / len(own), 6) for name, count in counted.items()}
    assert sum(row["counts"]["sub-proof"] for row in table.values()) > 0


def test_a_planted_copy_is_seen_in_every_column(
    real: tuple[list[dict[str, Any]], dict[str, str], list[dict[str, Any]]],
) -> None:
    before = count_real(real)
    chosen = next(i for i in real[0] if i["split"] == "train" and len(i["proof"]) > 1 and len(i["context"]) > 5)
    split = next(item["split"] for item in real[0] if item["split"] != "train")
    leak = copy.deepcopy(chosen) | {"split": split}
    after = count_real(real, [leak])[split]["counts"]
    grown = {name for name, count in after.items() if count == before[split]["counts"][name] + 1}
    assert grown >= {"text", "exact", "named", "core", "13gram", "path", "facts"}
    for entry in leak["context"]:
        entry["triple"] = [{"n:": f"{part}-twin"}.get(part[:2], part) for part in entry["triple"]]
    leak["question"] = "changed"
    leak["identity"] = dict.fromkeys(leak["identity"], "f" * 32)
    renamed = count_real(real, [leak])[split]["counts"]
    grown = {name for name, count in renamed.items() if count == before[split]["counts"][name] + 1}
    assert {"path", "facts"} <= grown and not grown & {"text", "exact", "named", "core", "13gram"}
