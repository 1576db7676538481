"""Declarations: what is used and nowhere declared, is two things at once, or stands alone."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from workbench.model.report import Violation
from workbench.model.rules import iterate_atoms
from workbench.model.terms import OWL, RDF_TYPE, Term, Triple, get_local_name, is_blank, is_iri
from workbench.validation.lint.index import Index
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.vocabulary import (
    CLASS_KINDS,
    DATA_KINDS,
    DISJOINT,
    DOMAIN,
    EQUIVALENT_CLASS,
    EQUIVALENT_PROPERTY,
    INVERSE,
    OBJECT_KINDS,
    OTHER_KINDS,
    RANGE,
    SUBCLASS,
    SUBPROPERTY,
    VOCABULARIES,
)

__all__ = ["FINDERS"]

_CLASS_PLACES = (SUBCLASS, EQUIVALENT_CLASS, DISJOINT)
_CLASS_VALUES = (DOMAIN, RANGE)
_PROPERTY_PLACES = (SUBPROPERTY, INVERSE, EQUIVALENT_PROPERTY, f"<{OWL}onProperty>")


def _list_uses(index: Index) -> Iterator[tuple[str, Term, list[Triple]]]:
    """Yield what is used as a class or property, with statements that use it so; a name may come several times."""
    for predicate, triples in index.by_predicate.items():
        if predicate in _CLASS_PLACES:
            yield from (("class", term, [t]) for t in triples for term in (t[0], t[2]) if is_iri(term))
        elif predicate in _PROPERTY_PLACES:
            places = ((term, t) for t in triples for term in ((t[2],) if is_blank(t[0]) else (t[0], t[2])))
            yield from (("property", term, [t]) for term, t in places if is_iri(term))
        elif predicate == RDF_TYPE or predicate in _CLASS_VALUES:
            values: dict[Term, list[Triple]] = {}
            for triple in triples:
                values.setdefault(triple[2], []).append(triple)
            yield from (("class", value, uses) for value, uses in values.items() if is_iri(value))
        else:
            yield "property", predicate, triples


def _find_undeclared(lint: Linter) -> Iterator[Violation]:
    """Find classes and properties that are used and nowhere declared."""
    index = lint.index
    found: dict[tuple[str, Term], list[Triple]] = {}
    declared = {"class": index.classes, "property": index.properties}
    for kind, term, triples in _list_uses(index):
        if term not in declared[kind] and not term.startswith(VOCABULARIES):
            found.setdefault((kind, term), []).extend(triples)
    names = {kind: sorted({get_local_name(term) for term in terms}) for kind, terms in declared.items()}
    for number, ((kind, term), triples) in enumerate(sorted(found.items())):
        # A misspelling is one of few; where a whole vocabulary is missing, likeness of names means nothing.
        close = get_close_matches(get_local_name(term), names[kind], 1) if number < 100 else []
        wanted = "an owl:Class" if kind == "class" else "a property"
        yield lint.report(
            "ontology.undeclared",
            f"The {kind} “{get_local_name(term)}” is used but not declared.",
            sorted(triples),
            focus=term,
            fix=f"Did you mean “{close[0]}”?" if close else f"Declare it as {wanted}.",
        )


def _find_two_kinds(lint: Linter) -> Iterator[Violation]:
    """Find names declared as two kinds of thing that exclude each other."""
    kinds = (("a class", CLASS_KINDS), ("an object property", OBJECT_KINDS), ("a data property", DATA_KINDS))
    for term, types in lint.index.types.items():
        if not is_iri(term):
            continue
        found = [(name, types & frozenset(members)) for name, members in kinds if types & frozenset(members)]
        if [name for name, _ in found] == ["a class"] and (plain := types & frozenset(OTHER_KINDS)):
            found.append(("a property", plain))
        if len(found) > 1:
            said = " and as ".join(name for name, _ in found)
            yield lint.report(
                "ontology.two-kinds",
                f"“{get_local_name(term)}” is declared as {said}.",
                [(term, RDF_TYPE, kind) for _, members in found for kind in sorted(members)],
                focus=term,
                path=RDF_TYPE,
                fix="Keep one declaration and give the other thing its own name.",
            )


def _find_unconnected(lint: Linter) -> Iterator[Violation]:
    """Find classes that nothing else speaks of and that speak of nothing else."""
    index, matter = lint.index, lint.matter
    connected = {value for _, predicate, value in index.triples if predicate not in (RDF_TYPE,)}
    connected |= {value for subject, _, value in index.get(RDF_TYPE) if is_iri(subject)}
    connected |= {value for _, _, value in matter.shapes}
    for rule in (*matter.rules, *matter.constraints):
        atoms = (*rule.head, *iterate_atoms(rule.body), *iterate_atoms(rule.body, negated=True))
        connected |= {atom.key for atom in atoms}
    linking = {SUBCLASS, EQUIVALENT_CLASS, DISJOINT, f"<{OWL}disjointUnionOf>", f"<{OWL}hasKey>"}
    for term in sorted(index.classes):
        said = {predicate for _, predicate, _ in index.by_subject[term]}
        if term not in connected and not said & linking and index.is_own(term):
            yield lint.report(
                "ontology.unconnected",
                f"The class {lint.name(term)} stands in no axiom, fact, rule or shape.",
                index.describe(term),
                focus=term,
                fix="Connect it with the rest, or remove it.",
            )


FINDERS: dict[str, Finder] = {
    "ontology.undeclared": _find_undeclared,
    "ontology.two-kinds": _find_two_kinds,
    "ontology.unconnected": _find_unconnected,
}
