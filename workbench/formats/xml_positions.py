"""Where the statements of an RDF/XML file are written.

A second, positional reading of RDF/XML (W3C Recommendation of 25 February 2014, section 7) for messages; the
triples themselves come from the parser in :mod:`workbench.formats.rdf`, which has accepted the file before.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from xml.parsers import expat

from workbench.errors import InputError
from workbench.formats.iri import resolve_iri
from workbench.model.terms import RDF, RDF_TYPE, XSD_STRING, Term, Triple, make_literal

__all__ = ["PlacedTriple", "read_xml_statements"]

_SEPARATOR = " "
_XML = "http://www.w3.org/XML/1998/namespace" + _SEPARATOR
_R = RDF + _SEPARATOR
_SYNTAX = frozenset(_R + n for n in ("about", "ID", "nodeID", "resource", "parseType", "datatype", "li", "RDF"))


class PlacedTriple(NamedTuple):
    """A triple, the place of the element of its subject, and the place of the element that states it."""

    triple: Triple
    subject_at: tuple[int, int]
    statement_at: tuple[int, int]


class _Frame:
    """An element that is open: ``root``, ``node``, ``property``, ``collection`` or ``opaque``."""

    __slots__ = ("base", "count", "datatype", "done", "kind", "language", "node", "node_at", "place", "predicate",
                 "reification", "tail", "text")  # fmt: skip

    def __init__(self, kind: str, base: str | None, language: str, place: tuple[int, int]) -> None:
        self.kind, self.base, self.language, self.place = kind, base, language, place
        self.node = self.predicate = self.tail = self.reification = ""
        self.node_at = place
        self.datatype = XSD_STRING
        self.count = 0
        self.done = False
        self.text: list[str] = []


@lru_cache(maxsize=8)
def read_xml_statements(data: bytes, base: str | None = None) -> tuple[PlacedTriple, ...]:
    """Return the statements of a file in document order; the value of an XML literal is left out.

    Raises InputError when the file is not RDF/XML after all.
    """
    return _Reader(data, base).read()


class _Reader:
    def __init__(self, data: bytes, base: str | None) -> None:
        self._data = data
        self._found: list[PlacedTriple] = []
        self._anonymous = 0
        self._parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._take_text
        self._frames = [_Frame("root", base, "", (1, 1))]

    def read(self) -> tuple[PlacedTriple, ...]:
        try:
            self._parser.Parse(self._data, True)
        except expat.ExpatError as error:
            raise InputError(f"The file is not well-formed XML: {error}") from error
        return tuple(self._found)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        parent = self._frames[-1]
        place = (self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)
        base = parent.base
        if _XML + "base" in attributes:
            base = resolve_iri(attributes[_XML + "base"], base)
        frame = _Frame("opaque", base, attributes.get(_XML + "lang", parent.language), place)
        self._frames.append(frame)
        if parent.kind == "opaque":
            return
        if parent.kind == "node":
            self._start_property(frame, parent, name, attributes)
        elif parent.kind == "root" and name == _R + "RDF":
            frame.kind = "root"
        else:
            self._start_node(frame, parent, name, attributes)

    def _start_node(self, frame: _Frame, parent: _Frame, name: str, attributes: dict[str, str]) -> None:
        frame.kind = "node"
        if _R + "about" in attributes:
            frame.node = f"<{resolve_iri(attributes[_R + 'about'], frame.base)}>"
        elif _R + "ID" in attributes:
            frame.node = f"<{resolve_iri('#' + attributes[_R + 'ID'], frame.base)}>"
        else:
            frame.node = self._name_blank(attributes)
        if parent.kind == "property":
            self._state(parent, frame.node)
        elif parent.kind == "collection":
            self._extend(parent, frame.node, frame.place)
        if name != _R + "Description":
            self._emit(frame.node, RDF_TYPE, _join(name), frame.place, frame.place)
        self._read_attributes(frame.node, frame, attributes)

    def _start_property(self, frame: _Frame, parent: _Frame, name: str, attributes: dict[str, str]) -> None:
        if name == _R + "li":
            parent.count += 1
            name = f"{_R}_{parent.count}"
        frame.predicate, frame.node, frame.node_at = _join(name), parent.node, parent.node_at
        if _R + "ID" in attributes:
            frame.reification = f"<{resolve_iri('#' + attributes[_R + 'ID'], frame.base)}>"
        kind = attributes.get(_R + "parseType")
        described = any(a not in _SYNTAX and not a.startswith(_XML) for a in attributes)
        if kind == "Resource":
            value = self._name_blank({})
            self._state(frame, value)
            frame.kind, frame.node, frame.node_at = "node", value, frame.place
        elif kind == "Collection":
            frame.kind = "collection"
        elif kind is not None:
            self._state(frame, make_literal("", f"<{RDF}XMLLiteral>"))
        elif _R + "resource" in attributes or _R + "nodeID" in attributes or described:
            if _R + "resource" in attributes:
                value = f"<{resolve_iri(attributes[_R + 'resource'], frame.base)}>"
            else:
                value = self._name_blank(attributes)
            self._state(frame, value)
            self._read_attributes(value, frame, attributes)
        else:
            frame.kind = "property"
            if _R + "datatype" in attributes:
                frame.datatype = f"<{resolve_iri(attributes[_R + 'datatype'], frame.base)}>"
                frame.language = ""

    def _read_attributes(self, node: Term, frame: _Frame, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            if name in _SYNTAX or name.startswith(_XML) or _SEPARATOR not in name:
                continue
            if name == _R + "type":
                term = f"<{resolve_iri(value, frame.base)}>"
            else:
                term = make_literal(value, language=frame.language)
            self._emit(node, _join(name), term, frame.place, frame.place)

    def _take_text(self, text: str) -> None:
        if self._frames[-1].kind == "property":
            self._frames[-1].text.append(text)

    def _end(self, name: str) -> None:
        frame = self._frames.pop()
        if frame.kind == "property" and not frame.done:
            self._state(frame, make_literal("".join(frame.text), frame.datatype, frame.language))
        elif frame.kind == "collection":
            nil = f"<{RDF}nil>"
            if frame.tail:
                self._emit(frame.tail, f"<{RDF}rest>", nil, frame.node_at, frame.place)
            else:
                self._state(frame, nil)

    def _extend(self, collection: _Frame, member: Term, place: tuple[int, int]) -> None:
        cell = self._name_blank({})
        if collection.tail:
            self._emit(collection.tail, f"<{RDF}rest>", cell, collection.place, place)
        else:
            self._state(collection, cell)
        collection.tail = cell
        self._emit(cell, f"<{RDF}first>", member, collection.place, place)

    def _state(self, frame: _Frame, value: Term) -> None:
        """State the triple of a property element, and what its rdf:ID says about it."""
        frame.done = True
        self._emit(frame.node, frame.predicate, value, frame.node_at, frame.place)
        if frame.reification:
            parts = zip(("subject", "predicate", "object"), (frame.node, frame.predicate, value), strict=True)
            for part, term in parts:
                self._emit(frame.reification, f"<{RDF}{part}>", term, frame.place, frame.place)
            self._emit(frame.reification, RDF_TYPE, f"<{RDF}Statement>", frame.place, frame.place)

    def _name_blank(self, attributes: dict[str, str]) -> Term:
        if _R + "nodeID" in attributes:
            return f"_:{attributes[_R + 'nodeID']}"
        self._anonymous += 1
        return f"_:@{self._anonymous}"

    def _emit(self, s: Term, p: Term, o: Term, subject_at: tuple[int, int], place: tuple[int, int]) -> None:
        self._found.append(PlacedTriple((s, p, o), subject_at, place))


def _join(name: str) -> Term:
    return f"<{name.replace(_SEPARATOR, '')}>"
