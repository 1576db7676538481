"""Teaching a rule by examples: which statements tell one of four rules from the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import combinations
from typing import NamedTuple

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.rule_matching import FactIndex, apply_rule
from workbench.model.rules import Rule
from workbench.model.terms import Triple
from workbench.reasoning.batch import Batch

__all__ = ["Ground", "Lesson", "Trial", "is_weighed", "teach"]

_RULES = 4
_SHAPES = ((1, 2), (2, 1))
"""How many examples and counterexamples there are, where each wrong rule has one of its own that tells against it."""
_LEAST = (1, 1)
"""How many there are at least: neither examples nor counterexamples alone decide."""
_MOST_PLANS = 8
_WAYS = 4
"""Ways to a conclusion that are looked at."""


class Ground(NamedTuple):
    """What a conclusion rests on: stated facts, rules, and how many hops it takes."""

    leaves: frozenset[Triple]
    rules: frozenset[str]
    hops: int


class Lesson(NamedTuple):
    """What teaches one rule of four: examples, counterexamples, and for each rule one that tells for or against it."""

    positive: list[Triple]
    negative: list[Triple]
    witnesses: list[Triple]

    @property
    def is_full(self) -> bool:
        """Whether each wrong rule has a statement of its own that tells against it."""
        return len(self.positive) + len(self.negative) == _RULES - 1


class Trial:
    """A world without what is stated about a head and without the head's rules, to try other rules on."""

    def __init__(self, batch: Batch, number: int, restatements: frozenset[str]) -> None:
        self._batch, self._number, self._restatements = batch, number, restatements
        self._grounds: dict[Triple, tuple[frozenset[Triple], Mapping[Triple, str]]] = {}
        self._given: dict[str, Mapping[Triple, Ground]] = {}

    @cached_property
    def _index(self) -> FactIndex:
        return FactIndex(self._batch.list_facts(self._number))

    def apply(self, rule: Rule) -> Mapping[Triple, Ground]:
        """Return what a rule gives, with the shortest way to each.

        Nothing when it matches too often to be learned, or says that something stands so to itself.
        """
        if rule.name not in self._given:
            found = apply_rule(rule, self._index)
            if found is None or any(fact[0] == fact[2] for fact in found):
                self._given[rule.name] = {}
            else:
                self._given[rule.name] = {
                    fact: min((self._make_ground(premises) for premises in ways[:_WAYS]), key=_rank)
                    for fact, ways in found.items()
                }
        return self._given[rule.name]

    def contradicts(self, facts: Iterable[Triple]) -> bool:
        """Tell whether the world rules out one of some facts."""
        places = [(self._number, fact) for fact in sorted(facts) if not self._batch.is_entailed(self._number, fact)]
        return bool(places) and bool(self._batch.extend(places).find_inconsistent_worlds().any())

    def _make_ground(self, premises: Sequence[Triple]) -> Ground:
        leaves: set[Triple] = set()
        steps: dict[Triple, str] = {}
        for premise in premises:
            own_leaves, own_steps = self._look_up(premise)
            leaves |= own_leaves
            steps.update(own_steps)
        hops = sum(name not in self._restatements for name in steps.values())
        return Ground(frozenset(leaves), frozenset(steps.values()), 1 + hops)

    def _look_up(self, fact: Triple) -> tuple[frozenset[Triple], Mapping[Triple, str]]:
        if fact not in self._grounds:
            proof = self._batch.proof(self._number, fact)
            steps = {} if proof is None else {step.conclusion: step.rule for step in proof.steps}
            self._grounds[fact] = frozenset(proof.leaves if proof is not None else ()), steps
        return self._grounds[fact]


def _rank(ground: Ground) -> tuple[int, int, list[Triple]]:
    return ground.hops, len(ground.leaves), sorted(ground.leaves)


