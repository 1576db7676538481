"""Reading on after a mistake in Turtle: several mistakes are reported at once, and what is whole is kept."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import pyoxigraph as ox

from workbench.formats.turtle_blocks import Block, cut_blocks, read_final_names
from workbench.formats.turtle_lexer import LineIndex, Token, tokenise

__all__ = ["MAX_MISTAKES", "Mistake", "Recovery", "recover_statements"]

MAX_MISTAKES = 20

_POSITION = re.compile(r"^Parser error [^:]*?columns? \d+(?: and (?:line \d+ column )?\d+)?: ")
_UNDECLARED = re.compile(r"The prefix (.*?):? has not been declared")
_PREFIX_NAME = re.compile(r"(?i:@?prefix)\s+([^\s:]*):")
_STAND_IN = "urn:undeclared-prefix:"


class Mistake(NamedTuple):
    """A place in the text, what is wrong there, and how to mend it."""

    line: int
    column: int
    message: str
    fix: str


@dataclass(slots=True)
class Recovery:
    """What could be read of a text with mistakes."""

    mistakes: list[Mistake] = field(default_factory=list)
    statements: list[ox.Quad] = field(default_factory=list)
    prefixes: tuple[tuple[str, str], ...] = ()

    def read(self) -> Iterator[ox.Quad]:
        """Yield the statements that use no name whose prefix is unknown."""
        for statement in self.statements:
            value = statement.object
            texts = (str(statement.subject), str(statement.predicate), str(value))
            if not any(_STAND_IN in text for text in texts):
                yield statement


def recover_statements(text: str, base: str | None, kind: ox.RdfFormat) -> Recovery:
    """Read the statements of a text that the parser refuses, without those that are broken.

    Every mistake costs one more reading of the text between it and the one before, so the work is linear. A prefix
    that is not declared is reported once. At most :data:`MAX_MISTAKES` are collected.
    """
    reader = _Reader(text, kind)
    pending = cut_blocks(text, base)
    while pending and len(reader.found.mistakes) < MAX_MISTAKES:
        pending = reader.read_until_mistake(pending)
    reader.found.prefixes = tuple(sorted(read_final_names(text, cut_blocks(text, base))[0].items()))
    return reader.found


class _Reader:
    def __init__(self, text: str, kind: ox.RdfFormat) -> None:
        self.found = Recovery()
        self._text = text
        self._kind = kind
        self._lines = LineIndex(text)
        self._undeclared: list[str] = []

    def read_until_mistake(self, blocks: list[Block]) -> list[Block]:
        """Read blocks up to the first mistake; return the blocks after it."""
        end = blocks[-1].end
        try:
            self.found.statements += self._parse(blocks[0], blocks[0].start, end)
        except SyntaxError as error:
            at = self._find_offset(blocks[0].start, error)
            index = self._read_whole(blocks, _find_block(blocks, at))
            return self._report(blocks[index], blocks, index, at, error)
        return []

    def _read_whole(self, blocks: list[Block], index: int) -> int:
        """Read the blocks before the broken one; return its index.

        Where a broken token makes the parser see fewer statements than there are dots, that is an earlier one.
        """
        while index:
            try:
                self.found.statements += self._parse(blocks[0], blocks[0].start, blocks[index - 1].end)
            except SyntaxError as error:
                index = _find_block(blocks[:index], self._find_offset(blocks[0].start, error))
            else:
                break
        return index

    def _report(self, broken: Block, blocks: list[Block], index: int, at: int, error: SyntaxError) -> list[Block]:
        message = _POSITION.sub("", str(error.msg)).strip().rstrip(".")
        undeclared = _UNDECLARED.search(message)
        if undeclared and undeclared[1] not in self._undeclared:
            name = undeclared[1]
            self._undeclared.append(name)
            self._add(at, f"The prefix {name}: is not declared.", f"Add a line at the top: @prefix {name}: <…> .")
            return blocks[index:]
        if broken.kind == "directive":
            name_match = _PREFIX_NAME.match(self._text, broken.start)
            if name_match:
                self._undeclared.append(name_match[1])
        elif self._close(broken, at):
            return cut_blocks(self._text, broken.base, at, broken.prefixes)
        opened = self._find_unclosed(broken, at)
        if opened is not None:
            self._add(opened.start, f"What opens here with {opened.text[:1]} is not closed.", "Close it.")
            if opened.kind == "bad":
                # The rest of its line is lost, but not the statements below.
                after = opened.start + len(opened.text)
                return cut_blocks(self._text, broken.base, after, broken.prefixes)
        else:
            self._add(at, f"{message[0].upper()}{message[1:]}.", _suggest(message))
        return blocks[index + 1 :]

    def _find_unclosed(self, broken: Block, at: int) -> Token | None:
        """Return the quotation mark or bracket that explains a mistake at the end of a statement."""
        opened: list[Token] = []
        for token in tokenise(self._text, broken.start, broken.end):
            if token.kind == "bad" and token.text[0] in "\"'":
                return token
            if token.text in ("[", "("):
                opened.append(token)
            elif token.text in ("]", ")") and opened:
                opened.pop()
        return opened[-1] if opened and at >= broken.end - 1 else None

    def _close(self, broken: Block, at: int) -> bool:
        """See whether the block is whole up to the mistake and only its dot is missing; then read that much."""
        tokens = list(tokenise(self._text, broken.start, min(at, broken.end)))
        if len(tokens) < 3 or at > broken.end:
            return False
        last = tokens[-1].start + len(tokens[-1].text)
        try:
            statements = self._parse(broken, broken.start, last, " .")
        except SyntaxError:
            return False
        self.found.statements += statements
        line = self._lines.locate(broken.start)[0]
        self._add(last, f"The statement that starts in line {line} has no dot at its end.", "Add a dot here.")
        return True

    def _parse(self, first: Block, start: int, end: int, closing: str = "") -> list[ox.Quad]:
        """Parse a span with the names that are known where ``first`` starts; lines shift by one, columns stay."""
        names = {name: f"{_STAND_IN}{i}:" for i, name in enumerate(self._undeclared)} | dict(first.prefixes)
        header = "".join(f"@prefix {name}: <{target}> . " for name, target in names.items())
        column = self._lines.locate(start)[1]
        text = f"{header}\n{' ' * (column - 1)}{self._text[start:end]}{closing}"
        if self._kind == ox.RdfFormat.N_TRIPLES:
            text = text[len(header) :]
        return list(ox.parse(text, self._kind, base_iri=first.base))

    def _find_offset(self, start: int, error: SyntaxError) -> int:
        line = self._lines.locate(start)[0] + (error.lineno or 2) - 2
        return min(self._lines.get_offset(line, error.offset or 1), len(self._text))

    def _add(self, at: int, message: str, fix: str) -> None:
        line, column = self._lines.locate(at)
        self.found.mistakes.append(Mistake(line, column, message, fix))


def _find_block(blocks: list[Block], at: int) -> int:
    """Return the index of the block in which an offset lies, or of the last one before it."""
    return max(bisect_right(blocks, at, key=lambda block: block.start) - 1, 0)


def _suggest(message: str) -> str:
    if "No scheme" in message:
        return "Write the full IRI, or declare what it is relative to: @base <…> ."
    if "dot is expected" in message:
        return "End the statement with a dot, or separate its parts with a semicolon or comma."
    return "Correct the text at this place."
