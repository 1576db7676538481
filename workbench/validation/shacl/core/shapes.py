"""Reading shapes for the engine: what of them is plain SHACL Core, and what is left to pySHACL.

The reading is strict on purpose. Whatever is not known to be judged exactly as pySHACL judges it, down to how it
reads a literal or how deep it follows a path, makes the whole shape one for pySHACL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from workbench.model.terms import (
    RDF_TYPE,
    RDFS,
    SH,
    XSD_BOOLEAN,
    XSD_INTEGER,
    XSD_STRING,
    Term,
    get_local_name,
    is_blank,
    is_iri,
    is_literal,
    split_literal,
)
from workbench.validation.shacl.core.constraints import (
    And,
    Closed,
    Constraint,
    CoreShape,
    Count,
    Disjoint,
    Equals,
    HasValue,
    LessThan,
    Not,
    OfClass,
    Or,
    Part,
    Qualified,
    UniqueLanguage,
    ValueOnly,
    Xone,
)
from workbench.validation.shacl.core.graph import SUBCLASS, canonise_literal
from workbench.validation.shacl.core.paths import UnsupportedShapeError, read_path
from workbench.validation.shacl.core.values import (
    ValueTest,
    make_bound_test,
    make_datatype_test,
    make_kind_test,
    make_language_test,
    make_length_test,
    make_membership_test,
    make_pattern_test,
)
from workbench.validation.shape_index import SH_PATH, ShapeIndex, make_sh

__all__ = ["CorePlan", "RootShape", "Source", "read_core"]

_DEPTH = 25
"""How deep shapes may be nested in each other here; pySHACL's own limit is higher."""
_SILENT = frozenset(
    "path name description message severity order group defaultValue deactivated flags ignoredProperties "
    "targetClass targetNode targetSubjectsOf targetObjectsOf qualifiedMinCount qualifiedMaxCount "
    "qualifiedValueShapesDisjoint prefixes declare".split()
)
_QUALIFIED = ("qualifiedMinCount", "qualifiedMaxCount")
_CLASS = f"<{RDFS}Class>"
_BOUNDS: dict[str, Callable[[int], bool]] = {
    "minInclusive": lambda order: order >= 0,
    "minExclusive": lambda order: order > 0,
    "maxInclusive": lambda order: order <= 0,
    "maxExclusive": lambda order: order < 0,
}
_LEFT_BOUNDS = frozenset({"boolean", "token", "normalizedString", "language", "langString"})
"""Datatypes of which rdflib orders other lexical forms than those of the value space."""


class Source(NamedTuple):
    """What every result of one constraint has in common."""

    path: str
    severity: Term
    component: Term
    shape: Term


@dataclass(frozen=True, slots=True)
class RootShape:
    """A shape with what it is aimed at."""

    term: Term
    shape: CoreShape
    nodes: frozenset[Term]
    classes: tuple[Term, ...]
    subjects_of: tuple[Term, ...]
    objects_of: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class CorePlan:
    """Shapes that are judged here, what their constraints' results have in common, and why others are not."""

    roots: tuple[RootShape, ...]
    sources: tuple[Source, ...]
    left: dict[Term, str]


def read_core(index: ShapeIndex, roots: Iterable[Term]) -> CorePlan:
    """Read those of the targeted shapes that are plain SHACL Core; ``left`` says of each other one why it is not."""
    reader = _Reader(index)
    read: list[RootShape] = []
    left: dict[Term, str] = {}
    for root in roots:
        try:
            read.append(reader.read_root(root))
        except UnsupportedShapeError as reason:
            left[root] = str(reason)
    return CorePlan(tuple(read), tuple(reader.sources), left)


