"""A domain under other names: what OLD would be, had it had NEW's names already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from workbench.build.differing.units import collect_units, pair_blanks
from workbench.build.knowledge import Knowledge, get_knowledge
from workbench.build.name_replacement import replace_in_part, replace_in_statement, replace_in_triple
from workbench.build.narration import Narrator
from workbench.model.report import Location
from workbench.model.terms import Term, Triple
from workbench.project import Domain, Project

__all__ = ["RenamedNarrator", "State", "find_blank_names", "rename_domain", "take_state"]


def rename_domain(domain: Domain, names: Mapping[Term, Term]) -> Domain:
    """Return a domain with names replaced everywhere; its words and places stay those that it has."""
    if not names:
        return domain
    get = names.get
    return replace(
        domain,
        triples=tuple(sorted({replace_in_triple(t, names) for t in domain.triples})),
        sources={replace_in_triple(t, names): path for t, path in domain.sources.items()},
        shapes=tuple(sorted({replace_in_triple(t, names) for t in domain.shapes})),
        shape_sources={replace_in_triple(t, names): path for t, path in domain.shape_sources.items()},
        rules=tuple(replace_in_statement(rule, names) for rule in domain.rules),
        constraints=tuple(replace_in_statement(rule, names) for rule in domain.constraints),
        comparisons={name: replace_in_part(stated, names) for name, stated in domain.comparisons.items()},
        totals=tuple(replace_in_statement(total, names) for total in domain.totals),
        rule_tests=tuple(replace_in_statement(test, names) for test in domain.rule_tests),
        closed=tuple(sorted(get(term, term) for term in domain.closed)),
        origin=None,
    )


def find_blank_names(old: Domain, new: Domain) -> dict[Term, Term]:
    """Return what each blank node of a domain is called in another, or a label that nothing there has."""
    stem = "_:earlier" + sha256(repr((old.triples[:1], new.triples[:1])).encode()).hexdigest()[:8]
    found: dict[Term, Term] = {}
    for ours, theirs in ((old.triples, new.triples), (old.shapes, new.shapes)):
        found |= pair_blanks(collect_units(ours), collect_units(theirs), lambda term: f"{stem}{term[2:]}")
    return {term: name for term, name in found.items() if term != name}


@dataclass(frozen=True, eq=False)
class RenamedNarrator(Narrator):
    """Says what a renamed domain says, and where that stands in the files, which have the former names."""

    former: Mapping[Term, Term]

    def locate(self, what: Triple | Term) -> Location | None:
        """Return the place of a triple or name under its former name."""
        origin = self.former.get(what, what) if isinstance(what, str) else replace_in_triple(what, self.former)
        return self.project.locate(origin)


@dataclass(frozen=True, eq=False)
class State:
    """A domain on one side, under the names of NEW, with what it knows and who tells it."""

    domain: Domain
    knowledge: Knowledge
    narrator: Narrator


def take_state(project: Project, domain: Domain, names: Mapping[Term, Term], language: str | None) -> State:
    """Return a domain of a project under other names."""
    renamed = rename_domain(domain, names)
    knowledge = get_knowledge(project, renamed)
    narrator = knowledge.narrator_in(language)
    if names:
        former = {name: term for term, name in names.items()}
        narrator = RenamedNarrator(project, renamed, narrator.lexicon, former)
    return State(renamed, knowledge, narrator)
