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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.model.terms import Triple
from workbench.reasoning.derivations import Instance
from workbench.reasoning.graph import DerivationGraph
from workbench.reasoning.labels import find_further_sets, find_smallest_sets
from workbench.reasoning.network import Network
from workbench.reasoning.support import collect_network

__all__ = ["By", "Justification", "Justifications", "find_justifications"]

By = Literal["facts", "facts+rules"]
"""What the leaves of justifications are."""

_MOST_DERIVATIONS = 50_000


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
    sets, is_done = find_smallest_sets(network, limit)
    is_smallest = network.is_whole
    if not is_done and len(sets) < limit:
        known = set(sets)
        sets, is_done = find_further_sets(network, sets, limit)
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
