"""The reader: the judge that gets only the prompt and the exported wording.

A prompt is one of the known templates around slots; each slot holds sentences. The reader takes the prompt apart
and returns every reading. An item is sound when there is exactly one, and it is what the item states.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from workbench.errors import DatasetError
from workbench.model.puzzles import ClueKind
from workbench.model.rules import Atom
from workbench.model.terms import Term, Triple
from workbench.wording.exchange import read_lexicon
from workbench.wording.grammar import Formula, Grammar
from workbench.wording.puzzle_sentences import ClueParts
from workbench.wording.task_reading import ProofLine
from workbench.wording.task_sentences import BodyQuestion
from workbench.wording.task_slots import TASK_SLOT_NAMES, read_task_slot

__all__ = ["SLOTS", "Reader", "Reading", "Skeleton", "build_reader"]

SLOTS = (
    "facts", "facts_list", "rules", "rules_list", "closed", "statement", "question", "options", *TASK_SLOT_NAMES,
)  # fmt: skip
"""What a template may frame. ``_list`` slots hold one sentence a line behind ``- ``; the others one paragraph."""

_OPTION = re.compile(r"([A-Z])\) (.+)\Z")
_PERIOD = re.compile(r"(?<=\.) ")
_LETTERS = 12
_LIMIT = 2
_REMEMBERED = 4096
"""So many texts of slots are remembered from their latest use on; twice as many while they are used."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A template with its slots cut out: ``texts[0] slots[0] texts[1] slots[1] ... texts[n]``."""

    name: str
    language: str
    texts: tuple[str, ...]
    slots: tuple[str, ...]

    @property
    def slot_set(self) -> frozenset[str]:
        """The slots without their order."""
        return frozenset(self.slots)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a prompt says: facts, rules, closed keys, and what is asked.

    That is a statement, a question (its variable ``?X``), options, or what the slots of ``task_slots`` hold: a question
    with a body, a goal, changes (whether added, and the fact), the lines of a proof, how to answer, examples and
    counterexamples, rules to choose from, the unknowns of a puzzle with the facts of which one is the case, clues, a
    sentence to be formalised (a rule or a question), a formula with the sentences to choose from, and what names say.
    """

    facts: tuple[Triple, ...] = ()
    rules: tuple[Formula, ...] = ()
    closed: tuple[Term, ...] = ()
    statement: Atom | None = None
    question: Atom | None = None
    options: tuple[tuple[str, Atom], ...] = ()
    body_question: BodyQuestion | None = None
    goal: Atom | None = None
    changes: tuple[tuple[bool, Triple], ...] = ()
    proof: tuple[ProofLine, ...] = ()
    instruction: str = ""
    positive: tuple[Triple, ...] = ()
    negative: tuple[Triple, ...] = ()
    rule_options: tuple[tuple[str, Formula], ...] = ()
    sentence: Formula | BodyQuestion | None = None
    formula: str = ""
    sentence_options: tuple[tuple[str, Formula | BodyQuestion], ...] = ()
    vocabulary: tuple[tuple[str, Atom], ...] = ()
    unknowns: tuple[tuple[Triple, ...], ...] = ()
    clues: tuple[tuple[ClueKind, ClueParts], ...] = ()


class Reader:
    """Reads prompts in the given languages; sentences seen before are remembered."""

    def __init__(self, grammars: Mapping[str, Grammar], skeletons: Sequence[Skeleton]) -> None:
        self._grammars = grammars
        self._skeletons = _SkeletonIndex(skeletons)
        self._known: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        self._older: dict[tuple[str, str, str], list[dict[str, Any]]] = {}

    def read(self, prompt: str, template: str = "") -> tuple[Reading, ...]:
        """Return the distinct readings of a prompt, at most two; with ``template``, those by the one of that name."""
        readings: list[Reading] = []
        for skeleton, cuts in self._skeletons.cut(prompt):
            if template and skeleton.name.partition(":")[0] != template:
                continue
            for values in cuts:
                for reading in self._read_slots(skeleton, values):
                    if reading not in readings:
                        readings.append(reading)
                    if len(readings) >= _LIMIT:
                        return tuple(readings)
        return tuple(readings)

    def _read_slots(self, skeleton: Skeleton, values: Sequence[str]) -> Iterator[Reading]:
        choices: list[list[dict[str, Any]]] = []
        for slot, value in zip(skeleton.slots, values, strict=True):
            found = self._remember_slot(skeleton.language, slot, value)
            if not found:
                return
            choices.append(found)
        for parts in product(*choices):
            yield Reading(**{name: value for part in parts for name, value in part.items()})

    def _remember_slot(self, language: str, slot: str, value: str) -> list[dict[str, Any]]:
        """Return the first readings of a slot's text; many prompts about one case share the texts of most slots."""
        place = (language, slot, value)
        found = self._known.get(place)
        if found is None:
            found = self._older.get(place)
            if found is None:
                found = list(islice(self._read_slot(self._grammars[language], slot, value), _LIMIT))
            if len(self._known) >= _REMEMBERED:
                self._older, self._known = self._known, {}
            self._known[place] = found
        return found

    def _read_slot(self, grammar: Grammar, slot: str, value: str) -> Iterator[dict[str, Any]]:
        match slot:
            case "facts" | "facts_list":
                sentences = _read_sentences(value, grammar, grammar.read_fact, lines=slot.endswith("_list"))
                yield from ({"facts": tuple(map(tuple, facts))} for facts in sentences)
            case "rules" | "rules_list":
                rules = _read_sentences(value, grammar, grammar.read_rule, lines=slot.endswith("_list"))
                yield from ({"rules": formulas} for formulas in rules)
            case "closed":
                yield from (
                    {"closed": keys} for keys in _read_sentences(value, grammar, grammar.read_closed, lines=False)
                )
            case "statement":
                yield from ({"statement": atom} for atom in grammar.read_bare_statement(value))
            case "question":
                yield from ({"question": atom} for atom in grammar.read_question(value))
            case "options":
                yield from ({"options": options} for options in _read_options(value, grammar))
            case _:
                yield from read_task_slot(grammar, slot, value)


