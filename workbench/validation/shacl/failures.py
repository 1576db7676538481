"""When shapes cannot be run: which of them, as findings with a place."""

from __future__ import annotations

from collections.abc import Collection

from workbench.errors import InvalidKnowledgeError
from workbench.model.report import Report, Violation
from workbench.model.terms import Term, Triple, get_local_name, is_iri
from workbench.validation.shacl.process import ShaclLimits, ask_worker
from workbench.validation.shacl.questions import ShapeSet
from workbench.validation.wellformed import Locate

__all__ = ["explain_failure"]


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
    places = (place for triple in shapes.index.list_triples(shape) if (place := locate(triple)) is not None)
    first, _, rest = failure.strip().partition("\n")
    return Violation(
        "shape.failure",
        "error",
        f"The shape {name}could not be judged: {first.rstrip('.')}.",
        next(places, None),
        shape,
        why=" ".join(rest.split()),
        source=shape,
    )
