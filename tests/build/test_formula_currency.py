"""Formulas and what becomes of the knowledge: the project's rule that a sentence is, and the names that it needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from guild_project import write_guild_project
from test_dataset_currency import find, judge

from workbench.build import build, load
from workbench.build.impact import find_impact
from workbench.build.knowledge import get_knowledge


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Formulas only, so that some of them are rules of the project."""
    folder = write_guild_project(tmp_path_factory.mktemp("formulas"), all_tasks=True)
    path = folder / "curricula" / "guild" / "curriculum.yaml"
    text = path.read_text(encoding="utf-8").partition("levels:\n")[0]
    level = "  - {name: one, hops: [0, 8], where: {leaves: [1, 6]}, tasks: {formalise: 40, verbalise: 20}}\n"
    path.write_text(f"{text}levels:\n{level}", encoding="utf-8")
    build(load(folder), folder / "out")
    return folder / "out" / "guild"


def read_items(dataset: Path) -> list[dict[str, Any]]:
    paths = sorted((dataset / "items").glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def count_of(items: list[dict[str, Any]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item in items:
        if "of" in item["query"]:
            found.setdefault(item["query"]["of"], set()).add(item["id"])
    return found


def test_all_are_current_and_some_are_rules_of_the_project(dataset: Path, tmp_path: Path) -> None:
    project = load(write_guild_project(tmp_path / "guild"))
    assert {one.verdict for one in judge(project, dataset)} == {"current"}
    by_rule = count_of(read_items(dataset))
    assert by_rule.keys() <= {rule.name for rule in get_knowledge(project, project.get_domain()).theory.rules}
    assert len(by_rule) >= 2


def test_a_rule_that_is_gone_or_changed_makes_stale_what_is_about_it(dataset: Path, tmp_path: Path) -> None:
    by_rule = count_of(read_items(dataset))
    folder = write_guild_project(tmp_path / "guild")
    path = find(folder, ".rules", "rule member\n")
    text = path.read_text(encoding="utf-8")
    written = {name: ids for name, ids in sorted(by_rule.items()) if f"rule {name}\n" in text}
    assert written
    for name, ids in written.items():
        before, _, rest = text.partition(f"rule {name}\n")
        body, _, after = rest.partition("\n\n")
        for new, code in ((f"{before}{after}", "dataset.rule-gone"),
                          (f"{before}rule {name}\n{body.replace(' -> ', ' ^ Master(?x) -> ')}\n\n{after}",
                           "dataset.rule-changed")):  # fmt: skip
            path.write_text(new, encoding="utf-8")
            verdicts = judge(load(folder), dataset)
            stale = {one.item for one in verdicts if one.verdict != "current"}
            assert stale == ids and {one.verdict for one in verdicts if one.item in ids} == {"stale"}
            causes = {(one.cause.code, one.cause.name) for one in verdicts if one.cause is not None}
            assert causes == {(code, name)}
        path.write_text(text, encoding="utf-8")


def test_a_class_that_is_gone_makes_stale_what_shows_it(dataset: Path, tmp_path: Path) -> None:
    folder = write_guild_project(tmp_path / "guild")
    for path in sorted(folder.rglob("*.*")):
        if path.suffix in (".ttl", ".rules") and path.is_file():
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace("Experienced", "Seasoned"), encoding="utf-8")
    shown = {i["id"] for i in read_items(dataset) if {"name": "g:Experienced", "arguments": 1} in i["query"]["names"]}
    verdicts = judge(load(folder), dataset)
    gone = {one.item: one for one in verdicts if one.cause is not None and one.cause.code == "dataset.name-gone"}
    assert gone.keys() == shown and shown and {one.verdict for one in gone.values()} == {"stale"}


def test_impact_names_the_items_about_a_rule(dataset: Path, tmp_path: Path) -> None:
    project = load(write_guild_project(tmp_path / "guild"))
    for name, ids in count_of(read_items(dataset)).items():
        found = find_impact(project, name, dataset, limit=1_000)
        assert {one.id for one in found.listed} == ids
        assert {(one.verdict, one.places) for one in found.listed} == {("stale", ("question",))}
