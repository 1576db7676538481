"""The shape of worlds: what is asked of a level's worlds, where further goals join on, and what came out.

The individuals of a world are the points of a graph, and the facts that join two of them are its edges:

``chain``: all hang together, and the longest shortest way goes through at least three quarters of them.
``star``: one of them is joined to at least half of the others.
``tree``: all hang together without a circle.
``dense``: there is a circle for every four of them, at least one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from workbench.generation.keyed import KeyedRandom
from workbench.model.curriculum import Level, WorldForm
from workbench.model.terms import RDF_TYPE, Triple, is_literal

__all__ = ["Size", "WorldGraph", "choose_subject", "draw_graph", "measure_world", "settle_size"]

_MOST_FACTS = 40
_LEAST_FOR_MANY = 28
_QUESTIONS_PER_GOAL = 3


class Size(NamedTuple):
    """Bounds on the size of a level's worlds, all settled; ``is_bound`` when the level itself sets any."""

    individuals: tuple[int, int]
    facts: tuple[int, int]
    goals: tuple[int, int]
    is_bound: bool

    def admits(self, facts: int, individuals: int) -> bool:
        """Tell whether a world of so many facts and individuals is what the level asks for; any is, if it asks none."""
        return not self.is_bound or (
            self.facts[0] <= facts <= self.facts[1] and self.individuals[0] <= individuals <= self.individuals[1]
        )


class WorldGraph(NamedTuple):
    """How the individuals of a world hang together."""

    individuals: int
    edges: int
    components: int
    diameter: int
    """The most edges on a shortest way between two individuals that hang together."""
    degree: int
    """The most individuals that one is joined to."""

    @property
    def circles(self) -> int:
        """How many edges could go without anything falling apart."""
        return self.edges - self.individuals + self.components

    def has_shape(self, shape: WorldForm) -> bool:
        """Tell whether the graph has a shape."""
        match shape:
            case "chain":
                return self.components == 1 and 4 * (self.diameter + 1) >= 3 * self.individuals
            case "star":
                return 2 * self.degree >= self.individuals - 1
            case "tree":
                return self.components == 1 and self.circles == 0
            case "dense":
                return self.circles >= max(1, self.individuals // 4)
            case _:
                return True


def settle_size(level: Level, *, is_small: bool = False) -> Size:
    """Return the bounds that a level sets, and for the others some that give so many questions their worlds.

    ``is_small`` draws them near their lower ends, for a world that did not come out otherwise.
    """
    world, questions = level.world, level.questions
    least = min(_LEAST_FOR_MANY, 4 + questions)
    facts = world.facts if world.facts[1] else (least, _MOST_FACTS)
    most_goals = 4 if questions == 1 else min(12, 4 + questions // _QUESTIONS_PER_GOAL)
    goals = world.goals if world.goals[1] else (2, most_goals)
    if is_small:
        facts = (facts[0], max(facts[0], (facts[0] + facts[1]) // 2)) if world.facts[1] else (1, facts[1])
        goals = goals if world.goals[1] else (1, max(1, goals[0]))
    individuals = world.individuals if world.individuals[1] else (1, 2 * facts[1])
    bound = bool(world.individuals[1] or world.facts[1] or world.goals[1])
    return Size(individuals, facts, goals, bound)


def choose_subject(
    candidates: Collection[int], degrees: Mapping[int, int], shape: WorldForm, random: KeyedRandom
) -> int:
    """Return the individual that a further goal joins on to: the hub of a star, the end of a chain, or any."""
    ordered = list(candidates)
    if shape in ("star", "chain"):
        sign = -1 if shape == "star" else 1
        best = min(sign * degrees.get(term, 0) for term in ordered)
        ordered = [term for term in ordered if sign * degrees.get(term, 0) == best]
    return random.choose(ordered)


def draw_graph(individuals: Iterable[int], pairs: Iterable[tuple[int, int]]) -> WorldGraph:
    """Measure the graph of some individuals and the pairs that facts join."""
    near: dict[int, set[int]] = {term: set() for term in individuals}
    for first, second in pairs:
        if first != second:
            near[first].add(second)
            near[second].add(first)
    diameter, components, seen = 0, 0, set[int]()
    for start in near:
        if start not in seen:
            components += 1
        reached, frontier, steps = {start}, [start], 0
        while frontier := sorted({other for term in frontier for other in near[term]} - reached):
            reached.update(frontier)
            steps += 1
        seen |= reached
        diameter = max(diameter, steps)
    edges = sum(len(others) for others in near.values()) // 2
    return WorldGraph(len(near), edges, components, diameter, max((len(o) for o in near.values()), default=0))


def measure_world(facts: Iterable[Triple]) -> WorldGraph:
    """Measure the graph of a world's stated facts; values are not part of it."""
    numbers: dict[str, int] = {}
    pairs = []
    for subject, predicate, object_ in facts:
        first = numbers.setdefault(subject, len(numbers))
        if predicate != RDF_TYPE and not is_literal(object_):
            pairs.append((first, numbers.setdefault(object_, len(numbers))))
    return draw_graph(numbers.values(), pairs)
