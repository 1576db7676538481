"""Thinning: leaving out as few as may be, so that what is seen of those kept tells nothing about their answers.

How often a feature goes with an answer beyond what the answer's share would be is its excess. As long as the excesses
together are larger than what is allowed, those go that add most to them. Nothing is left that leans the same way in
every block, as it would be if each feature were held at a bound: so the excesses of many blocks do not add up.

Everything is counted in whole numbers, parts as multiples of 2^-20, so that sums are the same in whatever order a
machine adds them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["thin_labels"]

_UNIT = float(1 << 20)
_LEFT = 0.1
"""How large the excesses may be together, beside what they would be if answers were drawn by lot."""
_LEFT_ALONE = 1.0
"""How large the square of one excess may be, in variances."""
_WHOLE = 0.7
"""An excess below this counts as none: answers are whole, their shares are not."""
_PRIOR = 0.7
"""What is added to a feature's variance, so that what is rare does not decide."""
_WEIGHT_ALL = 40.0
"""How much the number of an answer counts beside the features."""
_SURPLUS = 1.5
"""So many more or fewer of an answer than its share are allowed."""
_PART = 0.005
"""The part of those that are left that goes at once."""

_Floats = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]


def thin_labels(labels: Sequence[str], features: Sequence[Collection[str]], shares: Mapping[str, float]) -> list[bool]:
    """Tell which to keep, so that their ``features`` go with no label; labels come in ``shares`` (they sum to 1).

    Those whose label has no share are not kept. With one label only nothing can be told, and all are kept.
    """
    names = sorted(shares)
    kept = np.array([label in shares for label in labels], dtype=bool)
    if len(names) < 2:
        return [bool(one) for one in kept]
    table = _tabulate(features)
    member = np.array([[label == name for name in names] for label in labels], dtype=np.float64).reshape(-1, len(names))
    part = np.array([shares[name] for name in names])
    while count := int(kept.sum()):
        own = member * kept[:, None]
        sums = own.sum(axis=0)
        found = sums / count
        counts = table.T @ own
        totals = counts.sum(axis=1)
        excess = counts - totals[:, None] * found
        variance = totals[:, None] * (found * (1 - found))
        surplus = sums - count * part
        pull, is_small = _weigh(excess, variance)
        if is_small and float(np.abs(surplus).max()) <= _SURPLUS:
            break
        harm = table @ pull
        # In whole numbers: what one adds to the excess of its label, less what it would add by lot.
        added = (harm * member).sum(axis=1) * count - harm @ sums
        added += (member @ np.rint(surplus * (_WEIGHT_ALL * _UNIT / count))) * count
        _drop_worst(kept, added, float(surplus.max()) if is_small else math.inf)
    return [bool(one) for one in kept]


def _tabulate(features: Sequence[Collection[str]]) -> _Floats:
    """Return a row of zeros and ones for each collection, a column for each feature."""
    names = {name: place for place, name in enumerate(sorted({name for listed in features for name in listed}))}
    table = np.zeros((len(features), len(names)))
    for row, listed in enumerate(features):
        table[row, [names[name] for name in listed]] = 1
    return table


def _weigh(excess: _Floats, variance: _Floats) -> tuple[_Floats, bool]:
    """Return in units how much each excess pulls, and whether they are small enough together."""
    beyond = np.sign(excess) * np.maximum(np.abs(excess) - _WHOLE, 0)
    pull = np.rint(beyond / (variance + _PRIOR) * _UNIT)
    found = np.rint(beyond * beyond / (variance + _PRIOR) * _UNIT)
    by_lot = float(np.rint(variance / (variance + _PRIOR) * _UNIT).sum())
    is_small = float(found.sum()) <= _LEFT * by_lot and float(found.max(initial=0.0)) <= _LEFT_ALONE * _UNIT
    return pull, is_small


def _drop_worst(kept: _Flags, added: _Floats, most: float) -> None:
    """Leave out those kept that add most, at least one and at ``most`` so many; of equal ones the last."""
    left = np.flatnonzero(kept)
    order = np.argsort(added[left], kind="stable")
    kept[left[order[-int(max(1, min(most, len(left) * _PART))) :]]] = False
