"""Rules as values: atoms, comparisons, negations, and the statements that carry them.

A rule is ``body -> head``. The head is a conjunction of atoms, or empty, which reads ``false`` (an integrity rule).
Every stated axiom and every constraint becomes such a rule, so the engine, the checker, Z3, the wording and the
exported theory all speak of one thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from workbench.model.report import Location
from workbench.model.terms import RDF_TYPE, Pattern, Triple, is_variable

__all__ = [
    "Atom",
    "BodyElement",
    "Comparison",
    "Expression",
    "Negation",
    "Operation",
    "Provenance",
    "Rule",
    "RuleKind",
    "RuleTest",
    "TestClause",
    "collect_operators",
    "collect_variables",
    "is_restatement",
    "is_transitivity",
    "iterate_atoms",
    "iterate_terms",
    "substitute_atom",
    "substitute_element",
]


class Atom(NamedTuple):
    """A triple pattern; a class atom ``C(?x)`` is ``(?x, rdf:type, C)``. The predicate is never a variable."""

    subject: str
    predicate: str
    object: str

    @property
    def key(self) -> str:
        """What the atom is about: its class for a class atom, else its property."""
        return self.object if self.predicate == RDF_TYPE else self.predicate


@dataclass(frozen=True, slots=True)
class Operation:
    """A function applied to arguments: one of ``+ - * /`` to two, or one that ``functions.FUNCTIONS`` names."""

    operator: str
    arguments: tuple[Expression, ...]


Expression = str | Operation
"""A variable, a term, or an operation over expressions."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left operator right`` with ``= != < <= > >=``.

    ``=`` whose one side is a variable that nothing else binds gives that variable the other side's value.
    Literals compare by value, individuals by name (unique names); a blank node may be any individual, so ``!=`` of
    it and an individual is false. A comparison of values that have no order between them is false, and so is its
    opposite, except that ``!=`` of terms of different kinds is true. A
    comparison with an operation holds only where both sides have values of one kind. A condition such as
    ``contains(?a, "x")`` is its equality with ``true``.
    """

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Negation:
    """``not (a ^ b ^ ...)``: no binding of the variables that occur only here makes all elements true."""

    elements: tuple[Atom | Comparison, ...]


BodyElement = Atom | Comparison | Negation
RuleKind = Literal["rule", "axiom", "constraint"]
TestClause = Literal["must", "mustnot", "unknown"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who says so: carried by every axiom, assertion, rule, constraint and phrase. Dates are ISO 8601 or empty."""

    sources: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    state: str = ""
    valid_from: str = ""
    valid_until: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule, compiled axiom or constraint.

    ``name`` is unique in a theory. ``sentences`` are the author's free sentences by language, for explanations.
    ``axioms`` are the stated triples that a compiled axiom comes from; ``mentions`` says where each name stands first
    in its text, and each variable last. Equality of *meaning* is body and head only; the other fields do not take part
    in comparisons.
    """

    name: str
    body: tuple[BodyElement, ...]
    head: tuple[Atom, ...]
    kind: RuleKind = field(default="rule", compare=False)
    sentences: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    axioms: tuple[Triple, ...] = field(default=(), compare=False)
    provenance: Provenance = field(default=Provenance(), compare=False)
    location: Location | None = field(default=None, compare=False)
    mentions: tuple[tuple[str, Location], ...] = field(default=(), compare=False, repr=False)

    def locate(self, mention: str) -> Location | None:
        """Return where a name or variable stands in the rule; without a place of its own that of the rule."""
        return next((place for text, place in self.mentions if text == mention), self.location)

    @property
    def is_integrity(self) -> bool:
        """Whether the head is ``false``."""
        return not self.head


@dataclass(frozen=True, slots=True)
class RuleTest:
    """A worked example kept beside the rules: from the given facts each of ``must`` follows and none of ``must_not``;
    each of ``unknown`` neither follows nor can be ruled out; with ``must_clash`` the given facts contradict each other.

    ``places`` says where each expected atom stands, with its clause; of ``must false`` the atom is None.
    """

    name: str
    given: tuple[Atom, ...]
    must: tuple[Atom, ...]
    must_not: tuple[Atom, ...]
    location: Location | None = field(default=None, compare=False)
    unknown: tuple[Atom, ...] = ()
    must_clash: bool = False
    places: tuple[tuple[TestClause, Atom | None, Location], ...] = field(default=(), compare=False)

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """All atoms, given and expected."""
        return (*self.given, *self.must, *self.must_not, *self.unknown)

    def locate(self, clause: TestClause, expected: Atom | None) -> Location | None:
        """Return where an expected atom stands; without a place of its own that of the test."""
        found = (place for word, atom, place in self.places if (word, atom) == (clause, expected))
        return next(found, self.location)


def _iterate_expression(expression: Expression) -> Iterator[str]:
    if isinstance(expression, Operation):
        for argument in expression.arguments:
            yield from _iterate_expression(argument)
    elif is_variable(expression):
        yield expression


def collect_variables(element: BodyElement | Expression) -> tuple[str, ...]:
    """Return the variables of a body element or expression in order of first occurrence."""
    found: Iterable[str]
    if isinstance(element, Atom):
        found = [a for a in (element.subject, element.object) if is_variable(a)]
    elif isinstance(element, Comparison):
        found = [*_iterate_expression(element.left), *_iterate_expression(element.right)]
    elif isinstance(element, Negation):
        found = [v for part in element.elements for v in collect_variables(part)]
    else:
        found = _iterate_expression(element)
    return tuple(dict.fromkeys(found))


def iterate_atoms(body: Iterable[BodyElement], *, negated: bool = False) -> Iterator[Atom]:
    """Yield the positive atoms of a body, or with ``negated`` those under ``not``."""
    for element in body:
        if isinstance(element, Atom):
            if not negated:
                yield element
        elif isinstance(element, Negation) and negated:
            yield from (part for part in element.elements if isinstance(part, Atom))


def collect_operators(body: Iterable[BodyElement]) -> frozenset[str]:
    """Return the operators of all operations in a body."""
    found: set[str] = set()

    def walk(part: BodyElement | Expression) -> None:
        if isinstance(part, Operation):
            found.add(part.operator)
        parts = part.elements if isinstance(part, Negation) else ()
        sides = (part.left, part.right) if isinstance(part, Comparison) else ()
        for inner in (*parts, *sides, *(part.arguments if isinstance(part, Operation) else ())):
            walk(inner)

    for element in body:
        walk(element)
    return frozenset(found)


def iterate_terms(part: Rule | BodyElement | Expression) -> Iterator[str]:
    """Yield the variables and terms of a rule, a body element or an expression; of atoms those at both ends."""
    if isinstance(part, str):
        yield part
        return
    if isinstance(part, Atom):
        yield from (part.subject, part.object)
        return
    inner: tuple[BodyElement | Expression, ...]
    if isinstance(part, Rule):
        inner = (*part.body, *part.head)
    elif isinstance(part, Comparison):
        inner = (part.left, part.right)
    else:
        inner = part.elements if isinstance(part, Negation) else part.arguments
    for element in inner:
        yield from iterate_terms(element)


def substitute_atom(atom: Atom | Pattern, bindings: Mapping[str, str]) -> Atom:
    """Replace the atom's variables that ``bindings`` (``{"?x": term}``) knows."""
    subject, predicate, object_ = atom
    return Atom(bindings.get(subject, subject), predicate, bindings.get(object_, object_))


