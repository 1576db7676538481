"""Theories: rules plus the closed predicates, and their strata."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from workbench.model.rules import Atom, Negation, Rule, is_restatement, iterate_atoms

__all__ = ["Theory", "compute_strata", "find_negative_cycle"]

_REMEMBERED = 20_000
_SELECTIONS = 512


def _list_edges(rules: Iterable[Rule]) -> list[tuple[str, str, bool, Rule]]:
    """Dependencies between atom keys: (head key, body key, through negation?, rule)."""
    edges = []
    for rule in rules:
        for head in rule.head:
            edges += [(head.key, atom.key, False, rule) for atom in iterate_atoms(rule.body)]
            edges += [(head.key, atom.key, True, rule) for atom in iterate_atoms(rule.body, negated=True)]
    return edges


def compute_strata(rules: Iterable[Rule]) -> dict[str, int] | None:
    """Assign each atom key (property or class) its stratum; None when negation is not stratified.

    Keys that occur in no head are in stratum 0. Facts of a key are complete once the strata below and its own
    are evaluated (Apt, Blair and Walker 1988).
    """
    rules = tuple(rules)
    edges = _list_edges(rules)
    keys = {key for head, body, _, _ in edges for key in (head, body)}
    keys |= {head.key for rule in rules for head in rule.head}  # a rule without a body has no edges
    strata = dict.fromkeys(sorted(keys), 0)
    for _ in range(len(keys) + 1):
        changed = False
        for head, body, negative, _ in edges:
            least = strata[body] + negative
            if strata[head] < least:
                strata[head], changed = least, True
        if not changed:
            return strata
    return None


def find_negative_cycle(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return rules that make negation unstratified: a rule with ``not p`` whose head p depends on, and the way back.

    Empty when the rules are stratified.
    """
    edges = _list_edges(rules)
    outgoing: dict[str, list[tuple[str, Rule]]] = {}
    for head, body, _, rule in edges:
        outgoing.setdefault(head, []).append((body, rule))
    for head, body, negative, rule in edges:
        if not negative:
            continue
        paths: dict[str, tuple[Rule, ...]] = {body: (rule,)}
        queue = [body]
        while queue:
            key = queue.pop(0)
            if key == head:
                return tuple(dict.fromkeys(paths[key]))
            for target, via in outgoing.get(key, ()):
                if target not in paths:
                    paths[target] = (*paths[key], via)
                    queue.append(target)
    return ()


class _Dependency(NamedTuple):
    """Of a rule the keys of its heads, those its body depends on, and of these the ones under ``not``."""

    heads: tuple[str, ...]
    body: frozenset[str]
    negated: frozenset[str]


class _Selected(NamedTuple):
    """Of some rules: what each head depends on, those with a negation, and what integrity rules depend on."""

    below: dict[str, set[str]]
    negating: tuple[_Dependency, ...]
    integrity: frozenset[str]


def _select(rules: Sequence[_Dependency]) -> _Selected:
    below: dict[str, set[str]] = {}
    integrity: set[str] = set()
    for heads, body, _ in rules:
        for head in heads:
            below.setdefault(head, set()).update(body)
        if not heads:
            integrity |= body
    return _Selected(below, tuple([rule for rule in rules if rule.negated]), frozenset(integrity))


@dataclass(frozen=True)
class Theory:
    """Safe rules and the set C of closed predicates and classes (their keys as terms).

    Facts are not part of this value: one theory serves many worlds. Rules are ordered by name, names are unique.
    """

    rules: tuple[Rule, ...]
    closed: frozenset[str] = frozenset()

    @classmethod
    def build(cls, rules: Iterable[Rule], closed: Iterable[str] = ()) -> Theory:
        """Order the rules by name and check that names are unique (ValueError otherwise)."""
        ordered = tuple(sorted(rules, key=lambda rule: rule.name))
        names = [rule.name for rule in ordered]
        if len(set(names)) != len(names):
            raise ValueError("two rules of a theory have one name")
        return cls(ordered, frozenset(closed))

    @cached_property
    def by_name(self) -> dict[str, Rule]:
        """Rules by name."""
        return {rule.name: rule for rule in self.rules}

    @cached_property
    def strata(self) -> dict[str, int]:
        """Stratum of each key that occurs in a rule with a head; ValueError when not stratified."""
        strata = compute_strata(self.rules)
        if strata is None:
            raise ValueError("negation is not stratified")
        return strata

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """All atom keys that occur in the rules, sorted."""
        found: set[str] = set()
        for rule in self.rules:
            found.update(head.key for head in rule.head)
            for element in rule.body:
                if isinstance(element, Atom):
                    found.add(element.key)
                elif isinstance(element, Negation):
                    found.update(atom.key for atom in iterate_atoms((element,), negated=True))
        return tuple(sorted(found))

    def reach_back(self, names: tuple[str, ...], keys: Iterable[str]) -> frozenset[str]:
        """Return the keys from which the named rules can derive facts of ``keys``, those keys included.

        What a negation looks for counts like what a premise needs. Answers are remembered.
        """
        wanted = frozenset(keys)
        if not wanted:
            return wanted
        place = (names, wanted)
        if place not in self._reached:
            below = self._select_dependencies(names).below
            reached, frontier = set(wanted), list(wanted)
            while frontier:
                key = frontier.pop()
                if key in below:
                    new = below[key] - reached
                    reached |= new
                    frontier += new
            if len(self._reached) >= _REMEMBERED:
                self._reached.clear()
            self._reached[place] = frozenset(reached)
        return self._reached[place]

    def list_negated(self, names: tuple[str, ...], keys: Iterable[str]) -> frozenset[str]:
        """Return the keys that a negation looks for on some way to facts of ``keys``, or to *false*.

        Taking away or adding facts that lead to none of them neither opens nor closes such a way.
        """
        chosen = self._select_dependencies(names)
        if not chosen.negating:
            return frozenset()
        reached = self.reach_back(names, chosen.integrity.union(keys))
        return frozenset(
            key
            for heads, _, negated in chosen.negating
            if not heads or not reached.isdisjoint(heads)
            for key in negated
        )

    def _select_dependencies(self, names: tuple[str, ...]) -> _Selected:
        found = self._selected.get(names)
        if found is None:
            if len(self._selected) >= _SELECTIONS:
                self._selected.clear()
            found = self._selected[names] = _select([self._dependencies[name] for name in names])
        return found

    @cached_property
    def _reached(self) -> dict[tuple[tuple[str, ...], frozenset[str]], frozenset[str]]:
        return {}

    @cached_property
    def _selected(self) -> dict[tuple[str, ...], _Selected]:
        return {}

    @cached_property
    def restatements(self) -> frozenset[str]:
        """The names of the rules that are restatements: see :func:`workbench.model.rules.is_restatement`."""
        return frozenset(rule.name for rule in self.rules if is_restatement(rule))

    @cached_property
    def _dependencies(self) -> dict[str, _Dependency]:
        return {
            rule.name: _Dependency(
                tuple(head.key for head in rule.head),
                frozenset(a.key for negated in (False, True) for a in iterate_atoms(rule.body, negated=negated)),
                frozenset(a.key for a in iterate_atoms(rule.body, negated=True)),
            )
            for rule in self.rules
        }

    def select(self, names: Iterable[str]) -> Theory:
        """Return the theory of the named rules only, with the same closed set."""
        wanted = set(names)
        return Theory(tuple(rule for rule in self.rules if rule.name in wanted), self.closed)
