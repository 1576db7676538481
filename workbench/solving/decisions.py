"""Problems up to names and what Z3 decided about them; each distinct one is asked once while it is remembered.

New problems of one call are put into one text; only when the answer for all is not the expected one are they asked
about one by one. What Z3 does not decide within its resources counts as not so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from workbench.model.rules import Comparison
from workbench.solving.encoding import Case, write_case
from workbench.solving.functions import write_ground
from workbench.solving.localities import Cut
from workbench.solving.skeletons import Skeleton, write_skeleton
from workbench.solving.solver import RESOURCES, Result, Solver
from workbench.solving.values import (
    DURATION,
    Side,
    compare_durations,
    is_arithmetic,
    list_terms,
    read_values,
    write_comparison,
    write_number,
)

__all__ = ["Decisions", "Problem", "Witness", "name_comparison", "write_comparisons"]

_TOGETHER = 8
"""How many problems one question joins; measured, more make Z3 slower than the questions saved."""
_TOGETHER_BY_VALUE = 64
_REMEMBERED = 100_000
"""So many problems of a kind are remembered from their latest use on; twice as many while they are used."""


class Witness(NamedTuple):
    """That one of some cuts has a binding, where for a :class:`Cut` alone it is right to have none."""

    cuts: tuple[Cut, ...]


Problem = Comparison | Skeleton | Cut | Witness
"""A comparison holds, the goal of a skeleton follows, a cut sentence has no binding, a witness has one."""
_Key = TypeVar("_Key", Comparison, Skeleton, Case)


class _Memory(Generic[_Key]):
    """Answers by problem; when one generation is full the one before it is forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._young: dict[_Key, bool] = {}
        self._old: dict[_Key, bool] = {}

    def find(self, problem: _Key) -> bool | None:
        answer = self._young.get(problem)
        if answer is None and self._old:
            answer = self._old.get(problem)
            if answer is not None:
                self.keep(problem, answer)
        return answer

    def keep(self, problem: _Key, answer: bool) -> None:
        if len(self._young) >= self._most:
            self._old, self._young = self._young, {}
        self._young[problem] = answer

    def __len__(self) -> int:
        return len(self._young) + len(self._old)


class Decisions:
    """Decides problems and remembers the answers; use one per process or thread.

    ``judged`` counts problems given to Z3, ``cached`` those that were known, ``spent`` the resource units of all
    questions.
    """

    def __init__(self, resources: int = RESOURCES, remembered: int = _REMEMBERED) -> None:
        self._solver = Solver(resources)
        self.judged = self.cached = self.spent = 0
        self._comparisons = _Memory[Comparison](remembered)
        self._skeletons = _Memory[Skeleton](remembered)
        self._cases = _Memory[Case](remembered)

    @property
    def remembered(self) -> int:
        """How many problems are remembered."""
        return len(self._comparisons) + len(self._skeletons) + len(self._cases)

    def decide(self, problems: Sequence[Problem]) -> list[bool]:
        """Return for each problem whether it is certainly as it should be."""
        skeletons = [problem for problem in problems if isinstance(problem, Skeleton)]
        cuts = [problem for problem in problems if isinstance(problem, Cut)]
        witnesses = [cut for problem in problems if isinstance(problem, Witness) for cut in problem.cuts]
        witnesses += [cut for cut in cuts if _expects_binding(cut)]
        follows = self._find(skeletons, self._skeletons, self._decide_skeletons, _TOGETHER)
        found = self._find([cut.case for cut in witnesses], self._cases, self._decide_witnesses, _TOGETHER)
        found |= self._find([cut.case for cut in cuts], self._cases, self._decide_cases, _TOGETHER)
        comparisons = [problem for problem in problems if isinstance(problem, Comparison)]
        # Values matter only where there is a binding but for them.
        comparisons += [c for cut in (*cuts, *witnesses) if found[cut.case] is not False for c in cut.conditions]
        named = {comparison: name_comparison(comparison) for comparison in comparisons}
        holds = self._find(list(named.values()), self._comparisons, self._decide_comparisons, _TOGETHER_BY_VALUE)
        answers = []
        for problem in problems:
            if isinstance(problem, Cut):
                binding = found[problem.case]
                is_right = binding is False or any(holds[named[c]] is False for c in problem.conditions)
            elif isinstance(problem, Skeleton):
                is_right = follows[problem] is True
            elif isinstance(problem, Witness):
                is_right = any(
                    found[cut.case] is True and all(holds[named[c]] is True for c in cut.conditions)
                    for cut in problem.cuts
                )
            else:
                is_right = holds[named[problem]] is True
            answers.append(is_right)
        return answers

    def measure(self, text: str) -> int | None:
        """Return the resource units a fresh solver needs to find a text unsatisfiable; None when it does not."""
        answer = self._solver.measure(text)
        return answer.rlimit if answer.result == "unsat" else None

    def _find(
        self,
        problems: Sequence[_Key],
        memory: _Memory[_Key],
        ask: Callable[[Sequence[_Key]], Iterable[bool | None]],
        together: int,
    ) -> dict[_Key, bool | None]:
        """Return the answers to problems, asking for those not known; None is what Z3 does not know."""
        answers: dict[_Key, bool | None] = {}
        fresh: list[_Key] = []
        for problem in problems:
            if problem not in answers:
                answers[problem] = known = memory.find(problem)
                if known is None:
                    fresh.append(problem)
        self.judged += len(fresh)
        self.cached += len(problems) - len(fresh)
        for start in range(0, len(fresh), together):
            part = fresh[start : start + together]
            for problem, answer in zip(part, ask(part), strict=True):
                answers[problem] = answer
                if answer is not None:
                    memory.keep(problem, answer)
        return answers

    def _ask(
        self, text: str, summary: Sequence[Sequence[str]], expected: Sequence[Result], guards: Sequence[Sequence[str]]
    ) -> list[Result] | None:
        results, spent = self._solver.ask_parts(text, summary, expected, guards)
        self.spent += spent
        return results

    def _decide_skeletons(self, skeletons: Sequence[Skeleton]) -> list[bool | None]:
        """Tell which goals follow; all are expected to."""
        numbers = range(len(skeletons))
        text = "\n".join(write_skeleton(skeleton, f"p{n}_") for n, skeleton in enumerate(skeletons))
        text += "".join(_guard(f"{what}{n}", f"p{n}_{what}") for n in numbers for what in ("wrong", "sane"))
        text += _guard("any", f"(or false {' '.join(f'wrong{n}' for n in numbers)})")
        each = [[f"{what}{n}"] for n in numbers for what in ("wrong", "sane")]
        found = self._ask(text, [["any"], [f"sane{n}" for n in numbers]], ["unsat", "sat"], each)
        if found is None:
            return [True] * len(skeletons)
        return [pair == ("unsat", "sat") for pair in zip(found[::2], found[1::2], strict=True)]

    def _decide_cases(self, cases: Sequence[Case]) -> list[bool | None]:
        """Tell which cases have a binding; none is expected to."""
        each = [[f"found{n}"] for n in range(len(cases))]
        text = _write_cases(cases) + _guard("any", f"(or false {' '.join(guard for (guard,) in each)})")
        found = self._ask(text, [["any"]], ["unsat"], each)
        return [False] * len(cases) if found is None else [_BINDINGS[result] for result in found]

    def _decide_witnesses(self, cases: Sequence[Case]) -> list[bool | None]:
        """Tell which cases have a binding; all are expected to."""
        each = [[f"found{n}"] for n in range(len(cases))]
        found = self._ask(_write_cases(cases), [[guard for (guard,) in each]], ["sat"], each)
        return [True] * len(cases) if found is None else [_BINDINGS[result] for result in found]

    def _decide_comparisons(self, comparisons: Sequence[Comparison]) -> list[bool | None]:
        """Tell which comparisons hold; without variables, they have one value in every solution."""
        answer, values = self._solver.evaluate(_list_texts(comparisons))
        self.spent += answer.rlimit
        return values


