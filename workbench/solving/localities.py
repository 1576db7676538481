"""Sentences seen from one row of one of their atoms, with only those rows of a world that can stand beside it.

A world breaks a rule exactly when some row of some atom of the body takes part in a binding that does. So a rule is
judged row by row of one chosen atom: what Z3 is asked is the same sentence over the few rows that the one row leaves
possible, named apart. Such problems are small and recur in every world, where whole worlds hardly do.

What is left out can hide nothing. A row of a body atom is left out only when it differs from the chosen row, or from
all rows that are kept of an atom before, in a variable that they share, or has another term where the atom has a
constant: no binding has both. Rows of a head or of a negation that are left out could only make Z3 find a binding
that breaks the rule where there is none. Nothing here decides whether a rule holds; Z3 makes all joins again.

A comparison whose variables can each be one term only is taken out of the sentence and judged by itself, by value:
no binding breaks the rule unless it holds. The rest is then the same problem for all values.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from workbench.model.rules import Comparison, Expression
from workbench.model.terms import RDF_TYPE, Triple, is_variable
from workbench.solving.encoding import Case, Literal, Sentence, compute_number, name_class, substitute
from workbench.solving.values import is_arithmetic, list_operands, write_canonical_number

__all__ = ["Cut", "Locality", "Terms", "World", "find_localities", "read_fact"]

Terms = tuple[str, ...]
"""A row of a relation."""
_MOST_APART = 8
"""So many rows of one atom are judged one at a time where values are compared."""


class _Relation:
    """The rows of a class or property, all different, as a list and a set, and by position those with a term there."""

    __slots__ = ("known", "places", "rows")

    def __init__(self, width: int) -> None:
        self.rows: list[Terms] = []
        self.known: set[Terms] = set()
        self.places: tuple[dict[str, list[Terms]], ...] = tuple([{} for _ in range(width)])

    def add(self, row: Terms) -> None:
        self.rows.append(row)
        self.known.add(row)
        for place, term in zip(self.places, row, strict=True):
            rows = place.get(term)
            if rows is None:
                place[term] = [row]
            else:
                rows.append(row)

    def take_away(self, row: Terms) -> None:
        """Undo the latest :meth:`add`."""
        self.rows.pop()
        self.known.discard(row)
        for place, term in zip(self.places, row, strict=True):
            place[term].pop()


class World:
    """The facts of one world as relations: unary for classes, binary for properties."""

    __slots__ = ("relations",)

    def __init__(self, facts: Iterable[Triple]) -> None:
        self.relations: dict[str, _Relation] = {}
        for fact in dict.fromkeys(facts):
            self._add(*read_fact(fact))

    def _add(self, key: str, row: Terms) -> None:
        relation = self.relations.get(key)
        if relation is None:
            relation = self.relations[key] = _Relation(len(row))
        relation.add(row)

    @contextmanager
    def lend(self, rows: Sequence[tuple[str, Terms]]) -> Iterator[None]:
        """Hold further rows, none of them known, as long as the block lasts."""
        for key, row in rows:
            self._add(key, row)
        try:
            yield
        finally:
            for key, row in reversed(rows):
                relation = self.relations[key]
                relation.take_away(row)
                if not relation.rows:  # rows of another width may come under the same key
                    del self.relations[key]

    def has_rows(self, key: str) -> bool:
        """Tell whether a relation has any row."""
        relation = self.relations.get(key)
        return relation is not None and bool(relation.rows)

    def list_rows(self, key: str) -> Sequence[Terms]:
        """Return the rows of a relation."""
        relation = self.relations.get(key)
        return () if relation is None else relation.rows


def read_fact(fact: Triple) -> tuple[str, Terms]:
    """Return a fact's relation and row."""
    subject, predicate, object_ = fact
    return (name_class(object_), (subject,)) if predicate == RDF_TYPE else (predicate, (subject, object_))


class Cut(NamedTuple):
    """What one row leaves of a sentence: bindings of ``case`` are bindings of it where all ``conditions`` hold.

    The conditions are comparisons without variables.
    """

    conditions: tuple[Comparison, ...]
    case: Case


