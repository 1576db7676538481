"""Justifications: the smallest sets of statements from which a conclusion follows.

A justification of a fact, or of *false*, is a set of stated facts (and of rules, when they are asked for) from which
it follows, over all derivations, and from no proper subset of which it does (Kalyanpur, Parsia, Horridge and Sirin,
"Finding all justifications of OWL DL entailments", ISWC 2007). One justification can have very many proofs, so
proofs are never listed. Each node of the and-or graph of derivations gets its *label*, the sets of leaves from which
it follows that have no such subset (de Kleer, "An assumption-based TMS", Artificial Intelligence 28, 1986), and sets
are found in rising size: a union is at least as large as each of its parts, so the smallest set that waits is final,
as in Knuth's generalisation of Dijkstra's algorithm (Information Processing Letters 6, 1977). Circles end by
subsumption, and the goal's sets come smallest first without the others being known. Leaves that the goal cannot do
without are found beforehand and left out of all sets; what contains a set of the goal is not followed.

Labels inside can be large where those of the goal are few. The search has a bound; beyond it further sets are found
by leaving out a leaf of each known one in turn (Reiter, "A theory of diagnosis from first principles", Artificial
Intelligence 32, 1987). Those are subset-minimal too, but there may be smaller ones, which the result says.

What is absent is no leaf. With negation a justification is relative to the absences of the closure it was asked of:
"not" is judged by all facts, so the set on its own, read as a world, may well derive what a negation excludes.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from workbench.model.terms import Triple
from workbench.reasoning.derivations import Instance
from workbench.reasoning.graph import DerivationGraph
from workbench.reasoning.support import Network, collect_network

__all__ = ["By", "Justification", "Justifications", "find_justifications"]

By = Literal["facts", "facts+rules"]
"""What the leaves of justifications are."""

_MOST_DERIVATIONS = 50_000
_MOST_EFFORT = 400_000
_MOST_VISITS = 2_000_000


@dataclass(frozen=True, slots=True)
class Justification:
    """Stated facts, sorted, and the names of rules, sorted (none unless they were asked for)."""

    facts: tuple[Triple, ...]
    rules: tuple[str, ...] = ()

    @property
    def sort_key(self) -> tuple[int, tuple[Triple, ...], tuple[str, ...]]:
        """By number of leaves, then by their texts."""
        return len(self.facts) + len(self.rules), self.facts, self.rules


@dataclass(frozen=True, slots=True)
class Justifications:
    """Justifications in the order of their sort keys.

    ``is_complete`` tells that there are no others, ``is_smallest`` that none of the others is smaller than one here;
    both are False when it is not known.
    """

    items: tuple[Justification, ...]
    is_complete: bool
    is_smallest: bool = True

    def __iter__(self) -> Iterator[Justification]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Justification:
        return self.items[index]


def find_justifications(
    graph: DerivationGraph,
    goal: int,
    limit: int,
    by: By = "facts",
    *,
    instances: Sequence[Instance] | None = None,
    most: int | None = None,
) -> Justifications:
    """Return up to ``limit`` justifications of a fact of the closure, or of *false* in an inconsistent world.

    A stated goal justifies itself, and may have others. With ``instances`` only these conclude the goal, such as one
    application of an integrity rule. Of more than ``most`` derivations (by default 50,000) behind the goal only the
    nearest are searched. See the module about what is absent, and about bounds.
    """
    most = _MOST_DERIVATIONS if most is None else most
    network = collect_network(graph, goal, with_rules=by == "facts+rules", most=most, instances=instances)
    sets, is_done = _find_smallest(network, limit)
    is_smallest = network.is_whole
    if not is_done and len(sets) < limit:
        known = set(sets)
        sets, is_done = _find_others(network, sets, limit)
        is_smallest = is_smallest and (is_done or not sets - known)
    found = sorted((_read(network, leaves) for leaves in sets), key=lambda item: item.sort_key)
    return Justifications(tuple(found[:limit]), is_done and network.is_whole and len(found) <= limit, is_smallest)


def _read(network: Network, leaves: int) -> Justification:
    chosen = [number for number in range(leaves.bit_length()) if leaves >> number & 1]
    count = len(network.facts)
    return Justification(
        tuple(network.facts[number] for number in chosen if number < count),
        tuple(network.rules[number - count] for number in chosen if number >= count),
    )


class _Label:
    """The sets of one node in rising size. Only a smaller set can be contained in one that is not here yet."""

    def __init__(self) -> None:
        self.sets: list[int] = []
        self._smaller = 0

    def add(self, leaves: int) -> None:
        """Add a set that contains none of the others and is at least as large as they are."""
        if self.sets and self.sets[-1].bit_count() < leaves.bit_count():
            self._smaller = len(self.sets)
        self.sets.append(leaves)

    def count_smaller(self, leaves: int) -> int:
        """Return how many sets are smaller than one that is not here, when none is larger."""
        is_larger = not self.sets or self.sets[-1].bit_count() < leaves.bit_count()
        return len(self.sets) if is_larger else self._smaller

    def covers(self, leaves: int) -> bool:
        """Tell whether a set that is not here contains one that is, when no larger one is here."""
        return any(leaves & other == other for other in islice(self.sets, self.count_smaller(leaves)))


def _find_smallest(network: Network, limit: int) -> tuple[set[int], bool]:
    """The goal's smallest sets, all of the size of the last; and whether the search was not cut off.

    There is one more than ``limit`` where that many exist.
    """
    necessary = network.find_necessary()
    labels = [_Label() for _ in range(network.size)]
    goals = labels[network.goal]
    waiting = [(0 if bit & necessary else 1, node, bit & ~necessary) for node, bit in network.stated.items()]
    waiting += [
        ((edge.own & ~necessary).bit_count(), edge.head, edge.own & ~necessary)
        for edge in network.edges
        if not edge.premises
    ]
    seen = {(node, leaves) for _, node, leaves in waiting}
    waiting = sorted((leaves.bit_count(), node, leaves) for node, leaves in seen)
    effort = 0
    while waiting and effort <= _MOST_EFFORT:
        size, node, leaves = heapq.heappop(waiting)
        if len(goals.sets) > limit and size > goals.sets[limit - 1].bit_count():
            return {found | necessary for found in goals.sets}, True
        effort += 1 + goals.count_smaller(leaves) + labels[node].count_smaller(leaves)
        if goals.covers(leaves) or labels[node].covers(leaves):
            continue
        labels[node].add(leaves)
        if node == network.goal:
            continue
        for number in network.uses[node]:
            edge = network.edges[number]
            unions = {leaves | edge.own & ~necessary}
            for premise in edge.premises:
                if premise != node:
                    effort += len(unions) * len(labels[premise].sets)
                    if effort > _MOST_EFFORT:
                        break
                    unions = {one | other for one in unions for other in labels[premise].sets}
            else:
                effort += len(unions)
                for union in unions:
                    if (edge.head, union) not in seen:
                        seen.add((edge.head, union))
                        heapq.heappush(waiting, (union.bit_count(), edge.head, union))
    return {found | necessary for found in goals.sets}, not waiting and effort <= _MOST_EFFORT


def _find_others(network: Network, known: set[int], limit: int) -> tuple[set[int], bool]:
    """More subset-minimal sets than ``known``, until there are more than ``limit``; and whether that is all of them.

    Reiter's tree, breadth first: what avoids the leaves of a path, one from each set on it, is disjoint from none of
    the sets that were found, or there is a new one.
    """
    found = dict.fromkeys(sorted(known))
    queue: list[int] = [0]
    seen = {0}
    visits = 0
    for removed in queue:
        if len(found) > limit or (visits > _MOST_VISITS and found):
            return set(found), False
        leaves = next((one for one in found if not one & removed), None)
        if leaves is None:
            leaves = network.find_minimal(network.leaves & ~removed)
            visits += len(network.edges) * (1 if leaves is None else 1 + leaves.bit_count())
            if leaves is None:
                continue
            found[leaves] = None
        visits += len(found)
        for number in range(leaves.bit_length()):
            bit = leaves & (1 << number)
            if bit and removed | bit not in seen:
                seen.add(removed | bit)
                queue.append(removed | bit)
    return set(found), True
