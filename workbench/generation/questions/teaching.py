"""Teaching a rule by examples: which statements tell one of four rules from the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.rule_matching import FactIndex, apply_rule
from workbench.model.rules import Rule
from workbench.model.terms import Triple
from workbench.reasoning.batch import Batch

__all__ = ["Ground", "Lesson", "Trial", "list_others", "teach"]

_EXAMPLES = 3
_WAYS = 4
"""Ways to a conclusion that are looked at."""


class Ground(NamedTuple):
    """What a conclusion rests on: stated facts, rules, and how many hops it takes."""

    leaves: frozenset[Triple]
    rules: frozenset[str]
    hops: int


class Lesson(NamedTuple):
    """What teaches one rule of four: examples, counterexamples, and for each rule one that tells for or against it.

    It ``weighs`` both when one of the others is told by a counterexample alone, and another one by an example.
    """

    positive: list[Triple]
    negative: list[Triple]
    witnesses: list[Triple]
    weighs: bool


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
    given: Sequence[Mapping[Triple, Ground]], right: int, hops: tuple[int, int], random: KeyedRandom
) -> Lesson | None:
    """Return what teaches one of four rules, from what each of them gives; None when it cannot be taught.

    Where it can be, one of the others gives all examples, so that a counterexample has to be looked at, and another
    one misses an example. Something has to be as deep as the level asks for: an example, or what is given wrongly.
    """
    low, high = hops
    own, others = given[right], [n for n in range(len(given)) if n != right]
    near = [sorted(fact for fact, ground in found.items() if ground.hops <= high) for found in given]
    shown = sorted(random.shuffle(near[right]), key=lambda fact: own[fact].hops < low)
    extras: dict[int, list[Triple]] = {}
    for n in others:
        wrong = random.shuffle([fact for fact in near[n] if fact not in own])
        deep = [fact for fact in wrong if given[n][fact].hops >= low]
        extras[n] = list(dict.fromkeys([*deep, *wrong]))
    if not shown or not all(extras[n] or any(fact not in given[n] for fact in shown) for n in others):
        return None
    hidden = [n for n in others if extras[n] and any(fact in given[n] for fact in shown)]
    for kept in (*random.shuffle(hidden), None):
        examples = shown if kept is None else [fact for fact in shown if fact in given[kept]]
        missed = {n: [fact for fact in examples if fact not in given[n]] for n in others}
        if not all(missed[n] or extras[n] for n in others) or (kept is not None and not any(missed.values())):
            continue
        first = random.choose([n for n in others if missed[n]] or others)
        witnesses = {}
        for n in others:
            is_missed = bool(missed[n]) and (n == first or not extras[n] or random.happens(1, 2))
            witnesses[n] = missed[n][0] if is_missed else extras[n][0]
        needed = [fact for fact in witnesses.values() if fact in own]
        positive = list(dict.fromkeys([*needed, *examples]))[:_EXAMPLES]
        witnesses[right] = positive[0]
        depths = [own[fact].hops for fact in positive]
        depths += [given[n][fact].hops for n, fact in witnesses.items() if fact in given[n]]
        if max(depths) >= low:
            negative = sorted({fact for fact in witnesses.values() if fact not in own})
            return Lesson(positive, negative, [witnesses[n] for n in range(len(given))], kept is not None)
    return None


def list_others(given: Sequence[Mapping[Triple, Ground]], lesson: Lesson, random: KeyedRandom) -> list[Triple]:
    """Return further statements that no candidate gives, of those that the candidates say the like of."""
    facts = sorted({fact for found in given for fact in found})
    swapped = [(a[0], a[1], b[2]) for a, b in zip(random.shuffle(facts), random.shuffle(facts), strict=True)]
    return [fact for fact in dict.fromkeys(swapped) if fact[0] != fact[2] and not any(fact in one for one in given)]
