"""Deprecation: what is no longer to be used, and whether it still is."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.model.report import Violation
from workbench.model.rules import iterate_atoms
from workbench.model.terms import OWL, RDF_TYPE, XSD_BOOLEAN, Term, Triple, is_literal
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.vocabulary import (
    DATA_KINDS,
    DEPRECATED,
    DISJOINT,
    EQUIVALENT_CLASS,
    EQUIVALENT_PROPERTY,
    INVERSE,
    OBJECT_KINDS,
    OIO,
    SUBCLASS,
    SUBPROPERTY,
)

__all__ = ["FINDERS"]

_CLASS, _THING = f"<{OWL}Class>", f"<{OWL}Thing>"
_OBSOLETE = f"<{OIO}ObsoleteClass>"
_ON_PROPERTY = f"<{OWL}onProperty>"
_VALUES = (f"<{OWL}someValuesFrom>", f"<{OWL}allValuesFrom>")
_CLASS_AXIOMS = (EQUIVALENT_CLASS, SUBCLASS, DISJOINT)
_WHY = "What is deprecated is kept only so that old data can be read; nothing new should build on it."


def _find_wrong_values(lint: Linter) -> Iterator[Violation]:
    for triple in lint.index.get(DEPRECATED):
        if not is_literal(triple[2]) or not triple[2].endswith(f"^^{XSD_BOOLEAN}"):
            yield lint.report(
                "deprecation.not-boolean",
                f"Whether {lint.name(triple[0])} is deprecated is not said by true or false.",
                [triple],
                focus=triple[0],
                path=DEPRECATED,
                value=triple[2],
                fix="Write owl:deprecated true, without quotation marks.",
                why="With any other value it does not count as deprecated.",
            )


def _find_classes(lint: Linter) -> Iterator[Violation]:
    """Find deprecated classes in axioms: above or below something, equivalent or disjoint, or in a restriction."""
    index = lint.index
    gone = {term for term in index.deprecated if _CLASS in index.types.get(term, ())}
    found: dict[Term, list[Triple]] = {}
    for predicate in _CLASS_AXIOMS:
        for triple in index.get(predicate):
            subject, _, value = triple
            if value in gone:
                found.setdefault(value, []).append(triple)
            if subject in gone and not (predicate == SUBCLASS and value in (_OBSOLETE, _THING)):
                found.setdefault(subject, []).append(triple)
    for predicate in _VALUES:
        for triple in index.get(predicate):
            if triple[2] in gone:
                found.setdefault(triple[2], []).append(triple)
    for term, triples in sorted(found.items()):
        yield lint.report(
            "deprecation.class-in-use",
            f"The class {lint.name(term)} is deprecated and stands in {_count(triples)}.",
            triples,
            focus=term,
            path=triples[0][1],
            value=triples[0][2],
            fix="Use its replacement, or take the axiom away.",
            why=_WHY,
        )


def _count(triples: list[Triple], one: str = "an axiom", many: str = "axioms") -> str:
    return one if len(triples) == 1 else f"{len(triples)} {many}"


def _find_properties(lint: Linter) -> Iterator[Violation]:
    """Find deprecated properties in axioms about properties, in restrictions, and as the predicate of a statement."""
    index = lint.index
    objects, data = frozenset(index.list_typed(OBJECT_KINDS[:1])), frozenset(index.list_typed(DATA_KINDS))
    found: dict[Term, list[Triple]] = {}
    for predicate in (EQUIVALENT_PROPERTY, SUBPROPERTY, INVERSE):
        kinds = objects if predicate == INVERSE else objects | data
        for triple in index.get(predicate):
            if triple[2] in index.deprecated and triple[2] in kinds:
                found.setdefault(triple[2], []).append(triple)
    for term in sorted(index.deprecated):
        used = index.get(term)
        if used:
            found.setdefault(term, []).extend(used)
    for triple in index.get(_ON_PROPERTY):
        if triple[2] in index.deprecated:
            found.setdefault(triple[2], []).append(triple)
    for term, triples in sorted(found.items()):
        yield lint.report(
            "deprecation.property-in-use",
            f"The property {lint.name(term)} is deprecated and used in {_count(triples, 'a statement', 'statements')}.",
            triples,
            focus=term,
            path=triples[0][1],
            value=triples[0][2],
            fix="Use its replacement.",
            why=_WHY,
        )


def _find_in_facts(lint: Linter) -> Iterator[Violation]:
    gone = lint.index.deprecated
    found: dict[Term, list[Triple]] = {}
    for triple in lint.matter.facts:
        for term in (triple[2],) if triple[1] == RDF_TYPE else (triple[0], triple[2]):
            if term in gone:
                found.setdefault(term, []).append(triple)
    for term, triples in sorted(found.items()):
        yield lint.report(
            "deprecation.used-by-facts",
            f"{lint.name(term)} is deprecated and stands in {_count(triples, 'a fact', 'facts')}.",
            triples,
            focus=term,
            path=triples[0][1],
            fix="State the facts with its replacement.",
            why=_WHY,
        )


def _find_in_rules(lint: Linter) -> Iterator[Violation]:
    gone = lint.index.deprecated
    if not gone:
        return
    for rule in (*lint.matter.rules, *lint.matter.constraints):
        atoms = (*rule.head, *iterate_atoms(rule.body), *iterate_atoms(rule.body, negated=True))
        for key in dict.fromkeys(atom.key for atom in atoms):
            if key in gone:
                yield lint.report(
                    "deprecation.used-by-rules",
                    f"The {rule.kind} {rule.name} uses {lint.name(key)}, which is deprecated.",
                    focus=rule.name,
                    path=key,
                    source=rule.name,
                    fix="Use its replacement.",
                    why=_WHY,
                    places=[lint.matter.locate_rule(rule)],
                )


FINDERS: dict[str, Finder] = {
    "deprecation.not-boolean": _find_wrong_values,
    "deprecation.class-in-use": _find_classes,
    "deprecation.property-in-use": _find_properties,
    "deprecation.used-by-facts": _find_in_facts,
    "deprecation.used-by-rules": _find_in_rules,
}
