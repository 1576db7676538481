"""Plans: rules with numbered variables, their conditions in an order in which they can be judged.

An argument of a planned atom is the number of a variable, or a term (a constant).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Rule,
    collect_variables,
    is_transitivity,
    iterate_atoms,
)
from workbench.model.symmetry import list_interchangeable
from workbench.model.terms import RDF_TYPE, is_variable
from workbench.model.theory import Theory
from workbench.reasoning.relation import RelationKey, make_relation_key

__all__ = [
    "BEFORE",
    "ROW",
    "WORLD",
    "Argument",
    "AtomPlan",
    "BodyPlan",
    "Condition",
    "HeadPlan",
    "NegationPlan",
    "RulePlan",
    "StratumPlan",
    "TheoryPlan",
    "group_rules",
    "list_negated_keys",
    "plan_theory",
]

BEFORE = "before"
"""The operator, in plans only, of a comparison of two terms by their texts."""
Argument = int | str
WORLD = -1
"""The pseudo-variable whose column holds worlds instead of nodes."""
ROW = -2
"""The pseudo-variable that carries the position of a row in the table a join started from."""


class HeadPlan(NamedTuple):
    """A head atom; ``object`` is None for a class."""

    relation: RelationKey
    subject: Argument
    object: Argument | None


@dataclass(frozen=True, slots=True, eq=False)
class AtomPlan:
    """A body atom; ``base_only`` restricts it to base facts (second premise of a transitivity rule)."""

    relation: RelationKey
    subject: Argument
    object: Argument | None
    base_only: bool = False
    variables: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        variables = frozenset(a for a in (self.subject, self.object) if isinstance(a, int))
        object.__setattr__(self, "variables", variables)


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A comparison; with a ``target`` it does not test but gives that variable the value of ``expression``."""

    comparison: Comparison
    names: tuple[tuple[str, int], ...]
    target: int | None = None
    expression: Expression = ""

    @property
    def inputs(self) -> frozenset[int]:
        """Variables that must be bound before."""
        return frozenset(number for _, number in self.names)


@dataclass(frozen=True, slots=True, eq=False)
class BodyPlan:
    """A conjunction: atoms, then conditions and negations, each list in an order that can be followed.

    ``programs`` remembers what :mod:`workbench.reasoning.program` made of it.
    """

    atoms: tuple[AtomPlan, ...]
    conditions: tuple[Condition, ...]
    negations: tuple[NegationPlan, ...] = ()
    programs: dict[tuple[object, ...], tuple[Any, ...]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class NegationPlan:
    """``not (...)``: ``shared`` are the variables it has in common with what stands outside.

    ``atoms`` is the body without its comparisons.
    """

    body: BodyPlan
    shared: frozenset[int]
    atoms: BodyPlan = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "atoms", BodyPlan(self.body.atoms, ()))


