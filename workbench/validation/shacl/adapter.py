"""Judging a graph by SHACL shapes through pySHACL, which runs in a worker process.

What comes back is in the terms that were given; a failure is an exception, never an empty result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from workbench.errors import InvalidKnowledgeError
from workbench.model.report import Location, Report, Violation
from workbench.model.terms import (
    RDF_TYPE,
    SH,
    Term,
    Triple,
    get_local_name,
    is_blank,
    is_iri,
    is_literal,
    split_literal,
)
from workbench.validation.shacl.process import ShaclLimits, ask_worker
from workbench.validation.shape_index import TARGETS, ShapeIndex, make_sh
from workbench.validation.wellformed import find_shape_problems

__all__ = ["ShaclResult", "validate_graph"]

_IMPORTS = "<http://www.w3.org/2002/07/owl#imports>"
_QUERIES = (make_sh("SPARQLConstraintComponent"),)


class ShaclResult(NamedTuple):
    """One validation result (SHACL section 3.6).

    ``focus``, ``value`` and ``shape`` are terms, ``value`` is empty when there is none. ``path`` is an IRI term,
    SPARQL 1.1 property path text, or empty. ``severity`` and ``component`` are IRI terms. ``messages`` are the
    author's own, as (language, text); pySHACL's generated ones are left out. ``asserted`` tells that only
    asserted facts were looked at.
    """

    focus: Term
    path: str
    value: Term
    severity: Term
    component: Term
    shape: Term
    messages: tuple[tuple[str, str], ...] = ()
    asserted: bool = False


def validate_graph(
    data: Sequence[Triple],
    shapes: Sequence[Triple],
    *,
    asserted: Sequence[Triple] = (),
    limits: ShaclLimits = ShaclLimits(),  # noqa: B008 - an immutable value
    locate: Callable[[Triple], Location | None] = lambda _: None,
) -> tuple[ShaclResult, ...]:
    """Judge ``data`` by the targeted shapes of ``shapes``, without inference, and return all results, sorted.

    Shapes that carry ``wb:judges "asserted"`` judge ``asserted`` instead. Terms come back as they were given:
    lexical forms and blank node labels are kept.

    Raises InvalidKnowledgeError when the shapes have errors (those of ``find_shape_problems``, or
    ``shape.failure`` when pySHACL fails on one); LimitError when time or memory ran out; WorkerError when the
    worker died. A failure is never an empty result.
    """
    problems = [v for v in find_shape_problems(shapes, locate=locate) if v.severity == "error"]
    if problems:
        report = Report.collect(problems)
        raise InvalidKnowledgeError(f"The shapes have {len(report.violations)} errors and were not run.", report)
    index = ShapeIndex(shapes)
    chosen = frozenset(root for root in index.roots if index.judges_asserted(root))
    prefixes = _add_imported_prefixes(index)
    index = ShapeIndex((*shapes, *prefixes)) if prefixes else index
    found: list[ShaclResult] = []
    for only_asserted, graph in ((False, data), (True, asserted)):
        others = [root for root in index.roots if (root in chosen) != only_asserted]
        if len(others) < len(index.roots):
            found += _run(index, _remove_targets(index, others), graph, only_asserted, limits, locate)
    return tuple(sorted(found))


def _remove_targets(index: ShapeIndex, shapes: Iterable[Term]) -> tuple[Triple, ...]:
    """Return the shapes graph in which ``shapes`` have no target of their own but can still be referred to."""
    untargeted = frozenset(shapes)
    kept = {make_sh("NodeShape"), make_sh("PropertyShape")}
    return tuple(
        (s, p, o)
        for s, p, o in index.triples
        if s not in untargeted or (p not in TARGETS and not (p == RDF_TYPE and o not in kept))
    )


def _add_imported_prefixes(index: ShapeIndex) -> list[Triple]:
    """Return declarations of prefixes that ``sh:prefixes`` reaches through ``owl:imports`` within the graph.

    SHACL section 5.2.1 follows imports there, pySHACL does not.
    """
    declare, added = make_sh("declare"), []
    for owner in sorted({o for _, p, o in index.triples if p == make_sh("prefixes")}):
        queue, seen = [owner], {owner}
        while queue:
            for imported in index.list_objects(queue.pop(), _IMPORTS):
                if imported not in seen:
                    seen.add(imported)
                    queue.append(imported)
                    added += [(owner, declare, o) for o in index.list_objects(imported, declare)]
    return added


def _run(
    index: ShapeIndex,
    shapes: Sequence[Triple],
    data: Sequence[Triple],
    only_asserted: bool,
    limits: ShaclLimits,
    locate: Callable[[Triple], Location | None],
) -> list[ShaclResult]:
    answer = ask_worker(data, shapes, limits)
    if "failure" in answer:
        raise _explain_failure(index, shapes, data, str(answer["failure"]), limits, locate)
    return [_read_result(index, result, only_asserted) for result in answer["results"]]


def _explain_failure(
    index: ShapeIndex,
    shapes: Sequence[Triple],
    data: Sequence[Triple],
    failure: str,
    limits: ShaclLimits,
    locate: Callable[[Triple], Location | None],
) -> InvalidKnowledgeError:
    """Find which shapes fail when run alone, so that the message can name them."""
    found: list[Violation] = []
    running = ShapeIndex(shapes).roots
    for root in running:
        reached = index.collect_reachable(root)
        loose = [t for t in shapes if t[0] not in index.shapes or t[0] in reached]
        others = [other for other in running if other != root]
        alone = _remove_targets(ShapeIndex(loose), others)
        answer = ask_worker(data, alone, limits)
        if "failure" in answer:
            found.append(_make_failure(index, root, str(answer["failure"]), locate))
    if not found:
        found = [_make_failure(index, "", failure, locate)]
    return InvalidKnowledgeError("The shapes could not be run.", Report.collect(found))


def _make_failure(
    index: ShapeIndex, shape: Term, failure: str, locate: Callable[[Triple], Location | None]
) -> Violation:
    name = f"“{get_local_name(shape)}” " if is_iri(shape) else ""
    places = (location for triple in index.list_triples(shape) if (location := locate(triple)) is not None)
    first, _, rest = failure.strip().partition("\n")
    return Violation(
        "shape.failure",
        "error",
        f"The shape {name}could not be judged: {first.rstrip('.')}.",
        next(places, None),
        shape,
        why=" ".join(rest.split()),
    )


def _read_result(index: ShapeIndex, result: dict[str, Any], only_asserted: bool) -> ShaclResult:
    path = result["path"]
    if is_blank(path):
        path = index.render_path(path) or ""
    messages = _select_messages(index, result)
    return ShaclResult(
        result["focus"],
        path,
        result["value"],
        result["severity"],
        result["component"],
        result["shape"],
        messages,
        only_asserted,
    )


def _select_messages(index: ShapeIndex, result: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Keep the author's messages, with the languages that pySHACL drops when it fills in a message."""
    shown = tuple((language, text) for language, text in result["messages"])
    component = result["component"]
    if component.startswith(f"<{SH}") and component not in _QUERIES:
        own = {split_literal(m)[0] for m in index.list_objects(result["shape"], make_sh("message")) if is_literal(m)}
        return tuple((language, text) for language, text in shown if text in own)
    written = [t[2] for t in index.triples if t[1] == make_sh("message") and split_literal(t[2])[2]]
    return tuple(sorted((language or _find_language(text, written), text) for language, text in shown))


def _find_language(text: str, written: Iterable[Term]) -> str:
    for message in written:
        template, _, language = split_literal(message)
        parts = re.split(r"\{[?$]\w+\}", template)
        if re.fullmatch(".*?".join(map(re.escape, parts)), text, re.S):
            return language
    return ""
