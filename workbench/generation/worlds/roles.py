"""Roles: what it tells about an individual to stand at one end of a fact, found by asking the engine.

An individual that is somebody's father is a man and a person, needs a year of birth, and cannot be a workshop. What
follows for an individual from standing at an end of one fact is worked out once for each property and class, so that
most worlds come out right before they are reasoned over; the engine judges every finished world all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from workbench.generation.worlds.plan import Plan
from workbench.model.rules import Negation
from workbench.model.terms import RDF_TYPE, Term, Triple, make_literal
from workbench.model.theory import Theory
from workbench.reasoning.batch import evaluate

__all__ = ["ClassChoice", "Completion", "Needs", "Roles"]

_MOST_KINDS = 160
_CHUNK = 4096
_REMEMBERED = 50_000
_FIRST, _SECOND = "<urn:p:0>", "<urn:p:1>"


@dataclass(frozen=True, slots=True)
class Completion:
    """What a shape requires of every individual of a class: at least ``count`` values of a property, at most ``most``.

    ``most`` is None where there may be any number.
    """

    class_: Term
    property_: Term
    count: int
    most: int | None = None


@dataclass(frozen=True, slots=True)
class ClassChoice:
    """What a shape requires of every individual of a class: to be in one of ``options`` as well."""

    class_: Term
    options: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """What individuals of some kinds need: how many values of properties, choices between classes, and limits."""

    values: tuple[tuple[Term, int], ...]
    choices: tuple[tuple[Term, ...], ...]
    limits: tuple[tuple[Term, int], ...]


class Roles:
    """The kinds of individuals that single facts make, as bits: kind n is bit n of a mask."""

    def __init__(self, plan: Plan, completions: Sequence[Completion], choices: Sequence[ClassChoice]) -> None:
        self._plan = plan
        self.completions = tuple(
            c for c in completions if c.count and c.property_ in plan.assertable and c.property_ not in plan.classes
        )
        self._limits = tuple(c for c in completions if c.most is not None)
        self.single = plan.functional | {c.property_ for c in self._limits if c.most == 1}
        """Properties of which nothing gets a second value: functional ones, and those of which shapes allow one."""
        self.choices = tuple(choices)
        # What holds in the absence of something need not hold in a larger world.
        self._theory = Theory(
            tuple(rule for rule in plan.theory.rules if not any(isinstance(e, Negation) for e in rule.body)),
            plan.theory.closed,
        )
        self._kinds: list[frozenset[Term]] = []
        self.brings: dict[Term, tuple[Term, ...]] = {}
        """By key, the properties that shapes require and that the subject of one of its facts has a value of."""
        self.subjects: dict[Term, int] = {}
        self.objects: dict[Term, int] = {}
        self._sound: dict[int, bool] = {0: True}
        self._needs: dict[int, Needs] = {}
        self._find_kinds()

    def _find_kinds(self) -> None:
        required = sorted({completion.property_ for completion in (*self.completions, *self._limits)})
        keys = sorted({*self._plan.assertable, *self._plan.queryable, *self._plan.opposable, *self._plan.unfoldings})
        batch = evaluate(self._theory, [[self._make_fact(key)] for key in keys])
        numbers: dict[frozenset[Term], int] = {}
        for world, key in enumerate(keys):
            facts = batch.list_facts(world)
            ends = [(self.subjects, _FIRST)]
            if key not in self._plan.classes and key not in self._plan.values:
                ends.append((self.objects, _SECOND))
            for masks, term in ends:
                classes = frozenset(o for s, p, o in facts if s == term and p == RDF_TYPE)
                masks[key] = 1 << numbers.setdefault(classes, len(numbers))
            own = {p for s, p, _ in facts if s == _FIRST and p != RDF_TYPE}
            self.brings[key] = tuple(property_ for property_ in required if property_ in own)
        self._kinds = list(numbers)

    def _make_fact(self, key: Term) -> Triple:
        if key in self._plan.classes:
            return (_FIRST, RDF_TYPE, key)
        pool = self._plan.values.get(key)
        if pool is None:
            return (_FIRST, key, _SECOND)
        return (_FIRST, key, make_literal(pool.low) if pool.is_numeric else pool.terms[0])

    @cached_property
    def _clashes(self) -> tuple[int, ...]:
        """By kind, the mask of the kinds that exclude it; nothing where there are too many kinds to try each pair."""
        sets = self._kinds
        found = dict.fromkeys(sets, frozenset[frozenset[Term]]())
        if len(sets) <= _MOST_KINDS:
            pairs = [(a, b) for number, a in enumerate(sets) for b in sets[number:]]
            for start in range(0, len(pairs), _CHUNK):
                part = pairs[start : start + _CHUNK]
                worlds = [[(_FIRST, RDF_TYPE, class_) for class_ in sorted(a | b)] for a, b in part]
                bad = evaluate(self._theory, worlds).find_inconsistent_worlds()
                for (a, b), clash in zip(part, bad, strict=True):
                    if clash:
                        found[a] |= {b}
                        found[b] |= {a}
        return tuple(sum(1 << other for other, classes in enumerate(sets) if classes in found[own]) for own in sets)

    def is_sound(self, mask: int) -> bool:
        """Tell whether one individual may be of all the kinds in a mask."""
        known = self._sound.get(mask)
        if known is None:
            clashes, rest, known = self._clashes, mask, True
            while rest and known:
                kind = rest.bit_length() - 1
                known = not clashes[kind] & mask
                rest ^= 1 << kind
            if len(self._sound) >= _REMEMBERED:
                self._sound.clear()
            self._sound[mask] = known
        return known

    def find_classes(self, mask: int) -> frozenset[Term]:
        """Return the classes of individuals of the kinds in a mask."""
        return frozenset[Term]().union(*(own for kind, own in enumerate(self._kinds) if mask >> kind & 1))

    def find_needs(self, mask: int) -> Needs:
        """Return what shapes require of individuals of these kinds, apart from what the kinds bring along."""
        if mask not in self._needs:
            if len(self._needs) >= _REMEMBERED:
                self._needs.clear()
            classes = self.find_classes(mask)
            most: Counter[Term] = Counter()
            for completion in self.completions:
                if completion.class_ in classes:
                    most[completion.property_] = max(most[completion.property_], completion.count)
            choices = [c.options for c in self.choices if c.class_ in classes and not classes & {*c.options}]
            options = [tuple(o for o in own if o in self._plan.assertable) for own in choices]
            values = tuple((key, most[key]) for key in sorted(most))
            least: dict[Term, int] = {}
            for limit in self._limits:
                if limit.class_ in classes and limit.most is not None:
                    least[limit.property_] = min(least.get(limit.property_, limit.most), limit.most)
            limits = tuple(sorted(least.items()))
            self._needs[mask] = Needs(values, tuple(own for own in options if own), limits)
        return self._needs[mask]
