"""What axioms demand that no rule can say: that something exists, or that one of several things is so.

Such an axiom takes no part in reasoning, which reports it; but a class may be empty because of it. Here it becomes a
clause for the solver: ``IceCream subClassOf hasTopping some FruitTopping`` says that where there is an ice cream there
is something that it has as a topping, and that is a fruit topping. What cannot be said even so is left out, which only
makes more worlds possible. A class expression inside, such as *only* or *not*, is a class of its own with the rules
that follow from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice, product
from typing import NamedTuple

from workbench.model.rules import Atom, BodyElement, Comparison
from workbench.model.terms import (
    OWL,
    RDF_TYPE,
    RDFS,
    Term,
    Triple,
    get_local_name,
    is_blank,
    is_literal,
    read_integer,
)
from workbench.reasoning.class_expressions import Expressions, Unsupported, name_variables
from workbench.solving.encoding import make_sentence
from workbench.solving.situations import Alternative, Clause

__all__ = ["Demand", "list_demands"]

_THING, _NOTHING = f"<{OWL}Thing>", f"<{OWL}Nothing>"
_NAMED = tuple(f"<{OWL}{name}>" for name in ("unionOf", "intersectionOf", "disjointUnionOf"))
"""What a named class may carry directly: it is equivalent to that expression."""
_MOST = 6
"""How many values a demanded number may be, and how many ways there may be to meet a demand."""


class Demand(NamedTuple):
    """A clause and the stated axiom that it comes from."""

    clause: Clause
    axiom: Triple


def list_demands(triples: Iterable[Triple]) -> list[Demand]:
    """Return what the axioms among the triples demand beyond rules, in order of the triples; names are unique."""
    reader = _Reader(sorted(set(triples)))
    return reader.read()


class _Reader:
    def __init__(self, triples: Sequence[Triple]) -> None:
        self._triples = triples
        self._index: dict[Term, dict[Term, list[Term]]] = {}
        for subject, predicate, object_ in triples:
            self._index.setdefault(subject, {}).setdefault(predicate, []).append(object_)
        self._expressions = Expressions(self._index)
        self._found: list[Demand] = []
        self._names: set[str] = set()

    def read(self) -> list[Demand]:
        for axiom in self._triples:
            for body, expression, subject in self._list_statements(axiom):
                self._add(axiom, body, expression, subject)
        return self._found

    def _list_statements(self, axiom: Triple) -> Iterator[tuple[tuple[BodyElement, ...], Term, str]]:
        """What an axiom says of a subject: where the body holds, it belongs to the expression."""
        subject, predicate, object_ = axiom
        inclusions: list[tuple[Term, Term]] = []
        if predicate in (f"<{RDFS}subClassOf>", f"<{OWL}equivalentClass>"):
            inclusions.append((subject, object_))
        if predicate == f"<{OWL}equivalentClass>":
            inclusions.append((object_, subject))
        if predicate in (f"<{OWL}unionOf>", f"<{OWL}intersectionOf>", f"<{OWL}disjointUnionOf>") and not is_blank(
            subject
        ):
            name = "unionOf" if predicate == f"<{OWL}disjointUnionOf>" else get_local_name(predicate)
            expression = f"_:expression-of-{subject}-{name}"
            self._index[expression] = {f"<{OWL}{name}>": [object_]}
            inclusions.append((subject, expression))
        for sub, sup in inclusions:
            if is_blank(sup):
                for body in self._read_left(sub):
                    yield body, sup, "?x"
        if predicate in (f"<{RDFS}domain>", f"<{RDFS}range>") and is_blank(object_) and not is_blank(subject):
            yield (Atom("?x", subject, "?y"),), object_, "?x" if predicate == f"<{RDFS}domain>" else "?y"

    def _read_left(self, expression: Term) -> list[tuple[BodyElement, ...]]:
        try:
            return self._expressions.read_left(expression, "?x", islice(name_variables(), 1, None))
        except Unsupported:
            return []  # reported by the compilation of the axiom

    def _add(self, axiom: Triple, body: tuple[BodyElement, ...], expression: Term, subject: str) -> None:
        try:
            for extended, part, about in self._split(body, expression, subject, 0):
                alternatives = self._read(part, about, f"{about}_", 0)
                if not alternatives or () in alternatives or len(alternatives) > _MOST:
                    continue
                name = self._name(axiom, part)
                clause = _make_clause(name, extended, tuple(alternatives))
                self._found.append(Demand(clause, axiom))
                for inner in dict.fromkeys(self._list_expressions(alternatives)):
                    self._add_inner(axiom, name, inner)
        except Unsupported:
            return  # reported by the compilation of the axiom

    def _split(
        self, body: tuple[BodyElement, ...], expression: Term, subject: str, depth: int
    ) -> Iterator[tuple[tuple[BodyElement, ...], Term, str]]:
        """The parts of an expression that demand something, *only* turned into one more condition."""
        if not is_blank(expression) or depth > _MOST:
            return
        get = self._expressions.get_objects
        if members := get(expression, "intersectionOf"):
            for member in self._expressions.read_list(members[0]):
                yield from self._split(body, member, subject, depth + 1)
        elif (fillers := get(expression, "allValuesFrom")) and (properties := get(expression, "onProperty")):
            link = self._expressions.make_property_atom(properties[0], subject, f"{subject}o")
            yield from self._split((*body, link), fillers[0], f"{subject}o", depth + 1)
        elif get(expression, "unionOf") or get(expression, "oneOf") or self._count(expression):
            yield body, expression, subject

    def _count(self, expression: Term) -> int:
        """How many values a restriction demands at least."""
        if self._expressions.get_objects(expression, "someValuesFrom"):
            return 1
        for name in ("minCardinality", "minQualifiedCardinality", "cardinality", "qualifiedCardinality"):
            values = self._expressions.get_objects(expression, name)
            number = read_integer(values[0]) if values and is_literal(values[0]) else None
            if number is not None:
                return number
        return 0

    def _read(self, expression: Term, subject: str, prefix: str, depth: int) -> list[Alternative]:
        """The ways to belong to an expression; an empty way is one that says nothing."""
        if expression == _NOTHING:
            return []
        if depth > _MOST or expression == _THING or self._expressions.is_datatype(expression):
            return [()]
        if not is_blank(expression):
            return [(Atom(subject, RDF_TYPE, expression),)]
        get = self._expressions.get_objects
        if members := get(expression, "intersectionOf"):
            parts = [
                self._read(member, subject, f"{prefix}{number}", depth + 1)
                for number, member in enumerate(self._expressions.read_list(members[0]))
            ]
            return [tuple(part for way in choice for part in way) for choice in islice(product(*parts), _MOST + 1)]
        if members := get(expression, "unionOf"):
            listed = self._expressions.read_list(members[0])
            return [
                way for n, member in enumerate(listed) for way in self._read(member, subject, f"{prefix}{n}", depth + 1)
            ]
        if members := get(expression, "oneOf"):
            return [(Comparison("=", subject, member),) for member in self._expressions.read_list(members[0])]
        properties = get(expression, "onProperty")
        if properties and (values := get(expression, "hasValue")):
            return [(self._expressions.make_property_atom(properties[0], subject, values[0]),)]
        if properties and 0 < self._count(expression) <= _MOST:
            return self._read_values(expression, properties[0], subject, prefix, depth)
        return [(Atom(subject, RDF_TYPE, expression),)]

    def _read_values(
        self, expression: Term, property_: Term, subject: str, prefix: str, depth: int
    ) -> list[Alternative]:
        get = self._expressions.get_objects
        fillers = [*get(expression, "someValuesFrom"), *get(expression, "onClass")]
        count = self._count(expression)
        others = [f"{prefix}{chr(97 + number)}" for number in range(count)]
        ways = [self._read(fillers[0], other, other, depth + 1) if fillers else [()] for other in others]
        links = tuple(self._expressions.make_property_atom(property_, subject, other) for other in others)
        apart = tuple(Comparison("!=", one, other) for one, other in combinations(others, 2))
        choices = islice(product(*ways), _MOST + 1)
        return [(*links, *(part for way in choice for part in way), *apart) for choice in choices]

    def _list_expressions(self, alternatives: Sequence[Alternative]) -> Iterator[Term]:
        for alternative in alternatives:
            for part in alternative:
                if isinstance(part, Atom) and part.predicate == RDF_TYPE and is_blank(part.object):
                    yield part.object

    def _add_inner(self, axiom: Triple, name: str, expression: Term) -> None:
        """Add what follows from belonging to an unnamed class."""
        fresh = name_variables()
        subject = next(fresh)
        member = Atom(subject, RDF_TYPE, expression)
        try:
            consequences = self._expressions.read_right(expression, subject, fresh)
        except Unsupported:
            return  # the class stays one of which nothing is known
        for consequence in consequences:
            alternatives = (consequence.head,) if consequence.head else ()
            self._found.append(Demand(_make_clause(name, (member, *consequence.body), alternatives), axiom))

    def _name(self, axiom: Triple, part: Term) -> str:
        properties = self._expressions.get_objects(part, "onProperty")
        about = get_local_name(properties[0]) if properties and not is_blank(properties[0]) else "one-of"
        first = axiom[0] if not is_blank(axiom[0]) else axiom[2]
        words = (get_local_name(first) if not is_blank(first) else "expression", "some", about)
        name = "-".join("".join(c if c.isalnum() or c in "_-" else "_" for c in word) for word in words)
        number, unique = 2, name
        while unique in self._names:
            unique, number = f"{name}-{number}", number + 1
        self._names.add(unique)
        return unique


def _make_clause(name: str, body: Sequence[BodyElement], alternatives: tuple[Alternative, ...]) -> Clause:
    reading = make_sentence(body)
    atoms = tuple(dict.fromkeys(element for element in body if isinstance(element, Atom)))
    return Clause(
        name, atoms, reading.comparisons, reading.assignments, (), alternatives, is_integrity=not alternatives
    )
