"""From a domain to its theory: compiled axioms, the author's rules, constraints as integrity rules, the closed set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from workbench.model.rules import Rule
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.project import Domain
from workbench.reasoning.terminology import Terminology, compile_axioms

__all__ = ["assemble_theory", "compile_terminology"]


def assemble_theory(domain: Domain) -> tuple[Theory, Terminology]:
    """Return a domain's theory, and the terminology whose rules it contains.

    Retired statements are the caller's to leave out (:meth:`Domain.select`). Axioms about annotation properties are
    about no facts and take no part. A compiled axiom whose name an author's rule has is renamed, since proofs cite
    by name. Raises ValueError when two of the author's rules have one name; loading reports those and keeps the
    first.
    """
    terminology = compile_terminology(domain)
    rules = (*terminology.rules, *domain.rules, *domain.constraints)
    return Theory.build(rules, domain.closed), terminology


def compile_terminology(domain: Domain) -> Terminology:
    """Compile a domain's axioms under names that no rule or constraint of the domain has."""
    compiled = compile_axioms(_list_axioms(domain))
    taken = {rule.name for rule in (*domain.rules, *domain.constraints)}
    return Terminology(_rename(compiled.rules, taken), compiled.unsupported)


def _list_axioms(domain: Domain) -> Iterable[Triple]:
    kinds = domain.kinds
    return (triple for triple in domain.axioms if kinds.get(triple[0]) != "annotation property")


def _rename(rules: tuple[Rule, ...], taken: set[str]) -> tuple[Rule, ...]:
    used = taken | {rule.name for rule in rules}
    renamed = []
    for rule in rules:
        name = rule.name
        if name in taken:
            while name in used:
                name = f"{name}-axiom"
            used.add(name)
        renamed.append(replace(rule, name=name) if name != rule.name else rule)
    return tuple(sorted(renamed, key=lambda rule: rule.name))
