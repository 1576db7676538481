"""RDFC-1.0: against the library's implementation, rdflib's isomorphism, and relabelling."""

import time
import warnings

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rdf_strategies import find_blanks, graphs, relabel
from rdflib.compare import isomorphic

from workbench.errors import LimitError
from workbench.formats.canonical import canonicalise, compute_digest, name_blanks
from workbench.model.terms import Triple

P = "<http://example.org/p>"


def to_text(graph: object) -> str:
    return "".join(" ".join(t) + " .\n" for t in graph)  # type: ignore[attr-defined]


def canonicalise_by_library(graph: set[Triple]) -> set[str]:
    dataset = ox.Dataset(ox.parse(to_text(graph), ox.RdfFormat.N_TRIPLES))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {f"{q.subject} {q.predicate} {q.object}" for q in dataset}


blank_graphs = st.sets(
    st.tuples(
        st.integers(0, 5).map(lambda i: f"_:n{i}"),
        st.just(P),
        st.one_of(st.integers(0, 5).map(lambda i: f"_:n{i}"), st.just('"x"')),
    ),
    max_size=10,
)


@given(st.one_of(graphs(), blank_graphs))
def test_labels_are_those_of_the_library(graph: set[Triple]) -> None:
    assert {" ".join(t) for t in canonicalise(graph)} == canonicalise_by_library(graph)


@given(graphs(), st.randoms(use_true_random=False))
def test_digest_is_blind_to_labels_and_order(graph: set[Triple], random: object) -> None:
    blanks = find_blanks(graph)
    fresh = [f"_:z{i}" for i in range(len(blanks))]
    random.shuffle(fresh)  # type: ignore[attr-defined]
    renamed = relabel(graph, dict(zip(blanks, fresh, strict=True)))
    random.shuffle(renamed)  # type: ignore[attr-defined]
    assert compute_digest(renamed) == compute_digest(graph)
    assert sorted(name_blanks(renamed).values()) == sorted(name_blanks(graph).values())


@settings(max_examples=60)
@given(blank_graphs, blank_graphs)
def test_digests_agree_exactly_for_isomorphic_graphs(first: set[Triple], second: set[Triple]) -> None:
    assume(len(first) == len(second) or len(first) % 2)
    with warnings.catch_warnings():
        # rdflib's own modules use what rdflib deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        graphs_of = [rdflib.Graph().parse(data=to_text(g), format="nt") for g in (first, second)]
        same = isomorphic(*graphs_of)
    assert (compute_digest(first) == compute_digest(second)) == same


def test_digest_of_a_small_graph_is_that_of_its_canonical_quads() -> None:
    # The empty graph, and one whose canonical form is the line itself: SHA-256 computed with sha256sum.
    assert compute_digest([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert canonicalise([("_:q", P, '"a"')]) == (("_:c14n0", P, '"a"'),)


def test_two_triangles_differ_from_a_hexagon() -> None:
    hexagon = [(f"_:{i}", P, f"_:{(i + 1) % 6}") for i in range(6)]
    triangles = [(f"_:{k}{i}", P, f"_:{k}{(i + 1) % 3}") for k in "ab" for i in range(3)]
    assert compute_digest(hexagon) != compute_digest(triangles)


def test_long_equal_lists_need_no_recursion() -> None:
    rest, first = "<urn:rest>", "<urn:first>"
    graph = [
        triple
        for k in "ab"
        for i in range(800)
        for triple in ((f"_:{k}{i}", first, f'"{i // 2}"'), (f"_:{k}{i}", rest, f"_:{k}{i + 1}"))
    ]
    assert len(canonicalise(graph)) == len(graph)


def test_a_graph_made_to_be_hard_is_refused_soon() -> None:
    clique = [(f"_:n{i}", P, f"_:n{j}") for i in range(9) for j in range(9) if i != j]
    start = time.process_time()
    with pytest.raises(LimitError, match="9 blank nodes"):
        compute_digest(clique)
    assert time.process_time() - start < 10


def test_a_large_ground_graph_is_quick() -> None:
    graph = [(f"<urn:s{i % 997}>", P, f'"{i}"') for i in range(100_000)]
    start = time.process_time()
    compute_digest(graph)
    assert time.process_time() - start < 2


def test_names_of_blanks_stay_when_something_else_changes() -> None:
    graph = [("<urn:a>", P, "_:x"), ("<urn:b>", P, "_:x"), ("_:x", P, '"1"')]
    before = name_blanks(graph)["_:x"]
    after = name_blanks([*graph, ("_:y", P, "_:z"), ("_:z", P, '"2"')])["_:x"]
    assert before == after
