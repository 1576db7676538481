"""How many structures there are, estimated from how often each of those met was met.

* The *coverage* of a sample, the share of all further draws that will be of a structure already seen, is estimated
  as 1 - f1/n (Good and Turing; I. J. Good 1953, "The population frequencies of species and the estimation of
  population parameters", Biometrika 40), where f1 structures were met once in n draws; its interval is W. W. Esty's
  (1983, "A normal limit law for a nonparametric estimator of the coverage of a random sample", Annals of Statistics
  11).
* The number of structures is at least about s + f1 (f1 - 1) / (2 (f2 + 1)), where s were seen, f2 of them twice
  (A. Chao 1984, "Nonparametric estimation of the number of classes in a population", Scandinavian Journal of
  Statistics 11), with the log-normal interval of A. Chao 1987 ("Estimating the population size for capture-recapture
  data with unequal catchability", Biometrics 43). It is a lower bound: structures that hardly ever come up do not
  show in any sample.
* Where hardly anything was met twice, nothing can be estimated. That n draws were all different still says, with a
  certainty of 95 %, that there are at least n (n - 1) / (2 ln 20): with fewer, the chance of that would have been
  below one in twenty (the birthday problem; it is largest when all are equally likely, so the bound holds always).
"""

from __future__ import annotations

import math
from array import array
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

__all__ = ["Estimate", "StructureSample", "estimate_population", "expect_distinct", "scale_estimate"]

_KEPT = 1 << 10
_CERTAINTY = 1.96
_FEW = 3
"""With fewer structures met twice than this, their number says too little to estimate from."""


class Estimate(NamedTuple):
    """What a sample says about the population it comes from.

    ``at_least`` is about how many there are, as a lower bound, within ``low`` and ``high`` (95 %); None where nothing
    can be estimated, and then ``low`` is all that is known and ``high`` is None.
    """

    draws: int
    seen: int
    once: int
    twice: int
    coverage: tuple[float, float, float]
    at_least: float | None
    low: float
    high: float | None


def estimate_population(draws: int, frequencies: Mapping[int, int]) -> Estimate:
    """Estimate from ``frequencies``, how many structures were met once, twice and so on, in ``draws`` draws."""
    seen, once = min(draws, sum(frequencies.values())), min(draws, frequencies.get(1, 0))
    twice = frequencies.get(2, 0)
    if not draws:
        return Estimate(0, 0, 0, 0, (0.0, 0.0, 1.0), None, 0, None)
    share = 1 - once / draws
    spread = _CERTAINTY * math.sqrt(max(0.0, once * (1 - once / draws) + 2 * twice)) / draws
    coverage = (share, max(0.0, share - spread), min(1.0, share + spread))
    if not once:
        return Estimate(draws, seen, once, twice, coverage, seen, seen, seen)
    if twice < _FEW and once > draws / 2:
        low = max(seen, draws * (draws - 1) / (2 * math.log(20))) if once == draws else seen
        return Estimate(draws, seen, once, twice, coverage, None, low, None)
    missing, variance = _estimate_missing(draws, once, twice)
    if missing <= 0:
        return Estimate(draws, seen, once, twice, coverage, seen, seen, seen + 1)
    width = math.exp(_CERTAINTY * math.sqrt(math.log(1 + variance / missing**2)))
    return Estimate(draws, seen, once, twice, coverage, seen + missing, seen + missing / width, seen + missing * width)


def scale_estimate(part: Estimate, scale: int, draws: int) -> Estimate:
    """Return what a part says of the whole, of ``draws`` draws, when one structure in ``scale`` is in the part.

    To the interval of the part, which grows with it, comes that of how many structures chance put into the part.
    """
    if scale == 1:
        return part
    at_least = None if part.at_least is None else part.at_least * scale
    spread = _CERTAINTY * math.sqrt((1 - 1 / scale) / max(1.0, part.low))
    low = max(0.0, part.low * scale * (1 - spread))
    high = None if part.high is None else part.high * scale * (1 + spread)
    return Estimate(draws, part.seen * scale, part.once * scale, part.twice * scale, part.coverage, at_least, low, high)