class _Look(NamedTuple):
    """How the rows of one literal are found, given terms for the variables before it.

    ``place`` is the position looked up by (-1: all rows) and ``by`` the variable or constant there; ``fits`` are
    further positions whose terms are restricted, ``same`` pairs of positions with one variable, ``new`` the variables
    that get their terms from here; ``is_compared`` tells whether the value of one may matter. ``number`` is the
    literal's relation in the local sentence.
    """

    key: str
    number: int
    place: int
    by: str
    fits: tuple[tuple[int, str], ...]
    same: tuple[tuple[int, int], ...]
    new: tuple[tuple[int, str], ...]
    is_compared: bool


class Locality:
    """A sentence seen from one of its body atoms, the ``anchor``."""

    __slots__ = ("_anchor", "_body", "_comparisons", "_local", "_rest", "_values", "_variants", "_whole", "anchor")

    def __init__(self, sentence: Sentence, local: Sentence, numbers: Mapping[int, Sequence[int]], anchor: int) -> None:
        """``local`` is the sentence with a relation of its own for every literal, ``numbers`` say which."""
        self.anchor = sentence.atoms[anchor]
        self._local = local
        self._variants: dict[tuple[tuple[int, ...], tuple[str, ...]], _Variant] = {}
        self._whole = _Variant(local)
        self._comparisons = [(c, _list_variables(c)) for c in sentence.comparisons]
        self._values = [(name, value, list_operands(value)) for name, value in sentence.assignments]
        compared = {name for _, names in self._comparisons for name in names}
        compared.update(name for _, _, names in self._values for name in names)
        order = [anchor]
        known = {a for a in self.anchor.arguments if is_variable(a)}
        left = [number for number in range(len(sentence.atoms)) if number != anchor]
        while left:
            # What shares most of its variables comes first, so that few rows are kept.
            best = max(left, key=lambda n: (_count_known(sentence.atoms[n], known), -n))
            left.remove(best)
            order.append(best)
            known.update(a for a in sentence.atoms[best].arguments if is_variable(a))
        bound: set[str] = set()
        self._body = [_make_look(sentence.atoms[n], numbers[0][n], bound, compared) for n in order][1:]
        self._anchor = numbers[0][anchor]
        self._rest: list[_Look] = []
        for place, literals in enumerate((sentence.heads, *(part.atoms for part in sentence.negations)), start=1):
            inner = set(bound)
            self._rest += [_make_look(one, number, inner) for one, number in zip(literals, numbers[place], strict=True)]

    def cut(self, world: World, row: Terms) -> list[Cut]:
        """Return what Z3 has to judge about one row of the atom; nothing when no row can stand beside it."""
        values: dict[str, Collection[str]] = {}
        for argument, term in zip(self.anchor.arguments, row, strict=True):
            if argument[:1] != "?":
                if argument != term:
                    return []
            elif values.setdefault(argument, (term,)) != (term,):
                return []
        cuts: list[Cut] = []
        self._follow(0, world.relations, values, [(self._anchor, (row,))], cuts)
        return cuts

    def _follow(
        self,
        start: int,
        relations: Mapping[str, _Relation],
        values: dict[str, Collection[str]],
        found: list[tuple[int, Sequence[Terms]]],
        cuts: list[Cut],
    ) -> None:
        """Find the rows of the atoms from ``start`` on, one at a time where several leave open what is compared."""
        for number in range(start, len(self._body)):
            look = self._body[number]
            rows = _find_rows(look, relations, values)
            if not rows:
                return
            if look.is_compared and 1 < len(rows) <= _MOST_APART:
                for row in sorted(rows):
                    single = {variable: (row[position],) for position, variable in look.new}
                    self._follow(number + 1, relations, {**values, **single}, [*found, (look.number, (row,))], cuts)
                return
            found.append((look.number, rows))
        conditions: tuple[Comparison, ...] = ()
        given: Terms = ()
        variant = self._whole
        if self._comparisons or self._values:
            settled = self._settle(values)
            if settled is None:
                return
            conditions, variant, given = settled
        for look in self._rest:
            found.append((look.number, _find_rows(look, relations, values)))
        if given:
            found.append((variant.count - 1, (given,)))
        cuts.append(Cut(conditions, _name_apart(variant, found, values)))

    def _settle(self, values: dict[str, Collection[str]]) -> tuple[tuple[Comparison, ...], _Variant, Terms] | None:
        """Take out what has one value: the conditions, the sentence without them, and the values computed."""
        single = {name: next(iter(terms)) for name, terms in values.items() if len(terms) == 1}
        given: list[str] = []
        for name, value, operands in self._values:
            if is_arithmetic(value) and all(operand in single for operand in operands):
                term = _compute(value, single)
                if term is None:
                    return None
                single[name] = term
                values[name] = (term,)
                given.append(name)
        conditions, left = [], []
        for number, (comparison, names) in enumerate(self._comparisons):
            if all(name in single for name in names):
                sides = (substitute(side, single) for side in (comparison.left, comparison.right))
                conditions.append(Comparison(comparison.operator, *sides))
            else:
                left.append(number)
        variant = self._find_variant(tuple(left), tuple(given))
        return tuple(conditions), variant, tuple([single[name] for name in given])

    def _find_variant(self, left: tuple[int, ...], given: tuple[str, ...]) -> _Variant:
        """Return the local sentence with those comparisons that are left, and with what is given as one atom."""
        variant = self._variants.get((left, given))
        if variant is None:
            local = self._local
            assignments = tuple(one for one in local.assignments if one[0] not in given)
            comparisons = tuple(local.comparisons[number] for number in left)
            sentence = replace(local, comparisons=comparisons, assignments=assignments)
            sentence = sentence.with_atom("given", given) if given else sentence
            variant = self._variants[left, given] = _Variant(sentence)
        return variant


