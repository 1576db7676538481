"""Theories: rules plus the closed predicates, and their strata."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from workbench.model.rules import Atom, Negation, Rule, iterate_atoms

__all__ = ["Theory", "compute_strata", "find_negative_cycle"]

_REMEMBERED = 20_000


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
            below: dict[str, set[str]] = {}
            for name in names:
                heads, body, _ = self._dependencies[name]
                for head in heads:
                    below.setdefault(head, set()).update(body)
            reached, frontier = set(wanted), list(wanted)
            while frontier:
                new = below.get(frontier.pop(), set()) - reached
                reached |= new
                frontier.extend(new)
            if len(self._reached) >= _REMEMBERED:
                self._reached.clear()
            self._reached[place] = frozenset(reached)
        return self._reached[place]

    def list_negated(self, names: tuple[str, ...], keys: Iterable[str]) -> frozenset[str]:
        """Return the keys that a negation looks for on some way to facts of ``keys``, or to *false*.

        Taking away or adding facts that lead to none of them neither opens nor closes such a way.
        """
        chosen = [self.by_name[name] for name in names if self._dependencies[name][2]]
        integrity = {key for name in names if not self._dependencies[name][0] for key in self._dependencies[name][1]}
        reached = self.reach_back(names, {*keys, *integrity}) if chosen else frozenset()
        return frozenset(
            key
            for rule in chosen
            if rule.is_integrity or any(head.key in reached for head in rule.head)
            for key in self._dependencies[rule.name][2]
        )

    @cached_property
    def _reached(self) -> dict[tuple[tuple[str, ...], frozenset[str]], frozenset[str]]:
        return {}

    @cached_property
    def _dependencies(self) -> dict[str, tuple[tuple[str, ...], frozenset[str], frozenset[str]]]:
        """By rule: the keys of its heads, those its body depends on, and of these the ones under ``not``."""
        return {
            rule.name: (
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
