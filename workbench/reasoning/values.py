"""Comparisons and functions over whole columns, exact to the last digit.

Numbers with up to four decimal places become 64-bit integers (fixed point) and are compared and computed as such
while no overflow is possible; dates and times become integers too. Everything else, all functions but sums,
differences and products included, goes through :mod:`workbench.model.builtins`, once per distinct combination of
terms.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from workbench.model.builtins import evaluate_expression, holds
from workbench.model.rules import Comparison, Expression, Operation
from workbench.model.terms import Term, is_blank, is_variable
from workbench.model.values import ORDERED_KINDS, Value, compare_values, make_number, read_value
from workbench.reasoning.columns import BoolArray, IntArray, sort_distinct
from workbench.reasoning.nodes import NodeTable, find_distinct
from workbench.reasoning.plan import BEFORE

__all__ = ["Fixed", "ValueTable"]

_SCALE = 10_000
_SAFE = 1 << 62
_NAMED, _BLANK = 1, 2
"""Sorts of terms, 0 for literals. The product of two is below _BLANK when different terms are known to differ."""
_ORDERED = {kind: number for number, kind in enumerate(ORDERED_KINDS, 1)}
_PARTIAL = _ORDERED["duration"]
"""The kind whose order is not total, so that its values have no ranks."""
_COMPARE: dict[str, Callable[[IntArray, IntArray], BoolArray]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_EPOCH = datetime(1, 1, 1)
_EPOCH_WITH_ZONE = datetime(1, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Fixed = tuple[IntArray, BoolArray, int]
"""Numbers times _SCALE**power, which entries are numbers at all, and the power."""


@lru_cache(maxsize=65536)
def _make_fixed(number: int, power: int) -> Term | None:
    return make_number(Fraction(number, _SCALE**power))


@lru_cache(maxsize=65536)
def _measure_literal(text: Term) -> tuple[Value | None, int | None]:
    """The value of a literal, and the integer that stands for it where there is one."""
    value = read_value(text)
    if value is None:
        return None, None
    if isinstance(value.value, Fraction):
        scaled = value.value * _SCALE
        return value, int(scaled) if scaled.denominator == 1 and abs(scaled) < _SAFE else None
    if isinstance(value.value, datetime):
        start = _EPOCH if value.value.tzinfo is None else _EPOCH_WITH_ZONE
        return value, (value.value - start) // _MICROSECOND
    if isinstance(value.value, date):
        return value, value.value.toordinal()
    if isinstance(value.value, time):
        return value, (datetime.combine(_EPOCH, value.value) - _EPOCH) // _MICROSECOND
    if value.kind.startswith("gYear") and isinstance(value.value, int):
        return value, value.value
    return value, None


class ValueTable:
    """What the terms of a node table mean, found out when first asked for."""

    def __init__(self, nodes: NodeTable) -> None:
        self._nodes = nodes
        self._ids: dict[object, int] = {}
        self._value_id: IntArray = np.empty(0, dtype=np.int64)
        self._kind: IntArray = np.empty(0, dtype=np.int64)
        self._integer: IntArray = np.empty(0, dtype=np.int64)
        self._is_exact: BoolArray = np.empty(0, dtype=np.bool_)
        self._sort: IntArray = np.empty(0, dtype=np.int64)
        self._has_blanks = False
        self._is_known: BoolArray = np.empty(0, dtype=np.bool_)

    def test(self, comparison: Comparison, columns: Mapping[str, IntArray], size: int) -> BoolArray:
        """Tell for each row of columns of term numbers whether a comparison holds."""
        left, right = comparison.left, comparison.right
        if isinstance(left, Operation) or isinstance(right, Operation):
            found = self._test_fixed(comparison, columns, size)
            return self._test_distinct(comparison, columns, size) if found is None else found
        first, second = self._get_terms(left, columns), self._get_terms(right, columns)
        if comparison.operator == BEFORE:
            return self._test_order(first, second)
        if comparison.operator in ("=", "!="):
            ids = self._value_id
            found = _COMPARE[comparison.operator](ids[first], ids[second])
            if comparison.operator == "!=" and self._has_blanks:
                # A blank node may be any individual; it is known to differ from literals only.
                found &= self._sort[first] * self._sort[second] < _BLANK
            return np.broadcast_to(found, (size,))
        result = (self._kind[first] == self._kind[second]) & (self._kind[first] > 0)
        exact = self._is_exact[first] & self._is_exact[second]
        rest = result & ~exact
        result = result & exact & _COMPARE[comparison.operator](self._integer[first], self._integer[second])
        result = np.broadcast_to(result, (size,))
        if rest.any():
            rows = np.flatnonzero(np.broadcast_to(rest, (size,)))
            first, second = np.broadcast_to(first, (size,))[rows], np.broadcast_to(second, (size,))[rows]
            result = result.copy()
            partial = self._kind[first] == _PARTIAL
            if partial.any():
                result[rows[partial]] = self._compare_pairs(comparison.operator, first[partial], second[partial])
            rows, first, second = rows[~partial], first[~partial], second[~partial]
            result[rows] = _COMPARE[comparison.operator](*self._rank(first, second))
        return result

    def _compare_pairs(self, operator_: str, first: IntArray, second: IntArray) -> BoolArray:
        """Compare values that have no ranks, once per distinct pair."""
        count = len(self._nodes.terms)
        pairs, places = find_distinct(first * count + second)
        answers = []
        for pair in pairs.tolist():
            one, other = (read_value(self._nodes.terms[number]) for number in divmod(pair, count))
            answers.append(one is not None and other is not None and compare_values(operator_, one, other))
        found: BoolArray = np.array(answers, dtype=np.bool_)
        return found[places]

    def _test_order(self, first: IntArray, second: IntArray) -> BoolArray:
        """Tell for which rows the text of the first term comes before that of the second."""
        distinct, places = find_distinct(np.concatenate((first, second)))
        texts = [self._nodes.terms[number] for number in distinct.tolist()]
        ranks: IntArray = np.empty(len(texts), dtype=np.int64)
        ranks[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
        before: BoolArray = ranks[places[: len(first)]] < ranks[places[len(first) :]]
        return before

    def _rank(self, first: IntArray, second: IntArray) -> tuple[IntArray, IntArray]:
        """Numbers in the order of the values that terms of ordered kinds have; only the same kind compares."""
        distinct, places = find_distinct(np.concatenate((first, second)))
        kinds: dict[int, list[tuple[Any, int]]] = {}
        for place, number in enumerate(distinct.tolist()):
            value = read_value(self._nodes.terms[number])
            if value is not None:
                kinds.setdefault(int(self._kind[number]), []).append((value.value, place))
        ranks: IntArray = np.zeros(len(distinct), dtype=np.int64)
        for entries in kinds.values():
            entries.sort()
            rank, last = 0, entries[0][0]
            for value, place in entries:
                if value != last:
                    rank, last = rank + 1, value
                ranks[place] = rank
        return ranks[places[: len(first)]], ranks[places[len(first) :]]

    def compute(self, expression: Expression, columns: Mapping[str, IntArray], size: int) -> IntArray:
        """Return the term number that an expression denotes in each row, -1 where it has no value."""
        if not isinstance(expression, Operation):
            return np.broadcast_to(self._get_terms(expression, columns, learn=False), (size,))
        fixed = self._compute_fixed(expression, columns, size)
        if fixed is not None:
            numbers, valid, power, _ = fixed
            distinct, inverse = find_distinct(np.where(valid, numbers, 0))
            texts = [_make_fixed(number, power) for number in distinct.tolist()]
            return np.where(valid, self._intern(texts)[inverse], -1)
        rows, inverse = self._list_distinct(columns, size)
        return self._intern([evaluate_expression(expression, row) for row in rows])[inverse]

    def _intern(self, texts: list[Term | None]) -> IntArray:
        numbers: IntArray = np.full(len(texts), -1, dtype=np.int64)
        present = [index for index, text in enumerate(texts) if text is not None]
        numbers[present] = self._nodes.intern_terms([text for text in texts if text is not None])
        return numbers

    def _get_terms(
        self, expression: str | Operation, columns: Mapping[str, IntArray], *, learn: bool = True
    ) -> IntArray:
        assert isinstance(expression, str)  # noqa: S101 - callers treat operations apart
        terms = columns[expression] if is_variable(expression) else self._nodes.intern_terms([expression])
        if learn:
            self._learn(terms)
        return terms

    def _learn(self, terms: IntArray) -> None:
        count = len(self._nodes.terms)
        if len(self._is_known) < count:
            grown = max(count, 2 * len(self._is_known))
            for name in ("_value_id", "_kind", "_integer", "_is_exact", "_sort", "_is_known"):
                old = getattr(self, name)
                new = np.zeros(grown, dtype=old.dtype)
                new[: len(old)] = old
                setattr(self, name, new)
        unknown = sort_distinct(terms[~self._is_known[terms]])
        if not len(unknown):
            return
        self._is_known[unknown] = True
        self._value_id[unknown] = -1 - unknown  # equal to itself only, unless it has a value
        texts = self._nodes.terms
        literals: list[int] = []
        named: list[int] = []
        for number in unknown.tolist():
            text = texts[number]
            if text[0] == '"':
                literals.append(number)
            elif is_blank(text):
                self._sort[number], self._has_blanks = _BLANK, True
            else:
                named.append(number)
        self._sort[named] = _NAMED
        for number in literals:
            self._learn_literal(number, texts[number])

    def _learn_literal(self, number: int, text: Term) -> None:
        value, integer = _measure_literal(text)
        if value is None:
            return
        self._value_id[number] = self._ids.setdefault(value, len(self._ids))
        self._kind[number] = _ORDERED.get(value.kind, 0)
        if integer is not None:
            self._integer[number], self._is_exact[number] = integer, True

    def _test_fixed(self, comparison: Comparison, columns: Mapping[str, IntArray], size: int) -> BoolArray | None:
        left = self._compute_fixed(comparison.left, columns, size)
        right = self._compute_fixed(comparison.right, columns, size)
        if left is None or right is None:
            return None
        (first, valid1, power1, bound1), (second, valid2, power2, bound2) = left, right
        power = max(power1, power2)
        if max(bound1 * _SCALE ** (power - power1), bound2 * _SCALE ** (power - power2)) >= _SAFE:
            return None
        first = first * _SCALE ** (power - power1)
        second = second * _SCALE ** (power - power2)
        return valid1 & valid2 & _COMPARE[comparison.operator](first, second)

    def _compute_fixed(
        self, expression: Expression, columns: Mapping[str, IntArray], size: int
    ) -> tuple[IntArray, BoolArray, int, int] | None:
        """Numbers * _SCALE**power, validity, power, bound on the absolute value; None when that cannot be exact."""
        if not isinstance(expression, Operation):
            terms = np.broadcast_to(self._get_terms(expression, columns), (size,))
            is_number = self._kind[terms] == _ORDERED["number"]
            if (is_number & ~self._is_exact[terms]).any():
                return None
            numbers = np.where(is_number, self._integer[terms], 0)
            return numbers, is_number, 1, int(np.abs(numbers).max(initial=0))
        if expression.operator not in ("+", "-", "*") or len(expression.arguments) != 2:
            return None
        left, right = (self._compute_fixed(argument, columns, size) for argument in expression.arguments)
        if left is None or right is None:
            return None
        (first, valid1, power1, bound1), (second, valid2, power2, bound2) = left, right
        if expression.operator == "*":
            bound, power = bound1 * bound2, power1 + power2
            return None if bound >= _SAFE else (first * second, valid1 & valid2, power, bound)
        power = max(power1, power2)
        factor1, factor2 = _SCALE ** (power - power1), _SCALE ** (power - power2)
        bound = bound1 * factor1 + bound2 * factor2
        if bound >= _SAFE:
            return None
        sign = 1 if expression.operator == "+" else -1
        return first * factor1 + sign * (second * factor2), valid1 & valid2, power, bound

    def _test_distinct(self, comparison: Comparison, columns: Mapping[str, IntArray], size: int) -> BoolArray:
        rows, inverse = self._list_distinct(columns, size)
        answers: BoolArray = np.array([holds(comparison, row) for row in rows], dtype=np.bool_)
        return answers[inverse]

    def _list_distinct(self, columns: Mapping[str, IntArray], size: int) -> tuple[list[dict[str, Term]], IntArray]:
        """The distinct rows as bindings, and which of them each row is."""
        inverse: IntArray = np.zeros(size, dtype=np.int64)
        distinct: IntArray = np.zeros(1, dtype=np.int64)
        for column in columns.values():
            _, codes = find_distinct(column)
            distinct, inverse = find_distinct(inverse * (int(codes.max(initial=0)) + 1) + codes)
        samples: IntArray = np.zeros(len(distinct), dtype=np.int64)
        samples[inverse] = np.arange(size, dtype=np.int64)
        terms = self._nodes.terms
        texts = {name: [terms[n] for n in column[samples].tolist()] for name, column in columns.items()}
        return [{name: texts[name][i] for name in texts} for i in range(len(samples))], inverse
