"""Do two rules say the same? Decided for conjunctions of atoms with linear comparisons over the rationals.

A rule is contained in another when whatever it concludes from some facts the other concludes too. With comparisons
that takes more than one homomorphism (Klug, "On conjunctive queries containing inequalities", 1988): the comparisons
of the first must imply that under *some* mapping of the second's atoms to those of the first the second's comparisons
hold (Gupta, Sagiv, Ullman and Widom, "Constraint checking with partial information", 1994, theorem 5.1). Individuals
and other values are points that differ; equal values are taken for the same term.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any, NamedTuple

from workbench.export.scorer.linear import Condition, Linear, is_satisfiable, negate_condition
from workbench.export.scorer.rules import (
    Atom,
    Comparison,
    Negation,
    Operation,
    Rule,
    RuleTextError,
    list_variables,
)
from workbench.export.scorer.values import RDF_TYPE, CannotJudgeError, compare_values, read_value

__all__ = ["are_equivalent", "are_renamings"]

_MOST_ATOMS = 12
_MOST_COMPARISONS = 16
_MOST_PAIRS = 400
_MOST_PARTS = 60
_MOST_CASES = 400
_MOST_QUESTIONS = 2000
_MOST_TRIED = 5000
_MOST_MADE = 50_000
_MOST_RENAMED = 20_000
_MINUS = Fraction(-1)


class _Query(NamedTuple):
    """Atoms and conclusions by what they are about, with sums as arguments, and conditions."""

    atoms: tuple[tuple[str, tuple[Linear, ...]], ...]
    conditions: tuple[Condition, ...]
    heads: tuple[tuple[str, tuple[Linear, ...]], ...]


class _Budget:
    """Counts the questions to the solver and the atoms tried, and remembers the solver's answers."""

    def __init__(self) -> None:
        self._known: dict[frozenset[Condition], bool] = {}
        self._tried = self._made = 0

    def count_atom(self) -> None:
        self._tried += 1
        if self._tried > _MOST_TRIED:
            raise CannotJudgeError("the rules can be compared in too many ways")

    def count_inequalities(self, number: int) -> None:
        self._made += number
        if self._made > _MOST_MADE:
            raise CannotJudgeError("the comparisons are too many to be decided")

    def is_satisfiable(self, conditions: frozenset[Condition]) -> bool:
        if conditions not in self._known:
            if len(self._known) >= _MOST_QUESTIONS:
                raise CannotJudgeError("the comparisons have too many cases")
            self._known[conditions] = is_satisfiable(sorted(conditions), self.count_inequalities)
        return self._known[conditions]

    def entails(self, conditions: frozenset[Condition], condition: Condition) -> bool:
        return not self.is_satisfiable(conditions | {negate_condition(condition)})


# -- from rules to sums


def _make_sum(expression: str | Operation, known: dict[str, Linear]) -> Linear:
    """Return an expression as a sum; CannotJudgeError when it is no linear one."""
    if isinstance(expression, str):
        if expression[0] == "?":
            return known[expression]
        if expression.startswith("_:"):
            raise CannotJudgeError("equivalence is not decided for blank nodes")
        value = read_value(expression) if expression[0] == '"' else None
        if value is not None and value.kind == "number":
            return Linear.of({"": value.content})
        return Linear.of({expression: Fraction(1)})
    if expression.operator not in "+-*/":
        raise CannotJudgeError(f"equivalence is not decided for the function {expression.operator}")
    left, right = (_make_sum(argument, known) for argument in expression.arguments)
    if any(name and name[1:2] != "?" for side in (left, right) for name, _ in side.parts):
        raise CannotJudgeError("equivalence is not decided for arithmetic with what is no number")
    if expression.operator in "+-":
        return left.add(right, Fraction(1) if expression.operator == "+" else _MINUS)
    first, second = left.constant, right.constant
    if expression.operator == "*" and first is not None:
        return right.scale(first)
    if second is None or (expression.operator == "/" and not second):
        raise CannotJudgeError("equivalence is decided for linear comparisons only")
    return left.scale(second if expression.operator == "*" else 1 / second)


