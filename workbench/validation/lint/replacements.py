"""Marks of what is deprecated, and what takes its place."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.model.report import Violation
from workbench.model.terms import DCTERMS, RDFS_LABEL, Term, Triple, is_iri
from workbench.validation.lint.linter import MANY, Finder, Linter
from workbench.validation.lint.vocabulary import (
    OBO,
    OIO,
)

__all__ = ["FINDERS"]

_OBSOLETE = f"<{OIO}ObsoleteClass>"
_REPLACED_BY = f"<{OBO}IAO_0100001>"
_REPLACEMENTS = (_REPLACED_BY, f"<{DCTERMS}isReplacedBy>")


def _find_marks(lint: Linter) -> Iterator[Violation]:
    for text in lint.index.labels:
        term = text.triple[0]
        if term in lint.index.deprecated and not text.text.lower().startswith("obsolete"):
            yield lint.report(
                "deprecation.missing-mark",
                f"{lint.name(term)} is deprecated, and its label does not say so.",
                [text.triple],
                focus=term,
                path=RDFS_LABEL,
                value=text.triple[2],
                fix="Begin the label with “obsolete”.",
            )


def _find_misused_marks(lint: Linter) -> Iterator[Violation]:
    for text in lint.index.labels:
        term = text.triple[0]
        if text.text.lower().startswith("obsolete") and term not in lint.index.deprecated and term != _OBSOLETE:
            yield lint.report(
                "deprecation.misused-mark",
                f"The label “{text.plain}” says that it is obsolete, but it is not marked as deprecated.",
                [text.triple],
                focus=term,
                path=RDFS_LABEL,
                value=text.triple[2],
                fix="Add owl:deprecated true, or take “obsolete” out of the label.",
            )


def _list_replacements(lint: Linter) -> Iterator[Triple]:
    for predicate in _REPLACEMENTS[:1] if lint.is_obo else _REPLACEMENTS:
        yield from lint.index.get(predicate)


def _find_misused_replacements(lint: Linter) -> Iterator[Violation]:
    for triple in _list_replacements(lint):
        if triple[0] not in lint.index.deprecated and triple[0] != _OBSOLETE:
            yield lint.report(
                "deprecation.misused-replacement",
                f"{lint.name(triple[0])} has a replacement, but is not marked as deprecated.",
                [triple],
                focus=triple[0],
                path=triple[1],
                value=triple[2],
                fix="Add owl:deprecated true, or remove the replacement.",
            )


def _find_several_replacements(lint: Linter) -> Iterator[Violation]:
    groups: dict[Term, list[Triple]] = {}
    for triple in _list_replacements(lint):
        groups.setdefault(triple[0], []).append(triple)
    for term, triples in sorted(groups.items()):
        values = sorted({value for _, _, value in triples})
        if len(values) > 1:
            names = ", ".join(lint.name(value) for value in values[:MANY])
            yield lint.report(
                "deprecation.several-replacements",
                f"{lint.name(term)} has {len(values)} replacements: {names}.",
                triples,
                focus=term,
                path=triples[0][1],
                value=triples[0][2],
                fix="Keep the one that can be used in its place without thinking; offer the others to consider.",
            )


def _find_unknown_replacements(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    for triple in _list_replacements(lint):
        _, predicate, value = triple
        known = is_iri(value) and value in index.by_subject
        if not known or value in index.deprecated:
            reason = "is deprecated itself" if known else "is nothing that the project describes"
            yield lint.report(
                "deprecation.unknown-replacement",
                f"The replacement {lint.name(value)} of {lint.name(triple[0])} {reason}.",
                [triple],
                focus=triple[0],
                path=predicate,
                value=value,
                fix="Name what is to be used today.",
            )


FINDERS: dict[str, Finder] = {
    "deprecation.missing-mark": _find_marks,
    "deprecation.misused-mark": _find_misused_marks,
    "deprecation.misused-replacement": _find_misused_replacements,
    "deprecation.several-replacements": _find_several_replacements,
    "deprecation.unknown-replacement": _find_unknown_replacements,
}
