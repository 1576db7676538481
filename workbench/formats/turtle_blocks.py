"""A Turtle text as directives and blocks with exact spans, and the statements of a block with their places.

A *block* is what stands from a subject to its dot. Cutting a text into blocks is quick and builds no tokens;
the statements of a block are read only when somebody asks for them. The text has been accepted by the real
parser before anybody relies on terms from here, so reading is lenient.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, NamedTuple

from workbench.errors import InputError
from workbench.formats.iri import resolve_iri
from workbench.formats.turtle_lexer import (
    COMMENT,
    LineIndex,
    Token,
    find_statement_end,
    match_sparql_directive,
    skip_trivia,
    tokenise,
)
from workbench.model.terms import (
    RDF,
    RDF_TYPE,
    XSD_BOOLEAN,
    XSD_DECIMAL,
    XSD_DOUBLE,
    XSD_INTEGER,
    XSD_STRING,
    Term,
    Triple,
    make_literal,
    unescape_string,
)

__all__ = [
    "ANONYMOUS",
    "RDF_FIRST",
    "RDF_NIL",
    "RDF_REST",
    "Block",
    "Statement",
    "TurtleText",
    "cut_blocks",
    "decode_text",
    "find_comments",
    "open_turtle",
    "read_final_names",
]

ANONYMOUS = "_:@"
"""How the labels of nodes written as brackets start; no label in a file can."""

RDF_FIRST, RDF_REST, RDF_NIL = f"<{RDF}first>", f"<{RDF}rest>", f"<{RDF}nil>"
_NUMBERS = {"integer": XSD_INTEGER, "decimal": XSD_DECIMAL, "double": XSD_DOUBLE}
_LOCAL_ESCAPE = re.compile(r"\\([_~.\-!$&'()*+,;=/?#@%])")
_DIRECTIVE = re.compile(r"@(?:prefix|base|version)(?![A-Za-z0-9-])")


class Block(NamedTuple):
    """One directive or one block of statements: its span, and what names mean there.

    ``subject`` is the term the block is about; it is empty for a directive and for a block that starts with a
    bracket. ``closed`` is false when the dot is missing.
    """

    kind: Literal["directive", "statements"]
    start: int
    end: int
    subject: Term
    prefixes: Mapping[str, str]
    base: str | None
    closed: bool


class Statement(NamedTuple):
    """One triple and the offsets at which its three terms are written."""

    triple: Triple
    subject_at: int
    predicate_at: int
    object_at: int


def decode_text(data: bytes) -> str:
    """Decode UTF-8, leaving out a byte order mark. Raises InputError where the bytes are not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"The text is not UTF-8 from byte {error.start} on.") from error


@lru_cache(maxsize=8)
def open_turtle(data: bytes, base: str | None = None) -> TurtleText:
    """Cut a file into blocks; the result is kept for the next question about the same bytes.

    Raises InputError when the bytes are not UTF-8.
    """
    return TurtleText(decode_text(data), base)


