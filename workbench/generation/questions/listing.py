"""Answers of a query in a set of facts: every binding of a conjunction of atoms and comparisons."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from workbench.generation.questions.draft import Query
from workbench.model.builtins import evaluate_expression, holds
from workbench.model.rules import Atom, BodyElement, Comparison, collect_variables
from workbench.model.terms import Term, Triple, is_variable

__all__ = ["Found", "find_answers", "index_facts"]


class Found(NamedTuple):
    """One answer: the values asked for, and every ground atom that some binding behind it makes true."""

    values: tuple[Term, ...]
    atoms: tuple[Triple, ...]


def index_facts(facts: Collection[Triple]) -> Mapping[Term, Sequence[Triple]]:
    """Return facts by predicate, as :func:`find_answers` looks them up."""
    index: dict[Term, list[Triple]] = {}
    for fact in facts:
        index.setdefault(fact[1], []).append(fact)
    return index


def find_answers(query: Query, facts: Collection[Triple] | Mapping[Term, Sequence[Triple]]) -> list[Found]:
    """Return the answers, sorted by their values, among facts or what :func:`index_facts` makes of them.

    Raises ValueError for a query with a negation, or with a comparison whose variables nothing binds.
    """
    index = facts if isinstance(facts, Mapping) else index_facts(facts)
    found: dict[tuple[Term, ...], dict[Triple, None]] = {}
    for bindings, atoms in _match(list(query.body), {}, (), index):
        values = tuple(bindings[variable] for variable in query.variables)
        found.setdefault(values, {}).update(dict.fromkeys(atoms))
    return [Found(values, tuple(sorted(found[values]))) for values in sorted(found)]


def _match(
    elements: list[BodyElement],
    bindings: Mapping[str, Term],
    atoms: tuple[Triple, ...],
    index: Mapping[Term, Sequence[Triple]],
) -> Iterator[tuple[Mapping[str, Term], tuple[Triple, ...]]]:
    if not elements:
        yield bindings, atoms
        return
    place = next((n for n, e in enumerate(elements) if isinstance(e, Comparison) and _is_ready(e, bindings)), None)
    if place is None:
        place = next((n for n, e in enumerate(elements) if isinstance(e, Atom)), None)
    if place is None:
        raise ValueError("the query has an element that nothing binds")
    element, rest = elements[place], elements[:place] + elements[place + 1 :]
    if isinstance(element, Comparison):
        for extended in _compare(element, bindings):
            yield from _match(rest, extended, atoms, index)
        return
    if not isinstance(element, Atom):
        raise ValueError("a query holds atoms and comparisons only")
    for fact in index.get(element.predicate, ()):
        extended_ = _unify(element, fact, bindings)
        if extended_ is not None:
            yield from _match(rest, extended_, (*atoms, fact), index)


def _unify(atom: Atom, fact: Triple, bindings: Mapping[str, Term]) -> Mapping[str, Term] | None:
    new: dict[str, Term] = {}
    for part, value in ((atom.subject, fact[0]), (atom.object, fact[2])):
        known = (bindings.get(part) or new.get(part)) if is_variable(part) else part
        if known is None:
            new[part] = value
        elif known != value:
            return None
    return {**bindings, **new} if new else bindings


def _is_ready(comparison: Comparison, bindings: Mapping[str, Term]) -> bool:
    open_ones = [v for v in collect_variables(comparison) if v not in bindings]
    return not open_ones or (
        len(open_ones) == 1 and comparison.operator == "=" and open_ones[0] in (comparison.left, comparison.right)
    )


def _compare(comparison: Comparison, bindings: Mapping[str, Term]) -> Iterator[Mapping[str, Term]]:
    """Yield the bindings under which a comparison holds: as they are, or with the one variable it calculates."""
    for variable, expression in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
        if isinstance(variable, str) and is_variable(variable) and variable not in bindings:
            value = evaluate_expression(expression, bindings)
            if value is not None:
                yield {**bindings, variable: value}
            return
    if holds(comparison, bindings):
        yield bindings
