"""Capacity: how many different structures there are to ask about.

Over a project's own individuals the supply is finite and is counted. Worlds can be sampled without end, so of their
structures only an estimate can be given, from how often each was met (:mod:`workbench.generation.identity.population`).
Candidates from one world resemble one another, which makes structures repeat sooner than in independent draws: the
estimates err towards too few.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from workbench.checker import measure_proof
from workbench.generation.identity.clauses import list_constants
from workbench.generation.identity.grains import CaseStructure, Identity, Question
from workbench.generation.identity.population import (
    Estimate,
    StructureSample,
    estimate_population,
    expect_distinct,
    scale_estimate,
)
from workbench.generation.keyed import hash_parts
from workbench.model.curriculum import BARE_TASKS, Cell, Level
from workbench.model.proofs import Proof
from workbench.model.rules import Atom, is_restatement
from workbench.model.terms import RDF_TYPE, Term, Triple
from workbench.model.theory import Theory
from workbench.reasoning.closure import Closure

__all__ = [
    "OwnCount",
    "StructureTally",
    "check_capacity",
    "count_own_structures",
    "describe_capacity",
    "say_capacity",
    "say_supply",
]

_AHEAD = 3


@dataclass(slots=True)
class StructureTally:
    """The structures of a level's candidates, by cell and source of worlds: by ``named`` and by ``core``.

    Every candidate on offer while its cell was open counts, whether it was taken, rejected, or a copy of one taken
    before. ``exhausted`` has the cells and sources whose supply was used up: their numbers are exact.
    """

    samples: dict[tuple[Cell, str], tuple[StructureSample, StructureSample]] = field(default_factory=dict)
    exhausted: set[tuple[Cell, str]] = field(default_factory=set)

    def add(self, cell: Cell, source: str, named: bytes, core: bytes) -> None:
        """Count a candidate by its identities of sixteen bytes."""
        found = self.samples.get((cell, source))
        if found is None:
            found = self.samples[cell, source] = StructureSample(), StructureSample()
        found[0].add(named)
        found[1].add(core)

    def to_json(self) -> dict[str, Any]:
        """Return the tally as a JSON value, for a build that goes on later."""
        return {
            "samples": [
                [*cell, source, named.to_json(), core.to_json()]
                for (cell, source), (named, core) in sorted(self.samples.items(), key=lambda pair: pair[0])
            ],
            "exhausted": [[*cell, source] for cell, source in sorted(self.exhausted)],
        }

    @staticmethod
    def restore(written: Mapping[str, Any]) -> StructureTally:
        """Return the tally that :meth:`to_json` wrote."""
        samples: dict[tuple[Cell, str], tuple[StructureSample, StructureSample]] = {}
        for level, task, status, source, named, core in written["samples"]:
            found = StructureSample.restore(named), StructureSample.restore(core)
            samples[(level, task, status), source] = found
        exhausted = {((level, task, status), source) for level, task, status, source in written["exhausted"]}
        return StructureTally(samples, exhausted)

    def describe(self) -> dict[str, Any]:
        """Return what the candidates showed.

        ``cells`` are by task and status joined with a slash, and by source; ``sampled`` are the structures by ``core``
        of all cells' sampled worlds together, and ``formulas`` those by ``named`` of the tasks about formulas, which
        need no world (None for none).
        """
        cells: dict[str, dict[str, Any]] = {}
        union, formulas = StructureSample(), StructureSample()
        for (cell, source), (named, core) in sorted(self.samples.items(), key=lambda pair: pair[0]):
            is_exact = (cell, source) in self.exhausted and not (named.depth or core.depth)
            cells.setdefault(_name_cell(cell), {})[source] = {
                "exact": is_exact,
                "named": _write_sample(named, is_exact),
                "core": _write_sample(core, is_exact),
            }
            if cell[1] in BARE_TASKS:
                formulas.join(named)
            elif source == "sampled":
                union.join(core)
        together = {"sampled": union, "formulas": formulas}
        return {
            "cells": cells,
            **{name: _write_sample(one, False) if one.draws else None for name, one in together.items()},
        }


def _name_cell(cell: Cell) -> str:
    return f"{cell[1]}/{cell[2]}"


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
    found: list[tuple[dict[str, int], Identity]] = []
    for fact in conclusions[:most]:
        proof = closure.proof(fact)
        if proof is not None:
            found.append((measure_proof(proof, restatements)._asdict(), book.identify(proof)))
    counts = {}
    for level in levels:
        own = [one for measures, one in found if _is_within(measures, level)]
        named, core = len({one.named for one in own}), len({one.core for one in own})
        counts[level.name] = OwnCount(len(own), named, core, len(conclusions) <= most)
    return counts


def _is_within(measures: Mapping[str, int], level: Level) -> bool:
    """Tell whether a proof is within a level's bounds, as far as it alone can tell."""
    return all(low <= measures.get(name, low) <= high for name, (low, high) in level.bounds)


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
    seen: Mapping[str, Mapping[str, Any]],
    own: Mapping[str, OwnCount],
    asked: Mapping[Cell, int],
    short: Collection[str] = (),
) -> dict[str, dict[str, Any]]:
    """Return the manifest's account of capacity, by level.

    ``seen`` is what :meth:`StructureTally.describe` said of each level, ``asked`` the items asked for by cell,
    ``short`` names the levels that have too few. Each level has ``asked``, their number; ``is_full``, whether there are
    as many; ``own`` (None where it was not counted, or where only formulas are asked for); ``cells``, ``sampled`` and
    ``formulas`` as seen; ``expected``, how many structures one may expect among three times as many candidates from
    sampled worlds, or formulas where there are none (None without an estimate); and a ``sentence``.
    """
    described: dict[str, dict[str, Any]] = {}
    for level in dict.fromkeys(cell[0] for cell in asked):
        account = seen.get(level, {"cells": {}, "sampled": None, "formulas": None})
        tasks = {cell[1] for cell in asked if cell[0] == level}
        number = sum(count for cell, count in asked.items() if cell[0] == level)
        sampled, formulas = (_read_optional(account.get(name)) for name in ("sampled", "formulas"))
        counted = None if tasks <= BARE_TASKS else own.get(level)
        is_full = level not in short
        described[level] = {
            "asked": number,
            "is_full": is_full,
            "own": None if counted is None else counted._asdict(),
            **account,
            "expected": _expect(sampled or formulas),
            "sentence": say_capacity(level, number, counted, sampled, formulas, is_full=is_full),
        }
    return described


