"""Names: words of RDF and OWL that are bent or made up, and names that hint at something else being meant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

from workbench.model.report import Violation
from workbench.model.terms import (
    OWL,
    RDF,
    RDF_TYPE,
    RDFS,
    RDFS_LABEL,
    XSD,
    Term,
    Triple,
    get_iri_text,
    get_local_name,
    is_iri,
)
from workbench.validation.lint.index import (
    DISJOINT,
    DOMAIN,
    EQUIVALENT_CLASS,
    EQUIVALENT_PROPERTY,
    INVERSE,
    PHRASE,
    RANGE,
    SUBCLASS,
    SUBPROPERTY,
)
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.vocabulary_terms import WORDS

__all__ = ["FINDERS"]

_BUILT_IN = tuple(f"<{space}" for space in (RDF, RDFS, OWL, XSD))
_DEFINING = (SUBCLASS, EQUIVALENT_CLASS, DISJOINT, SUBPROPERTY, EQUIVALENT_PROPERTY, INVERSE, DOMAIN, RANGE)
_MEMBERSHIP = re.compile(r"_[1-9]\d*\Z")
_JOINED = re.compile(r"(?<=[a-zäöüß])(?:And|Or|Und|Oder)(?=[A-ZÄÖÜ])|[ _-](?:and|or|und|oder)[ _-]")
_OTHER = re.compile(r"(?:other|misc|miscellaneous|sonstiges?|andere[rs]?|verschiedenes)(?:[A-Z _-]|\Z)", re.IGNORECASE)
_STYLES = (
    ("CamelCase", re.compile(r"[A-ZÄÖÜ][a-z0-9äöüß]+(?:[A-ZÄÖÜ][A-Za-z0-9äöüß]*)*\Z")),
    ("camelCase", re.compile(r"[a-zäöüß]+[a-z0-9äöüß]*(?:[A-ZÄÖÜ][A-Za-z0-9äöüß]*)*\Z")),
    ("words_joined_by_underscores", re.compile(r"[A-Za-zÄÖÜäöüß]+(?:_[A-Za-z0-9ÄÖÜäöüß]+)+\Z")),
    ("words-joined-by-hyphens", re.compile(r"[A-Za-zÄÖÜäöüß]+(?:-[A-Za-z0-9ÄÖÜäöüß]+)+\Z")),
)
_DATATYPES = frozenset("string integer int float double boolean decimal datetime anyuri literal number text".split())
_WRONG_OBO = ("https://purl.obolibrary.org/obo/", "http://purl.org/obo/", "http://www.obofoundry.org/")
_ALMOST_OBO = re.compile(r"http://purl[.]obolibrary[.]org/[^o][^b][^o]")
_RARE = 0.2
_ENOUGH = 10


def _find_redefined(lint: Linter) -> Iterator[Violation]:
    found: dict[Term, list[Triple]] = {}
    for triple in lint.index.by_subject.get(RDF_TYPE, ()):
        if lint.is_obo or triple[1] not in (RDF_TYPE, RDFS_LABEL, PHRASE):
            found.setdefault(RDF_TYPE, []).append(triple)
    for predicate in () if lint.is_obo else _DEFINING:
        for triple in lint.index.get(predicate):
            if triple[0].startswith(_BUILT_IN) and triple[0] != RDF_TYPE:
                found.setdefault(triple[0], []).append(triple)
    for term, triples in sorted(found.items()):
        yield lint.report(
            "name.redefines-builtin",
            f"A statement about “{get_local_name(term)}” changes what a word of RDF or OWL means.",
            triples,
            focus=term,
            path=triples[0][1],
            value=triples[0][2],
            fix="Remove it, and use a name of your own.",
            why="Programs rely on these words meaning the same everywhere.",
        )


def _find_unknown(lint: Linter) -> Iterator[Violation]:
    uses: dict[Term, list[Triple]] = {}
    for predicate, triples in lint.index.by_predicate.items():
        if _is_made_up(predicate):
            uses.setdefault(predicate, []).extend(triples[:20])
    for subject, triples in lint.index.by_subject.items():
        if is_iri(subject) and _is_made_up(subject):
            uses.setdefault(subject, []).extend(triples)
    for triple in lint.index.triples:
        if triple[2].startswith("<http://www.w3.org/") and _is_made_up(triple[2]):
            uses.setdefault(triple[2], []).append(triple)
    for term, triples in sorted(uses.items()):
        space, words = next((s, words) for s, words in WORDS.items() if term.startswith(f"<{s}"))
        name = term[len(space) + 1 : -1]
        close = get_close_matches(name, sorted(words), 1)
        yield lint.report(
            "name.unknown-builtin",
            f"“{name}” is no word of the vocabulary {space}.",
            triples,
            focus=term,
            fix=f"Did you mean “{close[0]}”?" if close else "Correct it, or use a name of your own.",
            why="No program knows it, so the statement has no effect.",
        )


def _is_made_up(term: Term) -> bool:
    for space, words in WORDS.items():
        if term.startswith(f"<{space}"):
            name = term[len(space) + 1 : -1]
            return bool(name) and name not in words and not (space == RDF and _MEMBERSHIP.match(name))
    return False


def _list_classes(lint: Linter) -> Iterator[tuple[Term, str]]:
    for term in sorted(lint.index.classes):
        if lint.index.is_own(term) and term not in lint.index.deprecated:
            yield term, get_local_name(term)


def _find_joined(lint: Linter) -> Iterator[Violation]:
    for term, name in _list_classes(lint):
        label = lint.matter.label(term)
        if _JOINED.search(name) or _JOINED.search(label):
            yield lint.report(
                "name.two-concepts",
                f"The class {lint.name(term)} seems to join two concepts.",
                lint.index.describe(term),
                focus=term,
                fix="Make a class of each, and one above both where it is needed.",
            )


def _find_miscellaneous(lint: Linter) -> Iterator[Violation]:
    for term, name in _list_classes(lint):
        if _OTHER.match(name) or _OTHER.match(lint.matter.label(term)):
            yield lint.report(
                "name.miscellaneous",
                f"The class {lint.name(term)} gathers what belongs nowhere else.",
                lint.index.describe(term),
                focus=term,
                fix="Put its members below what they are a kind of.",
            )


def _find_styles(lint: Linter) -> Iterator[Violation]:
    groups = (("classes", [term for term, _ in _list_classes(lint)]), ("properties", lint.index.spoken_properties))
    for kind, terms in groups:
        styles: dict[str, list[Term]] = {}
        for term in terms:
            name = get_local_name(term)
            style = next((style for style, form in _STYLES if form.match(name)), "")
            if style and lint.index.is_own(term):
                styles.setdefault(style, []).append(term)
        counts = Counter({style: len(found) for style, found in styles.items()})
        if counts.total() < _ENOUGH or len(counts) < 2:
            continue
        usual, number = counts.most_common(1)[0]
        rest = [term for style, found in sorted(styles.items()) if style != usual for term in found]
        if len(rest) <= counts.total() * _RARE:
            yield lint.report(
                "name.mixed-styles",
                f"{number} {kind} are written like “{usual}”, but {len(rest)} are not: {_list_local(rest)}.",
                [triple for term in rest[:6] for triple in lint.index.describe(term)],
                focus=rest[0],
                fix="Write all names in one style, before others begin to use them.",
            )


def _list_local(terms: list[Term]) -> str:
    return ", ".join(get_local_name(term) for term in terms[:5])


def _find_datatypes(lint: Linter) -> Iterator[Violation]:
    for term, name in _list_classes(lint):
        if name.lower() in _DATATYPES:
            yield lint.report(
                "name.repeats-datatype",
                f"The class {lint.name(term)} seems to stand for a datatype that exists already.",
                lint.index.describe(term),
                focus=term,
                fix="Use the datatype of XML Schema as the range of a data property.",
            )


def _find_invalid_obo(lint: Linter) -> Iterator[Violation]:
    for term, types in lint.index.types.items():
        if not is_iri(term):
            continue
        text = get_iri_text(term)
        almost = text.startswith("https://purl.obolibrary.org/") and _ALMOST_OBO.search(text)
        if text.startswith(_WRONG_OBO) or almost:
            yield lint.report(
                "name.invalid-obo",
                f"The name {text} looks like one of the OBO Foundry, but is none.",
                [(term, RDF_TYPE, kind) for kind in sorted(types)],
                focus=term,
                path=RDF_TYPE,
                fix="Write http://purl.obolibrary.org/obo/, the id space, an underscore and the number.",
            )


FINDERS: dict[str, Finder] = {
    "name.redefines-builtin": _find_redefined,
    "name.unknown-builtin": _find_unknown,
    "name.two-concepts": _find_joined,
    "name.miscellaneous": _find_miscellaneous,
    "name.mixed-styles": _find_styles,
    "name.repeats-datatype": _find_datatypes,
    "name.invalid-obo": _find_invalid_obo,
}
