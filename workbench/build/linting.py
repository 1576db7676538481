"""The checks of carelessness, given all that a project knows about one of its domains."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import PurePosixPath

from workbench.build.curricula import CurriculumText
from workbench.build.knowledge import Knowledge
from workbench.formats.yaml_text import parse_yaml
from workbench.model.report import Location, Violation
from workbench.model.rules import Rule
from workbench.model.terms import OWL, RDF_TYPE, Triple, get_iri_text, is_iri
from workbench.project import Domain, Project
from workbench.project.files import classify
from workbench.project.vocabulary import DECLARATIONS
from workbench.validation.lint import Import, Lintable, TemplateFile, lint_domain

__all__ = ["lint_knowledge", "list_ontologies", "prepare_lint"]

_ONTOLOGY, _VERSION, _IMPORTS = (f"<{OWL}{name}>" for name in ("Ontology", "versionIRI", "imports"))


def lint_knowledge(
    project: Project, domain: Domain, knowledge: Knowledge, curriculum: CurriculumText, today: date
) -> list[Violation]:
    """Return what is careless in a domain; ``knowledge`` is that of the domain, ``curriculum`` what its files say."""
    return lint_domain(prepare_lint(project, domain, knowledge, curriculum, today))


def prepare_lint(
    project: Project, domain: Domain, knowledge: Knowledge, curriculum: CurriculumText, today: date
) -> Lintable:
    """Return what the checks are given."""
    narrator, current, config = knowledge.narrator, knowledge.domain, project.config
    required = config.domains[domain.name].require
    file = domain.curriculum_file
    text = parse_yaml(file.data, file.path) if file is not None else None
    imports = any(predicate == _IMPORTS for _, predicate, _ in (*domain.triples, *domain.shapes))

    def locate_curriculum(*path: str | int) -> Location | None:
        return text.locate(*path) if text is not None else None

    def locate_name(number: int, language: str, index: int) -> Location | None:
        lists = text.value.get("names") if text is not None and isinstance(text.value, dict) else None
        if text is None or not isinstance(lists, dict) or number >= len(lists):
            return locate_curriculum("names")
        name, entry = list(lists.items())[number]
        return text.locate("names", name, *((language, index) if isinstance(entry, dict) else (index,)))

    def say_rule(rule: Rule, language: str) -> str:
        speaker = narrator if language == narrator.language else knowledge.narrator_in(language)
        return speaker.compose_rule(rule)

    return Lintable(
        domain.triples,
        languages=config.languages,
        locate=narrator.locate,
        label=narrator.label,
        domain=domain.name,
        profile=config.lint.profile,
        severities=config.severity,
        facts=current.assertions,
        rules=current.rules,
        constraints=current.constraints,
        axioms=tuple(rule for rule in knowledge.theory.rules if rule.kind == "axiom"),
        tests=current.rule_tests,
        shapes=current.shapes,
        closed=current.closed,
        curriculum=curriculum.curriculum,
        templates=tuple(
            TemplateFile(t.task, t.language, _find_path(domain, t.name))
            for t in curriculum.templates
            if t.name not in curriculum.defaults
        ),
        say_rule=say_rule,
        locate_rule=narrator.locate_rule,
        locate_curriculum=locate_curriculum,
        locate_name=locate_name,
        sensitive=domain.sensitive,
        licence=config.license,
        require=config.lint.require if required is None else required,
        statements=tuple(t for t in (*current.assertions, *current.axioms) if not _is_declaration(t)),
        get_provenance=current.get_provenance,
        find_owners=current.find_owners,
        ontologies=tuple(list_ontologies(project)) if imports else (),
        sources=domain.sources,
        today=today,
    )


def _is_declaration(triple: Triple) -> bool:
    return triple[1] == RDF_TYPE and triple[2] in DECLARATIONS


def _find_path(domain: Domain, name: str) -> str:
    return next(file.path for file in domain.templates if file.path.rpartition("templates/")[2].startswith(f"{name}."))


def list_ontologies(project: Project) -> Iterator[Import]:
    """Yield each RDF file of a project with the names by which an import can mean it, and the domains that read it."""
    for path in project.files:
        parsed = project.read_rdf(path)
        if parsed is None:
            continue
        names = {path, PurePosixPath(path).name}
        headers = {s for s, predicate, kind in parsed.graph.triples if predicate == RDF_TYPE and kind == _ONTOLOGY}
        names |= {get_iri_text(term).rstrip("#/") for term in headers if is_iri(term)}
        names |= {
            get_iri_text(value).rstrip("#/")
            for subject, predicate, value in parsed.graph.triples
            if predicate == _VERSION and subject in headers and is_iri(value)
        }
        yield Import(frozenset(names), path, tuple(domain.name for domain, _ in classify(project.config, path)))
