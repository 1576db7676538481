"""Statements as a graph whose isomorphism is equality up to renaming; what is renamed depends on the grain."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Literal

from workbench.generation.identity.canonical_labelling import canonicalise
from workbench.generation.identity.clauses import Clause, fill_clause, list_constants, name_operation, write_value
from workbench.generation.identity.stable_forms import StableForm, find_stable_form
from workbench.model.rules import Atom, Comparison, Expression, Negation, Operation, Rule
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal

__all__ = [
    "ClauseGraph",
    "Grain",
    "Shape",
    "Slot",
    "compute_digest",
    "find_rule_shape",
    "normalise_rule",
    "write_clause",
]

Grain = Literal["exact", "named", "core"]
Slot = tuple[str, Term]
"""What a renamable vertex stands for: ``property``, ``class``, ``individual`` or ``literal``, and the term."""
Shape = tuple[str, tuple[tuple[Slot, ...], ...]]
"""What remains of a clause without its renamable terms, and the orders in which they fill it."""

_MIRRORED = {">": "<", ">=": "<="}
_MOST_IMAGES = 24
_NOTHING_KNOWN: dict[str, dict[Term, int | str]] = {
    "individual": {}, "property": {}, "class": {}, "literal": {}
}  # fmt: skip


class ClauseGraph:
    """Collects vertices for what is renamed and labelled hyperedges for what is said.

    In ``exact`` only variables are renamed; in ``named`` individuals too, unless they are ``fixed``, and literals
    are kept by value; in ``core`` properties, classes and literals too, except that literals in ``valued`` keep
    their value. With a ``base`` the graph says something more about that one's vertices.
    """

    def __init__(
        self,
        grain: Grain,
        fixed: frozenset[Term] = frozenset(),
        valued: frozenset[Term] = frozenset(),
        base: ClauseGraph | None = None,
    ) -> None:
        self._grain = grain
        self._fixed = fixed
        self._valued = valued
        self._edges: dict[tuple[str, tuple[int, ...]], None] = {}
        self._colours: list[str] = []
        self._places: dict[str, dict[Term, int | str]] = {"individual": {}, "property": {}, "class": {}, "literal": {}}
        self._inner: dict[str, int] = {}
        self._clauses = 0
        self._form: StableForm | None = None
        self._named = False
        self._base = base
        self._known: dict[str, dict[Term, int | str]] = _NOTHING_KNOWN
        self._first = 0
        if base is not None:
            self._known, self._first, self._clauses = base._name_places(), len(base._colours), base._clauses

    @property
    def slots(self) -> dict[Slot, int]:
        """The vertices that stand for terms."""
        return {
            (kind, term): vertex
            for kind, places in self._places.items()
            for term, vertex in places.items()
            if isinstance(vertex, int)
        }

    def canonicalise(self, colours: Sequence[str] | None = None) -> tuple[bytes, tuple[int, ...]]:
        """Return certificate and labelling (see :func:`canonicalise`), with other ``colours`` when given.

        Only a graph without a base has these.
        """
        return canonicalise(colours or self._colours, [*self._edges])

    def settle(self) -> StableForm:
        """Return the stable form of a graph without a base; nothing may be added afterwards."""
        if self._form is None:
            self._form = find_stable_form(self._colours, self._edges)
        return self._form

    def _name_places(self) -> dict[str, dict[Term, int | str]]:
        """Return where terms are; what no renaming moves has got a name."""
        if not self._named:
            self._named, form = True, self.settle()
            for places in self._places.values():
                for term, place in places.items():
                    if isinstance(place, int):
                        places[term] = form.name_vertex(place) or place
        return self._places

    def describe(self) -> str:
        """Return a text that is the same for equal graphs up to renaming; with a base, beside the base's own."""
        if self._base is None:
            return self.settle().certificate
        return self._base.settle().extend(self._colours, self._edges)

    @property
    def colours(self) -> list[str]:
        """The colours of the vertices, as a copy."""
        return self._colours[:]

    def _add_vertex(self, colour: str) -> int:
        self._colours.append(colour)
        return self._first + len(self._colours) - 1

    def _add_edge(self, label: str, parts: Sequence[int | str]) -> None:
        """Add a hyperedge over the vertices in ``parts``; the texts in it become part of the label.

        Neither terms nor operators contain a tab.
        """
        vertices = []
        for part in parts:
            if part.__class__ is str:
                label = f"{label}\t{part}"
            else:
                label += "\t*"
                vertices.append(part)
        self._edges[label, tuple(vertices)] = None  # type: ignore[arg-type]

    def place_slot(self, slot: Slot) -> int | str:
        """Return the vertex for a term, or the text that stands for it where it isn't renamed."""
        kind, term = slot
        place = self._places[kind].get(term)
        return self._find_place(kind, term) if place is None else place

    def _find_place(self, kind: str, term: Term) -> int | str:
        place = self._known[kind].get(term)
        if place is None:
            grain = self._grain
            if grain == "exact":
                place = term
            elif kind == "literal":
                if grain == "named":
                    place = write_value(term)
                else:
                    place = self._add_vertex(write_value(term) if term in self._valued else kind)
            elif grain == "named" and (kind != "individual" or term in self._fixed):
                place = term
            else:
                place = self._add_vertex(kind)
        self._places[kind][term] = place
        return place

    def _place_node(self, term: Term, clause: int) -> int | str:
        if term[0] == "?":
            return self._place_inner(f"{clause}{term}", "variable")
        kind = "literal" if term[0] == '"' else "individual"
        place = self._places[kind].get(term)
        return self._find_place(kind, term) if place is None else place

    def _place_inner(self, name: str, colour: str) -> int:
        vertex = self._inner.get(name)
        if vertex is None:
            vertex = self._inner[name] = self._add_vertex(colour)
        return vertex

    def _add_atom(self, label: str, start: Sequence[int], atom: Triple | Atom, clause: int = 0) -> None:
        subject, predicate, object_ = atom
        if predicate == RDF_TYPE and object_[0] != "?":
            own = self._places["class"].get(object_)
            if own is None:
                own = self._find_place("class", object_)
            self._add_edge(f"{label} class", (*start, own, self._place_node(subject, clause)))
        else:
            own = self._places["property"].get(predicate)
            if own is None:
                own = self._find_place("property", predicate)
            ends = self._place_node(subject, clause), self._place_node(object_, clause)
            self._add_edge(label, (*start, own, *ends))

    def add_triples(self, label: str, triples: Iterable[Triple]) -> None:
        """Add statements without variables."""
        for triple in triples:
            self._add_atom(label, (), triple)

    def add_closed(self, terms: Iterable[Term]) -> None:
        """Mark properties and classes that already have a vertex, here and not in the base, as closed."""
        for term in terms:
            for kind in ("property", "class"):
                place = self._places[kind].get(term)
                if place is not None and term not in self._known[kind]:
                    self._add_edge("closed", [place])

    def add_clause(self, label: str, clause: Clause, start: Sequence[int] = ()) -> None:
        """Add a conjunction or rule in full."""
        self._clauses += 1
        number = self._clauses
        vertex = self._add_vertex(label)
        if start:
            self._add_edge("part", [*start, vertex])
        for atom in clause.head:
            self._add_atom("head", (vertex,), atom, number)
        for element in clause.body:
            if isinstance(element, Negation):
                negation = self._add_vertex("not")
                self._add_edge("not", [vertex, negation])
                for part in element.elements:
                    self._add_element(negation, part, number)
            else:
                self._add_element(vertex, element, number)
        if clause.asked:
            self._add_edge("asked", [vertex, *(self._place_node(variable, number) for variable in clause.asked)])
        for variable in clause.compared:
            self._add_edge("compared", [vertex, self._place_node(variable, number)])

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
            return [name_operation(expression), *parts]
        if is_literal(expression) and self._grain != "exact":
            return [write_value(expression)]
        return [self._place_node(expression, clause)]

    def add_rule(self, rule: Rule) -> None:
        """Add a rule as one hyperedge per way to read it, or in full when there are too many."""
        shape = find_rule_shape(rule)
        if shape is None:
            self.add_clause("rule", Clause(rule.body, rule.head))
        else:
            self.add_shape(shape)

    def add_shape(self, shape: Shape, start: Sequence[int] = (), role: str = "") -> None:
        """Add a clause as one hyperedge per way to read it."""
        label, images = shape
        if role:
            label = f"{role} {label}"
        for image in images:
            self._add_edge(label, [*start, *(self.place_slot(slot) for slot in image)])

    def add_part(self, role: str, clauses: Sequence[tuple[str, Clause | Triple]], note: str, position: int) -> None:
        """Add clauses that belong together, each with what it is there for."""
        start: tuple[int, ...] = ()
        if len(clauses) != 1 or note or position >= 0:
            start = (self._add_vertex(f"{role} {position} {json.dumps(note)}"),)
        for what, clause in clauses:
            name = f"{role}/{what}"
            if not isinstance(clause, Clause):
                self._add_atom(name, start, clause)
            elif (shape := _find_filled_shape(clause, "core" if self._grain == "core" else "named")) is not None:
                self.add_shape(shape, start, name)
            else:
                self.add_clause(name, clause, start)


