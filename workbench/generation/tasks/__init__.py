"""The task families, one module each, in one table."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.generation.tasks.entailment import Entailment
from workbench.generation.tasks.family import Family
from workbench.generation.tasks.options import Options
from workbench.generation.tasks.select import Select
from workbench.model.curriculum import Task

__all__ = ["FAMILIES", "get_family"]

_LISTED: tuple[Family, ...] = (Entailment(), Select(), Options())
FAMILIES: Mapping[Task, Family] = {family.name: family for family in _LISTED}
"""The families by name, in the order of :data:`workbench.model.curriculum.TASKS`."""


def get_family(task: Task) -> Family:
    """Return the family of a task; KeyError when there is none."""
    return FAMILIES[task]
