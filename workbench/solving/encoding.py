"""Sentences over finite worlds as Z3 problems: is there a binding that makes a body true and a head false?

A :class:`Sentence` is a rule, a question or a negation in one form: literals of positive atoms, comparisons,
negations and heads over relations. A :class:`Case` is a sentence together with the relations it reads, its
individuals renamed to numbers, so that two worlds that differ only in names are one case.

The problem is quantifier-free. Every variable is one bit vector, an index into the case's terms. An atom is the
disjunction over its relation; a comparison is arithmetic over the value that the index selects; a variable that
exists only under ``not`` is spelled out over all terms of a column in which it stands. A comparison with functions
is spelled out over what its variables can be (see ``functions``). No joins are made here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from workbench.model.builtins import evaluate_expression
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Operation,
    collect_variables,
    substitute_element,
)
from workbench.model.terms import RDF_TYPE, is_variable
from workbench.solving.functions import write_ground
from workbench.solving.values import (
    BLANK,
    DURATION,
    NUMBER,
    Side,
    Value,
    compare_durations,
    is_arithmetic,
    list_operands,
    list_terms,
    read_values,
    write_canonical_number,
    write_comparison,
    write_number,
)

__all__ = [
    "Case",
    "Literal",
    "Sentence",
    "compute_number",
    "make_literal",
    "make_sentence",
    "name_class",
    "substitute",
    "write_case",
]


class Literal(NamedTuple):
    """An atom of any arity: the relation's key and the arguments."""

    key: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Sentence:
    """``atoms ^ comparisons ^ assignments ^ negations -> heads``; no heads means false.

    ``assignments`` are variables that no atom binds, each with the expression that gives its value, in an order in
    which each uses only what is known. Sentences are equal only to themselves: who makes them keeps them.
    """

    atoms: tuple[Literal, ...]
    comparisons: tuple[Comparison, ...]
    assignments: tuple[tuple[str, Expression], ...]
    negations: tuple[Sentence, ...]
    heads: tuple[Literal, ...]

    def with_atom(self, key: str, arguments: Sequence[str]) -> Sentence:
        """Return the sentence with one more atom in its body."""
        return replace(self, atoms=(Literal(key, tuple(arguments)), *self.atoms))

    @cached_property
    def parts(self) -> tuple[Sentence, ...]:
        """The sentence and its negations."""
        return (self, *self.negations)

    @cached_property
    def literals(self) -> tuple[Literal, ...]:
        """All literals, those under ``not`` and the heads included."""
        return tuple(literal for part in self.parts for literal in (*part.atoms, *part.heads))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys of the relations that it reads, sorted."""
        return tuple(sorted({literal.key for literal in self.literals}))

    @cached_property
    def compares(self) -> bool:
        """Whether any value matters."""
        return any(part.comparisons or part.assignments for part in self.parts)

    @cached_property
    def constants(self) -> frozenset[str]:
        """The terms that stand in it."""
        found = {a for literal in self.literals for a in literal.arguments if not is_variable(a)}
        for part in self.parts:
            for comparison in part.comparisons:
                found.update(_list_constants(comparison.left) + _list_constants(comparison.right))
            for _, value in part.assignments:
                found.update(_list_constants(value))
        return frozenset(found)

    @cached_property
    def variables(self) -> frozenset[str]:
        """The variables that its own atoms and assignments bind."""
        arguments = {a for literal in self.atoms for a in literal.arguments if is_variable(a)}
        return frozenset(arguments.union(variable for variable, _ in self.assignments))


def name_class(term: str) -> str:
    """Return a class's key; one name may be a class and a property."""
    return f"a {term}"


def make_literal(atom: Atom) -> Literal:
    """Return an atom as key and arguments; a class atom has one argument."""
    if atom.predicate == RDF_TYPE:
        return Literal(name_class(atom.object), (atom.subject,))
    return Literal(atom.predicate, (atom.subject, atom.object))


