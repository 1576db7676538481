"""In which order the elements of a body are matched."""

from __future__ import annotations

from functools import lru_cache

from workbench.model.rules import Atom, BodyElement, Comparison, Negation, collect_variables
from workbench.model.terms import RDF_TYPE, is_variable

__all__ = ["Plan", "plan_body"]

Plan = tuple[tuple[int | None, BodyElement], ...]
"""Elements in the order in which they are matched, atoms with their place among the body's atoms."""


@lru_cache(maxsize=1024)
def plan_body(body: tuple[BodyElement, ...], bound: frozenset[str]) -> Plan:
    """Order a body so that each element has what it needs: comparisons early, atoms by what is known of them.

    With each atom comes its place among the body's atoms.
    """
    waiting = list(enumerate(body))
    atoms = [index for index, element in waiting if isinstance(element, Atom)]
    known, plan = set(bound), []
    while waiting:
        best = min(waiting, key=lambda item: (_rank(item[1], known), item[0]))
        waiting.remove(best)
        index, element = best
        plan.append((atoms.index(index) if isinstance(element, Atom) else None, element))
        if not isinstance(element, Negation):
            known.update(collect_variables(element))
    return tuple(plan)


def _rank(element: BodyElement, known: set[str]) -> int:
    variables = collect_variables(element)
    missing = [variable for variable in variables if variable not in known]
    if isinstance(element, Comparison):
        if not missing:
            return 0
        sides = (element.left, element.right)
        binds = element.operator == "=" and any(
            isinstance(one, str) and missing == [one] and one not in collect_variables(other)
            for one, other in (sides, sides[::-1])
        )
        return 1 if binds else 8
    if isinstance(element, Negation):
        return 9
    if not missing:
        return 2
    constant = not is_variable(element.subject) or element.subject in known
    named = element.predicate != RDF_TYPE and not is_variable(element.object)
    linked = len(missing) < len(variables) or constant or named
    return (3 if constant else 4) if linked else 5
