"""The slots in which tasks ask, read: each value of a slot gives parts of what a prompt says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

from workbench.wording.grammar import Grammar
from workbench.wording.puzzle_reading import read_clue, read_slot
from workbench.wording.task_reading import (
    read_body_question,
    read_change,
    read_goal,
    read_labelled,
    read_proof_line,
    read_supposed_statement,
    read_supposition,
    read_vocabulary_line,
)

__all__ = ["TASK_SLOT_NAMES", "read_task_slot"]

_Parts = Iterator[dict[str, Any]]
_OPTION = re.compile(r"([A-Z])\) (.+)\Z")


def _read_labelled_facts(grammar: Grammar, value: str) -> _Parts:
    for facts in product(*_read_lines(grammar, value, "F", grammar.read_fact)):
        yield {"facts": tuple(map(tuple, facts))}


def _read_labelled_rules(grammar: Grammar, value: str) -> _Parts:
    yield from ({"rules": rules} for rules in product(*_read_lines(grammar, value, "R", grammar.read_rule)))


def _read_lines(grammar: Grammar, value: str, letter: str, read: Callable[[str], Any]) -> list[tuple[Any, ...]]:
    """Return the readings of each line of a list whose labels count from 1."""
    found: list[tuple[Any, ...]] = []
    for number, row in enumerate(value.split("\n"), 1):
        labelled = read_labelled(grammar.lexicon.frames, row.removeprefix("- ")) if row.startswith("- ") else None
        fits = labelled is not None and labelled[0] == f"{letter}{number}"
        found.append(tuple(read(labelled[1])) if fits and labelled is not None else ())
    return found


def _read_suppositions(grammar: Grammar, value: str) -> _Parts:
    rows = [row.removeprefix("- ") if row.startswith("- ") else "" for row in value.split("\n")]
    for facts in product(*(read_supposition(grammar, grammar.lexicon, row) for row in rows)):
        yield {"facts": tuple(map(tuple, facts))}


def _read_supposed(grammar: Grammar, value: str) -> _Parts:
    yield from ({"statement": atom} for atom in read_supposed_statement(grammar, value))


def _read_body_question(grammar: Grammar, value: str) -> _Parts:
    yield from ({"body_question": found} for found in read_body_question(grammar, grammar.lexicon, value))


def _read_goal(grammar: Grammar, value: str) -> _Parts:
    yield from ({"goal": atom} for atom in read_goal(grammar, grammar.lexicon, value))


def _read_changes(grammar: Grammar, value: str) -> _Parts:
    rows = value.split("\n")
    for changes in product(*(read_change(grammar, grammar.lexicon, row) for row in rows)):
        yield {"changes": tuple((added, tuple(atom)) for added, atom in changes)}


def _read_instruction(grammar: Grammar, value: str) -> _Parts:
    yield from ({"instruction": key} for key, text in grammar.lexicon.frames.instructions if text == value)


def _read_proof(grammar: Grammar, value: str) -> _Parts:
    rows = value.split("\n")
    yield from (
        {"proof": lines} for lines in product(*(read_proof_line(grammar, grammar.lexicon, row) for row in rows))
    )


def _read_positive(grammar: Grammar, value: str) -> _Parts:
    yield from ({"positive": facts} for facts in _read_examples(grammar, value))


def _read_negative(grammar: Grammar, value: str) -> _Parts:
    yield from ({"negative": facts} for facts in _read_examples(grammar, value))


def _read_examples(grammar: Grammar, value: str) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Yield every reading of a list of facts, one a line behind a dash."""
    rows = [grammar.read_fact(row[2:]) if row.startswith("- ") else () for row in value.split("\n")]
    yield from (tuple(map(tuple, facts)) for facts in product(*rows))


def _read_rule_options(grammar: Grammar, value: str) -> _Parts:
    rows = [_OPTION.match(row) for row in value.split("\n")]
    read = [[(row[1], rule) for rule in grammar.read_rule(row[2])] if row is not None else [] for row in rows]
    yield from ({"rule_options": rules} for rules in product(*read))


def _read_unknowns(grammar: Grammar, value: str) -> _Parts:
    rows = [read_slot(grammar, row[2:]) if row.startswith("- ") else () for row in value.split("\n")]
    yield from ({"unknowns": slots} for slots in product(*rows))


def _read_clues(grammar: Grammar, value: str) -> _Parts:
    rows = [read_clue(grammar, row[2:]) if row.startswith("- ") else () for row in value.split("\n")]
    yield from ({"clues": clues} for clues in product(*rows))


def _read_sentence(grammar: Grammar, value: str) -> _Parts:
    """Yield every reading of a rule or of a question with a body."""
    yield from ({"sentence": rule} for rule in grammar.read_rule(value))
    yield from ({"sentence": question} for question in read_body_question(grammar, grammar.lexicon, value))


def _read_formula(grammar: Grammar, value: str) -> _Parts:
    """Yield the one reading of a formula, which is no sentence: itself."""
    if "\n" not in value:
        yield {"formula": value}


def _read_sentence_options(grammar: Grammar, value: str) -> _Parts:
    rows = [_OPTION.match(row) for row in value.split("\n")]
    read = [
        [(row[1], one["sentence"]) for one in _read_sentence(grammar, row[2])] if row is not None else []
        for row in rows
    ]
    yield from ({"sentence_options": sentences} for sentences in product(*read))


def _read_vocabulary(grammar: Grammar, value: str) -> _Parts:
    rows = value.split("\n")
    yield from ({"vocabulary": names} for names in product(*(read_vocabulary_line(grammar, row) for row in rows)))


_READERS: Mapping[str, Callable[[Grammar, str], _Parts]] = {
    "facts_labelled": _read_labelled_facts,
    "rules_labelled": _read_labelled_rules,
    "suppositions": _read_suppositions,
    "supposed": _read_supposed,
    "body_question": _read_body_question,
    "goal": _read_goal,
    "changes": _read_changes,
    "proof_lines": _read_proof,
    "instruction": _read_instruction,
    "positive": _read_positive,
    "negative": _read_negative,
    "rule_options": _read_rule_options,
    "sentence": _read_sentence,
    "formula": _read_formula,
    "sentence_options": _read_sentence_options,
    "vocabulary": _read_vocabulary,
    "unknowns": _read_unknowns,
    "clues": _read_clues,
}
TASK_SLOT_NAMES: tuple[str, ...] = tuple(_READERS)
"""The slots that this module reads."""


def read_task_slot(grammar: Grammar, slot: str, value: str) -> _Parts:
    """Yield every reading of a slot's value as fields of a reading; KeyError for a slot that no task has."""
    yield from _READERS[slot](grammar, value)
