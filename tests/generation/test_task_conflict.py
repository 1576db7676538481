"""Conflict items: one set of facts contradicts itself, it alone, and every judge would notice if it were another."""

from __future__ import annotations

import copy
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from conftest_types import MakeMaterial
from made_tasks import MadeTask, load_reader
from oracles.naive import evaluate as evaluate_naively

from workbench.checker import Checker
from workbench.generation.questions.answering import answer_drafts, measure_drafts
from workbench.generation.questions.draft import Answered, Change, Claim, Draft
from workbench.model.items import check_item
from workbench.model.proofs import FALSE, ModelPair, Proof
from workbench.model.terms import Triple
from workbench.solving.certificates import Judge

LEVELS = (
    "  - name: short\n    hops: [1, 1]\n    distractors: [1, 4]\n    extra_rules: [0, 3]\n    tasks: {conflict: 9}\n"
    "  - name: long\n    hops: [2, 4]\n    distractors: [1, 4]\n    extra_rules: [0, 3]\n    tasks: {conflict: 9}\n"
)
_FRAME = (
    "{{ facts_labelled }}\n{% if rules_labelled %}{{ rules_labelled }}\n{% endif %}"
    "{% if closed %}{{ closed }}\n{% endif %}"
)
TEMPLATES = {
    "en": f"{_FRAME}They do not fit together.\n{{{{ choices }}}}",
    "de": f"{_FRAME}Sie passen nicht zusammen.\n{{{{ choices }}}}",
}


@pytest.fixture(scope="module")
def made(make_material: MakeMaterial, tmp_path_factory: pytest.TempPathFactory) -> MadeTask:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.generation.selection.blocks.BLOCK_SIZE", 20)
        return MadeTask(make_material(LEVELS), "conflict", TEMPLATES, tmp_path_factory.mktemp("conflict"))


def list_members(item: Answered) -> list[Triple]:
    return [claim.change.removed[0] for claim in item.draft.claims[1:]]


def ask_for(draft: Draft, members: list[Triple]) -> Draft:
    return replace(draft, claims=(Claim(FALSE), *(Claim(FALSE, Change(removed=(one,))) for one in members)))


def answer(made: MadeTask, draft: Draft) -> Answered:
    """The draft as the engine would answer it, whatever the family says of it."""
    (item,) = measure_drafts(made.material.theory, [draft])
    assert item is not None
    return item


def test_everything_made_is_accepted_and_keeps_the_contract(made: MadeTask) -> None:
    assert len(made.items) == len(made.candidates) >= 15
    assert {item["language"] for item in made.items} == {"en", "de"}
    assert {item["level_name"] for item in made.items} == {"short", "long"}
    assert len({item["proof"][-1]["rule"] for item in made.items}) >= 3
    for item in made.items:
        assert check_item(item) == []
        query, ids = item["query"], [entry["id"] for entry in item["context"]]
        labels = [f"F{ids.index(name) + 1}" for name in query["facts"]]
        assert sorted(item["answer"].split(", ")) == sorted(labels)
        assert item["proof"][-1]["conclusion"] == "false" and item["status"] is None and not item["options"]
        cited = {premise for step in item["proof"] for premise in step["premises"] if premise.startswith("c")}
        assert cited == {*query["facts"]} and len(query["without"]) == len(cited) >= 2
        distractors = {entry["id"] for entry in item["context"] if entry["distractor"]}
        assert not distractors & cited
        assert item["difficulty"]["steps"] == len(item["proof"]) and item["difficulty"]["leaves"] == len(cited)


def test_no_other_set_contradicts_itself_by_brute_force(made: MadeTask) -> None:
    """From the written items alone, every subset of the facts, judged by another evaluator."""
    seen = 0
    for item in made.items:
        if len(item["context"]) > 6:
            continue
        theory, facts = made.read_theory(item), [made.read_triple(entry["triple"]) for entry in item["context"]]
        bad: list[set[int]] = []
        for size in range(1, len(facts) + 1):
            for chosen in combinations(range(len(facts)), size):
                is_larger = any(known <= {*chosen} for known in bad)
                if not is_larger and evaluate_naively(theory, [facts[n] for n in chosen]).contradictions:
                    bad.append({*chosen})
        assert [sorted(f"F{n + 1}" for n in one) for one in bad] == [sorted(item["answer"].split(", "))]
        seen += 1
    assert seen >= 8


def test_clingo_finds_the_same_set(made: MadeTask) -> None:
    results = list(load_reader().recompute(made.items, made.theories, made.material.prefixes, {}))
    assert all(follows == said for follows, said in results) and len(results) == len(made.items)
    for item in made.items[:4]:
        changed = copy.deepcopy(item)
        changed["answer"] = changed["answer"].partition(", ")[0]
        ((follows, said),) = load_reader().recompute([changed], made.theories, made.material.prefixes, {})
        assert follows != said


# ---- what must not pass


def list_mutants(made: MadeTask, item: Answered) -> list[Draft]:
    """A larger set, a smaller one, and another."""
    members, draft = list_members(item), item.draft
    (other, *_) = [fact for fact in draft.facts if fact not in members]
    return [ask_for(draft, [*members, other]), ask_for(draft, members[1:]), ask_for(draft, [*members[1:], other])]


