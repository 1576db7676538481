"""Contradictions of a world, told without drowning: the smallest sets of statements, and which statements cause most.

One wrong statement can contradict thousands of others. Each violated integrity rule still shows what it is about, but
of the contradictions that one statement takes part in only some are listed; all are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from workbench.model.proofs import FALSE, Step
from workbench.model.terms import Triple
from workbench.reasoning.batch import Batch
from workbench.reasoning.columns import IntArray
from workbench.reasoning.derivations import Instance, list_instances
from workbench.reasoning.graph import DerivationGraph
from workbench.reasoning.justifications import find_justifications
from workbench.reasoning.minimal import choose_proof

__all__ = ["Contradiction", "Contradictions", "Culprit", "find_contradictions"]

_MOST_OF_RULE = 10_000
_MOST_SEARCHED = 200
_MOST_DERIVATIONS = 1_000
_MOST_FETCHED = 200_000


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An integrity rule that fires, and the smallest set of stated facts because of which it does.

    Applications that differ in the order of their premises are one. The facts come in the order of the premises.
    ``has_others`` tells that there are further sets, or may be.
    """

    step: Step
    facts: tuple[Triple, ...]
    has_others: bool = False


@dataclass(frozen=True, slots=True)
class Culprit:
    """A stated fact that takes part in more contradictions than are listed for it."""

    fact: Triple
    total: int
    listed: int


@dataclass(frozen=True, slots=True)
class Contradictions:
    """What is listed, those with the most frequent facts first, and how many there are.

    ``total`` and ``counts`` (of stated facts, in minimal proofs) are exact when ``is_counted``, else lower bounds.
    ``is_cut`` tells that there are others which are no culprit's.
    """

    items: tuple[Contradiction, ...]
    total: int
    is_counted: bool
    is_cut: bool
    counts: Mapping[Triple, int]
    culprits: tuple[Culprit, ...]


class _Draft(NamedTuple):
    instance: Instance
    step: Step
    facts: tuple[Triple, ...]


def find_contradictions(batch: Batch, world: int = 0, *, most: int = 1_000, most_of_fact: int = 20) -> Contradictions:
    """Return the contradictions of a world: at most ``most``, and ``most_of_fact`` for each stated fact.

    A contradiction counts for that of its facts which takes part in most. Of those of one fact, each violated rule
    has its turn, small sets before large ones. For the first 200 that have derived premises, in the order of the
    result, the set of facts is the smallest one; for others it is what the premises' minimal proofs rest on.
    """
    with batch.matcher.nodes.lock:  # as for all other questions to a batch
        return _find(batch, world, most, most_of_fact)


def _find(batch: Batch, world: int, most: int, most_of_fact: int) -> Contradictions:
    graph = batch.get_graph(world)
    instances, is_counted = _list_applications(batch, world)
    false, memory = batch.facts.size + world, dict[int, tuple[Triple, ...]]()
    drafts = []
    _fetch(graph, (premise for instance in instances for premise in instance.premises), is_lowest=True)
    for instance in instances:
        facts = dict.fromkeys(fact for p in instance.premises for fact in _collect_leaves(graph, p, memory))
        drafts.append(_Draft(instance, graph.make_step(false, instance), tuple(facts)))
    drafts.sort(key=lambda draft: (len(draft.facts), draft.step.sort_key))
    counts = Counter(fact for draft in drafts for fact in draft.facts)
    groups: dict[Triple, list[_Draft]] = {}
    for draft in drafts:
        # Without any stated fact the contradiction lies in the rules alone.
        hub = min(draft.facts, key=lambda fact: (-counts[fact], fact), default=FALSE)
        groups.setdefault(hub, []).append(draft)
    chosen: list[_Draft] = []
    culprits: list[Triple] = []
    for hub in sorted(groups, key=lambda fact: (-counts[fact], fact)):
        listed = _take_turns(groups[hub])[: min(most_of_fact, most - len(chosen))]
        chosen += listed
        if len(listed) < len(groups[hub]) and counts[hub] > 1:
            culprits.append(hub)
    items = _settle(graph, false, chosen)
    return Contradictions(
        items,
        len(drafts),
        is_counted,
        not is_counted or most <= len(chosen) < len(drafts),
        counts,
        tuple(Culprit(hub, counts[hub], sum(hub in item.facts for item in items)) for hub in culprits),
    )


