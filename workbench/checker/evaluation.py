"""A plain evaluator of stratified rules, written to be read rather than to be fast.

It shares no code with the engine: facts are kept in dictionaries by key, every rule body is a chain of
generators, and rounds are repeated until nothing is new. Strata follow Apt, Blair and Walker, "Towards a theory
of declarative knowledge" (1988).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from workbench.checker.facts import Bindings, CheckError, FactIndex, bind_atom, get_key, ground_atom
from workbench.model.builtins import evaluate_expression, holds
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Operation,
    Rule,
    collect_variables,
)
from workbench.model.terms import Triple, is_variable

__all__ = ["Absence", "Assignment", "Plan", "RulePlans", "order_body", "plan_rule", "run_plan", "saturate"]


class Assignment(NamedTuple):
    """``variable = expression`` for a variable that no atom binds."""

    variable: str
    expression: Expression


class Absence(NamedTuple):
    """A negation as the plan that must find nothing."""

    plan: Plan


Plan = tuple["Atom | Comparison | Assignment | Absence", ...]
"""A body in an order in which it can be evaluated from left to right."""


def order_body(body: Iterable[BodyElement], bound: Iterable[str] = ()) -> Plan:
    """Order a body so that each comparison and negation comes once its variables are bound.

    Atoms come with the most bound arguments first, in body order between equals. A variable that no atom
    binds takes its value from the first ``=`` of the body that can give it one. CheckError when that leaves a
    variable unbound.
    """
    pending, known, plan = list(body), set(bound), []
    positive = [element for element in pending if not isinstance(element, Negation)]
    outer = known | {name for element in positive for name in collect_variables(element)}
    by_atoms = known.union(*(collect_variables(e) for e in positive if isinstance(e, Atom)))
    while pending:
        index, op = _choose_next(pending, known, outer, by_atoms)
        pending.pop(index)
        plan.append(op)
        if isinstance(op, Assignment):
            known.add(op.variable)
        elif isinstance(op, Atom):
            known.update(collect_variables(op))
    return tuple(plan)


def _choose_next(
    pending: Sequence[BodyElement], known: set[str], outer: set[str], by_atoms: set[str]
) -> tuple[int, Atom | Comparison | Assignment | Absence]:
    atoms = [(index, element) for index, element in enumerate(pending) if isinstance(element, Atom)]
    for index, element in enumerate(pending):
        if isinstance(element, Comparison):
            if known.issuperset(collect_variables(element)):
                return index, element
            # Only when all atoms are placed, so that which "=" gives a value does not depend on their order.
            assignment = None if atoms else _read_assignment(element, known, by_atoms)
            if assignment is not None:
                return index, assignment
        elif isinstance(element, Negation):
            shared = outer.intersection(collect_variables(element))
            if shared <= known:
                return index, Absence(order_body(element.elements, shared))
    if not atoms:
        raise CheckError(f"a variable is bound by nothing: {sorted(outer - known)}")
    return max(atoms, key=lambda pair: (_count_bound(pair[1], known), -pair[0]))


def _read_assignment(comparison: Comparison, known: set[str], by_atoms: set[str]) -> Assignment | None:
    if comparison.operator != "=":
        return None
    for side, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
        if isinstance(side, Operation) or not is_variable(side) or side in known or side in by_atoms:
            continue
        if known.issuperset(collect_variables(other)):
            return Assignment(side, other)
    return None


def _count_bound(atom: Atom, known: set[str]) -> int:
    return sum(not is_variable(part) or part in known for part in (atom.subject, atom.object))


def run_plan(
    plan: Plan, index: FactIndex, reference: FactIndex, rows: Iterable[Bindings] = ({},)
) -> Iterable[Bindings]:
    """Return the extensions of ``rows`` that make a plan true in ``index``; negations look in ``reference``."""
    for op in plan:
        rows = _apply(op, rows, index, reference)
    return rows


def _apply(
    op: Atom | Comparison | Assignment | Absence,
    rows: Iterable[Bindings],
    index: FactIndex,
    reference: FactIndex,
) -> Iterator[Bindings]:
    for row in rows:
        if isinstance(op, Atom):
            yield from index.match(op, row)
        elif isinstance(op, Comparison):
            if holds(op, row):
                yield row
        elif isinstance(op, Assignment):
            term = evaluate_expression(op.expression, row)
            if term is not None:
                yield {**row, op.variable: term}
        elif not any(True for _ in run_plan(op.plan, reference, reference, (row,))):
            yield row


@dataclass(frozen=True, slots=True)
class RulePlans:
    """A rule ready to run: its whole body, and for each positive atom what remains once that is matched."""

    rule: Rule
    variables: tuple[str, ...]
    atoms: tuple[Atom, ...]
    whole: Plan
    rests: tuple[Plan, ...]

    def can_fire(self, index: FactIndex) -> bool:
        """Tell whether there is a fact for every positive atom."""
        return all(atom.key in index.by_key for atom in self.atoms)


@lru_cache(maxsize=8192)
def plan_rule(rule: Rule) -> RulePlans:
    """Plan a rule; CheckError when it is not safe or a class in it is a variable."""
    outer = [element for element in rule.body if not isinstance(element, Negation)]
    variables = tuple(sorted({name for element in outer for name in collect_variables(element)}))
    atoms = tuple(element for element in outer if isinstance(element, Atom))
    inner = [e for n in rule.body if isinstance(n, Negation) for e in n.elements if isinstance(e, Atom)]
    for atom in (*atoms, *rule.head, *inner):
        if is_variable(atom.predicate) or is_variable(atom.key):
            raise CheckError(f"rule {rule.name}: a predicate or class is a variable")
    if not {name for atom in rule.head for name in collect_variables(atom)} <= set(variables):
        raise CheckError(f"rule {rule.name}: a variable of the head is not in the body")
    try:
        whole = order_body(rule.body)
        rests = []
        for position, element in enumerate(rule.body):
            if isinstance(element, Atom):
                others = rule.body[:position] + rule.body[position + 1 :]
                rests.append(order_body(others, collect_variables(element)))
    except CheckError as error:
        raise CheckError(f"rule {rule.name}: {error}") from error
    return RulePlans(rule, variables, atoms, whole, tuple(rests))


def saturate(
    index: FactIndex, reference: FactIndex, rules: Sequence[tuple[RulePlans, Sequence[Atom]]], max_facts: int
) -> None:
    """Add to ``index`` what the rules' given heads derive, until nothing is new.

    After the first round a rule runs only from the facts that the round before added (semi-naive). CheckError
    when more than ``max_facts`` are reached.
    """
    found = [
        ground_atom(head, row)
        for plans, heads in rules
        if plans.can_fire(index)
        for row in run_plan(plans.whole, index, reference)
        for head in heads
    ]
    while True:
        fresh: dict[str, list[Triple]] = {}
        for fact in found:
            if index.add(fact):
                fresh.setdefault(get_key(fact), []).append(fact)
        if not fresh:
            return
        if len(index.facts) > max_facts:
            raise CheckError(f"the rules derive more than {max_facts} facts")
        found = []
        for plans, heads in rules:
            for atom, rest in zip(plans.atoms, plans.rests, strict=True):
                if atom.key in fresh and plans.can_fire(index):
                    starts = [row for fact in fresh[atom.key] if (row := bind_atom(atom, fact)) is not None]
                    rows = run_plan(rest, index, reference, starts)
                    found += [ground_atom(head, row) for row in rows for head in heads]
