"""The texts of labels: whether a sentence can hold them, and whether they are labels at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.formats.curriculum_names import find_joint, find_name_fault
from workbench.model.report import Violation
from workbench.model.terms import RDFS, RDFS_LABEL, Term, is_iri
from workbench.validation.lint.index import Text
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.vocabulary import ANNOTATION_KINDS

__all__ = ["FINDERS"]

_COMMENT = f"<{RDFS}comment>"
_EDGES = re.compile(r"\s|.*\s\Z", re.DOTALL)
_ADDRESS = re.compile(r"https?:")


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


def _list_unnamed(lint: Linter) -> Iterator[Text]:
    """Yield the labels of individuals in languages of sentences; those that prompts name are judged more strictly."""
    individuals = frozenset(lint.index.individuals) - lint.named
    languages = {"", *lint.languages, *lint.spoken_languages}
    return (text for text in lint.index.labels if text.triple[0] in individuals and text.language in languages)


def _find_breaking(lint: Linter) -> Iterator[Violation]:
    for text in _list_unnamed(lint):
        label = text.plain if text.plain.isprintable() else ascii(text.plain)[1:-1]
        if why := find_name_fault(text.plain):
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
    for text in _list_unnamed(lint):
        if found := find_joint(text.plain, text.language):
            yield lint.report(
                "label.joins-names",
                f"The label “{text.plain}” can be read as several names, because of “{found}”.",
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
    "label.whitespace": _find_edges,
    "label.formatting": _find_formatting,
    "annotation.whitespace": _find_annotation_edges,
    "label.contains-iri": _find_addresses,
    "label.breaks-sentences": _find_breaking,
    "label.joins-names": _find_joined,
    "label.swapped": _find_swapped,
}
