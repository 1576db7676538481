"""Judging a graph by SHACL Core, in full or only where a change can be seen.

Results are kept by targeted shape and target node, because a result's own focus node can be another one: a property
shape inside a property shape judges the values that the outer one found. After a change, every target node from which
the shape can have read a changed triple is judged again and its results take the place of the old ones; all others
read what they read before. That is decided over the triples of before and after together, so nothing that only one
of the two graphs leads to is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.model.terms import Term, Triple
from workbench.validation.shacl.core.constraints import Finding, Judging, touch_class
from workbench.validation.shacl.core.graph import Delta, GraphIndex
from workbench.validation.shacl.core.paths import UnsupportedShapeError
from workbench.validation.shacl.core.shapes import CorePlan, RootShape

__all__ = ["Found", "Rejudged", "judge_core", "rejudge_core"]

Found = dict[int, dict[Term, list[Finding]]]
"""Findings by the number of the targeted shape and by target node; nodes without any are not there."""


@dataclass(frozen=True, slots=True)
class Rejudged:
    """What a change did: how many target nodes were judged again, and the findings now of all whose findings changed.

    An empty list means that a node has none any more.
    """

    judged: int
    changed: Found


def judge_core(plan: CorePlan, graph: GraphIndex, tell: Callable[[Term], None] = lambda _: None) -> Found:
    """Judge a graph in full; ``tell`` hears which shape is next.

    A shape that meets values which cannot be compared is not among the findings: pySHACL is to say what that means.
    """
    judging = Judging(graph)
    found: Found = {}
    for number, root in enumerate(plan.roots):
        tell(root.term)
        try:
            found[number] = _judge_nodes(root, judging, _list_targets(root, graph))
        except UnsupportedShapeError:
            continue
    return found


def _judge_nodes(root: RootShape, judging: Judging, nodes: Iterable[Term]) -> dict[Term, list[Finding]]:
    found: dict[Term, list[Finding]] = {}
    try:
        for node in nodes:
            findings: list[Finding] = []
            root.shape.judge(judging, node, findings)
            if findings:
                found[node] = findings
    except (TypeError, ValueError, ArithmeticError, AttributeError, NotImplementedError) as error:
        # What rdflib raises for literals that it cannot read or compare.
        raise UnsupportedShapeError(f"a value cannot be compared: {error}") from error
    return found


def _list_targets(root: RootShape, graph: GraphIndex) -> set[Term]:
    """Return the nodes that a shape is aimed at (SHACL section 2.1.3)."""
    found = set(root.nodes)
    for class_ in root.classes:
        found |= graph.list_instances(graph.list_lower(class_))
    for predicate in root.subjects_of:
        found.update(graph.map_subjects(predicate))
    for predicate in root.objects_of:
        found.update(graph.map_objects(predicate))
    return found


def _is_target(root: RootShape, graph: GraphIndex, node: Term) -> bool:
    return (
        node in root.nodes
        or any(_has_class(graph, node, class_) for class_ in root.classes)
        or any(node in graph.map_subjects(predicate) for predicate in root.subjects_of)
        or any(node in graph.map_objects(predicate) for predicate in root.objects_of)
    )


def _has_class(graph: GraphIndex, node: Term, class_: Term) -> bool:
    return not graph.list_lower(class_).isdisjoint(graph.list_types(node))


def _touch(root: RootShape, graph: GraphIndex, delta: Delta) -> set[Term]:
    """Return nodes that may be judged otherwise, or not at all, or for the first time."""
    found = root.shape.touch(graph, delta)
    for class_ in root.classes:
        found |= touch_class(graph, delta, class_)
    for predicate in root.subjects_of:
        found.update(subject for subject, _ in delta.get(predicate, ()))
    for predicate in root.objects_of:
        found.update(object_ for _, object_ in delta.get(predicate, ()))
    return found


def rejudge_core(
    plan: CorePlan, graph: GraphIndex, found: Found, *, added: Sequence[Triple], removed: Sequence[Triple]
) -> Rejudged:
    """Change the graph and ``found`` with it, judging again only what can be another.

    The graph accepts all of the triples; one that is added as well as removed is there afterwards. Raises
    UnsupportedShapeError when a value turns up that is left to pySHACL; graph and findings are of no use then.
    """
    fresh = graph.add(added)
    staying = set(added)
    lost = [t for t in removed if t not in staying and t[2] in graph.get_objects(t[0], t[1])]
    delta = _group((*fresh, *lost))
    candidates = {number: _touch(plan.roots[number], graph, delta) for number in found}
    graph.remove(lost)
    judging = Judging(graph)
    changed: Found = {}
    judged = 0
    for number, before in found.items():
        root = plan.roots[number]
        targets = [node for node in candidates[number] if _is_target(root, graph, node)]
        judged += len(targets)
        now = _judge_nodes(root, judging, targets)
        for node in candidates[number]:
            findings = now.get(node, [])
            if sorted(before.get(node, ())) != sorted(findings):
                changed.setdefault(number, {})[node] = findings
                if findings:
                    before[node] = findings
                else:
                    del before[node]
    return Rejudged(judged, changed)


def _group(triples: Iterable[Triple]) -> Mapping[Term, Sequence[tuple[Term, Term]]]:
    grouped: dict[Term, list[tuple[Term, Term]]] = {}
    for subject, predicate, object_ in triples:
        grouped.setdefault(predicate, []).append((subject, object_))
    return grouped
