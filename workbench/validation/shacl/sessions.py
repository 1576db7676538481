"""What the worker keeps between requests: shapes that were read, and graphs that may be asked about again.

A graph that was changed by a few triples is sent as these few, and its findings as those that changed.
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.model.terms import RDF_TYPE, Term, Triple
from workbench.validation.shacl.core import (
    CorePlan,
    Found,
    GraphIndex,
    UnsupportedShapeError,
    judge_core,
    read_core,
    rejudge_core,
)
from workbench.validation.shape_index import TARGETS, ShapeIndex, make_sh

if TYPE_CHECKING:
    from workbench.validation.shacl.authority import Store

__all__ = ["Sessions", "Tell", "remove_targets"]

_PLANS = 16
_GRAPHS = 4
Tell = Callable[[Term], None]


def remove_targets(index: ShapeIndex, shapes: Iterable[Term]) -> tuple[Triple, ...]:
    """Return the shapes graph in which ``shapes`` have no target of their own but can still be referred to."""
    untargeted = frozenset(shapes)
    kept = {make_sh("NodeShape"), make_sh("PropertyShape")}
    return tuple(
        (s, p, o)
        for s, p, o in index.triples
        if s not in untargeted or (p not in TARGETS and not (p == RDF_TYPE and o not in kept))
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """Shapes to judge: those of the engine, and the shapes graph in which only the others have targets."""

    core: CorePlan
    index: ShapeIndex

    def leave(self, failed: Iterable[Term]) -> tuple[Triple, ...]:
        """Return the shapes graph for pySHACL when some shapes of the engine are left to it too."""
        left = {*self.core.left, *failed}
        return remove_targets(self.index, [root for root in self.index.roots if root not in left])


@dataclass(eq=False, slots=True)
class _Session:
    plan: _Plan
    others: tuple[Triple, ...]
    graph: GraphIndex
    found: Found
    store: Store | None


class Sessions:
    """Answers requests; ``tell`` hears which shape is being judged."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._indexes: OrderedDict[str, ShapeIndex] = OrderedDict()
        self._plans: OrderedDict[tuple[str, tuple[Term, ...], bool], _Plan] = OrderedDict()
        self._graphs: OrderedDict[int, _Session] = OrderedDict()

    def clear(self) -> bool:
        """Forget all graphs; tell whether there were any."""
        had = bool(self._graphs)
        self._graphs.clear()
        return had

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to a request: findings, ``failure``, or ``unknown`` for what is not kept any more."""
        if "added" in request:
            return self._rejudge(request)
        return self._judge(request)

    def _get_plan(self, request: Mapping[str, Any]) -> _Plan | None:
        key, triples, core = request["key"], request["shapes"], request["core"]
        roots: tuple[Term, ...] = tuple(request["roots"])
        if triples is not None:
            self._indexes[key] = ShapeIndex(triples)
            if len(self._indexes) > _PLANS:
                forgotten, _ = self._indexes.popitem(last=False)
                for plan_key in [known for known in self._plans if known[0] == forgotten]:
                    del self._plans[plan_key]
        index = self._indexes.get(key)
        if index is None:
            return None
        known = self._plans.get((key, roots, core))
        if known is None:
            read = read_core(index, roots) if core else CorePlan((), (), dict.fromkeys(roots, "asked for"))
            known = _Plan(read, index)
            self._plans[key, roots, core] = known
        return known

    def _judge(self, request: Mapping[str, Any]) -> dict[str, Any]:
        data = request["data"]
        plan = self._get_plan(request)
        if plan is None:
            return {"unknown": True}
        gc.disable()  # nothing here refers to itself, and looking for what does takes a quarter of the time
        try:
            graph = GraphIndex(data if plan.core.roots else ())
            found = judge_core(plan.core, graph, self._tell)
        finally:
            gc.enable()
        failed = [root.term for number, root in enumerate(plan.core.roots) if number not in found]
        session = _Session(plan, plan.leave(failed), graph, found, None)
        others: list[Any] = []
        if failed or plan.core.left:
            from workbench.validation.shacl.authority import Store

            session.store = Store(data)
            judged = self._ask_authority(session)
            if "failure" in judged:
                return judged
            others = judged["results"]
        if request["token"] and graph.is_exact:
            self._keep(request["token"], session)
        changed = _write_found(plan, found)
        left = {**plan.core.left, **dict.fromkeys(failed, "a value cannot be compared")}
        return {"found": changed, "sources": plan.core.sources, "others": others, "left": left}

    def _ask_authority(self, session: _Session) -> dict[str, Any]:
        from workbench.validation.shacl.authority import judge_all

        gc.unfreeze()
        return judge_all(session.store, session.others, self._tell) if session.store else {"results": []}

    def _keep(self, token: int, session: _Session) -> None:
        self._graphs[token] = session
        if len(self._graphs) > _GRAPHS:
            self._graphs.popitem(last=False)
        # What is kept holds no cycles: to be looked through now and then would cost more than most edits.
        gc.freeze()

    def _rejudge(self, request: Mapping[str, Any]) -> dict[str, Any]:
        session = self._graphs.pop(request["token"], None)
        added, removed = request["added"], request["removed"]
        if session is None or not (session.graph.accepts(added) and session.graph.accepts(removed)):
            return {"unknown": True}
        try:
            rejudged = rejudge_core(session.plan.core, session.graph, session.found, added=added, removed=removed)
        except UnsupportedShapeError:
            return {"unknown": True}
        others: list[Any] = []
        if session.store is not None:
            session.store.remove(removed)
            session.store.add(added)
            judged = self._ask_authority(session)
            if "failure" in judged:
                return judged
            others = judged["results"]
        self._keep(request["next"], session)
        changed = _write_found(session.plan, rejudged.changed)
        sources = session.plan.core.sources
        return {"found": changed, "sources": sources, "others": others, "judged": rejudged.judged}


def _write_found(plan: _Plan, found: Found) -> list[tuple[Term, list[tuple[Term, Any]]]]:
    return [(plan.core.roots[number].term, list(nodes.items())) for number, nodes in found.items()]
