"""Shapes as judges of sampled worlds: many worlds in one graph, told apart by their individuals' names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.generation.worlds.sampling import ShapeJudge
from workbench.model.terms import RDF_TYPE, RDFS_LABEL, Term, Triple, is_literal, make_literal

__all__ = ["FRESH", "find_new_faults", "make_shape_judge"]

FRESH = "<urn:p:"
"""How the IRIs of a sampled world's individuals begin while it is being made."""


def make_shape_judge(
    find_violating: Callable[[Sequence[Triple]], Sequence[Term]], languages: Sequence[str]
) -> ShapeJudge:
    """Return a judge over worlds from a function that returns the focus nodes violating the shapes in a graph.

    Each fresh individual is given a label in every language, since it will be named when the world is done; what is
    found about individuals that are not fresh is about the project, not the world.
    """

    def judge(worlds: Sequence[tuple[Triple, ...]]) -> Sequence[bool]:
        graph: list[Triple] = []
        for number, facts in enumerate(worlds):
            marks: dict[Term, Term] = {}
            for subject, predicate, object_ in facts:
                first = marks.get(subject) or _mark(subject, number, marks)
                if predicate == RDF_TYPE:
                    graph.append((first, predicate, object_))
                else:
                    graph.append((first, predicate, marks.get(object_) or _mark(object_, number, marks)))
            for term, marked in marks.items():
                if marked is not term:
                    text = f"individual {term[len(FRESH) : -1]}"
                    graph += [(marked, RDFS_LABEL, make_literal(text, language=language)) for language in languages]
        sound = [True] * len(worlds)
        for focus in find_violating(graph):
            if focus.startswith(FRESH):
                sound[int(focus[len(FRESH) :].split(":")[0])] = False
        return sound

    return judge


def _mark(term: Term, world: int, marks: dict[Term, Term]) -> Term:
    marked = marks[term] = f"{FRESH}{world}:{term[len(FRESH) :]}" if term.startswith(FRESH) else term
    return marked


def find_new_faults(
    pairs: Sequence[tuple[Sequence[Triple], Sequence[Triple]]],
    find_violating: Callable[[Sequence[Triple]], Sequence[Term]],
    languages: Sequence[str],
) -> list[bool]:
    """Tell for each pair of worlds whether somebody in the second violates a shape without doing so in the first.

    All worlds are judged in one graph, with the individuals of each apart and labelled.
    """
    graph: list[Triple] = []
    sources: dict[Term, tuple[int, int, Term]] = {}
    for number, pair in enumerate(pairs):
        for side, facts in enumerate(pair):
            marks: dict[Term, Term] = {}
            for subject, predicate, object_ in facts:
                is_named = predicate == RDF_TYPE or is_literal(object_)
                ends = [marks.setdefault(term, f"{FRESH}{number}:{side}:{len(marks)}>")
                        for term in ((subject,) if is_named else (subject, object_))]  # fmt: skip
                graph.append((ends[0], predicate, object_ if is_named else ends[1]))
            for term, marked in marks.items():
                sources[marked] = number, side, term
                graph += [(marked, RDFS_LABEL, make_literal(marked, language=language)) for language in languages]
    found: tuple[list[set[Term]], list[set[Term]]] = ([set() for _ in pairs], [set() for _ in pairs])
    for focus in find_violating(graph):
        if focus in sources:
            number, side, term = sources[focus]
            found[side][number].add(term)
    return [not second <= first for first, second in zip(*found, strict=True)]