def _make_condition(comparison: Comparison, known: dict[str, Linear]) -> Condition:
    left, right, sign = comparison.left, comparison.right, comparison.sign
    if sign not in ("=", "!="):
        for side in (left, right):
            if isinstance(side, str) and side[0] not in '?"':
                raise CannotJudgeError("equivalence is not decided for individuals in an order")
    difference = _make_sum(left, known).add(_make_sum(right, known), _MINUS)
    return Condition(sign.replace(">", "<"), difference.scale(_MINUS) if sign[0] == ">" else difference)


def _make_arguments(atom: Atom, known: dict[str, Linear]) -> tuple[str, tuple[Linear, ...]]:
    if atom.predicate == RDF_TYPE:
        return atom.object, (_make_sum(atom.subject, known),)
    return atom.predicate, (_make_sum(atom.subject, known), _make_sum(atom.object, known))


def _make_query(rule: Rule, mark: str, asked: list[str] | None) -> _Query:
    """Return a rule as a query with its variables marked; variables that ``=`` calculates are put in.

    Raises RuleTextError when a variable has no value, CannotJudgeError for what is not decided.
    """
    atoms = [element for element in rule.body if isinstance(element, Atom)]
    comparisons = [element for element in rule.body if isinstance(element, Comparison)]
    known = {name: Linear.of({mark + name: Fraction(1)}) for atom in atoms for name in list_variables(atom)}
    waiting = list(comparisons)
    while found := _find_assignment(waiting, known):
        comparison, variable, expression = found
        known[variable] = _make_sum(expression, known)
        waiting.remove(comparison)
    heads = tuple(_make_arguments(atom, known) for atom in rule.head if known.keys() >= set(list_variables(atom)))
    if len(heads) < len(rule.head) or any(name not in known for name in asked or ()):
        raise RuleTextError("a variable of the conclusion has no value")
    if any(name not in known for comparison in waiting for name in list_variables(comparison)):
        raise RuleTextError("a variable is compared and has no value")
    if any(isinstance(element, Negation) for element in rule.body):
        raise CannotJudgeError("equivalence is not decided for rules with not")
    if len(atoms) > _MOST_ATOMS or len(comparisons) > _MOST_COMPARISONS or len(rule.head) > _MOST_ATOMS:
        raise CannotJudgeError("equivalence is not decided for rules as long as this")
    conditions = tuple(_make_condition(comparison, known) for comparison in waiting)
    if not heads:
        heads = (("", tuple(known[name] for name in asked or ())),)
    return _Query(tuple(_make_arguments(atom, known) for atom in atoms), conditions, heads)


def _find_assignment(
    waiting: list[Comparison], known: dict[str, Linear]
) -> tuple[Comparison, str, str | Operation] | None:
    for comparison in waiting:
        for side, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
            free = isinstance(side, str) and side[0] == "?" and side not in known
            if comparison.sign == "=" and free and known.keys() >= set(list_variables(other)):
                return comparison, str(side), other
    return None


def _tell_apart(*rules: Rule) -> tuple[Condition, ...]:
    """Return what is known of the constants of both rules: which differ, and in which order they stand."""
    found: dict[str, None] = {}

    def visit(part: Any) -> None:
        if isinstance(part, Atom):
            # A class is what the atom is about and no argument.
            found.update(dict.fromkeys((part.subject,) if part.predicate == RDF_TYPE else (part.subject, part.object)))
        elif isinstance(part, Comparison):
            visit(part.left)
            visit(part.right)
        elif isinstance(part, str):
            found.setdefault(part)
        elif isinstance(part, Operation):
            for argument in part.arguments:
                visit(argument)

    for rule in rules:
        for element in (*rule.body, *rule.head):
            visit(element)
    constants = sorted(term for term in found if term[0] != "?")
    points = sum(_make_sum(term, {}).constant is None for term in constants)
    if points * len(constants) > _MOST_PAIRS:
        raise CannotJudgeError("equivalence is not decided for so many constants")
    conditions = []
    for first, second in combinations(constants, 2):
        values = [read_value(term) if term[0] == '"' else None for term in (first, second)]
        difference = _make_sum(first, {}).add(_make_sum(second, {}), _MINUS)
        if difference.constant is not None:
            continue
        sign = "!="
        if values[0] is not None and values[1] is not None and values[0].kind == values[1].kind:
            if compare_values("=", values[0], values[1]):
                sign = "="
            elif compare_values("<", values[0], values[1]):
                sign = "<"
            elif compare_values(">", values[0], values[1]):
                sign, difference = "<", difference.scale(_MINUS)
        conditions.append(Condition(sign, difference))
    return tuple(conditions)


