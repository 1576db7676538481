"""The exported scorer on real items of every task: the right answer scores, and no trick does."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from guild_project import ALL_TASKS

from workbench.export.scorer import SCORER_NAME, assemble_scorer

Item = dict[str, Any]


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The one file, as it stands beside the data."""
    path = tmp_path_factory.mktemp("scorer") / SCORER_NAME
    path.write_text(assemble_scorer(), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("exported_scorer", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def items(all_tasks_dataset: Path) -> list[Item]:
    return [json.loads(line) for path in sorted(all_tasks_dataset.glob("items/*.jsonl"))
            for line in path.read_text(encoding="utf-8").splitlines()]  # fmt: skip


def list_tricks(item: Item, labels: dict[str, str]) -> list[str]:
    """Answers that know nothing, echo something, or say everything; all of them are wrong for this item."""
    query, right = item["query"], item["answer"]
    texts = [entry["text"] for entry in item["context"]]
    letters = [option["letter"] for option in item["options"]]
    options = [option["text"] for option in item["options"]]
    lines = [line["label"] for line in query.get("lines", ())]
    tricks = [
        "", " ", "\n", "Answer:", "Antwort:", "<think>", f"<think>{right}", f"<think>{right}</think>",
        *texts, " ".join(texts), item["question"], *item["question"].splitlines(), f"{right}\n{item['question']}",
        "yes", "no", "ja", "nein", "I do not know.", "all", "alle", "none of these", "all of the above",
        ", ".join(labels.values()), "\n".join(labels.values()), *options, " ".join(options), "\n".join(options),
        ", ".join(letters), " ".join(letters), " or ".join(letters), "/".join(letters),
        "true", "true, false, cannot be known", "true or false", "wahr oder falsch", "wahr, falsch", "always true",
        "A", "A, B, C, D", "A B C D", "A or B", "S1", "S1, S2", ", ".join(lines), "0", "1", "1, 2, 3", "-1", "42",
        ", ".join(f"F{number}" for number in range(1, len(texts) + 1)), "F1", "F1, F2", "F1 F2",
        *(f"S1. {text} [F{number}]" for number, text in enumerate(texts, 1)),
        *(f"S1. {text} [R1: F{number}]" for number, text in enumerate(texts, 1)),
        f"{right} {right} or not", f"not {right}", f"nicht {right}", f"{right}\nAnswer: nothing of this",
    ]  # fmt: skip
    if query["kind"] in ("prove", "holds", "subsumes"):
        said = re.search(r"(?:Statement|Aussage): (.*)\.", item["question"])
        assert said is not None
        tricks += [said[1], f"{said[1]}.", f"S1. {said[1]}.", f"S1. {said[1]}. [R1: F1]", f"S1. {said[1]}. []",
                   f"S1. {said[1]}. [R1: S1]", f"S1. {said[1]}. [R1: S2]\nS2. {said[1]}. [R1: S1]"]  # fmt: skip
    if query["kind"] == "prove":
        tricks += [right.partition("\n")[2], right.rpartition("\n")[0], re.sub(r"\[R\d+", "[R99", right),
                   re.sub(r" \[.*?\]", "", right), f"{right}\n{right}",
                   f"{right}\nS99. And so on. [R1: F1]"]  # fmt: skip
    return tricks


def is_another_way(item: Item, trick: str) -> bool:
    """Tell whether what looks like a trick happens to be the right answer of this very item."""
    answer, said = str(item["answer"]).casefold(), trick.strip().rstrip(".").casefold()
    if item["task"] in ("select", "recall", "conflict"):
        return Counter(said.split(", ")).keys() == Counter(answer.split(", ")).keys()
    return said == answer or said.startswith(f"{answer}) ")


@pytest.mark.parametrize("task", ALL_TASKS)
def test_the_right_answer_scores_and_no_trick_does(
    scorer: ModuleType, items: list[Item], all_tasks_dataset: Path, task: str
) -> None:
    grade: Callable[..., float] = scorer.score_answer
    wording = json.loads((all_tasks_dataset / "wording.json").read_text(encoding="utf-8"))["languages"]
    own = [item for item in items if item["task"] == task]
    assert len(own) >= 4
    tried = 0
    for item in own:
        for reply in (item["answer"], f"<think>Or {item['question']}</think>\n{item['answer']}"):
            assert grade(item, reply, all_tasks_dataset) == 1.0, (item["id"], reply)
        used = {part for entry in item["context"] for part in entry["triple"]}
        labels = {
            term: label for term, label in wording[item["language"]]["labels"].items()
            if f"n:{term[1:-1].partition('#')[2]}" in used
        }  # fmt: skip
        for trick in list_tricks(item, labels):
            if is_another_way(item, trick):
                continue
            assert grade(item, trick, all_tasks_dataset) == 0.0, (item["id"], trick)
            tried += 1
    assert tried > 40 * len(own)


@pytest.mark.parametrize("task", ["entailment", "taxonomy", "options", "abduce", "diff", "step"])
def test_always_the_same_answer_is_worth_what_chance_is(
    scorer: ModuleType, items: list[Item], all_tasks_dataset: Path, task: str
) -> None:
    """Whoever says the same to every item of a language gets those where it is true, and no others."""
    own = [item for item in items if item["task"] == task]
    for answer, language in {(item["answer"], item["language"]) for item in own}:
        for item in own:
            expected = float(item["answer"] == answer and item["language"] == language)
            if item["language"] == language:
                assert scorer.score_answer(item, answer, all_tasks_dataset) == expected


def test_another_valid_proof_scores(scorer: ModuleType, items: list[Item], all_tasks_dataset: Path) -> None:
    """Premises in another order, and a step that ours does not need: every valid proof is right."""
    changed = 0
    for item in (item for item in items if item["task"] == "prove"):
        turned = re.sub(r"\[(R\d+): (\w+), (\w+)\]", r"[\1: \3, \2]", item["answer"])
        changed += turned != item["answer"]
        assert scorer.score_answer(item, turned, all_tasks_dataset) == 1.0, (item["id"], turned)
    assert changed > 0
