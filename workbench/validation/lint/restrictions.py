"""What is stated of the members of a class: “only”, “some not”, and that nothing excludes anything."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.model.report import Violation
from workbench.model.terms import OWL, Term, Triple, is_blank, is_iri
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.vocabulary import DISJOINT, EQUIVALENT_CLASS, SUBCLASS

__all__ = ["FINDERS"]

_SOME, _ONLY, _ON = (f"<{OWL}{name}>" for name in ("someValuesFrom", "allValuesFrom", "onProperty"))
_INTERSECTION, _COMPLEMENT = f"<{OWL}intersectionOf>", f"<{OWL}complementOf>"
_AT_LEAST = tuple(
    f"<{OWL}{name}>" for name in ("minCardinality", "cardinality", "minQualifiedCardinality", "qualifiedCardinality")
)
_VALUE = f"<{OWL}hasValue>"
_DISJOINTS = (DISJOINT, f"<{OWL}disjointUnionOf>")
_ALL_DISJOINT = f"<{OWL}AllDisjointClasses>"
_FEW = 10


def _find_no_disjointness(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    own = sorted(term for term in index.classes if index.is_own(term))
    complements = (index.get(_COMPLEMENT), *(index.get(predicate) for predicate in _DISJOINTS))
    kinds = any(_ALL_DISJOINT in types for types in index.types.values())
    if len(own) >= _FEW and not any(complements) and not kinds:
        yield lint.report(
            "hierarchy.no-disjointness",
            f"No two of the {len(own)} classes are stated to exclude each other.",
            index.describe(own[0]),
            focus=own[0],
            path=DISJOINT,
            fix="State owl:disjointWith where nothing can belong to both.",
            why="Without it nothing can be refuted by its kind: the answer is “unknown”.",
        )


def _list_restrictions(lint: Linter) -> Iterator[tuple[Term, Term, Triple]]:
    """Yield the class, the node and the statement of each restriction above or equivalent to a named class."""
    index = lint.index
    for predicate in (SUBCLASS, EQUIVALENT_CLASS):
        for triple in index.get(predicate):
            if is_iri(triple[0]) and is_blank(triple[2]):
                nodes = [triple[2]]
                nodes += [m for v in index.get_values(triple[2], _INTERSECTION) for m in index.read_list(v)]
                yield from ((triple[0], node, triple) for node in nodes if is_blank(node))


def _find_only_values(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    only: dict[tuple[Term, Term], Triple] = {}
    some: set[tuple[Term, Term]] = set()
    for term, node, triple in _list_restrictions(lint):
        for path in index.get_values(node, _ON):
            if index.get_values(node, _ONLY):
                only.setdefault((term, path), triple)
            elif any(index.get_values(node, predicate) for predicate in (_SOME, _VALUE, *_AT_LEAST)):
                some.add((term, path))
    for (term, path), triple in sorted(only.items()):
        if (term, path) not in some:
            yield lint.report(
                "hierarchy.only-values",
                f"{lint.name(term)} has “only” for {lint.name(path)}, which also holds of what has none.",
                [triple],
                focus=term,
                path=path,
                fix="Where at least one is meant, state “some” as well.",
            )


def _find_some_not(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    for term, node, triple in _list_restrictions(lint):
        for value in index.get_values(node, _SOME):
            if is_blank(value) and index.get_values(value, _COMPLEMENT):
                yield lint.report(
                    "hierarchy.some-not",
                    f"{lint.name(term)} is said to have something that is not of a kind, where “none of that kind” "
                    "is usually meant.",
                    [triple],
                    focus=term,
                    path=next(iter(index.get_values(node, _ON)), ""),
                    fix="Write the complement around the restriction, not inside it.",
                )


FINDERS: dict[str, Finder] = {
    "hierarchy.no-disjointness": _find_no_disjointness,
    "hierarchy.only-values": _find_only_values,
    "hierarchy.some-not": _find_some_not,
}
