"""Minimal proofs: the canonical choice of one derivation per fact.

Among the derivations of a fact whose premises all have a smaller height and that reach the fact's own height, the
canonical one is the one whose premises' canonical proofs have the fewest steps together (each step counted once),
then the first in the order of :attr:`workbench.model.proofs.Step.sort_key`. The choice is made bottom-up, so a
fact has one canonical proof wherever it is used. Minimal height is exact. The smallest number of steps over all
ways to share sub-proofs is NP-hard to find (Hashimoto, Nakai and Kanazawa's and-or graphs; set cover reduces to
it); choosing bottom-up is the computable convention that every part of the product follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from workbench.model.proofs import Proof, Step
from workbench.reasoning.derivations import Instance
from workbench.reasoning.graph import DerivationGraph

__all__ = ["Choices", "assemble_proof", "choose", "choose_proof", "find_proof", "list_steps"]

Choices = dict[int, Instance | None]
"""Per fact the instance that concludes it; None: it is stated."""


def find_proof(graph: DerivationGraph, goal: int) -> Proof:
    """Return the canonical proof of a fact of the closure, or of *false* in an inconsistent world."""
    choose_proof(graph, goal)
    return assemble_proof(graph, goal, graph.chosen)


def choose_proof(graph: DerivationGraph, goal: int) -> None:
    """Fill ``graph.chosen`` with the steps of a goal's canonical proof, and of what else it may rest on."""

    def list_options(fact: int) -> list[Instance | None]:
        return [*graph.list_lowest(fact)] if graph.get_height(fact) else [None]

    try:
        choose(graph, goal, list_options, graph.get_height, graph.chosen, graph.fetch_lowest)
    except BaseException:
        graph.chosen.clear()  # an interrupted choice must not look like a finished one
        raise


def choose(
    graph: DerivationGraph,
    goal: int,
    list_options: Callable[[int], list[Instance | None]],
    get_height: Callable[[int], int],
    chosen: Choices,
    prepare: Callable[[Iterable[int]], None],
) -> None:
    """Fill ``chosen`` for ``goal`` and what it may rest on, from options whose premises are all lower."""
    open_: dict[int, list[Instance | None]] = {}
    frontier = [] if goal in chosen else [goal]
    while frontier:
        prepare(fact for fact in frontier if get_height(fact))
        following: dict[int, None] = {}
        for fact in frontier:
            options = list_options(fact)
            if len(options) == 1:
                chosen[fact] = options[0]
            else:
                open_[fact] = options
            following.update((p, None) for option in options if option is not None for p in option.premises)
        frontier = [fact for fact in following if fact not in chosen and fact not in open_]
    sizes: dict[int, int] = {}
    for fact in sorted(open_, key=get_height):
        chosen[fact] = _choose_smallest(graph, fact, open_[fact], chosen, sizes)


def _choose_smallest(
    graph: DerivationGraph, fact: int, options: list[Instance | None], chosen: Choices, sizes: dict[int, int]
) -> Instance | None:
    if None in options:
        return None
    # A union is at least as large as its largest part: most candidates are never counted.
    ranked: list[tuple[int, Instance]] = []
    for option in options:
        if option is not None:
            for premise in option.premises:
                if premise not in sizes:
                    sizes[premise] = _count_steps((premise,), chosen)
            ranked.append((max([sizes[premise] for premise in option.premises], default=0), option))
    ranked.sort()
    least, smallest = -1, list[Instance]()
    for bound, instance in ranked:
        if 0 <= least < bound:
            break
        parts = {premise for premise in instance.premises if sizes[premise]}
        size = bound if len(parts) < 2 else _count_steps(instance.premises, chosen)
        if size < least or least < 0:
            least, smallest = size, [instance]
        elif size == least:
            smallest.append(instance)
    return min(smallest, key=lambda i: graph.make_step(fact, i).sort_key) if len(smallest) > 1 else smallest[0]


def _count_steps(premises: tuple[int, ...], chosen: Choices) -> int:
    """How many steps the chosen proofs of some facts have together."""
    seen: set[int] = set()
    stack = list(premises)
    while stack:
        fact = stack.pop()
        if fact not in seen:
            instance = chosen[fact]
            if instance is not None:
                seen.add(fact)
                stack += instance.premises
    return len(seen)


def assemble_proof(graph: DerivationGraph, goal: int, chosen: Choices) -> Proof:
    """Return the proof that follows the choices from ``goal``: depth first, premises in body order."""
    done: set[int] = set()
    steps: list[Step] = []
    stack: list[tuple[int, bool]] = [(goal, False)]
    while stack:
        fact, is_expanded = stack.pop()
        instance = chosen[fact]
        if instance is None or fact in done:
            continue
        if is_expanded:
            done.add(fact)
            steps.append(graph.make_step(fact, instance))
        else:
            stack.append((fact, True))
            stack.extend([(premise, False) for premise in reversed(instance.premises)])
    return Proof(graph.get_triple(goal), tuple(steps))


def list_steps(graph: DerivationGraph, fact: int) -> list[Step]:
    """Return all steps that conclude a fact, in canonical order."""
    steps = [graph.make_step(fact, instance) for instance in graph.list_instances(fact)]
    return sorted(steps, key=lambda step: step.sort_key)