@lru_cache(maxsize=8192)
def normalise_rule(rule: Rule, grain: Literal["exact", "named"]) -> str:
    """Return a digest of a rule's body and head that the names and the order in it do not change.

    What is not about order or variables stays as it is, except that ``named`` takes literals by value.
    """
    # No individual of a rule is renamed: a rule's constants are part of what it says.
    graph = ClauseGraph(grain, list_constants(rule))
    graph.add_clause("rule", Clause(rule.body, rule.head))
    return compute_digest(graph.canonicalise()[0])


def compute_digest(data: bytes) -> str:
    """Return the first 32 hexadecimal digits of SHA-256."""
    return sha256(data).hexdigest()[:32]


@lru_cache(maxsize=8192)
def find_rule_shape(rule: Rule) -> Shape | None:
    """Return what remains of a rule without its terms, and the terms in the order in which they fill it.

    A rule in which terms can change places, such as ``p(?x, ?y) ^ q(?x, ?y) -> r(?x, ?y)``, has several such orders
    and all are given; None when there are more than 24.
    """
    return _find_shape(Clause(rule.body, rule.head), "core")


@lru_cache(maxsize=8192)
def _find_shape(clause: Clause, grain: Literal["named", "core"]) -> Shape | None:
    graph = ClauseGraph(grain)
    graph.add_clause("rule", clause)
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


