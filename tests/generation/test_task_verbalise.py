"""Verbalise items: exactly one of four sentences says what a formula says, and each judge would notice otherwise."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from conftest_types import MakeMaterial
from made_tasks import MadeTask, load_reader
from oracles.naive import evaluate as evaluate_naively

from workbench.build.measuring_again import MeasuredItem
from workbench.export.evidence import read_evidence, read_theory_file
from workbench.export.scorer import score_answer
from workbench.formats.rules_parser import parse_rule
from workbench.generation.items.judging import Judges
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Change, Claim
from workbench.generation.questions.formulas import list_turnings, stay_apart
from workbench.generation.questions.rule_drawing import ANSWER
from workbench.generation.questions.telling_apart import find_witness
from workbench.generation.splits.answered_features import describe_answered
from workbench.generation.splits.features import FeatureReader
from workbench.generation.tasks import get_family
from workbench.model.items import check_item
from workbench.model.rules import Rule
from workbench.model.theory import Theory
from workbench.solving.certificates import Judge

LEVELS = """\
  - name: short
    hops: [0, 2]
    where: {leaves: [1, 3]}
    tasks: {verbalise: 30}
  - name: long
    hops: [3, 5]
    where: {leaves: [3, 5]}
    tasks: {verbalise: 30}
"""
TEMPLATES = {
    "en": "Formula: {{ formula }}\nNames:\n{{ vocabulary }}\n{{ sentence_options }}\n{{ instruction }}",
    "de": "Formel: {{ formula }}\nNamen:\n{{ vocabulary }}\n{{ sentence_options }}\n{{ instruction }}",
}


@pytest.fixture(scope="module")
def made(make_material: MakeMaterial, tmp_path_factory: pytest.TempPathFactory) -> MadeTask:
    return MadeTask(make_material(LEVELS), "verbalise", TEMPLATES, tmp_path_factory.mktemp("verbalise"), most=7)


def grade(made: MadeTask, item: dict[str, Any], reply: str) -> float:
    return score_answer(item, reply, prefixes=dict(made.material.prefixes))


def read_formula(made: MadeTask, formal: str) -> Rule:
    parsed = parse_rule(formal if "->" in formal else f"{formal} -> {ANSWER}(?X)", made.material.prefixes)
    return Rule("r", parsed.body, parsed.head)


def find_right(item: dict[str, Any]) -> dict[str, Any]:
    return next(option for option in item["options"] if option["letter"] == item["answer"])


def test_everything_made_is_accepted_and_keeps_the_contract(made: MadeTask) -> None:
    assert len(made.items) == len(made.candidates) >= 15
    assert {item["language"] for item in made.items} == {"en", "de"}
    assert {item["query"]["direction"] for item in made.items} == {"rule", "query"}
    for item in made.items:
        assert check_item(item) == []
        assert item["context"] == [] and item["status"] is None and len(item["options"]) == 4
        assert made.theories[item["theory"]]["rules"] == []
        assert item["query"]["formal"] in item["question"] and item["query"]["formal"] != find_right(item)["rule"]


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


def test_the_naive_evaluator_and_z3_find_the_same_one_sentence(made: MadeTask) -> None:
    """From the written items alone: on the facts given, only the right sentence's rule does as the formula does."""
    judge = Judge()
    for item in made.items:
        formula, agreeing = read_formula(made, item["query"]["formal"]), []
        for option, facts in zip(item["options"], item["query"]["facts"], strict=True):
            rule = read_formula(made, option["rule"]["formal"])
            known, statement = [made.read_triple(fact) for fact in facts], made.read_triple(option["atom"])
            follows = [statement in evaluate_naively(Theory.build([one]), known).heights for one in (rule, formula)]
            assert follows[0] == (option["status"] == "entailed")
            same = follows[0] == follows[1]
            agreeing += [option["letter"]] * same
            assert judge.judge_equivalence(formula, rule, same=same).ok
        assert agreeing == [item["answer"]]


def test_clingo_comes_to_the_same(made: MadeTask) -> None:
    found = list(load_reader().recompute(made.items, made.theories, made.material.prefixes, {}))
    assert len(found) == len(made.items)
    assert all(follows == said for follows, said in found)


