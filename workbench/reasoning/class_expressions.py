"""OWL class expressions read from triples, as rule bodies (left of a subclass axiom) and rule heads (right).

The mapping follows the OWL 2 RL profile (W3C OWL 2 Profiles, section 4.2): what may stand on the left becomes
atoms of a body, in disjunctive normal form; what may stand on the right becomes heads with further body atoms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations, product

from workbench.model.rules import Atom, BodyElement, Comparison
from workbench.model.terms import OWL, RDF, RDF_TYPE, RDFS, XSD, Term, is_blank, is_literal, read_integer

__all__ = ["Consequence", "Expressions", "Unsupported", "name_variables"]

_NAMES = ("?x", "?y", "?z", "?u", "?v", "?w")
_THING, _NOTHING = f"<{OWL}Thing>", f"<{OWL}Nothing>"
_DATATYPES = frozenset(
    {f"<{RDFS}Literal>", f"<{OWL}real>", f"<{OWL}rational>"}
    | {f"<{RDF}{name}>" for name in ("langString", "PlainLiteral", "XMLLiteral", "HTML", "JSON")}
)
_DEEPEST, _LARGEST = 40, 2_000
"""Bounds on nesting, and on the parts and cases of one expression: files may hold circles and doublings."""

_MOST_VALUES = 6
"""Values of which a cardinality may speak (a maximum of 5 is broken by 6 different values): all pairs of them are
compared, and whoever judges a rule without knowing that they are interchangeable tries them in n! orders."""


class Unsupported(Exception):  # noqa: N818 - a verdict on an axiom, caught by the compiler and reported
    """The expression has no place in the supported part; the message says which construct."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """One conclusion of a right-hand side: further body elements, and the head atoms (none means false)."""

    body: tuple[BodyElement, ...]
    head: tuple[Atom, ...]


def name_variables() -> Iterator[str]:
    """Yield variable names without end: ``?x ?y ?z ?u ?v ?w ?v6 ?v7 ...``."""
    yield from _NAMES
    number = len(_NAMES)
    while True:
        yield f"?v{number}"
        number += 1


class Expressions:
    """Reader of class and property expressions over an index subject -> predicate -> objects."""

    def __init__(self, index: Mapping[Term, Mapping[Term, Sequence[Term]]]) -> None:
        self._index = index
        self._depth = 0
        self._visited = 0
        self._left_out: list[str] = []

    @contextmanager
    def _descend(self) -> Iterator[None]:
        """Count what is read of one expression, so that circles among blank nodes end."""
        self._visited = self._visited + 1 if self._depth else 0
        if self._depth >= _DEEPEST or self._visited > _LARGEST:
            raise Unsupported("an expression that is too large, too deep or contains itself")
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def is_datatype(self, term: Term) -> bool:
        """Tell whether a term is a datatype or data range, not a class."""
        if term in _DATATYPES or term.startswith(f"<{XSD}"):
            return True
        return f"<{RDFS}Datatype>" in self._index.get(term, {}).get(RDF_TYPE, ())

    def get_objects(self, subject: Term, name: str) -> Sequence[Term]:
        """Return the objects of an OWL property of ``subject`` (``name`` is the local name)."""
        return self._index.get(subject, {}).get(f"<{OWL}{name}>", ())

    def read_list(self, head: Term) -> tuple[Term, ...]:
        """Return the members of an RDF collection; Unsupported when it is broken or cyclic."""
        members: list[Term] = []
        seen: set[Term] = set()
        while head != f"<{RDF}nil>":
            links = self._index.get(head, {})
            first, rest = links.get(f"<{RDF}first>", ()), links.get(f"<{RDF}rest>", ())
            if head in seen or len(first) != 1 or len(rest) != 1:
                raise Unsupported("a list that is broken")
            seen.add(head)
            members.append(first[0])
            head = rest[0]
        return tuple(members)

    def make_property_atom(self, expression: Term, subject: str, object_: str) -> Atom:
        """Return the atom of a property or of ``[owl:inverseOf p]``."""
        if is_blank(expression):
            inverse = self.get_objects(expression, "inverseOf")
            if len(inverse) != 1 or is_blank(inverse[0]):
                raise Unsupported("a property expression other than a named inverse")
            return Atom(object_, inverse[0], subject)
        return Atom(subject, expression, object_)

    def read_left(self, expression: Term, subject: str, fresh: Iterator[str]) -> list[tuple[BodyElement, ...]]:
        """Return the alternatives (a disjunction of conjunctions) under which ``subject`` is in the class."""
        with self._descend():
            return self._read_left(expression, subject, fresh)

    def _read_left(self, expression: Term, subject: str, fresh: Iterator[str]) -> list[tuple[BodyElement, ...]]:
        if expression in (_THING, f"<{RDFS}Literal>"):
            return [()]
        if expression == _NOTHING:
            return []
        if self.is_datatype(expression):
            raise Unsupported("a datatype on the left of a subclass axiom")
        if not is_blank(expression):
            return [(Atom(subject, RDF_TYPE, expression),)]
        for name, read in (
            ("intersectionOf", self._read_left_intersection),
            ("unionOf", self._read_left_union),
            ("oneOf", self._read_left_enumeration),
            ("onProperty", self._read_left_restriction),
        ):
            found = self.get_objects(expression, name)
            if found:
                return read(expression, found[0], subject, fresh)
        raise Unsupported(self._describe(expression) + " on the left of a subclass axiom")

    def _read_left_intersection(
        self, _: Term, value: Term, subject: str, fresh: Iterator[str]
    ) -> list[tuple[BodyElement, ...]]:
        parts = [self.read_left(member, subject, fresh) for member in self.read_list(value)]
        cases = 1
        for part in parts:
            cases *= len(part)
            if cases > _LARGEST:
                raise Unsupported(f"an expression of more than {_LARGEST:,} cases")
        return [tuple(element for part in choice for element in part) for choice in product(*parts)]

    def _read_left_union(
        self, _: Term, value: Term, subject: str, fresh: Iterator[str]
    ) -> list[tuple[BodyElement, ...]]:
        return [choice for member in self.read_list(value) for choice in self.read_left(member, subject, fresh)]

    def _read_left_enumeration(
        self, _: Term, value: Term, subject: str, __: Iterator[str]
    ) -> list[tuple[BodyElement, ...]]:
        return [(Comparison("=", subject, member),) for member in self.read_list(value)]

    def _read_left_restriction(
        self, expression: Term, property_: Term, subject: str, fresh: Iterator[str]
    ) -> list[tuple[BodyElement, ...]]:
        if values := self.get_objects(expression, "hasValue"):
            return [(self.make_property_atom(property_, subject, values[0]),)]
        if self.get_objects(expression, "hasSelf"):
            return [(self.make_property_atom(property_, subject, subject),)]
        if fillers := self.get_objects(expression, "someValuesFrom"):
            other = next(fresh)
            link = self.make_property_atom(property_, subject, other)
            return [(link, *rest) for rest in self.read_left(fillers[0], other, fresh)]
        if (least := self._find_cardinality(expression, "minCardinality", "minQualifiedCardinality")) is None:
            raise Unsupported(self._describe(expression) + " on the left of a subclass axiom")
        if least == 1 and (fillers := self.get_objects(expression, "onClass")):
            other = next(fresh)
            link = self.make_property_atom(property_, subject, other)
            return [(link, *rest) for rest in self.read_left(fillers[0], other, fresh)]
        return [self._make_distinct_values(expression, property_, subject, least, fresh)]

    def _make_distinct_values(
        self, expression: Term, property_: Term, subject: str, count: int, fresh: Iterator[str]
    ) -> tuple[BodyElement, ...]:
        """Return a body that says ``subject`` has so many different values, of the restriction's class if it has one.

        Values that are known to differ: literals by value, individuals by name, blank nodes from literals only.
        """
        if count > _MOST_VALUES:
            raise Unsupported(f"a cardinality of more than {_MOST_VALUES} values")
        if self.get_objects(expression, "onDataRange") not in ((), [f"<{RDFS}Literal>"]):
            raise Unsupported("a cardinality over a datatype (owl:onDataRange)")
        fillers = self.get_objects(expression, "onClass")
        others = [next(fresh) for _ in range(count)]
        body: list[BodyElement] = [self.make_property_atom(property_, subject, other) for other in others]
        if fillers and fillers[0] != _THING:
            if is_blank(fillers[0]):
                raise Unsupported("a cardinality over an unnamed class")
            body += [Atom(other, RDF_TYPE, fillers[0]) for other in others]
        return (*body, *(Comparison("!=", one, other) for one, other in combinations(others, 2)))

    def read_right(self, expression: Term, subject: str, fresh: Iterator[str]) -> list[Consequence]:
        """Return what follows for ``subject`` from being in the class; Unsupported if part of it has no rule.

        Nothing follows from being in a datatype: literals are judged by shapes, not by rules.
        """
        with self._descend():
            return self._read_right(expression, subject, fresh)

    def _read_right(self, expression: Term, subject: str, fresh: Iterator[str]) -> list[Consequence]:
        if expression == _THING:
            return []
        if expression == _NOTHING:
            return [Consequence((), ())]
        if self.is_datatype(expression):
            if is_blank(expression):
                raise Unsupported("a data range other than a named datatype")
            return []
        if not is_blank(expression):
            return [Consequence((), (Atom(subject, RDF_TYPE, expression),))]
        if members := self.get_objects(expression, "intersectionOf"):
            return [c for member in self.read_list(members[0]) for c in self.read_right(member, subject, fresh)]
        if complements := self.get_objects(expression, "complementOf"):
            return [Consequence(body, ()) for body in self.read_left(complements[0], subject, fresh)]
        if properties := self.get_objects(expression, "onProperty"):
            return self._read_right_restriction(expression, properties[0], subject, fresh)
        raise Unsupported(self._describe(expression) + " on the right of a subclass axiom")

    def _read_right_restriction(
        self, expression: Term, property_: Term, subject: str, fresh: Iterator[str]
    ) -> list[Consequence]:
        if values := self.get_objects(expression, "hasValue"):
            return [Consequence((), (self.make_property_atom(property_, subject, values[0]),))]
        if self.get_objects(expression, "hasSelf"):
            return [Consequence((), (self.make_property_atom(property_, subject, subject),))]
        if fillers := self.get_objects(expression, "allValuesFrom"):
            other = next(fresh)
            link = self.make_property_atom(property_, subject, other)
            return [Consequence((link, *c.body), c.head) for c in self.read_right(fillers[0], other, fresh)]
        exact = self._find_cardinality(expression, "cardinality", "qualifiedCardinality")
        most = self._find_cardinality(expression, "maxCardinality", "maxQualifiedCardinality")
        if exact is not None or most is not None:
            limit = exact if exact is not None else most or 0
            body = self._make_distinct_values(expression, property_, subject, limit + 1, fresh)
            if exact:
                reason = f"{self._describe(expression)} that says there are so many values at least"
                self._left_out.append(f"the part of {reason}")
            return [Consequence(body, ())]
        if self._find_cardinality(expression, "minCardinality", "minQualifiedCardinality") == 0:
            return []
        raise Unsupported(self._describe(expression) + " on the right of a subclass axiom")

    def take_left_out(self) -> list[str]:
        """Return, once, what right-hand sides that have been read say beyond their consequences."""
        found, self._left_out = self._left_out, []
        return found

    def _find_cardinality(self, expression: Term, name: str, qualified: str) -> int | None:
        number = self._get_cardinality(expression, name)
        return number if number is not None else self._get_cardinality(expression, qualified)

    def _get_cardinality(self, expression: Term, name: str) -> int | None:
        values = self.get_objects(expression, name)
        number = read_integer(values[0]) if values and is_literal(values[0]) else None
        return number if number is None or number >= 0 else None

    def _describe(self, expression: Term) -> str:
        words: Mapping[str, str] = {
            "someValuesFrom": "an existential restriction (owl:someValuesFrom)",
            "allValuesFrom": "a universal restriction (owl:allValuesFrom)",
            "unionOf": "a union (owl:unionOf)",
            "oneOf": "an enumeration (owl:oneOf)",
            "complementOf": "a complement (owl:complementOf)",
            "cardinality": "an exact cardinality (owl:cardinality)",
            "minCardinality": "a minimum cardinality (owl:minCardinality)",
            "maxCardinality": "a maximum cardinality (owl:maxCardinality)",
            "qualifiedCardinality": "an exact cardinality (owl:qualifiedCardinality)",
            "minQualifiedCardinality": "a minimum cardinality (owl:minQualifiedCardinality)",
            "maxQualifiedCardinality": "a maximum cardinality (owl:maxQualifiedCardinality)",
        }
        describe: Callable[[str], str | None] = lambda name: words[name] if self.get_objects(expression, name) else None  # noqa: E731
        return next((text for text in map(describe, words) if text), "an unnamed class expression")
