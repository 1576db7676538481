"""Constraints on totals judged over what a domain knows, and said in its words."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.build.knowledge import Knowledge
from workbench.build.naming import say_plainly
from workbench.build.narration import Narrator
from workbench.model.report import Violation
from workbench.model.terms import Term
from workbench.model.totals import Total, TotalConstraint
from workbench.validation.total_violations import TotalSpeaker, report_cases
from workbench.validation.totals import build_index, evaluate_cases
from workbench.wording.sentences import say_term
from workbench.wording.totals import say_total, say_total_comparison, say_total_constraint

__all__ = ["compose_constraint", "judge_totals", "make_total_speaker"]

_MOST_LISTED = 1_000


def judge_totals(knowledge: Knowledge) -> list[Violation]:
    """Return a violation for each case that breaks a constraint on totals; of very many the first of each."""
    constraints = knowledge.domain.totals
    if not constraints:
        return []
    index = build_index(constraints, knowledge.closure.facts())
    speaker = make_total_speaker(knowledge)
    found: list[Violation] = []
    for constraint in constraints:
        cases = [case for case in evaluate_cases(constraint, index) if case.violated is not False]
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
