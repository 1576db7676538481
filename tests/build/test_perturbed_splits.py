"""Perturbed splits: every variant is one, its answer is found anew, and what is none is seen from the files alone."""

from __future__ import annotations

import copy
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from guild_project import write_guild_project
from test_verification import DECLARED

from workbench.build import BuildResult, build, load, verify
from workbench.build.perturbed_splits import PerturbedSplit
from workbench.build.variant_verification import find_difference
from workbench.build.variants import VariantMaker
from workbench.export import DatasetContent, read_dataset, write_dataset
from workbench.export.scorer.program import main
from workbench.generation.questions.draft import Answered, Draft
from workbench.model.items import canonical_json, check_item, compute_item_id
from workbench.model.splits import PERTURBATIONS

Item = dict[str, Any]
LEVELS = """\
held_out:
  - {name: test-perturbed, axis: perturbed, of: test}
  - {name: few-renamed, axis: perturbed, of: test, kinds: [renamed], items: 3}
levels:
  - name: learned
    hops: 1
    tasks: {entailment: {entailed: 2}}
  - name: asked
    hops: [1, 2]
    split: test
    tasks: {entailment: {entailed: 2, unknown: 1}, options: 1, value: 3, prove: 2, count: 2}
"""


def write_project(folder: Path) -> Path:
    write_guild_project(folder, all_tasks=True)
    path = folder / "curricula" / "guild" / "curriculum.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("levels:")] + LEVELS, encoding="utf-8")
    return folder


def read_bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    folder = write_project(tmp_path_factory.mktemp("guild-perturbed"))
    return build(load(folder), folder / "out", seed=3)


@pytest.fixture(scope="module")
def dataset(result: BuildResult) -> Path:
    return result.folders[0]


@pytest.fixture(scope="module")
def items(dataset: Path) -> dict[str, Item]:
    reader = read_dataset(dataset)
    return {item["id"]: item for split in reader.splits for item in reader.iterate_items(split)}


def list_variants(items: dict[str, Item], kind: str) -> list[tuple[Item, Item]]:
    found = [item for item in items.values() if item.get("group", {}).get("kind") == kind]
    return [(items[item["group"]["of"]], item) for item in found]


def list_facts(item: Item) -> list[list[str]]:
    return sorted(entry["triple"] for entry in item["context"])


def test_every_kind_is_made_and_the_dataset_is_sound(dataset: Path, items: dict[str, Item]) -> None:
    counts = Counter(item["group"]["kind"] for item in items.values() if "group" in item)
    originals = [item for item in items.values() if item["split"] == "test"]
    assert set(counts) == set(PERTURBATIONS) and counts["reordered"] == len(originals) == 11
    for item in items.values():
        assert check_item(item) == []
        assert ("group" in item) == (item["split"] in ("test-perturbed", "few-renamed"))
        if "group" in item:
            assert items[item["group"]["of"]]["split"] == "test"
    for original, item in list_variants(items, "reordered"):
        assert list_facts(original) == list_facts(item) and original["question"] != item["question"]
        assert original["identity"]["exact"] == item["identity"]["exact"]
    for original, item in list_variants(items, "renamed"):
        assert original["identity"]["named"] == item["identity"]["named"]
        assert original["question"] != item["question"] and original["status"] == item["status"]
        assert original["provenance"]["template"] == item["provenance"]["template"]
    for original, item in list_variants(items, "irrelevant"):
        (added,) = [entry for entry in item["context"] if entry["triple"] not in list_facts(original)]
        assert added["distractor"] and len(item["context"]) == len(original["context"]) + 1
        # Where it was put is the only difference: the other facts keep their order.
        assert [e["triple"] for e in item["context"] if e is not added] == [e["triple"] for e in original["context"]]
    report = verify(dataset)
    assert report.ok, report.format_text()


def test_what_could_not_be_made_is_told(result: BuildResult, dataset: Path, items: dict[str, Item]) -> None:
    told = json.loads((dataset / "manifest.json").read_text())["perturbed"]
    assert told["few-renamed"]["originals"] == 3 and told["few-renamed"]["items"].keys() == {"renamed"}
    row = told["test-perturbed"]
    for kind in PERTURBATIONS:
        made = sum(item["split"] == "test-perturbed" for _, item in list_variants(items, kind))
        assert row["items"][kind] == made == row["originals"] - sum(row["missing"].get(kind, {}).values())
    notes = [v for v in result.report.violations if v.code == "curriculum.perturbed"]
    (numbers,) = [v for v in notes if "numbers" in v.message]
    assert numbers.severity == "warning" and "there is nothing of the kind to change" in numbers.why
    # The few are among those that the larger split changes, whatever else there is: an id decides.
    few = [item for _, item in list_variants(items, "renamed") if item["split"] == "few-renamed"]
    assert all(item["group"]["of"] in items for item in few)


