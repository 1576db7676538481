"""Shapes of a domain together with its rules, axioms and facts, as the solver is asked about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from workbench.build.knowledge import Knowledge
from workbench.model.report import Violation
from workbench.model.rules import Rule, is_restatement, iterate_atoms, iterate_terms
from workbench.model.terms import RDF_TYPE, Term, Triple, is_iri
from workbench.model.theory import Theory
from workbench.reasoning.closure import reason
from workbench.solving.shapes.cases import Background
from workbench.solving.shapes.conflicts import ShapeVerdicts, find_shape_conflicts, list_foci
from workbench.solving.shapes.rules import RuleVerdicts, find_rule_violations
from workbench.solving.shapes.values import ValueAxiom
from workbench.solving.situations import ClauseIndex, make_clause
from workbench.validation.shape_conditions import read_shapes, read_value_axioms
from workbench.validation.shape_index import ShapeIndex, make_sh
from workbench.validation.wellformed import select_sound_shapes

__all__ = ["ShapeAnalysis", "analyse_shapes", "make_background"]

_Classes = tuple[tuple[Term, tuple[Term, ...]], ...]


class ShapeAnalysis(NamedTuple):
    """Some shapes of a domain, what holds of every case of them, and what was found."""

    triples: tuple[Triple, ...]
    background: Background
    verdicts: ShapeVerdicts
    violating: RuleVerdicts


def analyse_shapes(knowledge: Knowledge, problems: Sequence[Violation]) -> list[ShapeAnalysis]:
    """Ask about the sound shapes that see what is derived, and about those that see stated facts only."""
    found = []
    for triples, is_asserted in _split_shapes(knowledge, problems):
        background = make_background(knowledge, triples, is_asserted=is_asserted)
        verdicts = _find(background, _list_classes(knowledge))
        violating = RuleVerdicts() if is_asserted else _find_violating(knowledge, background)
        found.append(ShapeAnalysis(triples, background, verdicts, violating))
    return found


def _split_shapes(knowledge: Knowledge, problems: Sequence[Violation]) -> Iterable[tuple[tuple[Triple, ...], bool]]:
    """Yield the sound shapes that see what is derived, then those that see stated facts only."""
    shapes = knowledge.domain.shapes
    if any(problem.severity == "error" for problem in problems):
        shapes = select_sound_shapes(shapes, problems)
    index = ShapeIndex(shapes)
    stated = {root for root in index.roots if index.judges_asserted(root)}
    for is_asserted in (False, True):
        others = {root for root in index.roots if (root in stated) != is_asserted}
        if len(others) < len(index.roots) or (not is_asserted and shapes):
            yield tuple(t for t in shapes if not (t[0] in others and _is_target(t))), is_asserted


def _is_target(triple: Triple) -> bool:
    if triple[1].startswith(make_sh("target")[:-1]):
        return True
    return triple[1] == RDF_TYPE and triple[2] not in (make_sh("NodeShape"), make_sh("PropertyShape"))


def make_background(knowledge: Knowledge, shapes: tuple[Triple, ...], *, is_asserted: bool = False) -> Background:
    """Return what holds of every case: shapes, rules, axioms about values and the classes of named individuals.

    Shapes that see stated facts only are looked at without rules.
    """
    if is_asserted:
        return _make_background(shapes, (), (), ())
    rules = knowledge.theory.rules
    axioms = read_value_axioms(knowledge.domain.axioms)
    named = {term for triple in shapes for term in triple if is_iri(term)}
    named |= {term for rule in rules if rule.kind != "axiom" for term in iterate_terms(rule) if is_iri(term)}
    classes: dict[Term, list[Term]] = {}
    for subject, predicate, value in knowledge.facts:
        if predicate == RDF_TYPE and subject in named:
            classes.setdefault(subject, []).append(value)
    stated = tuple((term, tuple(sorted(found))) for term, found in sorted(classes.items()))
    return _make_background(shapes, rules, axioms, stated)


@lru_cache(maxsize=8)
def _make_background(
    shapes: tuple[Triple, ...], rules: tuple[Rule, ...], axioms: tuple[ValueAxiom, ...], classes: _Classes
) -> Background:
    """Make it once for shapes, rules and axioms of one meaning."""
    by_property: dict[Term, list[ValueAxiom]] = {}
    for axiom in axioms:
        by_property.setdefault(axiom.predicate, []).append(axiom)
    return Background(read_shapes(shapes), ClauseIndex(map(make_clause, rules)), by_property, dict(classes))


@lru_cache(maxsize=8)
def _find(background: Background, classes: tuple[Term, ...]) -> ShapeVerdicts:
    return find_shape_conflicts(background, list_foci(background, classes))


def _find_violating(knowledge: Knowledge, background: Background) -> RuleVerdicts:
    stated = frozenset(predicate for _, predicate, _ in knowledge.facts)
    return _find_rule_violations(background, knowledge.theory, frozenset(_follow_axioms(knowledge.theory, stated)))


def _follow_axioms(theory: Theory, properties: Iterable[Term]) -> set[Term]:
    """The properties whose values are stated, by themselves or through axioms that say them under another name."""
    found, queue = set(properties), list(properties)
    restated = [rule for rule in theory.rules if rule.kind == "axiom" and is_restatement(rule)]
    while queue:
        name = queue.pop()
        for rule in restated:
            heads = {atom.key for atom in rule.head} - found
            if heads and any(atom.key == name for atom in iterate_atoms(rule.body)):
                found |= heads
                queue += heads
    return found


@lru_cache(maxsize=8)
def _find_rule_violations(background: Background, theory: Theory, stated: frozenset[Term]) -> RuleVerdicts:
    def derive(facts: Sequence[Triple], without: Collection[str]) -> frozenset[Triple] | None:
        rules = [rule.name for rule in theory.rules if rule.name not in without]
        closure = reason(theory.select(rules), facts)
        return None if closure.contradictions() else frozenset(closure.facts())

    return find_rule_violations(background, theory.rules, derive, stated=stated)


def _list_classes(knowledge: Knowledge) -> tuple[Term, ...]:
    return tuple(term for term, kind in knowledge.domain.kinds.items() if kind == "class" and is_iri(term))
