"""The judgements that need a closure: contradictions, violated constraints, shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.build.knowledge import Knowledge
from workbench.build.narration import Narrator
from workbench.errors import InvalidKnowledgeError
from workbench.model.report import Violation
from workbench.model.terms import Triple
from workbench.reasoning.closure import Closure
from workbench.reasoning.contradictions import Contradiction, Contradictions
from workbench.reasoning.contradictions import find_contradictions as search
from workbench.validation.constraints import find_constraint_violations
from workbench.validation.shacl import Judgement, judge_graph, make_violations
from workbench.validation.wellformed import find_shape_problems, select_sound_shapes

__all__ = ["MOST_LISTED", "MOST_OF_STATEMENT", "find_contradictions", "judge_shapes", "report_shape_problems"]

MOST_LISTED = 1_000
"""How many contradictions a report lists; it says how many there are."""
MOST_OF_STATEMENT = 20
"""How many contradictions are listed of those that one stated fact takes part in."""
_MANY = 3
_REMEMBERED = 4
_judged: dict[tuple[str, str], Judgement] = {}
"""What was judged last, by project folder and domain."""


def find_contradictions(
    knowledge: Knowledge,
    closure: Closure | None = None,
    *,
    most: int = MOST_LISTED,
    most_of_statement: int = MOST_OF_STATEMENT,
) -> list[Violation]:
    """Return a violation for each contradiction of the closure: violated constraints, and axioms that exclude facts.

    Each names the smallest set of stated facts from which the contradiction follows. One statement that takes part
    in very many has its first ones listed, and a violation of its own that says how many there are. Another
    ``closure`` than that of the knowledge can be given, of what is supposed instead.
    """
    narrator = knowledge.narrator
    closure = closure or knowledge.closure
    found = search(closure.batch, closure.world, most=most, most_of_fact=most_of_statement)
    violations: list[Violation] = []
    for item in found.items:
        (violation,) = find_constraint_violations(
            [item.step],
            closure.theory.by_name,
            say=narrator.say,
            label=narrator.label,
            say_element=narrator.say_element,
            stated=knowledge.domain.comparisons,
            locate=narrator.locate,
            leaves={item.step: item.facts},
            language=narrator.language,
            domain=knowledge.domain.name,
        )
        violations.append(_add_ranking(violation, item, found, narrator))
    return violations + _report_culprits(knowledge, found)


def _add_ranking(violation: Violation, item: Contradiction, found: Contradictions, narrator: Narrator) -> Violation:
    """Say which of the statements to look at first, and that other statements lead to the same contradiction."""
    fix, why = violation.fix, violation.why
    ranked = sorted(item.facts, key=lambda fact: -found.counts.get(fact, 0))
    if ranked and found.counts.get(ranked[0], 0) >= _MANY:
        count = _count(found.counts[ranked[0]], found)
        others = [found.counts.get(fact, 0) for fact in ranked[1:]]
        if not others or others[0] < found.counts[ranked[0]]:
            said = narrator.say(ranked[0]).rstrip(".")
            fix += f" Begin with “{said}”, which takes part in {count} contradictions."
    if item.has_others:
        why += " It follows from other statements too."
    return replace(violation, fix=fix, why=why)


def _report_culprits(knowledge: Knowledge, found: Contradictions) -> list[Violation]:
    """Say of which statements not all contradictions are listed, those with the most first, and how many are left."""
    narrator, violations = knowledge.narrator, []
    for culprit in found.culprits[:MOST_OF_STATEMENT]:
        said = narrator.say(culprit.fact).rstrip(".")
        violations.append(
            Violation(
                "ontology.many-contradictions",
                "error",
                f"“{said}” takes part in {_count(culprit.total, found)} contradictions, of which {culprit.listed:,} "
                f"{'is' if culprit.listed == 1 else 'are'} listed.",
                narrator.locate(culprit.fact),
                culprit.fact[0],
                why="The statement that takes part in most contradictions is the most likely to be wrong.",
                fix="Look at this statement first; correct or remove it, and check again.",
                facts=(said,),
                domain=knowledge.domain.name,
            )
        )
    if found.is_cut or len(found.culprits) > MOST_OF_STATEMENT:
        violations.append(
            Violation(
                "ontology.many-contradictions",
                "error",
                f"There are {_count(found.total, found)} contradictions in the domain {knowledge.domain.name}, "
                f"of which {len(found.items):,} are listed.",
                fix="Correct some of them and check again.",
                domain=knowledge.domain.name,
            )
        )
    return violations


def _count(number: int, found: Contradictions) -> str:
    return f"{number:,}" if found.is_counted else f"at least {number:,}"


def report_shape_problems(knowledge: Knowledge) -> list[Violation]:
    """Return what is wrong with the shapes themselves."""
    domain = knowledge.domain
    known = {*domain.kinds, *(predicate for _, predicate, _ in domain.triples)}
    return find_shape_problems(domain.shapes, locate=knowledge.narrator.locate, known=known)


def judge_shapes(knowledge: Knowledge, problems: Sequence[Violation]) -> list[Violation]:
    """Judge the closure by the shapes that have no problem, and return their findings.

    Shapes see stated triples of any kind and everything that was derived. What was judged last for this domain is
    remembered, so that after an edit only those nodes are judged again that the shapes can see it from; the findings
    are the same. Raises LimitError when they take too much time or memory, WorkerError when the process that judges
    them died.
    """
    domain, narrator = knowledge.domain, knowledge.narrator
    shapes = domain.shapes
    if any(problem.severity == "error" for problem in problems):
        shapes = select_sound_shapes(shapes, problems)
    if not shapes:
        return []
    data: frozenset[Triple] = frozenset((*domain.triples, *knowledge.closure.facts()))
    key = (str(knowledge.project.root), domain.name)
    try:
        judgement = judge_graph(
            data, shapes, asserted=domain.triples, previous=_judged.get(key), locate=narrator.locate
        )
    except InvalidKnowledgeError as error:
        return list(error.report.violations)
    _remember(key, judgement)
    return make_violations(
        judgement.results,
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


def _remember(key: tuple[str, str], judgement: Judgement) -> None:
    """Keep the last judgement of a few domains; an old one costs a full judgement, never a wrong one."""
    _judged.pop(key, None)
    _judged[key] = judgement
    while len(_judged) > _REMEMBERED:
        _judged.pop(next(iter(_judged)), None)
