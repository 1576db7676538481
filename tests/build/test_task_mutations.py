"""What is wrong in an item of any task is found by what it says: digests, ids, counts and tables are all made right."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from guild_project import ALL_TASKS
from test_verification import Draft, Item, expect, find_problems, read_draft

from workbench.build.exported_wording import read_wording
from workbench.checker.certificates import certify, certify_answers
from workbench.checker.facts import CheckError
from workbench.checker.judging import Checker
from workbench.checker.puzzles import certify_puzzle
from workbench.export.evidence import read_evidence, read_theory_file
from workbench.generation.keyed import hash_parts
from workbench.generation.questions.draft import apply_change, extend_theory
from workbench.model.items import canonical_json, digest_json, expand_term
from workbench.model.puzzles import Puzzle
from workbench.model.rules import Atom
from workbench.wording.puzzle_sentences import say_clue

OPTIONS = ("options", "abduce", "diff")
STATING = tuple(task for task in ALL_TASKS if task not in ("formalise", "verbalise"))
"""The tasks whose items state something."""
LISTS = ("select", "recall", "count", "compare", "value")
NAME = "<urn:knowledge-workbench:name#{}>"
NAMES = ("Uma", "Tom", "Sue", "Rex", "Pia", "Ola", "Ned", "Mia", "Lev", "Kay", "Jon", "Ida", "Hal", "Gus", "Fay", "Eli")


@pytest.fixture(scope="module")
def original(all_tasks_dataset: Path) -> Draft:
    return read_draft(all_tasks_dataset)


@pytest.fixture
def draft(original: Draft) -> Draft:
    return copy.deepcopy(original)


def choose(draft: Draft, task: str, suits: Callable[[Item], bool] = lambda _: True) -> Item:
    """The first English item of a task that suits."""
    return next(i for i in draft.iterate() if i["task"] == task and i["language"] == "en" and suits(i))


def find_wrong(draft: Draft, item: Item, folder: Path, what: str) -> None:
    """Sign the item as a careful forger would; verifying names its file, line and id, and what is wrong."""
    sign(draft, item)
    problems = find_problems(draft.keep(item).write(folder / "d"))
    found = [p for p in problems if p[:3] == (f"items/{item['split']}.jsonl", 1, item["id"]) and re.search(what, p[3])]
    assert found, problems


def sign(draft: Draft, item: Item) -> None:
    """Write the digests that go with what the item says, as far as there are any."""
    theory = read_theory_file(item["theory"], draft.theories[item["theory"]], draft.prefixes)
    item["provenance"]["axioms"] = {name: digest_json(text)[:16] for name, text in theory.formal.items()}
    item["verified"]["reader"] = hash_parts(item["question"])[:32]
    stated = read_evidence(item, theory, draft.prefixes)
    digests = []
    try:
        for judgement in stated.judgements:
            facts = apply_change(tuple(stated.facts), judgement.change)
            own = extend_theory(stated.theory, judgement.change.rules)
            digests.append(certify(own, facts, judgement.evidence, Checker(own, facts)))
        if (query := stated.query) is not None:
            checker = Checker(stated.theory, stated.facts)
            digests.append(
                certify_answers(stated.theory, stated.facts, query.body, query.variables, stated.answers, checker)
            )
        puzzles = [part for part in stated.detail if isinstance(part, Puzzle)]
        digests += [certify_puzzle(stated.theory, tuple(stated.facts), puzzle) for puzzle in puzzles]
    except CheckError:
        return  # a certificate of what is wrong cannot be had
    item["verified"]["checker"] = hash_parts(*digests)[:32]


def say_another(draft: Draft, item: Item) -> str:
    """An answer of the right form that is not the item's."""
    if item["options"]:
        return str(next(option["letter"] for option in item["options"] if option["letter"] != item["answer"]))
    if item["status"] is not None or item["task"] in ("select", "recall", "compare"):
        return next(
            str(other["answer"]) for other in draft.iterate()
            if other["task"] == item["task"] and other["language"] == "en" and other["answer"] != item["answer"]
        )  # fmt: skip
    if item["task"] == "prove":
        return str(item["answer"]).replace("F1", "F99").replace("F2", "F1").replace("F99", "F2")
    if item["task"] == "conflict":
        unused = (f"F{n}" for n in range(1, len(item["context"]) + 1) if f"F{n}" not in item["answer"].split(", "))
        return ", ".join([*item["answer"].split(", ")[:-1], next(unused)])
    if item["task"] == "step":
        return "S1" if item["answer"] != "S1" else "S2"
    if item["task"] == "formalise":
        return str(item["query"]["near"][0]["formal"])
    if item["task"] == "puzzle":
        second = item["query"]["clues"][0]["second"]
        slots = [{one["value"]: one["text"] for one in slot["alternatives"]} for slot in item["query"]["slots"]]
        return "\n".join(slot[value] for slot, value in zip(slots, second, strict=True))
    return str(int(item["answer"]) + 1)


