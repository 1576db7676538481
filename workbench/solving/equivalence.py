"""Do two rules say the same? Judged by Z3, beside the scorer's own decision.

The body of one rule is frozen: each variable is an unknown of its own, its atoms are the only facts, and its
comparisons hold. Whatever its unknowns are, the other rule must conclude the same from these facts, by one of the ways
in which its atoms can be taken for them (Chandra and Merlin 1977; with comparisons, which way that is depends on the
unknowns: Klug 1988). So Z3 is asked for unknowns for which no way will do. There are none in either direction exactly
when the rules say the same; unknowns that are found are facts from which only one of the rules concludes something.

Decided are conjunctions of atoms with linear comparisons whose variables stand in atoms. Numbers are rational;
individuals are points that differ from each other. Everything else is refused with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Literal, NamedTuple

from workbench.model.rules import Atom, Comparison, Expression, Operation, Rule, collect_variables
from workbench.model.terms import RDF_TYPE, XSD, Term, is_literal, is_variable, split_literal
from workbench.solving.solver import Solver, Sort

__all__ = ["EQUIVALENCE_METHOD", "Decision", "EquivalenceClaim", "decide_equivalence", "find_equivalence_fault"]

EQUIVALENCE_METHOD = "of both rules, frozen in turn, the other concludes the same for all unknowns, or not for some"
_MOST_ATOMS = 12
_MOST_WAYS = 5_000
_NUMBERS = frozenset(f"<{XSD}{name}>" for name in ("integer", "decimal"))
_SIGNS = {"=": "=", "!=": "distinct", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

_Bindings = Mapping[str, str]


class EquivalenceClaim(NamedTuple):
    """That two rules say the same, or that they do not."""

    first: Rule
    second: Rule
    same: bool


class Decision(NamedTuple):
    """Whether two rules say the same, why that is not decided, and what shows a difference.

    ``frozen`` is 0 or 1 for the rule that concludes more from its own body under ``values``, which are those of its
    variables; individuals are numbers that stand for nothing else.
    """

    result: Literal["same", "different", "undecided"]
    reason: str = ""
    frozen: int = 0
    values: Mapping[str, Fraction] = {}


class _UndecidedError(Exception):
    """The rules are outside what is decided."""


def find_equivalence_fault(solver: Solver, claim: EquivalenceClaim) -> str:
    """Return why Z3 does not agree with a claim; empty when it does."""
    found = decide_equivalence(solver, claim.first, claim.second, shows=False)
    if found.result == "undecided":
        return f"whether two formulas say the same is not decided: {found.reason}"
    if (found.result == "same") == claim.same:
        return ""
    return "two formulas say different things" if claim.same else "two formulas say the same"


def decide_equivalence(solver: Solver, first: Rule, second: Rule, *, shows: bool = True) -> Decision:
    """Tell whether two rules conclude the same from any facts, in one application each.

    Without ``shows`` no values are given with which they do not.
    """
    try:
        for frozen, (own, other) in enumerate(((first, second), (second, first))):
            values = _find_escape(solver, own, other, shows=shows)
            if values is not None:
                return Decision("different", frozen=frozen, values=values)
    except _UndecidedError as error:
        return Decision("undecided", str(error))
    return Decision("same")


def _find_escape(solver: Solver, own: Rule, other: Rule, *, shows: bool) -> Mapping[str, Fraction] | None:
    """Return values of a rule's variables under which the other does not conclude what it does; None without any.

    Unless it ``shows`` them, nothing instead of the values.
    """
    encoding = _Encoding(own, other)
    for head in own.head:
        lines = [*encoding.lines, *(f"(assert (not {way}))" for way in encoding.list_ways(head))]
        result = solver.ask("\n".join(lines)).result
        if result == "unknown":
            raise _UndecidedError("Z3 gave up")
        if result == "sat" and not shows:
            return {}
        if result == "sat":
            sorts: dict[str, Sort] = dict.fromkeys(encoding.unknowns.values(), "Real")
            found = solver.find_assignment("\n".join(lines), (), sorts) or {}
            return {name: Fraction(found[one]) for name, one in encoding.unknowns.items() if one in found}
    return None


class _Encoding:
    """A rule's frozen body as SMT-LIB text, and the ways in which another rule concludes something from it."""

    def __init__(self, own: Rule, other: Rule) -> None:
        self._other = other
        self._atoms, comparisons = _take_apart(own)
        self._wanted, self._conditions = _take_apart(other)
        self.unknowns = {
            name: f"x{number}"
            for number, name in enumerate(dict.fromkeys(n for atom in self._atoms for n in collect_variables(atom)))
        }
        self._points = _name_points((own, other))
        self.lines = [f"(declare-const {name} Real)" for name in (*self.unknowns.values(), *self._points.values())]
        numbers = [_write_number(number) for number in _list_numbers((own, other))]
        apart = [*self._points.values()]
        if len(apart) + len(numbers) > 1 and apart:
            self.lines.append(f"(assert (distinct {' '.join([*apart, *numbers])}))")
        self.lines += [f"(assert {self._write_comparison(one, self.unknowns)})" for one in comparisons]

    def list_ways(self, head: Atom) -> Iterator[str]:
        """Yield what must hold for the other rule to conclude a head, for each way to take its atoms for the facts."""
        ways = 0
        for bindings, equations in self._match(0, {}, ()):
            for concluded in self._other.head:
                same = self._equate(concluded, head, bindings, is_bound=True)
                if same is None:
                    continue
                ways += 1
                if ways > _MOST_WAYS:
                    raise _UndecidedError("there are too many ways to compare them")
                needed = [*equations, *same[1]]
                needed += [self._write_comparison(one, bindings) for one in self._conditions]
                yield f"(and true {' '.join(needed)})"

    def _match(
        self, place: int, bindings: dict[str, str], equations: tuple[str, ...]
    ) -> Iterator[tuple[dict[str, str], tuple[str, ...]]]:
        """Yield where the other rule's variables can point to, with the equations that this needs."""
        if place == len(self._wanted):
            yield bindings, equations
            return
        for fact in self._atoms:
            found = self._equate(self._wanted[place], fact, bindings)
            if found is not None:
                yield from self._match(place + 1, found[0], (*equations, *found[1]))

    def _equate(
        self, wanted: Atom, fact: Atom, bindings: _Bindings, *, is_bound: bool = False
    ) -> tuple[dict[str, str], list[str]] | None:
        """Return the bindings and equations by which an atom of the other rule is one of this; None for never."""
        if wanted.key != fact.key or (wanted.predicate == RDF_TYPE) != (fact.predicate == RDF_TYPE):
            return None
        pairs = [(wanted.subject, fact.subject)]
        if wanted.predicate != RDF_TYPE:
            pairs.append((wanted.object, fact.object))
        extended, equations = dict(bindings), []
        for term, value in pairs:
            target = self._write_term(value, self.unknowns)
            if is_variable(term) and term not in extended and not is_bound:
                extended[term] = target
                continue
            own = self._write_term(term, extended)
            if own != target:
                if own in self._points.values() and target in self._points.values():
                    return None
                equations.append(f"(= {own} {target})")
        return extended, equations

    def _write_term(self, term: Term, bindings: _Bindings) -> str:
        if is_variable(term):
            return bindings[term]
        return self._points[term] if term in self._points else _write_number(_read_number(term))

    def _write_comparison(self, comparison: Comparison, bindings: _Bindings) -> str:
        left, right = (self._write(side, bindings) for side in (comparison.left, comparison.right))
        return f"({_SIGNS[comparison.operator]} {left} {right})"

    def _write(self, expression: Expression, bindings: _Bindings) -> str:
        if not isinstance(expression, Operation):
            return self._write_term(expression, bindings)
        left, right = (self._write(argument, bindings) for argument in expression.arguments)
        return f"({expression.operator} {left} {right})"


