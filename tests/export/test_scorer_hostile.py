"""No reply raises anything or takes more than its length: nothing nests, backtracks or compares without bound."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scorer_items import PREFIXES, make_all, make_proof_item

from workbench.export.scorer import score
from workbench.export.scorer.answers import KINDS

TraceFunction = Callable[[FrameType, str, Any], Any]

ITEMS = make_all()
ITEMS["puzzle"]["query"]["slots"] = [
    {
        "name": name,
        "alternatives": [{"value": value, "text": f"{name} is {value}."} for value in ("red", "blue", "green")],
    }
    for name in ("Ann", "Bea", "Carl")
]
THEORY = make_proof_item()[1]
SAMPLE = ("holds", "value", "options", "select", "puzzle", "prove", "equivalent")
"""One kind for each way to read a reply."""

HOSTILE: dict[str, Callable[[int], str]] = {
    "letters": lambda n: "a" * n,
    "blanks": lambda n: "Answer:" + " " * n + "x",
    "lines": lambda n: "\n" * n,
    "words": lambda n: "true " * (n // 5),
    "answers": lambda n: "Answer: B\n" * (n // 10),
    "headings": lambda n: "Answer:\n" * (n // 16) + "x\n" * (n // 4),
    "inline marks": lambda n: "x. The answer is B. " * (n // 20),
    "tags": lambda n: "<answer>" * (n // 8),
    "closed tags": lambda n: "<answer>B</answer>" * (n // 18),
    "thoughts": lambda n: "<think>" * (n // 7) + "</think>",
    "boxes": lambda n: "\\boxed{" * (n // 7),
    "box in box": lambda n: "\\boxed{" * (n // 8) + "B" + "}" * (n // 8),
    "texts": lambda n: "\\boxed{" + "\\text{" * (n // 6),
    "stars": lambda n: "*" * n,
    "bold": lambda n: "**a " * (n // 4),
    "cut bold": lambda n: "*a" * (n // 2),
    "underlines": lambda n: "_ a" * (n // 3),
    "formulas": lambda n: "$" * n,
    "fences": lambda n: "```\n" * (n // 4),
    "fenced": lambda n: "```\nAnn: red\n```\n" * (n // 17),
    "pipes": lambda n: "|" * n,
    "table": lambda n: "| a | b |\n|---|---|\n" * (n // 20),
    "rules of tables": lambda n: "|" + "-|" * (n // 2),
    "brackets": lambda n: "[" * n,
    "open and closed": lambda n: "[" * (n // 2) + "]" * (n // 2),
    "objects": lambda n: '{"answer":' * (n // 10) + "1" + "}" * (n // 10),
    "broken JSON": lambda n: '{\n"a": [\n' * (n // 10),
    "number in JSON": lambda n: '{"answer": ' + "9" * n + "}",
    "keys": lambda n: "{" + ",".join('"answer":"B"' for _ in range(n // 13)) + "}",
    "parentheses": lambda n: "(" * n + "?x" + ")" * 9,
    "calls": lambda n: "p(" * (n // 2) + "?x",
    "nots": lambda n: "not (" * (n // 5) + "p(?x)",
    "sums": lambda n: "p(?x, ?y) ^ ?y = " + "1 + " * (n // 4) + "1 -> q(?x)",
    "atoms": lambda n: "p(?x, ?y) ^ " * (n // 12) + "p(?x, ?y) -> q(?x)",
    "quotes": lambda n: '"' * n,
    "backslashes": lambda n: '"' + "\\" * n,
    "commas": lambda n: "," * n,
    "names": lambda n: "Ann, " * (n // 5),
    "colons": lambda n: "Ann:" * (n // 4),
    "values": lambda n: "Ann: red; " * (n // 10),
    "sentences": lambda n: "Ann is red. " * (n // 12),
    "and": lambda n: "Ann: red and " * (n // 13),
    "steps": lambda n: "S1. Ann is tall. [R1: F1]\n" * (n // 26),
    "one step": lambda n: "S1. " + "[" * n,
    "premises": lambda n: "S1. Ann is noticed. [R4: " + "F1, " * (n // 4) + "F1]",
    "digits": lambda n: "9" * n,
    "groups": lambda n: "1" + ",000" * (n // 4),
    "combining": lambda n: "a" + "\u0301" * n,
    "wide": lambda n: "\ufdfa" * n,
    "surrogates": lambda n: "\ud800" * n,
    "because": lambda n: "Answer: B" + " because" * (n // 8),
    "explained": lambda n: "Answer: B\n" + "Explanation: x\n" * (n // 15),
    "quoted": lambda n: ">" * n,
    "bullets": lambda n: "- " * (n // 2),
    "numbers of lists": lambda n: "".join(f"{k}. Ann\n" for k in range(1, n // 8)),
}


def spend(kind: str, reply: str) -> float:
    started = time.process_time()
    found = score(ITEMS[kind], reply, THEORY, prefixes=PREFIXES)
    spent = time.process_time() - started
    assert 0.0 <= found.value <= 1.0 and found.reason
    return spent


def count_lines(kind: str, reply: str) -> int:
    """Return how many lines of Python are run to score a reply: the same wherever and however often it is counted."""
    lines = 0

    def trace(frame: FrameType, event: str, _: object) -> TraceFunction:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        score(ITEMS[kind], reply, THEORY, prefixes=PREFIXES)
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_work_grows_as_the_length_does(name: str) -> None:
    """Four times as long: four times the lines where they grow as the reply does, sixteen where they are its square.

    A few lines for each character are allowed besides, for what is read only where it is long, such as what nests.
    """
    for kind in SAMPLE:
        short, long = (count_lines(kind, HOSTILE[name](length)) for length in (2_500, 10_000))
        assert long <= 6 * short + 20 * 10_000, (kind, short, long)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_no_search_goes_back_over_a_long_reply(name: str) -> None:
    """What a pattern does is no line of Python: one that went back over all of this would take minutes, not moments."""
    reply = HOSTILE[name](150_000)
    assert spend("puzzle", reply) < 60 and spend("prove", reply) < 60 and spend("select", reply) < 60


def test_a_reply_beyond_a_million_characters_is_not_read() -> None:
    reply = HOSTILE["letters"](999_000)
    assert score(ITEMS["select"], reply + "x" * 10_000).value == 0.0


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_hostile_reply_is_right(kind: str) -> None:
    for name, make in HOSTILE.items():
        found = score(ITEMS[kind], make(2_000), THEORY, prefixes=PREFIXES)
        # Whoever says "B" again and again has said B.
        if found.value:
            assert name in ("answers", "closed tags", "inline marks", "keys", "because", "explained", "table"), (
                kind,
                name,
            )
            assert ITEMS[kind]["answer"] == "B"


_PIECES = st.sampled_from([
    "Answer:", "true", "B", "\n", " ", "{", "}", "[", "]", '"', "|", "---", "```", "**", "\\boxed{", "$", "<answer>",
    "</answer>", "<think>", "</think>", "S1.", "[R1: F1]", "p(?x)", "->", "^", "not", "(", ")", ",", ";", ":", "Ann",
    "red", "1", "\u0301", "\\", "#",
])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(kind=st.sampled_from(sorted(KINDS)), pieces=st.lists(_PIECES, max_size=40))
def test_whatever_a_reply_is_it_has_a_score(kind: str, pieces: list[str]) -> None:
    spend(kind, "".join(pieces))
    spend(kind, json.dumps({"answer": "".join(pieces)}))
    spend(kind, json.dumps(pieces))
