"""Small graphs judged by shapes in plain Python: whether what Z3 proposes is what it is said to be.

This is a direct reading of SHACL (W3C Recommendation, 2017), section 4, for graphs of a few facts. It says None where
it does not know: of conditions that are not understood, paths that are not a property, values without a common order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

from workbench.model.terms import (
    RDF_LANG_STRING,
    RDF_TYPE,
    Term,
    Triple,
    get_local_name,
    is_blank,
    is_iri,
    is_literal,
    split_literal,
)
from workbench.solving.shapes.patterns import match_text
from workbench.solving.shapes.terms import RELATED, get_text, is_language_in, read_family
from workbench.solving.shapes.values import Condition, Path, Shape, Shapes, Target
from workbench.solving.values import COMPARABLE, ILL_TYPED, read_values

__all__ = ["Facts", "Verdict", "conforms", "is_target"]

Verdict = bool | None
_KINDS = {
    "IRI": (is_iri,),
    "BlankNode": (is_blank,),
    "Literal": (is_literal,),
    "BlankNodeOrIRI": (is_blank, is_iri),
    "BlankNodeOrLiteral": (is_blank, is_literal),
    "IRIOrLiteral": (is_iri, is_literal),
}
_ORDERS: dict[str, Callable[[int], bool]] = {
    "minInclusive": lambda sign: sign >= 0,
    "minExclusive": lambda sign: sign > 0,
    "maxInclusive": lambda sign: sign <= 0,
    "maxExclusive": lambda sign: sign < 0,
}


def _all(verdicts: Iterable[Verdict]) -> Verdict:
    found = list(verdicts)
    return False if False in found else None if None in found else True


def _any(verdicts: Iterable[Verdict]) -> Verdict:
    found = list(verdicts)
    return True if True in found else None if None in found else False


def _not(verdict: Verdict) -> Verdict:
    return None if verdict is None else not verdict


class Facts:
    """A few facts, indexed both ways."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = tuple(dict.fromkeys(triples))
        self._out: dict[tuple[Term, Term], list[Term]] = {}
        self._into: dict[tuple[Term, Term], list[Term]] = {}
        self.leaving: dict[Term, list[Triple]] = {}
        for triple in self.triples:
            self._out.setdefault(triple[:2], []).append(triple[2])
            self._into.setdefault((triple[2], triple[1]), []).append(triple[0])
            self.leaving.setdefault(triple[0], []).append(triple)

    def list_values(self, node: Term, path: Path) -> list[Term] | None:
        """Return the values of a path, None when it is not one property."""
        if path.opaque:
            return None
        return (self._into if path.inverse else self._out).get((node, path.predicate), [])


def is_target(target: Target, node: Term, facts: Facts) -> bool:
    """Tell whether a node is what a shape is aimed at; subclasses must have been derived."""
    if target.kind == "class":
        return target.term in (facts.list_values(node, Path(RDF_TYPE)) or ())
    if target.kind == "node":
        return node == target.term
    return bool(facts.list_values(node, Path(target.term, inverse=target.kind == "objectsOf")))


def conforms(shapes: Shapes, name: Term, node: Term, facts: Facts) -> Verdict:
    """Tell whether a node conforms to a shape; None when that is not known."""
    shape = shapes[name]
    return _all(_judge(shapes, shape, condition, node, facts) for condition in shape.conditions)


def _judge(shapes: Shapes, shape: Shape, condition: Condition, node: Term, facts: Facts) -> Verdict:
    values = [node] if shape.path is None else facts.list_values(node, shape.path)
    if values is None:
        return None
    component, number = condition.component, condition.number
    beside = facts.list_values(node, Path(condition.value)) or []
    match component:
        case "open":
            return None
        case "minCount":
            return len(values) >= number
        case "maxCount":
            return len(values) <= number
        case "hasValue":
            return condition.value in values
        case "uniqueLang":
            tags = [split_literal(v)[2].lower() for v in values if is_literal(v) and split_literal(v)[2]]
            return len(tags) == len(set(tags))
        case "equals":
            return set(values) == set(beside)
        case "disjoint":
            return not set(values) & set(beside)
        case "lessThan" | "lessThanOrEquals":
            wanted: Callable[[int], bool] = _ORDERS["maxExclusive" if component == "lessThan" else "maxInclusive"]
            return _all(_compare(one, other, wanted) for one in values for other in beside)
        case "closed":
            allowed = condition.values
            return all(predicate in allowed for _, predicate, _ in facts.leaving.get(node, ()))
        case "qualifiedMinCount" | "qualifiedMaxCount":
            return _count(shapes, condition, values, facts)
    return _all(_test(shapes, condition, value, facts) for value in values)


def _count(shapes: Shapes, condition: Condition, values: Sequence[Term], facts: Facts) -> Verdict:
    verdicts = []
    for value in values:
        counted = [conforms(shapes, condition.shapes[0], value, facts)]
        counted += [_not(conforms(shapes, sibling, value, facts)) for sibling in condition.siblings]
        verdicts.append(_all(counted))
    low, high = verdicts.count(True), len(verdicts) - verdicts.count(False)
    if condition.component == "qualifiedMinCount":
        return True if low >= condition.number else False if high < condition.number else None
    return False if low > condition.number else True if high <= condition.number else None


def _test(shapes: Shapes, condition: Condition, value: Term, facts: Facts) -> Verdict:
    component = condition.component
    match component:
        case "node" | "property" | "and":
            return _all(conforms(shapes, name, value, facts) for name in condition.shapes)
        case "or":
            return _any(conforms(shapes, name, value, facts) for name in condition.shapes)
        case "not":
            return _not(conforms(shapes, condition.shapes[0], value, facts))
        case "xone":
            found = [conforms(shapes, name, value, facts) for name in condition.shapes]
            pairs = _any(_all(pair) for pair in combinations(found, 2))
            return _all([_any(found), _not(pairs)])
        case "class":
            return not is_literal(value) and condition.value in (facts.list_values(value, Path(RDF_TYPE)) or ())
        case "datatype":
            return _is_of_datatype(value, condition.value)
        case "nodeKind":
            tests = _KINDS.get(get_local_name(condition.value))
            return None if tests is None else any(test(value) for test in tests)
        case "in":
            return value in condition.values
        case "languageIn":
            tag = split_literal(value)[2] if is_literal(value) else ""
            return is_language_in(tag, (split_literal(member)[0] for member in condition.values))
        case "minLength":
            return not is_blank(value) and len(get_text(value)) >= condition.number
        case "maxLength":
            return not is_blank(value) and len(get_text(value)) <= condition.number
        case "pattern":
            found_match = match_text(split_literal(condition.value)[0], condition.flags, get_text(value))
            return False if is_blank(value) else found_match
    return _compare(value, condition.value, _ORDERS[component])


def _is_of_datatype(value: Term, datatype: Term) -> Verdict:
    if not is_literal(value) or split_literal(value)[1] != datatype:
        return False
    if datatype == RDF_LANG_STRING or read_values([value])[value].kind != ILL_TYPED:
        return True
    return None if read_family(datatype) in ("double", "float") else False


def _compare(value: Term, bound: Term, wanted: Callable[[int], bool]) -> Verdict:
    if not is_literal(value) or not is_literal(bound):
        return False
    known = read_values(sorted({value, bound}))
    one, other = known[value], known[bound]
    if one.kind == other.kind and one.kind in COMPARABLE and one.kind not in RELATED.get(one.kind, ()):
        return wanted((one.number > other.number) - (one.number < other.number))
    # Whether a value without an order is at most itself differs among processors.
    return None if value == bound or other.kind in RELATED.get(one.kind, ()) else False
