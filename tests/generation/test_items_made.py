"""Items as they leave: whole, in line with the contract, and refused as soon as anything about them is wrong."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from conftest_types import MakeMaterial
from oracles.naive import evaluate as evaluate_naively

from workbench.formats.rules_parser import parse_rule
from workbench.generation.items.item_making import extract_proof, merge_proofs, write_theory
from workbench.generation.items.judging import Case, Certificate, Judges
from workbench.generation.items.rendering import Rendered
from workbench.generation.questions.draft import ANSWER, Answered, Claim, Judgement
from workbench.generation.selection.blocks import BlockMaker, Candidate, JudgedItem, Material
from workbench.generation.selection.processes import InProcess
from workbench.generation.selection.selecting import select_items
from workbench.generation.selection.taking import Key, Written
from workbench.generation.tasks.family import LETTERS
from workbench.model.items import check_item, expand_term
from workbench.model.proofs import ModelPair, Proof, Refutation
from workbench.model.rules import Rule
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory
from workbench.wording.grammar import Grammar
from workbench.wording.reader import Reader
from workbench.wording.sentences import say_fact

LEVELS = (
    "  - name: one\n    hops: [1, 3]\n    distractors: [0, 4]\n    extra_rules: [0, 3]\n"
    "    worlds: [sampled, project]\n"
    "    tasks: {entailment: 3, select: 1, options: 1}\n"
    "  - name: known\n    hops: [1, 3]\n    given: facts\n    distractors: [0, 20]\n"
    "    tasks: {entailment: 3, select: 1, options: 1}\n"
)


class Made:
    """Candidates of a few worlds, what became of them, and who judged."""

    def __init__(self, material: Material) -> None:
        self.maker = BlockMaker(material)
        self.candidates: list[Candidate] = []
        for level in material.curriculum.levels:
            open_cells = {(quota.task, quota.status) for quota in level.quotas}
            for source in level.sources:
                found = self.maker.propose(level, source, 0, open_cells).candidates
                by_cell: Counter[tuple[str, str, str]] = Counter()
                for candidate in found:
                    by_cell[candidate.cell] += 1
                    if by_cell[candidate.cell] <= 5:
                        self.candidates.append(candidate)
        self.judged = self.maker.judge(self.candidates)
        grammars = {name: Grammar(lexicon, material.classes) for name, lexicon in self.maker.exported.items()}
        self.reader = Reader(grammars, self.maker.renderer.skeletons)
        self.judges = Judges(material.prefixes)

    @property
    def items(self) -> list[dict[str, Any]]:
        return [one.item for one in self.judged if one.item is not None]

    def judge(self, item: Answered, change: Callable[[Rendered], Rendered] = lambda r: r, language: str = "en") -> str:
        """Judge an answered draft; empty when it is accepted."""
        rendered = change(self.maker.renderer.render(item, language))
        theory = self.maker.material.theory.select(item.draft.rules)
        verdict = self.judges.judge(item, rendered, theory, self.reader)
        return verdict if isinstance(verdict, str) else ""


@pytest.fixture(scope="module")
def made(make_material: MakeMaterial) -> Made:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.generation.selection.blocks.BLOCK_SIZE", 10)
        return Made(make_material(LEVELS))


def expand(made: Made, triple: list[str]) -> Triple:
    subject, predicate, object_ = (expand_term(term, made.maker.material.prefixes) for term in triple)
    return (subject, predicate, object_)


def test_everything_made_is_accepted(made: Made) -> None:
    assert len(made.items) == len(made.candidates) >= 50
    assert {(i["task"], i["status"]) for i in made.items} == {
        ("entailment", "entailed"), ("entailment", "refuted"), ("entailment", "unknown"), ("select", None),
        ("options", None),
    }  # fmt: skip
    assert {i["language"] for i in made.items} == {"en", "de"}
    assert {i["provenance"]["world"] for i in made.items} == {"sampled", "project"}


def test_items_keep_the_contract(made: Made) -> None:
    for item in made.items:
        assert check_item(item) == []
        assert item == json.loads(json.dumps(item))
    by_id: dict[str, str] = {}
    for item in made.items:
        assert by_id.setdefault(item["id"], item["identity"]["exact"]) == item["identity"]["exact"]


def test_evidence_stands_on_what_is_stated(made: Made) -> None:
    """Every premise is in the context, was concluded before, or is the statement that is supposed."""
    for item in made.items:
        context = {entry["id"]: entry["triple"] for entry in item["context"]}
        runs = [(item["proof"], item["query"].get("triple"))]
        runs += [(option["evidence"]["proof"], option["atom"]) for option in item["options"]]
        for steps, statement in runs:
            known: dict[str, Any] = {**context, "assume": statement}
            for step in steps:
                assert all(premise in known for premise in step["premises"])
                known[f"s{step['step']}"] = step["conclusion"]


def test_answers_by_the_naive_evaluator(made: Made) -> None:
    """From the written item alone: context, theory file, query."""
    prefixes = made.maker.material.prefixes
    for one in made.judged[::3]:
        item, file = one.item, one.theory
        assert item is not None and file is not None
        rules = []
        for entry in file["rules"]:
            parsed = parse_rule(entry["formal"], prefixes)
            rules.append(Rule(entry["id"], parsed.body, parsed.head))
        closed = [expand_term(term, prefixes) for term in item["semantics"]["closed"]]
        theory = Theory.build(rules, closed)
        stated = [expand(made, entry["triple"]) for entry in item["context"]]
        model = evaluate_naively(theory, stated)
        assert not model.contradictions

        def find_status(triple: Triple, theory: Theory = theory, stated: list[Triple] = stated) -> str:
            facts = set(evaluate_naively(theory, stated).heights)
            if triple in facts:
                return "entailed"
            key = triple[2] if triple[1] == RDF_TYPE else triple[1]
            extended = evaluate_naively(theory, [*stated, triple], reference=facts)
            added = {f for f in extended.heights if (f[2] if f[1] == RDF_TYPE else f[1]) in theory.closed}
            return "refuted" if key in theory.closed or extended.contradictions or added - facts else "unknown"

        if item["task"] == "entailment":
            assert find_status(expand(made, item["query"]["triple"])) == item["status"]
            frames = made.maker.lexicons[item["language"]].frames
            assert item["answer"] == dict(frames.answers)[item["status"]]
        elif item["task"] == "options":
            statuses = [find_status(expand(made, option["atom"])) for option in item["options"]]
            assert statuses == [option["status"] for option in item["options"]]
            assert item["answer"] == LETTERS[statuses.index("entailed")] and statuses.count("entailed") == 1
        else:
            body = parse_rule(f"{item['query']['body']} -> false", prefixes).body[0]
            place = [*body].index(ANSWER)  # type: ignore[misc]
            pattern = [*body]  # type: ignore[misc]
            matching = {
                f[place] for f in model.heights if all(p in (ANSWER, v) for p, v in zip(pattern, f, strict=True))
            }
            assert matching == {expand_term(answer[0], prefixes) for answer in item["query"]["answers"]}
            labels = made.maker.lexicons[item["language"]]
            assert sorted(item["answer"].split(", ")) == sorted(labels.get_label(term) for term in matching)


def test_no_item_states_its_answer(made: Made) -> None:
    for item in made.items:
        stated = [entry["triple"] for entry in item["context"]]
        if item["task"] == "entailment":
            assert item["query"]["triple"] not in stated
        elif item["task"] == "options":
            assert not any(option["atom"] in stated for option in item["options"])
        else:
            assert any(step["conclusion"] not in stated for step in item["proof"])
        assert not item["question"].rstrip().endswith(item["answer"])


def test_whoever_is_asked_about_is_mentioned(made: Made) -> None:
    """Else what was never heard of would always be what cannot be known."""
    for item in made.items:
        mentioned = {term for entry in item["context"] for term in entry["triple"]}
        asked = [item["query"]["triple"]] if item["task"] == "entailment" else [o["atom"] for o in item["options"]]
        for subject, predicate, object_ in asked:
            assert subject in mentioned
            assert predicate == "rdf:type" or object_ in mentioned or object_.startswith('"')


def test_prompts_state_what_they_should_and_nothing_else(made: Made) -> None:
    for item in made.items:
        lexicon = made.maker.lexicons[item["language"]]
        for entry in item["context"]:
            assert entry["text"].removesuffix(".") in item["question"]
        texts = [made.maker.renderer.say_rule(item["language"], r) for r in made.maker.material.theory.rules
                 if r.name in item["provenance"]["axioms"]]  # fmt: skip
        shown = [text in item["question"] for text in texts]
        assert all(shown) if item["given"] == "facts+rules" else not any(shown)
        assert not re.search(r"\{\{|\{%|https?://|urn:", item["question"])
        assert lexicon.language == item["language"]


def test_the_digest_of_a_theory_covers_its_formal_part_only(made: Made) -> None:
    rules = made.maker.material.theory.rules[:5]
    prefixes = made.maker.material.prefixes
    texts = {rule.name: {"en": "x"} for rule in rules}
    digest, file = write_theory(rules, prefixes, texts)
    other, more = write_theory(rules[::-1], prefixes, {rule.name: {"de": "y", "en": "z"} for rule in rules})
    assert digest == other and file["rules"] != more["rules"]
    assert [r["formal"] for r in file["rules"]] == [r["formal"] for r in more["rules"]]
    assert write_theory(rules[1:], prefixes, texts)[0] != digest
    for one in made.judged:
        assert one.item is not None and one.theory is not None
        assert one.item["theory"] == one.theory["digest"]
        assert set(one.item["provenance"]["axioms"]) == {rule["id"] for rule in one.theory["rules"]}


def test_joined_proofs_come_apart_again(made: Made) -> None:
    seen = 0
    for candidate in made.candidates:
        if candidate.answered.draft.task == "select":
            proofs = [j.evidence for j in candidate.answered.judgements if isinstance(j.evidence, Proof)]
            steps = merge_proofs(proofs)
            assert len({step.conclusion for step in steps}) == len(steps)
            for proof in proofs:
                again = extract_proof(steps, proof.goal)
                assert again.goal == proof.goal and set(again.leaves) <= set(candidate.answered.draft.facts)
                seen += 1
    assert seen


# ---- what the judges must not let pass


def find(made: Made, task: str, status: str = "-", *, given: str = "facts+rules") -> Answered:
    return next(
        c.answered for c in made.candidates if c.cell[1:] == (task, status) and c.answered.draft.level.given == given
    )


def change_judgement(item: Answered, **changes: Any) -> Answered:
    return replace(item, judgements=(replace(item.judgements[0], **changes), *item.judgements[1:]))


def test_a_wrong_status_is_rejected(made: Made) -> None:
    entailed, unknown = find(made, "entailment", "entailed"), find(made, "entailment", "unknown")
    refuted = find(made, "entailment", "refuted")
    assert not made.judge(entailed) and not made.judge(unknown) and not made.judge(refuted)
    for item in (entailed, unknown, refuted):
        statement = item.judgements[0].statement
        pair = ModelPair(statement, item.model, tuple(sorted({*item.model})))
        for status, evidence in (
            ("entailed", Proof(statement, ())), ("refuted", Refutation(statement)), ("unknown", pair)
        ):  # fmt: skip
            if status != item.status:
                assert made.judge(change_judgement(item, status=status, evidence=evidence)), (item.status, status)


def test_parts_that_belong_to_different_items_are_noticed(made: Made) -> None:
    first, *others = [c.answered for c in made.candidates if c.cell[1:] == ("entailment", "entailed")]
    other = next(o for o in others if o.draft.statements != first.draft.statements)
    assert made.judge(replace(first, judgements=other.judgements)).startswith("item")
    assert made.judge(change_judgement(first, evidence=other.judgements[0].evidence)).startswith("item")
    assert made.judge(change_judgement(first, status="unknown")).startswith("item")
    select = find(made, "select")
    assert made.judge(replace(select, answers=select.answers[1:]))


def test_damaged_evidence_is_rejected(made: Made) -> None:
    unknown = find(made, "entailment", "unknown")
    entailed = next(c.answered for c in made.candidates
                    if c.cell[2] == "entailed" and len(c.answered.draft.rules) > 1)  # fmt: skip
    proof = entailed.judgements[0].evidence
    assert isinstance(proof, Proof)
    last = proof.steps[-1]
    for steps in (
        proof.steps[:-1],
        (*proof.steps[:-1], replace(last, rule=next(r for r in entailed.draft.rules if r != last.rule))),
        (*proof.steps[:-1], replace(last, premises=last.premises[1:])),
        (*proof.steps[:-1], replace(last, bindings=last.bindings[1:])),
        (*proof.steps[:-1], replace(last, conclusion=(last.conclusion[2], *last.conclusion[1:]))),
    ):
        assert made.judge(change_judgement(entailed, evidence=Proof(proof.goal, steps)))
    pair = unknown.judgements[0].evidence
    assert isinstance(pair, ModelPair)
    stray = (pair.statement[0], RDF_TYPE, "<https://example.org/guild#Workshop>")
    for changed in (
        replace(pair, without=pair.without[1:]) if pair.without else replace(pair, without=(pair.statement,)),
        replace(pair, with_statement=(*pair.with_statement, stray)) if stray not in pair.with_statement else pair,
        replace(pair, without=tuple(sorted({*pair.without, pair.statement}))),
    ):
        if changed != pair:
            assert made.judge(change_judgement(unknown, evidence=changed))


def test_incomplete_answers_are_rejected(made: Made) -> None:
    item = next(c.answered for c in made.candidates
                if c.cell[1] == "select" and len(c.answered.judgements) > 1)  # fmt: skip
    assert not made.judge(item)
    assert made.judge(replace(item, judgements=item.judgements[1:], answers=item.answers[1:]))
    assert made.judge(replace(item, answers=item.answers[1:]))
    one = item.judgements[0]
    place = item.draft.question.pattern.index(ANSWER)
    stranger = list(one.statement)
    stranger[place] = "<urn:knowledge-workbench:name#Uma>"
    more = Judgement((stranger[0], stranger[1], stranger[2]), "entailed", one.evidence)
    if more.statement not in {j.statement for j in item.judgements}:
        answers = tuple(sorted((*item.answers, (stranger[place],))))
        assert made.judge(replace(item, judgements=(*item.judgements, more), answers=answers))


def lay_out(rendered: Rendered, **changes: Any) -> Rendered:
    return replace(rendered, layout=replace(rendered.layout, **changes))


def test_a_prompt_that_says_something_else_is_rejected(made: Made) -> None:
    for task, status in (("entailment", "entailed"), ("options", "-"), ("select", "-")):
        for given in ("facts+rules", "facts"):
            item = find(made, task, status, given=given)

            def say(change: Callable[[str], str], item: Answered = item) -> str:
                return made.judge(item, lambda r: replace(r, prompt=change(r.prompt)))

            assert say(lambda prompt: prompt) == ""
            assert say(lambda prompt: prompt + " Really.").startswith("reader")
            rendered = made.maker.renderer.render(item, "en")
            for fact in rendered.layout.facts[:2]:
                text = say_fact(made.maker.lexicons["en"], fact)
                assert text in rendered.prompt
                assert say(lambda prompt, text=text: prompt.replace(text, "", 1)).startswith("reader")
                assert say(lambda prompt, text=text: prompt.replace(text, f"{text} {text}", 1)).startswith("reader")
            # Facts in another order than the item says, too: "the first fact" must be the first.
            if len(rendered.layout.facts) > 1:
                assert made.judge(item, lambda r: lay_out(r, facts=r.layout.facts[::-1])).startswith("reader")
            if given == "facts+rules" and len(rendered.layout.rules) > 1:
                assert made.judge(item, lambda r: lay_out(r, rules=r.layout.rules[1:])).startswith("reader")


def test_another_statement_than_asked_is_rejected(made: Made) -> None:
    entailed = [c.answered for c in made.candidates if c.cell[1:] == ("entailment", "entailed")]
    item = next(a for a in entailed if a.draft.statements[0][2].startswith("<urn:"))
    subject, predicate, object_ = item.draft.statements[0]
    turned = replace(item, draft=replace(item.draft, claims=(Claim((object_, predicate, subject)),)))
    assert made.judge(turned)


class Nowhere:
    """Where nothing is kept."""

    def put(self, key: Key, written: Written) -> None:
        """Forget an item."""

    def end_block(self, state: Mapping[str, Any]) -> None:
        """Forget a block."""


def test_a_rejected_item_is_counted_with_its_reason(
    make_material: MakeMaterial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.generation.selection.blocks.BLOCK_SIZE", 8)
    refused: list[str] = []
    judge_all = Judges.judge_all

    def refuse_every_third(self: Judges, cases: Sequence[Case], reader: Reader) -> list[Certificate | str]:
        found = judge_all(self, cases, reader)
        for number, case in enumerate(cases):
            refused.append(case.item.draft.key)
            if len(refused) % 3 == 0:
                found[number] = "planted: no"
        return found

    monkeypatch.setattr(Judges, "judge_all", refuse_every_third)
    material = make_material("  - name: one\n    hops: 1\n    distractors: [0, 3]\n    tasks: {entailment: 9}\n")
    selection = select_items(material.curriculum, InProcess(BlockMaker(material)), Nowhere())
    assert selection.items == 9 and not selection.shortfalls
    assert 0 < selection.ledger.rejected["planted: no"] <= len(refused) // 3


def test_what_a_judge_rejects_has_no_item(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Judges, "judge_all", lambda _, cases, __: ["planted: no"] * len(cases))
    assert made.maker.judge(made.candidates[:2]) == [JudgedItem(None, None, "planted: no")] * 2
