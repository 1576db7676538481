"""Judging single values as pySHACL does, whose understanding of literals is rdflib's.

rdflib is imported when the first typed literal is compared, so that shapes which never do stay quick to start.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.model.terms import (
    RDF_LANG_STRING,
    RDFS,
    XSD,
    XSD_STRING,
    Term,
    get_iri_text,
    is_blank,
    is_iri,
    is_literal,
    split_literal,
)
from workbench.validation.shape_index import make_sh

if TYPE_CHECKING:
    from rdflib import Literal

__all__ = [
    "ValueTest",
    "compare_below",
    "make_bound_test",
    "make_datatype_test",
    "make_kind_test",
    "make_language_test",
    "make_length_test",
    "make_membership_test",
    "make_pattern_test",
    "read_text",
]

ValueTest = Callable[[Term], bool]
"""Tells whether a value is allowed."""

_PYTHON: dict[Term, type | tuple[type, ...]] = {
    XSD_STRING: (str, bytes),
    RDF_LANG_STRING: (str, bytes),
    f"<{XSD}integer>": int,
    f"<{XSD}float>": float,
    f"<{XSD}decimal>": Decimal,
    f"<{XSD}boolean>": bool,
    f"<{XSD}date>": date,
    f"<{XSD}time>": time,
    f"<{XSD}dateTime>": datetime,
}
"""What Python value a literal of a datatype must have for pySHACL; any value will do for other datatypes."""
_ANY_LITERAL, _ANY_DATATYPE = f"<{RDFS}Literal>", f"<{RDFS}Datatype>"
_KINDS = {
    make_sh("IRI"): "<",
    make_sh("Literal"): '"',
    make_sh("BlankNode"): "_",
    make_sh("BlankNodeOrIRI"): "_<",
    make_sh("BlankNodeOrLiteral"): '_"',
    make_sh("IRIOrLiteral"): '<"',
}


@lru_cache(maxsize=65536)
def _read_literal(term: Term) -> Literal:
    from rdflib import Literal, URIRef

    lexical, datatype, language = split_literal(term)
    if language:
        return Literal(lexical, lang=language, normalize=False)
    return Literal(lexical, datatype=None if datatype == XSD_STRING else URIRef(datatype[1:-1]), normalize=False)


def read_text(term: Term) -> str:
    """Return the text of a literal or IRI (``str`` of SPARQL)."""
    return split_literal(term)[0] if is_literal(term) else get_iri_text(term)


def make_kind_test(kind: Term) -> ValueTest:
    """Return the test of ``sh:nodeKind``."""
    signs = _KINDS[kind]
    return lambda value: value[0] in signs


def make_datatype_test(datatype: Term) -> ValueTest:
    """Return the test of ``sh:datatype``."""

    def test(value: Term) -> bool:
        if not is_literal(value):
            return False
        _, own, language = split_literal(value)
        if language:
            return datatype in (RDF_LANG_STRING, _ANY_LITERAL)
        if datatype == _ANY_LITERAL:
            return True
        if own == XSD_STRING:
            return datatype == XSD_STRING
        if own != datatype:
            return datatype == _ANY_DATATYPE
        literal = _read_literal(value)
        return literal.ill_typed is not True and isinstance(literal.value, _PYTHON.get(own, object))

    return test


def make_length_test(least: int | None, most: int | None) -> ValueTest:
    """Return the test of ``sh:minLength`` or of ``sh:maxLength``."""

    def test(value: Term) -> bool:
        if is_blank(value):
            return least == 0
        length = len(read_text(value))
        return (least is None or length >= least) and (most is None or length <= most)

    return test


def make_pattern_test(pattern: str, flags: str) -> ValueTest:
    """Return the test of ``sh:pattern``; of the flags, pySHACL knows ``i`` and ``m``."""
    wanted = (re.I if "i" in flags.lower() else 0) | (re.M if "m" in flags.lower() else 0)
    search = re.compile(pattern, wanted).search
    return lambda value: not is_blank(value) and search(read_text(value)) is not None


def make_language_test(languages: frozenset[str]) -> ValueTest:
    """Return the test of ``sh:languageIn``; ``languages`` are in lower case."""

    def test(value: Term) -> bool:
        language = split_literal(value)[2].lower() if is_literal(value) else ""
        if not language:
            return False
        return "*" in languages or language in languages or language.split("-")[0] in languages

    return test


def make_membership_test(members: frozenset[Term]) -> ValueTest:
    """Return the test of ``sh:in``; a blank node of the shapes is none of the data."""
    named = frozenset(member for member in members if not is_blank(member))
    return lambda value: value in named


def make_bound_test(bound: Term, allowed: Callable[[int], bool]) -> ValueTest:
    """Return the test of one of the four bounds; ``allowed`` gets -1, 0 or 1 for the value beside the bound."""

    def test(value: Term) -> bool:
        if not is_literal(value):
            return False
        own, limit = _read_literal(value), _read_literal(bound)
        if isinstance(own.value, str) != isinstance(limit.value, str):
            return False
        try:
            return allowed(_compare(own, limit))
        except (TypeError, NotImplementedError):
            return False

    return test


def _compare(left: Literal, right: Literal) -> int:
    """Compare two literals in the way of pySHACL: by value, and what cannot be compared raises TypeError."""
    if left.eq(right):
        return 0
    if left.value.__class__ in (datetime, time):
        return 0 if left.value == right.value else 1 if left.value > right.value else -1
    return 1 if left > right else -1


def compare_below(value: Term, other: Term, *, or_equal: bool) -> bool:
    """Tell whether a value is less than another, for ``sh:lessThan`` and ``sh:lessThanOrEquals``.

    Raises TypeError, among others, where pySHACL would fail.
    """
    if is_blank(value) or is_blank(other):
        raise TypeError("a blank node cannot be compared")
    left, right = _read_comparable(value), _read_comparable(other)
    if (type(left) is str) != (type(right) is str):
        return False  # a text beside a number, say; a literal of rdflib's is a subclass of str
    return bool(left <= right if or_equal else left < right)


def _read_comparable(term: Term) -> Any:
    if is_iri(term):
        return get_iri_text(term)
    literal = _read_literal(term)
    return literal.value if isinstance(literal.value, str) else literal