@pytest.mark.parametrize("task", ALL_TASKS)
def test_a_wrong_answer(draft: Draft, tmp_path: Path, task: str) -> None:
    item = choose(
        draft, task, lambda i: task not in ("prove", "conflict") or ("F2" in i["answer"] and len(i["context"]) > 3)
    )
    item["answer"] = say_another(draft, item)
    # Which rule the examples are held against is what the answer says, so another rule does not have them.
    find_wrong(draft, item, tmp_path, "^its question makes no item: " if task == "induce" else "^answer: is not '")


@pytest.mark.parametrize("task", ["entailment", "taxonomy"])
@pytest.mark.parametrize(("status", "said"), [("unknown", "refuted"), ("unknown", "entailed"), ("entailed", "unknown")])
def test_a_wrong_label(draft: Draft, tmp_path: Path, task: str, status: str, said: str) -> None:
    """Answer, status and evidence tell the same story."""
    item = choose(draft, task, lambda i: i["status"] == status)
    other = choose(draft, task, lambda i: i["status"] == said)
    models: dict[str, list[Any]] | None = {"without": [], "with": []} if said == "unknown" else None
    rule = draft.theories[item["theory"]]["rules"][0]["id"]
    step = {"step": 1, "rule": rule, "premises": ["c1"], "bindings": {}, "absent": [], "text": "So it is."}
    proof = [step | {"conclusion": item["query"]["triple"]}] if said == "entailed" else []
    item |= {"status": said, "answer": other["answer"], "proof": proof, "models": models}
    find_wrong(draft, item, tmp_path, "^checker: ")


@pytest.mark.parametrize("task", OPTIONS)
def test_swapped_options(draft: Draft, tmp_path: Path, task: str) -> None:
    """Two options change places everywhere but in the answer."""
    item = choose(draft, task)
    right = next(n for n, option in enumerate(item["options"]) if option["letter"] == item["answer"])
    one, other = right, (right + 1) % len(item["options"])
    lists = [item["options"], *([item["query"]["before"]] if task == "diff" else [])]
    letters = [option["letter"] for option in item["options"]]
    texts = [item["options"][n]["text"] for n in (one, other)]
    for listed in lists:
        listed[one], listed[other] = listed[other], listed[one]
    for letter, option in zip(letters, item["options"], strict=True):
        option["letter"] = letter
    lines = [f"{letters[n]}) {text}" for n, text in zip((one, other), texts, strict=True)]
    turned = [f"{letters[n]}) {text}" for n, text in zip((one, other), reversed(texts), strict=True)]
    for line, new in zip(lines, turned, strict=True):
        assert line in item["question"]
        item["question"] = item["question"].replace(line, new)
    find_wrong(draft, item, tmp_path, "^answer: is not '")


@pytest.mark.parametrize("task", OPTIONS)
def test_a_wrong_option(draft: Draft, tmp_path: Path, task: str) -> None:
    """What cannot be known is called false."""
    item = choose(draft, task, lambda i: any(option["status"] == "unknown" for option in i["options"]))
    option = next(option for option in item["options"] if option["status"] == "unknown")
    option |= {"status": "refuted", "evidence": {"proof": [], "models": None}}
    find_wrong(draft, item, tmp_path, "^checker: |^its question makes no item: ")


@pytest.mark.parametrize("task", LISTS)
def test_a_missing_answer(draft: Draft, tmp_path: Path, task: str) -> None:
    """A wrong number, too: the list, the number and the answer tell the same story."""
    item = choose(draft, task)
    query = item["query"]
    gone = next(values for values in query["answers"] if values[:1] != query.get("best"))
    query["answers"].remove(gone)
    if task == "count":
        query["count"] -= 1
        item["answer"] = str(query["count"])
    elif task == "value":
        query["answers"].append([re.sub(r'"(-?\d+)"', lambda m: f'"{int(m[1]) + 1}"', gone[0])])
        item["answer"] = str(int(item["answer"]) + 1)
    find_wrong(draft, item, tmp_path, "^checker: |^its question makes no item: |^proof: ")


