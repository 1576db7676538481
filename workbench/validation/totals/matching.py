"""Bodies over facts: every way to make a conjunction true, with the facts it rests on, by joins over dictionaries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from workbench.model.builtins import evaluate_expression, holds
from workbench.model.rules import Atom, BodyElement, Comparison, Negation
from workbench.model.terms import RDF_TYPE, Term, Triple, is_variable
from workbench.validation.totals.match_plans import Plan, plan_body

__all__ = ["FactIndex", "Match", "get_key", "iterate_keys"]

_Key = tuple[bool, Term]


class Match(NamedTuple):
    """A way to make a body true: the value of each variable, and the facts of its atoms in their order."""

    bindings: Mapping[str, Term]
    premises: tuple[Triple, ...]


def get_key(fact: Triple) -> _Key:
    """Return what a fact is about: is it a class, and its name."""
    return (True, fact[2]) if fact[1] == RDF_TYPE else (False, fact[1])


def iterate_keys(body: Iterable[BodyElement]) -> Iterator[_Key]:
    """Yield what each atom of a body is about: is it a class, and its name."""
    for element in body:
        if isinstance(element, Atom):
            yield (element.predicate == RDF_TYPE, element.key)
        elif isinstance(element, Negation):
            yield from iterate_keys(element.elements)


class FactIndex:
    """Facts of some classes and properties, found by either end."""

    def __init__(self, facts: Iterable[Triple], keys: Collection[_Key]) -> None:
        self._by_key: dict[_Key, list[Triple]] = {key: [] for key in keys}
        self._by_subject: dict[tuple[_Key, Term], list[Triple]] = {}
        self._by_object: dict[tuple[_Key, Term], list[Triple]] = {}
        for fact in facts:
            key = get_key(fact)
            if key in self._by_key:
                self._by_key[key].append(fact)
                self._by_subject.setdefault((key, fact[0]), []).append(fact)
                if not key[0]:
                    self._by_object.setdefault((key, fact[2]), []).append(fact)

    def match(self, body: Sequence[BodyElement], bindings: Mapping[str, Term] | None = None) -> Iterator[Match]:
        """Yield every way to make a body true that agrees with ``bindings``, each once, in a fixed order.

        Negations say that there is nothing among these facts. An element whose variables get no value is never true.
        """
        known = dict(bindings or {})
        plan = plan_body(tuple(body), frozenset(known))
        yield from self._extend(plan, 0, known, [("", "", "")] * sum(place is not None for place, _ in plan))

    def _extend(self, plan: Plan, position: int, bindings: dict[str, Term], premises: list[Triple]) -> Iterator[Match]:
        """Yield the ways to go on from an element of the plan; ``bindings`` are afterwards as they were."""
        if position == len(plan):
            yield Match(dict(bindings), tuple(premises))
            return
        place, element = plan[position]
        if place is not None and isinstance(element, Atom):
            for fact in self._find(element, bindings):
                new = _unify(element, fact, bindings)
                if new is not None:
                    premises[place] = fact
                    bindings.update(new)
                    yield from self._extend(plan, position + 1, bindings, premises)
                    for variable in new:
                        del bindings[variable]
        elif isinstance(element, Negation):
            if next(self.match(element.elements, bindings), None) is None:
                yield from self._extend(plan, position + 1, bindings, premises)
        elif isinstance(element, Comparison):
            given = _assign(element, bindings)
            if given is not None:
                bindings.update(given)
                yield from self._extend(plan, position + 1, bindings, premises)
                for variable in given:
                    del bindings[variable]

    def _find(self, atom: Atom, bindings: Mapping[str, Term]) -> Sequence[Triple]:
        key = (atom.predicate == RDF_TYPE, atom.key)
        subject, value = bindings.get(atom.subject, atom.subject), bindings.get(atom.object, atom.object)
        if not is_variable(subject):
            return self._by_subject.get((key, subject), ())
        if not is_variable(value) and not key[0]:
            return self._by_object.get((key, value), ())
        return self._by_key.get(key, ())


def _unify(atom: Atom, fact: Triple, bindings: Mapping[str, Term]) -> dict[str, Term] | None:
    new: dict[str, Term] = {}
    for side, term in ((atom.subject, fact[0]), (atom.object, fact[2])):
        wanted = new.get(side) or bindings.get(side, side)
        if is_variable(wanted):
            new[wanted] = term
        elif wanted != term:
            return None
    return new


def _assign(comparison: Comparison, bindings: Mapping[str, Term]) -> dict[str, Term] | None:
    """Return what a comparison binds; None where it does not hold."""
    if comparison.operator == "=":
        for one, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
            if isinstance(one, str) and is_variable(one) and one not in bindings:
                value = evaluate_expression(other, bindings)
                return None if value is None or is_variable(value) else {one: value}
    return {} if holds(comparison, bindings) else None
