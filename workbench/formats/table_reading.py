"""Rows of a table to triples: what a mapping says, compiled for the columns there are, and everything that is wrong."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import quote

from workbench.formats.table_mapping import Entry, Group, Pattern, TableMapping
from workbench.formats.table_text import Row, TableText
from workbench.model.report import Location, Severity, Violation
from workbench.model.terms import XSD_STRING, Term, Triple, get_local_name, make_literal
from workbench.model.values import read_value

__all__ = ["MAX_TABLE_BYTES", "TableReader", "report_size"]

MAX_TABLE_BYTES = 40_000_000
_MAX_FACTS = 5_000_000
_MOST_NAMED = 50
"""How many rows or cells at fault are reported one by one for each table; the last says how many there are."""
_UNRESERVED = re.compile(r"[A-Za-z0-9_.~-]*\Z")
_FORMULA = re.compile(r"=.|[+@-][A-Za-z]+\(")
_Make = Callable[[Sequence[str]], Term | None]


def report_size(mapping: TableMapping, what: str) -> Violation:
    """Return the finding that a table is beyond a limit; ``what`` is what it has."""
    return Violation(
        "table.too-large",
        "error",
        f"This table has {what}, which is more than is read.",
        Location(mapping.table),
        why=f"A table may have {MAX_TABLE_BYTES:,} bytes and state {_MAX_FACTS:,} facts. Nothing of it was used.",
        fix="Divide it into several tables, each with its mapping.",
    )


class TableReader:
    """Reads a table once: ``triples``, with a code of row and column and the offset of each row, and findings."""

    def __init__(self, mapping: TableMapping, text: TableText) -> None:
        self._mapping = mapping
        self._text = text
        self._found: list[Violation] = []
        self._left_out = 0
        self._columns: dict[str, int] = {}
        self.width = 0
        self.triples: list[Triple] = []
        self.codes: array[int] = array("q")
        self.starts: array[int] = array("q")

    def list_violations(self) -> list[Violation]:
        """Return all findings; of very many the first, and how many more there are."""
        if self._left_out:
            last = self._found[-1]
            more = f"{self._left_out:,} more rows and cells of this table cannot be used; they are not listed."
            fix = "Correct those that are listed, and check again."
            self._found.append(Violation("table.more", "error", more, last.location, fix=fix))
        return self._found

    def read(self) -> None:
        """Read all rows."""
        rows = self._text.iterate_rows()
        names = self._mapping.columns
        if self._mapping.has_header:
            header = next(rows, None)
            if header is None:
                place = Location(self._mapping.table)
                self._found.append(Violation("table.empty", "error", "This table has no header and no rows.", place))
                return
            read = tuple(cell.strip() for cell in header.cells)
            if names and names != read:
                self._report_header(header, names, read)
                return
            names = read
            self._check_header(header, names)
        self.width = len(names)
        self._columns = {name: index for index, name in reversed(list(enumerate(names)))}
        groups = [made for group in self._mapping.groups if (made := self._compile(group)) is not None]
        for row in rows:
            self._read_row(row, groups)
            if len(self.triples) > _MAX_FACTS:
                self.triples.clear()
                self._found = [report_size(self._mapping, f"more than {_MAX_FACTS:,} facts")]
                return
        self._found += self._text.problems[:_MOST_NAMED]
        self._left_out += len(self._text.problems[_MOST_NAMED:])

    # -- header

    def _check_header(self, header: Row, names: Sequence[str]) -> None:
        for index, name in enumerate(names):
            if name and name in names[:index]:
                self._report(
                    "table.duplicate-column",
                    f"The header has two columns called '{name}'.",
                    header,
                    index,
                    why="A mapping names a column by its header, so each has a name of its own.",
                    fix="Rename one of them.",
                )

    def _report_header(self, header: Row, wanted: Sequence[str], read: Sequence[str]) -> None:
        pairs = enumerate(zip(wanted, read, strict=False))
        index = next((index for index, (one, other) in pairs if one != other), min(len(wanted), len(read)))
        self._report(
            "table.header",
            f"The header is {', '.join(read)}; the mapping expects {', '.join(wanted)}.",
            header,
            index,
            why=f"The mapping says so ({self._mapping.columns_location}). Nothing of the table was used.",
            fix="Correct the header, or 'columns' in the mapping.",
        )

    # -- what rows state

    def _compile(self, group: Group) -> _Group | None:
        subject = self._compile_pattern(group.subject, is_iri=True)
        if subject is None:
            return None
        entries = []
        for entry in group.entries:
            is_iri = entry.datatype is None
            make = self._compile_pattern(entry.value, is_iri=is_iri) if is_iri else self._compile_literal(entry)
            if make is not None:
                columns = entry.value.columns or group.subject.columns
                at = self._columns[columns[0]] if columns else 0
                entries.append((entry.predicate, make, at, entry))
        columns = group.subject.columns
        return _Group(subject, self._columns[columns[0]] if columns else 0, tuple(entries), group.is_optional)

    def _find_columns(self, pattern: Pattern) -> list[int] | None:
        found = []
        for name in pattern.columns:
            if name.strip() not in self._columns:
                known = ", ".join(self._columns)
                self._found.append(
                    Violation(
                        "table.unknown-column",
                        "error",
                        f"The table {self._mapping.table} has no column '{name}'.",
                        pattern.location,
                        why="What the mapping says with this column states nothing.",
                        fix=f"Its columns are: {known}.",
                        related=(Location(self._mapping.table, 1, 1),),
                    )
                )
                return None
            found.append(self._columns[name.strip()])
        return found

    def _compile_pattern(self, pattern: Pattern, *, is_iri: bool) -> _Make | None:
        """Return a function from cells to an IRI term, or to plain text; None for a row in which a column is empty."""
        columns = self._find_columns(pattern)
        if columns is None:
            return None
        opening, closing = ("<", ">") if is_iri else ("", "")
        before = [opening + pattern.before[0], *pattern.before[1:]] if columns else []
        end = (pattern.end if columns else opening + pattern.end) + closing
        if not columns:
            return lambda cells: end
        known: dict[str, str] = {}

        def encode(cell: str) -> str:
            text = known.get(cell)
            if text is None:
                text = known[cell] = cell if not is_iri or _UNRESERVED.match(cell) else quote(cell, safe="")
            return text

        if len(columns) == 1:
            column, start = columns[0], before[0]
            return lambda cells: f"{start}{encode(cells[column])}{end}" if cells[column] else None

        def make(cells: Sequence[str]) -> str | None:
            if not all(cells[column] for column in columns):
                return None
            parts = [text + encode(cells[column]) for text, column in zip(before, columns, strict=True)]
            return "".join(parts) + end

        return make

    def _compile_literal(self, entry: Entry) -> _Make | None:
        """Return a function from cells to a literal; an empty string where the text is no value of the datatype."""
        text = self._compile_pattern(entry.value, is_iri=False)
        if text is None:
            return None
        known: dict[str, str] = {}
        datatype, language = entry.datatype or XSD_STRING, entry.language

        def make(cells: Sequence[str]) -> str | None:
            said = text(cells)
            if said is None:
                return None
            literal = known.get(said)
            if literal is None:
                literal = make_literal(said, datatype, language)
                known[said] = literal = literal if read_value(literal) is not None else ""
            return literal

        return make

    # -- rows

    def _read_row(self, row: Row, groups: Sequence[_Group]) -> None:
        cells = [cell.strip() for cell in row.cells]
        if len(cells) != self.width:
            self._report_width(row, len(cells))
            return
        number = len(self.starts)
        self.starts.append(row.start)
        base, triples, codes = number * self.width, self.triples, self.codes
        for group in groups:
            subject = group.subject(cells)
            if not subject:
                if not group.is_optional:
                    self._report_empty(row, cells, group.column, "the subject of this row")
                continue
            for predicate, make, column, entry in group.entries:
                value = make(cells)
                if value:
                    triples.append((subject, predicate, value))
                    codes.append(base + column)
                    if value[0] == '"' and value[1] in "=+-@" and _FORMULA.match(value, 1):
                        self._report_formula(row, column)
                elif value is None:
                    if not entry.is_optional:
                        name = get_local_name(predicate)
                        self._report_empty(row, cells, column, f"a value of “{name}”", entry.value)
                else:
                    self._report_value(row, column, cells[column], entry)

    def _report_width(self, row: Row, count: int) -> None:
        cells = "cell" if count == 1 else "cells"
        self._report(
            "table.row-width",
            f"This row has {count} {cells}, but the table has {self.width} columns.",
            row,
            self.width if count > self.width else 0,
            why="Which value belongs to which column cannot be told, so the row states nothing.",
            fix="Add what is missing, or put a cell with the delimiter in it into quotation marks.",
        )

    def _report_empty(
        self, row: Row, cells: Sequence[str], column: int, what: str, pattern: Pattern | None = None
    ) -> None:
        if pattern is not None:
            columns = [self._columns[name.strip()] for name in pattern.columns]
            column = next((index for index in columns if not cells[index]), column)
        names = {index: name for name, index in self._columns.items()}
        self._report(
            "table.empty-cell",
            f"The cell of '{names.get(column, '')}' is empty, so there is not {what}.",
            row,
            column,
            why="The mapping does not say that it may be left out.",
            fix="Fill the cell, or write 'optional: true' beside it in the mapping.",
        )

    def _report_value(self, row: Row, column: int, cell: str, entry: Entry) -> None:
        kind = get_local_name(entry.datatype or XSD_STRING)
        shown = cell if len(cell) <= 60 else f"{cell[:59]}…"
        self._report(
            "table.ill-typed-cell",
            f"“{shown}” is no {kind}.",
            row,
            column,
            why=f"The mapping says that this column holds values of the type {kind} ({entry.value.location}).",
            fix="Correct the cell, or the datatype in the mapping.",
        )

    def _report_formula(self, row: Row, column: int) -> None:
        self._report(
            "table.formula",
            "This cell looks like a formula of a spreadsheet.",
            row,
            column,
            why="It is read as it is written, never calculated; a spreadsheet that opens it would run it.",
            fix="Write the value that is meant.",
            severity="warning",
        )

    def _report(
        self, code: str, message: str, row: Row, column: int, *, why: str, fix: str, severity: Severity = "error"
    ) -> None:
        """Report a cell, or where the row has no such cell its last; of very many only the number."""
        if len(self._found) >= _MOST_NAMED:
            self._left_out += 1
            return
        cells = self._text.find_cells(row.start)
        place = self._text.locate(cells[min(column, len(cells) - 1)][0])
        self._found.append(Violation(code, severity, message, place, why=why, fix=fix))


class _Group(NamedTuple):
    subject: _Make
    column: int
    entries: tuple[tuple[Term, _Make, int, Entry], ...]
    is_optional: bool
