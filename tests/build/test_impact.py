"""What a change touches, forwards and backwards, against the items' own JSON read in full."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from guild_project import write_guild_project

from workbench.build import find_impact, load, trace_item
from workbench.cli import main
from workbench.errors import DatasetError, SelectionError, UsageError
from workbench.project import Project

Item = dict[str, Any]


@pytest.fixture(scope="module")
def guild(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_guild_project(tmp_path_factory.mktemp("impact") / "guild", all_tasks=True)


@pytest.fixture(scope="module")
def project(guild: Path) -> Project:
    return load(guild)


@pytest.fixture(scope="module")
def lines(all_tasks_dataset: Path) -> dict[str, tuple[str, int, Item]]:
    """Every item by id, with file and line."""
    return {
        item["id"]: (str(path), number, item)
        for path in sorted((all_tasks_dataset / "items").glob("*.jsonl"))
        for number, item in enumerate(map(json.loads, path.read_text(encoding="utf-8").splitlines()), start=1)
    }


def list_proof_rules(item: Item) -> set[str]:
    """The rules of every step anywhere in an item."""
    found = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "bindings" in value and "conclusion" in value:
                found.add(value["rule"])
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                walk(one)

    walk({key: item[key] for key in ("proof", "options", "query")})
    return found


def list_theory(folder: Path, item: Item) -> dict[str, str]:
    theory = json.loads((folder / f"theories/{item['theory']}.json").read_text(encoding="utf-8"))
    return {rule["id"]: rule["formal"] for rule in theory["rules"]}


def call(*words: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert "Traceback" not in result.output
    return result


@pytest.mark.parametrize("rule", ["member", "colleague", "own-line"])
def test_a_rule_makes_wrong_what_proves_with_it_and_stale_what_states_it(
    project: Project, all_tasks_dataset: Path, lines: dict[str, tuple[str, int, Item]], rule: str
) -> None:
    found = find_impact(project, rule, all_tasks_dataset, limit=1_000)
    offering = {
        id_
        for id_, (_, _, item) in lines.items()
        if any(option.get("rule", {}).get("id") == rule for option in item["options"])
    }
    proving = {id_ for id_, (_, _, item) in lines.items() if rule in list_proof_rules(item)} - offering
    holding = (
        proving | offering | {i for i, (_, _, item) in lines.items() if rule in list_theory(all_tasks_dataset, item)}
    )
    assert holding and found.items == len(lines)
    assert {one.id for one in found.listed} == holding
    # The lines that a prompt shows are a proof, too: where one of them is wrong, no step of ours need use its rule.
    shown = {id_ for id_ in holding if lines[id_][2]["task"] == "step"}
    assert proving <= {one.id for one in found.listed if one.verdict == "wrong"} <= proving | shown
    assert (found.wrong + found.stale, found.exit_code) == (len(holding), 0)
    for one in found.listed:
        file, number, item = lines[one.id]
        assert (one.file, one.line, one.split, one.level, one.task) == (
            file, number, item["split"], item["level_name"], item["task"],
        )  # fmt: skip
    for group, key in (("split", "split"), ("level", "level_name"), ("task", "task")):
        counted = {name: wrong + stale for name, (wrong, stale) in found.groups[group].items()}
        names = [lines[id_][2][key] for id_ in holding]
        assert counted == {name: names.count(name) for name in names}
    assert found.target is not None and found.target.location is not None
    place = found.target.location
    assert project.root is not None
    written = (project.root / place.path).read_text(encoding="utf-8").splitlines()[place.line - 1]
    assert rule in written


def test_a_rule_touches_the_questions_that_offer_it(
    project: Project, all_tasks_dataset: Path, lines: dict[str, tuple[str, int, Item]]
) -> None:
    """The project's own rule stands beside variations of it, whichever is right, and its theory does not hold it."""
    offers = {
        id_: [option["rule"]["id"] for option in item["options"]]
        for id_, (_, _, item) in lines.items()
        if item["task"] == "induce"
    }
    assert offers
    for rule in {name for names in offers.values() for name in names if "~" not in name}:
        found = find_impact(project, rule, all_tasks_dataset, limit=1_000)
        touched = {one.id: one for one in found.listed if one.id in offers and rule in offers[one.id]}
        assert touched.keys() == {id_ for id_, names in offers.items() if rule in names}
        assert all((one.verdict, one.places) == ("stale", ("question",)) for one in touched.values())


