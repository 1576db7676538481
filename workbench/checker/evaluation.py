"""A plain evaluator of stratified rules: rows of terms, extended by one part of a body after the other.

It shares no code with the engine: facts are kept in dictionaries, a body is a list of functions from rows to rows,
and rounds are repeated until nothing is new. Strata follow Apt, Blair and Walker, "Towards a theory of declarative
knowledge" (1988).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from workbench.checker.facts import CheckError, FactIndex, get_key
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

__all__ = [
    "Absence",
    "Assignment",
    "Entry",
    "Part",
    "Pick",
    "Plan",
    "Row",
    "RulePlans",
    "ground",
    "list_ways",
    "make_plan",
    "order_body",
    "plan_rule",
    "run_plan",
    "saturate",
]

Row = tuple[str, ...]
"""Terms, the columns of which a plan names."""
Part = Callable[[Sequence[Row], FactIndex, FactIndex], list[Row]]
"""What one part of a body makes of rows: facts are looked for in the first index, what is negated in the second."""
Pick = tuple[int, str, int]
"""An atom over the columns of a row: that of its subject, its predicate, and that of its object."""

_MOST_ROWS = 4096
"""So many rows go on together; more are taken in turns, so that memory stays small."""


class Assignment(NamedTuple):
    """``variable = expression`` for a variable that no atom binds."""

    variable: str
    expression: Expression


class Absence(NamedTuple):
    """A negation, with those of its variables that the rest of the body binds."""

    elements: tuple[Atom | Comparison, ...]
    shared: tuple[str, ...]


class Plan(NamedTuple):
    """A body ready to run.

    Rows begin with the variables given, then ``constants``, then come the variables that the parts find.
    ``columns`` says where each variable and constant stands.
    """

    columns: Mapping[str, int]
    constants: Row
    parts: tuple[Part, ...]


def order_body(
    body: Iterable[BodyElement], bound: Iterable[str] = ()
) -> tuple[Atom | Comparison | Assignment | Absence, ...]:
    """Order a body so that each comparison and negation comes once its variables are bound.

    Atoms come with the most bound arguments first, in body order between equals. A variable that no atom
    binds takes its value from the first ``=`` of the body that can give it one. CheckError when that leaves a
    variable unbound.
    """
    pending, known, order = list(body), set(bound), []
    positive = [element for element in pending if not isinstance(element, Negation)]
    outer = known | {name for element in positive for name in collect_variables(element)}
    by_atoms = known.union(*(collect_variables(e) for e in positive if isinstance(e, Atom)))
    while pending:
        index, op = _choose_next(pending, known, outer, by_atoms)
        pending.pop(index)
        order.append(op)
        if isinstance(op, Assignment):
            known.add(op.variable)
        elif isinstance(op, Atom):
            known.update(collect_variables(op))
    return tuple(order)


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
            shared = tuple(name for name in collect_variables(element) if name in outer)
            if known.issuperset(shared):
                return index, Absence(element.elements, shared)
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


def make_plan(body: Iterable[BodyElement], given: Sequence[str] = (), terms: Iterable[str] = ()) -> Plan:
    """Plan a body for rows that begin with the variables ``given``; ``terms`` are further constants to carry.

    CheckError when a variable is bound by nothing.
    """
    order = order_body(body, given)
    ends = [end for op in order if isinstance(op, Atom) for end in (op.subject, op.object)]
    constants = tuple(dict.fromkeys(term for term in (*ends, *terms) if not is_variable(term)))
    columns = {name: number for number, name in enumerate((*given, *constants))}
    parts = tuple([_make_part(op, columns) for op in order])
    return Plan(columns, constants, parts)


def _make_part(op: Atom | Comparison | Assignment | Absence, columns: dict[str, int]) -> Part:
    """Turn one element into a function; the columns that it adds to rows are added to ``columns``."""
    if isinstance(op, Atom):
        return _make_match(op, columns)
    if isinstance(op, Comparison):
        return _make_test(op, [(name, columns[name]) for name in collect_variables(op)])
    if isinstance(op, Assignment):
        operands = [(name, columns[name]) for name in collect_variables(op.expression)]
        columns[op.variable] = len(columns)
        return _make_assignment(op.expression, operands)
    return _make_absence(make_plan(op.elements, op.shared), [columns[name] for name in op.shared])


def _make_match(atom: Atom, columns: dict[str, int]) -> Part:
    predicate = atom.predicate
    subject, object_ = columns.get(atom.subject), columns.get(atom.object)
    for end in (atom.subject, atom.object):
        columns.setdefault(end, len(columns))

    def match(rows: Sequence[Row], index: FactIndex, _: FactIndex) -> list[Row]:
        if subject is not None and object_ is not None:
            facts = index.facts
            return [row for row in rows if (row[subject], predicate, row[object_]) in facts]
        if subject is not None:
            ends = index.by_subject.get(predicate, {})
            return [(*row, end) for row in rows for end in ends.get(row[subject], ())]
        if object_ is not None:
            ends = index.by_object.get(predicate, {})
            return [(*row, end) for row in rows for end in ends.get(row[object_], ())]
        pairs = index.pairs.get(predicate, ())
        if atom.subject == atom.object:
            return [(*row, one) for row in rows for one, other in pairs if one == other]
        return [row + pair for row in rows for pair in pairs]

    return match


def _make_test(comparison: Comparison, names: Sequence[tuple[str, int]]) -> Part:
    def test(rows: Sequence[Row], _: FactIndex, __: FactIndex) -> list[Row]:
        return [row for row in rows if holds(comparison, {name: row[column] for name, column in names})]

    return test


def _make_assignment(expression: Expression, names: Sequence[tuple[str, int]]) -> Part:
    def assign(rows: Sequence[Row], _: FactIndex, __: FactIndex) -> list[Row]:
        found = ((row, evaluate_expression(expression, {name: row[column] for name, column in names})) for row in rows)
        return [(*row, term) for row, term in found if term is not None]

    return assign


def _make_absence(plan: Plan, columns: Sequence[int]) -> Part:
    def keep(rows: Sequence[Row], _: FactIndex, reference: FactIndex) -> list[Row]:
        return [
            row
            for row in rows
            if not any(True for _ in run_plan(plan, reference, reference, [tuple([row[c] for c in columns])]))
        ]

    return keep


def run_plan(plan: Plan, index: FactIndex, reference: FactIndex, starts: Sequence[Row] = ((),)) -> Iterator[Row]:
    """Yield the extensions of rows that make a plan true in ``index``; negations look in ``reference``."""
    constants = plan.constants
    return _run(plan.parts, [start + constants for start in starts] if constants else starts, index, reference)


def _run(parts: Sequence[Part], rows: Sequence[Row], index: FactIndex, reference: FactIndex) -> Iterator[Row]:
    for number, part in enumerate(parts, 1):
        rows = part(rows, index, reference)
        if not rows:
            return
        if len(rows) > _MOST_ROWS:
            for start in range(0, len(rows), _MOST_ROWS):
                yield from _run(parts[number:], rows[start : start + _MOST_ROWS], index, reference)
            return
    yield from rows


def ground(pick: Pick, row: Row) -> Triple:
    """Return the triple that an atom becomes in a row."""
    return (row[pick[0]], pick[1], row[pick[2]])


class Entry(NamedTuple):
    """A rule from one of its atoms on, or from nothing: what remains, and its heads and premises in rows of it."""

    atom: Atom | None
    plan: Plan
    heads: tuple[Pick, ...]
    premises: tuple[Pick, ...]

    def bind(self, fact: Triple) -> Row | None:
        """Return the row that the fact makes of the entry's atom; None when they differ."""
        subject, predicate, object_ = self.atom or fact
        if predicate != fact[1]:
            return None
        if not is_variable(subject):
            if subject != fact[0]:
                return None
            if is_variable(object_):
                return (fact[2],)
            return () if object_ == fact[2] else None
        if not is_variable(object_):
            return (fact[0],) if object_ == fact[2] else None
        if subject == object_:
            return (fact[0],) if fact[0] == fact[2] else None
        return (fact[0], fact[2])


