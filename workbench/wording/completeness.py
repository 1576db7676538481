"""Whether a language has all that a task needs: its frames, and the instructions that say how to answer."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.wording.frames import Frames
from workbench.wording.task_frames import TASK_SLOTS

__all__ = ["find_gaps"]

_INSTRUCTIONS: Mapping[str, tuple[str, ...]] = {
    **{
        name: (name,)
        for name in ("prove", "step", "conflict", "abduce", "induce", "puzzle", "count", "compare", "value")
    },
    "diff": ("lost", "gained"),
    "formalise": ("write rule", "write query"),
    "verbalise": ("say rule", "say query"),
}
"""By task, the instructions that its prompts give; the others let the template say how to answer."""


def find_gaps(frames: Frames, task: str) -> list[str]:
    """Return in words what a language lacks for a task to be asked in it; nothing when it has all."""
    frames_missing = [key for key in TASK_SLOTS if key not in dict(frames.tasks)]
    told = [f"the frame “{key}” of 'tasks'" for key in frames_missing[:1]]
    told += [f"{len(frames_missing) - 1} more of them"] if len(frames_missing) > 1 else []
    have = dict(frames.instructions)
    return told + [f"the instruction “{key}”" for key in _INSTRUCTIONS.get(task, ()) if key not in have]
