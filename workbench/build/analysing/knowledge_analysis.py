"""The analysis of a domain's rules, constraints and axioms: what the solver is asked about, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

from workbench.build.analysing.confirming import Confirmed, confirm
from workbench.build.analysing.demands import Demand, list_demands
from workbench.build.knowledge import Knowledge
from workbench.model.rules import Atom
from workbench.model.terms import RDFS, Term, Triple, get_local_name, is_blank, is_literal
from workbench.model.theory import Theory
from workbench.model.values import read_value
from workbench.solving.analysis.asking import Analysis, analyse_ground
from workbench.solving.analysis.ground import Finding, Ground, Question, Undetermined
from workbench.solving.typings import Typing, read_typing

__all__ = ["KnowledgeAnalysis", "analyse_knowledge"]

_POSSIBLE: Mapping[str, Question] = MappingProxyType(
    {
        "violates": "violates-constraint",
        "always-violates": "violates-constraint",
        "can-violate": "violates-constraint",
        "contradictory-conclusions": "contradictory-conclusions",
        "gap": "bands",
        "overlap": "bands",
    }
)
"""Findings that say that a case is possible, by kind: the case must stand before the checker. And their questions."""


@dataclass(frozen=True, eq=False)
class KnowledgeAnalysis:
    """What the analysis of a domain found.

    ``findings`` have their cases confirmed by the checker: ``confirmed`` holds, in the same order, what it makes of
    each. ``undetermined`` are questions without an answer, ``analysis`` the whole, with the account of the questions.
    ``demands`` and ``typings`` are the axioms beyond rules that took part, by name.
    """

    findings: tuple[Finding, ...]
    confirmed: tuple[Confirmed | None, ...]
    undetermined: tuple[Undetermined, ...]
    analysis: Analysis
    demands: Mapping[str, Demand]
    typings: Mapping[str, tuple[Typing, Triple]]

    def summarise(self) -> dict[str, dict[str, int]]:
        """Return, by question, how many were asked and how they ended."""
        return {
            question: {
                "asked": tally.asked,
                "proved": tally.proved,
                "refuted": tally.refuted,
                "undetermined": tally.undetermined,
            }
            for question, tally in self.analysis.tallies
        }


def analyse_knowledge(knowledge: Knowledge) -> KnowledgeAnalysis:
    """Return the analysis of a domain. The latest few are kept: an edit of facts or of a sentence changes nothing."""
    domain, theory = knowledge.domain, knowledge.theory
    kinds = domain.kinds
    axioms = tuple(triple for triple in domain.axioms if kinds.get(triple[0]) != "annotation property")
    compared = frozenset(
        atom.predicate for rule in (*domain.rules, *domain.constraints) for atom in rule.body if isinstance(atom, Atom)
    )
    return _analyse(
        theory,
        axioms,
        tuple(sorted(t for t, kind in knowledge.declared.items() if kind == "class")),
        tuple(sorted(t for t, kind in knowledge.declared.items() if kind == "property")),
        _take_samples(knowledge.facts, compared),
    )


_Samples = tuple[tuple[Term, tuple[Fraction, ...]], ...]


def _take_samples(facts: Iterable[Triple], properties: frozenset[Term]) -> _Samples:
    """The smallest number that is stated of each property, and one that is not whole where there is one."""
    least: dict[Term, Fraction] = {}
    broken: dict[Term, Fraction] = {}
    for _, predicate, object_ in facts:
        if predicate not in properties or not is_literal(object_):
            continue
        value = read_value(object_)
        if value is None or not isinstance(value.value, Fraction):
            continue
        least[predicate] = min(least.get(predicate, value.value), value.value)
        if value.value.denominator != 1:
            broken[predicate] = min(broken.get(predicate, value.value), value.value)
    return tuple((p, tuple(dict.fromkeys((least[p], broken.get(p, least[p]))))) for p in sorted(least))


@lru_cache(maxsize=8)
def _analyse(
    theory: Theory,
    axioms: tuple[Triple, ...],
    classes: tuple[Term, ...],
    properties: tuple[Term, ...],
    samples: _Samples,
) -> KnowledgeAnalysis:
    taken = set(theory.by_name)
    demands = _name_apart(list_demands(axioms), taken)
    typings = _read_typings(axioms, taken | {demand.clause.name for demand in demands})
    ground = Ground.build(
        theory.rules,
        [demand.clause for demand in demands],
        {axiom[0]: typing for typing, axiom in typings.values()},
        dict(samples),
    )
    analysis = analyse_ground(ground, classes, properties)
    findings: list[Finding] = []
    confirmed: list[Confirmed | None] = []
    undetermined = list(analysis.undetermined)
    for finding in analysis.findings:
        shown = confirm(theory, finding)
        if shown is None and finding.kind in _POSSIBLE:
            limit = "no example was found that the checker confirms"
            undetermined.append(Undetermined(_POSSIBLE[finding.kind], finding.subject, limit))
            continue
        findings.append(finding if shown is not None else finding._replace(case=None))
        confirmed.append(shown)
    by_name = {demand.clause.name: demand for demand in demands}
    parts = (tuple(findings), tuple(confirmed), tuple(undetermined))
    return KnowledgeAnalysis(*parts, analysis, MappingProxyType(by_name), MappingProxyType(typings))


def _name_apart(demands: list[Demand], taken: set[str]) -> list[Demand]:
    names: dict[str, str] = {}
    for demand in demands:
        name = demand.clause.name
        while name in taken:
            name = f"{name}-demanded"
        names[demand.clause.name] = name
    return [demand._replace(clause=replace(demand.clause, name=names[demand.clause.name])) for demand in demands]


def _read_typings(axioms: Iterable[Triple], taken: set[str]) -> dict[str, tuple[Typing, Triple]]:
    """The stated ranges that are datatypes, by name; of several of one property the first counts."""
    found: dict[str, tuple[Typing, Triple]] = {}
    seen: set[Term] = set()
    for axiom in axioms:
        subject, predicate, datatype = axiom
        if predicate != f"<{RDFS}range>" or is_blank(subject) or is_blank(datatype) or subject in seen:
            continue
        name = f"{get_local_name(subject)}-range-{get_local_name(datatype)}"
        while name in taken or name in found:
            name = f"{name}-stated"
        typing = read_typing(name, datatype)
        if typing is not None:
            seen.add(subject)
            found[name] = (typing, axiom)
    return found
