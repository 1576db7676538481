"""Literals as Z3 sees them: a kind and a rational number each, and expressions over them as SMT-LIB text.

This is a second reading of XSD 1.1 part 2, section 3, on purpose: nothing here calls ``model.builtins``, which
everything that judges by Python shares. Values are equal when kind and number are equal, and have an order only
within one ordered kind:

* numbers (integers, decimals, doubles, read exactly) and years are themselves, dates days, dateTimes and times
  seconds; what has a time zone is counted in seconds of UTC;
* durations are their position among those of the same problem, in an order that contains theirs, which is partial:
  where the order of two durations counts, :func:`compare_durations` decides it;
* strings are their position in code point order among the strings of the same problem;
* individuals, tagged texts, ill-typed literals and literals of other datatypes are numbered: equal only to
  themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

from workbench.model.rules import Comparison, Expression, Operation
from workbench.model.terms import XSD, is_variable, split_literal

__all__ = [
    "BLANK",
    "BOOLEAN",
    "CLOCK",
    "COMPARABLE",
    "DATE",
    "DURATION",
    "ILL_TYPED",
    "KINDS",
    "NAME",
    "NUMBER",
    "OTHER",
    "STRING",
    "TEXT",
    "TIME",
    "YEAR",
    "ZONED_CLOCK",
    "ZONED_DATE",
    "ZONED_TIME",
    "ZONED_YEAR",
    "Lookup",
    "Side",
    "Value",
    "compare_durations",
    "is_arithmetic",
    "is_canonical_number",
    "list_operands",
    "list_terms",
    "read_values",
    "write_canonical_number",
    "write_comparable",
    "write_comparison",
    "write_number",
]

(
    NAME, NUMBER, STRING, DATE, TIME, ZONED_TIME, BOOLEAN, TEXT, ILL_TYPED, OTHER, ZONED_DATE, CLOCK, ZONED_CLOCK,
    YEAR, ZONED_YEAR, DURATION,
) = range(16)  # fmt: skip
KINDS = 16
BLANK = 16
"""The kind of blank nodes: each may be any individual, so it is only known to differ from literals."""
COMPARABLE = (NUMBER, STRING, DATE, TIME, ZONED_TIME, ZONED_DATE, CLOCK, ZONED_CLOCK, YEAR, ZONED_YEAR, DURATION)
"""Kinds whose values have an order."""

_WHOLE = re.compile(r"([+-]?)([0-9]+)")
_POINT = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?")
_FLOATING = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?")
_OFFSET = r"(?:(Z)|([+-])(0[0-9]|1[0-4]):([0-5][0-9]))?"
_DAY = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_CLOCK = r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?"
_MOMENTS = {
    "date": (re.compile(_DAY + _OFFSET), (DATE, ZONED_DATE)),
    "dateTime": (re.compile(f"{_DAY}T{_CLOCK}{_OFFSET}"), (TIME, ZONED_TIME)),
    "time": (re.compile(_CLOCK + _OFFSET), (CLOCK, ZONED_CLOCK)),
}
_YEAR_TEXT = re.compile(r"(-?)([1-9][0-9]{3,8}|0[0-9]{3})" + _OFFSET)
_LENGTH = re.compile(
    r"(-?)P(?:([0-9]{1,18})Y)?(?:([0-9]{1,18})M)?(?:([0-9]{1,18})D)?"
    r"(T(?:([0-9]{1,18})H)?(?:([0-9]{1,18})M)?(?:([0-9]{1,18})(?:\.([0-9]{1,18}))?S)?)?"
)
_CANONICAL_INTEGER = re.compile(r'"(0|-?[1-9][0-9]*)"\^\^<' + re.escape(XSD) + r"integer>")
_CANONICAL_DECIMAL = re.compile(r'"-?(0|[1-9][0-9]*)\.[0-9]*[1-9]"\^\^<' + re.escape(XSD) + r"decimal>")
_WHOLE_TYPES = re.compile(
    r"integer|int|long|short|byte|(non)?(Negative|Positive)Integer|(nonNegative|positive|nonPositive|negative)Integer|"
    r"unsigned(Int|Long|Short|Byte)"
)


class Value(NamedTuple):
    """A term's kind and number."""

    kind: int
    number: Fraction


