"""Phrases taken apart: text, places for names in a case, and words that depend on a number.

==================  =============================================================================================
``{subject}``       the name as it is called; each of the slots a phrase needs stands in it once
``{object:dat}``    the name in a case of the language: any small letters, such as ``acc``, ``dat``, ``gen``
``{subject:is|are}``  the first word for one thing, the second for what is called by a plural, such as "the twins"
``{object#day|days}`` the first word behind the number one, the second behind everything else
==================  =============================================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

__all__ = [
    "Choice",
    "Slot",
    "Variant",
    "find_cases",
    "has_right_slots",
    "iterate_variants",
    "open_plain_phrase",
    "parse_phrase",
]

_PIECE = re.compile(r"(\{(?:subject|object)(?::[a-z]+|[:#][^{}|]*\|[^{}|]*)?\})")


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a name: of the ``subject`` or ``object``, in a case; empty: as it is called."""

    role: str
    case: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A word that depends on how many the ``subject`` or ``object`` is: ``counted`` tells that it follows a number."""

    role: str
    counted: bool
    one: str
    many: str


class Variant(NamedTuple):
    """A phrase with all choices made: ``texts[0] slots[0] texts[1] ... texts[n]``.

    ``wanted`` are the conditions under which it is said: role, counted, and whether it is many.
    """

    texts: tuple[str, ...]
    slots: tuple[Slot, ...]
    wanted: tuple[tuple[str, bool, bool], ...]


@lru_cache(maxsize=8192)
def open_plain_phrase(phrase: str) -> tuple[tuple[bool, str], ...] | None:
    """Return a phrase that calls things as they are called: whether a piece is a slot, and its role or text.

    None for a phrase with cases or words that depend on a number.
    """
    found: list[tuple[bool, str]] = []
    for piece in parse_phrase(phrase):
        if isinstance(piece, str):
            found.append((False, piece))
        elif isinstance(piece, Slot) and not piece.case:
            found.append((True, piece.role))
        else:
            return None
    return tuple(found)


@lru_cache(maxsize=8192)
def parse_phrase(phrase: str) -> tuple[str | Slot | Choice, ...]:
    """Return the pieces of a phrase; braces that are none of the four forms stay text."""
    pieces: list[str | Slot | Choice] = []
    for number, text in enumerate(_PIECE.split(phrase)):
        if number % 2 == 0:
            if text:
                pieces.append(text)
            continue
        role, mark, rest = (*re.split(r"([:#])", text[1:-1], maxsplit=1), "", "")[:3]
        if "|" in rest:
            one, _, many = rest.partition("|")
            pieces.append(Choice(role, mark == "#", one, many))
        else:
            pieces.append(Slot(role, rest))
    return tuple(pieces)


def has_right_slots(phrase: str, *, is_class: bool) -> bool:
    """Tell whether a phrase names its subject (and, of a property, its object) once each, and has no other braces."""
    pieces = parse_phrase(phrase)
    roles = sorted(piece.role for piece in pieces if isinstance(piece, Slot))
    chosen = [piece.role for piece in pieces if isinstance(piece, Choice)]
    wanted = ["subject"] if is_class else ["object", "subject"]
    clean = not any(brace in piece for piece in pieces if isinstance(piece, str) for brace in "{}")
    return clean and roles == wanted and set(chosen) <= set(wanted)


def find_cases(phrase: str) -> tuple[str, ...]:
    """Return the cases that a phrase asks for, in order."""
    return tuple(dict.fromkeys(p.case for p in parse_phrase(phrase) if isinstance(p, Slot) and p.case))


def iterate_variants(phrase: str) -> tuple[Variant, ...]:
    """Return the phrase with its choices made in every way: one variant when it has none."""
    pieces = parse_phrase(phrase)
    questions = tuple(dict.fromkeys((p.role, p.counted) for p in pieces if isinstance(p, Choice)))
    variants = []
    for answers in product((False, True), repeat=len(questions)):
        many = dict(zip(questions, answers, strict=True))
        texts, slots = [""], list[Slot]()
        for piece in pieces:
            if isinstance(piece, Slot):
                slots.append(piece)
                texts.append("")
            elif isinstance(piece, Choice):
                texts[-1] += piece.many if many[piece.role, piece.counted] else piece.one
            else:
                texts[-1] += piece
        wanted = tuple((*question, answer) for question, answer in many.items())
        variants.append(Variant(tuple(texts), tuple(slots), wanted))
    return tuple(variants)
