"""Values of literals, and the built-ins over them: comparison and arithmetic by value.

One table for everything that judges by Python (engine, checker); Z3 has its own encoding on purpose.
Value spaces follow XSD 1.1 part 2: ``1``, ``1.0`` and ``"01"^^xsd:integer`` are the same number.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from workbench.model.rules import Comparison, Expression, Operation
from workbench.model.terms import (
    RDF_LANG_STRING,
    XSD,
    XSD_BOOLEAN,
    XSD_DATE,
    XSD_DATETIME,
    XSD_STRING,
    Term,
    is_literal,
    is_variable,
    make_literal,
    split_literal,
)

__all__ = [
    "COMPARISONS",
    "NEGATED",
    "Value",
    "compare_terms",
    "evaluate_expression",
    "holds",
    "make_number",
    "read_value",
]

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
NEGATED = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
"""The comparison that holds exactly when the key does not, for values that have an order between them."""

_INTEGERS = frozenset(
    f"<{XSD}{name}>"
    for name in (
        "integer int long short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger "
        "unsignedInt unsignedLong unsignedShort unsignedByte"
    ).split()
)
_INTEGER = re.compile(r"[+-]?\d{1,1000}\Z", re.A)
_DECIMAL = re.compile(r"[+-]?(\d{1,1000}(\.\d{0,1000})?|\.\d{1,1000})\Z", re.A)
_FLOAT = re.compile(r"[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,3})?\Z", re.A)
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.A)
_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?\Z", re.A)
_TOO_LARGE = 10**1000
_ORDERED_KINDS = ("number", "string", "date", "dateTime", "dateTime with zone")
_TOO_LARGE = 10**1000
_OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_ORDERS: dict[str, Callable[[object, object], bool]] = {
    "<": operator.lt,  # type: ignore[dict-item]  # only called on values of one ordered kind
    "<=": operator.le,  # type: ignore[dict-item]
    ">": operator.gt,  # type: ignore[dict-item]
    ">=": operator.ge,  # type: ignore[dict-item]
}


class Value(NamedTuple):
    """A literal's value: ``kind`` names its value space; values are comparable only within one kind."""

    kind: str
    value: Fraction | str | bool | date | datetime | tuple[str, str]


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
    if datatype in (XSD_DATE, XSD_DATETIME):
        # Python also reads other ISO 8601 forms (week dates, no seconds), which XSD does not have.
        if not (_DATE if datatype == XSD_DATE else _DATETIME).match(text):
            return None
        try:
            if datatype == XSD_DATE:
                return Value("date", date.fromisoformat(text))
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        return Value("dateTime" if moment.tzinfo is None else "dateTime with zone", moment)
    return Value(datatype, lexical)


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


def evaluate_expression(expression: Expression, bindings: Mapping[str, Term]) -> Term | None:
    """Return the term an expression denotes under ``bindings`` (``{"?x": term}``).

    None when a variable is unbound, an operand is no number, a divisor is zero, or the result has no literal.
    """
    if not isinstance(expression, Operation):
        return bindings.get(expression) if is_variable(expression) else expression
    number = _evaluate_number(expression, bindings)
    return None if number is None else make_number(number)


def _evaluate_number(expression: Expression, bindings: Mapping[str, Term]) -> Fraction | None:
    if not isinstance(expression, Operation):
        term = bindings.get(expression) if is_variable(expression) else expression
        value = read_value(term) if term is not None and is_literal(term) else None
        return value.value if value is not None and isinstance(value.value, Fraction) else None
    left = _evaluate_number(expression.left, bindings)
    right = _evaluate_number(expression.right, bindings)
    if left is None or right is None or (expression.operator == "/" and right == 0):
        return None
    return _OPERATIONS[expression.operator](left, right)


def compare_terms(operator_: str, left: Term, right: Term) -> bool:
    """Tell whether ``left operator right`` holds.

    Two literals compare by value; anything else by name, for which only ``=`` and ``!=`` can hold. Ill-typed
    literals and values of different kinds are unequal and unordered.
    """
    if is_literal(left) and is_literal(right):
        first, second = read_value(left), read_value(right)
        if first is None or second is None:
            return (operator_ == "=") == (left == right) if operator_ in ("=", "!=") else False
        if operator_ in ("=", "!="):
            return (first == second) == (operator_ == "=")
        ordered = first.kind == second.kind and first.kind in _ORDERED_KINDS
        return ordered and _ORDERS[operator_](first.value, second.value)
    if operator_ in ("=", "!="):
        return (left == right) == (operator_ == "=")
    return False


def holds(comparison: Comparison, bindings: Mapping[str, Term]) -> bool:
    """Tell whether a comparison whose variables are all bound holds; false when an operand has no value."""
    if isinstance(comparison.left, Operation) or isinstance(comparison.right, Operation):
        # Intermediate results such as 1/3 have a value though no literal, so numbers are compared directly.
        left_number = _evaluate_number(comparison.left, bindings)
        right_number = _evaluate_number(comparison.right, bindings)
        if left_number is None or right_number is None:
            return False
        if comparison.operator in ("=", "!="):
            return (left_number == right_number) == (comparison.operator == "=")
        return _ORDERS[comparison.operator](left_number, right_number)
    left, right = evaluate_expression(comparison.left, bindings), evaluate_expression(comparison.right, bindings)
    return left is not None and right is not None and compare_terms(comparison.operator, left, right)
