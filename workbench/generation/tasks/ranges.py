"""Which values of each difficulty measure items of a task can have at all, whatever the knowledge is.

A level that bounds a measure beyond these gets no item of the task, so ``workbench check`` says it before anything is
built. Only what follows from how a task is made stands here: a measure that is not named can have any value.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.model.curriculum import NO_STATUS
from workbench.model.splits import PUZZLE_MEASURES

__all__ = ["Range", "list_ranges"]

Range = tuple[int, int]
_MANY = 1_000_000_000
_NONE = (0, 0)
_SOME = (1, _MANY)
_CONCLUDED: Mapping[str, Range] = dict.fromkeys(("height", "steps", "rules", "alternatives"), _SOME)
"""Of what follows and is not stated: the last step is a step, by a rule."""
_STATED: Mapping[str, Range] = {
    **dict.fromkeys(("hops", "height", "steps", "rules", "novelty", "alternatives"), _NONE), "leaves": (1, 1),
}  # fmt: skip
_RANGES: Mapping[tuple[str, str], Mapping[str, Range]] = {
    ("recall", NO_STATUS): _STATED,
    ("entailment", "entailed"): _CONCLUDED,
    ("entailment", "refuted"): {"alternatives": _NONE},
    ("entailment", "unknown"): {"alternatives": _NONE},
    ("taxonomy", "entailed"): _CONCLUDED,
    ("taxonomy", "refuted"): {"alternatives": _NONE},
    ("taxonomy", "unknown"): {"alternatives": _NONE},
    ("select", NO_STATUS): _CONCLUDED,
    ("options", NO_STATUS): _CONCLUDED,
    ("prove", NO_STATUS): _CONCLUDED,
    # In a proof of two steps one rests on the other.
    ("step", NO_STATUS): {**_CONCLUDED, "height": (2, _MANY), "steps": (2, _MANY)},
    ("abduce", NO_STATUS): _CONCLUDED,
    ("conflict", NO_STATUS): {"leaves": (2, _MANY), "height": _SOME, "steps": _SOME, "rules": _SOME},
}


def list_ranges(task: str, status: str = NO_STATUS) -> dict[str, Range]:
    """Return the least and greatest value of each measure that is not free for items of a task and status."""
    puzzles = {} if task == "puzzle" else dict.fromkeys(PUZZLE_MEASURES, _NONE)
    return puzzles | dict(_RANGES.get((task, status), {}))
