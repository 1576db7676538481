"""Definitions: what a name means, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from workbench.model.report import Violation
from workbench.model.terms import DCTERMS, OWL, RDF_TYPE, RDFS, Term, Triple, is_blank
from workbench.validation.lint.index import Text
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.vocabulary import (
    DISJOINT,
    EQUIVALENT_CLASS,
    EQUIVALENT_PROPERTY,
    INVERSE,
    OBO,
    OIO,
    ONTOLOGY,
    SKOS,
    SUBPROPERTY,
)

__all__ = ["FINDERS", "WEAK_PREDICATES"]

_DEFINITION, _ELUCIDATION = f"<{OBO}IAO_0000115>", f"<{OBO}IAO_0000600>"
_SKOS_DEFINITION = f"<{SKOS}definition>"
_COMMENTS = (f"<{RDFS}comment>", f"<{DCTERMS}description>", f"<{SKOS}scopeNote>")
_NAMED = f"<{OWL}NamedIndividual>"
_SUBSET = f"<{OIO}SubsetProperty>"
WEAK_PREDICATES = frozenset(
    {
        RDF_TYPE, EQUIVALENT_CLASS, DISJOINT, EQUIVALENT_PROPERTY, INVERSE,
        f"<{OWL}sameAs>", f"<{OWL}differentFrom>",
    }
)  # fmt: skip
"""What ROBOT doesn't count as a description: a name of which only this is said is mentioned, not introduced."""
_PLACEHOLDER = re.compile(
    r"(?:to ?do|t\.?b\.?[dc]\.?|fixme|xxx+|\?+|\.\.\.+|n/a|none|definition|description)[.:!]?\Z", re.I
)
_CAPITAL = re.compile(r"[A-Z0-9]")


def _list_definitions(lint: Linter) -> Iterator[tuple[Term, Text]]:
    """Yield the definitions of names with their property; with ``obo`` those that the OBO Foundry knows."""
    for predicate in (_DEFINITION, _ELUCIDATION, *(() if lint.is_obo else (_SKOS_DEFINITION,))):
        for text in lint.index.list_texts(predicate):
            if not is_blank(text.triple[0]):
                yield predicate, text


def _find_missing(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    enough = {_DEFINITION, _ELUCIDATION, *(() if lint.is_obo else (_SKOS_DEFINITION, *_COMMENTS))}
    wanted: Iterable[Term] = index.by_subject if lint.is_obo else sorted({*index.classes, *index.spoken_properties})
    for term in wanted:
        triples = index.by_subject[term]
        types = index.types.get(term, frozenset())
        if is_blank(term) or term in index.deprecated or ONTOLOGY in types or _NAMED in types:
            continue
        if not lint.is_obo and not index.is_own(term):
            continue
        said = {predicate for _, predicate, _ in triples}
        if said & enough or (term, SUBPROPERTY, _SUBSET) in triples or (lint.is_obo and said <= WEAK_PREDICATES):
            continue
        yield lint.report(
            "definition.missing",
            f"{lint.name(term)} has no definition.",
            index.describe(term),
            focus=term,
            path=_DEFINITION if lint.is_obo else _SKOS_DEFINITION,
            fix="Say in one sentence what it is and how it differs from what is like it.",
            why="Whoever uses the name must know what is meant by it.",
        )


def _find_multiple(lint: Linter) -> Iterator[Violation]:
    groups: dict[tuple[Term, Term, str], list[Text]] = {}
    for predicate, text in _list_definitions(lint):
        if text.triple[0] not in lint.index.deprecated:
            key = (text.triple[0], predicate, "" if lint.is_obo else text.tag)
            groups.setdefault(key, []).append(text)
    for (term, predicate, _), texts in sorted(groups.items()):
        if len(texts) > 1:
            yield lint.report(
                "definition.multiple",
                f"{lint.name(term)} has {len(texts)} definitions.",
                [text.triple for text in texts],
                focus=term,
                path=predicate,
                value=texts[1].triple[2],
                fix="Keep one, and move what the others add into it or into a comment.",
            )


def _find_duplicates(lint: Linter) -> Iterator[Violation]:
    groups: dict[tuple[Term, Term], list[Triple]] = {}
    for predicate, text in _list_definitions(lint):
        if text.plain and text.triple[0] not in lint.index.deprecated:
            groups.setdefault((predicate, text.triple[2]), []).append(text.triple)
    for (predicate, value), triples in sorted(groups.items()):
        owners = [triple[0] for triple in triples]
        if len(owners) > 1:
            yield lint.report(
                "definition.duplicate",
                f"{lint.name_all(owners)} have one definition.",
                triples,
                focus=owners[0],
                path=predicate,
                value=value,
                fix="Say in the definitions how they differ, or make one thing of them.",
            )


def _find_lowercase(lint: Linter) -> Iterator[Violation]:
    for predicate, text in _list_definitions(lint):
        if text.triple[0] not in lint.index.deprecated and not _CAPITAL.match(text.text):
            yield lint.report(
                "definition.lowercase",
                f"The definition of {lint.name(text.triple[0])} does not begin with a capital letter.",
                [text.triple],
                focus=text.triple[0],
                path=predicate,
                value=text.triple[2],
                fix="Begin the definition with a capital letter.",
            )


def _find_placeholders(lint: Linter) -> Iterator[Violation]:
    for predicate in (_DEFINITION, _ELUCIDATION, _SKOS_DEFINITION, *_COMMENTS[:1]):
        for text in lint.index.list_texts(predicate):
            if _PLACEHOLDER.match(text.plain):
                yield lint.report(
                    "definition.placeholder",
                    f"The text “{text.plain}” about {lint.name(text.triple[0])} is a placeholder.",
                    [text.triple],
                    focus=text.triple[0],
                    path=predicate,
                    value=text.triple[2],
                    fix="Write what is meant, or remove it.",
                )


def _find_repeating(lint: Linter) -> Iterator[Violation]:
    labels = {(text.triple[0], text.plain.casefold()) for text in lint.index.labels}
    for predicate, text in _list_definitions(lint):
        if (text.triple[0], text.plain.rstrip(".").casefold()) in labels:
            yield lint.report(
                "definition.repeats-label",
                f"The definition of {lint.name(text.triple[0])} only repeats the label.",
                [text.triple],
                focus=text.triple[0],
                path=predicate,
                value=text.triple[2],
                fix="Say what it is, and how it differs from what is like it.",
            )


FINDERS: dict[str, Finder] = {
    "definition.missing": _find_missing,
    "definition.multiple": _find_multiple,
    "definition.duplicate": _find_duplicates,
    "definition.lowercase": _find_lowercase,
    "definition.placeholder": _find_placeholders,
    "definition.repeats-label": _find_repeating,
}
