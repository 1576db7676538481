"""How fast a build goes: sentences with what is done, how fast, and how long the rest will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from workbench.generation.selection.selecting import Progress

__all__ = ["Pace", "say_duration"]

_WINDOW = 15.0
"""Seconds over which the rate is taken."""


class Pace:
    """Turns states of a selection into sentences, and remembers how long each level took."""

    def __init__(self, name: str, tell: Callable[[str], None], now: Callable[[], float] = time.monotonic) -> None:
        self._name, self._tell, self._now = name, tell, now
        self._seen: deque[tuple[float, int]] = deque()
        self._levels: dict[str, tuple[float, float, int, int]] = {}

    @property
    def made(self) -> int:
        """How many items were made."""
        return sum(last - first for _, _, first, last in self._levels.values())

    def list_rates(self) -> tuple[tuple[str, int, float], ...]:
        """Return level, items made and seconds of every level that took any time."""
        return tuple(
            (level, last - first, end - start)
            for level, (start, end, first, last) in self._levels.items()
            if last > first and end > start
        )

    def report(self, state: Progress) -> None:
        """Tell how far the selection is."""
        now = self._now()
        start, _, first, _ = self._levels.get(state.level, (now, now, state.level_taken, 0))
        self._levels[state.level] = (start, now, first, state.level_taken)
        self._seen.append((now, state.taken))
        while len(self._seen) > 2 and self._seen[1][0] <= now - _WINDOW:
            self._seen.popleft()
        text = f"{self._name}: level {state.level}, {state.level_taken:,} of {state.level_wanted:,}"
        text += f"; {state.taken:,} of {state.wanted:,} items"
        since, before = self._seen[0]
        if now > since and state.taken > before:
            rate = (state.taken - before) / (now - since)
            left = say_duration((state.wanted - state.taken) / rate)
            text += f", {rate:,.0f} a second, {left} left" if rate >= 1 else f", {60 * rate:,.0f} a minute, {left} left"
        self._tell(text)


def say_duration(seconds: float) -> str:
    """Return a duration in the two largest units that matter: ``40 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
