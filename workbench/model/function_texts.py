"""What the functions over strings do, by code points; None where there is no value."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from workbench.model.function_numbers import round_half_up
from workbench.model.pattern_reader import PatternError
from workbench.model.patterns import (
    PATTERN_TEXT_LIMIT,
    compile_pattern,
    replace_matches,
    search_pattern,
)

__all__ = [
    "TEXT_LIMIT",
    "concatenate",
    "contains",
    "contains_folded",
    "count_characters",
    "cut",
    "cut_after",
    "cut_before",
    "ends",
    "equal_folded",
    "lower_case",
    "match",
    "normalise_space",
    "raise_case",
    "replace",
    "starts",
    "translate",
]

TEXT_LIMIT = 10_000
"""How long a string may be that a function gives."""


def equal_folded(first: str, second: str) -> bool:
    """Tell whether two texts are the same but for capitals."""
    return first.casefold() == second.casefold()


def concatenate(*parts: str) -> str | None:
    """Join texts."""
    return "".join(parts) if sum(map(len, parts)) <= TEXT_LIMIT else None


def cut(text: str, start: Fraction, length: Fraction | None = None) -> str:
    """Return the characters at positions from ``start``, both numbers rounded (F&O 3.1, 5.4.3)."""
    first = round_half_up(start)
    end = len(text) + 1 if length is None else first + round_half_up(length)
    return text[max(first, 1) - 1 : max(end, 1) - 1]


def count_characters(text: str) -> int:
    """Return how many characters a text has."""
    return len(text)


def normalise_space(text: str) -> str:
    """Strip white space, and make one space of each run of it (F&O 3.1, 5.4.5)."""
    for char in "\t\n\r":
        text = text.replace(char, " ")
    return " ".join(part for part in text.split(" ") if part)


def raise_case(text: str) -> str:
    """Return a text in capitals."""
    return text.upper()


def lower_case(text: str) -> str:
    """Return a text in small letters."""
    return text.lower()


def translate(text: str, source: str, target: str) -> str:
    """Replace characters one by one; of repeated ones in ``source`` the first counts (F&O 3.1, 5.4.9)."""
    table: dict[int, str] = {}
    for position, char in enumerate(source):
        table.setdefault(ord(char), target[position : position + 1])
    return text.translate(table)


def contains(text: str, part: str) -> bool:
    """Tell whether ``part`` is in ``text``."""
    return part in text


def contains_folded(text: str, part: str) -> bool:
    """Tell whether ``part`` is in ``text`` but for capitals."""
    return part.casefold() in text.casefold()


def starts(text: str, part: str) -> bool:
    """Tell whether ``text`` begins with ``part``."""
    return text.startswith(part)


def ends(text: str, part: str) -> bool:
    """Tell whether ``text`` ends with ``part``."""
    return text.endswith(part)


def cut_before(text: str, part: str) -> str:
    """Return what stands before the first ``part``; empty without one (F&O 3.1, 5.5.4)."""
    return text.partition(part)[0] if part and part in text else ""


def cut_after(text: str, part: str) -> str:
    """Return what stands behind the first ``part``; empty without one, all for an empty one (F&O 3.1, 5.5.5)."""
    return text.partition(part)[2] if part else text


@lru_cache(maxsize=16384)
def match(text: str, pattern: str) -> bool | None:
    """Tell whether a part of ``text`` matches; None for no pattern and for a text that is too long."""
    if len(text) > PATTERN_TEXT_LIMIT:
        return None
    try:
        return search_pattern(compile_pattern(pattern), text) is not None
    except PatternError:
        return None


@lru_cache(maxsize=16384)
def replace(text: str, pattern: str, replacement: str) -> str | None:
    """Replace each match; None for no pattern, one that matches nothing at all, and for a text that is too long."""
    if len(text) > PATTERN_TEXT_LIMIT:
        return None
    try:
        return replace_matches(compile_pattern(pattern), text, replacement, TEXT_LIMIT)
    except PatternError:
        return None