def test_a_number_that_is_not_that_of_the_answers(draft: Draft, tmp_path: Path) -> None:
    item = choose(draft, "count")
    item["query"]["count"] += 1
    item["answer"] = str(item["query"]["count"])
    find_wrong(draft, item, tmp_path, "^answer: is not '")


def test_another_best(draft: Draft, tmp_path: Path) -> None:
    item = choose(draft, "compare")
    other = next(values[0] for values in item["query"]["answers"] if values[0] != item["query"]["best"][0])
    labels = draft.wording["languages"]["en"]["labels"]
    item["query"]["best"], item["answer"] = [other], labels[NAME.format(other[2:])]
    find_wrong(draft, item, tmp_path, "^answer: is not '")


@pytest.mark.parametrize("relevant", [True, False])
@pytest.mark.parametrize("task", [task for task in STATING if task != "taxonomy"])
def test_a_wrong_distractor(draft: Draft, tmp_path: Path, task: str, relevant: bool) -> None:
    """A fact that matters is marked as none, or the other way round, and the count goes with it."""
    item = choose(draft, task, lambda i: any(entry["distractor"] is not relevant for entry in i["context"]))
    entry = next(entry for entry in item["context"] if entry["distractor"] is not relevant)
    entry["distractor"] = relevant
    item["difficulty"]["distractors"] += 1 if relevant else -1
    find_wrong(draft, item, tmp_path, "marked as distractors|without its distractors")


def add_contradiction(draft: Draft, item: Item) -> None:
    """State that somebody stands in their own line, and that nobody does, in the text too."""
    rule = next(rule for theory in draft.theories.values() for rule in theory["rules"] if rule["id"] == "own-line")
    theory = copy.deepcopy(draft.theories[item["theory"]])
    known = {one["id"] for one in theory["rules"]}
    last = max(item["question"].rfind(one["text"]["en"]) + len(one["text"]["en"]) for one in theory["rules"])
    if "own-line" not in known:
        label = f"R{len(theory['rules']) + 1}: " if "rules" in item["query"] else ""
        item["question"] = f"{item['question'][:last]}\n- {label}{rule['text']['en']}{item['question'][last:]}"
        theory["rules"] = sorted([*theory["rules"], rule], key=lambda one: str(one["id"]))
        theory["digest"] = digest_json([[one["id"], one["formal"]] for one in theory["rules"]])[:32]
        draft.theories[theory["digest"]] = theory
        item["theory"] = theory["digest"]
        if "rules" in item["query"]:
            item["query"]["rules"].append("own-line")
    subject = next(e["triple"][0] for e in item["context"] if not e["triple"][0].startswith("n:1-"))
    label = draft.wording["languages"]["en"]["labels"].get(NAME.format(subject[2:]), subject[-2])
    number, end = len(item["context"]) + 1, item["context"][-1]["text"]
    statement = f"{label} stands in the line of {label}."
    text = f"Suppose that {statement}" if end.startswith("Suppose that ") else statement
    entry = {"id": f"c{number}", "triple": [subject, "g:follows", subject], "text": text}
    item["context"].append(entry | {"shown": True, "distractor": False})
    place = item["question"].index(end) + len(end)
    mark = item["question"][: place - len(end)].rpartition("\n")[2]
    before = "\n- " if mark == "- " else f"\n- F{number}: " if mark.startswith("- F") else " "
    item["question"] = f"{item['question'][:place]}{before}{text}{item['question'][place:]}"
    item["difficulty"]["context"] += 1


@pytest.mark.parametrize("task", STATING)
def test_an_inconsistent_context(draft: Draft, tmp_path: Path, task: str) -> None:
    item = choose(
        draft, task, lambda i: ":\n- " in i["question"].partition("Rules")[2] or "And this holds" in i["question"]
    )
    add_contradiction(draft, item)
    what = "contradict|inconsistent"
    if task == "conflict":
        what = "^checker: |more than one contradicting set"
    find_wrong(draft, item, tmp_path, what)


@pytest.mark.parametrize("task", [task for task in STATING if task != "taxonomy"])
def test_an_ambiguous_label(draft: Draft, tmp_path: Path, task: str) -> None:
    """Two individuals are called the same."""
    item = choose(draft, task)
    labels = draft.wording["languages"]["en"]["labels"]
    used = sorted({part for entry in item["context"] for part in entry["triple"] if part.startswith("n:")})
    unused = next(term for term in sorted(labels) if f"n:{term[1:-1].partition('#')[2]}" not in used)
    labels[unused] = labels[NAME.format(used[0][2:])]
    find_wrong(draft, item, tmp_path, "more than one way")