def _substitute_expression(expression: Expression, bindings: Mapping[str, str]) -> Expression:
    if isinstance(expression, Operation):
        arguments = tuple(_substitute_expression(argument, bindings) for argument in expression.arguments)
        return Operation(expression.operator, arguments)
    return bindings.get(expression, expression)


def substitute_element(element: BodyElement, bindings: Mapping[str, str]) -> BodyElement:
    """Replace the variables of any body element that ``bindings`` knows."""
    if isinstance(element, Atom):
        return substitute_atom(element, bindings)
    if isinstance(element, Comparison):
        return Comparison(
            element.operator,
            _substitute_expression(element.left, bindings),
            _substitute_expression(element.right, bindings),
        )
    parts = (substitute_element(part, bindings) for part in element.elements)
    return Negation(tuple(part for part in parts if not isinstance(part, Negation)))


def is_transitivity(rule: Rule) -> bool:
    """Tell whether a rule is ``P(?x, ?y) ^ P(?y, ?z) -> P(?x, ?z)``.

    Such a rule is evaluated left-linearly: its second premise must be a *base* fact of P, one that is stated or
    that another rule derives in the round in which the fact first appears. The closure is the same as with the
    unrestricted rule; the height of a fact then counts hops along the chain, and a chain of n steps has O(n^2)
    derivations instead of O(n^3).
    """
    if len(rule.body) != 2 or len(rule.head) != 1:
        return False
    first, second = rule.body
    if not isinstance(first, Atom) or not isinstance(second, Atom):
        return False
    head = rule.head[0]
    names = {first.subject, first.object, second.object}
    return (
        first.predicate == second.predicate == head.predicate != RDF_TYPE
        and first.object == second.subject
        and (head.subject, head.object) == (first.subject, second.object)
        and len(names) == 3
        and all(is_variable(name) for name in names)
    )


def is_restatement(rule: Rule) -> bool:
    """Tell whether a rule says the same pair, or the same individual, under another name.

    That is one atom in the body, one in the head, the same variables in both and nothing constant: inverse,
    symmetric and equivalent properties, subproperties, equivalent classes and subclasses. Such a step counts for a
    proof's height but not for its hops.
    """
    if len(rule.body) != 1 or len(rule.head) != 1 or not isinstance(rule.body[0], Atom):
        return False
    body, head = collect_variables(rule.body[0]), collect_variables(rule.head[0])
    arities = {1 if atom.predicate == RDF_TYPE else 2 for atom in (rule.body[0], rule.head[0])}
    return set(body) == set(head) and arities == {len(body)}
