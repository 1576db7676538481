"""Turtle as tokens with positions, and the fast cut into statements that builds no tokens.

Grammar: RDF 1.1 Turtle, W3C Recommendation of 25 February 2014, section 6.5. Both readings are made of the same
patterns in the same order, so that they agree on where a statement ends. Nothing is rejected here: what fits no
rule becomes a token of kind ``bad``, for the parser that judges the file is pyoxigraph's.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

__all__ = [
    "COMMENT",
    "IRI_TEXT",
    "LABEL",
    "LOCAL_NAME",
    "PREFIX_NAME",
    "LineIndex",
    "Token",
    "find_statement_end",
    "match_sparql_directive",
    "skip_trivia",
    "tokenise",
]

_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_START = _BASE + "_"
_CHARS = _START + "\\-0-9\u00b7\u0300-\u036f\u203f-\u2040"
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_UCHAR = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_PREFIX_NAME = f"(?:[{_BASE}](?:[{_CHARS}]++|\\.++(?=[{_CHARS}]))*+)?+:"
_LOCAL = f"(?:[{_START}:0-9]|{_PLX})(?:[{_CHARS}:]++|{_PLX}|\\.++(?=[{_CHARS}:]|{_PLX}))*+"
_IRI = rf"<(?:[^\x00-\x20<>\"{{}}|^`\\]++|{_UCHAR})*+>"
_LABEL = f"_:[{_START}0-9](?:[{_CHARS}]++|\\.++(?=[{_CHARS}]))*+"

_PATTERNS = (
    ("space", r"[ \t\r\n]++"),
    ("comment", r"#[^\r\n]*+"),
    ("iri", _IRI),
    ("string", r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"""' + r"|'''(?:[^'\\]++|\\.|'{1,2}(?!'))*+'''"),
    ("string", r'"(?!"")(?:[^"\\\r\n]++|\\.)*+"|\'(?!\'\')(?:[^\'\\\r\n]++|\\.)*+\''),
    ("language", r"@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[a-z]++)?+"),
    ("blank", _LABEL),
    ("name", f"{_PREFIX_NAME}(?:{_LOCAL})?+"),
    ("double", r"[+-]?(?:[0-9]++\.[0-9]*+|\.[0-9]++|[0-9]++)[eE][+-]?[0-9]++"),
    ("decimal", r"[+-]?[0-9]*+\.[0-9]++"),
    ("integer", r"[+-]?[0-9]++"),
    ("word", r"[A-Za-z]++"),
    ("mark", r"\^\^|[;,\[\]()]"),
    ("dot", r"\."),
    # A long string that never ends takes the rest of the file with it, as it does for every parser.
    ("bad", r'"""(?s:.*+)|\'\'\'(?s:.*+)|"[^\r\n]*+|\'[^\r\n]*+|(?s:.)'),
)
_TOKEN = re.compile("|".join(f"(?P<{kind}{i}>{text})" for i, (kind, text) in enumerate(_PATTERNS)), re.S)
_KINDS = dict(enumerate((kind for kind, _ in _PATTERNS), start=1))
_BODY = re.compile("(?:" + "|".join(f"(?:{text})" for kind, text in _PATTERNS if kind != "dot" and kind != "bad")
                   + r'|"""(?s:.*+)|\'\'\'(?s:.*+)|"[^\r\n]*+|\'[^\r\n]*+|(?s:[^.]))*+', re.S)  # fmt: skip
_TRIVIA = re.compile(r"(?:[ \t\r\n]++|#[^\r\n]*+)*+")
_SPARQL_DIRECTIVE = re.compile(
    rf"(?i:prefix)(?=[\s#])(?:\s++|#[^\r\n]*+)*+{_PREFIX_NAME}(?:\s++|#[^\r\n]*+)*+{_IRI}"
    rf"|(?i:base)(?=[\s#<])(?:\s++|#[^\r\n]*+)*+{_IRI}"
    r"|(?i:version)(?=[\s#\"'])(?:\s++|#[^\r\n]*+)*+(?:\"[^\"\\\r\n]*+\"|'[^'\\\r\n]*+')"
)

COMMENT = re.compile(r"#[^\r\n]*")
IRI_TEXT = re.compile(r"[^\x00-\x20<>\"{}|^`\\]*")
"""What may stand between the angle brackets of an IRI without an escape."""
LABEL = re.compile(_LABEL)
PREFIX_NAME = re.compile(_PREFIX_NAME)
"""The name of a prefix, colon included."""
LOCAL_NAME = re.compile(f"[{_START}0-9](?:[{_CHARS}]++|\\.++(?=[{_CHARS}]))*+")
"""Local names that need no escape; colons are left out because they read badly."""


class Token(NamedTuple):
    """One token: its kind, its text and where it starts (an offset into the text)."""

    kind: str
    text: str
    start: int


def tokenise(text: str, start: int = 0, end: int | None = None, trivia: bool = False) -> Iterator[Token]:
    """Yield the tokens between two offsets; with ``trivia`` also white space and comments."""
    for match in _TOKEN.finditer(text, start, len(text) if end is None else end):
        kind = _KINDS[match.lastindex or 0]
        if trivia or kind not in ("space", "comment"):
            yield Token(kind, match.group(), match.start())


def skip_trivia(text: str, start: int) -> int:
    """Return the offset of the next thing that is neither white space nor comment."""
    match = _TRIVIA.match(text, start)
    return match.end() if match else start


def find_statement_end(text: str, start: int) -> tuple[int, bool]:
    """Return the offset after the statement that starts here, and whether a dot closes it.

    A dot outside strings, IRIs and numbers always ends a statement, even inside brackets, where none is allowed;
    so a broken statement never swallows the next one that is whole.
    """
    match = _BODY.match(text, start)
    end = match.end() if match else start
    if end < len(text):
        return end + 1, True
    return end, False


def match_sparql_directive(text: str, start: int) -> int:
    """Return the offset after a ``PREFIX``, ``BASE`` or ``VERSION`` directive that starts here, or -1."""
    match = _SPARQL_DIRECTIVE.match(text, start)
    return match.end() if match else -1


class LineIndex:
    """Offsets as line and column, both counted from 1; a column counts characters."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def locate(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def get_offset(self, line: int, column: int) -> int:
        """Return the offset of a line and column; beyond the text, its end."""
        if line > len(self._starts):
            return self._starts[-1]
        return self._starts[line - 1] + column - 1
