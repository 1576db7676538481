"""Definitions of classes: those that say too little, or the same twice."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.model.report import Violation
from workbench.model.terms import OWL, Triple, is_blank, is_iri
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.vocabulary import EQUIVALENT_CLASS, SUBCLASS

__all__ = ["FINDERS"]

_RESTRICTION = f"<{OWL}Restriction>"
_SOME, _ON = f"<{OWL}someValuesFrom>", f"<{OWL}onProperty>"
_INTERSECTION, _UNION = f"<{OWL}intersectionOf>", f"<{OWL}unionOf>"


def _list_pairs(lint: Linter) -> list[Triple]:
    return [t for t in lint.index.get(EQUIVALENT_CLASS) if not is_blank(t[2]) and not is_blank(t[0])]


def _find_pairs(lint: Linter) -> Iterator[Violation]:
    for triple in _list_pairs(lint):
        yield lint.report(
            "hierarchy.equivalent-pair",
            f"The classes {lint.name(triple[0])} and {lint.name(triple[2])} are stated to be the same.",
            [triple],
            focus=triple[0],
            path=EQUIVALENT_CLASS,
            value=triple[2],
            fix="If that is meant, keep one of them; if it was concluded, correct what it follows from.",
        )


def _find_synonym_classes(lint: Linter) -> Iterator[Violation]:
    for triple in _list_pairs(lint):
        one, other = (term.rstrip(">").rpartition("#" if "#" in term else "/")[0] for term in (triple[0], triple[2]))
        if one == other:
            yield lint.report(
                "hierarchy.synonym-classes",
                f"{lint.name(triple[0])} and {lint.name(triple[2])} are two names of one class.",
                [triple],
                focus=triple[0],
                path=EQUIVALENT_CLASS,
                value=triple[2],
                fix="Keep one class, and give it the other name as skos:altLabel.",
            )


def _find_equivalent_and_below(lint: Linter) -> Iterator[Violation]:
    stated = {(subject, value) for subject, _, value in lint.index.get(SUBCLASS)}
    for triple in _list_pairs(lint):
        for one, other in ((triple[0], triple[2]), (triple[2], triple[0])):
            if (one, other) in stated:
                yield lint.report(
                    "hierarchy.equivalent-and-below",
                    f"{lint.name(one)} is stated to be the same as {lint.name(other)} and also below it.",
                    [triple, (one, SUBCLASS, other)],
                    focus=one,
                    path=EQUIVALENT_CLASS,
                    value=other,
                    fix="Keep the one that is meant.",
                )


def _find_no_genus(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    for triple in index.get(EQUIVALENT_CLASS):
        term, _, node = triple
        if is_blank(term) or _RESTRICTION not in index.types.get(node, ()):
            continue
        values = [value for value in index.get_values(node, _SOME) if not is_blank(value)]
        if values and index.get_values(node, _ON):
            yield lint.report(
                "hierarchy.no-genus",
                f"The class {lint.name(term)} is defined by one relation to {lint.name(values[0])} alone.",
                [triple],
                focus=term,
                path=EQUIVALENT_CLASS,
                value=values[0],
                fix="Say also what kind of thing it is: a class and the relation.",
                why="Whatever has this relation counts as one, of whatever kind it is.",
            )


def _find_several_equivalents(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    for term, values in sorted(index.group(EQUIVALENT_CLASS).items()):
        kept = [value for value in values if not index.get_values(value, _UNION)]
        if is_iri(term) and len(kept) > 1:
            yield lint.report(
                "hierarchy.several-equivalents",
                f"The class {lint.name(term)} has {len(kept)} equivalent classes.",
                [(term, EQUIVALENT_CLASS, value) for value in kept],
                focus=term,
                path=EQUIVALENT_CLASS,
                value=kept[1],
                fix="Make one definition of them.",
            )


def _find_several_definitions(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    for term, values in sorted(index.group(EQUIVALENT_CLASS).items()):
        kept = [value for value in values for _ in index.get_values(value, _INTERSECTION)]
        lists = {node for value in values for node in index.get_values(value, _INTERSECTION)}
        if is_iri(term) and len(lists) > 1:
            yield lint.report(
                "hierarchy.several-definitions",
                f"The class {lint.name(term)} has {len(lists)} definitions that are each an intersection.",
                [(term, EQUIVALENT_CLASS, value) for value in kept],
                focus=term,
                path=EQUIVALENT_CLASS,
                value=kept[1],
                fix="Make one intersection of them.",
                why="All of them hold at once, and together they can conclude what no one meant.",
            )


def _find_self_definitions(lint: Linter) -> Iterator[Violation]:
    """Find classes that stand in their own definition, as a part of it or as the value of a relation in it."""
    index = lint.index
    for triple in index.get(EQUIVALENT_CLASS):
        term, _, node = triple
        if not is_iri(term):
            continue
        used = term == node
        if is_blank(node) and not lint.is_obo:
            used = any(t[2] == term for t in index.list_parts(node))
        elif is_blank(node):
            members = {member for value in index.get_values(node, _INTERSECTION) for member in index.read_list(value)}
            used = term in members or any(term in index.get_values(member, _SOME) for member in members)
        if used:
            yield lint.report(
                "hierarchy.self-definition",
                f"The class {lint.name(term)} is defined by itself.",
                [triple],
                focus=term,
                path=EQUIVALENT_CLASS,
                value=node if is_iri(node) else "",
                fix="Define it by other classes, or state what holds of it as a superclass.",
                why="Such a definition says nothing, or more than was meant.",
            )


FINDERS: dict[str, Finder] = {
    "hierarchy.equivalent-pair": _find_pairs,
    "hierarchy.synonym-classes": _find_synonym_classes,
    "hierarchy.equivalent-and-below": _find_equivalent_and_below,
    "hierarchy.no-genus": _find_no_genus,
    "hierarchy.several-equivalents": _find_several_equivalents,
    "hierarchy.several-definitions": _find_several_definitions,
    "hierarchy.self-definition": _find_self_definitions,
}
