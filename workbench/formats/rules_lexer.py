"""Tokens of the rules language, with line and column (docs/rules.md, section Tokens).

Short of the limit on their number the lexer never fails: what is no token becomes a token of kind ``error`` that says
what was expected there, and the parser reports it when it meets it. So one stray character breaks one statement, not
the file.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from workbench.errors import InputError

__all__ = [
    "IRI_PATTERN",
    "LOCAL_PATTERN",
    "NAME_PATTERN",
    "PREFIX_PATTERN",
    "TOKEN_LIMIT",
    "Comment",
    "Lexed",
    "RuleSyntaxError",
    "Token",
    "TokenKind",
    "tokenize",
]

TOKEN_LIMIT = 2_000_000
"""How many tokens are read: some 50,000 rules, and few enough for a text of brackets alone to fit into memory."""

TokenKind = Literal[
    "name",  # hasParent, parent-older, not
    "prefixed",  # k:hasParent, :hasParent, k:
    "iri",  # <https://example.org/kinship#ann>
    "variable",  # ?x
    "blank",  # _:b0
    "string",  # "text", with its quotes and escapes
    "tag",  # @en
    "integer",
    "decimal",
    "double",
    "date",  # 2024-05-01
    "symbol",
    "error",
    "end",
]

# Characters of names are those of Turtle (RDF 1.1 Turtle, PN_CHARS_BASE and PN_CHARS), so that every script works.
_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_CHARS = _BASE + "_0-9\u00b7\u0300-\u036f\u203f-\u2040"
# Hyphens and dots only inside a name: "k:a->" is a name and an arrow, and a name never swallows what follows it.
_TAIL = rf"[{_CHARS}]*+(?:[-.]++[{_CHARS}]++)*+"
NAME_PATTERN = rf"[{_BASE}_]{_TAIL}"
PREFIX_PATTERN = rf"[{_BASE}]{_TAIL}"
LOCAL_PATTERN = rf"[{_CHARS}]{_TAIL}"
# Absolute IRIs only: "?a<?b" can then never be taken for one.
IRI_PATTERN = r'<[A-Za-z][A-Za-z0-9+.\-]*+:[^\x00-\x20<>"{}|^`\\]*+>'

_TOKEN = re.compile(
    rf"""
      (?P<space>[ \t\f\v\u00a0]++)
    | (?P<newline>\r\n|\n|\r)
    | (?P<comment>\#[^\r\n]*+)
    | (?P<iri>{IRI_PATTERN})
    | (?P<blank>_:{LOCAL_PATTERN})
    | (?P<prefixed>(?:{PREFIX_PATTERN})?:(?:{LOCAL_PATTERN})?)
    | (?P<name>{NAME_PATTERN})
    | (?P<variable>\?[{_CHARS}]++)
    | (?P<string>"[^"\\\r\n]*+(?:\\[^\r\n][^"\\\r\n]*+)*+")
    | (?P<tag>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)
    | (?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?![{_CHARS}]))
    | (?P<double>(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)[eE][+\-]?[0-9]++(?![{_CHARS}]))
    | (?P<decimal>[0-9]*+\.[0-9]++(?![{_CHARS}]))
    | (?P<integer>[0-9]++(?![{_CHARS}]))
    | (?P<symbol>->|\^\^|!=|<=|>=|[\^,()=<>+*/\-])
    | (?P<open>"[^\r\n]*+)
    | (?P<number>\.?[0-9][{_CHARS}.]*+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:[tbnrf\"'\\]|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|)")
_TYPOGRAPHIC_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb"


class RuleSyntaxError(InputError):
    """A text is not in the rules language. Line and column count from 1.

    ``expected`` and ``found`` are noun phrases; ``fix`` says how to mend it, where more than that is known.
    """

    def __init__(self, expected: str, found: str, line: int, column: int, fix: str = "") -> None:
        super().__init__(f"line {line}, column {column}: expected {expected}, but found {found}")
        self.expected = expected
        self.found = found
        self.line = line
        self.column = column
        self.fix = fix


class Token(NamedTuple):
    """A token as written. ``problem`` says, for an error, what was expected; ``first`` whether it opens its line."""

    kind: TokenKind
    text: str
    line: int
    column: int
    first: bool = False
    problem: str = ""

    def describe(self) -> str:
        """Return what a message calls this token."""
        if self.kind == "end":
            return "the end"
        return f"'{self.text}'" if len(self.text) <= 40 else f"'{self.text[:37]}...'"

    def is_symbol(self, *texts: str) -> bool:
        """Tell whether this is one of the given symbols."""
        return self.kind == "symbol" and self.text in texts

    def is_word(self, *texts: str) -> bool:
        """Tell whether this is one of the given bare words."""
        return self.kind == "name" and self.text in texts


class Comment(NamedTuple):
    """A comment from ``#`` to the end of its line, trailing spaces removed."""

    text: str
    line: int


class Lexed(NamedTuple):
    """All tokens, without an end token, and all comments of a text."""

    tokens: tuple[Token, ...]
    comments: tuple[Comment, ...]


def _check_escapes(text: str) -> str:
    """Return what was expected where an escape of a string is none, or an empty string."""
    for match in _ESCAPE.finditer(text):
        code = match.group(1) or match.group(2)
        if match.group() == "\\":
            return 'one of the escapes \\" \\\\ \\n \\r \\t \\b \\f \\uXXXX \\UXXXXXXXX after a backslash'
        if code and (int(code, 16) > 0x10FFFF or 0xD800 <= int(code, 16) <= 0xDFFF):
            return "the number of a Unicode character in an escape"
    return ""


def _name_problem(group: str, text: str) -> str:
    """Return what was expected where ``text`` stands, which is no token."""
    if group == "open":
        return 'a closing " on the same line'
    if group == "number":
        return "a number, or a name that does not begin with a digit"
    if text in _TYPOGRAPHIC_QUOTES:
        return 'a straight quotation mark "'
    return {
        "?": "the name of a variable after '?'",
        "@": "a language tag after '@'",
        "!": "'!='",
        "&": "'^' between atoms",
    }.get(text, "a name, a variable, a literal or a symbol of the rules language")


def tokenize(text: str) -> Lexed:
    """Split ``text`` into tokens and comments; a byte order mark at the start is skipped.

    Raises RuleSyntaxError where the text has more than ``TOKEN_LIMIT`` tokens.
    """
    tokens: list[Token] = []
    comments: list[Comment] = []
    position = start = int(text.startswith("\ufeff"))
    line, first = 1, True
    while match := _TOKEN.match(text, position):
        group, found, column = match.lastgroup or "", match.group(), position - start + 1
        position = match.end()
        if group == "newline":
            line, start, first = line + 1, position, True
        elif group == "comment":
            comments.append(Comment(found.rstrip(), line))
        elif group != "space":
            if len(tokens) >= TOKEN_LIMIT:
                raise RuleSyntaxError(f"at most {TOKEN_LIMIT:,} words and signs in a text", "more", line, column)
            problem = _check_escapes(found) if group == "string" else ""
            if group in ("open", "number", "other"):
                problem = _name_problem(group, found)
            kind: TokenKind = "error" if problem else group  # type: ignore[assignment]  # groups are named so
            tokens.append(Token(kind, found, line, column, first, problem))
            first = False
    return Lexed(tuple(tokens), tuple(comments))
