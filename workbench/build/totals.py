"""Constraints on totals judged over what a domain knows, and said in its words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from workbench.build.knowledge import Knowledge
from workbench.build.naming import say_plainly
from workbench.build.narration import Narrator
from workbench.model.report import Violation
from workbench.model.terms import Term, Triple
from workbench.model.totals import Total, TotalConstraint
from workbench.validation.totals.cases import Case, evaluate_cases, list_keys
from workbench.validation.totals.matching import FactIndex, get_key
from workbench.validation.totals.violations import TotalSpeaker, report_cases
from workbench.wording.sentences import say_term
from workbench.wording.totals import say_total, say_total_comparison, say_total_constraint

__all__ = ["JudgedTotals", "compose_constraint", "evaluate_totals", "judge_totals", "make_total_speaker"]

_MOST_LISTED = 1_000


class JudgedTotals(NamedTuple):
    """What a domain's constraints on totals speak of, and the cases that break one or of which that is not known."""

    keys: frozenset[tuple[bool, Term]]
    facts: tuple[Triple, ...]
    by_end: FactIndex
    cases: tuple[Case, ...]


@lru_cache(maxsize=4)
def evaluate_totals(knowledge: Knowledge) -> JudgedTotals:
    """Return the facts and cases of a domain's constraints on totals; computed once for each state of it."""
    constraints = knowledge.domain.totals
    keys = list_keys(constraints)
    facts = tuple(fact for fact in knowledge.closure.facts() if get_key(fact) in keys) if keys else ()
    index = FactIndex(facts, keys)
    cases = [case for constraint in constraints for case in evaluate_cases(constraint, index)]
    return JudgedTotals(keys, facts, index, tuple(case for case in cases if case.violated is not False))


def judge_totals(knowledge: Knowledge) -> list[Violation]:
    """Return a violation for each case that breaks a constraint on totals; of very many the first of each."""
    if not knowledge.domain.totals:
        return []
    speaker = make_total_speaker(knowledge)
    found: list[Violation] = []
    for constraint in knowledge.domain.totals:
        cases = [case for case in evaluate_totals(knowledge).cases if case.constraint is constraint]
        found += report_cases(cases[:_MOST_LISTED], speaker)
        if len(cases) > _MOST_LISTED:
            found.append(_report_more(constraint, len(cases)))
    return found


def make_total_speaker(knowledge: Knowledge) -> TotalSpeaker:
    """Return how a domain's narrator says totals."""
    narrator = knowledge.narrator

    def name_all(bindings: Mapping[str, Term]) -> dict[str, str]:
        return {variable: say_term(narrator.lexicon, term) for variable, term in bindings.items()}

    def tell_total(total: Total, bindings: Mapping[str, Term]) -> str:
        return say_plainly(say_total(narrator.lexicon, total, name_all(bindings)))

    def tell_comparison(constraint: TotalConstraint, bindings: Mapping[str, Term]) -> str:
        return say_plainly(say_total_comparison(narrator.lexicon, constraint, name_all(bindings)))

    return TotalSpeaker(
        say=narrator.say,
        name=narrator.label,
        say_total=tell_total,
        say_comparison=tell_comparison,
        say_constraint=lambda constraint: compose_constraint(narrator, constraint),
        locate=narrator.locate,
        derive_leaves=knowledge.derive_leaves,
        language=narrator.language,
        domain=knowledge.domain.name,
    )


def compose_constraint(narrator: Narrator, constraint: TotalConstraint) -> str:
    """Return a constraint on totals as one sentence composed from phrases."""
    return say_plainly(say_total_constraint(narrator.lexicon, constraint))


def _report_more(constraint: TotalConstraint, count: int) -> Violation:
    return Violation(
        "constraint.many-cases",
        "error",
        f"The constraint “{constraint.name}” is broken in {count:,} cases, of which {_MOST_LISTED:,} are listed.",
        constraint.location,
        constraint.name,
        fix="Look at the constraint first; if it is right, correct some of the facts and check again.",
        source=constraint.name,
    )
