"""Statements as a graph whose isomorphism is equality up to renaming; what is renamed depends on the grain."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Literal

from workbench.generation.canonical_labelling import canonicalise
from workbench.model.functions import FUNCTIONS
from workbench.model.rules import Atom, BodyElement, Comparison, Expression, Negation, Operation, Rule, iterate_atoms
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal, is_variable
from workbench.model.values import read_value

__all__ = [
    "ClauseGraph",
    "Grain",
    "Slot",
    "compute_digest",
    "list_atoms",
    "list_comparisons",
    "list_constants",
    "normalise_rule",
    "write_value",
]

Grain = Literal["exact", "named", "core"]
Slot = tuple[str, Term]
"""What a renamable vertex stands for: ``property``, ``class``, ``individual`` or ``literal``, and the term."""

_MIRRORED = {">": "<", ">=": "<="}
_MOST_IMAGES = 24
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ClauseGraph:
    """Collects vertices for what is renamed and labelled hyperedges for what is said.

    In ``exact`` only variables are renamed; in ``named`` individuals too, unless they are ``fixed``, and literals
    are kept by value; in ``core`` properties, classes and literals too, except that literals in ``valued`` keep
    their value.
    """

    def __init__(
        self, grain: Grain, fixed: frozenset[Term] = frozenset(), valued: frozenset[Term] = frozenset()
    ) -> None:
        self._grain = grain
        self._fixed = fixed
        self._valued = valued
        self._edges: dict[tuple[str, tuple[int, ...]], None] = {}
        self._colours: list[str] = []
        self._vertices: dict[Slot, int] = {}
        self._clauses = 0

    @property
    def slots(self) -> dict[Slot, int]:
        """The vertices that stand for terms."""
        return {slot: vertex for slot, vertex in self._vertices.items() if slot[0] not in ("variable", "clause")}

    def canonicalise(self, colours: Sequence[str] | None = None) -> tuple[bytes, tuple[int, ...]]:
        """Return certificate and labelling (see :func:`canonicalise`), with other ``colours`` when given."""
        return canonicalise(colours or self._colours, [*self._edges])

    @property
    def colours(self) -> list[str]:
        """The colours of the vertices, as a copy."""
        return self._colours[:]

    def _get_vertex(self, slot: Slot, colour: str) -> int:
        vertex = self._vertices.get(slot)
        if vertex is None:
            vertex = self._vertices[slot] = len(self._colours)
            self._colours.append(colour)
        return vertex

    def _add_edge(self, label: str, parts: Sequence[int | str]) -> None:
        """Add a hyperedge over the vertices in ``parts``; the texts in it become part of the label.

        Neither terms nor operators contain a tab.
        """
        words = [label, *(part if isinstance(part, str) else "*" for part in parts)]
        self._edges["\t".join(words), tuple(part for part in parts if not isinstance(part, str))] = None

    def place_slot(self, slot: Slot) -> int | str:
        """Return the vertex for a term, or the text that stands for it where it isn't renamed."""
        kind, term = slot
        grain = self._grain
        if grain == "exact":
            return term
        if kind == "literal":
            if grain == "named":
                return write_value(term)
            return self._get_vertex(slot, write_value(term) if term in self._valued else kind)
        if grain == "named" and (kind != "individual" or term in self._fixed):
            return term
        return self._get_vertex(slot, kind)

    def _place_node(self, term: Term, clause: int) -> int | str:
        if is_variable(term):
            return self._get_vertex(("variable", f"{clause}{term}"), "variable")
        return self.place_slot(("literal" if is_literal(term) else "individual", term))

    def _add_atom(self, label: str, start: Sequence[int], atom: Triple | Atom, clause: int = 0) -> None:
        subject, predicate, object_ = atom
        if predicate == RDF_TYPE and not is_variable(object_):
            parts = (self.place_slot(("class", object_)), self._place_node(subject, clause))
            self._add_edge(f"{label} class", [*start, *parts])
        else:
            ends = (self._place_node(subject, clause), self._place_node(object_, clause))
            self._add_edge(label, [*start, self.place_slot(("property", predicate)), *ends])

    def add_triples(self, label: str, triples: Iterable[Triple]) -> None:
        """Add statements without variables."""
        for triple in triples:
            self._add_atom(label, (), triple)

    def add_closed(self, terms: Iterable[Term]) -> None:
        """Mark properties and classes that already have a vertex as closed."""
        for term in terms:
            for kind in ("property", "class"):
                if (kind, term) in self._vertices:
                    self._add_edge("closed", [self._vertices[kind, term]])

    def add_clause(
        self, label: str, body: Iterable[BodyElement], head: Iterable[Atom] = (), asked: Sequence[str] = ()
    ) -> None:
        """Add a rule or a query in full; ``asked`` are the variables whose values are wanted, in order."""
        self._clauses += 1
        clause = self._clauses
        vertex = self._get_vertex(("clause", str(clause)), label)
        for atom in head:
            self._add_atom("head", (vertex,), atom, clause)
        for number, element in enumerate(body):
            if isinstance(element, Negation):
                negation = self._get_vertex(("clause", f"{clause}.{number}"), "not")
                self._add_edge("not", [vertex, negation])
                for part in element.elements:
                    self._add_element(negation, part, clause)
            else:
                self._add_element(vertex, element, clause)
        if asked:
            self._add_edge("asked", [vertex, *(self._place_node(variable, clause) for variable in asked)])

    def _add_element(self, vertex: int, element: Atom | Comparison, clause: int) -> None:
        if not isinstance(element, Comparison):
            self._add_atom("body", (vertex,), element, clause)
            return
        left, right = self._list_parts(element.left, clause), self._list_parts(element.right, clause)
        operator = _MIRRORED.get(element.operator, element.operator)
        if operator != element.operator:
            left, right = right, left
        self._add_edge("compare", [vertex, operator, *left, *right])
        if operator in ("=", "!="):
            self._add_edge("compare", [vertex, operator, *right, *left])

    def _list_parts(self, expression: Expression, clause: int) -> list[int | str]:
        if isinstance(expression, Operation):
            parts = [part for argument in expression.arguments for part in self._list_parts(argument, clause)]
            return [_name_operation(expression), *parts]
        if is_literal(expression) and self._grain != "exact":
            return [write_value(expression)]
        return [self._place_node(expression, clause)]

    def add_rule(self, rule: Rule) -> None:
        """Add a rule as one hyperedge per way to read it, or in full when there are too many."""
        shape = _find_shape(rule)
        if shape is None:
            self.add_clause("rule", rule.body, rule.head)
            return
        label, images = shape
        for image in images:
            self._add_edge(label, [self.place_slot(slot) for slot in image])


