"""Values that other programs expect in another form: dates, links, taxa."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.model.report import Violation
from workbench.model.terms import (
    DCTERMS,
    RDFS,
    XSD,
    XSD_DATE,
    XSD_DATETIME,
    Triple,
    is_iri,
    is_literal,
    split_literal,
)
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.vocabulary import DC, OBO, OIO

__all__ = ["FINDERS"]

_DATES = (f"<{DCTERMS}date>", f"<{DCTERMS}issued>", f"<{DCTERMS}created>", f"<{OIO}creation_date>")
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_TAXON_LINKS = (f"<{OBO}RO_0002161>", f"<{OBO}RO_0002175>")
_LINKS = (
    *_TAXON_LINKS,
    "<http://xmlns.com/foaf/0.1/depicted_by>",
    f"<{OIO}inSubset>",
    f"<{DCTERMS}contributor>",
)
_SEE_ALSO = f"<{RDFS}seeAlso>"
_TRACKER = f"<{OBO}IAO_0000233>"


def _find_old_properties(lint: Linter) -> Iterator[Violation]:
    for predicate, triples in sorted(lint.index.by_predicate.items()):
        if predicate.startswith(f"<{DC}"):
            for triple in triples:
                if is_iri(triple[0]):
                    name = predicate[len(DC) + 1 : -1]
                    yield lint.report(
                        "metadata.old-dublin-core",
                        f"{lint.name(triple[0])} has “{name}” of Dublin Core 1.1, which is out of use.",
                        [triple],
                        focus=triple[0],
                        path=predicate,
                        value=triple[2],
                        fix=f"Use dcterms:{name}.",
                    )


def _find_dates(lint: Linter) -> Iterator[Violation]:
    for predicate in _DATES:
        for triple in lint.index.get(predicate):
            if not is_literal(triple[2]):
                continue
            lexical, datatype, _ = split_literal(triple[2])
            if (datatype == XSD_DATE and _DATE.match(lexical)) or (datatype == XSD_DATETIME and _TIME.match(lexical)):
                continue
            yield lint.report(
                "metadata.illegal-date",
                f"“{lexical}” of {lint.name(triple[0])} is no date in the usual form.",
                [triple],
                focus=triple[0],
                path=predicate,
                value=triple[2],
                fix='Write "2026-12-31"^^xsd:date or "2026-12-31T12:00:00Z"^^xsd:dateTime.',
            )


def _report_text(lint: Linter, code: str, triple: Triple) -> Violation:
    return lint.report(
        code,
        f"The {lint.name(triple[1])} of {lint.name(triple[0])} is a text in place of a thing: {lint.name(triple[2])}.",
        [triple],
        focus=triple[0],
        path=triple[1],
        value=triple[2],
        fix="Give the IRI of what is meant.",
    )


def _find_texts(lint: Linter) -> Iterator[Violation]:
    for predicate in _LINKS:
        for triple in lint.index.get(predicate):
            if is_iri(triple[0]) and not is_iri(triple[2]):
                yield _report_text(lint, "metadata.text-for-iri", triple)


def _find_text_links(lint: Linter) -> Iterator[Violation]:
    for triple in lint.index.get(_SEE_ALSO):
        if is_iri(triple[0]) and not is_iri(triple[2]):
            yield _report_text(lint, "metadata.text-for-link", triple)


def _find_taxa(lint: Linter) -> Iterator[Violation]:
    for predicate in _TAXON_LINKS:
        for triple in lint.index.get(predicate):
            if is_iri(triple[0]) and not triple[2].startswith(f"<{OBO}NCBITaxon_"):
                yield lint.report(
                    "metadata.taxon",
                    f"{lint.name(triple[2])}, named as a taxon of {lint.name(triple[0])}, is none.",
                    [triple],
                    focus=triple[0],
                    path=predicate,
                    value=triple[2],
                    fix="Name a taxon of the NCBI taxonomy: obo:NCBITaxon_ and its number.",
                )


def _find_trackers(lint: Linter) -> Iterator[Violation]:
    for triple in lint.index.get(_TRACKER):
        if is_literal(triple[2]) and split_literal(triple[2])[1] != f"<{XSD}anyURI>":
            yield lint.report(
                "metadata.tracker",
                f"The tracker item of {lint.name(triple[0])} is a text in place of an address.",
                [triple],
                focus=triple[0],
                path=_TRACKER,
                value=triple[2],
                fix='Write it as "https://…"^^xsd:anyURI or as an IRI.',
            )


FINDERS: dict[str, Finder] = {
    "metadata.old-dublin-core": _find_old_properties,
    "metadata.illegal-date": _find_dates,
    "metadata.text-for-iri": _find_texts,
    "metadata.text-for-link": _find_text_links,
    "metadata.taxon": _find_taxa,
    "metadata.tracker": _find_trackers,
}
