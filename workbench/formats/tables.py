"""Tables as facts: the rows of a CSV or TSV file and a mapping to triples, each at home in a cell (docs/tables.md)."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from workbench.formats.table_decoding import decode_table
from workbench.formats.table_mapping import TableMapping
from workbench.formats.table_reading import MAX_TABLE_BYTES, TableReader, report_size
from workbench.formats.table_text import Row, TableText, write_cell
from workbench.model.report import Location, Violation
from workbench.model.terms import Term, Triple

__all__ = ["Cell", "TableFacts", "read_table", "replace_cells"]


class Cell(NamedTuple):
    """A cell of which a fact is the whole value: where it begins and ends in the text, and what it holds."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, eq=False)
class TableFacts:
    """What a table states through a mapping.

    ``triples`` come in the order of rows and of the mapping, and may repeat; ``violations`` are findings of the table
    and of what in the mapping does not fit it.
    """

    mapping: TableMapping
    data: bytes = field(repr=False)
    triples: tuple[Triple, ...] = field(default=(), repr=False)
    violations: tuple[Violation, ...] = ()
    _codes: array[int] = field(default_factory=lambda: array("q"), repr=False)
    _starts: array[int] = field(default_factory=lambda: array("q"), repr=False)
    _width: int = 1

    @property
    def path(self) -> str:
        """The table's path."""
        return self.mapping.table

    def locate(self, subject: Term, predicate: Term | None = None, value: Term | None = None) -> Location | None:
        """Return the cell that a fact comes from, or a subject's first; None when the table does not have it."""
        found = self._find(subject, predicate, value)
        if found is None:
            return None
        start, column = divmod(self._codes[found], self._width)
        cells = self._text.find_cells(self._starts[start])
        return self._text.locate(cells[min(column, len(cells) - 1)][0])

    def __contains__(self, triple: object) -> bool:
        """Tell whether the table states a fact."""
        return triple in self._index

    def find_cells(self, triple: Triple) -> tuple[Cell, ...] | None:
        """Return the cells whose whole content is the value of a fact; None where one is only a part of a value."""
        entries = [entry for group in self.mapping.groups for entry in group.entries if entry.predicate == triple[1]]
        columns = {self._columns.get(entry.value.columns[0].strip()) for entry in entries if entry.is_cell}
        found = []
        for index in (index for index, stated in enumerate(self.triples) if stated == triple):
            row, column = divmod(self._codes[index], self._width)
            if column not in columns:
                return None
            found.append(Cell(*self._text.find_cells(self._starts[row])[column]))
        return tuple(found)

    def _find(self, subject: Term, predicate: Term | None, value: Term | None) -> int | None:
        begin = self._first.get(subject)
        if begin is None or predicate is None:
            return begin
        if value is not None and (subject, predicate, value) in self._index:
            return self._index[subject, predicate, value]
        return begin

    @cached_property
    def _text(self) -> TableText:
        text = decode_table(self.data, self.mapping.encoding, self.path)
        return TableText(text if isinstance(text, str) else "", self.path, self.mapping.delimiter)

    @cached_property
    def _columns(self) -> dict[str, int]:
        names = self.mapping.columns
        if self.mapping.has_header:
            names = tuple(next(self._text.iterate_rows(), Row(0, [])).cells)
        return {name.strip(): index for index, name in reversed(list(enumerate(names)))}

    @cached_property
    def _first(self) -> dict[Term, int]:
        return {triple[0]: index for index, triple in zip(*self._backwards(), strict=True)}

    @cached_property
    def _index(self) -> dict[Triple, int]:
        return {triple: index for index, triple in zip(*self._backwards(), strict=True)}

    def _backwards(self) -> tuple[range, Sequence[Triple]]:
        return range(len(self.triples) - 1, -1, -1), self.triples[::-1]


def read_table(mapping: TableMapping, data: bytes) -> TableFacts:
    """Return the facts of a table.

    Never raises for what it holds; rows and cells that cannot be used are findings (``table.*``), each with line and
    column, and state nothing.
    """
    if len(data) > MAX_TABLE_BYTES:
        return TableFacts(mapping, b"", violations=(report_size(mapping, f"{len(data):,} bytes"),))
    text = decode_table(data, mapping.encoding, mapping.table)
    if isinstance(text, Violation):
        return TableFacts(mapping, b"", violations=(text,))
    reader = TableReader(mapping, TableText(text, mapping.table, mapping.delimiter))
    reader.read()
    return TableFacts(
        mapping,
        data,
        tuple(reader.triples),
        tuple(reader.list_violations()),
        reader.codes,
        reader.starts,
        max(reader.width, 1),
    )


def replace_cells(table: TableFacts, changes: Sequence[tuple[Cell, str]]) -> bytes:
    """Return the file with other texts in some cells; everything else stays byte for byte."""
    text, pieces, position = table._text, [], 0
    for cell, new in sorted(changes):
        pieces += [text.text[position : cell.start], write_cell(new, table.mapping.delimiter)]
        position = cell.end
    pieces.append(text.text[position:])
    changed = TableText("".join(pieces), table.path, table.mapping.delimiter)
    return changed.encode(table.mapping.encoding, table.data)
