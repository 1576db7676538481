"""Following property paths through a graph, with the triples that were used on the way."""

from __future__ import annotations

from workbench.model.terms import RDF, Term, Triple, is_iri
from workbench.validation.shacl.core import GraphIndex
from workbench.validation.shape_index import ShapeIndex, make_sh

__all__ = ["Found", "follow_path"]

_FIRST = f"<{RDF}first>"
_LIMIT = 100_000

Found = dict[Term, tuple[Triple, ...]]
"""Values that a path leads to, each with one shortest way there."""


def follow_path(shapes: ShapeIndex, path: Term, data: GraphIndex, start: Term, *, inverse: bool = False) -> Found:
    """Return what the well-formed ``path`` of ``shapes`` leads to from ``start`` (SPARQL 1.1 section 9.1)."""
    if is_iri(path) and not shapes.list_objects(path, _FIRST):
        if inverse:
            return {found: ((found, path, start),) for found in data.get_subjects(path, start)}
        return {value: ((start, path, value),) for value in data.get_objects(start, path)}
    if (members := shapes.read_list(path)) is not None:
        found: Found = {start: ()}
        for member in reversed(members) if inverse else members:
            found = _extend(shapes, member, data, found, inverse)
        return found
    if (target := shapes.get_object(path, make_sh("inversePath"))) is not None:
        return follow_path(shapes, target, data, start, inverse=not inverse)
    if (target := shapes.get_object(path, make_sh("alternativePath"))) is not None:
        merged: Found = {}
        for member in shapes.read_list(target) or ():
            for value, way in follow_path(shapes, member, data, start, inverse=inverse).items():
                merged.setdefault(value, way)
        return merged
    if (target := shapes.get_object(path, make_sh("zeroOrOnePath"))) is not None:
        return {start: (), **follow_path(shapes, target, data, start, inverse=inverse)}
    if (target := shapes.get_object(path, make_sh("zeroOrMorePath"))) is not None:
        return _repeat(shapes, target, data, {start: ()}, inverse)
    if (target := shapes.get_object(path, make_sh("oneOrMorePath"))) is not None:
        return _repeat(shapes, target, data, follow_path(shapes, target, data, start, inverse=inverse), inverse)
    return {}


def _extend(shapes: ShapeIndex, path: Term, data: GraphIndex, found: Found, inverse: bool) -> Found:
    longer: Found = {}
    for node, way in found.items():
        for value, step in follow_path(shapes, path, data, node, inverse=inverse).items():
            longer.setdefault(value, (*way, *step))
    return longer


def _repeat(shapes: ShapeIndex, path: Term, data: GraphIndex, found: Found, inverse: bool) -> Found:
    reached, newest = dict(found), found
    while newest and len(reached) < _LIMIT:
        newest = {v: way for v, way in _extend(shapes, path, data, newest, inverse).items() if v not in reached}
        reached |= newest
    return reached
