"""Clues: sets of choices, of which a few have the solution alone in common.

A clue is the choices under which it holds, kept as the bits of a number; a puzzle is a set of clues none of which can
be spared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.puzzle_choices import Choices, is_true
from workbench.generation.questions.puzzle_slots import Ground, read_number
from workbench.model.proofs import FALSE, Proof
from workbench.model.puzzles import Clue, ClueKind, Puzzle
from workbench.model.rules import Atom, BodyElement, Comparison, Negation, iterate_atoms
from workbench.model.terms import RDF_TYPE, Term, Triple

__all__ = ["MadePuzzle", "Table", "make_puzzle"]

_MOST_CLUES = 9
_POOL = 40
"""So many clues of each kind are drawn from."""
_WEIGHTS: tuple[tuple[ClueKind, int], ...] = (("true", 4), ("false", 3), ("one", 2), ("any", 2), ("if", 2))


class MadePuzzle(NamedTuple):
    """A puzzle, the stated facts and the rules that it rests on, and the model of its solution."""

    puzzle: Puzzle
    leaves: frozenset[Triple]
    rules: frozenset[str]
    model: frozenset[Triple]


class _Told(NamedTuple):
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
    def told(self) -> tuple[list[Triple], list[Triple]]:
        """The facts that the choice decides and that may be spoken of: those that are so, and those that are not."""
        keys = {*self.plan.queryable, *self.plan.assertable}
        base, taken = frozenset(self.base), {self.bits.get(fact, 0) & self.possible for fact in self.solved}
        are: list[Triple] = []
        are_not: list[Triple] = []
        for fact in sorted(self.bits):
            bits = self.bits[fact] & self.possible
            if fact in base or fact[0] == fact[2] or Atom(*fact).key not in keys or bits in (0, self.possible):
                continue
            if fact[1] == RDF_TYPE and fact[0] not in self._subjects:
                continue  # Of what kind a place is, of which nothing is said, is no news.
            if not bits >> self.right & 1:
                are_not.append(fact)
            elif bits not in taken:
                are.append(fact)
        return are, are_not

    @cached_property
    def hops(self) -> Mapping[Triple, int]:
        """The hops of what follows under the solution."""
        sheet = self._batch.get_sheet(self._start + self.right)
        return dict(zip(sheet.facts, sheet.hops, strict=False))

    def shares_slot(self, first: Triple, second: Triple) -> bool:
        """Tell whether two facts are alternatives to each other."""
        place = self._slot_of.get(first)
        return place is not None and place == self._slot_of.get(second)

    def tell(self, kind: ClueKind, *facts: Triple) -> _Told:
        """Return a clue about some facts."""
        clue = Clue(kind, tuple((Atom(*fact),) for fact in facts))
        columns = [self.bits.get(fact, 0) for fact in facts]
        bits = 0
        for number in range(len(self.choices)):
            if clue.holds(tuple(bool(column >> number & 1) for column in columns)):
                bits |= 1 << number
        return _Told(clue, bits)

    def tell_part(self, part: tuple[BodyElement, ...]) -> _Told:
        """Return the clue that a conjunction is true."""
        bits = sum(1 << number for number, model in enumerate(self.models) if is_true(part, model))
        return _Told(Clue("true", (part,)), bits)


def make_puzzle(table: Table, random: KeyedRandom) -> MadePuzzle | None:
    """Return the puzzle that leaves slots open, with clues drawn; None when there is none within the level."""
    if not table.is_open:
        return None
    low, high = table.level.hops
    are, _ = table.told
    main = [fact for fact in are if low <= table.hops.get(fact, 0) <= high and fact not in table.solved]
    if not main and low:
        return None
    first = [table.tell("true", random.choose(main))] if main else []
    told = _choose_clues(table, first, random)
    if told is None:
        return None
    # What the level asks for goes last, so that it stays if anything else can do without it.
    kept = list(told)
    for one in [*random.shuffle([one for one in told if one not in first]), *first]:
        rest = [other for other in kept if other is not one]
        if _meet(table, rest) == 1 << table.right:
            kept = rest
    if not 1 < len(kept) <= _MOST_CLUES or any(one not in kept for one in first):
        return None
    clues = []
    for one in random.shuffle(kept):
        others = _meet(table, [other for other in kept if other is not one]) & ~(1 << table.right)
        number = random.choose([number for number in range(len(table.choices)) if others >> number & 1])
        clues.append(replace(one.clue, second=table.choices[number]))
    puzzle = Puzzle(table.slots, tuple(clues), table.solution)
    leaves, rules = _collect_grounds(table, puzzle, kept)
    return MadePuzzle(puzzle, leaves, rules, table.models[table.right])


def _meet(table: Table, told: Iterable[_Told]) -> int:
    bits = table.possible
    for one in told:
        bits &= one.bits
    return bits


def _choose_clues(table: Table, first: list[_Told], random: KeyedRandom) -> list[_Told] | None:
    """Return clues, drawn one after the other, that leave the solution alone; None when they do not suffice."""
    pools = {kind: pool for kind, pool in _list_pools(table, random).items() if pool}
    told, left, right = list(first), _meet(table, first), 1 << table.right
    while left != right:
        fitting = {
            kind: own
            for kind, pool in pools.items()
            if (own := [one for one in pool if left & one.bits != left and left & one.bits & right])
        }
        if not fitting or len(told) > _MOST_CLUES:
            return None
        weighed = [kind for kind, weight in _WEIGHTS if kind in fitting for _ in range(weight)]
        found = random.shuffle(fitting[random.choose(weighed)])[:3]
        # Of a few the one that gives away the least, so that a puzzle needs several.
        chosen = max(found, key=lambda one: (left & one.bits).bit_count())
        told.append(chosen)
        left &= chosen.bits
    return told


def _list_pools(table: Table, random: KeyedRandom) -> dict[ClueKind, list[_Told]]:
    """Return the clues of each kind to draw from, all of them true of the solution."""
    are, are_not = table.told
    derived = [fact for fact in are if fact not in table.solved and table.hops.get(fact, 0) <= table.level.hops[1]]
    # What is open itself may stand in a clue of several parts.
    so = random.shuffle([*derived, *table.solved])
    not_so = random.shuffle(are_not)
    pools: dict[ClueKind, list[_Told]] = {"true": [table.tell("true", fact) for fact in derived[:_POOL]]}
    pools["true"] += [table.tell_part(part) for part in _compare_values(table, random)]
    pools["false"] = [table.tell("false", fact) for fact in not_so[:_POOL]]
    pairs = [(a, b) for a in so[:8] for b in not_so[:8] if a[0] != b[0] or Atom(*a).key != Atom(*b).key or a[1] == b[1]]
    for kind in ("one", "any"):
        drawn = random.shuffle(pairs)[: _POOL // 2]
        pools[kind] = [table.tell(kind, *random.shuffle(pair)) for pair in drawn]
    ifs = [(b, a) for a, b in random.shuffle(pairs)[: _POOL // 4]]
    ifs += [(a, b) for a, b in zip(not_so, reversed(not_so), strict=True) if a != b][: _POOL // 4]
    ifs += [*pairwise(so)][: _POOL // 4]
    pools["if"] = [table.tell("if", *pair) for pair in ifs if not table.shares_slot(*pair)]
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


def _collect_grounds(table: Table, puzzle: Puzzle, told: Sequence[_Told]) -> tuple[frozenset[Triple], frozenset[str]]:
    """Return the stated facts and the rules on which it rests that the puzzle has its solution and no other.

    These are the grounds of what clues speak of, under whatever choice it follows; of the contradictions and further
    facts of slots that exclude what the clues do not; and of what rules in use look for and must not find.
    """
    theory, by_choice = table.plan.theory, [set[Triple]() for _ in table.choices]
    said = {(*atom,) for clue in puzzle.clues for part in clue.parts for atom in iterate_atoms(part)}
    spoken = {Atom(*fact).key for fact in said}
    valued = {Atom(*fact).key for fact in said if fact[2][:1] == "?"}
    for fact in (fact for fact in table.bits if Atom(*fact).key in spoken):
        if fact in said or Atom(*fact).key in valued:
            for number in range(len(table.choices)):
                if table.bits[fact] >> number & 1:
                    by_choice[number].add(fact)
    excluded = table.all & ~table.possible
    for one in told:
        excluded &= one.bits
    for number in range(len(table.choices)):
        if excluded >> number & 1:
            model = table.models[number]
            doubled = [fact for slot in table.slots for fact in slot if fact in model]
            by_choice[number].update(doubled if len(doubled) > len(table.slots) else [FALSE])
    leaves: set[Triple] = set()
    rules: set[str] = set()
    looked: set[Term] = set()
    while True:
        for number, goals in enumerate(by_choice):
            if not goals:
                continue
            for goal in sorted(goals):
                # The smallest proof is enough: what follows by it follows, and nothing more does by fewer rules.
                proof = table.find_proof(number, goal)
                if proof is not None:
                    leaves |= set(proof.leaves)
                    rules |= set(proof.iterate_rules())
            goals.clear()
        absent = {
            atom.key
            for name in rules
            for element in theory.by_name[name].body
            if isinstance(element, Negation)
            for atom in iterate_atoms((element,), negated=True)
        } - looked
        if not absent:
            break
        looked |= absent
        for fact, bits in table.bits.items():
            if Atom(*fact).key in absent:
                for number in range(len(table.choices)):
                    if bits >> number & 1:
                        by_choice[number].add(fact)
    open_facts = {fact for slot in table.slots for fact in slot}
    return frozenset(leaves - open_facts), frozenset(rules)
