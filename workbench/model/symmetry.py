"""Variables of a rule that can be exchanged without changing what the rule says.

``hasChild(?x, ?y) ^ hasChild(?x, ?z) ^ hasChild(?x, ?u) ^ ?y != ?z ^ ?y != ?u ^ ?z != ?u -> false`` says the same
about any order of three children. Matching all orders makes (n+1)! instances of one violated bound n. Three or more
interchangeable variables that must all differ are therefore matched in one order only, that of their terms' texts:
what follows is the same, and one set of values is one derivation. The rule itself stays as it is; any order of its
variables is a correct step of a proof.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Rule,
    collect_variables,
    substitute_atom,
    substitute_element,
)

__all__ = ["list_interchangeable"]

_LEAST = 3


@lru_cache(maxsize=4096)
def list_interchangeable(rule: Rule) -> tuple[tuple[str, ...], ...]:
    """Return the groups of three or more variables of a rule that are interchangeable and pairwise ``!=``."""
    unequal = {
        frozenset((e.left, e.right))
        for e in rule.body
        if isinstance(e, Comparison) and e.operator == "!=" and isinstance(e.left, str) and isinstance(e.right, str)
    }
    if len(unequal) < _LEAST:
        return ()
    names = dict.fromkeys(name for element in rule.body for name in collect_variables(element))
    groups: list[list[str]] = []
    for name in names:
        for group in groups:
            # Being exchangeable is transitive, so one member stands for its group.
            if frozenset((group[0], name)) in unequal and _is_unchanged(rule, group[0], name):
                group.append(name)
                break
        else:
            groups.append([name])
    return tuple(
        tuple(group)
        for group in groups
        if len(group) >= _LEAST and all(frozenset(pair) in unequal for pair in combinations(group, 2))
    )


def _is_unchanged(rule: Rule, one: str, other: str) -> bool:
    swap = {one: other, other: one}
    body = {_normalise(element) for element in rule.body}
    swapped = {_normalise(substitute_element(element, swap)) for element in rule.body}
    return body == swapped and set(rule.head) == {substitute_atom(atom, swap) for atom in rule.head}


def _normalise(element: BodyElement) -> BodyElement | tuple[str, frozenset[object]]:
    """A body element whose sides may stand in either order compares as equal in both."""
    if not isinstance(element, Atom) and isinstance(element, Comparison) and element.operator in ("=", "!="):
        return element.operator, frozenset((element.left, element.right))
    return element
