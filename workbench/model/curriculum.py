"""The curriculum as a value: levels, tasks, quotas, splits and names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workbench.model.report import Location
from workbench.model.splits import PUZZLE_MEASURES, HeldOut
from workbench.model.stages import Stage
from workbench.model.terms import Term

__all__ = [
    "BALANCED",
    "BARE_TASKS",
    "CLOSED_BOOK_TASKS",
    "CURRICULUM_VERSION",
    "FORMULA_BOUNDS",
    "NO_STATUS",
    "OWN_CONTEXT_TASKS",
    "STATUSES",
    "STATUS_TASKS",
    "TASKS",
    "Balance",
    "Cell",
    "Curriculum",
    "Given",
    "Level",
    "NameList",
    "Quota",
    "Splits",
    "Task",
    "WorldForm",
    "WorldShape",
    "WorldSource",
]

CURRICULUM_VERSION = 1
Given = Literal["facts+rules", "facts", "none"]
Task = str
"""The name of a task family; :data:`TASKS` lists them."""
TASKS: tuple[Task, ...] = (
    "recall", "taxonomy", "entailment", "select", "options", "count", "compare", "value", "prove", "step", "abduce",
    "diff", "conflict", "induce", "formalise", "verbalise", "puzzle",
)  # fmt: skip
"""All task families, in the order in which they are reported; each is a class in ``generation/tasks``."""
CLOSED_BOOK_TASKS: tuple[Task, ...] = ("recall", "entailment", "select", "options", "count", "compare", "value")
"""Those that can be asked with nothing stated."""
WorldSource = Literal["sampled", "project"]
STATUSES = ("entailed", "refuted", "unknown")
NO_STATUS = "-"
"""Stands in a cell where the task has no status."""
OWN_CONTEXT_TASKS: frozenset[Task] = frozenset(("abduce", "induce", "puzzle"))
"""The tasks that leave something of a world unsaid, so that questions about one world cannot share it."""
BARE_TASKS: frozenset[Task] = frozenset(("formalise", "verbalise"))
"""The tasks whose prompts state neither facts nor rules: they are about formulas."""
FORMULA_BOUNDS: Mapping[str, tuple[int, int]] = {
    "hops": (0, 8), "height": (0, 8), "steps": (1, 9), "leaves": (1, 6), "rules": (1, 7), "alternatives": (1, 1),
    "distractors": (0, 0), "context": (0, 0), "solver": (0, 0),
}  # fmt: skip
"""What is measured of a formula, and within which bounds its measures are."""
STATUS_TASKS: frozenset[Task] = frozenset(("entailment", "taxonomy"))
"""The tasks whose items are true, false or unknown."""

Cell = tuple[str, str, str]
"""What is counted: level name, task, status."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How many items a cell is to have, and where the curriculum says so."""

    task: Task
    status: str
    items: int
    location: Location | None = field(default=None, compare=False)


BALANCED = ("rules", "classes", "properties")
"""What items of a level can be balanced over."""


@dataclass(frozen=True, slots=True)
class Balance:
    """How a level's items are spread over the rules (classes, properties) that their proofs and questions use.

    ``of`` is one of :data:`BALANCED`. Each that can occur should do so in at least ``each`` items of the level, and
    none in more than the share ``most`` of a cell.
    """

    of: str
    each: int = 0
    most: float = 1.0
    location: Location | None = field(default=None, compare=False)


WorldForm = Literal["any", "chain", "star", "tree", "dense"]
"""How the individuals of a sampled world hang together: see :mod:`workbench.generation.worlds.steering`."""