def _read_optional(written: Mapping[str, Any] | None) -> Estimate | None:
    return None if written is None else _read_estimate(written)


def say_supply(account: Mapping[str, Any], cell: Cell) -> str:
    """Return in a sentence what was on offer for a cell that stayed short; ``account`` is that of its level."""
    sources = account["cells"].get(_name_cell(cell), {})
    said = []
    for source, one in sorted(sources.items()):
        core, worlds = one["core"], "the project's own worlds" if source == "project" else "sampled worlds"
        noun = "structure"
        if cell[1] in BARE_TASKS:
            core, worlds, noun = one["named"], "what was drawn over the vocabulary", "formula"
        drawn = f"{core['draws']:,} {_count(core['draws'], 'candidate')}"
        found = f"{core['seen']:,} different {_count(core['seen'], noun)}"
        if one["exact"]:
            said.append(f"{worlds} hold {drawn} of {found}, and no more")
        elif core["at_least"] is None:
            said.append(f"{worlds} gave {drawn} of {found}, from which no total can be told")
        else:
            total = f"about {core['at_least']:,}" if core["at_least"] > core["seen"] else "these"
            said.append(f"{worlds} gave {drawn} of {found}, and seem to have {total} in all")
    if not said:
        return "No candidate for it came up at all."
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}."


def _expect(estimate: Estimate | None) -> int | None:
    """Return how many structures further draws would show, as far ahead as extrapolation is good for."""
    expected = None if estimate is None else expect_distinct(estimate, _AHEAD * estimate.draws)
    return None if expected is None else round(expected)


def _write_sample(sample: StructureSample, is_exact: bool) -> dict[str, Any]:
    estimate = sample.estimate()
    if is_exact:
        return {"draws": estimate.draws, "seen": estimate.seen}
    part = {"scale": 1 << sample.depth, "draws": sample.part_draws}
    return {**_write_estimate(estimate), **({"part": part} if sample.depth else {})}


def _write_estimate(estimate: Estimate) -> dict[str, Any]:
    return {
        "draws": estimate.draws,
        "seen": estimate.seen,
        "once": estimate.once,
        "twice": estimate.twice,
        "coverage": [round(number, 4) for number in estimate.coverage],
        "at_least": None if estimate.at_least is None else round(estimate.at_least),
        "interval": [math.floor(estimate.low), None if estimate.high is None else math.ceil(estimate.high)],
    }


