"""Stated numbers and dates as quantities that may be changed, and back to facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from workbench.model.terms import (
    XSD_DATE,
    Term,
    Triple,
    get_local_name,
    is_blank,
    is_literal,
    make_literal,
    split_literal,
)
from workbench.model.values import Value, read_value
from workbench.solving.repairs.amounts import Quantity
from workbench.validation.literals import get_bounds

__all__ = ["Measured", "StatedNumbers", "count_places", "measure"]

_MOST_PLACES = 12
_LAST_DAY = date.max.toordinal()


class Measured(NamedTuple):
    """A value as a number of its kind: numbers, dates counted in days, years."""

    kind: str
    number: Fraction


def measure(value: Value | None) -> Measured | None:
    """Return a value as a number; None for one that is none (a text, a time, a date with a time zone)."""
    if value is None:
        return None
    content = value.value
    if value.kind == "number" and isinstance(content, Fraction):
        return Measured("number", content)
    if value.kind == "date" and isinstance(content, date):
        return Measured("date", Fraction(content.toordinal()))
    if value.kind == "gYear" and isinstance(content, int):
        return Measured("gYear", Fraction(content))
    return None


def count_places(number: Fraction) -> int | None:
    """Return how many decimal places a number has; None when it has no finite decimal form."""
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


class StatedNumbers:
    """The facts whose values may be changed, each under a name; frozen ones and those of ``fixed`` properties stay."""

    def __init__(self, stated: Iterable[Triple], fixed: Collection[Term] = ()) -> None:
        self._stated = frozenset(stated)
        self._fixed = frozenset(fixed)
        self._names: dict[Triple, str] = {}
        self._facts: dict[str, Triple] = {}
        self.frozen: set[str] = set()

    def find(self, fact: Triple) -> tuple[str, str] | None:
        """Return kind and name of the number that a fact states; None when it states none that may be changed."""
        value = self._read(fact)
        if value is None:
            return None
        name = self._names.setdefault(fact, f"n{len(self._names)}")
        self._facts[name] = fact
        return None if name in self.frozen else (value.kind, name)

    def _read(self, fact: Triple) -> Measured | None:
        if fact not in self._stated or fact[1] in self._fixed or is_blank(fact[0]) or not is_literal(fact[2]):
            return None
        value = measure(read_value(fact[2]))
        places = None if value is None else count_places(value.number)
        return value if places is not None and places <= _MOST_PLACES else None

    def get_fact(self, name: str) -> Triple:
        """Return the fact that states a number."""
        return self._facts[name]

    def is_stated(self, fact: Triple) -> bool:
        """Tell whether a fact is stated."""
        return fact in self._stated

    def sort(self, names: Iterable[str]) -> list[str]:
        """Return names in the order of their facts."""
        return sorted(set(names), key=lambda name: self._facts[name])

    def make_quantity(self, name: str, places: int) -> Quantity:
        """Return a number as a quantity; decimals have ``places`` places."""
        fact = self._facts[name]
        value = measure(read_value(fact[2]))
        if value is None:
            raise ValueError(f"{fact[2]} is no number")
        if value.kind == "date":
            return Quantity(name, value.number, low=Fraction(1), high=Fraction(_LAST_DAY))
        if value.kind == "gYear":
            return Quantity(name, value.number, low=Fraction(1), high=Fraction(9999))
        kind = get_local_name(split_literal(fact[2])[1])
        bounds = get_bounds(kind)
        if bounds is None:
            return Quantity(name, value.number, Fraction(1, 10**places))
        low, high = (None if bound is None else Fraction(bound) for bound in bounds)
        return Quantity(name, value.number, low=low, high=high)

    def count_places(self, name: str) -> int:
        """Return how many decimal places a number has."""
        value = measure(read_value(self._facts[name][2]))
        return 0 if value is None else count_places(value.number) or 0

    def write(self, name: str, number: Fraction) -> Triple:
        """Return the fact with another value, in the form in which the present one is written."""
        subject, predicate, old = self._facts[name]
        lexical, datatype, _ = split_literal(old)
        if datatype == XSD_DATE:
            return (subject, predicate, make_literal(date.fromordinal(int(number)).isoformat(), datatype))
        if get_local_name(datatype) == "gYear":
            return (subject, predicate, make_literal(f"{int(number):04d}", datatype))
        return (subject, predicate, _write_number(number, lexical, datatype))


def _write_number(number: Fraction, like: str, datatype: Term) -> Term:
    written = like.strip().lower().partition("e")
    places = max(len(written[0].partition(".")[2]) if not written[1] else 0, count_places(number) or 0)
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return make_literal(f"-{text}" if number < 0 else text, datatype)
