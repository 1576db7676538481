"""Imports: what is not in the project, leads back to itself, or in a circle."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.model.report import Violation
from workbench.model.terms import OWL, Term, Triple, get_iri_text, get_local_name, is_iri
from workbench.validation.lint.circles import find_circles
from workbench.validation.lint.linter import Finder, Import, Linter

__all__ = ["FINDERS"]

_IMPORTS = f"<{OWL}imports>"
_ENDINGS = (".ttl", ".owl", ".rdf", ".nt", ".xml", ".n3")


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
    in_shapes = [triple for triple in matter.shapes if triple[1] == _IMPORTS]
    for triple in (*lint.index.get(_IMPORTS), *in_shapes):
        value = triple[2]
        if not is_iri(value):
            name, found = "an ontology without a name", []
        else:
            name, found = get_iri_text(value), _match(lint, value)
        if any(matter.domain in item.domains or not matter.domain for item in found) or triple[0] == value:
            continue
        if found:
            other = found[0]
            message = f"The ontology imports {name}, which the domain {matter.domain} does not read."
            fix = f"Add '{other.path}' to what the domain reads, in workbench.yaml."
        else:
            message = f"The ontology imports {name}, which is not in the project."
            fix = "Put a copy of it among the files of the domain, or remove the import."
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
    "ontology.missing-import": _find_missing_imports,
    "ontology.self-import": _find_self_imports,
    "ontology.import-cycle": _find_import_cycles,
}
