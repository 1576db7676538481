"""Limits on an evaluation, so that a runaway rule ends with a message and not with a full memory."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from workbench.errors import LimitError

__all__ = ["Limits", "Watch"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one evaluation may use: rounds per stratum, facts in all worlds together, and seconds of wall time."""

    rounds: int = 100_000
    facts: int = 30_000_000
    seconds: float = 3600.0


@dataclass(slots=True)
class Watch:
    """Counts what an evaluation uses and stops it at its limits.

    ``candidates`` counts, per rule, the head instances of the current round: when a limit is reached the rule
    with the most of them is the one named, since a runaway recursion outgrows everything else.
    """

    limits: Limits
    started: float | None = field(default_factory=time.monotonic)
    candidates: Counter[str] = field(default_factory=Counter)

    def begin_round(self, number: int) -> None:
        """Check the number of rounds, then forget the counts of the round before."""
        if number > self.limits.rounds:
            self._stop(f"more than {self.limits.rounds} rounds of rules")
        self.check_time()
        self.candidates.clear()

    def count(self, rule: str, amount: int) -> None:
        """Note that ``rule`` produced ``amount`` head instances in this round."""
        self.candidates[rule] += amount

    def check_time(self) -> None:
        """Raise LimitError when the time is over."""
        if self.started is not None and time.monotonic() - self.started > self.limits.seconds:
            self._stop(f"more than {self.limits.seconds:g} seconds of reasoning")

    def finish(self) -> None:
        """The evaluation is over: later questions to it are not under its time limit."""
        self.started = None

    def check_facts(self, amount: int) -> None:
        """Raise LimitError when there are more than the allowed facts."""
        if amount > self.limits.facts:
            self._stop(f"more than {self.limits.facts} facts")

    def _stop(self, reached: str) -> None:
        busiest = min(self.candidates.items(), key=lambda pair: (-pair[1], pair[0]), default=None)
        blame = f"; the rule '{busiest[0]}' produced most in the last round" if busiest else ""
        raise LimitError(f"Reasoning was stopped after {reached}{blame}.")
