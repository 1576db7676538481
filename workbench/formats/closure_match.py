"""Finding a described blank node again: an edit names blank nodes by what is said about them, not by label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from workbench.errors import LimitError
from workbench.model.terms import Term, Triple, is_blank

__all__ = ["match_closure"]

_STEPS = 200_000
_ROUNDS = 12


def match_closure(pattern: Iterable[Triple], graph: Iterable[Triple]) -> dict[Term, Term] | None:
    """Map the blank nodes of ``pattern`` to different ones of ``graph`` so that the pattern is part of the graph.

    A node only matches one about which the graph says exactly what the pattern says: a blank node comes with its
    whole closure. Among several fitting nodes those to which nothing else refers come first. Returns ``None``
    when there is no such mapping; raises LimitError when looking for it takes too long.
    """
    wanted, given = _Side(pattern), _Side(graph)
    wanted_colours, given_colours = wanted.colour(), given.colour()
    by_colour: defaultdict[int, list[Term]] = defaultdict(list)
    for node, colour in given_colours.items():
        by_colour[colour].append(node)
    order = wanted.order()
    mapping: dict[Term, Term] = {}
    used: set[Term] = set()
    choices: list[Iterator[Term]] = []
    steps = 0
    while len(mapping) < len(order):
        depth = len(mapping)
        node = order[depth]
        if len(choices) == depth:
            fitting = _narrow(node, wanted, given, mapping, by_colour[wanted_colours[node]])
            links = len(wanted.incoming[node])
            ranked = sorted((len(given.incoming[c]) != links, c) for c in fitting)
            choices.append(c for _, c in ranked)
        for candidate in choices[depth]:
            steps += 1
            if steps > _STEPS:
                raise LimitError("The blank nodes of the edit are too much alike to be found in the file.")
            same_colour = given_colours[candidate] == wanted_colours[node]
            if same_colour and candidate not in used and _fits(node, candidate, wanted, given, mapping):
                mapping[node] = candidate
                used.add(candidate)
                break
        else:
            if not depth:
                return None
            choices.pop()
            used.discard(mapping.pop(order[depth - 1]))
    return mapping


class _Side:
    """A graph around its blank nodes."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.outgoing: defaultdict[Term, set[tuple[Term, Term]]] = defaultdict(set)
        self.incoming: defaultdict[Term, set[tuple[Term, Term]]] = defaultdict(set)
        self.blanks: dict[Term, None] = {}
        for subject, predicate, value in triples:
            self.outgoing[subject].add((predicate, value))
            for term in (subject, value):
                if is_blank(term):
                    self.blanks[term] = None
            if is_blank(value):
                self.incoming[value].add((subject, predicate))

    def colour(self) -> dict[Term, int]:
        """Return a number for each blank node that is equal where what is said about both is equal some way down.

        The numbers are equal in two graphs for equal closures, because they are built from nothing but text; they
        only narrow the choice.
        """
        colours = dict.fromkeys(self.blanks, 0)
        for _ in range(_ROUNDS):
            colours = {
                node: hash(
                    tuple(
                        sorted(
                            (p, colours[o]) if is_blank(o) else (f"{p} {o}", 0) for p, o in self.outgoing.get(node, ())
                        )
                    )
                )
                for node in self.blanks
            }
        return colours

    def order(self) -> list[Term]:
        """Return the blank nodes so that, where possible, each is tied to a name or to one before it."""
        order: dict[Term, None] = {}
        anchored = [b for b in self.blanks if any(not is_blank(s) for s, _ in self.incoming[b])]
        free = [b for b in self.blanks if not self.incoming[b]]
        for start in (*anchored, *free, *self.blanks):
            queue = [start]
            while queue:
                node = queue.pop()
                if node in order:
                    continue
                order[node] = None
                queue += sorted(o for _, o in self.outgoing.get(node, ()) if is_blank(o))
                queue += sorted(s for s, _ in self.incoming[node] if is_blank(s))
        return list(order)


def _narrow(node: Term, wanted: _Side, given: _Side, mapping: dict[Term, Term], otherwise: list[Term]) -> list[Term]:
    """Return the nodes that stand where ``node`` stands to something already known, else all of its colour."""
    for subject, predicate in sorted(wanted.incoming[node]):
        anchor = mapping.get(subject) if is_blank(subject) else subject
        if anchor is not None:
            return [o for p, o in given.outgoing.get(anchor, ()) if p == predicate and is_blank(o)]
    for predicate, value in sorted(wanted.outgoing.get(node, ())):
        if value in mapping:
            return [s for s, p in given.incoming[mapping[value]] if p == predicate and is_blank(s)]
    return otherwise


def _fits(node: Term, candidate: Term, wanted: _Side, given: _Side, mapping: dict[Term, Term]) -> bool:
    """Tell whether the statements between ``candidate`` and what is already mapped are those of the pattern."""

    def find_image(term: Term) -> Term | None:
        if not is_blank(term):
            return term
        return candidate if term == node else mapping.get(term)

    said = wanted.outgoing.get(node, set())
    there = given.outgoing.get(candidate, set())
    if len(said) != len(there):
        return False
    if any((p, image) not in there for p, o in said if (image := find_image(o)) is not None):
        return False
    return all(
        (p, candidate) in given.outgoing.get(image, ())
        for s, p in wanted.incoming[node]
        if (image := find_image(s)) is not None
    )
