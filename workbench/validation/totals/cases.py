"""Totals over facts: what each case adds up to, from which facts, and which cases break their constraint.

Arithmetic is exact (fractions). What is counted is what the facts hold, as shapes see them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from workbench.model.application import apply_function
from workbench.model.builtins import NEGATED, evaluate_value
from workbench.model.rules import Atom, Expression, Operation, collect_variables
from workbench.model.terms import Term, Triple, is_literal
from workbench.model.totals import Total, TotalConstraint, find_slots, read_slot
from workbench.model.values import ORDERED_KINDS, Value, compare_values, read_value
from workbench.validation.totals.amounts import Amount, Contribution, add_up, sort_amount
from workbench.validation.totals.matching import FactIndex, iterate_keys

__all__ = [
    "Case",
    "build_index",
    "evaluate_cases",
    "is_violated",
    "list_keys",
]


class Case(NamedTuple):
    """One binding of a constraint's body, with the totals for it. ``violated`` is None where that cannot be told."""

    constraint: TotalConstraint
    bindings: Mapping[str, Term]
    premises: tuple[Triple, ...]
    amounts: tuple[Amount, ...]
    violated: bool | None


def list_keys(constraints: Iterable[TotalConstraint]) -> frozenset[tuple[bool, Term]]:
    """Return what constraints speak of: is it a class, and its name."""
    return frozenset(
        key
        for constraint in constraints
        for body in (constraint.body, *(total.body for total in constraint.totals))
        for key in iterate_keys(body)
    )


def build_index(constraints: Iterable[TotalConstraint], facts: Iterable[Triple]) -> FactIndex:
    """Return the facts that constraints speak of."""
    return FactIndex(facts, list_keys(constraints))


def evaluate_cases(constraint: TotalConstraint, index: FactIndex) -> Iterator[Case]:
    """Yield every case of a constraint, each once, in the order of the facts."""
    sides = (constraint.comparison.left, constraint.comparison.right)
    used = {v for side in sides for v in collect_variables(side)}
    used.update(v for total in constraint.totals for e in (*total.body, *total.values) for v in collect_variables(e))
    seen: set[tuple[tuple[str, Term], ...]] = set()
    for bindings, premises in index.match(constraint.body):
        key = tuple(sorted((variable, term) for variable, term in bindings.items() if variable in used))
        if key in seen:
            continue
        seen.add(key)
        amounts = tuple(_evaluate_total(total, index, bindings) for total in constraint.totals)
        violated = is_violated(constraint, bindings, amounts)
        if violated is not False:
            amounts = tuple(
                sort_amount(total, amount) for total, amount in zip(constraint.totals, amounts, strict=True)
            )
        yield Case(constraint, bindings, premises, amounts, violated)


def is_violated(constraint: TotalConstraint, bindings: Mapping[str, Term], amounts: Sequence[Amount]) -> bool | None:
    """Tell whether the comparison fails; None where a value of it is none that can be compared.

    As everywhere, what has no value violates nothing: the least of nothing is not too small.
    """
    if any(amount.is_broken for amount in amounts):
        return None
    comparison = constraint.comparison
    left, right = (_evaluate(side, bindings, amounts) for side in (comparison.left, comparison.right))
    if left is None or right is None:
        slots = {*find_slots(comparison.left), *find_slots(comparison.right)}
        return False if any(amounts[slot].value is None for slot in slots) else None
    if left.kind != right.kind or left.kind not in ORDERED_KINDS:
        return None
    return compare_values(NEGATED[comparison.operator], left, right)


def _evaluate(expression: Expression, bindings: Mapping[str, Term], amounts: Sequence[Amount]) -> Value | None:
    if isinstance(expression, Operation):
        values = [_evaluate(argument, bindings, amounts) for argument in expression.arguments]
        known = [value for value in values if value is not None]
        return apply_function(expression.operator, known) if len(known) == len(values) else None
    slot = read_slot(expression)
    if slot is not None:
        return amounts[slot].value
    return evaluate_value(expression, bindings)


def _evaluate_total(total: Total, index: FactIndex, bindings: Mapping[str, Term]) -> Amount:
    wanted = {variable for value in total.values for variable in collect_variables(value)}
    place = _find_main(total, wanted)
    found: list[Contribution] = []
    for match in index.match(total.body, bindings):
        value: Value | tuple[object, ...] | None
        if total.kind == "count":
            value = tuple(_identify(match.bindings[str(variable)]) for variable in total.values)
        else:
            value = evaluate_value(total.values[0], match.bindings)
        main = match.premises[place] if match.premises else ("", "", "")
        found.append(Contribution(value, main, match.premises, match.bindings))
    return add_up(total, found)


def _identify(term: Term) -> object:
    """Return what makes a term another one: a literal's value, else its name."""
    return (read_value(term) or term) if is_literal(term) else term


def _find_main(total: Total, wanted: set[str]) -> int:
    """Return which of the body's atoms has the value: the first that mentions it as its object, or at all."""
    atoms = [element for element in total.body if isinstance(element, Atom)]
    for ends in ([atom.object for atom in atoms], [atom.subject for atom in atoms]):
        place = next((index for index, end in enumerate(ends) if end in wanted), None)
        if place is not None:
            return place
    return 0