def test_processes_make_the_same(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[PerturbedSplit.__module__]
    monkeypatch.setattr(module, "_MANY", 1)
    monkeypatch.setattr(module, "_TOGETHER", 2)
    again = build(load(dataset.parent.parent), dataset.parent.parent / "again", seed=3, workers=2).folders[0]
    assert read_bytes(again) == read_bytes(dataset)


def test_an_answer_that_was_not_found_anew_is_rejected(
    dataset: Path, items: dict[str, Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plant what a careless generator does: numbers change, and the answer is that of the original."""
    right = VariantMaker._answer
    known: dict[str, Answered] = {}
    # The answer to such a question is a number, or computed from one: with other numbers it is another.

    def answer(self: VariantMaker, drafts: Sequence[Draft]) -> list[Answered | str]:
        found = right(self, drafts)
        for number, (draft, one) in enumerate(zip(drafts, found, strict=True)):
            if draft.task != "value":
                continue
            place = f"{draft.task} {[fact[:2] for fact in draft.facts]} {draft.level.name}"
            if place in known and known[place].draft.facts != draft.facts and isinstance(one, Answered):
                found[number] = replace(known[place], draft=draft)
            elif isinstance(one, Answered):
                known.setdefault(place, one)
        return found

    monkeypatch.setattr(VariantMaker, "_answer", answer)
    folder = dataset.parent.parent
    again = build(load(folder), folder / "careless", seed=3).folders[0]
    row = json.loads((again / "manifest.json").read_text())["perturbed"]["test-perturbed"]
    made = [item["task"] for item in read_dataset(again).iterate_items("test-perturbed")
            if item["group"]["kind"] == "numbers"]  # fmt: skip
    before = [item["task"] for _, item in list_variants(items, "numbers")]
    assert "value" in before and "value" not in made
    assert any(reason.startswith(("checker", "item")) for reason in row["missing"]["numbers"])
    assert row["items"]["reordered"] == 11


def plant(dataset: Path, folder: Path, change: dict[str, Item]) -> list[str]:
    """Write the dataset anew with some items changed by their ids, and return what verifying finds."""
    reader = read_dataset(dataset)
    listed = {split: [change.get(i["id"], i) for i in reader.iterate_items(split)] for split in reader.splits}
    for item in change.values():
        item["id"] = compute_item_id(item)
    manifest = reader.manifest
    head = {name: manifest[name] for name in (*DECLARED, "levels", "shortfalls")}
    card = {"name": "guild", "description": "d", "licence": "CC0-1.0", "languages": ["en", "de"], "domain": "guild"}
    theories = dict(reader.iterate_theories())
    content = DatasetContent(listed, theories, reader.wording, reader.prefixes, head, card)
    return [problem.what for problem in verify(write_dataset(folder, content)).problems]


def test_an_old_answer_is_seen_in_the_files(dataset: Path, items: dict[str, Item], tmp_path: Path) -> None:
    pairs = [(o, i) for o, i in list_variants(items, "numbers") if o["answer"] != i["answer"] and o["task"] == "value"]
    original, item = copy.deepcopy(pairs[0])
    id_ = item["id"]
    item["answer"], item["query"] = original["answer"], original["query"]
    assert plant(dataset, tmp_path / "out", {id_: item})


def test_what_is_no_variant_is_seen_in_the_files(dataset: Path, items: dict[str, Item], tmp_path: Path) -> None:
    renamed, reordered = (copy.deepcopy(list_variants(items, kind)[0][1]) for kind in ("renamed", "reordered"))
    change = {renamed["id"]: renamed, reordered["id"]: reordered}
    renamed["group"]["kind"], reordered["group"]["of"] = "reordered", "0" * 32
    plain = copy.deepcopy(next(item for item in items.values() if item["split"] == "train"))
    plain["group"] = {"of": renamed["id"], "kind": "renamed"}
    change[plain["id"]] = plain
    found = plant(dataset, tmp_path / "out", change)
    assert "group: is no variant of the kind reordered" in found
    assert "group: its original is not in the split that is changed" in found
    assert "group: belongs to the items of perturbed splits, and only to them" in found


@pytest.mark.parametrize("kind", PERTURBATIONS)
def test_differences(items: dict[str, Item], kind: str) -> None:
    original, item = list_variants(items, kind)[0]
    assert find_difference(original, item) is None
    assert find_difference(original, {**original, "group": item["group"]}) == f"group: is no variant of the kind {kind}"
    other = {**item, "context": item["context"][1:], "question": "?", "identity": {"exact": "", "named": ""}}
    assert find_difference(original, other) == f"group: is no variant of the kind {kind}"
    assert find_difference(original, {**item, "task": "recall"}) == "group: task is another than in its original"
    assert find_difference({}, item) == "group: its original is no item"


def test_an_added_fact_must_be_idle(items: dict[str, Item]) -> None:
    original, item = copy.deepcopy(list_variants(items, "irrelevant")[0])
    known = [entry["triple"] for entry in original["context"]]
    next(entry for entry in item["context"] if entry["triple"] not in known)["distractor"] = False
    assert find_difference(original, item) == "group: is no variant of the kind irrelevant"


def test_the_scorer_tells_what_is_answered_alike(
    dataset: Path, items: dict[str, Item], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = tmp_path / "answers.jsonl"
    wrong = {item["id"] for _, item in list_variants(items, "renamed")}
    lines = [{"id": key, "answer": "no idea" if key in wrong else item["answer"]} for key, item in items.items()]
    answers.write_text("".join(canonical_json(line) + "\n" for line in lines), encoding="utf-8")
    assert main([str(dataset), str(answers)]) == 0
    rows = capsys.readouterr().out.split("answered alike before and after a change, both right, items\n")[1]
    told = {line.split("  ")[1]: line.split()[-3:] for line in rows.splitlines()}
    assert told["renamed"] == ["0.0000", "0.0000", str(len(wrong))]
    assert told["reordered"] == ["1.0000", "1.0000", "11"]
    originals = {item["group"]["of"] for item in items.values() if "group" in item}
    unlike = {original["id"] for original, _ in list_variants(items, "renamed")}
    share = f"{1 - len(unlike) / len(originals):.4f}"
    assert told["whole groups"] == [share, share, str(len(originals))]
