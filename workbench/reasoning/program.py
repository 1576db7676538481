"""Join programs: the order in which a body's parts are followed, given what is bound before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbench.reasoning.plan import AtomPlan, BodyPlan, Condition, NegationPlan

__all__ = ["Operation", "get_program"]


class Operation(NamedTuple):
    """One operation of a join program; ``keep`` are the variables still needed after it."""

    part: AtomPlan | Condition | NegationPlan
    position: int
    keep: frozenset[int]


def get_program(
    body: BodyPlan, bound: frozenset[int], needed: frozenset[int], sizes: Sequence[int]
) -> tuple[Operation, ...]:
    """Return the program for a body whose atoms have about ``sizes`` facts; bodies remember their programs.

    Sizes count by their number of binary digits, so a few programs serve all rounds of all evaluations.
    """
    key = (bound, needed, *(size.bit_length() for size in sizes))
    program = body.programs.get(key)
    if program is None:
        program = body.programs[key] = _make_program(body, bound, _choose_order(body, bound, sizes), needed)
    return program


def _choose_order(body: BodyPlan, bound: frozenset[int], sizes: Sequence[int]) -> tuple[int, ...]:
    """Order a body's atoms: those with all arguments bound first, then with one bound, the smaller first."""
    if len(body.atoms) < 2:
        return tuple(range(len(body.atoms)))
    order: list[int] = []
    seen = set(bound)
    remaining = list(range(len(body.atoms)))
    while remaining:
        best = min(remaining, key=lambda i: _rank_atom(body.atoms[i], seen, sizes[i], bool(order or bound)))
        remaining.remove(best)
        order.append(best)
        seen |= body.atoms[best].variables
    return tuple(order)


def _rank_atom(atom: AtomPlan, seen: set[int], size: int, is_joined: bool) -> tuple[int, float]:
    """Smaller comes first: free variables, then how many facts may match (a guess: constants select one in eight)."""
    arguments = (atom.subject,) if atom.object is None else (atom.subject, atom.object)
    free = sum(isinstance(a, int) and a not in seen for a in arguments)
    shares = any(isinstance(a, int) and a in seen for a in arguments)
    guess = size / 8.0 ** sum(isinstance(a, str) for a in arguments) / (4.0 if atom.base_only else 1.0)
    return (0 if not is_joined else free if shares or not free else 3, guess)


def _make_program(
    body: BodyPlan, bound: frozenset[int], order: Sequence[int], needed: frozenset[int]
) -> tuple[Operation, ...]:
    """Lay out atoms in ``order``, with every condition and negation as early as its variables allow."""
    parts: list[tuple[AtomPlan | Condition | NegationPlan, int]] = []
    seen = set(bound)
    conditions, negations = list(enumerate(body.conditions)), list(enumerate(body.negations))

    def settle() -> None:
        progress = True
        while progress:
            progress = False
            for index, condition in list(conditions):
                if condition.inputs <= seen:
                    conditions.remove((index, condition))
                    parts.append((condition, index))
                    if condition.target is not None:
                        seen.add(condition.target)
                    progress = True
        for index, negation in list(negations):
            if negation.shared <= seen:
                negations.remove((index, negation))
                parts.append((negation, index))

    settle()
    for position in order:
        parts.append((body.atoms[position], position))
        seen |= body.atoms[position].variables
        settle()
    program: list[Operation] = []
    live = set(needed)
    for part, position in reversed(parts):
        program.append(Operation(part, position, frozenset(live)))
        if isinstance(part, AtomPlan):
            live |= part.variables
        elif isinstance(part, Condition):
            live |= part.inputs
        else:
            live |= part.shared
    return tuple(reversed(program))
