"""Comparisons of whole numbers as linear forms: what a world's numbers have to meet, in a form that can be solved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from workbench.model.rules import Comparison, Expression
from workbench.model.terms import XSD_INTEGER, is_literal, is_variable, read_integer, split_literal

__all__ = ["Form", "Linear", "make_form", "make_linear"]

Form = tuple[dict[int, int], int]
"""Factors by variable, and a constant. Variables are numbered: those of a rule, or a world's placeholders."""
_COMPARED = {">=": (1, 0), ">": (1, -1), "<=": (-1, 0), "<": (-1, -1)}


class Linear(NamedTuple):
    """``sum of factors times variables + constant``, compared with 0 by ``=``, ``!=`` or ``>=``.

    ``terms`` are pairs of variable and factor, none 0, sorted by variable.
    """

    operator: str
    terms: tuple[tuple[int, int], ...]
    constant: int

    def negate(self) -> Linear:
        """Return what holds of whole numbers exactly when this does not."""
        if self.operator == ">=":
            return Linear(">=", tuple((name, -factor) for name, factor in self.terms), -self.constant - 1)
        return Linear("!=" if self.operator == "=" else "=", self.terms, self.constant)

    def substitute(self, find: Callable[[int], Form]) -> Linear:
        """Replace every variable by the form that ``find`` gives for it."""
        total: dict[int, int] = {}
        constant = self.constant
        for name, factor in self.terms:
            parts, more = find(name)
            constant += factor * more
            for other, own in parts.items():
                total[other] = total.get(other, 0) + factor * own
        return Linear(self.operator, tuple(sorted((n, f) for n, f in total.items() if f)), constant)

    def holds(self, values: Mapping[int, int]) -> bool:
        """Tell whether the values, one for each variable, meet it."""
        total = self.constant + sum(factor * values[name] for name, factor in self.terms)
        return total >= 0 if self.operator == ">=" else (total == 0) == (self.operator == "=")


def make_linear(comparison: Comparison, numbers: Mapping[str, int]) -> Linear | None:
    """Return the linear form of a comparison; None when it is not linear over whole numbers.

    ``numbers`` numbers the variables. ``a < b`` becomes ``b - a - 1 >= 0``, so the form says what the comparison says
    only where every variable has a whole number for its value.
    """
    left, right = make_form(comparison.left, numbers), make_form(comparison.right, numbers)
    if left is None or right is None:
        return None
    form, constant = _add(left, right, -1)
    sign, less = _COMPARED.get(comparison.operator, (1, 0))
    operator = ">=" if comparison.operator in _COMPARED else comparison.operator
    terms = tuple(sorted((name, sign * factor) for name, factor in form.items() if factor))
    return Linear(operator, terms, sign * constant + less)


def make_form(expression: Expression, numbers: Mapping[str, int]) -> Form | None:
    """Return the linear form of an expression; None when it is not linear over whole numbers."""
    if isinstance(expression, str):
        if is_variable(expression):
            return {numbers[expression]: 1}, 0
        if is_literal(expression) and split_literal(expression)[1] == XSD_INTEGER:
            number = read_integer(expression)
            return None if number is None else ({}, number)
        return None
    if expression.operator not in ("+", "-", "*") or len(expression.arguments) != 2:
        return None
    first, second = (make_form(argument, numbers) for argument in expression.arguments)
    if first is None or second is None:
        return None
    if expression.operator != "*":
        return _add(first, second, 1 if expression.operator == "+" else -1)
    if first[0] and second[0]:
        return None
    variables, factor = (first, second[1]) if first[0] else (second, first[1])
    return {name: own * factor for name, own in variables[0].items()}, variables[1] * factor


def _add(first: Form, second: Form, factor: int) -> Form:
    total = dict(first[0])
    for name, own in second[0].items():
        total[name] = total.get(name, 0) + factor * own
    return total, first[1] + factor * second[1]
