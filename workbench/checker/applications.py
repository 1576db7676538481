"""Single rule applications as somebody writes them: a rule, what it is applied to, and what is said to follow."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from workbench.model.builtins import evaluate_expression, holds
from workbench.model.rules import Atom, Comparison, Negation, Rule, collect_variables
from workbench.model.terms import Triple, is_variable

__all__ = ["check_application"]


def check_application(rule: Rule, premises: Sequence[Triple], conclusion: Triple, model: Collection[Triple]) -> bool:
    """Tell whether ``conclusion`` follows from exactly ``premises`` by one application of ``rule``.

    The atoms of the body must be the premises, each cited once, in whatever order; comparisons must hold; what is
    negated must have no instance in ``model``, the perfect model of the theory.
    """
    atoms = [element for element in rule.body if isinstance(element, Atom)]
    if len(atoms) != len(premises):
        return False
    for head in rule.head:
        start = _unify(head, conclusion, {})
        if start is not None and any(_finish(rule, found, model) for found in _assign(atoms, list(premises), start)):
            return True
    return False


def _assign(atoms: Sequence[Atom], premises: list[Triple], bindings: dict[str, str]) -> Iterator[dict[str, str]]:
    if not atoms:
        yield bindings
        return
    for place, premise in enumerate(premises):
        found = _unify(atoms[0], premise, bindings)
        if found is not None:
            yield from _assign(atoms[1:], premises[:place] + premises[place + 1 :], found)


def _unify(atom: Atom, fact: Triple, bindings: dict[str, str]) -> dict[str, str] | None:
    found = dict(bindings)
    for part, value in zip(atom, fact, strict=True):
        if is_variable(part):
            if found.setdefault(part, value) != value:
                return None
        elif part != value:
            return None
    return found


def _finish(rule: Rule, bindings: dict[str, str], model: Collection[Triple]) -> bool:
    """Tell whether comparisons hold, and what is negated is not there, under bindings that atoms have given."""
    waiting = [element for element in rule.body if isinstance(element, Comparison)]
    known = dict(bindings)
    while waiting:
        ready = next((e for e in waiting if _is_ready(e, known)), None)
        if ready is None:
            return False
        waiting.remove(ready)
        if not _settle(ready, known):
            return False
    return not any(_has_instance(e, known, model) for e in rule.body if isinstance(e, Negation))


def _is_ready(comparison: Comparison, known: dict[str, str]) -> bool:
    return sum(variable not in known for variable in collect_variables(comparison)) <= (comparison.operator == "=")


def _settle(comparison: Comparison, known: dict[str, str]) -> bool:
    """Tell whether a comparison holds; one that calculates the last open variable binds it first."""
    for variable, expression in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
        if isinstance(variable, str) and is_variable(variable) and variable not in known:
            value = evaluate_expression(expression, known)
            if value is None:
                return False
            known[variable] = value
            return True
    return holds(comparison, known)


def _has_instance(negation: Negation, bindings: dict[str, str], model: Collection[Triple]) -> bool:
    atoms = [element for element in negation.elements if isinstance(element, Atom)]
    tests = [element for element in negation.elements if isinstance(element, Comparison)]

    def search(rest: Sequence[Atom], known: dict[str, str]) -> bool:
        if not rest:
            return all(holds(test, known) for test in tests)
        found = (_unify(rest[0], fact, known) for fact in model)
        return any(search(rest[1:], extended) for extended in found if extended is not None)

    return search(atoms, bindings)
