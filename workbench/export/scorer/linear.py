"""Linear arithmetic over the rationals: are equations, inequalities and disequalities satisfiable together?

Equations are solved by substitution and inequalities by Fourier-Motzkin elimination, exactly, on fractions. What is
convex and not contained in any one of finitely many hyperplanes is not contained in their union, so each disequality
can be judged by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

from workbench.export.scorer.values import CannotJudgeError

__all__ = ["Condition", "Linear", "is_satisfiable", "negate_condition"]

_MOST_INEQUALITIES = 2000
_ONE = ""


class Linear(NamedTuple):
    """A sum of variables with factors, sorted by variable; the empty variable is the constant one."""

    parts: tuple[tuple[str, Fraction], ...]

    @classmethod
    def of(cls, parts: dict[str, Fraction]) -> Linear:
        """Return the sum with these factors."""
        return cls(tuple(sorted((name, factor) for name, factor in parts.items() if factor)))

    @property
    def constant(self) -> Fraction | None:
        """The value of a sum without variables, else None."""
        if not self.parts:
            return Fraction(0)
        return self.parts[0][1] if len(self.parts) == 1 and self.parts[0][0] == _ONE else None

    def add(self, other: Linear, factor: Fraction) -> Linear:
        """Return this plus so many times another."""
        found = dict(self.parts)
        for name, more in other.parts:
            found[name] = found.get(name, Fraction(0)) + factor * more
        return Linear.of(found)

    def scale(self, factor: Fraction) -> Linear:
        """Return this so many times."""
        return Linear(tuple((name, factor * more) for name, more in self.parts) if factor else ())


class Condition(NamedTuple):
    """A sum compared with zero by ``=``, ``!=``, ``<`` or ``<=``."""

    sign: str
    sum: Linear


def negate_condition(condition: Condition) -> Condition:
    """Return the condition that holds exactly where this one does not."""
    if condition.sign in ("=", "!="):
        return Condition("!=" if condition.sign == "=" else "=", condition.sum)
    return Condition("<=" if condition.sign == "<" else "<", condition.sum.scale(Fraction(-1)))


def _holds(sign: str, value: Fraction) -> bool:
    return {"=": value == 0, "!=": value != 0, "<": value < 0, "<=": value <= 0}[sign]


def _normalise(condition: Condition) -> Condition:
    """Scale a sum so that equal conditions look the same."""
    factor = next((factor for name, factor in condition.sum.parts if name != _ONE), Fraction(1))
    return Condition(condition.sign, condition.sum.scale(1 / abs(factor)))


def _solve_equations(conditions: Iterable[Condition]) -> list[Condition] | None:
    """Use up the equations by substitution; None when they contradict each other."""
    waiting = list(conditions)
    while True:
        place = next((n for n, one in enumerate(waiting) if one.sign == "="), None)
        if place is None:
            return waiting
        equation = waiting.pop(place).sum
        name, factor = next(((name, factor) for name, factor in equation.parts if name != _ONE), (_ONE, Fraction(1)))
        if name == _ONE:
            if equation.constant:
                return None
            continue
        for number, one in enumerate(waiting):
            found = dict(one.sum.parts).get(name)
            if found:
                waiting[number] = Condition(one.sign, one.sum.add(equation, -found / factor))


def _eliminate(conditions: list[Condition], count: Callable[[int], None]) -> bool:
    """Tell whether inequalities are satisfiable together (Fourier-Motzkin)."""
    waiting = {_normalise(one) for one in conditions}
    while True:
        counts: dict[str, list[int]] = {}
        for one in waiting:
            value = one.sum.constant
            if value is not None and not _holds(one.sign, value):
                return False
            for name, factor in one.sum.parts:
                if name != _ONE:
                    counts.setdefault(name, [0, 0])[factor > 0] += 1
        if not counts:
            return True
        variable = min(counts, key=lambda name: (counts[name][0] * counts[name][1], name))
        lower: list[Condition] = []
        upper: list[Condition] = []
        rest: set[Condition] = set()
        for one in waiting:
            factor = dict(one.sum.parts).get(variable, Fraction(0))
            if factor:
                (upper if factor > 0 else lower).append(Condition(one.sign, one.sum.scale(1 / abs(factor))))
            else:
                rest.add(one)
        if len(rest) + len(lower) * len(upper) > _MOST_INEQUALITIES:
            raise CannotJudgeError("the comparisons are too many to be decided")
        count(len(rest) + len(lower) * len(upper))
        for first in lower:
            for second in upper:
                sign = "<" if "<" in (first.sign, second.sign) else "<="
                rest.add(_normalise(Condition(sign, first.sum.add(second.sum, Fraction(1)))))
        waiting = rest


def is_satisfiable(conditions: Iterable[Condition], count: Callable[[int], None] = lambda number: None) -> bool:
    """Tell whether some rational numbers meet all conditions.

    ``count`` is told how many inequalities are made, and may end it by an exception. Raises CannotJudgeError when there
    are too many at once.
    """
    solved = _solve_equations(conditions)
    if solved is None:
        return False
    convex = [one for one in solved if one.sign != "!="]
    if not _eliminate(convex, count):
        return False
    for one in solved:
        if one.sign == "!=":
            if one.sum.constant is not None:
                if one.sum.constant == 0:
                    return False
                continue
            below = Condition("<", one.sum)
            above = Condition("<", one.sum.scale(Fraction(-1)))
            if not (_eliminate([*convex, below], count) or _eliminate([*convex, above], count)):
                return False
    return True