def _list_applications(batch: Batch, world: int) -> tuple[list[Instance], bool]:
    """The applications of integrity rules, each set of premises once; up to 10,000 of each rule."""
    found: list[Instance] = []
    is_counted = True
    for rule in batch.plan.rules:
        if rule.heads:
            continue
        parts: list[IntArray] = []
        size = 0
        for part in list_instances(rule, batch.matcher, batch.facts):
            own = part.facts == batch.facts.size + world
            rows = np.column_stack([premises[own] for premises in part.premises] or [np.empty((own.sum(), 0))])
            parts.append(rows[: _MOST_OF_RULE - size].astype(np.int64))
            size += len(rows)
            if size > _MOST_OF_RULE:
                is_counted = False
                break
        rows = np.concatenate(parts) if parts else np.empty((0, 0), dtype=np.int64)
        if rows.shape[1]:
            _, first = np.unique(np.sort(rows, axis=1), axis=0, return_index=True)
            rows = rows[np.sort(first)]
        found += [Instance(rule.number, tuple(row)) for row in rows[: len(rows) if rows.shape[1] else 1].tolist()]
    return found, is_counted


def _fetch(graph: DerivationGraph, facts: Iterable[int], *, is_lowest: bool) -> None:
    """Fetch what facts rest on level by level: one question for many facts is far cheaper than many."""
    fetch, list_ = (graph.fetch_lowest, graph.list_lowest) if is_lowest else (graph.fetch, graph.list_instances)
    seen: set[int] = set()
    frontier = [fact for fact in dict.fromkeys(facts) if not is_lowest or graph.get_height(fact)]
    while frontier and len(seen) < _MOST_FETCHED:
        fetch(frontier)
        seen.update(frontier)
        premises = dict.fromkeys(p for fact in frontier for instance in list_(fact) for p in instance.premises)
        frontier = [fact for fact in premises if fact not in seen and (not is_lowest or graph.get_height(fact))]


def _collect_leaves(graph: DerivationGraph, fact: int, memory: dict[int, tuple[Triple, ...]]) -> tuple[Triple, ...]:
    """The stated facts of a fact's canonical proof, sorted."""
    stack = [fact]
    while stack:
        current = stack[-1]
        if current not in memory:
            if current not in graph.chosen:
                choose_proof(graph, current)
            instance = graph.chosen[current]
            waiting = [] if instance is None else [p for p in instance.premises if p not in memory]
            if waiting:
                stack += waiting
                continue
            if instance is None:
                memory[current] = (graph.get_triple(current),)
            else:
                memory[current] = tuple(sorted({leaf for p in instance.premises for leaf in memory[p]}))
        stack.pop()
    return memory[fact]


def _take_turns(drafts: list[_Draft]) -> list[_Draft]:
    """Order drafts so that the first of each rule come before the second of any."""
    turns: Counter[int] = Counter()
    ranked = []
    for draft in drafts:
        ranked.append((turns[draft.instance.rule], draft))
        turns[draft.instance.rule] += 1
    return [draft for _, draft in sorted(ranked, key=lambda pair: pair[0])]


def _settle(graph: DerivationGraph, false: int, drafts: list[_Draft]) -> tuple[Contradiction, ...]:
    """Replace sets by the smallest ones, and drop what then says the same of the same rule."""
    settled: dict[tuple[int, frozenset[Triple]], Contradiction] = {}
    searched = 0
    graph.fetch(premise for instance, _, _ in drafts for premise in instance.premises)
    derived = [i for i, _, _ in drafts if any(graph.list_instances(premise) for premise in i.premises)]
    _fetch(graph, (p for i in derived[:_MOST_SEARCHED] for p in i.premises), is_lowest=False)
    for instance, step, facts in drafts:
        made = Contradiction(step, facts)
        if searched < _MOST_SEARCHED and any(graph.list_instances(premise) for premise in instance.premises):
            searched += 1
            found = find_justifications(graph, false, 1, instances=(instance,), most=_MOST_DERIVATIONS)
            smallest = found[0].facts
            if len(smallest) < len(facts):
                order = {fact: place for place, fact in enumerate(facts)}
                facts = tuple(sorted(smallest, key=lambda fact: (order.get(fact, len(order)), fact)))
            made = Contradiction(step, facts, not found.is_complete)
        settled.setdefault((instance.rule, frozenset(made.facts)), made)
    return tuple(settled.values())
