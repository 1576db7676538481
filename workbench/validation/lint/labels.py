"""Labels: whether each name has one, and whether it is the only one of its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workbench.formats.confusables import compute_skeleton
from workbench.formats.curriculum_names import list_looks
from workbench.model.report import Severity, Violation
from workbench.model.terms import OWL, RDF_TYPE, RDFS_LABEL, Term, Triple, get_local_name, is_blank, is_iri
from workbench.validation.lint.index import Text
from workbench.validation.lint.linter import MANY, Finder, Linter
from workbench.validation.lint.vocabulary import OIO, PHRASE, SUBPROPERTY, VOCABULARIES

__all__ = ["FINDERS"]

_WORDS_ON_NAMES = "Sentences use the label; without one they use the technical name."
_SUBSET = f"<{OIO}SubsetProperty>"


def _find_missing(lint: Linter) -> Iterator[Violation]:
    """Find names without a label; one in any language of the project, or without a language, will do."""
    index = lint.index
    # What has a phrase is said in its words, and needs no label.
    texts = (*index.labels, *index.list_texts(PHRASE))
    known = {text.triple[0] for text in texts if text.plain and text.language in ("", *lint.languages)}
    groups: tuple[tuple[str, Iterable[Term], Severity], ...] = (
        ("class", sorted(index.classes), "error"),
        ("property", index.spoken_properties, "error"),
        ("individual", index.individuals, "info"),
    )
    if lint.is_obo:
        known = {text.triple[0] for text in index.labels}
        groups = (("name", _list_described(lint), "error"),)
    for kind, terms, at_most in groups:
        for term in terms:
            if term not in known and (lint.is_obo or not term.startswith(VOCABULARIES)):
                is_named = term in lint.named
                yield lint.report(
                    "wording.missing-label",
                    f"The {kind} “{get_local_name(term)}” has no label in: {', '.join(lint.languages)}.",
                    index.describe(term),
                    focus=term,
                    path=RDFS_LABEL,
                    fix=f'Add rdfs:label "…"@{lint.languages[0]}.',
                    why=f"{lint.why_named} {_WORDS_ON_NAMES}" if is_named else _WORDS_ON_NAMES,
                    at_most="warning" if is_named else at_most,
                )


def _list_described(lint: Linter) -> Iterator[Term]:
    """List what ROBOT asks a label of: whatever more is said of than a type, but for headers and subsets."""
    index = lint.index
    for term, triples in index.by_subject.items():
        if is_blank(term) or term in index.deprecated or f"<{OWL}Ontology>" in index.types.get(term, ()):
            continue
        if all(predicate == RDF_TYPE for _, predicate, _ in triples):
            continue
        if (term, SUBPROPERTY, _SUBSET) not in triples:
            yield term


def _find_shared(lint: Linter) -> Iterator[Violation]:
    """Find individuals that a reader cannot tell apart, having one label in one language."""
    individuals = frozenset(lint.index.individuals)
    groups: dict[tuple[str, str], list[Triple]] = {}
    for text in lint.index.labels:
        if text.triple[0] in individuals and text.plain:
            groups.setdefault((text.language, text.plain), []).append(text.triple)
    for (_, label), triples in sorted(groups.items()):
        owners = sorted({triple[0] for triple in triples})
        if len(owners) > 1 and not lint.named.issuperset(owners):
            names = ", ".join(get_local_name(owner) for owner in owners[:MANY])
            yield lint.report(
                "wording.shared-label",
                f"{len(owners)} individuals are called “{label}”, so a sentence about one is about any: {names}.",
                triples,
                focus=owners[0],
                path=RDFS_LABEL,
                value=triples[0][2],
                fix="Give each a label of its own.",
            )


def _find_look_alikes(lint: Linter) -> Iterator[Violation]:
    """Find different labels that look the same: of any names by their letters, of individuals by capitals as well."""
    individuals = frozenset(lint.index.individuals)
    groups: dict[tuple[str, ...], list[Text]] = {}
    for text in lint.index.labels:
        if is_iri(text.triple[0]) and text.plain:
            looks = list_looks(text.plain) if text.triple[0] in individuals else ()
            for look in (*looks, compute_skeleton(text.plain)):
                groups.setdefault((text.language, look), []).append(text)
    told: set[tuple[str, ...]] = set()
    for texts in groups.values():
        labels = tuple(dict.fromkeys(text.plain for text in texts))
        owners = dict.fromkeys(text.triple[0] for text in texts)
        if len(labels) < 2 or len(owners) < 2 or lint.named.issuperset(owners) or labels in told:
            continue
        told.add(labels)
        yield lint.report(
            "wording.look-alike",
            f"{len(owners)} different things have labels that look the same: "
            f"{', '.join(f'“{label}”' for label in labels[:MANY])}.",
            [text.triple for text in texts],
            focus=texts[0].triple[0],
            path=RDFS_LABEL,
            value=texts[0].triple[2],
            fix="Write them in one script, or give each a label of its own.",
            why="A reader cannot tell which of them a sentence is about, and a copied name may be the other.",
        )


def _find_duplicates(lint: Linter) -> Iterator[Violation]:
    """Find one label of several names that are not all individuals; with ``obo`` also those."""
    individuals = frozenset(lint.index.individuals)
    groups: dict[Term, list[Triple]] = {}
    for text in lint.index.labels:
        if is_iri(text.triple[0]) and text.plain:
            groups.setdefault(text.triple[2], []).append(text.triple)
    for value, triples in groups.items():
        owners = [triple[0] for triple in triples]
        if len(owners) < 2 or all(owner in lint.index.deprecated for owner in owners):
            continue
        if not lint.is_obo and individuals.issuperset(owners):
            continue
        label = lint.name(owners[0])
        yield lint.report(
            "label.duplicate",
            f"{len(owners)} different things are called {label}: {_list_local(owners)}.",
            triples,
            focus=owners[0],
            path=RDFS_LABEL,
            value=value,
            fix="Give each a label of its own, or say that they are the same.",
            why="A reader cannot tell which of them a sentence is about.",
        )


def _list_local(terms: list[Term]) -> str:
    more = f" and {len(terms) - MANY} more" if len(terms) > MANY else ""
    return ", ".join(get_local_name(term) for term in terms[:MANY]) + more


def _find_multiple(lint: Linter) -> Iterator[Violation]:
    groups: dict[tuple[Term, str], list[Text]] = {}
    for text in lint.index.labels:
        if is_iri(text.triple[0]) and text.triple[0] not in lint.index.deprecated:
            groups.setdefault((text.triple[0], "" if lint.is_obo else text.tag), []).append(text)
    for (term, tag), texts in groups.items():
        if len(texts) > 1:
            labels = ", ".join(f"“{text.plain}”" for text in texts[:MANY])
            yield lint.report(
                "label.multiple",
                f"{lint.name(term)} has {len(texts)} labels{f' in {tag}' if tag else ''}: {labels}.",
                [text.triple for text in texts],
                focus=term,
                path=RDFS_LABEL,
                value=texts[1].triple[2],
                fix="Keep one, and state the others as skos:altLabel.",
                why="Sentences use one label only, the first in alphabetical order.",
            )


FINDERS: dict[str, Finder] = {
    "wording.missing-label": _find_missing,
    "wording.shared-label": _find_shared,
    "wording.look-alike": _find_look_alikes,
    "label.duplicate": _find_duplicates,
    "label.multiple": _find_multiple,
}