def make_sentence(body: Iterable[BodyElement], heads: Iterable[Literal] = (), known: Iterable[str] = ()) -> Sentence:
    """Build a sentence; ``known`` are variables that something outside the body binds.

    A variable that no atom binds takes its value from the first ``=``, in body order, whose other side is known;
    ValueError when there is none.
    """
    body = tuple(body)
    atoms = tuple(make_literal(element) for element in body if isinstance(element, Atom))
    bound = {*known, *(a for literal in atoms for a in literal.arguments if is_variable(a))}
    waiting, assignments = [element for element in body if isinstance(element, Comparison)], []
    comparisons = [element for element in waiting if _list_variables(element) <= bound]
    waiting = [element for element in waiting if element not in comparisons]
    while waiting:
        taken = next((e for e in waiting if _list_variables(e) <= bound), None)
        if taken is not None:
            comparisons.append(taken)
        else:
            taken, variable, value = _find_assignment(waiting, bound)
            assignments.append((variable, value))
            bound.add(variable)
        waiting.remove(taken)
    negations = []
    for number, element in enumerate(e for e in body if isinstance(e, Negation)):
        # Variables of one negation only are named apart, as two may use one name.
        inner = {v: f"{v}~{number}" for v in collect_variables(element) if v not in bound}
        parts = [substitute_element(part, inner) for part in element.elements]
        negations.append(make_sentence(parts, (), bound))
    return Sentence(atoms, tuple(comparisons), tuple(assignments), tuple(negations), tuple(heads))


def _find_assignment(waiting: Sequence[Comparison], bound: set[str]) -> tuple[Comparison, str, Expression]:
    for element in waiting:
        for side, other in ((element.left, element.right), (element.right, element.left)):
            if element.operator != "=" or not isinstance(side, str) or not is_variable(side) or side in bound:
                continue
            if set(list_operands(other)) <= bound:
                return element, side, other
    raise ValueError("a variable of a comparison is bound by nothing")


def _list_variables(comparison: Comparison) -> set[str]:
    return {*list_operands(comparison.left), *list_operands(comparison.right)}


class Case(NamedTuple):
    """A sentence and its relations in the order of its keys.

    A term that was renamed is a number from 0 up; ``-1 - n`` is ``fixed[n]``, a constant of the sentence, a literal
    whose value may matter, or a blank node, which may be what another term is.
    """

    sentence: Sentence
    fixed: tuple[str, ...]
    relations: tuple[tuple[tuple[int, ...], ...], ...]


def _list_constants(expression: Expression) -> list[str]:
    return [term for term in list_terms(expression) if not is_variable(term)]


