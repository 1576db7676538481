"""What a world's numbers have to meet, found for whole blocks of worlds before any number is drawn.

The theory is evaluated with placeholders for numbers. Rules that compare numbers conclude nothing there; instead every
match of their other atoms is an *instance*: a comparison of placeholders that an integrity rule forbids, or that
decides whether a rule applies. Values that rules only compute (``?n = ?d - ?b``) are replaced by how they are computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from workbench.generation.keyed import hash_number
from workbench.generation.worlds.linear import Form, Linear, make_form, make_linear
from workbench.generation.worlds.plan import Plan
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Rule,
    collect_variables,
    substitute_element,
)
from workbench.model.terms import Term, is_literal, is_variable, read_integer
from workbench.model.theory import Theory
from workbench.reasoning.batch import Batch
from workbench.reasoning.columns import IntArray

__all__ = ["NUMBER", "Instance", "NumberRules", "Probe"]

NUMBER = "<urn:v:"
"""How placeholders of numbers begin, as terms; the number of the placeholder and ``>`` follow."""
_MOST_VERSIONS = 8
_DEPTH = 3
_NOTHING = -(2**60)


@dataclass(frozen=True, slots=True)
class Probe:
    """A rule that compares numbers: its comparisons over variables numbered as in ``variables``.

    ``is_integrity`` tells that they must not all hold.
    """

    rule: str
    code: int
    variables: tuple[str, ...]
    comparisons: tuple[Linear, ...]
    is_integrity: bool

    def fill(self, places: Sequence[int], numbers: Mapping[int, int]) -> tuple[Linear, ...]:
        """Return the comparisons with each variable replaced by a placeholder; ``numbers`` are those that are known.

        Known numbers have negative places.
        """
        found = []
        for operator, terms, constant in self.comparisons:
            if len(terms) == 2:
                (first, factor), (second, other) = terms
                one, two = places[first], places[second]
                if one != two and one >= 0 and two >= 0:
                    pair = ((one, factor), (two, other)) if one < two else ((two, other), (one, factor))
                    found.append(Linear(operator, pair, constant))
                    continue
            total: dict[int, int] = {}
            for variable, factor in terms:
                place = places[variable]
                if place < 0:
                    constant += factor * numbers[place]
                else:
                    total[place] = total.get(place, 0) + factor
            found.append(Linear(operator, tuple(sorted((n, f) for n, f in total.items() if f)), constant))
        return tuple(found)


class Instance(NamedTuple):
    """A probe that matches, by its code and what its variables stand for."""

    code: int
    places: tuple[int, ...]
    probe: Probe
    numbers: Mapping[int, int]

    def list_comparisons(self) -> tuple[Linear, ...]:
        """Return the comparisons over placeholders."""
        return self.probe.fill(self.places, self.numbers)


class NumberRules:
    """The theory of a plan with its numbers left open; ``theory`` is what worlds with placeholders are judged by."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._numeric = {key for key, pool in plan.values.items() if pool.is_numeric}
        self._computed = self._find_computed()
        self.probes: dict[str, Probe] = {}
        rules: list[Rule] = []
        for rule in plan.theory.rules:
            probes = self._probe(rule)
            rules += [rule] if probes is None else probes
        self.theory = Theory.build(rules, plan.theory.closed)

    def _find_computed(self) -> dict[Term, list[Rule]]:
        """The rules of numeric properties that nothing but computing rules concludes."""
        found: dict[Term, list[Rule]] = {}
        for key in sorted(self._numeric.difference(self._plan.assertable)):
            rules = [way.rule for way in self._plan.unfoldings.get(key, ())]
            if rules and all(len(rule.head) == 1 and is_variable(rule.head[0].object) for rule in rules):
                found[key] = rules
        return found

    def _probe(self, rule: Rule) -> list[Rule] | None:
        """Return the rules that stand for a rule, none of them with a head; None when it stands for itself."""
        if not any(isinstance(e, Comparison) for e in rule.body) and not any(
            isinstance(e, Atom) and e.key in self._computed for e in rule.body
        ):
            return None
        found = []
        for number, body in enumerate(self._replace_computed(tuple(rule.body), _DEPTH)):
            probe = self._read(rule, body)
            if probe is None:
                return None
            kept, variables, comparisons = probe
            name = f"{rule.name} / {number}"
            if not comparisons:
                continue
            code = hash_number("probe", rule.name, number)
            self.probes[name] = Probe(rule.name, code, variables, comparisons, rule.is_integrity)
            found.append(replace(rule, name=name, body=kept, head=()))
        return found

    def _replace_computed(self, body: tuple[BodyElement, ...], depth: int) -> list[tuple[BodyElement, ...]]:
        """Return the versions of a body in which computed values are replaced by the bodies that compute them."""
        place = next((n for n, e in enumerate(body) if isinstance(e, Atom) and e.key in self._computed), None)
        if place is None or depth == 0:
            return [body]
        atom = body[place]
        versions: list[tuple[BodyElement, ...]] = []
        for number, rule in enumerate(self._computed[atom.key if isinstance(atom, Atom) else ""]):
            names = {v: f"{v}_{depth}_{place}_{number}" for e in rule.body for v in collect_variables(e)}
            head = rule.head[0]
            if not isinstance(atom, Atom) or not is_variable(head.subject) or not is_variable(atom.object):
                continue
            names.update({head.subject: atom.subject, head.object: atom.object})
            inner = tuple(substitute_element(element, names) for element in rule.body)
            versions += self._replace_computed((*body[:place], *inner, *body[place + 1 :]), depth - 1)
        return versions[:_MOST_VERSIONS]

    def _read(
        self, rule: Rule, body: tuple[BodyElement, ...]
    ) -> tuple[tuple[BodyElement, ...], tuple[str, ...], tuple[Linear, ...]] | None:
        """Split a body into what is matched and its comparisons of numbers; None when it has none that are linear."""
        atoms = [element for element in body if isinstance(element, Atom)]
        bound = {term for atom in atoms for term in (atom.subject, atom.object) if is_variable(term)}
        numbers = {atom.object for atom in atoms if atom.key in self._numeric and is_variable(atom.object)}
        numbering = {name: place for place, name in enumerate(sorted(numbers))}
        forms: dict[int, Form] = {place: ({place: 1}, 0) for place in numbering.values()}
        rest = [element for element in body if isinstance(element, Comparison)]
        changed = True
        while changed:  # values that the body computes itself
            changed = False
            for comparison in list(rest):
                for name, value in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
                    if comparison.operator != "=" or not isinstance(name, str) or not is_variable(name):
                        continue
                    if name in bound or name in numbering or not set(collect_variables(value)) <= set(numbering):
                        continue
                    form = make_form(value, numbering)
                    if form is None:
                        return None
                    place = numbering[name] = len(numbering)
                    forms[place] = _resolve(form, forms)
                    rest.remove(comparison)
                    changed = True
                    break
        found: list[Linear] = []
        others: list[Comparison] = []
        for comparison in rest:
            names = set(collect_variables(comparison))
            if not names & set(numbering):
                others.append(comparison)
                continue
            linear = make_linear(comparison, numbering) if names <= set(numbering) else None
            if linear is None:
                return None
            found.append(linear.substitute(forms.__getitem__))
        if not found and len(others) == len([e for e in body if isinstance(e, Comparison)]):
            return None
        kept = tuple(e for e in body if not isinstance(e, Comparison)) + tuple(others)
        return kept, tuple(sorted(numbers)), tuple(found)

    def read_instances(self, batch: Batch) -> tuple[list[list[Instance]], list[bool]]:
        """Return each world's instances, and whether it contradicts the theory whatever its numbers are."""
        places, numbers = _read_places(batch.matcher.nodes.terms)
        found: list[list[Instance]] = [[] for _ in range(batch.world_count)]
        contradicted = [False] * batch.world_count
        for rule in batch.plan.rules:
            if rule.heads:
                continue
            probe = self.probes.get(rule.rule.name)
            variables = [rule.names.index(name) for name in probe.variables] if probe is not None else []
            for table in batch.matcher.match_rule(rule, frozenset(variables)):
                worlds = batch.matcher.get_worlds(table)
                if probe is None:
                    for world in np.unique(worlds).tolist():
                        contradicted[world] = True
                    continue
                term_of = batch.matcher.nodes.term_of
                columns = [worlds, *(places[term_of[table.columns[variable]]] for variable in variables)]
                for world, *row in set(zip(*(column.tolist() for column in columns), strict=True)):
                    if _NOTHING not in row:
                        found[world].append(Instance(probe.code, tuple(row), probe, numbers))
        for instances in found:
            instances.sort(key=_sort_instance)
        return found, contradicted


def _sort_instance(instance: Instance) -> tuple[int, tuple[int, ...]]:
    return instance.code, instance.places


def _read_places(terms: Sequence[Term]) -> tuple[IntArray, dict[int, int]]:
    """Return for each term its placeholder, a negative number that stands for a whole number, or _NOTHING."""
    places: IntArray = np.full(len(terms), _NOTHING, dtype=np.int64)
    numbers: dict[int, int] = {}
    for number, term in enumerate(terms):
        if term.startswith(NUMBER):
            places[number] = int(term[len(NUMBER) : -1])
        elif is_literal(term) and (value := read_integer(term)) is not None:
            # The place says the value itself, so that it is the same whatever else is in the batch.
            places[number] = place = -2 * value - 2 if value >= 0 else 2 * value - 1
            numbers[place] = value
    return places, numbers


def _resolve(form: Form, forms: Mapping[int, Form]) -> Form:
    total: dict[int, int] = {}
    constant = form[1]
    for name, factor in form[0].items():
        parts, more = forms[name]
        constant += factor * more
        for other, own in parts.items():
            total[other] = total.get(other, 0) + factor * own
    return total, constant
