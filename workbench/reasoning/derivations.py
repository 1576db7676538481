"""Derivations: which rule instances conclude which facts, of some facts on demand or of all facts as a log.

A derivation is found by matching a rule's head against facts and its body against the closure. An *instance* is a
rule number and the ids of its premises; everything else about it (bindings, absent negations) follows from these
and is worked out only for the steps that somebody looks at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from workbench.model.builtins import evaluate_expression
from workbench.model.proofs import Step
from workbench.model.rules import Negation, substitute_element
from workbench.model.terms import Triple
from workbench.reasoning.columns import IntArray
from workbench.reasoning.facts import FactTable
from workbench.reasoning.join import Matcher, Table
from workbench.reasoning.plan import ROW, WORLD, HeadPlan, RulePlan, TheoryPlan
from workbench.reasoning.relation import RelationKey

__all__ = ["Instance", "Instances", "count_instances", "find_instances", "list_instances", "make_step", "match_head"]


class Instance(NamedTuple):
    """A rule instance: the rule's number in the theory and the ids of its premises, in body order."""

    rule: int
    premises: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Instances:
    """Instances of one rule and one of its heads as arrays: the facts concluded, and a row of premises per atom.

    For an integrity rule, ``facts`` are the ids of *false* in the worlds.
    """

    rule: int
    facts: IntArray
    premises: tuple[IntArray, ...]


def _list_premises(plan: RulePlan, table: Table, offsets: Mapping[RelationKey, int]) -> tuple[IntArray, ...]:
    return tuple(table.premises[p] + offsets[atom.relation] for p, atom in enumerate(plan.body.atoms))


def list_instances(plan: RulePlan, matcher: Matcher, facts: FactTable) -> Iterator[Instances]:
    """Yield all instances of a rule in the closure, per head."""
    needed = frozenset(a for h in plan.heads for a in (h.subject, h.object) if isinstance(a, int))
    for table in matcher.match_rule(plan, needed, with_premises=True):
        premises = _list_premises(plan, table, facts.offsets)
        if not plan.heads:
            yield Instances(plan.number, matcher.get_worlds(table) + facts.size, premises)
        for head in plan.heads:
            subjects = matcher.get_nodes(table, head.subject)
            objects = subjects if head.object is None else matcher.get_nodes(table, head.object)
            relation = matcher.relations[head.relation]
            rows = relation.find(relation.make_keys(subjects, objects))
            yield Instances(plan.number, rows + facts.offsets[head.relation], premises)


def count_instances(plan: TheoryPlan, matcher: Matcher, facts: FactTable) -> int:
    """Return how many instances all rules have; heads of one match that conclude the same fact count once.

    Premises determine a match, since they bind every variable that is not computed, so matches need no comparing.
    """
    total = 0
    for rule in plan.rules:
        heads: list[IntArray] = []
        for part in list_instances(rule, matcher, facts):
            heads.append(part.facts)
            if len(heads) >= len(rule.heads):
                concluded = np.sort(np.stack(heads), axis=0)
                total += concluded.shape[1] + int(np.count_nonzero(concluded[1:] != concluded[:-1]))
                heads = []
    return total


def find_instances(plan: TheoryPlan, matcher: Matcher, facts: FactTable, wanted: Sequence[int]) -> Iterator[Instances]:
    """Yield all instances that conclude one of the ``wanted`` facts."""
    ids = np.unique(np.asarray(wanted, dtype=np.int64))
    groups: dict[RelationKey, IntArray] = {}
    for key in facts.keys:
        low, high = np.searchsorted(ids, facts.get_range(key)).tolist()
        if low < high:
            groups[key] = ids[low:high]
    falsities = ids[ids >= facts.size]
    for rule in plan.rules:
        if not rule.heads and len(falsities):
            start = Table(len(falsities), {WORLD: falsities - facts.size, ROW: np.arange(len(falsities))})
            for table in matcher.match_rule(rule, frozenset((ROW,)), start=start, with_premises=True):
                chosen = falsities[table.columns[ROW]]
                yield Instances(rule.number, chosen, _list_premises(rule, table, facts.offsets))
        for head in rule.heads:
            if head.relation in groups:
                yield from _match_head(rule, head, matcher, facts, groups[head.relation])


def _match_head(
    rule: RulePlan, head: HeadPlan, matcher: Matcher, facts: FactTable, wanted: IntArray
) -> Iterator[Instances]:
    for chosen, table in match_head(rule, head, matcher, wanted - facts.offsets[head.relation]):
        yield Instances(rule.number, wanted[chosen], _list_premises(rule, table, facts.offsets))


def match_head(rule: RulePlan, head: HeadPlan, matcher: Matcher, rows: IntArray) -> Iterator[tuple[IntArray, Table]]:
    """Yield all matches of a rule's body that conclude one of some facts, given by their rows, with a head.

    Each is a table with the rows of premises, and for each of its rows the position, in ``rows``, of the fact.
    """
    relation = matcher.relations[head.relation]
    arguments = [(head.subject, relation.subjects[rows])]
    if head.object is not None:
        arguments.append((head.object, relation.objects[rows]))
    columns: dict[int, IntArray] = {}
    possible = np.ones(len(rows), dtype=np.bool_)
    worlds = matcher.nodes.world_of[relation.subjects[rows]]
    for argument, column in arguments:
        if isinstance(argument, str):
            possible &= column == matcher.nodes.get_constant(argument)[worlds]
        elif argument in columns:
            possible &= columns[argument] == column
        elif argument not in rule.computed:
            columns[argument] = column
    chosen = np.flatnonzero(possible)
    start = Table(len(chosen), {v: c[chosen] for v, c in columns.items()} or {WORLD: worlds[chosen]})
    start.columns[ROW] = chosen
    needed = frozenset((ROW, *(a for a, _ in arguments if isinstance(a, int) and a in rule.computed)))
    for table in matcher.match_rule(rule, needed, start=start, with_premises=True):
        # A computed variable is not bound beforehand: the fact must be the very term that the rule computes.
        same = np.ones(table.size, dtype=np.bool_)
        for argument, column in arguments:
            if isinstance(argument, int) and argument in rule.computed:
                same &= table.columns[argument] == column[table.columns[ROW]]
        found = table if same.all() else table.take(same, frozenset((ROW,)))
        yield found.columns[ROW], found


def make_step(plan: RulePlan, premises: Sequence[Triple], conclusion: Triple) -> Step:
    """Work out the whole step from an instance's premises and conclusion."""
    found = [(name, premises[atom][place]) for name, atom, place in plan.lookups]
    if plan.body.conditions or plan.body.negations:
        bindings = dict(found)
        for condition in plan.body.conditions:
            if condition.target is not None:
                value = evaluate_expression(condition.expression, bindings)
                if value is None:
                    raise ValueError(f"rule '{plan.rule.name}' has no value for {plan.names[condition.target]}")
                bindings[plan.names[condition.target]] = value
        if len(bindings) > len(found):
            found = sorted(bindings.items())
        if plan.body.negations:
            parts = (substitute_element(part, bindings) for part in plan.rule.body if isinstance(part, Negation))
            absent = tuple(element for element in parts if isinstance(element, Negation))
            return Step(plan.rule.name, tuple(found), tuple(premises), absent, conclusion)
    return Step(plan.rule.name, tuple(found), tuple(premises), (), conclusion)
