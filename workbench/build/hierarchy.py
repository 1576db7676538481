"""Classes as a tree: which class is directly below which, by what puts every member of one into another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.model.rules import Atom, Rule, is_restatement
from workbench.model.terms import RDF_TYPE, Term

__all__ = ["Hierarchy", "build_hierarchy"]


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """``children`` and ``parents`` of each class, sorted by label; ``roots`` have no class above them.

    Of classes that are equivalent, and so above each other, the first by label is the root where nothing else is
    above them. A class with several parents is a child of each.
    """

    roots: tuple[Term, ...]
    children: Mapping[Term, tuple[Term, ...]]
    parents: Mapping[Term, tuple[Term, ...]]

    def find_path(self, term: Term) -> tuple[Term, ...]:
        """Return a way from a root down to the class above ``term``, by first parents."""
        path: list[Term] = []
        current = term
        while current not in self.roots and self.parents.get(current):
            above = [parent for parent in self.parents[current] if parent not in path and parent != term]
            if not above:
                break
            current = above[0]
            path.append(current)
        return tuple(reversed(path))


def build_hierarchy(classes: Iterable[Term], rules: Iterable[Rule], get_label: Callable[[Term], str]) -> Hierarchy:
    """Build the hierarchy of ``classes`` from the rules of a theory, compiled axioms included."""
    known = sorted(classes, key=lambda term: (get_label(term).casefold(), term))
    above: dict[Term, set[Term]] = {term: set() for term in known}
    for rule in rules:
        # A restatement with class atoms says "every C is a D", wherever it comes from.
        if is_restatement(rule) and isinstance(rule.body[0], Atom) and rule.body[0].predicate == RDF_TYPE:
            sub, sup = rule.body[0].key, rule.head[0].key
            if rule.head[0].predicate == RDF_TYPE and sub != sup and sub in above and sup in above:
                above[sub].add(sup)
    reached = {term: _reach(term, above) for term in known}
    ranks = {term: rank for rank, term in enumerate(known)}
    parents = {
        term: tuple(
            parent for parent in sorted(above[term], key=ranks.__getitem__) if _is_direct(term, parent, above, reached)
        )
        for term in known
    }
    children: dict[Term, list[Term]] = {}
    for term in known:
        for parent in parents[term]:
            children.setdefault(parent, []).append(term)
    roots = _find_roots(known, parents, reached)
    return Hierarchy(roots, {term: tuple(below) for term, below in children.items()}, parents)


def _reach(term: Term, above: Mapping[Term, set[Term]]) -> set[Term]:
    """Everything above a class, itself only when it is in a circle."""
    found: set[Term] = set()
    waiting = [*above[term]]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += above[current]
    return found


def _is_direct(term: Term, parent: Term, above: Mapping[Term, set[Term]], reached: Mapping[Term, set[Term]]) -> bool:
    """Whether no other class above ``term`` is strictly below ``parent``."""
    return not any(
        parent in reached[other] and other not in reached[parent] and term not in reached[other]
        for other in above[term] - {parent}
    )


def _find_roots(
    known: Sequence[Term], parents: Mapping[Term, Sequence[Term]], reached: Mapping[Term, set[Term]]
) -> tuple[Term, ...]:
    roots: dict[Term, None] = {}
    for term in known:
        circle = {other for other in reached[term] if term in reached[other]}
        if not parents[term] or (reached[term] <= circle and circle.isdisjoint(roots)):
            roots[term] = None
    return tuple(roots)
