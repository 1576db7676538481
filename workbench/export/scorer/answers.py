"""Answers: which text of a reply is its answer, and what it is worth for each kind of question."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from workbench.export.scorer.assignments import Assignment
from workbench.export.scorer.datasets import find_theory, read_prefixes
from workbench.export.scorer.equivalence import are_equivalent
from workbench.export.scorer.proofs import ProofChecker, StepVerdict
from workbench.export.scorer.replies import BULLET, LINE, LINES, RULE, cut_bullet, extract_answer, is_sentence
from workbench.export.scorer.rules import Rule, RuleTextError, fold_rule, parse_rule
from workbench.export.scorer.values import (
    CannotJudgeError,
    ScorerError,
    equals_literal,
    expand_name,
    normalise_text,
    read_number,
    strip_marks,
)
from workbench.export.scorer.wrappings import PROOF

__all__ = ["KINDS", "Score", "score", "score_answer"]

_LONGEST_SINGLE = 4000
_MOST_PARTIAL = 0.9


@dataclass(frozen=True)
class Score:
    """What an answer is worth, from 0.0 to 1.0, and why; for proofs a verdict on each line."""

    value: float
    reason: str
    steps: tuple[StepVerdict, ...] = ()


@dataclass(frozen=True)
class _Task:
    """What a scorer is given: the item, the answer, the theory if there is one, and whether parts count."""

    item: dict[str, Any]
    answer: str
    theory: dict[str, Any] | None
    prefixes: dict[str, str]
    partial: bool

    @property
    def query(self) -> dict[str, Any]:
        query: dict[str, Any] = self.item["query"]
        return query

    @cached_property
    def assignment(self) -> Assignment:
        """What reads answers to a puzzle."""
        return Assignment(self.query)

    @property
    def language(self) -> str:
        return str(self.item.get("language", "en"))

    @property
    def line(self) -> str:
        """The answer as one line, or nothing when it has several."""
        lines = [line for line in self.answer.splitlines() if line.strip()]
        return normalise_text(lines[0]) if len(lines) == 1 and len(lines[0]) <= _LONGEST_SINGLE else ""


_MOST_LISTED = 2000
_RIGHT = "right"
_LETTER = re.compile(
    r"(?:(?:option|statement|aussage|möglichkeit)\s+)?(\(?)([A-Za-z])(?:\)|[.:](?=\s|\Z)|\Z)", re.IGNORECASE
)
_STEP = re.compile(r"[Ss][0-9]{1,4}\.?\Z")


# -- scorers, one for each kind of question


def _fold(text: str) -> str:
    """Return the form in which labels are compared: without marks around them and without capitals."""
    return strip_marks(normalise_text(text)).lower()


def _score_label(task: _Task) -> Score:
    """One label or one of few fixed answers, exactly as the item has it."""
    if task.line and _fold(task.line) == _fold(task.item["answer"]):
        return Score(1.0, _RIGHT)
    return Score(0.0, "the answer is another")


def _score_best(task: _Task) -> Score:
    best = task.query.get("best") or []
    term = best[0] if best and isinstance(best[0], str) else ""
    if term.startswith('"') and task.line and equals_literal(term, task.line, task.language):
        return Score(1.0, _RIGHT)
    return _score_label(task)


def _read_letter(line: str, item: dict[str, Any]) -> tuple[str, str]:
    """Return the one letter that a line gives, alone or with the text of its option, or nothing and why."""
    line = strip_marks(normalise_text(cut_bullet(line)))
    found = _LETTER.match(line)
    if not found or (found.group(1) and not found.group().endswith(")")):
        return "", "the answer is not one letter"
    letter, rest = found.group(2).upper(), line[found.end() :].strip()
    texts = {option["letter"]: option["text"] for option in item.get("options") or ()}
    if rest and _fold(rest) != _fold(texts.get(letter, "")):
        return "", "more than the letter and its option stands there"
    return letter, ""


def _score_letter(task: _Task) -> Score:
    """One letter, alone or with the text of its option."""
    letter, problem = _read_letter(task.line, task.item)
    if problem:
        return Score(0.0, problem)
    right = str(task.item["answer"]).strip().upper()
    return Score(1.0, _RIGHT) if letter == right else Score(0.0, "another letter is right")


def _score_step(task: _Task) -> Score:
    wrong = str(task.query.get("wrong") or task.item["answer"])
    if task.line and _fold(task.line) == _fold(wrong):
        return Score(1.0, _RIGHT)
    return Score(0.0, "another step is wrong")


def _split_list(text: str, language: str) -> list[str]:
    """Return the parts between commas outside quotation marks, semicolons and line breaks, without bullets.

    A comma between two digits belongs to a number where it is the decimal sign.
    """
    parts, part, quoted, joins = [], "", False, language.startswith("de")
    for place, sign in enumerate(text):
        quoted = quoted != (sign == '"') and sign != "\n"
        if joins and sign == "," and text[place - 1 : place].isdigit() and text[place + 1 : place + 2].isdigit():
            part += sign
        elif sign in ",;\n" and not quoted:
            parts.append(part)
            part = ""
        else:
            part += sign
    found = [normalise_text(part) for part in [*parts, part]]
    return [cut_bullet(part) for part in found if part]


def _cut_numbers(text: str) -> str:
    """Return a list without the numbers before its lines, if these count from 1."""
    lines = text.splitlines()
    if not all(line.startswith((f"{number}. ", f"{number}) ")) for number, line in enumerate(lines, 1)):
        return text
    return "\n".join(BULLET.sub("", line, count=1) for line in lines)


def _read_lists(text: str, language: str) -> list[list[str]]:
    """Return the readings of a list: with marks around it, numbers before its lines, and "and" before the last."""
    word = "und " if language.startswith("de") else "and "
    found = []
    for whole in dict.fromkeys((text, strip_marks(text), _cut_numbers(text))):
        given = _split_list(whole, language)
        found.append(given)
        if given and given[-1].startswith(word):
            found.append([*given[:-1], given[-1][len(word) :]])
        if given and f" {word}" in given[-1]:
            first, _, second = given[-1].rpartition(f" {word}")
            found.append([*given[:-1], first, second])
    return found


def _compare_lists(readings: list[list[str]], task: _Task) -> Score:
    """Compare the labels of the answer with those that are right."""
    best, wanted = 0.0, {_fold(part) for part in _split_list(str(task.item["answer"]), task.language)}
    for reading in readings:
        found = {_fold(part) for part in reading}
        if found == wanted:
            return Score(1.0, _RIGHT)
        best = max(best, len(found & wanted) / len(found | wanted))
    return _grade_part(best, task, "the list is not complete and right")


def _grade_part(share: float, task: _Task, reason: str) -> Score:
    return Score(min(_MOST_PARTIAL, share) if task.partial else 0.0, reason)


def _score_list(task: _Task) -> Score:
    """All answers in any order: labels by name, and where all answers are values, values."""
    readings = _read_lists(task.answer, task.language)
    if len(readings[0]) > _MOST_LISTED:
        return Score(0.0, "the list is too long")
    rows = task.query.get("answers") or []
    terms = [row[0] for row in rows if len(row) == 1]
    best = _compare_lists(readings, task)
    if best.value == 1.0 or not terms or len(terms) < len(rows) or not all(term[0] == '"' for term in terms):
        return best
    share = 0.0
    for reading in readings:
        matches = [{n for n, term in enumerate(terms) if equals_literal(term, part, task.language)} for part in reading]
        found, wrong = set().union(*matches), sum(not match for match in matches)
        if len(found) == len(terms) and not wrong:
            return Score(1.0, _RIGHT)
        share = max(share, len(found) / (len(terms) + wrong))
    return _grade_part(share, task, best.reason)


def _score_labels(task: _Task) -> Score:
    """All labels of a set of facts, in any order."""
    return _compare_lists(_read_lists(task.answer, task.language), task)


def _score_count(task: _Task) -> Score:
    right, number = int(task.query["count"]), read_number(strip_marks(task.line), task.language)
    if number is None:
        return Score(0.0, "the answer is not one number in digits")
    return Score(1.0, _RIGHT) if number == right else Score(0.0, "the number is another")


def _score_value(task: _Task) -> Score:
    (row,) = task.query["answers"]
    if task.line and row[0].startswith('"') and equals_literal(row[0], task.line, task.language):
        return Score(1.0, _RIGHT)
    return _score_label(task)


def _score_puzzle(task: _Task) -> Score:
    right, reason = task.assignment.read(_cut_numbers(task.answer))
    wanted = len(task.query["solution"])
    return Score(1.0, _RIGHT) if right == wanted else _grade_part(right / wanted, task, reason)


def _score_proof(task: _Task) -> Score:
    if task.theory is None:
        raise ScorerError("a proof can be scored only with the item's theory")
    checker = ProofChecker(task.item, task.theory, task.prefixes)
    verdicts, right, reason, share = checker.check(task.answer)
    if right:
        return Score(1.0, reason, tuple(verdicts))
    return Score(min(_MOST_PARTIAL, share) if task.partial else 0.0, reason, tuple(verdicts))


def _list_names(rule: Rule, query: dict[str, Any], prefixes: dict[str, str]) -> dict[str, str]:
    """Return the ways to write the names of a formalisation: as shown, and without prefix where that is clear."""
    known: dict[str, str] = {}
    listed = query.get("names") or []
    if isinstance(listed, dict):
        known.update({str(shown): expand_name(str(term), prefixes) for shown, term in listed.items()})
    else:
        for entry in listed:
            shown = entry if isinstance(entry, str) else entry["name"]
            term = shown if isinstance(entry, str) else entry.get("term", shown)
            known[shown] = expand_name(term, prefixes)
    parts = json.dumps([repr(rule), *known.values()])
    full = dict.fromkeys([*known.values(), *re.findall(r"<[^<>\s\\]+>|[\w.-]+:[\w.-]+", parts)])
    local: dict[str, list[str]] = {}
    for term in full:
        local.setdefault(re.split(r"[#/:]", term.strip("<>"))[-1], []).append(term)
    for name, terms in local.items():
        if len(terms) == 1 and name:
            known.setdefault(name, terms[0])
            known.setdefault(":" + name, terms[0])
    return known


def _score_rule(task: _Task) -> Score:
    formal, query = str(task.query["formal"]), task.query
    stated = parse_rule(formal, task.prefixes)
    text = " ".join(task.answer.split())
    if len(text) > _LONGEST_SINGLE:
        return Score(0.0, "the rule is too long")
    text = fold_rule(text)
    for mark in ("**", "`"):
        if text.startswith(mark) and text.endswith(mark) and len(text) > 2 * len(mark):
            text = fold_rule(text[len(mark) : -len(mark)].strip())
    try:
        given = parse_rule(text, task.prefixes, _list_names(stated, query, task.prefixes))
        if ("->" in formal) != ("->" in text) or bool(stated.head) != bool(given.head):
            return Score(0.0, "the answer has not the form of a rule that is asked for")
        asked = None if "->" in formal else [f"?{name}" for name in query.get("vars") or ()]
        right, reason = are_equivalent(stated, given, asked)
    except (RuleTextError, CannotJudgeError) as error:
        return Score(0.0, str(error))
    return Score(1.0 if right else 0.0, reason)


# -- which lines of a reply could be an answer, given the last


def _could_be_word(task: _Task, line: str, last: str) -> bool:
    """One of few fixed answers: at most three words, and one if a sentence ends there."""
    return len(line.split()) <= (1 if is_sentence(line) else 3)


def _could_be_name(task: _Task, line: str, last: str) -> bool:
    return not is_sentence(line) or (len(line.split()) <= len(last.split()) and not line.endswith(":"))


def _could_be_number(task: _Task, line: str, last: str) -> bool:
    return read_number(strip_marks(normalise_text(line)), task.language) is not None


def _could_be_letter(task: _Task, line: str, last: str) -> bool:
    return bool(_read_letter(line, task.item)[0])


def _could_be_step(task: _Task, line: str, last: str) -> bool:
    return bool(_STEP.match(line))


def _could_be_assignment(task: _Task, line: str, last: str) -> bool:
    return task.assignment.could_be(BULLET.sub("", line, count=1))


class _Kind(NamedTuple):
    """How a kind of question is scored, which form its answer has, and which lines could be one."""

    scorer: Callable[[_Task], Score]
    form: str = LINE
    could_be: Callable[[_Task, str, str], bool] = _could_be_name


KINDS: dict[str, _Kind] = {
    "holds": _Kind(_score_label, could_be=_could_be_word),
    "subsumes": _Kind(_score_label, could_be=_could_be_word),
    "select": _Kind(_score_list, LINES),
    "recall": _Kind(_score_list, LINES),
    "count": _Kind(_score_count, could_be=_could_be_number),
    "compare": _Kind(_score_best),
    "value": _Kind(_score_value),
    "options": _Kind(_score_letter, could_be=_could_be_letter),
    "abduce": _Kind(_score_letter, could_be=_could_be_letter),
    "diff": _Kind(_score_letter, could_be=_could_be_letter),
    "induce": _Kind(_score_letter, could_be=_could_be_letter),
    "verbalise": _Kind(_score_letter, could_be=_could_be_letter),
    "step": _Kind(_score_step, could_be=_could_be_step),
    "conflict": _Kind(_score_labels, LINES),
    "puzzle": _Kind(_score_puzzle, LINES, _could_be_assignment),
    "prove": _Kind(_score_proof, PROOF),
    "equivalent": _Kind(_score_rule, RULE),
}
"""The scorer of each ``query.kind`` and the form of its answer."""


# -- what is called from outside


def score(
    item: dict[str, Any],
    answer: str | None,
    theory: dict[str, Any] | str | Path | None = None,
    *,
    prefixes: dict[str, str] | None = None,
    partial: bool = False,
) -> Score:
    """Return what a reply to an item is worth.

    ``item`` is a line of ``items/<split>.jsonl``. ``theory`` is what its theory file holds, or the folder of the
    dataset, from which theory and prefixes are read then; only proofs need it. ``prefixes`` are those of
    ``prefixes.json``. ``partial`` gives parts of a list, an assignment or a proof their share, 0.9 at most.

    Raises ScorerError when the item is of a kind or form that is not known; whatever the reply is, it has a score.
    """
    try:
        kind = item["query"]["kind"]
        if kind not in KINDS:
            raise ScorerError(f"items of the kind {kind} are of a later version than this program")
        return _score(item, answer, theory, prefixes, partial=partial)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ScorerError(f"the item is not as docs/items.md says: {error!r}") from error


def _score(
    item: dict[str, Any],
    answer: str | None,
    theory: dict[str, Any] | str | Path | None,
    prefixes: dict[str, str] | None,
    *,
    partial: bool,
) -> Score:
    if not isinstance(answer, str):
        return Score(0.0, "there is no answer")
    kind = item["query"]["kind"]
    found: dict[str, Any] | None = None
    if isinstance(theory, (str, Path)):
        folder = Path(theory)
        if kind in ("prove", "equivalent") and prefixes is None:
            prefixes = read_prefixes(folder)
        if kind == "prove":
            found = find_theory(folder, str(item["theory"]))
    else:
        found = theory
    chosen, task = KINDS[kind], _Task(item, "", found, prefixes or {}, partial)
    text, problem = extract_answer(
        answer, chosen.form, lambda line, last: chosen.could_be(task, line, last), str(item["answer"])
    )
    return Score(0.0, problem) if problem else chosen.scorer(replace(task, answer=text))


def score_answer(
    item: dict[str, Any],
    answer: str | None,
    theory: dict[str, Any] | str | Path | None = None,
    *,
    prefixes: dict[str, str] | None = None,
    partial: bool = False,
) -> float:
    """Return what a reply is worth as a number from 0.0 to 1.0 (see :func:`score`)."""
    return score(item, answer, theory, prefixes=prefixes, partial=partial).value
