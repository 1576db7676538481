"""Networks: derivations as an and-or graph of small numbers, and questions about sets of leaves.

A node is concluded by any of its edges, an edge needs all of its premises. A *leaf* is what a justification is made of:
a stated fact, or a rule when rules count as well. Sets of leaves are bit sets.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property

from workbench.model.terms import Triple

__all__ = ["Edge", "Network"]


@dataclass(frozen=True, slots=True)
class Edge:
    """One way to conclude ``head``: all ``premises`` and the leaves ``own`` (the rule's, where rules count)."""

    head: int
    premises: tuple[int, ...]
    own: int


@dataclass(frozen=True)
class Network:
    """Nodes and leaves are numbered in the order of their texts, leaves that are rules after those that are facts.

    ``stated`` is the leaf of each node that is one, as a bit. ``is_whole`` tells that no derivation was left out.
    """

    goal: int
    size: int
    facts: tuple[Triple, ...]
    rules: tuple[str, ...]
    stated: dict[int, int]
    edges: tuple[Edge, ...]
    is_whole: bool

    @cached_property
    def uses(self) -> tuple[tuple[int, ...], ...]:
        """For each node the edges that it is a premise of."""
        found: list[list[int]] = [[] for _ in range(self.size)]
        for number, edge in enumerate(self.edges):
            for premise in edge.premises:
                found[premise].append(number)
        return tuple(map(tuple, found))

    @property
    def leaves(self) -> int:
        """All leaves."""
        return (1 << (len(self.facts) + len(self.rules))) - 1

    def find_support(self, allowed: int) -> int | None:
        """Return leaves among ``allowed`` from which the goal follows, None when it does not follow from them all.

        Every node is concluded once, by what concludes it first: this is unit propagation over the edges, linear in
        their number.
        """
        support: dict[int, int] = {}
        waiting = [len(edge.premises) for edge in self.edges]
        ready = [(node, bit) for node, bit in self.stated.items() if bit & allowed]
        ready += [(e.head, e.own) for e in self.edges if not e.premises and e.own & allowed == e.own]
        while ready:
            following: list[tuple[int, int]] = []
            for node, leaves in ready:
                if node in support:
                    continue
                support[node] = leaves
                if node == self.goal:
                    return leaves
                for number in self.uses[node]:
                    waiting[number] -= 1
                    edge = self.edges[number]
                    if not waiting[number] and edge.head not in support and edge.own & allowed == edge.own:
                        union = edge.own
                        for premise in edge.premises:
                            union |= support[premise]
                        following.append((edge.head, union))
            ready = following
        return None

    def find_minimal(self, allowed: int) -> int | None:
        """Return a subset-minimal set of leaves among ``allowed`` from which the goal follows, None if there is none.

        By deletion: each leaf of a support is left out if the goal follows without it.
        """
        kept = self.find_support(allowed)
        if kept is None:
            return None
        for number in range(kept.bit_length()):
            bit = 1 << number
            if kept & bit:
                smaller = self.find_support(kept & ~bit)
                if smaller is not None:
                    kept = smaller
        return kept

    def find_necessary(self) -> int:
        """Return the leaves that every set from which the goal follows has.

        For all leaves at once: ``without[n]`` are the leaves that n can do without, the least solution of the
        network's equations with "or" between edges and "and" between premises.
        """
        everything = self.leaves
        without = [0] * self.size
        for node, bit in self.stated.items():
            without[node] = everything ^ bit
        pending = deque(range(len(self.edges)))
        is_pending = [True] * len(self.edges)
        while pending:
            number = pending.popleft()
            is_pending[number] = False
            edge = self.edges[number]
            dispensable = everything ^ edge.own
            for premise in edge.premises:
                dispensable &= without[premise]
            if dispensable & ~without[edge.head]:
                without[edge.head] |= dispensable
                fresh = [use for use in self.uses[edge.head] if not is_pending[use]]
                pending.extend(fresh)
                for use in fresh:
                    is_pending[use] = True
        return everything & ~without[self.goal]
