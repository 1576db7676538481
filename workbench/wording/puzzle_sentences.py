"""Sentences of puzzles: what is unknown with what it may be, and clues. ``puzzle_reading`` takes each apart again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workbench.model.puzzles import ClueKind
from workbench.model.rules import Atom, BodyElement, Comparison
from workbench.model.terms import RDF_TYPE, Pattern, Triple, is_literal, split_literal
from workbench.wording.lexicon import Lexicon
from workbench.wording.phrases import Slot, parse_phrase
from workbench.wording.sentences import capitalise, say_statement, say_term
from workbench.wording.task_sentences import fill_frame

__all__ = [
    "BLANK",
    "COMPARED",
    "ClueParts",
    "find_asked_end",
    "is_of_values",
    "merge_statements",
    "say_clue",
    "say_denial",
    "say_slot",
    "say_slot_name",
    "say_slot_value",
]

ClueParts = tuple[tuple[BodyElement, ...], ...]

BLANK = "…"
"""Stands for a number in statements that are compared."""
COMPARED = {"<": "clue less", ">": "clue greater"}
"""The frame of each comparison."""


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
    """Return what an answer may call a fact of a slot: its value, or in what its statement differs from the others'.

    Where a class is open and the statements have no words in common, it is the whole statement.
    """
    end, fact = find_asked_end(slot), slot[place]
    if end == "class":
        merged = _merge_words(lexicon, slot)
        return merged[1][place] if merged else say_statement(lexicon, fact)
    return say_term(lexicon, fact[0] if end == "subject" else fact[2])


def say_slot(lexicon: Lexicon, slot: Sequence[Triple]) -> str:
    """Return what is open as one sentence: "Bob, Carl or Dan is the father of Ann.", "Kim is male or female.".

    Where the alternatives cannot be said in one statement, they are said one after the other.
    """
    tasks = dict(lexicon.frames.tasks)
    if statement := merge_statements(lexicon, slot):
        return capitalise(fill_frame(tasks["slot values"], statement=statement))
    said = [say_statement(lexicon, fact) for fact in slot]
    if any(tasks["clue or"] in text for text in said):
        said = [fill_frame(tasks["clue quoted"], statement=text) for text in said]
    return capitalise(fill_frame(tasks["slot classes"], values=tasks["clue or"].join(said)))


def merge_statements(lexicon: Lexicon, facts: Sequence[Triple]) -> str:
    """Return one statement for several that differ in one place, all of them there; empty where that cannot be said."""
    try:
        end = find_asked_end(facts)
    except ValueError:
        return ""
    if end != "class":
        datatypes = {split_literal(fact[2])[1] if is_literal(fact[2]) else "" for fact in facts}
        if len(datatypes) > 1:
            return ""  # "1 year" might be a number of years as well as a duration
        subject, predicate, object_ = facts[0]
        asked: Pattern = ("?X", predicate, object_) if end == "subject" else (subject, predicate, "?X")
        statement = _say_alternatives(lexicon, facts, asked, end)
        if statement or "" in datatypes:
            return statement
    merged = _merge_words(lexicon, facts)
    return merged[0] if merged else ""


def _join(values: Sequence[str], last: str) -> str:
    return ", ".join(values[:-1]) + last + values[-1]


def _merge_words(lexicon: Lexicon, facts: Sequence[Triple]) -> tuple[str, list[str]] | None:
    """Return statements about one thing as one, and the words in which they differ; None where that is not plain."""
    last = dict(lexicon.frames.tasks)["clue or"]
    rows = [say_statement(lexicon, fact).split(" ") for fact in facts]
    name = say_term(lexicon, facts[0][0]).split(" ")
    shortest = min(map(len, rows))
    before = next((n for n in range(shortest) if len({row[n] for row in rows}) > 1), shortest)
    after = next((n for n in range(shortest - before) if len({row[-1 - n] for row in rows}) > 1), shortest - before)
    values = [" ".join(row[before : len(row) - after]) for row in rows]
    if before < len(name) or not all(values) or any(mark in value for value in values for mark in (", ", last)):
        return None
    parts = [" ".join(rows[0][:before]), _join(values, last), " ".join(rows[0][len(rows[0]) - after :])]
    return " ".join(filter(None, parts)), values


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
    if len(parts) == 1 and kind == "true" and len(parts[0]) > 1:
        return _say_comparison(lexicon, parts[0])
    atoms = [part[0] for part in parts if len(part) == 1 and isinstance(part[0], Atom)]
    if len(atoms) < len(parts) or not atoms:
        raise ValueError("the clue has no sentence")
    said = [say_statement(lexicon, atom) for atom in atoms]
    if len(said) == 1 and kind == "false":
        return say_denial(lexicon, atoms[0])
    if len(said) == 1 and kind == "true":
        return capitalise(fill_frame(lexicon.frames.fact, statement=said[0]))
    if len(said) == 1 or kind == "true":
        raise ValueError("the clue has no sentence")
    if kind == "if" and len(said) == 2:
        return capitalise(fill_frame(tasks["clue if"], statement=said[0], conclusion=said[1]))
    merged = merge_statements(lexicon, [(*atom,) for atom in atoms])
    if kind == "any" and merged and is_of_values(atoms):
        return capitalise(fill_frame(lexicon.frames.fact, statement=merged))
    # A statement that says "or" itself would leave open what the clue joins.
    if len(said) == 2 and kind in _PAIRS and not any(tasks["clue or"] in text for text in said):
        return capitalise(fill_frame(tasks[_PAIRS[kind]], statements=merged or tasks["clue or"].join(said)))
    if kind == "false" and len(said) == 2:
        left, right = (fill_frame(tasks["clue quoted"], statement=text) for text in said)
        return capitalise(fill_frame(tasks["clue neither"], left=left, right=right))
    if kind not in _LISTS:
        raise ValueError("the clue has no sentence")
    return fill_frame(tasks[_LISTS[kind]], statements=_quote(lexicon, said))


def is_of_values(atoms: Sequence[Atom]) -> bool:
    """Tell whether atoms give one thing several values of a property: those are taken to exclude each other."""
    return len({atom[:2] for atom in atoms}) == 1 and all(is_literal(atom.object) for atom in atoms)


_PAIRS = {"one": "clue either", "any": "clue or both"}
_LISTS = {"one": "clue one", "any": "clue any"}


def _quote(lexicon: Lexicon, said: Sequence[str]) -> str:
    frame = dict(lexicon.frames.tasks)["clue quoted"]
    return "; ".join(fill_frame(frame, statement=text) for text in said)


def _say_comparison(lexicon: Lexicon, part: Sequence[BodyElement]) -> str:
    """Return which of two statements has the greater number where a blank is left."""
    tasks = dict(lexicon.frames.tasks)
    match part:
        case (Atom() as first, Atom() as second, Comparison(sign, "?A", "?B")) if sign in COMPARED:
            if (first.object, second.object) == ("?A", "?B"):
                sides = [say_statement(lexicon, atom, dict.fromkeys(("?A", "?B"), BLANK)) for atom in (first, second)]
                left, right = (fill_frame(tasks["clue quoted"], statement=side) for side in sides)
                return capitalise(fill_frame(tasks[COMPARED[sign]], left=left, right=right))
    raise ValueError("the clue has no sentence")
