"""Formalise items: every formula says its sentence and nothing near it does, and each judge would notice otherwise."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from typing import Any

import pytest
from conftest_types import MakeMaterial
from made_tasks import MadeTask, load_reader
from oracles.naive import evaluate as evaluate_naively

from workbench.build.measuring_again import MeasuredItem
from workbench.export.evidence import read_evidence, read_theory_file
from workbench.export.scorer import score_answer
from workbench.formats.curriculum import parse_curriculum
from workbench.formats.rules_parser import parse_rule
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.perturbing import Supply, perturb
from workbench.generation.questions.rule_drawing import ANSWER
from workbench.generation.questions.telling_apart import find_witness
from workbench.generation.splits.answered_features import describe_answered
from workbench.generation.splits.features import FeatureReader
from workbench.model.items import check_item
from workbench.model.rules import Rule
from workbench.model.splits import PERTURBATIONS
from workbench.model.theory import Theory

LEVELS = """\
  - name: short
    hops: [0, 2]
    where: {leaves: [1, 3]}
    tasks: {formalise: 30}
  - name: long
    hops: [3, 5]
    where: {leaves: [3, 5], steps: [4, 7]}
    tasks: {formalise: 30}
"""
TEMPLATES = {
    "en": "Sentence: {{ sentence }}\nNames:\n{{ vocabulary }}\n{{ instruction }}",
    "de": "Satz: {{ sentence }}\nNamen:\n{{ vocabulary }}\n{{ instruction }}",
}


@pytest.fixture(scope="module")
def made(make_material: MakeMaterial, tmp_path_factory: pytest.TempPathFactory) -> MadeTask:
    return MadeTask(make_material(LEVELS), "formalise", TEMPLATES, tmp_path_factory.mktemp("formalise"), most=8)


def grade(made: MadeTask, item: dict[str, Any], reply: str) -> float:
    return score_answer(item, reply, prefixes=dict(made.material.prefixes))


def test_everything_made_is_accepted_and_keeps_the_contract(made: MadeTask) -> None:
    assert len(made.items) == len(made.candidates) >= 20
    assert {item["language"] for item in made.items} == {"en", "de"}
    assert {item["query"]["direction"] for item in made.items} == {"rule", "query"}
    for item in made.items:
        assert check_item(item) == []
        assert item["context"] == [] and item["status"] is None and item["models"] is None
        assert made.theories[item["theory"]]["rules"] == []


def test_a_formula_is_graded_by_its_conditions_and_what_joins_them(made: MadeTask) -> None:
    """Counted here from the written formula alone."""
    for item in made.items:
        body, _, head = item["answer"].partition(" -> ")
        parts = body.split(" ^ ")
        variables = Counter(name for part in parts for name in set(re.findall(r"\?\w+", part)))
        joined = sum(count > 1 for count in variables.values())
        names = set(re.findall(r"[\w.-]*:[\w.-]+(?=\()", f"{body} {head}"))
        atoms = sum("(" in part for part in parts)
        low, high = ((0, 2), (1, 3)) if item["level_name"] == "short" else ((3, 5), (3, 5))
        assert low[0] <= joined <= low[1] and high[0] <= atoms <= high[1]
        difficulty = item["difficulty"]
        measured = [difficulty[name] for name in ("height", "hops", "steps", "leaves", "rules", "distractors")]
        assert measured == [joined, joined, len(parts), atoms, len(names), 0], item["answer"]


def test_verified_from_the_files(made: MadeTask) -> None:
    for item in made.items:
        assert made.verify(item) == []


def test_features_written_and_made_are_the_same(made: MadeTask) -> None:
    reader = FeatureReader(made.material.prefixes)
    for candidate, judged in zip(made.candidates, made.judged, strict=True):
        item = judged.item
        assert item is not None
        template = item["provenance"]["template"].rpartition("@")[0]
        words = len(item["question"].split())
        made_of = describe_answered(candidate.answered, [], candidate.identity, template, words)
        assert reader.read(item, made.theories[item["theory"]]) == made_of


def test_the_scorer_gives_the_own_answer_everything_and_near_misses_nothing(made: MadeTask) -> None:
    for item in made.items:
        assert grade(made, item, item["answer"]) == 1.0
        for near in item["query"]["near"]:
            assert grade(made, item, near["formal"]) == 0.0


def test_other_ways_to_say_it_count_and_what_says_less_or_more_does_not(made: MadeTask) -> None:
    seen = 0
    for item in made.items:
        formal, query = item["answer"], item["query"]
        body, arrow, head = formal.partition(" -> ")
        parts = body.split(" ^ ")
        end = arrow + head
        # The order of conditions, the names of other variables, prefixes, and saying a thing twice do not matter.
        assert grade(made, item, " ^ ".join(reversed(parts)) + end) == 1.0
        assert grade(made, item, " ^ ".join([*parts, parts[0]]) + end) == 1.0
        assert grade(made, item, formal.replace("?Y", "?V1")) == 1.0
        assert grade(made, item, re.sub(r"\bg:", "", formal)) == 1.0
        assert grade(made, item, f"```\n{formal}\n```") == 1.0
        # Nor do other signs, a title, or a sentence behind the formula.
        signs = formal
        for plain, other in ((" ^ ", " ∧ "), ("->", "→"), ("<=", "≤"), (">=", "≥"), ("!=", "≠"), (" - ", " − ")):
            signs = signs.replace(plain, other)
        assert grade(made, item, signs) == 1.0
        assert grade(made, item, f"Regel: {formal}") == grade(made, item, f"**Rule:** `{signs}`") == 1.0
        assert grade(made, item, f"{formal}\nThis says what the sentence says.") == 1.0
        assert grade(made, item, f"Answer: {formal}\n\nIt says so.") == 1.0
        # Every condition counts.
        for place in range(len(parts) if len(parts) > 1 else 0):
            less = " ^ ".join([*parts[:place], *parts[place + 1 :]]) + end
            assert grade(made, item, less) == 0.0, (formal, less)
            seen += 1
        if query["direction"] == "rule":
            assert grade(made, item, body) == 0.0
            assert grade(made, item, f"{head} -> {body}") == 0.0
    assert seen > 30


def test_adversarial_replies_score_nothing(made: MadeTask) -> None:
    for item in made.items:
        sentence = item["question"].partition("\n")[0].partition(": ")[2]
        names = " ^ ".join(entry["name"] for entry in item["query"]["names"])
        everything = " ^ ".join(
            f"{entry['name']}({'?A' if entry['arguments'] == 1 else '?A, ?B'})" for entry in item["query"]["names"]
        )
        replies = ["", "yes", "true", "A", sentence, item["question"], names, everything, "?A = ?A", "->", "-> false"]
        near = [one["formal"] for one in item["query"]["near"]]
        replies += [
            "\n".join([item["answer"], *near]),
            "\n".join([*near, item["answer"]]),
            f"{item['answer']} ∧ ?A ≠ ?A",
        ]
        replies += [
            f"{near[0]}\nIt could also be: {item['answer']}.",
            f"Rule: {item['answer']} Rule: {near[0]}",
            "Rule:",
            "∧→",
        ]
        replies += [f"{everything} -> {everything}", item["answer"] + "\n" + item["answer"].replace("?A", "?B") + "x"]
        for reply in replies:
            assert grade(made, item, reply) == 0.0, reply


def test_the_naive_evaluator_tells_the_rules_apart(made: MadeTask) -> None:
    """From the written items alone, by an evaluator that tries every binding."""
    for item in made.items:
        query = item["query"]
        for near in query["near"]:
            facts = [made.read_triple(fact) for fact in near["facts"]]
            follows = []
            for formal in (query["formal"], near["formal"]):
                model = evaluate_naively(Theory.build([read_formula(made, formal)]), facts)
                follows.append(made.read_triple(near["triple"]) in model.heights)
            assert follows == [one["status"] == "entailed" for one in near["judged"]]
            assert follows.count(True) == 1


def test_clingo_comes_to_the_same(made: MadeTask) -> None:
    reader = load_reader()
    found = list(reader.recompute(made.items, made.theories, made.material.prefixes, {}))
    assert len(found) == len(made.items)
    assert all(follows == said for follows, said in found)


def test_the_scorer_and_the_search_for_a_witness_agree(made: MadeTask) -> None:
    """Formulas near one another: the one decides equivalence, the other looks for facts on which they differ."""
    found = Counter[bool]()
    for item in made.items:
        query = item["query"]
        formulas = [query["formal"], *(near["formal"] for near in query["near"])]
        for one, other in product(formulas, repeat=2):
            said = grade(made, item | {"query": query | {"formal": one}}, other)
            assert said == grade(made, item | {"query": query | {"formal": other}}, one), (one, other)
            first, second = read_formula(made, one), read_formula(made, other)
            shown = find_witness(first, second, made.maker.plan.values.keys(), KeyedRandom(one, other))
            assert shown is None or said == 0.0, (one, other)
            if said == 0.0:
                found[shown is not None] += 1
    assert found[True] > 100 and found[False] < found[True] / 20


def read_formula(made: MadeTask, formal: str) -> Rule:
    parsed = parse_rule(formal if "->" in formal else f"{formal} -> {ANSWER}(?X)", made.material.prefixes)
    return Rule("r", parsed.body, parsed.head)


def test_what_is_read_from_an_item_is_what_was_asked(made: MadeTask) -> None:
    """So an item can be said anew, and nothing of it is open to perturbation but names and orders that it has not."""
    plan = made.maker.plan
    names = tuple(map(tuple, made.maker.names.lists))
    supply = Supply(made.material.theory, names, plan.assertable, plan.classes, plan.values)
    for candidate, item in zip(made.candidates, made.items, strict=True):
        theory = read_theory_file(item["theory"], made.theories[item["theory"]], made.material.prefixes)
        draft = MeasuredItem(item, read_evidence(item, theory, made.material.prefixes)).draft
        assert draft.key == candidate.answered.draft.key
        for kind in PERTURBATIONS:
            assert perturb(draft, (), (), kind, supply, item["id"]) == ()


@pytest.mark.parametrize("task", ["formalise", "verbalise"])
@pytest.mark.parametrize(
    ("bounds", "named"),
    [
        ("hops: [9, 10]", "hops from 9 to 10"),
        ("where: {leaves: [7, 9]}", "leaves from 7 to 9"),
        ("where: {rules: [8, 8]}", "rules of 8"),
        ("distractors: [1, 4]", "distractors from 1 to 4"),
        ("given: facts", "given: facts"),
    ],
)
def test_a_level_that_cannot_have_formulas_is_a_finding(task: str, bounds: str, named: str) -> None:
    text = f"version: 1\nlevels:\n  - {{name: one, {bounds}, tasks: {{{task}: 4}}}}\n"
    _, violations = parse_curriculum(text.encode(), "c.yaml", "guild", {})
    (found,) = violations
    assert f"The task {task} is about formulas, which do not have {named}" in found.message
    assert found.location is not None and found.location.line == 3


def test_a_planted_key_and_a_planted_equivalent_near_miss_are_caught(made: MadeTask) -> None:
    """A near miss that says the same is found by Z3 whatever is said of it, and from the files; so is a wrong key."""
    for item, candidate in zip(made.items[:6], made.candidates[:6], strict=True):
        query, near = item["query"], item["query"]["near"]
        body, arrow, head = query["formal"].partition(" -> ")
        twice = f"{body} ^ {body.split(' ^ ')[0]}{arrow}{head}"
        planted = [{**near[0], "formal": twice}, *near[1:]]
        problems = made.verify({**item, "query": {**query, "near": planted}})
        assert problems
        assert made.verify({**item, "answer": near[0]["formal"], "query": {**query, "formal": near[0]["formal"]}})
        assert made.verify({**item, "answer": near[0]["formal"]})
        own = candidate.answered.draft.claims[0].change.rules[0]
        again = Rule("again", (*own.body, own.body[0]), own.head)
        with pytest.MonkeyPatch.context() as patch:
            pairs = [(own, again, False)]
            patch.setattr("workbench.generation.tasks.formalise.Formalise.list_equivalences", lambda *_, p=pairs: p)
            assert made.judge(candidate.answered) == "Z3: two formulas say the same"


def test_more_is_drawn_only_where_more_is_asked_for(made: MadeTask) -> None:
    """A block has a few formulas, whatever else is open, and needs no world for them."""
    level = made.material.curriculum.levels[0]
    again = made.maker.propose(level, "sampled", 0, {("formalise", "-")})
    assert 0 < len(again.candidates) <= 24
