"""Provenance: what the project asks of every statement, and which statements do without."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workbench.model.report import Violation
from workbench.model.rules import Provenance
from workbench.model.terms import DCTERMS, WB, Term, Triple, is_iri
from workbench.project.configuration import Requirement
from workbench.validation.lint.linter import Finder, Linter

__all__ = ["FINDERS"]


def _find(
    lint: Linter, requirement: Requirement, predicate: Term, word: str, fix: str, has: Callable[[Provenance], bool]
) -> Iterator[Violation]:
    """Yield one finding for each subject, and one for each rule and constraint, that does without."""
    matter, code = lint.matter, f"provenance.missing-{requirement}"
    if requirement not in matter.require or matter.get_provenance is None:
        return
    why = f"The project asks for {requirement} under 'require' in workbench.yaml."
    groups: dict[Term, list[Triple]] = {}
    for triple in matter.statements:
        owners = matter.find_owners(triple)
        owner = owners[0] if owners else triple
        if is_iri(owner[0]) and not has(matter.get_provenance(owner)):
            found = groups.setdefault(owner[0], [])
            if not found or found[-1] != owner:
                found.append(owner)
    for term, triples in sorted(groups.items()):
        count = len(dict.fromkeys(triples))
        said = "A statement" if count == 1 else f"{count} statements"
        yield lint.report(
            code,
            f"{said} about {lint.name(term)} {'has' if count == 1 else 'have'} {word}.",
            triples,
            focus=term,
            path=predicate,
            fix=fix,
            why=why,
            many=20,
        )
    for rule in (*matter.rules, *matter.constraints):
        if not has(rule.provenance):
            yield lint.report(
                code,
                f"The {rule.kind} {rule.name} has {word}.",
                focus=rule.name,
                path=predicate,
                source=rule.name,
                fix=fix,
                why=why,
                places=[matter.locate_rule(rule)],
            )


def _find_sources(lint: Linter) -> Iterator[Violation]:
    yield from _find(
        lint,
        "source",
        f"<{DCTERMS}source>",
        "no source",
        "Say where it comes from: dcterms:source at the subject or in the file's header, 'source' at a rule.",
        lambda provenance: bool(provenance.sources),
    )


def _find_authors(lint: Linter) -> Iterator[Violation]:
    yield from _find(
        lint,
        "author",
        f"<{DCTERMS}creator>",
        "no author",
        "Say who wrote it: dcterms:creator at the subject or in the file's header, 'author' at a rule.",
        lambda provenance: bool(provenance.authors),
    )


def _find_reviews(lint: Linter) -> Iterator[Violation]:
    yield from _find(
        lint,
        "review",
        f"<{WB}state>",
        "no review",
        "When it has been reviewed, state wb:state \"reviewed\" at the subject, or 'state reviewed' at a rule.",
        lambda provenance: provenance.state == "reviewed",
    )


FINDERS: dict[str, Finder] = {
    "provenance.missing-source": _find_sources,
    "provenance.missing-author": _find_authors,
    "provenance.missing-review": _find_reviews,
}