def _guard(name: str, condition: str) -> str:
    """Write a constant that can only be true where a condition is."""
    return f"\n(declare-const {name} Bool)(assert (=> {name} {condition}))"


def _write_cases(cases: Sequence[Case]) -> str:
    """Write cases; ``found<n>`` says that there is a binding in the nth."""
    lines = [write_case(case, f"c{n}_") + _guard(f"found{n}", f"c{n}_found") for n, case in enumerate(cases)]
    return "\n".join(lines)


def _expects_binding(cut: Cut) -> bool:
    """Guess that only the conditions can keep a cut from having a binding; it decides which questions are joined."""
    case = cut.case
    return bool(cut.conditions) and not any(case.relations[int(head.key)] for head in case.sentence.heads)


_BINDINGS: dict[Result, bool | None] = {"sat": True, "unsat": False, "unknown": None}


def name_comparison(comparison: Comparison) -> Comparison:
    """Rename individuals, of which only their being the same can matter; a blank node is not known to differ."""
    left, right = comparison.left, comparison.right
    if isinstance(left, str) and isinstance(right, str) and not left.startswith('"') and not right.startswith('"'):
        is_unknown = comparison.operator == "!=" and (left.startswith("_:") or right.startswith("_:"))
        return Comparison(comparison.operator, "<0>", "<0>" if left == right or is_unknown else "<1>")
    return comparison


def write_comparisons(comparisons: Iterable[Comparison]) -> str:
    """Write the conjunction of comparisons without variables."""
    return f"(and true {' '.join(_list_texts(comparisons))})"


def _list_texts(comparisons: Iterable[Comparison]) -> list[str]:
    named = [name_comparison(comparison) for comparison in comparisons]
    values = read_values(dict.fromkeys(t for c in named for t in (*list_terms(c.left), *list_terms(c.right))))
    sides = {term: Side(str(value.kind), write_number(value.number)) for term, value in values.items()}

    def write(comparison: Comparison) -> str:
        if not is_arithmetic(comparison.left, comparison.right):
            return write_ground(comparison)
        left, right = comparison.left, comparison.right
        is_order = comparison.operator not in ("=", "!=") and isinstance(left, str) and isinstance(right, str)
        if is_order and values[str(left)].kind == values[str(right)].kind == DURATION:
            return "true" if compare_durations(comparison.operator, str(left), str(right)) else "false"
        return write_comparison(comparison, sides.__getitem__)

    return [write(comparison) for comparison in named]
