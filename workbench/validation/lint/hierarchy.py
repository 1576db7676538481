"""The hierarchy: circles, what follows anyway, and definitions that say too little, too much or the same twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from workbench.model.report import Violation
from workbench.model.terms import OWL, Term, Triple, is_blank, is_iri
from workbench.validation.lint.definitions import WEAK_PREDICATES
from workbench.validation.lint.index import DISJOINT, EQUIVALENT_CLASS, OIO, SUBCLASS, SUBPROPERTY
from workbench.validation.lint.linter import Finder, Linter

__all__ = ["FINDERS", "find_circles"]

_CLASS, _RESTRICTION = f"<{OWL}Class>", f"<{OWL}Restriction>"

_SOME, _ONLY, _ON = (f"<{OWL}{name}>" for name in ("someValuesFrom", "allValuesFrom", "onProperty"))
_INTERSECTION, _UNION, _COMPLEMENT = (f"<{OWL}{name}>" for name in ("intersectionOf", "unionOf", "complementOf"))
_AT_LEAST = tuple(
    f"<{OWL}{name}>" for name in ("minCardinality", "cardinality", "minQualifiedCardinality", "qualifiedCardinality")
)
_VALUE = f"<{OWL}hasValue>"
_DISJOINTS = (DISJOINT, f"<{OWL}disjointUnionOf>")
_ALL_DISJOINT = f"<{OWL}AllDisjointClasses>"
_SOURCE, _PROPERTY, _TARGET = (f"<{OWL}annotated{part}>" for part in ("Source", "Property", "Target"))
_INFERRED = f"<{OIO}is_inferred>"
_FEW = 10
_STEPS = 3_000_000


def find_circles(above: Mapping[Term, Iterable[Term]]) -> list[list[Term]]:
    """Return the strongly connected parts of a graph that hold a circle, each sorted (Tarjan 1972, iterative)."""
    order: dict[Term, int] = {}
    low: dict[Term, int] = {}
    stack: list[Term] = []
    on_stack: set[Term] = set()
    circles: list[list[Term]] = []
    for root in above:
        if root in order:
            continue
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        path = [(root, iter(above.get(root, ())))]
        while path:
            node, successors = path[-1]
            for other in successors:
                if other not in order:
                    order[other] = low[other] = len(order)
                    stack.append(other)
                    on_stack.add(other)
                    path.append((other, iter(above.get(other, ()))))
                    break
                if other in on_stack:
                    low[node] = min(low[node], order[other])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == order[node]:
                    part: list[Term] = []
                    while not part or part[-1] != node:
                        part.append(stack.pop())
                        on_stack.discard(part[-1])
                    if len(part) > 1 or node in above.get(node, ()):
                        circles.append(sorted(part))
    return sorted(circles)


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


def _list_pairs(lint: Linter) -> list[Triple]:
    return [t for t in lint.index.get(EQUIVALENT_CLASS) if not is_blank(t[2]) and not is_blank(t[0])]


def _find_pairs(lint: Linter) -> Iterator[Violation]:
    for triple in _list_pairs(lint):
        yield lint.report(
            "hierarchy.equivalent-pair",
            f"The classes {lint.name(triple[0])} and {lint.name(triple[2])} are stated to be the same.",
            [triple],
            focus=triple[0],
            path=EQUIVALENT_CLASS,
            value=triple[2],
            fix="If that is meant, keep one of them; if it was concluded, correct what it follows from.",
        )


def _find_synonym_classes(lint: Linter) -> Iterator[Violation]:
    for triple in _list_pairs(lint):
        one, other = (term.rstrip(">").rpartition("#" if "#" in term else "/")[0] for term in (triple[0], triple[2]))
        if one == other:
            yield lint.report(
                "hierarchy.synonym-classes",
                f"{lint.name(triple[0])} and {lint.name(triple[2])} are two names of one class.",
                [triple],
                focus=triple[0],
                path=EQUIVALENT_CLASS,
                value=triple[2],
                fix="Keep one class, and give it the other name as skos:altLabel.",
            )


def _find_equivalent_and_below(lint: Linter) -> Iterator[Violation]:
    stated = {(subject, value) for subject, _, value in lint.index.get(SUBCLASS)}
    for triple in _list_pairs(lint):
        for one, other in ((triple[0], triple[2]), (triple[2], triple[0])):
            if (one, other) in stated:
                yield lint.report(
                    "hierarchy.equivalent-and-below",
                    f"{lint.name(one)} is stated to be the same as {lint.name(other)} and also below it.",
                    [triple, (one, SUBCLASS, other)],
                    focus=one,
                    path=EQUIVALENT_CLASS,
                    value=other,
                    fix="Keep the one that is meant.",
                )


def _find_no_genus(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    for triple in index.get(EQUIVALENT_CLASS):
        term, _, node = triple
        if is_blank(term) or _RESTRICTION not in index.types.get(node, ()):
            continue
        values = [value for value in index.get_values(node, _SOME) if not is_blank(value)]
        if values and index.get_values(node, _ON):
            yield lint.report(
                "hierarchy.no-genus",
                f"The class {lint.name(term)} is defined by one relation to {lint.name(values[0])} alone.",
                [triple],
                focus=term,
                path=EQUIVALENT_CLASS,
                value=values[0],
                fix="Say also what kind of thing it is: a class and the relation.",
                why="Whatever has this relation counts as one, of whatever kind it is.",
            )


def _find_several_equivalents(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    for term, values in sorted(index.group(EQUIVALENT_CLASS).items()):
        kept = [value for value in values if not index.get_values(value, _UNION)]
        if is_iri(term) and len(kept) > 1:
            yield lint.report(
                "hierarchy.several-equivalents",
                f"The class {lint.name(term)} has {len(kept)} equivalent classes.",
                [(term, EQUIVALENT_CLASS, value) for value in kept],
                focus=term,
                path=EQUIVALENT_CLASS,
                value=kept[1],
                fix="Make one definition of them.",
            )


def _find_several_definitions(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    for term, values in sorted(index.group(EQUIVALENT_CLASS).items()):
        kept = [value for value in values for _ in index.get_values(value, _INTERSECTION)]
        lists = {node for value in values for node in index.get_values(value, _INTERSECTION)}
        if is_iri(term) and len(lists) > 1:
            yield lint.report(
                "hierarchy.several-definitions",
                f"The class {lint.name(term)} has {len(lists)} definitions that are each an intersection.",
                [(term, EQUIVALENT_CLASS, value) for value in kept],
                focus=term,
                path=EQUIVALENT_CLASS,
                value=kept[1],
                fix="Make one intersection of them.",
                why="All of them hold at once, and together they can conclude what no one meant.",
            )


def _find_self_definitions(lint: Linter) -> Iterator[Violation]:
    """Find classes that stand in their own definition, as a part of it or as the value of a relation in it."""
    index = lint.index
    for triple in index.get(EQUIVALENT_CLASS):
        term, _, node = triple
        if not is_iri(term):
            continue
        used = term == node
        if is_blank(node) and not lint.is_obo:
            used = any(t[2] == term for t in index.list_parts(node))
        elif is_blank(node):
            members = {member for value in index.get_values(node, _INTERSECTION) for member in index.read_list(value)}
            used = term in members or any(term in index.get_values(member, _SOME) for member in members)
        if used:
            yield lint.report(
                "hierarchy.self-definition",
                f"The class {lint.name(term)} is defined by itself.",
                [triple],
                focus=term,
                path=EQUIVALENT_CLASS,
                value=node if is_iri(node) else "",
                fix="Define it by other classes, or state what holds of it as a superclass.",
                why="Such a definition says nothing, or more than was meant.",
            )


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
    "hierarchy.cycle": _find_cycles,
    "hierarchy.missing-superclass": _find_missing_superclass,
    "hierarchy.several-superclasses": _find_several_superclasses,
    "hierarchy.redundant-superclass": _find_redundant,
    "hierarchy.equivalent-pair": _find_pairs,
    "hierarchy.synonym-classes": _find_synonym_classes,
    "hierarchy.equivalent-and-below": _find_equivalent_and_below,
    "hierarchy.no-genus": _find_no_genus,
    "hierarchy.several-equivalents": _find_several_equivalents,
    "hierarchy.several-definitions": _find_several_definitions,
    "hierarchy.self-definition": _find_self_definitions,
    "hierarchy.no-disjointness": _find_no_disjointness,
    "hierarchy.only-values": _find_only_values,
    "hierarchy.some-not": _find_some_not,
}
