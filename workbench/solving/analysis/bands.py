"""Threshold rules: bands of age, dose, score or computing power that leave a value out, or both claim one.

**Families.** Rules belong together when their bodies are equal, up to the names of variables, but for comparisons of
one value with constants, and when they conclude of the same thing either different classes or different constants for
one property. Each rule then claims an interval of values. Where the stated range of the property has whole numbers
only (or, without one, all bounds are whole), the bounds are those of the whole numbers inside: there is nothing
between ``<= 17`` and ``>= 18``. Dates and years are whole, too.

**What is told.** A *gap* between neighbouring intervals that no rule of the family claims, and an *overlap* of two
intervals of which neither contains the other: nested bands (adult from 18, senior from 65) are meant. What conclusions
of one property leave out or claim twice is always told, of different classes only a gap or an overlap of a single value
or no wider than 1, since classes need not divide up all values. Where Z3 finds no world in which the value occurs, as
another constraint forbids it, nothing is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import ceil, floor
from typing import NamedTuple

from workbench.model.rules import Atom, BodyElement, Comparison, Rule, collect_variables
from workbench.model.terms import RDF_TYPE, is_literal, is_variable, split_literal
from workbench.solving.analysis.cases import find_case
from workbench.solving.analysis.ground import Finding, Ground, Inquiry
from workbench.solving.analysis.renaming import find_renaming
from workbench.solving.typings import read_typing
from workbench.solving.values import DATE, NUMBER, YEAR, read_values, write_number

__all__ = ["find_bands"]

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


class _Interval(NamedTuple):
    """Values between two bounds; None is no bound."""

    low: Fraction | None
    has_low: bool
    high: Fraction | None
    has_high: bool

    @property
    def is_empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and not (self.has_low and self.has_high))

    @property
    def width(self) -> Fraction | None:
        return None if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True, eq=False)
class _Band:
    """A rule that claims an interval of the values of a variable; ``frame`` is the rest of its body."""

    rule: Rule
    head: Atom
    variable: str
    property_: str
    kind: int
    frame: tuple[BodyElement, ...]
    interval: _Interval
    is_whole: bool


def find_bands(ground: Ground, inquiry: Inquiry, passed_over: Iterable[str] = ()) -> list[Finding]:
    """Return the gaps and overlaps of threshold rules, in the order of the rules' names."""
    skipped = set(passed_over)
    bands = [band for rule in ground.rules if rule.name not in skipped for band in _read_bands(ground, rule)]
    families: list[list[_Band]] = []
    for band in bands:
        family = next((family for family in families if _belongs(band, family[0])), None)
        if family is None:
            families.append([band])
        else:
            family.append(band)
    found: dict[tuple[str, ...], Finding] = {}
    for family in families:
        if len({band.head.object for band in family}) > 1:
            for finding in _judge(ground, inquiry, family):
                found.setdefault((finding.kind, *finding.parts, finding.value), finding)
    return list(found.values())


def _read_bands(ground: Ground, rule: Rule) -> Iterator[_Band]:
    if rule.kind != "rule" or len(rule.head) != 1 or is_variable(rule.head[0].object):
        return
    atoms = [element for element in rule.body if isinstance(element, Atom)]
    for atom in atoms:
        variable = atom.object
        if atom.predicate == RDF_TYPE or not is_variable(variable) or variable == rule.head[0].subject:
            continue
        bounds = [element for element in rule.body if isinstance(element, Comparison) and _bounds(element, variable)]
        rest = tuple(element for element in rule.body if element not in bounds)
        read = _intersect(bounds)
        if read is not None:
            kind, interval = read
            is_whole = _is_whole(ground, atom.predicate, kind, bounds)
            narrowed = _narrow(interval) if is_whole else interval
            if not narrowed.is_empty:
                yield _Band(rule, rule.head[0], variable, atom.predicate, kind, rest, narrowed, is_whole)


def _bounds(comparison: Comparison, variable: str) -> bool:
    sides = (comparison.left, comparison.right)
    constant = next((side for side in sides if side != variable), "")
    return variable in sides and isinstance(constant, str) and is_literal(constant) and comparison.operator != "!="


def _intersect(bounds: Sequence[Comparison]) -> tuple[int, _Interval] | None:
    """Return the kind of the values and the interval that comparisons with constants leave."""
    kinds: set[int] = set()
    low: tuple[Fraction, bool] | None = None
    high: tuple[Fraction, bool] | None = None
    for bound in bounds:
        is_left = is_literal(str(bound.left))
        operator = _MIRRORED[bound.operator] if is_left else bound.operator
        constant = str(bound.left if is_left else bound.right)
        kind, number = read_values([constant])[constant]
        kinds.add(kind)
        if operator in (">", ">=", "="):
            new = (number, operator != ">")
            low = new if low is None or (new[0], not new[1]) > (low[0], not low[1]) else low
        if operator in ("<", "<=", "="):
            new = (number, operator != "<")
            high = new if high is None or (new[0], new[1]) < (high[0], high[1]) else high
    if len(kinds) != 1 or not kinds <= {NUMBER, DATE, YEAR}:
        return None
    interval = _Interval(*(low or (None, False)), *(high or (None, False)))
    return None if interval.is_empty else (kinds.pop(), interval)


