"""All questions about one theory, in an order in which what is graver goes first and is not told twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.model.rules import BodyElement
from workbench.solving.analysis.bands import find_bands
from workbench.solving.analysis.collisions import find_collisions
from workbench.solving.analysis.ground import BUDGET, Finding, Ground, Inquiry, Question, Tally, Undetermined
from workbench.solving.analysis.implied import find_implied
from workbench.solving.analysis.membership import find_empty
from workbench.solving.consistency import Conflict, examine_bodies, list_open_rules
from workbench.solving.solver import Solver

__all__ = ["Analysis", "analyse_ground"]

_ROUNDS = 4


@dataclass(frozen=True)
class Analysis:
    """What was found, what was left undetermined and by which limit, and how all questions ended.

    ``open_rules`` are the names of rules with comparisons that hold functions other than arithmetic, which the solver
    leaves open; ``conditions`` the conditions that exclude each other, of rules that contradict themselves.
    """

    findings: tuple[Finding, ...]
    undetermined: tuple[Undetermined, ...]
    tallies: tuple[tuple[Question, Tally], ...]
    open_rules: tuple[str, ...]
    conditions: tuple[tuple[str, tuple[BodyElement, ...]], ...] = ()


def analyse_ground(
    ground: Ground, classes: Iterable[str] = (), properties: Iterable[str] = (), budget: int = BUDGET
) -> Analysis:
    """Ask everything about a theory: its authored rules and constraints, and the given classes and properties."""
    inquiry = Inquiry(Solver(), budget)
    graver, rest, alone = _find_graver(ground, inquiry)
    known = {frozenset(finding.parts) for finding in graver}
    empty = [f for f in find_empty(rest, inquiry, classes, properties) if frozenset(f.parts) not in known]
    graver = [finding for finding in graver if not _is_told(finding, empty)]
    settled = {finding.subject for finding in graver}
    implied = find_implied(rest, inquiry, settled)
    # Of two rules that do the same, the one that stays is to blame; with both there, neither would be needed.
    if implied:
        rest, alone = rest.leave_out(finding.subject for finding in implied), None
    collisions = find_collisions(rest, inquiry, settled, alone=alone)
    pairs = {frozenset((f.subject, f.others[0])) for f in collisions if f.kind == "contradictory-conclusions"}
    bands = [f for f in find_bands(rest, inquiry, settled) if f.kind == "gap" or frozenset(f.parts) not in pairs]
    findings = [*_keep_roots([*empty, *graver, *collisions]), *bands, *implied]
    return Analysis(
        tuple(findings),
        tuple(inquiry.undetermined),
        tuple(sorted(inquiry.tallies.items())),
        list_open_rules(ground.authored),
        tuple((finding.subject, finding.conditions) for finding in graver if finding.conditions),
    )


def _find_graver(ground: Ground, inquiry: Inquiry) -> tuple[list[Finding], Ground, list[Finding] | None]:
    """Return what can never hold or always breaks something, and the ground without it, of which the rest is asked.

    The third is what the rules of that ground break by themselves, None where that was not asked of it.

    A rule that always breaks something makes everything that leads to it break it, too; so the causes are taken out
    and the question is asked again, until nothing new comes up.
    """
    found: list[Finding] = []
    for _ in range(_ROUNDS):
        conflicts = [_convert(conflict) for conflict in examine_bodies(ground, inquiry)]
        settled = {finding.subject for finding in (*conflicts, *found)}
        alone = find_collisions(ground, inquiry, settled, with_pairs=False)
        roots = _keep_roots([*conflicts, *(finding for finding in alone if finding.kind == "violates")])
        fresh = [finding for finding in roots if finding.parts not in {other.parts for other in found}]
        if not fresh:
            return found, ground, alone
        found += fresh
        out = {finding.subject for finding in fresh}
        ground = ground.leave_out(out)
    return found, ground, None


def _keep_roots(findings: Sequence[Finding]) -> list[Finding]:
    """Leave out a finding whose smallest set contains that of another one, or is that of an earlier one."""
    sets = [frozenset(finding.parts) for finding in findings]
    return [
        finding
        for number, finding in enumerate(findings)
        if not any(other < sets[number] for other in sets) and sets[number] not in sets[:number]
    ]


def _is_told(finding: Finding, empty: Iterable[Finding]) -> bool:
    """Tell whether a rule cannot apply only because it speaks of an empty class."""
    return any(set(other.parts) <= set(finding.parts) - {finding.subject} for other in empty)


def _convert(conflict: Conflict) -> Finding:
    others = tuple(name for name in conflict.rules if name != conflict.subject)
    parts = (conflict.kind, conflict.subject, conflict.rules, conflict.case, conflict.atoms, others)
    return Finding(*parts, conditions=conflict.conditions)
