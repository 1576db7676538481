"""The text of a table: rows and cells of CSV and TSV, each with its place in the file (docs/tables.md).

Cells are those of RFC 4180 as Python's ``csv`` reads them in its strict mode; an own reader, since that one does not
tell where a cell stands.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from workbench.model.report import Location, Violation

__all__ = ["DELIMITERS", "Row", "TableText", "write_cell"]

DELIMITERS = (",", ";", "\t", "|")
_MOST_IN_CELL = 100_000
_LINE = re.compile(r"[^\r\n]*+")
_BREAK = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r'"((?:[^"]++|"")*+)"')


class Row(NamedTuple):
    """A row: the offset of its first character, and its cells without their quotation marks."""

    start: int
    cells: list[str]


def write_cell(text: str, delimiter: str) -> str:
    """Return a cell as a file writes it: quoted where it must be."""
    if text.startswith('"') or any(mark in text for mark in (delimiter, "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


class TableText:
    """A decoded table; ``problems`` fills while :meth:`iterate_rows` runs."""

    def __init__(self, text: str, path: str, delimiter: str) -> None:
        self.text = text
        self.path = path
        self.delimiter = delimiter
        self.problems: list[Violation] = []
        self._plain = re.compile(rf"[^{re.escape(delimiter)}\r\n]*+")

    def iterate_rows(self) -> Iterator[Row]:
        """Yield the rows in order; lines without any character are none."""
        text, size, position, delimiter = self.text, len(self.text), 0, self.delimiter
        match = _LINE.match
        while position < size:
            found = match(text, position)
            line = found.group() if found else ""
            if '"' in line:
                spans = self._split(position, self.problems)
                yield Row(position, [cell for _, _, cell in spans])
                end = spans[-1][1]
            else:
                end = position + len(line)
                if line:
                    yield Row(position, line.split(delimiter))
            position = end + (2 if text.startswith("\r\n", end) else 1)

    def find_cells(self, start: int) -> list[tuple[int, int, str]]:
        """Return begin, end and content of each cell of the row that starts at an offset."""
        return self._split(start, [])

    def _split(self, start: int, problems: list[Violation]) -> list[tuple[int, int, str]]:
        text, size, position = self.text, len(self.text), start
        spans: list[tuple[int, int, str]] = []
        while True:
            begin, cell = position, ""
            quoted = _QUOTED.match(text, position) if text.startswith('"', position) else None
            if quoted is not None and quoted.end() - begin <= _MOST_IN_CELL:
                cell, position = quoted.group(1).replace('""', '"'), quoted.end()
            elif text.startswith('"', position):
                problems.append(self._report_open(begin))
            rest = self._plain.match(text, position)
            if rest is not None and rest.end() > position:
                if quoted is not None and position > begin:
                    problems.append(self._report_behind(position))
                cell, position = cell + rest.group(), rest.end()
            spans.append((begin, position, cell))
            if position >= size or text[position] != self.delimiter:
                return spans
            position += 1

    def _report_open(self, offset: int) -> Violation:
        return Violation(
            "table.quote",
            "error",
            "The quotation mark that opens this cell is never closed.",
            self.locate(offset),
            why="A cell that begins with a quotation mark goes on, over line ends too, to the next single one.",
            fix="Close it, or write the mark twice inside a quoted cell.",
        )

    def _report_behind(self, offset: int) -> Violation:
        return Violation(
            "table.quote",
            "error",
            "Something stands behind the quotation mark that closes this cell.",
            self.locate(offset),
            why="A quoted cell ends with its second quotation mark; what follows belongs to no cell.",
            fix="Write a quotation mark inside a quoted cell twice.",
        )

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(found.end() for found in _BREAK.finditer(self.text))]

    def locate(self, offset: int) -> Location:
        """Return line and column of a character."""
        line = bisect_right(self._lines, offset)
        return Location(self.path, line, offset - self._lines[line - 1] + 1)

    def encode(self, encoding: str, data: bytes) -> bytes:
        """Return the text in an encoding, with the byte order mark that ``data`` has."""
        if encoding == "utf-8":
            return (codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b"") + self.text.encode()
        if encoding == "utf-16" and data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            kind = "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
            return data[:2] + self.text.encode(kind)
        return self.text.encode(encoding)
