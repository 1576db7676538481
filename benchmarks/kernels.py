"""Two other ways to run the same rules with the same rounds: loops in Python, and SQL in DuckDB.

Both do what the engine's numpy kernel does, so that the three can be compared: breadth-first rounds (the round in
which a fact appears is the least height of its proofs), transitivity left-linearly over base facts, and afterwards
every derivation, kept. They know only what the university world needs: one head, atoms over variables, comparisons
and arithmetic over integers, one world.
"""

# ruff: noqa: S608 - every name in a statement comes from this folder's own rules

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.dialects import list_elements, name_relation, read_number
from workbench.model.rules import Atom, Comparison, Expression, Operation, Rule, is_transitivity
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal, is_variable
from workbench.model.theory import Theory

__all__ = ["DuckKernel", "PythonKernel"]

Row = tuple[int, ...]


class _Numbers(dict[Term, int]):
    """A number for each term, below zero for whatever is no integer literal: those stand for themselves."""

    def __missing__(self, term: Term) -> int:
        number = self[term] = read_number(term) if is_literal(term) else -1 - len(self)
        return number


def _group(facts: Iterable[Triple]) -> dict[str, list[Row]]:
    """Facts as rows of numbers, by relation."""
    numbers = _Numbers()
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for subject, predicate, object_ in facts:
        if predicate == RDF_TYPE:
            groups[predicate, object_].append((numbers[subject],))
        else:
            groups[predicate, ""].append((numbers[subject], numbers[object_]))
    return {name_relation(("", *key)): rows for key, rows in groups.items()}


def _list_arguments(atom: Atom) -> list[str]:
    return [atom.subject] if atom.predicate == RDF_TYPE else [atom.subject, atom.object]


def _list_arities(theory: Theory) -> dict[str, int]:
    atoms = [atom for rule in theory.rules for atom in (*list_elements(rule)[0], *rule.head)]
    return {name_relation(atom): len(_list_arguments(atom)) for atom in atoms}


def _write(expression: Expression, names: Callable[[str], str]) -> str:
    if isinstance(expression, Operation):
        left, right = (_write(argument, names) for argument in expression.arguments)
        return f"({left} {expression.operator} {right})"
    return names(expression) if is_variable(expression) else str(read_number(expression))


# ---- Python


class _Relation:
    """The facts of a class or property: their heights, and who stands beside whom, for base facts also apart."""

    def __init__(self) -> None:
        self.heights: dict[Row, int] = {}
        self.by: tuple[dict[int, list[int]], dict[int, list[int]]] = defaultdict(list), defaultdict(list)
        self.base: set[Row] = set()
        self.base_by: tuple[dict[int, list[int]], dict[int, list[int]]] = defaultdict(list), defaultdict(list)

    def add(self, rows: Iterable[Row], height: int, base: set[Row] | None) -> None:
        """Add new rows; ``base`` are those that another rule than transitivity gives, None means all."""
        for row in rows:
            self.heights[row] = height
            if len(row) == 2:
                self.by[0][row[0]].append(row[1])
                self.by[1][row[1]].append(row[0])
        if base is not None:
            self.base |= base
            for left, right in base:
                self.base_by[0][left].append(right)
                self.base_by[1][right].append(left)


