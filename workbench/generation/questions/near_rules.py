"""Near misses of a rule: rules with the same head that say almost the same, and something else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from workbench.model.rules import Atom, BodyElement, Comparison, Negation, Rule, collect_variables
from workbench.model.terms import RDF_TYPE, Term, is_literal, is_variable, make_literal, read_integer

__all__ = ["Edit", "apply_edits", "is_near", "list_edits", "list_near_rules", "list_valued"]

_TURNED: Mapping[str, str] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_SHIFT = 2
_HEAD = -1
_MARK = "~"
"""What no name of a project's rule holds."""


class Edit(NamedTuple):
    """One change of a rule: ``elements`` stand in the ``place`` of one of its body, or ``head`` instead of its head."""

    way: str
    place: int
    elements: tuple[BodyElement, ...] = ()
    head: tuple[Atom, ...] = ()


def list_near_rules(
    rule: Rule, relations: Sequence[Term], classes: Sequence[Term], valued: Collection[Term] = ()
) -> list[Rule]:
    """Return rules near a rule with one atom as head, each with a name of its own made from the rule's.

    They are what one of :func:`list_edits` makes of it.
    """
    found: dict[tuple[tuple[BodyElement, ...], tuple[Atom, ...]], Rule] = {}
    for edit in list_edits(rule, relations, classes, valued):
        near = apply_edits(rule, (edit,))
        if near is not None:
            found.setdefault((near.body, near.head), near)
    return list(found.values())


def apply_edits(rule: Rule, edits: Sequence[Edit]) -> Rule | None:
    """Return a rule with changes of different places; None when it is the same, repeats itself or is not safe.

    A rule is safe when what its head, comparisons and negations need is bound by an atom.
    """
    by_place = {edit.place: edit for edit in edits}
    body: list[BodyElement] = []
    for place, element in enumerate(rule.body):
        body += by_place[place].elements if place in by_place else (element,)
    head = by_place[_HEAD].head if _HEAD in by_place else rule.head
    is_new = (tuple(body), head) != (rule.body, rule.head)
    if not is_new or len(set(body)) < len(body) or not _is_safe(body, head):
        return None
    return Rule(_MARK.join((rule.name, *(edit.way for edit in edits))), tuple(body), head)


def is_near(rule: Rule) -> bool:
    """Tell by its name whether a rule was made from another one."""
    return _MARK in rule.name


def list_edits(
    rule: Rule, relations: Sequence[Term], classes: Sequence[Term], valued: Collection[Term] = ()
) -> list[Edit]:
    """Return changes of a rule with one atom as head.

    An element of the body is left out, or says another property (of ``relations``) or class (of ``classes``), or an
    atom's arguments change places, or a comparison is turned or its number is another, or the head's arguments change
    places. Properties ``valued`` have values, so their atoms keep property and order.
    """
    found: list[Edit] = []
    for place, element in enumerate(rule.body):
        found.append(Edit(f"without-{place + 1}", place))
        if isinstance(element, Comparison) and element.operator in _TURNED:
            turned = replace(element, operator=_TURNED[element.operator])
            found.append(Edit(f"turned-{place + 1}", place, (turned,)))
            side = element.right
            bound = read_integer(side) if isinstance(side, str) and is_literal(side) else None
            if bound is not None:
                for way, number in (("less", bound - _SHIFT), ("more", bound + _SHIFT)):
                    moved = replace(element, right=make_literal(number))
                    found.append(Edit(f"moved-{place + 1}-{way}", place, (moved,)))
        if not isinstance(element, Atom):
            continue
        if element.predicate == RDF_TYPE:
            others = [Atom(element.subject, RDF_TYPE, key) for key in classes]
        elif element.predicate in valued:
            continue
        else:
            found.append(Edit(f"swapped-{place + 1}", place, (_swap(element),)))
            others = [Atom(element.subject, key, element.object) for key in relations]
        for number, other in enumerate(others, 1):
            if other != element:
                found.append(Edit(f"other-{place + 1}-{number}", place, (other,)))
    if rule.head[0].predicate != RDF_TYPE:
        found.append(Edit("turned-round", _HEAD, (), (_swap(rule.head[0]),)))
    return found


def list_valued(rule: Rule) -> frozenset[Term]:
    """Return the properties of a rule's body whose objects it compares by size, calculates with, or gives as values."""
    compared = {
        name
        for element in rule.body
        if isinstance(element, Comparison) and not _tells_apart(element)
        for name in collect_variables(element)
    }
    atoms = [element for element in rule.body if isinstance(element, Atom) and element.predicate != RDF_TYPE]
    return frozenset(atom.predicate for atom in atoms if atom.object in compared or is_literal(atom.object))


def _tells_apart(comparison: Comparison) -> bool:
    sides = (comparison.left, comparison.right)
    return comparison.operator in ("=", "!=") and all(isinstance(side, str) and is_variable(side) for side in sides)


def _swap(atom: Atom) -> Atom:
    return Atom(atom.object, atom.predicate, atom.subject)


def _is_safe(body: Sequence[BodyElement], head: Sequence[Atom]) -> bool:
    bound = {
        term
        for element in body
        if isinstance(element, Atom)
        for term in (element.subject, element.object)
        if is_variable(term)
    }
    needed = {term for atom in head for term in (atom.subject, atom.object) if is_variable(term)}
    for element in body:
        if isinstance(element, Comparison):
            needed.update(collect_variables(element))
        elif isinstance(element, Negation):
            # What stands in a negation and nowhere else is the negation's own, unless the rule shared it before.
            inner = collect_variables(element)
            if not bound.intersection(inner):
                return False
    about = [element.subject for element in (*body, *head) if isinstance(element, Atom)]
    return bool(bound) and needed <= bound and not any(is_literal(term) for term in about)
