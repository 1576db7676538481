"""When shapes cannot be run: which of them, as findings with a place."""

from __future__ import annotations

from collections.abc import Collection

from workbench.errors import InvalidKnowledgeError
from workbench.model.report import Report, Violation
from workbench.model.terms import RDF_TYPE, Term, Triple, get_local_name, is_iri
from workbench.validation.shacl.process import ShaclLimits, ask_worker
from workbench.validation.shacl.questions import ShapeSet
from workbench.validation.shape_index import make_sh
from workbench.validation.wellformed import Locate

__all__ = ["explain_failure"]

_LIKELY = frozenset(make_sh(name) for name in ("sparql", "expression", "target", "lessThan", "lessThanOrEquals"))


def explain_failure(
    shapes: ShapeSet, number: int, data: Collection[Triple], failure: str, limits: ShaclLimits, locate: Locate
) -> InvalidKnowledgeError:
    """Find which shapes fail when run alone, so that the message can name them."""
    found: list[Violation] = []
    triples = list(data)
    for root in shapes.questions[number].roots:
        answer = ask_worker(triples, shapes.ask_about(number, root), limits)
        if "failure" in answer:
            found.append(_make_failure(shapes, root, str(answer["failure"]), locate))
    if not found:
        found = [_make_failure(shapes, "", failure, locate)]
    return InvalidKnowledgeError("The shapes could not be run.", Report.collect(found))


def _make_failure(shapes: ShapeSet, shape: Term, failure: str, locate: Locate) -> Violation:
    name = f"“{get_local_name(shape)}” " if is_iri(shape) else ""
    # A query, an expression or a target is the likeliest to fail, and has a line of its own.
    triples = sorted(shapes.index.list_triples(shape), key=lambda t: (t[1] not in _LIKELY, t[1] == RDF_TYPE))
    places = (place for triple in triples if (place := locate(triple)) is not None and place.line)
    return Violation(
        "shape.failure",
        "error",
        f"The shape {name}could not be judged, so nothing can be said of what it asks for.",
        next(places, None),
        shape,
        why=" ".join(failure.split()),
        fix="Correct what is named, or say the condition in another way.",
        source=shape,
    )
