"""Shapes and small graphs for tests: written as triples, judged by pySHACL itself in this process."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

import pyshacl
import rdflib

from workbench.formats.rdf import parse_rdf
from workbench.model.terms import RDF_TYPE, Term, Triple, is_blank, is_iri, split_literal

__all__ = ["PREFIXES", "find_nonconforming", "list_graphs", "read_turtle"]

PREFIXES = """\
@prefix : <https://example.org/t#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""


def read_turtle(text: str) -> tuple[Triple, ...]:
    """Return the triples of Turtle with the usual prefixes."""
    return tuple(parse_rdf((PREFIXES + text).encode(), "shapes.ttl").triples)


def _make_node(term: Term) -> rdflib.term.Node:
    if is_iri(term):
        return rdflib.URIRef(term[1:-1])
    if is_blank(term):
        return rdflib.BNode(term[2:])
    text, datatype, language = split_literal(term)
    if language:
        return rdflib.Literal(text, lang=language)
    name = None if datatype.endswith("#string>") else rdflib.URIRef(datatype[1:-1])
    return rdflib.Literal(text, datatype=name, normalize=False)


def make_graph(triples: Iterable[Triple]) -> rdflib.Graph:
    """Return triples as a graph of rdflib."""
    graph = rdflib.Graph()
    for triple in triples:
        graph.add(tuple(_make_node(term) for term in triple))  # type: ignore[arg-type]
    return graph


def find_nonconforming(data: Iterable[Triple], shapes: Iterable[Triple]) -> set[str]:
    """Return the nodes, as text without brackets, of which pySHACL says that they do not conform to some shape."""
    _, report, _ = pyshacl.validate(make_graph(data), shacl_graph=make_graph(shapes), advanced=False, inference="none")
    assert isinstance(report, rdflib.Graph)
    focus = rdflib.URIRef("http://www.w3.org/ns/shacl#focusNode")
    top = set(report.objects(None, rdflib.URIRef("http://www.w3.org/ns/shacl#result")))
    return {str(node) for result in top for node in report.objects(result, focus)}


def list_graphs(
    class_: Term, values: Sequence[tuple[Term, Term]], most: int
) -> Iterator[tuple[Term, tuple[Triple, ...]]]:
    """Yield small graphs, each with its own node of a class and up to ``most`` of some property values."""
    number = itertools.count()
    for size in range(most + 1):
        for chosen in itertools.combinations(values, size):
            node = f"<https://example.org/n#{next(number)}>"
            yield node, ((node, RDF_TYPE, class_), *((node, predicate, value) for predicate, value in chosen))
