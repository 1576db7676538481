"""Clauses, and situations: some atoms over symbolic terms and every way in which clauses apply to them.

**Situations.** Atoms are given over *symbolic terms* (variables such as ``?x``) and constants. They hold by assumption;
any other atom may hold or not, as a world may state anything. The clauses are applied to the atoms as far as atoms go:
a closure without comparisons, bounded by :class:`Limits`. Each way to apply one is an :class:`Instance`. What Z3 is
asked about them, and why that is sound, is in ``problems``.

**Clauses.** A :class:`Clause` says: where the body holds, one of the alternatives does. A rule has one alternative, a
constraint none, a union of classes several; a variable of an alternative that the body does not bind stands for
something that exists, and gets a fresh term per instance. What ``not`` in a constraint forbids to be absent is such
an alternative: ``Person(?x) ^ not hasName(?x, ?n) -> false`` says that there is a name. A value that a rule computes
is a fresh term too, defined by its expression.

"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Rule,
    collect_variables,
    substitute_atom,
    substitute_element,
)
from workbench.model.symmetry import list_interchangeable
from workbench.model.terms import RDF_TYPE, is_variable
from workbench.solving.encoding import make_sentence
from workbench.solving.values import (
    is_arithmetic,
)

__all__ = [
    "Alternative",
    "Clause",
    "ClauseIndex",
    "Closed",
    "Instance",
    "Known",
    "Limits",
    "is_decided",
    "make_clause",
    "match_atoms",
    "rename_apart",
    "unify_atoms",
]

Known = Mapping[str, Sequence[Atom]]
"""Atoms by key."""
Alternative = tuple[Atom | Comparison, ...]


@dataclass(frozen=True, eq=False)
class Clause:
    """Where atoms, comparisons and negations hold, one of the alternatives does; none means *false*.

    ``name`` is what its author would change: clauses with one name share a guard. ``assignments`` give the variables
    that no atom binds, in order, each with its expression. Clauses are equal only to themselves.
    """

    name: str
    atoms: tuple[Atom, ...]
    comparisons: tuple[Comparison, ...] = ()
    assignments: tuple[tuple[str, Expression], ...] = ()
    negations: tuple[Negation, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    is_integrity: bool = False
    """Whether it is a rule with the head *false*, alternatives or none."""
    interchangeable: tuple[tuple[str, ...], ...] = ()
    """Variables whose order says nothing; they are matched in one order (``model.symmetry``)."""

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The variables of the atoms, sorted."""
        return tuple(sorted({v for atom in self.atoms for v in collect_variables(atom)}))

    @cached_property
    def computed(self) -> tuple[str, ...]:
        """The variables that get the value of an operation."""
        return tuple(variable for variable, value in self.assignments if not isinstance(value, str))

    @cached_property
    def witnesses(self) -> tuple[str, ...]:
        """The variables of alternatives that the body does not bind, sorted."""
        inner = {v for parts in self.alternatives for part in parts for v in collect_variables(part)}
        return tuple(sorted(inner - {*self.variables, *(variable for variable, _ in self.assignments)}))

    @cached_property
    def is_plain(self) -> bool:
        """Whether atoms alone decide that the body holds, and there is one alternative."""
        return len(self.alternatives) == 1 and not (self.comparisons or self.negations)

    @property
    def elements(self) -> tuple[BodyElement, ...]:
        """All elements of the body, assignments left out."""
        return (*self.atoms, *self.comparisons, *self.negations)


def make_clause(rule: Rule, name: str = "") -> Clause:
    """Return a rule as a clause, called like the rule when no name is given.

    The negations of an integrity rule become its alternatives: what must not be absent exists. ValueError when a
    variable of a comparison is bound by nothing.
    """
    reading = make_sentence(rule.body)
    atoms = tuple(dict.fromkeys(element for element in rule.body if isinstance(element, Atom)))
    negations = tuple(element for element in rule.body if isinstance(element, Negation))
    alternatives: tuple[Alternative, ...] = (rule.head,) if rule.head else ()
    if rule.is_integrity:
        alternatives, negations = tuple(_name_inner(n, rule) for n in negations), ()
    parts = (atoms, reading.comparisons, reading.assignments, negations, alternatives)
    groups = list_interchangeable(rule)
    return Clause(name or rule.name, *parts, is_integrity=rule.is_integrity, interchangeable=groups)


