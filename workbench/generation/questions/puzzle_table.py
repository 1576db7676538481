"""What follows under each choice of a puzzle, and the clues that can be told of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.puzzle_choices import Choices, is_true
from workbench.generation.questions.puzzle_slots import Ground, read_number
from workbench.model.deduction import Deducer
from workbench.model.proofs import Proof
from workbench.model.puzzles import Clue, ClueKind
from workbench.model.rules import Atom, BodyElement, Comparison
from workbench.model.terms import RDF_TYPE, Triple
from workbench.wording.puzzle_sentences import is_of_values

__all__ = ["Table", "Told", "list_pools"]

_POOL = 40
"""So many clues of each kind are drawn from."""
_PAIRED = 10
"""So many facts of each sort are put in pairs with each other."""


class Told(NamedTuple):
    """A clue and the choices under which it holds, as bits."""

    clue: Clue
    bits: int


class Table:
    """Everything that follows under each choice, by fact the choices under which it does, as bits."""

    def __init__(self, ground: Ground, slots: tuple[tuple[Triple, ...], ...], choices: Choices, number: int) -> None:
        self.level, self.plan, self.slots = ground.level, ground.plan, slots
        stated = frozenset(ground.world.facts)
        self.solved = tuple(next(fact for fact in slot if fact in stated) for slot in slots)
        self.solution = tuple(slot.index(fact) for slot, fact in zip(slots, self.solved, strict=True))
        self.base = tuple(fact for fact in ground.world.facts if fact not in self.solved)
        self._subjects = frozenset(fact[0] for fact in stated)
        self._slot_of = {fact: number for number, slot in enumerate(slots) for fact in slot}
        self._given_away: dict[int, bool] = {}
        outcomes = choices.get_outcomes(number)
        self.choices = [choice for choice, _ in outcomes]
        self.right = self.choices.index(self.solution)
        self.all = (1 << len(self.choices)) - 1
        self._batch, self._start = choices.batch, choices.starts[number]
        self.models = choices.models[self._start : self._start + len(self.choices)]
        self.bits: dict[Triple, int] = {}
        for place, model in enumerate(self.models):
            for fact in model:
                self.bits[fact] = self.bits.get(fact, 0) | 1 << place
        self.possible = sum(1 << place for place, (_, model) in enumerate(outcomes) if model is not None)

    @cached_property
    def deducer(self) -> Deducer:
        """What measures the effort of clues."""
        return Deducer(self.choices, self.possible)

    def gives_away(self, told: Told) -> bool:
        """Tell whether a clue alone leaves a single alternative of some slot."""
        found = self._given_away.get(told.bits)
        if found is None:
            found = self._given_away[told.bits] = self.deducer.gives_away(told.bits)
        return found

    def find_proof(self, place: int, fact: Triple) -> Proof | None:
        """Return the smallest proof of what follows under a choice, *false* included."""
        return self._batch.proof(self._start + place, fact)

    @cached_property
    def is_open(self) -> bool:
        """Whether the solution is possible and no slot is decided by the rules alone."""
        if not self.possible >> self.right & 1:
            return False
        kept = [choice for number, choice in enumerate(self.choices) if self.possible >> number & 1]
        return len(kept) > 3 and all(len({choice[place] for choice in kept}) > 1 for place in range(len(self.slots)))

    @cached_property
    def told(self) -> tuple[list[Triple], list[Triple], list[Triple]]:
        """The facts that the choice decides and that may be spoken of: those that are so, and those that are not.

        The last are so as well, but exactly where one slot has its solution: they tell no less than that.
        """
        keys = {*self.plan.queryable, *self.plan.assertable}
        base, taken = frozenset(self.base), {self.bits.get(fact, 0) & self.possible for fact in self.solved}
        are: list[Triple] = []
        are_not: list[Triple] = []
        tied: list[Triple] = []
        for fact in sorted(self.bits):
            bits = self.bits[fact] & self.possible
            if fact in base or fact[0] == fact[2] or Atom(*fact).key not in keys or bits in (0, self.possible):
                continue
            if fact[1] == RDF_TYPE and fact[0] not in self._subjects:
                continue  # Of what kind a place is, of which nothing is said, is no news.
            if not bits >> self.right & 1:
                are_not.append(fact)
            elif fact not in self.solved:
                (tied if bits in taken else are).append(fact)
        return are, are_not, tied

    @cached_property
    def hops(self) -> Mapping[Triple, int]:
        """The hops of what follows under the solution."""
        sheet = self._batch.get_sheet(self._start + self.right)
        return dict(zip(sheet.facts, sheet.hops, strict=False))

    def shares_slot(self, first: Triple, second: Triple) -> bool:
        """Tell whether two facts are alternatives to each other."""
        place = self._slot_of.get(first)
        return place is not None and place == self._slot_of.get(second)

    def may_join(self, first: Triple, second: Triple) -> bool:
        """Tell whether "or" between two facts means one thing: two values of one thing must exclude each other.

        Of other facts that are alternatives to each other it is said what is not the case.
        """
        if is_of_values((Atom(*first), Atom(*second))):
            return not self.bits[first] & self.bits[second] & self.possible
        return not self.shares_slot(first, second)

    def tell(self, kind: ClueKind, *facts: Triple) -> Told:
        """Return a clue about some facts."""
        clue = Clue(kind, tuple((Atom(*fact),) for fact in facts))
        columns = [self.bits.get(fact, 0) for fact in facts]
        bits = 0
        for number in range(len(self.choices)):
            if clue.holds(tuple(bool(column >> number & 1) for column in columns)):
                bits |= 1 << number
        return Told(clue, bits)

    def tell_part(self, part: tuple[BodyElement, ...]) -> Told:
        """Return the clue that a conjunction is true."""
        bits = sum(1 << number for number, model in enumerate(self.models) if is_true(part, model))
        return Told(Clue("true", (part,)), bits)


def list_pools(table: Table, random: KeyedRandom) -> dict[ClueKind, list[Told]]:
    """Return the clues of each kind to draw from, all of them true of the solution."""
    are, are_not, _ = table.told
    derived = [fact for fact in are if table.hops.get(fact, 0) <= table.level.hops[1]]
    # What is open itself may stand in a clue of several parts.
    so = random.shuffle([*derived, *table.solved])
    not_so = random.shuffle(are_not)
    pairs = random.shuffle([(a, b) for a in so[:_PAIRED] for b in not_so[:_PAIRED]])
    apart = [pair for pair in pairs if not table.shares_slot(*pair)]
    wrong = [pair for pair in pairwise(not_so[:_POOL]) if not table.shares_slot(*pair)]
    pools: dict[ClueKind, list[Told]] = {"true": [table.tell("true", fact) for fact in derived[:_POOL]]}
    pools["true"] += [table.tell_part(part) for part in _compare_values(table, random)]
    pools["false"] = [table.tell("false", fact) for fact in not_so[:_POOL]]
    pools["false"] += [table.tell("false", *pair) for pair in wrong[: _POOL // 4]]
    pools["one"] = [table.tell("one", *random.shuffle(pair)) for pair in apart[: _POOL // 2]]
    pools["any"] = [table.tell("any", *random.shuffle(pair)) for pair in pairs if table.may_join(*pair)][: _POOL // 2]
    ifs = [(b, a) for a, b in apart[: _POOL // 4]]
    ifs += [(b, a) for a, b in wrong[: _POOL // 4]]
    ifs += [pair for pair in pairwise(so) if not table.shares_slot(*pair)][: _POOL // 4]
    pools["if"] = [table.tell("if", *pair) for pair in ifs]
    return {
        kind: [one for one in pool if one.bits >> table.right & 1 and one.bits & table.possible != table.possible]
        for kind, pool in pools.items()
    }


def _compare_values(table: Table, random: KeyedRandom) -> Iterator[tuple[BodyElement, ...]]:
    """Yield comparisons of an open number with another one of its property, as they are under the solution."""
    numbers = [fact for fact in (*table.solved, *table.base) if read_number(fact) is not None]
    for fact in table.solved:
        own = read_number(fact)
        for other in random.shuffle([one for one in numbers if one[1] == fact[1] and one[0] != fact[0]])[:3]:
            value = read_number(other)
            if own is None or value is None or own == value:
                continue
            first, second = (fact, other) if random.happens(1, 2) else (other, fact)
            sign = "<" if (read_number(first) or 0) < (read_number(second) or 0) else ">"
            yield (Atom(first[0], first[1], "?A"), Atom(second[0], second[1], "?B"), Comparison(sign, "?A", "?B"))
