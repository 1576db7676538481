"""Every fair way to set off an answer scores what the answer is worth: 1 for the right one, 0 for a wrong one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from guild_project import ALL_TASKS
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.export.scorer import score_answer

Item = dict[str, Any]

LISTS = ("select", "recall", "conflict")
LANGUAGES = ("en", "de")


@pytest.fixture(scope="module")
def items(all_tasks_dataset: Path) -> dict[tuple[str, str], list[Item]]:
    found: dict[tuple[str, str], list[Item]] = {}
    for path in sorted(all_tasks_dataset.glob("items/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            found.setdefault((item["task"], item["language"]), []).append(item)
    return found


def make_wrong(item: Item, others: list[Item]) -> str:
    """A wrong answer of the right form."""
    query, right = item["query"], str(item["answer"])
    match item["task"]:
        case "puzzle":
            values = query["clues"][0]["second"]
            slots = [{one["value"]: one["text"] for one in slot["alternatives"]} for slot in query["slots"]]
            return "\n".join(slot[value] for slot, value in zip(slots, values, strict=True))
        case "prove":
            return re.sub(r"\[R\d+", "[R99", right, count=1)
        case "formalise":
            return str(query["near"][0]["formal"])
        case "conflict":
            return right.rpartition(", ")[0]
        case "select" | "recall":
            return f"{right}, Xaver"
        case "count" | "value":
            return str(int(right) + 1)
        case "step":
            return str(next(line["label"] for line in query["lines"] if line["label"] != right))
        case _ if item["options"]:
            return str(next(option["letter"] for option in item["options"] if option["letter"] != right))
    return next((str(other["answer"]) for other in others if other["answer"] != right), "Xaver")


def make_table(rows: list[list[str]], *titles: str) -> str:
    lines = [list(titles), ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def list_contents(task: str, text: str) -> list[str]:
    """The answer as text, as JSON and as a table."""
    lines = text.split("\n")
    if task == "prove":
        cut = [re.fullmatch(r"(S\d+)\. (.*) \[(R\d+)(?:: (.*))?\]", line) for line in lines]
        steps = [found.groups("") for found in cut if found]
        assert len(steps) == len(lines)
        objects = [
            {"step": label, "sentence": said, "rule": rule, "premises": premises.split(", ") if premises else []}
            for label, said, rule, premises in steps
        ]
        numbered = [one | {"step": number} for number, one in enumerate(objects, 1)]
        table = make_table([list(step) for step in steps], "Step", "Sentence", "Rule", "Premises")
        return [text, json.dumps(objects), json.dumps({"answer": numbered}, indent=1), json.dumps(lines), table]
    if task == "puzzle":
        return [text, json.dumps(lines), json.dumps({"answer": lines}, ensure_ascii=False),
                make_table([[line] for line in lines], "Solution"), "\n".join(f"- {line}" for line in lines),
                "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1)), " ".join(lines)]  # fmt: skip
    if task in LISTS:
        parts = text.split(", ")
        return [text, json.dumps(parts), json.dumps({"answers": parts}, indent=2), "\n".join(parts),
                make_table([[part] for part in parts], "Name"), "\n".join(f"* {part}" for part in parts),
                make_table([[str(n), part] for n, part in enumerate(parts, 1)], "#", "Name"), "; ".join(parts),
                "\n".join(f"{number}. {part}" for number, part in enumerate(parts, 1))]  # fmt: skip
    return [text, json.dumps({"answer": text}), json.dumps({"steps": ["one", "two"], "final_answer": text}, indent=1),
            json.dumps([text]), make_table([[text]], "Answer")]  # fmt: skip


MARKED = [
    "Answer:\n{}", "**Answer:**\n\n{}", "## Final answer\n{}", "Antwort:\n{}", "Answer:\n```\n{}\n```",
    "<answer>{}</answer>", "<answer>\n{}\n</answer>\n", "Let me see. This is hard.\n\nFinal Answer:\n\n{}\n",
    "Erst dies, dann das.\nDie endgültige Antwort lautet:\n{}", "Answer:\n~~~\n{}\n~~~",
]  # fmt: skip
BARE = [
    "{}", "\n\n{}\n", "```\n{}\n```", "```json\n{}\n```", "Two steps lead there.\n```text\n{}\n```\n",
    "<think>Or is it A? true? 7?\nAnswer: false</think>\n{}",
]  # fmt: skip
INLINE = ["Answer: {}", "The answer is {}.", "**Final answer: {}**", "Antwort: {}", "So it is so. The answer is {}."]
BOXED = ["\\boxed{{{}}}", "Thus $\\boxed{{\\text{{{}}}}}$.", "Answer: $\\boxed{{{}}}$"]
BEHIND = ["\n\nExplanation: it follows by the rules.\nNothing else does.", "\nBegründung: Es folgt nach den Regeln.",
          "\nBecause the rules say so."]  # fmt: skip


def list_wrappings(task: str, text: str) -> list[str]:
    """The fair ways to set one answer off."""
    contents = list_contents(task, text)
    found = [frame.format(content) for content in contents for frame in (*MARKED, *BARE)]
    found += [frame.format(content) + behind for content in contents for frame in MARKED[:5] for behind in BEHIND]
    if "\n" not in text and task != "prove":
        found += [frame.format(text) for frame in INLINE]
    if "\n" not in text and task not in ("prove", "formalise"):
        found += [frame.format(text) for frame in BOXED]
        found += [f"Answer: {text}, because the rules say so.", f"> {text}", f"Answer: **{text}**", f"**{text}**"]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", ALL_TASKS)
def test_each_wrapping_is_worth_what_is_in_it(
    items: dict[tuple[str, str], list[Item]], all_tasks_dataset: Path, task: str, language: str
) -> None:
    own = items[task, language]
    for item in own[:2]:
        for text, value in ((str(item["answer"]), 1.0), (make_wrong(item, own), 0.0)):
            for reply in list_wrappings(task, text):
                assert score_answer(item, reply, all_tasks_dataset) == value, reply


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_wrappings_of_wrappings(
    items: dict[tuple[str, str], list[Item]], all_tasks_dataset: Path, data: st.DataObject
) -> None:
    task, language = data.draw(st.sampled_from(sorted(items)))
    item = data.draw(st.sampled_from(items[task, language]))
    right, wrong = str(item["answer"]), make_wrong(item, items[task, language])
    first, second = (data.draw(st.sampled_from(list_wrappings(task, text))) for text in (right, wrong))
    thought = data.draw(st.sampled_from(["", f"<think>{second}</think>\n", f"<think>{right}</think>", "  \n\n"]))
    assert score_answer(item, thought + first, all_tasks_dataset) == 1.0
    assert score_answer(item, thought + second, all_tasks_dataset) == 0.0
    # Two marked answers that differ are none, in whatever order.
    frames = data.draw(st.lists(st.sampled_from(MARKED), min_size=2, max_size=2))
    one, other = data.draw(st.permutations([right, wrong]))
    both = "\n\n".join((frames[0].format(one), frames[1].format(other)))
    assert score_answer(item, both, all_tasks_dataset) == 0.0, both


@pytest.mark.parametrize("task", ALL_TASKS)
def test_json_that_says_two_things_or_nothing_says_nothing(
    items: dict[tuple[str, str], list[Item]], all_tasks_dataset: Path, task: str
) -> None:
    for item in (own for language in LANGUAGES for own in items[task, language][:1]):
        right, wrong = json.dumps(item["answer"]), json.dumps(make_wrong(item, items[task, item["language"]]))
        for reply in (
            f'{{"answer": {right}, "answer": {wrong}}}', f'{{"answer": {wrong}, "answer": {right}}}',
            f'{{"answer": {right}, "final_answer": {wrong}}}', f'{{"answer": {right}', f'{{"answer": {wrong}}}',
            '{"answer": null}', '{"answer": []}', '{"answer": {}}', "{}", "[]", '{"reasoning": ' + right + "}",
            '{"answer": [[[' + right + "]", "[]" if task in ("prove", "puzzle", "conflict") else f"[{right}, {wrong}]",
        ):  # fmt: skip
            assert score_answer(item, reply, all_tasks_dataset) == 0.0, reply
