"""Property paths: what they lead to, what leads to given nodes, and from where a change is seen along them.

An inverse is pushed down to single properties when a path is read, so that no other kind has to know of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from workbench.model.terms import RDF, Term, is_iri
from workbench.validation.shacl.core.graph import Delta, GraphIndex
from workbench.validation.shape_index import ShapeIndex, make_sh

__all__ = ["Path", "UnsupportedShapeError", "read_path"]

_FIRST = f"<{RDF}first>"
_DEPTH = 9
"""pySHACL gives up on paths that are nested deeper, each member of a sequence counting."""


class UnsupportedShapeError(Exception):
    """A shape is left to pySHACL; the text says why. Never leaves the engine."""


class Path(Protocol):
    """A property path (SHACL section 2.3.1)."""

    def follow(self, graph: GraphIndex, node: Term) -> Collection[Term]:
        """Return the distinct nodes that the path leads to."""

    def trace(self, graph: GraphIndex, nodes: Iterable[Term]) -> set[Term]:
        """Return the nodes from which the path leads to one of ``nodes``."""

    def touch(self, graph: GraphIndex, delta: Delta) -> set[Term]:
        """Return nodes that may be led elsewhere than without the change; ``graph`` holds old and new triples."""


@dataclass(frozen=True, slots=True)
class _Step:
    predicate: Term
    inverse: bool

    def follow(self, graph: GraphIndex, node: Term) -> Collection[Term]:
        if self.inverse:
            return graph.get_subjects(self.predicate, node)
        return graph.get_objects(node, self.predicate)

    def trace(self, graph: GraphIndex, nodes: Iterable[Term]) -> set[Term]:
        by = graph.map_subjects(self.predicate) if self.inverse else graph.map_objects(self.predicate)
        return {start for node in nodes for start in by.get(node, ())}

    def touch(self, graph: GraphIndex, delta: Delta) -> set[Term]:
        return {pair[self.inverse] for pair in delta.get(self.predicate, ())}


@dataclass(frozen=True, slots=True)
class _Sequence:
    first: Path
    rest: Path

    def follow(self, graph: GraphIndex, node: Term) -> Collection[Term]:
        return {found for middle in self.first.follow(graph, node) for found in self.rest.follow(graph, middle)}

    def trace(self, graph: GraphIndex, nodes: Iterable[Term]) -> set[Term]:
        return self.first.trace(graph, self.rest.trace(graph, nodes))

    def touch(self, graph: GraphIndex, delta: Delta) -> set[Term]:
        return self.first.touch(graph, delta) | self.first.trace(graph, self.rest.touch(graph, delta))


@dataclass(frozen=True, slots=True)
class _Alternative:
    members: tuple[Path, ...]

    def follow(self, graph: GraphIndex, node: Term) -> Collection[Term]:
        return {found for member in self.members for found in member.follow(graph, node)}

    def trace(self, graph: GraphIndex, nodes: Iterable[Term]) -> set[Term]:
        ends = set(nodes)
        return set().union(*(member.trace(graph, ends) for member in self.members))

    def touch(self, graph: GraphIndex, delta: Delta) -> set[Term]:
        return set().union(*(member.touch(graph, delta) for member in self.members))


@dataclass(frozen=True, slots=True)
class _Optional:
    path: Path

    def follow(self, graph: GraphIndex, node: Term) -> Collection[Term]:
        return {node, *self.path.follow(graph, node)}

    def trace(self, graph: GraphIndex, nodes: Iterable[Term]) -> set[Term]:
        ends = set(nodes)
        return ends | self.path.trace(graph, ends)

    def touch(self, graph: GraphIndex, delta: Delta) -> set[Term]:
        return self.path.touch(graph, delta)


@dataclass(frozen=True, slots=True)
class _Repeat:
    """``zeroOrMore`` or ``oneOrMore``."""

    path: Path
    reflexive: bool

    def follow(self, graph: GraphIndex, node: Term) -> Collection[Term]:
        found = {node} if self.reflexive else set(self.path.follow(graph, node))
        queue = list(found)
        while queue:
            for further in self.path.follow(graph, queue.pop()):
                if further not in found:
                    found.add(further)
                    queue.append(further)
        return found

    def _trace_any(self, graph: GraphIndex, nodes: Iterable[Term]) -> set[Term]:
        found = newest = set(nodes)
        while newest:
            newest = self.path.trace(graph, newest) - found
            found = found | newest
        return found

    def trace(self, graph: GraphIndex, nodes: Iterable[Term]) -> set[Term]:
        if self.reflexive:
            return self._trace_any(graph, nodes)
        return self._trace_any(graph, self.path.trace(graph, nodes))

    def touch(self, graph: GraphIndex, delta: Delta) -> set[Term]:
        return self._trace_any(graph, self.path.touch(graph, delta))


def read_path(index: ShapeIndex, node: Term, inverse: bool = False, depth: int = 0) -> Path:
    """Read a path of the shapes graph. Raises UnsupportedShapeError for what is left to pySHACL."""
    if is_iri(node):
        return _Step(node, inverse)
    if depth >= _DEPTH:
        raise UnsupportedShapeError("a path is nested deeply")
    members = index.read_list(node) if index.list_objects(node, _FIRST) else None
    if members is not None:
        if len(members) < 2 or depth + len(members) > _DEPTH:
            raise UnsupportedShapeError("a sequence is very short or very long")
        if inverse:
            # pySHACL goes through the members of an inverted sequence in their own order.
            raise UnsupportedShapeError("a sequence is inverted")
        parts = [read_path(index, member, False, depth + position) for position, member in enumerate(members, 1)]
        path = parts.pop()
        while parts:
            path = _Sequence(parts.pop(), path)
        return path
    kinds = [p for _, p, _ in index.list_triples(node)]
    if len(kinds) != 1:
        raise UnsupportedShapeError("a path says more than one thing")
    (target,) = index.list_objects(node, kinds[0])
    if kinds[0] == make_sh("inversePath"):
        return read_path(index, target, not inverse, depth + 1)
    if kinds[0] == make_sh("alternativePath"):
        listed = index.read_list(target) or ()
        if len(listed) < 2:
            raise UnsupportedShapeError("an alternative has less than two members")
        return _Alternative(tuple(read_path(index, member, inverse, depth + 1) for member in listed))
    if kinds[0] in (make_sh("zeroOrMorePath"), make_sh("oneOrMorePath")):
        inner = read_path(index, target, inverse, depth + 1)
        return _Repeat(inner, kinds[0] == make_sh("zeroOrMorePath"))
    if kinds[0] == make_sh("zeroOrOnePath"):
        return _Optional(read_path(index, target, inverse, depth + 1))
    raise UnsupportedShapeError("a path of an unknown kind")