def _take_apart(rule: Rule) -> tuple[list[Atom], list[Comparison]]:
    """Return the atoms and comparisons of a rule; _UndecidedError for what is not decided."""
    atoms = [element for element in rule.body if isinstance(element, Atom)]
    comparisons = [element for element in rule.body if isinstance(element, Comparison)]
    if len(atoms) + len(comparisons) < len(rule.body):
        raise _UndecidedError("something is negated")
    if not rule.head or not atoms or len(atoms) > _MOST_ATOMS or len(comparisons) > _MOST_ATOMS:
        raise _UndecidedError("a rule has no conclusion or no atom, or is too long")
    bound = {name for atom in atoms for name in collect_variables(atom)}
    needed = {name for atom in rule.head for name in collect_variables(atom)}
    needed |= {name for comparison in comparisons for name in collect_variables(comparison)}
    if not needed <= bound:
        raise _UndecidedError("a variable stands in no atom")
    for comparison in comparisons:
        is_ordered = comparison.operator not in ("=", "!=")
        for side in (comparison.left, comparison.right):
            _check_expression(side, is_number=is_ordered or isinstance(side, Operation))
    return atoms, comparisons


def _check_expression(expression: Expression, *, is_number: bool) -> bool:
    """Tell whether a linear expression has a variable; _UndecidedError when it is none."""
    if not isinstance(expression, Operation):
        if not is_variable(expression) and (is_number or is_literal(expression)):
            _read_number(expression)
        return is_variable(expression)
    if len(expression.arguments) != 2 or expression.operator not in ("+", "-", "*", "/"):
        raise _UndecidedError(f"the function {expression.operator} is used")
    varies = [_check_expression(argument, is_number=True) for argument in expression.arguments]
    if (expression.operator == "*" and all(varies)) or (expression.operator == "/" and varies[1]):
        raise _UndecidedError("a comparison is not linear")
    if expression.operator == "/":
        divisor = expression.arguments[1]
        if isinstance(divisor, Operation) or not _read_number(divisor):
            raise _UndecidedError("something is divided by what is no number, or nothing")
    return any(varies)


