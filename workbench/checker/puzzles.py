"""Puzzles, solved by trying every choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workbench.checker.evaluation import Plan, make_plan, run_plan
from workbench.checker.facts import CheckError, FactIndex
from workbench.checker.judging import Checker
from workbench.checker.models import build_model, find_contradictions
from workbench.model.puzzles import Choice, Puzzle
from workbench.model.terms import Triple
from workbench.model.theory import Theory

__all__ = ["certify_puzzle", "check_puzzle", "list_possible"]

_MOST_FACTS = 20_000


def list_possible(theory: Theory, facts: Iterable[Triple], puzzle: Puzzle) -> Iterator[tuple[Choice, frozenset[int]]]:
    """Yield every possible choice with the places of the clues that do not hold under it.

    CheckError when the theory cannot be evaluated or a clue is not safe.
    """
    stated = tuple(facts)
    clues = [(clue, [make_plan(part) for part in clue.parts]) for clue in puzzle.clues]
    for choice in puzzle.iterate_choices():
        model = build_model(theory, (*stated, *puzzle.take(choice)), _MOST_FACTS)
        if any(sum(fact in model.facts for fact in slot) != 1 for slot in puzzle.slots):
            continue
        if find_contradictions(theory, model):
            continue
        yield (
            choice,
            frozenset(place for place, (clue, plans) in enumerate(clues) if not clue.holds(_judge_parts(plans, model))),
        )


def _judge_parts(plans: Sequence[Plan], model: FactIndex) -> tuple[bool, ...]:
    return tuple(any(True for _ in run_plan(plan, model, model)) for plan in plans)


def check_puzzle(theory: Theory, facts: Iterable[Triple], puzzle: Puzzle) -> tuple[str, ...]:
    """Return what is wrong with a puzzle; empty when its solution is the only one and every clue is needed.

    CheckError as for :func:`list_possible`.
    """
    stated = frozenset(facts)
    if fault := puzzle.find_fault():
        return (fault,)
    if not stated.isdisjoint(fact for slot in puzzle.slots for fact in slot):
        return ("a fact of a slot is stated",)
    possible = dict(list_possible(theory, stated, puzzle))
    if puzzle.solution not in possible:
        steps = find_contradictions(theory, build_model(theory, (*stated, *puzzle.solved), _MOST_FACTS))
        why = f"the facts contradict the integrity rule {steps[0].rule}" if steps else "two facts of a slot follow"
        return (f"the solution is not possible: {why}",)
    if wrong := possible[puzzle.solution]:
        return (f"clue {min(wrong) + 1} does not hold for the solution",)
    problems = []
    if sum(not wrong for wrong in possible.values()) > 1:
        problems.append("there is a second solution")
    for place, slot in enumerate(puzzle.slots, 1):
        if len({choice[place - 1] for choice in possible}) < 2:
            problems.append(f"without any clue only one fact of slot {place} of {len(slot)} is possible")
    for place, clue in enumerate(puzzle.clues):
        if possible.get(clue.second) != frozenset((place,)):
            problems.append(f"clue {place + 1} can be left out: the second solution is none")
    return tuple(problems)


def certify_puzzle(theory: Theory, facts: Iterable[Triple], puzzle: Puzzle, checker: Checker | None = None) -> str:
    """Check a puzzle and return its certificate; CheckError with the problems when it is rejected.

    A ``checker`` for the same theory and facts saves writing these again.
    """
    stated = tuple(facts)
    checker = checker or Checker(theory, stated)
    if checker.theory is not theory or not checker.is_about(stated):
        raise CheckError("the checker given is for another theory or other facts")
    if problems := check_puzzle(theory, stated, puzzle):
        raise CheckError("; ".join(problems))
    return checker.writer.digest_puzzle(puzzle)
