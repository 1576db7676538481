"""Numbers for structures: from what a world's proofs need, what integrity rules forbid, and near misses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from workbench.generation.keyed import KeyedRandom
from workbench.generation.worlds.building import Structure
from workbench.generation.worlds.instances import Instance
from workbench.generation.worlds.linear import Form, Linear
from workbench.generation.worlds.values import NumberSystem
from workbench.model.builtins import holds
from workbench.model.rules import Comparison
from workbench.model.terms import Term, is_literal, make_literal, read_integer

__all__ = ["draw_values"]

_NEAR = 2
_MOST_NEAR = 5
_DRAWS = 4
_MASK = 2**64 - 1
_MIX = 0x9E3779B97F4A7C15


def draw_values(
    structure: Structure, constants: Sequence[Term], instances: Iterable[Instance]
) -> dict[int, Term] | None:
    """Return a literal for every placeholder of a value; None when the values cannot be met.

    All comparisons that the structure's proofs need hold, and no integrity instance holds. Of the comparisons that
    only decide whether a rule applies, some are made to turn out true or false by a hair, as far as that goes
    together. ``salt`` gives other draws; from the second on no near misses are sought.
    """
    random = KeyedRandom("values", structure.key, structure.turn)
    integrity = [instance for instance in instances if instance.probe.is_integrity]
    deciding = [instance for instance in instances if not instance.probe.is_integrity]
    for _ in range(_DRAWS):
        terms = _draw_terms(structure, random)
        numbers = _Numbers(structure, constants, terms)
        system = numbers.make_system()
        if terms is None or system is None:
            return None
        if not numbers.hold_apart():
            continue
        hard, choices = list(numbers.forms), []
        for instance in integrity:
            negated = _list_negated(instance)
            if negated is None:
                continue
            if len(negated) == 1 and negated[0].operator != "!=":
                hard.append(negated[0])
            else:
                choices.append(negated)
        if not system.add(dict.fromkeys(hard)) or not all(_meet_one(system, choice, random) for choice in choices):
            return None
        _seek_near(system, deciding, random)
        values = system.draw(random.shuffle(sorted(system.low)), random)
        if values is not None:
            return terms | {name: make_literal(value) for name, value in values.items()}
    return None


def _draw_terms(structure: Structure, random: KeyedRandom) -> dict[int, Term]:
    """Draw the values that are no whole numbers from what the project states."""
    found: dict[int, Term] = {}
    for place, pools in structure.pools.items():
        if place >= 0 and not pools[0].is_numeric:
            found[place] = random.choose(pools[0].terms)
    return found


class _Numbers:
    """The comparisons that a structure's proofs need, sorted into forms of whole numbers and all others."""

    def __init__(self, structure: Structure, constants: Sequence[Term], terms: Mapping[int, Term]) -> None:
        self._structure, self._constants, self._terms = structure, constants, terms
        find = structure.sketch.find
        self._wanted = [(w.required, tuple(map(find, w.places))) for w in structure.wanted]
        self._ranges: dict[int, tuple[int, int]] = {}
        for place, pools in structure.pools.items():
            if place >= 0 and all(pool.is_numeric for pool in pools):
                self._ranges[place] = max(pool.low for pool in pools), min(pool.high for pool in pools)
        self._definitions: dict[int, Form] = {}
        self.forms: list[Linear] = []
        self._others: list[tuple[Comparison, dict[str, int]]] = []
        self._read()

    def _read(self) -> None:
        individuals = {end for _, *ends in self._structure.facts for end in ends}
        individuals.difference_update(self._structure.pools)
        waiting: list[Linear] = []
        for required, places in self._wanted:
            known = all(place in self._ranges or self._is_open(place, individuals) for place in places)
            if required.linear is None or not known:
                self._others.append((required.comparison, dict(zip(required.names, places, strict=True))))
                continue
            by_number = dict(zip(required.numbers, places, strict=True))
            waiting.append(required.linear.substitute(lambda number, by=by_number: self._find(by[number])))  # type: ignore[misc]
        changed = True
        while changed:  # what is only computed is replaced by how
            changed = False
            for linear in waiting:
                computed = [(n, f) for n, f in linear.terms if n not in self._ranges and n not in self._definitions]
                if linear.operator == "=" and len(computed) == 1 and abs(computed[0][1]) == 1:
                    (name, factor), rest = computed[0], [t for t in linear.terms if t[0] != computed[0][0]]
                    self._definitions[name] = {n: -factor * f for n, f in rest}, -factor * linear.constant
                    waiting.remove(linear)
                    waiting = [other.substitute(self._find) for other in waiting]
                    changed = True
                    break
        self.forms = [linear for linear in waiting if all(name in self._ranges for name, _ in linear.terms)]

    def _is_open(self, place: int, individuals: set[int]) -> bool:
        """Tell whether a place is a whole number that rules name, or one that is computed."""
        if place < 0:
            return is_literal(self._constants[-1 - place]) and read_integer(self._constants[-1 - place]) is not None
        return place not in individuals and place not in self._structure.pools

    def _find(self, place: int) -> Form:
        if place in self._definitions:
            parts, constant = self._definitions[place]
            if any(name in self._definitions for name in parts):
                linear = Linear("=", tuple(parts.items()), constant).substitute(self._find)
                return dict(linear.terms), linear.constant
            return parts, constant
        if place < 0:
            return {}, read_integer(self._constants[-1 - place]) or 0
        return {place: 1}, 0

    def make_system(self) -> NumberSystem | None:
        """Return the system of the numbers in their ranges; None when two ranges of one number do not meet."""
        if any(low > high for low, high in self._ranges.values()):
            return None
        if any(not linear.holds({}) for linear in self.forms if not linear.terms):
            return None
        return NumberSystem(self._ranges)

    def hold_apart(self) -> bool:
        """Tell whether the comparisons of individuals and of other values hold; those with a whole number are open."""
        for comparison, places in self._others:
            bindings: dict[str, Term] = {}
            for name, place in places.items():
                if place < 0:
                    bindings[name] = self._constants[-1 - place]
                elif place in self._terms:
                    bindings[name] = self._terms[place]
                elif place not in self._ranges:
                    bindings[name] = f"<urn:p:{place}>"
            if len(bindings) == len(places) and not holds(comparison, bindings):
                return False
        return True


