"""The one place that talks to Z3: SMT-LIB text in, an answer and the resources it took out.

Text is read ten times faster than the Python interface builds the same terms. Every question gets a new solver with
a limit on resources, so an answer depends on the question alone; ``unknown`` is an answer, never a yes. Small questions
of which there are many (:meth:`Solver.ask_parts`) share a reader and a solver, which answer three times as fast; what
these do not decide with a fraction of the resources goes to a new solver like everything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

import z3

from workbench.errors import SolverError

__all__ = ["RESOURCES", "Answer", "Choice", "Judgement", "Result", "Solver", "Sort"]

RESOURCES = 20_000_000
"""The default limit of one question, in Z3's deterministic resource units (not seconds)."""

Result = Literal["sat", "unsat", "unknown"]
Sort = Literal["Bool", "Int", "Real"]


class Answer(NamedTuple):
    """Z3's answer and the resource units spent on it."""

    result: Result
    rlimit: int


class Judgement(NamedTuple):
    """Whether all guards can be true; where not, a smallest set that cannot, and the units that asking took.

    ``is_smallest`` is false where the search for a smaller set was given up; the set is subset-minimal then.
    """

    result: Result
    core: tuple[str, ...]
    rlimit: int
    is_smallest: bool = True


class Choice(NamedTuple):
    """A solution that satisfies what can be had of some wishes: values of numeric constants, and the wishes met."""

    values: dict[str, Fraction]
    met: tuple[str, ...]


_FRACTION = 20
"""The shared solver gets this part of the resources: what it decides a new one decides too, whatever came before."""
_ROUNDS = 200
"""How many candidates for a smallest set are tried."""


