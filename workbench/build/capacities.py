"""How many structures each level of a built dataset could have: the project's own, and those of sampled worlds."""

from __future__ import annotations

from typing import Any

from workbench.build.knowledge import Knowledge
from workbench.generation.identity.capacity import OwnCount, count_own_structures, describe_capacity
from workbench.generation.selection.selecting import Selection
from workbench.model.curriculum import Curriculum

__all__ = ["describe_capacities"]

_LEAST, _MOST = 2_000, 50_000
"""So many of a project's own conclusions are looked at: four for each item that is asked for, within these bounds. With
more of them, its structures are at least those found."""


def describe_capacities(
    knowledge: Knowledge, curriculum: Curriculum, selection: Selection
) -> dict[str, dict[str, Any]]:
    """Return the account of each level, by name (see :func:`workbench.generation.identity.capacity.describe_capacity`).

    Of a sensitive domain its own individuals are not counted: nothing about them leaves the project, not even numbers.
    """
    asked = {
        (level.name, quota.task, quota.status): quota.items for level in curriculum.levels for quota in level.quotas
    }
    own: dict[str, OwnCount] = {}
    if not knowledge.domain.sensitive:
        own = count_own_structures(
            knowledge.theory,
            knowledge.closure,
            curriculum.levels,
            queryable=curriculum.queryable,
            most=min(_MOST, max(_LEAST, 4 * sum(asked.values()))),
        )
    short = {shortfall.level.name for shortfall in selection.shortfalls}
    return describe_capacity(selection.supplies, own, asked, short)