class _Variant:
    """A local sentence with what naming apart has to know of it: the variables whose values may matter, or all."""

    __slots__ = ("compared", "compares_all", "constants", "count", "sentence")

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        self.count = len(sentence.keys)
        self.constants = sentence.constants
        self.compares_all = bool(sentence.assignments) or any(
            part.comparisons or part.assignments for part in sentence.negations
        )
        # One that is computed has no terms yet, but then all literals are kept.
        self.compared = tuple(dict.fromkeys(name for c in sentence.comparisons for name in _list_variables(c)))


def _name_apart(
    variant: _Variant, found: Sequence[tuple[int, Sequence[Terms]]], values: Mapping[str, Collection[str]]
) -> Case:
    """Number terms in the order in which they come up; rows of one literal by the numbers of what is known.

    Constants, and literals and blank nodes whose values may matter, keep their names. Equal cases are isomorphic;
    isomorphic ones are nearly always equal, else one is solved once more.
    """
    kept: Collection[str] = variant.constants
    if variant.compared:
        kept = {*kept, *(term for name in variant.compared for term in values.get(name, ()) if term[0] in '"_')}
    compares_all = variant.compares_all
    names: dict[str, int] = {}
    relations: list[tuple[tuple[int, ...], ...]] = [()] * variant.count
    if not kept and not compares_all:
        for number, rows in found:
            if len(rows) > 1:
                rows = sorted(rows, key=lambda row: ([names.get(term, 1 << 30) for term in row], row))
            relations[number] = tuple([tuple([names.setdefault(t, len(names)) for t in row]) for row in rows])
        return Case(variant.sentence, (), tuple(relations))
    fixed: list[str] = []
    free = 0
    for number, rows in found:
        if len(rows) > 1:
            rows = sorted(rows, key=lambda row: ([names.get(term, 1 << 30) for term in row], row))
        renamed = []
        for row in rows:
            numbers = []
            for term in row:
                name = names.get(term)
                if name is None:
                    if not (term in kept or (compares_all and term[0] in '"_')):
                        name, free = free, free + 1
                    else:
                        fixed.append(term)
                        name = -len(fixed)
                    names[term] = name
                numbers.append(name)
            renamed.append(tuple(numbers))
        relations[number] = tuple(renamed)
    return Case(variant.sentence, tuple(fixed), tuple(relations))