class _Writer:
    """Writes one case; ``prefix`` keeps the names of cases in one problem apart."""

    def __init__(self, case: Case, prefix: str) -> None:
        self.sentence, self.prefix = case.sentence, prefix
        self.relations: dict[str, list[tuple[int | str, ...]]] = {}
        self.terms: dict[int | str, int] = {}
        for key, rows in zip(case.sentence.keys, case.relations, strict=True):
            named = [tuple(case.fixed[-1 - term] if term < 0 else term for term in row) for row in rows]
            self.relations[key] = named
            for term in (term for row in named for term in row):
                self.terms.setdefault(term, len(self.terms))
        for constant in sorted(case.sentence.constants):
            self.terms.setdefault(constant, len(self.terms))
        self.columns: dict[str, list[int | str]] = {}
        self.tables: dict[str, list[tuple[dict[str, int | str], int | str, str]]] = {}
        for part in case.sentence.parts:
            self._plan(part)
        self.width = max(1, len(self.terms).bit_length())
        texts = [term if isinstance(term, str) else f"<{term}>" for term in self.terms]
        self.values: dict[int | str, Value] = dict(zip(self.terms, read_values(texts).values(), strict=True))
        self.has_blanks = any(value.kind == BLANK for value in self.values.values())
        self.variables: list[str] = []

    def _plan(self, part: Sentence) -> None:
        """Find for each variable the terms it can be: a column it stands in, or the values of its expression."""
        outer = frozenset[str]() if part is self.sentence else self.sentence.variables
        for literal in part.atoms:
            for position, argument in enumerate(literal.arguments):
                if is_variable(argument) and argument not in outer:
                    column = list(dict.fromkeys(row[position] for row in self.relations[literal.key]))
                    if argument not in self.columns or len(column) < len(self.columns[argument]):
                        self.columns[argument] = column
        for variable, expression in part.assignments:
            table = list(self._tabulate(expression))
            self.tables[variable] = table
            self.columns[variable] = list(dict.fromkeys(result for _, result, _ in table))
            for result in self.columns[variable]:
                self.terms.setdefault(result, len(self.terms))

    def _tabulate(self, expression: Expression) -> Iterator[tuple[dict[str, int | str], int | str, str]]:
        """Each choice of the operands with the term that the expression then is, and what Z3 has to say of it."""
        operands = list_operands(expression)
        for chosen in itertools.product(*(self.columns[operand] for operand in operands)):
            choice = dict(zip(operands, chosen, strict=True))
            if isinstance(expression, str):
                yield choice, choice.get(expression, expression), ""
                continue
            if not is_arithmetic(expression):
                ground = substitute(expression, choice)
                result = evaluate_expression(ground, {})
                if result is not None:
                    yield choice, result, write_ground(Comparison("=", ground, result))
                continue
            number = compute_number(expression, {k: v for k, v in choice.items() if isinstance(v, str)})
            result = None if number is None else write_canonical_number(number)
            if result is not None:
                yield choice, result, ""

    def index(self, term: int | str) -> str:
        return f"(_ bv{self.terms[term]} {self.width})"

    def write_argument(self, argument: str, spelled: Mapping[str, int | str]) -> str:
        if not is_variable(argument):
            return self.index(argument)
        return self.index(spelled[argument]) if argument in spelled else self.get_name(argument)

    def get_name(self, variable: str) -> str:
        if variable not in self.variables:
            self.variables.append(variable)
        return f"{self.prefix}x{self.variables.index(variable)}"

    def write_literal(self, literal: Literal, spelled: Mapping[str, int | str]) -> str:
        rows = []
        arguments = [self.write_argument(argument, spelled) for argument in literal.arguments]
        for row in self.relations[literal.key]:
            equal = (f"(= {a} {self.index(t)})" for a, t in zip(arguments, row, strict=True))
            rows.append(f"(and true {' '.join(equal)})")
        return f"(or false {' '.join(rows)})"

    def look_up(self, spelled: Mapping[str, int | str], part: str) -> Side:
        term = spelled.get(part) if is_variable(part) else part
        if term is None:
            name = self.get_name(part)
            return Side(f"({self.prefix}kind {name})", f"({self.prefix}number {name})")
        return Side(str(self.values[term].kind), write_number(self.values[term].number))

    def write_comparison(self, comparison: Comparison, spelled: Mapping[str, int | str]) -> str:
        free = [v for v in sorted(_list_variables(comparison)) if v not in spelled]
        if not is_arithmetic(comparison.left, comparison.right) or self.compares_durations(comparison, spelled):
            return self.spell_out(comparison, spelled, free)
        if not (_is_nonlinear(comparison.left) or _is_nonlinear(comparison.right)) or not free:
            return write_comparison(comparison, lambda part: self.look_up(spelled, part), has_blanks=self.has_blanks)
        # A product of unknowns is spelled out over the numbers that they can be; Z3 only calculates.
        choices = []
        numbers = ([t for t in self.columns[v] if self.values[t].kind == NUMBER] for v in free)
        for chosen in itertools.product(*numbers):
            full = {**spelled, **dict(zip(free, chosen, strict=True))}
            picked = (f"(= {self.get_name(v)} {self.index(full[v])})" for v in free)
            choices.append(f"(and {' '.join(picked)} {self.write_comparison(comparison, full)})")
        return f"(or false {' '.join(choices)})"

    def list_candidates(self, side: Expression, spelled: Mapping[str, int | str]) -> list[int | str]:
        """The terms that one side of a comparison, when it is a single term, can be."""
        if not isinstance(side, str):
            return []
        return [spelled[side]] if side in spelled else self.columns[side] if is_variable(side) else [side]

    def compares_durations(self, comparison: Comparison, spelled: Mapping[str, int | str]) -> bool:
        """Tell whether the partial order of durations may matter."""
        sides = (self.list_candidates(side, spelled) for side in (comparison.left, comparison.right))
        return comparison.operator not in ("=", "!=") and all(
            any(self.values[term].kind == DURATION for term in candidates) for candidates in sides
        )

    def spell_out(self, comparison: Comparison, spelled: Mapping[str, int | str], free: Sequence[str]) -> str:
        """Write a comparison for each choice of its free variables, which leaves none to Z3's sequences."""
        choices = []
        for chosen in itertools.product(*(self.columns[v] for v in free)):
            full = {**spelled, **dict(zip(free, chosen, strict=True))}
            if is_arithmetic(comparison.left, comparison.right):
                answer = self.compare_terms(comparison, full)
            else:
                left, right = substitute(comparison.left, full), substitute(comparison.right, full)
                answer = write_ground(Comparison(comparison.operator, left, right))
            if answer != "false":
                picked = (f"(= {self.get_name(v)} {self.index(full[v])})" for v in free)
                choices.append(f"(and true {' '.join(picked)} {answer})")
        return f"(or false {' '.join(choices)})"

    def compare_terms(self, comparison: Comparison, spelled: Mapping[str, int | str]) -> str:
        """Write an order of two terms, that of durations decided."""
        left, right = (self.list_candidates(side, spelled)[0] for side in (comparison.left, comparison.right))
        if self.values[left].kind == self.values[right].kind == DURATION:
            return "true" if compare_durations(comparison.operator, str(left), str(right)) else "false"
        return write_comparison(comparison, lambda part: self.look_up(spelled, part))

    def write_assignment(self, variable: str, spelled: Mapping[str, int | str]) -> str:
        rows = []
        for choice, result, confirmed in self.tables[variable]:
            pairs = [*choice.items(), (variable, result)]
            equal = " ".join(f"(= {self.write_argument(v, spelled)} {self.index(t)})" for v, t in pairs)
            rows.append(f"(and {equal} {confirmed})")
        return f"(or false {' '.join(rows)})"

    def write_body(self, sentence: Sentence, spelled: Mapping[str, int | str]) -> str:
        parts = [self.write_literal(literal, spelled) for literal in sentence.atoms]
        parts += [self.write_assignment(variable, spelled) for variable, _ in sentence.assignments]
        parts += [self.write_comparison(comparison, spelled) for comparison in sentence.comparisons]
        for negation in sentence.negations:
            inner = sorted(negation.variables - self.sentence.variables)
            for chosen in itertools.product(*(self.columns[v] for v in inner)):
                body = self.write_body(negation, {**spelled, **dict(zip(inner, chosen, strict=True))})
                parts.append(f"(not {body})")
        return f"(and true {' '.join(parts)})"

    def write(self) -> str:
        sentence = self.sentence
        body = self.write_body(sentence, {})
        heads = " ".join(self.write_literal(head, {}) for head in sentence.heads)
        refuted = f"(not (and true {heads}))" if sentence.heads else "true"
        sort = f"(_ BitVec {self.width})"
        lines = [f"(declare-const {self.get_name(variable)} {sort})" for variable in self.variables]
        if any(part.comparisons for part in sentence.parts):
            for what, result in (("kind", "Int"), ("number", "Real")):
                text = "0" if what == "kind" else "0.0"
                for term, value in self.values.items():
                    chosen = str(value.kind) if what == "kind" else write_number(value.number)
                    text = f"(ite (= x {self.index(term)}) {chosen} {text})"
                lines.append(f"(define-fun {self.prefix}{what} ((x {sort})) {result} {text})")
        return "\n".join([*lines, f"(define-fun {self.prefix}found () Bool (and {body} {refuted}))"])


