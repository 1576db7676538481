"""Evening out: things to choose from are right as often as they are wrong, whatever is seen of them.

A level has few items with choices for each of its blocks, too few to be balanced by themselves. So their candidates are
walked through in their order, block by block, and one is left out when with it something that is seen would be right
still more often, or still more seldom, than by lot. An excess may be about half as large as lots would make it. What
stays depends on the candidates of the one cell alone, and a larger request goes on where a smaller one ends.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

__all__ = ["TOLD", "ChoiceBalance", "Cue", "list_cues"]

TOLD = "would tell its answer by its surface"

_TOGETHER = 0.5
"""How far what is seen of an item may lean together, in standard deviations of each feature."""
_ALONE = 1.0
"""How far a feature may lean before nothing more is added to it: a part of its standard deviation, beside one item."""
_ALONE_IN_SQUARES = 0.5
"""The same of statements made two by two: less is seen of them than of lines and rules, so that less of it leans by
lot, and there are more to take from."""
_SQUARES = frozenset({"abduce", "diff", "options"})


class Cue(NamedTuple):
    """A feature of things to choose from: how much oftener than by lot the right one has it, and which part has it."""

    feature: int
    more: float
    share: float


def list_cues(choices: Sequence[Collection[str]], right: int) -> tuple[Cue, ...]:
    """Return what is seen of an item's choices, without what all of them have."""
    seen: dict[str, int] = {}
    for features in choices:
        for feature in dict.fromkeys(features):
            seen[feature] = seen.get(feature, 0) + 1
    own = frozenset(choices[right])
    return tuple(
        Cue(_number(feature), (feature in own) - count / len(choices), count / len(choices))
        for feature, count in sorted(seen.items())
        if count < len(choices)
    )


@lru_cache(maxsize=65_536)
def _number(feature: str) -> int:
    return int.from_bytes(sha256(feature.encode()).digest()[:6], "big")


class ChoiceBalance:
    """Keeps what is seen of things to choose from apart from being right."""

    def __init__(self) -> None:
        self._excess: dict[int, float] = {}
        self._variance: dict[int, float] = {}

    def accepts(self, cues: Sequence[Cue], task: str = "") -> bool:
        """Tell whether an item of a task keeps the balance, and count it if so."""
        alone = _ALONE_IN_SQUARES if task in _SQUARES else _ALONE
        together = 0.0
        for feature, more, _ in cues:
            value, variance = self._excess.get(feature, 0.0), self._variance.get(feature, 0.0)
            if value * more > 0 and abs(value) > 1 + alone * math.sqrt(variance):
                return False
            together += value * more / (variance + 1)
        if together > _TOGETHER:
            return False
        for feature, more, share in cues:
            self._excess[feature] = self._excess.get(feature, 0.0) + more
            self._variance[feature] = self._variance.get(feature, 0.0) + share * (1 - share)
        return True

    def measure(self) -> dict[int, tuple[float, float]]:
        """Return of every feature how much oftener than by lot it was right, and the variance that lots would give."""
        return {feature: (value, self._variance[feature]) for feature, value in self._excess.items()}

    def to_json(self) -> dict[str, list[float]]:
        """Return the state as a JSON value."""
        return {str(feature): [value, self._variance[feature]] for feature, value in sorted(self._excess.items())}

    @staticmethod
    def restore(state: Mapping[str, Any]) -> ChoiceBalance:
        """Return the balance that had the state."""
        balance = ChoiceBalance()
        for feature, (value, variance) in state.items():
            balance._excess[int(feature)], balance._variance[int(feature)] = value, variance
        return balance
