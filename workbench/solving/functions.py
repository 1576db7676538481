"""Comparisons without variables as SMT-LIB text, functions included.

Z3 judges what it has an exact theory for by an encoding of its own: arithmetic and rounding over rationals, and
texts as sequences (joining, length, parts, prefix, suffix, place). What it has none for (capitals, regular
expressions, dates, powers) is *folded*: computed by :mod:`workbench.model.functions`, the table that the engine and
the checker use, and handed to Z3 as true or false. Of such a comparison Z3 is no second judge.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from workbench.model.builtins import holds
from workbench.model.rules import Comparison, Expression, Operation, Rule, collect_operators
from workbench.model.terms import split_literal
from workbench.solving.values import (
    BOOLEAN,
    NUMBER,
    STRING,
    TEXT,
    read_values,
    write_number,
)

__all__ = ["ENCODED", "say_folding", "write_ground"]

_HIGHEST = 0x2FFFF
"""The last character of Z3's alphabet (SMT-LIB 2.6, theory of Unicode strings)."""


class _Part(NamedTuple):
    """An expression: its sort, its text, and the conditions under which it has a value."""

    sort: str
    text: str
    conditions: tuple[str, ...] = ()


_SORTS = {"n": "Real", "s": "String", "b": "Bool"}
_TRUNCATED = "(let ((q (/ {0} {1}))) (to_real (ite (< q 0.0) (- (to_int (- q))) (to_int q))))"
_FIRST = "(to_int (+ {1} 0.5))"
_START = f"(let ((p {_FIRST})) (ite (< p 1) 0 (- p 1)))"
_PLACE = "(str.indexof {0} {1} 0)"
# Name and number of arguments: their sorts and the result's, the text, and the argument that must not be zero.
_TEMPLATES: dict[tuple[str, int], tuple[str, str, int]] = {
    ("+", 2): ("nnn", "(+ {0} {1})", -1),
    ("-", 2): ("nnn", "(- {0} {1})", -1),
    ("*", 2): ("nnn", "(* {0} {1})", -1),
    ("/", 2): ("nnn", "(/ {0} {1})", 1),
    ("integerDivide", 2): ("nnn", _TRUNCATED, 1),
    ("mod", 2): ("nnn", f"(- {{0}} (* {{1}} {_TRUNCATED}))", 1),
    ("unaryPlus", 1): ("nn", "{0}", -1),
    ("unaryMinus", 1): ("nn", "(- {0})", -1),
    ("abs", 1): ("nn", "(ite (< {0} 0.0) (- {0}) {0})", -1),
    ("floor", 1): ("nn", "(to_real (to_int {0}))", -1),
    ("ceiling", 1): ("nn", "(- (to_real (to_int (- {0}))))", -1),
    ("round", 1): ("nn", "(to_real (to_int (+ {0} 0.5)))", -1),
    ("booleanNot", 1): ("bb", "(not {0})", -1),
    ("stringLength", 1): ("sn", "(to_real (str.len {0}))", -1),
    ("contains", 2): ("ssb", "(str.contains {0} {1})", -1),
    ("startsWith", 2): ("ssb", "(str.prefixof {1} {0})", -1),
    ("endsWith", 2): ("ssb", "(str.suffixof {1} {0})", -1),
    ("substring", 2): ("sns", f"(str.substr {{0}} {_START} (str.len {{0}}))", -1),
    ("substring", 3): (
        "snns",
        f"(str.substr {{0}} {_START} (- (+ {_FIRST} (to_int (+ {{2}} 0.5))) 1 {_START}))",
        -1,
    ),
    ("substringBefore", 2): ("sss", f'(ite (< {_PLACE} 0) "" (str.substr {{0}} 0 {_PLACE}))', -1),
    ("substringAfter", 2): (
        "sss",
        f'(ite (< {_PLACE} 0) "" (str.substr {{0}} (+ {_PLACE} (str.len {{1}})) (str.len {{0}})))',
        -1,
    ),
}
ENCODED = frozenset({*(name for name, _ in _TEMPLATES), "stringConcat"})
"""The functions that Z3 judges itself; the others are folded."""


def say_folding(rules: Iterable[Rule]) -> str:
    """Return what a verdict's method has to add where rules have functions that are folded, else nothing."""
    used = frozenset[str]().union(*(collect_operators(rule.body) for rule in rules))
    return ", functions without a theory folded" if used - ENCODED else ""


def write_ground(comparison: Comparison) -> str:
    """Write a comparison without variables, one side of which is an operation, as a Boolean term."""
    try:
        left, right = _write(comparison.left), _write(comparison.right)
    except _NoTheoryError:
        return "true" if holds(comparison, {}) else "false"
    if left is None or right is None or left.sort != right.sort:
        return "false"
    conditions, operator = (*left.conditions, *right.conditions), comparison.operator
    if operator in ("=", "!="):
        relation = f"(= {left.text} {right.text})"
        relation = relation if operator == "=" else f"(not {relation})"
    elif left.sort == "Bool":
        return "false"
    elif left.sort == "Real":
        relation = f"({operator} {left.text} {right.text})"
    else:
        first, second = (left.text, right.text) if operator[0] == "<" else (right.text, left.text)
        relation = f"(str.<{operator[1:]} {first} {second})"
    return f"(and {' '.join((*conditions, relation))})" if conditions else relation


class _NoTheoryError(Exception):
    """Z3 has no exact theory for a part of an expression."""


def _write(expression: Expression, *, as_argument: bool = False) -> _Part | None:
    """Encode an expression; None when it has no value whatever Z3 says, as of arithmetic over a text."""
    if not isinstance(expression, Operation):
        return _write_term(expression, as_argument=as_argument)
    operator, count = expression.operator, len(expression.arguments)
    if operator == "stringConcat":
        sorts, template, divisor = "s" * (count + 1), "", -1
    elif (operator, count) in _TEMPLATES:
        sorts, template, divisor = _TEMPLATES[operator, count]
    else:
        raise _NoTheoryError
    parts = [_write(argument, as_argument=True) for argument in expression.arguments]
    fitting = [part for part, sort in zip(parts, sorts, strict=False) if part is not None and part.sort == _SORTS[sort]]
    if len(fitting) < count:
        return None
    texts = [part.text for part in fitting]
    conditions = tuple(condition for part in fitting for condition in part.conditions)
    if divisor >= 0:
        conditions = (*conditions, f"(not (= {texts[divisor]} 0.0))")
    if operator == "stringConcat":
        text = texts[0] if count == 1 else f"(str.++ {' '.join(texts)})"
    else:
        text = template.format(*texts)
    return _Part(_SORTS[sorts[-1]], text, conditions)


def _write_term(term: str, *, as_argument: bool) -> _Part | None:
    value = read_values([term])[term]
    if value.kind == NUMBER:
        return _Part("Real", write_number(value.number))
    if value.kind == BOOLEAN:
        return _Part("Bool", "true" if value.number else "false")
    # A text in a language is a string to functions, and equal to none.
    if value.kind == STRING or (as_argument and value.kind == TEXT):
        return _Part("String", _write_string(split_literal(term)[0]))
    return None


def _write_string(text: str) -> str:
    codes = [ord(char) for char in text]
    if any(code > _HIGHEST for code in codes):
        raise _NoTheoryError
    plain = (char if 0x20 <= ord(char) < 0x7F and char not in '\\"' else f"\\u{{{ord(char):x}}}" for char in text)
    return f'"{"".join(plain)}"'
