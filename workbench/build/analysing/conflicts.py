"""Rules, constraints and axioms that do not go together, as the solver finds them, told to their author."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.build.analysing.codes import CODES, QUESTIONS
from workbench.build.analysing.confirming import Confirmed
from workbench.build.analysing.knowledge_analysis import KnowledgeAnalysis, analyse_knowledge
from workbench.build.analysing.words import Words
from workbench.build.knowledge import Knowledge
from workbench.model.report import Part, Violation
from workbench.model.terms import is_iri
from workbench.solving.analysis.ground import Finding, Undetermined

__all__ = ["report_conflicts"]

_LISTED = 10


def report_conflicts(knowledge: Knowledge) -> list[Violation]:
    """Return what rules, constraints and axioms have against each other, whatever the facts are.

    What is reported is certain, and where it says that a case is possible the checker has confirmed the case; the
    solver does not find every conflict there may be (``docs/analysis.md``), and what it could not decide is told.
    """
    found = analyse_knowledge(knowledge)
    words = Words(knowledge, found)
    told = [
        _report(knowledge, words, finding, shown)
        for finding, shown in zip(found.findings, found.confirmed, strict=True)
        if finding.kind in CODES  # equal rules are for the checks of style
    ]
    open_rules = found.analysis.open_rules
    told += [_report_open(knowledge, open_rules)] if open_rules else []
    return [*told, *_report_undetermined(knowledge, words, found)]


def _report(knowledge: Knowledge, words: Words, finding: Finding, shown: Confirmed | None) -> Violation:
    code, severity, fix = CODES[finding.kind]
    rule = knowledge.theory.by_name.get(finding.subject)
    constraints = [name for name in finding.parts if _is_constraint(knowledge, name)]
    if finding.kind == "contradictory" and len(finding.parts) > 1 and len(constraints) == 1:
        code, severity, fix = CODES["cannot-be-met"]
    if rule is not None and rule.kind == "constraint" and finding.kind == "implied":
        code, severity = "constraint.redundant", "info"
    parts = words.list_parts(finding)
    places = list(dict.fromkeys(part.location for part in parts if part.location is not None))
    own = knowledge.narrator.locate_rule(rule) if rule is not None else knowledge.narrator.locate(finding.subject)
    place = own or (places[0] if places else None)
    return Violation(
        code,
        severity,
        words.say(finding),
        place,
        finding.subject,
        why=_explain(parts),
        fix=fix,
        related=tuple(other for other in places if other != place),
        domain=knowledge.domain.name,
        path=next((atom.predicate for atom in finding.about[:1] if finding.kind in ("gap", "overlap")), ""),
        value=finding.value,
        source="" if is_iri(finding.subject) else finding.subject,
        parts=tuple(parts),
        example=tuple(words.fill_in(finding, shown)),
    )


def _is_constraint(knowledge: Knowledge, name: str) -> bool:
    rule = knowledge.theory.by_name.get(name)
    return rule is not None and rule.kind == "constraint"


def _explain(parts: Sequence[Part]) -> str:
    return "Each of the parts is needed: without any one of them there is nothing to find." if len(parts) > 1 else ""


def _report_open(knowledge: Knowledge, names: Sequence[str]) -> Violation:
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


def _report_undetermined(knowledge: Knowledge, words: Words, found: KnowledgeAnalysis) -> list[Violation]:
    groups: dict[tuple[str, str], list[Undetermined]] = {}
    for one in found.undetermined:
        groups.setdefault((one.question, one.limit), []).append(one)
    told = []
    for (question, limit), members in groups.items():
        names = list(dict.fromkeys(one.subject for one in members))
        listed = ", ".join(words.name(name) for name in names[:_LISTED])
        more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
        places = [place for name in names[:_LISTED] if (place := words.locate(name)) is not None]
        told.append(
            Violation(
                "analysis.undetermined",
                "info",
                f"Whether {listed}{more} {QUESTIONS[question]} could not be determined.",
                places[0] if places else None,
                names[0],
                why=f"The limit that was hit: {limit}.",
                fix="Nothing has to be done; simpler conditions make it decidable.",
                related=tuple(dict.fromkeys(places[1:])),
                domain=knowledge.domain.name,
            )
        )
    return told
