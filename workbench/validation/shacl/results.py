"""Validation results as values, read from the worker's answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from workbench.model.terms import SH, Term, is_blank
from workbench.validation.shacl.questions import ShapeSet
from workbench.validation.shape_index import make_sh

__all__ = ["ShaclResult", "read_found", "read_other"]

_QUERIES = (make_sh("SPARQLConstraintComponent"), make_sh("ExpressionConstraintComponent"))


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


def read_found(
    shapes: ShapeSet, found: Iterable[Any], sources: Sequence[Sequence[str]], *, asserted: bool
) -> dict[tuple[Term, Term], tuple[ShaclResult, ...]]:
    """Read the engine's findings: by targeted shape and target node."""
    common = [(*source, shapes.messages.get(source[3], ()), asserted) for source in sources]
    read: dict[tuple[Term, Term], tuple[ShaclResult, ...]] = {}
    for root, nodes in found:
        for node, findings in nodes:
            results = []
            for source, focus, value, own_path in findings:
                path, severity, component, shape, messages, asserted = common[source]
                results.append(
                    ShaclResult(focus, own_path or path, value, severity, component, shape, messages, asserted)
                )
            read[root, node] = tuple(results)
    return read


def read_other(shapes: ShapeSet, result: Mapping[str, Any], asserted: bool) -> ShaclResult:
    """Read a result of pySHACL's."""
    path = result["path"]
    if is_blank(path):
        path = shapes.index.render_path(path) or ""
    return ShaclResult(
        result["focus"],
        path,
        result["value"],
        result["severity"],
        result["component"],
        result["shape"],
        _select_messages(shapes, result),
        asserted,
    )


def _select_messages(shapes: ShapeSet, result: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Keep the author's messages, with the languages that pySHACL drops when it fills in a message."""
    component = result["component"]
    if component.startswith(f"<{SH}") and component not in _QUERIES:
        return shapes.messages.get(result["shape"], ())
    shown = tuple((language, text) for language, text in result["messages"])
    written = [(language, text) for texts in shapes.messages.values() for language, text in texts]
    known = [(language or _find_language(text, written), text) for language, text in shown]
    return tuple(sorted((language, text) for language, text in known if language is not None))


def _find_language(text: str, written: Iterable[tuple[str, str]]) -> str | None:
    """Return the language of the message that was filled in to give a text; None when no author wrote it."""
    for language, template in written:
        parts = re.split(r"\{[?$]\w+\}", template)
        if re.fullmatch(".*?".join(map(re.escape, parts)), text, re.S):
            return language
    return None
