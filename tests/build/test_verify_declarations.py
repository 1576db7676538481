"""What a manifest declares of items is held against each: whatever an item says of itself otherwise is found."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from forging import forge
from test_verification import Draft, Item, find_problems, read_draft

from workbench.build.declared_verification import find_level_fault
from workbench.errors import DatasetError
from workbench.export import read_dataset
from workbench.export.declarations import read_declarations
from workbench.model.items import expand_term


@pytest.fixture(scope="module")
def original(small_dataset: Path) -> Draft:
    return read_draft(small_dataset)


@pytest.fixture
def draft(original: Draft) -> Draft:
    return copy.deepcopy(original)


def expect_one(draft: Draft, item: Item, folder: Path, what: str) -> None:
    """Written with fresh ids, digests, counts and tables, the item has exactly one thing wrong: its line is named."""
    problems = find_problems(draft.keep(item).write(folder / "d"))
    assert problems == [(f"items/{item['split']}.jsonl", 1, item["id"], what)]


def find_reviewed(draft: Draft) -> Item:
    return next(i for i in draft.iterate() if i["provenance"]["reviewed_by"] and i["level_name"] == "more-steps")


# ---- what an item says of itself


def put_into_train(item: Item) -> str:
    item["split"] = "train"
    return "split: is train, but should be test: that is where its identity and level put it"


def change_generator(item: Item) -> str:
    item["provenance"]["generator"] = "9.9.9"
    return "provenance: generator is 9.9.9, but the manifest says 0.1.0"


def drop_reviewers(item: Item) -> str:
    item["provenance"]["reviewed_by"] = []
    return "provenance: reviewed_by should be A. Reader, by the manifest's rules"


def add_reviewer(item: Item) -> str:
    item["provenance"]["reviewed_by"] = ["A. Reader", "Nobody at all"]
    return "provenance: reviewed_by should be A. Reader, by the manifest's rules"


def change_world(item: Item) -> str:
    item["provenance"]["world"] = "project"
    return "provenance: the level more-steps has no worlds that are project"


def change_template_digest(item: Item) -> str:
    name = item["provenance"]["template"].partition("@")[0]
    item["provenance"]["template"] = f"{name}@{'0' * 16}"
    return f"provenance: {name}@{'0' * 16} is no template of the manifest"


def change_number(item: Item) -> str:
    item["level"] = 7
    return "level: the level more-steps has the number 2 in the manifest"


def change_gates(item: Item) -> str:
    item["verified"]["gates"].remove("not-stated")
    return (
        "verified: gates are not consistent, agrees-with-project, not-stated, answer-complete, distractors-idle, "
        "reader-agrees"
    )


def change_z3(item: Item) -> str:
    item["verified"]["z3"] = "0" * 32
    return "verified: z3 is not the digest of what Z3 agrees with"


CHANGES = (
    change_generator, drop_reviewers, add_reviewer, change_world, change_template_digest, change_number, change_gates,
    change_z3,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_an_item_says_of_itself(draft: Draft, tmp_path: Path, change: Callable[[Item], str]) -> None:
    item = find_reviewed(draft)
    expect_one(draft, item, tmp_path, change(item))


def test_another_template(draft: Draft, tmp_path: Path) -> None:
    """It would hide that a prompt is worded as none in train may be."""
    templates = draft.manifest["templates"]
    others = {t: o for t in templates for o in templates if o[:-1] == t[:-1] and o != t}
    item = next(i for i in draft.iterate() if i["provenance"]["template"].partition("@")[0] in others)
    other = others[item["provenance"]["template"].partition("@")[0]]
    item["provenance"]["template"] = f"{other}@{templates[other]}"
    expect_one(draft, item, tmp_path, f"provenance: the question is not worded by the template {other}")


def test_another_level(draft: Draft, tmp_path: Path) -> None:
    item = draft.find(task="entailment", status="entailed", level_name="more-steps")
    item |= {"level": 1, "level_name": "one-step"}
    what = f"difficulty: hops is {item['difficulty']['hops']}, but the level one-step has 1"
    expect_one(draft, item, tmp_path, what)


def test_a_cell_that_no_level_asks_for(draft: Draft, tmp_path: Path) -> None:
    item = draft.find(task="select", level_name="more-steps")
    level = next(level for level in draft.manifest["levels"] if level["name"] == "more-steps")
    level["quotas"] = [quota for quota in level["quotas"] if quota["task"] != "select"]
    expect_one(draft, item, tmp_path, "level_name: the level more-steps asks for no select")


def test_another_domain_and_level_altogether(draft: Draft, tmp_path: Path) -> None:
    item = find_reviewed(draft)
    item |= {"domain": "chess", "level_name": "harder"}
    problems = [what for _, line, _, what in find_problems(draft.keep(item).write(tmp_path / "d")) if line]
    assert problems == [
        "domain: is chess, but the manifest says guild", "level_name: the manifest declares no level harder",
    ]  # fmt: skip


# ---- splits


def test_an_item_in_another_split(draft: Draft, tmp_path: Path) -> None:
    item = next(item for item in draft.items["test"])
    what = put_into_train(item)
    draft.items["test"].remove(item)
    draft.items["train"].append(item)
    expect_one(draft, item, tmp_path, what)


def test_an_item_that_touches_what_is_held_out(draft: Draft, tmp_path: Path) -> None:
    item = next(item for item in draft.items["train"] if item["language"] == "en")
    name = expand_term(item["context"][0]["triple"][0], draft.prefixes)
    held = {"name": "test-names", "axis": "individuals", "terms": [name]}
    draft.manifest["splitting"] = {**draft.manifest["splitting"], "held_out": [held]}
    known = draft.items.pop("test-known")
    draft.items |= {"test-names": [], "test-known": known}
    what = "split: is train, but should be test-names: it touches what test-names holds out"
    expect_one(draft, item, tmp_path, what)


def test_a_level_with_a_split_of_its_own(draft: Draft, tmp_path: Path) -> None:
    item = draft.items["test-known"].pop()
    item["split"] = "validation"
    draft.items["validation"].append(item)
    expect_one(
        draft, item, tmp_path,
        "split: is validation, but should be test-known: that is where its identity and level put it",
    )  # fmt: skip


# ---- bounds


def narrow(draft: Draft, item: Item, measure: str, bounds: list[int]) -> None:
    level = next(level for level in draft.manifest["levels"] if level["name"] == item["level_name"])
    level["bounds"][measure] = bounds
    if measure == "novelty":
        level["new_rules"] = ["served"]


@pytest.mark.parametrize("measure", ["hops", "height", "distractors", "context", "novelty", "words"])
def test_every_bound_of_a_level(draft: Draft, tmp_path: Path, measure: str) -> None:
    item = next(i for i in draft.iterate() if len(i["proof"]) == 2 and i["level_name"] == "more-steps")
    used = {step["rule"] for step in item["proof"]}
    value = item["difficulty"].get(measure, int("served" in used))
    if measure == "words":
        level = next(level for level in draft.manifest["levels"] if level["name"] == "more-steps")
        level["words"], value = 5, len(item["question"].split())
        said = "0 to 5"
    else:
        narrow(draft, item, measure, [value + 1, value + 1])
        said = f"{value + 1}"
    what = f"difficulty: {measure} is {value}, but the level more-steps has {said}"
    expect_one(draft, item, tmp_path, what)


def test_which_of_two_levels_an_item_belongs_to(draft: Draft, tmp_path: Path) -> None:
    """Both would have it, and the hash of what it is says which: nobody can choose."""
    again = {**copy.deepcopy(draft.manifest["levels"][1]), "name": "more-steps-again", "number": 9}
    draft.manifest["levels"].append(again)
    items = [i for i in draft.iterate() if i["level_name"] == "more-steps"]
    problems = find_problems(draft.keep(*items).write(tmp_path / "d"), sample=0)
    odd = {item["id"] for item in items if int(item["identity"]["named"][:8], 16) % 2}
    assert 0 < len(odd) < len(items) and {id_ for _, _, id_, _ in problems} == odd
    what = "level_name: by the hash of its identity it belongs to the level more-steps-again"
    assert {problem[3] for problem in problems} == {what}


def test_a_variant_may_have_one_clause_more(original: Draft) -> None:
    item = next(copy.deepcopy(i) for i in original.iterate() if i["level_name"] == "more-steps")
    declared = read_declarations(original.manifest)
    item["difficulty"]["distractors"] = 5
    assert find_level_fault(item, declared) is not None
    item["group"] = {"of": "0" * 32, "kind": "irrelevant"}
    assert find_level_fault(item, declared) is None
    item["group"] = {"of": "0" * 32, "kind": "numbers"}
    assert find_level_fault(item, declared) is not None


# ---- the manifest


def change_manifest(draft: Draft, folder: Path, change: Callable[[dict[str, Any]], object]) -> list[tuple[str, str]]:
    """Write a few items and change the manifest; returns files and sentences."""
    dataset = draft.keep_few().write(folder / "d")
    forge(dataset, change)
    return [(file, what) for file, _, _, what in find_problems(dataset, sample=0)]


def test_a_level_that_asks_for_more(draft: Draft, tmp_path: Path) -> None:
    def ask(manifest: dict[str, Any]) -> None:
        quota = manifest["levels"][0]["quotas"][0]
        quota["items"] += 5

    what = "shortfalls: one-step asks for 7 items of entailment (entailed) and has 2, which is not said"
    assert change_manifest(draft, tmp_path, ask) == [("manifest.json", what)]


def test_a_shortfall_that_is_admitted_is_none_that_is_hidden(draft: Draft, tmp_path: Path) -> None:
    def ask(manifest: dict[str, Any]) -> None:
        quota = manifest["levels"][0]["quotas"][0]
        quota["items"] += 5
        manifest["shortfalls"] = [
            {"level": "one-step", "task": "entailment", "status": "entailed", "wanted": 7, "items": 2}
        ]

    assert change_manifest(draft, tmp_path, ask) == []


def test_a_shortfall_that_is_none(draft: Draft, tmp_path: Path) -> None:
    def claim(manifest: dict[str, Any]) -> None:
        manifest["shortfalls"] = [{"level": "x", "task": "y", "status": "-", "wanted": 6, "items": 1}]

    what = "shortfalls: are not those of the items"
    assert change_manifest(draft, tmp_path, claim) == [("manifest.json", what)]


def test_more_items_than_asked_for(draft: Draft, tmp_path: Path) -> None:
    what = "levels: one-step asks for 0 items of entailment (entailed), but there are 2"

    def ask(manifest: dict[str, Any]) -> None:
        manifest["levels"][0]["quotas"][0]["items"] = 0

    assert change_manifest(draft, tmp_path, ask) == [("manifest.json", what)]


def test_a_rule_that_is_another(draft: Draft, tmp_path: Path) -> None:
    problems = change_manifest(draft, tmp_path, lambda m: m["rules"]["member"].update(digest="0" * 16))
    assert problems and all(file.startswith("theories/") for file, _ in problems)
    assert {what for _, what in problems} == {"the rule member is not the one that the manifest declares"}


def test_splits_that_are_not_declared(draft: Draft, tmp_path: Path) -> None:
    found = change_manifest(draft, tmp_path, lambda m: m["levels"][2].update(split="elsewhere"))
    assert ("manifest.json", "splits: are not those that splitting and levels declare, in their order") in found
    assert any(file == "items/test-known.jsonl" and "should be elsewhere" in what for file, what in found)


def test_another_way_to_split(draft: Draft, tmp_path: Path) -> None:
    found = change_manifest(draft, tmp_path, lambda m: m.update(split_by="core"))
    assert found == [("manifest.json", "split_by: splitting says otherwise")]


@pytest.mark.parametrize("part", ["generator", "languages", "levels", "rules", "templates", "splitting"])
def test_what_is_not_declared_at_all(draft: Draft, tmp_path: Path, part: str) -> None:
    (found,) = change_manifest(draft, tmp_path, lambda m: m.pop(part))
    assert found[0] == "manifest.json"
    assert found[1].startswith(f"{part}: is missing" if part != "splitting" else "the manifest does not say how items")


WRONG: list[tuple[str, Any]] = [
    ("levels", {}), ("levels", [3]), ("levels", [{}]), ("rules", []), ("rules", {"a": 3}), ("templates", {"a": "b"}),
    ("rules", {"a": {"digest": "0" * 16, "kind": "rule", "reviewed_by": ["b", "a"]}}), ("generator", 3),
    ("languages", []),
    ("templates", {"a": 3}), ("rules", {"a": {"digest": "x", "kind": "rule", "reviewed_by": []}}),
    ("rules", {"a": {"digest": "0" * 16, "kind": "law", "reviewed_by": []}}),
]  # fmt: skip


@pytest.mark.parametrize(("part", "wrong"), WRONG, ids=range(len(WRONG)))
def test_what_is_declared_wrongly(original: Draft, part: str, wrong: Any) -> None:
    with pytest.raises(DatasetError, match=f"^{part}"):
        read_declarations({**original.manifest, part: wrong})


LEVELS: list[tuple[str, Any]] = [
    ("name", ""), ("number", -1), ("number", True), ("given", "all"), ("bounds", {"hops": [1, 1]}),
    ("bounds", {"hops": [2, 1], "distractors": [0, 1]}), ("bounds", {"hops": [1], "distractors": [0, 1]}),
    ("bounds", {"hops": [1, 1], "distractors": [0, 1], "novelty": [0, 1]}), ("sources", ["dreams"]), ("more", 1),
    ("bounds", {"hops": [1, 1], "distractors": [0, 1], "beauty": [0, 1]}), ("split", 3), ("new_rules", ["member"]),
    ("quotas", [{"task": "select", "status": "maybe", "items": 1}]), ("words", 1.5), ("questions", "x"),
    ("quotas", [{"task": "select", "status": "-", "items": 1}] * 2), ("extra_rules", 3),
]  # fmt: skip


@pytest.mark.parametrize(("key", "wrong"), LEVELS, ids=range(len(LEVELS)))
def test_a_level_that_is_declared_wrongly(original: Draft, key: str, wrong: Any) -> None:
    levels = copy.deepcopy(original.manifest["levels"])
    levels[1][key] = wrong
    with pytest.raises(DatasetError, match=r"^levels(\[1\]|: .*): is not as its version says"):
        read_declarations({**original.manifest, "levels": levels})


def test_what_is_built_is_declared(small_dataset: Path) -> None:
    manifest = read_dataset(small_dataset).manifest
    declared = read_declarations(manifest)
    assert list(declared.levels) == ["one-step", "more-steps", "known-rules"]
    assert declared.levels["more-steps"].hops == (2, 3) and declared.levels["known-rules"].split == "test-known"
    assert declared.rules["colleague"].reviewed_by == ("A. Reader",)
    assert declared.cells["one-step", "select", "-"] == 6


# ---- capacity


def spoil(dataset: Path, folder: Path, change: Callable[[dict[str, Any]], object]) -> list[tuple[str, str]]:
    """Copy a dataset with another manifest; returns files and sentences."""
    shutil.copytree(dataset, folder / "d")
    forge(folder / "d", change)
    return [(file, what) for file, _, _, what in find_problems(folder / "d", sample=0)]


CAPACITIES: list[tuple[dict[str, Any], str]] = [
    ({"sentence": "There is no end of them."}, "the sentence is not what the numbers say"),
    ({"expected": 10**6}, "expected is not what the numbers say"),
    ({"is_full": False}, "the sentence is not what the numbers say"),
    ({"asked": 3}, "the sentence is not what the numbers say"),
    ({"own": 3}, "is not as its version says"),
]


@pytest.mark.parametrize(("changed", "what"), CAPACITIES, ids=[next(iter(one)) for one, _ in CAPACITIES])
def test_a_capacity_that_contradicts_itself(
    small_dataset: Path, tmp_path: Path, changed: dict[str, Any], what: str
) -> None:
    found = spoil(small_dataset, tmp_path, lambda m: m["capacity"]["more-steps"].update(changed))
    assert found[0][0] == "manifest.json" and found[0][1].startswith(f"capacity: more-steps: {what}"), found


def test_capacity_is_told_of_every_level(small_dataset: Path) -> None:
    manifest = read_dataset(small_dataset).manifest
    for level in manifest["levels"]:
        account = manifest["capacity"][level["name"]]
        assert account["asked"] == sum(quota["items"] for quota in level["quotas"])
        assert account["own"]["core"] > 0 and f"The level {level['name']} has" in account["sentence"]
        for name, sources in account["cells"].items():
            task, _, status = name.partition("/")
            taken = sum(
                cell["items"] for cell in manifest["counts"]["cells"]
                if (cell["level_name"], cell["task"], cell["status"]) == (level["name"], task, status)
            )  # fmt: skip
            assert sum(one["core"]["draws"] for one in sources.values()) >= taken
