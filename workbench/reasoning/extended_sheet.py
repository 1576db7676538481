"""The sheet of a world with a statement added, over the sheet of the world as it was.

A fact that rests on nothing that changed has the proof that it had; choices are made anew for the others alone.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from workbench.model.proofs import FALSE, Step
from workbench.model.rules import is_restatement
from workbench.model.terms import Triple
from workbench.reasoning.derivations import Instance, make_step
from workbench.reasoning.plan import TheoryPlan
from workbench.reasoning.sheet import Extent, Sheet, iterate_bits
from workbench.reasoning.sheets import WorldSheet

__all__ = ["ExtendedSheet", "Gains"]


class Gains(NamedTuple):
    """What a statement adds to a world: new facts, sorted, with their heights; derivations with a new premise.

    ``lowered`` has the new heights of facts that were there. New facts are numbered after those, then *false*.
    """

    facts: list[Triple]
    heights: list[int]
    instances: dict[int, list[Instance]]
    lowered: dict[int, int]


class _Choice(NamedTuple):
    """The last step of a proof, None for a stated fact; and the facts in the proof."""

    instance: Instance | None
    proof: int


class ExtendedSheet(Sheet):
    """What can be asked about a world with a statement; ``gains`` is what the statement adds."""

    def __init__(self, plan: TheoryPlan, below: WorldSheet, statement: Triple, gains: Gains) -> None:
        super().__init__(plan)
        self.below, self.statement, self.gains = below, statement, gains
        self._size = len(below.facts)
        self._false = self._size + len(gains.facts)
        self._steps: dict[tuple[int, Instance], Step] = {}
        self._choices: dict[int, _Choice] = {}

    @cached_property
    def facts(self) -> list[Triple]:
        """See :class:`Sheet`."""
        return [*self.below.facts, *self.gains.facts]

    @cached_property
    def _new(self) -> dict[Triple, int]:
        return {fact: self._size + place for place, fact in enumerate(self.gains.facts)}

    @cached_property
    def stated_bits(self) -> int:
        """See :class:`Sheet`."""
        number = self.find(self.statement)
        if number is None:
            raise ValueError("the statement is no fact of its own world")
        return self.below.stated_bits | 1 << number

    def get_triple(self, number: int) -> Triple:
        """See :class:`Sheet`."""
        if number < self._size:
            return self.below.facts[number]
        return FALSE if number == self._false else self.gains.facts[number - self._size]

    def find(self, triple: Triple) -> int | None:
        """See :class:`Sheet`."""
        number = self.below.find(triple)
        if triple == FALSE:
            return None if number is None and self._false not in self.gains.instances else self._false
        return self._new.get(triple) if number is None else number

    def get_height(self, number: int) -> int:
        """See :class:`Sheet`."""
        if number < self._size:
            lowered = self.gains.lowered.get(number)
            return self.below.heights[number] if lowered is None else lowered
        if number < self._false:
            return self.gains.heights[number - self._size]
        return min(map(self._measure_instance, self.list_instances(number)))

    def _measure_instance(self, instance: Instance) -> int:
        return 1 + max([self.get_height(premise) for premise in instance.premises], default=0)

    def list_instances(self, number: int) -> list[Instance]:
        """Return the derivations of a fact, those of the world as it was first."""
        own = self.gains.instances.get(number, [])
        if self._size <= number < self._false:
            return own
        below = self.below.list_rows(min(number, self._size))
        return [*map(self.below.get_instance, below), *own]

    def list_steps(self, number: int) -> list[Step]:
        """See :class:`Sheet`."""
        steps = [self._get_step(number, instance) for instance in self.gains.instances.get(number, ())]
        if self._size <= number < self._false:
            return steps
        return [*self.below.list_steps(min(number, self._size)), *steps]

    def _get_step(self, number: int, instance: Instance) -> Step:
        step = self._steps.get((number, instance))
        if step is None:
            premises = [self.get_triple(premise) for premise in instance.premises]
            step = make_step(self._plan.rules[instance.rule], premises, self.get_triple(number))
            self._steps[number, instance] = step
        return step

    # What changed, and proofs.

    @cached_property
    def _touched(self) -> int:
        """The facts of the world as it was that may be proved otherwise."""
        touched = 0
        for number in self.gains.lowered:
            touched |= 1 << number
        for number, instances in self.gains.instances.items():
            if number < self._size and not touched >> number & 1:
                height = self.get_height(number)
                if height and any(self._measure_instance(instance) == height for instance in instances):
                    touched |= 1 << number
        return touched

    def _is_as_before(self, number: int) -> bool:
        if number >= self._size:
            return False
        return not self._touched or not self.below.get_cone(number)[0] & self._touched

    def _get_proof_bits(self, number: int) -> int:
        choice = self._choices.get(number)
        return self.below.get_proof_bits(number) if choice is None else choice.proof

    def _choose(self, goal: int) -> None:
        """Make the choices for what a goal may rest on and that is not as before."""
        open_: dict[int, list[Instance]] = {}
        frontier = [goal]
        while frontier:
            fact = frontier.pop()
            if fact in open_ or fact in self._choices or self._is_as_before(fact):
                continue
            height = self.get_height(fact)
            options = [] if height == 0 else self.list_instances(fact)
            open_[fact] = [option for option in options if self._measure_instance(option) == height]
            frontier += [premise for option in open_[fact] for premise in option.premises]
        derived = ~self.stated_bits
        for fact in sorted(open_, key=self.get_height):
            ranked: list[tuple[int, Instance, int]] = []
            for option in open_[fact]:
                proof = 0
                for premise in option.premises:
                    proof |= self._get_proof_bits(premise)
                ranked.append(((proof & derived).bit_count(), option, proof))
            own = 1 << fact if fact != self._false else 0
            if not ranked:
                self._choices[fact] = _Choice(None, own)
                continue
            least = min(size for size, _, _ in ranked)
            best = [(option, proof) for size, option, proof in ranked if size == least]
            if len(best) > 1:
                best.sort(key=lambda pair: self._get_step(fact, pair[0]).sort_key)
            self._choices[fact] = _Choice(best[0][0], best[0][1] | own)

    def list_proof(self, number: int) -> tuple[Step, ...]:
        """See :class:`Sheet`."""
        self._choose(number)
        steps: dict[int, Step] = {}  # by what they conclude
        stack = [number]
        while stack:
            fact = stack.pop()
            if fact < 0:
                instance = self._choices[-1 - fact].instance
                if instance is not None:
                    steps[-1 - fact] = self._get_step(-1 - fact, instance)
            elif fact not in steps:
                choice = self._choices.get(fact)
                if choice is None:
                    for row in self.below.list_proof_rows(fact):
                        steps.setdefault(self.below.get_head(row), self.below.get_step(row))
                elif choice.instance is not None:
                    stack.append(-1 - fact)
                    stack.extend(choice.instance.premises[::-1])
        return tuple(steps.values())

    def get_extent(self, number: int) -> Extent:
        """See :class:`Sheet`."""
        own = len(self.gains.instances.get(number, ()))
        if self._is_as_before(number):
            extent = self.below.get_extent(number)
            return extent._replace(derivations=extent.derivations + own)
        steps = self.list_proof(number)
        rules = self._plan.theory.by_name
        hops = sum(not is_restatement(rules[step.rule]) for step in steps)
        leaves = (self._get_proof_bits(number) & self.stated_bits).bit_count()
        return Extent(self.get_height(number), hops, len(steps), leaves, len(self.list_instances(number)))

    def get_cone(self, number: int) -> tuple[int, int]:
        """See :class:`Sheet`."""
        gained = self.gains.instances
        concluded = sum(1 << head for head in gained if head < self._size)
        facts = rules = done = 0
        stack = [number]
        while stack:
            fact = stack.pop()
            if done >> fact & 1:
                continue
            done |= 1 << fact
            facts |= 1 << fact
            if fact < self._size:
                own, used = self.below.get_cone(fact)
                stack += iterate_bits(own & concluded & ~done)
                facts, rules = facts | own, rules | used
            elif fact == self._false and self.below.find(FALSE) is not None:
                for row in self.below.list_rows(self._size):
                    instance = self.below.get_instance(row)
                    rules |= 1 << instance.rule
                    stack += instance.premises
            for instance in gained.get(fact, ()):
                rules |= 1 << instance.rule
                stack += instance.premises
        return facts, rules
