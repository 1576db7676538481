"""Models: the perfect model of a theory, closures under a frozen closed part, and what an interpretation breaks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from workbench.checker.evaluation import RulePlans, plan_rule, run_plan, saturate
from workbench.checker.facts import CheckError, FactIndex, bind_atom, ground_atom
from workbench.model.proofs import FALSE, Step
from workbench.model.rules import Atom, Negation, Rule, is_transitivity, iterate_atoms, substitute_element
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory, compute_strata

__all__ = [
    "MAX_FACTS",
    "derive_heights",
    "derive_model",
    "find_broken_rules",
    "find_contradictions",
    "list_open_negations",
    "select_closed",
]

MAX_FACTS = 1_000_000
"""The default limit on a model's size."""


def derive_model(
    theory: Theory,
    facts: Iterable[Triple],
    *,
    closed_reference: frozenset[Triple] | None = None,
    max_facts: int = MAX_FACTS,
) -> frozenset[Triple]:
    """Return all facts, stated and derived: the perfect model of the theory's rules that have a head.

    With ``closed_reference`` negations are judged against that fixed set instead (only its closed facts matter),
    and the result is the least set that contains ``facts`` and is closed under the rules.
    CheckError when a rule is unsafe, negation is not stratified, or more than ``max_facts`` are derived.
    """
    index = FactIndex(facts)
    if closed_reference is not None:
        rules = [(plan_rule(rule), rule.head) for rule in theory.rules if rule.head]
        saturate(index, FactIndex(closed_reference), rules, max_facts)
        return frozenset(index.facts)
    for rules_of_stratum in _split_into_strata(theory.rules):
        saturate(index, index, rules_of_stratum, max_facts)
    return frozenset(index.facts)


@lru_cache(maxsize=256)
def _split_into_strata(rules: tuple[Rule, ...]) -> list[list[tuple[RulePlans, tuple[Atom, ...]]]]:
    """Rules with those of their heads that belong to the stratum, from the lowest stratum up."""
    strata = compute_strata(rules)
    if strata is None:
        raise CheckError("negation is not stratified")
    found: dict[int, list[tuple[RulePlans, tuple[Atom, ...]]]] = {}
    for rule in rules:
        plans = plan_rule(rule)
        for level in sorted({strata[head.key] for head in rule.head}):
            if any(strata[atom.key] > level for atom in iterate_atoms(rule.body)) or any(
                strata[atom.key] >= level for atom in iterate_atoms(rule.body, negated=True)
            ):
                raise CheckError(f"rule {rule.name} reads a stratum that is not complete")
            heads = tuple(head for head in rule.head if strata[head.key] == level)
            found.setdefault(level, []).append((plans, heads))
    return [found[level] for level in sorted(found)]


def derive_heights(theory: Theory, facts: Iterable[Triple], model: frozenset[Triple]) -> dict[Triple, int]:
    """Return each fact's least proof height; 0 for stated facts.

    ``model`` is the perfect model, against which negations are judged. Transitivity counts hops along the chain:
    its second premise is a fact that is stated or that another rule derives at the fact's least height.
    """
    index, reference = FactIndex(facts), FactIndex(model)
    heights = dict.fromkeys(index.facts, 0)
    base, plans = set(index.facts), [plan_rule(rule) for rule in theory.rules if rule.head]
    fresh, height = FactIndex(), 0
    while height == 0 or fresh.facts:
        height += 1
        found: dict[Triple, bool] = {}
        for plan in plans:
            transitive = is_transitivity(plan.rule)
            for row in _iterate_new_rows(plan, index, reference, fresh if height > 1 else None):
                if transitive and ground_atom(plan.atoms[1], row) not in base:
                    continue
                for head in plan.rule.head:
                    fact = ground_atom(head, row)
                    if fact not in heights:
                        found[fact] = found.get(fact, False) or not transitive
        for fact in found:
            index.add(fact)
        heights |= dict.fromkeys(found, height)
        base.update(fact for fact, is_base in found.items() if is_base)
        fresh = FactIndex(found)
    return heights


def _iterate_new_rows(
    plans: RulePlans, index: FactIndex, reference: FactIndex, fresh: FactIndex | None
) -> Iterable[dict[str, str]]:
    """What makes a body true with at least one of the fresh facts, or at all when there are none to speak of."""
    if not plans.can_fire(index):
        return
    if fresh is None:
        yield from run_plan(plans.whole, index, reference)
        return
    for atom, rest in zip(plans.atoms, plans.rests, strict=True):
        facts = fresh.by_key.get(atom.key, ())
        yield from run_plan(rest, index, reference, [row for f in facts if (row := bind_atom(atom, f)) is not None])


def find_contradictions(theory: Theory, model: Iterable[Triple]) -> tuple[Step, ...]:
    """Return every application of an integrity rule to ``model``, as steps that conclude false, sorted.

    Negations are judged against the model itself.
    """
    index = FactIndex(model)
    steps = []
    for rule in theory.rules:
        plans = plan_rule(rule)
        if rule.head or not plans.can_fire(index):
            continue
        for row in run_plan(plans.whole, index, index):
            bindings = tuple((name, row[name]) for name in plans.variables)
            absent = (substitute_element(e, dict(bindings)) for e in rule.body if isinstance(e, Negation))
            premises = tuple(ground_atom(atom, row) for atom in plans.atoms)
            negations = tuple(e for e in absent if isinstance(e, Negation))
            steps.append(Step(rule.name, bindings, premises, negations, FALSE))
    return tuple(sorted(set(steps), key=lambda step: step.sort_key))


def find_broken_rules(theory: Theory, interpretation: Iterable[Triple]) -> tuple[str, ...]:
    """Return the names of the rules that the set of triples, read as a world of its own, does not satisfy.

    A rule is satisfied when every binding that makes its body true, negations judged in this same set, makes every
    head atom true; an integrity rule when no binding does.
    """
    index = FactIndex(interpretation)
    broken = []
    for rule in theory.rules:
        plans = plan_rule(rule)
        if plans.can_fire(index) and any(
            not rule.head or any(ground_atom(head, row) not in index.facts for head in rule.head)
            for row in run_plan(plans.whole, index, index)
        ):
            broken.append(rule.name)
    return tuple(broken)


def select_closed(theory: Theory, facts: Iterable[Triple]) -> frozenset[Triple]:
    """Return the facts about closed predicates and classes."""
    return frozenset(f for f in facts if (f[2] if f[1] == RDF_TYPE else f[1]) in theory.closed)


def list_open_negations(theory: Theory) -> tuple[str, ...]:
    """Return a sentence for each rule that negates what is not closed: such labels would have no meaning."""
    return tuple(
        f"rule {rule.name} negates {atom.key}, which is not closed"
        for rule in theory.rules
        for atom in iterate_atoms(rule.body, negated=True)
        if atom.key not in theory.closed
    )
