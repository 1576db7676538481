"""All proofs of a fact, one after another.

A proof is a choice of one derivation for each fact it uses. The space of choices is divided as in Lawler's
procedure for the k best solutions (Management Science 18, 1972): after a proof is given out, the others are those
that keep its first i choices (in depth-first order from the goal) and differ in the next. Each part has a
representative, the canonical proof under its constraints, and the parts wait in a queue; so every acyclic proof
comes exactly once, in rising height, and nothing is computed beyond what is asked for.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.model.proofs import Proof
from workbench.reasoning.derivations import Instance
from workbench.reasoning.graph import DerivationGraph
from workbench.reasoning.minimal import Choices, assemble_proof, choose, find_proof

__all__ = ["Alternatives", "Option", "Options", "find_proofs"]

_MOST_INSTANCES = 2_000
_BLOCK = 64
_MOST_CLOSED = 1_000

Option = Instance | None
Options = dict[int, list[Option]]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Proofs of one fact in rising height, the canonical one first; ``is_complete`` when there are no others."""

    proofs: tuple[Proof, ...]
    is_complete: bool

    def __iter__(self) -> Iterator[Proof]:
        return iter(self.proofs)

    def __len__(self) -> int:
        return len(self.proofs)

    def __getitem__(self, index: int) -> Proof:
        return self.proofs[index]


def find_proofs(graph: DerivationGraph, goal: int, limit: int) -> Alternatives:
    """Return up to ``limit`` proofs of a fact (or of *false*), whose stated premises are always leaves.

    A stated goal has the proof without steps first, then those of its derivations. Proofs of one height come in the
    order in which their parts are opened, by size, then by their steps. In a graph with more than 2,000 derivations
    behind the goal only the nearest are searched, beyond them one derivation of each fact; the result then says
    that it is not complete.
    """
    options, is_whole = _collect_options(graph, goal)
    queue: list[tuple[tuple[object, ...], int, Proof, Choices, Options]] = []
    opened = 0

    def push(part: Options) -> None:
        nonlocal opened
        found = _represent(graph, goal, part)
        if found is not None:
            proof, chosen = found
            keys = tuple(step.sort_key for step in proof.steps)
            opened += 1
            heapq.heappush(queue, ((proof.height, len(proof.steps), keys), opened, proof, chosen, part))

    push(options)
    proofs: list[Proof] = []
    while queue and len(proofs) < limit:
        _, _, proof, chosen, part = heapq.heappop(queue)
        proofs.append(proof)
        fixed = dict(part)
        for fact in _list_used(goal, chosen):
            taken = chosen[fact]
            others = [option for option in fixed[fact] if option != taken]
            if others:
                push({**fixed, fact: others})
            fixed[fact] = [taken]
    return Alternatives(tuple(proofs), is_whole and not queue)


def _collect_options(graph: DerivationGraph, goal: int) -> tuple[Options, bool]:
    """Every fact behind the goal with its instances; stated facts are leaves, except that a stated goal is both."""
    options: Options = {}
    frontier, count = {goal: None}, 0
    while frontier and count <= _MOST_INSTANCES:
        block = list(frontier)[:_BLOCK]
        graph.fetch(fact for fact in block if fact == goal or graph.get_height(fact))
        for fact in block:
            if count > _MOST_INSTANCES:
                break
            del frontier[fact]
            is_stated = graph.get_height(fact) == 0
            options[fact] = [None] if is_stated else []
            if fact == goal or not is_stated:
                instances = [i for i in graph.list_instances(fact) if fact not in i.premises and goal not in i.premises]
                instances.sort(key=graph.rank)  # which ones are searched must not hang on the order of the facts
                options[fact] += instances
                count += len(instances)
                frontier.update((p, None) for i in instances for p in i.premises if p not in options)
    if frontier:
        _close_options(graph, goal, options, list(frontier))
    return options, not frontier


def _close_options(graph: DerivationGraph, goal: int, options: Options, unsearched: list[int]) -> None:
    """Give facts that were not searched one derivation each, or none beyond the first of them."""
    find_proof(graph, goal)
    canonical = {fact: graph.chosen[fact] for fact in _list_used(goal, graph.chosen)}
    pending = [fact for fact in (*canonical, *unsearched[:_MOST_CLOSED]) if fact not in options]
    while pending:
        graph.fetch_lowest(fact for fact in pending if graph.get_height(fact))
        following: dict[int, None] = {}
        for fact in pending:
            option = canonical.get(fact)
            if option is None and graph.get_height(fact):
                option = min(graph.list_lowest(fact), key=graph.rank)
            options[fact] = [option]
            following.update(dict.fromkeys(option.premises if option is not None else ()))
        pending = [fact for fact in following if fact not in options]
    options.update({fact: [None] if not graph.get_height(fact) else [] for fact in unsearched if fact not in options})


def _represent(graph: DerivationGraph, goal: int, part: Options) -> tuple[Proof, Choices] | None:
    """The canonical proof under the constraints of a part, None when it has no acyclic proof."""
    heights = _measure(part)
    if goal not in heights:
        return None

    def list_options(fact: int) -> list[Option]:
        return [o for o in part[fact] if _get_height(o, heights) == heights[fact]]

    chosen: Choices = {}
    choose(graph, goal, list_options, heights.__getitem__, chosen, lambda facts: None)
    return assemble_proof(graph, goal, chosen), chosen


def _get_height(option: Option, heights: dict[int, int]) -> int | None:
    if option is None:
        return 0
    if any(premise not in heights for premise in option.premises):
        return None
    return 1 + max((heights[premise] for premise in option.premises), default=0)


def _measure(part: Options) -> dict[int, int]:
    """Least heights with these options alone: level by level, an instance fires when its last premise is there."""
    uses: dict[int, list[tuple[int, int]]] = {}
    waiting: list[int] = []
    heights: dict[int, int] = {}
    level = [fact for fact, options in part.items() if None in options]
    following: list[int] = []
    for fact, options in part.items():
        for option in options:
            if option is None:
                continue
            premises = set(option.premises)
            waiting.append(len(premises))
            if not premises:
                following.append(fact)
            for premise in premises:
                uses.setdefault(premise, []).append((len(waiting) - 1, fact))
    height = 0
    while level or following:
        for fact in level:
            if fact in heights:
                continue
            heights[fact] = height
            for number, head in uses.get(fact, ()):
                waiting[number] -= 1
                if not waiting[number]:
                    following.append(head)
        level, following = [fact for fact in following if fact not in heights], []
        height += 1
    return heights


def _list_used(goal: int, chosen: Choices) -> list[int]:
    """The facts a proof uses, depth first from the goal: each is used because of choices made before it."""
    used: dict[int, None] = {}
    stack = [goal]
    while stack:
        fact = stack.pop()
        if fact not in used:
            used[fact] = None
            option = chosen[fact]
            if option is not None:
                stack.extend(reversed(option.premises))
    return list(used)
