"""The judgements that need a closure: contradictions, violated constraints, shapes."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.build.knowledge import Knowledge
from workbench.errors import InvalidKnowledgeError
from workbench.model.report import Violation
from workbench.model.terms import Triple
from workbench.validation.constraints import find_constraint_violations
from workbench.validation.shacl import make_violations, validate_graph
from workbench.validation.wellformed import find_shape_problems, select_sound_shapes

__all__ = ["find_contradictions", "judge_shapes", "report_shape_problems"]


def find_contradictions(knowledge: Knowledge) -> list[Violation]:
    """Return a violation for each contradiction of the closure: violated constraints, and axioms that exclude facts.

    Each names the smallest set of stated facts that its minimal proofs rest on.
    """
    narrator = knowledge.narrator
    return find_constraint_violations(
        knowledge.closure.contradictions(),
        knowledge.theory.by_name,
        say=narrator.say,
        label=narrator.label,
        say_element=narrator.say_element,
        stated=knowledge.domain.comparisons,
        locate=narrator.locate,
        derive_leaves=knowledge.derive_leaves,
        language=narrator.language,
        domain=knowledge.domain.name,
    )


def report_shape_problems(knowledge: Knowledge) -> list[Violation]:
    """Return what is wrong with the shapes themselves."""
    domain = knowledge.domain
    known = {*domain.kinds, *(predicate for _, predicate, _ in domain.triples)}
    return find_shape_problems(domain.shapes, locate=knowledge.narrator.locate, known=known)


def judge_shapes(knowledge: Knowledge, problems: Sequence[Violation]) -> list[Violation]:
    """Judge the closure by the shapes that have no problem, and return their findings.

    Shapes see stated triples of any kind and everything that was derived. Raises LimitError when they take too much
    time or memory, WorkerError when the process that judges them died.
    """
    domain, narrator = knowledge.domain, knowledge.narrator
    shapes = domain.shapes
    if any(problem.severity == "error" for problem in problems):
        shapes = select_sound_shapes(shapes, problems)
    if not shapes:
        return []
    data: tuple[Triple, ...] = tuple(sorted({*domain.triples, *knowledge.closure.facts()}))
    try:
        results = validate_graph(data, shapes, asserted=domain.triples, locate=narrator.locate)
    except InvalidKnowledgeError as error:
        return list(error.report.violations)
    return make_violations(
        results,
        shapes=shapes,
        locate=narrator.locate,
        label=narrator.label,
        derive_leaves=knowledge.derive_leaves,
        language=narrator.language,
        data=data,
        asserted=domain.triples,
        say=narrator.say,
        domain=domain.name,
    )
