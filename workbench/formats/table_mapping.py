"""What a table's rows state: ``*.table.yaml`` beside a CSV file, as a value (docs/tables.md)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from workbench.formats.table_decoding import ENCODINGS
from workbench.formats.table_text import DELIMITERS
from workbench.formats.yaml_text import YamlPath, YamlText, YamlValue, parse_yaml
from workbench.model.report import Location, Violation
from workbench.model.rules import Provenance
from workbench.model.terms import (
    RDF_TYPE,
    RDFS_LABEL,
    XSD_STRING,
    Term,
    make_iri,
)

__all__ = ["MAPPING_SUFFIXES", "Entry", "Group", "Pattern", "TableMapping", "parse_mapping", "read_table_path"]

MAPPING_SUFFIXES = (".table.yaml", ".table.yml")
_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_STATES = ("draft", "reviewed", "retired")
_SLOT = re.compile(r"\{([^{}]*)\}")
_FIXED = re.compile(r"[^\s<>\"{}|\\^`\x00-\x20]*\Z")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text with columns in it: what stands before each column, the columns, and what stands behind the last."""

    before: tuple[str, ...]
    columns: tuple[str, ...]
    end: str
    location: Location


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement of a row: a predicate and a value.

    The value is an IRI where ``datatype`` is None, else a literal of that datatype or ``language``. ``is_cell`` tells
    that it is one cell and nothing else.
    """

    predicate: Term
    value: Pattern
    datatype: Term | None = None
    language: str = ""
    is_optional: bool = False
    is_cell: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The statements of a row about one subject."""

    subject: Pattern
    entries: tuple[Entry, ...]
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A mapping file: its path, the table's path, how that is written, what each row states, and who says so.

    ``columns`` names the columns; empty where the header does.
    """

    path: str
    table: str
    delimiter: str
    encoding: str
    has_header: bool
    columns: tuple[str, ...]
    groups: tuple[Group, ...]
    provenance: Provenance
    file_location: Location
    columns_location: Location


def read_table_path(data: bytes, path: str) -> str | None:
    """Return the path of the table that a mapping file names, None where it names none beside or below itself."""
    text = parse_yaml(data, path)
    return _find_table(text.value["file"], path) if isinstance(text.value, dict) and "file" in text.value else None


def _find_table(name: YamlValue, path: str) -> str | None:
    if not isinstance(name, str) or not name or name.startswith("/") or "\\" in name or "\0" in name:
        return None
    parts = name.split("/")
    if any(not part or part.startswith(".") for part in parts) or not name.lower().endswith((".csv", ".tsv")):
        return None
    return posixpath.join(posixpath.dirname(path), name)


def parse_mapping(
    data: bytes, path: str, prefixes: Mapping[str, str]
) -> tuple[TableMapping | None, tuple[Violation, ...]]:
    """Read a mapping file; ``prefixes`` are the domain's (prefix without colon to namespace IRI).

    Findings are ``table.mapping`` and those of YAML. What is wrong inside ``rows`` leaves out the statement at fault;
    without a table or rows there is no mapping.
    """
    text = parse_yaml(data, path)
    reader = _Reader(text, prefixes)
    mapping = reader.read()
    return mapping, (*text.violations, *reader.violations)


class _Reader:
    """Reads one mapping after the other; ``path`` arguments lead from the root to a value."""

    def __init__(self, text: YamlText, prefixes: Mapping[str, str]) -> None:
        self._text = text
        self._prefixes = prefixes
        self.violations: list[Violation] = []

    def read(self) -> TableMapping | None:
        top = self._text.value
        if not isinstance(top, dict):
            if not self._text.violations:
                self._report("A table's mapping begins with 'file', the table, and 'rows', what its rows state.", ())
            return None
        known = ("file", "description", "delimiter", "encoding", "header", "columns", "rows", "source", "author")
        self._check_keys(top, (), (*known, "reviewer", "state", "valid-from", "valid-until"))
        table = _find_table(top.get("file"), self._text.path)
        if table is None:
            fix = "Name a .csv or .tsv file in this folder or below, such as: file: shares.csv"
            self._report("'file' has to name the table.", ("file",), fix)
        delimiter = self._read_choice(top, "delimiter", {**_NAMES, **{mark: mark for mark in DELIMITERS}})
        encoding = self._read_choice(top, "encoding", {name: name for name in ENCODINGS})
        columns = self._read_texts(top, "columns", ())
        header = top.get("header", True)
        if not isinstance(header, bool):
            self._report("'header' is true or false: whether the first row names the columns.", ("header",))
            header = True
        if not header and not columns:
            self._report("Without a header, 'columns' has to name the columns.", ("header",))
        rows = self._expect(top.get("rows"), list, "a list: what each row states", ("rows",))
        groups = [self._read_group(entry, ("rows", index)) for index, entry in enumerate(rows or [])]
        provenance = self._read_provenance(top)
        if table is None or not rows or (not header and not columns):
            return None
        return TableMapping(
            path=self._text.path,
            table=table,
            delimiter=delimiter or ("\t" if table.lower().endswith(".tsv") else ","),
            encoding=encoding or "utf-8",
            has_header=header,
            columns=columns,
            groups=tuple(group for group in groups if group is not None),
            provenance=provenance,
            file_location=self._text.locate("file"),
            columns_location=self._text.locate("columns"),
        )

    # -- rows

    def _read_group(self, value: YamlValue, path: YamlPath) -> Group | None:
        entries = self._expect(value, dict, "a mapping with 'subject' and what is said of it", path)
        if entries is None:
            return None
        self._check_keys(entries, path, ("subject", "class", "label", "facts", "optional"))
        subject = self._read_iri(entries.get("subject"), (*path, "subject"))
        found = [self._read_class(item, place) for item, place in self._list(entries, path, "class")]
        found += [self._read_label(item, place) for item, place in self._list(entries, path, "label")]
        facts = self._expect(entries.get("facts", []), list, "a list of facts", (*path, "facts"))
        found += [self._read_fact(item, (*path, "facts", index)) for index, item in enumerate(facts or [])]
        kept = tuple(entry for entry in found if entry is not None)
        if subject is None:
            return None
        if not found:
            self._report("Nothing is said of this subject: it has no class, label or facts.", path)
        return Group(subject, kept, self._read_flag(entries, path))

    def _list(self, entries: dict[str, YamlValue], path: YamlPath, key: str) -> list[tuple[YamlValue, YamlPath]]:
        value = entries.get(key, [])
        if isinstance(value, list):
            return [(item, (*path, key, index)) for index, item in enumerate(value)]
        return [(value, (*path, key))]

    def _read_class(self, value: YamlValue, path: YamlPath) -> Entry | None:
        pattern = self._read_iri(value, path)
        return None if pattern is None else Entry(RDF_TYPE, pattern)

    def _read_label(self, value: YamlValue, path: YamlPath) -> Entry | None:
        if isinstance(value, str):
            value = {"text": value}
        entries = self._expect(value, dict, "a text, or a mapping with 'text' and 'language'", path)
        if entries is None:
            return None
        self._check_keys(entries, path, ("text", "column", "language", "optional"))
        return self._read_literal(RDFS_LABEL, entries, path)

    def _read_fact(self, value: YamlValue, path: YamlPath) -> Entry | None:
        entries = self._expect(value, dict, "a mapping with 'property' and its value", path)
        if entries is None:
            return None
        known = ("property", "individual", "column", "text", "datatype", "language", "optional")
        self._check_keys(entries, path, known)
        predicate = self._read_iri(entries.get("property"), (*path, "property"))
        given = [key for key in ("individual", "column", "text") if key in entries]
        if len(given) != 1:
            fix = "Write 'individual: ex:person-{id}', 'column: share', or 'text: \"{first} {last}\"'."
            self._report("A fact has one of 'individual', 'column' and 'text'.", path, fix)
            return None
        if predicate is None or predicate.columns:
            if predicate is not None:
                self._report("A property is the same in every row.", (*path, "property"))
            return None
        term = make_iri(predicate.end)
        if given == ["individual"]:
            pattern = self._read_iri(entries["individual"], (*path, "individual"))
            for key in ("datatype", "language"):
                if key in entries:
                    self._report(f"An individual has no {key}.", (*path, key))
            optional = self._read_flag(entries, path)
            return None if pattern is None else Entry(term, pattern, is_optional=optional)
        return self._read_literal(term, entries, path)

    def _read_literal(self, predicate: Term, entries: dict[str, YamlValue], path: YamlPath) -> Entry | None:
        is_cell = "column" in entries
        key = "column" if is_cell else "text"
        text = self._expect(entries.get(key), str, "text", (*path, key))
        if text is None or (is_cell and "text" in entries):
            if text is not None:
                self._report("A value is either a 'column' or a 'text'.", path)
            return None
        place = self._text.locate(*path, key)
        pattern = Pattern(("",), (text,), "", place) if is_cell else self._read_pattern(text, (*path, key))
        language, datatype = entries.get("language"), XSD_STRING
        if language is not None and not (isinstance(language, str) and _LANGUAGE.match(language)):
            self._report("A language is a tag such as en or de.", (*path, "language"))
            language = None
        if "datatype" in entries:
            named = self._read_iri(entries["datatype"], (*path, "datatype"))
            if language is not None:
                self._report("A text in a language has no datatype.", (*path, "datatype"))
            elif named is None or named.columns:
                return None
            else:
                datatype = make_iri(named.end)
        if pattern is None:
            return None
        return Entry(predicate, pattern, datatype, str(language or ""), self._read_flag(entries, path), is_cell)

    # -- patterns

    def _read_pattern(self, text: str, path: YamlPath) -> Pattern | None:
        pieces = _SLOT.split(text)
        fixed, columns = pieces[::2], pieces[1::2]
        if any("{" in part or "}" in part for part in fixed) or any(not name.strip() for name in columns):
            self._report(f"'{text}' has a brace without its other, or nothing between two.", path)
            return None
        return Pattern(tuple(fixed[:-1]), tuple(columns), fixed[-1], self._text.locate(*path))

    def _read_iri(self, value: YamlValue, path: YamlPath) -> Pattern | None:
        text = self._expect(value, str, "a name such as ex:person-{id}", path)
        pattern = None if text is None else self._read_pattern(text, path)
        if pattern is None or text is None:
            return None
        first, end = (pattern.before[0], pattern.end) if pattern.before else ("", pattern.end)
        opening = first if pattern.before else end
        if text.startswith("<") and text.endswith(">"):
            opening, end = opening[1:], end[:-1]
        else:
            prefix, colon, local = opening.partition(":")
            if not colon:
                fix = "Write a prefix of workbench.yaml and a colon before it, or a whole IRI in angle brackets."
                self._report(f"'{text}' has no prefix.", path, fix)
                return None
            if prefix not in self._prefixes:
                known = ", ".join(f"{name}:" for name in sorted(self._prefixes))
                self._report(f"The prefix {prefix}: is not declared.", path, f"Declared are: {known or 'none'}.")
                return None
            opening = self._prefixes[prefix] + local
        if pattern.before:
            first = opening
        else:
            end = opening.removesuffix(">") if text.startswith("<") else opening
        before = (first, *pattern.before[1:]) if pattern.before else ()
        start = before[0] if before else end
        if not _ABSOLUTE.match(start) or not all(_FIXED.match(part) for part in (*before, end)):
            self._report(f"'{text}' makes no IRI: it has a character that none may hold, or no beginning.", path)
            return None
        return Pattern(before, pattern.columns, end, pattern.location)

    # -- plain entries

    def _read_provenance(self, top: dict[str, YamlValue]) -> Provenance:
        days = []
        for key in ("valid-from", "valid-until"):
            value = top.get(key, "")
            if not isinstance(value, str) or (value and not _is_day(value)):
                self._report(f"'{key}' is a day, written 2026-12-31.", (key,))
                value = ""
            days.append(value)
        state = top.get("state", "")
        if state not in ("", *_STATES):
            self._report(f"'state' is one of {', '.join(_STATES)}.", ("state",))
            state = ""
        return Provenance(
            self._read_texts(top, "source", ()),
            self._read_texts(top, "author", ()),
            self._read_texts(top, "reviewer", ()),
            str(state),
            days[0],
            days[1],
        )

    def _read_texts(self, entries: dict[str, YamlValue], key: str, path: YamlPath) -> tuple[str, ...]:
        value = entries.get(key, [])
        items = value if isinstance(value, list) else [value]
        texts = tuple(item for item in items if isinstance(item, str) and item.strip())
        if len(texts) != len(items):
            self._report(f"'{key}' is a text, or a list of texts.", (*path, key))
        return texts

    def _read_choice(self, entries: dict[str, YamlValue], key: str, choices: Mapping[str, str]) -> str:
        value = entries.get(key, "")
        if value == "" and key not in entries:
            return ""
        if not isinstance(value, str) or value not in choices:
            shown = ", ".join(name for name in choices if name.isprintable())
            self._report(f"'{key}' is one of {shown}.", (key,))
            return ""
        return choices[value]

    def _read_flag(self, entries: dict[str, YamlValue], path: YamlPath) -> bool:
        value = entries.get("optional", False)
        if not isinstance(value, bool):
            self._report("'optional' is true or false: whether a row without this is in order.", (*path, "optional"))
        return value is True

    def _expect(self, value: YamlValue, kind: type[_T], words: str, path: YamlPath) -> _T | None:
        if isinstance(value, kind) and not (kind is str and not value):
            return value
        self._report(f"Here has to stand {words}.", path)
        return None

    def _check_keys(self, entries: dict[str, YamlValue], path: YamlPath, known: tuple[str, ...]) -> None:
        for key in entries:
            if key not in known:
                self._report(f"'{key}' is unknown here.", (*path, key), f"Known are: {', '.join(known)}.")

    def _report(self, message: str, path: YamlPath, fix: str = "") -> None:
        why = "docs/tables.md describes what a mapping holds."
        self.violations.append(Violation("table.mapping", "error", message, self._text.locate(*path), why=why, fix=fix))


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False
