"""Names in rules: prefixes, reserved words and built-ins, from text to terms and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from workbench.formats.rules_lexer import IRI_PATTERN, LOCAL_PATTERN, NAME_PATTERN, PREFIX_PATTERN
from workbench.model.functions import ALIASES, FUNCTIONS
from workbench.model.terms import OWL, RDF, RDFS, XSD, Term, get_iri_text

__all__ = [
    "ARITHMETIC",
    "BUILT_IN_COMPARISONS",
    "CALLED",
    "OPERATORS",
    "RESERVED",
    "STATES",
    "SWRLB",
    "WELL_KNOWN_PREFIXES",
    "Names",
]

SWRLB = "http://www.w3.org/2003/11/swrlb#"
"""Namespace of the SWRL built-ins (SWRL submission of 2004, section 8)."""
WELL_KNOWN_PREFIXES = {"owl": OWL, "rdf": RDF, "rdfs": RDFS, "swrlb": SWRLB, "xsd": XSD}
"""Known without a declaration; a project or a file may give them another meaning."""
BUILT_IN_COMPARISONS = {
    "equal": "=",
    "notEqual": "!=",
    "lessThan": "<",
    "lessThanOrEqual": "<=",
    "greaterThan": ">",
    "greaterThanOrEqual": ">=",
}
ARITHMETIC = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
STATES = ("draft", "reviewed", "retired")
RESERVED = frozenset({"not", "unless", "true", "false", "sameAs", "differentFrom", *BUILT_IN_COMPARISONS, *ARITHMETIC})
"""Bare words that are no names of the default prefix; with a colon before them (``:add``) they are."""
OPERATORS = {function.name: operator for operator, function in FUNCTIONS.items()} | dict(ALIASES)
"""The operator of each name of a function."""
CALLED = frozenset(name for name, operator in OPERATORS.items() if FUNCTIONS[operator].swrl)
"""Bare words that before a parenthesis are built-ins, and elsewhere names like any other."""

_NAME = re.compile(NAME_PATTERN)
_PREFIX = re.compile(PREFIX_PATTERN)
_LOCAL = re.compile(LOCAL_PATTERN)
_IRI = re.compile(IRI_PATTERN)
_CACHE_LIMIT = 100_000


class Names:
    """What prefixes mean: ``""`` is the default prefix of bare names. Namespaces are IRIs without brackets."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes: dict[str, str] = {**WELL_KNOWN_PREFIXES, **prefixes}
        usable = [(p, n) for p, n in self.prefixes.items() if n and (not p or _PREFIX.fullmatch(p))]
        # The longest namespace says most about a name; of two prefixes for one namespace the shorter is written.
        self._by_length = sorted(usable, key=lambda pair: (-len(pair[1]), len(pair[0]), pair[0]))
        self._compacted: dict[Term, str] = {}

    @classmethod
    def of(cls, prefixes: Mapping[str, str]) -> Names:
        """Return the names of a mapping, made once for equal mappings."""
        return _build_names(tuple(sorted(prefixes.items())))

    def compact(self, term: Term) -> str:
        """Return the shortest text that reads as the IRI ``term``.

        ValueError when the IRI is relative or holds characters that no IRI may hold.
        """
        known = self._compacted.get(term)
        if known is None:
            if len(self._compacted) >= _CACHE_LIMIT:
                self._compacted.clear()
            known = self._compacted[term] = self._compact(term)
        return known

    def _compact(self, term: Term) -> str:
        text = get_iri_text(term)
        for prefix, namespace in self._by_length:
            local = text[len(namespace) :]
            if text.startswith(namespace) and _LOCAL.fullmatch(local):
                bare = not prefix and _NAME.fullmatch(local) and local not in RESERVED and local not in CALLED
                return local if bare else f"{prefix}:{local}"
        if not _IRI.fullmatch(term):
            raise ValueError(f"{term} is not an absolute IRI")
        return term


@lru_cache(maxsize=256)
def _build_names(prefixes: tuple[tuple[str, str], ...]) -> Names:
    return Names(dict(prefixes))