class Solver:
    """Asks Z3 in a context of its own; one object must not be used by two threads at once."""

    def __init__(self, resources: int = RESOURCES) -> None:
        self._context = z3.Context()
        self._resources = resources
        self._guards: dict[str, z3.BoolRef] = {}
        self._shared: _Shared | None = None

    def ask(self, text: str) -> Answer:
        """Tell whether the assertions of an SMT-LIB text can be true together."""
        solver = self._open(text)
        before = _read_count(solver)
        result = self._check(solver, [])
        return Answer(result, _read_count(solver) - before)

    def ask_each(self, text: str, guards: Sequence[Sequence[str]]) -> list[Result]:
        """Tell of each list of guards (Boolean constants of the text) whether all in it can be true together."""
        solver = self._open(text)
        return [self._check(solver, listed) for listed in guards]

    def ask_parts(
        self, text: str, summary: Sequence[Sequence[str]], expected: Sequence[Result], guards: Sequence[Sequence[str]]
    ) -> tuple[list[Result] | None, int]:
        """Answer ``guards`` like :meth:`ask_each`, unless ``summary`` gets the answers expected; with the units spent.

        Where it does the answers are None.
        """
        shared = self._shared
        if shared is None:
            shared = self._shared = _Shared(self._context, max(self._resources // _FRACTION, 1))
        before = shared.spent
        solver = self._reopen(shared, text)
        try:
            is_so = all(self._check(solver, one) == result for one, result in zip(summary, expected, strict=True))
            results = None if is_so else [self._check(solver, one) for one in guards]
        finally:
            solver.pop()
        shared.spent = _read_count(solver)
        spent = shared.spent - before
        for number, result in enumerate(results or ()):
            if results is not None and result == "unknown":
                solver = self._open(text)
                results[number] = self._check(solver, guards[number])
                spent += _read_count(solver)
        return results, spent

    def evaluate(self, conditions: Sequence[str]) -> tuple[Answer, list[bool | None]]:
        """Return the truth values of conditions without free constants; all None when Z3 does not know."""
        lines = [f"(declare-const v{n} Bool)(assert (= v{n} {text}))" for n, text in enumerate(conditions)]
        solver = self._open("\n".join(lines))
        before = _read_count(solver)
        result = self._check(solver, [])
        answer = Answer(result, _read_count(solver) - before)
        if result != "sat":
            return answer, [None] * len(conditions)
        model = solver.model()
        values = (model.eval(self._get_guard(f"v{n}"), model_completion=False) for n in range(len(conditions)))
        return answer, [True if z3.is_true(value) else False if z3.is_false(value) else None for value in values]

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

    def judge(self, text: str, guards: Sequence[str]) -> Judgement:
        """Tell whether all guards can be true, and if not name a smallest set that cannot.

        Smallest by number, then in the order of the guards. The search alternates between a smallest set that hits
        every way found so far to resolve the conflict, and a question whether that set conflicts (Ignatiev et al.,
        Smallest MUS Extraction with Minimal Hitting Set Dualization, CP 2015).
        """
        solver = self._open(text)
        before = _read_count(solver)
        result = self._check(solver, guards)
        if result != "unsat":
            return Judgement(result, (), _read_count(solver) - before)
        known = {str(guard) for guard in solver.unsat_core()}
        core = [guard for guard in guards if guard in known]
        for guard in reversed(tuple(core)):
            rest = [other for other in core if other != guard]
            if self._check(solver, rest) == "unsat":
                core = rest
        found, is_smallest = self._find_smallest(solver, guards, core)
        return Judgement("unsat", tuple(found), _read_count(solver) - before, is_smallest)

    def _find_smallest(self, solver: z3.Solver, guards: Sequence[str], core: list[str]) -> tuple[list[str], bool]:
        corrections: list[frozenset[str]] = []
        for _ in range(_ROUNDS):
            candidate = _hit(corrections, guards, len(core))
            if candidate is None:
                return core, True  # whatever resolves the conflict needs as many
            result = self._check(solver, candidate)
            if result == "unsat":
                return candidate, True
            if result == "unknown":
                return core, False
            kept = list(candidate)
            for guard in guards:
                if guard not in kept and self._check(solver, [*kept, guard]) == "sat":
                    kept.append(guard)
            corrections.append(frozenset(guard for guard in guards if guard not in kept))
        return core, False

    def choose(
        self, text: str, guards: Sequence[str], wishes: Sequence[Sequence[str]], names: Sequence[str]
    ) -> Choice | None:
        """Return a solution with the values of the numeric constants ``names``; None when none was found.

        ``wishes`` are Boolean constants of the text, in groups: of each group the first that can still be had is.
        """
        solver = self._open(text)
        taken = list(guards)
        if self._check(solver, taken) != "sat":
            return None
        for group in wishes:
            wish = next((wish for wish in group if self._check(solver, [*taken, wish]) == "sat"), None)
            if wish is not None:
                taken.append(wish)
        if self._check(solver, taken) != "sat":
            return None
        return Choice(self._read_values(solver, names), tuple(taken[len(guards) :]))

    def find_values(self, text: str, guards: Sequence[str], names: Sequence[str]) -> dict[str, Fraction] | None:
        """Return values of the numeric constants ``names`` in some solution; None when none was found."""
        solver = self._open(text)
        if self._check(solver, guards) != "sat":
            return None
        return self._read_values(solver, names)

    def _read_values(self, solver: z3.Solver, names: Sequence[str]) -> dict[str, Fraction]:
        model, found = solver.model(), {}
        for name in names:
            value = model.eval(z3.Real(name, self._context), model_completion=True)
            if isinstance(value, z3.RatNumRef):
                found[name] = Fraction(value.numerator_as_long(), value.denominator_as_long())
        return found

    def explain(self, text: str, guards: Sequence[str]) -> tuple[Result, tuple[str, ...]]:
        """Ask whether a text and all guards can be true; where they cannot, with a subset-minimal set that cannot.

        Earlier guards are kept rather than later ones (QuickXplain; Junker 2004), with few questions when the set is
        small among many guards.
        """
        solver = self._open(text)
        result = self._check(solver, guards)
        if result != "unsat":
            return result, ()
        if self._check(solver, []) == "unsat":
            return result, ()
        return result, tuple(self._shrink(solver, [], False, list(guards)))

    def _shrink(self, solver: z3.Solver, kept: list[str], is_new: bool, guards: list[str]) -> list[str]:
        """Return the guards needed beside ``kept``; ``is_new`` tells that ``kept`` was not asked about yet."""
        if is_new and self._check(solver, kept) == "unsat":
            return []
        if len(guards) == 1:
            return guards
        half = len(guards) // 2
        later = self._shrink(solver, [*kept, *guards[:half]], True, guards[half:])
        earlier = self._shrink(solver, [*kept, *later], bool(later), guards[:half])
        return [*earlier, *later]

    def find_assignment(
        self, text: str, guards: Sequence[str], sorts: Mapping[str, Sort], wishes: Sequence[str] = ()
    ) -> dict[str, bool | Fraction] | None:
        """Return the values of constants in some solution in which wishes come true, earlier ones first.

        ``sorts`` gives the constants; ``wishes`` are Boolean constants. None when no solution was found, or one with
        numbers that are not rational.
        """
        solver = self._open(text)
        if self._check(solver, guards) != "sat":
            return None
        granted = list(guards)
        queue = [list(wishes)] if wishes else []
        while queue:
            together = queue.pop(0)
            if self._check(solver, [*granted, *together]) == "sat":
                granted += together
            elif len(together) > 1:
                half = len(together) // 2
                queue[:0] = [together[:half], together[half:]]
        if self._check(solver, granted) != "sat":
            return None
        model, found = solver.model(), {}
        for name, sort in sorts.items():
            value = self._evaluate(model, name, sort)
            if value is None:
                return None
            found[name] = value
        return found

    def _evaluate(self, model: z3.ModelRef, name: str, sort: Sort) -> bool | Fraction | None:
        makers = {"Bool": z3.Bool, "Int": z3.Int, "Real": z3.Real}
        value = model.eval(makers[sort](name, self._context), model_completion=True)
        if isinstance(value, z3.BoolRef):
            return bool(z3.is_true(value))
        if isinstance(value, z3.IntNumRef):
            return Fraction(value.as_long())
        if isinstance(value, z3.RatNumRef):
            return Fraction(value.numerator_as_long(), value.denominator_as_long())
        return None

    def _open(self, text: str) -> z3.Solver:
        solver = z3.SimpleSolver(ctx=self._context)
        try:
            # Z3 would take Ctrl+C for itself and answer "unknown"; it belongs to the program, which then stops.
            solver.set("rlimit", self._resources, "ctrl_c", False)
            solver.from_string(text)
        except z3.Z3Exception as error:
            raise SolverError(f"Z3 could not read a problem: {error}") from error
        return solver

    def _reopen(self, shared: _Shared, text: str) -> z3.Solver:
        """Return the shared solver with the assertions of a text in a scope of their own, which the caller leaves."""
        try:
            assertions = shared.read(text)
            shared.solver.push()
            shared.solver.add(*assertions)
        except z3.Z3Exception as error:
            self._shared = None
            raise SolverError(f"Z3 could not read a problem: {error}") from error
        return shared.solver

    def _get_guard(self, name: str) -> z3.BoolRef:
        """Return a Boolean constant; making one takes as long as a small question."""
        if name not in self._guards:
            self._guards[name] = z3.Bool(name, self._context)
        return self._guards[name]

    def _check(self, solver: z3.Solver, guards: Sequence[str]) -> Result:
        try:
            result = solver.check(*map(self._get_guard, guards))
        except z3.Z3Exception as error:
            raise SolverError(f"Z3 failed: {error}") from error
        return "sat" if result == z3.sat else "unsat" if result == z3.unsat else "unknown"


class _Shared:
    """A reader of texts and a solver that answer one question after the other; each text declares its own names."""

    def __init__(self, context: z3.Context, resources: int) -> None:
        self.solver = z3.SimpleSolver(ctx=context)
        self.solver.set("rlimit", resources, "ctrl_c", False)
        self.spent = 0
        self._reader = z3.ParserContext(ctx=context)
        self._reader.from_string("(push 1)")

    def read(self, text: str) -> z3.AstVector:
        """Return the assertions of a text; the names of the one before are forgotten."""
        return self._reader.from_string(f"(pop 1)(push 1)\n{text}")


def _read_count(solver: z3.Solver) -> int:
    statistics = solver.statistics()
    pairs = (statistics[position] for position in range(len(statistics)))
    return next((int(value) for name, value in pairs if name == "rlimit count"), 0)


def _hit(sets: Sequence[frozenset[str]], guards: Sequence[str], below: int) -> list[str] | None:
    """Return a smallest set with a member of each given set, of fewer members than ``below``; None without one.

    Of several of one size the one whose first member stands first among ``guards``, and so on.
    """
    order = {guard: number for number, guard in enumerate(guards)}
    for size in range(below):
        found = _extend([], list(sets), size, order)
        if found is not None:
            return sorted(found, key=lambda guard: order[guard])
    return None


def _extend(chosen: list[str], left: list[frozenset[str]], size: int, order: dict[str, int]) -> list[str] | None:
    if not left:
        return chosen
    if size == 0:
        return None
    tightest = min(left, key=lambda one: (len(one), sorted(order[guard] for guard in one)))
    for guard in sorted(tightest, key=lambda one: order[one]):
        found = _extend([*chosen, guard], [s for s in left if guard not in s], size - 1, order)
        if found is not None:
            return found
    return None
