"""All questions about one theory, in an order in which what is graver goes first and is not told twice."""

from __future__ import annotations

from collections.abc import Iterable
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
    empty = find_empty(ground, inquiry, classes, properties)
    conflicts = [one for one in examine_bodies(ground, inquiry) if not _is_told(one, empty)]
    settled = {conflict.subject for conflict in conflicts}
    collisions = find_collisions(ground, inquiry, settled)
    pairs = {frozenset((f.subject, f.others[0])) for f in collisions if f.kind == "contradictory-conclusions"}
    bands = [f for f in find_bands(ground, inquiry, settled) if f.kind == "gap" or frozenset(f.parts) not in pairs]
    implied = find_implied(ground, inquiry, settled)
    findings = [*empty, *map(_convert, conflicts), *collisions, *bands, *implied]
    return Analysis(
        tuple(findings),
        tuple(inquiry.undetermined),
        tuple(sorted(inquiry.tallies.items())),
        list_open_rules(ground.authored),
        tuple((conflict.subject, conflict.conditions) for conflict in conflicts if conflict.conditions),
    )


def _is_told(conflict: Conflict, empty: Iterable[Finding]) -> bool:
    """Tell whether a rule cannot apply only because it speaks of an empty class."""
    return any(set(finding.parts) <= set(conflict.rules) - {conflict.subject} for finding in empty)


def _convert(conflict: Conflict) -> Finding:
    others = tuple(name for name in conflict.rules if name != conflict.subject)
    return Finding(conflict.kind, conflict.subject, conflict.rules, conflict.case, conflict.atoms, others)