class PythonKernel:
    """Sets and dictionaries; each rule becomes nested loops, one function for each atom that may be new."""

    def __init__(self, theory: Theory, facts: Iterable[Triple]) -> None:
        self._transitive = {name_relation(rule.head[0]) for rule in theory.rules if is_transitivity(rule)}
        self._relations: dict[str, _Relation] = defaultdict(_Relation)
        for relation, rows in _group(facts).items():
            self._add(relation, set(rows), 0, set(rows))
        for relation in _list_arities(theory):
            self._relations[relation]
        # A rule for each atom that may be new: (the relation of new rows, that of the head, the loops).
        self._rules = [
            (
                name_relation(atom),
                name_relation(rule.head[0]),
                is_transitivity(rule),
                self._compile(rule, number, False),
            )
            for rule in theory.rules
            for number, atom in enumerate(list_elements(rule)[0])
        ]
        self._matches = [
            (name_relation(list_elements(rule)[0][0]), self._compile(rule, 0, True)) for rule in theory.rules
        ]

    def _add(self, relation: str, rows: set[Row], height: int, base: set[Row]) -> None:
        self._relations[relation].add(rows, height, base if relation in self._transitive else None)

    def close(self) -> None:
        """Apply the rules, round by round, until nothing new follows."""
        new = {name: set(relation.heights) for name, relation in self._relations.items()}
        height = 0
        while any(new.values()):
            height += 1
            found: dict[str, tuple[set[Row], set[Row]]] = defaultdict(lambda: (set(), set()))
            for source, target, is_transitive, match in self._rules:
                if new.get(source):
                    match(new[source], found[target][is_transitive])
            new = {}
            for target, (plain, chained) in found.items():
                known = self._relations[target].heights.keys()
                base = plain - known
                new[target] = (chained - known) | base
                self._add(target, new[target], height, base)

    def count_facts(self) -> int:
        """Return how many facts there are, stated and derived."""
        return sum(len(relation.heights) for relation in self._relations.values())

    def sum_heights(self) -> int:
        """Return the sum of all facts' heights."""
        return sum(sum(relation.heights.values()) for relation in self._relations.values())

    def list_derivations(self) -> list[list[Row]]:
        """Return for each rule all bindings of its variables that make the body true."""
        derivations: list[list[Row]] = []
        for source, match in self._matches:
            derivations.append([])
            match(self._relations[source].heights, derivations[-1])
        return derivations

    def _compile(self, rule: Rule, first: int, is_listing: bool) -> Callable[..., None]:
        """Write a function of new rows of one atom and of where to put what follows from them."""
        atoms, waiting = list_elements(rule)
        waiting = list(waiting)
        is_transitive = is_transitivity(rule)
        scope: dict[str, Any] = {}
        lines = ["def match(rows, out):"]
        bound: set[str] = set()
        left = [first, *(number for number in range(len(atoms)) if number != first)]

        def write(text: str) -> None:
            depth = sum(line.endswith(":") for line in lines)
            lines.append("    " * depth + text)

        while left:
            number = next((n for n in left if bound.intersection(_list_arguments(atoms[n]))), left[0])
            left.remove(number)
            atom = atoms[number]
            relation, arguments = self._relations[name_relation(atom)], _list_arguments(atom)
            is_base = is_transitive and number == 1
            rows = relation.base if is_base else relation.heights
            names = [argument[1:] for argument in arguments]
            if not bound:
                write(f"for {', '.join(names)}, in rows:")
                if is_base:
                    scope[f"r{number}"] = rows
                    write(f"if ({', '.join(names)},) in r{number}:")
            elif bound.issuperset(arguments):
                scope[f"r{number}"] = rows
                write(f"if ({', '.join(names)},) in r{number}:")
            else:
                known = 0 if arguments[0] in bound else 1
                scope[f"r{number}"] = (relation.base_by if is_base else relation.by)[known]
                write(f"for {names[1 - known]} in r{number}.get({names[known]}, ()):")
            bound.update(arguments)
            for comparison in list(waiting):
                if self._write_comparison(comparison, bound, write):
                    waiting.remove(comparison)
        arguments = sorted(bound) if is_listing else _list_arguments(rule.head[0])
        write(f"out.{'append' if is_listing else 'add'}(({', '.join(a[1:] for a in arguments)},))")
        exec("\n".join(lines), scope)  # noqa: S102 - the program is written above, from this folder's own rules
        match: Callable[..., None] = scope["match"]
        return match

    @staticmethod
    def _write_comparison(comparison: Comparison, bound: set[str], write: Callable[[str], None]) -> bool:
        """Write a comparison, or an assignment, if all that it needs is bound; tell whether it was."""
        sides = [_write(side, lambda variable: variable[1:]) for side in (comparison.left, comparison.right)]
        free = [v for side in (comparison.left, comparison.right) for v in _list_variables(side) if v not in bound]
        if not free:
            operator = "==" if comparison.operator == "=" else comparison.operator
            write(f"if {sides[0]} {operator} {sides[1]}:")
        elif comparison.operator == "=" and free == [comparison.left]:
            bound.update(free)
            write(f"{sides[0]} = {sides[1]}")
        else:
            return False
        return True


def _list_variables(expression: Expression) -> list[str]:
    if isinstance(expression, Operation):
        return [variable for argument in expression.arguments for variable in _list_variables(argument)]
    return [expression] if is_variable(expression) else []


# ---- DuckDB


