"""Names replaced in everything that is made of terms: triples, atoms, rules, examples, questions of items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from workbench.export.evidence import StatedItem
from workbench.generation.questions.draft import Change, Claim
from workbench.model.puzzles import Puzzle
from workbench.model.rules import Atom, Comparison, Expression, Negation, Operation, Rule, RuleTest
from workbench.model.terms import Term, Triple
from workbench.model.theory import Theory
from workbench.model.totals import Total, TotalConstraint

__all__ = ["replace_in_item", "replace_in_part", "replace_in_statement", "replace_in_triple"]

_Statement = TypeVar("_Statement", Rule, RuleTest, TotalConstraint)


def replace_in_triple(triple: Triple, names: Mapping[Term, Term]) -> Triple:
    """Return a triple with other names."""
    subject, predicate, value = triple
    return (names.get(subject, subject), names.get(predicate, predicate), names.get(value, value))


def replace_in_part(part: Any, names: Mapping[Term, Term]) -> Any:
    """Return an atom, element or expression, or a tuple of such, with other names; anything else stays."""
    if isinstance(part, Atom):
        return Atom(*replace_in_triple((part.subject, part.predicate, part.object), names))
    if isinstance(part, Comparison):
        return Comparison(part.operator, _replace_expression(part.left, names), _replace_expression(part.right, names))
    if isinstance(part, Negation):
        return Negation(replace_in_part(part.elements, names))
    if isinstance(part, Total):
        values = tuple(_replace_expression(value, names) for value in part.values)
        return Total(part.kind, values, replace_in_part(part.body, names))
    return tuple(replace_in_part(inner, names) for inner in part) if type(part) is tuple else part


def _replace_expression(expression: Expression, names: Mapping[Term, Term]) -> Expression:
    if isinstance(expression, Operation):
        arguments = tuple(_replace_expression(argument, names) for argument in expression.arguments)
        return Operation(expression.operator, arguments)
    return names.get(expression, expression)


def replace_in_statement(statement: _Statement, names: Mapping[Term, Term]) -> _Statement:
    """Return a rule, constraint or test whose atoms speak of other names; whatever else it has stays."""
    parts = {field.name: getattr(statement, field.name) for field in fields(statement)}
    changed = {
        name: replace_in_part(part, names)
        for name, part in parts.items()
        if type(part) is tuple or isinstance(part, Comparison)
    }
    return replace(statement, **changed)


def replace_in_item(stated: StatedItem, names: Mapping[Term, Term]) -> StatedItem:
    """Return what an item states and asks under other names; its evidence keeps those that it has."""
    get, query = names.get, stated.query
    rules = (replace_in_statement(rule, names) for rule in stated.theory.rules)
    return replace(
        stated,
        theory=Theory.build(rules, (get(term, term) for term in stated.theory.closed)),
        facts=tuple(replace_in_triple(fact, names) for fact in stated.facts),
        closed=tuple(sorted(get(term, term) for term in stated.closed)),
        judgements=tuple(replace(one, statement=replace_in_triple(one.statement, names)) for one in stated.judgements),
        claims=tuple(
            Claim(
                replace_in_triple(claim.statement, names),
                Change(
                    tuple(replace_in_triple(fact, names) for fact in claim.change.added),
                    tuple(replace_in_triple(fact, names) for fact in claim.change.removed),
                    tuple(replace_in_statement(rule, names) for rule in claim.change.rules),
                ),
            )
            for claim in stated.claims
        ),
        query=query and replace(query, body=tuple(replace_in_part(part, names) for part in query.body)),
        answers=tuple(tuple(get(term, term) for term in values) for values in stated.answers),
        detail=tuple(_replace_puzzle(part, names) if isinstance(part, Puzzle) else part for part in stated.detail),
    )


def _replace_puzzle(puzzle: Puzzle, names: Mapping[Term, Term]) -> Puzzle:
    """Return a puzzle whose slots and clues speak of other names."""
    return replace(
        puzzle,
        slots=tuple(tuple(replace_in_triple(fact, names) for fact in slot) for slot in puzzle.slots),
        clues=tuple(
            replace(clue, parts=tuple(tuple(replace_in_part(e, names) for e in part) for part in clue.parts))
            for clue in puzzle.clues
        ),
    )
