"""Facts replaced by others, as changes of the files that state them: statements in Turtle, cells in tables."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.build.knowledge import Knowledge
from workbench.formats.tables import Cell, TableFacts, replace_cells
from workbench.model.terms import Triple, split_literal
from workbench.project import TextPatch, TripleDelta
from workbench.project.files import find_role

__all__ = ["make_changes"]


def make_changes(
    knowledge: Knowledge, changes: Sequence[tuple[Triple, Triple]]
) -> tuple[TripleDelta | TextPatch, ...] | None:
    """Return the changes of files, in every file that states a fact; None where one of these cannot be edited."""
    project = knowledge.project
    turtle: dict[str, list[tuple[Triple, Triple]]] = {}
    cells: dict[str, list[tuple[Cell, str]]] = {}
    tables: dict[str, TableFacts] = {}
    graphs = _read_graphs(knowledge)
    for old, new in changes:
        for path, triples in graphs.items():
            if old in triples:
                if not path.lower().endswith(".ttl"):
                    return None
                turtle.setdefault(path, []).append((old, new))
        for table in knowledge.domain.tables:
            if old not in table:
                continue
            found = table.find_cells(old)
            if found is None:
                return None
            tables[table.path] = table
            known = cells.setdefault(table.path, [])
            known += [
                (cell, split_literal(new[2])[0]) for cell in found if (cell, split_literal(new[2])[0]) not in known
            ]
    made: list[TripleDelta | TextPatch] = [
        TripleDelta(path, added=tuple(n for _, n in pairs), removed=tuple(o for o, _ in pairs))
        for path, pairs in sorted(turtle.items())
    ]
    for path, replaced in sorted(cells.items()):
        made.append(TextPatch(path, project.files[path].digest, replace_cells(tables[path], replaced)))
    return tuple(made) or None


def _read_graphs(knowledge: Knowledge) -> dict[str, frozenset[Triple]]:
    """Return the triples of the domain's ontology files."""
    project, domain = knowledge.project, knowledge.project.config.domains[knowledge.domain.name]
    paths = [path for path in project.files if find_role(domain, path) == "ontology"]
    read = ((path, project.read_rdf(path)) for path in paths)
    return {path: frozenset(parsed.graph.triples) for path, parsed in read if parsed is not None}
