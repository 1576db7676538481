"""What contributions come to: exact sums, counts of different values, extremes and averages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from workbench.model.terms import Term, Triple
from workbench.model.totals import Total
from workbench.model.values import ORDERED_KINDS, Value

__all__ = ["Amount", "Contribution", "add_up", "get_number", "sort_amount"]


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


def add_up(total: Total, found: Sequence[Contribution]) -> Amount:
    """Return a total of contributions."""
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
    amount = _sum([get_number(one) for one in found])
    return Amount(Value("number", amount / (1 if total.kind == "sum" else len(found))), tuple(found))


def _sum(numbers: Sequence[Fraction]) -> Fraction:
    # Whole numbers, which most are, add up twenty times as fast as fractions.
    if all(number.denominator == 1 for number in numbers):
        return Fraction(sum(number.numerator for number in numbers))
    return sum(numbers, Fraction(0))


def sort_amount(total: Total, amount: Amount) -> Amount:
    """Return a total with its largest contributions first, of ``min`` the smallest."""
    ordered = sorted(amount.contributions, key=lambda one: one.facts)
    if total.kind != "count" and not amount.is_broken:
        ordered.sort(key=_get_content, reverse=total.kind != "min")
    return amount._replace(contributions=tuple(ordered))


def _get_content(contribution: Contribution) -> Any:
    """Return the content of a value; those of one total are of one ordered kind."""
    return contribution.value.value if isinstance(contribution.value, Value) else None


def get_number(contribution: Contribution) -> Fraction:
    """Return the number that a contribution adds; 0 where it is none."""
    value = contribution.value
    return value.value if isinstance(value, Value) and isinstance(value.value, Fraction) else Fraction(0)
