"""``check``: everything that is wrong with a project, collected and shown together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from itertools import chain
from pathlib import Path

from workbench.build.analysing.conflicts import report_conflicts
from workbench.build.analysing.shape_conflicts import report_shape_conflicts
from workbench.build.checked import Checked
from workbench.build.curricula import read_curriculum
from workbench.build.curriculum_knowledge import check_curriculum
from workbench.build.dataset_groups import check_dataset
from workbench.build.early_capacity import check_quotas
from workbench.build.judging import find_contradictions, judge_shapes, report_shape_problems
from workbench.build.knowledge import Knowledge, get_knowledge, list_domains
from workbench.build.linting import lint_knowledge
from workbench.build.naming import UNNAMED
from workbench.build.repairing.repairs import add_repairs
from workbench.build.rule_tests import run_rule_tests
from workbench.build.subject_literals import find_subject_literals
from workbench.build.totals import judge_totals
from workbench.errors import SolverError
from workbench.model.report import Report, Violation
from workbench.model.terms import get_local_name
from workbench.project import Domain, Project
from workbench.reasoning.closure import Closure
from workbench.validation.fingerprints import BlankNames, add_fingerprints
from workbench.validation.literals import find_ill_typed_literals
from workbench.validation.policy import apply_policy

__all__ = ["Progress", "check"]

Progress = Callable[[str], None]
"""Is told, in a few words, what is being done."""


def check(
    project: Project,
    domain: str | None = None,
    *,
    today: date | None = None,
    datasets: Sequence[Path | str] = (),
    progress: Progress | None = None,
) -> Checked:
    """Judge one domain of a project, or all.

    Files, rules, their tests, curricula and templates, wording, axioms that are not supported, contradictions,
    constraints and shapes. Where rules or files have errors nothing is reasoned with what is left of them: the
    domain then has no closure, and ``check.not-reasoned`` says so. ``today`` is the day on which waivers are
    judged; of ``datasets`` it is told what in them no longer follows from the knowledge.

    Raises SelectionError for an unknown domain; LimitError and WorkerError when something could not be judged;
    DatasetError for a folder that is no dataset.
    """
    tell = progress or (lambda _: None)
    chosen = list_domains(project, domain)
    names = {"", *(one.name for one in chosen)}
    violations = [violation for violation in project.violations if violation.domain in names]
    closures: dict[str, Closure] = {}
    for one in chosen:
        found, closure = _check_domain(project, one, tell, today or date.today())
        violations += found
        if closure is not None:
            closures[one.name] = closure
    for path in datasets:
        violations += check_dataset(project, path, tell)
    marked = _mark(project, chosen, Report.collect(violations).violations)
    is_whole = len(chosen) == len(project.domains)
    judged = apply_policy(marked, project.config, today or date.today(), is_whole=is_whole)
    report = Report.collect(_mark(project, chosen, judged.kept))
    return Checked(closures, report, judged.waived, project, tuple(one.name for one in chosen))


def _mark(project: Project, domains: Sequence[Domain], violations: Sequence[Violation]) -> tuple[Violation, ...]:
    """Give each finding its fingerprint; those that the policy adds get theirs after the others."""
    return add_fingerprints(
        violations,
        labels={domain.name: get_knowledge(project, domain).narrator.label for domain in domains},
        unnamed=tuple(UNNAMED.values()),
        blanks={domain.name: BlankNames(chain(domain.triples, domain.shapes)) for domain in domains},
    )


def _check_domain(
    project: Project, domain: Domain, tell: Progress, today: date
) -> tuple[list[Violation], Closure | None]:
    tell(f"{domain.name}: reading rules")
    knowledge = get_knowledge(project, domain)
    found = [*knowledge.violations, *_report_unsupported(knowledge), *_report_unknown_closed(project, knowledge)]
    curriculum = read_curriculum(domain)
    found += curriculum.violations
    if curriculum.curriculum is not None:
        found += check_curriculum(curriculum.curriculum, knowledge.theory, curriculum.templates, knowledge.declared)
    found += lint_knowledge(project, domain, knowledge, curriculum, today)
    found += find_ill_typed_literals(
        domain.triples,
        frozenset(knowledge.facts),
        locate=knowledge.narrator.locate,
        label=knowledge.narrator.label,
        domain=domain.name,
    )
    problems = report_shape_problems(knowledge)
    found += problems
    if knowledge.blockers:
        found.append(_report_not_reasoned(knowledge))
        return _name_domain(found, domain), None
    tell(f"{domain.name}: running tests of rules")
    found += run_rule_tests(knowledge)
    tell(f"{domain.name}: looking for conflicts among rules and constraints")
    found += _analyse("rules and constraints", lambda: report_conflicts(knowledge))
    tell(f"{domain.name}: looking for conflicts among shapes, rules and axioms")
    found += _analyse("shapes", lambda: report_shape_conflicts(knowledge, problems))
    tell(f"{domain.name}: reasoning")
    closure = knowledge.prepare_closure(tell)
    found += find_contradictions(knowledge)
    found += judge_totals(knowledge)
    found = add_repairs(knowledge, found)
    found += find_subject_literals(knowledge)
    tell(f"{domain.name}: judging shapes")
    found += judge_shapes(knowledge, problems)
    is_sound = not any(one.severity == "error" for one in found)
    found += check_quotas(knowledge, curriculum, project.config.build.seed, tell, is_sound=is_sound)
    return _name_domain(found, domain), closure


def _analyse(what: str, analyse: Callable[[], list[Violation]]) -> list[Violation]:
    """Return what an analysis finds; a solver that fails at it must not hide what everything else found."""
    try:
        return analyse()
    except SolverError as error:
        return [
            Violation(
                "analysis.undetermined",
                "warning",
                f"Conflicts among {what} were not looked for to the end, because the solver failed.",
                why=str(error),
                fix="The fault is in Workbench, not in the project; please report it with the project.",
            )
        ]


def _name_domain(found: list[Violation], domain: Domain) -> list[Violation]:
    return [violation if violation.domain else replace(violation, domain=domain.name) for violation in found]


def _report_unsupported(knowledge: Knowledge) -> Iterator[Violation]:
    narrator = knowledge.narrator
    for item in knowledge.terminology.unsupported:
        subject = item.axiom[0]
        about = f" about {narrator.label(subject)}" if subject.startswith("<") else ""
        yield Violation(
            "ontology.unsupported-axiom",
            "info",
            f"This axiom{about} is not in the theory: it uses {item.reason}.",
            narrator.locate(item.axiom),
            subject,
            why="Nothing is concluded from it, and no answer takes it into account.",
            fix="Say what you need of it as a rule or a constraint.",
        )


def _report_unknown_closed(project: Project, knowledge: Knowledge) -> Iterator[Violation]:
    domain = knowledge.domain
    texts = project.config.domains[domain.name].closed
    known = {get_local_name(term): term for term in knowledge.declared}
    for term in domain.closed:
        if term in knowledge.declared:
            continue
        name = get_local_name(term)
        index = next((i for i, text in enumerate(texts) if get_local_name(f"<{text.strip('<>')}>") == name), 0)
        close = get_close_matches(name, known, 1)
        yield Violation(
            "config.unknown-name",
            "error",
            f"'{name}' under 'closed' is no class or property that the ontology declares.",
            project.config.locate("domains", domain.name, "closed", index),
            term,
            why="What is closed is false where it does not follow; a misspelt name would leave the meant one open.",
            fix=f"Did you mean {close[0]}?" if close else f"Declare {name} in the ontology, or remove it here.",
        )


def _report_not_reasoned(knowledge: Knowledge) -> Violation:
    places = [violation.location for violation in knowledge.blockers if violation.location is not None]
    return Violation(
        "check.not-reasoned",
        "info",
        f"Nothing was concluded in the domain {knowledge.domain.name}, because of the errors in its files or rules.",
        places[0] if places else None,
        why="What is left after an error is not what its author meant; tests, constraints and shapes were not judged.",
        fix="Correct the errors and check again.",
        related=tuple(dict.fromkeys(places[1:]))[:20],
    )