def teach(
    given: Sequence[Mapping[Triple, Ground]], rights: Sequence[int], hops: tuple[int, int], random: KeyedRandom
) -> list[Lesson] | None:
    """Return for some of four rules what teaches each, from what all of them give; None when one cannot be taught.

    All lessons have as many examples and as many counterexamples, so that how many there are says nothing of which rule
    is right. Something in each is as deep as the level asks for: an example, or what is given wrongly. Where it can be,
    each wrong rule has a statement that tells against it alone.
    """
    low, high = hops
    found: dict[int, list[Triple]] = {}
    for fact in sorted({fact for own in given for fact in own}):
        if max(own[fact].hops for own in given if fact in own) <= high:
            found.setdefault(_mark([fact in own for own in given]), []).append(fact)
    sides = frozenset(found)
    for shape in (*random.shuffle(_SHAPES), _LEAST):
        plans = [_plan(sides, right, shape) for right in rights]
        if not all(plans):
            continue
        lessons = [_fill(given, *one, found, low, random) for one in zip(rights, plans, strict=True)]
        taught = [lesson for lesson in lessons if lesson is not None]
        if len(taught) == len(rights):
            return taught
    return None


def is_weighed(right: int, positive: Sequence[Collection[int]], negative: Sequence[Collection[int]]) -> bool:
    """Tell whether examples and counterexamples teach one of four rules, and none of them could be left out.

    Of each is told which rules give it. Each wrong rule fails; without any one of the statements another rule would fit
    as well; and one wrong rule gives all examples, another one no counterexample, so that neither alone decide.
    """
    if any(right not in one for one in positive) or any(right in one for one in negative):
        return False
    others = [n for n in range(_RULES) if n != right]
    fails = [{n for n in others if n not in one} for one in positive]
    fails += [{n for n in others if n in one} for one in negative]
    alone = [[n for n in others if [n in one for one in fails] == _is_at(place, fails)] for place in range(len(fails))]
    count = len(positive)
    return (
        all(any(n in one for one in fails) for n in others)
        and all(alone)
        and any(not any(n in one for one in fails[:count]) for n in others)
        and any(not any(n in one for one in fails[count:]) for n in others)
    )


def _is_at(place: int, fails: Sequence[object]) -> list[bool]:
    return [number == place for number in range(len(fails))]


def _mark(gives: Sequence[bool]) -> int:
    return sum(1 << n for n, does in enumerate(gives) if does)


def _list_marked(side: int) -> list[int]:
    return [n for n in range(_RULES) if side >> n & 1]


@lru_cache(maxsize=4096)
def _plan(sides: frozenset[int], right: int, shape: tuple[int, int]) -> tuple[tuple[int, ...], ...]:
    """Return which statements teach a rule, by the rules that give them: examples first, then counterexamples."""
    positive = [side for side in sorted(sides) if side >> right & 1]
    negative = [side for side in sorted(sides) if not side >> right & 1]
    return tuple(
        (*examples, *others)
        for examples in combinations(positive, shape[0])
        for others in combinations(negative, shape[1])
        if is_weighed(right, [_list_marked(side) for side in examples], [_list_marked(side) for side in others])
    )


def _fill(
    given: Sequence[Mapping[Triple, Ground]],
    right: int,
    plans: Sequence[tuple[int, ...]],
    found: Mapping[int, Sequence[Triple]],
    low: int,
    random: KeyedRandom,
) -> Lesson | None:
    """Return a lesson by one of the plans, as drawn, with something in it that is deep enough; None without."""
    for plan in random.pick(plans, _MOST_PLANS):
        fails = [frozenset(n for n in range(_RULES) if (side >> n ^ side >> right) & 1) for side in plan]
        # What tells against a rule alone is its witness; what only one statement tells against has no other.
        places = [
            min((place for place, one in enumerate(fails) if n in one), key=lambda place: len(fails[place]))
            if n != right
            else next(place for place, side in enumerate(plan) if side >> right & 1)
            for n in range(_RULES)
        ]
        chosen: list[Triple] = []
        deep = False
        for place, side in enumerate(plan):
            rules = [right] if side >> right & 1 else [n for n in _list_marked(side) if places[n] == place]
            facts = random.shuffle(found[side])
            reaching = [fact for fact in facts if any(given[n][fact].hops >= low for n in rules)]
            deep = deep or bool(reaching)
            chosen.append((reaching or facts)[0])
        if deep:
            count = sum(side >> right & 1 for side in plan)
            return Lesson(chosen[:count], chosen[count:], [chosen[place] for place in places])
    return None