class _Branch:
    """Skeletons that begin alike: by the text behind the next slot, and those that end behind it, by their last."""

    __slots__ = ("branches", "ends", "numbers")

    def __init__(self) -> None:
        self.branches: dict[str, _Branch] = {}
        self.ends: dict[str, list[int]] = {}
        self.numbers: list[int] = []


class _SkeletonIndex:
    """Skeletons as a tree of their texts, so that a text with which many begin is looked for once."""

    def __init__(self, skeletons: Sequence[Skeleton]) -> None:
        self._skeletons = tuple(skeletons)
        self._places: dict[int, dict[str, dict[str, _Branch]]] = {}
        for number, skeleton in enumerate(self._skeletons):
            first, last = skeleton.texts[0], skeleton.texts[-1]
            length = min(len(first), _LETTERS)
            branch = self._places.setdefault(length, {}).setdefault(first[:length], {}).setdefault(first, _Branch())
            branch.numbers.append(number)
            for text in skeleton.texts[1:-1]:
                branch = branch.branches.setdefault(text, _Branch())
                branch.numbers.append(number)
            branch.ends.setdefault(last, []).append(number)

    def cut(self, prompt: str) -> Iterator[tuple[Skeleton, Iterable[tuple[str, ...]]]]:
        """Yield the skeletons that may give a prompt in their order, each with every way to fill its slots."""
        found: list[tuple[int, tuple[str, ...] | None]] = []
        for length, places in self._places.items():
            for first, branch in places.get(prompt[:length], {}).items():
                if prompt.startswith(first):
                    _follow(prompt, branch, len(first), (), found)
        found.sort(key=lambda pair: pair[0])
        for number, values in found:
            skeleton = self._skeletons[number]
            if values is not None:
                yield skeleton, (values,)
            elif prompt.endswith(skeleton.texts[-1]):
                yield skeleton, _cut_everywhere(prompt, skeleton)


