"""Models: the perfect model of a theory, closures under a frozen closed part, and what an interpretation breaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from workbench.checker.evaluation import Entry, Row, RulePlans, ground, plan_rule, run_plan, saturate
from workbench.checker.facts import CheckError, FactIndex
from workbench.model.proofs import FALSE, Step
from workbench.model.rules import Negation, Rule, is_transitivity, iterate_atoms, substitute_element
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory, compute_strata

__all__ = [
    "MAX_FACTS",
    "build_model",
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
    if closed_reference is None:
        return frozenset(build_model(theory, facts, max_facts).facts)
    index = FactIndex(facts)
    rules = [(plan_rule(rule), range(len(rule.head))) for rule in theory.rules if rule.head]
    saturate(index, FactIndex(closed_reference), rules, max_facts)
    return frozenset(index.facts)


def build_model(theory: Theory, facts: Iterable[Triple], max_facts: int = MAX_FACTS) -> FactIndex:
    """Return the perfect model as an index; CheckError as :func:`derive_model`."""
    index = FactIndex(facts)
    for rules_of_stratum in _split_into_strata(theory):
        saturate(index, index, rules_of_stratum, max_facts)
    return index


_Stratum = list[tuple[RulePlans, Sequence[int]]]
"""Rules with the numbers of those of their heads that belong to the stratum."""


def _split_into_strata(theory: Theory) -> list[_Stratum]:
    """The strata from the lowest up."""
    if not any(isinstance(element, Negation) for rule in theory.rules for element in rule.body):
        return [[(plans, range(len(plans.rule.head))) for plans in map(plan_rule, theory.rules) if plans.rule.head]]
    return _split_by_negation(theory.rules)


@lru_cache(maxsize=256)
def _split_by_negation(rules: tuple[Rule, ...]) -> list[_Stratum]:
    strata = compute_strata(rules)
    if strata is None:
        raise CheckError("negation is not stratified")
    found: dict[int, _Stratum] = {}
    for rule in rules:
        plans = plan_rule(rule)
        for level in sorted({strata[head.key] for head in rule.head}):
            if any(strata[atom.key] > level for atom in iterate_atoms(rule.body)) or any(
                strata[atom.key] >= level for atom in iterate_atoms(rule.body, negated=True)
            ):
                raise CheckError(f"rule {rule.name} reads a stratum that is not complete")
            heads = [number for number, head in enumerate(rule.head) if strata[head.key] == level]
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
            for entry, row in _iterate_new_rows(plan, index, reference, fresh if height > 1 else None):
                if transitive and ground(entry.premises[1], row) not in base:
                    continue
                for head in entry.heads:
                    fact = ground(head, row)
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
) -> Iterator[tuple[Entry, Row]]:
    """What makes a body true with at least one of the fresh facts, or at all when there are none to speak of."""
    if not plans.can_fire(index):
        return
    if fresh is None:
        yield from ((plans.whole, row) for row in run_plan(plans.whole.plan, index, reference))
        return
    for entry, atom in zip(plans.entries, plans.atoms, strict=True):
        pairs = fresh.pairs.get(atom.predicate, ())
        starts = [row for s, o in pairs if (row := entry.bind((s, atom.predicate, o))) is not None]
        yield from ((entry, row) for row in run_plan(entry.plan, index, reference, starts))


def find_contradictions(theory: Theory, model: Iterable[Triple] | FactIndex) -> tuple[Step, ...]:
    """Return every application of an integrity rule to ``model``, as steps that conclude false, sorted.

    Negations are judged against the model itself.
    """
    index = model if isinstance(model, FactIndex) else FactIndex(model)
    steps = []
    for rule in theory.rules:
        if rule.head:
            continue
        plans = plan_rule(rule)
        if plans.can_fire(index):
            columns = plans.whole.plan.columns
            for row in run_plan(plans.whole.plan, index, index):
                bindings = tuple((name, row[columns[name]]) for name in plans.variables)
                absent = (substitute_element(negation, dict(bindings)) for negation in plans.negations)
                premises = tuple(ground(pick, row) for pick in plans.whole.premises)
                negations = tuple(e for e in absent if isinstance(e, Negation))
                steps.append(Step(rule.name, bindings, premises, negations, FALSE))
    return tuple(sorted(set(steps), key=lambda step: step.sort_key))


def find_broken_rules(theory: Theory, interpretation: Iterable[Triple] | FactIndex) -> tuple[str, ...]:
    """Return the names of the rules that the set of triples, read as a world of its own, does not satisfy.

    A rule is satisfied when every binding that makes its body true, negations judged in this same set, makes every
    head atom true; an integrity rule when no binding does.
    """
    index = interpretation if isinstance(interpretation, FactIndex) else FactIndex(interpretation)
    broken = []
    for rule in theory.rules:
        plans = plan_rule(rule)
        if plans.can_fire(index) and any(
            not rule.head or any(ground(head, row) not in index.facts for head in plans.whole.heads)
            for row in run_plan(plans.whole.plan, index, index)
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
