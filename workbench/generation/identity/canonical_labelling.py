"""Canonical forms of vertex-coloured, edge-labelled multigraphs with ordered hyperedges.

Colour refinement with individualisation and a search tree (McKay 1981, "Practical graph isomorphism"; McKay and
Piperno 2014). A node of the tree is an ordered partition of the vertices. Of a node's children only those with the
least encoding are followed, and of those one per orbit of the automorphisms found so far that fix the path to the
node. Automorphisms come from interchangeable vertices, from two children whose partitions correspond (as in saucy:
Darga et al. 2004), and from equal leaves.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Sequence

from workbench.errors import LimitError

__all__ = ["DEFAULT_WORK_LIMIT", "canonicalise"]

DEFAULT_WORK_LIMIT = 400_000
"""How many vertex signatures may be computed; around half a second."""


def canonicalise(
    vertex_colours: Sequence[str],
    hyperedges: Sequence[tuple[str, tuple[int, ...]]],
    *,
    work_limit: int = DEFAULT_WORK_LIMIT,
) -> tuple[bytes, tuple[int, ...]]:
    """Return a certificate and the labelling that leads to it (the canonical position of each vertex).

    ``vertex_colours`` has one text per vertex; a hyperedge is a label and the vertices it joins, in order, possibly
    with repetitions; equal hyperedges count. Two graphs have the same certificate exactly when a bijection of their
    vertices keeps colours, labels, order within hyperedges and multiplicities.
    Raises LimitError when ``work_limit`` vertex signatures were not enough, which takes a large and very regular
    graph; ValueError when a hyperedge names a vertex that does not exist.
    """
    count = len(vertex_colours)
    if any(not 0 <= vertex < count for _, vertices in hyperedges for vertex in vertices):
        raise ValueError("a hyperedge names a vertex that does not exist")
    multiplicity = Counter(hyperedges)
    # Arity and multiplicity belong to the label, so that edges are distinct and their codes below unambiguous.
    kinds = [(label, len(vertices), times) for (label, vertices), times in multiplicity.items()]
    labels = sorted(set(kinds))
    rank = {kind: position for position, kind in enumerate(labels, start=1)}
    edges = [(rank[kind], vertices) for kind, (_, vertices) in zip(kinds, multiplicity, strict=True)]
    search = _Search(count, edges, max(count, len(labels)) + 1, work_limit)
    leaf = search.run(_make_root(vertex_colours, search))
    certificate = json.dumps([sorted(vertex_colours), labels, sorted(leaf.codes)], separators=(",", ":"))
    return certificate.encode(), tuple(leaf.colours)


class _Node:
    """An ordered partition: each vertex's colour is the position at which its cell begins.

    ``cells`` has the cells of two and more vertices by that position. ``codes`` has a number per edge: its label and
    the colours of its vertices as digits. They are kept up to date as colours change.
    """

    __slots__ = ("cells", "codes", "colours")

    def __init__(self, colours: list[int], codes: list[int], cells: dict[int, list[int]]) -> None:
        self.colours = colours
        self.codes = codes
        self.cells = cells

    def copy(self) -> _Node:
        """Return a node that can be refined on its own; the lists in ``cells`` are never changed in place."""
        return _Node(self.colours[:], self.codes[:], self.cells.copy())

    def encode(self) -> tuple[int, list[tuple[int, int]], list[int]]:
        """Return what distinguishes nodes up to isomorphism; for a discrete partition that is the whole graph."""
        sizes = sorted((start, len(cell)) for start, cell in self.cells.items())
        return sum(size for _, size in sizes), sizes, sorted(self.codes)


def _make_root(vertex_colours: Sequence[str], search: _Search) -> _Node:
    members: dict[str, list[int]] = {}
    for vertex, colour in enumerate(vertex_colours):
        members.setdefault(colour, []).append(vertex)
    colours, cells, start = [0] * len(vertex_colours), {}, 0
    for colour in sorted(members):
        cell = members[colour]
        for vertex in cell:
            colours[vertex] = start
        if len(cell) > 1:
            cells[start] = cell
        start += len(cell)
    root = _Node(colours, search.compute_codes(colours), cells)
    search.refine(root, set(cells))
    return root


class _Search:
    def __init__(self, count: int, edges: Sequence[tuple[int, tuple[int, ...]]], base: int, work_limit: int) -> None:
        self._count = count
        self._edges = edges
        self._edge_set = set(edges)
        self._base = base
        self._work_left = work_limit
        self._work_limit = work_limit
        self._positions = max((len(vertices) for _, vertices in edges), default=0) + 1
        # Per vertex: the edges it is in, with its position there and the weight of that digit in the edge's code.
        self._incident: list[list[tuple[int, int, int]]] = [[] for _ in range(count)]
        neighbours: list[set[int]] = [set() for _ in range(count)]
        for number, (_, vertices) in enumerate(edges):
            for position, vertex in enumerate(vertices):
                weight = base ** (len(vertices) - 1 - position)
                self._incident[vertex].append((number, position, weight))
                neighbours[vertex].update(vertices)
        self._neighbours = [sorted(around) for around in neighbours]
        self._automorphisms: list[list[int]] = []

    def compute_codes(self, colours: Sequence[int]) -> list[int]:
        """Number every edge by its label and the colours of its vertices; the label's digit is never zero."""
        base, codes = self._base, []
        for label, vertices in self._edges:
            code = label
            for vertex in vertices:
                code = code * base + colours[vertex]
            codes.append(code)
        return codes

    def refine(self, node: _Node, pending: set[int]) -> None:
        """Split cells until all vertices of a cell see the same, beginning with the cells in ``pending``.

        The least pending cell is always next and its parts are ordered by what they see, so the result depends on
        the graph alone and not on how its vertices are numbered.
        """
        incident, neighbours, factor = self._incident, self._neighbours, self._positions
        colours, codes, cells = node.colours, node.codes, node.cells
        while pending:
            start = min(pending)
            pending.discard(start)
            cell = cells[start]
            self._work_left -= len(cell)
            if self._work_left < 0:
                raise LimitError(
                    f"Comparing structures up to renaming took more than {self._work_limit} steps; the structure is "
                    "too large and too regular."
                )
            parts: dict[tuple[int, ...], list[int]] = {}
            for vertex in cell:
                seen = [codes[edge] * factor + position for edge, position, _ in incident[vertex]]
                seen.sort()
                parts.setdefault(tuple(seen), []).append(vertex)
            if len(parts) == 1:
                continue
            del cells[start]
            position = start
            changed: list[int] = []
            for signature in sorted(parts):
                part = parts[signature]
                if len(part) > 1:
                    cells[position] = part
                if position != start:
                    self._recolour(node, part, position)
                    changed += part
                position += len(part)
            for vertex in changed:
                for other in neighbours[vertex]:
                    if colours[other] in cells:
                        pending.add(colours[other])

    def _recolour(self, node: _Node, vertices: Sequence[int], colour: int) -> None:
        difference = colour - node.colours[vertices[0]]
        for vertex in vertices:
            node.colours[vertex] = colour
            for edge, _, weight in self._incident[vertex]:
                node.codes[edge] += difference * weight

    def _individualise(self, node: _Node, start: int, chosen: Sequence[int]) -> _Node:
        """Return the refined child in which ``chosen``, of the cell at ``start``, have the cell's last positions."""
        child = node.copy()
        rest = [vertex for vertex in child.cells.pop(start) if vertex not in chosen]
        if len(rest) > 1:
            child.cells[start] = rest
        pending: set[int] = set()
        for position, vertex in enumerate(chosen, start=start + len(rest)):
            self._recolour(child, (vertex,), position)
        for vertex in chosen:
            pending.update(child.colours[other] for other in self._neighbours[vertex])
        self.refine(child, {colour for colour in pending if colour in child.cells})
        return child

    def run(self, root: _Node) -> _Node:
        """Return the canonical leaf below ``root``."""
        return self._descend(root, (), None)

    def _descend(self, node: _Node, path: tuple[int, ...], goal: list[int] | None) -> _Node:
        """Return the least leaf below ``node``, or the first one whose sorted codes are ``goal``."""
        while node.cells:
            start = min(node.cells, key=lambda start: (len(node.cells[start]), start))
            cell = node.cells[start]
            orbits = _Orbits(cell)
            for automorphism in self._automorphisms:
                if all(automorphism[vertex] == vertex for vertex in path):
                    orbits.merge_all(automorphism)
            twins = self._group_twins(cell)
            if len(twins) == 1:
                # Any order of interchangeable vertices is as good as any other: no need to choose one by one.
                node, path = self._individualise(node, start, cell[1:]), (*path, *cell[1:])
                continue
            for group in twins:
                for vertex in group[1:]:
                    orbits.merge(group[0], vertex)
            children = self._make_children(node, start, orbits)
            if len(children) > 1:
                return self._choose(children, orbits, path, goal)
            vertex, node = children[0]
            path = (*path, vertex)
        return node

    def _group_twins(self, cell: Sequence[int]) -> list[list[int]]:
        """Group vertices of which any two can be exchanged, all else fixed; that is an equivalence."""
        groups: list[list[int]] = []
        for vertex in cell:
            for group in groups:
                if self._is_transposition(group[0], vertex):
                    group.append(vertex)
                    break
            else:
                groups.append([vertex])
        return groups

    def _is_transposition(self, first: int, second: int) -> bool:
        if len(self._incident[first]) != len(self._incident[second]):
            return False
        exchange = {first: second, second: first}
        for vertex in (first, second):
            for number, _, _ in self._incident[vertex]:
                label, vertices = self._edges[number]
                if (label, tuple(exchange.get(v, v) for v in vertices)) not in self._edge_set:
                    return False
        return True

    def _make_children(self, node: _Node, start: int, orbits: _Orbits) -> list[tuple[int, _Node]]:
        """Return the least children of a node, one per orbit, each with the vertex that was singled out."""
        cell = node.cells[start]
        chosen = [vertex for vertex in cell if orbits.find(vertex) == vertex]
        children = [(vertex, self._individualise(node, start, (vertex,))) for vertex in chosen]
        if len(children) == 1:
            return children
        encodings = [child.encode() for _, child in children]
        least = min(encodings)
        children = [pair for pair, code in zip(children, encodings, strict=True) if code == least]
        # Neighbours in this list are compared, not each with the first: the automorphisms then found, save one,
        # fix the first vertex and serve again one level below.
        kept = [children[0]]
        for (before, first), (vertex, second) in itertools.pairwise(children):
            automorphism = self._match_nodes(first, second)
            if automorphism is not None:
                self._automorphisms.append(automorphism)
                orbits.merge(before, vertex)
            if orbits.find(vertex) == vertex:
                kept.append((vertex, second))
        return kept

    def _match_nodes(self, first: _Node, second: _Node) -> list[int] | None:
        """Look for an automorphism that takes one node to another of the same encoding; None when none is seen.

        Vertices alone in their cells go to their counterparts, the others stay where that is possible, and
        what is left closes the cycles.
        """
        at = {colour: vertex for vertex, colour in enumerate(second.colours) if colour not in second.cells}
        image = [-1] * self._count
        origin = [-1] * self._count
        left = []
        for vertex, colour in enumerate(first.colours):
            target = at.get(colour, -1) if colour not in first.cells else vertex
            if target >= 0 and second.colours[target] == colour:
                image[vertex], origin[target] = target, vertex
            else:
                left.append(vertex)
        for vertex in left:
            target = vertex
            while origin[target] >= 0:
                target = origin[target]
            if second.colours[target] != first.colours[vertex]:
                return None
            image[vertex], origin[target] = target, vertex
        return image if self._is_automorphism(image) else None

    def _is_automorphism(self, image: Sequence[int]) -> bool:
        return all(
            (label, tuple(image[vertex] for vertex in vertices)) in self._edge_set for label, vertices in self._edges
        )

    def _choose(
        self, children: Sequence[tuple[int, _Node]], orbits: _Orbits, path: tuple[int, ...], goal: list[int] | None
    ) -> _Node:
        """Follow every child that no automorphism leads to, and return the least leaf (see ``_descend``)."""
        best: _Node | None = None
        best_code: list[int] = []
        known = 0
        for vertex, child in children:
            for automorphism in self._automorphisms[known:]:
                if all(automorphism[fixed] == fixed for fixed in path):
                    orbits.merge_all(automorphism)
            known = len(self._automorphisms)
            if best is not None and orbits.find(vertex) != vertex:
                continue
            leaf = self._descend(child, (*path, vertex), goal if best is None else best_code)
            code = sorted(leaf.codes)
            if code == goal:
                return leaf
            if best is not None and code == best_code:
                self._automorphisms.append(_compose(best.colours, leaf.colours))
            elif best is None or code < best_code:
                best, best_code = leaf, code
        if best is None:
            raise AssertionError("a node of the search has at least one child")
        return best


def _compose(first: Sequence[int], second: Sequence[int]) -> list[int]:
    """Return the permutation that takes each vertex to the one at the same position of another labelling."""
    at = [0] * len(second)
    for vertex, position in enumerate(second):
        at[position] = vertex
    return [at[position] for position in first]


class _Orbits:
    """Classes of a cell's vertices; the representative of a class is its first vertex in the cell."""

    def __init__(self, cell: Sequence[int]) -> None:
        self._rank = {vertex: position for position, vertex in enumerate(cell)}
        self._parent = {vertex: vertex for vertex in cell}

    def find(self, vertex: int) -> int:
        while self._parent[vertex] != vertex:
            vertex = self._parent[vertex]
        return vertex

    def merge(self, first: int, second: int) -> None:
        first, second = self.find(first), self.find(second)
        if self._rank[first] > self._rank[second]:
            first, second = second, first
        self._parent[second] = first

    def merge_all(self, automorphism: Sequence[int]) -> None:
        for vertex in self._rank:
            self.merge(vertex, automorphism[vertex])