class _Reader:
    def __init__(self, index: ShapeIndex) -> None:
        self.index = index
        self.sources: list[Source] = []
        self.known: dict[Term, CoreShape] = {}
        self.heights: dict[Term, int] = {}
        self.count = 0
        self.classes = {_CLASS, *(s for s, p, _ in index.list_uses(_CLASS) if p == SUBCLASS)}
        parameters = {o for _, p, o in index.triples if p == make_sh("parameter")}
        self.custom = {path for parameter in parameters for path in index.list_objects(parameter, SH_PATH)}

    def read_root(self, term: Term) -> RootShape:
        """Read a targeted shape with its targets."""
        if any(p in (make_sh("target"), make_sh("rule")) for _, p, _ in self.index.list_triples(term)):
            raise UnsupportedShapeError("it is aimed by a query")
        shape = self.read_shape(term, 0)
        # pySHACL takes a shape for a class when it is typed rdfs:Class or a direct subclass of that.
        types = self.index.list_objects(term, RDF_TYPE)
        is_class = any(type_ in self.classes for type_ in types)
        if is_class and not any(type_ in (make_sh("NodeShape"), make_sh("PropertyShape")) for type_ in types):
            raise UnsupportedShapeError("a class is a shape without being called one")
        return RootShape(
            term,
            shape,
            frozenset(_canonise(node) for node in self.index.list_objects(term, make_sh("targetNode"))),
            (*self.index.list_objects(term, make_sh("targetClass")), *((term,) if is_class else ())),
            self.index.list_objects(term, make_sh("targetSubjectsOf")),
            self.index.list_objects(term, make_sh("targetObjectsOf")),
        )

    def read_shape(self, term: Term, depth: int) -> CoreShape:
        """Read a shape and those that it refers to."""
        if is_literal(term):
            raise UnsupportedShapeError("a literal stands for a shape")
        if term not in self.known:
            path_node = self.index.get_object(term, SH_PATH)
            path = read_path(self.index, path_node) if path_node is not None else None
            self.count += 1
            shape = CoreShape(self.count, path)
            self.known[term] = shape
            try:
                if not self._read_boolean(term, "deactivated"):
                    shape.constraints = tuple(self._read_constraints(term, depth))
                below = [self.heights.get(other, 0) for other, _ in self.index.list_references(term)]
                self.heights[term] = 1 + max(below, default=0)
                if max(depth, self.heights[term]) > _DEPTH:
                    raise UnsupportedShapeError("shapes are nested deeply")
            except UnsupportedShapeError:
                del self.known[term]
                raise
        return self.known[term]

    def _read_constraints(self, term: Term, depth: int) -> Iterable[Constraint]:
        on_property = self.index.get_object(term, SH_PATH) is not None
        for _, predicate, value in self.index.list_triples(term):
            if predicate in self.custom:
                raise UnsupportedShapeError("it uses a component that is defined by a query")
            if not predicate.startswith(f"<{SH}"):
                continue
            name = predicate[len(SH) + 1 : -1]
            if name not in _SILENT:
                yield from self._read_constraint(term, name, value, depth, on_property)
        has_count = any(self._has(term, name) for name in _QUALIFIED)
        if on_property and has_count and not self._has(term, "qualifiedValueShape"):
            raise UnsupportedShapeError("a qualified count has no shape")
        if self.index.list_objects(term, make_sh("ignoredProperties")) and not self._has(term, "closed"):
            raise UnsupportedShapeError("properties are ignored by a shape that is not closed")

    def _read_constraint(
        self, term: Term, name: str, value: Term, depth: int, on_property: bool
    ) -> Iterable[Constraint]:
        if name in ("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals") and not on_property:
            raise UnsupportedShapeError(f"sh:{name} stands outside of a property shape")
        if name == "qualifiedValueShape":
            if on_property:
                yield self._read_qualified(term, value, depth)
            return
        if name == "property":
            part = self.read_shape(value, depth + 1)
            if part.path is None:
                raise UnsupportedShapeError("a part is no property shape")
            yield Part((part,))
            return
        source = self._add_source(term, name)
        if (test := self._read_value_test(term, name, value)) is not None:
            yield ValueOnly(source, test)
        elif name in ("minCount", "maxCount"):
            count = _read_count(value)
            yield Count(source, least=count) if name == "minCount" else Count(source, most=count)
        elif name == "uniqueLang":
            if self._read_boolean(term, name):
                yield UniqueLanguage(source)
        elif name == "hasValue":
            yield HasValue(source, _canonise(value))
        elif name == "closed":
            if self._read_boolean(term, name):
                yield Closed(source, self._list_allowed(term))
        elif name in ("class", "equals", "disjoint", "lessThan", "lessThanOrEquals"):
            yield _make_pair(source, name, _demand_iri(value))
        elif name in ("node", "not", "and", "or", "xone"):
            yield self._read_nested(source, name, value, depth)
        else:
            raise UnsupportedShapeError(f"sh:{name} is not SHACL Core")

    def _read_nested(self, source: int, name: str, value: Term, depth: int) -> Constraint:
        if name in ("node", "not"):
            other = self.read_shape(value, depth + 1)
            if name == "node" and other.path is not None:
                raise UnsupportedShapeError("sh:node refers to a property shape")
            return And(source, (other,)) if name == "node" else Not(source, (other,))
        shapes = tuple(self.read_shape(member, depth + 1) for member in self._read_list(value))
        if not shapes:
            raise UnsupportedShapeError("a list of shapes is empty")
        if name == "and":
            return And(source, shapes)
        return Or(source, shapes) if name == "or" else Xone(source, shapes)

    def _read_value_test(self, term: Term, name: str, value: Term) -> ValueTest | None:
        if name == "nodeKind":
            return make_kind_test(_demand_iri(value))
        if name == "datatype":
            return make_datatype_test(_demand_iri(value))
        if name in ("minLength", "maxLength"):
            length = _read_count(value)
            return make_length_test(length, None) if name == "minLength" else make_length_test(None, length)
        if name == "pattern":
            flags = self.index.get_object(term, make_sh("flags"))
            return _make_pattern(value, flags)
        if name == "languageIn":
            languages = [_read_string(member).lower() for member in self._read_list(value)]
            return make_language_test(frozenset(languages))
        if name == "in":
            return make_membership_test(frozenset(map(_canonise, self._read_list(value))))
        if name in _BOUNDS:
            if not is_literal(value):
                raise UnsupportedShapeError("a bound is no literal")
            if split_literal(value)[2] or get_local_name(split_literal(value)[1]) in _LEFT_BOUNDS:
                raise UnsupportedShapeError("a bound is a truth value or a text of a kind of its own")
            return make_bound_test(value, _BOUNDS[name])
        return None

    def _read_qualified(self, term: Term, wanted: Term, depth: int) -> Constraint:
        counts = [self.index.get_object(term, make_sh(name)) for name in _QUALIFIED]
        least, most = (None if count is None else _read_count(count) for count in counts)
        if least is None and most is None:
            raise UnsupportedShapeError("a qualified shape has no count")
        siblings: set[Term] = set()
        if self._read_boolean(term, "qualifiedValueShapesDisjoint"):
            property_, qualified = make_sh("property"), make_sh("qualifiedValueShape")
            for parent, predicate, _ in self.index.list_uses(term):
                if predicate == property_:
                    for part in self.index.list_objects(parent, property_):
                        siblings.update(self.index.list_objects(part, qualified))
        shapes = [self.read_shape(shape, depth + 1) for shape in (wanted, *sorted(siblings - {wanted}))]
        least_source = self._add_source(term, "qualifiedMinCount")
        most_source = self._add_source(term, "qualifiedMaxCount")
        return Qualified(least_source, most_source, tuple(shapes), least, most)

    def _list_allowed(self, term: Term) -> frozenset[Term]:
        ignored = [
            m for node in self.index.list_objects(term, make_sh("ignoredProperties")) for m in self._read_list(node)
        ]
        parts = self.index.list_objects(term, make_sh("property"))
        paths = [self.index.get_object(part, SH_PATH) or "" for part in parts]
        return frozenset(path for path in (*ignored, *paths) if is_iri(path))

    def _add_source(self, term: Term, name: str) -> int:
        path = self.index.get_object(term, SH_PATH)
        severity = self.index.get_object(term, make_sh("severity")) or make_sh("Violation")
        component = make_sh(name[0].upper() + name[1:] + "ConstraintComponent")
        text = (self.index.render_path(path) or "") if path is not None else ""
        self.sources.append(Source(text, severity, component, term))
        return len(self.sources) - 1

    def _read_list(self, node: Term) -> tuple[Term, ...]:
        members = self.index.read_list(node)
        if members is None:
            raise UnsupportedShapeError("a list is broken")
        return members

    def _has(self, term: Term, name: str) -> bool:
        return self.index.get_object(term, make_sh(name)) is not None

    def _read_boolean(self, term: Term, name: str) -> bool:
        values = self.index.list_objects(term, make_sh(name))
        if len(values) > 1 or any(v not in (f'"true"^^{XSD_BOOLEAN}', f'"false"^^{XSD_BOOLEAN}') for v in values):
            raise UnsupportedShapeError(f"sh:{name} is neither true nor false")
        return values == (f'"true"^^{XSD_BOOLEAN}',)


