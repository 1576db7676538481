"""Curricula: what is read, where each mistake is found, and that nothing stops the reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.formats.curriculum import parse_curriculum
from workbench.model.curriculum import Curriculum, Quota
from workbench.model.report import Violation

PREFIXES = {"k": "https://example.org/kinship#", "": "https://example.org/default#"}
SMALL = "version: 1\nlevels:\n  - tasks: {select: 3}\n"


def parse(text: str) -> tuple[Curriculum | None, tuple[Violation, ...]]:
    return parse_curriculum(text.encode(), "c.yaml", "kin", PREFIXES)


def read(text: str) -> Curriculum:
    curriculum, violations = parse(text)
    assert curriculum is not None and not violations, violations
    return curriculum


def test_the_kinship_curriculum(repo_root: Path) -> None:
    path = repo_root / "curricula" / "kinship" / "curriculum.yaml"
    curriculum, violations = parse_curriculum(path.read_bytes(), "curriculum.yaml", "kinship", PREFIXES)
    assert curriculum is not None and not violations
    assert [level.number for level in curriculum.levels] == [*range(1, len(curriculum.levels) + 1)]
    assert curriculum.splits.shares[0][0] == "train"
    assert sum(share for _, share in curriculum.splits.shares) == pytest.approx(1)
    assert curriculum.list_splits()[-1] == "test-deeper"
    lines = path.read_text(encoding="utf-8").splitlines()
    for level in curriculum.levels:
        for quota in level.quotas:
            assert quota.location is not None and quota.task in lines[quota.location.line - 1]


def test_defaults() -> None:
    curriculum = read(SMALL)
    level = curriculum.levels[0]
    assert (curriculum.name, curriculum.domain, curriculum.languages) == ("kin", "kin", (("en", 1.0),))
    assert (level.name, level.number, level.hops, level.given, level.sources) == (
        "1", 1, (1, 1), "facts+rules", ("sampled",),
    )  # fmt: skip
    assert level.quotas == (Quota("select", "-", 3),)
    assert curriculum.shortfall == "error" and curriculum.splits.by == "named"


def test_one_number_of_entailment_is_shared_out() -> None:
    level = read("version: 1\nlevels:\n  - tasks: {entailment: 8, options: 1}\n").levels[0]
    assert [(q.status, q.items) for q in level.quotas] == [("entailed", 3), ("refuted", 3), ("unknown", 2), ("-", 1)]
    level = read("version: 1\nlevels:\n  - tasks: {entailment: {refuted: 4, unknown: 0}}\n").levels[0]
    assert [(q.status, q.items) for q in level.quotas] == [("refuted", 4)]


def test_names_in_every_language() -> None:
    curriculum = read(
        "version: 1\nlanguages: {en: 3, de: 1}\nnames:\n  k:Person: [Ann, Bob]\n"
        "  any: {en: [the sun], de: [die Sonne]}\nlevels:\n  - tasks: {select: 3}\n"
    )
    assert curriculum.languages == (("en", 0.75), ("de", 0.25))
    assert curriculum.names[0].class_ == "<https://example.org/kinship#Person>"
    assert curriculum.names[0].labels == (("en", ("Ann", "Bob")), ("de", ("Ann", "Bob")))
    assert curriculum.names[1].labels == (("en", ("the sun",)), ("de", ("die Sonne",)))


BEGIN = "version: 1\n"
LEVEL = "levels:\n  - tasks: {select: 3}\n"


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("", 1, "empty"),
        ("[1]\n", 1, "mapping"),
        ("levels: []\n", 1, "version: 1"),
        ("version: true\n" + LEVEL, 1, "version: 1"),
        ("version: 2\n" + LEVEL, 1, "version: 1"),
        (BEGIN + "\nlevels: []\n", 3, "at least one level"),
        (BEGIN + "levels:\n  - 3\n  - tasks: {select: 3}\n", 3, "mapping"),
        (BEGIN + "typo: 3\n" + LEVEL, 2, '"typo"'),
        (BEGIN + LEVEL + "    hop: 2\n", 4, '"hop"'),
        (BEGIN + LEVEL + "    hops: [3, 2]\n", 4, '"hops"'),
        (BEGIN + LEVEL + "    hops: [1, 13]\n", 4, "at most 12"),
        (BEGIN + LEVEL + "    hops: true\n", 4, '"hops"'),
        (BEGIN + LEVEL + "    hops: 1.5\n", 4, '"hops"'),
        (BEGIN + LEVEL + "    distractors: [0, -1]\n", 4, '"distractors"'),
        (BEGIN + LEVEL + "    given: rules\n", 4, '"given"'),
        (BEGIN + LEVEL + "    given: [facts]\n", 4, '"given"'),
        (BEGIN + LEVEL + "    worlds: elsewhere\n", 4, '"worlds"'),
        (BEGIN + LEVEL + "    worlds: [[sampled]]\n", 4, '"worlds"'),
        (BEGIN + LEVEL + "    worlds: [{sampled: 1}]\n", 4, '"worlds"'),
        (BEGIN + LEVEL + "    name: Level One\n", 4, "no name for a level"),
        (BEGIN + LEVEL + "    split: ../up\n", 4, "no name for a split"),
        (BEGIN + LEVEL + "    title: [a]\n", 4, '"title"'),
        (
            BEGIN + "levels:\n  - name: a\n    tasks: {select: 1}\n  - name: a\n    tasks: {select: 1}\n",
            5,
            "Two levels",
        ),
        (BEGIN + "levels:\n  - tasks: {}\n", 3, "at least one item"),
        (BEGIN + "levels:\n  - tasks:\n      entailment: {entailed: many}\n", 4, "whole number"),
        (BEGIN + "levels:\n  - tasks:\n      select: -1\n", 4, "whole number"),
        (BEGIN + "levels:\n  - tasks:\n      select: 3\n      riddle: 3\n", 5, '"riddle"'),
        (BEGIN + "levels:\n  - tasks:\n      entailment:\n        maybe: 3\n        entailed: 1\n", 5, '"maybe"'),
        (BEGIN + "levels:\n  - tasks:\n      select: 10000001\n", 4, "10,000,000"),
        (BEGIN + "splits: {}\n" + LEVEL, 2, "empty"),
        (BEGIN + "splits: {train: 0, test: 1}\n" + LEVEL, 2, '"train"'),
        (BEGIN + "splits:\n  train: 1\n  te/st: 1\n" + LEVEL, 4, '"te/st"'),
        (BEGIN + "splits: {train: yes}\n" + LEVEL, 2, '"train"'),
        (BEGIN + "split_by: text\n" + LEVEL, 2, '"split_by"'),
        (BEGIN + "languages: {en: .nan}\n" + LEVEL, 2, '"en"'),
        (BEGIN + "interrogative: who\n" + LEVEL, 2, '"interrogative"'),
        (BEGIN + "shortfall: ignore\n" + LEVEL, 2, '"shortfall"'),
        (BEGIN + "licence: 3\n" + LEVEL, 2, '"licence"'),
        (BEGIN + "queryable: k:uncle\n" + LEVEL, 2, '"queryable"'),
        (BEGIN + "queryable:\n  - k:uncle\n  - x:aunt\n" + LEVEL, 4, "x:aunt"),
        (BEGIN + "queryable: [uncle]\n" + LEVEL, 2, "uncle"),
        (BEGIN + "queryable: ['k:an aunt']\n" + LEVEL, 2, "an aunt"),
        (BEGIN + "queryable: ['<aunt>']\n" + LEVEL, 2, "<aunt>"),
        (BEGIN + "queryable: ['<https://example.org/> <b>']\n" + LEVEL, 2, "no name"),
        (BEGIN + "assertable: [3]\n" + LEVEL, 2, '"3"'),
        (BEGIN + "names: [Ann]\n" + LEVEL, 2, "mapping"),
        (BEGIN + "names:\n  k:Person: Ann\n" + LEVEL, 3, "list of texts"),
        (BEGIN + "names:\n  k:Person: [Ann, 3]\n" + LEVEL, 3, "list of texts"),
        (BEGIN + "names:\n  k:Person: [Ann, Ann]\n" + LEVEL, 3, "twice"),
        (BEGIN + "names:\n  k:Person: [Ann]\n  any: [Bob, Ann]\n" + LEVEL, 4, "twice"),
        (BEGIN + 'names:\n  k:Person:\n    - "Ann\\nBob"\n' + LEVEL, 4, "one line"),
        (BEGIN + 'names:\n  k:Person: [" Ann"]\n' + LEVEL, 3, "no blanks"),
        (BEGIN + "names:\n  Person: [Ann]\n" + LEVEL, 3, '"Person"'),
        (BEGIN + "names:\n  any:\n    en: [Ann]\n    fr: [Anne]\n" + LEVEL, 5, '"fr"'),
        (BEGIN + "languages: {en: 1, de: 1}\nnames:\n  any: {en: [Ann, Bob], de: [Anne]}\n" + LEVEL, 4, "as many"),
        (BEGIN + "languages: {en: 1, de: 1}\nnames:\n  any: {en: [Ann]}\n" + LEVEL, 4, "language de"),
        (BEGIN + "name: a\nname: b\n" + LEVEL, 3, "twice"),
        (BEGIN + "levels: !!python/object:os.system x\n", 2, "Tags"),
        (BEGIN + "levels: [\n", 3, "YAML"),
    ],
)
def test_every_mistake_has_its_place(text: str, line: int, part: str) -> None:
    curriculum, violations = parse(text)
    assert curriculum is None
    found = [v for v in violations if part in v.message]
    assert found, [v.message for v in violations]
    assert found[0].location is not None
    assert (found[0].location.path, found[0].location.line) == ("c.yaml", line), found[0]


def test_mistakes_of_all_levels_are_shown_together() -> None:
    text = BEGIN + "levels:\n  - tasks: {select: x}\n  - 3\n  - hops: x\n    tasks: {select: 1}\n"
    _, violations = parse(text)
    lines = [v.location.line for v in violations if v.location is not None]
    assert {3, 4, 5} <= set(lines)


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["sampled", "project", "k:Person", "entailed", "facts", "<https://x.example/a>"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["en", "any", "entailment", "select", "unknown", "k:Person", "x"]), inner,
                      max_size=4),
    max_leaves=12,
)  # fmt: skip
KEYS = [
    "version", "name", "description", "licence", "languages", "interrogative", "assertable", "queryable", "shortfall",
    "splits", "split_by", "names", "levels", "other",
]  # fmt: skip
LEVEL_KEYS = ["name", "title", "hops", "given", "distractors", "extra_rules", "worlds", "split", "tasks", "other"]
CURRICULA = st.builds(
    lambda root, levels: root | {"version": 1, "levels": levels},
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5),
    st.lists(st.dictionaries(st.sampled_from(LEVEL_KEYS), VALUES, max_size=6) | VALUES, max_size=3) | VALUES,
)


@given(st.one_of(VALUES, CURRICULA))
def test_no_value_stops_the_reader(value: Any) -> None:
    curriculum, violations = parse_curriculum(json.dumps(value).encode(), "c.yaml", "kin", PREFIXES)
    assert (curriculum is None) == bool(violations)
    assert all(v.location is not None and v.location.line for v in violations)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_bytes_stop_the_reader(data: bytes) -> None:
    curriculum, violations = parse_curriculum(BEGIN.encode() + data, "c.yaml", "kin", PREFIXES)
    assert curriculum is None and violations
