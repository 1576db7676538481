"""Puzzles judged by Z3: all choices at once, over the ground consequences of everything that could be chosen.

Every fact that any choice could lead to is a Boolean constant. It is true exactly when it is stated, chosen or
concluded by an instance of a rule whose body is true (Clark's completion); where facts could support each other in a
circle, each gets a number and may rest on those with smaller numbers only, so that nothing supports itself. That there
is one solution is then the unsatisfiability of a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from workbench.model.builtins import evaluate_expression, holds
from workbench.model.puzzles import Choice, Clue, Puzzle
from workbench.model.rules import Atom, BodyElement, Comparison, Negation, Operation, Rule, collect_variables
from workbench.model.terms import Triple, is_variable
from workbench.model.theory import Theory
from workbench.solving.solver import Solver

__all__ = ["PUZZLE_METHOD", "PuzzleClaim", "find_puzzle_fault"]

PUZZLE_METHOD = "of all choices one satisfies rules and clues, and without any one clue another does"
_MOST_FACTS = 20_000
_MOST_INSTANCES = 200_000

_Bindings = dict[str, str]


class PuzzleClaim(NamedTuple):
    """That a puzzle about these facts has its solution and no other, and that each clue is needed."""

    theory: Theory
    facts: Sequence[Triple]
    puzzle: Puzzle


class _Instance(NamedTuple):
    """A ground body: the facts that must be true, and conjunctions of facts of which none may be."""

    premises: tuple[Triple, ...]
    absent: tuple[tuple[Triple, ...], ...]


def find_puzzle_fault(solver: Solver, claim: PuzzleClaim) -> str:
    """Return why Z3 does not agree with a claim about a puzzle; empty when it does."""
    if fault := claim.puzzle.find_fault():
        return fault
    try:
        text = _Encoding(claim).write()
    except _TooLargeError:
        return "the puzzle has too many ground consequences"
    clues = [f"k{number}" for number in range(len(claim.puzzle.clues))]
    questions = [([*clues, "solution"], "sat"), ([*clues, "another"], "unsat")]
    for number, name in enumerate(clues):
        questions.append(([*(clue for clue in clues if clue != name), f"not-{name}", f"second-{number}"], "sat"))
    found = solver.ask_each(text, [guards for guards, _ in questions])
    for (guards, wanted), result in zip(questions, found, strict=True):
        if result == wanted:
            continue
        if result == "unknown":
            return "Z3 gave up"
        if "another" in guards:
            return "there is a second solution"
        if "solution" in guards:
            return "the solution is none"
        return "a clue can be left out, or its second solution is none"
    return ""


class _TooLargeError(Exception):
    """There are more facts or instances than are worth writing."""


class _Encoding:
    """The text of a puzzle: constants for facts, what makes each true, and guards for what is asked."""

    def __init__(self, claim: PuzzleClaim) -> None:
        self._puzzle = claim.puzzle
        self._stated = frozenset(claim.facts)
        self._options = {fact: f"c{n}-{m}" for n, slot in enumerate(claim.puzzle.slots) for m, fact in enumerate(slot)}
        self._facts = _FactTable((*sorted(self._stated), *self._options))
        self._rules = claim.theory.rules
        self._reasons: dict[Triple, dict[_Instance, None]] = {}
        self._conflicts: dict[_Instance, None] = {}

    def write(self) -> str:
        """Return the SMT-LIB text."""
        self._ground()
        ranked = _find_circular(self._reasons)
        names = {fact: f"f{number}" for number, fact in enumerate(self._facts.order)}
        self._names = names
        lines = [f"(declare-const {name} Bool)" for name in (*names.values(), *self._options.values())]
        lines += [f"(declare-const r{names[fact][1:]} Int)" for fact in self._facts.order if fact in ranked]
        for fact, name in names.items():
            own = [] if fact not in self._options else [self._options[fact]]
            if fact in self._stated:
                lines.append(f"(assert {name})")
                continue
            bodies = [self._write_instance(instance) for instance in self._reasons.get(fact, ())]
            lines += [f"(assert (=> {body} {name}))" for body in (*own, *bodies)]
            supported = [
                self._write_instance(instance, [p for p in instance.premises if p in ranked], fact)
                if fact in ranked
                else body
                for instance, body in zip(self._reasons.get(fact, ()), bodies, strict=True)
            ]
            lines.append(f"(assert (=> {name} {_join('or', [*own, *supported])}))")
        lines += [f"(assert (not {self._write_instance(one)}))" for one in self._conflicts]
        for slot in self._puzzle.slots:
            for written in ([self._options[fact] for fact in slot], [names[fact] for fact in slot]):
                lines.append(f"(assert {_join('or', written)})")
                pairs = [(a, b) for place, b in enumerate(written) for a in written[:place]]
                lines += [f"(assert (not (and {a} {b})))" for a, b in pairs]
        lines += self._write_guards()
        return "\n".join(lines)

    def _write_guards(self) -> Iterator[str]:
        guards = {"solution": self._write_choice(self._puzzle.solution)}
        guards["another"] = f"(not {guards['solution']})"
        for number, clue in enumerate(self._puzzle.clues):
            guards[f"k{number}"] = self._write_clue(clue)
            guards[f"not-k{number}"] = f"(not {guards[f'k{number}']})"
            guards[f"second-{number}"] = self._write_choice(clue.second)
        for name, meaning in guards.items():
            yield f"(declare-const {name} Bool)"
            yield f"(assert (=> {name} {meaning}))"

    def _write_choice(self, choice: Choice) -> str:
        return _join("and", [self._options[fact] for fact in self._puzzle.take(choice)])

    def _write_clue(self, clue: Clue) -> str:
        parts = [_join("or", [self._write_instance(one) for one in self._instantiate(part)]) for part in clue.parts]
        match clue.kind:
            case "true":
                return _join("and", parts)
            case "false":
                return f"(not {_join('or', parts)})"
            case "any":
                return _join("or", parts)
            case "if":
                return f"(=> {parts[0]} {parts[1]})"
        alone = [_join("and", [part if n == m else f"(not {part})" for m, part in enumerate(parts)])
                 for n in range(len(parts))]  # fmt: skip
        return _join("or", alone)

    def _write_instance(self, instance: _Instance, smaller: Sequence[Triple] = (), than: Triple | None = None) -> str:
        names = self._names
        written = [names[fact] for fact in instance.premises]
        written += [f"(not {_join('and', [names[fact] for fact in facts])})" for facts in instance.absent]
        if than is not None:
            written += [f"(< r{names[fact][1:]} r{names[than][1:]})" for fact in smaller]
        return _join("and", written)

    # ---- grounding

    def _ground(self) -> None:
        """Find every fact that any choice could lead to, negations left aside, then every instance over these."""
        with_head = [rule for rule in self._rules if rule.head]
        while True:
            new = [fact for rule in with_head for bindings in _match(rule.body, self._facts)
                   for fact in _conclude(rule, bindings)]  # fmt: skip
            if not sum(map(self._facts.add, new)):
                break
        count = 0
        for rule in self._rules:
            for bindings in _match(rule.body, self._facts):
                instance = self._make_instance(rule.body, bindings)
                for fact in _conclude(rule, bindings):
                    if fact not in instance.premises:
                        self._reasons.setdefault(fact, {})[instance] = None
                if not rule.head:
                    self._conflicts[instance] = None
                count += 1
                if count > _MOST_INSTANCES:
                    raise _TooLargeError

    def _instantiate(self, body: Sequence[BodyElement]) -> list[_Instance]:
        return [self._make_instance(body, bindings) for bindings in _match(body, self._facts)]

    def _make_instance(self, body: Sequence[BodyElement], bindings: Mapping[str, str]) -> _Instance:
        premises = tuple(_fill(element, bindings) for element in body if isinstance(element, Atom))
        absent = [
            tuple(_fill(atom, inner) for atom in element.elements if isinstance(atom, Atom))
            for element in body
            if isinstance(element, Negation)
            for inner in _match(element.elements, self._facts, bindings)
        ]
        return _Instance(premises, tuple(absent))


class _FactTable:
    """Facts in order, and by predicate."""

    def __init__(self, facts: Iterable[Triple]) -> None:
        self.order: dict[Triple, None] = {}
        self._by_predicate: dict[str, list[Triple]] = {}
        for fact in facts:
            self.add(fact)

    def add(self, fact: Triple) -> bool:
        """Add a fact; tell whether it is new."""
        if fact in self.order:
            return False
        if len(self.order) >= _MOST_FACTS:
            raise _TooLargeError
        self.order[fact] = None
        self._by_predicate.setdefault(fact[1], []).append(fact)
        return True

    def match(self, atom: Atom, bindings: Mapping[str, str]) -> Iterator[_Bindings]:
        """Yield the bindings with which an atom becomes a fact."""
        for fact in self._by_predicate.get(atom.predicate, ()):
            found = dict(bindings)
            for part, value in ((atom.subject, fact[0]), (atom.object, fact[2])):
                if (found.setdefault(part, value) if is_variable(part) else part) != value:
                    break
            else:
                yield found


def _match(
    body: Sequence[BodyElement], facts: _FactTable, bindings: Mapping[str, str] | None = None
) -> list[_Bindings]:
    """Return the bindings that make atoms and comparisons of a body true, what it negates left aside."""
    rows: list[_Bindings] = [dict(bindings or {})]
    for atom in (element for element in body if isinstance(element, Atom)):
        rows = [found for row in rows for found in facts.match(atom, row)]
    waiting = [element for element in body if isinstance(element, Comparison)]
    while waiting and rows:
        known = rows[0].keys()
        ready = next((one for one in waiting if known >= set(collect_variables(one))), None)
        if ready is not None:
            rows = [row for row in rows if holds(ready, row)]
            waiting.remove(ready)
            continue
        rows = _assign(waiting, rows)
    return rows


def _assign(waiting: list[Comparison], rows: list[_Bindings]) -> list[_Bindings]:
    """Let the first equation that can give its variable a value; nothing has a binding where none can."""
    known = rows[0].keys()
    for one in waiting:
        for side, other in ((one.left, one.right), (one.right, one.left)):
            if one.operator != "=" or isinstance(side, Operation) or not is_variable(side) or side in known:
                continue
            if known >= set(collect_variables(other)):
                waiting.remove(one)
                values = [(row, evaluate_expression(other, row)) for row in rows]
                return [{**row, side: value} for row, value in values if value is not None]
    return []


def _fill(atom: Atom, bindings: Mapping[str, str]) -> Triple:
    return (bindings.get(atom.subject, atom.subject), atom.predicate, bindings.get(atom.object, atom.object))


def _conclude(rule: Rule, bindings: Mapping[str, str]) -> list[Triple]:
    return [_fill(head, bindings) for head in rule.head]


def _find_circular(reasons: Mapping[Triple, Iterable[_Instance]]) -> frozenset[Triple]:
    """Return the facts that may lie on a circle of premises, or on a way between two circles."""
    below = {fact: {p for one in found for p in one.premises if p in reasons} for fact, found in reasons.items()}
    left = set(below)
    while True:
        needed = {premise for fact in left for premise in below[fact]}
        kept = {fact for fact in left if fact in needed and not below[fact].isdisjoint(left)}
        if kept == left:
            return frozenset(left)
        left = kept


def _join(sign: str, parts: Sequence[str]) -> str:
    if not parts:
        return "true" if sign == "and" else "false"
    return parts[0] if len(parts) == 1 else f"({sign} {' '.join(parts)})"