def _is_nonlinear(expression: Expression) -> bool:
    if not isinstance(expression, Operation):
        return False
    left, right = expression.arguments
    if expression.operator == "*" and list_operands(left) and list_operands(right):
        return True
    if expression.operator == "/" and list_operands(right):
        return True
    return _is_nonlinear(left) or _is_nonlinear(right)


def substitute(expression: Expression, choice: Mapping[str, int | str]) -> Expression:
    """Replace variables by terms; of an individual that was renamed, an IRI here, no function has a value."""
    if isinstance(expression, Operation):
        return Operation(expression.operator, tuple(substitute(part, choice) for part in expression.arguments))
    term = choice.get(expression, expression)
    return term if isinstance(term, str) else f"<{term}>"


def compute_number(expression: Expression, choice: Mapping[str, str]) -> Fraction | None:
    """Compute an expression over numbers; None when an operand is none, or a divisor is zero."""
    if not isinstance(expression, Operation):
        term = choice.get(expression, expression)
        if not term.startswith('"'):
            return None
        value = read_values([term])[term]
        return value.number if value.kind == NUMBER else None
    left, right = (compute_number(argument, choice) for argument in expression.arguments)
    if left is None or right is None or (expression.operator == "/" and not right):
        return None
    if expression.operator == "+":
        return left + right
    if expression.operator == "-":
        return left - right
    return left * right if expression.operator == "*" else left / right


def write_case(case: Case, prefix: str) -> str:
    """Write a case as SMT-LIB definitions; ``<prefix>found`` is true of a binding that breaks the sentence."""
    return _Writer(case, prefix).write()
