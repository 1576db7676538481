"""Values of literals: what a literal's text denotes, in which order values stand, and how they are written.

Value spaces follow XSD 1.1 part 2: ``1``, ``1.0`` and ``"01"^^xsd:integer`` are the same number. A date, time or
dateTime with a time zone and one without have no order between them, and are kinds of their own.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import date, datetime, time
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from workbench.model.durations import (
    Duration,
    compare_durations,
    read_duration,
    read_moment,
    read_year,
)
from workbench.model.terms import (
    RDF_LANG_STRING,
    XSD,
    XSD_BOOLEAN,
    XSD_STRING,
    Term,
    is_blank,
    is_literal,
    make_literal,
    split_literal,
)

__all__ = ["ORDERED_KINDS", "Value", "compare_terms", "compare_values", "make_moment", "make_number", "read_value"]

ORDERED_KINDS = (
    "number", "string", "date", "dateTime", "dateTime with zone", "date with zone", "time", "time with zone",
    "gYear", "gYear with zone", "duration",
)  # fmt: skip
"""The kinds whose values have an order; that of durations is partial."""

_INTEGERS = frozenset(
    f"<{XSD}{name}>"
    for name in (
        "integer int long short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger "
        "unsignedInt unsignedLong unsignedShort unsignedByte"
    ).split()
)
_MOMENTS = {f"<{XSD}{name}>": name for name in ("date", "time", "dateTime")}
_DURATIONS = {f"<{XSD}{name}>": name for name in ("duration", "yearMonthDuration", "dayTimeDuration")}
_INTEGER = re.compile(r"[+-]?\d{1,1000}\Z", re.A)
_DECIMAL = re.compile(r"[+-]?(\d{1,1000}(\.\d{0,1000})?|\.\d{1,1000})\Z", re.A)
_FLOAT = re.compile(r"[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,3})?\Z", re.A)
_TOO_LARGE = 10**1000
_ORDERS: dict[str, Callable[[object, object], bool]] = {
    "<": operator.lt,  # type: ignore[dict-item]  # only called on values of one ordered kind
    "<=": operator.le,  # type: ignore[dict-item]
    ">": operator.gt,  # type: ignore[dict-item]
    ">=": operator.ge,  # type: ignore[dict-item]
}


class Value(NamedTuple):
    """A literal's value: ``kind`` names its value space; values are comparable only within one kind."""

    kind: str
    value: Fraction | str | bool | int | date | time | datetime | Duration | tuple[str, str]


@lru_cache(maxsize=65536)
def read_value(term: Term) -> Value | None:
    """Return the value of a literal, or None when its text is not in the lexical space of its datatype.

    A literal of a datatype that is not known here has its own text as a value of its own kind: equal to itself,
    ordered with nothing.
    """
    lexical, datatype, language = split_literal(term)
    text = lexical.strip(" \t\r\n")
    if datatype in _INTEGERS:
        return Value("number", Fraction(int(text))) if _INTEGER.match(text) else None
    if datatype == f"<{XSD}decimal>":
        return Value("number", Fraction(text)) if _DECIMAL.match(text) else None
    if datatype in (f"<{XSD}double>", f"<{XSD}float>"):
        return Value("number", Fraction(text)) if _FLOAT.match(text) else None
    if datatype == XSD_STRING:
        return Value("string", lexical)
    if datatype == RDF_LANG_STRING:
        return Value("text", (lexical, language))
    if datatype == XSD_BOOLEAN:
        return Value("boolean", text in ("true", "1")) if text in ("true", "false", "1", "0") else None
    if datatype in _MOMENTS:
        moment = read_moment(text, _MOMENTS[datatype])
        return None if moment is None else make_moment(moment, _MOMENTS[datatype])
    if datatype in _DURATIONS:
        duration = read_duration(text, _DURATIONS[datatype])
        return None if duration is None else Value("duration", duration)
    if datatype == f"<{XSD}gYear>":
        year = read_year(text)
        return None if year is None else Value("gYear with zone" if year[1] else "gYear", year[0])
    return Value(datatype, lexical)


def make_moment(moment: datetime, kind: str) -> Value:
    """Return the value of a date (given as its midnight), a time (given on a day of reference) or a dateTime."""
    if moment.tzinfo is not None:
        return Value(f"{kind} with zone", moment)
    return Value(kind, moment.date() if kind == "date" else moment.time() if kind == "time" else moment)


def make_number(value: Fraction) -> Term | None:
    """Return the literal of a number: ``xsd:integer`` when whole, else ``xsd:decimal``.

    None when the number has no finite decimal expansion (1/3), or needs more than a thousand digits before or
    after the point: such a literal would not be read back.
    """
    if abs(value) >= _TOO_LARGE or value.denominator >= _TOO_LARGE**4:
        return None
    if value.denominator == 1:
        return make_literal(int(value))
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return None
    places = max(twos, fives)
    if places > 1000:
        return None
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return make_literal(f"{sign}{digits[:-places]}.{digits[-places:]}", f"<{XSD}decimal>")


def compare_values(operator_: str, left: Value, right: Value) -> bool:
    """Tell whether ``left operator right`` holds; values of different kinds are unequal and unordered."""
    if operator_ in ("=", "!="):
        return (left == right) == (operator_ == "=")
    if left.kind != right.kind or left.kind not in ORDERED_KINDS:
        return False
    if isinstance(left.value, Duration) and isinstance(right.value, Duration):
        return compare_durations(operator_, left.value, right.value)
    return _ORDERS[operator_](left.value, right.value)


def compare_terms(operator_: str, left: Term, right: Term) -> bool:
    """Tell whether ``left operator right`` holds.

    Two literals compare by value; anything else by name, for which only ``=`` and ``!=`` can hold. Ill-typed
    literals and values of different kinds are unequal and unordered. A blank node may be any individual, so it is
    equal to itself and known to differ from literals only.
    """
    if is_literal(left) and is_literal(right):
        first, second = read_value(left), read_value(right)
        if first is not None and second is not None:
            return compare_values(operator_, first, second)
    if operator_ == "!=" and (is_blank(left) or is_blank(right)):
        return is_literal(left) or is_literal(right)
    return operator_ in ("=", "!=") and (left == right) == (operator_ == "=")
