"""Difficulty, variety, the probe and measured difficulty: in manifest and report, and counted again by verify."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from guild_project import write_guild_project

from workbench.build import build, load, verify
from workbench.errors import UsageError
from workbench.generation.surveys.diversity import measure_diversity
from workbench.generation.surveys.probe import probe_items

CURRICULUM = """\
version: 1
languages: {en: 1}
levels:
  - {name: one, hops: 1, tasks: {entailment: 45, options: 12}}
  - {name: two, hops: 2, tasks: {entailment: {entailed: 12}}}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_guild_project(tmp_path_factory.mktemp("measured") / "project")
    (folder / "curricula/guild/curriculum.yaml").write_text(CURRICULUM, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def plain(project: Path) -> Path:
    return build(load(project), project.parent / "plain", seed=5).folders[0]


@pytest.fixture(scope="module")
def items(plain: Path) -> list[dict[str, Any]]:
    splits = [split["name"] for split in read_manifest(plain)["splits"]]
    return [item for split in splits for item in read_lines(plain / f"items/{split}.jsonl")]


@pytest.fixture(scope="module")
def seen(project: Path, items: list[dict[str, Any]]) -> Path:
    """What two models were seen to do, with a line about an item of another dataset."""
    lines: list[dict[str, Any]] = [
        {"id": item["id"], "model": model, "pass_rate": rate, "n": 8}
        for item in items
        for model, rate in (("small", 0.25), ("large", 1 if item["level"] == 1 else 0.5))
    ]
    lines.append({"id": "0" * 32, "model": "small", "pass_rate": 0, "n": 8})
    path = project.parent / "seen.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in reversed(lines)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def measured(project: Path, seen: Path) -> Path:
    return build(load(project), project.parent / "out", seed=5, measured=seen).folders[0]


def read_manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_manifest_counts_every_item_by_level_and_measure(plain: Path, items: list[dict[str, Any]]) -> None:
    levels = read_manifest(plain)["difficulty"]
    assert [level["name"] for level in levels] == ["one", "two"]
    for level in levels:
        own = [item["difficulty"] for item in items if item["level"] == level["level"]]
        for measure in ("hops", "height", "steps", "distractors", "context"):
            assert level[measure] == {str(v): n for v, n in Counter(one[measure] for one in own).items()}


def test_diversity_and_probe_are_those_of_the_items(plain: Path, items: list[dict[str, Any]]) -> None:
    manifest = read_manifest(plain)
    found = measure_diversity(items)
    assert manifest["diversity"]["items"] == len(items)
    assert manifest["diversity"]["distinct"]["en"]["distinct-2"] == round(found.distinct["en"][1], 4)
    coverage = manifest["diversity"]["coverage"]
    used = {rule for item in items for rule in item["provenance"]["axioms"]}
    assert coverage["rules given"]["covered"] == len(used) and used.isdisjoint(coverage["rules given"]["never"])
    assert set(coverage["classes stated"]["never"]) | set(coverage["properties stated"]["never"]) != set()
    assert all(name.startswith("g:") for name in coverage["classes asked"]["never"])
    train = [item for item in items if item["split"] == "train"]
    assert manifest["probe"] == [one.to_json() for one in probe_items(sorted(train, key=lambda item: item["task"]))]
    assert {one["task"] for one in manifest["probe"]} == {"entailment", "options"}


def test_the_report_shows_them(plain: Path, measured: Path) -> None:
    text = (plain / "report.html").read_text(encoding="utf-8")
    for title in ("Difficulty by level", "What can be guessed from the surface", "Variety"):
        assert f"<h2>{title}</h2>" in text
    assert "Measured difficulty" not in text and "<script" not in text
    assert "measured" not in read_manifest(plain)
    text = (measured / "report.html").read_text(encoding="utf-8")
    assert "<h2>Measured difficulty: pass rates</h2>" in text and "level 2 two" in text
    assert "## Measured difficulty" in (measured / "README.md").read_text(encoding="utf-8")


def test_measurements_of_items_that_are_here_are_kept_and_summed_up(
    plain: Path, measured: Path, items: list[dict[str, Any]]
) -> None:
    manifest = read_manifest(measured)
    kept = read_lines(measured / "measured.jsonl")
    assert len(kept) == 2 * len(items) and kept == sorted(kept, key=lambda one: (one["id"], one["model"]))
    large, small = manifest["measured"]
    assert (large["model"], small["model"], small["pass_rate"]) == ("large", "small", 0.25)
    assert [(one["name"], one["pass_rate"]) for one in large["by_level"]] == [("one", 1.0), ("two", 0.5)]
    assert sum(one["items"] for one in large["by_hops"]) == large["items"] == len(items)
    assert (plain / "items/train.jsonl").read_bytes() == (measured / "items/train.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "a", "model": "m", "n": 1}', "1: must be an object with"),
        ('{"id": "a", "model": "m", "n": 0, "pass_rate": 0.5}', "n must be"),
        ('{"id": "a", "model": "m", "n": 1, "pass_rate": 1.5}', "between 0 and 1"),
        ('{"id": "a", "model": "m", "n": 1, "pass_rate": NaN}', "between 0 and 1"),
        ('{"id": "a", "model": " ", "n": 1, "pass_rate": 1}', "id and model must be text"),
        ("[", "is no JSON"),
    ],
)
def test_what_is_no_measurement_is_refused_with_its_line(
    project: Path, tmp_path: Path, line: str, message: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        build(load(project), tmp_path / "out", measured=path)
    with pytest.raises(UsageError, match="Could not read"):
        build(load(project), tmp_path / "out", measured=tmp_path / "none.jsonl")


def test_verify_counts_all_of_it_again(measured: Path, tmp_path: Path) -> None:
    assert verify(measured, sample=0).ok

    def change_rate(folder: Path) -> None:
        path = folder / "measured.jsonl"
        text = path.read_text(encoding="utf-8").replace('"pass_rate":0.25', '"pass_rate":0.75', 1)
        path.write_text(text, encoding="utf-8")

    def repeat_line(folder: Path) -> None:
        path = folder / "measured.jsonl"
        first = path.read_text(encoding="utf-8").splitlines(keepends=True)[0]
        path.write_text(first + path.read_text(encoding="utf-8"), encoding="utf-8")

    def change(*keys: Any, value: Any) -> Callable[[Path], None]:
        def write(folder: Path) -> None:
            manifest = read_manifest(folder)
            place: Any = manifest
            for key in keys[:-1]:
                place = place[key]
            place[keys[-1]] = value
            (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

        return write

    given = read_manifest(measured)["diversity"]["coverage"]["rules given"]
    cases: list[tuple[Callable[[Path], None], str]] = [
        (change_rate, "measured: is another when summed up"),
        (repeat_line, "is measured twice"),
        (change("difficulty", 0, "hops", "1", value=1), "difficulty: is another when counted"),
        (change("diversity", "coverage", "rules given", "never", value=[*given["never"], "member"]), "diversity: is"),
        (change("diversity", "coverage", value=3), "cannot be counted"),
        (change("probe", 0, "accuracy", value=0.01), "probe: is another when counted"),
        (change("measured", 0, "pass_rate", value=0.9), "measured: is another when summed up"),
    ]
    for number, (damage, what) in enumerate(cases):
        folder = shutil.copytree(measured, tmp_path / str(number))
        damage(folder)
        assert what in verify(folder, sample=0).format_text(), what
