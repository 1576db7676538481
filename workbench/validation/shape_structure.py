"""How the shapes of a graph hang together: paths, references, lists, and what stands where it says nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from workbench.model.report import Severity
from workbench.model.terms import RDF, RDF_TYPE, Term, Triple, get_local_name, is_blank, is_iri, is_literal
from workbench.validation.shape_index import SH_PATH, ShapeIndex, make_sh

__all__ = ["Problem", "find_structure_problems"]

_NODE_SHAPE, _PROPERTY_SHAPE = make_sh("NodeShape"), make_sh("PropertyShape")
_ON_PATHS = "minCount maxCount uniqueLang lessThan lessThanOrEquals".split()
_QUALIFIED = "qualifiedValueShape qualifiedMinCount qualifiedMaxCount".split()
_DEEPEST = 9
"""pySHACL follows paths that are nested this deep, each member of a sequence counting, and fails beyond."""


class Problem(NamedTuple):
    """A problem of a shape: the subject of the triple that it is about."""

    code: str
    triple: Triple
    message: str
    fix: str = ""
    why: str = ""
    severity: Severity = "error"


def find_structure_problems(index: ShapeIndex) -> Iterator[Problem]:
    """Yield what is wrong with paths and references, and what a shape says that cannot be judged where it stands."""
    for shape in index.shapes:
        yield from _judge_path(index, shape)
        yield from _judge_place(index, shape)
        yield from _judge_references(index, shape)
    yield from _judge_recursion(index)


def _judge_path(index: ShapeIndex, shape: Term) -> Iterator[Problem]:
    """Judge whether a shape needs a path, must not have one, or has one that cannot be followed."""
    types = index.list_objects(shape, RDF_TYPE)
    path = index.get_object(shape, SH_PATH)
    if path is None:
        if _PROPERTY_SHAPE in types:
            triple = (shape, RDF_TYPE, _PROPERTY_SHAPE)
        elif is_iri(shape) and not index.list_triples(shape):
            return  # nobody describes it, which its references are told
        elif any(p == make_sh("property") for _, p, _ in index.list_uses(shape)):
            triple = (shape, SH_PATH, "")
        else:
            return
        yield Problem("shape.path", triple, "A property shape must say with sh:path which property it is about.")
        return
    if _NODE_SHAPE in types:
        yield Problem(
            "shape.path",
            (shape, SH_PATH, path),
            "A shape with sh:path is a property shape, not a node shape.",
            "Write sh:PropertyShape, or remove sh:path.",
        )
    if index.render_path(path) is None:
        yield Problem("shape.path", (shape, SH_PATH, path), "The value of sh:path is not a path that can be followed.")
    elif _measure_path(index, path) > _DEEPEST:
        yield Problem(
            "shape.path",
            (shape, SH_PATH, path),
            f"The path has more than {_DEEPEST} steps in a row or in each other, and is not followed that far.",
            "Repeat a step with sh:zeroOrMorePath, or conclude what the path means by a rule and name that property.",
        )


def _measure_path(index: ShapeIndex, node: Term, depth: int = 0) -> int:
    """Return how deep a path is nested, the way pySHACL counts it."""
    if is_iri(node):
        return 0
    members = index.read_list(node)
    if members is not None:
        inside = (_measure_path(index, member, depth + place) for place, member in enumerate(members[:50], 1))
        return max(depth + len(members) - 1, *inside)
    _, predicate, target = index.list_triples(node)[0]
    if predicate == make_sh("alternativePath"):
        return max(_measure_path(index, member, depth + 1) for member in index.read_list(target) or (target,))
    return max(depth, _measure_path(index, target, depth + 1))


def _judge_place(index: ShapeIndex, shape: Term) -> Iterator[Problem]:
    """Judge constraints that need something which the shape does not have, and would fail or be ignored."""

    def get(name: str) -> Triple | None:
        value = index.get_object(shape, make_sh(name))
        return None if value is None else (shape, make_sh(name), value)

    if index.get_object(shape, SH_PATH) is None:
        yield from _judge_pathless(get)
    else:
        yield from _judge_qualified(get)
    ignored = get("ignoredProperties")
    if ignored is not None and get("closed") is None:
        yield Problem(
            "shape.value", ignored, "sh:ignoredProperties has a meaning only beside sh:closed.", "Add sh:closed true."
        )
    if is_blank(shape) and index.is_class(shape):
        triple = (shape, RDF_TYPE, index.list_objects(shape, RDF_TYPE)[0])
        yield Problem("shape.value", triple, "A shape that is also a class must have a name.")


def _judge_pathless(get: Callable[[str], Triple | None]) -> Iterator[Problem]:
    for name in (*_ON_PATHS, *_QUALIFIED):
        if (triple := get(name)) is not None:
            # The test suite of the W3C has qualified counts here; they are allowed, and mean nothing.
            yield Problem(
                "shape.value",
                triple,
                f"sh:{name} is about the values of a property, and this shape has no sh:path.",
                "Move it into a property shape: sh:property [ sh:path …; … ].",
                severity="warning" if name in _QUALIFIED else "error",
            )


def _judge_qualified(get: Callable[[str], Triple | None]) -> Iterator[Problem]:
    shape, *counts = (get(name) for name in _QUALIFIED)
    count = next((triple for triple in counts if triple is not None), None)
    if shape is not None and count is None:
        fix = "Say with sh:qualifiedMinCount or sh:qualifiedMaxCount how many values are to have the shape."
        yield Problem("shape.value", shape, "sh:qualifiedValueShape needs a count.", fix)
    elif count is not None and shape is None:
        message = "A qualified count needs sh:qualifiedValueShape, which says what is counted."
        yield Problem("shape.value", count, message, "Use sh:minCount or sh:maxCount to count all values.")


def _judge_references(index: ShapeIndex, shape: Term) -> Iterator[Problem]:
    for target, triple in index.list_references(shape):
        name = get_local_name(triple[1])
        if is_iri(target) and not index.list_triples(target) and target != f"<{RDF}nil>":
            yield Problem(
                "shape.unknown-shape",
                triple,
                f"No file describes the shape “{get_local_name(target)}”, so nothing is judged by it.",
                "Correct its name, or describe it.",
            )
        elif name == "node" and index.get_object(target, SH_PATH) is not None:
            yield Problem(
                "shape.path",
                triple,
                "sh:node refers to a property shape, and needs a node shape.",
                "Write sh:property instead of sh:node.",
            )
    for _, predicate, value in index.list_triples(shape):
        if predicate in (make_sh("and"), make_sh("or"), make_sh("xone")):
            members = index.read_list(value) or ()
            if any(is_literal(member) for member in members):
                message = f"The members of {_say(predicate)} must be shapes."
                yield Problem("shape.value", (shape, predicate, value), message)


def _say(predicate: Term) -> str:
    return f"sh:{get_local_name(predicate)}"


def _judge_recursion(index: ShapeIndex) -> Iterator[Problem]:
    """Find shapes that refer to themselves; what such a shape means is left undefined by SHACL 3.4.3."""
    for cycle in _find_cycles(index):
        names = " → ".join(get_local_name(node) for node in (*cycle, cycle[0]) if is_iri(node))
        triple = next(t for target, t in index.list_references(cycle[0]) if target == cycle[1 % len(cycle)])
        yield Problem(
            "shape.recursive",
            triple,
            "This shape refers back to itself, and SHACL does not say what that means.",
            "Say the repeated part with a path (sh:zeroOrMorePath), or as a rule.",
            names,
        )


def _find_cycles(index: ShapeIndex) -> list[tuple[Term, ...]]:
    """Return one cycle of references for each shape that is first met again, by depth-first search."""
    cycles: list[tuple[Term, ...]] = []
    done: set[Term] = set()
    for start in index.shapes:
        if start in done:
            continue
        path = [start]
        on_path = {start}
        pending = [iter([target for target, _ in index.list_references(start)])]
        while pending:
            target = next(pending[-1], None)
            if target is None:
                pending.pop()
                left = path.pop()
                on_path.discard(left)
                done.add(left)
            elif target in on_path:
                cycles.append(tuple(path[path.index(target) :]))
            elif target not in done:
                path.append(target)
                on_path.add(target)
                pending.append(iter([after for after, _ in index.list_references(target)]))
    return cycles
