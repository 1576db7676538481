"""The least change that mends broken constraints on numbers: told in the findings, and offered as an edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from workbench.build.knowledge import Knowledge, get_knowledge
from workbench.build.repairing.edits import make_changes
from workbench.build.repairing.search import Broken, RepairSearch
from workbench.build.totals import make_total_speaker
from workbench.model.report import Violation
from workbench.model.terms import Triple, split_literal
from workbench.project import Edit, Project
from workbench.validation.constraints import find_constraint_violations
from workbench.validation.totals.violations import report_cases

__all__ = ["Repair", "Repairs", "add_repairs", "find_repairs", "propose"]

_MOST_TOLD = 10
_CODE = "constraint.violated"


@dataclass(frozen=True, slots=True)
class Repair:
    """What mends a finding, and how many others with it: facts to be replaced, each with the new one.

    Without ``changes`` there is no proposal, and ``reason`` says why.
    """

    changes: tuple[tuple[Triple, Triple], ...]
    mended: int = 1
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Repairs:
    """The repairs of a domain's findings, by their message and focus."""

    found: Mapping[tuple[str, str], Repair]
    reason: str = ""

    def get(self, violation: Violation) -> Repair | None:
        """Return the repair of a finding; None where no stated number takes part in it."""
        if violation.code != _CODE:
            return None
        return self.found.get((violation.message, violation.focus))


def find_repairs(knowledge: Knowledge) -> Repairs:
    """Return the least changes that mend the broken constraints of a domain; computed once for each state of it.

    Raises what reasoning raises.
    """
    return _search(knowledge)


@lru_cache(maxsize=4)
def _search(knowledge: Knowledge) -> Repairs:
    search = RepairSearch(knowledge)
    keyed = {key: part for part in search.solved for key in part.keys}
    counts = {part: sum(item.key in part.keys for item in search.broken) for part in search.solved}
    found: dict[tuple[str, str], Repair] = {}
    for item, violation in _name_broken(knowledge, search.broken):
        part = keyed.get(item.key)
        if part is not None:
            found[violation.message, violation.focus] = Repair(part.changes, counts[part], part.reason)
    return Repairs(found, search.reason)


def _name_broken(knowledge: Knowledge, broken: Sequence[Broken]) -> Iterable[tuple[Broken, Violation]]:
    """Yield each broken instance with the finding about it."""
    narrator, rules = knowledge.narrator, {rule.name: rule for rule in knowledge.domain.constraints}
    for item in broken:
        if item.step is not None:
            yield (
                item,
                find_constraint_violations(
                    [item.step],
                    rules,
                    say=narrator.say,
                    label=narrator.label,
                    say_element=narrator.say_element,
                    language=narrator.language,
                )[0],
            )
        elif item.case is not None:
            yield item, next(iter(report_cases([item.case], make_total_speaker(knowledge))))


def add_repairs(knowledge: Knowledge, violations: Sequence[Violation]) -> list[Violation]:
    """Return findings with, in the ``fix`` of each broken constraint on numbers, the least change that mends it."""
    if not any(violation.code == _CODE for violation in violations):
        return list(violations)
    repairs = find_repairs(knowledge)
    return [_add(knowledge, violation, repairs) for violation in violations]


def _add(knowledge: Knowledge, violation: Violation, repairs: Repairs) -> Violation:
    if violation.code != _CODE:
        return violation
    repair = repairs.get(violation)
    if repair is None:
        return replace(violation, fix=f"{violation.fix} {repairs.reason}") if repairs.reason else violation
    told = _tell(knowledge, repair) if repair.changes else repair.reason
    return replace(violation, fix=f"{violation.fix} {told}")


def _tell(knowledge: Knowledge, repair: Repair) -> str:
    narrator = knowledge.narrator
    said = []
    for old, new in repair.changes[:_MOST_TOLD]:
        place = narrator.locate(old)
        before, after = split_literal(old[2])[0], split_literal(new[2])[0]
        fact = narrator.say(old).rstrip(".")
        said.append(f"change {before} to {after} in “{fact}”" + (f" ({place})" if place is not None else ""))
    if len(repair.changes) > _MOST_TOLD:
        said.append(f"{len(repair.changes) - _MOST_TOLD:,} values more")
    others = repair.mended - 1
    more = f", and with it {others:,} other finding{'s' * (others > 1)}" if others > 0 else ""
    return f"The least change that mends it{more}: {'; '.join(said)}."


def propose(project: Project, violation: Violation) -> Edit | None:
    """Return the edit that mends a finding about numbers with the least change; None where there is none to offer.

    That is so for other findings, where no least change was found, and for facts in files that are not edited fact by
    fact (RDF/XML). In Turtle the fact is replaced, in a table its cell. Nothing is written.
    Raises what reasoning raises.
    """
    if violation.code != _CODE:
        return None
    knowledge = get_knowledge(project, project.get_domain(violation.domain or None))
    repair = find_repairs(knowledge).get(violation) if not knowledge.blockers else None
    if repair is None or not repair.changes:
        return None
    changes = make_changes(knowledge, repair.changes)
    count = len(repair.changes)
    what = "a number" if count == 1 else f"{count} numbers"
    return None if changes is None else Edit(f"Correct {what}", changes)
