"""The sheet of a world with a statement added, over the sheet of the world as it was.

A fact that rests on nothing that changed has the proof that it had; choices are made anew for the others alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from workbench.model.proofs import FALSE, Step
from workbench.model.terms import Triple
from workbench.reasoning.derivations import Instance, make_step
from workbench.reasoning.plan import TheoryPlan
from workbench.reasoning.sheet import Extent, Sheet, iterate_bits
from workbench.reasoning.sheets import WorldSheet

__all__ = ["ExtendedSheet", "Gains"]


class Gains(NamedTuple):
    """What a statement adds to a world beside new facts: derivations that were none without it, by what they conclude.

    ``lowered`` has the new heights of facts that were there, ``shifted`` facts with a derivation whose height may have
    changed; ``list_instances`` turns rows into derivations.
    """

    rows: dict[int, list[int]]
    lowered: dict[int, int]
    shifted: set[int]
    list_instances: Callable[[list[int]], list[Instance]]


class _Choice(NamedTuple):
    """The last step of a proof, None for a stated fact; and the facts in the proof."""

    instance: Instance | None
    proof: int


class ExtendedSheet(Sheet):
    """What can be asked about a world with a statement. New facts, sorted, are numbered after those that were there."""

    def __init__(
        self,
        plan: TheoryPlan,
        below: WorldSheet,
        statement: Triple,
        news: list[Triple],
        heights: list[int],
        read_gains: Callable[[], Gains],
    ) -> None:
        super().__init__(plan)
        self.below, self.statement, self.news = below, statement, news
        self._heights, self._read_gains = heights, read_gains
        self._known: Gains | None = None
        self._touched_bits: int | None = None
        self._all_heights: list[int] | None = None
        self._instances: dict[int, list[Instance]] = {}
        self._size = len(below.facts)
        self._false = self._size + len(news)
        self._steps: dict[tuple[int, Instance], Step] = {}
        self._choices: dict[int, _Choice] = {}
        self._proofs: dict[int, tuple[Step, ...]] = {}

    @property
    def _gains(self) -> Gains:
        if self._known is None:
            self._known = self._read_gains()
        return self._known

    @cached_property
    def facts(self) -> list[Triple]:
        """See :class:`Sheet`."""
        return [*self.below.facts, *self.news]

    @cached_property
    def _new(self) -> dict[Triple, int]:
        return {fact: self._size + place for place, fact in enumerate(self.news)}

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
        return FALSE if number == self._false else self.news[number - self._size]

    def find(self, triple: Triple) -> int | None:
        """See :class:`Sheet`."""
        number = self.below.find(triple)
        if triple == FALSE:
            return None if number is None and self._false not in self._gains.rows else self._false
        return self._new.get(triple) if number is None else number

    @property
    def heights(self) -> list[int]:
        """The heights of facts by their numbers."""
        if self._all_heights is None:
            heights = [*self.below.heights, *self._heights]
            for number, height in self._gains.lowered.items():
                heights[number] = height
            self._all_heights = heights
        return self._all_heights

    def get_height(self, number: int) -> int:
        """See :class:`Sheet`."""
        if number < self._false:
            return self.heights[number]
        return min(self._measure_instance(instance) for instance in self.list_instances(number))

    def _measure_instance(self, instance: Instance) -> int:
        heights = self.heights
        return 1 + max([heights[premise] for premise in instance.premises], default=0)

    def _list_gained(self, number: int) -> list[Instance]:
        """The derivations of a fact that were none without the statement."""
        found = self._instances.get(number)
        if found is None:
            gains = self._gains
            rows = gains.rows.get(number)
            found = self._instances[number] = gains.list_instances(rows) if rows else []
        return found

    def list_instances(self, number: int) -> list[Instance]:
        """Return the derivations of a fact, those of the world as it was first."""
        own = self._list_gained(number)
        if self._size <= number < self._false:
            return own
        below = self.below.list_rows(min(number, self._size))
        return [*map(self.below.get_instance, below), *own]

    def list_steps(self, number: int) -> list[Step]:
        """See :class:`Sheet`."""
        steps = [self._get_step(number, instance) for instance in self._list_gained(number)]
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

    @property
    def _touched(self) -> int:
        """The facts of the world as it was that may be proved otherwise."""
        if self._touched_bits is None:
            heights, lowered = self.heights, self._gains.lowered
            touched = sum(1 << number for number in {*lowered, *self._gains.shifted})
            for number in self._gains.rows:
                if number < self._size and number not in lowered and heights[number]:
                    height = heights[number]
                    if any(self._measure_instance(instance) == height for instance in self._list_gained(number)):
                        touched |= 1 << number
            self._touched_bits = touched
        return self._touched_bits

    def _is_as_before(self, number: int) -> bool:
        if number >= self._size:
            return False
        return not self._touched or not self.below.get_ground_bits(number) & self._touched

    def list_changed(self) -> list[int]:
        """Return the facts that are new, or that may be proved otherwise than without the statement."""
        touched, new = self._touched, range(self._size, self._false)
        if not touched:
            return [*new]
        return [*(n for n in range(self._size) if self.below.get_ground_bits(n) & touched), *new]

    def _get_proof_bits(self, number: int) -> int:
        choice = self._choices.get(number)
        return self.below.get_proof_bits(number) if choice is None else choice.proof

    def _choose(self, goal: int) -> None:
        """Make the choices for what a goal may rest on and that is not as before."""
        heights, choices = self.heights, self._choices
        open_: dict[int, list[Instance]] = {}
        frontier = [goal]
        while frontier:
            fact = frontier.pop()
            if fact in open_ or fact in choices or self._is_as_before(fact):
                continue
            options = self.list_instances(fact) if fact == self._false or heights[fact] else []
            if len(options) > 1:
                measured = [max([heights[p] for p in option.premises], default=0) for option in options]
                least = min(measured)
                options = [option for option, height in zip(options, measured, strict=True) if height == least]
            open_[fact] = options
            for option in options:
                frontier += option.premises
        self._settle(open_)

    def _settle(self, open_: dict[int, list[Instance]]) -> None:
        """Choose among derivations of least height, that of *false* last."""
        heights = self.heights
        derived = ~self.stated_bits
        for fact in sorted(open_, key=lambda fact: heights[fact] if fact < self._false else len(heights)):
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
        if number not in self._proofs:
            self._proofs[number] = self._find_proof(number)
        return self._proofs[number]

    def _find_proof(self, number: int) -> tuple[Step, ...]:
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
        own = len(self._list_gained(number))
        if self._is_as_before(number):
            extent = self.below.get_extent(number)
            return extent._replace(derivations=extent.derivations + own)
        steps = self.list_proof(number)
        restatements = self._plan.theory.restatements
        hops = sum([step.rule not in restatements for step in steps])
        leaves = (self._get_proof_bits(number) & self.stated_bits).bit_count()
        return Extent(self.get_height(number), hops, len(steps), leaves, len(self.list_instances(number)))

    def get_cone(self, number: int) -> tuple[int, int]:
        """See :class:`Sheet`."""
        concluded = sum(1 << head for head in self._gains.rows if head < self._size)
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
            for instance in self._list_gained(fact):
                rules |= 1 << instance.rule
                stack += instance.premises
        return facts, rules