class DuckKernel:
    """A table for each class and property, a statement for each rule and each atom that may be new."""

    def __init__(self, theory: Theory, facts: Iterable[Triple]) -> None:
        import duckdb
        import numpy as np

        self._database = duckdb.connect(":memory:")
        groups = _group(facts)
        self._arities = _list_arities(theory) | {name: len(rows[0]) for name, rows in groups.items()}
        for name, arity in self._arities.items():
            columns = ", ".join(f"a{place} INTEGER" for place in range(arity))
            self._run(f"CREATE TABLE {name} ({columns}, height INTEGER, base BOOLEAN)")
            self._run(f"CREATE TABLE new_{name} ({columns}, base BOOLEAN)")
            self._run(f"CREATE TABLE found_{name} ({columns}, base BOOLEAN)")
            if name in groups:
                table = np.array(groups.pop(name), dtype=np.int32)
                arrays = {f"a{place}": np.ascontiguousarray(table[:, place]) for place in range(arity)}
                self._database.register("stated", arrays)
                self._run(f"INSERT INTO found_{name} SELECT *, true FROM stated")
                self._database.unregister("stated")
        self._counts = dict.fromkeys(self._arities, 0)
        self._rules = [
            (name_relation(atom), name_relation(rule.head[0]), self._write_insert(rule, number))
            for rule in theory.rules
            for number, atom in enumerate(list_elements(rule)[0])
        ]
        self._listings = [self._write_listing(number, rule) for number, rule in enumerate(theory.rules)]
        self._new = self._flush(self._arities, 0)

    def _run(self, statement: str) -> Any:
        return self._database.execute(statement)

    def _flush(self, names: Iterable[str], height: int) -> dict[str, int]:
        """Take over what was found and is new, and return how much that is, by relation."""
        counts = {}
        for name in names:
            columns = ", ".join(f"a{place}" for place in range(self._arities[name]))
            self._run(f"DELETE FROM new_{name}")
            self._run(
                f"INSERT INTO new_{name} SELECT {columns}, bool_or(base) FROM found_{name} "
                f"ANTI JOIN {name} USING ({columns}) GROUP BY {columns}"
            )
            self._run(f"TRUNCATE found_{name}")
            count = self._run(f"INSERT INTO {name} SELECT {columns}, {height}, base FROM new_{name}").fetchone()[0]
            self._counts[name] += count
            counts[name] = count
        return counts

    def close(self) -> None:
        """Apply the rules, round by round, until nothing new follows."""
        height = 0
        while any(self._new.values()):
            height += 1
            targets: dict[str, None] = {}
            for source, target, statement in self._rules:
                if self._new.get(source):
                    self._run(statement)
                    targets[target] = None
            self._new = self._flush(targets, height)

    def count_facts(self) -> int:
        """Return how many facts there are, stated and derived."""
        return sum(self._counts.values())

    def sum_heights(self) -> int:
        """Return the sum of all facts' heights."""
        return sum(self._run(f"SELECT coalesce(sum(height), 0) FROM {name}").fetchone()[0] for name in self._arities)

    def list_derivations(self) -> int:
        """Fill a table with all derivations, the premises as rows of their relations, and return how many there are."""
        self._run("CREATE TABLE derivation (rule INTEGER, first BIGINT, second BIGINT, third BIGINT)")
        return sum(self._run(statement).fetchone()[0] for statement in self._listings)

    def _write_insert(self, rule: Rule, new: int) -> str:
        columns = _name_columns(rule)
        head = ", ".join(_write(argument, columns.__getitem__) for argument in _list_arguments(rule.head[0]))
        target = name_relation(rule.head[0])
        return (
            f"INSERT INTO found_{target} SELECT {head}, {not is_transitivity(rule)} {_write_from(rule, columns, new)}"
        )

    def _write_listing(self, number: int, rule: Rule) -> str:
        size = len(list_elements(rule)[0])
        rows = ", ".join(f"t{place}.rowid" if place < size else "NULL" for place in range(3))
        return f"INSERT INTO derivation SELECT {number}, {rows} {_write_from(rule, _name_columns(rule), None)}"


def _name_columns(rule: Rule) -> dict[str, str]:
    """The column or expression of each variable of a rule."""
    atoms, comparisons = list_elements(rule)
    columns: dict[str, str] = {}
    for place, atom in enumerate(atoms):
        for number, argument in enumerate(_list_arguments(atom)):
            columns.setdefault(argument, f"t{place}.a{number}")
    for comparison in comparisons:
        if isinstance(comparison.left, str) and is_variable(comparison.left) and comparison.left not in columns:
            columns[comparison.left] = _write(comparison.right, columns.__getitem__)
    return columns


def _write_from(rule: Rule, columns: dict[str, str], new: int | None) -> str:
    """The tables of a rule's atoms, that of atom ``new`` being the new rows only, and the conditions on them."""
    atoms, comparisons = list_elements(rule)
    tables, conditions = [], []
    for place, atom in enumerate(atoms):
        tables.append(f"{'new_' if place == new else ''}{name_relation(atom)} t{place}")
        for number, argument in enumerate(_list_arguments(atom)):
            if columns[argument] != f"t{place}.a{number}":
                conditions.append(f"{columns[argument]} = t{place}.a{number}")
    for comparison in comparisons:
        left, right = (_write(side, columns.__getitem__) for side in (comparison.left, comparison.right))
        if left != right:
            conditions.append(f"{left} {comparison.operator} {right}")
    if is_transitivity(rule):
        conditions.append("t1.base")
    return f"FROM {', '.join(tables)}" + (f" WHERE {' AND '.join(conditions)}" if conditions else "")
