"""Near misses of a rule: rules with the same head that say almost the same, and something else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from workbench.model.rules import Atom, BodyElement, Comparison, Negation, Rule, collect_variables
from workbench.model.terms import RDF_TYPE, Term, is_literal, is_variable, make_literal, read_integer

__all__ = ["list_near_rules", "list_valued"]

_TURNED: Mapping[str, str] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_SHIFT = 2


def list_near_rules(
    rule: Rule, relations: Sequence[Term], classes: Sequence[Term], valued: Collection[Term] = ()
) -> list[Rule]:
    """Return rules near a rule with one atom as head, each with a name of its own made from the rule's.

    An element of the body is left out, or says another property (of ``relations``) or class (of ``classes``), or an
    atom's arguments change places, or a comparison is turned or its number is another, or the head's arguments change
    places. Properties ``valued`` have values, so their atoms keep property and order. Every one of them is safe: what
    its head, comparisons and negations need is bound by an atom.
    """
    found: dict[tuple[tuple[BodyElement, ...], tuple[Atom, ...]], Rule] = {}
    for way, body, head in _iterate_changes(rule, relations, classes, valued):
        if (body, head) != (rule.body, rule.head) and len(set(body)) == len(body) and _is_safe(body, head):
            near = Rule(f"{rule.name}~{way}", body, head)
            found.setdefault((body, head), near)
    return list(found.values())


def _iterate_changes(
    rule: Rule, relations: Sequence[Term], classes: Sequence[Term], valued: Collection[Term]
) -> Iterator[tuple[str, tuple[BodyElement, ...], tuple[Atom, ...]]]:
    body, head = rule.body, rule.head
    for place, element in enumerate(body):
        before, after = body[:place], body[place + 1 :]
        yield f"without-{place + 1}", (*before, *after), head
        if isinstance(element, Comparison) and element.operator in _TURNED:
            turned = replace(element, operator=_TURNED[element.operator])
            yield f"turned-{place + 1}", (*before, turned, *after), head
            side = element.right
            bound = read_integer(side) if isinstance(side, str) and is_literal(side) else None
            if bound is not None:
                for way, number in (("less", bound - _SHIFT), ("more", bound + _SHIFT)):
                    moved = replace(element, right=make_literal(number))
                    yield f"moved-{place + 1}-{way}", (*before, moved, *after), head
        if not isinstance(element, Atom):
            continue
        if element.predicate == RDF_TYPE:
            others = [Atom(element.subject, RDF_TYPE, key) for key in classes]
        elif element.predicate in valued:
            continue
        else:
            yield f"swapped-{place + 1}", (*before, _swap(element), *after), head
            others = [Atom(element.subject, key, element.object) for key in relations]
        for number, other in enumerate(others, 1):
            if other != element:
                yield f"other-{place + 1}-{number}", (*before, other, *after), head
    if head[0].predicate != RDF_TYPE:
        yield "turned-round", body, (_swap(head[0]),)


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
