"""The structure of sampled worlds: goals unfolded about individuals that they share, completed, numbers left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.generation.keyed import KeyedRandom, hash_number
from workbench.generation.worlds.attaining import Attainment
from workbench.generation.worlds.plan import Plan, ValuePool
from workbench.generation.worlds.roles import Roles
from workbench.generation.worlds.scene import Scene, settle_scene
from workbench.generation.worlds.sketch import DeadEnd, Leaf, Sketch, Wanted
from workbench.generation.worlds.steering import Size, WorldGraph, choose_subject, draw_graph, settle_size
from workbench.generation.worlds.unfolding import Goal, Unfolder
from workbench.generation.worlds.ways import WayBook
from workbench.model.curriculum import Level
from workbench.model.terms import Term

__all__ = ["Structure", "WorldBuilder"]

_ATTEMPTS = 16
_SHAPED_ATTEMPTS = 8
_TRIES = 4
_FAILS = 4


@dataclass
class Structure:
    """A world without numbers and names: facts over placeholders, what it was made for, what its proofs need.

    ``goals`` are conclusions; ``opposed`` are statements that an integrity rule refutes beside the facts. ``pools``
    are the value pools of the placeholders that stand for values; ``size`` is what was asked for.
    """

    key: str
    turn: int
    sketch: Sketch
    facts: list[Leaf]
    goals: list[Leaf]
    opposed: list[Leaf]
    wanted: list[Wanted]
    size: Size
    pools: dict[int, list[ValuePool]] = field(default_factory=dict)


class WorldBuilder:
    """Builds structures for one plan."""

    def __init__(self, plan: Plan, roles: Roles) -> None:
        self.plan = plan
        self.roles = roles
        self.book = WayBook(plan)
        self.attainment = Attainment(plan, self.book)
        self._unfolders: dict[tuple[tuple[tuple[str, float], ...], int], Unfolder] = {}
        self.statable = tuple(key for key in plan.assertable if key not in plan.values)
        self.statable_codes = [hash_number("state", key) for key in self.statable]

    def get_unfolder(self, level: Level) -> Unfolder:
        """Return the unfolder with the level's weights."""
        cell = level.world.rules, level.hops[1]
        if cell not in self._unfolders:
            reach = self.attainment.find_reach(level.hops[1])
            self._unfolders[cell] = Unfolder(self.plan, self.book, level.world.rules, reach)
        return self._unfolders[cell]

    def build(self, level: Level, key: str, turn: int) -> Structure | None:
        """Return the structure of the world with this key, another in each turn; None when no attempt succeeds."""
        size = settle_size(level, is_small=turn > 1)
        for attempt in range(_ATTEMPTS):
            random = KeyedRandom("world", key, turn, attempt)
            try:
                return _Attempt(self, level, size, random, attempt < _SHAPED_ATTEMPTS).make(key, turn)
            except DeadEnd:
                continue
        return None

    def complete(self, structure: Structure, wanted: Sequence[tuple[int, Term | tuple[Term, ...], int]]) -> None:
        """Add what shapes require of individuals whose classes only the closure knows: values, or one of classes."""
        random = KeyedRandom("completion", structure.key, structure.turn, len(structure.facts))
        for term, what, count in wanted:
            if isinstance(what, tuple):
                options = [option for option in what if option in self.plan.assertable]
                if options:
                    chosen = options[random.prefer([hash_number("class", option) for option in options])]
                    structure.facts.append((chosen, term, term))
                continue
            for _ in range(count):
                other = structure.sketch.draw_placeholder()
                structure.facts.append((what, term, other))
                if what in self.plan.values:
                    structure.pools[other] = [self.plan.values[what]]


