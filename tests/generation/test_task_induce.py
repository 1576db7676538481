"""Induce items: exactly one of four rules gives the examples, and every judge would notice if it were another."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from conftest_types import MakeMaterial
from made_tasks import MadeTask, load_reader
from oracles.naive import evaluate as evaluate_naively

from workbench.formats.rules_parser import parse_rule
from workbench.generation.questions.answering import answer_drafts, measure_drafts
from workbench.generation.questions.draft import Answered, Change, Claim, Draft
from workbench.generation.questions.near_rules import list_near_rules, list_valued
from workbench.generation.splits.answered_features import describe_answered
from workbench.generation.splits.features import FeatureReader
from workbench.generation.tasks.family import LETTERS
from workbench.model.items import check_item
from workbench.model.proofs import Proof
from workbench.model.rules import Atom, Rule
from workbench.model.terms import Triple
from workbench.model.theory import Theory

LEVELS = (
    "  - name: near\n    hops: [1, 4]\n    distractors: [0, 20]\n    extra_rules: [0, 3]\n    tasks: {induce: 9}\n"
    "  - name: known\n    hops: [1, 4]\n    given: facts\n    distractors: [0, 20]\n    tasks: {induce: 9}\n"
)
_FRAME = (
    "{{ facts_list }}\n{% if rules_list %}{{ rules_list }}\n{% endif %}{% if closed %}{{ closed }}\n{% endif %}"
    "+\n{{ positive }}\n-\n{{ negative }}\n"
)
TEMPLATES = {
    "en": f"{_FRAME}Which rule?\n{{{{ rule_options }}}}\n{{{{ choices }}}}",
    "de": f"{_FRAME}Welche Regel?\n{{{{ rule_options }}}}\n{{{{ choices }}}}",
}
RIGHT = 4
"""The place of the first claim under the right rule."""


@pytest.fixture(scope="module")
def made(make_material: MakeMaterial, tmp_path_factory: pytest.TempPathFactory) -> MadeTask:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.generation.selection.blocks.BLOCK_SIZE", 40)
        return MadeTask(make_material(LEVELS), "induce", TEMPLATES, tmp_path_factory.mktemp("induce"), most=8)


def read_rule(made: MadeTask, written: dict[str, str]) -> Rule:
    parsed = parse_rule(written["formal"], made.material.prefixes)
    return Rule(written["id"], parsed.body, parsed.head)


def test_everything_made_is_accepted_and_keeps_the_contract(made: MadeTask) -> None:
    assert len(made.items) == len(made.candidates) >= 8
    assert {item["language"] for item in made.items} == {"en", "de"}
    assert len({item["query"]["head"] for item in made.items}) >= 2
    assert len({item["answer"] for item in made.items}) >= 3
    for item in made.items:
        assert check_item(item) == []
        query, head = item["query"], item["query"]["head"]
        for subject, predicate, object_ in (*query["positive"], *query["negative"]):
            assert subject and head == (object_ if predicate == "rdf:type" else predicate)
        # The rule is to be found: nothing of its head is stated, and no other rule concludes it.
        assert not any(head in entry["triple"][1:] for entry in item["context"])
        assert not any(head in rule["formal"].partition("->")[2] for rule in made.theories[item["theory"]]["rules"])
        assert len({option["rule"]["formal"] for option in item["options"]}) == RIGHT
        for option in item["options"]:
            is_right = option["letter"] == item["answer"]
            examples = query["positive" if (option["status"] == "entailed") == is_right else "negative"]
            assert option["atom"] in examples


def test_one_rule_gives_the_examples_by_the_naive_evaluator(made: MadeTask) -> None:
    """From the written items alone: every candidate with the theory, on all examples."""
    for item in made.items:
        theory = made.read_theory(item)
        facts = [made.read_triple(entry["triple"]) for entry in item["context"]]
        positive, negative = (
            {made.read_triple(one) for one in item["query"][name]} for name in ("positive", "negative")
        )
        right = []
        for option in item["options"]:
            varied = Theory.build([*theory.rules, read_rule(made, option["rule"])], theory.closed)
            model = evaluate_naively(varied, facts)
            assert not model.contradictions
            if positive <= model.heights.keys() and negative.isdisjoint(model.heights):
                right.append(option["letter"])
        assert right == [item["answer"]]


def test_candidates_are_made_two_by_two_and_any_of_them_is_right(made: MadeTask) -> None:
    """One is the project's own, two differ from it in one thing each, the last in both; the answer is any of them."""
    right: Counter[int] = Counter()
    for item in made.items:
        options = {option["rule"]["id"]: option for option in item["options"]}
        own, ways = min(options, key=len), [name.split("~")[1:] for name in options]
        assert sorted(map(len, ways)) == [0, 1, 1, 2]
        assert set(Counter(way for listed in ways for way in listed).values()) == {2}
        assert made.material.theory.by_name[own] == read_rule(made, options[own]["rule"])
        right[next(len(n.split("~")) - 1 for n, o in options.items() if o["letter"] == item["answer"])] += 1
    assert right[0] and right[1] and right[0] < sum(right.values()) / 2