# -- containment


def _map_sum(sum_: Linear, mapping: dict[str, Linear]) -> Linear:
    found = Linear(())
    for name, factor in sum_.parts:
        found = found.add(mapping.get(name) or Linear.of({name: Fraction(1)}), factor)
    return found


def _map_atoms(
    second: _Query, first: _Query, place: int, mapping: dict[str, Linear], equations: tuple[Condition, ...],
    budget: _Budget, base: frozenset[Condition], *, strictly: bool,
) -> Iterator[tuple[dict[str, Linear], tuple[Condition, ...]]]:  # fmt: skip
    """Yield the mappings of the second's atoms to the first's, with the equations that each needs.

    ``strictly`` keeps to those whose equations the first implies; otherwise they need only be possible.
    """
    if place == len(second.atoms):
        yield mapping, equations
        return
    key, arguments = second.atoms[place]
    for other, targets in first.atoms:
        if other != key or len(targets) != len(arguments):
            continue
        budget.count_atom()
        extended, needed = dict(mapping), list(equations)
        for argument, target in zip(arguments, targets):  # noqa: B905  # Python 3.9 has no strict
            name = argument.parts[0][0] if argument.parts else ""
            if name[1:2] == "?" and name not in extended:
                extended[name] = target
                continue
            equation = Condition("=", _map_sum(argument, extended).add(target, _MINUS))
            if equation.sum.parts:
                needed.append(equation)
        fresh = needed[len(equations) :]
        if strictly:
            if not all(budget.entails(base, equation) for equation in fresh):
                continue
        elif fresh and not budget.is_satisfiable(base | set(needed)):
            continue
        yield from _map_atoms(
            second, first, place + 1, extended, tuple(needed), budget, base, strictly=strictly
        )  # fmt: skip


def _list_cases(
    first: _Query, head: tuple[str, tuple[Linear, ...]], second: _Query, budget: _Budget, base: frozenset[Condition],
    *, strictly: bool,
) -> Iterator[frozenset[Condition]]:  # fmt: skip
    """Yield what must hold for the second to conclude the first's head, once for each mapping."""
    for mapping, equations in _map_atoms(second, first, 0, {}, (), budget, base, strictly=strictly):
        for key, arguments in second.heads:
            if key != head[0] or len(arguments) != len(head[1]):
                continue
            needed = set(equations)
            for argument, target in zip(arguments, head[1]):  # noqa: B905  # Python 3.9 has no strict
                needed.add(Condition("=", _map_sum(argument, mapping).add(target, _MINUS)))
            needed |= {Condition(one.sign, _map_sum(one.sum, mapping)) for one in second.conditions}
            yield frozenset(one for one in needed if one != Condition("=", Linear(())))


def _can_escape(cases: list[frozenset[Condition]], base: frozenset[Condition], budget: _Budget) -> bool:
    """Tell whether the base can hold where none of the cases does."""
    if not cases:
        return True
    known = base
    for condition in sorted(cases[0]):
        against = known | {negate_condition(condition)}
        if budget.is_satisfiable(against) and _can_escape(cases[1:], against, budget):
            return True
        known |= {condition}
    return False


def _is_contained(first: _Query, second: _Query, given: tuple[Condition, ...]) -> bool:
    budget = _Budget()
    base = frozenset((*first.conditions, *given))
    if not budget.is_satisfiable(base):
        return True
    for head in first.heads:
        strict = _list_cases(first, head, second, budget, base, strictly=True)
        if any(all(budget.entails(base, condition) for condition in sorted(case)) for case in strict):
            continue
        if not second.conditions:
            return False  # a union of equations holds throughout a convex set only if one of them does
        cases: set[frozenset[Condition]] = set()
        for case in _list_cases(first, head, second, budget, base, strictly=False):
            if budget.is_satisfiable(base | case):
                cases.add(case)
            if len(cases) > _MOST_CASES:
                raise CannotJudgeError("the rules can be compared in too many ways")
        if _can_escape(sorted(cases, key=lambda case: (len(case), sorted(case))), base, budget):
            return False
    return True