def _is_whole(ground: Ground, property_: str, kind: int, bounds: Iterable[Comparison]) -> bool:
    """Tell whether the values of a property are whole: by its range, or by what is stated and what bounds them."""
    typing = ground.typings.get(property_)
    if kind != NUMBER or typing is not None:
        return kind != NUMBER or (typing is not None and typing.is_whole)
    constants = [str(side) for bound in bounds for side in (bound.left, bound.right) if is_literal(str(side))]
    types = [read_typing("", split_literal(constant)[1]) for constant in constants]
    stated = all(number.denominator == 1 for number in ground.samples.get(property_, ()))
    return stated and all(one is not None and one.is_whole for one in types)


def _narrow(interval: _Interval) -> _Interval:
    """Return the interval of the whole numbers inside, closed where it has a bound."""
    low, high = interval.low, interval.high
    if low is not None:
        low = Fraction(floor(low) + 1 if not interval.has_low else ceil(low))
    if high is not None:
        high = Fraction(ceil(high) - 1 if not interval.has_high else floor(high))
    return _Interval(low, low is not None, high, high is not None)


def _belongs(band: _Band, other: _Band) -> bool:
    one, two = band.head, other.head
    if one.predicate != two.predicate or band.property_ != other.property_ or band.kind != other.kind:
        return False
    start = {band.variable: other.variable}
    if is_variable(one.subject):
        start[one.subject] = two.subject
    elif one.subject != two.subject:
        return False
    return find_renaming(band.frame, other.frame, start) is not None


def _judge(ground: Ground, inquiry: Inquiry, family: Sequence[_Band]) -> Iterator[Finding]:
    is_class = family[0].head.predicate == RDF_TYPE
    for first, second in combinations(family, 2):
        shared = _overlap(first.interval, second.interval)
        if first.head.object == second.head.object or shared is None:
            continue
        if is_class and (shared.width is None or shared.width > 0):
            continue
        yield from _tell(ground, inquiry, "overlap", first, second, shared)
    covered: _Band | None = None
    for band in sorted(family, key=_order):
        if covered is not None:
            gap = _find_gap(covered.interval, band.interval, all(one.is_whole for one in family))
            if gap is not None and (not is_class or (gap.width is not None and gap.width <= 1)):
                yield from _tell(ground, inquiry, "gap", covered, band, gap)
        if covered is None or _reaches_further(band.interval, covered.interval):
            covered = band


def _order(band: _Band) -> tuple[bool, Fraction, bool, str]:
    low = band.interval.low
    return low is not None, low or Fraction(0), not band.interval.has_low, band.rule.name


def _reaches_further(one: _Interval, other: _Interval) -> bool:
    if other.high is None:
        return False
    return one.high is None or (one.high, one.has_high) > (other.high, other.has_high)


def _overlap(one: _Interval, other: _Interval) -> _Interval | None:
    """Return what both intervals contain where neither contains the other."""
    if _contains(one, other) or _contains(other, one):
        return None
    lows = [(i.low, not i.has_low) for i in (one, other) if i.low is not None]
    highs = [(i.high, i.has_high) for i in (one, other) if i.high is not None]
    low, high = max(lows), min(highs)
    shared = _Interval(low[0], not low[1], high[0], high[1])
    return None if shared.is_empty else shared


def _contains(outer: _Interval, inner: _Interval) -> bool:
    below = outer.low is None or (
        inner.low is not None and (outer.low, not outer.has_low) <= (inner.low, not inner.has_low)
    )
    above = outer.high is None or (
        inner.high is not None and (outer.high, outer.has_high) >= (inner.high, inner.has_high)
    )
    return below and above


def _find_gap(below: _Interval, above: _Interval, is_whole: bool) -> _Interval | None:
    if below.high is None or above.low is None:
        return None
    if is_whole:
        first, last = below.high + 1, above.low - 1
        return _Interval(first, True, last, True) if first <= last else None
    gap = _Interval(below.high, not below.has_high, above.low, not above.has_low)
    return None if gap.is_empty or (gap.low == gap.high and not gap.has_low) else gap


def _choose_value(interval: _Interval) -> Fraction:
    """Return a value of an interval that is easy to read."""
    low, high = interval.low, interval.high
    if low is None or high is None:
        return high if high is not None else low or Fraction(0)
    if interval.has_low:
        return low
    whole = Fraction(floor(low) + 1)
    if whole < high or (whole == high and interval.has_high):
        return whole
    return high if interval.has_high else (low + high) / 2


def _tell(
    ground: Ground, inquiry: Inquiry, kind: str, first: _Band, second: _Band, interval: _Interval
) -> Iterator[Finding]:
    value = _choose_value(interval)
    atoms = tuple(element for element in first.frame if isinstance(element, Atom))
    situation = ground.make_situation(atoms, first.frame)
    number = situation.terms[first.variable]
    at = f"(assert (and (= k{number} {first.kind}.0) (= v{number} {write_number(value)})))"
    statements = [f"(assert {situation.write_elements(first.frame)})", at]
    judgement = inquiry.judge("bands", first.rule.name, situation, statements, situation.guards)
    parts = tuple(sorted((first.rule.name, second.rule.name)))
    if judgement.result == "unsat" and not {*parts} <= {*situation.name_guards(judgement.core)}:
        inquiry.correct("bands", proved=False)
        return  # the value cannot occur
    if judgement.result == "sat":
        inquiry.correct("bands", proved=True)
    case = find_case(ground, inquiry, situation, statements, situation.guards)
    stated = dict(case.terms).get(first.variable, "") if case is not None else ""
    heads = (first.head, second.head)
    about = (Atom(*(v for v in next(a for a in atoms if first.variable in collect_variables(a)))), *heads)
    yield Finding(kind, first.rule.name, parts, case, about, (second.rule.name,), stated or str(value))
