"""A situation as a problem for Z3: which clauses cannot all be satisfied where some atoms hold?

Each instance of a clause becomes an implication over one Boolean per atom, arithmetic over the terms' values, and one
Boolean per negation, under a guard that names the clause. Asking which guards cannot all be true gives the clauses that
conflict.

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

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

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
from workbench.model.terms import is_variable
from workbench.solving.situations import Clause, Closed, Instance, is_decided, match_atoms
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

__all__ = ["Situation"]


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
        named = {instance.clause.name for instance in closed.instances} - {""}
        names = sorted(named | {typing.name for _, typing in typed})
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
        guard = self.guard_of.get(clause.name, "true")
        return f"(assert (=> {guard} {self.write_body(clause, bindings)} {then}))"

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
