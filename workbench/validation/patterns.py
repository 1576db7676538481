"""Whether a regular expression is safe to run: no nested repetition that can divide one text in many ways.

Backtracking takes exponential time when a repeated part can match the same text in different ways, as in
``(a+)+``. A repeated part is let through when each choice inside it is decided by the next character
(Brüggemann-Klein and Wood 1998, one-unambiguous expressions), so ``([a-z]+ )*`` is fine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]  # the parse tree has no public door
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from workbench.model.terms import unescape_string

__all__ = ["find_pattern_problem", "find_pattern_risk", "list_query_patterns"]

_QUERY_PART = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''|'(?:[^'\\\n]|\\.)*'"
    r"|<[^<>\"{}|^`\\\s]*>|\#[^\n]*|(?P<call>\b(?:REGEX|REPLACE)\s*\()|[(),]",
    re.I | re.S,
)

_LONG = 10
"""A repetition up to this many times is short enough to be left alone."""
_BEYOND = 0x10000
"""Stands for every character outside the basic plane, which errs on the side of caution."""
_ALPHABET = range(_BEYOND + 1)
_ALL = frozenset(_ALPHABET)
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT)
_CATEGORIES = {
    ops.CATEGORY_DIGIT: r"\d",
    ops.CATEGORY_NOT_DIGIT: r"\D",
    ops.CATEGORY_SPACE: r"\s",
    ops.CATEGORY_NOT_SPACE: r"\S",
    ops.CATEGORY_WORD: r"\w",
    ops.CATEGORY_NOT_WORD: r"\W",
}


class _Item(NamedTuple):
    """A part of a sequence: the characters it can begin with, whether it may be left out or repeated."""

    first: frozenset[int]
    optional: bool
    varies: bool


def find_pattern_problem(pattern: str) -> str:
    """Return why ``pattern`` is no regular expression, or an empty string."""
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error) or "it is nested too deeply"
    return ""


def find_pattern_risk(pattern: str) -> str:
    """Return the reason why a valid pattern may take exponential time, or an empty string."""
    return _judge(parser.parse(pattern))


def list_query_patterns(query: str) -> list[str]:
    """Return the patterns that a SPARQL query gives to ``REGEX`` and ``REPLACE`` as texts (SPARQL 1.1, 17.4.3.14)."""
    found: list[str] = []
    calls: list[int | None] = []
    for match in _QUERY_PART.finditer(query):
        text = match.group()
        if match["call"]:
            calls.append(0)
        elif text == "(":
            calls.append(None)
        elif text == ")":
            del calls[-1:]
        elif text == "," and calls and calls[-1] is not None:
            calls[-1] += 1
        elif text[0] in "\"'" and calls and calls[-1] == 1:
            quotes = 3 if text[:3] in ('"""', "'''") else 1
            found.append(unescape_string(text[quotes:-quotes]))
    return found


def _judge(sequence: Any) -> str:
    for operation, argument in sequence:
        if operation in _REPEATS:
            _, most, body = argument
            if most > _LONG and not _is_decided(body):
                return "it repeats a part that can itself be divided in several ways"
        for part in _list_parts(operation, argument):
            if reason := _judge(part):
                return reason
    return ""


def _list_parts(operation: Any, argument: Any) -> Iterator[Any]:
    if operation in _REPEATS or operation is ops.POSSESSIVE_REPEAT:
        yield argument[2]
    elif operation is ops.SUBPATTERN:
        yield argument[3]
    elif operation is ops.BRANCH:
        yield from argument[1]
    elif operation in (ops.ASSERT, ops.ASSERT_NOT):
        yield argument[1]
    elif operation is ops.ATOMIC_GROUP:
        yield argument


def _is_decided(body: Any) -> bool:
    """Tell whether each choice in a repeated body is decided by the next character."""
    items = _flatten(body)
    if items is None:
        return False
    if all(item.optional for item in items):
        return False
    for position, item in enumerate(items):
        if not item.varies:
            continue
        follow: set[int] = set()
        for step in range(1, len(items) + 1):
            after = items[(position + step) % len(items)]
            follow |= after.first
            if not after.optional:
                break
        if not item.first.isdisjoint(follow):
            return False
    return True


def _flatten(body: Any) -> list[_Item] | None:
    """Return a body as a sequence of items; None when its choices go beyond one character."""
    items: list[_Item] = []
    for operation, argument in body:
        if operation is ops.AT or operation in (ops.ASSERT, ops.ASSERT_NOT):
            continue
        if operation is ops.SUBPATTERN:
            inner = _flatten(argument[3])
            if inner is None:
                return None
            items += inner
        elif operation in _REPEATS:
            least, most, part = argument
            inner = _flatten(part)
            if inner is None or len(inner) != 1 or inner[0].varies:
                if least == most and inner is not None and most <= _LONG:
                    items += inner * least
                    continue
                return None
            items.append(_Item(inner[0].first, least == 0, least != most))
        elif operation is ops.BRANCH:
            branches = [_flatten(branch) for branch in argument[1]]
            known = [branch for branch in branches if branch]
            if len(known) < len(branches) or any(item.varies for branch in known for item in branch):
                return None
            firsts = [branch[0].first for branch in known]
            union = frozenset[int]().union(*firsts)
            if sum(map(len, firsts)) > len(union):
                return None
            items.append(_Item(union, False, False))
        else:
            first = _read_characters(operation, argument)
            if first is None:
                return None
            items.append(_Item(first, False, False))
    return items


@lru_cache(maxsize=64)
def _list_matching(expression: str) -> frozenset[int]:
    matcher = re.compile(expression)
    return frozenset(code for code in _ALPHABET if matcher.match(chr(code)))


def _read_characters(operation: Any, argument: Any) -> frozenset[int] | None:
    """Return the characters one position matches, both cases of a letter included."""
    if operation is ops.ANY:
        return _ALL
    if operation is ops.LITERAL:
        return _add_cases(argument)
    if operation is ops.NOT_LITERAL:
        return _ALL - ({argument} - {_BEYOND})
    if operation is not ops.IN:
        return None
    found: frozenset[int] = frozenset()
    negated = False
    for kind, value in argument:
        if kind is ops.NEGATE:
            negated = True
        elif kind is ops.LITERAL:
            found |= frozenset((value,)) - {_BEYOND} if negated else _add_cases(value)
        elif kind is ops.RANGE:
            inside = frozenset(range(min(value[0], _BEYOND), min(value[1], _BEYOND) + 1))
            found |= inside - {_BEYOND} if negated else frozenset(c for code in inside for c in _add_cases(code))
        else:
            found |= _list_matching(_CATEGORIES[value])
    return _ALL - found if negated else found


def _add_cases(code: int) -> frozenset[int]:
    character = chr(code)
    forms = (character, character.lower(), character.upper())
    return frozenset(min(ord(form), _BEYOND) for form in forms if len(form) == 1)
