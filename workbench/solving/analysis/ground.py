"""What questions are asked of: the clauses of a theory, the types of its values; and the account of the questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple

from workbench.model.rules import Atom, BodyElement, Rule
from workbench.model.terms import Triple
from workbench.solving.problems import Situation
from workbench.solving.situations import Clause, ClauseIndex, Limits, make_clause
from workbench.solving.solver import Judgement, Result, Solver
from workbench.solving.typings import Typing

__all__ = ["BUDGET", "Case", "Finding", "Ground", "Inquiry", "Question", "Tally", "Undetermined"]

BUDGET = 40_000_000
"""Units of Z3's resources that all questions about one theory may take together; deterministic, not seconds."""

_RESOURCES = 4_000_000
"""Units that one question may take."""

Question = Literal[
    "never-applies",
    "contradictory",
    "cannot-be-met",
    "violates-constraint",
    "contradictory-conclusions",
    "implied",
    "bands",
    "no-member",
]


class Case(NamedTuple):
    """A small case: facts about things made up for it, and which term of a situation each thing or value stands for."""

    facts: tuple[Triple, ...]
    terms: tuple[tuple[str, str], ...]


class Finding(NamedTuple):
    """What was found out about rules, constraints and axioms.

    ``kind`` says what. ``subject`` is the rule, constraint, class or property that it is about. ``parts`` are the
    names of a smallest set, each of them needed, sorted. ``case`` shows it. ``about`` are atoms that tell what it is
    about, over variables, ``others`` the names or terms of further things concerned, ``value`` a boundary as a term.
    ``conditions`` are those of a body that exclude each other.
    """

    kind: str
    subject: str
    parts: tuple[str, ...]
    case: Case | None = None
    about: tuple[Atom, ...] = ()
    others: tuple[str, ...] = ()
    value: str = ""
    conditions: tuple[BodyElement, ...] = ()


class Undetermined(NamedTuple):
    """A question that has no answer: which, about what, and the limit that was hit."""

    question: Question
    subject: str
    limit: str


@dataclass(slots=True)
class Tally:
    """How the questions of one kind ended."""

    asked: int = 0
    proved: int = 0
    refuted: int = 0
    undetermined: int = 0


@dataclass(frozen=True, eq=False)
class Ground:
    """Rules, constraints and axioms as clauses.

    ``rules`` have unique names and are sorted by them. ``index`` holds their clauses and those of axioms that no rule
    can say. ``typings`` are the ranges of properties, ``samples`` numbers that are stated of them, for examples.
    """

    rules: tuple[Rule, ...]
    index: ClauseIndex
    typings: Mapping[str, Typing] = field(default_factory=dict)
    samples: Mapping[str, tuple[Fraction, ...]] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def build(
        cls,
        rules: Iterable[Rule],
        extra: Iterable[Clause] = (),
        typings: Mapping[str, Typing] | None = None,
        samples: Mapping[str, tuple[Fraction, ...]] | None = None,
    ) -> Ground:
        """Make the clauses. ValueError when a rule compares a variable that nothing binds."""
        ordered = tuple(sorted(rules, key=lambda rule: rule.name))
        index = ClauseIndex([*map(make_clause, ordered), *extra])
        return cls(ordered, index, typings or {}, samples or {})

    def leave_out(self, names: Iterable[str]) -> Ground:
        """Return the ground without some rules."""
        out = set(names)
        rules = tuple(rule for rule in self.rules if rule.name not in out)
        index = ClauseIndex(clause for clause in self.index.clauses if clause.name not in out)
        return Ground(rules, index, self.typings, self.samples, self.limits)

    @property
    def authored(self) -> tuple[Rule, ...]:
        """The rules and constraints, without what axioms were compiled to."""
        return tuple(rule for rule in self.rules if rule.kind != "axiom")

    @property
    def by_name(self) -> dict[str, Rule]:
        """The rules by name."""
        return {rule.name: rule for rule in self.rules}

    def make_situation(
        self,
        atoms: Iterable[Atom],
        more: Iterable[BodyElement | Rule] = (),
        leave_out: Callable[[str], bool] | None = None,
    ) -> Situation:
        """Return what all clauses, but those left out by name, say of some atoms."""
        atoms = tuple(dict.fromkeys(atoms))
        return Situation(atoms, self.index.close(atoms, self.limits, leave_out), more, self.typings)