@pytest.mark.parametrize("task", ["entailment", "options", "select", "count", "prove", "step", "conflict"])
def test_a_wrong_step_of_the_proof(draft: Draft, tmp_path: Path, task: str) -> None:
    item = choose(draft, task, lambda i: any(len(step["premises"]) > 1 for step in i["proof"]))
    step = next(step for step in item["proof"] if len(step["premises"]) > 1)
    step["premises"] = step["premises"][::-1]
    for option in item["options"]:
        if option["status"] == "entailed":
            option["evidence"]["proof"] = item["proof"]
    find_wrong(draft, item, tmp_path, "premises are not the rule's atoms|its premises")


def test_a_second_wrong_line(draft: Draft, tmp_path: Path) -> None:
    """In the text as well: then two lines do not follow."""

    def find_line(item: Item) -> Item | None:
        lines = item["query"]["lines"]
        return next((one for one in lines if one["label"] != item["answer"] and one["premises"][0] != "F1"), None)

    item = choose(draft, "step", lambda i: find_line(i) is not None)
    line = find_line(item)
    assert line is not None
    text = line["text"].replace(f": {line['premises'][0]}", ": F1")
    item["question"] = item["question"].replace(line["text"], text)
    line |= {"text": text, "premises": ["F1", *line["premises"][1:]]}
    find_wrong(draft, item, tmp_path, "^checker: not exactly the one line is wrong")


def test_a_wrong_line_that_is_right(draft: Draft, tmp_path: Path) -> None:
    item = choose(draft, "step")
    item["query"]["wrong"] = item["answer"] = "S1" if item["answer"] != "S1" else "S2"
    find_wrong(draft, item, tmp_path, "^checker: not exactly the one line is wrong")


def test_a_formula_that_says_something_else(draft: Draft, tmp_path: Path) -> None:
    """A near miss is the formula wherever it stands, and the formula is the near miss."""
    item = choose(draft, "formalise")
    query, near = item["query"], item["query"]["near"][0]
    query["formal"], near["formal"] = near["formal"], query["formal"]
    item["answer"] = query["formal"]
    near["judged"].reverse()
    find_wrong(draft, item, tmp_path, "^question: what is read as asked is not the query")


def test_a_near_miss_that_says_the_same(draft: Draft, tmp_path: Path) -> None:
    """The formula itself, its conditions in another order, passes for one that says something else."""
    item = choose(draft, "formalise", lambda i: " ^ " in i["answer"])
    for near in item["query"]["near"]:
        body, arrow, head = item["answer"].partition(" -> ")
        near["formal"] = " ^ ".join(reversed(body.split(" ^ "))) + arrow + head
    find_wrong(draft, item, tmp_path, "^its question makes no item: the near misses are not different rules")
    item["query"]["near"] = item["query"]["near"][:2]
    item["query"]["near"][1]["formal"] = item["answer"]
    find_wrong(draft, item, tmp_path, "^its question makes no item: the near misses are not different rules")


def test_names_that_say_something_else(draft: Draft, tmp_path: Path) -> None:
    """Two names change places in what the prompt says of them."""
    item = choose(draft, "formalise", lambda i: i["question"].count("(A, B): ") > 1)
    lines = item["question"].partition("Names:\n")[2].split("\n")
    one, other = [line.partition("): ") for line in lines if "(A, B): " in line][:2]
    said = item["question"].replace("".join(one), "\0").replace("".join(other), "".join((*other[:2], one[2])))
    item["question"] = said.replace("\0", "".join((*one[:2], other[2])))
    find_wrong(draft, item, tmp_path, "^question: what is read as asked is not the query")


def test_a_witness_that_shows_nothing(draft: Draft, tmp_path: Path) -> None:
    """A fact of a witness is about somebody else: neither rule concludes the statement."""
    item = choose(draft, "formalise")
    item["query"]["near"][0]["facts"][0][0] = "<urn:knowledge-workbench:any#K>"
    find_wrong(draft, item, tmp_path, "^checker: ")


def leave_out_clue(item: Item, number: int) -> None:
    clue = item["query"]["clues"].pop(number)
    item["question"] = item["question"].replace(f"- {clue['text']}\n", "", 1)