def _make_pair(source: int, name: str, other: Term) -> Constraint:
    if name == "class":
        return OfClass(source, other)
    if name == "equals":
        return Equals(source, other)
    if name == "disjoint":
        return Disjoint(source, other)
    return LessThan(source, other, or_equal=name == "lessThanOrEquals")


def _make_pattern(pattern: Term, flags: Term | None) -> ValueTest:
    try:
        return make_pattern_test(_read_string(pattern), "" if flags is None else _read_string(flags))
    except (re.error, OverflowError, RecursionError) as error:
        raise UnsupportedShapeError("a pattern is none") from error


def _canonise(term: Term) -> Term:
    return canonise_literal(term) if is_literal(term) else term


def _demand_iri(term: Term) -> Term:
    if not is_iri(term):
        raise UnsupportedShapeError(f"“{get_local_name(term)}” is no name")
    return term


def _read_count(term: Term) -> int:
    lexical, datatype, _ = split_literal(term) if is_literal(term) else ("", "", "")
    if datatype != XSD_INTEGER or not re.fullmatch(r"[0-9]{1,9}", lexical):
        raise UnsupportedShapeError("a count is no plain whole number")
    return int(lexical)


def _read_string(term: Term) -> str:
    if is_blank(term) or not is_literal(term) or split_literal(term)[1] != XSD_STRING:
        raise UnsupportedShapeError("a text is no plain string")
    return split_literal(term)[0]