class RulePlans(NamedTuple):
    """A rule ready to run: as a whole, and from each of its positive atoms on.

    ``named`` are the variables that its atoms bind; ``absences`` its negations, ready to run from their shared
    variables; ``equations`` its comparisons, ready to run from the variables named.
    """

    rule: Rule
    variables: tuple[str, ...]
    named: tuple[str, ...]
    atoms: tuple[Atom, ...]
    comparisons: tuple[Comparison, ...]
    negations: tuple[Negation, ...]
    absences: tuple[tuple[tuple[str, ...], Plan], ...]
    equations: Plan
    whole: Entry
    entries: tuple[Entry, ...]

    def can_fire(self, index: FactIndex) -> bool:
        """Tell whether there is a fact for every positive atom."""
        return all(map(index.has_any, self.atoms))


_PLANS: dict[int, tuple[Rule, RulePlans]] = {}
_MOST_PLANS = 8192


def plan_rule(rule: Rule) -> RulePlans:
    """Plan a rule; CheckError when it is not safe or a class in it is a variable. Plans are remembered."""
    known = _PLANS.get(id(rule))
    if known is not None and known[0] is rule:
        return known[1]
    plans = _plan_rule(rule)
    if len(_PLANS) >= _MOST_PLANS:
        _PLANS.clear()
    _PLANS[id(rule)] = (rule, plans)
    return plans