def _follow(
    prompt: str,
    branch: _Branch,
    position: int,
    values: tuple[str, ...],
    found: list[tuple[int, tuple[str, ...] | None]],
) -> None:
    """Find the one way to fill slots, where every text stands at one place; None where one stands at several.

    Slots are not empty.
    """
    for last, numbers in branch.ends.items():
        end = len(prompt) - len(last)
        if end > position and prompt.endswith(last):
            filled = (*values, prompt[position:end])
            found += [(number, filled) for number in numbers]
    for text, following in branch.branches.items():
        place = prompt.find(text, position + 1)
        if place < 0:
            continue
        if prompt.find(text, place + 1) >= 0:
            found += [(number, None) for number in following.numbers]
        else:
            _follow(prompt, following, place + len(text), (*values, prompt[position:place]), found)


def _cut_everywhere(prompt: str, skeleton: Skeleton) -> Iterator[tuple[str, ...]]:
    texts = skeleton.texts

    def cut(position: int, index: int) -> Iterator[tuple[str, ...]]:
        text = texts[index + 1]
        if index == len(skeleton.slots) - 1:
            end = len(prompt) - len(text)
            if end > position:
                yield (prompt[position:end],)
            return
        found = prompt.find(text, position + 1)
        while found >= 0:
            for rest in cut(found + len(text), index + 1):
                yield (prompt[position:found], *rest)
            found = prompt.find(text, found + 1)

    yield from cut(len(texts[0]), 0)


def _read_sentences(value: str, grammar: Grammar, read: Any, *, lines: bool) -> Iterator[tuple[Any, ...]]:
    """Yield the readings of a run of sentences: every way to cut it, every reading of each sentence."""
    if lines:
        rows = value.split("\n")
        if all(row.startswith("- ") for row in rows):
            yield from _read_each([row[2:] for row in rows], read)
        return
    if grammar.splits_at_periods and '"' not in value:
        yield from _read_each(_PERIOD.split(value), read)
        return
    # Cut points are behind a period (or a closing quotation mark and period) that a blank follows.
    ends = [m.start() + 1 for m in re.finditer(r"\.(?= )", value)] + [len(value)]
    memo: dict[int, list[tuple[Any, ...]]] = {len(value) + 1: [()]}

    def parse(start: int) -> list[tuple[Any, ...]]:
        if start not in memo:
            memo[start] = []
            found: list[tuple[Any, ...]] = []
            for end in ends:
                if end > start and len(found) < _LIMIT:
                    for reading in read(value[start:end]):
                        found += [(reading, *rest) for rest in parse(end + 1)]
            memo[start] = found[:_LIMIT]
        return memo[start]

    # From the end backwards, so that the recursion stays shallow however long the paragraph is.
    for start in reversed([0, *(end + 1 for end in ends[:-1])]):
        parse(start)
    yield from memo[0]


def _read_each(sentences: Sequence[str], read: Any) -> Iterable[tuple[Any, ...]]:
    """Return every choice of a reading for each sentence; nothing as soon as one has none."""
    found = []
    for sentence in sentences:
        readings = read(sentence)
        if not readings:
            return ()
        found.append(readings)
    return product(*found)


def _read_options(value: str, grammar: Grammar) -> Iterator[tuple[tuple[str, Atom], ...]]:
    parts = []
    for row in value.split("\n"):
        match = _OPTION.match(row)
        if not match:
            return
        parts.append([(match.group(1), atom) for atom in grammar.read_bare_statement(match.group(2))])
    yield from product(*parts)


def build_reader(wording: Mapping[str, Any]) -> Reader:
    """Build the reader of an exported wording (the content of ``wording.json``, terms written in full).

    Raises DatasetError when the wording is not what the schema says.
    """
    try:
        grammars = {}
        for language, data in wording["languages"].items():
            grammars[language] = Grammar(read_lexicon(data), wording["classes"])
        skeletons = [
            Skeleton(t["name"], t["language"], tuple(t["texts"]), tuple(t["slots"])) for t in wording["templates"]
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"the wording is not as its schema says: {error}") from error
    return Reader(grammars, skeletons)
