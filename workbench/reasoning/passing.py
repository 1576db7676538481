"""Passing on: which rule instances have given facts among their premises, or rest on the absence of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from workbench.reasoning.columns import BoolArray, IntArray
from workbench.reasoning.join import Matcher, Table
from workbench.reasoning.plan import WORLD, AtomPlan, HeadPlan, NegationPlan, RulePlan, StratumPlan
from workbench.reasoning.relation import Relation, RelationKey

__all__ = ["bind_negations", "list_needed", "match_through", "measure_instances"]


def list_needed(heads: Sequence[HeadPlan]) -> frozenset[int]:
    """Return the variables of some heads."""
    return frozenset(a for head in heads for a in (head.subject, head.object) if isinstance(a, int))


def measure_instances(matcher: Matcher, plan: RulePlan, table: Table) -> IntArray:
    """Return the heights of rule instances: one more than their highest premises."""
    heights: IntArray = np.ones(table.size, dtype=np.int64)
    for position, atom in enumerate(plan.body.atoms):
        np.maximum(heights, matcher.relations[atom.relation].get_heights(table.premises[position]) + 1, out=heights)
    return heights


def _bind_atom(matcher: Matcher, atom: AtomPlan, relation: Relation, rows: IntArray) -> Table | None:
    """The bindings with which an atom is one of some facts; None when it is none of them."""
    columns: dict[int, IntArray] = {}
    possible: BoolArray = np.ones(len(rows), dtype=np.bool_)
    arguments = [(atom.subject, relation.subjects[rows])]
    if atom.object is not None:
        arguments.append((atom.object, relation.objects[rows]))
    for argument, column in arguments:
        if isinstance(argument, str):
            possible &= column == matcher.nodes.get_constant(argument)[0]
        elif argument in columns:
            possible &= columns[argument] == column
        else:
            columns[argument] = column
    if not possible.any():
        return None
    if not columns:
        return Table(1, {WORLD: np.zeros(1, dtype=np.int64)})
    return Table(int(np.count_nonzero(possible)), {v: column[possible] for v, column in columns.items()})


def match_through(
    matcher: Matcher, stratum: StratumPlan, relation: Relation, key: RelationKey, rows: IntArray, *, base_only: bool
) -> Iterator[tuple[RulePlan, Sequence[HeadPlan], Iterator[Table]]]:
    """Yield, for each place in a rule where the facts can stand, the rule's instances with them there."""
    for number, position in stratum.triggers.get(key, ()):
        plan, heads = stratum.rules[number]
        atom = plan.body.atoms[position]
        if base_only and not atom.base_only:
            continue
        start = _bind_atom(matcher, atom, relation, rows)
        if start is not None:
            yield plan, heads, matcher.match_rule(plan, stratum.needed[number], start=start, with_premises=True)


def bind_negations(
    stratum: StratumPlan, judge: Matcher, changed: Mapping[RelationKey, IntArray]
) -> Iterator[tuple[RulePlan, Sequence[HeadPlan], Table]]:
    """Yield rules with bindings of what a negation shares, where a changed fact may make the negation hold or fail.

    ``judge`` is where the changed facts hold. Comparisons within the negation are left out: they would only narrow.
    """
    for plan, heads in stratum.rules:
        for negation in plan.body.negations:
            for atom in negation.body.atoms:
                rows = changed.get(atom.relation)
                relation = judge.relations.get(atom.relation)
                if rows is None or relation is None or not len(rows):
                    continue
                start = _bind_atom(judge, atom, relation, rows)
                if start is not None:
                    yield from ((plan, heads, table) for table in _list_shared(judge, negation, start, plan.computed))


def _list_shared(judge: Matcher, negation: NegationPlan, start: Table, computed: frozenset[int]) -> Iterator[Table]:
    """The distinct bindings of the variables shared with the rule, of the matches that begin with some bindings.

    What the rule computes is left out: it gets its value there.
    """
    variables = sorted((negation.shared & {v for atom in negation.atoms.atoms for v in atom.variables}) - computed)
    for table in list(judge.match(negation.atoms, frozenset(variables), start=start)):
        if not variables:
            yield Table(1, {WORLD: np.zeros(1, dtype=np.int64)})
            continue
        distinct = np.unique(np.column_stack([table.columns[v] for v in variables]), axis=0)
        yield Table(len(distinct), {v: np.ascontiguousarray(distinct[:, i]) for i, v in enumerate(variables)})
