"""Limits on an evaluation, so that a runaway rule ends with a message and not with a full memory."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from workbench.errors import LimitError
from workbench.reasoning.memory import SHARE, measure_resident, measure_total

__all__ = ["Limits", "ProgressHook", "Watch"]

ProgressHook = Callable[[int, int, str], None]
"""Is told the round, how many facts there are, and the name of the rule that is being applied."""

_LOOK_EVERY = 0.02
"""Seconds between two looks at the memory; one costs microseconds, a small evaluation takes less than a millisecond."""
_TELL_EVERY = 0.3
"""Seconds between two calls of a progress hook, and before the first."""


def _choose_memory() -> int:
    return int(measure_total() * SHARE)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one evaluation may use, and who is told how far it is.

    ``rounds`` per stratum; ``facts`` in all worlds together; ``seconds`` of wall time; ``memory``, the bytes that
    the process may have resident, by default three quarters of what the machine or the control group has.
    ``on_progress`` is called a few times a second, and not at all by an evaluation that takes less.
    """

    rounds: int = 100_000
    facts: int = 100_000_000
    seconds: float = 3600.0
    memory: int = field(default_factory=_choose_memory)
    on_progress: ProgressHook | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True)
class Watch:
    """Counts what an evaluation uses and stops it at its limits.

    ``candidates`` counts, per rule, the head instances of the current round. Where a limit is reached between the
    applications of rules, the rule with the most of them is the one named, since a runaway recursion outgrows
    everything else; where it is reached within one, the rule that is being applied (``rule``).
    """

    limits: Limits
    started: float | None = field(default_factory=time.monotonic)
    candidates: Counter[str] = field(default_factory=Counter)
    rule: str = ""
    round: int = 0
    facts: int = 0
    _look_at: float = 0.0
    _tell_at: float = 0.0
    _entered: float | None = None

    def begin_round(self, number: int) -> None:
        """Check the number of rounds, then forget the counts of the round before."""
        self.rule = ""
        if number > self.limits.rounds:
            self._stop(f"more than {self.limits.rounds} rounds of rules")
        self.check_time()
        self.candidates.clear()
        self.round = number

    def enter(self, rule: str) -> None:
        """From now on ``rule`` is the one that is being applied."""
        self.rule = rule
        if self.started is None:
            self._entered = time.monotonic()
        self.check_time()

    def count(self, rule: str, amount: int) -> None:
        """Note that ``rule`` produced ``amount`` head instances in this round."""
        self.candidates[rule] += amount

    def check_time(self) -> None:
        """Raise LimitError when the time or the memory is over; tell the progress when it is time to."""
        now = time.monotonic()
        start = self._entered if self.started is None else self.started
        if start is not None and now - start > self.limits.seconds:
            plural = "s" * (self.limits.seconds != 1)
            self._stop(f"more than {self.limits.seconds:g} second{plural} of reasoning")
        if now < self._look_at:
            return
        self._look_at = now + _LOOK_EVERY
        if measure_resident() > self.limits.memory:
            self._stop(f"more than {_format_bytes(self.limits.memory)} of memory")
        if self.limits.on_progress is not None and self.started is not None:
            self._tell_at = self._tell_at or self.started + _TELL_EVERY
            if now >= self._tell_at:
                self._tell_at = now + _TELL_EVERY
                self.limits.on_progress(self.round, self.facts, self.rule or self._find_busiest())

    def finish(self) -> None:
        """The evaluation is over. In later questions to it each application of a rule has all of the time again."""
        self.started = self._entered = None
        self.rule = ""
        if self.limits.on_progress is not None:  # who was told need not live as long as the closure
            self.limits = replace(self.limits, on_progress=None)
        self.candidates.clear()

    def check_facts(self, amount: int) -> None:
        """Raise LimitError when there are more than the allowed facts."""
        self.facts = amount
        if amount > self.limits.facts:
            self.rule = ""
            self._stop(f"more than {self.limits.facts} facts")

    def check_stated(self, amount: int) -> None:
        """Raise LimitError when already the stated facts are more than the allowed ones: no rule is to blame then."""
        self.facts = amount
        if amount > self.limits.facts:
            raise LimitError(f"Reasoning was stopped: more than {self.limits.facts} facts are stated.")

    def _find_busiest(self) -> str:
        busiest = min(self.candidates.items(), key=lambda pair: (-pair[1], pair[0]), default=("", 0))
        return busiest[0]

    def _stop(self, reached: str) -> None:
        if self.rule:
            blame = f" while the rule '{self.rule}' was being applied"
        elif busiest := self._find_busiest():
            blame = f"; the rule '{busiest}' produced most in the last round"
        else:
            blame = " before any rule was applied" if self.started is not None else ""
        raise LimitError(f"Reasoning was stopped after {reached}{blame}.")


def _format_bytes(amount: int) -> str:
    return f"{amount / 1e9:.3g} GB" if amount >= 1e9 else f"{amount / 1e6:.3g} MB"
