"""The hierarchy: circles, what has nothing above it, and what follows anyway."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.model.report import Violation
from workbench.model.terms import OWL, Term, is_iri
from workbench.validation.lint.circles import find_circles
from workbench.validation.lint.definitions import WEAK_PREDICATES
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.vocabulary import OIO, SUBCLASS, SUBPROPERTY

__all__ = ["FINDERS"]

_CLASS = f"<{OWL}Class>"
_SOURCE, _PROPERTY, _TARGET = (f"<{OWL}annotated{part}>" for part in ("Source", "Property", "Target"))
_INFERRED = f"<{OIO}is_inferred>"
_STEPS = 3_000_000


def _find_cycles(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    properties = {t: [v for v in vs if is_iri(v)] for t, vs in index.group(SUBPROPERTY).items() if is_iri(t)}
    classes = {term: values for term, values in index.parents.items() if is_iri(term)}
    for kind, predicate, above in (("class", SUBCLASS, classes), ("property", SUBPROPERTY, properties)):
        for members in find_circles(above):
            inside = frozenset(members)
            triples = [(t, predicate, v) for t in members for v in above.get(t, ()) if v in inside]
            plural = "classes" if kind == "class" else "properties"
            message = f"The {plural} {lint.name_all(members)} are above each other in a circle."
            if len(members) == 1:
                message = f"The {kind} {lint.name(members[0])} is stated to be above itself."
            yield lint.report(
                "hierarchy.cycle",
                message,
                triples,
                focus=members[0],
                path=predicate,
                value=triples[0][2],
                fix="Remove the statement that turns the hierarchy back on itself."
                if len(members) > 1
                else "Remove this statement.",
                why="All of them then mean the same." if len(members) > 1 else "It says nothing.",
            )


def _find_missing_superclass(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    have = index.group(SUBCLASS)
    for term in index.list_typed((_CLASS,)):
        said = {predicate for _, predicate, _ in index.by_subject[term]}
        if term not in have and term not in index.deprecated and said - WEAK_PREDICATES:
            yield lint.report(
                "hierarchy.missing-superclass",
                f"The class {lint.name(term)} has no class above it.",
                index.describe(term),
                focus=term,
                path=SUBCLASS,
                fix="State what it is a kind of, unless it is at the top on purpose.",
            )


def _find_several_superclasses(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    inferred: set[tuple[Term, Term]] = set()
    for node, _, value in index.get(_INFERRED):
        if "true" in value and SUBCLASS in index.get_values(node, _PROPERTY):
            sources, targets = index.get_values(node, _SOURCE), index.get_values(node, _TARGET)
            inferred |= {(source, target) for source in sources for target in targets}
    for term in index.list_typed((_CLASS,)):
        parents = index.parents.get(term, [])
        if len(parents) > 1 and any((term, parent) not in inferred for parent in parents):
            yield lint.report(
                "hierarchy.several-superclasses",
                f"The class {lint.name(term)} has {len(parents)} superclasses: {lint.name_all(parents)}.",
                [(term, SUBCLASS, parent) for parent in parents],
                focus=term,
                path=SUBCLASS,
                value=parents[1],
                fix="State one, and let the others follow from a definition.",
            )


def _find_redundant(lint: Linter) -> Iterator[Violation]:
    """Find stated superclasses that are above another stated superclass; circles are left to their own check.

    The search climbs from each of several superclasses, up to a number of steps that no ontology in use comes near.
    """
    parents = {term: values for term, values in lint.index.parents.items() if is_iri(term)}
    circles = {term: number for number, part in enumerate(find_circles(parents)) for term in part}
    steps = _STEPS
    for term, values in sorted(parents.items()):
        if len(values) < 2 or term in circles:
            continue
        wanted = set(values)
        lower: dict[Term, Term] = {}
        for start in values:
            waiting, seen = [start], {start}
            while waiting and steps:
                for above in parents.get(waiting.pop(), ()):
                    if above not in seen:
                        steps -= 1
                        seen.add(above)
                        waiting.append(above)
            for value in (seen & wanted) - {start}:
                if circles.get(value, -1) != circles.get(start, -2):
                    lower.setdefault(value, start)
        for value, below in sorted(lower.items()):
            yield lint.report(
                "hierarchy.redundant-superclass",
                f"That {lint.name(term)} is below {lint.name(value)} follows from its being below {lint.name(below)}.",
                [(term, SUBCLASS, value), (term, SUBCLASS, below)],
                focus=term,
                path=SUBCLASS,
                value=value,
                fix="Remove the statement; nothing is lost.",
            )


FINDERS: dict[str, Finder] = {
    "hierarchy.cycle": _find_cycles,
    "hierarchy.missing-superclass": _find_missing_superclass,
    "hierarchy.several-superclasses": _find_several_superclasses,
    "hierarchy.redundant-superclass": _find_redundant,
}
