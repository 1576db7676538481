"""Questions as values: drafts before, and answered drafts after the engine has judged them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from typing import Generic

from workbench.generation.keyed import T, hash_parts
from workbench.model.curriculum import NO_STATUS, STATUS_TASKS, Level, Task
from workbench.model.proofs import FALSE, Evidence, Status
from workbench.model.puzzles import Puzzle
from workbench.model.rules import Atom, BodyElement, Rule, iterate_atoms
from workbench.model.splits import PUZZLE_MEASURES
from workbench.model.terms import Pattern, Term, Triple
from workbench.model.theory import Theory

__all__ = [
    "ANSWER",
    "UNCHANGED",
    "Answered",
    "Change",
    "Claim",
    "Difficulty",
    "Draft",
    "Judgement",
    "Later",
    "Outcome",
    "Query",
    "Verdicts",
    "Wish",
    "apply_change",
    "ask_pattern",
    "extend_theory",
    "list_patterns",
]

ANSWER = "?answer"
"""The variable whose values a listing question asks for."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is different when a statement is judged: facts are added or taken away, and rules are added."""

    added: tuple[Triple, ...] = ()
    removed: tuple[Triple, ...] = ()
    rules: tuple[Rule, ...] = field(default=(), repr=False)


UNCHANGED = Change()


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement to be judged, and under which change of the facts."""

    statement: Triple
    change: Change = UNCHANGED


@dataclass(frozen=True, slots=True)
class Query:
    """A question for values: a conjunction of atoms and comparisons, and the variables asked for, in order."""

    body: tuple[BodyElement, ...]
    variables: tuple[str, ...] = (ANSWER,)

    @property
    def pattern(self) -> Pattern:
        """The one atom of a simple question; ValueError for another."""
        if len(self.body) != 1 or not isinstance(self.body[0], Atom):
            raise ValueError("the question is not a single atom")
        return (self.body[0].subject, self.body[0].predicate, self.body[0].object)


@dataclass(frozen=True, slots=True)
class Later(Generic[T]):
    """Values that are worked out each time when they are wanted, and not where nobody wants them."""

    make: Callable[[], Iterable[T]]

    def __iter__(self) -> Iterator[T]:
        return iter(self.make())


@dataclass(frozen=True, slots=True)
class Wish:
    """A question that has no context yet: what it asks, and what it asks of a context.

    ``facts`` (of the world) and ``rules`` are what the answer rests on, ``without`` what must not be stated. ``beside``
    are facts to be taken first where further ones are added. For the rest see :class:`Draft`.
    """

    task: Task
    facts: Iterable[Triple]
    rules: Iterable[str] = ()
    claims: tuple[Claim, ...] = ()
    query: Query | None = None
    without: Collection[Triple] = ()
    beside: Iterable[Triple] = ()
    aim: str = NO_STATUS
    detail: tuple[object, ...] = ()

    def draft(self, level: Level, facts: tuple[Triple, ...], rules: tuple[str, ...], source: str) -> Draft:
        """Return the draft with a context, both parts sorted."""
        return Draft(level, self.task, facts, rules, self.claims, self.query, self.aim, source, self.detail)


def ask_pattern(pattern: Pattern) -> Query:
    """Return the question for the values of :data:`ANSWER` in one atom."""
    return Query((Atom(*pattern),))


@dataclass(frozen=True)
class Draft:
    """A question and the theory it is asked about.

    ``facts`` are the context, sorted; ``rules`` the names of the rules of the item's theory, sorted. ``claims`` are the
    statements to be judged, in order; ``query`` asks for values instead (a task has one or the other). ``aim`` is the
    status that the draft was made for; one that turns out otherwise is rejected, so that a full cell's drafts need not
    be answered. ``detail`` is what only the task itself knows.
    """

    level: Level
    task: Task
    facts: tuple[Triple, ...]
    rules: tuple[str, ...]
    claims: tuple[Claim, ...] = ()
    query: Query | None = None
    aim: str = NO_STATUS
    source: str = "sampled"
    detail: tuple[object, ...] = field(default=())

    @property
    def statements(self) -> tuple[Triple, ...]:
        """The statements of the claims."""
        return tuple(claim.statement for claim in self.claims)

    @property
    def question(self) -> Query:
        """The query; ValueError for a task that judges statements."""
        if self.query is None:
            raise ValueError("the draft asks for no values")
        return self.query

    @property
    def asked(self) -> tuple[Pattern, ...]:
        """Every statement and pattern that is asked about, and what a change would add; of rules their atoms."""
        found: list[Pattern] = [part for claim in self.claims for part in (claim.statement, *claim.change.added)
                                if part != FALSE]  # fmt: skip
        for rule in dict.fromkeys(rule for claim in self.claims for rule in claim.change.rules):
            found += list_patterns(rule)
        for part in self.detail:
            if isinstance(part, Puzzle):
                found += part.patterns
        if self.query is not None:
            found += [(e.subject, e.predicate, e.object) for e in self.query.body if isinstance(e, Atom)]
        return tuple(found)

    @cached_property
    def case(self) -> str:
        """A hash of facts and rules: drafts of one case share their context, in one order."""
        return _hash_case(self.level.name, self.facts, self.rules)

    @cached_property
    def key(self) -> str:
        """A hash of the content: what orders drafts within a block."""
        return hash_parts("draft", self.case, self.content)

    @cached_property
    def content(self) -> str:
        """A hash of what is asked, whatever it is asked about: what orders the drafts of one world."""
        claims = [
            " ".join(c.statement) if c.change is UNCHANGED else f"{' '.join(c.statement)} {c.change}"
            for c in self.claims
        ]
        query = ""
        if self.query is not None:
            parts = [" ".join(e) if isinstance(e, Atom) else str(e) for e in self.query.body]
            query = " ^ ".join([*self.query.variables, *parts])
        return hash_parts(self.task, self.aim, query, self.detail or "", *claims)


@lru_cache(maxsize=1024)
def _hash_case(level: str, facts: tuple[Triple, ...], rules: tuple[str, ...]) -> str:
    return hash_parts("case", level, facts, rules)


def apply_change(facts: tuple[Triple, ...], change: Change) -> tuple[Triple, ...]:
    """Return the facts, sorted, without those removed and with those added."""
    if change == UNCHANGED:
        return facts
    return tuple(sorted({*facts}.difference(change.removed).union(change.added)))


def list_patterns(rule: Rule) -> list[Pattern]:
    """Return the atoms of a rule as patterns: those of its head, its body and its negations."""
    atoms = (*rule.head, *iterate_atoms(rule.body), *iterate_atoms(rule.body, negated=True))
    return [(atom.subject, atom.predicate, atom.object) for atom in atoms]


@lru_cache(maxsize=4096)
def _extend(theory: Theory, rules: tuple[Rule, ...]) -> Theory:
    return Theory.build((*theory.rules, *rules), theory.closed)


def extend_theory(theory: Theory, rules: tuple[Rule, ...]) -> Theory:
    """Return the theory with further rules, the same value for the same question; ValueError when a name is taken."""
    return _extend(theory, rules) if rules else theory


@dataclass(frozen=True, slots=True)
class Difficulty:
    """What is measured on the minimal proof (of several, the largest), and around it.

    ``solver`` is the effort of solving the item without knowing where to look: the facts that a solver derives which
    draws every conclusion from what is known. ``deductions`` and ``cases`` are the :class:`Effort` of a puzzle.
    """

    height: int
    hops: int
    steps: int
    leaves: int
    alternatives: int
    rules: int
    distractors: int
    context: int
    solver: int
    deductions: int = 0
    cases: int = 0

    def list_measures(self) -> dict[str, int]:
        """Return the measures by name, in their order; what only puzzles have, of these alone."""
        return {name: getattr(self, name) for name in _MEASURES if self.deductions or name not in PUZZLE_MEASURES}


_MEASURES = tuple(part.name for part in fields(Difficulty))


@dataclass(frozen=True, slots=True)
class Judgement:
    """A statement's status and evidence, under a change of the facts."""

    statement: Triple
    status: Status
    evidence: Evidence
    change: Change = UNCHANGED


Verdicts = tuple[tuple[Triple, Status], ...]
"""Statements with their statuses, in order."""

Outcome = tuple[Verdicts, tuple[tuple[Term, ...], ...]]
"""What a theory says of a draft: its statements with their statuses, and the answers of its query."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A draft with its answer: a judgement of each claim; for a query, of each atom that an answer makes true.

    ``answers`` are the values of a query's variables, sorted. ``model`` are the derived facts of M, sorted;
    ``distractors`` the facts outside every cone, ``idle`` the rules that take part in no derivation of one.
    """

    draft: Draft
    judgements: tuple[Judgement, ...]
    answers: tuple[tuple[Term, ...], ...]
    model: tuple[Triple, ...]
    distractors: frozenset[Triple]
    idle: frozenset[str]
    difficulty: Difficulty

    @property
    def status(self) -> Status | None:
        """The status of the one statement, for tasks whose items have one."""
        return self.judgements[0].status if self.draft.task in STATUS_TASKS else None
