"""YAML as plain values with the place of every key: safe, bounded, and without YAML 1.1's surprises.

The text is read as an event stream and built here, so nothing in it can name a Python type, nesting and size are
bounded while reading, and every key keeps its line. Plain scalars follow the core schema of YAML 1.2.2 (section
10.3), in which ``no``, ``on`` and ``2026-01-31`` are text; keys are always text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from workbench.model.report import Location, Violation

__all__ = ["MAX_YAML_BYTES", "YamlPath", "YamlText", "YamlValue", "parse_yaml"]

YamlValue = None | bool | int | float | str | list["YamlValue"] | dict[str, "YamlValue"]
"""What a document holds; lists and dictionaries may be shared (aliases) and must not be changed."""
YamlPath = tuple[str | int, ...]
"""Keys and positions from the root to a value."""

MAX_YAML_BYTES = 5_000_000
_MAX_DEPTH = 64
_MAX_NODES = 1_000_000
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?[0-9]{1,100}\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]{1,100}(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?\Z")
_CONSTANTS: Mapping[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class YamlText:
    """A document's ``value`` (None when unreadable), where its keys and items are, and what is wrong with it."""

    value: YamlValue
    positions: Mapping[YamlPath, Location] = field(default_factory=dict)
    violations: tuple[Violation, ...] = ()
    path: str = ""

    def locate(self, *path: str | int) -> Location:
        """Return the place of the key or item at ``path``, or of its nearest ancestor that has one."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.positions:
                return self.positions[path[:end]]
        return Location(self.path, 1, 1)


class _RefusedError(Exception):
    """Ends the reading; carries the finding."""

    def __init__(self, message: str, location: Location, fix: str = "") -> None:
        super().__init__(message)
        self.violation = Violation("yaml.syntax", "error", message, location, fix=fix)


def parse_yaml(data: bytes, path: str) -> YamlText:
    """Read one YAML document.

    Findings have the code ``yaml.syntax`` and a line: not UTF-8, not YAML, more than one document, a tag, a merge
    key, a key given twice, an alias that expands beyond a million values, nesting beyond 64 levels, more than 5 MB.
    The value is None when reading had to stop; after a repeated key the first one counts.
    """
    if len(data) > MAX_YAML_BYTES:
        message = f"This file has {len(data):,} bytes; YAML files may have at most {MAX_YAML_BYTES:,}."
        return _refuse(path, _RefusedError(message, Location(path)))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        place = Location(path, before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1)
        return _refuse(path, _RefusedError("This file is not UTF-8 text.", place, "Save it as UTF-8."))
    reader = _Reader(path)
    try:
        value = reader.read_document(text)
    except _RefusedError as refusal:
        return YamlText(None, {}, (*reader.violations, refusal.violation), path)
    return YamlText(value, reader.positions, tuple(reader.violations), path)


def _refuse(path: str, refusal: _RefusedError) -> YamlText:
    return YamlText(None, {}, (refusal.violation,), path)


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path
        self.positions: dict[YamlPath, Location] = {}
        self.violations: list[Violation] = []
        self._anchors: dict[str, tuple[YamlValue, int] | None] = {}
        self._nodes = 0

    def read_document(self, text: str) -> YamlValue:
        events = self._iterate_events(text)
        value: YamlValue = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _RefusedError("This file holds more than one YAML document.", self._place(event))
            elif isinstance(event, yaml.NodeEvent):
                value, _ = self._read_node(event, events, (), 0)
        return value

    def _iterate_events(self, text: str) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark if error.problem_mark is not None else error.context_mark
            place = Location(self.path) if mark is None else Location(self.path, mark.line + 1, mark.column + 1)
            context = f" {error.context}" if error.context else ""
            fix = "Check indentation, colons, quotes and brackets around this line."
            raise _RefusedError(f"This is not valid YAML: {error.problem}{context}.", place, fix) from error
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            message = "This file holds a character that YAML does not allow."
            raise _RefusedError(message, Location(self.path, line)) from error

    def _place(self, event: yaml.Event) -> Location:
        mark = event.start_mark
        return Location(self.path) if mark is None else Location(self.path, mark.line + 1, mark.column + 1)

    def _count(self, nodes: int, event: yaml.Event) -> None:
        self._nodes += nodes
        if self._nodes > _MAX_NODES:
            message = f"This file holds more than {_MAX_NODES:,} values, aliases counted."
            raise _RefusedError(message, self._place(event))

    def _read_node(
        self, event: yaml.Event, events: Iterator[yaml.Event], path: YamlPath, depth: int
    ) -> tuple[YamlValue, int]:
        """Return the value that ``event`` begins and the number of values in it, aliases expanded."""
        if depth > _MAX_DEPTH:
            raise _RefusedError(f"This is nested more than {_MAX_DEPTH} levels deep.", self._place(event))
        if isinstance(event, yaml.AliasEvent):
            name = event.anchor or ""
            known = self._anchors.get(name)
            if known is None:
                problem = "contains itself" if name in self._anchors else "names no anchor above it"
                raise _RefusedError(f"The alias *{name} {problem}.", self._place(event))
            self._count(known[1], event)
            return known
        self._count(1, event)
        before = self._nodes - 1
        anchor: str | None = getattr(event, "anchor", None)
        if anchor:
            self._anchors[anchor] = None
        value: YamlValue
        if isinstance(event, yaml.ScalarEvent):
            value = self._read_scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._check_tag(event, "seq")
            value = self._read_sequence(events, path, depth)
        else:
            self._check_tag(event, "map")
            value = self._read_mapping(events, path, depth)
        if anchor:
            self._anchors[anchor] = (value, self._nodes - before)
        return value, self._nodes - before

    def _read_sequence(self, events: Iterator[yaml.Event], path: YamlPath, depth: int) -> list[YamlValue]:
        items: list[YamlValue] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            inner = (*path, len(items))
            self.positions[inner] = self._place(event)
            items.append(self._read_node(event, events, inner, depth + 1)[0])
        return items

    def _read_mapping(self, events: Iterator[yaml.Event], path: YamlPath, depth: int) -> dict[str, YamlValue]:
        entries: dict[str, YamlValue] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                raise _RefusedError("A key must be plain text.", self._place(event))
            key, place, plain = event.value, self._place(event), event.implicit[0]
            if key == "<<" and plain:
                raise _RefusedError("Merge keys (<<) are not supported.", place, "Write the entries out.")
            inner = (*path, key)
            value_event = next(events)
            if key in entries:
                first = self.positions[inner]
                message = f"The key '{key}' is given twice; the first is in line {first.line}."
                self.violations.append(Violation("yaml.syntax", "error", message, place, related=(first,)))
                inner = (*path, key, "")  # what lies below must not move the positions of the first one
                self._read_node(value_event, events, inner, depth + 1)
                continue
            self.positions[inner] = place
            entries[key] = self._read_node(value_event, events, inner, depth + 1)[0]
        return entries

    def _check_tag(self, event: yaml.Event, expected: str) -> None:
        tag: str | None = getattr(event, "tag", None)
        if tag not in (None, "!", _TAG + expected):
            raise _RefusedError(f"Tags such as {tag} are not allowed.", self._place(event), "Remove the tag.")

    def _read_scalar(self, event: yaml.ScalarEvent) -> YamlValue:
        text: str = event.value
        if not event.implicit[0] or event.tag is not None:
            self._check_tag(event, "str")
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.match(text):
            return int(text)
        if _FLOAT.match(text) and math.isfinite(number := float(text)):
            return number
        return text
