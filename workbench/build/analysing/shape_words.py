"""What conditions of shapes and axioms about values say, in the words of a project."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.model.terms import XSD, Term, get_local_name, is_literal, split_literal
from workbench.solving.shapes.values import Condition, Path, Shape, Shapes, ValueAxiom
from workbench.validation.shacl.sentences import NODE_KINDS

__all__ = ["ShapeWords"]

_DATATYPES = {
    "integer": "a whole number",
    "nonNegativeInteger": "a whole number that is not negative",
    "positiveInteger": "a whole number above zero",
    "decimal": "a decimal number",
    "double": "a number (xsd:double)",
    "float": "a number (xsd:float)",
    "string": "a text",
    "boolean": "true or false",
    "date": "a date",
    "dateTime": "a date with a time",
    "gYear": "a year",
    "anyURI": "a web address written as a value",
    "langString": "a text with a language",
}
_BOUNDS = ("minInclusive", "minExclusive", "maxInclusive", "maxExclusive")
_ORDERS = dict(zip(_BOUNDS, ("at least", "more than", "at most", "less than"), strict=True))
_SHOWN = 5


class ShapeWords:
    """Says conditions; ``label`` names a class, property or individual."""

    def __init__(self, shapes: Shapes, label: Callable[[Term], str]) -> None:
        self.shapes, self._label = shapes, label

    def name(self, term: Term) -> str:
        """Return what a term is called, in quotation marks; of a literal its text."""
        if is_literal(term):
            text, datatype, tag = split_literal(term)
            is_number = datatype.startswith(f"<{XSD}") and get_local_name(datatype) not in ("string", "anyURI")
            return text if is_number else f"“{text}”" + (f" ({tag})" if tag else "")
        return f"“{self._label(term)}”"

    def say_path(self, path: Path | None) -> str:
        """Return what the values of a path are called; without one the thing itself."""
        if path is None:
            return "it"
        if path.opaque:
            return f"the path {path.predicate}"
        name = self.name(path.predicate)
        return f"what has it as {name}" if path.inverse else name

    def say_datatype(self, datatype: Term) -> str:
        """Return what a literal of a datatype is."""
        return _DATATYPES.get(get_local_name(datatype)) or f"a value of the type {get_local_name(datatype)}"

    def say_axiom(self, axiom: ValueAxiom) -> str:
        """Return an axiom about all values of a property as a sentence."""
        what = {"resource": "a thing, not a plain value", "literal": "a plain value"}.get(axiom.datatype)
        return f"Each value of {self.name(axiom.predicate)} is {what or self.say_datatype(axiom.datatype)}."

    def say(self, shape: Shape, condition: Condition) -> str:
        """Return a condition of a shape as a clause."""
        component, path = condition.component, self.say_path(shape.path)
        number = condition.number
        counted = f"{number} value{'s' * (number != 1)} of {path}"
        match component:
            case "minCount":
                return f"at least {counted}"
            case "maxCount":
                return f"at most {counted}" if number else f"no value of {path}"
            case "hasValue":
                value = self.name(condition.value)
                return f"it is {value}" if shape.path is None else f"{value} is a value of {path}"
            case "uniqueLang":
                return f"at most one value of {path} in each language"
            case "equals":
                return f"the values of {path} are those of {self.name(condition.value)}"
            case "disjoint":
                return f"no value of {path} is one of {self.name(condition.value)}"
            case "lessThan" | "lessThanOrEquals":
                limit = "less than" if component == "lessThan" else "at most"
                return f"each value of {path} is {limit} each of {self.name(condition.value)}"
            case "closed":
                return f"no other properties than {self._list(condition.values)}" if condition.values else "no property"
            case "qualifiedMinCount" | "qualifiedMaxCount":
                limit = "at least" if component == "qualifiedMinCount" else "at most"
                return f"{limit} {counted} for which {self.say_shape(condition.shapes[0])}"
            case "open":
                return f"a condition that is not understood here ({get_local_name(condition.triple[1])})"
        subject = "it" if shape.path is None else f"each value of {path}"
        return f"{subject} {self._say_test(condition)}"

    def _say_test(self, condition: Condition) -> str:
        component = condition.component
        if component in _ORDERS:
            return f"is {_ORDERS[component]} {self.name(condition.value)}"
        match component:
            case "datatype":
                return f"is {self.say_datatype(condition.value)}"
            case "class":
                return f"is in the class {self.name(condition.value)}"
            case "nodeKind":
                return f"is {NODE_KINDS.get(get_local_name(condition.value), 'a thing or a value')}"
            case "in":
                return f"is one of {self._list(condition.values)}" if condition.values else "is one of an empty list"
            case "minLength" | "maxLength":
                return f"has at {'least' if component == 'minLength' else 'most'} {condition.number} characters"
            case "pattern":
                return f"matches the pattern {split_literal(condition.value)[0]}"
            case "languageIn":
                return f"is a text in one of the languages {', '.join(split_literal(v)[0] for v in condition.values)}"
        inner = [self.say_shape(name) for name in condition.shapes]
        match component:
            case "not":
                return f"is not so that {inner[0]}"
            case "or":
                return f"is so that {' or '.join(inner)}"
            case "xone":
                return f"is so that exactly one is true: {'; '.join(inner)}"
        return f"is so that {' and '.join(inner)}"

    def _list(self, terms: Sequence[Term]) -> str:
        shown = ", ".join(self.name(term) for term in terms[:_SHOWN])
        return f"{shown} and {len(terms) - _SHOWN} more" if len(terms) > _SHOWN else shown

    def say_shape(self, name: Term, depth: int = 0) -> str:
        """Return all conditions of a shape as a clause; of one that is deeply nested its name."""
        shape = self.shapes[name]
        if depth > 2:
            return f"{self.name(name)} is met"
        parts = []
        for condition in shape.conditions:
            if condition.component in ("property", "node", "and"):
                parts += [self.say_shape(inner, depth + 1) for inner in condition.shapes]
            else:
                parts.append(self.say(shape, condition))
        return " and ".join(dict.fromkeys(parts)) or "nothing is asked"