def _read_decimal(match: re.Match[str]) -> Fraction | None:
    sign, whole, part = match.group(1), match.group(2), match.group(3) or ""
    if not whole + part:
        return None
    number = Fraction(int(whole + part), 10 ** len(part))
    return -number if sign == "-" else number


def _read_offset(groups: tuple[str | None, ...]) -> int | None:
    """The seconds that a time zone is ahead of UTC; None for more than 14 hours. ``groups`` are those of _OFFSET."""
    utc, sign, hours, minutes = groups
    if utc or not sign:
        return 0
    seconds = 3600 * int(hours or 0) + 60 * int(minutes or 0)
    return None if seconds > 14 * 3600 else -seconds if sign == "-" else seconds


def _count_days(year: int, month: int, day: int) -> int:
    """Days since 0001-01-01 of the proleptic Gregorian calendar, by eras of 400 years that begin in March."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 306


def _read_moment(name: str, text: str) -> tuple[int, Fraction] | None:
    pattern, kinds = _MOMENTS[name]
    match = pattern.fullmatch(text)
    if match is None:
        return None
    groups = match.groups()
    offset = _read_offset(groups[-4:])
    year, month, day = (1972, 12, 31) if name == "time" else (int(groups[0]), int(groups[1]), int(groups[2]))
    clock = ("0", "0", "0", None) if name == "date" else groups[-8:-4]
    hour, minute, second = (int(part) for part in clock[:3])
    part = Fraction(int((clock[3] or "0").ljust(6, "0")), 10**6)
    if offset is None or year < 1 or not 1 <= month <= 12 or minute > 59 or second > 59:
        return None
    length = (31, 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28, 31, 30)
    if not 1 <= day <= (length[month - 1] if month <= 4 else 30 if month in (6, 9, 11) else 31):
        return None
    if hour > 24 or (hour == 24 and (minute or second or part)):
        return None
    if hour == 24 and (name == "time" or (year, month, day) == (9999, 12, 31)):
        if name != "time":
            return None
        hour = 0
    zoned = bool(groups[-4] or groups[-3])
    days = _count_days(year, month, day)
    if name == "date" and not zoned:
        return kinds[0], Fraction(days)
    return kinds[zoned], days * 86400 + 3600 * hour + 60 * minute + second + part - offset


def _read_year(text: str) -> tuple[int, Fraction] | None:
    match = _YEAR_TEXT.fullmatch(text)
    if match is None:
        return None
    year, offset = int(match.group(1) + match.group(2)), _read_offset(match.groups()[2:])
    if offset is None:
        return None
    if not (match.group(3) or match.group(4)):
        return YEAR, Fraction(year)
    return ZONED_YEAR, Fraction(86400 * _count_days(year, 1, 1) - offset)


def _read_length(name: str, text: str) -> tuple[int, Fraction] | None:
    """Months and seconds of a duration of the datatype ``name``."""
    match = _LENGTH.fullmatch(text)
    if match is None:
        return None
    sign, years, months, days, clock, hours, minutes, seconds, part = match.groups()
    if not any((years, months, days, hours, minutes, seconds)) or clock == "T":
        return None
    if (name == "yearMonthDuration" and (days or clock)) or (name == "dayTimeDuration" and (years or months)):
        return None
    whole = 86400 * int(days or 0) + 3600 * int(hours or 0) + 60 * int(minutes or 0) + int(seconds or 0)
    total = whole + Fraction(int(part or 0), 10 ** len(part or ""))
    factor = -1 if sign else 1
    return factor * (12 * int(years or 0) + int(months or 0)), factor * total


def _measure_length(months: int, seconds: Fraction) -> tuple[Fraction, ...]:
    """Where a duration leads from each of the four moments at which XSD compares durations, and its months."""
    found = []
    for year, month in ((1696, 9), (1697, 2), (1903, 3), (1903, 7)):
        years, rest = divmod(month - 1 + months, 12)
        found.append(86400 * (_count_days(year + years, rest + 1, 1) - _count_days(year, month, 1)) + seconds)
    return (*found, Fraction(months))


def compare_durations(operator: str, first: str, second: str) -> bool:
    """Tell whether ``first operator second`` holds of two literals that are durations, in their partial order."""
    one, other = (_read_literal(term)[1] for term in (first, second))
    if not isinstance(one, tuple) or not isinstance(other, tuple):
        return False
    if operator[0] == ">":
        one, other = other, one
    return all(a < b for a, b in zip(one[:4], other[:4], strict=True)) or (operator[-1] == "=" and one == other)


def _read_literal(term: str) -> tuple[int, Fraction | str | tuple[Fraction, ...]]:
    """Kind and number; text instead of the number where only identity counts, or the position in an order.

    For a duration its measures, which no other duration has.
    """
    lexical, datatype, language = split_literal(term)
    text, name = lexical.strip(" \t\r\n"), datatype.removeprefix(f"<{XSD}").removesuffix(">")
    if language:
        return TEXT, term
    if name == "string":
        return STRING, lexical
    known: tuple[int, Fraction] | None = None
    if _WHOLE_TYPES.fullmatch(name):
        if match := _WHOLE.fullmatch(text):
            known = NUMBER, Fraction(int(match.group(2))) * (-1 if match.group(1) == "-" else 1)
    elif name in ("decimal", "double", "float"):
        match = (_POINT if name == "decimal" else _FLOATING).fullmatch(text)
        number = _read_decimal(match) if match else None
        if match and number is not None:
            exponent = int(match.group(4) or "0") if name != "decimal" else 0
            known = NUMBER, number * Fraction(10) ** exponent
    elif name == "boolean":
        if text in ("true", "1", "false", "0"):
            known = BOOLEAN, Fraction(text in ("true", "1"))
    elif name in _MOMENTS:
        known = _read_moment(name, text)
    elif name == "gYear":
        known = _read_year(text)
    elif name in ("duration", "yearMonthDuration", "dayTimeDuration"):
        length = _read_length(name, text)
        return (ILL_TYPED, term) if length is None else (DURATION, _measure_length(*length))
    else:
        return OTHER, term
    return known or (ILL_TYPED, term)


def read_values(terms: Iterable[str]) -> dict[str, Value]:
    """Return the value of each term of one problem; positions and numbers are those among the given terms."""
    found: dict[str, tuple[int, Fraction | str | tuple[Fraction, ...]]] = {}
    for term in terms:
        if term.startswith('"'):
            found[term] = _read_literal(term)
        else:
            found[term] = (BLANK if term.startswith("_:") else NAME), term
    texts = {value for _, value in found.values() if isinstance(value, str)}
    position = {text: Fraction(number) for number, text in enumerate(sorted(texts))}
    measures = sorted({value for _, value in found.values() if isinstance(value, tuple)})
    rank = {measure: Fraction(number) for number, measure in enumerate(measures)}
    return {
        term: Value(kind, position[v] if isinstance(v, str) else rank[v] if isinstance(v, tuple) else v)
        for term, (kind, v) in found.items()
    }


def write_number(number: Fraction) -> str:
    """Write a rational number as an SMT-LIB term of sort Real."""
    text = f"{abs(number.numerator)}.0"
    if number.denominator != 1:
        text = f"(/ {text} {number.denominator}.0)"
    return f"(- {text})" if number < 0 else text


def is_canonical_number(term: str) -> bool:
    """Tell whether a literal is written as computed numbers are: an integer, or a decimal that is not whole."""
    return bool(_CANONICAL_INTEGER.fullmatch(term) or _CANONICAL_DECIMAL.fullmatch(term))


def write_canonical_number(number: Fraction) -> str | None:
    """Write a number as the literal that computing it gives; None when no decimal expansion ends.

    None also for more than a thousand digits before or after the point.
    """
    places, rest = 0, number.denominator
    if abs(number) >= 10**1000:
        return None
    while rest != 1 and places < 1000 and any(rest % prime == 0 for prime in (2, 5)):
        places, rest = places + 1, (number * 10 ** (places + 1)).denominator
    if rest != 1:
        return None
    if places == 0:
        return f'"{number.numerator}"^^<{XSD}integer>'
    digits = str(abs(number.numerator * 10**places // number.denominator)).zfill(places + 1)
    return f'"{"-" if number < 0 else ""}{digits[:-places]}.{digits[-places:]}"^^<{XSD}decimal>'


class Side(NamedTuple):
    """A variable or term as SMT-LIB text: its kind (sort Int) and its number (sort Real)."""

    kind: str
    number: str


Lookup = Callable[[str], Side]


def _write_operation(expression: Expression, lookup: Lookup) -> tuple[list[str], str]:
    """The conditions under which an expression is a number, and that number."""
    if not isinstance(expression, Operation):
        side = lookup(expression)
        return [f"(= {side.kind} {NUMBER})"], side.number
    (conditions, left), (more, right) = (_write_operation(argument, lookup) for argument in expression.arguments)
    if expression.operator == "/":
        more = [*more, f"(not (= {right} 0.0))"]
    return [*conditions, *more], f"({expression.operator} {left} {right})"


def write_comparison(comparison: Comparison, lookup: Lookup, *, has_blanks: bool = False) -> str:
    """Write when a comparison of arithmetic holds; ``lookup`` gives each variable and term as a :class:`Side`.

    ``has_blanks`` tells that sides can be blank nodes.
    """
    operator, left, right = comparison.operator, comparison.left, comparison.right
    if isinstance(left, Operation) or isinstance(right, Operation):
        conditions, first = _write_operation(left, lookup)
        more, second = _write_operation(right, lookup)
        relation = f"(= {first} {second})" if operator in ("=", "!=") else f"({operator} {first} {second})"
        if operator == "!=":
            relation = f"(not {relation})"
        return f"(and {' '.join([*conditions, *more])} {relation})"
    one, other = lookup(left), lookup(right)
    if operator in ("=", "!="):
        equal = f"(and (= {one.kind} {other.kind}) (= {one.number} {other.number}))"
        if operator == "=":
            return equal
        return f"(and (not {equal}) {_write_distinguishable(one, other)})" if has_blanks else f"(not {equal})"
    kinds = " ".join(f"(= {one.kind} {kind})" for kind in COMPARABLE)
    return f"(and (= {one.kind} {other.kind}) (or {kinds}) ({operator} {one.number} {other.number}))"


def _write_distinguishable(one: Side, other: Side) -> str:
    """Write that two sides are not individuals of which one is a blank node."""
    kinds = (one.kind, other.kind)
    literal = " ".join(f"(not (or (= {kind} {NAME}) (= {kind} {BLANK})))" for kind in kinds)
    return f"(or {literal} (and {' '.join(f'(= {kind} {NAME})' for kind in kinds)}))"


def write_comparable(comparison: Comparison, lookup: Lookup) -> str:
    """Write when the two sides of a comparison have an order between them."""
    if isinstance(comparison.left, Operation) or isinstance(comparison.right, Operation):
        conditions = _write_operation(comparison.left, lookup)[0] + _write_operation(comparison.right, lookup)[0]
        return f"(and {' '.join(conditions)})"
    one, other = lookup(comparison.left), lookup(comparison.right)
    kinds = " ".join(f"(= {one.kind} {kind})" for kind in COMPARABLE)
    return f"(and (= {one.kind} {other.kind}) (or {kinds}))"


def is_arithmetic(*expressions: Expression) -> bool:
    """Tell whether there are no functions but sums, differences, products and quotients in expressions."""
    return all(
        expression.operator in ("+", "-", "*", "/") and is_arithmetic(*expression.arguments)
        for expression in expressions
        if isinstance(expression, Operation)
    )


def list_terms(expression: Expression) -> list[str]:
    """Return the variables and terms of an expression, from left to right."""
    if isinstance(expression, Operation):
        return [term for argument in expression.arguments for term in list_terms(argument)]
    return [expression]


def list_operands(expression: Expression) -> list[str]:
    """Return the variables of an expression, each once."""
    return [term for term in dict.fromkeys(list_terms(expression)) if is_variable(term)]