@lru_cache(maxsize=_MOST_PLANS)
def _plan_rule(rule: Rule) -> RulePlans:
    outer = [element for element in rule.body if not isinstance(element, Negation)]
    variables = tuple(sorted({name for element in outer for name in collect_variables(element)}))
    atoms = tuple(element for element in outer if isinstance(element, Atom))
    negations = tuple(element for element in rule.body if isinstance(element, Negation))
    comparisons = tuple(element for element in outer if isinstance(element, Comparison))
    named = tuple(dict.fromkeys(name for atom in atoms for name in collect_variables(atom)))
    shared = [tuple(name for name in collect_variables(negation) if name in variables) for negation in negations]
    inner = [e for n in negations for e in n.elements if isinstance(e, Atom)]
    for atom in (*atoms, *rule.head, *inner):
        if is_variable(atom.predicate) or is_variable(atom.key):
            raise CheckError(f"rule {rule.name}: a predicate or class is a variable")
    if not {name for atom in rule.head for name in collect_variables(atom)} <= set(variables):
        raise CheckError(f"rule {rule.name}: a variable of the head is not in the body")
    try:
        absences = tuple((names, make_plan(n.elements, names)) for names, n in zip(shared, negations, strict=True))
        equations = make_plan(comparisons, named)
        whole = _make_entry(rule, None, rule.body, atoms)
        entries = tuple(
            _make_entry(rule, element, rule.body[:position] + rule.body[position + 1 :], atoms)
            for position, element in enumerate(rule.body)
            if isinstance(element, Atom)
        )
    except CheckError as error:
        raise CheckError(f"rule {rule.name}: {error}") from error
    return RulePlans(rule, variables, named, atoms, comparisons, negations, absences, equations, whole, entries)


def _make_entry(rule: Rule, atom: Atom | None, rest: Sequence[BodyElement], atoms: Sequence[Atom]) -> Entry:
    terms = [end for one in (*rule.head, *atoms) for end in (one.subject, one.object)]
    plan = make_plan(rest, () if atom is None else collect_variables(atom), terms)
    picks = [(plan.columns[one.subject], one.predicate, plan.columns[one.object]) for one in (*rule.head, *atoms)]
    return Entry(atom, plan, tuple(picks[: len(rule.head)]), tuple(picks[len(rule.head) :]))


def list_ways(plans: Iterable[RulePlans]) -> dict[str, list[Entry]]:
    """Return the ways into rules, by the class or property of the fact with which each begins."""
    ways: dict[str, list[Entry]] = {}
    for plan in plans:
        for entry, atom in zip(plan.entries, plan.atoms, strict=True):
            ways.setdefault(atom.key, []).append(entry)
    return ways


def saturate(
    index: FactIndex,
    reference: FactIndex,
    rules: Sequence[tuple[RulePlans, Sequence[int]]],
    max_facts: int,
    fresh: Sequence[Triple] | None = None,
) -> list[Triple]:
    """Add to ``index`` what the rules' heads of the given numbers derive, until nothing is new; return what was added.

    After the first round a rule runs only from the facts that the round before added (semi-naive). With ``fresh``,
    facts of the index, the first round too runs from these alone: without them the index must be closed under the
    rules. CheckError when more than ``max_facts`` are reached.
    """
    added: list[Triple] = []
    if fresh is None:
        found = [
            ground(plans.whole.heads[head], row)
            for plans, heads in rules
            if plans.can_fire(index)
            for row in run_plan(plans.whole.plan, index, reference)
            for head in heads
        ]
        fresh = [fact for fact in found if index.add(fact)]
        added += fresh
    ways: dict[str, list[tuple[Entry, Sequence[int]]]] = {}
    for plans, heads in rules:
        for entry, atom in zip(plans.entries, plans.atoms, strict=True):
            ways.setdefault(atom.key, []).append((entry, heads))
    while fresh:
        if len(index.facts) > max_facts:
            raise CheckError(f"the rules derive more than {max_facts} facts")
        by_key: dict[str, list[Triple]] = {}
        for fact in fresh:
            by_key.setdefault(get_key(fact), []).append(fact)
        found = []
        for key, facts in by_key.items():
            for entry, heads in ways.get(key, ()):
                starts = [row for fact in facts if (row := entry.bind(fact)) is not None]
                for row in run_plan(entry.plan, index, reference, starts) if starts else ():
                    found += [ground(entry.heads[head], row) for head in heads]
        fresh = [fact for fact in found if index.add(fact)]
        added += fresh
    return added
