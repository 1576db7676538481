"""What a check is given, and how it reports: with the severity of the profile, at the place of what it is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from workbench.formats.curriculum_names import fold_name
from workbench.model.curriculum import Curriculum
from workbench.model.report import Location, Severity, Violation
from workbench.model.rules import Atom, Provenance, Rule, RuleTest, iterate_atoms
from workbench.model.terms import RDF_TYPE, Term, Triple, get_local_name, is_iri, is_literal, split_literal
from workbench.project.configuration import LintProfile, Requirement, SeverityOverride
from workbench.validation.lint.index import Index
from workbench.validation.lint.registry import CHECKS
from workbench.validation.lint.vocabulary import PHRASE
from workbench.wording.reserved import compile_telling

__all__ = ["MANY", "Finder", "Import", "Lintable", "Linter", "TemplateFile"]

MANY = 5
"""How many names a sentence lists, and how many further places a finding has."""


class Import(NamedTuple):
    """A file of ontologies: the names by which it can be imported (IRIs, file name), its path, its domains."""

    names: frozenset[str]
    path: str
    domains: tuple[str, ...]


class TemplateFile(NamedTuple):
    """A usable template: the task and language it is for, and its file."""

    task: str
    language: str
    path: str


@dataclass(frozen=True, eq=False)
class Lintable:
    """What is looked at: the triples of a domain and, where they are known, its rules, curriculum and settings.

    ``languages`` are those of the project, the default first; ``locate`` gives the place of a stated triple, ``label``
    what a term is called. ``facts`` are the assertions among the triples, ``axioms`` the rules that the stated axioms
    compile to, ``say_rule`` composes a rule's sentence in a language; ``locate_curriculum`` gives the place of a key of
    the curriculum, ``locate_name`` that of a name by its list, language and number. ``statements`` are those of which
    ``require`` asks something, ``get_provenance`` says who states one and ``find_owners`` to which named subject's
    statement one about a blank node belongs. ``ontologies`` are those of the whole project, ``sources`` the file of
    each triple. ``licence`` is that of the project, ``today`` decides who is taken to be alive.
    """

    triples: Sequence[Triple]
    languages: tuple[str, ...] = ("en",)
    locate: Callable[[Triple], Location | None] = lambda _: None
    label: Callable[[Term], str] = get_local_name
    domain: str = ""
    profile: LintProfile = "default"
    severities: Mapping[str, SeverityOverride] = field(default_factory=dict)
    facts: Sequence[Triple] = ()
    rules: Sequence[Rule] = ()
    constraints: Sequence[Rule] = ()
    axioms: Sequence[Rule] = ()
    tests: Sequence[RuleTest] = ()
    shapes: Sequence[Triple] = ()
    closed: Sequence[Term] = ()
    curriculum: Curriculum | None = None
    templates: Sequence[TemplateFile] = ()
    say_rule: Callable[[Rule, str], str] | None = None
    locate_rule: Callable[[Rule], Location | None] = lambda rule: rule.location
    locate_curriculum: Callable[..., Location | None] = lambda *_: None
    locate_name: Callable[[int, str, int], Location | None] = lambda *_: None
    sensitive: bool = False
    licence: str = ""
    require: Sequence[Requirement] = ()
    statements: Sequence[Triple] = ()
    get_provenance: Callable[[Triple], Provenance] | None = None
    find_owners: Callable[[Triple], tuple[Triple, ...]] = lambda triple: (triple,)
    ontologies: Sequence[Import] = ()
    sources: Mapping[Triple, str] = field(default_factory=dict)
    today: date = field(default_factory=date.today)


class Linter:
    """The index of what is looked at, and the making of findings."""

    def __init__(self, matter: Lintable) -> None:
        self.matter = matter
        self.index = Index(matter.triples)
        self.languages = tuple(dict.fromkeys(tag.split("-")[0] for tag in matter.languages)) or ("en",)

    @property
    def is_obo(self) -> bool:
        """Whether checks are to ask exactly what ROBOT's report asks."""
        return self.matter.profile == "obo"

    @property
    def spoken_languages(self) -> tuple[str, ...]:
        """The languages of the curriculum's prompts, else those of the project."""
        curriculum = self.matter.curriculum
        return tuple(language for language, _ in curriculum.languages) if curriculum else self.languages

    @cached_property
    def named(self) -> frozenset[Term]:
        """The individuals that prompts call by their own labels: all with a closed book, else those in rules."""
        if self.matter.curriculum is None:
            return frozenset()
        rules = (*self.matter.rules, *self.matter.constraints, *self.matter.axioms)
        found = {
            term for rule in rules for atom in iterate_atoms((*rule.body, *rule.head)) for term in _list_ends(atom)
        }
        if self.is_closed_book:
            found |= {term for fact in self.matter.facts for term in _list_ends(fact)} | {*self.index.individuals}
        return frozenset(term for term in found if is_iri(term))

    @property
    def is_closed_book(self) -> bool:
        """Whether the curriculum asks about the project's own individuals with nothing stated."""
        curriculum = self.matter.curriculum
        # In a sensitive domain such a level is refused as such.
        return (
            curriculum is not None and not self.matter.sensitive and any(lv.given == "none" for lv in curriculum.levels)
        )

    @property
    def why_named(self) -> str:
        """Why prompts hold the labels of the project's individuals."""
        if self.is_closed_book:
            return "Closed-book questions name the project's individuals by their labels."
        return "Rules that prompts state name this individual by its label."

    @cached_property
    def class_labels(self) -> Mapping[str, Term]:
        """The classes by their labels, in the form in which names are compared."""
        classes = self.index.classes
        # A class without a label is called by the words of its name.
        found = {fold_name(self.matter.label(term)): term for term in sorted(classes)}
        return found | {fold_name(t.plain): t.triple[0] for t in self.index.labels if t.triple[0] in classes}

    @cached_property
    def telling(self) -> Mapping[str, re.Pattern[str] | None]:
        """By language of the prompts, a pattern for words that make a statement of a name."""
        phrases = self.index.list_texts(PHRASE)
        return {
            language: compile_telling(language, (t.plain for t in phrases if t.language.split("-")[0] == language))
            for language in self.spoken_languages
        }

    def get_severity(self, code: str) -> SeverityOverride:
        """Return the severity of a check in the profile; one that is off there is on where its code has another."""
        check = CHECKS[code]
        severity = check.severities[self.matter.profile]
        override = self.matter.severities.get(code)
        return severity if override is None or (severity != "off" and override != "off") else override

    def name(self, term: Term) -> str:
        """Return what a term is called, or what a literal says, in quotation marks."""
        return f"“{' '.join(split_literal(term)[0].split()) if is_literal(term) else self.matter.label(term)}”"

    def name_all(self, terms: Iterable[Term]) -> str:
        """Return what some terms are called, the first few of many."""
        names = [self.name(term) for term in terms]
        more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
        return ", ".join(names[:MANY]) + more

    def report(
        self,
        code: str,
        message: str,
        triples: Iterable[Triple] = (),
        *,
        focus: Term = "",
        path: Term = "",
        value: Term = "",
        source: str = "",
        fix: str = "",
        why: str = "",
        places: Iterable[Location | None] = (),
        facts: tuple[str, ...] = (),
        at_most: Severity = "error",
        many: int = MANY,
    ) -> Violation:
        """Make a finding: at the first of ``triples`` that has a place, else at the first of ``places``."""
        severity = self.get_severity(code)
        if severity == "off":
            raise ValueError(f"the check {code} is off and must not report")
        order: tuple[Severity, ...] = ("error", "warning", "info")
        severity = order[max(order.index(severity), order.index(at_most))]
        found: dict[Location, None] = {}
        for triple in triples:
            if len(found) > many:
                break
            place = self.matter.locate(triple)
            if place is not None:
                found[place] = None
        found |= dict.fromkeys(place for place in places if place is not None)
        located = tuple(found)
        return Violation(
            code, severity, message, located[0] if located else None, focus, why, fix, facts,
            located[1 : 1 + many], self.matter.domain, path, value, source,
        )  # fmt: skip


def _list_ends(triple: Atom | Triple) -> Iterator[Term]:
    """Yield what a statement is about: its subject and, unless that is a class, its object."""
    yield triple[0]
    if triple[1] != RDF_TYPE:
        yield triple[2]


Finder = Callable[[Linter], Iterator[Violation]]
"""A check: yields its findings."""
