"""Stable forms and their extensions against all bijections, and on graphs that refinement alone does not tell apart."""

import itertools
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import LimitError
from workbench.generation.identity import stable_forms
from workbench.generation.identity.stable_forms import Edge, find_stable_form, join_texts

Graph = tuple[list[str], list[Edge]]
ARITY = {"u": 1, "p": 2, "q": 2, "t": 3}


def move(edges: Sequence[Edge], order: Sequence[int]) -> list[Edge]:
    return [(label, tuple(order[vertex] for vertex in vertices)) for label, vertices in edges]


def relabel(graph: Graph, order: Sequence[int]) -> Graph:
    colours = [""] * len(order)
    for vertex, colour in enumerate(graph[0]):
        colours[order[vertex]] = colour
    return colours, move(graph[1], order)


def are_isomorphic(first: Graph, second: Graph, extra: Sequence[Edge] = (), other: Sequence[Edge] = ()) -> bool:
    return any(
        relabel(first, order)[0] == second[0]
        and set(move(first[1], order)) == set(second[1])
        and set(move(extra, order)) == set(other)
        for order in itertools.permutations(range(len(first[0])))
        if len(first[0]) == len(second[0])
    )


@st.composite
def edges(draw: st.DrawFn, count: int, most: int) -> list[Edge]:
    found = []
    for _ in range(draw(st.integers(0, most))):
        label = draw(st.sampled_from(list(ARITY)))
        vertex = st.integers(0, count - 1)
        found.append((label, tuple(draw(vertex) for _ in range(ARITY[label]))))
    return list(dict.fromkeys(found))


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 5))
    return draw(st.lists(st.sampled_from("aab"), min_size=count, max_size=count)), draw(edges(count, 6))


@settings(max_examples=150)
@given(st.data())
def test_certificates_against_all_bijections(data: st.DataObject) -> None:
    first = data.draw(graphs())
    count = len(first[0])
    second = relabel(first, data.draw(st.permutations(range(count))))
    changes: bool = data.draw(st.booleans())
    if second[1] and changes:
        position = data.draw(st.integers(0, len(second[1]) - 1))
        label, vertices = second[1][position]
        changed = (label, tuple(data.draw(st.integers(0, count - 1)) for _ in vertices))
        second[1][position] = changed
        second = second[0], list(dict.fromkeys(second[1]))
    same = find_stable_form(*first).certificate == find_stable_form(*second).certificate
    assert same == are_isomorphic(first, second)


@settings(max_examples=200)
@given(st.data())
def test_extensions_against_all_bijections(data: st.DataObject) -> None:
    """A graph renumbered, with two edges more or less and one vertex more: equal only when a bijection keeps all."""
    base = data.draw(graphs())
    count = len(base[0])
    extra = data.draw(edges(count + 1, 3))
    order = data.draw(st.permutations(range(count)))
    other_base = relabel(base, order)
    other = move(extra, [*order, count])
    if data.draw(st.booleans()):
        more = data.draw(edges(count + 1, 2))
        other = list(dict.fromkeys([*other[1:], *more]))
    texts = [find_stable_form(*graph).extend(["n"], more) for graph, more in ((base, extra), (other_base, other))]
    whole = [([*graph[0], "n"], graph[1]) for graph in (base, other_base)]
    assert (texts[0] == texts[1]) == are_isomorphic(whole[0], whole[1], extra, other)


def make_undirected(count: int, pairs: Sequence[tuple[int, int]]) -> Graph:
    return [""] * count, [("e", pair) for a, b in pairs for pair in ((a, b), (b, a))]


def cycle(*lengths: int) -> Graph:
    pairs, start = [], 0
    for length in lengths:
        pairs += [(start + i, start + (i + 1) % length) for i in range(length)]
        start += length
    return make_undirected(start, pairs)


def petersen() -> Graph:
    pairs = [p for i in range(5) for p in ((i, (i + 1) % 5), (5 + i, 5 + (i + 2) % 5), (i, i + 5))]
    return make_undirected(10, pairs)