def are_equivalent(stated: Rule, given: Rule, asked: list[str] | None = None) -> tuple[bool, str]:
    """Tell whether two rules conclude the same from any facts, and why not.

    ``asked`` are the variables of two bodies that are compared as questions. What is outside the decided part (not,
    functions, products of variables, long rules) is the same only up to the names of variables and the order of its
    parts. Raises RuleTextError for a rule in which a variable has no value.
    """
    if are_renamings(stated, given, asked):
        return True, "the rules are the same"
    try:
        apart = _tell_apart(stated, given)
        queries = [_make_query(rule, mark, asked) for rule, mark in ((stated, "1"), (given, "2"))]
        if not _is_contained(queries[0], queries[1], apart):
            return False, "the answer does not conclude all that the rule does"
        if not _is_contained(queries[1], queries[0], apart):
            return False, "the answer concludes what the rule does not"
    except CannotJudgeError as error:
        return False, f"{error}, and the answer is not the same up to names of variables and order"
    return True, "the rules are equivalent"


# -- the same but for names and order


def _list_readings(comparison: Comparison) -> list[Comparison]:
    turned = {"=": "=", "!=": "!=", ">": "<", ">=": "<=", "<": ">", "<=": ">="}[comparison.sign]
    return [comparison, Comparison(turned, comparison.right, comparison.left)]


class _Renaming:
    """Looks for a way to rename variables one to one, trying a bounded number of pairs."""

    def __init__(self) -> None:
        self._tried = 0

    def match(self, first: Any, second: Any, names: dict[str, str]) -> Iterator[dict[str, str]]:
        """Yield the extensions of ``names`` under which the first part becomes the second."""
        self._tried += 1
        if self._tried > _MOST_RENAMED or type(first) is not type(second):
            return
        if isinstance(first, str):
            if first[0] != "?" or second[0] != "?":
                if first == second:
                    yield names
            elif names.get(first) == second and names.get("=" + second) == first:
                yield names
            elif first not in names and "=" + second not in names:
                yield {**names, first: second, "=" + second: first}
        elif isinstance(first, Negation):
            yield from self.match_unordered(first.elements, second.elements, names)
        elif isinstance(first, Comparison):
            for reading in _list_readings(first):
                if reading.sign == second.sign:
                    yield from self._match_all((reading.left, reading.right), (second.left, second.right), names)
        elif isinstance(first, Operation):
            if first.operator == second.operator and len(first.arguments) == len(second.arguments):
                yield from self._match_all(first.arguments, second.arguments, names)
        elif first.predicate == second.predicate:
            yield from self._match_all((first.subject, first.object), (second.subject, second.object), names)

    def _match_all(
        self, first: tuple[Any, ...], second: tuple[Any, ...], names: dict[str, str]
    ) -> Iterator[dict[str, str]]:
        if not first:
            yield names
            return
        for found in self.match(first[0], second[0], names):
            yield from self._match_all(first[1:], second[1:], found)

    def match_unordered(
        self, first: tuple[Any, ...], second: tuple[Any, ...], names: dict[str, str]
    ) -> Iterator[dict[str, str]]:
        """Yield the extensions of ``names`` under which the first parts become the second in any order."""
        if len(first) != len(second):
            return
        if not first:
            yield names
            return
        for place, part in enumerate(second):
            for found in self.match(first[0], part, names):
                yield from self.match_unordered(first[1:], second[:place] + second[place + 1 :], found)


def are_renamings(first: Rule, second: Rule, asked: list[str] | None = None) -> bool:
    """Tell whether two rules are the same up to the names of variables and the order of their parts."""
    names = {key: name for name in asked or () for key in (name, "=" + name)}
    renaming = _Renaming()
    return len(first.body) <= _MOST_PARTS and any(
        next(renaming.match_unordered(first.body, second.body, found), None) is not None
        for found in renaming.match_unordered(first.head, second.head, names)
    )
