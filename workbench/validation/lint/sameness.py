"""Sameness of rules: whether one is the other with other names of variables and in another order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from workbench.model.rules import Atom, BodyElement, Comparison, Expression, Negation, Operation, Rule
from workbench.model.terms import is_variable

__all__ = ["are_alike", "get_shape"]

_STEPS = 20_000
"""How many assignments of variables are tried before two rules count as different."""


def _blank(part: BodyElement | Expression) -> object:
    """Return a part with its variables taken away: what two parts share when one is the other renamed."""
    if isinstance(part, Atom):
        return ("atom", part.predicate, _blank(part.subject), _blank(part.object))
    if isinstance(part, Comparison):
        return ("comparison", part.operator, _blank(part.left), _blank(part.right))
    if isinstance(part, Operation):
        return ("operation", part.operator, tuple(_blank(argument) for argument in part.arguments))
    if isinstance(part, Negation):
        return ("not", tuple(sorted((_blank(element) for element in part.elements), key=repr)))
    return "?" if is_variable(part) else part


def get_shape(rule: Rule) -> object:
    """Return what a rule and each renaming of it share."""
    body = Counter(repr(_blank(element)) for element in rule.body)
    head = Counter(repr(_blank(atom)) for atom in rule.head)
    return tuple(sorted(body.items())), tuple(sorted(head.items()))


def are_alike(one: Rule, other: Rule) -> bool:
    """Tell whether two rules are the same up to the names of variables and the order of body and head.

    Undecided after many steps, which takes a rule of very many interchangeable conditions, means no.
    """
    if get_shape(one) != get_shape(other):
        return False
    left = [(True, part) for part in one.body] + [(False, part) for part in one.head]
    right = [(True, part) for part in other.body] + [(False, part) for part in other.head]
    # Parts that leave the fewest choices are matched first.
    counts = Counter(repr((side, _blank(part))) for side, part in left)
    left.sort(key=lambda pair: (counts[repr((pair[0], _blank(pair[1])))], repr(pair)))
    steps = [_STEPS]
    return _match(left, right, {}, steps)


_Sided = tuple[bool, BodyElement]


def _match(left: Sequence[_Sided], right: Sequence[_Sided], names: dict[str, str], steps: list[int]) -> bool:
    if not left:
        return True
    side, part = left[0]
    for position, (other_side, other) in enumerate(right):
        steps[0] -= 1
        if steps[0] < 0:
            return False
        if side != other_side:
            continue
        for found in _unify(part, other, names, steps):
            if _match(left[1:], [*right[:position], *right[position + 1 :]], found, steps):
                return True
    return False


def _unify(
    one: BodyElement | Expression, other: BodyElement | Expression, names: dict[str, str], steps: list[int]
) -> Iterator[dict[str, str]]:
    """Yield each way to extend a one-to-one renaming of variables so that it makes ``other`` of ``one``."""
    if isinstance(one, str) or isinstance(other, str):
        if not isinstance(one, str) or not isinstance(other, str):
            return
        if is_variable(one) != is_variable(other):
            return
        if not is_variable(one):
            if one == other:
                yield names
        elif one in names:
            if names[one] == other:
                yield names
        elif other not in names.values():
            yield {**names, one: other}
        return
    if type(one) is not type(other):
        return
    if isinstance(one, Negation) and isinstance(other, Negation):
        if len(one.elements) == len(other.elements):
            yield from _unify_sets(one.elements, other.elements, names, steps)
        return
    parts, others = _split(one), _split(other)
    if parts[0] == others[0] and len(parts[1]) == len(others[1]):
        yield from _unify_all(parts[1], others[1], names, steps)


def _split(part: BodyElement | Expression) -> tuple[str, tuple[Expression, ...]]:
    if isinstance(part, Atom):
        return part.predicate, (part.subject, part.object)
    if isinstance(part, Comparison):
        return part.operator, (part.left, part.right)
    if isinstance(part, Operation):
        return part.operator, part.arguments
    return "", ()


def _unify_all(
    ones: Sequence[Expression], others: Sequence[Expression], names: dict[str, str], steps: list[int]
) -> Iterator[dict[str, str]]:
    if not ones:
        yield names
        return
    for found in _unify(ones[0], others[0], names, steps):
        yield from _unify_all(ones[1:], others[1:], found, steps)


def _unify_sets(
    ones: Sequence[Atom | Comparison], others: Sequence[Atom | Comparison], names: dict[str, str], steps: list[int]
) -> Iterator[dict[str, str]]:
    if not ones:
        yield names
        return
    for position, other in enumerate(others):
        steps[0] -= 1
        if steps[0] < 0:
            return
        for found in _unify(ones[0], other, names, steps):
            yield from _unify_sets(ones[1:], [*others[:position], *others[position + 1 :]], found, steps)