def _list_variables(comparison: Comparison) -> list[str]:
    return [*list_operands(comparison.left), *list_operands(comparison.right)]


def _compute(value: Expression, single: Mapping[str, str]) -> str | None:
    """Return the term that an expression of arithmetic is; None when it is none."""
    if isinstance(value, str):
        return single.get(value, value)
    number = compute_number(value, single)
    return None if number is None else write_canonical_number(number)


def _count_known(literal: Literal, known: Collection[str]) -> int:
    return sum(not is_variable(argument) or argument in known for argument in literal.arguments)


def _make_look(literal: Literal, number: int, bound: set[str], compared: Collection[str] = ()) -> _Look:
    """Say how to find a literal's rows when ``bound`` have terms; its own variables are added to these."""
    first: dict[str, int] = {}
    known, same, new = [], [], []
    for position, argument in enumerate(literal.arguments):
        if not is_variable(argument) or argument in bound:
            known.append((position, argument))
        elif argument in first:
            same.append((first[argument], position))
        else:
            first[argument] = position
            new.append((position, argument))
    bound.update(first)
    place, by = known[0] if known else (-1, "")
    is_compared = any(argument in compared for _, argument in new)
    return _Look(literal.key, number, place, by, tuple(known[1:]), tuple(same), tuple(new), is_compared)


def _find_row(by: str, fits: Sequence[tuple[int, str]], values: Mapping[str, Collection[str]]) -> Terms | None:
    """Return the one row that a literal whose terms are all known can be; None when there may be several."""
    row = []
    for name in (by, *(one for _, one in fits)):
        terms = values.get(name)
        if terms is None:
            row.append(name)  # a constant stands for itself
        elif len(terms) == 1:
            row += terms
        else:
            return None
    return tuple(row)


def _find_rows(look: _Look, relations: Mapping[str, _Relation], values: dict[str, Collection[str]]) -> Sequence[Terms]:
    """Return the rows of a literal that agree with ``values``, to which the terms of new variables are added."""
    key, _, place, by, fits, same, new, _ = look
    relation = relations.get(key)
    rows: Sequence[Terms]
    if relation is None:
        rows = ()
    elif place >= 0 and not new and not same and (row := _find_row(by, fits, values)) is not None:
        return (row,) if row in relation.known else ()
    elif place < 0:
        rows = relation.rows
    else:
        # A constant stands for itself.
        terms = values.get(by) or (by,)
        ends = relation.places[place]
        if len(terms) == 1:
            (term,) = terms
            rows = ends.get(term, ())
        else:
            rows = [row for term in terms for row in ends.get(term, ())]
    for position, by in fits:
        terms = values.get(by) or (by,)
        rows = [row for row in rows if row[position] in terms]
    for one, other in same:
        rows = [row for row in rows if row[one] == row[other]]
    for position, variable in new:
        values[variable] = (rows[0][position],) if len(rows) == 1 else dict.fromkeys([row[position] for row in rows])
    return rows


def find_localities(sentence: Sentence) -> tuple[Locality, ...]:
    """Return a sentence as seen from each of its body atoms; none for one without atoms."""
    keys: list[str] = []
    numbers: dict[int, list[int]] = {}

    def rename(place: int, literals: Sequence[Literal]) -> tuple[Literal, ...]:
        renamed = []
        for literal in literals:
            # Keys are sorted as texts in a sentence.
            keys.append(f"{len(keys):04}")
            numbers.setdefault(place, []).append(len(keys) - 1)
            renamed.append(Literal(keys[-1], literal.arguments))
        numbers.setdefault(place, [])
        return tuple(renamed)

    atoms, heads = rename(0, sentence.atoms), rename(1, sentence.heads)
    negations = tuple(
        Sentence(rename(place, part.atoms), part.comparisons, part.assignments, (), ())
        for place, part in enumerate(sentence.negations, start=2)
    )
    local = Sentence(atoms, sentence.comparisons, sentence.assignments, negations, heads)
    return tuple(Locality(sentence, local, numbers, anchor) for anchor in range(len(atoms)))