@dataclass(frozen=True, slots=True)
class WorldShape:
    """What a level's sampled worlds are to be like; bounds are inclusive, and ``(0, 0)`` leaves one to the sampler.

    ``individuals``, ``facts`` (stated ones) and ``goals`` (conclusions that a world is made for) bound the size;
    without bounds of its own a world grows with the level's ``questions``. ``shape`` steers how individuals hang
    together. ``rules`` weighs rules and axioms by name: how often one is drawn, where the others count 1; a rule of
    weight 0 is never drawn, though it still holds. What was reached is measured, never assumed.
    """

    individuals: tuple[int, int] = (0, 0)
    facts: tuple[int, int] = (0, 0)
    shape: WorldForm = "any"
    rules: tuple[tuple[str, float], ...] = ()
    goals: tuple[int, int] = (0, 0)
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Level:
    """One level: bounds on difficulty, what the prompt states, and the quotas of its cells.

    ``hops`` and ``distractors`` are inclusive bounds; ``extra_rules`` bounds the distractor rules that are stated
    beside those of the cone; ``sources`` says where worlds come from; ``split`` names the one split that all items
    of the level go to, or is empty. ``questions`` is how many questions of one task may be asked about one world: with
    1 each question gets a context of its own, carved for it; with more they share the whole world as context.
    ``words`` is how long a prompt may be (0: any length). ``world`` steers sampled worlds. ``where`` bounds further
    measures (names of :data:`workbench.model.splits.MEASURES`), inclusive too; ``balance`` spreads the items.
    """

    name: str
    number: int
    title: str
    hops: tuple[int, int]
    given: Given
    distractors: tuple[int, int]
    extra_rules: tuple[int, int]
    sources: tuple[WorldSource, ...]
    quotas: tuple[Quota, ...]
    split: str = ""
    questions: int = 1
    words: int = 0
    world: WorldShape = WorldShape()
    where: tuple[tuple[str, tuple[int, int]], ...] = ()
    balance: tuple[Balance, ...] = ()
    location: Location | None = field(default=None, compare=False)

    @property
    def bounds(self) -> tuple[tuple[str, tuple[int, int]], ...]:
        """All inclusive bounds by measure: ``hops``, ``distractors`` and those of ``where``."""
        return (("hops", self.hops), ("distractors", self.distractors), *self.where)

    def admits(self, measures: Mapping[str, int]) -> bool:
        """Tell whether an item of these measures (all of those that are bounded) belongs to the level."""
        known = {**dict.fromkeys(PUZZLE_MEASURES, 0), **measures}
        return all(low <= known[name] <= high for name, (low, high) in self.bounds)


@dataclass(frozen=True, slots=True)
class Splits:
    """Shares of the splits, in order, and the identity whose hash names an item's split."""

    shares: tuple[tuple[str, float], ...]
    by: Literal["named", "core"] = "named"


@dataclass(frozen=True, slots=True)
class NameList:
    """Names for fresh individuals of a class (empty: any class) in every language of the curriculum.

    ``labels`` has one tuple per language, all of one length; the same position names the same individual.
    """

    class_: Term
    labels: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Curriculum:
    """A curriculum of one domain.

    ``assertable`` are the keys that a prompt may state (empty: those the project itself states); ``queryable`` the
    keys that may be asked for (empty: all that rules conclude); ``interrogative`` chooses between "Who ...?" and
    "For which X ...?", and ``persons`` are the classes whose members "who" asks for (empty: any); ``shortfall`` says
    whether a quota that cannot be met is an error; ``max_per_structure`` is how many items of one cell may share a
    ``core`` identity (0: any number). ``held_out`` are the splits that an axis
    chooses, in the order in which they claim items; ``stages`` the order in which the levels are learned.
    """

    name: str
    domain: str
    path: str
    levels: tuple[Level, ...]
    splits: Splits
    languages: tuple[tuple[str, float], ...]
    names: tuple[NameList, ...]
    assertable: tuple[Term, ...] = ()
    queryable: tuple[Term, ...] = ()
    interrogative: Literal["person", "thing"] = "thing"
    persons: tuple[Term, ...] = ()
    shortfall: Literal["error", "warning"] = "error"
    max_per_structure: int = 0
    licence: str = ""
    description: str = ""
    held_out: tuple[HeldOut, ...] = ()
    stages: tuple[Stage, ...] = ()

    @property
    def train(self) -> str:
        """The split to train on: the first of the shares."""
        return self.splits.shares[0][0]

    def list_splits(self) -> tuple[str, ...]:
        """Return the names of all splits: those of the shares, then those held out, then those of levels."""
        named = [*(name for name, _ in self.splits.shares), *(held.name for held in self.held_out)]
        return tuple(dict.fromkeys([*named, *(level.split for level in self.levels if level.split)]))
