"""A shapes graph read into values: what every shape asks, and what the axioms say of all values of a property."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from workbench.model.terms import (
    OWL,
    RDF,
    RDF_LANG_STRING,
    RDF_TYPE,
    RDFS,
    SH,
    XSD,
    Term,
    Triple,
    get_local_name,
    is_iri,
    is_literal,
    read_integer,
    split_literal,
)
from workbench.solving.shapes.values import Component, Condition, Path, Shape, Target, ValueAxiom
from workbench.validation.shape_index import SH_PATH, TARGETS, ShapeIndex, make_sh

__all__ = ["read_shapes", "read_value_axioms"]

_COUNTS: Mapping[str, Component] = {
    "minCount": "minCount",
    "maxCount": "maxCount",
    "minLength": "minLength",
    "maxLength": "maxLength",
}
_TERMS: Mapping[str, Component] = {
    "datatype": "datatype",
    "class": "class",
    "nodeKind": "nodeKind",
    "hasValue": "hasValue",
    "minInclusive": "minInclusive",
    "minExclusive": "minExclusive",
    "maxInclusive": "maxInclusive",
    "maxExclusive": "maxExclusive",
    "equals": "equals",
    "disjoint": "disjoint",
    "lessThan": "lessThan",
    "lessThanOrEquals": "lessThanOrEquals",
}
_LISTS: Mapping[str, Component] = {"in": "in", "languageIn": "languageIn"}
_NESTED: Mapping[str, Component] = {"node": "node", "property": "property", "not": "not"}
_JOINED: Mapping[str, Component] = {"and": "and", "or": "or", "xone": "xone"}
# Said of a shape without asking anything, or read together with another parameter.
_SILENT = frozenset(
    "path name description message severity order group defaultValue deactivated flags ignoredProperties "
    "qualifiedValueShape qualifiedValueShapesDisjoint targetClass targetNode targetSubjectsOf targetObjectsOf".split()
)
_DATATYPES = frozenset({f"<{RDFS}Literal>", RDF_LANG_STRING, f"<{RDF}PlainLiteral>"})


def read_shapes(triples: Iterable[Triple]) -> dict[Term, Shape]:
    """Return all shapes of a shapes graph, sorted by term; those that are deactivated ask nothing.

    The graph should have no errors (``find_shape_problems``). What is not understood (SPARQL constraints, custom
    components, values that are ill-formed) becomes a condition ``open``.
    """
    reader = _Reader(ShapeIndex(triples))
    return {name: reader.read(name) for name in reader.index.shapes}


def read_value_axioms(triples: Iterable[Triple], classes: Collection[Term] = ()) -> tuple[ValueAxiom, ...]:
    """Return what ontology axioms say of the kind of all values of a property, sorted.

    Ranges that are datatypes and declarations as an object or datatype property. ``classes`` are names that are no
    datatypes whatever they look like.
    """
    found = set()
    triples = tuple(triples)
    declared = {t[0] for t in triples if t[1] == RDF_TYPE and t[2] == f"<{RDFS}Datatype>"}
    for triple in triples:
        subject, predicate, value = triple
        if not is_iri(subject):
            continue
        if predicate == RDF_TYPE and value == f"<{OWL}ObjectProperty>":
            found.add(ValueAxiom(subject, "resource", triple))
        elif predicate == RDF_TYPE and value == f"<{OWL}DatatypeProperty>":
            found.add(ValueAxiom(subject, "literal", triple))
        elif predicate == f"<{RDFS}range>" and is_iri(value) and value not in classes:
            if value == f"<{RDFS}Literal>" or value in declared or value == f"<{RDF}PlainLiteral>":
                found.add(ValueAxiom(subject, "literal", triple))
            elif value in _DATATYPES or value.startswith(f"<{XSD}"):
                found.add(ValueAxiom(subject, value, triple))
    return tuple(sorted(found))


class _Reader:
    def __init__(self, index: ShapeIndex) -> None:
        self.index = index
        parameters = {o for _, p, o in index.triples if p == make_sh("parameter")}
        self.custom = {t[2] for node in parameters for t in index.list_triples(node) if t[1] == SH_PATH}

    def read(self, name: Term) -> Shape:
        index = self.index
        severity = index.get_object(name, make_sh("severity"))
        targets = [Target("class", c) for c in index.list_target_classes(name)]
        targets += [Target("node", o) for o in index.list_objects(name, TARGETS[1])]
        targets += [Target("subjectsOf", o) for o in index.list_objects(name, TARGETS[2])]
        targets += [Target("objectsOf", o) for o in index.list_objects(name, TARGETS[3])]
        path, conditions = self.read_path(name), self.read_conditions(name)
        if index.list_objects(name, SH_PATH) and path is None:
            conditions = (Condition("open", (name, SH_PATH, index.list_objects(name, SH_PATH)[0])),)
        if _is_true(index.list_objects(name, make_sh("deactivated"))):
            conditions = ()
        shown = get_local_name(severity) if severity else "Violation"
        return Shape(name, path, conditions, tuple(targets), shown)

    def read_path(self, shape: Term) -> Path | None:
        nodes = self.index.list_objects(shape, SH_PATH)
        if len(nodes) != 1:
            return None
        if is_iri(nodes[0]) and self.index.render_path(nodes[0]) == nodes[0]:
            return Path(nodes[0])
        inverse = self.index.list_objects(nodes[0], make_sh("inversePath"))
        if len(inverse) == 1 and is_iri(inverse[0]):
            return Path(inverse[0], inverse=True)
        text = self.index.render_path(nodes[0])
        return None if text is None else Path(text, opaque=True)

    def read_conditions(self, shape: Term) -> tuple[Condition, ...]:
        found: list[Condition] = []
        for triple in self.index.list_triples(shape):
            if triple[1].startswith(f"<{SH}"):
                found += self.read_condition(triple)
            elif triple[1] in self.custom:
                found.append(Condition("open", triple))
        return tuple(found)

    def read_condition(self, triple: Triple) -> Sequence[Condition]:
        shape, predicate, value = triple
        name = get_local_name(predicate)
        unread = (Condition("open", triple),)
        if name in _SILENT:
            return ()
        if name in _COUNTS:
            number = read_integer(value) if is_literal(value) else None
            return (Condition(_COUNTS[name], triple, number=number),) if number is not None else unread
        if name in _TERMS:
            return (Condition(_TERMS[name], triple, value),)
        if name == "pattern":
            flags = self.index.get_object(shape, make_sh("flags"))
            text = split_literal(flags)[0] if flags and is_literal(flags) else ""
            return (Condition("pattern", triple, value, flags=text),) if is_literal(value) else unread
        if name in _LISTS:
            members = self.index.read_list(value)
            return (Condition(_LISTS[name], triple, values=members),) if members is not None else unread
        if name in _NESTED:
            return unread if is_literal(value) else (Condition(_NESTED[name], triple, shapes=(value,)),)
        if name in _JOINED:
            members = self.index.read_list(value)
            if members is None or any(is_literal(member) for member in members):
                return unread
            return (Condition(_JOINED[name], triple, shapes=members),)
        if name == "uniqueLang":
            return (Condition("uniqueLang", triple),) if _is_true((value,)) else ()
        if name == "closed":
            return (Condition("closed", triple, values=self.list_allowed(shape)),) if _is_true((value,)) else ()
        if name in ("qualifiedMinCount", "qualifiedMaxCount"):
            return self.read_qualified(triple, "qualifiedMinCount" if name == "qualifiedMinCount" else name) or unread
        return unread

    def read_qualified(self, triple: Triple, name: str) -> tuple[Condition, ...]:
        component: Component = "qualifiedMinCount" if name == "qualifiedMinCount" else "qualifiedMaxCount"
        counted = self.index.list_objects(triple[0], make_sh("qualifiedValueShape"))
        number = read_integer(triple[2]) if is_literal(triple[2]) else None
        if len(counted) != 1 or is_literal(counted[0]) or number is None:
            return ()
        siblings: tuple[Term, ...] = ()
        if _is_true(self.index.list_objects(triple[0], make_sh("qualifiedValueShapesDisjoint"))):
            siblings = self.list_siblings(triple[0], counted[0])
        return (Condition(component, triple, shapes=counted, number=number, siblings=siblings),)

    def list_siblings(self, shape: Term, counted: Term) -> tuple[Term, ...]:
        """Return the other qualified value shapes beside a property shape (SHACL section 4.7.3)."""
        parents = [s for s, p, _ in self.index.list_uses(shape) if p == make_sh("property")]
        beside = [o for parent in parents for o in self.index.list_objects(parent, make_sh("property"))]
        found = [o for one in beside for o in self.index.list_objects(one, make_sh("qualifiedValueShape"))]
        return tuple(o for o in dict.fromkeys(found) if o != counted)

    def list_allowed(self, shape: Term) -> tuple[Term, ...]:
        """Return the properties that a closed shape lets a node have (SHACL section 4.8.1)."""
        ignored = self.index.get_object(shape, make_sh("ignoredProperties"))
        allowed = list((self.index.read_list(ignored) or ()) if ignored else ())
        for part in self.index.list_objects(shape, make_sh("property")):
            allowed += [o for o in self.index.list_objects(part, SH_PATH) if is_iri(o)]
        return tuple(dict.fromkeys(allowed))


def _is_true(values: Sequence[Term]) -> bool:
    return any(is_literal(value) and split_literal(value)[0] in ("true", "1") for value in values)
