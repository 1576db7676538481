"""Labels: whether each name has one, whether it is the only one of its name, and whether a sentence can hold it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from workbench.model.report import Severity, Violation
from workbench.model.terms import OWL, RDF_TYPE, RDFS, RDFS_LABEL, Term, Triple, get_local_name, is_blank, is_iri
from workbench.validation.lint.index import ANNOTATION_KINDS, OIO, SUBPROPERTY, VOCABULARIES, Text
from workbench.validation.lint.linter import MANY, Finder, Linter

__all__ = ["FINDERS"]

_WORDS_ON_NAMES = "Sentences use the label; without one they use the technical name."
_COMMENT = f"<{RDFS}comment>"
_EDGES = re.compile(r"\s|.*\s\Z", re.DOTALL)
_ADDRESS = re.compile(r"https?:")
_LETTER = re.compile(r"[A-Z]\Z")
_VALUE = re.compile(r"(?:-?\d[\d.:-]*|true|false)\Z", re.IGNORECASE)
_JOINED = re.compile(r",| (?:and|or|und|oder) ", re.IGNORECASE)
_FAULTS = (
    ("{", "braces are for slots"),
    ("}", "braces are for slots"),
    ('"', "quotation marks are for values"),
    (". ", "a period before a blank ends a sentence"),
)
_SUBSET = f"<{OIO}SubsetProperty>"


def _find_missing(lint: Linter) -> Iterator[Violation]:
    """Find names without a label; one in any language of the project, or without a language, will do."""
    known = {text.triple[0] for text in lint.index.labels if text.plain and text.language in ("", *lint.languages)}
    index = lint.index
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
                yield lint.report(
                    "wording.missing-label",
                    f"The {kind} “{get_local_name(term)}” has no label in: {', '.join(lint.languages)}.",
                    index.describe(term),
                    focus=term,
                    path=RDFS_LABEL,
                    fix=f'Add rdfs:label "…"@{lint.languages[0]}.',
                    why=_WORDS_ON_NAMES,
                    at_most=at_most,
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
        if len(owners) > 1:
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


def _find_edges(lint: Linter) -> Iterator[Violation]:
    for text in lint.index.labels:
        if _EDGES.match(text.text):
            yield lint.report(
                "label.whitespace",
                f"The label “{text.plain}” begins or ends with blanks.",
                [text.triple],
                focus=text.triple[0],
                path=RDFS_LABEL,
                value=text.triple[2],
                fix="Remove the blanks around it.",
            )


def _find_formatting(lint: Linter) -> Iterator[Violation]:
    for text in lint.index.labels:
        if "\n" in text.text or "\t" in text.text:
            yield lint.report(
                "label.formatting",
                f"The label “{text.plain}” holds a tab or a line break.",
                [text.triple],
                focus=text.triple[0],
                path=RDFS_LABEL,
                value=text.triple[2],
                fix="Write it in one line, with single blanks.",
            )


def _find_annotation_edges(lint: Linter) -> Iterator[Violation]:
    for predicate in lint.index.list_typed(ANNOTATION_KINDS[:1]):
        for text in lint.index.list_texts(predicate):
            if _EDGES.match(text.text):
                yield lint.report(
                    "annotation.whitespace",
                    f"The {lint.name(predicate)} of {lint.name(text.triple[0])} begins or ends with blanks.",
                    [text.triple],
                    focus=text.triple[0],
                    path=predicate,
                    value=text.triple[2],
                    fix="Remove the blanks around the text.",
                )


def _find_addresses(lint: Linter) -> Iterator[Violation]:
    for text in lint.index.labels:
        if _ADDRESS.search(text.text):
            yield lint.report(
                "label.contains-iri",
                f"The label “{text.plain}” holds a web address.",
                [text.triple],
                focus=text.triple[0],
                path=RDFS_LABEL,
                value=text.triple[2],
                fix="Write the label in words, and give the address as rdfs:seeAlso.",
                why="A label is what people call a thing; sentences are made of it.",
            )


def _find_breaking(lint: Linter) -> Iterator[Violation]:
    individuals = frozenset(lint.index.individuals)
    for text in lint.index.labels:
        if text.triple[0] not in individuals:
            continue
        label = text.plain
        why = next((reason for part, reason in _FAULTS if part in label), "")
        if _LETTER.match(label):
            why = "a single capital letter stands for a variable in rules and questions"
        elif _VALUE.match(label):
            why = "it reads like a number, a date, true or false"
        if why:
            yield lint.report(
                "label.breaks-sentences",
                f"The label “{label}” makes questions about it unreadable: {why}.",
                [text.triple],
                focus=text.triple[0],
                path=RDFS_LABEL,
                value=text.triple[2],
                fix="Choose another label, and keep this one as skos:altLabel.",
                why="A question in which a name can be read in two ways is rejected.",
            )


def _find_joined(lint: Linter) -> Iterator[Violation]:
    individuals = frozenset(lint.index.individuals)
    for text in lint.index.labels:
        found = _JOINED.search(text.plain) if text.triple[0] in individuals else None
        if found:
            yield lint.report(
                "label.joins-names",
                f"The label “{text.plain}” can be read as several names, because of “{found[0].strip()}”.",
                [text.triple],
                focus=text.triple[0],
                path=RDFS_LABEL,
                value=text.triple[2],
                fix="If it is one name, find one without this word or comma.",
                why="Answers are lists of names.",
            )


def _find_swapped(lint: Linter) -> Iterator[Violation]:
    comments: dict[tuple[Term, str], Text] = {}
    for text in lint.index.list_texts(_COMMENT):
        comments.setdefault((text.triple[0], text.language), text)
    for text in lint.index.labels:
        comment = comments.get((text.triple[0], text.language))
        if comment is None or not is_iri(text.triple[0]):
            continue
        if text.plain == comment.plain or (len(text.plain) > len(comment.plain) and " " in text.plain):
            yield lint.report(
                "label.swapped",
                f"The label “{text.plain}” and the comment “{comment.plain}” may have been swapped or repeated.",
                [text.triple, comment.triple],
                focus=text.triple[0],
                path=RDFS_LABEL,
                value=text.triple[2],
                fix="A label is what a thing is called, a comment what it is.",
            )


FINDERS: dict[str, Finder] = {
    "wording.missing-label": _find_missing,
    "wording.shared-label": _find_shared,
    "label.duplicate": _find_duplicates,
    "label.multiple": _find_multiple,
    "label.whitespace": _find_edges,
    "label.formatting": _find_formatting,
    "annotation.whitespace": _find_annotation_edges,
    "label.contains-iri": _find_addresses,
    "label.breaks-sentences": _find_breaking,
    "label.joins-names": _find_joined,
    "label.swapped": _find_swapped,
}
