"""The place of a statement in its file, found when a message asks for it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from workbench.errors import InputError, LimitError
from workbench.formats.canonical import compute_labels
from workbench.formats.rdf import detect_format, parse_rdf
from workbench.formats.turtle_blocks import decode_text, open_turtle
from workbench.formats.turtle_lexer import LineIndex
from workbench.formats.xml_positions import read_xml_statements
from workbench.model.report import Location
from workbench.model.terms import RDF, Term, Triple, is_blank, is_literal, make_literal

__all__ = ["locate_prefix", "locate_statement"]


_XML_LITERAL = make_literal("", f"<{RDF}XMLLiteral>")


def _empty_xml(term: Term) -> Term:
    return _XML_LITERAL if is_literal(term) and term.endswith(_XML_LITERAL[2:]) else term


class _Placed(NamedTuple):
    triple: Triple
    subject_at: tuple[int, int]
    predicate_at: tuple[int, int]
    object_at: tuple[int, int]


def locate_statement(
    data: bytes,
    path: str,
    subject: Term,
    predicate: Term | None = None,
    object: Term | None = None,
    base: str | None = None,
) -> Location | None:
    """Return the most precise place the file has for a statement.

    That is the object of the statement, else its predicate, else its subject; a statement that is not made about
    ``subject`` itself is also looked for inside the brackets and lists of the subject's blocks. ``None`` means
    that the file says nothing about the subject. Blank nodes are named as :func:`parse_rdf` labels them, under
    any prefix. In RDF/XML the places are those of the elements.
    """
    labels = {}
    try:
        if is_blank(subject) or (object is not None and is_blank(object)):
            labels = _match_labels(data, path, base)
            subject = labels.get(_get_number(subject), subject)
            object = labels.get(_get_number(object), object) if object else None
        found = _find(data, path, base, subject)
    except (InputError, LimitError):
        # A file that cannot be read positionally has violations of its own; the message does without a line.
        return None
    own = [placed for placed in found if placed.triple[0] == subject]
    if not own:
        return None
    line, column = _choose(own, found, predicate, object)
    return Location(path, line, column)


def locate_prefix(data: bytes, path: str, prefix: str, base: str | None = None) -> Location | None:
    """Return where a file declares a prefix, the last time when it does so again; None where it does not."""
    name = re.escape(prefix)
    try:
        if detect_format(data, path) == "rdfxml":
            text, found = decode_text(data), re.search(rf"\bxmlns:({name})\s*=", decode_text(data))
            line, column = LineIndex(text).locate(found.start(1)) if found else (0, 0)
            return Location(path, line, column) if found else None
        turtle = open_turtle(data, base)
    except InputError:
        return None  # what cannot be read at all has a violation of its own
    declares = re.compile(rf"@?prefix\s+({name}):", re.IGNORECASE)
    for block in reversed(turtle.blocks):
        if block.kind == "directive" and (match := declares.match(turtle.text, block.start)):
            return Location(path, *turtle.locate(match.start(1)))
    return None


def _choose(own: list[_Placed], found: list[_Placed], predicate: Term | None, value: Term | None) -> tuple[int, int]:
    if predicate is None:
        return own[0].subject_at
    for candidates in (own, found):
        if value is not None:
            for placed in candidates:
                if placed.triple[1:] == (predicate, value):
                    return placed.object_at
    for candidates in (own, found):
        for placed in candidates:
            if placed.triple[1] == predicate:
                return placed.predicate_at
    return own[0].subject_at


def _find(data: bytes, path: str, base: str | None, subject: Term) -> list[_Placed]:
    """Return the statements of the subject's own blocks; for a blank node, of all that may speak of it."""
    if detect_format(data, path) == "rdfxml":
        return list(_read_xml(data, base).get(subject, ()))
    text = open_turtle(data, base)
    # A node written as a bracket stands inside the block of another subject.
    blocks = text.blocks if subject.startswith("_:@") else text.get_blocks(subject)
    return [
        _Placed(s.triple, text.locate(s.subject_at), text.locate(s.predicate_at), text.locate(s.object_at))
        for block in blocks
        if block.kind == "statements"
        for s in text.read_statements(block)
        if not subject.startswith("_:@") or s.triple[0] == subject
    ]


@lru_cache(maxsize=4)
def _read_xml(data: bytes, base: str | None) -> dict[Term, tuple[_Placed, ...]]:
    """Group the statements of an RDF/XML file by subject, each with what is said of its blank nodes after it."""
    by_subject: dict[Term, list[_Placed]] = {}
    for triple, subject_at, at in read_xml_statements(data, base):
        by_subject.setdefault(triple[0], []).append(_Placed(triple, subject_at, at, at))
    grouped = {}
    for subject in by_subject:
        placed, seen, position = list(by_subject[subject]), {subject}, 0
        while position < len(placed):
            value = placed[position].triple[2]
            if is_blank(value) and value not in seen:
                seen.add(value)
                placed += by_subject.get(value, ())
            position += 1
        grouped[subject] = tuple(placed)
    return grouped


def _get_number(term: Term) -> str:
    """Return the number of a blank node of :func:`parse_rdf`, whatever its prefix."""
    return term[len(term.rstrip("0123456789")) :] if is_blank(term) else term


@lru_cache(maxsize=8)
def _match_labels(data: bytes, path: str, base: str | None) -> dict[str, Term]:
    """Match the numbers that the parser gives to blank nodes with the labels of the positional reading.

    Both graphs are the same, so equal canonical labels name the same node (or one that nothing tells apart).
    """
    if detect_format(data, path) == "rdfxml":
        own = compute_labels(placed.triple for placed in read_xml_statements(data, base))
    else:
        own = compute_labels(s.triple for s in open_turtle(data, base).read_all())
    back = {canonical: label for label, canonical in own.items()}
    # The positional reading leaves XML literals empty.
    triples = parse_rdf(data, path, base).triples
    parsed = compute_labels((s, p, _empty_xml(o)) for s, p, o in triples)
    return {_get_number(label): back[canonical] for label, canonical in parsed.items() if canonical in back}
