"""Puzzles have one solution and no clue too many, and every judge would notice if it were otherwise."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from conftest_types import MakeMaterial
from made_tasks import MadeTask, load_reader
from oracles.naive import evaluate as evaluate_naively

from workbench.checker import CheckError, certify_puzzle, check_puzzle
from workbench.export.scorer import score_answer
from workbench.formats.rules_parser import parse_atoms
from workbench.generation.questions.answering import answer_drafts, measure_drafts
from workbench.generation.questions.draft import Answered, Change, Claim, Draft
from workbench.generation.questions.puzzle_choices import get_puzzle
from workbench.generation.splits.answered_features import describe_answered
from workbench.generation.splits.features import FeatureReader
from workbench.model.builtins import holds
from workbench.model.items import check_item
from workbench.model.puzzles import Clue, Puzzle
from workbench.model.rules import Atom, BodyElement, Comparison
from workbench.model.terms import Triple, is_variable
from workbench.solving.certificates import Judge

LEVELS = (
    "  - name: stated\n    hops: [1, 3]\n    distractors: [0, 6]\n    extra_rules: [0, 3]\n    tasks: {puzzle: 9}\n"
    "  - name: known\n    hops: [1, 3]\n    given: facts\n    distractors: [0, 6]\n    tasks: {puzzle: 9}\n"
)
_FRAME = (
    "{{ facts_list }}\n{% if rules_list %}{{ rules_list }}\n{% endif %}{% if closed %}{{ closed }}\n{% endif %}"
    "?\n{{ unknowns }}\n!\n{{ clues }}\n{{ choices }}"
)
TEMPLATES = {"en": f"Known:\n{_FRAME}", "de": f"Bekannt:\n{_FRAME}"}


@pytest.fixture(scope="module")
def made(make_material: MakeMaterial, tmp_path_factory: pytest.TempPathFactory) -> MadeTask:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.generation.selection.blocks.BLOCK_SIZE", 16)
        return MadeTask(make_material(LEVELS), "puzzle", TEMPLATES, tmp_path_factory.mktemp("puzzle"), most=5)


# ---- an oracle of its own, from the written items alone


def find_part(body: tuple[BodyElement, ...], facts: set[Triple], bindings: dict[str, str]) -> bool:
    """Tell whether a conjunction has a binding, one element after the other."""
    if not body:
        return True
    first, *rest = body
    if isinstance(first, Comparison):
        return holds(first, bindings) and find_part(tuple(rest), facts, bindings)
    assert isinstance(first, Atom)
    for fact in facts:
        known = dict(bindings)
        if (
            fact[1] == first.predicate
            and all(
                (known.setdefault(part, end) if is_variable(part) else part) == end
                for part, end in ((first.subject, fact[0]), (first.object, fact[2]))
            )
            and find_part(tuple(rest), facts, known)
        ):
            return True
    return False


def hold(kind: str, truths: list[bool]) -> bool:
    return {
        "true": truths[0],
        "false": not any(truths),
        "any": any(truths),
        "one": sum(truths) == 1,
        "if": not truths[0] or truths[-1],
    }[kind]


def solve(made: MadeTask, item: dict[str, Any]) -> Iterator[tuple[list[str], set[int]]]:
    """Yield the values of every possible choice, and the clues that do not hold under it."""
    theory, query = made.read_theory(item), item["query"]
    facts = [made.read_triple(entry["triple"]) for entry in item["context"]]
    slots = [[(one["value"], made.read_triple(one["triple"])) for one in s["alternatives"]] for s in query["slots"]]
    clues = [
        (clue["kind"], [tuple(parse_atoms(part, made.material.prefixes)) for part in clue["parts"]])
        for clue in query["clues"]
    ]
    for choice in product(*slots):
        model = evaluate_naively(theory, [*facts, *(fact for _, fact in choice)])
        known = set(model.heights)
        if model.contradictions or any(sum(fact in known for _, fact in slot) != 1 for slot in slots):
            continue
        wrong = {n for n, (kind, parts) in enumerate(clues) if not hold(kind, [find_part(p, known, {}) for p in parts])}
        yield [value for value, _ in choice], wrong


def test_everything_made_is_accepted_and_keeps_the_contract(made: MadeTask) -> None:
    assert len(made.items) == len(made.candidates) >= 8
    assert {item["language"] for item in made.items} == {"en", "de"}
    assert len({item["identity"]["core"] for item in made.items}) >= 8
    kinds = Counter(clue["kind"] for item in made.items for clue in item["query"]["clues"])
    assert kinds.keys() >= {"true", "false", "any", "one"}, kinds
    for item in made.items:
        assert check_item(item) == []
        assert 1 <= item["difficulty"]["hops"] <= 3
        query = item["query"]
        stated = [entry["triple"] for entry in item["context"]]
        assert all(one["triple"] not in stated for slot in query["slots"] for one in slot["alternatives"])
        said = [{one["value"]: one["text"] for one in slot["alternatives"]} for slot in query["slots"]]
        solved = [own[value] for own, (_, value) in zip(said, query["solution"], strict=True)]
        assert item["answer"] == "\n".join(solved)
        assert all(clue["text"] in item["question"] for clue in query["clues"])


def test_there_is_one_solution_and_no_clue_too_many_by_the_naive_evaluator(made: MadeTask) -> None:
    for item in made.items:
        query = item["query"]
        found = list(solve(made, item))
        assert [values for values, wrong in found if not wrong] == [[value for _, value in query["solution"]]]
        for number, clue in enumerate(query["clues"]):
            assert (clue["second"], {number}) in found
        for place, _ in enumerate(query["slots"]):
            assert len({values[place] for values, _ in found}) > 1, "decided without any clue"


def test_the_solution_is_the_one_under_all_rules_of_the_project_too(made: MadeTask) -> None:
    for candidate in made.candidates:
        draft = candidate.answered.draft
        puzzle = get_puzzle(draft.detail)
        assert check_puzzle(made.material.theory, draft.facts, puzzle) == ()


def test_clingo_finds_one_stable_model(made: MadeTask) -> None:
    results = list(load_reader().recompute(made.items, made.theories, made.material.prefixes, {}))
    assert all(follows == said for follows, said in results) and len(results) == len(made.items)
    for item in made.items[:3]:
        for changed in list_changed_queries(item):
            ((follows, said),) = load_reader().recompute([changed], made.theories, made.material.prefixes, {})
            assert follows != said


def list_changed_queries(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The item without a clue, with another solution, with a clue turned round, and with another second solution."""
    query = item["query"]
    second = query["clues"][0]["second"]
    names = [name for name, _ in query["solution"]]
    solved = [value for _, value in query["solution"]]
    for changes in (
        {"clues": query["clues"][1:]},
        {"solution": [[name, value] for name, value in zip(names, second, strict=True)]},
        {"clues": [*query["clues"][:-1], query["clues"][-1] | {"second": solved}]},
    ):
        yield {**copy.deepcopy(item), "query": {**copy.deepcopy(query), **changes}}
    for number, clue in enumerate(query["clues"]):
        if clue["kind"] in ("true", "false"):
            turned = clue | {"kind": "true" if clue["kind"] == "false" else "false"}
            clues = [*query["clues"][:number], turned, *query["clues"][number + 1 :]]
            yield {**copy.deepcopy(item), "query": query | {"clues": clues}}


