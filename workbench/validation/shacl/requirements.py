"""What simple shapes ask of the instances of a class, as values, so that sampled individuals can be completed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.model.terms import RDF_TYPE, SH, Term, Triple, is_iri, is_literal, split_literal
from workbench.validation.shape_index import SH_PATH, TARGETS, ShapeIndex, make_sh

__all__ = ["Requirement", "read_requirements"]

_READ = "minCount maxCount datatype class minInclusive maxInclusive in hasValue nodeKind".split()
# Properties of a shape that ask nothing of the data.
_SILENT = "path name description message severity order group defaultValue deactivated".split()


@dataclass(frozen=True, slots=True)
class Requirement:
    """One property shape with an IRI path on a class target.

    Every instance of ``target_class`` has between ``min_count`` and ``max_count`` (None: any number) values of
    ``path``, and each value has what the other fields ask for; an empty field asks nothing. ``others`` are the
    SHACL properties of the shape that are not read here: a value that meets this requirement may still not do.
    """

    target_class: Term
    path: Term
    min_count: int = 0
    max_count: int | None = None
    datatype: Term = ""
    class_: Term = ""
    node_kind: Term = ""
    min_inclusive: Term = ""
    max_inclusive: Term = ""
    in_values: tuple[Term, ...] = ()
    has_values: tuple[Term, ...] = ()
    others: tuple[Term, ...] = ()
    shape: Term = ""


def read_requirements(shapes: Sequence[Triple]) -> tuple[Requirement, ...]:
    """Return the requirements of all property shapes that are direct parts of a shape with a class target.

    Shapes that are deactivated, have a complex path, or sit inside ``sh:and``, ``sh:or``, ``sh:not`` and the like
    do not appear. The shapes should have no errors (``find_shape_problems``). Sorted by class, path and shape.
    """
    index = ShapeIndex(shapes)
    found = []
    for root in index.roots:
        if _is_off(index, root):
            continue
        parts = index.list_objects(root, make_sh("property"))
        for shape in (*parts, *((root,) if index.get_object(root, SH_PATH) else ())):
            path = index.get_object(shape, SH_PATH)
            if path is None or not is_iri(path) or index.render_path(path) != path or _is_off(index, shape):
                continue
            found += [_read(index, target, path, shape) for target in index.list_target_classes(root)]
    return tuple(sorted(found, key=lambda r: (r.target_class, r.path, r.shape)))


def _is_off(index: ShapeIndex, shape: Term) -> bool:
    value = index.get_object(shape, make_sh("deactivated"))
    return value is not None and is_literal(value) and split_literal(value)[0] == "true"


def _read(index: ShapeIndex, target: Term, path: Term, shape: Term) -> Requirement:
    def get(name: str) -> Term:
        return index.get_object(shape, make_sh(name)) or ""

    least, most = get("minCount"), get("maxCount")
    members = index.read_list(get("in")) if get("in") else ()
    known = {*TARGETS, *(make_sh(name) for name in (*_READ, *_SILENT))}
    others = {p for _, p, _ in index.list_triples(shape) if p not in known and p != RDF_TYPE and p.startswith(f"<{SH}")}
    if len(index.list_objects(shape, make_sh("class"))) > 1:
        others.add(make_sh("class"))
    return Requirement(
        target_class=target,
        path=path,
        min_count=int(split_literal(least)[0]) if least else 0,
        max_count=int(split_literal(most)[0]) if most else None,
        datatype=get("datatype"),
        class_=get("class"),
        node_kind=get("nodeKind"),
        min_inclusive=get("minInclusive"),
        max_inclusive=get("maxInclusive"),
        in_values=members or (),
        has_values=index.list_objects(shape, make_sh("hasValue")),
        others=tuple(sorted(others)),
        shape=shape,
    )
