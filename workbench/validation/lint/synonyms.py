"""Synonyms and cross references: by which other names a thing goes, and where else it is described."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.model.report import Violation
from workbench.model.terms import Term, Triple, is_iri, is_literal
from workbench.validation.lint.linter import MANY, Finder, Linter
from workbench.validation.lint.vocabulary import (
    OBO,
    OIO,
    SUBPROPERTY,
)

__all__ = ["FINDERS"]

_SUBSET, _SYNONYM_TYPE = f"<{OIO}SubsetProperty>", f"<{OIO}SynonymTypeProperty>"
_EXACT = (f"<{OBO}IAO_0000118>", f"<{OIO}hasExactSynonym>")
_SCOPES = (*_EXACT, *(f"<{OIO}has{scope}Synonym>" for scope in ("Broad", "Related", "Narrow")))
_CURIE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*[A-Za-z0-9_]:[^\s]+\Z")


def _find_shared_synonyms(lint: Linter) -> Iterator[Violation]:
    for predicate in _EXACT:
        groups: dict[Term, list[Triple]] = {}
        for triple in lint.index.get(predicate):
            if is_iri(triple[0]) and triple[0] not in lint.index.deprecated:
                groups.setdefault(triple[2], []).append(triple)
        for value, triples in sorted(groups.items()):
            owners = [triple[0] for triple in triples]
            if len(owners) > 1:
                yield lint.report(
                    "synonym.duplicate-exact",
                    f"{lint.name_all(owners)} share the exact synonym {lint.name(value)}.",
                    triples,
                    focus=owners[0],
                    path=predicate,
                    value=value,
                    fix="Make it a broad or related synonym of all but one.",
                )


def _find_label_synonyms(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    labels: dict[Term, list[Triple]] = {}
    for text in index.labels:
        if is_iri(text.triple[0]) and text.triple[0] not in index.deprecated:
            labels.setdefault(text.triple[2], []).append(text.triple)
    for predicate in _EXACT:
        for triple in index.get(predicate):
            if not is_iri(triple[0]) or triple[0] in index.deprecated:
                continue
            for label in labels.get(triple[2], ())[: MANY * 4]:
                yield lint.report(
                    "synonym.same-as-label",
                    f"An exact synonym of {lint.name(triple[0])} is the label of {lint.name(label[0])}.",
                    [label, triple],
                    focus=label[0],
                    path=predicate,
                    value=triple[2],
                    fix="Remove the synonym, or make it a related one.",
                )


def _find_scopes(lint: Linter) -> Iterator[Violation]:
    groups: dict[tuple[Term, Term], list[Triple]] = {}
    for predicate in _SCOPES:
        for triple in lint.index.get(predicate):
            if is_iri(triple[0]):
                groups.setdefault((triple[0], triple[2]), []).append(triple)
    for (term, value), triples in sorted(groups.items()):
        if len(triples) > 1:
            yield lint.report(
                "synonym.two-scopes",
                f"{lint.name(term)} has one synonym with {len(triples)} scopes: {lint.name(value)}.",
                triples,
                focus=term,
                path=triples[1][1],
                value=value,
                fix="Keep the scope that is right.",
            )


def _find_undeclared(lint: Linter, code: str, predicate: Term, parent: Term, what: str) -> Iterator[Violation]:
    index = lint.index
    uses: dict[Term, list[Triple]] = {}
    for triple in index.get(predicate):
        uses.setdefault(triple[2], []).append(triple)
    for term, triples in sorted(uses.items()):
        if (term, SUBPROPERTY, parent) not in index.by_subject.get(term, ()):
            yield lint.report(
                code,
                f"The {what} {lint.name(term)} is used and not declared.",
                triples,
                focus=term,
                path=SUBPROPERTY,
                value=parent,
                fix=f"State that it is rdfs:subPropertyOf oboInOwl:{parent.rstrip('>').rsplit('#', 1)[-1]}.",
                why="Without that it is lost when the ontology is written in OBO format.",
            )


def _find_undeclared_types(lint: Linter) -> Iterator[Violation]:
    yield from _find_undeclared(
        lint, "synonym.undeclared-type", f"<{OIO}hasSynonymType>", _SYNONYM_TYPE, "synonym type"
    )


def _find_undeclared_subsets(lint: Linter) -> Iterator[Violation]:
    yield from _find_undeclared(lint, "annotation.undeclared-subset", f"<{OIO}inSubset>", _SUBSET, "subset")


def _find_references(lint: Linter) -> Iterator[Violation]:
    predicate = f"<{OIO}hasDbXref>"
    for text in lint.index.list_texts(predicate):
        if is_literal(text.triple[2]) and is_iri(text.triple[0]) and not _CURIE.match(text.text):
            yield lint.report(
                "annotation.invalid-reference",
                f"The cross reference “{text.plain}” of {lint.name(text.triple[0])} is not of the form PREFIX:ID.",
                [text.triple],
                focus=text.triple[0],
                path=predicate,
                value=text.triple[2],
                fix="Write the prefix of the other vocabulary, a colon and the identifier, without blanks.",
            )


FINDERS: dict[str, Finder] = {
    "synonym.duplicate-exact": _find_shared_synonyms,
    "synonym.same-as-label": _find_label_synonyms,
    "synonym.two-scopes": _find_scopes,
    "synonym.undeclared-type": _find_undeclared_types,
    "annotation.undeclared-subset": _find_undeclared_subsets,
    "annotation.invalid-reference": _find_references,
}
