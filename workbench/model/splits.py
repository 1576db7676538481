"""Splits that hold something out: what an axis is, and what no item for training may have on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from workbench.model.report import Location
from workbench.model.terms import Term

__all__ = [
    "AXES",
    "AXIS_MEASURES",
    "MEASURES",
    "PERTURBATIONS",
    "PUZZLE_MEASURES",
    "WORDS",
    "Axis",
    "HeldOut",
    "Meeting",
    "Perturbation",
]

MEASURES = (
    "hops", "height", "steps", "leaves", "alternatives", "rules", "novelty", "distractors", "context", "solver",
    "deductions", "cases",
)  # fmt: skip
"""What a level may bound: the measures of an item that are known before it is put into words."""
PUZZLE_MEASURES = ("deductions", "cases")
"""Those that only puzzles have; of everything else they are 0."""
WORDS = "words"
"""The length of a prompt in words: a measure, but one of the finished text."""
Axis = Literal["higher", "wider", "longer", "compositions", "individuals", "properties", "templates", "perturbed"]
AXES: tuple[Axis, ...] = get_args(Axis)
AXIS_MEASURES: dict[str, tuple[str, ...]] = {
    "higher": ("hops", "height", "steps"),
    "wider": ("leaves", "alternatives", "rules", "context"),
    "longer": (WORDS, "context"),
}
"""The measures that an axis of bounds may speak of; the other axes hold out things, not amounts."""
Meeting = Literal["proof", "adjacent"]
"""When two rules meet: both in one proof, or one concludes what the other needs."""
Perturbation = Literal["renamed", "irrelevant", "reordered", "numbers"]
PERTURBATIONS: tuple[Perturbation, ...] = get_args(Perturbation)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A split for what training never shows, as the curriculum says it.

    ``least`` (higher, wider, longer) names measures with the number from which an item belongs here. ``pairs`` of
    rules (compositions), ``terms`` (properties, individuals) and ``variants`` of templates are held out by name;
    ``share`` is the part of all of them that is held out by hash instead (0: none). ``meet`` says when two rules meet.
    ``uses`` is the part of the items that are made from what is held out where that is drawn: names and templates
    (0: as ``share``, or the part that the reserved templates are of all). A perturbed split has variants of the items
    of the split ``of``, of these ``kinds``; ``items`` bounds how many originals are taken (0: all).
    """

    name: str
    axis: Axis
    least: tuple[tuple[str, int], ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    terms: tuple[Term, ...] = ()
    variants: tuple[str, ...] = ()
    share: float = 0.0
    meet: Meeting = "proof"
    uses: float = 0.0
    of: str = ""
    kinds: tuple[Perturbation, ...] = ()
    items: int = 0
    location: Location | None = field(default=None, compare=False)