def _list_negated(instance: Instance) -> list[Linear] | None:
    """Return comparisons of which one has to hold so that an integrity rule's match is none; None when one does."""
    negated = []
    for comparison in instance.list_comparisons():
        if comparison.terms:
            negated.append(comparison.negate())
        elif not comparison.holds({}):
            return None
    return negated


def _meet_one(system: NumberSystem, comparisons: Sequence[Linear], random: KeyedRandom) -> bool:
    """Make one of some comparisons hold; False when none can."""
    start = random.draw_below(len(comparisons)) if comparisons else 0
    for comparison in (*comparisons[start:], *comparisons[:start]):
        for choice in _split(comparison, random):
            if system.try_to_add([choice]):
                return True
    return False


def _split(linear: Linear, random: KeyedRandom) -> list[Linear]:
    """Return ways to meet a comparison that bounds can follow: ``!=`` is above or below."""
    if linear.operator != "!=":
        return [linear]
    above = Linear(">=", linear.terms, linear.constant - 1)
    below = Linear(">=", tuple((n, -f) for n, f in linear.terms), -linear.constant - 1)
    return [above, below] if random.happens(1, 2) else [below, above]


def _seek_near(system: NumberSystem, instances: Sequence[Instance], random: KeyedRandom) -> None:
    """Let some rules just apply and others just not: every comparison goes both ways, and close to where it turns."""
    draw = random.draw()
    marked = []
    for instance in instances:
        code = instance.code
        for place in instance.places:
            code = (code * 31 + place) & _MASK
        mark = ((draw ^ code) * _MIX) & _MASK
        marked.append((mark ^ mark >> 29, instance))
    marked.sort(key=lambda pair: pair[0])
    for mark, instance in marked[:_MOST_NEAR]:
        comparisons = [c for c in instance.list_comparisons() if c.terms]
        if not comparisons or any(c.operator == "!=" for c in comparisons):
            continue
        chosen = comparisons[(mark >> 8) % len(comparisons)]
        if mark % 3 == 2 or system.is_decided(chosen):
            continue
        if mark % 3 == 0:
            others = [c for c in comparisons if c is not chosen]
            system.try_to_add([*others, *_narrow(chosen, 0)])
        elif mark % 3 == 1:
            system.try_to_add(_narrow(chosen, -1))


def _narrow(linear: Linear, side: int) -> list[Linear]:
    """Return comparisons that hold where ``linear`` just does (side 0) or just does not (side -1)."""
    opposite = tuple((name, -factor) for name, factor in linear.terms)
    if side == 0:
        if linear.operator == "=":
            return [linear]
        return [linear, Linear(">=", opposite, _NEAR - linear.constant)]
    return [Linear(">=", opposite, -linear.constant - 1), Linear(">=", linear.terms, linear.constant + 1 + _NEAR)]
