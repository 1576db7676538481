"""Stage manifests: every item of train fresh once, in the order of the plan, and verify finds what was changed."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from guild_project import write_guild_project

from workbench.build import build, load, verify
from workbench.errors import InvalidKnowledgeError

STAGES = """\
stages:
  - {name: start, title: "First", levels: [one]}
  - {name: later, levels: {one: 1, two: 1}, fade: [one], replay: [{share: 0.1}, {share: 0.2, set: general-text}]}
"""
LEVELS = """\
version: 1
languages: {en: 1}
splits: {train: 8, test: 2}
levels:
  - {name: one, hops: 1, tasks: {entailment: 24}}
  - {name: two, hops: 2, tasks: {entailment: {entailed: 12}}}
"""


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("staged")
    project = write_guild_project(folder / "project")
    (project / "curricula/guild/curriculum.yaml").write_text(LEVELS + STAGES, encoding="utf-8")
    return build(load(project), folder / "out", seed=5).folders[0]


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_files_hold_what_the_manifest_says(staged: Path) -> None:
    manifest = json.loads((staged / "manifest.json").read_text(encoding="utf-8"))
    train = {item["id"]: item["level_name"] for item in read_lines(staged / "items/train.jsonl")}
    files = [stage["file"] for stage in manifest["stages"]]
    assert files == ["stages/1-start.jsonl", "stages/2-later.jsonl"]
    fresh: Counter[str] = Counter()
    for stage in manifest["stages"]:
        data = (staged / stage["file"]).read_bytes()
        assert manifest["files"][stage["file"]] == {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
        entries = read_lines(staged / stage["file"])
        assert len(entries) == stage["items"] > 0
        counts = Counter((entry.get("level", entry.get("set")), entry["kind"]) for entry in entries)
        wanted = {(p.get("level", p.get("set")), p["kind"]): p["items"] for p in stage["parts"] if p["items"]}
        assert counts == wanted
        for entry in entries:
            if entry["kind"] == "external":
                assert entry == {"kind": "external", "set": "general-text"}
            else:
                assert train[entry["id"]] == entry["level"]
            if entry["kind"] == "fresh":
                fresh[entry["id"]] += 1
            elif entry["kind"] == "replay":
                assert fresh[entry["id"]] == 1, "only what came before is repeated"
    assert set(fresh.values()) == {1}
    later = read_lines(staged / files[1])
    positions = [n for n, entry in enumerate(later) if entry["kind"] == "fresh" and entry["level"] == "one"]
    assert sum(positions) / len(positions) < (len(later) - 1) / 2, "what fades comes earlier"


def test_verify_finds_them_right_and_every_change_wrong(staged: Path, tmp_path: Path) -> None:
    assert verify(staged, sample=0).ok

    def swap(folder: Path) -> None:
        path = folder / "stages/1-start.jsonl"
        first, second, *rest = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join([second, first, *rest]))

    def drop(folder: Path) -> None:
        path = folder / "stages/2-later.jsonl"
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))

    def repeat(folder: Path) -> None:
        path = folder / "stages/2-later.jsonl"
        path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[-1])

    def count_otherwise(folder: Path) -> None:
        change_manifest(folder, lambda manifest: manifest["stages"][0].update(items=3))

    def climb(folder: Path) -> None:
        change_manifest(folder, lambda manifest: manifest["stages"][0].update(name="../out"))

    def unlist(folder: Path) -> None:
        change_manifest(folder, lambda manifest: manifest["stages"].pop())

    def ask_for_more(folder: Path) -> None:
        def change(manifest: dict[str, Any]) -> None:
            part = manifest["stages"][0]["parts"][0]
            manifest["stages"][0]["items"] += 1000 - part["items"]
            part["items"] = 1000

        change_manifest(folder, change)

    expected = {
        swap: "stages/1-start.jsonl:1: is not the entry that the plan has here",
        drop: "stages/2-later.jsonl:{}: an entry is missing",
        repeat: "stages/2-later.jsonl:{}: the plan has no such entry",
        count_otherwise: "stages: numbers, names or files do not agree",
        climb: "stages: the stage 1 has a name that is none",
        unlist: "stages/2-later.jsonl: belongs to no stage of the manifest",
        ask_for_more: "fewer items than the stage start was planned for",
    }
    length = len(read_lines(staged / "stages/2-later.jsonl"))
    numbers = {drop: length, repeat: length + 1}
    for number, (change, what) in enumerate(expected.items()):
        folder = shutil.copytree(staged, tmp_path / str(number))
        change(folder)
        text = verify(folder, sample=0).format_text()
        assert what.format(numbers.get(change)) in text, (change.__name__, text)


def change_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def test_a_stage_that_asks_for_too_much_stops_the_build(tmp_path: Path) -> None:
    project = write_guild_project(tmp_path / "project")
    path = project / "curricula/guild/curriculum.yaml"
    levels = LEVELS.replace("entailment: 24", "entailment: 3").partition("  - {name: two")[0]
    path.write_text(levels + "stages:\n  - {name: all, levels: [one], items: 40}\n", encoding="utf-8")
    with pytest.raises(InvalidKnowledgeError, match="a stage asks for more"):
        build(load(project), tmp_path / "out")
    assert not (tmp_path / "out/guild").exists()
    path.write_text(path.read_text(encoding="utf-8") + "shortfall: warning\n", encoding="utf-8")
    result = build(load(project), tmp_path / "out")
    assert [v.code for v in result.report.violations] == ["curriculum.stage"]
    assert "stages: all " in result.format_table()
