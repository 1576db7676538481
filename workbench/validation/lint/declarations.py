"""Declarations and imports: what is used and nowhere declared, is two things at once, or is not in the project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from workbench.model.report import Violation
from workbench.model.rules import iterate_atoms
from workbench.model.terms import OWL, RDF_TYPE, Term, Triple, get_iri_text, get_local_name, is_blank, is_iri
from workbench.validation.lint.hierarchy import find_circles
from workbench.validation.lint.index import (
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
from workbench.validation.lint.linter import Finder, Import, Linter

__all__ = ["FINDERS"]

_CLASS_PLACES = (SUBCLASS, EQUIVALENT_CLASS, DISJOINT)
_CLASS_VALUES = (DOMAIN, RANGE)
_PROPERTY_PLACES = (SUBPROPERTY, INVERSE, EQUIVALENT_PROPERTY, f"<{OWL}onProperty>")
_IMPORTS = f"<{OWL}imports>"
_ENDINGS = (".ttl", ".owl", ".rdf", ".nt", ".xml", ".n3")


def _list_uses(triples: Iterable[Triple]) -> Iterator[tuple[str, Term, Triple]]:
    for triple in triples:
        subject, predicate, value = triple
        if predicate == RDF_TYPE or predicate in _CLASS_VALUES:
            if is_iri(value):
                yield "class", value, triple
        elif predicate in _CLASS_PLACES:
            yield from (("class", term, triple) for term in (subject, value) if is_iri(term))
        elif predicate in _PROPERTY_PLACES:
            places = (value,) if is_blank(subject) else (subject, value)
            yield from (("property", term, triple) for term in places if is_iri(term))
        else:
            yield "property", predicate, triple


def _find_undeclared(lint: Linter) -> Iterator[Violation]:
    """Find classes and properties that are used and nowhere declared."""
    index = lint.index
    uses: dict[tuple[str, Term], list[Triple]] = {}
    declared = {"class": index.classes, "property": index.properties}
    for kind, term, triple in _list_uses(index.triples):
        if term not in declared[kind] and not term.startswith(VOCABULARIES):
            uses.setdefault((kind, term), []).append(triple)
    names = {kind: sorted({get_local_name(term) for term in terms}) for kind, terms in declared.items()}
    for number, ((kind, term), triples) in enumerate(sorted(uses.items())):
        # A misspelling is one of few; where a whole vocabulary is missing, likeness of names means nothing.
        close = get_close_matches(get_local_name(term), names[kind], 1) if number < 100 else []
        wanted = "an owl:Class" if kind == "class" else "a property"
        yield lint.report(
            "ontology.undeclared",
            f"The {kind} “{get_local_name(term)}” is used but not declared.",
            triples,
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


def _list_names(term: Term) -> set[str]:
    """Return by which names an import can mean a file: the IRI with and without its end, and the last part of it."""
    text = get_iri_text(term).rstrip("#/")
    last = text.rsplit("/", 1)[-1]
    return {text, last} if last.endswith(_ENDINGS) else {text}


def _match(lint: Linter, term: Term) -> list[Import]:
    names = _list_names(term)
    return [found for found in lint.matter.ontologies if names & found.names]


def _find_missing_imports(lint: Linter) -> Iterator[Violation]:
    matter = lint.matter
    for triple in lint.index.get(_IMPORTS):
        value = triple[2]
        if not is_iri(value):
            name, found = "an ontology without a name", []
        else:
            name, found = get_iri_text(value), _match(lint, value)
        if any(matter.domain in item.domains or not matter.domain for item in found):
            continue
        if found:
            other = found[0]
            message = f"The ontology imports {name}, which the domain {matter.domain} does not read."
            fix = f"Add '{other.path}' to the ontologies of the domain in workbench.yaml."
        else:
            message = f"The ontology imports {name}, which is not in the project."
            fix = "Put a copy of the file among the ontologies of the domain, or remove the import."
        yield lint.report(
            "ontology.missing-import",
            message,
            [triple],
            focus=triple[0],
            path=_IMPORTS,
            value=value,
            fix=fix,
            why="Nothing is fetched from the network, so what the other ontology says is not known here.",
        )


def _find_self_imports(lint: Linter) -> Iterator[Violation]:
    for triple in lint.index.get(_IMPORTS):
        if _leads_home(lint, triple):
            yield lint.report(
                "ontology.self-import",
                f"The ontology {get_local_name(triple[0])} imports itself.",
                [triple],
                focus=triple[0],
                path=_IMPORTS,
                value=triple[2],
                fix="Remove the import.",
            )


def _leads_home(lint: Linter, triple: Triple) -> bool:
    if triple[0] == triple[2]:
        return True
    path = lint.matter.sources.get(triple, "")
    return is_iri(triple[2]) and bool(path) and any(item.path == path for item in _match(lint, triple[2]))


def _find_import_cycles(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    names: dict[str, Term] = {}
    for term in index.ontologies:
        for item in (item for item in lint.matter.ontologies if is_iri(term) and _list_names(term) & item.names):
            names[item.path] = term
    edges: dict[Term, list[Term]] = {}
    for triple in index.get(_IMPORTS):
        if is_iri(triple[2]) and not _leads_home(lint, triple):
            meant = [names[item.path] for item in _match(lint, triple[2]) if item.path in names]
            edges.setdefault(triple[0], []).extend(meant or [triple[2]])
    for members in find_circles(edges):
        yield lint.report(
            "ontology.import-cycle",
            f"The ontologies {lint.name_all(members)} import each other.",
            [triple for triple in index.get(_IMPORTS) if triple[0] in members],
            focus=members[0],
            path=_IMPORTS,
            fix="Nothing is wrong with it, but neither can be used without the other.",
        )


FINDERS: dict[str, Finder] = {
    "ontology.undeclared": _find_undeclared,
    "ontology.two-kinds": _find_two_kinds,
    "ontology.unconnected": _find_unconnected,
    "ontology.missing-import": _find_missing_imports,
    "ontology.self-import": _find_self_imports,
    "ontology.import-cycle": _find_import_cycles,
}
