"""Small cases: a solution of a situation made into facts about a few things, with values that are easy to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations

from workbench.model.rules import Atom, Comparison, Operation, iterate_terms, substitute_atom
from workbench.model.terms import XSD, is_variable
from workbench.solving.analysis.ground import Case, Ground, Inquiry
from workbench.solving.problems import Situation
from workbench.solving.values import (
    BOOLEAN,
    DATE,
    NAME,
    NUMBER,
    STRING,
    YEAR,
    write_canonical_number,
    write_number,
)

__all__ = ["EXAMPLE", "find_case"]

EXAMPLE = "urn:example:"
"""What the IRIs of things made up for a case begin with."""
_PEOPLE = "Ann Ben Cleo Dan Eve Finn Gil Hana Ian Jane Kim Leo".split()
_THINGS = "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu".split()
_HUMAN = ("person", "human", "man", "woman", "people", "patient", "student", "employee", "member", "parent", "customer")
_PLAIN = (1, 2, 3, 10, 20, 50, 100, 0, 1000)


def find_case(
    ground: Ground,
    inquiry: Inquiry,
    situation: Situation,
    statements: Sequence[str],
    guards: Sequence[str],
    atoms: Iterable[Atom] | None = None,
) -> Case | None:
    """Return a case in which ``statements`` hold and all guards are true; None when there is none that can be written.

    ``atoms`` are what becomes facts, by default all that the situation was made of. Things are different and values
    small where that is possible.
    """
    chosen = tuple(situation.atoms if atoms is None else atoms)
    terms = [t for t in dict.fromkeys(t for atom in chosen for t in (atom.subject, atom.object)) if is_variable(t)]
    wishes = _Wishes(ground, situation, chosen)
    groups = list(wishes.list_groups(terms))
    text = situation.write([*statements, *wishes.statements])
    names = [f"{letter}{situation.terms[term]}" for term in terms for letter in "kv"]
    solution = inquiry.solver.choose(text, guards, groups, names)
    if solution is None:
        return None
    written: dict[str, str] = {}
    labels = iter(_PEOPLE if _speaks_of_people(situation.known) else _THINGS)
    by_value: dict[Fraction, str] = {}
    for value in (term for term, value in situation.constants.items() if value.kind == NAME):
        by_value[situation.constants[value].number] = value
    for term in terms:
        number = situation.terms[term]
        kind, value_ = solution.values.get(f"k{number}"), solution.values.get(f"v{number}")
        if kind is None or value_ is None:
            return None
        if kind == NAME:
            if value_ not in by_value:
                label = next(labels, "")
                if not label:
                    return None
                by_value[value_] = f"<{EXAMPLE}{label}>"
            written[term] = by_value[value_]
            continue
        literal = _write_literal(int(kind), value_, situation, wishes.find_datatype(term))
        if literal is None:
            return None
        written[term] = literal
    facts = dict.fromkeys(tuple(substitute_atom(atom, written)) for atom in chosen)
    return Case(tuple((s, p, o) for s, p, o in facts), tuple(written.items()))


def _speaks_of_people(known: Mapping[str, Sequence[Atom]]) -> bool:
    return any(word in key.rpartition("#")[2].rpartition("/")[2].lower() for key in known for word in _HUMAN)


def _write_literal(kind: int, number: Fraction, situation: Situation, datatype: str) -> str | None:
    if kind == NUMBER:
        if number.denominator == 1 and datatype:
            return f'"{number.numerator}"^^{datatype}'
        return write_canonical_number(number)
    if kind == DATE and number.denominator == 1 and 0 <= number < 3_000_000:
        return f'"{(date(1, 1, 1) + timedelta(days=int(number))).isoformat()}"^^<{XSD}date>'
    if kind == YEAR and number.denominator == 1 and 1000 <= number <= 9999:
        return f'"{number.numerator}"^^<{XSD}gYear>'
    if kind == BOOLEAN:
        return f'"{"true" if number == 1 else "false"}"^^<{XSD}boolean>'
    if kind == STRING:
        below = [(v.number, term) for term, v in situation.constants.items() if v.kind == STRING and v.number <= number]
        exact = next((term for value, term in below if value == number), None)
        return exact or (f'{max(below)[1][:-1]}x"' if below else '"!"' if number < 0 else '"a"')
    return next((t for t, v in situation.constants.items() if (v.kind, v.number) == (kind, number)), None)


class _Wishes:
    """What makes a case easy to read, as Boolean constants that imply it."""

    def __init__(self, ground: Ground, situation: Situation, atoms: Sequence[Atom]) -> None:
        self._ground, self._situation = ground, situation
        self._atoms = atoms
        self.statements: list[str] = []

    def find_datatype(self, term: str) -> str:
        """The datatype that a range gives the values of a term, or nothing."""
        for atom in self._atoms:
            typing = self._ground.typings.get(atom.predicate)
            if atom.object == term and typing is not None and NUMBER in typing.kinds:
                return typing.datatype
        return ""

    def list_groups(self, terms: Sequence[str]) -> Iterator[list[str]]:
        situation = self._situation
        compared = set(_list_compared(situation))
        values = [term for term in terms if term not in situation.individuals and self._is_value(term, compared)]
        things = [term for term in terms if term not in values]
        for term in values:
            yield [self._wish(f"(= k{situation.terms[term]} {kind}.0)") for kind in (NUMBER, DATE, YEAR, STRING)]
        for term in things:
            if term not in situation.individuals:
                yield [self._wish(f"(= k{situation.terms[term]} {NAME}.0)")]
        for one, other in combinations(things, 2):
            yield [self._wish(f"(not (= v{situation.terms[one]} v{situation.terms[other]}))")]
        known = [v.number for v in situation.constants.values() if v.kind == NAME]
        for term, number in ((term, number) for term in things for number in known[:8]):
            yield [self._wish(f"(not (= v{situation.terms[term]} {write_number(number)}))")]
        for term in values:
            side = f"v{situation.terms[term]}"
            yield [self._wish(f"(= {side} {write_number(value)})") for value in self._list_values(term)]
            small = (f"(and (is_int {side}) (<= (- {most}.0) {side} {most}.0))" for most in (100, 3000, 1_000_000))
            yield [self._wish(formula) for formula in (*small, f"(is_int {side})")]

    def _is_value(self, term: str, compared: set[str]) -> bool:
        typed = any(a.object == term and a.predicate in self._ground.typings for a in self._atoms)
        return typed or term in compared

    def _list_values(self, term: str) -> list[Fraction]:
        found: list[Fraction] = []
        for atom in self._atoms:
            if atom.object == term:
                found += self._ground.samples.get(atom.predicate, ())
        constants = sorted({v.number for v in self._situation.constants.values() if v.kind in (NUMBER, DATE, YEAR)})
        found += [c + step for step in (0, 1, -1) for c in constants[:6]]
        return list(dict.fromkeys([*found, *map(Fraction, _PLAIN)]))[:24]

    def _wish(self, formula: str) -> str:
        name = f"w{len(self.statements)}"
        self.statements.append(f"(declare-const {name} Bool)(assert (=> {name} {formula}))")
        return name


def _list_compared(situation: Situation) -> Iterator[str]:
    """Terms that are calculated with, or compared by order or with a value."""
    for clause, bindings, _ in situation.closed.instances:
        for comparison in clause.comparisons:
            if _takes_values(comparison):
                yield from (bindings.get(t, t) for t in iterate_terms(comparison))
        for _, expression in clause.assignments:
            yield from (bindings.get(t, t) for t in iterate_terms(expression))
    for comparison in situation.more_comparisons:
        if _takes_values(comparison):
            yield from iterate_terms(comparison)


def _takes_values(comparison: Comparison) -> bool:
    sides = (comparison.left, comparison.right)
    literal = any(isinstance(side, Operation) or side.startswith('"') for side in sides)
    return literal or comparison.operator not in ("=", "!=")
