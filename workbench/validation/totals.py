"""Totals over facts: what each case adds up to, from which facts, and which cases break their constraint.

Arithmetic is exact (fractions). What is counted is what the facts hold, as shapes see them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from workbench.model.application import apply_function
from workbench.model.builtins import NEGATED, evaluate_value
from workbench.model.rules import Atom, Expression, Negation, Operation, collect_variables
from workbench.model.terms import Term, Triple, is_literal
from workbench.model.totals import Total, TotalConstraint, find_slots, make_slot, read_slot
from workbench.model.values import ORDERED_KINDS, Value, compare_values, read_value
from workbench.validation.matching import FactIndex, iterate_keys

__all__ = [
    "Amount",
    "Case",
    "Contribution",
    "build_index",
    "evaluate_cases",
    "find_minimal",
    "is_violated",
    "list_keys",
]


class Contribution(NamedTuple):
    """One binding of a total's body: its value (what is counted, as terms), its facts, and the one that has the value.

    ``value`` is None where it is none that can be added up or ordered.
    """

    value: Value | tuple[object, ...] | None
    main: Triple
    facts: tuple[Triple, ...]
    bindings: Mapping[str, Term]


class Amount(NamedTuple):
    """A total of one case: its value, None where it has none, and what it is made of.

    Of a case that breaks its constraint the largest contributions come first, of ``min`` the smallest.
    """

    value: Value | None
    contributions: tuple[Contribution, ...]
    is_broken: bool = False
    """Whether it has no value because of a contribution that is none."""


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
            amounts = tuple(_sort(total, amount) for total, amount in zip(constraint.totals, amounts, strict=True))
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
    return _add_up(total, found)


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


def _add_up(total: Total, found: Sequence[Contribution]) -> Amount:
    if total.kind == "count":
        distinct: dict[object, Contribution] = {}
        for contribution in found:
            distinct.setdefault(contribution.value, contribution)
        return Amount(Value("number", Fraction(len(distinct))), tuple(distinct.values()))
    kinds = {one.value.kind if isinstance(one.value, Value) else "" for one in found}
    allowed = ("number",) if total.kind in ("sum", "average") else tuple(k for k in ORDERED_KINDS if k != "duration")
    if not found:
        return Amount(Value("number", Fraction(0)) if total.kind == "sum" else None, ())
    if len(kinds) > 1 or not kinds.issubset(allowed):
        return Amount(None, tuple(found), is_broken=True)
    if total.kind in ("min", "max"):
        extreme = (min if total.kind == "min" else max)(found, key=_get_content).value
        return Amount(extreme if isinstance(extreme, Value) else None, tuple(found))
    amount = _sum([_get_number(one) for one in found])
    return Amount(Value("number", amount / (1 if total.kind == "sum" else len(found))), tuple(found))


def _sum(numbers: Sequence[Fraction]) -> Fraction:
    # Whole numbers, which most are, add up twenty times as fast as fractions.
    if all(number.denominator == 1 for number in numbers):
        return Fraction(sum(number.numerator for number in numbers))
    return sum(numbers, Fraction(0))


def _sort(total: Total, amount: Amount) -> Amount:
    ordered = sorted(amount.contributions, key=lambda one: one.facts)
    if total.kind != "count" and not amount.is_broken:
        ordered.sort(key=_get_content, reverse=total.kind != "min")
    return amount._replace(contributions=tuple(ordered))


def _get_content(contribution: Contribution) -> Any:
    """Return the content of a value; those of one total are of one ordered kind."""
    return contribution.value.value if isinstance(contribution.value, Value) else None


def _get_number(contribution: Contribution) -> Fraction:
    value = contribution.value
    return value.value if isinstance(value, Value) and isinstance(value.value, Fraction) else Fraction(0)


def find_minimal(case: Case) -> tuple[tuple[Contribution, ...], ...]:
    """Return, for each total, the fewest contributions that break the constraint whatever else there is.

    The first largest ones, where more of them can only make it worse; all of them otherwise.
    """
    everything = tuple(amount.contributions for amount in case.amounts)
    if len(case.amounts) != 1:
        return everything
    total, contributions = case.constraint.totals[0], everything[0]
    comparison, slot = case.constraint.comparison, make_slot(0)
    above = (comparison.left == slot and comparison.operator in ("<", "<=")) or (
        comparison.right == slot and comparison.operator in (">", ">=")
    )
    below = (comparison.left == slot and comparison.operator in (">", ">=")) or (
        comparison.right == slot and comparison.operator in ("<", "<=")
    )
    grows = (
        total.kind == "max"
        or (total.kind == "count" and not any(isinstance(element, Negation) for element in total.body))
        or (total.kind == "sum" and all(_get_number(one) >= 0 for one in contributions))
    )
    if not ((above and grows) or (below and total.kind == "min")):
        return everything
    for count in range(1, len(contributions) + 1):
        amount = _add_up(total, contributions[:count])
        if is_violated(case.constraint, case.bindings, (amount,)):
            return (contributions[:count],)
    return everything
