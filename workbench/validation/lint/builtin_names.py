"""Words of RDF, OWL and the OBO Foundry that are bent or made up."""

from __future__ import annotations

import re
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
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.vocabulary import (
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
from workbench.validation.lint.vocabulary_terms import WORDS

__all__ = ["FINDERS"]

_BUILT_IN = tuple(f"<{space}" for space in (RDF, RDFS, OWL, XSD))
_DEFINING = (SUBCLASS, EQUIVALENT_CLASS, DISJOINT, SUBPROPERTY, EQUIVALENT_PROPERTY, INVERSE, DOMAIN, RANGE)
_MEMBERSHIP = re.compile(r"_[1-9]\d*\Z")
_WRONG_OBO = ("https://purl.obolibrary.org/obo/", "http://purl.org/obo/", "http://www.obofoundry.org/")
_ALMOST_OBO = re.compile(r"http://purl[.]obolibrary[.]org/[^o][^b][^o]")


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
    "name.invalid-obo": _find_invalid_obo,
}
