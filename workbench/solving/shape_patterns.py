"""Regular expressions of shapes as regular expressions of SMT-LIB: a language that is too wide and one too narrow.

Patterns of shapes are searched for anywhere in a text. Where the two languages are the same the translation is exact;
they differ for classes of characters beyond ASCII (``\\d``, ``\\w``, ``\\s``), of which the wide one takes every
character that might belong and the narrow one only those of ASCII. Anchors are understood at the ends of the whole
expression. What is not understood (look-around, back references, anchors inside) has no translation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]  # the parse tree has no public door
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

__all__ = ["Language", "compile_flags", "match_text", "translate_pattern", "write_string"]

_LAST = 0x2FFFF
_REPEAT_LIMIT = 100
_SIZE_LIMIT = 4_000
_ASCII = {
    ops.CATEGORY_DIGIT: ((0x30, 0x39),),
    ops.CATEGORY_SPACE: ((0x9, 0xD), (0x1C, 0x20)),
    ops.CATEGORY_WORD: ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)),
}
_NEGATED = {
    ops.CATEGORY_NOT_DIGIT: ops.CATEGORY_DIGIT,
    ops.CATEGORY_NOT_SPACE: ops.CATEGORY_SPACE,
    ops.CATEGORY_NOT_WORD: ops.CATEGORY_WORD,
}
_Ranges = tuple[tuple[int, int], ...]


class Language(NamedTuple):
    """SMT-LIB text of two regular languages: every text that matches is in ``wide``, every one in ``narrow`` does."""

    wide: str
    narrow: str


class _NotTranslated(Exception):  # noqa: N818 - a verdict, caught by translate_pattern
    pass


def compile_flags(flags: str) -> int | None:
    """Return Python's flags for those of ``sh:flags``; None when one is not known."""
    known = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}
    found = 0
    for flag in flags:
        if flag not in known:
            return None
        found |= known[flag]
    return found


def match_text(pattern: str, flags: str, text: str) -> bool | None:
    """Tell whether a pattern is found in a text; None when the pattern cannot be run."""
    number = compile_flags(flags)
    try:
        return None if number is None else re.search(pattern, text, number) is not None
    except re.error:
        return None


@lru_cache(maxsize=512)
def translate_pattern(pattern: str, flags: str) -> Language | None:
    """Translate a pattern; None when it uses what is not understood or is too large."""
    if set(flags) - set("is"):
        return None
    number = compile_flags(flags)
    try:
        tree = parser.parse(pattern, number or 0)
        if tree.state.flags & ~(re.UNICODE | re.IGNORECASE | re.DOTALL):
            return None
        wide, narrow = (_Writer(is_wide, flags).write_search(list(tree)) for is_wide in (True, False))
    except (re.error, _NotTranslated, RecursionError, OverflowError):
        return None
    return Language(wide, narrow)


def write_string(text: str) -> str:
    """Write a text as a string literal of SMT-LIB."""
    return '"' + "".join(c if " " <= c <= "~" and c not in '"\\' else f"\\u{{{ord(c):x}}}" for c in text) + '"'


