"""The individuals that facts and patterns speak of."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.model.terms import RDF_TYPE, Pattern, Term, Triple, is_literal

__all__ = ["list_individuals"]


def list_individuals(facts: Iterable[Triple | Pattern]) -> list[Term]:
    """Return the subjects and objects of facts or patterns, sorted; classes and values are none."""
    found: dict[Term, None] = {}
    for subject, predicate, object_ in facts:
        found[subject] = None
        if predicate != RDF_TYPE and not is_literal(object_):
            found[object_] = None
    return sorted(found)
