"""Graphs up to isomorphism, taken apart into what nothing moves and the rest.

Colour refinement (1-dimensional Weisfeiler-Leman) gives every vertex of most graphs a cell of its own. Such a vertex
is fixed by every automorphism, so its place in the order of the cells is as good as a name. What remains falls apart
into components that touch one another through fixed vertices only, and each is labelled by itself
(:func:`workbench.generation.identity.canonical_labelling.canonicalise`); most of them are single vertices, of which
the cell says everything. A graph with something added needs no more than the added edges and the components that they
touch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from workbench.errors import LimitError
from workbench.generation.identity.canonical_labelling import DEFAULT_WORK_LIMIT, canonicalise

__all__ = ["Edge", "StableForm", "find_stable_form", "join_texts"]

Edge = tuple[str, tuple[int, ...]]
"""A label and the vertices it joins, in order. A label belongs to one number of vertices."""


def join_texts(texts: Iterable[str]) -> str:
    """Return one text for several, from which they can be told again: each follows its length."""
    return "".join([f"{len(text)}:{text}" for text in texts])


class StableForm:
    """A graph in its stable colouring.

    Two graphs have the same ``certificate`` exactly when they are isomorphic. ``colours`` has for every vertex the
    position at which its cell begins.
    """

    __slots__ = ("_edges", "_moved", "_parts", "certificate", "colours")

    def __init__(self, colours: list[int], edges: Sequence[Edge], moved: Collection[int], head: list[str]) -> None:
        self.colours = colours
        self._edges = edges
        self._moved: dict[int, int] = dict.fromkeys(moved, -1)
        self._parts: list[tuple[list[int], list[Edge]]] = []
        if moved:
            self._find_parts()
            head += sorted(self._certify(part) for part in self._parts if len(part[0]) > 1)
        self.certificate: str = join_texts(head)

    def name_vertex(self, vertex: int) -> str | None:
        """Return a text that stands for a vertex which no automorphism moves; None for others."""
        return None if vertex in self._moved else f"#{self.colours[vertex]}"

    def _find_parts(self) -> None:
        """Take what moves apart; edges are kept where they join two vertices that move (see the module)."""
        moved = self._moved
        joining = [(label, vertices) for label, vertices in self._edges if sum(v in moved for v in vertices) > 1]
        near: dict[int, list[int]] = {}
        for _, vertices in joining:
            ends = [vertex for vertex in vertices if vertex in moved]
            for vertex in ends:
                near.setdefault(vertex, []).extend(ends)
        for first in moved:
            if moved[first] >= 0:
                continue
            number, members = len(self._parts), [first]
            moved[first] = number
            for vertex in members:
                for other in near.get(vertex, ()):
                    if moved[other] < 0:
                        moved[other] = number
                        members.append(other)
            self._parts.append((members, []))
        for label, vertices in joining:
            number = next(moved[vertex] for vertex in vertices if vertex in moved)
            self._parts[number][1].append((label, vertices))

    def _certify(self, part: tuple[list[int], list[Edge]]) -> str:
        members, edges = part
        at = {vertex: position for position, vertex in enumerate(members)}
        local = [self._localise(label, vertices, at) for label, vertices in edges]
        return canonicalise([str(self.colours[vertex]) for vertex in members], local)[0].decode()

    def _localise(self, label: str, vertices: tuple[int, ...], at: dict[int, int]) -> Edge:
        """Return an edge with its fixed vertices as part of the label."""
        if len(vertices) == 2 and vertices[0] in at and vertices[1] in at:
            return label, (at[vertices[0]], at[vertices[1]])
        words = [label, *("*" if vertex in at else f"#{self.colours[vertex]}" for vertex in vertices)]
        return "\t".join(words), tuple([at[vertex] for vertex in vertices if vertex in at])

    def extend(self, fresh: Sequence[str], edges: Iterable[Edge]) -> str:
        """Return a text that tells extensions of this graph apart up to isomorphism.

        An extension has further vertices with the colours ``fresh``, numbered on from this graph's, and further
        edges, each once. Two graphs with extensions are isomorphic (as such) exactly when certificates and texts are
        equal.
        """
        count, moved = len(self.colours), self._moved
        at = {count + number: number for number in range(len(fresh))}
        names = [f"+{colour}" for colour in fresh]
        plain: list[str] = []
        open_: list[Edge] = []
        inner: list[Edge] = []
        for label, vertices in edges:
            is_open = False
            for vertex in vertices:
                if vertex in moved and vertex not in at:
                    members, joining = self._parts[moved[vertex]]
                    for member in members:
                        at[member] = len(names)
                        names.append(f"={self.colours[member]}")
                    inner += joining
                is_open = is_open or vertex in at
            if is_open:
                open_.append((label, vertices))
            else:
                plain.append("\t".join([label, *(f"#{self.colours[vertex]}" for vertex in vertices)]))
        plain.sort()
        if not names:
            return "\n".join(plain)
        local = [self._localise(f"={label}", vertices, at) for label, vertices in inner]
        local += [self._localise(label, vertices, at) for label, vertices in open_]
        return join_texts(["\n".join(plain), find_stable_form(names, local).certificate])


def _untie(label: str, vertices: tuple[int, ...]) -> Edge:
    """Return an edge with no vertex twice; where one was, the label tells."""
    apart = tuple(dict.fromkeys(vertices))
    return f"{label}\t{','.join(str(apart.index(vertex)) for vertex in vertices)}", apart


def find_stable_form(colours: Sequence[str], edges: Iterable[Edge]) -> StableForm:
    """Return the stable form of a graph whose vertices have the ``colours`` and whose ``edges`` are all different.

    Colours and labels hold no line break. Raises LimitError when what moves is too large and too regular to be
    labelled.
    """
    count, longest, listed = len(colours), 2, []
    for edge in edges:
        vertices = edge[1]
        size = len(vertices)
        if size == 2:
            if vertices[0] == vertices[1]:
                edge = _untie(*edge)
        elif size > 2:
            if len(set(vertices)) < size:
                edge = _untie(*edge)
            longest = max(longest, size)
        listed.append(edge)
    labels = sorted({label for label, _ in listed})
    rank = {label: number for number, label in enumerate(labels)}
    top = count**longest
    marks: list[list[int]] = [[] for _ in colours]
    near: list[list[tuple[int, int]]] = [[] for _ in colours]
    far: list[list[tuple[int, tuple[int, ...]]]] = [[] for _ in colours]
    coded: list[tuple[int, tuple[int, ...]]] = []
    for label, vertices in listed:
        number = rank[label]
        size = len(vertices)
        if size == 2:
            first, second = vertices
            code = 2 * number * count
            near[first].append((code, second))
            near[second].append((code + count, first))
            coded.append((number, vertices))
        elif size == 1:
            marks[vertices[0]].append(number)
        else:
            coded.append((number, vertices))
            for position, vertex in enumerate(vertices):
                # Below zero, so that no code of a longer edge equals one of two vertices.
                far[vertex].append((-(number * longest + position + 1) * top, vertices))
    groups: dict[str, list[int]] = {}
    for vertex, colour in enumerate(colours):
        own = marks[vertex]
        if own:
            own.sort()
            colour = f"{colour} {own}"
        groups.setdefault(colour, []).append(vertex)
    stable, cells, start = [0] * count, {}, 0
    order = sorted(groups)
    for key in order:
        group = groups[key]
        for vertex in group:
            stable[vertex] = start
        if len(group) > 1:
            cells[start] = group
        start += len(group)
    _refine(stable, cells, near, far)
    codes = []
    for number, vertices in coded:
        if len(vertices) == 2:
            codes.append((number * count + stable[vertices[0]]) * count + stable[vertices[1]])
        else:
            code = number
            for vertex in vertices:
                code = code * count + stable[vertex]
            codes.append(code)
    codes.sort()
    head = ["\n".join([f"{len(groups[key])} {key}" for key in order]), "\n".join(labels), str(codes)]
    if not cells:
        return StableForm(stable, listed, (), head)
    head.append(str([(start, len(cells[start])) for start in sorted(cells)]))
    moved = [vertex for start in sorted(cells) for vertex in cells[start]]
    return StableForm(stable, listed, moved, head)


def _refine(
    colours: list[int],
    cells: dict[int, list[int]],
    near: Sequence[Sequence[tuple[int, int]]],
    far: Sequence[Sequence[tuple[int, tuple[int, ...]]]],
) -> None:
    """Split cells in rounds until all vertices of each see the same.

    Cells come in the order of their positions, and parts in that of what they see, so that the result depends on the
    graph alone and not on how its vertices are numbered.
    """
    count, work, changed = len(colours), DEFAULT_WORK_LIMIT, True
    while changed and cells:
        changed = False
        for start in sorted(cells):
            cell = cells[start]
            work -= len(cell)
            if work < 0:
                raise LimitError("A structure is too large to be compared up to renaming.")
            parts: dict[tuple[int, ...], list[int]] = {}
            for vertex in cell:
                seen = [code + colours[other] for code, other in near[vertex]]
                for code, vertices in far[vertex]:
                    digits = 0
                    for other in vertices:
                        digits = digits * count + colours[other]
                    seen.append(code + digits)
                seen.sort()
                parts.setdefault(tuple(seen), []).append(vertex)
            if len(parts) == 1:
                continue
            changed = True
            del cells[start]
            for signature in sorted(parts):
                part = parts[signature]
                if len(part) > 1:
                    cells[start] = part
                for vertex in part:
                    colours[vertex] = start
                start += len(part)