def test_a_puzzle_with_a_second_solution(draft: Draft, tmp_path: Path) -> None:
    """A clue is missing, in the text as well, with all that only it needed proved."""
    item = choose(draft, "puzzle", lambda i: len(i["query"]["clues"]) > 2)
    leave_out_clue(item, 0)
    find_wrong(draft, item, tmp_path, "^checker: .*there is a second solution")


def test_a_puzzle_with_another_solution(draft: Draft, tmp_path: Path) -> None:
    """The solution of the puzzle without a clue, everywhere it stands."""
    item = choose(draft, "puzzle")
    item["answer"] = say_another(draft, item)
    names = [name for name, _ in item["query"]["solution"]]
    item["query"]["solution"] = [list(pair) for pair in zip(names, item["query"]["clues"][0]["second"], strict=True)]
    find_wrong(draft, item, tmp_path, "^checker: |is not known there")


def test_a_puzzle_with_a_superfluous_clue(draft: Draft, tmp_path: Path) -> None:
    """A clue that is true and says nothing that the others do not."""
    item = choose(draft, "puzzle")
    query = item["query"]
    texts = {clue["text"] for clue in query["clues"]}
    lexicon = read_wording(draft.wording).lexicons["en"]
    solved = dict(map(tuple, query["solution"]))
    for slot in query["slots"]:
        for one in slot["alternatives"]:
            subject, predicate, object_ = one["triple"]
            atom = Atom(*(expand_term(term, draft.prefixes) for term in one["triple"]))
            text = say_clue(lexicon, "false", ((atom,),))
            if one["value"] != solved[slot["name"]] and text not in texts:
                last = query["clues"][-1]["text"]
                item["question"] = item["question"].replace(f"- {last}\n", f"- {last}\n- {text}\n")
                part = f"{object_}({subject})" if predicate == "rdf:type" else f"{predicate}({subject}, {object_})"
                new = {"kind": "false", "parts": [part], "text": text, "second": query["clues"][0]["second"]}
                query["clues"].append(new)
                find_wrong(draft, item, tmp_path, "^checker: .*can be left out")
                return
    raise AssertionError("no clue to add")


@pytest.mark.parametrize("task", ALL_TASKS)
def test_a_leak(draft: Draft, tmp_path: Path, task: str) -> None:
    """An item of train stands in test too, about somebody else."""
    listed = (i for i in draft.items["train"] if i["task"] == task)
    if task == "taxonomy":
        item = next(i for i in listed if not re.search(r"\bR\b", i["question"]))
        twin = json.loads(re.sub(r"\bP\b", "R", canonical_json(item)))
    elif task in ("formalise", "verbalise"):
        item = next(i for i in listed if re.search(r"any#P\b", canonical_json(i)))
        twin = json.loads(re.sub(r"\bP\b", "K", canonical_json(item)))
    else:
        item = next(i for i in listed if list_names(i))
        text, labels = canonical_json(item), draft.wording["languages"][item["language"]]["labels"]
        unused = next(name for name in NAMES if name not in text and NAME.format(name) in labels)
        twin = json.loads(re.sub(rf"\b{list_names(item)[0]}\b", unused, text))
    twin["split"] = "test"
    draft.items["test"].append(twin)
    sign(draft, twin)
    draft.keep(item, twin)
    problems = find_problems(draft.write(tmp_path / "d"))
    expect(problems, "items/test.jsonl", twin, "another split has the same item up to names, in items/train.jsonl:1")


def list_names(item: Item) -> list[str]:
    return sorted({part[2:] for entry in item["context"] for part in entry["triple"]
                   if re.fullmatch("n:[A-Z][a-z]+", part)})  # fmt: skip


@pytest.mark.parametrize("task", ALL_TASKS)
def test_a_changed_count(all_tasks_dataset: Path, tmp_path: Path, task: str) -> None:
    dataset = tmp_path / "d"
    shutil.copytree(all_tasks_dataset, dataset)
    manifest: dict[str, Any] = json.loads((dataset / "manifest.json").read_text(encoding="utf-8"))
    manifest["counts"]["by_task"][task] += 1
    (dataset / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    expect(find_problems(dataset, sample=0), "manifest.json", None, "counts: are not those of the items")


def test_what_the_others_change_is_sound_before(draft: Draft, tmp_path: Path) -> None:
    for item in draft.iterate():
        before = copy.deepcopy(item)
        sign(draft, item)
        assert item == before
    assert find_problems(draft.write(tmp_path / "d")) == []
