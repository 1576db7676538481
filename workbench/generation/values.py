"""Values for fresh worlds: whole numbers that meet comparisons, found by raising.

A comparison between two expressions is met by raising the side that must be larger. Starting low and only ever
raising ends for every satisfiable system of differences (it is the Bellman-Ford relaxation of longest paths), and a
system that does not settle within the bound is given up, never patched.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.model.builtins import evaluate_expression
from workbench.model.rules import Comparison, Expression, Operation, collect_variables
from workbench.model.terms import is_variable, make_literal, read_integer

__all__ = ["raise_values"]


def raise_values(comparison: Comparison, values: Mapping[str, int], slack: int) -> dict[str, int] | None:
    """Return the changes that make ``comparison`` true, by raising one placeholder; empty when it is true already.

    ``values`` maps placeholders to whole numbers; ``slack`` is added where there is room. None when raising cannot
    help, for instance when the larger side has no placeholder or is not a sum.
    """
    left, right = _evaluate(comparison.left, values), _evaluate(comparison.right, values)
    if left is None or right is None:
        return None
    match comparison.operator:
        case "<" | "<=":
            needed, side = left - right + (comparison.operator == "<"), comparison.right
        case ">" | ">=":
            needed, side = right - left + (comparison.operator == ">"), comparison.left
        case "!=":
            if left != right:
                return {}
            return _raise(comparison.left, values, 1 + slack) or _raise(comparison.right, values, 1 + slack)
        case _:
            if left == right:
                return {}
            low = comparison.left if left < right else comparison.right
            return _raise(low, values, abs(left - right))
    if needed <= 0:
        return {}
    return _raise(side, values, needed + slack)


def _evaluate(expression: Expression, values: Mapping[str, int]) -> int | None:
    literals = {name: make_literal(values[name]) for name in collect_variables(expression) if name in values}
    term = evaluate_expression(expression, literals)
    return None if term is None or not term.startswith('"') else read_integer(term)


def _raise(expression: Expression, values: Mapping[str, int], amount: int) -> dict[str, int] | None:
    """Raise a sum by raising its first placeholder that counts positively."""
    if isinstance(expression, Operation):
        if expression.operator == "+":
            first, second = expression.arguments
            return _raise(first, values, amount) or _raise(second, values, amount)
        if expression.operator == "-":
            return _raise(expression.arguments[0], values, amount)
        return None
    if is_variable(expression) and expression in values:
        return {expression: values[expression] + amount}
    return None
