"""The constraint components of SHACL Core (section 4), each with two questions: what is wrong, and what can a change
make wrong.

A shape is judged for one focus node and the value nodes that it has there. Conformance to another shape is that shape
being judged without a finding; it is remembered, since many values are asked the same.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from workbench.model.terms import RDF_TYPE, RDFS, Term, is_blank, is_literal, split_literal
from workbench.validation.shacl.core.graph import SUBCLASS, Delta, GraphIndex
from workbench.validation.shacl.core.paths import Path
from workbench.validation.shacl.core.values import ValueTest, compare_below

__all__ = [
    "And",
    "Closed",
    "Constraint",
    "CoreShape",
    "Count",
    "Disjoint",
    "Equals",
    "Finding",
    "HasValue",
    "Judging",
    "LessThan",
    "Not",
    "OfClass",
    "Or",
    "Part",
    "Qualified",
    "UniqueLanguage",
    "ValueOnly",
    "Xone",
    "touch_class",
]

_KNOWN = 200_000
"""How many verdicts on values one constraint keeps."""
_ANY = (RDF_TYPE, f"<{RDFS}Resource>")


class Finding(NamedTuple):
    """A result: the number of its constraint, focus, value (or empty), and its path where that is not the shape's."""

    source: int
    focus: Term
    value: Term = ""
    path: Term = ""


class Constraint(Protocol):
    """One constraint of one shape."""

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        """Add what is wrong with the value nodes of a focus node."""

    def touch(self, graph: GraphIndex, delta: Delta) -> tuple[set[Term], set[Term]]:
        """Return for which focus nodes and for which value nodes the verdict may be another after a change.

        ``graph`` holds the triples of before and of after.
        """


@dataclass(eq=False, slots=True)
class CoreShape:
    """A shape that is judged here; without a path, the focus node is its own value."""

    number: int
    path: Path | None
    constraints: tuple[Constraint, ...] = ()

    def judge(self, judging: Judging, focus: Term, found: list[Finding]) -> None:
        """Add what is wrong with a focus node."""
        values = (focus,) if self.path is None else self.path.follow(judging.graph, focus)
        for constraint in self.constraints:
            constraint.judge(judging, focus, values, found)

    def touch(self, graph: GraphIndex, delta: Delta) -> set[Term]:
        """Return the nodes for which the verdict may be another after a change."""
        focuses: set[Term] = set() if self.path is None else self.path.touch(graph, delta)
        values: set[Term] = set()
        for constraint in self.constraints:
            own, of_values = constraint.touch(graph, delta)
            focuses |= own
            values |= of_values
        return focuses | (values if self.path is None else self.path.trace(graph, values))


@dataclass(eq=False, slots=True)
class Judging:
    """One run over a graph that stays as it is."""

    graph: GraphIndex
    _conforms: dict[tuple[int, Term], bool] = field(default_factory=dict)

    def conforms(self, shape: CoreShape, node: Term) -> bool:
        """Tell whether a node has nothing wrong with it by a shape."""
        key = (shape.number, node)
        known = self._conforms.get(key)
        if known is None:
            found: list[Finding] = []
            shape.judge(self, node, found)
            known = self._conforms[key] = not found
        return known


class _Untouched:
    """A constraint whose verdict depends on nothing but the value nodes."""

    __slots__ = ()

    def touch(self, graph: GraphIndex, delta: Delta) -> tuple[set[Term], set[Term]]:
        return set(), set()


@dataclass(eq=False, slots=True)
class ValueOnly(_Untouched):
    """A constraint that each value meets or not, whatever else the graph says; verdicts are remembered."""

    source: int
    test: ValueTest
    _verdicts: dict[Term, bool] = field(default_factory=dict)

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        verdicts = self._verdicts
        for value in values:
            verdict = verdicts.get(value)
            if verdict is None:
                if len(verdicts) >= _KNOWN:
                    verdicts.clear()
                verdict = verdicts[value] = self.test(value)
            if not verdict:
                found.append(Finding(self.source, focus, value))


@dataclass(eq=False, slots=True)
class Count(_Untouched):
    """``sh:minCount`` or ``sh:maxCount``."""

    source: int
    least: int = 0
    most: int | None = None

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        if len(values) < self.least or (self.most is not None and len(values) > self.most):
            found.append(Finding(self.source, focus))


@dataclass(eq=False, slots=True)
class UniqueLanguage(_Untouched):
    """``sh:uniqueLang``: one result for each language that several values have."""

    source: int

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        counts: dict[str, int] = {}
        for value in values:
            if is_literal(value) and value[-1] != '"' and (language := split_literal(value)[2]):
                counts[language] = counts.get(language, 0) + 1
        found += [Finding(self.source, focus) for count in counts.values() if count > 1]


@dataclass(eq=False, slots=True)
class HasValue(_Untouched):
    """``sh:hasValue``."""

    source: int
    wanted: Term

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        if self.wanted not in values or is_blank(self.wanted):
            found.append(Finding(self.source, focus))


@dataclass(eq=False, slots=True)
class OfClass:
    """``sh:class``."""

    source: int
    class_: Term

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        for value in values:
            if not judging.graph.is_instance(value, self.class_):
                found.append(Finding(self.source, focus, value))

    def touch(self, graph: GraphIndex, delta: Delta) -> tuple[set[Term], set[Term]]:
        return set(), touch_class(graph, delta, self.class_)