def _name_inner(negation: Negation, rule: Rule) -> Alternative:
    """The elements of a negation; variables of this one only get names of their own, as two may use one name."""
    outer = {v for e in rule.body if not isinstance(e, Negation) for v in collect_variables(e)}
    inner = {v: f"{v}~some" for v in collect_variables(negation) if v not in outer}
    parts = (substitute_element(part, inner) for part in negation.elements)
    return tuple(part for part in parts if not isinstance(part, Negation))


def unify_atoms(atom: Atom, target: Atom, bindings: Mapping[str, str]) -> dict[str, str] | None:
    """Return ``bindings`` extended so that ``atom`` becomes ``target``; None when that cannot be."""
    if atom.predicate != target.predicate:
        return None
    extended = dict(bindings)
    for pattern, term in ((atom.subject, target.subject), (atom.object, target.object)):
        if (extended.setdefault(pattern, term) if is_variable(pattern) else pattern) != term:
            return None
    return extended


def match_atoms(atoms: Sequence[Atom], known: Known, bindings: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield every way to map atoms onto known atoms, as extensions of ``bindings``."""
    if not atoms:
        yield dict(bindings)
        return
    for target in tuple(known.get(atoms[0].key, ())):
        extended = unify_atoms(atoms[0], target, bindings)
        if extended is not None:
            yield from match_atoms(atoms[1:], known, extended)


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a situation is spelled out: instances, ways tried to match a body, and how deep fresh terms nest."""

    instances: int = 2000
    matches: int = 100_000
    depth: int = 3


class Instance(NamedTuple):
    """A clause with its variables bound to terms of the situation; ``fresh`` are the terms made for it.

    A clause without a name says something that is always so: what holds of a term holds of another one that it is.
    """

    clause: Clause
    bindings: dict[str, str]
    fresh: tuple[str, ...]


@dataclass(slots=True)
class Closed:
    """What the clauses make of some atoms: all atoms that may hold, by key, and the instances.

    ``certain`` are atoms that hold in every world that satisfies all clauses, as far as plain clauses tell.
    ``limit`` names the limit because of which instances were left out: ``instances``, ``matches``, ``depth`` or none.
    """

    known: dict[str, list[Atom]] = field(default_factory=dict)
    instances: list[Instance] = field(default_factory=list)
    certain: set[Atom] = field(default_factory=set)
    limit: str = ""


class ClauseIndex:
    """The clauses of a theory by the keys of their bodies, made once and closed over many times."""

    def __init__(self, clauses: Iterable[Clause]) -> None:
        self.clauses = tuple(clauses)
        self._by_key: dict[str, list[tuple[int, int]]] = {}
        self._bodiless = [number for number, clause in enumerate(self.clauses) if not clause.atoms]
        for number, clause in enumerate(self.clauses):
            for position, atom in enumerate(clause.atoms):
                self._by_key.setdefault(atom.key, []).append((number, position))

    def close(
        self, atoms: Iterable[Atom], limits: Limits | None = None, leave_out: Callable[[str], bool] | None = None
    ) -> Closed:
        """Apply all clauses to the atoms, each new atom once; ``leave_out`` says which names take no part."""
        run = _Closing(self.clauses, limits or Limits(), leave_out or (lambda _: False))
        for number in self._bodiless:
            run.apply(number, {})
        for atom in dict.fromkeys(atoms):
            run.suppose(atom)
        while run.waiting or run.wake():
            while run.waiting:
                atom = run.waiting.popleft()
                run.closed.known.setdefault(atom.key, []).append(atom)
                for number, position in self._by_key.get(atom.key, ()):
                    run.trigger(number, position, atom)
        return run.closed


class _Closing:
    def __init__(self, clauses: Sequence[Clause], limits: Limits, leave_out: Callable[[str], bool]) -> None:
        self._clauses, self._limits, self._leave_out = clauses, limits, leave_out
        self.closed = Closed()
        self.waiting: deque[Atom] = deque()
        self._seen: set[Atom] = set()
        self._done: set[tuple[int | str, ...]] = set()
        self._depths: dict[str, int] = {}
        self._parents: dict[str, str] = {}
        self._types: dict[str, set[str]] = {}
        self._asleep: list[tuple[int, dict[str, str]]] = []
        self._certain: dict[str, list[Atom]] = {}
        self._may_be_one: dict[str, set[str]] = {}
        self._matches = 0

    def suppose(self, atom: Atom) -> None:
        """Add an atom that holds whatever is chosen."""
        self.closed.certain.add(atom)
        self._certain.setdefault(atom.key, []).append(atom)
        self.add(atom)

    def add(self, atom: Atom) -> None:
        if atom not in self._seen:
            self._seen.add(atom)
            self.waiting.append(atom)
            if atom.predicate == RDF_TYPE:
                self._types.setdefault(atom.subject, set()).add(atom.object)
                for other in sorted(self._may_be_one.get(atom.subject, ())):
                    self._share(atom.object, atom.subject, other)

    def _share(self, class_: str, term: str, other: str) -> None:
        """Say that a term belongs to a class of which another one is a member, should the two be one."""
        key = ("", class_, term, other)
        if key in self._done:
            return
        self._done.add(key)
        body, head = Atom(term, RDF_TYPE, class_), Atom(other, RDF_TYPE, class_)
        clause = Clause("", (body,), (Comparison("=", term, other),), alternatives=((head,),))
        self.closed.instances.append(Instance(clause, {term: term, other: other}, ()))
        self.add(head)

    def _suppose_one(self, clause: Clause, bound: Mapping[str, str]) -> None:
        """Note the terms that a clause forbids to differ, one of them a witness: they may be one."""
        for comparison in clause.comparisons:
            if comparison.operator != "!=" or not isinstance(comparison.left, str):
                continue
            pair = [bound.get(side, side) for side in (comparison.left, comparison.right) if isinstance(side, str)]
            if len(pair) == 2 and all(map(is_variable, pair)) and any(term.startswith("?~") for term in pair):
                for term, other in (pair, pair[::-1]):
                    self._may_be_one.setdefault(term, set()).add(other)
                    for class_ in sorted(self._types.get(term, ())):
                        self._share(class_, term, other)

    def wake(self) -> bool:
        """Take up what was put off, where what it hangs on is no longer like something before it."""
        asleep, self._asleep = self._asleep, []
        for number, bindings in asleep:
            self._done.discard((number, *[bindings[v] for v in self._clauses[number].variables]))
            self.apply(number, bindings)
        return bool(self.waiting)

    def _find_deepest(self, bindings: Mapping[str, str]) -> str:
        return max(bindings.values(), key=lambda term: (self._depths.get(term, 0), term), default="")

    def _is_blocked(self, bindings: Mapping[str, str]) -> bool:
        """Tell whether a witness would hang on one whose classes one before it has: it would bring nothing new.

        That is subset blocking (Baader, Horrocks and Sattler 2007); it only leaves implications out.
        """
        term = self._find_deepest(bindings)
        types, before = self._types.get(term, set()), self._parents.get(term)
        while before is not None:
            if types <= self._types.get(before, set()):
                return True
            before = self._parents.get(before)
        return False

    def trigger(self, number: int, position: int, atom: Atom) -> None:
        clause = self._clauses[number]
        if self._leave_out(clause.name):
            return
        first = unify_atoms(clause.atoms[position], atom, {})
        if first is None:
            return
        rest = (*clause.atoms[:position], *clause.atoms[position + 1 :])
        for bindings in match_atoms(rest, self.closed.known, first):
            self._matches += 1
            if self._matches > self._limits.matches:
                self.closed.limit = self.closed.limit or "matches"
                return
            self.apply(number, bindings)

    def apply(self, number: int, bindings: dict[str, str]) -> None:
        clause = self._clauses[number]
        key: tuple[int | str, ...] = (number, *[bindings[variable] for variable in clause.variables])
        if key in self._done:
            return
        self._done.add(key)
        if _says_nothing(clause, bindings):
            return
        if len(self.closed.instances) >= self._limits.instances:
            self.closed.limit = self.closed.limit or "instances"
            return
        bound = dict(bindings)
        for variable, expression in clause.assignments:
            if isinstance(expression, str):
                bound[variable] = bound.get(expression, expression)
        witnesses, fresh = clause.witnesses, (*clause.computed, *clause.witnesses)
        if witnesses and len(clause.alternatives) == 1 and self._is_met(clause.alternatives[0], bound):
            return
        if witnesses and self._is_blocked(bindings):
            self._asleep.append((number, bindings))
            return
        depth = 1 + max((self._depths.get(term, 0) for term in bindings.values()), default=0) if fresh else 0
        if depth > self._limits.depth:
            self.closed.limit = self.closed.limit or "depth"
            return
        names = []
        for variable in fresh:
            bound[variable] = f"?~{len(self._depths)}"
            self._depths[bound[variable]] = depth
            self._parents[bound[variable]] = max(
                bindings.values(), key=lambda t: (self._depths.get(t, 0), t), default=""
            )
            names.append(bound[variable])
        self.closed.instances.append(Instance(clause, bound, tuple(names)))
        if clause.is_integrity and not clause.alternatives:
            self._suppose_one(clause, bound)
        certain = self.closed.certain
        is_certain = clause.is_plain and all(substitute_atom(atom, bound) in certain for atom in clause.atoms)
        for parts in clause.alternatives:
            for part in parts:
                if isinstance(part, Atom):
                    atom = substitute_atom(part, bound)
                    if is_certain and atom not in certain:
                        self.suppose(atom)
                    else:
                        self.add(atom)

    def _is_met(self, alternative: Alternative, bound: Mapping[str, str]) -> bool:
        """Tell whether what a clause demands is there for certain: a further witness of it would bring nothing new."""
        atoms = [part for part in alternative if isinstance(part, Atom)]
        if len(atoms) < len(alternative):
            return False
        return next(match_atoms(atoms, self._certain, bound), None) is not None


def _says_nothing(clause: Clause, bindings: Mapping[str, str]) -> bool:
    """Tell whether a body asks a term to differ from itself, or another order of its variables says the same."""
    for comparison in clause.comparisons:
        sides = (comparison.left, comparison.right)
        if comparison.operator == "!=" and isinstance(sides[0], str) and isinstance(sides[1], str):
            one, other = (bindings.get(side, side) for side in sides if isinstance(side, str))
            if one == other:
                return True
    ordered = ([bindings[variable] for variable in group] for group in clause.interchangeable)
    return any(terms != sorted(terms) for terms in ordered)


def is_decided(comparison: Comparison) -> bool:
    """Tell whether Z3 can decide a comparison over all worlds: when it has no functions but arithmetic."""
    return is_arithmetic(comparison.left, comparison.right)


def rename_apart(rule: Rule, suffix: str) -> Rule:
    """Return a rule whose variables end in ``suffix``, so that it shares none with another."""
    names = {v: f"{v}{suffix}" for part in (*rule.body, *rule.head) for v in collect_variables(part)}
    body = tuple(substitute_element(element, names) for element in rule.body)
    return replace(rule, body=body, head=tuple(substitute_atom(atom, names) for atom in rule.head))
