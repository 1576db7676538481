"""Datasets of puzzles: read and solved from their texts alone, in perturbed splits, and under changed knowledge."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from guild_project import write_guild_project
from oracles.naive import evaluate
from test_dataset_currency import CHANGES, SAME, edit, judge

from workbench.build import build, get_knowledge, load, verify
from workbench.build.exported_wording import read_wording
from workbench.build.impact import find_impact
from workbench.export import read_dataset
from workbench.export.scorer import score_answer
from workbench.formats.rules_parser import parse_atoms
from workbench.model.builtins import holds
from workbench.model.items import expand_term
from workbench.model.rules import Atom, BodyElement, Comparison, Rule
from workbench.model.terms import RDF_TYPE, Triple, is_variable
from workbench.model.theory import Theory
from workbench.wording.sentences import say_fact

Item = dict[str, Any]
LEVELS = """\
held_out:
  - {name: test-perturbed, axis: perturbed, of: test}
levels:
  - name: learned
    hops: [1, 2]
    distractors: [0, 6]
    tasks: {puzzle: 12}
  - name: asked
    hops: [1, 3]
    distractors: [0, 6]
    split: test
    where: {deductions: [3, 20]}
    tasks: {puzzle: 8}
"""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_guild_project(tmp_path_factory.mktemp("puzzles"), all_tasks=True)
    path = folder / "curricula" / "guild" / "curriculum.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("levels:")] + LEVELS, encoding="utf-8")
    return build(load(folder), folder / "out", seed=5).folders[0]


@pytest.fixture(scope="module")
def items(dataset: Path) -> list[Item]:
    return list(read_dataset(dataset).iterate_items())


# ---- solved by hand: what the text says, every choice tried


def find_binding(body: tuple[BodyElement, ...], facts: set[Triple], known: Mapping[str, str]) -> bool:
    if not body:
        return True
    first, *rest = body
    if isinstance(first, Comparison):
        return holds(first, dict(known)) and find_binding(tuple(rest), facts, known)
    assert isinstance(first, Atom)
    for subject, predicate, object_ in facts:
        more = dict(known)
        ends = ((first.subject, subject), (first.object, object_))
        fits = predicate == first.predicate and all(
            (more.setdefault(part, end) if is_variable(part) else part) == end for part, end in ends
        )
        if fits and find_binding(tuple(rest), facts, more):
            return True
    return False


def is_so(kind: str, truths: list[bool]) -> bool:
    match kind:
        case "true":
            return truths == [True]
        case "false":
            return True not in truths
        case "one":
            return truths.count(True) == 1
        case "any":
            return True in truths
    return truths[1] or not truths[0]


def solve(
    theory: Theory,
    facts: Iterable[Triple],
    slots: Iterable[tuple[Triple, ...]],
    clues: Iterable[tuple[str, tuple[tuple[BodyElement, ...], ...]]],
) -> Iterator[tuple[Triple, ...]]:
    """Yield every choice under which nothing is contradicted, one fact of each slot is true, and all clues are."""
    slots, clues, facts = list(slots), list(clues), list(facts)
    for choice in product(*slots):
        model = evaluate(theory, [*facts, *choice])
        known = set(model.heights)
        if model.contradictions or any(len(known.intersection(slot)) != 1 for slot in slots):
            continue
        if all(is_so(kind, [find_binding(part, known, {}) for part in parts]) for kind, parts in clues):
            yield choice


def test_the_answers_are_those_that_the_texts_have(dataset: Path, items: list[Item]) -> None:
    own = [item for item in items if "group" not in item]
    assert len(own) == 20 and {item["language"] for item in own} == {"en", "de"}
    wording = read_wording(json.loads((dataset / "wording.json").read_text(encoding="utf-8")))
    for item in own:
        (reading,) = wording.reader.read(item["question"])
        rules = [Rule(f"r{n}", body, head) for n, (body, head) in enumerate(reading.rules)]
        theory = Theory.build(rules, reading.closed)
        (solution,) = solve(theory, reading.facts, reading.unknowns, reading.clues)
        lexicon = wording.lexicons[item["language"]]
        assert item["answer"] == "\n".join(say_fact(lexicon, fact) for fact in solution)
        for left_out in range(len(reading.clues)):
            clues = [*reading.clues[:left_out], *reading.clues[left_out + 1 :]]
            assert len(list(solve(theory, reading.facts, reading.unknowns, clues))) > 1


def test_levels_get_the_effort_that_they_ask_for(items: list[Item]) -> None:
    efforts = {
        name: [(i["difficulty"]["deductions"], i["difficulty"]["cases"]) for i in items if i["level_name"] == name]
        for name in ("learned", "asked")
    }
    assert all(rounds >= 2 for rounds, _ in efforts["learned"])
    assert all(rounds >= 3 for rounds, _ in efforts["asked"]) and len(efforts["asked"]) >= 8


# ---- perturbed


def load_reader(root: Path) -> ModuleType:
    """The reader in clingo of docs/items.md, which knows nothing of Workbench."""
    programs = re.findall(r"^```python\n(.*?)^```", (root / "docs" / "items.md").read_text("utf-8"), re.M | re.S)
    module = ModuleType("documented_reader")
    exec(next(text for text in programs if "import clingo" in text), module.__dict__)  # noqa: S102 -- our own document
    return module


def test_variants_of_puzzles_have_the_answers_that_follow(repo_root: Path, dataset: Path, items: list[Item]) -> None:
    assert verify(dataset).ok
    by_id = {item["id"]: item for item in items}
    variants = [item for item in items if "group" in item]
    kinds = Counter(item["group"]["kind"] for item in variants)
    assert kinds["renamed"] >= 6 and kinds["reordered"] >= 6 and kinds["irrelevant"] >= 4, kinds
    theories = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(dataset.glob("theories/*.json"))
    }
    reader = load_reader(repo_root)
    assert all(a == b for a, b in reader.recompute(variants, theories, read_dataset(dataset).prefixes, {}))
    for item in variants:
        before, kind = by_id[item["group"]["of"]], item["group"]["kind"]
        places = [
            [[one["value"] for one in slot["alternatives"]].index(value) for slot, (_, value) in
             zip(own["query"]["slots"], own["query"]["solution"], strict=True)]
            for own in (before, item)
        ]  # fmt: skip
        assert score_answer(item, item["answer"]) == 1.0
        if kind in ("renamed", "reordered", "irrelevant"):
            assert places[0] == places[1] and item["difficulty"]["deductions"] == before["difficulty"]["deductions"]
        if kind in ("reordered", "irrelevant"):
            assert item["answer"] == before["answer"]
        if kind == "renamed":
            assert score_answer(item, before["answer"]) == 0.0
        if kind == "irrelevant":
            assert len(item["context"]) == len(before["context"]) + 1


# ---- changed knowledge


def solve_under(theory: Theory, item: Item, prefixes: Mapping[str, str]) -> list[list[str]]:
    """The values of every solution of a written puzzle under other rules."""

    def read(triple: list[str]) -> Triple:
        subject, predicate, object_ = (expand_term(term, prefixes) for term in triple)
        return (subject, predicate, object_)

    query = item["query"]
    values = {read(one["triple"]): one["value"] for slot in query["slots"] for one in slot["alternatives"]}
    slots = [tuple(read(one["triple"]) for one in slot["alternatives"]) for slot in query["slots"]]
    clues = [
        (clue["kind"], tuple(tuple(parse_atoms(part, prefixes)) for part in clue["parts"])) for clue in query["clues"]
    ]
    facts = [read(entry["triple"]) for entry in item["context"]]
    return [[values[fact] for fact in choice] for choice in solve(theory, facts, slots, clues)]


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_verdicts_are_those_of_a_solver(change: str, dataset: Path, items: list[Item], tmp_path: Path) -> None:
    """A puzzle that the changed rules give no solution, another or several, is wrong; else none is."""
    folder = write_guild_project(tmp_path / "guild")
    edit(folder, *CHANGES[change])
    project = load(folder)
    theory = get_knowledge(project, project.get_domain()).theory
    prefixes = read_dataset(dataset).prefixes
    verdicts = {one.item: one.verdict for one in judge(project, dataset)}
    assert verdicts.keys() == {item["id"] for item in items}
    assert "wrong" in verdicts.values() or change not in ("a rule asks for more", "a constraint is new")
    for number, item in enumerate(items):
        if verdicts[item["id"]] != "wrong" and number % 5:
            continue
        solutions = solve_under(theory, item, prefixes)
        is_right = solutions == [[value for _, value in item["query"]["solution"]]]
        assert (verdicts[item["id"]] == "wrong") == (not is_right), (item["id"], verdicts[item["id"]], solutions)


@pytest.mark.parametrize("change", sorted(SAME))
def test_what_says_the_same_leaves_puzzles_alone(change: str, dataset: Path, tmp_path: Path) -> None:
    folder = write_guild_project(tmp_path / "guild")
    edit(folder, *SAME[change])
    assert {one.verdict for one in judge(load(folder), dataset)} == {"current"}


def test_impact_names_the_puzzles_that_a_rule_or_a_phrase_is_in(
    dataset: Path, items: list[Item], tmp_path: Path
) -> None:
    project = load(write_guild_project(tmp_path / "guild"))
    reader = read_dataset(dataset)
    by_rule: dict[str, set[str]] = {}
    for item in items:
        for rule in json.loads((dataset / "theories" / f"{item['theory']}.json").read_text(encoding="utf-8"))["rules"]:
            by_rule.setdefault(rule["id"], set()).add(item["id"])
    for name in sorted(by_rule, key=lambda name: (len(by_rule[name]), name))[-3:]:
        found = find_impact(project, name, dataset, limit=1_000)
        assert {one.id for one in found.listed} == by_rule[name], name
    said: dict[str, set[str]] = {}
    for item in items:
        triples = [entry["triple"] for entry in item["context"]]
        triples += [one["triple"] for slot in item["query"]["slots"] for one in slot["alternatives"]]
        names = {triple[2] if triple[1] == "rdf:type" else triple[1] for triple in triples}
        names |= set(keys_of_clues(item, reader.prefixes))
        for key in names:
            said.setdefault(key, set()).add(item["id"])
    for key in ("g:worksIn", "g:entered"):
        found = find_impact(project, key, dataset, limit=1_000)
        assert said[key] <= {one.id for one in found.listed}, key


def keys_of_clues(item: Item, prefixes: Mapping[str, str]) -> Iterator[str]:
    short = {f"<{namespace}": f"{prefix}:" for prefix, namespace in prefixes.items()}
    for clue in item["query"]["clues"]:
        for part in clue["parts"]:
            for atom in parse_atoms(part, prefixes):
                if isinstance(atom, Atom):
                    key = atom.object if atom.predicate == RDF_TYPE else atom.predicate
                    start = next(start for start in short if key.startswith(start))
                    yield short[start] + key[len(start) : -1]