def list_given(made: MadeTask, item: dict[str, Any], rules: list[Rule]) -> dict[str, set[Triple]]:
    """By letter, what a candidate beside some rules concludes of the head, by the naive evaluator."""
    facts = [made.read_triple(entry["triple"]) for entry in item["context"]]
    found: dict[str, set[Triple]] = {}
    for option in item["options"]:
        rule = read_rule(made, option["rule"])
        model = evaluate_naively(Theory.build([*rules, rule], made.material.theory.closed), facts)
        assert not model.contradictions
        found[option["letter"]] = {fact for fact in model.heights if Atom(*fact).key == rule.head[0].key}
    return found


def test_every_example_is_needed_under_the_items_rules_and_under_all(made: MadeTask) -> None:
    """Neither examples nor counterexamples alone decide, and without any one of them another rule would fit as well."""
    for item in made.items:
        positive, negative = (
            {made.read_triple(one) for one in item["query"][name]} for name in ("positive", "negative")
        )
        key = read_rule(made, item["options"][0]["rule"]).head[0].key
        every = [rule for rule in made.material.theory.rules if all(head.key != key for head in rule.head)]
        for rules in ([*made.read_theory(item).rules], every):
            given = list_given(made, item, rules)
            assert all(given.values())  # none is known to be wrong by giving nothing

            def list_fitting(
                examples: set[Triple], others: set[Triple], given: dict[str, set[Triple]] = given
            ) -> list[str]:
                return [letter for letter, own in given.items() if examples <= own and others.isdisjoint(own)]

            assert list_fitting(positive, negative) == [item["answer"]]
            assert len(list_fitting(positive, set())) > 1 and len(list_fitting(set(), negative)) > 1
            assert all(len(list_fitting(positive - {one}, negative)) > 1 for one in positive)
            assert all(len(list_fitting(positive, negative - {one})) > 1 for one in negative)


def test_how_many_examples_there_are_says_nothing_of_the_rule(made: MadeTask) -> None:
    """Rules with fewer conditions give more: where candidates differ in that, it is not the right one that tells."""
    longest: Counter[bool] = Counter()
    for item in made.items:
        sizes = {option["letter"]: len(read_rule(made, option["rule"]).body) for option in item["options"]}
        assert 2 <= len(item["query"]["positive"]) + len(item["query"]["negative"]) <= 3
        if len(set(sizes.values())) > 1:
            longest[sizes[item["answer"]] == max(sizes.values())] += 1
    assert not longest or min(longest[True], longest[False]) > 0 or longest.total() < 4


def test_clingo_finds_the_same_rule(made: MadeTask) -> None:
    results = list(load_reader().recompute(made.items, made.theories, made.material.prefixes, {}))
    assert all(follows == said for follows, said in results) and len(results) == len(made.items)
    for item in made.items[:4]:
        changed = {**copy.deepcopy(item), "answer": next(one for one in "ABCD" if one != item["answer"])}
        ((follows, said),) = load_reader().recompute([changed], made.theories, made.material.prefixes, {})
        assert follows != said


def test_features_are_those_of_the_written_item(made: MadeTask) -> None:
    reader = FeatureReader(made.material.prefixes)
    for candidate, item in zip(made.candidates, made.items, strict=True):
        written = reader.read(item, made.theories[item["theory"]])
        rules = [made.material.theory.by_name[name] for name in candidate.answered.draft.rules]
        words = dict(written.measures)["words"]
        assert describe_answered(candidate.answered, rules, candidate.identity, written.template, words) == written


# ---- what must not pass


def answer(made: MadeTask, draft: Draft) -> Answered:
    """The draft as the engine would answer it, whatever the family says of it."""
    (item,) = measure_drafts(made.material.theory, [draft])
    assert item is not None
    return item


def list_mutants(item: Answered) -> list[Draft]:
    """The answer is another rule, an example is a counterexample, a candidate is there twice, or one fits as well."""
    draft, claims = item.draft, item.draft.claims
    right = claims[RIGHT].change
    count = draft.detail[0]
    assert isinstance(count, int)
    other = next(number for number in range(RIGHT) if claims[number].change != right)
    turned = tuple(Claim(claim.statement, claims[other].change) for claim in claims[RIGHT:])
    twin = replace(right.rules[0], name=f"{right.rules[0].name}~twin", body=right.rules[0].body[::-1])
    fitting = (*claims[:other], Claim(claims[other].statement, Change(rules=(twin,))), *claims[other + 1 :])
    double = (*claims[:other], Claim(claims[other].statement, right), *claims[other + 1 :])
    return [
        replace(draft, claims=(*claims[:RIGHT], *turned)),
        replace(draft, detail=(count - 1, *draft.detail[1:])),
        replace(draft, detail=(count + 1, *draft.detail[1:])),
        replace(draft, claims=fitting),
        replace(draft, claims=double),
    ]


