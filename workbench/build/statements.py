"""A statement as people type it: SUBJECT PREDICATE OBJECT, by name, prefixed name, IRI or label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Literal

from workbench.errors import SelectionError
from workbench.formats.rules_names import WELL_KNOWN_PREFIXES
from workbench.model.items import compact_term
from workbench.model.terms import (
    OWL,
    RDF_TYPE,
    RDFS,
    RDFS_LABEL,
    XSD_BOOLEAN,
    XSD_DATE,
    XSD_DECIMAL,
    XSD_INTEGER,
    Term,
    Triple,
    get_local_name,
    is_literal,
    make_literal,
    split_literal,
    unescape_string,
)
from workbench.model.values import read_value
from workbench.project import Domain

__all__ = ["parse_axiom", "parse_statement"]

_Place = Literal["subject", "property", "object", "class"]
_WORD = re.compile(
    r'<[^<>\s]*>|"(?:[^"\\]|\\.)*"(?:@[A-Za-z][A-Za-z0-9-]*|\^\^\S+)?|“[^”]*”|„[^“”]*[“”]|\'[^\']*\'|\S+'
)
_QUOTED = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|“([^”]*)”|„([^“”]*)[“”]|\'([^\']*)\')(@[A-Za-z0-9-]+|\^\^\S+)?\Z')
_VALUES = (
    (re.compile(r"[+-]?\d+\Z"), XSD_INTEGER),
    (re.compile(r"[+-]?\d*\.\d+\Z"), XSD_DECIMAL),
    (re.compile(r"(?:true|false)\Z"), XSD_BOOLEAN),
    (re.compile(r"\d{4}-\d\d-\d\d\Z"), XSD_DATE),
)
_KINDS: Mapping[_Place, tuple[str, ...]] = {
    "subject": ("individual",),
    "property": ("property",),
    "object": ("individual",),
    "class": ("class",),
}
_VARIABLE = re.compile(r"\?\w")
_MOST_WORDS = 24
_EXAMPLE = "Write for example: ann hasParent bob, or: ann a Person; a name of several words goes in quotes."


_CLASS: _Place = "class"
_PROPERTY: _Place = "property"
_AXIOMS: Mapping[str, tuple[Term, _Place]] = {
    "subPropertyOf": (f"<{RDFS}subPropertyOf>", _PROPERTY),
    **{name: (f"<{RDFS}{name}>", _CLASS) for name in ("subClassOf", "domain", "range")},
    **{name: (f"<{OWL}{name}>", _CLASS) for name in ("equivalentClass", "disjointWith", "complementOf")},
    **{name: (f"<{OWL}{name}>", _PROPERTY) for name in ("equivalentProperty", "propertyDisjointWith", "inverseOf")},
}
"""Axioms of three names by the local name of their predicate, and what kind of thing the object is."""
_OF_CLASSES = frozenset(("subClassOf", "equivalentClass", "disjointWith", "complementOf"))
_CHARACTERISTICS = {
    f"{name}Property": f"<{OWL}{name}Property>"
    for name in "Symmetric Transitive Functional InverseFunctional Asymmetric Irreflexive Reflexive".split()
}


def parse_axiom(domain: Domain, text: str) -> Triple | None:
    """Read an axiom of three names, such as ``Man subClassOf Person`` or ``hasAncestor a TransitiveProperty``.

    None when the text has another form. Raises SelectionError when it has this one and a name is not known.
    """
    words = _WORD.findall(text)
    if len(words) != 3:
        return None
    subject, predicate, object_ = words[0], words[1].rpartition(":")[2], words[2].rpartition(":")[2]
    names = _Names(domain)
    if predicate in ("a", "type") and object_ in _CHARACTERISTICS:
        _refuse_variables(words)
        return names.find(subject, "property"), RDF_TYPE, _CHARACTERISTICS[object_]
    if predicate not in _AXIOMS or names.is_property(words[1]):
        return None
    _refuse_variables(words)
    axiom, place = _AXIOMS[predicate]
    return names.find(subject, "class" if predicate in _OF_CLASSES else "property"), axiom, names.find(words[2], place)


def parse_statement(domain: Domain, text: str, *, allow_new: bool = False) -> Triple:
    """Read a statement about things that the domain knows; with ``allow_new`` also about individuals it doesn't,
    which are then written with a prefix or as ``<IRI>``.

    Each part is a prefixed name, an ``<IRI>``, the name of a thing without its prefix, or a label; ``a`` says that
    something belongs to a class. A label of several words is quoted, or left bare where the statement has one
    reading only. Raises SelectionError with the closest names when a part is not known, or is several things, and when
    one is a variable.
    """
    words = _WORD.findall(text)
    _refuse_variables(words)
    if len(words) < 3:
        raise SelectionError(f"A statement has a subject, a property and an object. {_EXAMPLE}")
    names = _Names(domain, allow_new=allow_new)
    if len(words) == 3:
        return names.read(words[0], words[1], words[2])
    readings: dict[Triple, None] = {}
    for parts in _split(words[:_MOST_WORDS]):
        try:
            readings[names.read(*parts)] = None
        except SelectionError:
            continue  # another way to cut the words may be the one that is meant
    if len(readings) == 1 and len(words) <= _MOST_WORDS:
        return next(iter(readings))
    if readings:
        raise SelectionError(f"'{text}' can be read in several ways. {_EXAMPLE}")
    place = next((i for i, word in enumerate(words) if 0 < i < len(words) - 1 and names.is_property(word)), None)
    if place is None:
        raise SelectionError(f"'{text}' names no property of the domain {domain.name}. {_EXAMPLE}")
    return names.read(" ".join(words[:place]), words[place], " ".join(words[place + 1 :]))


def _refuse_variables(words: list[str]) -> None:
    variable = next((word for word in words if _VARIABLE.match(word)), None)
    if variable is not None:
        raise SelectionError(
            f"A statement has no variables such as {variable}: it is about named things and values. {_EXAMPLE}"
        )


def _split(words: list[str]) -> Iterator[tuple[str, str, str]]:
    for first in range(1, len(words) - 1):
        for second in range(first + 1, len(words)):
            yield " ".join(words[:first]), " ".join(words[first:second]), " ".join(words[second:])


class _Names:
    """What each name of a domain may mean."""

    def __init__(self, domain: Domain, *, allow_new: bool = False) -> None:
        self._domain = domain
        self._allow_new = allow_new
        self._prefixes = {**WELL_KNOWN_PREFIXES, **domain.prefixes}
        self._kinds = domain.kinds
        self._by_name: dict[str, list[Term]] = {}
        self._by_label: dict[str, list[Term]] = {}
        self._labels: dict[str, str] = {}
        for term in domain.kinds:
            self._by_name.setdefault(get_local_name(term), []).append(term)
        for subject, predicate, object_ in domain.triples:
            if predicate == RDFS_LABEL and is_literal(object_) and subject in domain.kinds:
                shown = " ".join(split_literal(object_)[0].split())
                label = shown.casefold()
                self._labels.setdefault(label, shown)
                if subject not in self._by_label.setdefault(label, []):
                    self._by_label[label].append(subject)

    def read(self, subject: str, predicate: str, object_: str) -> Triple:
        """Read the three parts. Raises SelectionError."""
        if predicate == "a" or self._expand(predicate) == RDF_TYPE:
            return self.find(subject, "subject"), RDF_TYPE, self.find(object_, "class")
        property_ = self.find(predicate, "property")
        individual = self.find(subject, "subject")
        stated = [(s, o) for s, p, o in self._domain.assertions if p == property_ and is_literal(o)]
        if stated or property_ in self._domain.vocabulary.datatype_properties:
            own = sorted({o for s, o in stated if s == individual})
            return individual, property_, self._read_value(object_, (own, sorted({o for _, o in stated})))
        return individual, property_, self.find(object_, "object")

    def is_property(self, text: str) -> bool:
        """Tell whether a text names a property, or is the ``a`` of class membership."""
        try:
            return text == "a" or self.find(text, "property") != ""
        except SelectionError:
            return False

    def _expand(self, text: str) -> Term | None:
        """Return the IRI that a text writes in full or with a prefix."""
        if text.startswith("<") and text.endswith(">"):
            return text
        prefix, colon, local = text.partition(":")
        if colon and prefix in self._prefixes:
            return f"<{self._prefixes[prefix]}{local}>"
        return None

    def find(self, text: str, place: _Place) -> Term:
        """Return what a text names at a place. Raises SelectionError."""
        quoted = _QUOTED.match(text)
        name = next((part for part in quoted.groups()[:4] if part is not None), "") if quoted else text
        iri = None if quoted else self._expand(text)
        if self._allow_new and iri is not None and iri not in self._kinds and place in ("subject", "object"):
            return iri
        candidates = [iri] if iri is not None and iri in self._kinds else []
        if not candidates and not quoted:
            candidates = self._prefer_default(self._fit(self._by_name.get(name, []), place))
        if not candidates:
            candidates = self._fit(self._by_label.get(" ".join(name.split()).casefold(), []), place)
        if not candidates and not quoted:
            folded = [t for n, terms in self._by_name.items() if n.casefold() == name.casefold() for t in terms]
            candidates = self._prefer_default(self._fit(folded, place)) or self._by_name.get(name, [])
        if len(candidates) > 1:
            listed = ", ".join(compact_term(term, self._prefixes) for term in candidates[:5])
            raise SelectionError(f"'{name}' can mean {listed}. Write the one that is meant.")
        if not candidates:
            raise SelectionError(self._describe_unknown(name, place))
        self._check_kind(candidates[0], name, place)
        return candidates[0]

    def _fit(self, terms: list[Term], place: _Place) -> list[Term]:
        return [term for term in terms if self._kinds[term] in _KINDS[place]]

    def _prefer_default(self, terms: list[Term]) -> list[Term]:
        default = self._prefixes.get("", "")
        own = [term for term in terms if default and term == f"<{default}{get_local_name(term)}>"]
        return own if len(own) == 1 else terms

    def _check_kind(self, term: Term, name: str, place: _Place) -> None:
        kind = self._kinds[term]
        if kind in _KINDS[place]:
            return
        wanted = "a property" if place == "property" else "a class" if place == "class" else "an individual"
        article = "an" if kind[0] in "aeio" else "a"
        hint = f" To say that something belongs to it, write: ann a {name}." if kind == "class" else ""
        raise SelectionError(f"'{name}' is {article} {kind}; here stands {wanted}.{hint}")

    def _describe_unknown(self, name: str, place: _Place) -> str:
        wanted = _KINDS[place][0]
        local = get_local_name(f"<{name.strip('<>')}>")
        names = [n for n, terms in self._by_name.items() if self._fit(terms, place)]
        names += [self._labels[label] for label, terms in self._by_label.items() if self._fit(terms, place)]
        folded = {n.casefold(): n for n in reversed(names)}
        close = [folded[n] for n in get_close_matches(local.casefold(), folded, 3)]
        shown = [f'"{n}"' if " " in n else n for n in close]
        told = f" Did you mean {' or '.join(shown)}?" if shown else ""
        return f"There is no {wanted} '{name}' in the domain {self._domain.name}.{told}"

    def _read_value(self, text: str, stated: Iterable[list[Term]]) -> Term:
        """Read a literal: as written in full, else a stated value, else by the look of it.

        ``stated`` are the values to look among, those of the individual first: in each list for one of this text,
        then for one that is equal by value, so that 22.0 is the stated 22.
        """
        quoted = _QUOTED.match(text)
        lexical = unescape_string(next(p for p in quoted.groups()[:4] if p is not None)) if quoted else text
        tail = quoted.group(5) if quoted else None
        if tail and tail.startswith("@"):
            return make_literal(lexical, language=tail[1:])
        if tail:
            datatype = self._expand(tail[2:])
            if datatype is None:
                raise SelectionError(f"The prefix of '{tail[2:]}' is not known in the domain {self._domain.name}.")
            return make_literal(lexical, datatype)
        looks = [] if quoted else [make_literal(text, datatype) for form, datatype in _VALUES if form.match(text)]
        literal = looks[0] if looks else make_literal(lexical)
        meant = read_value(literal)
        for values in stated:
            same = [value for value in values if split_literal(value)[0] == lexical]
            same += [value for value in values if meant is not None and read_value(value) == meant]
            if same:
                return same[0]
        return literal
