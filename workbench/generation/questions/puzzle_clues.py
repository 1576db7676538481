"""Clues: sets of choices, of which a few have the solution alone in common.

A clue is the choices under which it holds, kept as the bits of a number; a puzzle is a set of clues none of which can
be spared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.puzzle_choices import LEAST_DEDUCTIONS, MOST_GIVEN_AWAY
from workbench.generation.questions.puzzle_table import Table, Told, list_pools
from workbench.model.curriculum import Level
from workbench.model.deduction import Effort
from workbench.model.proofs import FALSE
from workbench.model.puzzles import ClueKind, Puzzle
from workbench.model.rules import Atom, Negation, iterate_atoms
from workbench.model.terms import Term, Triple

__all__ = ["MadePuzzle", "make_puzzle"]

_MOST_CLUES = 9
_DRAWS = 8
"""So often clues are drawn for the same slots before they are given up."""
_WEIGHTS: tuple[tuple[ClueKind, int], ...] = (("true", 4), ("false", 3), ("one", 2), ("any", 2), ("if", 2))


class MadePuzzle(NamedTuple):
    """A puzzle, the stated facts and the rules that it rests on, and the model of its solution."""

    puzzle: Puzzle
    leaves: frozenset[Triple]
    rules: frozenset[str]
    model: frozenset[Triple]


def make_puzzle(table: Table, random: KeyedRandom, *, tied: bool = False) -> MadePuzzle | None:
    """Return the puzzle that leaves slots open, with clues drawn; None when there is none within the level.

    One clue is a conclusion within the level's hops: one that several slots bear on, or that several alternatives of
    one allow; with ``tied`` one that tells, by way of the rules, the solution of a slot.
    """
    if not table.is_open:
        return None
    low, high = table.level.hops
    main = [fact for fact in table.told[2 if tied else 0] if low <= table.hops.get(fact, 0) <= high]
    if not main and (low or tied):
        return None
    pools = {kind: pool for kind, pool in list_pools(table, random).items() if pool}
    best: tuple[int, list[Told]] | None = None
    for _ in range(_DRAWS):
        first = [table.tell("true", random.choose(main))] if main else []
        kept = _draw_clues(table, first, pools, random)
        if kept is None:
            continue
        effort = table.deducer.measure(one.bits for one in kept)
        if effort.deductions < LEAST_DEDUCTIONS:
            continue
        missed = _miss_bounds(table.level, effort)
        if best is None or missed < best[0]:
            best = (missed, kept)
        if not missed:
            break
    if best is None:
        return None
    kept = best[1]
    clues = []
    for one in random.shuffle(kept):
        others = _meet(table, [other for other in kept if other is not one]) & ~(1 << table.right)
        number = random.choose([number for number in range(len(table.choices)) if others >> number & 1])
        clues.append(replace(one.clue, second=table.choices[number]))
    puzzle = Puzzle(table.slots, tuple(clues), table.solution)
    leaves, rules = _collect_grounds(table, puzzle, kept)
    return MadePuzzle(puzzle, leaves, rules, table.models[table.right])


def _miss_bounds(level: Level, effort: Effort) -> int:
    """Return by how much an effort misses what the level asks for."""
    found = effort._asdict()
    bounds = [(found[name], low, high) for name, (low, high) in level.where if name in found]
    return sum(max(0, low - value, value - high) for value, low, high in bounds)


def _meet(table: Table, told: Iterable[Told]) -> int:
    bits = table.possible
    for one in told:
        bits &= one.bits
    return bits


def _draw_clues(
    table: Table, first: list[Told], pools: Mapping[ClueKind, list[Told]], random: KeyedRandom
) -> list[Told] | None:
    """Return clues, drawn one after the other, that leave the solution alone and none of which can be spared.

    None when they do not suffice, or when too many of them tell the solution of a slot without the others.
    """
    told, left, right = list(first), _meet(table, first), 1 << table.right
    given_away = sum(table.gives_away(one) for one in told)
    while left != right:
        fitting = {
            kind: own
            for kind, pool in pools.items()
            if (
                own := [
                    one
                    for one in pool
                    if left & one.bits != left and (given_away < MOST_GIVEN_AWAY or not table.gives_away(one))
                ]
            )
        }
        if not fitting or len(told) > _MOST_CLUES:
            return None
        weighed = [kind for kind, weight in _WEIGHTS if kind in fitting for _ in range(weight)]
        found = random.shuffle(fitting[random.choose(weighed)])[:3]
        # Of a few the one that gives away the least, so that a puzzle needs several.
        chosen = max(found, key=lambda one: (left & one.bits).bit_count())
        told.append(chosen)
        given_away += table.gives_away(chosen)
        left &= chosen.bits
    # What the level asks for goes last, so that it stays if anything else can do without it.
    kept = list(told)
    for one in [*random.shuffle([one for one in told if one not in first]), *first]:
        rest = [other for other in kept if other is not one]
        if _meet(table, rest) == right:
            kept = rest
    return kept if 1 < len(kept) <= _MOST_CLUES and all(one in kept for one in first) else None


def _collect_grounds(table: Table, puzzle: Puzzle, told: Sequence[Told]) -> tuple[frozenset[Triple], frozenset[str]]:
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