def test_features_are_those_of_the_written_item(made: MadeTask) -> None:
    reader = FeatureReader(made.material.prefixes)
    for candidate, item in zip(made.candidates, made.items, strict=True):
        written = reader.read(item, made.theories[item["theory"]])
        rules = [made.material.theory.by_name[name] for name in candidate.answered.draft.rules]
        words = dict(written.measures)["words"]
        assert describe_answered(candidate.answered, rules, candidate.identity, written.template, words) == written


def test_only_the_solution_scores(made: MadeTask) -> None:
    for item in made.items:
        query = item["query"]
        assert score_answer(item, item["answer"]) == 1.0
        assert score_answer(item, "; ".join(reversed(item["answer"].split("\n")))) == 1.0
        everything = "\n".join(f"{s['name']}: {one['value']}" for s in query["slots"] for one in s["alternatives"])
        texts = "\n".join(one["text"] for slot in query["slots"] for one in slot["alternatives"])
        wrong = ["", everything, texts, item["question"], query["clues"][0]["text"], "true"]
        wrong += [item["answer"].split("\n")[0], item["answer"] + "\n" + item["question"]]
        for values in [[value for _, value in query["solution"]], *(clue["second"] for clue in query["clues"])]:
            is_right = values == [value for _, value in query["solution"]]
            forms = list_forms(query["slots"], values)
            assert [score_answer(item, form) for form in forms] == [float(is_right)] * len(forms), forms
        assert [score_answer(item, reply) for reply in wrong] == [0.0] * len(wrong)


def list_forms(slots: list[dict[str, Any]], values: list[str]) -> list[str]:
    """The fair ways to say what is the case: values or sentences, with names or without."""
    texts = [
        next(one["text"] for one in slot["alternatives"] if one["value"] == value)
        for slot, value in zip(slots, values, strict=True)
    ]
    named = [f"{slot['name']}: {value}" for slot, value in zip(slots, values, strict=True)]
    sentences = [f"{slot['name']}: {text}" for slot, text in zip(slots, texts, strict=True)]
    return [
        *("\n".join(lines) for lines in (texts, named, sentences, values, [f"- {text}" for text in texts])),
        *("\n".join(f"{n}. {one}" for n, one in enumerate(lines, 1)) for lines in (texts, named, values)),
        "; ".join(named), ", ".join(named), " ".join(texts), "\n".join(text.removesuffix(".") for text in texts),
        "Answer:\n" + "\n".join(texts), "```\n" + "\n".join(named) + "\n```", " and ".join(named),
        json.dumps({slot["name"]: value for slot, value in zip(slots, values, strict=True)}), json.dumps(texts),
        json.dumps({"reasoning": "by the clues", "answer": texts}),
        "| Name | Value |\n|---|---|\n" + "\n".join(f"| {line.replace(': ', ' | ', 1)} |" for line in named),
    ]  # fmt: skip