def prism() -> Graph:
    pairs = [p for i in range(5) for p in ((i, (i + 1) % 5), (5 + i, 5 + (i + 1) % 5), (i, i + 5))]
    return make_undirected(10, pairs)


def star_and_square() -> tuple[Graph, Graph]:
    """The smallest pair with one spectrum: the star with four rays, and a square beside a point."""
    return make_undirected(5, [(0, n) for n in range(1, 5)]), make_undirected(5, [(0, 1), (1, 2), (2, 3), (3, 0)])


def twist(base: Sequence[tuple[int, int]], *, odd: bool) -> Graph:
    """The construction of Cai, Fürer and Immerman over a graph: refinement does not tell the twisted one apart."""
    around: dict[int, list[int]] = {}
    for number, (a, b) in enumerate(base):
        around.setdefault(a, []).append(number)
        around.setdefault(b, []).append(number)
    at: dict[object, int] = {}
    pairs = []

    def place(name: object) -> int:
        return at.setdefault(name, len(at))

    for vertex, own in sorted(around.items()):
        for size in range(0, len(own) + 1, 2):
            for chosen in itertools.combinations(own, size):
                pairs += [(place((vertex, chosen)), place((vertex, edge, edge in chosen))) for edge in own]
    for number, (a, b) in enumerate(base):
        crossed = odd and number == 0
        for bit in (False, True):
            pairs.append((place((a, number, bit)), place((b, number, bit != crossed))))
    return make_undirected(len(at), pairs)


TETRAHEDRON = list(itertools.combinations(range(4), 2))
HARD = {
    "hexagon": cycle(6),
    "triangles": cycle(3, 3),
    "Petersen": petersen(),
    "prism": prism(),
    "star": star_and_square()[0],
    "square and point": star_and_square()[1],
    "untwisted": twist(TETRAHEDRON, odd=False),
    "twisted": twist(TETRAHEDRON, odd=True),
}


def test_graphs_that_refinement_does_not_tell_apart() -> None:
    shuffle = random.Random(1)
    seen: dict[str, str] = {}
    for name, graph in HARD.items():
        certificate = find_stable_form(*graph).certificate
        assert seen.setdefault(certificate, name) == name
        for _ in range(3):
            order = list(range(len(graph[0])))
            shuffle.shuffle(order)
            assert find_stable_form(*relabel(graph, order)).certificate == certificate
    assert len(seen) == len(HARD)


@pytest.mark.parametrize("name", ["Petersen", "prism", "hexagon", "triangles"])
def test_pairs_of_vertices_in_regular_graphs(name: str) -> None:
    """As many kinds of pairs as the group of the graph has orbits on them."""
    graph = HARD[name]
    form, count = find_stable_form(*graph), len(graph[0])
    kinds = {form.extend([], [("ask", pair)]) for pair in itertools.product(range(count), repeat=2)}
    # Distances; between the prism's rings also whether the way of length two crosses. Two triangles: same or other.
    assert len(kinds) == {"Petersen": 3, "prism": 6, "hexagon": 4, "triangles": 3}[name]


def test_many_alike_cost_nothing() -> None:
    """Eight families of twins: the group has more than ten to the twentieth members."""
    rows: list[Edge] = []
    for family in range(8):
        rows += [("p", (family, 8 + 6 * family + child)) for child in range(6)]
    form = find_stable_form(["parent"] * 8 + ["child"] * 48, rows)
    assert len({form.extend([], [("ask", (a, b))]) for a in range(8) for b in range(8, 56)}) == 2
    assert len({form.extend([], [("ask", (8, b))]) for b in range(8, 56)}) == 3


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stable_forms, "DEFAULT_WORK_LIMIT", 10)
    with pytest.raises(LimitError, match="too large"):
        find_stable_form(*cycle(20))


def test_joined_texts_can_be_told_again() -> None:
    listed = [("", "a"), ("a", ""), ("1:a",), ("1", ":a"), ("a",), ()]
    assert len({join_texts(texts) for texts in listed}) == len(listed)
