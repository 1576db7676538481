"""Metadata: what the header of an ontology says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.model.report import Violation
from workbench.model.terms import (
    DCTERMS,
    RDFS,
    Term,
    get_iri_text,
    is_blank,
    is_iri,
)
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.vocabulary import DC

__all__ = ["FINDERS"]

_TITLES = (f"<{DCTERMS}title>", f"<{DC}title>")
_DESCRIPTIONS = (f"<{DCTERMS}description>", f"<{DC}description>")
_LICENCES = (f"<{DCTERMS}license>",)
_OTHER_LICENCES = (f"<{DCTERMS}rights>", f"<{DC}rights>", "<http://creativecommons.org/ns#license>")
_OTHER_DESCRIPTIONS = (f"<{RDFS}comment>",)
_OTHER_TITLES = (f"<{RDFS}label>",)
_FILE = re.compile(r"\.(?:owl|rdf|ttl|n3|nt|xml|html?|php)\Z", re.IGNORECASE)


def _find_without(
    lint: Linter, code: str, known: tuple[Term, ...], others: tuple[Term, ...], word: str
) -> Iterator[Violation]:
    index = lint.index
    enough = {*known, *(() if lint.is_obo else others)}
    for term in index.ontologies:
        if not enough & {predicate for _, predicate, _ in index.by_subject[term]}:
            yield lint.report(
                code,
                f"The ontology {lint.name(term)} has no {word}.",
                index.describe(term),
                focus=term,
                path=known[0],
                fix=f"Add {known[0].rstrip('>').replace('<' + DCTERMS, 'dcterms:')} to its header.",
            )


def _find_without_title(lint: Linter) -> Iterator[Violation]:
    yield from _find_without(lint, "metadata.missing-title", _TITLES, _OTHER_TITLES, "title")


def _find_without_description(lint: Linter) -> Iterator[Violation]:
    yield from _find_without(lint, "metadata.missing-description", _DESCRIPTIONS, _OTHER_DESCRIPTIONS, "description")


def _find_without_licence(lint: Linter) -> Iterator[Violation]:
    if lint.matter.licence and not lint.is_obo:
        return
    yield from _find_without(lint, "metadata.missing-licence", _LICENCES, _OTHER_LICENCES, "licence")


def _find_no_header(lint: Linter) -> Iterator[Violation]:
    if not lint.index.ontologies and lint.index.triples:
        yield lint.report(
            "metadata.no-header",
            "No file says which ontology it is.",
            lint.index.triples[:1],
            fix="Add a header: <IRI> a owl:Ontology, with a title, a description and a source.",
            why="What holds of all statements of a file, such as their source, is said in its header.",
        )


def _find_unnamed(lint: Linter) -> Iterator[Violation]:
    for term in lint.index.ontologies:
        if is_blank(term):
            yield lint.report(
                "metadata.unnamed-ontology",
                "The header of the ontology has no name of its own.",
                lint.index.describe(term),
                focus=term,
                fix="Give the ontology an IRI.",
                why="Without one, nobody can import it or refer to it.",
            )


def _find_extensions(lint: Linter) -> Iterator[Violation]:
    for term in lint.index.ontologies:
        found = _FILE.search(get_iri_text(term)) if is_iri(term) else None
        if found:
            yield lint.report(
                "metadata.file-extension",
                f"The name of the ontology ends in “{found[0]}”.",
                lint.index.describe(term),
                focus=term,
                fix="Name the ontology, not the file: the format may change.",
            )


FINDERS: dict[str, Finder] = {
    "metadata.no-header": _find_no_header,
    "metadata.unnamed-ontology": _find_unnamed,
    "metadata.missing-title": _find_without_title,
    "metadata.missing-description": _find_without_description,
    "metadata.missing-licence": _find_without_licence,
    "metadata.file-extension": _find_extensions,
}
