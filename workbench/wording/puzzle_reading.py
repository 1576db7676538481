"""The inverse of ``puzzle_sentences``: every reading of what is unknown in a puzzle, and of its clues.

A reading counts only when it is said in the very words that were read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product

from workbench.model.puzzles import ClueKind
from workbench.model.rules import Atom, Comparison
from workbench.model.terms import RDF_TYPE, XSD_INTEGER, Triple, is_literal, is_variable, make_literal
from workbench.wording.grammar import Grammar
from workbench.wording.puzzle_sentences import ClueParts, say_clue, say_slot
from workbench.wording.sentences import say_statement

__all__ = ["read_clue", "read_slot"]

_NUMBER = re.compile(r"(0|-?[1-9]\d*)\Z")


def _open(frame: str, *slots: str) -> re.Pattern[str]:
    """Return the pattern of a frame, in which each slot takes as little as it can."""
    text = re.escape(frame[:1].upper() + frame[1:])
    for slot in slots:
        text = text.replace(re.escape(f"{{{slot}}}"), f"(?P<{slot}>.+?)", 1)
    return re.compile(f"{text}\\Z")


def _read_ground(grammar: Grammar, text: str) -> list[Atom]:
    return [*grammar.read_bare_statement(text)]


def read_slot(grammar: Grammar, sentence: str) -> tuple[tuple[Triple, ...], ...]:
    """Return the readings of what is unknown: the facts of which one is the case."""
    tasks = dict(grammar.lexicon.frames.tasks)
    readings: list[tuple[Triple, ...]] = []
    if found := _open(tasks["slot classes"], "name", "values").match(sentence):
        for texts in _split(found["values"], tasks["clue or"]):
            readings += product(*([(*atom,) for atom in _read_ground(grammar, text)] for text in texts))
    if found := _open(tasks["slot question"], "name", "question", "values").match(sentence):
        for position in (match.start() for match in re.finditer(re.escape("? "), sentence)):
            question = sentence[len(found["name"]) : position + 1].lstrip(": ")
            values = sentence[position + 2 :].removesuffix(".")
            for atom in grammar.read_question(question):
                readings += _read_values(grammar, atom, values, tasks["clue or"])
    for text in _find_statements(tasks["slot values"], sentence):
        readings += _read_alternatives(grammar, text, tasks["clue or"])
    said = dict.fromkeys(readings)
    return tuple(slot for slot in said if len(slot) > 1 and _says(grammar, slot, sentence))


def _find_statements(frame: str, sentence: str) -> Iterator[str]:
    """Yield what may stand behind the name, wherever that ends."""
    between = frame.partition("{name}")[2].partition("{statement}")[0]
    for match in re.finditer(re.escape(between), sentence):
        text = sentence[match.end() :].removesuffix(".")
        yield from dict.fromkeys((text, text[:1].lower() + text[1:]))


def _read_alternatives(grammar: Grammar, text: str, last: str) -> Iterator[tuple[Triple, ...]]:
    """Yield the facts of a statement in which several values stand in the place of one."""
    for mark in re.finditer(re.escape(last), text):
        starts = [0, *(match.end() for match in re.finditer(" ", text[: mark.start()]))]
        ends = [*(mark.end() + match.start() for match in re.finditer(" ", text[mark.end() :])), len(text)]
        for start, end in product(starts, ends):
            values = [*text[start : mark.start()].split(", "), text[mark.end() : end]]
            choices = []
            for value in reversed(values):
                choices.append([(*atom,) for atom in _read_ground(grammar, f"{text[:start]}{value}{text[end:]}")])
                if not choices[-1]:
                    break
            else:
                yield from product(*reversed(choices))


def _says(grammar: Grammar, slot: tuple[Triple, ...], sentence: str) -> bool:
    try:
        return any(say_slot(grammar.lexicon, slot, person=person) == sentence for person in (False, True))
    except ValueError:
        return False


def _read_values(grammar: Grammar, atom: Atom, text: str, last: str) -> Iterator[tuple[Triple, ...]]:
    """Yield the facts that an atom becomes with the values of a list."""
    before, mark, after = text.rpartition(last)
    names = [*before.split(", "), after] if mark else []
    choices = [_read_value(grammar, atom, name) for name in names]
    yield from product(*choices) if choices else ()


def _read_value(grammar: Grammar, atom: Atom, name: str) -> list[Triple]:
    """Return the facts that an atom becomes with an individual of that name, or with the value that it is."""
    is_subject, lexicon = is_variable(atom.subject), grammar.lexicon
    named = [term for term, label in sorted(lexicon.labels.items()) if label == name]
    # A value is said alike wherever it stands.
    said = say_statement(lexicon, atom, {"?X": name})
    ends = [one.subject if is_subject else one.object for one in grammar.read_statement(said)]
    # A number may want another word behind it than the letter did.
    numbers = [make_literal(name, XSD_INTEGER)] if _NUMBER.match(name) else []
    terms = dict.fromkeys([*named, *(end for end in ends if is_literal(end)), *numbers])
    return [
        (term, atom.predicate, atom.object) if is_subject else (atom.subject, atom.predicate, term) for term in terms
    ]


def _split(text: str, mark: str) -> Iterator[list[str]]:
    """Yield every way to cut a text at some of the marks, two parts at least."""
    pieces = text.split(mark)
    if len(pieces) > 8:
        return
    for cuts in product((False, True), repeat=len(pieces) - 1):
        parts = [pieces[0]]
        for piece, is_cut in zip(pieces[1:], cuts, strict=True):
            if is_cut:
                parts.append(piece)
            else:
                parts[-1] += mark + piece
        if len(parts) > 1:
            yield parts


def read_clue(grammar: Grammar, sentence: str) -> tuple[tuple[ClueKind, ClueParts], ...]:
    """Return the readings of a clue."""
    found = dict.fromkeys(_iterate_clues(grammar, sentence))
    return tuple(clue for clue in found if _is_said(grammar, clue, sentence))


def _is_said(grammar: Grammar, clue: tuple[ClueKind, ClueParts], sentence: str) -> bool:
    try:
        return say_clue(grammar.lexicon, *clue) == sentence
    except ValueError:
        return False


def _iterate_clues(grammar: Grammar, sentence: str) -> Iterator[tuple[ClueKind, ClueParts]]:
    frames = grammar.lexicon.frames
    tasks = dict(frames.tasks)
    yield from (("true", ((atom,),)) for atom in grammar.read_fact(sentence))
    for plain in _drop_denials(tasks, sentence):
        yield from (("false", ((atom,),)) for atom in grammar.read_fact(plain))
    if found := _open(tasks["clue false"], "statement").match(sentence):
        yield from (("false", ((atom,),)) for atom in _read_ground(grammar, found["statement"]))
    if found := _open(tasks["clue if"], "statement", "conclusion").match(sentence):
        between = tasks["clue if"].partition("{statement}")[2].partition("{conclusion}")[0]
        text = sentence[found.start("statement") : found.end("conclusion")]
        for place in (match.start() for match in re.finditer(re.escape(between), text)):
            pair = _read_ground(grammar, text[:place]), _read_ground(grammar, text[place + len(between) :])
            yield from (("if", ((first,), (second,))) for first, second in product(*pair))
    if found := _open(tasks["clue either"], "statements").match(sentence):
        yield from _read_parts(grammar, "one", _split(found["statements"], tasks["clue or"]))
    if found := _open(tasks["clue any"], "statements").match(sentence):
        yield from _read_parts(grammar, "any", _split(found["statements"], "; "))
    if found := _open(tasks["clue one"], "statements").match(sentence):
        yield from _read_parts(grammar, "one", _split(found["statements"], "; "))
    yield from _read_where(grammar, sentence, tasks["clue where"])


def _read_parts(grammar: Grammar, kind: ClueKind, cuts: Iterator[list[str]]) -> Iterator[tuple[ClueKind, ClueParts]]:
    for texts in cuts:
        for atoms in product(*(_read_ground(grammar, text) for text in texts)):
            yield kind, tuple((atom,) for atom in atoms)


def _read_where(grammar: Grammar, sentence: str, frame: str) -> Iterator[tuple[ClueKind, ClueParts]]:
    between = frame.partition("{statement}")[2].partition("{comparison}")[0]
    for match in re.finditer(re.escape(between), sentence):
        comparison = sentence[match.end() :].removesuffix(".")
        text = sentence[: match.start()]
        for variant in dict.fromkeys((text, text[:1].lower() + text[1:])):
            for body in grammar.read_body(variant):
                for end in grammar.read_body(comparison):
                    is_plain = all(isinstance(e, Atom) and e.predicate != RDF_TYPE for e in body)
                    if is_plain and len(end) == 1 and isinstance(end[0], Comparison):
                        yield "true", ((*body, *end),)


def _drop_denials(tasks: Mapping[str, str], sentence: str) -> Iterator[str]:
    """Yield the sentence without each of the words that may deny it."""
    pairs = [pair.partition(">")[::2] for pair in tasks["deny articles"].split("|")]
    for plain, denied in (("", tasks["deny word"]), *pairs):
        for found in re.finditer(re.escape(f" {denied}"), sentence):
            yield f"{sentence[: found.start()]} {plain}{sentence[found.end() :]}"
