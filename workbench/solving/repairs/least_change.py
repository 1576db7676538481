"""The least change of numbers that meets all demands: lexicographic MaxSMT (Bjørner, Phan, Fleckenstein 2015, νZ).

First the fewest numbers are changed, then the sum of the differences is the smallest, then, in a fixed order, what is
smaller keeps its value. All numbers are whole multiples of their units, so there always is a least change where there
is any. Every question has a limit on Z3's resources; beyond it the answer is "unknown", never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

import z3

from workbench.errors import WorkbenchError
from workbench.solving.repairs.amount_terms import AmountTerms
from workbench.solving.repairs.amounts import Demand, Quantity

__all__ = ["RESOURCES", "find_least_change"]

RESOURCES = 10_000_000
"""The limit of one question, in Z3's deterministic resource units (not seconds)."""
_HANDFUL = 6


def find_least_change(
    quantities: Sequence[Quantity], demands: Sequence[Demand], resources: int = RESOURCES
) -> Mapping[str, Fraction] | Literal["impossible", "unknown"]:
    """Return the new values of the quantities that have to change.

    Of equally small changes the one is taken that keeps the smaller numbers, in the order of value, then of
    ``quantities``; among those that change, the smaller ones change less. ``impossible``: no values meet all demands;
    ``unknown``: a limit was reached, or the demands multiply unknown numbers in a way that Z3 cannot decide.
    """
    try:
        return _Question(quantities, demands, resources).solve()
    except z3.Z3Exception as error:
        raise WorkbenchError(f"Z3 failed: {error}") from error


class _Question:
    def __init__(self, quantities: Sequence[Quantity], demands: Sequence[Demand], resources: int) -> None:
        self._context = z3.Context()
        self._resources = resources
        order = sorted(range(len(quantities)), key=lambda index: (abs(quantities[index].value), index))
        self._quantities = [quantities[index] for index in order]
        # Each number is its stated value and so many steps of its unit: what is asked for are small whole numbers.
        self._steps = {q.name: z3.Int(f"x{i}", self._context) for i, q in enumerate(self._quantities)}
        self._terms = AmountTerms(self._context, {q.name: q for q in self._quantities}, self._steps)
        self._axioms = self._terms.axioms
        for quantity in self._quantities:
            step = self._steps[quantity.name]
            if quantity.low is not None:
                self._axioms.append(step >= int((quantity.low - quantity.value) / quantity.unit))
            if quantity.high is not None:
                self._axioms.append(step <= int((quantity.high - quantity.value) / quantity.unit))
        for demand in demands:
            self._axioms.append(z3.Not(self._terms.join([self._terms.relate(one) for one in demand.relations])))
        self._kept = [self._steps[q.name] == 0 for q in self._quantities]
        self._differences = [self._measure(q) for q in self._quantities]

    def solve(self) -> Mapping[str, Fraction] | Literal["impossible", "unknown"]:
        solver = self._open(z3.SimpleSolver(ctx=self._context))
        possible = solver.check()
        if possible != z3.sat:
            return "impossible" if possible == z3.unsat else "unknown"
        count = self._count_fewest(solver)
        if count is None:
            return "unknown"
        fewest = z3.AtMost(*(z3.Not(kept) for kept in self._kept), count)
        optimizer = self._open(z3.Optimize(ctx=self._context))
        optimizer.add(fewest)
        optimizer.minimize(self._total())
        if optimizer.check() != z3.sat:
            return "unknown"
        least = optimizer.model().eval(self._total(), model_completion=True)
        solver.add(fewest, self._total() == least)
        return self._settle(solver)

    def _count_fewest(self, solver: Any) -> int | None:
        """Return how few numbers have to change; a handful is found by trying, more by Z3's MaxSAT."""
        changed = [z3.Not(kept) for kept in self._kept]
        for count in range(min(_HANDFUL, len(changed)) + 1):
            solver.push()
            solver.add(z3.AtMost(*changed, count))
            answer = solver.check()
            solver.pop()
            if answer == z3.sat:
                return count
            if answer == z3.unknown:
                return None
        optimizer = self._open(z3.Optimize(ctx=self._context))
        optimizer.set("maxsat_engine", "wmax")
        for kept in self._kept:
            optimizer.add_soft(kept, 1, "kept")
        if optimizer.check() != z3.sat:
            return None
        model = optimizer.model()
        return sum(not z3.is_true(model.eval(kept, model_completion=True)) for kept in self._kept)

    def _settle(self, solver: Any) -> Mapping[str, Fraction] | Literal["unknown"]:
        """Choose among the least changes by the fixed order."""
        rest = []
        for index, kept in enumerate(self._kept):
            answer = solver.check(kept)
            if answer == z3.unknown:
                return "unknown"
            if answer == z3.sat:
                solver.add(kept)
            else:
                rest.append(index)
        for index in rest[:-1]:
            if not self._fix(solver, index):
                return "unknown"
        if rest and not self._lower(solver, rest[-1]):
            return "unknown"
        if solver.check() != z3.sat:
            return "unknown"
        model = solver.model()
        values = {}
        for index in rest:
            quantity = self._quantities[index]
            step = model.eval(self._steps[quantity.name], model_completion=True)
            values[quantity.name] = quantity.value + step.as_long() * quantity.unit
        return values

    def _fix(self, solver: Any, index: int) -> bool:
        """Fix a changed number at its least difference, downwards where both ways do."""
        optimizer = self._open(z3.Optimize(ctx=self._context))
        optimizer.add(*solver.assertions())
        optimizer.minimize(self._differences[index])
        if optimizer.check() != z3.sat:
            return False
        solver.add(self._differences[index] == optimizer.model().eval(self._differences[index], model_completion=True))
        return self._lower(solver, index)

    def _lower(self, solver: Any, index: int) -> bool:
        below = self._steps[self._quantities[index].name] < 0
        answer = solver.check(below)
        if answer == z3.sat:
            solver.add(below)
        return bool(answer != z3.unknown)

    def _open(self, solver: Any) -> Any:
        # Z3 would take Ctrl+C for itself and answer "unknown"; it belongs to the program, which then stops.
        solver.set("rlimit", self._resources)
        solver.set("ctrl_c", False)
        solver.add(*self._axioms)
        return solver

    def _total(self) -> Any:
        return z3.Sum([self._terms.write(Fraction(0)), *self._differences])

    def _measure(self, quantity: Quantity) -> Any:
        step = self._steps[quantity.name]
        # At least the difference, and at the minimum no more: linear, where a case distinction would not be.
        steps = z3.Int(f"d{step}", self._context)
        self._axioms += [steps >= step, steps >= -step]
        return z3.ToReal(steps) * self._terms.write(quantity.unit)
