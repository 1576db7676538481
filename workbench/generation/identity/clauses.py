"""Clauses: conjunctions and rules as identity takes them, and what can be read off them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from workbench.model.functions import FUNCTIONS
from workbench.model.rules import Atom, BodyElement, Comparison, Expression, Negation, Operation, Rule, iterate_atoms
from workbench.model.terms import RDF_TYPE, Term, is_literal, is_variable
from workbench.model.values import read_value

__all__ = [
    "Clause",
    "fill_clause",
    "list_atoms",
    "list_comparisons",
    "list_constants",
    "name_operation",
    "write_value",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clause(NamedTuple):
    """A conjunction, with a head when it is a rule.

    ``asked`` are the variables whose values are wanted, in order; ``compared`` those whose values the question
    itself compares, as the one for which the least is looked for.
    """

    body: tuple[BodyElement, ...]
    head: tuple[Atom, ...] = ()
    asked: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()


def name_operation(operation: Operation) -> str:
    """Arithmetic by its sign; of other functions also the number of arguments, which tells where they end."""
    is_sign = bool(FUNCTIONS[operation.operator].symbol)
    return operation.operator if is_sign else f"{operation.operator}/{len(operation.arguments)}"


@lru_cache(maxsize=16384)
def write_value(literal: Term) -> str:
    """Return a text that two literals share exactly when they have the same value."""
    value = read_value(literal)
    if value is None:
        return literal
    content = value.value
    if isinstance(content, datetime) and content.tzinfo is not None:
        content = str(content - _EPOCH)
    return json.dumps([value.kind, *map(str, content)] if isinstance(content, tuple) else [value.kind, str(content)])


def list_atoms(body: Iterable[BodyElement]) -> list[Atom]:
    """Return the atoms of a body, those under ``not`` last."""
    elements = tuple(body)
    return [*iterate_atoms(elements), *iterate_atoms(elements, negated=True)]


def list_comparisons(body: Iterable[BodyElement]) -> list[Comparison]:
    """Return the comparisons of a body, those under ``not`` too."""
    found: list[Comparison] = []
    for element in body:
        parts = element.elements if isinstance(element, Negation) else (element,)
        found += [part for part in parts if isinstance(part, Comparison)]
    return found


def _list_terms(expression: Expression) -> list[Expression]:
    if not isinstance(expression, Operation):
        return [expression]
    return [term for argument in expression.arguments for term in _list_terms(argument)]


@lru_cache(maxsize=8192)
def list_constants(rule: Rule) -> frozenset[Term]:
    """Return the individuals that a rule names."""
    found: list[Expression] = []
    for atom in (*rule.head, *list_atoms(rule.body)):
        found += [atom.subject] if atom.predicate == RDF_TYPE else [atom.subject, atom.object]
    for comparison in list_comparisons(rule.body):
        found += _list_terms(comparison.left) + _list_terms(comparison.right)
    return frozenset(t for t in found if isinstance(t, str) and not is_variable(t) and not is_literal(t))


def fill_clause(clause: Clause, replace: Callable[[Term], Term]) -> Clause:
    """Return a clause with its individuals and literals replaced."""

    def fill_atom(atom: Atom) -> Atom:
        is_class = atom.predicate == RDF_TYPE and not is_variable(atom.object)
        return Atom(fill(atom.subject), atom.predicate, atom.object if is_class else fill(atom.object))

    def fill(term: Term) -> Term:
        return term if is_variable(term) else replace(term)

    def fill_expression(expression: Expression) -> Expression:
        if isinstance(expression, Operation):
            return Operation(expression.operator, tuple(fill_expression(a) for a in expression.arguments))
        return fill(expression)

    def fill_simple(element: Atom | Comparison) -> Atom | Comparison:
        if isinstance(element, Comparison):
            return Comparison(element.operator, fill_expression(element.left), fill_expression(element.right))
        return fill_atom(element)

    body = tuple(
        Negation(tuple(map(fill_simple, element.elements))) if isinstance(element, Negation) else fill_simple(element)
        for element in clause.body
    )
    return clause._replace(body=body, head=tuple(map(fill_atom, clause.head)))
