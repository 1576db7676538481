"""The choices of puzzles, evaluated: what follows under each, and whether one alone fits the clues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from workbench.generation.questions.draft import Query
from workbench.generation.questions.listing import find_answers, index_facts
from workbench.model.deduction import Deducer, Effort, list_columns
from workbench.model.puzzles import Choice, Clue, Puzzle
from workbench.model.rules import Atom, BodyElement, collect_variables
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.reasoning.batch import evaluate

__all__ = [
    "LEAST_DEDUCTIONS", "MOST_GIVEN_AWAY", "Choices", "Outcome", "Tried", "get_puzzle", "is_true", "try_puzzles",
]  # fmt: skip

LEAST_DEDUCTIONS = 2
"""So many rounds a puzzle takes at least: clues build on each other."""
MOST_GIVEN_AWAY = 1
"""So many clues may each, alone, leave one alternative of a slot."""

Outcome = tuple[Choice, frozenset[Triple] | None]
"""A choice with what follows under it; None where it is not possible."""


def get_puzzle(detail: Sequence[object]) -> Puzzle:
    """Return the puzzle of a draft of this task; ValueError when it has none."""
    for part in detail:
        if isinstance(part, Puzzle):
            return part
    raise ValueError("the draft has no puzzle")


Tried = tuple[Puzzle, Sequence[Triple], Sequence[str] | None]
"""A puzzle, the stated facts, and the names of the rules; None for all."""


def try_puzzles(theory: Theory, wanted: Sequence[Tried]) -> list[str | Effort]:
    """Return for each puzzle why the engine does not find exactly its solution, or with what effort it is found.

    All choices of all puzzles are evaluated together.
    """
    batch = Choices(theory, [(facts, puzzle.slots, rules) for puzzle, facts, rules in wanted])
    return [
        _try_puzzle(puzzle, batch.get_outcomes(number), is_own=rules is not None)
        for number, (puzzle, _, rules) in enumerate(wanted)
    ]


def _try_puzzle(puzzle: Puzzle, outcomes: Sequence[Outcome], *, is_own: bool) -> str | Effort:
    """Return a puzzle's flaw or effort. What a solver is spared is judged by what the puzzle's ``own`` rules leave."""
    wrong: dict[Choice, list[int]] = {}
    for choice, model in outcomes:
        if model is not None:
            wrong[choice] = [n for n, clue in enumerate(puzzle.clues) if not clue.holds(_judge_parts(clue, model))]
    if wrong.get(puzzle.solution, [0]):
        return "the solution does not fit"
    if sum(not places for places in wrong.values()) > 1:
        return "there is a second solution"
    if any(wrong.get(clue.second) != [place] for place, clue in enumerate(puzzle.clues)):
        return "a clue can be left out"
    if any(len({choice[place] for choice in wrong}) < 2 for place in range(len(puzzle.slots))):
        return "a slot is decided without clues"
    choices, columns = list_columns(wrong, len(puzzle.clues))
    deducer = Deducer(choices, (1 << len(choices)) - 1)
    effort = deducer.measure(columns)
    if is_own and effort.deductions < LEAST_DEDUCTIONS:
        return "every slot is decided by one clue alone"
    if is_own and sum(map(deducer.gives_away, columns)) > MOST_GIVEN_AWAY:
        return "more than one clue gives a slot away"
    return effort


class Choices:
    """Several things left open, each with the stated facts and under rules: every choice of each, in one batch."""

    def __init__(
        self,
        theory: Theory,
        opened: Sequence[tuple[Iterable[Triple], Sequence[Sequence[Triple]], Sequence[str] | None]],
    ) -> None:
        self._slots = [slots for _, slots, _ in opened]
        self._lists: list[list[Choice]] = []
        self.starts: list[int] = []
        worlds: list[tuple[Triple, ...]] = []
        enabled: list[Sequence[str]] = []
        everything = tuple(rule.name for rule in theory.rules)
        for facts, slots, rules in opened:
            stated = tuple(facts)
            choices = list(product(*(range(len(slot)) for slot in slots)))
            self._lists.append(choices)
            self.starts.append(len(worlds))
            for choice in choices:
                taken = (slot[place] for slot, place in zip(slots, choice, strict=True))
                worlds.append(tuple(sorted({*stated, *taken})))
            enabled += [everything if rules is None else rules] * len(choices)
        plain = all(rules is everything for rules in enabled)
        self.batch = evaluate(theory, worlds, enabled=None if plain else enabled)
        self.bad: list[bool] = self.batch.find_inconsistent_worlds().tolist()
        self.models = [frozenset(known) for known in self.batch.list_all_facts()]

    def get_outcomes(self, number: int) -> list[Outcome]:
        """Return each choice with what follows under it, None where it is not possible."""
        found: list[Outcome] = []
        for place, choice in enumerate(self._lists[number], self.starts[number]):
            model = self.models[place]
            fits = not self.bad[place] and all(sum(f in model for f in slot) == 1 for slot in self._slots[number])
            found.append((choice, model if fits else None))
        return found


def _judge_parts(clue: Clue, model: frozenset[Triple]) -> tuple[bool, ...]:
    """Return which parts of a clue are true in a model."""
    return tuple(is_true(part, model) for part in clue.parts)


def is_true(part: tuple[BodyElement, ...], model: frozenset[Triple]) -> bool:
    """Tell whether a conjunction has a binding in a model."""
    if len(part) == 1 and isinstance(part[0], Atom) and not collect_variables(part[0]):
        return (*part[0],) in model
    variables = tuple(dict.fromkeys(name for e in part if isinstance(e, Atom) for name in collect_variables(e)))
    wanted = {element.predicate for element in part if isinstance(element, Atom)}
    return bool(find_answers(Query(part, variables), index_facts([fact for fact in model if fact[1] in wanted])))
