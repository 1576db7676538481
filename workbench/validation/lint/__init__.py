"""Lint: cheap checks over what is stated, that need no reasoning, each finding at its line.

One pass over the triples makes an index; each check reads the index. The table in ``registry`` says how grave each is
in which profile and whose check it also is; ``coverage`` what of other checkers cannot be decided here, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from workbench.model.report import Location, Violation
from workbench.model.terms import Term, Triple, get_local_name
from workbench.project.configuration import LintProfile
from workbench.validation.lint import (
    builtin_names,
    cases,
    class_definitions,
    curricula,
    declarations,
    definitions,
    deprecation,
    hierarchy,
    imports,
    label_texts,
    labels,
    metadata,
    names,
    privacy,
    prompt_names,
    properties,
    property_kinds,
    provenance,
    replacements,
    restrictions,
    rules,
    synonyms,
    values,
    wording,
)
from workbench.validation.lint.linter import Finder, Import, Lintable, Linter, TemplateFile
from workbench.validation.lint.registry import CHECKS, Check
from workbench.validation.lint.vocabulary import PHRASE

__all__ = ["CHECKS", "FINDERS", "PHRASE", "Check", "Import", "Lintable", "TemplateFile", "find_lint", "lint_domain"]

FINDERS: dict[str, Finder] = dict(
    chain.from_iterable(
        module.FINDERS.items()
        for module in (
            labels, label_texts, wording, cases, definitions, synonyms, declarations, imports, deprecation,
            replacements, hierarchy, class_definitions, restrictions, properties, property_kinds, names, builtin_names,
            metadata, values, rules, curricula, prompt_names, privacy, provenance,
        )
    )
)  # fmt: skip
"""What finds each code of :data:`CHECKS`."""


def find_lint(
    triples: Sequence[Triple],
    *,
    languages: Sequence[str] = ("en",),
    locate: Callable[[Triple], Location | None] = lambda _: None,
    label: Callable[[Term], str] = get_local_name,
    domain: str = "",
    profile: LintProfile = "default",
) -> list[Violation]:
    """Return what is careless in stated triples alone (ontology, assertions and wording together).

    ``languages`` are those of the project, the default first; ``locate`` gives the place of a stated triple.
    """
    return lint_domain(Lintable(triples, tuple(languages), locate, label, domain, profile))


def lint_domain(matter: Lintable) -> list[Violation]:
    """Return what is careless in a domain, check by check; ``docs/lint.md`` has the table of them."""
    lint = Linter(matter)
    return [found for code, find in FINDERS.items() if lint.get_severity(code) != "off" for found in find(lint)]
