"""Situations: some atoms over symbolic terms, and all that rules, constraints and axioms say of them, for Z3.

**What a situation is.** Atoms are given over *symbolic terms* (variables such as ``?x``) and constants. They hold by
assumption; any other atom may hold or not, as a world may state anything. The clauses are applied to the atoms as far
as atoms go: a closure without comparisons, bounded by :class:`Limits`. Each way to apply one is an :class:`Instance`
and becomes an implication over one Boolean per atom, arithmetic over the terms' values, and one Boolean per negation,
under a guard that names the clause. Asking which guards cannot all be true gives the clauses that conflict.

**Clauses.** A :class:`Clause` says: where the body holds, one of the alternatives does. A rule has one alternative, a
constraint none, a union of classes several; a variable of an alternative that the body does not bind stands for
something that exists, and gets a fresh term per instance. What ``not`` in a constraint forbids to be absent is such
an alternative: ``Person(?x) ^ not hasName(?x, ?n) -> false`` says that there is a name. A value that a rule computes
is a fresh term too, defined by its expression.

**Values.** A term has a kind and a number (see ``values``); what stands as a subject, or in a class atom, is an
individual.

**Soundness.** Every implication is true in *every* world that contains the atoms and satisfies the clause, whatever
the terms are, also when two of them are one individual: fresh terms can be chosen, and a definition fixes only what
is chosen. What is left out only makes more worlds possible: instances beyond the limits, instances that arise only
because two terms are one, the discreteness of dates and strings, comparisons with functions other than arithmetic
(a Boolean about which nothing is known), assigned quotients, which need not have a finite decimal form, and absences,
which are known only to be false where an instance of what must be absent is there. So *unsatisfiable* is certain and
*satisfiable* is not: whoever tells of a case that is possible makes its facts and lets them be evaluated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Operation,
    Rule,
    collect_variables,
    iterate_terms,
    substitute_atom,
    substitute_element,
)
from workbench.model.symmetry import list_interchangeable
from workbench.model.terms import RDF_TYPE, is_variable
from workbench.solving.encoding import make_sentence
from workbench.solving.typings import Typing, write_typing
from workbench.solving.values import (
    KINDS,
    NAME,
    NUMBER,
    Side,
    Value,
    is_arithmetic,
    list_operands,
    read_values,
    write_comparable,
    write_comparison,
    write_number,
)

__all__ = [
    "Alternative",
    "Clause",
    "ClauseIndex",
    "Closed",
    "Instance",
    "Known",
    "Limits",
    "Situation",
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
    """A clause with its variables bound to terms of the situation; ``fresh`` are the terms made for it."""

    clause: Clause
    bindings: dict[str, str]
    fresh: tuple[str, ...]


@dataclass(slots=True)
class Closed:
    """What the clauses make of some atoms: all atoms that may hold, by key, and the instances.

    ``limit`` names the limit because of which instances were left out: ``instances``, ``matches``, ``depth`` or none.
    """

    known: dict[str, list[Atom]] = field(default_factory=dict)
    instances: list[Instance] = field(default_factory=list)
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
        self._done: set[tuple[int, tuple[tuple[str, str], ...]]] = set()
        self._depths: dict[str, int] = {}
        self._parents: dict[str, str] = {}
        self._types: dict[str, set[str]] = {}
        self._asleep: list[tuple[int, dict[str, str]]] = []
        self._certain: dict[str, list[Atom]] = {}
        self._matches = 0

    def suppose(self, atom: Atom) -> None:
        self._certain.setdefault(atom.key, []).append(atom)
        self.add(atom)

    def add(self, atom: Atom) -> None:
        if atom not in self._seen:
            self._seen.add(atom)
            self.waiting.append(atom)
            if atom.predicate == RDF_TYPE:
                self._types.setdefault(atom.subject, set()).add(atom.object)

    def wake(self) -> bool:
        """Take up what was put off, where what it hangs on is no longer like something before it."""
        asleep, self._asleep = self._asleep, []
        for number, bindings in asleep:
            self._done.discard((number, tuple(sorted(bindings.items()))))
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
        key = (number, tuple(sorted(bindings.items())))
        if key in self._done or self._leave_out(clause.name):
            return
        self._done.add(key)
        if _says_nothing(clause, bindings):
            return
        if len(self.closed.instances) >= self._limits.instances:
            self.closed.limit = self.closed.limit or "instances"
            return
        depth = 1 + max((self._depths.get(term, 0) for term in bindings.values()), default=0)
        bound, fresh = dict(bindings), []
        for variable, expression in clause.assignments:
            if isinstance(expression, str):
                bound[variable] = bound.get(expression, expression)
            else:
                fresh.append(variable)
        inner = {v for parts in clause.alternatives for part in parts for v in collect_variables(part)}
        witnesses = sorted(inner - bound.keys() - set(fresh))
        if witnesses and len(clause.alternatives) == 1 and self._is_met(clause.alternatives[0], bound):
            return
        fresh += witnesses
        if witnesses and self._is_blocked(bindings):
            self._asleep.append((number, bindings))
            return
        if fresh and depth > self._limits.depth:
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
        is_certain = len(clause.alternatives) == 1 and not (clause.comparisons or clause.negations)
        is_certain = is_certain and all(self._holds(substitute_atom(atom, bound)) for atom in clause.atoms)
        for parts in clause.alternatives:
            for part in parts:
                if isinstance(part, Atom):
                    atom = substitute_atom(part, bound)
                    if is_certain and not self._holds(atom):
                        self._certain.setdefault(atom.key, []).append(atom)
                    self.add(atom)

    def _holds(self, atom: Atom) -> bool:
        return atom in self._certain.get(atom.key, ())

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


class Situation:
    """Atoms and what clauses say of them as SMT-LIB text.

    ``atoms`` are assumed to hold. ``more`` are elements whose terms and constants the statements of later questions
    speak of, so that these can be written with :meth:`write_elements`. ``typings`` says what the stated ranges of
    properties say, by property; each has a guard like a clause.
    """

    def __init__(
        self,
        atoms: Sequence[Atom],
        closed: Closed,
        more: Iterable[BodyElement | Rule] = (),
        typings: Mapping[str, Typing] | None = None,
    ) -> None:
        self.atoms, self.closed = tuple(dict.fromkeys(atoms)), closed
        more = tuple(more)
        self.more_comparisons = tuple(part for part in more if isinstance(part, Comparison))
        self.known: dict[str, list[Atom]] = {key: list(found) for key, found in closed.known.items()}
        for atom in (part for part in more if isinstance(part, Atom)):
            if atom not in self.known.setdefault(atom.key, []):
                self.known[atom.key].append(atom)
        listed = [atom for found in self.known.values() for atom in found]
        self.numbers = {atom: number for number, atom in enumerate(listed)}
        typed = [
            (atom, typings[key]) for key, found in self.known.items() if typings and key in typings for atom in found
        ]
        names = sorted({i.clause.name for i in closed.instances} | {typing.name for _, typing in typed})
        self.by_guard = {f"g{number}": name for number, name in enumerate(names)}
        self.guard_of = {name: guard for guard, name in self.by_guard.items()}
        self._negated: dict[tuple[Negation, tuple[tuple[str, str], ...]], str] = {}
        self._open: dict[tuple[object, tuple[tuple[str, str], ...]], str] = {}
        self._bounds: list[str] = []
        parts = [p for i in closed.instances for p in _list_parts(i.clause)]
        terms = {term for part in (*parts, *more, *self.numbers) for term in iterate_terms(part)}
        terms.update(term for instance in closed.instances for term in instance.bindings.values())
        self.constants: dict[str, Value] = read_values(sorted(term for term in terms if not is_variable(term)))
        held = {t for atom in (*self.numbers,) for t in iterate_terms(atom) if is_variable(t)}
        held.update(t for i in closed.instances for t in i.bindings.values() if is_variable(t))
        held.update(t for part in more if not isinstance(part, Rule) for t in iterate_terms(part) if is_variable(t))
        self.terms = {term: number for number, term in enumerate(sorted(held))}
        self.individuals = {atom.subject for atom in self.numbers}
        self._implications = [self._write_instance(instance) for instance in closed.instances]
        for atom, typing in typed:
            if is_variable(atom.object):
                says = write_typing(typing, self.look_up({})(atom.object))
                self._implications.append(
                    f"(assert (=> (and {self.guard_of[typing.name]} {self.write_atom(atom)}) {says}))"
                )

    @property
    def guards(self) -> list[str]:
        """The guards of all clauses that have an instance, in the order of their names."""
        return list(self.by_guard)

    @property
    def has_open(self) -> bool:
        """Whether something is left open: a comparison that is not arithmetic, or an assigned value."""
        return bool(self._open)

    def name_guards(self, guards: Iterable[str]) -> tuple[str, ...]:
        """Return the names behind guards, sorted."""
        return tuple(sorted(self.by_guard[guard] for guard in guards))

    def write_atom(self, atom: Atom, bindings: Mapping[str, str] | None = None) -> str:
        """Write the Boolean of a known atom."""
        return f"a{self.numbers[substitute_atom(atom, bindings or {})]}"

    def look_up(self, bindings: Mapping[str, str]) -> Callable[[str], Side]:
        """Return how the sides of comparisons are written under bindings of variables to terms."""

        def find(part: str) -> Side:
            term = bindings.get(part, part)
            if is_variable(term):
                return Side(f"k{self.terms[term]}", f"v{self.terms[term]}")
            value = self.constants[term]
            return Side(f"{value.kind}.0", write_number(value.number))

        return find

    def write_comparison(self, comparison: Comparison, bindings: Mapping[str, str] | None = None) -> str:
        """Write a comparison; one with functions that are not arithmetic is a Boolean about which nothing is known."""
        bindings = bindings or {}
        if is_decided(comparison):
            return write_comparison(comparison, self.look_up(bindings))
        return self._leave_open(comparison, bindings)

    def write_comparable(self, comparison: Comparison, bindings: Mapping[str, str] | None = None) -> str:
        """Write that the sides of an arithmetic comparison have an order between them."""
        return write_comparable(comparison, self.look_up(bindings or {}))

    def _leave_open(self, part: Comparison | Expression, bindings: Mapping[str, str]) -> str:
        used = tuple(sorted((name, bindings.get(name, name)) for name in collect_variables(part)))
        return self._open.setdefault((part, used), f"u{len(self._open)}")

    def write_negation(self, negation: Negation, bindings: Mapping[str, str], outer: Iterable[str]) -> str:
        """Write that something is there; ``outer`` are the variables that stand outside of the negation, too."""
        inner = [name for name in collect_variables(negation) if name not in set(outer)]
        renamed = {name: f"?inner{number}" for number, name in enumerate(inner)}
        parts = tuple(substitute_element(part, renamed) for part in negation.elements)
        negation = Negation(tuple(part for part in parts if not isinstance(part, Negation)))
        bound = {n: bindings.get(n, n) for n in collect_variables(negation) if n not in renamed.values()}
        fixed = substitute_element(negation, bound)
        key = (fixed if isinstance(fixed, Negation) else negation, ())
        if key in self._negated:
            return self._negated[key]
        name = self._negated[key] = f"n{len(self._negated)}"
        atoms = [part for part in negation.elements if isinstance(part, Atom)]
        for full in match_atoms(atoms, self.known, bound):
            if set(collect_variables(negation)) <= full.keys():
                shown = [self.write_atom(atom, full) for atom in atoms]
                shown += [self.write_comparison(p, full) for p in negation.elements if isinstance(p, Comparison)]
                self._bounds.append(f"(assert (=> (and true {' '.join(shown)}) {name}))")
        return name

    def write_elements(self, elements: Iterable[BodyElement], bindings: Mapping[str, str] | None = None) -> str:
        """Write that all elements of a body hold; each term and atom of it must be known to the situation."""
        bindings, elements = bindings or {}, tuple(elements)
        outer = {v for e in elements if not isinstance(e, Negation) for v in collect_variables(e)} | bindings.keys()
        parts = []
        for element in elements:
            if isinstance(element, Atom):
                parts.append(self.write_atom(element, bindings))
            elif isinstance(element, Comparison):
                parts.append(self.write_comparison(element, bindings))
            else:
                parts.append(f"(not {self.write_negation(element, bindings, outer)})")
        return f"(and true {' '.join(parts)})"

    def write_body(self, clause: Clause, bindings: Mapping[str, str]) -> str:
        """Write that the body of an instance holds, what it assigns included."""
        parts = [self.write_elements(clause.elements, bindings)]
        for variable, expression in clause.assignments:
            if isinstance(expression, Operation):
                parts.append(self._write_assigned(variable, expression, bindings))
        return f"(and {' '.join(parts)})"

    def _write_assigned(self, variable: str, expression: Operation, bindings: Mapping[str, str]) -> str:
        if not is_arithmetic(expression):
            return self._leave_open(expression, bindings)
        has_value = self.write_comparable(Comparison("=", variable, expression), bindings)
        side = self.look_up(bindings)(variable)
        equal = write_comparison(Comparison("=", variable, expression), self.look_up(bindings))
        # The fresh term is chosen: where the expression has a value it is that.
        operands = write_comparable(Comparison("=", expression, expression), self.look_up(bindings))
        self._bounds.append(f"(assert (=> {operands} (and (= {side.kind} {NUMBER}) {equal})))")
        parts = [has_value, equal]
        if _divides(expression):
            parts.append(self._leave_open(expression, bindings))
        return f"(and {' '.join(parts)})"

    def _write_instance(self, instance: Instance) -> str:
        clause, bindings = instance.clause, instance.bindings
        then = self.write_alternatives(clause, bindings)
        return f"(assert (=> {self.guard_of[clause.name]} {self.write_body(clause, bindings)} {then}))"

    def write_alternatives(self, clause: Clause, bindings: Mapping[str, str]) -> str:
        """Write that one of the alternatives of an instance holds."""
        choices = []
        for parts in clause.alternatives:
            shown = [self.write_atom(p, bindings) for p in parts if isinstance(p, Atom)]
            shown += [self.write_comparison(p, bindings) for p in parts if isinstance(p, Comparison)]
            choices.append(f"(and true {' '.join(shown)})")
        return f"(or false {' '.join(choices)})"

    def write(self, statements: Sequence[str], assumed: Iterable[Atom] | None = None) -> str:
        """Write the whole problem with ``statements`` (assertions) added.

        ``assumed`` are the atoms that hold, by default all that the situation was made of.
        """
        lines = [f"(declare-const a{number} Bool)" for number in self.numbers.values()]
        lines += [f"(declare-const {guard} Bool)" for guard in self.guards]
        lines += [f"(declare-const {name} Bool)" for name in (*self._negated.values(), *self._open.values())]
        for term, number in self.terms.items():
            lines.append(f"(declare-const k{number} Real)(declare-const v{number} Real)")
            kinds = [NAME] if term in self.individuals else range(KINDS)
            lines.append(f"(assert (or {' '.join(f'(= k{number} {kind}.0)' for kind in kinds)}))")
        lines += [f"(assert {self.write_atom(atom)})" for atom in (self.atoms if assumed is None else assumed)]
        return "\n".join([*lines, *self._bounds, *self._implications, *statements])


def _divides(expression: Expression) -> bool:
    """Tell whether a quotient may have no finite decimal form: its divisor is no constant made of twos and fives."""
    if not isinstance(expression, Operation):
        return False
    if expression.operator == "/":
        divisor = expression.arguments[1]
        if isinstance(divisor, Operation) or list_operands(divisor):
            return True
        value = read_values([divisor])[divisor]
        rest = abs(value.number.numerator)
        for prime in (2, 5):
            while rest and rest % prime == 0:
                rest //= prime
        if rest != 1:
            return True
    return any(_divides(argument) for argument in expression.arguments)


def _list_parts(clause: Clause) -> Iterator[BodyElement | Expression]:
    yield from clause.elements
    yield from (expression for _, expression in clause.assignments)
    for parts in clause.alternatives:
        yield from parts


def rename_apart(rule: Rule, suffix: str) -> Rule:
    """Return a rule whose variables end in ``suffix``, so that it shares none with another."""
    names = {v: f"{v}{suffix}" for part in (*rule.body, *rule.head) for v in collect_variables(part)}
    body = tuple(substitute_element(element, names) for element in rule.body)
    return replace(rule, body=body, head=tuple(substitute_atom(atom, names) for atom in rule.head))