def _find_filled_shape(clause: Clause, grain: Literal["named", "core"], *, literals: bool = False) -> Shape | None:
    """Return the shape of a clause; the individuals in it (and its ``literals``) are slots, not part of the shape.

    Shapes are remembered by pattern, so that a question about other individuals costs little.
    """
    blanks: dict[Term, Term] = {}

    def replace(term: Term) -> Term:
        if is_literal(term) and not literals:
            return term
        return blanks.setdefault(term, f"<urn:blank:{len(blanks)}>")

    shape = _find_shape(fill_clause(clause, replace), grain)
    if shape is None or not blanks:
        return shape
    filling = {blank: term for term, blank in blanks.items()}
    label, images = shape
    return label, tuple(tuple((kind, filling.get(term, term)) for kind, term in image) for image in images)


def write_clause(clause: Clause | Triple) -> str:
    """Return a text that two clauses share exactly when only order and names of variables differ."""
    if not isinstance(clause, Clause):
        return "\t".join(clause)
    shape = _find_filled_shape(clause, "named", literals=True)
    if shape is None:
        graph = ClauseGraph("exact")
        graph.add_clause("rule", clause)
        return compute_digest(graph.canonicalise()[0])
    label, images = shape
    return "\t".join([label, *min([term for _, term in image] for image in images)])
