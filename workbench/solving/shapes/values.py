"""Shapes as values that a solver can be asked about: what each asks of a node, without RDF.

The words are those of SHACL (W3C Recommendation, 2017): a *condition* is what one parameter of a constraint component
says; a condition of a shape with a path is about the values of that path, of one without about the node itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from workbench.model.terms import RDF_TYPE, Term, Triple

__all__ = ["Component", "Condition", "Path", "Shape", "Shapes", "Target", "ValueAxiom", "list_nested"]

Component = Literal[
    "minCount",
    "maxCount",
    "datatype",
    "class",
    "nodeKind",
    "in",
    "hasValue",
    "minInclusive",
    "minExclusive",
    "maxInclusive",
    "maxExclusive",
    "minLength",
    "maxLength",
    "pattern",
    "languageIn",
    "uniqueLang",
    "equals",
    "disjoint",
    "lessThan",
    "lessThanOrEquals",
    "node",
    "property",
    "not",
    "and",
    "or",
    "xone",
    "qualifiedMinCount",
    "qualifiedMaxCount",
    "closed",
    "open",
]


class Path(NamedTuple):
    """A property, followed forwards or backwards; a longer path is *opaque*, and ``predicate`` then its text."""

    predicate: Term
    inverse: bool = False
    opaque: bool = False

    @property
    def is_type(self) -> bool:
        """Whether its values are the classes of a node."""
        return self.predicate == RDF_TYPE and not self.inverse


@dataclass(frozen=True, slots=True)
class Condition:
    """One demand of a shape.

    ``value`` is the parameter's literal or IRI, ``values`` the members of a list (of ``closed`` the properties that
    are allowed), ``shapes`` the shapes spoken of, ``number`` a count or length, ``flags`` those of a pattern,
    ``siblings`` the shapes of which a value counted by a qualified shape must meet none. ``triple`` is where it
    stands. The component ``open`` is a demand that is not understood: it may hold or not.
    """

    component: Component
    triple: Triple
    value: Term = ""
    values: tuple[Term, ...] = ()
    shapes: tuple[Term, ...] = ()
    number: int = 0
    flags: str = ""
    siblings: tuple[Term, ...] = ()


class Target(NamedTuple):
    """What a shape is aimed at: the instances of a class, a node, or the subjects or objects of a property."""

    kind: Literal["class", "node", "subjectsOf", "objectsOf"]
    term: Term


@dataclass(frozen=True, slots=True)
class Shape:
    """A node shape (no path) or property shape; ``severity`` is the local name in SHACL (``Violation``)."""

    name: Term
    path: Path | None = None
    conditions: tuple[Condition, ...] = ()
    targets: tuple[Target, ...] = ()
    severity: str = "Violation"


Shapes = Mapping[Term, Shape]
"""Shapes by their terms; every shape that a condition speaks of is there."""


class ValueAxiom(NamedTuple):
    """What an axiom says of all values of a property: ``datatype`` is ``resource``, ``literal`` or an IRI."""

    predicate: Term
    datatype: str
    triple: Triple


def list_nested(shapes: Shapes, name: Term, seen: set[Term] | None = None) -> Iterator[Shape]:
    """Yield a shape and all shapes that it speaks of, each once."""
    seen = set() if seen is None else seen
    if name in seen or name not in shapes:
        return
    seen.add(name)
    yield shapes[name]
    for condition in shapes[name].conditions:
        for inner in (*condition.shapes, *condition.siblings):
            yield from list_nested(shapes, inner, seen)