def touch_class(graph: GraphIndex, delta: Delta, class_: Term) -> set[Term]:
    """Return the nodes that may have come to or gone from a class by a change; ``graph`` holds before and after."""
    types, links = delta.get(RDF_TYPE, ()), delta.get(SUBCLASS, ())
    if not types and not links:
        return set()
    lower = graph.list_lower(class_)
    found = {subject for subject, type_ in types if type_ in lower}
    moved = {subject for subject, upper in links if upper in lower}
    if moved:
        found |= graph.list_instances({below for top in moved for below in graph.list_lower(top)})
    return found


@dataclass(eq=False, slots=True)
class Closed:
    """``sh:closed``: the value nodes have no properties but these."""

    source: int
    allowed: frozenset[Term]

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        for node in values:
            for predicate, value in judging.graph.describe(node):
                if predicate not in self.allowed and (predicate, value) != _ANY:
                    found.append(Finding(self.source, focus, value, predicate))

    def touch(self, graph: GraphIndex, delta: Delta) -> tuple[set[Term], set[Term]]:
        return set(), {s for predicate, pairs in delta.items() if predicate not in self.allowed for s, _ in pairs}


@dataclass(eq=False, slots=True)
class _Pair:
    """A constraint between the value nodes and the values of another property of the focus node."""

    source: int
    other: Term

    def touch(self, graph: GraphIndex, delta: Delta) -> tuple[set[Term], set[Term]]:
        return {subject for subject, _ in delta.get(self.other, ())}, set()


@dataclass(eq=False, slots=True)
class Equals(_Pair):
    """``sh:equals``."""

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        others = judging.graph.get_objects(focus, self.other)
        found += [Finding(self.source, focus, value) for value in set(values) ^ set(others)]


@dataclass(eq=False, slots=True)
class Disjoint(_Pair):
    """``sh:disjoint``."""

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        others = judging.graph.get_objects(focus, self.other)
        found += [Finding(self.source, focus, value) for value in set(values) & set(others)]


@dataclass(eq=False, slots=True)
class LessThan(_Pair):
    """``sh:lessThan`` or ``sh:lessThanOrEquals``: one result for each pair."""

    or_equal: bool = False

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        if any(is_blank(value) for value in values):
            raise TypeError("a blank node cannot be compared")  # pySHACL fails even where there is no other value
        for other in judging.graph.get_objects(focus, self.other):
            for value in values:
                if not compare_below(value, other, or_equal=self.or_equal):
                    found.append(Finding(self.source, focus, value))


class _Nested:
    """A constraint by other shapes on each value node."""

    __slots__ = ()
    shapes: tuple[CoreShape, ...]

    def touch(self, graph: GraphIndex, delta: Delta) -> tuple[set[Term], set[Term]]:
        return set(), set().union(*(shape.touch(graph, delta) for shape in self.shapes))


@dataclass(eq=False, slots=True)
class Part(_Nested):
    """``sh:property``: the findings are those of the property shape itself, about the value nodes."""

    shapes: tuple[CoreShape, ...]

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        (shape,) = self.shapes
        for value in values:
            shape.judge(judging, value, found)


@dataclass(eq=False, slots=True)
class And(_Nested):
    """``sh:and``; also ``sh:node``, which is a conjunction of one."""

    source: int
    shapes: tuple[CoreShape, ...]

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        for value in values:
            if not all(judging.conforms(shape, value) for shape in self.shapes):
                found.append(Finding(self.source, focus, value))


@dataclass(eq=False, slots=True)
class Or(_Nested):
    """``sh:or``."""

    source: int
    shapes: tuple[CoreShape, ...]

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        for value in values:
            if not any(judging.conforms(shape, value) for shape in self.shapes):
                found.append(Finding(self.source, focus, value))


@dataclass(eq=False, slots=True)
class Xone(_Nested):
    """``sh:xone``; a shape that is listed twice counts twice."""

    source: int
    shapes: tuple[CoreShape, ...]

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        for value in values:
            if sum(judging.conforms(shape, value) for shape in self.shapes) != 1:
                found.append(Finding(self.source, focus, value))


@dataclass(eq=False, slots=True)
class Not(_Nested):
    """``sh:not``."""

    source: int
    shapes: tuple[CoreShape, ...]

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        (shape,) = self.shapes
        for value in values:
            if judging.conforms(shape, value):
                found.append(Finding(self.source, focus, value))


@dataclass(eq=False, slots=True)
class Qualified(_Nested):
    """``sh:qualifiedValueShape`` with its counts; the first shape is the one to conform to, the others are siblings."""

    least_source: int
    most_source: int
    shapes: tuple[CoreShape, ...]
    least: int | None
    most: int | None

    def judge(self, judging: Judging, focus: Term, values: Collection[Term], found: list[Finding]) -> None:
        wanted, *siblings = self.shapes
        count = sum(
            judging.conforms(wanted, value) and not any(judging.conforms(other, value) for other in siblings)
            for value in values
        )
        if self.most is not None and count > self.most:
            found.append(Finding(self.most_source, focus))
        if self.least is not None and count < self.least:
            found.append(Finding(self.least_source, focus))
