"""RDF/XML before it is parsed: well-formed, no dangerous entities, which prefixes; and where parsing failed.

Entities that stand for namespaces, as Protégé writes them, are fine. Refused are entities that would fetch
something, hold markup, or unfold to more text than the limit on files allows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, cast
from xml.parsers import expat

from workbench.errors import InputError
from workbench.model.report import Location, Violation

__all__ = ["InspectedXml", "find_line_of_failure", "inspect_xml", "normalise_xml"]

_MAX_ENTITY = 2_000
_MAX_ENTITIES = 2_000
_MAX_DEPTH = 1_000
_REFERENCE = re.compile(r"&([^#;&\s]+);")
_REFERENCE_BYTES = re.compile(rb"&([^#;&\s]+);")
_BUILT_IN = frozenset({"amp", "lt", "gt", "quot", "apos"})


_DECLARATION = re.compile(r"^\s*<\?xml[^>]*?\?>")
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z][\w.-]*)[\"']")
_SINGLE_QUOTED = re.compile(rb"(<!ENTITY\s+[^\s'\"%>]+\s+)'([^'\"<]*)'(?=\s*>)")


@dataclass(frozen=True, slots=True)
class InspectedXml:
    """Prefixes by name, and why the file cannot be parsed, if so."""

    prefixes: tuple[tuple[str, str], ...]
    violations: tuple[Violation, ...]


class _RefusedError(Exception):
    """Stops the inspection; the message says why."""


def inspect_xml(data: bytes, path: str, limit: int) -> InspectedXml:
    """Read through an XML file without building anything.

    ``limit`` is how many characters all entities together may unfold to. Violations have the code ``xml.syntax``
    or ``xml.entity``.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    prefixes: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def declare_prefix(name: str | None, target: str | None) -> None:
        prefixes.setdefault(name or "", target or "")

    def declare_entity(name: str, is_parameter: bool, value: str | None, *rest: Any) -> None:
        if is_parameter or value is None:
            raise _RefusedError(f"The entity {name} would include something from outside the file.")
        if "<" in value:
            raise _RefusedError(f"The entity {name} holds markup.")
        sizes[name] = len(value) + sum(sizes.get(inner, 0) for inner in _REFERENCE.findall(value))
        if sizes[name] > _MAX_ENTITY or len(sizes) > _MAX_ENTITIES:
            raise _RefusedError(f"The entity {name} unfolds to too much text.")

    def end_doctype() -> None:
        total = 0
        for match in _REFERENCE_BYTES.finditer(data):
            total += sizes.get(match[1].decode("utf-8", "replace"), 0)
            if total > limit:
                raise _RefusedError(f"The entities of the file unfold to more than {limit:,} characters.")

    depth = 0

    def open_element(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise _RefusedError(f"The elements are nested more than {_MAX_DEPTH} levels deep.")

    def close_element(name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler = open_element
    parser.EndElementHandler = close_element
    parser.StartNamespaceDeclHandler = declare_prefix
    parser.EntityDeclHandler = declare_entity
    parser.EndDoctypeDeclHandler = end_doctype
    violation = None
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        message = expat.ErrorString(error.code)
        violation = Violation(
            "xml.syntax",
            "error",
            f"The XML is broken here: {message}.",
            Location(path, error.lineno, error.offset + 1),
            why="A file that is not well-formed XML cannot be read at all.",
            fix="Correct the markup at this place, or save the file again with the editor it comes from.",
        )
    except _RefusedError as refusal:
        violation = Violation(
            "xml.syntax" if depth else "xml.entity",
            "error",
            str(refusal),
            Location(path, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1),
            why="Such a file can fetch other files or fill the memory, so it is refused.",
            fix="Give the inner nodes names." if depth else "Replace the entity with the text it stands for.",
        )
    return InspectedXml(tuple(sorted(prefixes.items())), (violation,) if violation else ())


def find_line_of_failure(data: bytes, parse: Callable[[IO[bytes]], Iterator[object]]) -> int:
    """Return the line in which ``parse`` fails, by handing it the file line by line.

    The library names no place in XML; it asks for more only when it needs it, so the last line it was given is
    the one that holds the mistake.
    """
    source = _LineSource(data)
    try:
        for _ in parse(cast(IO[bytes], source)):
            continue
    except SyntaxError:
        return source.line
    return 0


def normalise_xml(data: bytes) -> bytes:
    """Return the file as the library wants it: in UTF-8, entity values in double quotes; lines stay lines.

    Raises InputError when the bytes are not in the encoding that the file declares.
    """
    encoding = "utf-8"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif match := _ENCODING.match(data[:200]):
        encoding = match[1].decode().lower()
    if encoding not in ("utf-8", "utf8"):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise InputError(f"The file cannot be read in the encoding that it declares: {error}") from error
        data = _DECLARATION.sub("", text, count=1).encode()
    start = data.find(b"<!DOCTYPE")
    if 0 <= start < 65536:
        end = data.find(b"]", start) + 1
        data = data[:start] + _SINGLE_QUOTED.sub(rb'\1"\2"', data[start:end]) + data[end:]
    return data


class _LineSource:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0
        self.line = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return the rest of the current line, at most ``size`` bytes."""
        if self._position == 0 or self._data[self._position - 1 : self._position] == b"\n":
            self.line += self._position < len(self._data)
        end = self._data.find(b"\n", self._position) + 1 or len(self._data)
        if size >= 0:
            end = min(end, self._position + size)
        piece = self._data[self._position : end]
        self._position = end
        return piece