def test_sentences_are_as_near_to_each_other_as_to_the_right_one(made: MadeTask) -> None:
    """Of two parts that are varied, each way stands in two sentences, so none is the one that the others resemble."""
    for item in made.items:
        names = Counter(
            re.findall(r"[\w.:<>#/-]+(?=\()", " ".join(option["rule"]["formal"] for option in item["options"]))
        )
        assert names and all(count % 2 == 0 for count in names.values()), names
        assert len({option["text"] for option in item["options"]}) == 4
    letters = Counter(item["answer"] for item in made.items)
    assert len(letters) == 4


def test_the_scorer_takes_the_letter_and_nothing_else(made: MadeTask) -> None:
    for item in made.items:
        right = find_right(item)
        assert grade(made, item, item["answer"]) == 1.0
        assert grade(made, item, f"The formula says so.\nAnswer: {right['letter']}) {right['text']}") == 1.0
        wrong = [option for option in item["options"] if option is not right]
        replies = ["", right["text"], item["question"], item["query"]["formal"], "A B C D", "true", "all of them"]
        replies += [option["letter"] for option in wrong] + [
            "\n".join("ABCD"),
            f"{right['letter']}) {wrong[0]['text']}",
        ]
        for reply in replies:
            assert grade(made, item, reply) == 0.0, reply


def test_what_is_read_from_an_item_is_what_was_asked(made: MadeTask) -> None:
    for candidate, item in zip(made.candidates, made.items, strict=True):
        theory = read_theory_file(item["theory"], made.theories[item["theory"]], made.material.prefixes)
        draft = MeasuredItem(item, read_evidence(item, theory, made.material.prefixes)).draft
        assert draft.key == candidate.answered.draft.key


# ---- what is planted is caught


def test_a_planted_key_and_a_planted_second_right_sentence_are_caught_by_z3(made: MadeTask) -> None:
    """Before the verdicts are looked at, and whatever the facts show."""
    candidate = made.candidates[0]
    item = candidate.answered
    right = next(n for n in range(4) if "ABCD"[n] == made.items[0]["answer"])
    shown, own = item.draft.claims[4].change.rules[0], item.draft.claims[right].change.rules[0]
    twice = Rule(f"{own.name}x", (*own.body, own.body[0]), own.head)
    family = _Planting(((shown, own, False),)), _Planting(((shown, twice, False),)), _Planting(((own, twice, True),))
    reasons = [_judge_planted(made, item, one) for one in family]
    assert reasons == ["Z3: two formulas say the same", "Z3: two formulas say the same", ""]
    other = item.draft.claims[(right + 1) % 4].change.rules[0]
    assert _judge_planted(made, item, _Planting(((shown, other, True),))) == "Z3: two formulas say different things"


class _Planting:
    """Claims of equivalence in place of the item's own."""

    def __init__(self, pairs: tuple[tuple[Rule, Rule, bool], ...]) -> None:
        self.pairs = pairs

    def list_equivalences(self, item: object) -> tuple[tuple[Rule, Rule, bool], ...]:
        return self.pairs


def _judge_planted(made: MadeTask, item: Any, planted: _Planting) -> str:
    with pytest.MonkeyPatch.context() as patch:
        family = "workbench.generation.tasks.verbalise.Verbalise.list_equivalences"
        patch.setattr(family, lambda _, answered: planted.list_equivalences(answered))
        rendered = made.maker.renderer.render(item, "en")
        theory = made.material.theory.select(item.draft.rules)
        verdict = Judges(made.material.prefixes).judge(item, rendered, theory, made.reader)
    return verdict if isinstance(verdict, str) else ""


