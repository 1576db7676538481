"""The built-ins of rules over bindings: expressions to terms, and whether comparisons hold.

One meaning for everything that judges by Python (engine, checker); Z3 has its own encoding on purpose. Values are
those of :mod:`workbench.model.values`, functions those of :mod:`workbench.model.functions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workbench.model.application import apply_function, write_result
from workbench.model.functions import FUNCTIONS
from workbench.model.rules import Comparison, Expression, Operation, Rule, collect_operators, iterate_terms
from workbench.model.terms import Term, Triple, is_literal, is_variable
from workbench.model.values import ORDERED_KINDS, Value, compare_terms, compare_values, read_value

__all__ = [
    "COMPARISONS",
    "NEGATED",
    "TRUE",
    "evaluate_expression",
    "evaluate_value",
    "find_version",
    "holds",
    "is_condition",
]

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
NEGATED = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
"""The comparison that holds exactly when the key does not, for values that have an order between them."""
TRUE = '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'


_FIRST_KINDS = ("number", "string", "date", "dateTime", "dateTime with zone", "boolean", "text")


def find_version(rules: Iterable[Rule], triples: Iterable[Triple]) -> str:
    """Return the version of the built-ins that rules and facts need.

    ``"1"``: comparison and arithmetic of numbers, strings, dates and dateTimes. ``"2"``: functions, and the other
    values that have an order.
    """
    rules = tuple(rules)
    if any(FUNCTIONS[name].symbol == "" for rule in rules for name in collect_operators(rule.body)):
        return "2"
    terms = {triple[2] for triple in triples}.union(*(iterate_terms(rule) for rule in rules))
    kinds = {value.kind for term in terms if is_literal(term) and (value := read_value(term)) is not None}
    return "2" if kinds & set(ORDERED_KINDS) - set(_FIRST_KINDS) else "1"


def is_condition(comparison: Comparison) -> bool:
    """Tell whether a comparison is a condition such as ``contains(?a, "x")``: its equality with ``true``."""
    left = comparison.left
    if comparison.operator != "=" or comparison.right != TRUE or not isinstance(left, Operation):
        return False
    function = FUNCTIONS.get(left.operator)
    return function is not None and function.condition


def evaluate_expression(expression: Expression, bindings: Mapping[str, Term]) -> Term | None:
    """Return the term an expression denotes under ``bindings`` (``{"?x": term}``).

    None when a variable is unbound, a function has no value for its arguments (a text in arithmetic, a division by
    zero, a date that does not exist), or its value has no literal.
    """
    if not isinstance(expression, Operation):
        return bindings.get(expression) if is_variable(expression) else expression
    value = evaluate_value(expression, bindings)
    return None if value is None else write_result(FUNCTIONS[expression.operator].result, value)


def evaluate_value(expression: Expression, bindings: Mapping[str, Term]) -> Value | None:
    """Return the value of an expression; None where it has none, as of an individual or an ill-typed literal."""
    if not isinstance(expression, Operation):
        term = bindings.get(expression) if is_variable(expression) else expression
        return read_value(term) if term is not None and is_literal(term) else None
    values = []
    for argument in expression.arguments:
        value = evaluate_value(argument, bindings)
        if value is None:
            return None
        values.append(value)
    return apply_function(expression.operator, values)


def holds(comparison: Comparison, bindings: Mapping[str, Term]) -> bool:
    """Tell whether a comparison whose variables are all bound holds; false when an operand has no value."""
    if isinstance(comparison.left, Operation) or isinstance(comparison.right, Operation):
        # Intermediate results such as 1/3 have a value though no literal, so values are compared directly.
        first, second = evaluate_value(comparison.left, bindings), evaluate_value(comparison.right, bindings)
        if first is None or second is None or first.kind != second.kind:
            return False
        return compare_values(comparison.operator, first, second)
    left, right = evaluate_expression(comparison.left, bindings), evaluate_expression(comparison.right, bindings)
    return left is not None and right is not None and compare_terms(comparison.operator, left, right)
