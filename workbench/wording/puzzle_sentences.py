"""Sentences of puzzles: what is unknown with what it may be, and clues. ``puzzle_reading`` takes each apart again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.model.puzzles import ClueKind
from workbench.model.rules import Atom, BodyElement, Comparison
from workbench.model.terms import RDF_TYPE, Pattern, Triple
from workbench.wording.lexicon import Lexicon
from workbench.wording.phrases import Slot, parse_phrase
from workbench.wording.sentences import (
    capitalise,
    say_conjunction,
    say_element,
    say_question,
    say_statement,
    say_term,
)
from workbench.wording.task_sentences import fill_frame

__all__ = [
    "ClueParts",
    "find_asked_end",
    "say_clue",
    "say_denial",
    "say_slot",
    "say_slot_name",
    "say_slot_value",
]

ClueParts = tuple[tuple[BodyElement, ...], ...]

_LETTERS = {"?A": "A", "?B": "B"}


def find_asked_end(slot: Sequence[Triple]) -> str:
    """Return what the facts of a slot differ in: ``class``, ``object`` or ``subject``; ValueError when in nothing."""
    subjects, predicates, objects = (set(ends) for ends in zip(*slot, strict=True))
    if len(predicates) == 1 and len(subjects) == 1:
        return "class" if predicates == {RDF_TYPE} else "object"
    if len(predicates) == len(objects) == 1:
        return "subject"
    raise ValueError("the facts of a slot differ in more than one thing")


def say_slot_name(lexicon: Lexicon, slot: Sequence[Triple]) -> str:
    """Return what an answer calls a slot: that which all of its facts are about."""
    return say_term(lexicon, slot[0][2] if find_asked_end(slot) == "subject" else slot[0][0])


def say_slot_value(lexicon: Lexicon, slot: Sequence[Triple], place: int) -> str:
    """Return what an answer calls a fact of a slot: its value, or the whole statement where that is a class."""
    end, fact = find_asked_end(slot), slot[place]
    if end == "class":
        return say_statement(lexicon, fact)
    return say_term(lexicon, fact[0] if end == "subject" else fact[2])


def say_slot(lexicon: Lexicon, slot: Sequence[Triple], *, person: bool) -> str:
    """Return what is open: "Ann: Bob, Carl or Dan is the father of Ann.".

    Where the words of the statement depend on the value, it is a question: "Ann: Whose ...? Bob, Carl or Dan.".
    """
    tasks, end = dict(lexicon.frames.tasks), find_asked_end(slot)
    name = say_slot_name(lexicon, slot)
    values = [say_slot_value(lexicon, slot, place) for place in range(len(slot))]
    if end == "class":
        return fill_frame(tasks["slot classes"], name=name, values=tasks["clue or"].join(values))
    subject, predicate, object_ = slot[0]
    asked: Pattern = ("?X", predicate, object_) if end == "subject" else (subject, predicate, "?X")
    if statement := _say_alternatives(lexicon, slot, asked, end):
        return fill_frame(tasks["slot values"], name=name, statement=capitalise(statement))
    question, listed = say_question(lexicon, asked, "?X", person=person), _join(values, tasks["clue or"])
    return fill_frame(tasks["slot question"], name=name, question=question, values=listed)


def _join(values: Sequence[str], last: str) -> str:
    return ", ".join(values[:-1]) + last + values[-1]


def _say_alternatives(lexicon: Lexicon, slot: Sequence[Triple], asked: Pattern, end: str) -> str:
    """Return the statement with all values in the place of one; empty where that is not what it says of each."""
    phrase = parse_phrase(lexicon.get_phrase(asked[1], is_class=False))
    cases = [piece.case for piece in phrase if isinstance(piece, Slot) and piece.role == end]
    if len(cases) != 1:
        return ""
    said = [say_term(lexicon, fact[0] if end == "subject" else fact[2], case=cases[0]) for fact in slot]
    listed = _join(said, dict(lexicon.frames.tasks)["clue or"])
    before, mark, after = say_statement(lexicon, asked, {"?X": listed}).partition(listed)
    fits = all(say_statement(lexicon, fact) == f"{before}{one}{after}" for fact, one in zip(slot, said, strict=True))
    return f"{before}{listed}{after}" if mark and fits else ""


def say_denial(lexicon: Lexicon, atom: Atom | Pattern) -> str:
    """Return the sentence that a statement is false.

    Where the phrase begins with a name and a verb that simply takes "not", the verb is denied ("Ann is not male.");
    everything else is put into a frame ("It is not the case that Ann teaches Bob.").
    """
    denied = _deny(lexicon, atom)
    if denied is not None:
        return capitalise(fill_frame(lexicon.frames.fact, statement=denied))
    statement = say_statement(lexicon, atom)
    return capitalise(fill_frame(dict(lexicon.frames.tasks)["clue false"], statement=statement))


def _deny(lexicon: Lexicon, atom: Atom | Pattern) -> str | None:
    subject, predicate, object_ = atom
    is_class = predicate == RDF_TYPE
    phrase = lexicon.get_phrase(object_ if is_class else predicate, is_class=is_class)
    tasks = dict(lexicon.frames.tasks)
    # A word must follow, and none that goes on with another verb.
    following = rf"(?!{re.escape(tasks['clue or'].strip())} )(?=[^\W\d_])"
    found = re.match(rf"\{{(subject|object)\}} ({tasks['deny verbs']}) {following}", phrase)
    if found is None:
        return None
    # The first slot stands for one name whatever that is, so the phrase can be cut behind the verb.
    name = say_term(lexicon, subject if found.group(1) == "subject" else object_)
    start = f"{name}{found.group(0)[len(found.group(1)) + 2 :]}"
    statement = say_statement(lexicon, atom)
    if not statement.startswith(start):
        return None
    rest = statement[len(start) :]
    for pair in tasks["deny articles"].split("|"):
        article, _, denied = pair.partition(">")
        if rest.startswith(article):
            return f"{start}{denied}{rest[len(article) :]}"
    return f"{start}{tasks['deny word']}{rest}"


def say_clue(lexicon: Lexicon, kind: ClueKind, parts: ClueParts) -> str:
    """Return a clue as a sentence; ValueError for one that has no sentence."""
    tasks = dict(lexicon.frames.tasks)
    if len(parts) == 1:
        (part,) = parts
        if len(part) == 1 and isinstance(part[0], Atom):
            if kind == "false":
                return say_denial(lexicon, part[0])
            return capitalise(fill_frame(lexicon.frames.fact, statement=say_statement(lexicon, part[0])))
        *atoms, comparison = part
        if kind != "true" or not isinstance(comparison, Comparison):
            raise ValueError("the clue has no sentence")
        statement = say_conjunction(lexicon, atoms, _LETTERS)
        where = say_element(lexicon, comparison, _LETTERS)
        return capitalise(fill_frame(tasks["clue where"], statement=statement, comparison=where))
    said = []
    for part in parts:
        if len(part) != 1 or not isinstance(part[0], Atom):
            raise ValueError("the clue has no sentence")
        said.append(say_statement(lexicon, part[0]))
    if kind == "if":
        return capitalise(fill_frame(tasks["clue if"], statement=said[0], conclusion=said[1]))
    if kind == "one" and len(said) == 2:
        return capitalise(fill_frame(tasks["clue either"], statements=tasks["clue or"].join(said)))
    frame = {"any": "clue any", "one": "clue one"}.get(kind)
    if frame is None:
        raise ValueError("the clue has no sentence")
    return capitalise(fill_frame(tasks[frame], statements="; ".join(said)))