def test_other_sets_are_turned_away_by_the_family_and_by_the_judges(made: MadeTask) -> None:
    for candidate in made.candidates[::3]:
        item = candidate.answered
        assert not made.judge(item)
        larger, smaller, other = list_mutants(made, item)
        for draft in (larger, smaller, other):
            assert made.judge(answer(made, draft))
        # That a set is too small shows in its proof alone, which rests on more.
        assert answer_drafts(made.material.theory, [larger, other])[0] == []


def test_two_conflicts_are_turned_away(made: MadeTask) -> None:
    found = 0
    for one in made.candidates:
        for other in made.candidates:
            if found == 5 or one is other:
                continue
            facts = tuple(sorted({*one.answered.draft.facts, *list_members(other.answered)}))
            members = list_members(one.answered)
            if set(members) & set(list_members(other.answered)):
                continue
            rules = tuple(sorted({*one.answered.draft.rules, *other.answered.draft.rules}))
            draft = replace(one.answered.draft, facts=facts, rules=rules)
            accepted, rejected = answer_drafts(made.material.theory, [draft])
            assert accepted == []
            assert [why for _, _, why in rejected] == ["there is more than one contradicting set"]
            assert made.judge(answer(made, draft))
            found += 1
    assert found == 5


def test_damaged_evidence_is_rejected(made: MadeTask) -> None:
    item = next(c.answered for c in made.candidates if len(proof_of(c.answered).steps) > 1)
    proof, (first, *rest) = proof_of(item), item.judgements
    last = proof.steps[-1]
    for steps in (
        proof.steps[:-1],
        proof.steps[1:],
        (*proof.steps[:-1], replace(last, premises=last.premises[1:])),
        (*proof.steps[:-1], replace(last, rule=proof.steps[0].rule)),
    ):
        assert made.judge(replace(item, judgements=(replace(first, evidence=Proof(FALSE, steps)), *rest)))
    pair = rest[0].evidence
    assert isinstance(pair, ModelPair)
    fact = item.draft.facts[0]
    for changed in (
        replace(pair, without=(*pair.without, ("<urn:a>", fact[1], "<urn:b>"))),
        replace(pair, with_statement=(fact,)),
    ):
        assert made.judge(replace(item, judgements=(first, replace(rest[0], evidence=changed), *rest[1:])))


def proof_of(item: Answered) -> Proof:
    evidence = item.judgements[0].evidence
    assert isinstance(evidence, Proof)
    return evidence


def test_checker_and_z3_tell_consistent_from_contradictory_facts(made: MadeTask) -> None:
    for candidate in made.candidates[::4]:
        item = candidate.answered
        theory = made.material.theory.select(item.draft.rules)
        facts = item.draft.facts
        # With the conflict in them, the facts have no model, and what follows from them is none.
        pair = ModelPair(FALSE, item.model, ())
        assert Checker(theory, facts).check_evidence(pair)
        assert not Judge().judge_models(theory, facts, pair).ok
        assert not Checker(theory, facts).check_proof(proof_of(item))
        assert Judge().judge_proof(theory, facts, proof_of(item)).ok
        for judgement in item.judgements[1:]:
            rest = tuple(fact for fact in facts if fact not in judgement.change.removed)
            evidence = judgement.evidence
            assert isinstance(evidence, ModelPair)
            assert not Checker(theory, rest).check_evidence(evidence)
            assert Judge().judge_models(theory, rest, evidence).ok
            assert Checker(theory, rest).check_proof(proof_of(item))
            assert not Judge().judge_proof(theory, rest, proof_of(item)).ok


def test_changed_items_are_found_from_the_files(made: MadeTask) -> None:
    item = next(one for one in made.items if any(entry["distractor"] for entry in one["context"]))
    assert made.verify(item) == []
    query = item["query"]
    other = next(entry["id"] for entry in item["context"] if entry["id"] not in query["facts"])

    def change(**changes: Any) -> dict[str, Any]:
        return {**copy.deepcopy(item), **changes}

    def name(facts: list[str], **more: Any) -> dict[str, Any]:
        """Another set with its answer, the evidence as it is but as long."""
        without = [query["without"][min(n, len(query["without"]) - 1)] for n in range(len(facts))]
        labels = ", ".join(f"F{number}" for number in sorted(int(id_[1:]) for id_ in facts))
        return change(query={**query, "facts": facts, "without": without}, answer=labels, **more)

    models = query["without"][0]["evidence"]["models"]
    fewer = {"status": "unknown", "evidence": {"proof": [], "models": {**models, "without": models["without"][1:]}}}
    wrong = [
        name([*query["facts"], other]),
        name([*query["facts"][1:], other]),
        name([f"c{len(item['context']) + 1}", *query["facts"][1:]]),
        change(answer=item["answer"].partition(", ")[0]),
        change(proof=item["proof"][:-1]),
        change(query={**query, "without": query["without"][1:]}),
        change(query={**query, "rules": query["rules"][1:]}),
        *([change(query={**query, "without": [fewer, *query["without"][1:]]})] if models["without"] else []),
        change(difficulty={**item["difficulty"], "leaves": item["difficulty"]["leaves"] + 1}),
    ]
    if len(query["facts"]) > 2:
        wrong.append(name(query["facts"][1:]))
    for one in wrong:
        assert made.verify(one), one["query"]
