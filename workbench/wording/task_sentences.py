"""Sentences of tasks: questions with a body, what is supposed, numbered lines, what is changed.

``task_reading`` takes each of them apart again.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.model.proofs import FALSE
from workbench.model.rules import Atom, BodyElement, Negation, Rule, collect_variables, substitute_element
from workbench.model.terms import RDF_TYPE, Pattern, Term, Triple
from workbench.wording.lexicon import Lexicon
from workbench.wording.sentences import (
    capitalise,
    iterate_letters,
    say_conjunction,
    say_fact,
    say_question,
    say_rule,
    say_statement,
)
from workbench.wording.value_words import ORDER_WORDS, name_sort

__all__ = [
    "BodyQuestion",
    "QuestionKind",
    "canonicalise_question",
    "fill_frame",
    "find_sort",
    "name_question_variables",
    "say_body_question",
    "say_change",
    "say_fact_line",
    "say_goal",
    "say_labelled",
    "say_proof_line",
    "say_rule_line",
    "say_supposition",
    "say_vocabulary",
]

QuestionKind = Literal["select", "count", "compare", "value"]


@dataclass(frozen=True, slots=True)
class BodyQuestion:
    """A question for what makes a body true.

    ``asked`` is the variable asked for; a comparison names the variable of the value that decides too. ``order`` is
    ``least`` or ``greatest`` for a comparison, else empty. ``sort`` is one of ``SORTS`` for a comparison or a value,
    else empty: it chooses words only.
    """

    kind: QuestionKind
    asked: tuple[str, ...]
    body: tuple[BodyElement, ...]
    order: str = ""
    sort: str = ""


def find_sort(value: Term) -> str:
    """Return which of ``SORTS`` a literal is, to choose the words of a question for such values."""
    return name_sort(value)


def fill_frame(frame: str, **values: str) -> str:
    """Fill slots of a frame in one pass, so that no value is taken for a slot; each slot is there once, in order."""
    pieces: list[str] = []
    for name, value in values.items():
        before, _, frame = frame.partition(f"{{{name}}}")
        pieces += (before, value)
    return "".join((*pieces, frame))


def name_question_variables(question: BodyQuestion) -> dict[str, str]:
    """Give each variable its letter: X to what is asked, N to the value that decides, Y, Z, W ... to the others."""
    named = dict(zip(question.asked, "XN", strict=False))
    outside = [v for e in question.body if not isinstance(e, Negation) for v in collect_variables(e)]
    letters: Iterator[str] = itertools.chain("YZWVU", iterate_letters("XNYZWVU"))
    return named | {variable: next(letters) for variable in dict.fromkeys(outside) if variable not in named}


def canonicalise_question(question: BodyQuestion) -> BodyQuestion:
    """Return the question with the letters of its sentence as names of variables, as the reader returns it."""
    letters = name_question_variables(question)
    body: list[BodyElement] = []
    for element in question.body:
        free = iterate_letters(letters.values())
        inner = collect_variables(element) if isinstance(element, Negation) else ()
        own = {variable: next(free) for variable in inner if variable not in letters}
        body.append(substitute_element(element, {v: f"?{letter}" for v, letter in (letters | own).items()}))
    sort = question.sort if question.kind == "value" else ORDER_WORDS.get(question.sort, "value")
    return BodyQuestion(
        question.kind,
        tuple(f"?{letters[variable]}" for variable in question.asked),
        tuple(body),
        question.order,
        sort if question.kind in ("compare", "value") else "",
    )


def say_body_question(lexicon: Lexicon, question: BodyQuestion, *, person: bool = False) -> str:
    """Return the question as a sentence.

    ``person`` has effect on a question for values with a single atom only ("Who is an uncle of Bob?").
    """
    if question.kind == "select" and len(question.body) == 1 and isinstance(question.body[0], Atom):
        atom = question.body[0]
        if collect_variables(atom) == question.asked:
            return say_question(lexicon, atom, question.asked[0], person=person)
    letters = name_question_variables(question)
    statement = say_conjunction(lexicon, question.body, letters)
    tasks = dict(lexicon.frames.tasks)
    if others := [letter for variable, letter in letters.items() if variable not in question.asked]:
        statement = fill_frame(tasks["some"], variables=tasks["some and"].join(others), statement=statement)
    match question.kind:
        case "select":
            frame = lexicon.frames.which
        case "count":
            frame = tasks["count"]
        case "compare":
            frame = tasks[f"{question.order} {ORDER_WORDS.get(question.sort, 'value')}"]
        case "value":
            frame = tasks[f"which {question.sort or 'value'}"]
    return capitalise(fill_frame(frame, statement=statement))


def say_supposition(lexicon: Lexicon, triple: Atom | Pattern) -> str:
    """Return what is supposed of arbitrary individuals as a sentence: "Suppose that A is an heir."."""
    return capitalise(fill_frame(lexicon.frames.assume, statement=say_statement(lexicon, triple)))


def say_change(lexicon: Lexicon, triple: Triple, *, added: bool) -> str:
    """Return the sentence that says a fact is stated in addition, or no longer stated."""
    frame = dict(lexicon.frames.tasks)["added" if added else "removed"]
    return capitalise(fill_frame(frame, statement=say_statement(lexicon, triple)))


def say_vocabulary(lexicon: Lexicon, names: Sequence[tuple[str, Atom]]) -> str:
    """Return what names of classes and properties say, one a line: "- k:hasParent(A, B): B is a parent of A."

    Each name comes with an atom about ``?A``, and ``?B`` if it is a property.
    """
    letters = {"?A": "A", "?B": "B"}
    lines = []
    for name, atom in names:
        arguments = "A" if atom.predicate == RDF_TYPE else "A, B"
        text = fill_frame(lexicon.frames.fact, statement=say_statement(lexicon, atom, letters))
        lines.append(f"- {name}({arguments}): {capitalise(text)}")
    return "\n".join(lines)


def say_goal(lexicon: Lexicon, triple: Triple) -> str:
    """Return the question which of several statements would make a statement follow."""
    return capitalise(fill_frame(dict(lexicon.frames.tasks)["goal"], statement=say_statement(lexicon, triple)))


def say_labelled(lexicon: Lexicon, label: str, sentence: str) -> str:
    """Return a sentence behind its label: "F1: Ann is a parent of Bob."."""
    return fill_frame(dict(lexicon.frames.tasks)["labelled"], label=label, sentence=sentence)


def say_fact_line(lexicon: Lexicon, label: str, triple: Atom | Pattern) -> str:
    """Return a fact's sentence behind its label."""
    return say_labelled(lexicon, label, say_fact(lexicon, triple))


def say_rule_line(lexicon: Lexicon, label: str, rule: Rule) -> str:
    """Return a rule's sentence behind its label."""
    return say_labelled(lexicon, label, say_rule(lexicon, rule))


def say_proof_line(lexicon: Lexicon, label: str, conclusion: Triple, rule: str, premises: Sequence[str]) -> str:
    """Return a line of a proof: "S1. Ann is a parent of Bob. [R2: F1, F3]"; rule and premises are labels."""
    tasks = dict(lexicon.frames.tasks)
    sentence = tasks["contradiction"] if conclusion == FALSE else say_fact(lexicon, conclusion)
    reasons = fill_frame(tasks["reasons"], rule=rule, premises=", ".join(premises)) if premises else rule
    return fill_frame(tasks["proof line"], label=label, sentence=sentence, reasons=reasons)
