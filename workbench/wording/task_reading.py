"""The inverse of ``task_sentences``: every reading of a question with a body, a supposition, a numbered line.

As in ``grammar`` no reading is preferred. A reading of a question counts only when it is said in the very words that
were read, so that letters have to be the right ones and all other variables have to be named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.model.proofs import FALSE
from workbench.model.rules import Atom, Negation, collect_variables
from workbench.model.terms import RDF_TYPE, Term, Triple, is_variable
from workbench.wording.frames import Frames
from workbench.wording.grammar import Grammar
from workbench.wording.lexicon import ARBITRARY, Lexicon
from workbench.wording.task_frames import SORTS
from workbench.wording.task_sentences import (
    BodyQuestion,
    QuestionKind,
    canonicalise_question,
    say_body_question,
)

__all__ = [
    "ProofLine",
    "read_body_question",
    "read_change",
    "read_goal",
    "read_labelled",
    "read_proof_line",
    "read_supposed_statement",
    "read_supposition",
    "read_vocabulary_line",
]

_NAME_LINE = re.compile(r"- (?P<name>\S+)\(A(?P<object>, B)?\): (?P<sentence>.+)\Z")
_LABEL = re.compile(r"[A-Z][1-9]\d{0,5}\Z")


@dataclass(frozen=True, slots=True)
class ProofLine:
    """A line of a proof: its label, what it concludes (or FALSE), the labels of its rule and of its premises."""

    label: str
    conclusion: Triple
    rule: str
    premises: tuple[str, ...]


def _match(text: str, frame: str, *slots: str) -> tuple[str, ...] | None:
    """Return what stands in the slots of a frame whose slots can stand in one way: at the first place that fits."""
    values = []
    for slot in slots:
        before, _, frame = frame.partition(f"{{{slot}}}")
        if not text.startswith(before):
            return None
        text = text[len(before) :]
        following = frame.partition("{")[0]
        end = (len(text) - len(frame) if "{" not in frame else text.find(following)) if frame else len(text)
        if end <= 0:
            return None
        values.append(text[:end])
        text = text[end:]
    return tuple(values) if text == frame else None


def _iterate_frames(frames: Frames) -> Iterator[tuple[str, QuestionKind, str, str]]:
    """Yield each frame of a question with the kind, order and sort that it tells."""
    tasks = dict(frames.tasks)
    yield frames.which, "select", "", ""
    yield tasks["count"], "count", "", ""
    for order in ("least", "greatest"):
        for sort in ("value", "time", "duration"):
            yield tasks[f"{order} {sort}"], "compare", order, sort
    for sort in SORTS:
        yield tasks[f"which {sort}"], "value", "", sort


_REPRESENTATIVES = {"value": "value", "time": "date", "duration": "duration"}


def read_body_question(grammar: Grammar, lexicon: Lexicon, sentence: str) -> tuple[BodyQuestion, ...]:
    """Return the readings of a question with a body, as ``canonicalise_question`` gives them.

    ``lexicon`` is the one that the grammar was made of. Questions for who or which with one atom are read too.
    """
    tasks = dict(lexicon.frames.tasks)
    readings: list[BodyQuestion] = [
        BodyQuestion("select", ("?X",), (atom,)) for atom in grammar.read_question(sentence)
    ]
    for frame, kind, order, sort in _iterate_frames(lexicon.frames):
        found = _match(sentence, frame, "statement") or _match(sentence, frame[:1].upper() + frame[1:], "statement")
        if found is None:
            continue
        asked = ("?X", "?N") if kind == "compare" else ("?X",)
        bodies = grammar.read_body(found[0])
        for before, _, rest in _cut_some(found[0], tasks["some"]):
            if all(len(name) == 1 for name in before.split(tasks["some and"])):
                bodies += grammar.read_body(rest)
        for body in bodies:
            outside = {v for e in body if not isinstance(e, Negation) for v in collect_variables(e)}
            if not set(asked) <= outside:
                continue
            sort_word = _REPRESENTATIVES[sort] if kind == "compare" else sort
            question = BodyQuestion(kind, asked, body, order, sort_word)
            if say_body_question(lexicon, question) == sentence:
                readings.append(canonicalise_question(question))
    return tuple(dict.fromkeys(readings))


def _cut_some(text: str, frame: str) -> Iterator[tuple[str, str, str]]:
    before, _, rest = frame.partition("{variables}")
    between = rest.partition("{statement}")[0]
    if text.startswith(before):
        yield text[len(before) :].partition(between)


def _suppose(atom: Atom) -> Atom:
    def name(term: Term) -> Term:
        return f"<{ARBITRARY}{term[1:]}>" if is_variable(term) else term

    return Atom(name(atom.subject), atom.predicate, name(atom.object))


def read_supposition(grammar: Grammar, lexicon: Lexicon, sentence: str) -> tuple[Atom, ...]:
    """Return the readings of what is supposed; letters are individuals of the namespace ``ARBITRARY``."""
    found = _match(sentence, lexicon.frames.assume, "statement")
    return read_supposed_statement(grammar, found[0]) if found else ()


def read_supposed_statement(grammar: Grammar, text: str) -> tuple[Atom, ...]:
    """Return the readings of a statement without period in which letters are arbitrary individuals."""
    texts = dict.fromkeys((text, text[:1].lower() + text[1:]))
    return tuple(dict.fromkeys(_suppose(atom) for variant in texts for atom in grammar.read_statement(variant)))


def read_change(grammar: Grammar, lexicon: Lexicon, sentence: str) -> tuple[tuple[bool, Atom], ...]:
    """Return the readings of a change as pairs: whether the fact is added, and the fact."""
    tasks = dict(lexicon.frames.tasks)
    return tuple(
        (key == "added", atom)
        for key in ("added", "removed")
        if (found := _match(sentence, tasks[key], "statement"))
        for atom in grammar.read_statement(found[0])
        if not collect_variables(atom)
    )


def read_vocabulary_line(grammar: Grammar, line: str) -> tuple[tuple[str, Atom], ...]:
    """Return the readings of what a name says, as :func:`say_vocabulary` writes it: the name, and the atom."""
    found = _NAME_LINE.match(line)
    if found is None:
        return ()
    wanted = ("?A",) if found["object"] is None else ("?A", "?B")
    return tuple(
        (found["name"], atom)
        for atom in grammar.read_open_fact(found["sentence"])
        if (atom.subject, *(() if atom.predicate == RDF_TYPE else (atom.object,))) == wanted
    )


def read_goal(grammar: Grammar, lexicon: Lexicon, sentence: str) -> tuple[Atom, ...]:
    """Return the readings of the statement that is to follow."""
    found = _match(sentence, dict(lexicon.frames.tasks)["goal"], "statement")
    return tuple(atom for atom in grammar.read_statement(found[0]) if not collect_variables(atom)) if found else ()


def read_labelled(frames: Frames, line: str) -> tuple[str, str] | None:
    """Return label and sentence of a labelled line, or None when it is none."""
    found = _match(line, dict(frames.tasks)["labelled"], "label", "sentence")
    return (found[0], found[1]) if found and _LABEL.match(found[0]) else None


def read_proof_line(grammar: Grammar, lexicon: Lexicon, line: str) -> tuple[ProofLine, ...]:
    """Return the readings of a line of a proof; whether the step is right is for others to say."""
    tasks = dict(lexicon.frames.tasks)
    # The reasons are behind the last bracket, so that a label may hold brackets.
    frame = tasks["proof line"]
    between = frame.partition("{sentence}")[2].partition("{reasons}")[0]
    head, mark, reasons = line.rpartition(between)
    after = frame.partition("{reasons}")[2]
    found = _match(head, frame.partition(between)[0], "label", "sentence") if mark and reasons.endswith(after) else None
    if found is None or not _LABEL.match(found[0]):
        return ()
    reasons = reasons[: len(reasons) - len(after)]
    rule, premises = _match(reasons, tasks["reasons"], "rule", "premises") or (reasons, "")
    cited = tuple(premises.split(", ")) if premises else ()
    if not all(_LABEL.match(label) for label in (rule, *cited)):
        return ()
    conclusions: list[Triple] = [FALSE] if found[1] == tasks["contradiction"] else []
    conclusions += [(*atom,) for atom in grammar.read_fact(found[1])]
    return tuple(ProofLine(found[0], conclusion, rule, cited) for conclusion in dict.fromkeys(conclusions))