def test_a_template_makes_stale_what_it_frames(
    project: Project, all_tasks_dataset: Path, lines: dict[str, tuple[str, int, Item]]
) -> None:
    used = {item["provenance"]["template"].partition("@")[0] for _, _, item in lines.values()}
    name = min(used)
    found = find_impact(project, name, all_tasks_dataset, limit=1_000)
    own = {i for i, (_, _, item) in lines.items() if item["provenance"]["template"].startswith(f"{name}@")}
    assert {one.id for one in found.listed} == own and found.wrong == 0 and found.places == {"template": len(own)}
    assert found.target is not None and str(found.target.location) == f"curricula/guild/templates/{name}.j2"


@pytest.mark.parametrize(("name", "kind"), [("g:Member", "class"), ("g:teaches", "property"), ("owes", "property")])
def test_a_phrase_makes_stale_what_mentions_its_name_anywhere(
    project: Project, all_tasks_dataset: Path, lines: dict[str, tuple[str, int, Item]], name: str, kind: str
) -> None:
    found = find_impact(project, name, all_tasks_dataset, limit=1_000)
    assert found.target is not None and found.target.kind == kind
    form = re.compile(rf"(?<![\w:]){name if ':' in name else f'g:{name}'}(?!\w)")
    for id_, (_, _, item) in lines.items():
        holds = {
            "context": form.search(json.dumps([entry["triple"] for entry in item["context"]])),
            "question": form.search(json.dumps([item["query"], [option["atom"] for option in item["options"]]])),
            "rules": form.search(json.dumps(list_theory(all_tasks_dataset, item))),
        }
        places = {place for place, match in holds.items() if match}
        listed = [one for one in found.listed if one.id == id_]
        assert [set(one.places) for one in listed] == ([places] if places else [])
    assert found.stale and not found.wrong
    place = found.target.location
    assert place is not None and place.path == "ontologies/guild/guild.ttl"


def test_an_axiom_of_three_names_stands_for_its_rules(project: Project, all_tasks_dataset: Path) -> None:
    found = find_impact(project, "g:Person disjointWith g:Workshop", all_tasks_dataset)
    assert found.target is not None and found.target.kind == "axiom" and len(found.target.names) == 1
    assert found.wrong + found.stale > 0 and len(found.listed) <= 10
    same = find_impact(project, found.target.names[0], all_tasks_dataset)
    assert (same.wrong, same.stale) == (found.wrong, found.stale)


def test_an_individual_is_found_by_the_datasets_prefix(
    project: Project, all_tasks_dataset: Path, lines: dict[str, tuple[str, int, Item]]
) -> None:
    stated = (entry["triple"] for _, _, item in lines.values() for entry in item["context"])
    name = next(term for triple in stated for term in triple if term.startswith("n:"))
    found = find_impact(project, name, all_tasks_dataset, limit=1_000)
    naming = {
        id_ for id_, (_, _, other) in lines.items()
        if any(name in entry["triple"] for entry in other["context"]) or f'"{name}"' in json.dumps(other["query"])
    }  # fmt: skip
    assert naming <= {one.id for one in found.listed}
    assert found.target is not None and found.target.kind == "individual" and found.target.location is None


def test_what_only_the_dataset_still_has_is_found(guild: Path, tmp_path: Path, all_tasks_dataset: Path) -> None:
    changed = shutil.copytree(guild, tmp_path / "changed")
    rules = changed / "ontologies/guild/guild.rules"
    rules.write_text(rules.read_text(encoding="utf-8").replace("rule member\n", "rule membership\n"), encoding="utf-8")
    project = load(changed)
    found = find_impact(project, "member", all_tasks_dataset)
    assert found.target is not None and found.target.location is None and found.wrong + found.stale > 0
    assert "not in the project any more" in found.format_text()
    trace = trace_item(project, found.listed[0].id, all_tasks_dataset)
    assert {rule.state for rule in trace.rules} == {"same"}, "a rule that says the same under another name is there"


def test_what_nothing_is_called_is_said_with_what_is_near(project: Project, all_tasks_dataset: Path) -> None:
    found = find_impact(project, "membr", all_tasks_dataset)
    assert found.target is None and found.exit_code == 1 and "member" in found.close
    assert "Did you mean" in found.format_text() and found.to_json()["target"] is None