# ---- what must not pass


def answer(made: MadeTask, draft: Draft) -> Answered:
    """The draft as the engine would answer it, whatever the family says of it."""
    (item,) = measure_drafts(made.material.theory, [draft])
    assert item is not None
    return item


def list_mutants(draft: Draft) -> list[Draft]:
    """A second solution, a superfluous clue, a wrong solution, a wrong second solution, a stated fact of a slot."""
    puzzle = get_puzzle(draft.detail)
    clue = puzzle.clues[0]
    wrong = next(one.second for one in puzzle.clues)
    denied = next(fact for slot, place in zip(puzzle.slots, wrong, strict=True) for fact in [slot[place]]
                  if fact not in puzzle.solved)  # fmt: skip
    spare = Clue("false", ((Atom(*denied),),), wrong)
    changed = [
        replace(puzzle, clues=puzzle.clues[1:]),
        replace(puzzle, clues=(*puzzle.clues, spare)),
        replace(puzzle, solution=wrong),
        replace(puzzle, clues=(replace(clue, second=puzzle.solution), *puzzle.clues[1:])),
        replace(puzzle, slots=(*puzzle.slots[:-1], puzzle.slots[-1][:1])),
    ]
    found = [replace(draft, detail=(one,)) for one in changed]
    shown = tuple(Claim(claim.statement, Change(added=changed[2].solved)) for claim in draft.claims)
    found[2] = replace(found[2], claims=shown)
    return [*found, replace(draft, facts=tuple(sorted((*draft.facts, puzzle.solved[0]))))]


def test_wrong_puzzles_are_turned_away_by_the_engine_the_checker_and_z3(made: MadeTask) -> None:
    theory = made.material.theory
    for candidate in made.candidates[::2]:
        item = candidate.answered
        assert not made.judge(item, candidate.language)
        puzzle = get_puzzle(item.draft.detail)
        own = theory.select(item.draft.rules)
        assert Judge().judge_puzzle(own, item.draft.facts, puzzle).ok
        for draft in list_mutants(item.draft):
            assert answer_drafts(theory, [draft])[0] == []
            mutant = get_puzzle(draft.detail)
            assert check_puzzle(own, draft.facts, mutant)
            with pytest.raises(CheckError):
                certify_puzzle(own, draft.facts, mutant)
            assert not Judge().judge_puzzle(own, draft.facts, mutant).ok or draft.facts != item.draft.facts


def test_changed_items_are_found_from_the_files(made: MadeTask) -> None:
    for item in made.items[:3]:
        assert made.verify(item) == []
        for changed in list_changed_queries(item):
            assert made.verify(changed), changed["query"]
        query = item["query"]
        first = query["slots"][0]
        swapped = first | {"alternatives": first["alternatives"][::-1]}
        for one in (
            item | {"answer": "\n".join(reversed(item["answer"].split("\n")))},
            item | {"proof": item["proof"][:-1]},
            item | {"query": query | {"clues": [clue | {"text": "x"} for clue in query["clues"]]}},
            item | {"query": query | {"slots": [swapped, *query["slots"][1:]]}},
            item | {"query": query | {"slots": [first | {"name": "Zoe"}, *query["slots"][1:]]}},
        ):
            assert made.verify(copy.deepcopy(one)), one["query"]


def test_z3_does_not_let_facts_support_themselves() -> None:
    """A circle of rules: without ranks a second solution would seem possible."""
    from workbench.formats.rules_parser import parse_rule
    from workbench.model.rules import Rule
    from workbench.model.theory import Theory

    prefixes = {"k": "https://example.org/k#"}
    texts = {
        "a": "k:p(?x, ?y) -> k:q(?x, ?y)",
        "b": "k:q(?x, ?y) -> k:q(?y, ?x)",
        "c": "k:q(?x, ?y) ^ k:q(?y, ?z) -> k:q(?x, ?z)",
    }
    parsed = {name: parse_rule(text, prefixes) for name, text in texts.items()}
    theory = Theory.build(Rule(name, rule.body, rule.head) for name, rule in parsed.items())

    def name(local: str) -> str:
        return f"<https://example.org/k#{local}>"

    def fact(subject: str, predicate: str, object_: str) -> Triple:
        return (name(subject), name(predicate), name(object_))

    slots = (
        (fact("a", "p", "b"), fact("a", "p", "c")),
        (fact("d", "p", "b"), fact("d", "p", "e")),
    )
    linked = Clue("true", ((Atom(*fact("a", "q", "d")),),), (1, 1))
    puzzle = Puzzle(slots, (linked,), (0, 0))
    assert check_puzzle(theory, (), puzzle) == ()
    assert Judge().judge_puzzle(theory, (), puzzle).ok
    apart = Puzzle(slots, (Clue("false", ((Atom(*fact("a", "q", "d")),),), (0, 0)),), (1, 1))
    assert check_puzzle(theory, (), apart) and not Judge().judge_puzzle(theory, (), apart).ok