def _read_number(term: Term) -> Fraction:
    if is_literal(term):
        lexical, datatype, _ = split_literal(term)
        if datatype in _NUMBERS:
            try:
                return Fraction(Decimal(lexical))
            except (InvalidOperation, ValueError):
                pass
    raise _UndecidedError("a value is no number")


def _write_number(number: Fraction) -> str:
    text = f"(/ {abs(number.numerator)}.0 {number.denominator}.0)"
    return f"(- {text})" if number < 0 else text


def _iterate_terms(rules: Sequence[Rule]) -> Iterator[Term]:
    """Yield the terms that rules speak of; classes and properties are none."""
    for rule in rules:
        for element in (*rule.body, *rule.head):
            if isinstance(element, Atom):
                yield from (element.subject,) if element.predicate == RDF_TYPE else (element.subject, element.object)
            elif isinstance(element, Comparison):
                for side in (element.left, element.right):
                    yield from _iterate_operands(side)


def _iterate_operands(expression: Expression) -> Iterator[Term]:
    if not isinstance(expression, Operation):
        yield expression
        return
    for argument in expression.arguments:
        yield from _iterate_operands(argument)


def _name_points(rules: Sequence[Rule]) -> dict[Term, str]:
    """Return a constant for each individual that rules name."""
    named = dict.fromkeys(term for term in _iterate_terms(rules) if not is_variable(term) and not is_literal(term))
    if any(term.startswith("_:") for term in named):
        raise _UndecidedError("a blank node may be anybody")
    return {term: f"c{number}" for number, term in enumerate(named)}


def _list_numbers(rules: Sequence[Rule]) -> list[Fraction]:
    return sorted({_read_number(term) for term in _iterate_terms(rules) if is_literal(term)})
