"""A graph as blocks: which blank nodes are written in place, which need a label, what starts a block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from workbench.formats.turtle_blocks import RDF_FIRST, RDF_NIL, RDF_REST
from workbench.model.terms import Term, Triple, is_blank

__all__ = ["Tree", "grow_tree"]

_MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Tree:
    """A graph grouped for writing.

    ``outgoing`` maps a subject to its (predicate, object) pairs; ``roots`` are the subjects with a block of their
    own; ``labelled`` the blank nodes that need a label; ``cells`` those written as part of a list; ``parents`` the
    one subject that refers to a blank node written in place.
    """

    outgoing: dict[Term, list[tuple[Term, Term]]]
    roots: tuple[Term, ...]
    labelled: frozenset[Term]
    cells: frozenset[Term]
    parents: dict[Term, Term]

    def find_root(self, term: Term) -> Term:
        """Return the subject in whose block a term is written."""
        while term in self.parents:
            term = self.parents[term]
        return term


def grow_tree(triples: Iterable[Triple], must_label: Callable[[Term], bool] = lambda _: False) -> Tree:
    """Group a graph (without repeated triples).

    A blank node is written in place when exactly one triple refers to it, it is not part of a cycle, it is not
    nested too deep and ``must_label`` does not say otherwise.
    """
    outgoing: defaultdict[Term, list[tuple[Term, Term]]] = defaultdict(list)
    incoming: defaultdict[Term, list[tuple[Term, Term]]] = defaultdict(list)
    blanks: dict[Term, None] = {}
    for subject, predicate, value in triples:
        outgoing[subject].append((predicate, value))
        if is_blank(subject):
            blanks[subject] = None
        if is_blank(value):
            blanks[value] = None
            incoming[value].append((subject, predicate))
    labelled = {b for b in blanks if must_label(b) or len(incoming[b]) > 1}
    parents = {b: incoming[b][0][0] for b in blanks if b not in labelled and incoming[b]}
    labelled |= _find_cycles(parents)
    for node in labelled:
        parents.pop(node, None)
    cells = _find_cells(outgoing, incoming, parents)
    too_deep = _find_deep(parents, incoming, cells)
    for node in too_deep:
        del parents[node]
    labelled |= too_deep
    # A cell whose neighbour had to be labelled is no longer part of a list that can be written in place.
    cells = _find_cells(outgoing, incoming, parents) if too_deep else cells
    roots = [s for s in outgoing if s not in parents]
    # A node with a label but no statements is named where it is referred to.
    return Tree(dict(outgoing), tuple(roots), frozenset(labelled), frozenset(cells), parents)


def _find_cycles(parents: dict[Term, Term]) -> set[Term]:
    """Return the nodes that are their own ancestor."""
    settled: set[Term] = set()
    cyclic: set[Term] = set()
    for start in parents:
        path: dict[Term, None] = {}
        node = start
        while node in parents and node not in settled and node not in path:
            path[node] = None
            node = parents[node]
        if node in path:
            walk = list(path)
            cyclic.update(walk[walk.index(node) :])
        settled.update(path)
    return cyclic


def _find_cells(
    outgoing: dict[Term, list[tuple[Term, Term]]],
    incoming: dict[Term, list[tuple[Term, Term]]],
    parents: dict[Term, Term],
) -> set[Term]:
    """Return the cells of lists that are whole: each one first, one rest, and nil at the end."""
    cells: set[Term] = set()
    for last in parents:
        node, predicate = last, RDF_REST if (RDF_REST, RDF_NIL) in outgoing.get(last, ()) else ""
        while predicate == RDF_REST and node in parents and node not in cells:
            if sorted(p for p, _ in outgoing[node]) != [RDF_FIRST, RDF_REST]:
                break
            cells.add(node)
            node, predicate = incoming[node][0]
    return cells


def _find_deep(parents: dict[Term, Term], incoming: dict[Term, list[tuple[Term, Term]]], cells: set[Term]) -> set[Term]:
    """Return the nodes at every multiple of the greatest depth; a list counts as one level."""
    depths: dict[Term, int] = {}
    deep: set[Term] = set()
    for start in parents:
        path = []
        node = start
        while node in parents and node not in depths:
            path.append(node)
            node = parents[node]
        for step in reversed(path):
            parent, predicate = incoming[step][0]
            same_list = predicate == RDF_REST and step in cells and parent in cells
            depths[step] = depths.get(parent, 0) + (not same_list)
            if depths[step] > _MAX_DEPTH:
                deep.add(step)
                depths[step] = 0
    return deep
