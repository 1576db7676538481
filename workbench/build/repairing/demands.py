"""Broken constraints as demands on numbers: which comparisons of which stated values must not all hold together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from workbench.build.repairing.stated_numbers import Measured, StatedNumbers, measure
from workbench.model.builtins import NEGATED, evaluate_value, holds
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Operation,
    Rule,
    collect_variables,
)
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal, is_variable
from workbench.model.totals import Total, TotalConstraint, make_slot
from workbench.model.values import read_value
from workbench.solving.repairs.amounts import Amount, Combined, Demand, Relation, Share, iterate_names
from workbench.validation.totals.matching import FactIndex

__all__ = ["DemandMaker", "FrozenError", "Origin", "Unencodable", "find_joined"]

_MOST_SHARES = 5_000
Origin = Callable[[Triple], Triple]
"""Gives the fact, as it was before anything was changed, that states the value of a fact."""


class Unencodable(Exception):  # noqa: N818 - no error: it is told to the author in words
    """A demand cannot be put into numbers; the text says why, as a clause."""


class FrozenError(Exception):
    """Numbers were frozen while a demand was made; it is to be made again."""


class _Symbol(NamedTuple):
    kind: str
    amount: Amount


_Symbols = Mapping[str, _Symbol]


class DemandMaker:
    """Makes demands; numbers that a function other than ``+ - * /`` takes are frozen and count as they are."""

    def __init__(self, numbers: StatedNumbers) -> None:
        self._numbers = numbers

    def make_from_body(
        self,
        key: tuple[str, ...],
        body: Sequence[BodyElement],
        bindings: Mapping[str, Term],
        premises: Sequence[Triple],
        origin: Origin,
    ) -> Demand | None:
        """Return what a body asks that must not hold; None when no number in it may be changed."""
        symbols = self._find_symbols(body, premises, origin, _count(body))
        relations = self._relate_all(body, bindings, symbols)
        return None if relations is None or not relations else Demand(key, tuple(relations))

    def make_from_total(
        self,
        key: tuple[str, ...],
        constraint: TotalConstraint,
        bindings: Mapping[str, Term],
        premises: Sequence[Triple],
        origin: Origin,
        index: FactIndex,
    ) -> Demand | None:
        """Return what a case of a constraint on totals asks that must not hold.

        ``index`` holds the facts as they were before anything was changed. Raises Unencodable.
        """
        counts = _count([*constraint.body, *(e for total in constraint.totals for e in total.body)])
        symbols = dict(self._find_symbols(constraint.body, premises, origin, counts))
        relations = self._relate_all(constraint.body, bindings, symbols)
        if relations is None:
            return None
        outer = {variable: term for variable, term in bindings.items() if variable not in symbols}
        for number, total in enumerate(constraint.totals):
            symbols[make_slot(number)] = self._say_total(total, outer, symbols, origin, index, counts)
        head = constraint.comparison
        made = self._relate(Comparison(NEGATED[head.operator], head.left, head.right), bindings, symbols)
        if made is False:
            return None
        relations += [made] if isinstance(made, Relation) else []
        return Demand(key, tuple(relations)) if relations else None

    # -- numbers

    def _find_symbols(
        self, body: Sequence[BodyElement], premises: Sequence[Triple], origin: Origin, counts: Counter[str]
    ) -> dict[str, _Symbol]:
        """Return the variables that stand for numbers that may be changed: objects of one atom, and nothing else."""
        atoms = [element for element in body if isinstance(element, Atom)]
        found = {}
        for atom, premise in zip(atoms, premises, strict=True):
            if is_variable(atom.object) and counts[atom.object] == 1 and is_literal(premise[2]):
                known = self._numbers.find(origin(premise))
                if known is not None:
                    found[atom.object] = _Symbol(*known)
        return found

    # -- totals

    def _say_total(
        self,
        total: Total,
        outer: Mapping[str, Term],
        symbols: _Symbols,
        origin: Origin,
        index: FactIndex,
        counts: Counter[str],
    ) -> _Symbol:
        counted = {str(value) for value in total.values} if total.kind == "count" else set()
        atoms = [element for element in total.body if isinstance(element, Atom)]
        loose = {a.object for a in atoms if is_variable(a.object) and counts[a.object] == 1} - counted - outer.keys()
        loose |= symbols.keys()
        kept, free = _part(total.body, loose, {v for atom in atoms for v in collect_variables(atom)} | outer.keys())
        groups: dict[object, list[Share]] = {}
        kinds = set()
        for number, match in enumerate(index.match(kept, outer)):
            if number >= _MOST_SHARES:
                raise Unencodable(f"more than {_MOST_SHARES:,} facts add up")
            own = {**symbols, **self._find_symbols(atoms, match.premises, origin, counts)}
            own = {v: symbol for v, symbol in own.items() if v not in counted}
            conditions = self._relate_all(free, match.bindings, own)
            if conditions is None:
                continue
            if total.kind == "count":
                identity: object = tuple(_identify(match.bindings[str(value)]) for value in total.values)
                value = Measured("number", Fraction(1))
                said = _Symbol(*value)
            else:
                identity = number
                known = self._say(total.values[0], match.bindings, own)
                if known is None:
                    raise Unencodable("a value that is added up is no number")
                said = known
            kinds.add(said.kind)
            groups.setdefault(identity, []).append(Share(said.amount, tuple(conditions)))
        if len(kinds) > 1 or (total.kind in ("sum", "average") and kinds - {"number"}):
            raise Unencodable("the values that are added up are of several kinds")
        if total.kind == "count":
            shares = tuple(Share(Combined("any", tuple(group))) for group in groups.values())
            return _Symbol("number", _simplify(Combined("sum", shares)))
        shares = tuple(share for group in groups.values() for share in group)
        return _Symbol(next(iter(kinds), "number"), _simplify(Combined(total.kind, shares)))

    # -- comparisons

    def _relate_all(
        self, body: Iterable[BodyElement], bindings: Mapping[str, Term], symbols: dict[str, _Symbol]
    ) -> list[Relation] | None:
        """Return the comparisons that depend on numbers; None when one that does not depend on any fails.

        What ``?c = ?a + 1`` gives a value becomes a symbol.
        """
        elements = list(body)
        bound = {v for e in elements if isinstance(e, Atom) for v in collect_variables(e)}
        comparisons = [element for element in elements if isinstance(element, Comparison)]
        waiting, changed = comparisons, True
        while changed:
            changed = False
            for comparison in waiting:
                target = _find_target(comparison, bound, symbols)
                if target is not None:
                    variable, expression = target
                    said = self._say(expression, bindings, symbols)
                    if said is None:
                        return None
                    symbols[variable] = said
                    waiting = [other for other in waiting if other is not comparison]
                    changed = True
                    break
        relations = []
        for comparison in waiting:
            made = self._relate(comparison, bindings, symbols)
            if made is False:
                return None
            if isinstance(made, Relation):
                relations.append(made)
        return relations

    def _relate(self, comparison: Comparison, bindings: Mapping[str, Term], symbols: _Symbols) -> Relation | bool:
        """Return a comparison of numbers; where it depends on none, whether it holds."""
        if not _mentions(comparison.left, symbols) and not _mentions(comparison.right, symbols):
            return holds(comparison, bindings)
        left, right = (self._say(side, bindings, symbols) for side in (comparison.left, comparison.right))
        if left is None or right is None or left.kind != right.kind:
            return comparison.operator == "!=" and left is not None and right is not None
        return Relation(comparison.operator, left.amount, right.amount)

    def _say(self, expression: Expression, bindings: Mapping[str, Term], symbols: _Symbols) -> _Symbol | None:
        if isinstance(expression, Operation):
            if not _mentions(expression, symbols):
                found = measure(evaluate_value(expression, bindings))
                return None if found is None else _Symbol(found.kind, found.number)
            if expression.operator not in ("+", "-", "*", "/"):
                self._freeze(expression, symbols)
            parts = [self._say(argument, bindings, symbols) for argument in expression.arguments]
            left, right = parts
            if left is None or right is None or left.kind != "number" or right.kind != "number":
                return None
            operator = expression.operator
            shares = (Share(left.amount), Share(right.amount))
            return _Symbol("number", Combined(operator, shares))  # type: ignore[arg-type]  # one of the four
        if expression in symbols:
            return symbols[expression]
        term = bindings.get(expression, expression)
        found = measure(read_value(term)) if is_literal(term) else None
        return None if found is None else _Symbol(found.kind, found.number)

    def _freeze(self, expression: Operation, symbols: _Symbols) -> None:
        """Keep the numbers that a function takes as they are; what was made so far has to be made anew."""
        names = {
            name
            for variable in collect_variables(expression)
            if variable in symbols
            for name in iterate_names(symbols[variable].amount)
        }
        if not names:
            raise Unencodable("a function other than + - * / is applied to a total")
        self._numbers.frozen |= names
        raise FrozenError


def find_joined(rules: Iterable[Rule], totals: Iterable[TotalConstraint]) -> frozenset[Term]:
    """Return the properties whose values decide which facts belong together, or whether there is none: these stay."""
    found = set()
    bodies = [list(rule.body) for rule in rules]
    bodies += [[*total.body, *(e for one in total.totals for e in one.body)] for total in totals]
    for body in bodies:
        counts = _count(body)
        for element in body:
            if isinstance(element, Negation):
                found |= {part.predicate for part in element.elements if isinstance(part, Atom)}
            elif isinstance(element, Atom) and (counts[element.object] > 1 or is_literal(element.object)):
                found.add(element.predicate)
    return frozenset(found - {RDF_TYPE})


def _count(body: Iterable[BodyElement]) -> Counter[str]:
    """Return how often each variable stands in an atom, those under ``not`` included."""
    found: Counter[str] = Counter()
    for element in body:
        if isinstance(element, Atom):
            found.update(side for side in (element.subject, element.object) if is_variable(side))
        elif isinstance(element, Negation):
            found.update(_count(element.elements))
            found.update(v for e in element.elements if isinstance(e, Comparison) for v in collect_variables(e))
    return found


def _part(body: Sequence[BodyElement], loose: set[str], bound: set[str]) -> tuple[list[BodyElement], list[BodyElement]]:
    """Part a body into what is matched, and the comparisons that depend on numbers that may be changed."""
    loose = set(loose)
    free: list[BodyElement] = []
    changed = True
    while changed:
        changed = False
        for element in body:
            if isinstance(element, Comparison) and element not in free and loose & {*collect_variables(element)}:
                free.append(element)
                loose |= {v for v in collect_variables(element) if v not in bound}
                changed = True
    return [element for element in body if element not in free], free


def _find_target(comparison: Comparison, bound: set[str], symbols: _Symbols) -> tuple[str, Expression] | None:
    """Return the variable to which an equation gives a value that depends on numbers, and that value."""
    if comparison.operator != "=":
        return None
    for one, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
        is_open = isinstance(one, str) and is_variable(one) and one not in bound and one not in symbols
        if is_open and _mentions(other, symbols):
            return str(one), other
    return None


def _mentions(expression: Expression, symbols: _Symbols) -> bool:
    return any(variable in symbols for variable in collect_variables(expression))


def _simplify(amount: Combined) -> Amount:
    """Return a sum in which no number may be changed as what it is."""
    if amount.operator == "sum" and not any(True for _ in iterate_names(amount)):
        values = [_evaluate_share(share) for share in amount.parts]
        return sum(values, Fraction(0))
    return amount


def _evaluate_share(share: Share) -> Fraction:
    return share.value if isinstance(share.value, Fraction) else Fraction(1)


def _identify(term: Term) -> object:
    return (read_value(term) or term) if is_literal(term) else term
