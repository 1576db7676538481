"""Shapes as judges of sampled worlds: many worlds in one graph, told apart by their individuals' names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.generation.sampling import ShapeJudge
from workbench.model.terms import RDF_TYPE, RDFS_LABEL, Term, Triple, is_literal, make_literal

__all__ = ["FRESH", "make_shape_judge"]

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
            individuals: dict[Term, None] = {}
            for subject, predicate, object_ in facts:
                ends = [subject] if predicate == RDF_TYPE or is_literal(object_) else [subject, object_]
                individuals.update((term, None) for term in ends if term.startswith(FRESH))
                graph.append((_mark(subject, number), predicate, _mark(object_, number)))
            for term in individuals:
                labels = [make_literal(f"individual {term[7:-1]}", language=language) for language in languages]
                graph += [(_mark(term, number), RDFS_LABEL, label) for label in labels]
        sound = [True] * len(worlds)
        for focus in find_violating(graph):
            if focus.startswith(FRESH):
                sound[int(focus[len(FRESH) :].split(":")[0])] = False
        return sound

    return judge


def _mark(term: Term, world: int) -> Term:
    return f"{FRESH}{world}:{term[len(FRESH) :]}" if term.startswith(FRESH) else term