def _name_operation(operation: Operation) -> str:
    """Arithmetic by its sign; of other functions also the number of arguments, which tells where they end."""
    is_sign = bool(FUNCTIONS[operation.operator].symbol)
    return operation.operator if is_sign else f"{operation.operator}/{len(operation.arguments)}"


@lru_cache(maxsize=16384)
def write_value(literal: Term) -> str:
    """Return a text that two literals share exactly when they have the same value."""
    value = read_value(literal)
    if value is None:
        return literal
    content = value.value
    if isinstance(content, datetime) and content.tzinfo is not None:
        content = str(content - _EPOCH)
    return json.dumps([value.kind, *map(str, content)] if isinstance(content, tuple) else [value.kind, str(content)])


@lru_cache(maxsize=8192)
def normalise_rule(rule: Rule, grain: Literal["exact", "named"]) -> str:
    """Return a digest of a rule's body and head that the names and the order in it do not change.

    What is not about order or variables stays as it is, except that ``named`` takes literals by value.
    """
    # No individual of a rule is renamed: a rule's constants are part of what it says.
    graph = ClauseGraph(grain, list_constants(rule))
    graph.add_clause("rule", rule.body, rule.head)
    return compute_digest(graph.canonicalise()[0])


def compute_digest(data: bytes) -> str:
    """Return the first 32 hexadecimal digits of SHA-256."""
    return sha256(data).hexdigest()[:32]


def list_atoms(body: Iterable[BodyElement]) -> list[Atom]:
    """Return the atoms of a body, those under ``not`` last."""
    elements = tuple(body)
    return [*iterate_atoms(elements), *iterate_atoms(elements, negated=True)]


def list_comparisons(body: Iterable[BodyElement]) -> list[Comparison]:
    """Return the comparisons of a body, those under ``not`` too."""
    found: list[Comparison] = []
    for element in body:
        parts = element.elements if isinstance(element, Negation) else (element,)
        found += [part for part in parts if isinstance(part, Comparison)]
    return found


def _list_terms(expression: Expression) -> list[Expression]:
    if not isinstance(expression, Operation):
        return [expression]
    return [term for argument in expression.arguments for term in _list_terms(argument)]


@lru_cache(maxsize=8192)
def list_constants(rule: Rule) -> frozenset[Term]:
    """Return the individuals that a rule names."""
    found: list[Expression] = []
    for atom in (*rule.head, *list_atoms(rule.body)):
        found += [atom.subject] if atom.predicate == RDF_TYPE else [atom.subject, atom.object]
    for comparison in list_comparisons(rule.body):
        found += _list_terms(comparison.left) + _list_terms(comparison.right)
    return frozenset(t for t in found if isinstance(t, str) and not is_variable(t) and not is_literal(t))


@lru_cache(maxsize=8192)
def _find_shape(rule: Rule) -> tuple[str, tuple[tuple[Slot, ...], ...]] | None:
    """Return what remains of a rule without its terms, and the terms in the order in which they fill it.

    A rule in which terms can change places, such as ``p(?x, ?y) ^ q(?x, ?y) -> r(?x, ?y)``, has several such orders
    and all are given; None when there are more than 24.
    """
    graph = ClauseGraph("core")
    graph.add_clause("rule", rule.body, rule.head)
    certificate, labelling = graph.canonicalise()
    slots = sorted(graph.slots.items(), key=lambda item: labelling[item[1]])

    def mark(marks: Iterable[tuple[int, str]]) -> bytes:
        colours = graph.colours
        for vertex, text in marks:
            colours[vertex] += f" {text}"
        return graph.canonicalise(colours)[0]

    # Two slots can change places only if marking one or the other gives the same graph.
    orbits: dict[bytes, list[int]] = {}
    for position, (_, vertex) in enumerate(slots):
        orbits.setdefault(mark([(vertex, "here")]), []).append(position)
    if math.prod(math.factorial(len(orbit)) for orbit in orbits.values()) > _MOST_IMAGES:
        return None
    marked = mark((vertex, str(position)) for position, (_, vertex) in enumerate(slots))
    images = []
    for choice in itertools.product(*(itertools.permutations(orbit) for orbit in orbits.values())):
        order = [0] * len(slots)
        for orbit, permuted in zip(orbits.values(), choice, strict=True):
            for position, source in zip(orbit, permuted, strict=True):
                order[position] = source
        if mark((slots[source][1], str(position)) for position, source in enumerate(order)) == marked:
            images.append(tuple(slots[source][0] for source in order))
    return f"rule {compute_digest(certificate)}", tuple(images)