def test_an_item_is_traced_back_to_lines_of_the_project(
    project: Project, all_tasks_dataset: Path, lines: dict[str, tuple[str, int, Item]]
) -> None:
    assert project.root is not None
    tasks = {item["task"]: id_ for id_, (_, _, item) in lines.items()}
    for id_ in tasks.values():
        file, number, item = lines[id_]
        trace = trace_item(project, id_[:12], all_tasks_dataset)
        assert (trace.item, trace.file, trace.line) == (id_, file, number)
        assert {rule.name for rule in trace.rules} == set(list_theory(all_tasks_dataset, item))
        used = list_proof_rules(item) & set(list_theory(all_tasks_dataset, item))  # else it is a rule to choose from
        assert used <= {rule.name for rule in trace.rules if rule.used}
        assert {rule.state for rule in trace.rules} <= {"same"} and trace.template_state == "same"
        keys = {e["triple"][2] if e["triple"][1] == "rdf:type" else e["triple"][1] for e in item["context"]}
        assert keys <= {phrase.name for phrase in trace.phrases if "context" in phrase.places}
        for phrase in trace.phrases:
            assert phrase.location is not None, phrase
            text = (project.root / phrase.location.path).read_text(encoding="utf-8").splitlines()
            near = " ".join(text[max(0, phrase.location.line - 2) : phrase.location.line])
            assert phrase.phrase in near or phrase.kind == "individual"
        assert trace.format_text().count("\n") >= 3 and json.dumps(trace.to_json())


def test_a_changed_rule_and_template_show_in_the_trace(
    guild: Path, tmp_path: Path, all_tasks_dataset: Path, lines: dict[str, tuple[str, int, Item]]
) -> None:
    def has_others(item: Item) -> bool:  # The last of a language goes, and one of Workbench's own stands in its place.
        return len(list((guild / "curricula/guild/templates" / item["task"]).glob(f"{item['language']}-*.j2"))) > 1

    id_, item = next(
        (i, item) for i, (_, _, item) in lines.items() if "experienced" in list_proof_rules(item) and has_others(item)
    )
    changed = shutil.copytree(guild, tmp_path / "changed")
    rules = changed / "ontologies/guild/guild.rules"
    rules.write_text(rules.read_text(encoding="utf-8").replace("?n >= 7", "?n >= 11"), encoding="utf-8")
    template = changed / f"curricula/guild/templates/{item['provenance']['template'].partition('@')[0]}.j2"
    template.unlink()
    trace = trace_item(load(changed), id_, all_tasks_dataset)
    assert {rule.name: rule.state for rule in trace.rules}["experienced"] == "changed"
    assert trace.template_state == "gone" and trace.template_location is None
    assert "(changed since)" in trace.format_text()


def test_items_that_cannot_be_told_or_found_are_refused(project: Project, all_tasks_dataset: Path) -> None:
    with pytest.raises(SelectionError):
        trace_item(project, "0000000000000000", all_tasks_dataset)
    with pytest.raises(UsageError):
        trace_item(project, "ab", all_tasks_dataset)
    with pytest.raises(DatasetError):
        find_impact(project, "member", all_tasks_dataset / "items")
    with pytest.raises(SelectionError):
        find_impact(project, "member", all_tasks_dataset, domain="nobody")


def test_a_damaged_item_is_named_by_its_line(project: Project, tmp_path: Path, all_tasks_dataset: Path) -> None:
    broken = shutil.copytree(all_tasks_dataset, tmp_path / "broken")
    path = broken / "items/train.jsonl"
    head, _, rest = path.read_text(encoding="utf-8").partition("\n")
    item = json.loads(head)
    rule = min(item["provenance"]["axioms"])
    del item["query"]
    path.write_text(json.dumps(item, separators=(",", ":")) + "\n" + rest, encoding="utf-8")
    with pytest.raises(DatasetError, match=r"train\.jsonl:1: is no item"):
        find_impact(project, rule, broken)


def test_the_command(guild: Path, all_tasks_dataset: Path) -> None:
    text = call("impact", guild, "colleague", "--dataset", all_tasks_dataset)
    assert text.exit_code == 0 and "wrong if it goes:" in text.output and "train.jsonl:" in text.output
    data = json.loads(call("impact", guild, "colleague", "--dataset", all_tasks_dataset, "--json", "--limit", 1).stdout)
    assert data["wrong"] > 0 and len(data["listed"]) == 1
    assert call("impact", guild, "nothing-like-it", "--dataset", all_tasks_dataset).exit_code == 1
    assert call("impact").exit_code == 2
    assert call("impact", guild, "a", "b").exit_code == 2
    assert call("impact", guild, "colleague").exit_code == 3  # nothing was built there
    back = call("impact", guild, "--item", data["listed"][0]["id"][:10], "--dataset", all_tasks_dataset)
    assert back.exit_code == 0 and "ontologies/guild/guild.rules:" in back.output
    assert call("impact", guild, "colleague", "--item", "abcdef").exit_code == 2