@dataclass(frozen=True, slots=True, eq=False)
class RulePlan:
    """A rule, its body with numbered variables, its heads; ``names[i]`` is the variable numbered i.

    ``slots`` has, per body atom, its variables and where they stand in a triple; ``lookups`` has, for each of these
    variables, sorted by name, one atom and the place there. ``is_copy`` tells that the body is one atom of distinct
    variables.
    """

    number: int
    rule: Rule
    names: tuple[str, ...]
    body: BodyPlan
    heads: tuple[HeadPlan, ...]
    is_transitivity: bool
    slots: tuple[tuple[tuple[str, int], ...], ...]
    is_copy: bool = field(init=False)
    lookups: tuple[tuple[str, int, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        found = {name: (atom, place) for atom, slots in enumerate(self.slots) for name, place in slots}
        object.__setattr__(self, "lookups", tuple((name, *found[name]) for name in sorted(found)))
        # One atom with distinct variables and nothing else: its facts are copied without any join.
        body = self.body
        is_plain = len(body.atoms) == 1 and not body.conditions and not body.negations
        arguments = [a for atom in body.atoms for a in (atom.subject, atom.object) if a is not None]
        is_distinct = len(set(arguments)) == len(arguments) and all(isinstance(a, int) for a in arguments)
        object.__setattr__(self, "is_copy", is_plain and is_distinct)

    @property
    def computed(self) -> frozenset[int]:
        """Variables that a condition gives their value."""
        return frozenset(c.target for c in self.body.conditions if c.target is not None)


@dataclass(frozen=True, slots=True, eq=False)
class StratumPlan:
    """Rules with the heads they have in a stratum.

    ``needed`` are the variables of these heads; ``triggers`` tell, per relation, which rules use it in which atom.
    """

    rules: tuple[tuple[RulePlan, tuple[HeadPlan, ...]], ...]
    needed: tuple[frozenset[int], ...]
    triggers: Mapping[RelationKey, tuple[tuple[int, int], ...]]

    @classmethod
    def build(cls, rules: Sequence[tuple[RulePlan, tuple[HeadPlan, ...]]]) -> StratumPlan:
        """Collect what the rules need and what triggers them."""
        triggers: dict[RelationKey, list[tuple[int, int]]] = {}
        for number, (plan, _) in enumerate(rules):
            for position, atom in enumerate(plan.body.atoms):
                triggers.setdefault(atom.relation, []).append((number, position))
        needed = tuple(
            frozenset(a for head in heads for a in (head.subject, head.object) if isinstance(a, int))
            for _, heads in rules
        )
        return cls(tuple(rules), needed, {key: tuple(uses) for key, uses in triggers.items()})


@dataclass(frozen=True, eq=False)
class TheoryPlan:
    """All planned rules, and the properties whose base facts are tracked."""

    theory: Theory
    rules: tuple[RulePlan, ...]
    transitive: frozenset[RelationKey]

    @cached_property
    def negated_keys(self) -> tuple[frozenset[str], ...]:
        """Per rule, the predicates and classes on which its negations depend; see :func:`list_negated_keys`."""
        return list_negated_keys(self.theory.rules)

    @cached_property
    def strata(self) -> tuple[StratumPlan, ...]:
        """The rules stratum by stratum; ValueError when negation is not stratified."""
        return tuple(group_rules(self.rules, self.theory.strata).values())

    @cached_property
    def single_stratum(self) -> tuple[StratumPlan, ...]:
        """All rules as one stratum, for when negations are judged elsewhere."""
        return tuple(group_rules(self.rules, {}).values())

    @cached_property
    def integrity(self) -> StratumPlan:
        """The integrity rules."""
        return StratumPlan.build([(plan, ()) for plan in self.rules if not plan.heads])


def group_rules(rules: Iterable[RulePlan], strata: Mapping[str, int]) -> dict[int, StratumPlan]:
    """Return rules by the strata of their heads (see :attr:`workbench.model.theory.Theory.strata`), rising."""
    groups: dict[int, list[tuple[RulePlan, tuple[HeadPlan, ...]]]] = {}
    for plan in rules:
        levels = [strata.get(atom.key, 0) for atom in plan.rule.head]
        for level in sorted(set(levels)):
            heads = tuple(h for h, at in zip(plan.heads, levels, strict=True) if at == level)
            groups.setdefault(level, []).append((plan, heads))
    return {level: StratumPlan.build(groups[level]) for level in sorted(groups)}


_RECENT: dict[int, tuple[Theory, TheoryPlan]] = {}
_MOST_RECENT = 8


def plan_theory(theory: Theory) -> TheoryPlan:
    """Plan all rules of a theory; ValueError when a rule is unsafe or an atom has a variable class.

    The latest plans are kept, by the identity of the theory: many small evaluations share one.
    """
    known = _RECENT.get(id(theory))
    if known is not None and known[0] is theory:
        return known[1]
    rules = tuple(_plan_rule(number, rule) for number, rule in enumerate(theory.rules))
    transitive = frozenset(make_relation_key(p.rule.head[0]) for p in rules if p.is_transitivity)
    plan = TheoryPlan(theory, rules, transitive)
    while len(_RECENT) >= _MOST_RECENT:
        _RECENT.pop(next(iter(_RECENT)), None)
    _RECENT[id(theory)] = (theory, plan)
    return plan


def _plan_rule(number: int, rule: Rule) -> RulePlan:
    names: list[str] = []
    transitive = is_transitivity(rule)
    body, known = _plan_body(rule, rule.body, {}, names)
    if transitive:
        first, second = body.atoms
        body = BodyPlan((first, AtomPlan(second.relation, second.subject, second.object, base_only=True)), ())
    if orders := _plan_orders(rule, known):
        body = BodyPlan(body.atoms, (*body.conditions, *orders), body.negations)
    heads = tuple(_plan_atom(rule, atom, known) for atom in rule.head)
    planned = tuple(HeadPlan(atom.relation, atom.subject, atom.object) for atom in heads)
    slots = tuple(
        tuple((name, place) for place, name in enumerate(atom) if is_variable(name))
        for atom in rule.body
        if isinstance(atom, Atom)
    )
    return RulePlan(number, rule, tuple(names), body, planned, transitive, slots)


def _plan_orders(rule: Rule, known: Mapping[str, int]) -> tuple[Condition, ...]:
    """Conditions that match interchangeable variables in one order: see :mod:`workbench.model.symmetry`."""
    return tuple(
        Condition(Comparison(BEFORE, one, other), ((one, known[one]), (other, known[other])))
        for group in list_interchangeable(rule)
        for one, other in pairwise(group)
    )


def _plan_atom(rule: Rule, atom: Atom, known: dict[str, int]) -> AtomPlan:
    def number(argument: str) -> Argument:
        if not is_variable(argument):
            return argument
        if argument not in known:
            raise ValueError(f"rule '{rule.name}' is unsafe: nothing in its body binds {argument}")
        return known[argument]

    if is_variable(atom.predicate) or (atom.predicate == RDF_TYPE and is_variable(atom.object)):
        raise ValueError(f"rule '{rule.name}' has a variable where a property or class must stand")
    object_ = None if atom.predicate == RDF_TYPE else number(atom.object)
    return AtomPlan(make_relation_key(atom), number(atom.subject), object_)


def _plan_body(
    rule: Rule, elements: Sequence[BodyElement], outer: dict[str, int], names: list[str]
) -> tuple[BodyPlan, dict[str, int]]:
    known = dict(outer)

    def learn(variable: str) -> None:
        if variable not in known:
            known[variable] = len(names)
            names.append(variable)

    atoms = [element for element in elements if isinstance(element, Atom)]
    for atom in atoms:
        for variable in collect_variables(atom):
            learn(variable)
    conditions: list[Condition] = []
    pending = [element for element in elements if isinstance(element, Comparison)]
    while (found := _find_binding(pending, known)) is not None:
        comparison, variable, expression = found
        inputs = tuple((name, known[name]) for name in collect_variables(expression))
        learn(variable)
        conditions.append(Condition(comparison, inputs, known[variable], expression))
        pending.remove(comparison)
    for comparison in pending:
        unbound = [name for name in collect_variables(comparison) if name not in known]
        if unbound:
            raise ValueError(f"rule '{rule.name}' is unsafe: nothing binds {unbound[0]} in a comparison")
        conditions.append(Condition(comparison, tuple((n, known[n]) for n in collect_variables(comparison))))
    negations = []
    for element in elements:
        if isinstance(element, Negation):
            inner, _ = _plan_body(rule, element.elements, known, names)
            shared = frozenset(known[name] for name in collect_variables(element) if name in known)
            negations.append(NegationPlan(inner, shared))
    return BodyPlan(tuple(_plan_atom(rule, a, known) for a in atoms), tuple(conditions), tuple(negations)), known


def _find_binding(pending: Iterable[Comparison], known: dict[str, int]) -> tuple[Comparison, str, Expression] | None:
    """The first ``=`` whose one side is an unbound variable and whose other side is all bound."""
    for comparison in pending:
        if comparison.operator != "=":
            continue
        for side, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
            if (
                isinstance(side, str)
                and is_variable(side)
                and side not in known
                and all(name in known for name in collect_variables(other))
            ):
                return comparison, side, other
    return None


def list_negated_keys(rules: Sequence[Rule]) -> tuple[frozenset[str], ...]:
    """Return for each rule the predicates and classes that its negated atoms depend on, over any number of rules."""
    concluding: dict[str, list[Rule]] = {}
    for rule in rules:
        for head in rule.head:
            concluding.setdefault(head.key, []).append(rule)

    def collect(rule: Rule) -> frozenset[str]:
        frontier = [atom.key for atom in iterate_atoms(rule.body, negated=True)]
        needed = set(frontier)
        while frontier:
            for other in concluding.get(frontier.pop(), ()):
                for negated in (False, True):
                    keys = {atom.key for atom in iterate_atoms(other.body, negated=negated)} - needed
                    needed |= keys
                    frontier += keys
        return frozenset(needed)

    return tuple(map(collect, rules))
