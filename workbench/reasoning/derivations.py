"""Derivations: which rule instances conclude which facts, of some facts on demand or of all facts as a log.

A derivation is found by matching a rule's head against facts and its body against the closure. An *instance* is a
rule number and the ids of its premises; everything else about it (bindings, absent negations) follows from these
and is worked out only for the steps that somebody looks at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from workbench.model.builtins import evaluate_expression
from workbench.model.proofs import FALSE, Step
from workbench.model.rules import Negation, Rule, substitute_element
from workbench.model.terms import RDF_TYPE, Triple
from workbench.reasoning.columns import IntArray
from workbench.reasoning.join import Matcher, Table
from workbench.reasoning.plan import ROW, WORLD, HeadPlan, RulePlan, TheoryPlan
from workbench.reasoning.relation import RelationKey

__all__ = ["FactTable", "Instance", "Instances", "find_instances", "list_instances", "make_step"]


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


class FactTable:
    """Numbers all facts of finished relations: ids of a relation are consecutive and rise with the height.

    The id of *false* in world w is ``size + w``.
    """

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._by_world: dict[int, dict[Triple, int]] = {}
        self.keys = sorted(matcher.relations)
        self._relations = [matcher.relations[key] for key in self.keys]
        self._ends: IntArray = np.cumsum([relation.size for relation in self._relations], dtype=np.int64)
        self.offsets = {
            key: int(end) - relation.size
            for key, relation, end in zip(self.keys, self._relations, self._ends, strict=True)
        }
        self.size = int(self._ends[-1]) if self.keys else 0
        parts = [relation.get_heights(np.arange(relation.size)) for relation in self._relations]
        self.heights: IntArray = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
        world_of = matcher.nodes.world_of
        worlds = [world_of[relation.subjects] for relation in self._relations]
        ends = np.arange(matcher.nodes.world_count, dtype=np.int64)
        self.worlds: IntArray = np.concatenate([*worlds, ends])

    @cached_property
    def _worlds_decoded(self) -> tuple[list[Triple], IntArray, list[int]]:
        """All triples, the ids grouped by world, and where the ids of each world begin."""
        order: IntArray = np.argsort(self.worlds[: self.size], kind="stable")
        starts = np.searchsorted(self.worlds[order], np.arange(self._matcher.nodes.world_count + 1))
        return self.list_triples(np.arange(self.size)), order, starts.tolist()

    def get_world(self, world: int) -> dict[Triple, int]:
        """Return the facts of one of several worlds with their ids; decoded for all worlds at once."""
        facts = self._by_world.get(world)
        if facts is None:
            triples, order, starts = self._worlds_decoded
            ids = order[starts[world] : starts[world + 1]].tolist()
            facts = self._by_world[world] = {triples[fact]: fact for fact in ids}
        return facts

    def find(self, world: int, triple: Triple) -> int | None:
        """Return the id of a triple, None when it is not in the closure."""
        if triple == FALSE:
            return self.size + world
        if self._matcher.nodes.world_count > 1:
            return self.get_world(world).get(triple)
        key = (RDF_TYPE, triple[2]) if triple[1] == RDF_TYPE else (triple[1], "")
        offset = self.offsets.get(key)
        nodes = self._matcher.nodes
        subject = nodes.find_node(world, triple[0])
        if offset is None or subject is None:
            return None
        wanted = subject
        if key[1] == "":
            object_ = nodes.find_node(world, triple[2])
            if object_ is None:
                return None
            wanted = (subject << 32) | object_
        row = int(self._matcher.relations[key].find(np.array([wanted], dtype=np.int64))[0])
        return None if row < 0 else offset + row

    def get_relation(self, fact: int) -> tuple[RelationKey, int]:
        """Return the relation of a fact and its row there."""
        place = int(np.searchsorted(self._ends, fact, side="right"))
        return self.keys[place], fact - (int(self._ends[place]) - self._relations[place].size)

    def get_triple(self, fact: int) -> Triple:
        """Return the triple of an id."""
        if fact >= self.size:
            return FALSE
        key, row = self.get_relation(fact)
        relation, nodes = self._matcher.relations[key], self._matcher.nodes
        subject = nodes.get_text(int(relation.subjects[row]))
        return (subject, key[0], key[1] or nodes.get_text(int(relation.objects[row])))

    def list_ranges(self, keys: frozenset[str]) -> list[tuple[int, int]]:
        """Return the ids, as ranges, of all facts of some predicates and classes."""
        ends = [0, *self._ends.tolist()]
        return [
            (ends[place], ends[place + 1])
            for place, (predicate, class_) in enumerate(self.keys)
            if (class_ or predicate) in keys
        ]

    def list_triples(self, facts: IntArray) -> list[Triple]:
        """Return the triples of sorted ids."""
        nodes = self._matcher.nodes
        triples: list[Triple] = []
        bounds = np.searchsorted(facts, np.concatenate(([0], self._ends)))
        for place in np.flatnonzero(np.diff(bounds)).tolist():
            (predicate, class_), relation = self.keys[place], self._relations[place]
            rows = facts[bounds[place] : bounds[place + 1]] - (int(self._ends[place]) - relation.size)
            subjects = [nodes.terms[n] for n in nodes.term_of[relation.subjects[rows]].tolist()]
            if class_:
                triples += [(subject, predicate, class_) for subject in subjects]
            else:
                objects = nodes.term_of[relation.objects[rows]].tolist()
                triples += [(s, predicate, nodes.terms[o]) for s, o in zip(subjects, objects, strict=True)]
        return triples


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


def find_instances(plan: TheoryPlan, matcher: Matcher, facts: FactTable, wanted: Sequence[int]) -> Iterator[Instances]:
    """Yield all instances that conclude one of the ``wanted`` facts."""
    ids = np.unique(np.asarray(wanted, dtype=np.int64))
    groups: dict[RelationKey, IntArray] = {}
    bounds = np.searchsorted(ids, [facts.offsets[key] for key in facts.keys] + [facts.size])
    for place in np.flatnonzero(np.diff(bounds)).tolist():
        groups[facts.keys[place]] = ids[bounds[place] : bounds[place + 1]]
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
    relation = matcher.relations[head.relation]
    rows = wanted - facts.offsets[head.relation]
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
        premises = _list_premises(rule, table, facts.offsets)
        yield Instances(rule.number, wanted[table.columns[ROW][same]], tuple(p[same] for p in premises))


def make_step(plan: RulePlan, premises: Sequence[Triple], conclusion: Triple) -> Step:
    """Work out the whole step from an instance's premises and conclusion."""
    bindings: dict[str, str] = {}
    rule: Rule = plan.rule
    for atom, premise in zip(plan.body.atoms, premises, strict=True):
        for argument, term in ((atom.subject, premise[0]), (atom.object, premise[2])):
            if isinstance(argument, int):
                bindings[plan.names[argument]] = term
    for condition in plan.body.conditions:
        if condition.target is not None:
            value = evaluate_expression(condition.expression, bindings)
            if value is None:
                raise ValueError(f"rule '{rule.name}' has no value for {plan.names[condition.target]}")
            bindings[plan.names[condition.target]] = value
    absent = tuple(
        element
        for part in rule.body
        if isinstance(part, Negation)
        for element in (substitute_element(part, bindings),)
        if isinstance(element, Negation)
    )
    return Step(rule.name, tuple(sorted(bindings.items())), tuple(premises), absent, conclusion)