def test_wrong_items_are_found_from_the_files(made: MadeTask) -> None:
    item = next(item for item in made.items if " ^ " in item["query"]["formal"])
    right = find_right(item)
    number = item["options"].index(right)
    other = item["options"][(number + 1) % 4]
    assert made.verify({**item, "answer": other["letter"]})
    turned = [dict(option) for option in item["options"]]
    turned[number], turned[(number + 1) % 4] = (
        {**other, "letter": right["letter"]}, {**right, "letter": other["letter"]},
    )  # fmt: skip
    assert made.verify({**item, "options": turned})
    # A second right sentence, in the place of a wrong one: its rule is the formula with a condition said twice.
    body, arrow, head = right["rule"]["formal"].partition(" -> ")
    again = f"{body} ^ {body.split(' ^ ')[0]}{arrow}{head}"
    options = [dict(option) for option in item["options"]]
    options[(number + 1) % 4] = {**other, "rule": {**other["rule"], "formal": again}}
    assert made.verify({**item, "options": options})
    query = item["query"]
    assert made.verify({**item, "query": {**query, "formal": query["formal"].split(" ^ ", 1)[-1]}})
    assert made.verify({**item, "query": {**query, "facts": [*query["facts"][1:], query["facts"][0]]}})


def test_a_draft_with_two_right_sentences_or_none_makes_no_item(made: MadeTask) -> None:
    candidate = made.candidates[0]
    draft = candidate.answered.draft
    right = next(n for n in range(4) if "ABCD"[n] == made.items[0]["answer"])
    verdicts = tuple((one.statement, one.status) for one in candidate.answered.judgements)
    family = made.candidates[0].answered.draft.task
    assert family == "verbalise"
    find_fault = get_family(family).find_fault
    assert find_fault(draft, verdicts, ()) is None
    wrong = draft.claims[(right + 1) % 4]
    for rule in (draft.claims[right].change.rules[0], wrong.change.rules[0]):
        claims = [*draft.claims]
        for place in range(4, 8):
            claims[place] = Claim(claims[place].statement, Change(claims[place].change.added, rules=(rule,)))
        fault = find_fault(replace(draft, claims=tuple(claims)), verdicts, ())
        assert (fault is None) == (rule == draft.claims[right].change.rules[0])
    doubled = [*draft.claims]
    doubled[(right + 1) % 4] = Claim(
        wrong.statement, Change(wrong.change.added, rules=draft.claims[right].change.rules)
    )
    assert find_fault(replace(draft, claims=tuple(doubled)), verdicts, ()) is not None


def test_sentences_that_only_turn_round_what_goes_both_ways_are_not_told_apart() -> None:
    """The theory says which properties do: symmetric ones, inverses, and those that mean the same."""
    prefixes = {"": "https://example.org/t#"}

    def read(name: str, text: str) -> Rule:
        parsed = parse_rule(text, prefixes)
        return Rule(name, parsed.body, parsed.head)

    theory = Theory.build([
        read("married", "married(?x, ?y) -> married(?y, ?x)"),
        read("child", "hasParent(?x, ?y) -> hasChild(?y, ?x)"),
        read("parent", "hasChild(?x, ?y) -> hasParent(?y, ?x)"),
        read("father", "hasFather(?x, ?y) -> hasParent(?x, ?y)"),
        read("kin", "hasParent(?x, ?y) ^ married(?y, ?z) -> kin(?x, ?z)"),
    ])  # fmt: skip
    turnings = list_turnings(theory)
    assert [rule.name for rule in turnings] == ["child", "married", "parent"]
    right = read("right", "hasParent(?x, ?y) ^ married(?y, ?z) -> kin(?x, ?z)")
    for text, apart in (
        ("hasParent(?x, ?y) ^ married(?z, ?y) -> kin(?x, ?z)", False),
        ("hasChild(?y, ?x) ^ married(?y, ?z) -> kin(?x, ?z)", False),
        ("hasFather(?x, ?y) ^ married(?y, ?z) -> kin(?x, ?z)", True),
        ("hasParent(?y, ?x) ^ married(?y, ?z) -> kin(?x, ?z)", True),
        ("hasParent(?x, ?y) ^ married(?y, ?z) -> kin(?z, ?x)", True),
    ):
        other = read("other", text)
        witness = find_witness(right, other, (), KeyedRandom(text))
        assert witness is not None
        assert stay_apart(right, other, witness, turnings) == apart, text
