"""The task families, one module each, in one table."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.generation.tasks.abduce import Abduce
from workbench.generation.tasks.compare import Compare
from workbench.generation.tasks.conflict import Conflict
from workbench.generation.tasks.count import Count
from workbench.generation.tasks.diff import Diff
from workbench.generation.tasks.entailment import Entailment
from workbench.generation.tasks.family import Family
from workbench.generation.tasks.formalise import Formalise
from workbench.generation.tasks.induce import Induce
from workbench.generation.tasks.options import Options
from workbench.generation.tasks.prove import Prove
from workbench.generation.tasks.puzzle import PuzzleFamily
from workbench.generation.tasks.recall import Recall
from workbench.generation.tasks.select import Select
from workbench.generation.tasks.step import Step
from workbench.generation.tasks.taxonomy import Taxonomy
from workbench.generation.tasks.value import Value
from workbench.generation.tasks.verbalise import Verbalise
from workbench.model.curriculum import Task

__all__ = ["FAMILIES", "get_family"]

_LISTED: tuple[Family, ...] = (
    Recall(), Taxonomy(), Entailment(), Select(), Options(), Count(), Compare(), Value(), Prove(), Step(), Abduce(),
    Diff(), Conflict(), Induce(), Formalise(), Verbalise(), PuzzleFamily(),
)  # fmt: skip
FAMILIES: Mapping[Task, Family] = {family.name: family for family in _LISTED}
"""The families by name, in the order of :data:`workbench.model.curriculum.TASKS`."""


def get_family(task: Task) -> Family:
    """Return the family of a task; KeyError when there is none."""
    return FAMILIES[task]
