"""Does a rule that computes values from its own conclusions come to an end? A measure and a bound, proved by Z3.

The values of a recursion are finitely many when each computed one lies, by at least a fixed step, beyond every value
of the recursion that it is computed from, and never beyond a fixed bound: then a value can be computed only finitely
often from another one. *Up* is a step of at least ``1/1000`` above and a greatest value, *down* the mirror image. Both
are implications of linear arithmetic over the conditions of the rule, which Z3 decides: they are proved when no
numbers satisfy the conditions and break them. Conditions on anything but numbers are left out, which only makes a
proof harder. Products of two variables may be undecided; then nothing is proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Literal

from workbench.model.rules import Comparison, Operation, Rule
from workbench.model.terms import is_variable
from workbench.solving.solver import Solver
from workbench.solving.values import (
    NUMBER,
    Side,
    is_arithmetic,
    list_terms,
    read_values,
    write_comparison,
    write_number,
)

__all__ = ["Direction", "find_steps", "prove_direction"]

Direction = Literal["up", "down", ""]
_STEPS = (Fraction(1), Fraction(1, 10), Fraction(1, 1000))
_RESOURCES = 2_000_000


def prove_direction(rule: Rule, computed: str, sources: Sequence[str]) -> Direction:
    """Return in which direction the values of a variable go on to a bound; nothing when neither is proved.

    ``sources`` are the variables of the recursion that it is computed from.
    """
    problem = _Problem(rule, computed)
    if not problem.comparisons or not {computed, *sources} <= set(problem.numbers):
        return ""
    bound = write_number(1000 * (1 + sum(map(abs, problem.constants), Fraction(0))) ** 3)
    value = problem.numbers[computed]
    directions: tuple[tuple[Direction, str, str], ...] = (
        ("up", "<", f"(> {value} {bound})"),
        ("down", ">", f"(< {value} (- {bound}))"),
    )
    for direction, operator, beyond in directions:
        if not problem.is_impossible(beyond):
            continue
        for step in _STEPS:
            sign = "+" if direction == "up" else "-"
            short = [f"({operator} {value} ({sign} {problem.numbers[s]} {write_number(step)}))" for s in sources]
            if problem.is_impossible(f"(or false {' '.join(short)})"):
                return direction
    return ""


def find_steps(rule: Rule, computed: str, source: str, most: int = 3) -> list[Fraction]:
    """Return up to ``most`` values that a rule computes one from another, after the first one that there is."""
    problem = _Problem(rule, computed)
    if not {computed, source} <= set(problem.numbers):
        return []
    found: list[Fraction] = []
    for _ in range(most):
        start = found[-1] if found else None
        wishes = [start] if start is not None else [Fraction(1), Fraction(2), Fraction(10), None]
        for wish in wishes:
            values = problem.find_values(source, wish, computed)
            if values is not None:
                found = [*(found or values[:1]), values[1]]
                break
        else:
            break
    return found


class _Problem:
    """The conditions of a rule on the numbers that a variable is computed from."""

    def __init__(self, rule: Rule, computed: str) -> None:
        candidates = [e for e in rule.body if isinstance(e, Comparison) and is_arithmetic(e.left, e.right)]
        terms = {id(e): [*list_terms(e.left), *list_terms(e.right)] for e in candidates}
        held = {t for e in candidates for t in terms[id(e)] if not is_variable(t)}
        values = read_values(sorted(held))
        numeric = [e for e in candidates if all(is_variable(t) or values[t].kind == NUMBER for t in terms[id(e)])]
        self._values = values
        self.constants = sorted({value.number for value in values.values() if value.kind == NUMBER})
        related, changed = {computed}, True
        while changed:
            linked = [e for e in numeric if related & set(terms[id(e)])]
            grown = related | {t for e in linked for t in terms[id(e)] if is_variable(t)}
            changed, related = grown != related, grown
        chosen = [e for e in numeric if related & set(terms[id(e)])]
        # Only what is calculated with is surely a number; a value compared with "=" or "!=" may be anything.
        surely = set(_list_numbers(chosen))
        self.comparisons = [e for e in chosen if {t for t in terms[id(e)] if is_variable(t)} <= surely]
        self.numbers = {v: f"v{number}" for number, v in enumerate(sorted(surely))}
        self._solver = Solver(_RESOURCES)

    def _look_up(self, term: str) -> Side:
        if is_variable(term):
            return Side(f"{NUMBER}.0", self.numbers[term])
        return Side(f"{NUMBER}.0", write_number(self._values[term].number))

    def _write(self, statements: Iterable[str]) -> str:
        lines = [f"(declare-const {name} Real)" for name in self.numbers.values()]
        lines += [f"(assert {write_comparison(comparison, self._look_up)})" for comparison in self.comparisons]
        return "\n".join([*lines, *(f"(assert {statement})" for statement in statements)])

    def is_impossible(self, statement: str) -> bool:
        return self._solver.ask(self._write([statement])).result == "unsat"

    def find_values(self, source: str, start: Fraction | None, computed: str) -> list[Fraction] | None:
        given = [] if start is None else [f"(= {self.numbers[source]} {write_number(start)})"]
        names = [self.numbers[source], self.numbers[computed]]
        values = self._solver.find_values(self._write(given), [], names)
        return None if values is None or len(values) < len(set(names)) else [values[name] for name in names]


def _list_numbers(comparisons: Sequence[Comparison]) -> Iterator[str]:
    for comparison in comparisons:
        sides = (comparison.left, comparison.right)
        if any(isinstance(side, Operation) for side in sides):
            yield from (term for side in sides for term in list_terms(side) if is_variable(term))
        elif comparison.operator not in ("=", "!=") and any(not is_variable(str(side)) for side in sides):
            yield from (str(side) for side in sides if is_variable(str(side)))
