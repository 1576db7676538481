"""Expressions and comparisons under bindings, as docs/rules.md defines them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from workbench.export.scorer.rules import Atom, Comparison, Negation, Operation, list_variables
from workbench.export.scorer.values import XSD, CannotJudgeError, Value, compare_terms, compare_values, read_value

__all__ = [
    "assign_variables",
    "can_hold",
    "evaluate",
    "holds",
    "index_facts",
    "match_atom",
    "writes_value",
]

_TOO_LARGE = 10**1000
_LONGEST_TEXT = 10_000
_MOST_ROWS = 20_000


def _truncate(number: Fraction) -> Fraction:
    return Fraction(math.trunc(number))


def _space(text: str) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")


def _cut(text: str, part: str, place: int) -> str:
    return text.partition(part)[place] if part and part in text else ""


_NUMBERS: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else None,
    "integerDivide": lambda a, b: _truncate(a / b) if b else None,
    "mod": lambda a, b: a - b * _truncate(a / b) if b else None,
    "unaryPlus": lambda a: a,
    "unaryMinus": lambda a: -a,
    "abs": abs,
    "ceiling": lambda a: Fraction(math.ceil(a)),
    "floor": lambda a: Fraction(math.floor(a)),
    "round": lambda a: Fraction(math.floor(a + Fraction(1, 2))),
}
_TEXTS: dict[str, Callable[..., Any]] = {
    "stringConcat": lambda *texts: "".join(texts),
    "stringLength": lambda text: Fraction(len(text)),
    "normalizeSpace": _space,
    "upperCase": lambda text: text.upper(),
    "lowerCase": lambda text: text.lower(),
    "contains": lambda text, part: part in text,
    "startsWith": lambda text, part: text.startswith(part),
    "endsWith": lambda text, part: text.endswith(part),
    "containsIgnoreCase": lambda text, part: part.casefold() in text.casefold(),
    "stringEqualIgnoreCase": lambda text, part: text.casefold() == part.casefold(),
    "substringBefore": lambda text, part: _cut(text, part, 0),
    "substringAfter": lambda text, part: _cut(text, part, 2) if part else text,
}
_DAYS = {"year": lambda day: day.year, "month": lambda day: day.month, "day": lambda day: day.day}
_CLOCK = {
    "hours": lambda seconds: seconds // 3600 % 24,
    "minutes": lambda seconds: seconds // 60 % 60,
    "seconds": lambda seconds: seconds % 60,
}


def _apply(operator: str, values: list[Value]) -> Value | None:
    """Return the value of a function, None where it has none; CannotJudgeError for those that are not known here."""
    kinds = {value.kind for value in values}
    contents = [value.content for value in values]
    result: Any = None
    try:
        if operator in _NUMBERS:
            result = _NUMBERS[operator](*contents) if kinds == {"number"} else None
        elif operator in _TEXTS:
            texts = [value.content[0] if value.kind == "text" else value.content for value in values]
            result = _TEXTS[operator](*texts) if kinds <= {"string", "text"} else None
        elif operator == "booleanNot" and len(values) == 1:
            result = not contents[0] if kinds == {"boolean"} else None
        elif (operator in _DAYS or operator in _CLOCK) and len(values) == 1:
            return _read_part(operator, values[0])
        else:
            raise CannotJudgeError(f"the function {operator} is beyond this program")
    except TypeError:
        return None  # too many or too few arguments: there is no such function
    if result is None or (isinstance(result, Fraction) and abs(result) >= _TOO_LARGE):
        return None
    if isinstance(result, str):
        return Value("string", result) if len(result) <= _LONGEST_TEXT else None
    return Value("boolean" if isinstance(result, bool) else "number", result)


def _read_part(operator: str, value: Value) -> Value | None:
    if value.kind.endswith("with zone"):
        raise CannotJudgeError("parts of moments with a time zone are beyond this program")
    if value.kind == "gYear":
        return Value("number", Fraction(value.content)) if operator == "year" else None
    if operator in _DAYS:
        if value.kind not in ("date", "dateTime"):
            return None
        return Value("number", Fraction(_DAYS[operator](date.fromordinal(int(value.content // 86400)))))
    return Value("number", Fraction(_CLOCK[operator](value.content))) if value.kind in ("time", "dateTime") else None


def evaluate(expression: str | Operation, bindings: dict[str, str | Value]) -> Value | None:
    """Return the value of an expression, None where it has none, as of an individual or a division by zero."""
    if isinstance(expression, str):
        bound = bindings.get(expression) if expression[0] == "?" else expression
        if isinstance(bound, Value):
            return bound
        return read_value(bound) if bound is not None and bound[0] == '"' else None
    values = []
    for argument in expression.arguments:
        value = evaluate(argument, bindings)
        if value is None:
            return None
        values.append(value)
    return _apply(expression.operator, values)


def holds(comparison: Comparison, bindings: dict[str, str | Value]) -> bool:
    """Tell whether a comparison whose variables are bound holds; one with something that has no value is false."""
    sides = (comparison.left, comparison.right)
    terms = [bindings.get(side, side) if isinstance(side, str) else side for side in sides]
    if isinstance(terms[0], str) and isinstance(terms[1], str):
        return compare_terms(comparison.sign, terms[0], terms[1])
    first, second = evaluate(comparison.left, bindings), evaluate(comparison.right, bindings)
    if first is None or second is None:
        return False
    if first.kind != second.kind and any(isinstance(side, Operation) for side in sides):
        return False
    return compare_values(comparison.sign, first, second)


def writes_value(term: str, value: Value) -> bool:
    """Tell whether a term is the literal that a rule writes for a calculated value."""
    if value.kind == "number":
        whole = value.content.denominator == 1
        if whole:
            return term == f'"{value.content.numerator}"^^<{XSD}integer>'
        return term.endswith(f"^^<{XSD}decimal>") and read_value(term) == value
    return term[0] == '"' and read_value(term) == value


def _has_literal(value: Value) -> bool:
    if value.kind != "number":
        return True
    rest = value.content.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return bool(rest == 1)


def assign_variables(comparisons: list[Comparison], bindings: dict[str, str | Value], matched: set[str]) -> bool:
    """Check comparisons, and give variables that nothing in ``matched`` binds the value that ``=`` computes.

    A variable that is bound all the same, by the conclusion, must have just the literal of that value. Returns whether
    all hold.
    """
    known, waiting = set(matched), list(comparisons)
    while waiting:
        for comparison in waiting:
            left, right = comparison.left, comparison.right
            if known.issuperset(list_variables(comparison)):
                if not holds(comparison, bindings):
                    return False
                break
            for side, other in ((left, right), (right, left)):
                free = isinstance(side, str) and side[0] == "?" and side not in known
                if comparison.sign == "=" and free and known.issuperset(list_variables(other)):
                    if not _assign(str(side), other, bindings):
                        return False
                    known.add(str(side))
                    break
            else:
                continue
            break
        else:
            return False  # a variable has no value at all
        waiting.remove(comparison)
    return True


def _assign(variable: str, expression: str | Operation, bindings: dict[str, str | Value]) -> bool:
    if isinstance(expression, str):
        term = bindings.get(expression, expression)
        return bool(bindings.setdefault(variable, term) == term)
    value = evaluate(expression, bindings)
    if value is None or not _has_literal(value):
        return False
    bound = bindings.setdefault(variable, value)
    return bound is value or (isinstance(bound, str) and writes_value(bound, value)) or bound == value


def match_atom(
    atom: Atom, fact: tuple[str, str, str], bindings: dict[str, str | Value]
) -> dict[str, str | Value] | None:
    """Return the bindings extended so that the atom becomes the fact, or None."""
    if atom.predicate != fact[1]:
        return None
    found = dict(bindings)
    for pattern, term in ((atom.subject, fact[0]), (atom.object, fact[2])):
        if (found.setdefault(pattern, term) if pattern[0] == "?" else pattern) != term:
            return None
    return found


def index_facts(facts: Iterable[tuple[str, str, str]]) -> dict[str, list[tuple[str, str, str]]]:
    """Return facts by predicate."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for fact in facts:
        found.setdefault(fact[1], []).append(fact)
    return found


def can_hold(
    negation: Negation, facts: dict[str, list[tuple[str, str, str]]], bindings: dict[str, str | Value]
) -> bool:
    """Tell whether there is a way to make all that stands under a ``not`` true among the facts."""
    atoms = [element for element in negation.elements if isinstance(element, Atom)]
    comparisons = [element for element in negation.elements if isinstance(element, Comparison)]
    rows = [bindings]
    for atom in atoms:
        candidates = facts.get(atom.predicate, [])
        rows = [found for row in rows for fact in candidates if (found := match_atom(atom, fact, row)) is not None]
        if len(rows) > _MOST_ROWS:
            raise CannotJudgeError("what must be absent has too many matches")
    known = {name for atom in atoms for name in list_variables(atom)} | set(bindings)
    return any(assign_variables(comparisons, dict(row), known) for row in rows)
