"""The one place that talks to Z3: SMT-LIB text in, an answer and the resources it took out.

Text is read ten times faster than the Python interface builds the same terms. Every question gets a new solver with
a limit on resources, so an answer depends on the question alone; ``unknown`` is an answer, never a yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

import z3

from workbench.errors import WorkbenchError

__all__ = ["RESOURCES", "Answer", "Result", "Solver"]

RESOURCES = 20_000_000
"""The default limit of one question, in Z3's deterministic resource units (not seconds)."""

Result = Literal["sat", "unsat", "unknown"]


class Answer(NamedTuple):
    """Z3's answer and the resource units spent on it."""

    result: Result
    rlimit: int


class Solver:
    """Asks Z3 in a context of its own; one object must not be used by two threads at once."""

    def __init__(self, resources: int = RESOURCES) -> None:
        self._context = z3.Context()
        self._resources = resources

    def ask(self, text: str) -> Answer:
        """Tell whether the assertions of an SMT-LIB text can be true together."""
        solver = self._open(text)
        before = _read_count(solver)
        result = self._check(solver, [])
        return Answer(result, _read_count(solver) - before)

    def measure(self, text: str) -> Answer:
        """Ask in a context made for this question, so that the units spent do not depend on earlier ones."""
        return Solver(self._resources).ask(text)

    def find_core(self, text: str, guards: Sequence[str]) -> tuple[str, ...] | None:
        """Return a subset-minimal set of guards (Boolean constants of the text) that cannot all be true.

        None when they can, or when Z3 does not know. Guards are given up from the last to the first, so the core
        depends on their order alone.
        """
        solver = self._open(text)
        if self._check(solver, guards) != "unsat":
            return None
        core = list(guards)
        for guard in reversed(guards):
            rest = [other for other in core if other != guard]
            if self._check(solver, rest) == "unsat":
                core = rest
        return tuple(core)

    def find_values(self, text: str, guards: Sequence[str], names: Sequence[str]) -> dict[str, Fraction] | None:
        """Return values of the numeric constants ``names`` in some solution; None when none was found."""
        solver = self._open(text)
        if self._check(solver, guards) != "sat":
            return None
        model, found = solver.model(), {}
        for name in names:
            value = model.eval(z3.Real(name, self._context), model_completion=True)
            if isinstance(value, z3.RatNumRef):
                found[name] = Fraction(value.numerator_as_long(), value.denominator_as_long())
        return found

    def _open(self, text: str) -> z3.Solver:
        solver = z3.SimpleSolver(ctx=self._context)
        try:
            # Z3 would take Ctrl+C for itself and answer "unknown"; it belongs to the program, which then stops.
            solver.set("rlimit", self._resources, "ctrl_c", False)
            solver.from_string(text)
        except z3.Z3Exception as error:
            raise WorkbenchError(f"Z3 could not read a problem: {error}") from error
        return solver

    def _check(self, solver: z3.Solver, guards: Sequence[str]) -> Result:
        try:
            result = solver.check(*(z3.Bool(guard, self._context) for guard in guards))
        except z3.Z3Exception as error:
            raise WorkbenchError(f"Z3 failed: {error}") from error
        return "sat" if result == z3.sat else "unsat" if result == z3.unsat else "unknown"


def _read_count(solver: z3.Solver) -> int:
    statistics = solver.statistics()
    pairs = (statistics[position] for position in range(len(statistics)))
    return next((int(value) for name, value in pairs if name == "rlimit count"), 0)