def _estimate_missing(draws: int, once: int, twice: int) -> tuple[float, float]:
    """Return how many structures at least were not met, and the variance of that (Chao 1984, 1987, bias-corrected)."""
    share = (draws - 1) / draws
    missing = share * once * (once - 1) / (2 * (twice + 1))
    if twice:
        ratio = once / twice
        return missing, twice * (share * ratio**2 / 2 + share**2 * ratio**3 + share**2 * ratio**4 / 4)
    variance = share * once * (once - 1) / 2 + share**2 * once * (2 * once - 1) ** 2 / 4
    return missing, max(0.0, variance - share**2 * once**4 / (4 * max(1.0, missing)))


def expect_distinct(estimate: Estimate, draws: int) -> float | None:
    """Return how many structures one may expect to have seen after ``draws`` in all, not fewer than were made.

    From A. Chao et al. 2014, "Rarefaction and extrapolation with Hill numbers", Ecological Monographs 84, equation
    9: a lower bound like the estimate itself. It is good for about three times the draws made, and None without an
    estimate.
    """
    if estimate.at_least is None:
        return None
    missing, further = estimate.at_least - estimate.seen, max(0, draws - estimate.draws)
    if not missing or not further:
        return float(estimate.seen)
    return estimate.seen + missing * (1 - (1 - estimate.once / (estimate.draws * missing + estimate.once)) ** further)


@dataclass(slots=True)
class StructureSample:
    """How often structures were met. Of many only a part is counted, chosen by their digests: one in 2^``depth``.

    What is kept depends on what was met and not on the order, so that samples made apart can be joined.
    """

    draws: int = 0
    depth: int = 0
    counts: dict[int, int] = field(default_factory=dict)
    kept: int = _KEPT

    def add(self, digest: bytes, times: int = 1) -> None:
        """Count a structure, of a digest of sixteen bytes, that was met."""
        self.draws += times
        self._add(int.from_bytes(digest[8:], "big"), times)

    def _add(self, number: int, times: int) -> None:
        if number & ((1 << self.depth) - 1):
            return
        self.counts[number] = self.counts.get(number, 0) + times
        while len(self.counts) > self.kept:
            self.depth += 1
            mask = (1 << self.depth) - 1
            self.counts = {number: times for number, times in self.counts.items() if not number & mask}

    def join(self, other: StructureSample) -> None:
        """Count what another sample has counted."""
        self.draws += other.draws
        self.depth = max(self.depth, other.depth)
        mask = (1 << self.depth) - 1
        self.counts = {number: times for number, times in self.counts.items() if not number & mask}
        for number, times in other.counts.items():
            self._add(number, times)

    def to_json(self) -> list[Any]:
        """Return the sample as a JSON value of some ten bytes for each structure that is kept."""
        numbers, times = array("Q", self.counts.keys()), array("Q", self.counts.values())
        return [self.draws, self.depth, *(b64encode(one.tobytes()).decode() for one in (numbers, times))]

    @staticmethod
    def restore(written: Sequence[Any]) -> StructureSample:
        """Return the sample that :meth:`to_json` wrote on a machine like this one."""
        draws, depth, *packed = written
        numbers, times = (array("Q", b64decode(one)) for one in packed)
        return StructureSample(draws, depth, dict(zip(numbers, times, strict=True)))

    @property
    def part_draws(self) -> int:
        """How many draws were of the structures that are kept."""
        return sum(self.counts.values())

    def estimate(self) -> Estimate:
        """Return what the sample says."""
        part = estimate_population(self.part_draws, Counter(self.counts.values()))
        return scale_estimate(part, 1 << self.depth, self.draws)