def test_wrong_questions_are_turned_away_by_the_family_and_by_the_judges(made: MadeTask) -> None:
    for candidate in made.candidates[::3]:
        item = candidate.answered
        assert not made.judge(item)
        for draft in list_mutants(item):
            assert answer_drafts(made.material.theory, [draft])[0] == []
            assert made.judge(answer(made, draft))


def test_what_could_be_left_out_is_told_by_the_judges(made: MadeTask) -> None:
    for candidate in made.candidates[::3]:
        draft = candidate.answered.draft
        assert draft.claims[RIGHT].statement != draft.claims[-1].statement
        doubled = (*draft.claims, draft.claims[-1])
        assert "can be left out" in made.judge(answer(made, replace(draft, claims=doubled)))


def test_damaged_evidence_is_rejected(made: MadeTask) -> None:
    for candidate in made.candidates[::4]:
        item = candidate.answered
        for place, judgement in enumerate(item.judgements):
            evidence = judgement.evidence
            if not isinstance(evidence, Proof):
                continue
            last = evidence.steps[-1]
            own = {claim.change.rules[0].name for claim in item.draft.claims[:RIGHT]}
            others = sorted(own - {last.rule})
            for steps in (evidence.steps[:-1], (*evidence.steps[:-1], replace(last, rule=others[0]))):
                changed = replace(judgement, evidence=Proof(evidence.goal, steps))
                damaged = (*item.judgements[:place], changed, *item.judgements[place + 1 :])
                assert made.judge(replace(item, judgements=damaged))


def test_changed_items_are_found_from_the_files(made: MadeTask) -> None:
    for item in made.items[:3]:
        assert made.verify(item) == []
        query, options = item["query"], item["options"]
        other = next(number for number, option in enumerate(options) if option["letter"] != item["answer"])

        def change(item: dict[str, Any] = item, **changes: Any) -> dict[str, Any]:
            return {**copy.deepcopy(item), **changes}

        def set_option(number: int, item: dict[str, Any] = item, **changes: Any) -> dict[str, Any]:
            listed = copy.deepcopy(item["options"])
            listed[number] |= changes
            return {**copy.deepcopy(item), "options": listed}

        right = LETTERS.index(item["answer"])
        formal = options[right]["rule"]["formal"]
        for one in (
            change(answer=options[other]["letter"]),
            change(query={**query, "positive": query["negative"], "negative": query["positive"]}),
            change(query={**query, "negative": query["negative"][1:], "judged": query["judged"][:-1]}),
            change(query={**query, "positive": query["positive"][::-1] + query["positive"][:1]}),
            change(query={**query, "head": "g:follows" if query["head"] != "g:follows" else "g:teaches"}),
            set_option(other, rule={**options[other]["rule"], "formal": formal}),
            set_option(right, rule={"id": "another", "formal": formal}),
            set_option(other, text=options[right]["text"]),
            set_option(other, atom=query["positive" if options[other]["status"] == "entailed" else "negative"][0]),
        ):
            assert made.verify(one), one["query"]


# ---- near misses


def test_near_rules_differ_in_one_thing_and_are_safe() -> None:
    text = "k:parent(?x, ?y) ^ k:sister(?z, ?y) ^ k:born(?z, ?a) ^ k:born(?y, ?b) ^ ?a < ?b -> k:aunt(?z, ?x)"
    rule = parse_rule(text, {"k": "https://example.org/k#"})
    rule = Rule("aunt", rule.body, rule.head)
    key, thing = "<https://example.org/k#brother>", "<https://example.org/k#Thing>"
    near = list_near_rules(rule, [key], [thing], list_valued(rule))
    assert len({one.name for one in near}) == len({(one.body, one.head) for one in near}) == len(near) >= 6
    for one in near:
        Theory.build([one]).strata  # noqa: B018 -- raises when it is not a rule
        assert evaluate_naively(Theory.build([one]), []).heights == {}
        changed = [*set(one.body) ^ set(rule.body)]
        assert len(changed) <= 2 and (len(changed) > 0) != (one.head != rule.head)
    # Nobody is compared with a year, and no year is born.
    assert list_valued(rule) == {"<https://example.org/k#born>"}
    assert all(one.name.split("-")[0] in ("aunt~without", "aunt~turned") for one in near if "-3" in one.name)
    heads = {one.head for one in near}
    assert heads == {rule.head, (Atom(rule.head[0].object, rule.head[0].predicate, rule.head[0].subject),)}
    # What binds a variable of the head cannot be left out.
    assert not any(one.name == "aunt~without-1" for one in near)