class Inquiry:
    """Asks Z3 within a budget and keeps account of what was asked and how it ended."""

    def __init__(self, solver: Solver | None = None, budget: int = BUDGET) -> None:
        self.solver = solver or Solver(_RESOURCES)
        self.tallies: dict[Question, Tally] = {}
        self.undetermined: list[Undetermined] = []
        self.left = budget

    def judge(
        self, question: Question, subject: str, situation: Situation, statements: Sequence[str], guards: Sequence[str]
    ) -> Judgement:
        """Ask whether the guards can all be true; ``unsat`` proves what the question supposes.

        The answer is *unknown* where a limit was hit: of this question, of the budget, or of how far the situation is
        spelled out.
        """
        if self.left <= 0:
            return self._end(question, subject, Judgement("unknown", (), 0), "the budget of the whole analysis")
        judgement = self.explain(situation, statements, guards)
        limit = "Z3's resources for one question" if judgement.result == "unknown" else ""
        if judgement.result == "sat" and situation.closed.limit in ("instances", "matches"):
            judgement, limit = judgement._replace(result="unknown"), f"the {situation.closed.limit} of one situation"
        return self._end(question, subject, judgement, limit)

    def ask(self, question: Question, subject: str, situation: Situation) -> Result:
        """Like :meth:`judge`, of all guards and without naming those that conflict, which takes much less."""
        if self.left <= 0:
            return self._end(question, subject, Judgement("unknown", (), 0), "the budget of the whole analysis").result
        answer = self.solver.ask(situation.write([f"(assert {guard})" for guard in situation.guards]))
        self.left -= answer.rlimit
        judgement, limit = Judgement(answer.result, (), answer.rlimit), ""
        if answer.result == "unknown":
            limit = "Z3's resources for one question"
        elif answer.result == "sat" and situation.closed.limit in ("instances", "matches"):
            judgement, limit = judgement._replace(result="unknown"), f"the {situation.closed.limit} of one situation"
        return self._end(question, subject, judgement, limit).result

    def explain(self, situation: Situation, statements: Sequence[str], guards: Sequence[str]) -> Judgement:
        """Name the smallest set of guards that cannot all be true, of a question that is counted already."""
        judgement = self.solver.judge(situation.write(statements), guards)
        self.left -= judgement.rlimit
        return judgement

    def correct(self, question: Question, *, proved: bool) -> None:
        """Count the latest answer to a question as what it means: that something can be, or is about something else."""
        tally = self.tallies[question]
        tally.proved += 1 if proved else -1
        tally.refuted += -1 if proved else 1

    def settle(self, question: Question, *, proved: bool = False) -> None:
        """Count a question that needs no solver."""
        tally = self.tallies.setdefault(question, Tally())
        tally.asked += 1
        tally.proved += proved
        tally.refuted += not proved

    def leave(self, question: Question, subject: str, limit: str) -> None:
        """Count a question that has no answer."""
        self._end(question, subject, Judgement("unknown", (), 0), limit)

    def _end(self, question: Question, subject: str, judgement: Judgement, limit: str) -> Judgement:
        tally = self.tallies.setdefault(question, Tally())
        tally.asked += 1
        tally.proved += judgement.result == "unsat"
        tally.refuted += judgement.result == "sat"
        if judgement.result == "unknown":
            tally.undetermined += 1
            self.undetermined.append(Undetermined(question, subject, limit))
        return judgement