class _Writer:
    def __init__(self, is_wide: bool, flags: str) -> None:
        self.is_wide, self.flags, self.size = is_wide, flags, 0

    def write_search(self, items: list[Any]) -> str:
        """Write the texts in which an expression is found; each branch of a choice may have anchors of its own."""
        if len(items) == 1 and items[0][0] is ops.BRANCH:
            return self.join("re.union", [self.write_search(list(branch)) for branch in items[0][1][1]])
        if len(items) == 1 and items[0][0] is ops.SUBPATTERN and not (items[0][1][1] or items[0][1][2]):
            return self.write_search(list(items[0][1][3]))
        begins = bool(items) and items[0] in ((ops.AT, ops.AT_BEGINNING), (ops.AT, ops.AT_BEGINNING_STRING))
        items = items[1:] if begins else items
        end = items[-1] if items and items[-1][0] is ops.AT else None
        items = items[:-1] if end is not None else items
        parts = [] if begins else ["re.all"]
        parts.append(self.write_sequence(items))
        if end == (ops.AT, ops.AT_END):
            parts.append('(re.opt (str.to_re "\\u{a}"))')  # it also matches before a line break at the end
        elif end is None:
            parts.append("re.all")
        elif end != (ops.AT, ops.AT_END_STRING):
            raise _NotTranslated
        return self.join("re.++", parts)

    def join(self, operator: str, parts: list[str]) -> str:
        if not parts:
            return '(str.to_re "")' if operator == "re.++" else "re.none"
        return parts[0] if len(parts) == 1 else f"({operator} {' '.join(parts)})"

    def write_sequence(self, items: Iterable[Any]) -> str:
        return self.join("re.++", [self.write(*item) for item in items])

    def write(self, operation: Any, argument: Any) -> str:
        self.size += 1
        if self.size > _SIZE_LIMIT:
            raise _NotTranslated
        if operation is ops.BRANCH:
            return self.join("re.union", [self.write_sequence(branch) for branch in argument[1]])
        if operation is ops.SUBPATTERN:
            if argument[1] or argument[2]:
                raise _NotTranslated
            return self.write_sequence(argument[3])
        if operation in (ops.MAX_REPEAT, ops.MIN_REPEAT):
            return self.write_repeat(*argument)
        return self.write_ranges(self.read_characters(operation, argument))

    def write_repeat(self, least: int, most: Any, body: Any) -> str:
        inner = self.write_sequence(body)
        if most is ops.MAXREPEAT:
            if least > _REPEAT_LIMIT:
                raise _NotTranslated
            star = f"(re.* {inner})"
            return star if least == 0 else self.join("re.++", [*[inner] * least, star])
        if most > _REPEAT_LIMIT:
            raise _NotTranslated
        return f"((_ re.loop {least} {most}) {inner})"

    def read_characters(self, operation: Any, argument: Any) -> _Ranges:
        if operation is ops.ANY:
            return ((0, _LAST),) if "s" in self.flags else ((0, 9), (11, _LAST))
        if operation is ops.LITERAL:
            return self.add_cases(((argument, argument),))
        if operation is ops.NOT_LITERAL:
            return _invert(self.add_cases(((argument, argument),)))
        if operation is not ops.IN:
            raise _NotTranslated
        items = list(argument)
        negated = bool(items) and items[0][0] is ops.NEGATE
        # What a negated set must not take is read the other way around.
        reader = _Writer(self.is_wide != negated, self.flags)
        ranges = tuple(r for item in items[negated:] for r in reader.read_member(*item))
        return _invert(ranges) if negated else ranges

    def read_member(self, operation: Any, argument: Any) -> _Ranges:
        if operation is ops.LITERAL:
            return self.add_cases(((argument, argument),))
        if operation is ops.RANGE:
            return self.add_cases((tuple(argument),))
        if operation is not ops.CATEGORY:
            raise _NotTranslated
        beyond: _Ranges = ((0x80, _LAST),) if self.is_wide else ()
        if argument in _ASCII:
            return (*_ASCII[argument], *beyond)
        if argument in _NEGATED:
            return tuple((low, min(high, 0x7F)) for low, high in _invert(_ASCII[_NEGATED[argument]]) if low < 0x80) + (
                beyond
            )
        raise _NotTranslated

    def add_cases(self, ranges: _Ranges) -> _Ranges:
        if "i" not in self.flags:
            return ranges
        if any(high > 0x7F for _, high in ranges):
            raise _NotTranslated
        found = list(ranges)
        for low, high in ranges:
            for first, last, shift in ((0x41, 0x5A, 32), (0x61, 0x7A, -32)):
                if low <= last and high >= first:
                    found.append((max(low, first) + shift, min(high, last) + shift))
        # Two letters beyond ASCII are other cases of k and s.
        letters = {chr(code).lower() for low, high in found for code in range(low, high + 1)}
        if self.is_wide:
            found += [(code, code) for letter, code in (("k", 0x212A), ("s", 0x17F)) if letter in letters]
        return tuple(found)

    def write_ranges(self, ranges: _Ranges) -> str:
        parts = []
        for low, high in ranges:
            if low <= high <= _LAST:
                one, other = write_string(chr(low)), write_string(chr(high))
                parts.append(f"(str.to_re {one})" if low == high else f"(re.range {one} {other})")
        return self.join("re.union", parts)


def _invert(ranges: _Ranges) -> _Ranges:
    found, start = [], 0
    for low, high in sorted(ranges):
        if low > start:
            found.append((start, low - 1))
        start = max(start, high + 1)
    if start <= _LAST:
        found.append((start, _LAST))
    return tuple(found)