class _Attempt:
    """One attempt at one structure."""

    def __init__(self, builder: WorldBuilder, level: Level, size: Size, random: KeyedRandom, is_shaped: bool) -> None:
        self._builder, self._plan, self._roles = builder, builder.plan, builder.roles
        self._level, self._size, self._random = level, size, random
        self._unfolder = builder.get_unfolder(level)
        self._shape = level.world.shape
        self._is_shaped = is_shaped and self._shape != "any"
        self._sketch = Sketch()
        self._goals: list[Leaf] = []
        self._opposed: list[Leaf] = []
        self._scene = Scene(builder.plan, builder.roles)
        self._settled = (0, 0)

    def make(self, key: str, turn: int) -> Structure:
        """Return the structure; DeadEnd when it does not come out within the bounds."""
        random, size = self._random, self._size
        hops = random.draw_between(*self._level.hops)
        # A refutation rests on a conclusion and adds a step or two, so some worlds are made for those.
        is_opposed = random.happens(2, 5)
        lower = max(1, hops - random.draw_between(1, 2))
        self._start(hops, lower, is_opposed)
        self._grow(random.draw_between(*size.goals), random.draw_between(*size.facts))
        self._complete()
        self._check_size()
        sketch = self._sketch
        find = sketch.find
        goals, opposed = ([(k, find(s), find(o)) for k, s, o in own] for own in (self._goals, self._opposed))
        structure = Structure(key, turn, sketch, list(self._scene.leaves), goals, opposed, sketch.wanted, size)
        for key_, _, object_ in self._scene.leaves:
            pool = self._plan.values.get(key_)
            if pool is not None:
                structure.pools.setdefault(object_, []).append(pool)
        return structure

    # ---- goals

    def _start(self, hops: int, lower: int, is_opposed: bool) -> None:
        if is_opposed:
            mark = self._sketch.mark()
            try:
                self._oppose(lower)
                return
            except DeadEnd:
                self._sketch.restore(mark)
                self._scene, self._settled = Scene(self._plan, self._roles), (0, 0)
                self._goals.clear()
                self._opposed.clear()
        if self._random.happens(1, 2):
            goal = self._unfolder.draw_goal(hops, self._random)
        else:
            goal = self._unfolder.draw_goal_between(*self._level.hops, self._random)
        self._unfold(goal, self._sketch.draw_placeholder(), self._sketch.draw_placeholder())
        self._settle()

    def _oppose(self, hops: int) -> None:
        way, _ = self._unfolder.draw_opposed(hops, self._random)
        subject, object_ = self._sketch.draw_placeholder(), self._sketch.draw_placeholder()
        body = self._unfolder.unfold_body(self._sketch, way, subject, object_, hops, self._random)
        self._goals += [leaf for leaf in body if leaf[0] in self._plan.unfoldings]
        self._settle()
        find = self._sketch.find
        for end in {find(subject), find(object_)} if way.head.key not in self._plan.classes else {find(subject)}:
            if end >= 0 and end not in self._scene.masks:
                raise DeadEnd  # nobody is said anything about whom the statement speaks of
        self._opposed.append((way.head.key, subject, subject if way.head.key in self._plan.classes else object_))

    def _grow(self, goals: int, facts: int) -> None:
        """Add further goals until there are enough of them and of facts; what finds no place is left out."""
        size, fails = self._size, 0
        for _ in range(_TRIES * size.goals[1]):
            count = self._scene.size
            if len(self._goals) >= max(size.goals[0], min(goals, size.goals[1])) and count >= facts:
                break
            if len(self._goals) >= size.goals[1] and count >= size.facts[0]:
                break
            mark = self._sketch.mark()
            known = len(self._goals)
            settled = self._scene, self._settled
            try:
                self._join(self._draw_further(facts - count))
                self._settle()
                self._check_bounds()
            except DeadEnd:
                self._sketch.restore(mark)
                del self._goals[known:]
                self._scene, self._settled = settled
                fails += 1
                if fails >= _FAILS and len(self._goals) >= size.goals[0] and count >= size.facts[0]:
                    break

    def _draw_further(self, room: int) -> Goal:
        """Draw a further goal: one of the level's hops where many are asked for, else a lower one or a fact."""
        random, level = self._random, self._level
        low, high = 1, min(3, level.hops[1])
        if room > 0 and random.happens(4 if level.questions > 1 else 2, 5):
            low, high = level.hops
        if random.happens(high, high + 1) and high:
            return self._unfolder.draw_goal_between(max(low, 1), high, random)
        if not self._builder.statable:
            raise DeadEnd
        return Goal(self._builder.statable[random.prefer(self._builder.statable_codes)], 0, ())

    def _join(self, goal: Goal) -> None:
        """Unfold a goal about individuals that are there: one end of it at least, in a dense world both."""
        random, roles = self._random, self._roles
        masks = self._scene.masks
        has_object = goal.key not in self._plan.classes and goal.key not in self._plan.values
        own, other = roles.subjects.get(goal.key, 0), roles.objects.get(goal.key, 0)
        first = [term for term in masks if term >= 0 and roles.is_sound(masks[term] | own)]
        second = [term for term in masks if has_object and term >= 0 and roles.is_sound(masks[term] | other)]
        if not first and not second:
            raise DeadEnd
        subject = object_ = -1
        by_object = bool(second) and (not first or random.happens(1, 2))
        if by_object:
            object_ = choose_subject(second, self._scene.degrees, self._shape, random)
        else:
            subject = choose_subject(first, self._scene.degrees, self._shape, random)
        # Where much is asked about one world, facts that join those who are there already let more follow.
        both = {"dense": 3, "any": 1 if self._level.questions == 1 else 2}.get(self._shape, 0)
        if has_object and random.happens(both, 4):
            others = [t for t in (first if by_object else second) if t not in (subject, object_)]
            if others and by_object:
                subject = random.choose(others)
            elif others:
                object_ = random.choose(others)
        subject = self._sketch.draw_placeholder() if subject < 0 else subject
        object_ = self._sketch.draw_placeholder() if object_ < 0 else object_
        self._unfold(goal, subject, object_)

    def _unfold(self, goal: Goal, subject: int, object_: int) -> None:
        self._unfolder.unfold(self._sketch, goal, subject, object_, self._random)
        self._goals.append((goal.key, subject, subject if goal.key in self._plan.classes else object_))

    # ---- what the individuals are

    def _settle(self) -> None:
        """Bring the scene up to date; DeadEnd when the facts cannot all be about their individuals."""
        start, unions = self._settled
        known = self._scene if unions == self._sketch.unions else None
        self._scene = settle_scene(known, self._sketch, start, self._plan, self._roles)
        self._settled = len(self._sketch.leaves), self._sketch.unions

    def _complete(self) -> None:
        """Add what shapes require, until nothing is missing."""
        for _ in range(_TRIES):
            if not self._scene.missing:
                return
            for term, missing in self._scene.missing.items():
                for property_, count in missing:
                    if property_:
                        self._sketch.leaves += [
                            (property_, term, other) for other in self._sketch.draw_placeholders(count)
                        ]
                    else:
                        self._choose_class(term, count)
            self._settle()
        if self._scene.missing:
            raise DeadEnd

    def _choose_class(self, term: int, number: int) -> None:
        roles, mask = self._roles, self._scene.masks[term]
        for key, subject, _ in self._sketch.leaves[self._settled[0] :]:
            if subject == term:
                mask |= roles.subjects[key]  # chosen a moment ago
        choices = roles.find_needs(mask).choices
        if number >= len(choices):
            return  # an earlier choice has brought this one along
        options = [o for o in choices[number] if roles.is_sound(mask | roles.subjects[o])]
        if not options:
            raise DeadEnd
        chosen = options[self._random.prefer([hash_number("class", option) for option in options])]
        self._sketch.leaves.append((chosen, term, term))

    # ---- size and shape

    def _check_bounds(self) -> None:
        """Raise DeadEnd when the world is too large already."""
        size = self._size
        if self._scene.size > size.facts[1] or len(self._scene.masks) > size.individuals[1]:
            raise DeadEnd
        if self._is_shaped and self._shape in ("tree", "chain"):
            graph = self._draw_graph()
            if graph.circles or (self._shape == "chain" and graph.degree > 3):
                raise DeadEnd

    def _check_size(self) -> None:
        size = self._size
        if len(self._scene.leaves) > size.facts[1]:
            raise DeadEnd
        if not size.admits(len(self._scene.leaves), len(self._scene.masks)):
            raise DeadEnd
        if self._level.world.goals[1] and len(self._goals) < size.goals[0]:
            raise DeadEnd
        if self._is_shaped and not self._draw_graph().has_shape(self._shape):
            raise DeadEnd

    def _draw_graph(self) -> WorldGraph:
        plan = self._plan
        pairs = [(s, o) for key, s, o in self._scene.leaves if key not in plan.classes and key not in plan.values]
        return draw_graph(self._scene.masks, pairs)
