"""The inverse of ``puzzle_sentences``: every reading of what is unknown in a puzzle, and of its clues.

A reading counts only when it is said in the very words that were read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from workbench.model.puzzles import ClueKind
from workbench.model.rules import Atom, Comparison
from workbench.model.terms import Triple, is_variable
from workbench.wording.grammar import Grammar
from workbench.wording.puzzle_sentences import BLANK, COMPARED, ClueParts, say_clue, say_slot

__all__ = ["read_clue", "read_slot"]


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
    if found := _open(tasks["slot classes"], "values").match(sentence):
        for texts in _split(found["values"], tasks["clue or"]):
            for parts in (texts, [_drop_quotes(tasks["clue quoted"], text) for text in texts]):
                readings += product(*([(*atom,) for atom in _read_ground(grammar, text)] for text in parts))
    if found := _open(tasks["slot values"], "statement").match(sentence):
        readings += _read_alternatives(grammar, found["statement"], tasks["clue or"])
    said = dict.fromkeys(readings)
    return tuple(slot for slot in said if len(slot) > 1 and _says(grammar, slot, sentence))


def _read_alternatives(grammar: Grammar, text: str, last: str) -> Iterator[tuple[Triple, ...]]:
    """Yield the facts of a statement in which several values stand in the place of one; its first letter may be any."""
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
        return say_slot(grammar.lexicon, slot) == sentence
    except ValueError:
        return False


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
        yield from _read_joined(grammar, "one", found["statements"], tasks["clue or"])
    if found := _open(tasks["clue or both"], "statements").match(sentence):
        yield from _read_joined(grammar, "any", found["statements"], tasks["clue or"])
    lists: tuple[tuple[ClueKind, str], ...] = (("any", "clue any"), ("one", "clue one"))
    for kind, frame in lists:
        if found := _open(tasks[frame], "statements").match(sentence):
            cuts = _split(found["statements"], "; ")
            bare = ([_drop_quotes(tasks["clue quoted"], text) for text in texts] for texts in cuts)
            yield from _read_parts(grammar, kind, bare)
    if found := _open(tasks["clue neither"], "left", "right").match(sentence):
        sides = [_drop_quotes(tasks["clue quoted"], text) for text in found.groups()]
        yield from _read_parts(grammar, "false", [sides])
    yield from _read_joined(grammar, "any", sentence.removesuffix("."), tasks["clue or"])
    for sign, frame in COMPARED.items():
        if found := _open(tasks[frame], "left", "right").match(sentence):
            sides = [_drop_quotes(tasks["clue quoted"], text) for text in found.groups()]
            for first, second in product(*(_read_blank(grammar, side) for side in sides)):
                atoms = Atom(first.subject, first.predicate, "?A"), Atom(second.subject, second.predicate, "?B")
                yield "true", ((*atoms, Comparison(sign, "?A", "?B")),)


def _read_joined(grammar: Grammar, kind: ClueKind, text: str, last: str) -> Iterator[tuple[ClueKind, ClueParts]]:
    """Yield the readings of statements that are joined, or that are said as one."""
    yield from _read_parts(grammar, kind, _split(text, last))
    for facts in _read_alternatives(grammar, text, last):
        yield kind, tuple((Atom(*fact),) for fact in facts)


def _drop_quotes(frame: str, text: str) -> str:
    """Return what stands in quotation marks; nothing where it does not."""
    before, _, after = frame.partition("{statement}")
    return text[len(before) : len(text) - len(after)] if text.startswith(before) and text.endswith(after) else ""


def _read_blank(grammar: Grammar, text: str) -> list[Atom]:
    """Return the readings of a statement of which the object is left out."""
    found = [*grammar.read_body(text.replace(BLANK, "A"))] if text.count(BLANK) == 1 else []
    return [body[0] for body in found if len(body) == 1 and isinstance(body[0], Atom) and is_variable(body[0].object)]


def _read_parts(grammar: Grammar, kind: ClueKind, cuts: Iterable[list[str]]) -> Iterator[tuple[ClueKind, ClueParts]]:
    for texts in cuts:
        for atoms in product(*(_read_ground(grammar, text) for text in texts)):
            yield kind, tuple((atom,) for atom in atoms)


def _drop_denials(tasks: Mapping[str, str], sentence: str) -> Iterator[str]:
    """Yield the sentence without each of the words that may deny it."""
    pairs = [pair.partition(">")[::2] for pair in tasks["deny articles"].split("|")]
    for plain, denied in (("", tasks["deny word"]), *pairs):
        for found in re.finditer(re.escape(f" {denied}"), sentence):
            yield f"{sentence[: found.start()]} {plain}{sentence[found.end() :]}"
