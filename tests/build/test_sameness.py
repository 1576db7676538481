"""Why items are the same: on a real dataset, and on items that were renamed or changed in one thing."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from workbench.build import explain_sameness, find_twins
from workbench.build.exported_wording import read_wording
from workbench.build.sameness import find_difference
from workbench.cli import main
from workbench.errors import DatasetError, UsageError
from workbench.export import read_dataset
from workbench.generation.identity.grains import ItemStructure, compute_identity
from workbench.model.items import canonical_json
from workbench.model.rules import Atom, Rule
from workbench.model.terms import RDF_TYPE, make_literal
from workbench.wording.lexicon import Lexicon

Item = dict[str, Any]
ROOT = Path(__file__).parents[2]
K = "https://example.org/guild#"


@pytest.fixture(scope="module")
def items(small_dataset: Path) -> list[Item]:
    return list(read_dataset(small_dataset).iterate_items())


@pytest.fixture(scope="module")
def lexicon(small_dataset: Path) -> Lexicon:
    return read_wording(read_dataset(small_dataset).wording).lexicons["en"]


def find_pair(items: list[Item]) -> tuple[Item, Item]:
    """Two items with one core and different names for classes or properties."""
    by_core: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_core[item["identity"]["core"]].append(item)
    return next((listed[0], listed[1]) for listed in by_core.values() if len(listed) > 1)


def call(*words: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert "Traceback" not in result.output
    return result


def test_the_grain_is_that_of_the_identities(small_dataset: Path, items: list[Item]) -> None:
    first, second = find_pair(items)
    others = [item for item in items if item["task"] == first["task"]][:6]
    for other in [first, second, *others]:
        sameness = explain_sameness(small_dataset, first["id"], other["id"])
        grains = [g for g in ("exact", "named", "core") if first["identity"][g] == other["identity"][g]]
        assert sameness.grain == (grains[0] if grains else None)
        assert sameness.exit_code == int(not grains)
        assert len(sameness.sentences) >= (1 if grains else 2)


def test_counterparts_turn_one_item_into_the_other(small_dataset: Path, items: list[Item]) -> None:
    first, second = find_pair(items)
    sameness = explain_sameness(small_dataset, first["id"][:12], second["id"][:12])
    back = explain_sameness(small_dataset, second["id"], first["id"])
    assert sameness.grain == back.grain == "core"
    assert {one.here for one in sameness.counterparts} and sameness.sentences[0].startswith(
        "The two items have the same"
    )
    turned = {(one.kind, one.there) for one in back.counterparts if one.kind != "individual"}
    assert {(one.kind, one.here) for one in sameness.counterparts if one.kind != "individual"} == turned
    assert "up to the names of individuals alone" in sameness.sentences[-1]


def test_all_items_of_a_structure(small_dataset: Path, items: list[Item]) -> None:
    first, _ = find_pair(items)
    same = {i["id"] for i in items if i["identity"]["core"] == first["identity"]["core"]} - {first["id"]}
    twins = find_twins(small_dataset, first["id"])
    assert {twin.sameness.second for twin in twins.listed} == same and twins.count == len(same)
    assert all(twin.sameness.grain in ("named", "core") for twin in twins.listed)
    few = find_twins(small_dataset, first["id"], limit=0)
    assert few.count == len(same) and not few.listed and "more" in few.format_text()
    alone = next(i for i in items if sum(i["identity"]["core"] == j["identity"]["core"] for j in items) == 1)
    assert (
        find_twins(small_dataset, alone["id"]).format_text() == f"No other item has the structure of {alone['id']}.\n"
    )


def test_the_command(small_dataset: Path, items: list[Item]) -> None:
    first, second = find_pair(items)
    result = call("same", small_dataset, first["id"][:16], second["id"][:16])
    assert result.exit_code == 0 and " is here, " in result.stdout
    said = json.loads(call("same", small_dataset, first["id"], second["id"], "--json").stdout)
    assert said["same"] and said["grain"] == "core" and said["counterparts"]
    other = next(i for i in items if i["identity"]["core"] != first["identity"]["core"])
    result = call("same", small_dataset, first["id"], other["id"])
    assert result.exit_code == 1 and result.stdout.startswith("The two items are different")
    listed = json.loads(call("same", small_dataset, "--of", first["id"], "--json").stdout)
    assert listed["count"] == len(listed["items"]) >= 1 and listed["items"][0]["second"] != first["id"]
    assert second["id"] in call("same", small_dataset, "--of", first["id"]).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["0000000000", "1111111111"], "has no item 0000000000"),
        (["abc", "abd"], "at least the first 4 digits"),
        (["abcd"], "Give two ids"),
        (["abcd", "--of", "abcd"], "Give two ids"),
        ([], "Give two ids"),
    ],
)
def test_wrong_usage(small_dataset: Path, words: list[str], said: str) -> None:
    result = call("same", small_dataset, *words)
    assert result.exit_code == 2 and said in result.stderr


def test_beginnings_of_several_ids_are_refused(
    small_dataset: Path, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("workbench.build.sameness"), "_LEAST_ID", 0)
    with pytest.raises(UsageError, match=f"{len(items)} items begin with"):
        explain_sameness(small_dataset, "", items[0]["id"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda item: item["identity"].update(core="0" * 32), "its identity is another when computed"),
        (lambda item: item.update(answer=5), "answer"),
        (lambda item: item.pop("identity"), "no id or no identity"),
        (lambda item: item.update(theory="f" * 32), "is not the digest of the content"),
    ],
)
def test_a_damaged_dataset_is_refused(
    small_dataset: Path, items: list[Item], tmp_path: Path, change: Callable[[Item], object], said: str
) -> None:
    """One item is changed; the folder is otherwise linked, which reading does not mind."""
    for path in small_dataset.iterdir():
        if path.name != "items":
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / "items").mkdir()
    for path in (small_dataset / "items").iterdir():
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for item in lines:
            if item["id"] == items[0]["id"]:
                change(item)
        text = "".join(f"{canonical_json(item)}\n" for item in lines)
        (tmp_path / "items" / path.name).write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=said):
        explain_sameness(tmp_path, items[0]["id"], items[1]["id"])


A, B, C = (f"<{K}{name}>" for name in "abc")
LEARNS, WORKS, MASTER, AGE = (f"<{K}{name}>" for name in ("learnsFrom", "worksIn", "Master", "age"))
RULE = Rule("r", (Atom("?x", LEARNS, "?y"), Atom("?y", LEARNS, "?z")), (Atom("?x", WORKS, "?z"),))
BASE = ItemStructure(
    given="facts+rules",
    task="entailment",
    facts=(((A, LEARNS, B), False), ((B, LEARNS, C), False), ((A, AGE, make_literal(3)), False)),
    rules=((RULE, False),),
    closed=(),
    query_kind="holds",
    query=(Atom(A, WORKS, C),),
    status="entailed",
)
OTHER_RULE = Rule("r", (Atom("?x", LEARNS, "?y"), Atom("?x", LEARNS, "?z")), (Atom("?y", WORKS, "?z"),))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (replace(BASE, task="options"), "One is of the task entailment, the other of options."),
        (replace(BASE, given="facts"), "One states facts and rules, the other facts only."),
        (replace(BASE, status="refuted"), "What the first asks about is true, what the second does is false."),
        (replace(BASE, closed=(WORKS,)), "They differ only in which classes and properties are closed."),
        (replace(BASE, rules=((OTHER_RULE, False),)), "The second has no rule of this form, which the first has: "),
        (replace(BASE, rules=()), "The second has no rule of this form, which the first has: "),
        (replace(BASE, facts=BASE.facts[:2]), "The one rests on 3 facts that count, the other on 2."),
        (replace(BASE, query=(Atom(C, WORKS, A),)), "something else is asked about them"),
        (
            replace(BASE, facts=(*BASE.facts[:2], ((B, AGE, make_literal(3)), False))),
            "They differ in the facts that state values.",
        ),
        (
            replace(BASE, facts=(((A, LEARNS, B), False), ((A, LEARNS, C), False), BASE.facts[2])),
            "Their rules are the same, but the facts are linked in another way.",
        ),
    ],
)
def test_the_first_difference(lexicon: Lexicon, changed: ItemStructure, said: str) -> None:
    assert compute_identity(BASE).core != compute_identity(changed).core
    assert said in find_difference(BASE, changed, lexicon, "core")


def test_differences_before_properties_are_renamed(lexicon: Lexicon) -> None:
    other = replace(RULE, body=(Atom("?x", WORKS, "?y"), Atom("?y", WORKS, "?z")))
    assert "does not have this rule" in find_difference(BASE, replace(BASE, rules=((other, False),)), lexicon, "named")
    both = (Rule("s", (Atom("?x", LEARNS, "?y"),), (Atom("?y", RDF_TYPE, MASTER),)), False)
    one, two = replace(BASE, rules=((RULE, False), both)), replace(BASE, rules=((OTHER_RULE, False), both))
    assert "The second" in find_difference(one, two, lexicon, "core")
    linked = (replace(both[0], body=(Atom("?x", WORKS, "?y"),)), False)
    assert find_difference(replace(BASE, rules=((RULE, False), both)), replace(BASE, rules=((RULE, False), linked)),
                           lexicon, "core").startswith("Their rules have the same forms")  # fmt: skip


def test_the_documented_commands_and_calls(
    small_dataset: Path, items: list[Item], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = (ROOT / "docs" / "items.md").read_text(encoding="utf-8")
    section = text.split("## When two items are the same\n")[1].split("\n## ")[0]
    first, second = find_pair(items)
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "kinship").symlink_to(small_dataset)
    monkeypatch.chdir(tmp_path)
    section = section.replace("582cff2b", first["id"]).replace("31dd8908", second["id"])
    commands = [line for line in section.splitlines() if line.startswith("workbench ")]
    assert len(commands) == 2
    for command in commands:
        assert call(*command.split()[1:]).exit_code == 0
    (program,) = re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)  # noqa: S102
    assert names["sameness"].grain == "core"
