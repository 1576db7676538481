"""The curriculum's further keys: bounds on measures, balance, held-out splits, stages and presets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.formats.confusables import compute_skeleton, find_mixed_word
from workbench.formats.curriculum import parse_curriculum
from workbench.formats.curriculum_names import find_joint, find_name_fault, fold_name
from workbench.formats.curriculum_presets import PRESETS
from workbench.model.curriculum import Balance, Curriculum, WorldShape
from workbench.model.report import Violation
from workbench.model.splits import PERTURBATIONS, HeldOut
from workbench.model.stages import Replay, Stage, order_stages

PREFIXES = {"k": "https://example.org/kinship#"}
BEGIN = "version: 1\n"
LEVEL = "levels:\n  - tasks: {select: 3}\n"
TWO = "levels:\n  - {name: a, hops: 1, tasks: {select: 3}}\n  - {name: b, hops: [2, 4], tasks: {select: 3}}\n"


def parse(text: str) -> tuple[Curriculum | None, tuple[Violation, ...]]:
    return parse_curriculum(text.encode(), "c.yaml", "kin", PREFIXES)


def read(text: str) -> Curriculum:
    curriculum, violations = parse(text)
    assert curriculum is not None and not violations, violations
    return curriculum


def test_bounds_on_measures() -> None:
    level = read(BEGIN + LEVEL + "    where: {height: [2, 4], leaves: 3}\n    distractors: 0\n").levels[0]
    assert level.bounds == (("hops", (1, 1)), ("distractors", (0, 0)), ("height", (2, 4)), ("leaves", (3, 3)))
    measures = {"hops": 1, "distractors": 0, "height": 2, "leaves": 3, "steps": 9}
    assert level.admits(measures)
    assert not any(level.admits(measures | {name: 5}) for name in ("hops", "distractors", "height", "leaves"))


def test_worlds_and_balance() -> None:
    level = read(
        BEGIN + LEVEL + "    world: {individuals: [4, 9], shape: star, rules: {uncle: 2.5, aunt: 0}, goals: 3}\n"
        "    balance: {rules: {each: 2, most: 0.5}, classes: 3}\n"
    ).levels[0]
    assert level.world == WorldShape((4, 9), (0, 0), "star", (("uncle", 2.5), ("aunt", 0.0)), (3, 3))
    assert level.balance == (Balance("rules", 2, 0.5), Balance("classes", 3))


def test_closed_book_takes_the_project_as_it_is() -> None:
    level = read(BEGIN + LEVEL + "    given: none\n").levels[0]
    assert (level.given, level.sources, level.distractors) == ("none", ("project",), (0, 0))


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("{questions: 0, tasks: {select: 3}}", "from 1 to 200"),
        ("{questions: 100000, tasks: {select: 3}}", "from 1 to 200"),
        ("{questions: [2, 3], tasks: {select: 3}}", "from 1 to 200"),
        ("{questions: 8, tasks: {abduce: 3}}", "abduce leaves something unsaid"),
    ],
)
def test_questions_that_cannot_share_a_world(level: str, said: str) -> None:
    curriculum, violations = parse(f"version: 1\nlevels: [{level}]\n")
    (found,) = violations
    assert curriculum is None and said in found.message
    assert found.location is not None and found.location.line == 2
    assert read(BEGIN + LEVEL + "    questions: 8\n").levels[0].questions == 8


def test_held_out_splits() -> None:
    curriculum = read(
        BEGIN + TWO + "held_out:\n  - {name: x, axis: higher, from: {hops: 3}}\n"
        "  - {name: y, axis: compositions, pairs: [[b, a], [a, b]], meet: adjacent}\n"
        "  - {name: z, axis: properties, properties: ['k:aunt'], share: 0.1}\n"
        "  - {name: p, axis: perturbed, of: x}\n"
    )
    assert curriculum.train == "train"
    assert curriculum.list_splits() == ("train", "validation", "test", "x", "y", "z", "p")
    assert curriculum.held_out == (
        HeldOut("x", "higher", least=(("hops", 3),), kinds=PERTURBATIONS),
        HeldOut("y", "compositions", pairs=(("a", "b"),), meet="adjacent", kinds=PERTURBATIONS),
        HeldOut("z", "properties", terms=("<https://example.org/kinship#aunt>",), share=0.1, kinds=PERTURBATIONS),
        HeldOut("p", "perturbed", of="x", kinds=PERTURBATIONS),
    )


def test_stages_come_in_the_order_that_they_require() -> None:
    curriculum = read(
        BEGIN + TWO + "stages:\n  - {name: last, levels: {b: 1}, requires: [mid]}\n"
        "  - {name: mid, levels: {a: 1, b: 3}, fade: [a], replay: [{share: 0.1}, {share: 0.2, set: news}],"
        " requires: [first]}\n  - {name: first, levels: [a], requires: []}\n"
    )
    assert [stage.name for stage in curriculum.stages] == ["first", "mid", "last"]
    assert curriculum.stages[1] == Stage(
        "mid", "mid", (("a", 0.25), ("b", 0.75)), ("first",), ("a",), (Replay(0.1), Replay(0.2, (), "news"))
    )
    by_list = read(BEGIN + TWO + "stages:\n  - {levels: [a]}\n  - {levels: [b]}\n").stages
    assert [(stage.name, stage.requires) for stage in by_list] == [("stage-1", ()), ("stage-2", ("stage-1",))]


STAGES = BEGIN + TWO + "stages:\n"


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        (BEGIN + LEVEL + "    where: {hight: 2}\n", 4, '"hight" is not a measure'),
        (BEGIN + LEVEL + "    where:\n      hops: 2\n", 5, "a key of the level itself"),
        (BEGIN + LEVEL + "    where: {height: [3, 2]}\n", 4, '"height"'),
        (BEGIN + LEVEL + "    hops: 4\n    where:\n      steps: 3\n", 6, "as many steps"),
        (BEGIN + LEVEL + "    where:\n      height: [4, 5]\n      steps: [1, 3]\n", 6, "as many steps"),
        (BEGIN + LEVEL + "    distractors: [5, 9]\n    where: {context: 3}\n", 5, "at least 5"),
        (BEGIN + LEVEL + "    given: none\n    worlds: [project, sampled]\n", 5, "made up"),
        (BEGIN + LEVEL + "    world: {shape: ball}\n", 4, '"shape"'),
        (BEGIN + LEVEL + "    world: {individuals: 0}\n", 4, "at least 1"),
        (BEGIN + LEVEL + "    world: {rules: {uncle: -1}}\n", 4, '"uncle"'),
        (BEGIN + LEVEL + "    balance: {rule: 3}\n", 4, '"rule"'),
        (BEGIN + LEVEL + "    balance: {rules: {most: 1.5}}\n", 4, '"most"'),
        (BEGIN + LEVEL + "    balance: {rules: many}\n", 4, "whole number"),
        (BEGIN + LEVEL + "    balance:\n      classes: 4\n", 5, "has 3 items"),
        (BEGIN + LEVEL + "held_out: {}\n", 4, "list of splits"),
        (BEGIN + LEVEL + "held_out:\n  - {name: x, axis: taller}\n", 5, '"axis"'),
        (BEGIN + LEVEL + "held_out:\n  - {axis: templates, variants: [en-2]}\n", 5, "needs a name"),
        (BEGIN + LEVEL + "held_out:\n  - {name: x, axis: higher, share: 0.1}\n", 5, '"share"'),
        (BEGIN + LEVEL + "held_out:\n  - {name: x, axis: higher, from: {leaves: 2}}\n", 5, '"leaves"'),
        (BEGIN + LEVEL + "held_out:\n  - {name: x, axis: individuals}\n", 5, "needs a share"),
        (BEGIN + LEVEL + "held_out:\n  - {name: x, axis: individuals, share: 1}\n", 5, "between 0 and 1"),
        (BEGIN + LEVEL + "held_out:\n  - {name: x, axis: compositions, pairs: [[a]]}\n", 5, "two rules"),
        (BEGIN + LEVEL + "held_out:\n  - {name: x, axis: properties, properties: ['k:a b']}\n", 5, "k:a b"),
        (BEGIN + LEVEL + "held_out:\n  - {name: test, axis: individuals, share: 0.5}\n", 5, "already gets a share"),
        (BEGIN + LEVEL + "held_out:\n  - {name: x, axis: perturbed, of: train}\n", 5, "the one to train on"),
        (BEGIN + LEVEL + "held_out:\n  - {name: x, axis: perturbed, of: x}\n", 5, "whose items can be changed"),
        (BEGIN + LEVEL + "held_out:\n  - {name: x, axis: perturbed, of: test, kinds: [worse]}\n", 5, '"worse"'),
        (
            BEGIN + LEVEL + "held_out:\n  - {name: x, axis: templates, variants: [b]}\n"
            "  - {name: x, axis: templates, variants: [a]}\n",
            6, "Two splits",
        ),
        (BEGIN + TWO + "held_out:\n  - name: x\n    axis: higher\n    from: {hops: 1}\n", 8, "nothing is left"),
        (BEGIN + TWO + "held_out:\n  - name: x\n    axis: higher\n    from: {steps: 1}\n", 8, "nothing is left"),
        (BEGIN + TWO + "held_out:\n  - name: x\n    axis: higher\n    from: {hops: 5}\n", 8, "stay empty"),
        (
            BEGIN + LEVEL + "    words: 90\nheld_out:\n  - {name: x, axis: longer, from: {words: 99}}\n",
            6, "stay empty",
        ),
        (
            BEGIN + "queryable: ['k:aunt']\n" + LEVEL
            + "held_out:\n  - {name: x, axis: properties, properties: ['k:aunt']}\n",
            6, "nothing is left to train",
        ),
        (
            BEGIN + "names: {any: [Ann]}\n" + LEVEL + "held_out:\n  - {name: x, axis: individuals, share: 0.5}\n",
            6, "cannot be divided",
        ),
        (
            BEGIN + LEVEL + "    split: x\nheld_out:\n  - {name: x, axis: individuals, share: 0.5}\n",
            4, "chosen by its axis",
        ),
        (STAGES + "  - {levels: {c: 1}}\n", 6, '"c" is no level'),
        (STAGES + "  - {levels: [a, c]}\n", 6, '"c" is none'),
        (STAGES + "  - {levels: []}\n", 6, "empty"),
        (STAGES + "  - {levels: [a], fade: [a]}\n", 6, "All levels"),
        (STAGES + "  - {levels: [a], fade: [b]}\n", 6, '"b" is none'),
        (STAGES + "  - {name: s, levels: [a]}\n  - {name: s, levels: [a]}\n", 7, "Two stages"),
        (STAGES + "  - {levels: [a], requires: [none]}\n", 6, "no stage"),
        (STAGES + "  - {levels: [a], replay: {share: 0.2}}\n", 6, "nothing to repeat"),
        (STAGES + "  - {levels: [a], replay: {levels: [b]}}\n", 6, "needs a share"),
        (STAGES + "  - {levels: [a], replay: {share: 0.1, levels: [b], set: x}}\n", 6, "not of both"),
        (
            STAGES + "  - {levels: [a], replay: [{share: 0.5, set: x}, {share: 0.5, set: y}]}\n",
            6, "no room",
        ),
        (
            STAGES + "  - name: s\n    levels: [a]\n    requires: [t]\n  - name: t\n    levels: [a]\n"
            "    requires: [s]\n",
            8, '"s" requires "t" requires "s"',
        ),
        (STAGES + "  - {name: s, levels: [a], requires: [s]}\n", 6, '"s" requires "s"'),
        (BEGIN + "preset: hill\n", 2, '"hill" is no preset'),
        (BEGIN + "\npreset: {name: ladder, items: many}\n", 3, "whole number"),
        (BEGIN + "preset: ladder-stages\nlevels:\n  - {name: x, hops: y, tasks: {select: 1}}\n", 4, '"hops"'),
        (BEGIN + "preset: ladder\nlevels:\n  - name: two-steps\n    hops: 99\n", 5, "at most 12"),
        (BEGIN + "preset: ladder-deep\nsplits: {train: 1, test-higher: 1}\n", 2, "already gets a share"),
    ],
)  # fmt: skip
def test_every_mistake_has_its_place(text: str, line: int, part: str) -> None:
    curriculum, violations = parse(text)
    assert curriculum is None
    found = [v for v in violations if part in v.message]
    assert found, [v.message for v in violations]
    assert found[0].location is not None
    assert (found[0].location.path, found[0].location.line) == ("c.yaml", line), found[0]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("\u05d3\u05e0\u05d4", "right-to-left"),
        ("Ann\u202eeR", "right-to-left"),
        ("\u0645\u0631\u064a\u0645", "right-to-left"),
        ("A\u200bnn", "cannot be seen"),
        ("An\u00adn", "cannot be seen"),
        ("Rene\u0301", "composed form"),
        ("x\u0304y", "combining"),
        ("C\u0430rl", "another script"),
        ("\u039ftto", "another script"),
        ("S1", "labelled"),
        ("f2", "labelled"),
        ("R12", "labelled"),
        ("Ann; Bea", "semicolon"),
        ("Ann [the elder]", "brackets"),
        ("der \u201eAlte\u201c", "quotation marks"),
        ("A) Robin", "line of a list"),
        ("(A)", "line of a list"),
        ("1.", "line of a list"),
        ("- Robin", "line of a list"),
        ("#Robin", "line of a list"),
        ("Robin?", "ends a sentence"),
        ("Answer:", "ends a sentence"),
        ("Robin (elder", "bracket"),
        ("\u2026", "no letter"),
        ("A's", "variable"),
        ("Robin\\n", "backslash"),
    ],
)
def test_names_that_are_not_what_they_look_like(name: str, why: str) -> None:
    assert why in find_name_fault(name)
    text = f"version: 1\nnames:\n  any:\n    - Robin\n    - {json.dumps(name)}\n{LEVEL}"
    _, (violation,) = parse(text)
    assert why in violation.message and violation.location is not None and violation.location.line == 5
    assert violation.message.isprintable()


@pytest.mark.parametrize(
    "name", ["Mercury (planet)", "(R)-limonene", "Anna's", "Ohrid", "12 Monkeys", "C#", "Ste-Foy", "D.C.", "Plan B"]
)
def test_names_that_only_look_unusual_are_allowed(name: str) -> None:
    assert find_name_fault(name) == ""


def test_and_and_or_join_names_in_their_language() -> None:
    for name, word in (("Ann and Bea", "and"), ("Ann OR Bea", "or"), ("Ann und Bea", ""), ("Ferdinand", "")):
        found = find_joint(name, "en")
        assert found == word, name
    assert [find_joint(name, "de") for name in ("Ann und Bea", "Rock and Roll", "Ann, Bea")] == ["und", "", ","]
    assert find_joint("Ann und Bea") == "und" and find_joint("Ann or Bea", "nl") == ""
    _, (violation,) = parse(f"version: 1\nnames:\n  any:\n    - Robin\n    - Ann and Bea\n{LEVEL}")
    assert "“and” separates answers" in violation.message
    assert violation.location is not None and violation.location.line == 5


@pytest.mark.parametrize("twin", ["\u0421\u0430", "CA"])
def test_names_that_look_the_same(twin: str) -> None:
    """Letters of two scripts in one word are refused by themselves; a whole word of twins only beside the other."""
    _, violations = parse(f"version: 1\nnames:\n  any:\n    - Ca\n    - {twin}\n{LEVEL}")
    assert len(violations) == 1 and violations[0].location is not None and violations[0].location.line == 5
    assert not parse(f"version: 1\nnames:\n  any:\n    - Ca\n    - \u0421\u044f\n{LEVEL}")[1]


@pytest.mark.parametrize(("one", "other"), [("Al", "AI"), ("O1", "0l"), ("O\u2019Neil", "O'Neil"), ("Анна", "Αнна")])
def test_twins_have_one_skeleton(one: str, other: str) -> None:
    assert compute_skeleton(one) == compute_skeleton(other)


def test_different_names_have_different_skeletons() -> None:
    names = [
        "Ann",
        "Anne",
        "ann",
        "Änn",
        "Bea",
        "Кира",
        "Kira",
        "Άννα",
        "Αννα",
        "β-Carotene",
        "B-Carotene",
        "Lou",
        "Ian",
    ]
    assert len({compute_skeleton(name) for name in names}) == len(names)
    assert [find_mixed_word(name) for name in ("β-Carotene", "Кира", "Kира Lee", "Straße")] == ["", "", "Kира", ""]


@pytest.mark.parametrize("twin", ["ann", "ANN", "\uff21nn", "Ann"])
def test_two_individuals_with_one_label(twin: str) -> None:
    assert fold_name(twin) == "ann"
    _, (violation,) = parse(f"version: 1\nnames:\n  k:Man: [Ann]\n  any:\n    - {twin}\n{LEVEL}")
    assert "two individuals with one label" in violation.message
    assert violation.location is not None and violation.location.line == 5
    assert [place.line for place in violation.related] == [3]


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_curricula(name: str) -> None:
    curriculum = read(f"version: 1\npreset: {name}\n")
    assert 400 <= sum(quota.items for level in curriculum.levels for quota in level.quotas) <= 480
    assert all(level.location is not None and level.location.line == 2 for level in curriculum.levels)
    large = read(f"version: 1\npreset: {{name: {name}, items: 5000}}\n")
    assert 4900 <= sum(quota.items for level in large.levels for quota in level.quotas) <= 5000


def test_what_an_author_writes_wins_over_a_preset() -> None:
    curriculum = read(
        "version: 1\npreset: ladder-stages\nlevels:\n  - {name: two-steps, distractors: 0, tasks: {select: 7}}\n"
        "  - {name: own, tasks: {select: 1}}\nstages:\n  - {levels: [own]}\n"
    )
    assert [level.name for level in curriculum.levels] == ["one-step", "two-steps", "three-steps", "four-steps", "own"]
    changed = curriculum.levels[1]
    assert (changed.hops, changed.distractors, [q.items for q in changed.quotas]) == ((2, 2), (0, 0), [7])
    assert changed.location is not None and changed.location.line == 4
    assert [stage.levels for stage in curriculum.stages] == [(("own", 1.0),)]


@given(st.lists(st.lists(st.integers(0, 5), max_size=3), max_size=6))
def test_stages_are_ordered_or_a_cycle_is_named(requires: list[list[int]]) -> None:
    stages = [Stage(str(n), "", (), tuple(str(r) for r in dict.fromkeys(wanted))) for n, wanted in enumerate(requires)]
    ordered, cycle = order_stages(stages)
    if cycle:
        assert not ordered
        for stage, following in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            assert following.name in stage.requires
        return
    assert sorted(stage.name for stage in ordered) == sorted(stage.name for stage in stages)
    for place, stage in enumerate(ordered):
        known = {other.name for other in ordered[:place]}
        assert {r for r in stage.requires if int(r) < len(stages)} <= known


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["higher", "a", "x", "k:p", "ladder"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["name", "axis", "from", "hops", "share", "pairs", "levels", "a", "fade", "replay", "requires",
                         "set", "of", "kinds", "variants", "properties", "rules", "each", "most", "items"]),
        inner, max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip
AXES = st.sampled_from(["higher", "wider", "compositions", "individuals", "properties", "templates", "perturbed"])


@given(
    st.dictionaries(st.sampled_from(["held_out", "stages", "preset"]), VALUES | st.lists(VALUES, max_size=3)),
    st.dictionaries(st.sampled_from(["where", "world", "balance", "given"]), VALUES),
    st.lists(st.tuples(AXES, VALUES), max_size=2),
)
def test_no_value_stops_the_reader(root: dict[str, Any], level: dict[str, Any], held: list[tuple[str, Any]]) -> None:
    if held:
        root["held_out"] = [{"name": "x", "axis": axis, **(v if isinstance(v, dict) else {})} for axis, v in held]
    value = {"version": 1, "levels": [{"name": "a", "tasks": {"select": 1}} | level]} | root
    curriculum, violations = parse(json.dumps(value))
    assert (curriculum is None) == bool(violations)
    assert all(v.location is not None and v.location.line for v in violations)
