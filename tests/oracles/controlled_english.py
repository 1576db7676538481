"""The controlled English of the ProofWriter questions, read into literals: for tests only.

Facts and questions are one clause ("The cow is not blue.", "Anne likes the dog."). Rules come in two forms: "If
<clause> and <clause> … then <clause>." and "All? [<adjective>, …] people|things are [not] <adjective>.". Later
clauses of a rule may leave out their subject ("someone is big and not kind").
"""

from __future__ import annotations

import re
from typing import NamedTuple

VARIABLE = "X"
_ANYONE = frozenset({"someone", "something", "they", "it"})
_IS = re.compile(r"(?:(?P<subject>.+?) (?:is|are) )?(?P<no>not )?(?P<adjective>[a-z]+)")
_DOES_NOT = re.compile(r"(?P<subject>.+?) (?:does|do) not (?P<verb>[a-z]+) (?P<object>.+)")
_DOES = re.compile(r"(?P<subject>.+?) (?P<verb>chase|eat|like|need|see|visit)s? (?P<object>.+)")
_ALL = re.compile(r"(?:all )?(?P<adjectives>[a-z, ]+) (?:people|things) are (?P<no>not )?(?P<adjective>[a-z]+)")


class Literal(NamedTuple):
    """A class or property (``object`` is None for a class) of a subject, or its classical negation."""

    holds: bool
    name: str
    subject: str
    object: str | None


class ReadRule(NamedTuple):
    """What is said with "if" or "all": a body, and the one literal that follows."""

    body: tuple[Literal, ...]
    head: Literal


def read_sentences(text: str) -> tuple[list[Literal], list[ReadRule]]:
    """Return the facts and rules of a text; ValueError for a sentence of another form."""
    facts, rules = [], []
    for sentence in text.split("."):
        if not sentence.strip():
            continue
        read = _read_sentence(sentence.strip())
        if isinstance(read, Literal):
            facts.append(read)
        else:
            rules.append(read)
    return facts, rules


def _read_sentence(sentence: str) -> Literal | ReadRule:
    text = sentence.lower()
    if text.startswith("if "):
        condition, conclusion = text[3:].split(" then ")
        body: list[Literal] = []
        for part in condition.split(" and "):
            body.append(_read_clause(part, body[-1].subject if body else None))
        return ReadRule(tuple(body), _read_clause(conclusion, None))
    if match := _ALL.fullmatch(text):
        adjectives = re.split(r",? and |, | ", match["adjectives"])
        body = [Literal(True, adjective, VARIABLE, None) for adjective in adjectives]
        return ReadRule(tuple(body), Literal(not match["no"], match["adjective"], VARIABLE, None))
    return _read_clause(text, None)


def _read_clause(text: str, subject: str | None) -> Literal:
    if match := _DOES_NOT.fullmatch(text):
        return Literal(False, match["verb"], _read_name(match["subject"]), _read_name(match["object"]))
    if match := _DOES.fullmatch(text):
        return Literal(True, match["verb"], _read_name(match["subject"]), _read_name(match["object"]))
    match = _IS.fullmatch(text)
    if match is None or (match["subject"] or subject) is None:
        raise ValueError(f"not a clause of the controlled English: {text!r}")
    name = _read_name(match["subject"]) if match["subject"] else subject
    return Literal(not match["no"], match["adjective"], str(name), None)


def _read_name(text: str) -> str:
    return VARIABLE if text in _ANYONE else text.removeprefix("the ").replace(" ", "_")
