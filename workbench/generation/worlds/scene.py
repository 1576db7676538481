"""Scenes: what the facts of a sketch say about its individuals, kept up to date fact by fact."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.generation.worlds.plan import Plan
from workbench.generation.worlds.roles import Roles
from workbench.generation.worlds.sketch import DeadEnd, Leaf, Sketch
from workbench.model.terms import Term

__all__ = ["Scene", "settle_scene"]


class Scene:
    """The resolved facts of a sketch and what follows for each individual.

    ``masks`` are the kinds of the individuals, ``degrees`` how many facts join each to others, ``missing`` what shapes
    require of each and it lacks: a property and how many values, or "" and the number of a choice between classes.
    """

    __slots__ = ("_firsts", "_have", "_plan", "_roles", "_values", "degrees", "leaves", "masks", "missing")

    def __init__(self, plan: Plan, roles: Roles) -> None:
        self._plan, self._roles = plan, roles
        self.leaves: dict[Leaf, None] = {}
        self.masks: dict[int, int] = {}
        self.degrees: dict[int, int] = {}
        self.missing: dict[int, tuple[tuple[Term, int], ...]] = {}
        self._have: dict[tuple[int, Term], int] = {}
        self._firsts: dict[tuple[Term, int, bool], int] = {}
        self._values: dict[int, None] = {}

    def copy(self) -> Scene:
        """Return a scene that can be extended while this one stays as it is."""
        other = Scene.__new__(Scene)
        other._plan, other._roles = self._plan, self._roles
        other.leaves, other.masks = self.leaves.copy(), self.masks.copy()
        other.degrees, other.missing = self.degrees.copy(), self.missing.copy()
        other._have, other._firsts, other._values = self._have.copy(), self._firsts.copy(), self._values.copy()
        return other

    @property
    def size(self) -> int:
        """How many facts there are with those that are still missing."""
        return len(self.leaves) + sum(map(len, self.missing.values()))

    def extend(self, sketch: Sketch, leaves: Iterable[Leaf]) -> bool:
        """Add facts; False when a functional property made two terms of the sketch one, so that all has to be redone.

        Raises DeadEnd when the facts cannot all be about these individuals.
        """
        plan, roles, find = self._plan, self._roles, sketch.find
        subjects, objects, brings = roles.subjects, roles.objects, roles.brings
        touched: dict[int, None] = {}
        is_settled = True
        for key, subject, object_ in leaves:
            subject, object_ = find(subject), find(object_)
            leaf = key, subject, object_
            if leaf in self.leaves:
                continue
            self.leaves[leaf] = None
            self.masks[subject] = self.masks.get(subject, 0) | subjects[key]
            touched[subject] = None
            for brought in brings[key]:
                self._have[subject, brought] = self._have.get((subject, brought), 0) + 1
            if key in plan.values:
                self._values[object_] = None
            elif key not in plan.classes:
                if subject == object_:
                    raise DeadEnd
                self.masks[object_] = self.masks.get(object_, 0) | objects[key]
                touched[object_] = None
                self.degrees[subject] = self.degrees.get(subject, 0) + 1
                self.degrees[object_] = self.degrees.get(object_, 0) + 1
            if key in roles.single:
                is_settled &= self._merge(sketch, (key, subject, True), object_)
            if key in plan.inverse_functional:
                is_settled &= self._merge(sketch, (key, object_, False), subject)
        if not is_settled:
            return False
        for term in touched:
            if not roles.is_sound(self.masks[term]):
                raise DeadEnd
            if term >= 0:
                self._note_missing(term)
        if any(term >= 0 and term in self.masks for term in self._values):
            raise DeadEnd
        return True

    def _merge(self, sketch: Sketch, place: tuple[Term, int, bool], term: int) -> bool:
        first = self._firsts.setdefault(place, term)
        if first == term:
            return True
        sketch.unify(first, term)
        return False

    def _note_missing(self, term: int) -> None:
        need = self._roles.find_needs(self.masks[term])
        for property_, most in need.limits:
            if self._have.get((term, property_), 0) > most:
                raise DeadEnd
        missing: list[tuple[Term, int]] = []
        for property_, count in need.values:
            lacking = count - self._have.get((term, property_), 0)
            if lacking > 0:
                missing.append((property_, lacking))
        missing += [("", number) for number in range(len(need.choices))]
        if missing:
            self.missing[term] = tuple(missing)
        else:
            self.missing.pop(term, None)


def settle_scene(scene: Scene | None, sketch: Sketch, start: int, plan: Plan, roles: Roles) -> Scene:
    """Return the scene of a sketch; ``scene`` is that of its first ``start`` leaves, None when it is out of date.

    Raises DeadEnd when the facts cannot all be about their individuals.
    """
    extended = Scene(plan, roles) if scene is None else scene.copy()
    leaves = sketch.leaves if scene is None else sketch.leaves[start:]
    while not extended.extend(sketch, leaves):
        extended, leaves = Scene(plan, roles), sketch.leaves
    return extended
