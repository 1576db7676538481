"""Rules and constraints that cannot do their work in any world, as the solver finds them, told to their author."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from workbench.build.knowledge import Knowledge
from workbench.model.report import Severity, Violation
from workbench.model.rules import Rule
from workbench.solving.consistency import Conflict, find_conflicts, list_open_rules

__all__ = ["report_conflicts"]

_CODES: dict[str, tuple[str, Severity, str]] = {
    "contradictory": ("constraint.contradictory", "error", "Change one of them, so that all can hold at once."),
    "never-applies": ("rule.never-applies", "warning", "Change its conditions, or what forbids them."),
}


def report_conflicts(knowledge: Knowledge) -> list[Violation]:
    """Return constraints that contradict each other and rules that can never apply, whatever the facts are.

    What is reported is certain; the solver does not find every conflict there may be, and where it cannot decide, as
    with functions other than arithmetic, that is told.
    """
    found = [_report(knowledge, conflict) for conflict in _find_conflicts(knowledge.theory.rules)]
    undecided = list_open_rules(knowledge.theory.rules)
    return [*found, _report_undecided(knowledge, undecided)] if undecided else found


def _report_undecided(knowledge: Knowledge, names: Sequence[str]) -> Violation:
    rules = knowledge.theory.by_name
    places = [place for name in names if (place := knowledge.narrator.locate_rule(rules[name])) is not None]
    return Violation(
        "rule.undecided",
        "info",
        f"Whether {', '.join(names)} can ever apply could not be decided.",
        places[0] if places else None,
        names[0],
        why="Their conditions use functions other than arithmetic, for which the solver leaves open whether they hold.",
        fix="Nothing has to be done; a test beside the rules can show that each of them applies.",
        related=tuple(dict.fromkeys(places[1:])),
        domain=knowledge.domain.name,
    )


@lru_cache(maxsize=8)
def _find_conflicts(rules: Sequence[Rule]) -> tuple[Conflict, ...]:
    """Ask once for rules of one meaning: an edit of facts or of a sentence changes nothing here."""
    return tuple(find_conflicts(rules))


def _report(knowledge: Knowledge, conflict: Conflict) -> Violation:
    narrator, rules = knowledge.narrator, knowledge.theory.by_name
    code, severity, fix = _CODES[conflict.kind]
    # The rule that cannot apply comes first; its explanation begins with its name.
    names = sorted(conflict.rules, key=lambda name: not conflict.explanation.startswith(f"{name} "))
    places = [place for name in names if (place := narrator.locate_rule(rules[name])) is not None]
    told = [f"{name}: “{narrator.say_rule(rules[name]).rstrip('.')}”" for name in names]
    return Violation(
        code,
        severity,
        conflict.explanation,
        places[0] if places else None,
        names[0],
        why=f"In words: {'; '.join(told)}.",
        fix=fix,
        related=tuple(dict.fromkeys(places[1:])),
        domain=knowledge.domain.name,
    )
