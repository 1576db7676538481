"""Sets of leaves from which a network's goal follows: smallest first by labels, further ones by leaving out leaves.

The methods and their sources are those of :mod:`workbench.reasoning.justifications`.
"""

from __future__ import annotations

import heapq
from itertools import islice

from workbench.reasoning.network import Network

__all__ = ["find_further_sets", "find_smallest_sets"]

_MOST_EFFORT = 400_000
_MOST_VISITS = 2_000_000


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


def find_smallest_sets(network: Network, limit: int) -> tuple[set[int], bool]:
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


def find_further_sets(network: Network, known: set[int], limit: int) -> tuple[set[int], bool]:
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
