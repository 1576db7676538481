"""Telling rules apart: a few facts from which one rule concludes something that the other does not.

The facts are a rule's own body with its variables taken for arbitrary individuals and numbers, as the canonical
database of a conjunctive query (Chandra and Merlin 1977); where comparisons or inequalities decide, numbers around
those that the rules name are tried, and two variables that may be one (Klug 1988). What is found is proved by
evaluation; that nothing is found proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Query
from workbench.generation.questions.listing import find_answers
from workbench.model.builtins import holds
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Operation,
    Rule,
    collect_variables,
    iterate_terms,
)
from workbench.model.terms import Term, Triple, is_literal, is_variable, make_literal, read_integer
from workbench.wording.lexicon import ARBITRARY

__all__ = ["MOST_FACTS", "Witness", "conclude_once", "find_instance", "find_witness", "is_decided"]

MOST_FACTS = 9
"""So many facts a witness may have."""
_MOST_COMPARISONS = 4
_TRIES = 48
_ENOUGH = 3
"""So many choices of numbers of one kind are tried."""
_LETTERS = "PQRSTUVWXYZ"
_LINEAR = ("+", "-")


class Witness(NamedTuple):
    """Facts, sorted, and what one of two rules concludes from them and the other does not."""

    facts: tuple[Triple, ...]
    statement: Triple


def is_decided(rule: Rule) -> bool:
    """Tell whether equivalence with the rule is decided: one head, atoms, and linear comparisons of what they bind."""
    atoms = [element for element in rule.body if isinstance(element, Atom)]
    comparisons = [element for element in rule.body if isinstance(element, Comparison)]
    bound = {term for atom in atoms for term in atom if is_variable(term)}
    if len(rule.head) != 1 or not atoms or len(atoms) > MOST_FACTS or len(comparisons) > _MOST_COMPARISONS:
        return False
    if any(isinstance(element, Negation) for element in rule.body) or any(
        term.startswith("_:") for part in (*rule.body, *rule.head) for term in iterate_terms(part)
    ):
        return False
    needed = {name for atom in rule.head for name in collect_variables(atom)}
    needed |= {name for comparison in comparisons for name in collect_variables(comparison)}
    return needed <= bound and all(_is_linear(side) for one in comparisons for side in (one.left, one.right))


def _is_linear(expression: Expression) -> bool:
    if not isinstance(expression, Operation):
        return not is_literal(expression) or read_integer(expression) is not None
    return expression.operator in _LINEAR and all(map(_is_linear, expression.arguments))


def conclude_once(rule: Rule, facts: Sequence[Triple]) -> frozenset[Triple]:
    """Return what one application of a decided rule gives."""
    (head,) = rule.head
    variables = tuple(dict.fromkeys(term for term in head if is_variable(term)))
    found = set()
    for answer in find_answers(Query(rule.body, variables), facts):
        bindings = dict(zip(variables, answer.values, strict=True))
        found.add((bindings.get(head.subject, head.subject), head.predicate, bindings.get(head.object, head.object)))
    return frozenset(found)


def find_instance(rule: Rule, valued: Collection[Term], random: KeyedRandom) -> Witness | None:
    """Return a rule's body as facts with what it concludes from them; None when no numbers were found.

    Properties ``valued`` have numbers as objects.
    """
    for facts, statement in _freeze(rule, rule, valued, random):
        if statement in conclude_once(rule, facts) and statement not in facts:
            return Witness(facts, statement)
    return None


def find_witness(first: Rule, second: Rule, valued: Collection[Term], random: KeyedRandom) -> Witness | None:
    """Return facts from which one of two decided rules concludes what the other does not; None when none was found.

    What is near a rule has its variables, so that numbers can be chosen for which one holds and the other does not.
    """
    for own, other in ((first, second), (second, first)):
        for facts, statement in _freeze(own, other, valued, random):
            if statement in facts or statement not in conclude_once(own, facts):
                continue
            if statement not in conclude_once(other, facts):
                return Witness(facts, statement)
    return None


def _freeze(
    rule: Rule, other: Rule, valued: Collection[Term], random: KeyedRandom
) -> Iterator[tuple[tuple[Triple, ...], Triple]]:
    """Yield a rule's body and head with individuals and numbers in place of its variables."""
    variables = list(dict.fromkeys(name for element in rule.body for name in collect_variables(element)))
    numeric = _find_numeric(rule)
    numeric |= {atom.object for atom in rule.body if isinstance(atom, Atom) and atom.predicate in valued}
    individuals = [name for name in variables if name not in numeric]
    distinct: dict[str, Term] = {
        name: f"<{ARBITRARY}{letter}>" for name, letter in zip(individuals, _LETTERS, strict=False)
    }
    if len(distinct) < len(individuals):
        return
    merged = [distinct, *({**distinct, b: distinct[a]} for a, b in combinations(individuals, 2))]
    chosen = list(_choose_numbers(rule, other, [name for name in variables if name in numeric], random))
    for number, named in enumerate(merged):
        for values in chosen if number == 0 else chosen[:1]:
            bindings = {**named, **values}
            facts = tuple(sorted({_fill(atom, bindings) for atom in rule.body if isinstance(atom, Atom)}))
            yield facts, _fill(rule.head[0], bindings)


def _choose_numbers(rule: Rule, other: Rule, names: Sequence[str], random: KeyedRandom) -> list[dict[str, Term]]:
    """Return numbers for which a rule's comparisons of them hold, those first for which the other's do not."""
    if not names:
        return [{}]
    own, others = (
        [e for e in one.body if isinstance(e, Comparison) and {*collect_variables(e)} <= {*names}]
        for one in (rule, other)
    )
    points = [make_literal(point) for point in _list_points(rule, other)]
    wanted = set(own) == set(others)
    found: tuple[list[dict[str, Term]], list[dict[str, Term]]] = ([], [])
    for _ in range(_TRIES):
        values = {name: random.choose(points) for name in names}
        if all(holds(comparison, values) for comparison in own):
            found[all(holds(comparison, values) for comparison in others)].append(values)
            if len(found[wanted]) == _ENOUGH:
                break
    return [*found[0][:_ENOUGH], *found[1][:_ENOUGH]]


def _fill(atom: Atom, bindings: dict[str, Term]) -> Triple:
    return (bindings.get(atom.subject, atom.subject), atom.predicate, bindings.get(atom.object, atom.object))


def _find_numeric(rule: Rule) -> frozenset[str]:
    """Return the variables that a rule compares by size or with a number, and those it calculates with."""
    found: set[str] = set()
    for element in rule.body:
        if isinstance(element, Comparison):
            sides = (element.left, element.right)
            plain = all(isinstance(side, str) and is_variable(side) for side in sides)
            if element.operator not in ("=", "!=") or not plain:
                found.update(collect_variables(element))
    return frozenset(found)


def _list_points(*rules: Rule) -> list[int]:
    """Return numbers on both sides of everything that the rules compare with, and of its sums and differences."""
    named = {0}
    elements: list[BodyElement] = [element for rule in rules for element in rule.body]
    for element in elements:
        if isinstance(element, Comparison):
            numbers = [read_integer(term) for term in iterate_terms(element) if is_literal(term)]
            named.update(number for number in numbers if number is not None)
    sums = {first + sign * second for first in named for second in named for sign in (-1, 0, 1)}
    return sorted({number + shift for number in sums for shift in (-3, -1, 0, 1, 3)})
