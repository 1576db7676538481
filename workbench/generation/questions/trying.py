"""Trying: which statements are refuted in the worlds of a block, and which cannot be known there.

All statements are tried at once. What refutes one is worked out when it is asked for, since most are never asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from workbench.generation.questions.evaluating import get_key
from workbench.model.proofs import FALSE, Proof
from workbench.model.terms import Term, Triple
from workbench.reasoning.batch import Batch
from workbench.reasoning.extension import Extension

__all__ = ["Place", "Refutations", "Tried", "try_statements"]

Place = tuple[int, Triple]
"""The number of a world, and a statement tried there."""


class _Refuted(NamedTuple):
    """What refutes a statement: in world ``number`` of an extension, all of ``goals``; nothing where it is closed."""

    number: int
    goals: tuple[Triple, ...]


_LACKED = _Refuted(-1, ())


class Refutations(Mapping[Triple, Proof | None]):
    """The statements refuted in a world, each with the proof of it, or None (what is closed)."""

    def __init__(self, extended: Extension) -> None:
        self._extended = extended
        self._refuted: dict[Triple, _Refuted] = {}
        self._proofs: dict[Triple, Proof | None] = {}

    def add(self, statement: Triple, refuted: _Refuted) -> None:
        """Take in a statement."""
        self._refuted[statement] = refuted

    def get_goals(self, statement: Triple) -> tuple[Triple, ...]:
        """Return what follows from a statement and refutes it; nothing for one that is closed, or not refuted."""
        return self._refuted.get(statement, _LACKED).goals

    def __getitem__(self, statement: Triple) -> Proof | None:
        if statement not in self._proofs:
            number, goals = self._refuted[statement]
            found = [proof for goal in goals if (proof := self._extended.proof(number, goal)) is not None]
            self._proofs[statement] = min(found, key=lambda p: (p.height, len(p.steps), p.goal), default=None)
        return self._proofs[statement]

    def __contains__(self, statement: object) -> bool:
        return statement in self._refuted

    def __iter__(self) -> Iterator[Triple]:
        return iter(self._refuted)

    def __len__(self) -> int:
        return len(self._refuted)


class Tried(NamedTuple):
    """Of each world, the statements tried there that are refuted, and those that are unknown."""

    refuted: Sequence[Refutations]
    unknown: Sequence[frozenset[Triple]]


def try_statements(batch: Batch, tried: Sequence[Place]) -> Tried:
    """Tell which statements are refuted in their worlds and which are unknown; none of them follows there."""
    wanted, closed = list(dict.fromkeys(tried)), batch.theory.closed
    extended = batch.extend([place for place in wanted if get_key(place[1]) not in closed])
    inconsistent = extended.find_inconsistent_worlds().tolist()
    refuted = [Refutations(extended) for _ in range(batch.world_count)]
    unknown: list[set[Triple]] = [set() for _ in range(batch.world_count)]
    for world, statement in wanted:
        if get_key(statement) in closed:
            refuted[world].add(statement, _LACKED)
    for number, (world, statement) in enumerate(extended.statements):
        if inconsistent[number]:
            refuted[world].add(statement, _Refuted(number, (FALSE,)))
        elif goals := _find_closed(extended, number, closed):
            refuted[world].add(statement, _Refuted(number, goals))
        else:
            unknown[world].add(statement)
    return Tried(refuted, [frozenset(statements) for statements in unknown])


def _find_closed(extended: Extension, number: int, closed: frozenset[Term]) -> tuple[Triple, ...]:
    """Return the closed facts that a world derives with its statement and lacks without it: they refute it, too."""
    if not closed:
        return ()
    return tuple([fact for fact in extended.list_new_facts(number) if get_key(fact) in closed])
