"""Joins: matching a planned body against relations, whole columns at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from workbench.model.terms import Term
from workbench.reasoning.columns import BoolArray, IntArray
from workbench.reasoning.guards import Watch
from workbench.reasoning.nodes import NodeTable
from workbench.reasoning.plan import (
    ROW,
    WORLD,
    Argument,
    AtomPlan,
    BodyPlan,
    Condition,
    NegationPlan,
    RulePlan,
)
from workbench.reasoning.program import Operation, get_program
from workbench.reasoning.relation import Relation, RelationKey
from workbench.reasoning.values import ValueTable

__all__ = ["CHUNK", "Matcher", "Reference", "Table"]

_ANCHOR = -3
"""The pseudo-variable that remembers the world of a row none of whose variables is kept."""
CHUNK = 4_000_000
"""Tables that would grow beyond this many rows are split, so that memory stays bounded."""


@dataclass(slots=True)
class Table:
    """Partial matches: a column of nodes per variable, and per body atom the rows of its premises if wanted."""

    size: int
    columns: dict[int, IntArray]
    premises: dict[int, IntArray] = field(default_factory=dict)

    def take(self, which: IntArray | BoolArray, keep: frozenset[int]) -> Table:
        """Return the rows chosen by a mask or by positions, with the variables in ``keep`` and the premises."""
        columns = {v: column[which] for v, column in self.columns.items() if v in keep}
        if not columns or (len(columns) == 1 and ROW in columns):  # one column is kept to know the world
            columns.update((v, column[which]) for v, column in list(self.columns.items())[:1])
        size = int(np.count_nonzero(which)) if which.dtype == np.bool_ else len(which)
        return Table(size, columns, {p: rows[which] for p, rows in self.premises.items()})

    def cut(self, start: int, end: int) -> Table:
        """Return a slice of the rows."""
        columns = {v: column[start:end] for v, column in self.columns.items()}
        return Table(end - start, columns, {p: rows[start:end] for p, rows in self.premises.items()})


class Matcher:
    """Matches bodies against the relations of one evaluation."""

    def __init__(
        self,
        nodes: NodeTable,
        relations: Mapping[RelationKey, Relation],
        watch: Watch,
        reference: Reference | None = None,
        enabled: BoolArray | None = None,
        values: ValueTable | None = None,
    ) -> None:
        self.nodes = nodes
        self.relations = relations
        self.values = ValueTable(nodes) if values is None else values
        self.watch = watch
        self._reference = reference
        self.enabled = enabled

    def get_size(self, key: RelationKey) -> int:
        """Return how many facts a relation has."""
        relation = self.relations.get(key)
        return relation.size if relation is not None else 0

    def match(
        self,
        body: BodyPlan,
        needed: frozenset[int],
        *,
        ranges: Sequence[tuple[int, int]] | None = None,
        start: Table | None = None,
        with_premises: bool = False,
        enabled: BoolArray | None = None,
    ) -> Iterator[Table]:
        """Yield the matches of ``body`` in tables that hold at least the variables in ``needed``.

        ``ranges`` restricts the facts of each atom to rows; ``start`` holds bindings to begin with (its WORLD or
        variable columns decide the world); without it the search is over all worlds, or over those that
        ``enabled`` marks.
        """
        if ranges is None:
            ranges = [(0, self.get_size(atom.relation)) for atom in body.atoms]
        if any(low >= high for low, high in ranges):
            return
        bound = frozenset(start.columns) if start is not None else frozenset()
        program = get_program(body, bound, needed, [high - low for low, high in ranges])
        if start is None and program and isinstance(program[0].part, AtomPlan):
            start = self._scan(program[0], ranges, with_premises)
            program = program[1:]
        elif start is None:
            start = Table(self.nodes.world_count, {WORLD: np.arange(self.nodes.world_count, dtype=np.int64)})
        if enabled is not None:
            start = start.take(enabled[self.get_worlds(start)], frozenset(start.columns))
        yield from self._execute(start, program, ranges, with_premises)

    def copy_facts(self, rule: RulePlan, limits: tuple[int, int]) -> tuple[Table, ...]:
        """Return what :meth:`match_rule` yields for a rule that only copies the facts of one atom."""
        self.watch.enter(rule.rule.name)
        atom = rule.body.atoms[0]
        relation = self.relations[atom.relation]
        columns = {atom.subject: relation.subjects[slice(*limits)]}
        if atom.object is not None:
            columns[atom.object] = relation.objects[slice(*limits)]
        size = limits[1] - limits[0]
        table = Table(size, {variable: c for variable, c in columns.items() if isinstance(variable, int)})
        if self.enabled is not None:
            mask = self.enabled[rule.number][self.get_worlds(table)]
            table = table.take(mask, frozenset(table.columns))
        return (table,) if table.size else ()

    def match_rule(
        self,
        rule: RulePlan,
        needed: frozenset[int],
        *,
        ranges: Sequence[tuple[int, int]] | None = None,
        start: Table | None = None,
        with_premises: bool = False,
    ) -> Iterator[Table]:
        """Yield the matches of a rule's body as :meth:`match` does, in the worlds that the rule holds in."""
        self.watch.enter(rule.rule.name)
        enabled = None if self.enabled is None else self.enabled[rule.number]
        if enabled is not None and enabled.all():
            enabled = None
        if enabled is None or enabled.any():
            yield from self.match(
                rule.body, needed, ranges=ranges, start=start, with_premises=with_premises, enabled=enabled
            )

    def get_worlds(self, table: Table) -> IntArray:
        """Return the world of each row of a table."""
        if WORLD in table.columns:
            return table.columns[WORLD]
        if self.nodes.world_count == 1:
            return np.zeros(table.size, dtype=np.int64)
        return self.nodes.world_of[next(c for v, c in table.columns.items() if v != ROW)]

    def get_nodes(self, table: Table, argument: Argument) -> IntArray:
        """Return the column of a variable, or the nodes of a constant in the rows' worlds."""
        if isinstance(argument, int):
            return table.columns[argument]
        return self.nodes.get_constant(argument)[self.get_worlds(table)]

    def _execute(
        self,
        table: Table,
        program: Sequence[Operation],
        ranges: Sequence[tuple[int, int]],
        with_premises: bool,
    ) -> Iterator[Table]:
        for index, operation in enumerate(program):
            if not table.size:
                return
            self.watch.check_time()
            part = operation.part
            if isinstance(part, Condition):
                table = self._apply_condition(table, part, operation.keep)
            elif isinstance(part, NegationPlan):
                table = table.take(~self._find_negated(table, part), operation.keep)
            else:
                joined = self._join(table, part, ranges[operation.position], operation, with_premises)
                if joined is None:
                    middle = table.size // 2
                    yield from self._execute(table.cut(0, middle), program[index:], ranges, with_premises)
                    yield from self._execute(table.cut(middle, table.size), program[index:], ranges, with_premises)
                    return
                table = joined
        if table.size:
            yield table

    def _scan(self, operation: Operation, ranges: Sequence[tuple[int, int]], with_premises: bool) -> Table:
        """Start from the facts of one atom."""
        atom = operation.part
        assert isinstance(atom, AtomPlan)  # noqa: S101 - the caller looked
        low, high = ranges[operation.position]
        relation = self.relations[atom.relation]
        subjects, objects = relation.subjects[low:high], relation.objects[low:high]
        mask = relation.mask_current(slice(low, high))
        for argument, column in ((atom.subject, subjects), (atom.object, objects)):
            if isinstance(argument, str):
                mask = _conjoin(mask, self._is_constant(column, argument))
        if isinstance(atom.object, int) and atom.object == atom.subject:
            mask = _conjoin(mask, subjects == objects)
        if atom.base_only and relation.tracks_base:
            mask = _conjoin(mask, relation.base[low:high])
        columns = {_ANCHOR: subjects}
        columns.update((a, c) for a, c in ((atom.subject, subjects), (atom.object, objects)) if isinstance(a, int))
        table = Table(high - low, columns)
        if with_premises:
            table.premises[operation.position] = np.arange(low, high, dtype=np.int64)
        if mask is not None:
            return table.take(mask, operation.keep)
        kept = {v: c for v, c in columns.items() if v in operation.keep} or {_ANCHOR: subjects}
        return Table(table.size, kept, table.premises)

    def _is_constant(self, column: IntArray, constant: Term) -> BoolArray:
        nodes = self.nodes.get_constant(constant)
        found: BoolArray = column == (nodes[0] if self.nodes.world_count == 1 else nodes[self.nodes.world_of[column]])
        return found

    def _join(
        self,
        table: Table,
        atom: AtomPlan,
        limits: tuple[int, int],
        operation: Operation,
        with_premises: bool,
    ) -> Table | None:
        """Extend each row by the facts that match ``atom``; None when the result would be too large."""
        relation = self.relations.get(atom.relation)
        if relation is None:
            return Table(0, {})
        known = [isinstance(a, str) or a in table.columns for a in (atom.subject, atom.object) if a is not None]
        if all(known):
            subjects = self.get_nodes(table, atom.subject)
            objects = subjects if atom.object is None else self.get_nodes(table, atom.object)
            rows = relation.find(relation.make_keys(subjects, objects))
            source: IntArray = np.flatnonzero((rows >= limits[0]) & (rows >= 0) & (rows < limits[1]))
            rows = rows[source]
            if atom.base_only and relation.tracks_base:
                mask = relation.base[rows]
                source, rows = source[mask], rows[mask]
        else:
            if known[0]:
                index, needles = "s", self.get_nodes(table, atom.subject)
            elif len(known) > 1 and known[1] and atom.object is not None:
                index, needles = "o", self.get_nodes(table, atom.object)
            else:
                index, needles = "w", self.get_worlds(table)
            lookup = relation.get_index(index, base_only=atom.base_only)
            spans = lookup.find_spans(needles)
            if table.size > 1 and sum(int(counts.sum()) for _, _, counts in spans) > CHUNK:
                return None
            source, rows = lookup.expand_spans(spans)
            mask_range = relation.mask_current(rows, base_only=atom.base_only)
            if limits[0] > 0:
                mask_range = _conjoin(mask_range, rows >= limits[0])
            if limits[1] < relation.size:
                mask_range = _conjoin(mask_range, rows < limits[1])
            if index == "w" and atom.object == atom.subject:
                mask_range = _conjoin(mask_range, relation.subjects[rows] == relation.objects[rows])
            if mask_range is not None:
                source, rows = source[mask_range], rows[mask_range]
        joined = table.take(source, operation.keep | {ROW})
        for argument, column in ((atom.subject, relation.subjects), (atom.object, relation.objects)):
            if isinstance(argument, int) and argument in operation.keep and argument not in joined.columns:
                joined.columns[argument] = column[rows]
        if with_premises:
            joined.premises[operation.position] = rows
        return joined

    def _get_terms(self, table: Table, condition: Condition) -> dict[str, IntArray]:
        term_of = self.nodes.term_of
        return {name: term_of[table.columns[variable]] for name, variable in condition.names}

    def _apply_condition(self, table: Table, condition: Condition, keep: frozenset[int]) -> Table:
        terms = self._get_terms(table, condition)
        if condition.target is None:
            return table.take(self.values.test(condition.comparison, terms, table.size), keep)
        numbers = self.values.compute(condition.expression, terms, table.size)
        worlds = self.get_worlds(table)
        valid = numbers >= 0
        if not valid.all():
            table, numbers, worlds = table.take(valid, frozenset(table.columns)), numbers[valid], worlds[valid]
        table.columns = {**table.columns, condition.target: self.nodes.intern_nodes(worlds, numbers)}
        return table

    def _find_negated(self, table: Table, negation: NegationPlan) -> BoolArray:
        """Tell for which rows the negated conjunction holds."""
        start = Table(table.size, {v: table.columns[v] for v in sorted(negation.shared)})
        if not start.columns:
            start.columns[WORLD] = self.get_worlds(table)
        judge = self
        if self._reference is not None:
            judge = self._reference.matcher
            judge.watch.enter(self.watch.rule)
            start.columns = {v: self._reference.translate(self.nodes, v, c) for v, c in start.columns.items()}
        start.columns[ROW] = np.arange(table.size, dtype=np.int64)
        holds: BoolArray = np.zeros(table.size, dtype=np.bool_)
        for match in judge.match(negation.body, frozenset((ROW,)), start=start):
            self.watch.check_time()  # where the judge is another evaluation, its own watch has another time limit
            holds[match.columns[ROW]] = True
        return holds


class Reference:
    """Another evaluation, against which negations are judged: ``worlds[w]`` is its world for our world w."""

    def __init__(self, matcher: Matcher, worlds: Sequence[int]) -> None:
        self.matcher = matcher
        self._worlds: IntArray = np.asarray(worlds, dtype=np.int64)
        self._terms: IntArray = np.empty(0, dtype=np.int64)

    def translate(self, nodes: NodeTable, variable: int, column: IntArray) -> IntArray:
        """Turn our nodes (or our worlds) into the other evaluation's, adding nodes that it does not have."""
        if variable == WORLD:
            return self._worlds[column]
        if len(self._terms) < len(nodes.terms):
            fresh = self.matcher.nodes.intern_terms(nodes.terms[len(self._terms) :])
            self._terms = np.concatenate((self._terms, fresh))
        worlds = self._worlds[nodes.world_of[column]]
        return self.matcher.nodes.intern_nodes(worlds, self._terms[nodes.term_of[column]])


def _conjoin(mask: BoolArray | None, more: BoolArray) -> BoolArray:
    return more if mask is None else mask & more
