"""Capacity: how many different structures there are to ask about.

Over a project's own individuals the supply is finite and is counted. Worlds can be sampled without end, so of their
structures only an estimate can be given, from how often each was met:

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

Candidates from one world resemble one another, which makes structures repeat sooner than in independent draws: the
estimates err towards too few.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from workbench.checker import measure_proof
from workbench.generation.clause_graph import list_constants
from workbench.generation.identity import CaseStructure, Identity, Question
from workbench.generation.keyed import hash_parts
from workbench.model.curriculum import Cell, Level
from workbench.model.proofs import Proof
from workbench.model.rules import Atom, is_restatement
from workbench.model.terms import RDF_TYPE, Term, Triple
from workbench.model.theory import Theory
from workbench.reasoning.closure import Closure

__all__ = [
    "Estimate",
    "OwnCount",
    "StructureSample",
    "StructureTally",
    "count_own_structures",
    "describe_capacity",
    "estimate_population",
    "expect_distinct",
    "say_capacity",
]

_KEPT = 1 << 14
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

    def add(self, digest: str, times: int = 1) -> None:
        """Count a structure that was met."""
        self.draws += times
        self._add(int(digest[16:], 16), times)

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

    def estimate(self) -> Estimate:
        """Return what the sample says."""
        scale = 1 << self.depth
        found = Counter(self.counts.values())
        return estimate_population(self.draws, {times: count * scale for times, count in found.items()})


@dataclass(slots=True)
class StructureTally:
    """The structures of candidates, by cell and source of worlds.

    Every candidate that fits its cell counts, whether it is taken, judged, or a copy of one taken before.
    ``exhausted`` has the levels and sources whose supply was used up: their numbers are exact.
    """

    samples: dict[tuple[Cell, str], tuple[StructureSample, StructureSample]] = field(default_factory=dict)
    exhausted: set[tuple[str, str]] = field(default_factory=set)

    def add(self, cell: Cell, source: str, identity: Identity) -> None:
        """Count a candidate."""
        found = self.samples.setdefault((cell, source), (StructureSample(), StructureSample()))
        found[0].add(identity.named)
        found[1].add(identity.core)

    def join(self, other: StructureTally) -> None:
        """Count what another tally has counted."""
        for key, theirs in other.samples.items():
            ours = self.samples.setdefault(key, (StructureSample(), StructureSample()))
            for mine, one in zip(ours, theirs, strict=True):
                mine.join(one)
        self.exhausted |= other.exhausted


class OwnCount(NamedTuple):
    """What a project's own conclusions within some bounds amount to: how many, and how many structures.

    ``complete`` tells whether all conclusions were looked at.
    """

    conclusions: int
    named: int
    core: int
    complete: bool


def count_own_structures(
    theory: Theory,
    closure: Closure,
    levels: Sequence[Level],
    *,
    queryable: Iterable[Term] = (),
    constants: frozenset[Term] = frozenset(),
    most: int = 50_000,
) -> dict[str, OwnCount]:
    """Count, for each level by name, the structures of what follows about the project's own individuals.

    A conclusion's structure is the statement with the smallest proof's facts and rules, and nothing else. At most
    ``most`` conclusions are looked at, in an order of their own: a limit on work and not on time, so that the numbers
    are the same everywhere. ``queryable`` are the keys that may be asked about (none: all).
    """
    wanted = frozenset(queryable)
    conclusions = sorted(
        (fact for fact in closure.derived if not wanted or _get_key(fact) in wanted),
        key=lambda fact: hash_parts("capacity", *fact),
    )
    restatements = frozenset(rule.name for rule in theory.rules if is_restatement(rule))
    book = _OwnBook(theory, constants)
    found: dict[int, list[Identity]] = {}
    numbers: Counter[int] = Counter()
    for fact in conclusions[:most]:
        proof = closure.proof(fact)
        if proof is not None:
            hops = measure_proof(proof, restatements).hops
            found.setdefault(hops, []).append(book.identify(proof))
            numbers[hops] += 1
    counts = {}
    for level in levels:
        low, high = level.hops
        own = [one for hops, listed in found.items() if low <= hops <= high for one in listed]
        named, core = len({one.named for one in own}), len({one.core for one in own})
        counts[level.name] = OwnCount(len(own), named, core, len(conclusions) <= most)
    return counts


def _get_key(fact: Triple) -> Term:
    return fact[2] if fact[1] == RDF_TYPE else fact[1]


class _OwnBook:
    """Identities of conclusions. Most have been met before under other names, in the same order of steps."""

    def __init__(self, theory: Theory, constants: frozenset[Term]) -> None:
        self._rules = {rule.name: rule for rule in theory.rules}
        self._closed = tuple(sorted(theory.closed))
        self._constants = constants
        self._kept = constants.union(*(list_constants(rule) for rule in theory.rules))
        self._known: dict[tuple[object, ...], Identity] = {}

    def identify(self, proof: Proof) -> Identity:
        leaves, names = proof.leaves, tuple(sorted(set(proof.iterate_rules())))
        numbers: dict[Term, str] = {}
        for subject, predicate, object_ in (proof.goal, *leaves):
            for term in (subject,) if predicate == RDF_TYPE else (subject, object_):
                if term[0] != '"' and term not in self._kept:
                    numbers.setdefault(term, str(len(numbers)))
        key = names, tuple((numbers.get(s, s), p, numbers.get(o, o)) for s, p, o in (proof.goal, *leaves))
        found = self._known.get(key)
        if found is None:
            case = CaseStructure(leaves, [self._rules[name] for name in names], self._constants)
            asked = (Atom(*proof.goal),)
            question = Question("facts+rules", "entailment", "holds", asked, status="entailed", closed=self._closed)
            found = self._known[key] = case.compute_identity(question)
        return found


def describe_capacity(
    tally: StructureTally, own: Mapping[str, OwnCount], asked: Mapping[Cell, int]
) -> dict[str, dict[str, Any]]:
    """Return the manifest's account of capacity, by level.

    ``asked`` are the items asked for by cell. Each level has ``own`` (None where it was not counted), ``cells`` with
    what candidates showed, by task and status joined with a slash and by source of worlds, and a ``sentence``.
    """
    described: dict[str, dict[str, Any]] = {}
    for level in dict.fromkeys(cell[0] for cell in asked):
        cells: dict[str, dict[str, Any]] = {}
        union = StructureSample()
        for (cell, source), (named, core) in sorted(tally.samples.items(), key=lambda pair: pair[0]):
            if cell[0] != level:
                continue
            is_exact = (level, source) in tally.exhausted
            cells.setdefault(f"{cell[1]}/{cell[2]}", {})[source] = {
                "draws": named.draws,
                "exact": is_exact,
                "named": _write_estimate(named, is_exact),
                "core": _write_estimate(core, is_exact),
            }
            if source == "sampled":
                union.join(core)
        number = sum(count for cell, count in asked.items() if cell[0] == level)
        described[level] = {
            "own": own[level]._asdict() if level in own else None,
            "cells": cells,
            "sentence": say_capacity(level, number, own.get(level), union.estimate() if union.draws else None),
        }
    return described


def _write_estimate(sample: StructureSample, is_exact: bool) -> dict[str, Any]:
    estimate = sample.estimate()
    if is_exact:
        return {"seen": estimate.seen}
    return {
        "seen": estimate.seen,
        "once": estimate.once,
        "twice": estimate.twice,
        "counted": f"1/{1 << sample.depth}",
        "coverage": [round(number, 4) for number in estimate.coverage],
        "at_least": None if estimate.at_least is None else round(estimate.at_least),
        "interval": [math.floor(estimate.low), None if estimate.high is None else math.ceil(estimate.high)],
    }


def say_capacity(level: str, asked: int, own: OwnCount | None, sampled: Estimate | None) -> str:
    """Return in words how many structures there are, and how many items are asked for.

    ``own`` counts the project's own conclusions, ``sampled`` is what the candidates of sampled worlds show.
    """
    said = []
    if own is not None:
        few, rest = ("", "") if own.complete else ("at least ", "not all conclusions were looked at; ")
        said.append(
            f"{level} has {few}{own.core:,} {_count(own.core, 'structure')} over the project's own individuals "
            f"({rest}{own.named:,} before properties and classes are renamed)"
        )
    said.append(f"{asked:,} {_count(asked, 'item')} {'is' if asked == 1 else 'are'} asked for")
    if sampled is not None:
        said.append(_say_sampled(sampled, 0 if own is None else own.core))
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}."


def _count(number: int, noun: str) -> str:
    return noun if number == 1 else f"{noun}s"


def _say_sampled(estimate: Estimate, own: int) -> str:
    drawn = f"an estimate from {estimate.draws:,} {_count(estimate.draws, 'candidate')} of {estimate.seen:,} structures"
    number = estimate.low if estimate.at_least is None else estimate.at_least
    start = "sampled worlds raise it to" if own and number > own else "sampled worlds have"
    if estimate.at_least is None or estimate.high is None:
        return f"{start} at least {math.floor(number):,}, and how many more cannot be said ({drawn})"
    if estimate.at_least == estimate.high:
        return f"{start} {round(number):,}, each met more than once ({drawn})"
    low, high = math.floor(estimate.low), math.ceil(estimate.high)
    return f"{start} about {round(number):,} or more (95 %: {low:,} to {high:,}; {drawn})"
