"""What a graph states, statement by statement, so that layout and the labels of blank nodes make no difference.

A triple without blank nodes is a unit of its own. Triples that share blank nodes are one: an axiom with its class
expression, a property shape, an annotation of a statement. Such a unit is written with the canonical labels of
RDFC-1.0, so two units are equal exactly when they are isomorphic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from workbench.errors import LimitError
from workbench.formats.canonical import compute_labels
from workbench.model.terms import Term, Triple, is_blank

__all__ = ["Unit", "Units", "collect_units", "pair_blanks"]


class Unit(NamedTuple):
    """A statement: its triples in order, blank nodes with canonical labels; ``root`` is the one that it hangs on."""

    root: Triple
    triples: tuple[Triple, ...]

    @property
    def has_blanks(self) -> bool:
        """Whether blank nodes belong to it."""
        return len(self.triples) > 1 or any(is_blank(term) for term in self.root)


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a graph, each with its triples as they stand in the graph, and the labels of its blank nodes.

    ``labels`` maps the canonical label of each blank node of a unit to the one in the graph. ``unresolved`` counts
    units whose blank nodes are too much alike; they are equal only where their labels are.
    """

    own: Mapping[Unit, tuple[Triple, ...]]
    labels: Mapping[Unit, Mapping[Term, Term]]
    unresolved: int = 0


def collect_units(triples: Iterable[Triple]) -> Units:
    """Part a graph into its units."""
    own: dict[Unit, tuple[Triple, ...]] = {}
    labels: dict[Unit, Mapping[Term, Term]] = {}
    with_blanks: list[Triple] = []
    for triple in triples:
        if triple[0][0] == "_" or triple[2][0] == "_":
            with_blanks.append(triple)
        else:
            own[Unit(triple, (triple,))] = (triple,)
    unresolved = 0
    for component in _join(with_blanks):
        try:
            names = compute_labels(component)
        except LimitError:
            unresolved += 1
            names = {term: term for triple in component for term in triple if is_blank(term)}
        written = {_rename(triple, names): triple for triple in component}
        ordered = tuple(sorted(written))
        unit = Unit(_find_root(ordered), ordered)
        if unit not in own:
            own[unit] = tuple(written[triple] for triple in ordered)
            labels[unit] = {name: term for term, name in names.items()}
    return Units(own, labels, unresolved)


def _rename(triple: Triple, names: Mapping[Term, Term]) -> Triple:
    return (names.get(triple[0], triple[0]), triple[1], names.get(triple[2], triple[2]))


def _find_root(triples: tuple[Triple, ...]) -> Triple:
    """Return the first triple about a name, else one about a blank node to which nothing refers."""
    inner = {triple[2] for triple in triples}

    def rank(triple: Triple) -> tuple[bool, bool, Triple]:
        return is_blank(triple[0]), triple[0] in inner, triple

    return min(triples, key=rank)


def _join(triples: list[Triple]) -> list[list[Triple]]:
    """Group triples that share blank nodes, directly or by way of others."""
    leaders: dict[Term, Term] = {}

    def find(term: Term) -> Term:
        path = []
        while leaders.setdefault(term, term) != term:
            path.append(term)
            term = leaders[term]
        for passed in path:
            leaders[passed] = term
        return term

    for subject, _, value in triples:
        if is_blank(subject) and is_blank(value):
            first, second = sorted((find(subject), find(value)))
            leaders[second] = first
    groups: dict[Term, list[Triple]] = {}
    for triple in triples:
        node = triple[0] if is_blank(triple[0]) else triple[2]
        groups.setdefault(find(node), []).append(triple)
    return list(groups.values())


def pair_blanks(old: Units, new: Units, make_fresh: Callable[[Term], Term]) -> dict[Term, Term]:
    """Return for each blank node of the old graph the one it is in the new graph, or a fresh one."""
    found: dict[Term, Term] = {}
    for unit, labels in old.labels.items():
        others = new.labels.get(unit, {})
        for name, term in labels.items():
            found[term] = others.get(name) or make_fresh(term)
    return found
