"""Matching rules: what one rule gives from the facts of a small closure, and from which of them.

Made for trying many rules on one world, where planning each of them for the engine would take longer than matching.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice

from workbench.model.builtins import evaluate_expression, holds
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Negation,
    Rule,
    collect_variables,
    substitute_atom,
    substitute_element,
)
from workbench.model.terms import Term, Triple, is_variable

__all__ = ["FactIndex", "apply_rule"]

_MOST = 2_000
"""Matches of a rule that are looked at."""


class FactIndex:
    """Facts, looked up by predicate and either end."""

    def __init__(self, facts: Collection[Triple]) -> None:
        self.facts = frozenset(facts)
        self._found: dict[tuple[Term | None, Term, Term | None], list[Triple]] = {}
        for fact in sorted(self.facts):
            subject, predicate, object_ = fact
            for place in ((None, predicate, None), (subject, predicate, None), (None, predicate, object_)):
                self._found.setdefault(place, []).append(fact)

    def find(self, atom: Atom) -> Sequence[Triple]:
        """Return the facts that may match an atom, sorted."""
        subject, object_ = (None if is_variable(end) else end for end in (atom.subject, atom.object))
        if subject is not None and object_ is not None:
            fact = (subject, atom.predicate, object_)
            return (fact,) if fact in self.facts else ()
        return self._found.get((subject, atom.predicate, object_), ())


def apply_rule(rule: Rule, index: FactIndex) -> dict[Triple, list[tuple[Triple, ...]]] | None:
    """Return what a rule with one head concludes, each with the sets of facts that it does so from, in their order.

    What the rule concludes is not used again. None when it matches too often to be looked at.
    """
    found: dict[Triple, list[tuple[Triple, ...]]] = {}
    matches = list(islice(_match(rule.body, {}, (), index), _MOST))
    if len(matches) == _MOST:
        return None
    for bindings, premises in matches:
        head = substitute_atom(rule.head[0], bindings)
        found.setdefault((head.subject, head.predicate, head.object), []).append(premises)
    return found


def _match(
    body: Sequence[BodyElement], bindings: Mapping[str, Term], premises: tuple[Triple, ...], index: FactIndex
) -> Iterator[tuple[Mapping[str, Term], tuple[Triple, ...]]]:
    """Yield the bindings that make a body true: comparisons as soon as they can be, negations last."""
    if not body:
        yield bindings, premises
        return
    for place, element in enumerate(body):
        if isinstance(element, Comparison) and (more := _compare(element, bindings)) is not None:
            if more:
                yield from _match((*body[:place], *body[place + 1 :]), more[0], premises, index)
            return
    options = [
        (len(found), place, atom, found)
        for place, element in enumerate(body)
        if isinstance(element, Atom) and (found := index.find(atom := substitute_atom(element, bindings))) is not None
    ]
    if not options:
        if all(isinstance(element, Negation) and not _is_there(element, bindings, index) for element in body):
            yield bindings, premises
        return
    _, place, atom, found = min(options)
    rest = (*body[:place], *body[place + 1 :])
    for fact in found:
        own: dict[str, Term] = {}
        for part, value in ((atom.subject, fact[0]), (atom.object, fact[2])):
            if is_variable(part) and own.setdefault(part, value) != value:
                break
        else:
            yield from _match(rest, {**bindings, **own}, (*premises, fact), index)


def _compare(comparison: Comparison, bindings: Mapping[str, Term]) -> list[Mapping[str, Term]] | None:
    """Return the bindings under which a comparison holds, none or one; None when it cannot be told yet."""
    unbound = [variable for variable in collect_variables(comparison) if variable not in bindings]
    if not unbound:
        return [bindings] if holds(comparison, bindings) else []
    if len(unbound) == 1 and comparison.operator == "=":
        for variable, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
            if isinstance(variable, str) and variable == unbound[0]:
                value = evaluate_expression(other, bindings)
                return [{**bindings, variable: value}] if value is not None else []
    return None


def _is_there(negation: Negation, bindings: Mapping[str, Term], index: FactIndex) -> bool:
    inner = [substitute_element(part, bindings) for part in negation.elements]
    return next(_match(inner, {}, (), index), None) is not None
