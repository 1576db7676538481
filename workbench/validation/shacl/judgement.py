"""Judging a graph so that it can be judged again after a change, at the cost of what the change touches.

What is kept here are the results by targeted shape and target node; the graph itself stays in the worker. When the
worker has lost it, the graph is sent anew, and the results are those of judging it in full.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from workbench.errors import InvalidKnowledgeError
from workbench.model.terms import Term, Triple
from workbench.validation.shacl.failures import explain_failure
from workbench.validation.shacl.process import ShaclLimits, ask_worker, ask_worker_again
from workbench.validation.shacl.questions import ShapeSet, prepare_shapes
from workbench.validation.shacl.results import ShaclResult, read_found, read_other
from workbench.validation.wellformed import Locate

__all__ = ["Judgement", "Owner", "judge_graph", "locate_nothing", "validate_graph"]

_PART = 4
"""A change of more than one in this many triples is judged in full."""
_tokens = itertools.count(1)

Owner = tuple[Term, Term]
"""A targeted shape and one of its target nodes."""


def locate_nothing(_: Triple) -> None:
    """Locate nothing: for callers without files."""


@dataclass(frozen=True, eq=False, slots=True)
class _Half:
    """What is known of one of the two graphs, that of all facts or that of the asserted ones."""

    data: frozenset[Triple]
    token: int
    found: Mapping[Owner, tuple[ShaclResult, ...]]
    others: tuple[ShaclResult, ...]


_EMPTY = _Half(frozenset(), 0, {}, ())
"""For a graph that no shape judges."""


@dataclass(frozen=True, eq=False, slots=True)
class Judgement:
    """The results for a graph, sorted.

    ``judged`` is the number of target nodes that were judged for it by the engine, None when that was all of them;
    ``left`` says of each targeted shape that was left to pySHACL why. Hand it to :func:`judge_graph` with a changed
    graph.
    """

    results: tuple[ShaclResult, ...]
    left: Mapping[Term, str]
    judged: int | None
    shapes: ShapeSet
    halves: tuple[_Half, ...]


def validate_graph(
    data: Collection[Triple],
    shapes: Sequence[Triple],
    *,
    asserted: Collection[Triple] = (),
    limits: ShaclLimits = ShaclLimits(),  # noqa: B008 - an immutable value
    locate: Locate = locate_nothing,
    core: bool = True,
) -> tuple[ShaclResult, ...]:
    """Judge ``data`` by the targeted shapes of ``shapes``, without inference, and return all results, sorted.

    Shapes that carry ``wb:judges "asserted"`` judge ``asserted`` instead. Terms come back as they were given:
    lexical forms and blank node labels are kept. ``core=False`` leaves every shape to pySHACL, also those that the
    engine would judge; the results are the same.

    Raises InvalidKnowledgeError when the shapes have errors (those of ``find_shape_problems``, or
    ``shape.failure`` when pySHACL fails on one); LimitError when time or memory ran out; WorkerError when the
    worker died. A failure is never an empty result.
    """
    chosen = prepare_shapes(tuple(shapes), core=core)
    _refuse_errors(chosen, locate)
    halves = [_judge(chosen, half, graph, limits, locate, keep=False) for half, graph in enumerate((data, asserted))]
    return _sort(half for half, _ in halves)


def judge_graph(
    data: Collection[Triple],
    shapes: Sequence[Triple],
    *,
    asserted: Collection[Triple] = (),
    previous: Judgement | None = None,
    limits: ShaclLimits = ShaclLimits(),  # noqa: B008 - an immutable value
    locate: Locate = locate_nothing,
) -> Judgement:
    """Judge a graph as :func:`validate_graph` does, and keep what is needed to judge a changed one.

    With ``previous``, the judgement of another graph by the same shapes, only target nodes are judged from which the
    shapes can see a difference; shapes that are left to pySHACL judge all of theirs. The results are the same as
    without it. A judgement can be followed by one other; a second one that follows is judged in full.

    Raises what :func:`validate_graph` raises.
    """
    chosen = prepare_shapes(tuple(shapes), core=True)
    _refuse_errors(chosen, locate)
    again = previous if previous is not None and previous.shapes is chosen else None
    halves: list[_Half] = []
    left: dict[Term, str] = {} if again is None else dict(again.left)
    judged: int | None = 0
    for number, graph in enumerate((data, asserted)):
        known = again.halves[number] if again is not None else None
        if not chosen.questions[number].roots:
            halves.append(_EMPTY)
            continue
        triples = graph if isinstance(graph, frozenset) else frozenset(graph)
        revised = None
        if known is not None and (change := _find_change(known, triples)) is not None:
            revised = _judge_again(chosen, number, known, triples, change, limits, locate)
        if revised is not None:
            half, count = revised
            judged = None if judged is None else judged + count
        else:
            half, reasons = _judge(chosen, number, triples, limits, locate, keep=True)
            left |= reasons
            judged = None
        halves.append(half)
    return Judgement(_sort(halves), left, judged, chosen, tuple(halves))


def _find_change(known: _Half, triples: frozenset[Triple]) -> tuple[list[Triple], list[Triple]] | None:
    """Return what came and what went; None when that is too much to be worth it."""
    added = triples - known.data
    missing = len(known.data) + len(added) - len(triples)
    if _PART * (len(added) + missing) > len(triples):
        return None
    # Looking for what went costs as much again, and its number is known.
    return list(added), list(known.data - triples) if missing else []


def _refuse_errors(shapes: ShapeSet, locate: Locate) -> None:
    report = shapes.report_errors(locate)
    if report.violations:
        raise InvalidKnowledgeError(f"The shapes have {len(report.violations)} errors and were not run.", report)


def _sort(halves: Iterable[_Half]) -> tuple[ShaclResult, ...]:
    found: list[ShaclResult] = []
    for half in halves:
        found += half.others
        for results in half.found.values():
            found += results
    return tuple(sorted(found))


def _judge(
    shapes: ShapeSet, number: int, data: Collection[Triple], limits: ShaclLimits, locate: Locate, *, keep: bool
) -> tuple[_Half, Mapping[Term, str]]:
    question = shapes.questions[number]
    kept = data if keep and isinstance(data, frozenset) else frozenset[Triple]()
    if not question.roots:
        return _EMPTY, {}
    token = next(_tokens) if keep else 0
    # A graph is a set; a sequence may say a triple twice.
    distinct = list(data) if isinstance(data, Set) else list(dict.fromkeys(data))
    answer = ask_worker(distinct, question, limits, token)
    if "failure" in answer:
        raise explain_failure(shapes, number, distinct, str(answer["failure"]), limits, locate)
    found = dict(_read(shapes, number, answer))
    others = tuple(read_other(shapes, result, number == 1) for result in answer["others"])
    return _Half(kept, token, found, others), answer["left"]


def _judge_again(
    shapes: ShapeSet,
    number: int,
    known: _Half,
    data: frozenset[Triple],
    change: tuple[list[Triple], list[Triple]],
    limits: ShaclLimits,
    locate: Locate,
) -> tuple[_Half, int] | None:
    added, removed = change
    token = next(_tokens)
    answer = ask_worker_again(known.token, token, added, removed, limits)
    if answer is None:
        return None
    if "failure" in answer:
        raise explain_failure(shapes, number, data, str(answer["failure"]), limits, locate)
    changed = _read(shapes, number, answer)
    found = {owner: results for owner, results in {**known.found, **changed}.items() if results}
    others = tuple(read_other(shapes, result, number == 1) for result in answer["others"])
    return _Half(data, token, found, others), answer["judged"]


def _read(shapes: ShapeSet, number: int, answer: Mapping[str, Any]) -> dict[Owner, tuple[ShaclResult, ...]]:
    return read_found(shapes, answer["found"], answer["sources"], asserted=number == 1)