def check_capacity(level: str, account: Mapping[str, Any]) -> list[str]:
    """Return in what a level's account contradicts itself: estimates follow from the numbers they were made from.

    What was drawn while a dataset was made is not in it, so the numbers themselves cannot be counted again.
    """
    try:
        own = None if account["own"] is None else OwnCount(**account["own"])
        sampled, formulas = _read_optional(account["sampled"]), _read_optional(account.get("formulas"))
        found = [
            f"{name}, {source}: {grain} is not what its numbers say"
            for name, sources in sorted(account["cells"].items())
            for source, cell in sorted(sources.items())
            for grain in ("named", "core")
            if not _is_sound(cell[grain], cell["exact"])
        ]
        for name in ("sampled", "formulas"):
            if account.get(name) is not None and not _is_sound(account[name], False):
                found.append(f"{name} is not what its numbers say")
        if account["expected"] != _expect(sampled or formulas):
            found.append("expected is not what the numbers say")
        said = say_capacity(level, account["asked"], own, sampled, formulas, is_full=account["is_full"])
        if account["sentence"] != said:
            found.append("the sentence is not what the numbers say")
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        return [f"is not as its version says ({type(error).__name__}: {error})"]
    return found


def _read_estimate(written: Mapping[str, Any]) -> Estimate:
    part = written.get("part", {"scale": 1, "draws": written["draws"]})
    numbers = [*(written[name] for name in ("draws", "seen", "once", "twice")), part["scale"], part["draws"]]
    if not all(type(number) is int and 0 <= number < 1 << 63 for number in numbers) or not part["scale"]:
        raise ValueError("a number of structures is no such number")
    draws, scale = numbers[0], numbers[4]
    seen, once, twice = (number // scale for number in numbers[1:4])
    return scale_estimate(
        estimate_population(part["draws"], {1: once, 2: twice, 3: max(0, seen - once - twice)}), scale, draws
    )


def _is_sound(written: Mapping[str, Any], is_exact: bool) -> bool:
    if is_exact:
        return written.keys() == {"draws", "seen"} and 0 <= written["seen"] <= written["draws"]
    own = _write_estimate(_read_estimate(written))
    return {name: value for name, value in written.items() if name != "part"} == own


def say_capacity(
    level: str,
    asked: int,
    own: OwnCount | None,
    sampled: Estimate | None,
    formulas: Estimate | None = None,
    *,
    is_full: bool = True,
) -> str:
    """Return in words how many structures there are, and how many items are asked for.

    ``own`` counts the project's own conclusions, ``sampled`` is what the candidates of sampled worlds show, and
    ``formulas`` those of tasks about formulas; ``is_full`` tells that no more were looked at than the level needed.
    """
    said = []
    if own is not None:
        few, rest = ("", "") if own.complete else ("at least ", "not all conclusions were looked at; ")
        said.append(
            f"the level {level} has {few}{own.core:,} {_count(own.core, 'structure')} over the project's own "
            f"individuals ({rest}{own.named:,} before properties and classes are renamed)"
        )
    said.append(f"{asked:,} {_count(asked, 'item')} {'is' if asked == 1 else 'are'} asked for")
    if sampled is not None:
        start = "sampled worlds raise it to" if own is not None and _get_total(sampled) > own.core > 0 else ""
        said.append(_say_estimate(sampled, start or "sampled worlds have", "structures", is_full))
    if formulas is not None:
        said.append(_say_estimate(formulas, "over the vocabulary there are", "formulas", is_full))
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}."


def _count(number: int, noun: str) -> str:
    return noun if number == 1 else f"{noun}s"


def _get_total(estimate: Estimate) -> float:
    return estimate.low if estimate.at_least is None else estimate.at_least


def _say_estimate(estimate: Estimate, start: str, noun: str, is_full: bool) -> str:
    drawn = f"an estimate from {estimate.draws:,} {_count(estimate.draws, 'candidate')} of {estimate.seen:,} {noun}"
    drawn += ", all that came before the level was full" if is_full else ""
    number = _get_total(estimate)
    if estimate.at_least is None or estimate.high is None:
        return f"{start} at least {math.floor(number):,}, and how many more cannot be said ({drawn})"
    if estimate.at_least == estimate.high:
        return f"{start} {round(number):,}, each met more than once ({drawn})"
    low, high = math.floor(estimate.low), math.ceil(estimate.high)
    return f"{start} about {round(number):,} or more (95 %: {low:,} to {high:,}; {drawn})"
