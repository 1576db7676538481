"""Literals as Z3 sees them: a kind and a rational number each, and expressions over them as SMT-LIB text.

This is a second reading of XSD 1.1 part 2, section 3, on purpose: nothing here calls ``model.builtins``, which
everything that judges by Python shares. Values are equal when kind and number are equal, and have an order only
within one ordered kind:

* numbers (integers, decimals, doubles, read exactly) are themselves, dates days, times seconds;
* strings are their position in code point order among the strings of the same problem;
* individuals, tagged texts, ill-typed literals and literals of other datatypes are numbered: equal only to
  themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from typing import NamedTuple

from workbench.model.rules import Comparison, Expression, Operation
from workbench.model.terms import XSD, is_variable, split_literal

__all__ = [
    "BOOLEAN",
    "COMPARABLE",
    "DATE",
    "ILL_TYPED",
    "NAME",
    "NUMBER",
    "OTHER",
    "STRING",
    "TEXT",
    "TIME",
    "ZONED_TIME",
    "Lookup",
    "Side",
    "Value",
    "is_canonical_number",
    "list_operands",
    "list_terms",
    "read_values",
    "write_canonical_number",
    "write_comparable",
    "write_comparison",
    "write_number",
]

NAME, NUMBER, STRING, DATE, TIME, ZONED_TIME, BOOLEAN, TEXT, ILL_TYPED, OTHER = range(10)
COMPARABLE = (NUMBER, STRING, DATE, TIME, ZONED_TIME)
"""Kinds whose values have an order."""

_WHOLE = re.compile(r"([+-]?)([0-9]+)")
_POINT = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?")
_FLOATING = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?(?:(Z)|([+-])([0-9]{2}):([0-9]{2}))?"
)
_CANONICAL_INTEGER = re.compile(r'"(0|-?[1-9][0-9]*)"\^\^<' + re.escape(XSD) + r"integer>")
_CANONICAL_DECIMAL = re.compile(r'"-?(0|[1-9][0-9]*)\.[0-9]*[1-9]"\^\^<' + re.escape(XSD) + r"decimal>")
_WHOLE_TYPES = re.compile(
    r"integer|int|long|short|byte|(non)?(Negative|Positive)Integer|(nonNegative|positive|nonPositive|negative)Integer|"
    r"unsigned(Int|Long|Short|Byte)"
)
_START = datetime(1, 1, 1)


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


def _read_moment(match: re.Match[str]) -> tuple[int, Fraction] | None:
    year, month, day, hour, minute, second = (int(match.group(n)) for n in range(1, 7))
    try:
        moment = datetime(year, month, day, hour, minute, second)
        if match.group(9):
            offset = timedelta(hours=int(match.group(10)), minutes=int(match.group(11)))
            timezone(offset)
            moment = moment - offset if match.group(9) == "+" else moment + offset
    except (ValueError, OverflowError):
        return None
    since = moment - _START
    part = Fraction(int((match.group(7) or "0").ljust(6, "0")), 10**6)
    kind = ZONED_TIME if match.group(8) or match.group(9) else TIME
    return kind, since.days * 86400 + since.seconds + part


def _read_literal(term: str) -> tuple[int, Fraction | str]:
    """Kind and number; text instead of the number where only identity counts, or the position in an order."""
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
    elif name == "date":
        if match := _DAY.fullmatch(text):
            try:
                day = datetime(int(match.group(1)), int(match.group(2)), int(match.group(3)))
            except ValueError:
                return ILL_TYPED, term
            known = DATE, Fraction((day - _START).days)
    elif name == "dateTime":
        if match := _MOMENT.fullmatch(text):
            known = _read_moment(match)
    else:
        return OTHER, term
    return known or (ILL_TYPED, term)


def read_values(terms: Iterable[str]) -> dict[str, Value]:
    """Return the value of each term of one problem; positions and numbers are those among the given terms."""
    found: dict[str, tuple[int, Fraction | str]] = {}
    for term in terms:
        found[term] = _read_literal(term) if term.startswith('"') else (NAME, term)
    texts = {value for _, value in found.values() if isinstance(value, str)}
    position = {text: Fraction(number) for number, text in enumerate(sorted(texts))}
    return {t: Value(k, position[v] if isinstance(v, str) else v) for t, (k, v) in found.items()}


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
    conditions, left = _write_operation(expression.left, lookup)
    more, right = _write_operation(expression.right, lookup)
    if expression.operator == "/":
        more = [*more, f"(not (= {right} 0.0))"]
    return [*conditions, *more], f"({expression.operator} {left} {right})"


def write_comparison(comparison: Comparison, lookup: Lookup) -> str:
    """Write when a comparison holds; ``lookup`` gives each variable and term as a :class:`Side`."""
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
        return equal if operator == "=" else f"(not {equal})"
    kinds = " ".join(f"(= {one.kind} {kind})" for kind in COMPARABLE)
    return f"(and (= {one.kind} {other.kind}) (or {kinds}) ({operator} {one.number} {other.number}))"


def write_comparable(comparison: Comparison, lookup: Lookup) -> str:
    """Write when the two sides of a comparison have an order between them."""
    if isinstance(comparison.left, Operation) or isinstance(comparison.right, Operation):
        conditions = _write_operation(comparison.left, lookup)[0] + _write_operation(comparison.right, lookup)[0]
        return f"(and {' '.join(conditions)})"
    one, other = lookup(comparison.left), lookup(comparison.right)
    kinds = " ".join(f"(= {one.kind} {kind})" for kind in COMPARABLE)
    return f"(and (= {one.kind} {other.kind}) (or {kinds}))"


def list_terms(expression: Expression) -> list[str]:
    """Return the variables and terms of an expression, from left to right."""
    if isinstance(expression, Operation):
        return list_terms(expression.left) + list_terms(expression.right)
    return [expression]


def list_operands(expression: Expression) -> list[str]:
    """Return the variables of an expression, each once."""
    return [term for term in dict.fromkeys(list_terms(expression)) if is_variable(term)]
