"""Squares of rules: a rule with two changes of it, each alone and both."""

from __future__ import annotations

from itertools import combinations

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.near_rules import apply_edits, list_edits, list_valued
from workbench.generation.worlds.plan import Plan
from workbench.model.rules import Comparison, Negation, Rule, collect_variables, is_restatement, iterate_atoms
from workbench.model.terms import Term, is_literal
from workbench.wording.grammar import canonicalise_rule

__all__ = ["CORNERS", "is_connected", "is_teachable", "plan_squares"]

CORNERS = 4
"""Rules of a square."""
_MOST_KEYS = 16
_MOST_PLANNED = 400
"""Squares of a rule."""


def is_teachable(rule: Rule, plan: Plan) -> bool:
    """Tell whether a rule can be learned from examples: one head that it does not rest on, and something to leave out.

    Nothing may look for the head's absence, so the head is not closed.
    """
    if len(rule.head) != 1 or len(rule.body) < 2 or any(is_literal(term) for term in rule.head[0]):
        return False
    key = rule.head[0].key
    atoms = (*iterate_atoms(rule.body), *iterate_atoms(rule.body, negated=True))
    return key not in plan.theory.closed and key not in plan.values and all(atom.key != key for atom in atoms)


_PLANNED: dict[tuple[int, str], tuple[Plan, tuple[tuple[Rule, ...], ...]]] = {}


def plan_squares(plan: Plan, rule: Rule) -> tuple[tuple[Rule, ...], ...]:
    """Return a rule with two changes of it, each alone and both: four rules, many times; remembered for a plan."""
    place = (id(plan), rule.name)
    known = _PLANNED.get(place)
    if known is not None and known[0] is plan:
        return known[1]
    key = rule.head[0].key
    random = KeyedRandom("near", rule.name)
    premises = {atom.key for other in plan.theory.rules for atom in iterate_atoms(other.body)}
    keys = sorted(premises.difference(plan.values, (key,)))
    relations = random.pick([one for one in keys if one not in plan.classes], _MOST_KEYS)
    classes = random.pick([one for one in keys if one in plan.classes], _MOST_KEYS)
    bare = Rule(rule.name, rule.body, rule.head)
    # Turning a head round says of nearly everybody what they cannot be.
    edits = [e for e in list_edits(bare, relations, classes, list_valued(bare).union(plan.values)) if not e.head]
    pairs = [(one, other) for one, other in combinations(edits, 2) if one.place != other.place]
    squares: list[tuple[Rule, ...]] = []
    for one, other in random.shuffle(pairs):
        rules = [bare, *(apply_edits(bare, changes) for changes in ((one,), (other,), (one, other)))]
        square = tuple(found for found in rules if found is not None and _is_candidate(found, key))
        if len(square) == len({canonicalise_rule(found) for found in square}) == CORNERS:
            squares.append(square)
            if len(squares) == _MOST_PLANNED:
                break
    if len(_PLANNED) > 512:
        _PLANNED.clear()
    _PLANNED[place] = (plan, tuple(squares))
    return _PLANNED[place][1]


def _is_candidate(rule: Rule, key: Term) -> bool:
    """Tell whether a rule can be offered: it says something, of one thing, and not from what is to be learned."""
    atoms = list(iterate_atoms(rule.body))
    return all(atom.key != key for atom in atoms) and not is_restatement(rule) and is_connected(rule)


def is_connected(rule: Rule) -> bool:
    """Tell whether the body's atoms have to do with each other, by their variables or by how those compare."""
    groups: list[set[str]] = []
    for element in rule.body:
        tells_apart = isinstance(element, Comparison) and element.operator == "!="
        if isinstance(element, Negation) or tells_apart:
            continue
        joined = set(collect_variables(element))
        for group in [group for group in groups if not joined.isdisjoint(group)]:
            joined |= group
            groups.remove(group)
        groups.append(joined)
    return len(groups) == 1