class TurtleText:
    """A Turtle text (without byte order mark) and its blocks."""

    def __init__(self, text: str, base: str | None = None) -> None:
        self.text = text
        self.blocks: tuple[Block, ...] = tuple(cut_blocks(text, base))
        self.prefixes, self.base = read_final_names(text, self.blocks)
        self._lines: LineIndex | None = None
        self._statements: dict[int, tuple[Statement, ...]] = {}
        self._by_subject: dict[Term, list[Block]] | None = None

    def locate(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset."""
        if self._lines is None:
            self._lines = LineIndex(self.text)
        return self._lines.locate(offset)

    def get_blocks(self, subject: Term) -> list[Block]:
        """Return the blocks about a subject; the empty string stands for those that start with a bracket."""
        if self._by_subject is None:
            self._by_subject = {}
            for block in self.blocks:
                if block.kind == "statements":
                    self._by_subject.setdefault(block.subject, []).append(block)
        return self._by_subject.get(subject, [])

    def read_statements(self, block: Block) -> tuple[Statement, ...]:
        """Return the triples that a block states, inner ones included, in the order in which they are complete.

        Nodes written as brackets are labelled by their place (:data:`ANONYMOUS`).
        Raises InputError when a name in the block has no meaning.
        """
        known = self._statements.get(block.start)
        if known is None:
            reader = _StatementReader(block)
            for token in tokenise(self.text, block.start, block.end):
                reader.take(token)
            known = self._statements[block.start] = tuple(reader.finish())
        return known

    def read_all(self) -> list[Statement]:
        """Return the statements of all blocks."""
        return [s for block in self.blocks if block.kind == "statements" for s in self.read_statements(block)]

    def read_tokens(self, block: Block) -> list[Token]:
        """Return the tokens of a block."""
        return list(tokenise(self.text, block.start, block.end))


def find_comments(text: str, start: int, end: int) -> list[tuple[int, str]]:
    """Return the comments between two offsets that do not split a token, each with its offset."""
    if COMMENT.search(text, start, end) is None:
        return []
    tokens = tokenise(text, start, end, trivia=True)
    return [(token.start, token.text.rstrip()) for token in tokens if token.kind == "comment"]


def cut_blocks(
    text: str, base: str | None, start: int = 0, prefixes: Mapping[str, str] = MappingProxyType({})
) -> list[Block]:
    """Cut a text from ``start`` on into blocks; ``prefixes`` are the names declared before."""
    blocks: list[Block] = []
    position = skip_trivia(text, start)
    while position < len(text):
        end, closed = match_sparql_directive(text, position), True
        is_directive = end > 0 or _DIRECTIVE.match(text, position) is not None
        if end < 0:
            end, closed = find_statement_end(text, position)
        if is_directive:
            blocks.append(Block("directive", position, end, "", prefixes, base, closed))
            prefixes, base = _declare(text, position, end, prefixes, base)
        else:
            subject = _read_subject(text, position, end, prefixes, base)
            blocks.append(Block("statements", position, end, subject, prefixes, base, closed))
        position = skip_trivia(text, end)
    return blocks


def read_final_names(text: str, blocks: Sequence[Block]) -> tuple[Mapping[str, str], str | None]:
    """Return the prefixes and the base that are in force after the last block."""
    if not blocks:
        return MappingProxyType({}), None
    last = blocks[-1]
    if last.kind == "directive":
        return _declare(text, last.start, last.end, last.prefixes, last.base)
    return last.prefixes, last.base


def _declare(
    text: str, start: int, end: int, prefixes: Mapping[str, str], base: str | None
) -> tuple[Mapping[str, str], str | None]:
    tokens = list(tokenise(text, start, end))
    iri = next((t for t in tokens if t.kind == "iri"), None)
    name = tokens[1] if len(tokens) > 1 else None
    if iri is None or name is None:
        return prefixes, base
    try:
        target = resolve_iri(unescape_string(iri.text[1:-1]), base)
    except InputError:
        # The real parser reports it; here the declaration just has no effect.
        return prefixes, base
    if name is iri:
        return prefixes, target
    if name.kind != "name":
        return prefixes, base
    return MappingProxyType({**prefixes, name.text[:-1]: target}), base


def _read_subject(text: str, start: int, end: int, prefixes: Mapping[str, str], base: str | None) -> Term:
    token = next(tokenise(text, start, end), None)
    if token is None or token.kind not in ("iri", "name", "blank"):
        return ""
    try:
        return _read_resource(token, prefixes, base)
    except InputError:
        return ""


def _read_resource(token: Token, prefixes: Mapping[str, str], base: str | None) -> Term:
    if token.kind == "iri":
        return f"<{resolve_iri(unescape_string(token.text[1:-1]), base)}>"
    if token.kind == "blank":
        return token.text
    prefix, _, local = token.text.partition(":")
    if prefix not in prefixes:
        raise InputError(f"The prefix {prefix}: is not declared.")
    if "\\" in local:
        local = _LOCAL_ESCAPE.sub(r"\1", local)
    return f"<{prefixes[prefix]}{local}>"


class _Frame:
    """A block, a ``[ ]`` or a ``( )`` that is open."""

    __slots__ = ("is_list", "node", "node_at", "predicate", "predicate_at", "tail")

    def __init__(self, node: Term, node_at: int, is_list: bool = False) -> None:
        self.node, self.node_at, self.is_list = node, node_at, is_list
        self.predicate, self.predicate_at, self.tail = "", node_at, ""


class _StatementReader:
    """Reads the tokens of one block with an own stack, so that no nesting is too deep."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._frames = [_Frame("", block.start)]
        self._found: list[Statement] = []
        self._literal: Token | None = None
        self._expects_datatype = False

    def take(self, token: Token) -> None:
        """Take the next token."""
        kind = token.kind
        if self._literal is not None and self._complete_literal(token):
            return
        if kind in ("iri", "name", "blank"):
            self._add(_read_resource(token, self._block.prefixes, self._block.base), token.start)
        elif kind == "string":
            self._literal = token
        elif kind in _NUMBERS:
            self._add(make_literal(token.text, _NUMBERS[kind]), token.start)
        elif kind == "word":
            self._add(RDF_TYPE if token.text == "a" else make_literal(token.text, XSD_BOOLEAN), token.start)
        elif kind == "mark":
            self._take_mark(token)

    def finish(self) -> list[Statement]:
        """Return what was found."""
        return self._found

    def _complete_literal(self, token: Token) -> bool:
        """Give the open literal its language or datatype; tell whether the token belonged to it."""
        literal = self._literal
        assert literal is not None  # noqa: S101 - the caller looked
        if token.kind == "mark" and token.text == "^^":
            self._expects_datatype = True
            return True
        quotes = 3 if literal.text[:3] in ('"""', "'''") and len(literal.text) > 5 else 1
        lexical = unescape_string(literal.text[quotes:-quotes])
        self._literal = None
        if self._expects_datatype:
            self._expects_datatype = False
            datatype = _read_resource(token, self._block.prefixes, self._block.base)
            self._add(make_literal(lexical, datatype), literal.start)
            return True
        is_tagged = token.kind == "language"
        language = token.text[1:] if is_tagged else ""
        self._add(make_literal(lexical, XSD_STRING, language), literal.start)
        return is_tagged

    def _take_mark(self, token: Token) -> None:
        frames = self._frames
        match token.text:
            case "[":
                frames.append(_Frame(f"{ANONYMOUS}{token.start}", token.start))
            case "(":
                frames.append(_Frame("", token.start, is_list=True))
            case "]" if len(frames) > 1:
                frame = frames.pop()
                self._add(frame.node, frame.node_at)
            case ")" if len(frames) > 1:
                frame = frames.pop()
                if frame.tail:
                    self._emit(frame.tail, RDF_REST, RDF_NIL, frame.node_at, frame.node_at, token.start)
                self._add(frame.node or RDF_NIL, frame.node_at)
            case ";":
                frames[-1].predicate = ""

    def _add(self, term: Term, at: int) -> None:
        """Put a complete term where it belongs: subject, predicate, object or member of a list."""
        frame = self._frames[-1]
        if frame.is_list:
            cell = f"{ANONYMOUS}{at}c"
            if frame.tail:
                self._emit(frame.tail, RDF_REST, cell, frame.node_at, at, at)
            else:
                frame.node = cell
            frame.tail = cell
            self._emit(cell, RDF_FIRST, term, frame.node_at, at, at)
        elif not frame.node:
            frame.node, frame.node_at = term, at
        elif not frame.predicate:
            frame.predicate, frame.predicate_at = term, at
        else:
            self._emit(frame.node, frame.predicate, term, frame.node_at, frame.predicate_at, at)

    def _emit(self, subject: Term, predicate: Term, value: Term, *places: int) -> None:
        self._found.append(Statement((subject, predicate, value), *places))
