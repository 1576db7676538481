"""What identity needs to know of a rule and of a set of rules, found out once and remembered.

Items share their rules: a theory has some hundred of them, and an item's own rules are one of a few hundred selections.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from workbench.generation.identity.clause_graph import (
    ClauseGraph,
    Shape,
    compute_digest,
    find_rule_shape,
    normalise_rule,
)
from workbench.generation.identity.clauses import Clause, list_atoms, list_comparisons, list_constants
from workbench.model.rules import Atom, Rule, collect_variables
from workbench.model.terms import Term, is_literal, is_variable

__all__ = [
    "Flows",
    "PreparedRule",
    "RuleSet",
    "join_rules",
    "list_flows",
    "list_values",
    "prepare_rule",
    "spread_comparisons",
]

_MOST_REMEMBERED = 20_000
_MOST_GRAPHS = 64


@dataclass(frozen=True, slots=True)
class Flows:
    """The properties whose values a clause compares, and pairs of properties, the first of which it gives values
    of the second.
    """

    compared: frozenset[Term]
    passed: tuple[tuple[Term, Term], ...]


@dataclass(frozen=True, slots=True, eq=False)
class PreparedRule:
    """A rule: its digests by grain, its shape (None: too many ways to read it), and what it speaks of.

    ``heads`` and ``body`` are the keys of its atoms, ``values`` the literals in them with their properties.
    """

    rule: Rule
    exact: str
    named: str
    constants: frozenset[Term]
    shape: Shape | None
    flows: Flows
    heads: tuple[Term, ...]
    body: tuple[Term, ...]
    values: tuple[tuple[Term, Term], ...]


def list_flows(clause: Clause) -> Flows:
    """Return what a clause compares and passes on."""
    compared = {variable for part in list_comparisons(clause.body) for variable in collect_variables(part)}
    compared.update(clause.compared)
    body = list_atoms(clause.body)
    passed = {
        (head.predicate, atom.predicate)
        for head in clause.head
        for atom in body
        if is_variable(head.object) and head.object == atom.object
    }
    return Flows(frozenset(atom.predicate for atom in body if atom.object in compared), tuple(sorted(passed)))


def list_values(atoms: Iterable[Atom]) -> list[tuple[Term, Term]]:
    """Return the literals in atoms, each with its property."""
    return [(atom.predicate, atom.object) for atom in atoms if is_literal(atom.object)]


def spread_comparisons(flows: Collection[Flows]) -> frozenset[Term]:
    """Return the properties whose values can take part in a comparison, directly or after rules have passed them on."""
    compared = {predicate for one in flows for predicate in one.compared}
    if not compared:
        return frozenset()
    pairs = [pair for one in flows for pair in one.passed]
    while reached := {source for target, source in pairs if target in compared} - compared:
        compared |= reached
    return frozenset(compared)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _prepare(rule: Rule) -> PreparedRule:
    body = list_atoms(rule.body)
    return PreparedRule(
        rule,
        normalise_rule(rule, "exact"),
        normalise_rule(rule, "named"),
        list_constants(rule),
        find_rule_shape(rule),
        list_flows(Clause(rule.body, rule.head)),
        tuple(sorted({atom.key for atom in rule.head})),
        tuple(sorted({atom.key for atom in body})),
        tuple(sorted(set(list_values([*rule.head, *body])))),
    )


_remembered: dict[int, tuple[Rule, PreparedRule]] = {}


def prepare_rule(rule: Rule) -> PreparedRule:
    """Return what is known of a rule. The very same rule is found without looking into it."""
    known = _remembered.get(id(rule))
    if known is not None and known[0] is rule:
        return known[1]
    prepared = _prepare(rule)
    if len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    _remembered[id(rule)] = rule, prepared
    return prepared


class RuleSet:
    """Rules that belong to one item: what they compare, what depends on what, and the graphs of their vocabulary."""

    def __init__(self, rules: tuple[PreparedRule, ...]) -> None:
        self.rules = rules
        self._reached: dict[frozenset[Term], frozenset[Term]] = {}
        self._graphs: dict[tuple[tuple[Term, ...], frozenset[Term]], tuple[ClauseGraph, str]] = {}

    @cached_property
    def compared(self) -> frozenset[Term]:
        """The properties whose values can take part in a comparison."""
        return spread_comparisons([rule.flows for rule in self.rules])

    @cached_property
    def values(self) -> frozenset[tuple[Term, Term]]:
        """The literals in the rules, with their properties."""
        return frozenset(pair for rule in self.rules for pair in rule.values)

    @cached_property
    def _keys(self) -> frozenset[Term]:
        return frozenset(key for rule in self.rules for key in (*rule.heads, *rule.body))

    @cached_property
    def _literals(self) -> frozenset[Term]:
        return frozenset(literal for _, literal in self.values)

    def find_reachable(self, asked: frozenset[Term]) -> frozenset[Term]:
        """Return the keys on which the ``asked`` ones depend, with these."""
        found = self._reached.get(asked)
        if found is None:
            reached, before = set(asked), -1
            while len(reached) > before:
                before = len(reached)
                for rule in self.rules:
                    if not reached.isdisjoint(rule.heads):
                        reached.update(rule.body)
            if len(self._reached) >= _MOST_GRAPHS:
                self._reached.clear()
            found = self._reached[asked] = frozenset(reached)
        return found

    def find_vocabulary(self, closed: Sequence[Term], valued: frozenset[Term]) -> tuple[ClauseGraph, str]:
        """Return the graph of what the rules say about their properties and classes, and its digest.

        ``closed`` is sorted; ``valued`` are the literals that keep their value.
        """
        key = tuple(term for term in closed if term in self._keys), valued & self._literals
        found = self._graphs.get(key)
        if found is None:
            graph = ClauseGraph("core", valued=key[1])
            for rule in self.rules:
                if rule.shape is None:
                    graph.add_rule(rule.rule)
                else:
                    graph.add_shape(rule.shape)
            graph.add_closed(key[0])
            found = graph, compute_digest(graph.describe().encode())
            if len(self._graphs) >= _MOST_GRAPHS:
                self._graphs.clear()
            self._graphs[key] = found
        return found


@lru_cache(maxsize=4096)
def join_rules(rules: tuple[PreparedRule, ...]) -> RuleSet:
    """Return what is known of some rules together."""
    return RuleSet(rules)
