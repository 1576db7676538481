"""Formulas in other signs, behind a title, and before an explanation: what counts as the same, and what does not."""

from __future__ import annotations

import pytest
from scorer_items import FORMAL, make_item

from workbench.export.scorer import score_answer
from workbench.export.scorer.rules import fold_rule

PREFIXES = {"k": "https://example.org/k#", "n": "https://example.org/n#"}
TEXT = 'k:hasParent(?x, ?y) ^ k:note(?x, "a ∧ b → c") -> k:Noted(?x)'
ORDERED = "k:born(?x, ?a) ^ k:born(?y, ?b) ^ ?a <= ?b ^ ?b - ?a >= 2 -> k:older(?x, ?y)"
RULE = "k:hasParent(?x, ?y) ^ k:hasBrother(?y, ?z) ^ ?y != ?z -> k:hasUncle(?x, ?z)"


def grade(formal: str, reply: str) -> float:
    names = ["k:hasParent", "k:hasBrother", "k:hasUncle", "k:note", "k:Noted", "k:born", "k:older"]
    item = make_item("equivalent", formal, task="formalise", direction="rule", formal=formal, names=names)
    return score_answer(item, reply, prefixes=PREFIXES)


@pytest.mark.parametrize(
    "reply",
    [
        "k:hasParent(?x, ?y) ∧ k:hasBrother(?y, ?z) ∧ ?y ≠ ?z → k:hasUncle(?x, ?z)",
        "k:hasParent(?x, ?y) & k:hasBrother(?y, ?z) && ?z ≠ ?y ⇒ k:hasUncle(?x, ?z)",
        "hasParent(?x,?y)∧hasBrother(?y,?z)∧?y≠?z→hasUncle(?x,?z).",
        f"Rule: {RULE}",
        f"**Rule:** {RULE}",
        f"Regel: `{RULE}`",
        f"The rule: {RULE}",
        f"`Formula: {RULE}`",
        f"Answer: {RULE}\nThis means that the brother of a parent is an uncle.",
        f"Here is the formula.\n\n```\n{RULE}\n```\n\nIt says that a parent's brother is an uncle.",
        f"Antwort: Formel: {RULE}\n\nDie Regel besagt: Der Bruder eines Elternteils ist ein Onkel.",
    ],
)
def test_the_same_in_other_signs(reply: str) -> None:
    assert grade(RULE, reply) == 1.0
    assert grade(FORMAL, FORMAL) == 1.0


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Rule:",
        "Rule: true",
        "∧ → ≤ ≥ ≠",
        f"{RULE}\n{RULE.replace('?y != ?z', '?y = ?z')}",
        f"{RULE}\nor k:hasParent(?x, ?y) → k:hasUncle(?x, ?y).",
        f"{RULE}\nThis means that ?x is somebody.",
        f"{RULE}\nOr something else.",
        f"{RULE}\nThis says so.\nOr it means something else.",
        f"{RULE}\nBob is a parent of Ann.\nThe brother of a parent is an uncle.",
        f"{RULE} Rule: {RULE}",
        f"{RULE}\nAnswer: {ORDERED}",
        f"{RULE}\nfalse",
        RULE.replace("!=", "≤"),
        RULE.replace(" ^ ?y != ?z", " ∧ ¬ ?y ≠ ?z"),
        f"Note: {RULE}",
        f"Every rule: {RULE}",
    ],
)
def test_what_says_something_else_or_more_is_nothing(reply: str) -> None:
    assert grade(RULE, reply) == 0.0


def test_orders_and_differences() -> None:
    other = "k:born(?x, ?a) ∧ k:born(?y, ?b) ∧ ?a ≤ ?b ∧ ?b − ?a ≥ 2 → k:older(?x, ?y)"
    assert grade(ORDERED, other) == 1.0
    assert grade(ORDERED, other.replace("≥", "≤")) == 0.0


def test_strings_and_iris_keep_their_signs() -> None:
    assert fold_rule(TEXT) == TEXT
    assert grade(TEXT, TEXT.replace(" ^ ", " ∧ ")) == 1.0
    assert grade(TEXT, TEXT.replace("a ∧ b", "a ^ b")) == 0.0
    assert fold_rule("<https://e.org/?a=1&b=2>(?x) & k:C(?x)") == "<https://e.org/?a=1&b=2>(?x) ^ k:C(?x)"
    assert fold_rule("rule:hasParent(?x, ?y)") == "rule:hasParent(?x, ?y)"
