"""The order in which a curriculum is gone through: stages, what fades in them, and what is repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.model.report import Location

__all__ = ["Replay", "Stage", "order_stages"]


@dataclass(frozen=True, slots=True)
class Replay:
    """A share of a stage that repeats what was learned before: items of ``levels``, or of a set from elsewhere.

    ``external`` names that set; whoever trains brings it. Of ``levels`` those of all earlier stages stand where empty.
    """

    share: float
    levels: tuple[str, ...] = ()
    external: str = ""
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: levels with their shares of the mix, those that ``fade`` to nothing in its course, and replay.

    ``requires`` names the stages that come before; ``items`` is how many it has in all (0: as many as the mix allows
    from what earlier stages left).
    """

    name: str
    title: str
    levels: tuple[tuple[str, float], ...]
    requires: tuple[str, ...] = ()
    fade: tuple[str, ...] = ()
    replay: tuple[Replay, ...] = ()
    items: int = 0
    location: Location | None = field(default=None, compare=False)


def order_stages(stages: Sequence[Stage]) -> tuple[tuple[Stage, ...], tuple[Stage, ...]]:
    """Return the stages so that what a stage requires comes before it, else as listed, and a cycle that forbids it.

    The cycle lists stages of which each requires the next and the last the first; then no order is returned. Names
    that no stage has are passed over.
    """
    known = {stage.name: stage for stage in stages}
    done: dict[str, Stage] = {}
    while len(done) < len(known):
        ready = next(
            (s for s in known.values() if s.name not in done and all(r in done or r not in known for r in s.requires)),
            None,
        )
        if ready is None:
            return (), _find_cycle(known, done)
        done[ready.name] = ready
    return tuple(done.values()), ()


def _find_cycle(known: dict[str, Stage], done: dict[str, Stage]) -> tuple[Stage, ...]:
    """Return a cycle among the stages that wait for each other; each of them requires another one."""
    trail: list[str] = []
    name = next(name for name in known if name not in done)
    while name not in trail:
        trail.append(name)
        name = next(r for r in known[name].requires if r in known and r not in done)
    return tuple(known[name] for name in trail[trail.index(name) :])
