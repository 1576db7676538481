"""Relative IRIs, resolved exactly as the parser of the files resolves them."""

from __future__ import annotations

import re
from functools import lru_cache

import pyoxigraph as ox

from workbench.errors import InputError

__all__ = ["resolve_iri"]

# An IRI with a scheme and without dot segments or an empty path to normalise is what it says.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?!.*/\.)", re.S)


@lru_cache(maxsize=65536)
def resolve_iri(reference: str, base: str | None) -> str:
    """Return the absolute IRI of a reference (RFC 3986, section 5.2), both without angle brackets.

    Raises InputError when the reference is relative and there is no base, or is no IRI at all.
    """
    if _PLAIN.match(reference):
        return reference
    try:
        statement = next(iter(ox.parse(f"<{reference}> <x:p> <x:o> .", ox.RdfFormat.TURTLE, base_iri=base)))
    except (SyntaxError, ValueError) as error:
        raise InputError(f"<{reference}> cannot be resolved to a full IRI: {error}") from error
    return str(statement.subject)[1:-1]
