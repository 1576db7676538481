"""Terms and triples: a term *is* its canonical N-Triples text, a triple is three of them.

Strings keep the whole product on one currency: they hash, sort, intern and serialise without conversion,
and two terms are the same RDF term exactly when the strings are equal (RDF 1.1 Concepts, section 3).
A variable is ``?name``; the first character therefore tells what a string is.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = [
    "DCTERMS",
    "OWL",
    "RDF",
    "RDFS",
    "RDFS_LABEL",
    "RDF_LANG_STRING",
    "RDF_TYPE",
    "SH",
    "WB",
    "XSD",
    "XSD_BOOLEAN",
    "XSD_DATE",
    "XSD_DATETIME",
    "XSD_DECIMAL",
    "XSD_DOUBLE",
    "XSD_INTEGER",
    "XSD_STRING",
    "Pattern",
    "Term",
    "Triple",
    "escape_string",
    "get_iri_text",
    "get_local_name",
    "is_blank",
    "is_iri",
    "is_literal",
    "is_variable",
    "make_iri",
    "make_literal",
    "read_integer",
    "split_literal",
    "unescape_string",
]

Term = str
"""An IRI ``<...>``, a literal ``"..."``, a blank node ``_:...``, all in canonical N-Triples."""
Triple = tuple[str, str, str]
"""Subject, predicate, object."""
Pattern = tuple[str, str, str]
"""A triple in which subject and object may be variables."""

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SH = "http://www.w3.org/ns/shacl#"
DCTERMS = "http://purl.org/dc/terms/"
WB = "urn:knowledge-workbench:ns#"

RDF_TYPE = f"<{RDF}type>"
RDF_LANG_STRING = f"<{RDF}langString>"
RDFS_LABEL = f"<{RDFS}label>"
XSD_STRING = f"<{XSD}string>"
XSD_INTEGER = f"<{XSD}integer>"
XSD_DECIMAL = f"<{XSD}decimal>"
XSD_DOUBLE = f"<{XSD}double>"
XSD_BOOLEAN = f"<{XSD}boolean>"
XSD_DATE = f"<{XSD}date>"
XSD_DATETIME = f"<{XSD}dateTime>"

# N-Triples canonical form escapes exactly these (RDF 1.2 N-Triples, section 4: canonical form);
# control characters without a short escape are written \\uXXXX.
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_UNESCAPES = {v[1]: k for k, v in _ESCAPES.items()} | {"'": "'"}
_ESCAPED = re.compile('[\\\\"\x00-\x1f\x7f\ufffe\uffff]')
_UNESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.S)


def is_variable(text: str) -> bool:
    """Tell whether ``text`` is a variable (``?x``)."""
    return text.startswith("?")


def is_iri(term: str) -> bool:
    """Tell whether ``term`` is an IRI."""
    return term.startswith("<")


def is_literal(term: str) -> bool:
    """Tell whether ``term`` is a literal."""
    return term.startswith('"')


def is_blank(term: str) -> bool:
    """Tell whether ``term`` is a blank node."""
    return term.startswith("_:")


def make_iri(text: str) -> Term:
    """Return the term of the IRI ``text`` (given without angle brackets)."""
    return f"<{text}>"


def get_iri_text(term: Term) -> str:
    """Return an IRI term without its angle brackets."""
    return term[1:-1]


def get_local_name(term: Term) -> str:
    """Return what follows the last ``#``, ``/`` or ``:`` of an IRI; other terms come back unchanged."""
    if not is_iri(term):
        return term
    return re.split(r"[#/:]", term[1:-1])[-1] or term[1:-1]


def escape_string(text: str) -> str:
    """Escape ``text`` for use between the quotes of a canonical N-Triples literal."""

    def replace(match: re.Match[str]) -> str:
        char = match.group()
        return _ESCAPES.get(char) or f"\\u{ord(char):04X}"

    return _ESCAPED.sub(replace, text)


def unescape_string(text: str) -> str:
    """Undo :func:`escape_string`, and every other escape that N-Triples and Turtle strings know."""

    def replace(match: re.Match[str]) -> str:
        code = match.group(1) or match.group(2)
        return chr(int(code, 16)) if code else _UNESCAPES[match.group(3)]

    return _UNESCAPED.sub(replace, text) if "\\" in text else text


def make_literal(lexical: str | int | bool, datatype: Term = XSD_STRING, language: str = "") -> Term:
    """Return a literal term.

    ``lexical`` is the lexical form; an ``int`` or ``bool`` chooses its own datatype. ``datatype`` is an IRI term
    and is left out of the text for ``xsd:string``; ``language`` (lower-cased) wins over it.
    """
    if isinstance(lexical, bool):
        return f'"{str(lexical).lower()}"^^{XSD_BOOLEAN}'
    if isinstance(lexical, int):
        return f'"{lexical}"^^{XSD_INTEGER}'
    quoted = f'"{escape_string(lexical)}"'
    if language:
        return f"{quoted}@{language.lower()}"
    return quoted if datatype == XSD_STRING else f"{quoted}^^{datatype}"


@lru_cache(maxsize=65536)
def split_literal(term: Term) -> tuple[str, Term, str]:
    """Split a literal into lexical form, datatype and language (empty when there is none)."""
    end = term.rindex('"')
    lexical, tail = unescape_string(term[1:end]), term[end + 1 :]
    if tail.startswith("@"):
        return lexical, RDF_LANG_STRING, tail[1:]
    if tail.startswith("^^"):
        return lexical, tail[2:], ""
    return lexical, XSD_STRING, ""


def read_integer(term: Term) -> int | None:
    """Return the value of a literal whose text is a plain whole number of at most 18 digits, else None."""
    lexical, _, _ = split_literal(term)
    return int(lexical) if re.fullmatch(r"[+-]?\d{1,18}", lexical) else None
