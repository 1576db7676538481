"""Names that changed while what is said around them stayed.

A name that only OLD has and one that only NEW has are compared by their features: the statements and rules that they
stand in with the name itself cut out, their labels, and their local names. A feature counts the more the fewer names
have it; other names that came or went stand as a blank in it until they are matched themselves, so matching goes in
rounds. Two names are the same under another IRI when each is the other's best match, by weighted Jaccard similarity of
at least a half. Pairs that share no rare feature are never looked at, so the work does not grow with the square of the
names. Source: the similarity of graph neighbourhoods as in similarity flooding (Melnik, Garcia-Molina and Rahm, ICDE
2002), with one-to-one choice by mutual best match.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workbench.model.rules import Rule, collect_variables, substitute_atom, substitute_element
from workbench.model.terms import RDFS_LABEL, Term, Triple, get_local_name, is_blank, is_iri, is_literal, split_literal
from workbench.project import Domain
from workbench.project.vocabulary import is_vocabulary

__all__ = ["LEAST_SCORE", "MOST_NAMES", "Match", "Matches", "find_renamings"]

LEAST_SCORE = 0.5
"""How alike what is said of two names must be for them to be one name that changed."""

_LABELS = frozenset({RDFS_LABEL, "<http://www.w3.org/2004/02/skos/core#prefLabel>"})
_LEAST_FOR_TIES = 0.75
_ROUNDS = 8
_MOST_SHARED = 8
_MOST_RIVALS = 24
MOST_NAMES = 200_000
"""So many names that came or went are compared; beyond that nothing is taken for a rename."""
_UNKNOWN = "?"
_SELF = "*"
_Feature = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A name of OLD that is a name of NEW, how alike they are (up to 1), and whether the label stayed."""

    old: Term
    new: Term
    score: float
    keeps_label: bool


class Matches(NamedTuple):
    """The names that changed, one to one, in order of the old names; ``note`` says why none were looked for."""

    found: tuple[Match, ...] = ()
    note: str = ""


def find_renamings(old: Domain, new: Domain) -> Matches:
    """Return the names that changed."""
    first, second = _Names(old), _Names(new)
    lost, gained = first.terms - second.terms, second.terms - first.terms
    count = len(lost) + len(gained)
    if count > MOST_NAMES:
        return Matches(note=f"{count:,} names came or went, too many to tell which of them only changed.")
    if not lost or not gained:
        return Matches()
    spread = Counter[tuple[str, ...]]()
    for names in (first, second):
        spread.update(names.count_spread())
    mapping: dict[Term, Term] = {}
    found: list[Match] = []
    for _ in range(_ROUNDS):
        ours = first.describe(lost, mapping, lost)
        theirs = second.describe(gained, {}, gained - set(mapping.values()))
        matches = _match(ours, theirs, _Weights(ours, theirs, spread), is_last=False)
        if not matches:
            matches = _match(ours, theirs, _Weights(ours, theirs, spread), is_last=True)
        if not matches:
            break
        for one, other, score in matches:
            mapping[one] = other
            found.append(Match(one, other, round(score, 3), first.share_label(one, second, other)))
        lost = lost - {one for one, _, _ in matches}
        gained = gained - {other for _, other, _ in matches}
        if not lost or not gained:
            break
    return Matches(tuple(sorted(found, key=lambda match: match.old)))


class _Names:
    """The names of a domain, and what is said around them."""

    def __init__(self, domain: Domain) -> None:
        self.triples = (*domain.triples, *domain.shapes)
        stated = (*domain.rules, *domain.constraints, *(total.flatten() for total in domain.totals))
        self.rules: tuple[Rule, ...] = tuple(_settle_variables(rule) for rule in stated)
        self._kinds = domain.kinds
        self._blanks = _BlankNames(self.triples)
        mentioned = {term for triple in self.triples for term in triple if is_iri(term)}
        mentioned |= {term for rule in self.rules for term in _list_terms(rule)}
        self.terms = frozenset(term for term in mentioned if not is_vocabulary(term))
        self._labels: dict[Term, set[str]] = defaultdict(set)
        for subject, predicate, value in self.triples:
            if predicate in _LABELS and is_literal(value):
                self._labels[subject].add(split_literal(value)[0].casefold())

    def share_label(self, term: Term, other_names: _Names, other: Term) -> bool:
        """Tell whether two names are called the same."""
        return not self._labels[term].isdisjoint(other_names._labels[other])

    def count_spread(self) -> Counter[tuple[str, ...]]:
        """Count of how many names each thing is said: what is said of many tells little about one."""
        counts = Counter[tuple[str, ...]]()
        for subject, predicate, value in self.triples:
            counts["s", predicate, value] += 1
            counts["o", subject, predicate] += 1
        return counts

    def describe(
        self, wanted: frozenset[Term], mapping: Mapping[Term, Term], unknown: frozenset[Term]
    ) -> dict[Term, Counter[_Feature]]:
        """Return the features of names; those that are ``unknown`` stand as a blank in the features of others."""
        found: dict[Term, Counter[_Feature]] = {term: Counter() for term in wanted}

        def say(term: Term) -> str:
            if term in unknown:
                return _UNKNOWN
            return self._blanks.describe(term) if is_blank(term) else mapping.get(term, term)

        for subject, predicate, value in self.triples:
            if subject in found:
                own = _SELF if value == subject else say(value)
                found[subject]["s", say(predicate), own] += 1
            if predicate in found:
                found[predicate]["p", say(subject), say(value)] += 1
            if value in found and value != subject:
                found[value]["o", say(subject), say(predicate)] += 1
        for rule in self.rules:
            for term in dict.fromkeys(_list_terms(rule)):
                if term in found:
                    found[term]["r", _cut_out(rule, term, say)] += 1
        for term, features in found.items():
            features["k", self._kinds.get(term, "")] += 1
            features["n", re.sub(r"[\W_]+", "", get_local_name(term)).casefold()] += 1
            for label in self._labels[term]:
                features["l", label] += 1
        return found


class _Weights:
    """How much each feature counts."""

    def __init__(
        self,
        ours: Mapping[Term, Counter[_Feature]],
        theirs: Mapping[Term, Counter[_Feature]],
        spread: Counter[tuple[str, ...]],
    ) -> None:
        self._counts = tuple(Counter(feature for own in side.values() for feature in own) for side in (ours, theirs))
        self._spread = spread
        self._known: dict[_Feature, float] = {}

    def is_rare(self, feature: _Feature) -> bool:
        """Whether few enough names have a feature that those may be compared with each other."""
        return all(0 < counts[feature] <= _MOST_SHARED for counts in self._counts)

    def get(self, feature: _Feature) -> float:
        """Return the weight of a feature, at most 1."""
        if feature not in self._known:
            widest = max(1, *(counts[feature] for counts in self._counts), self._spread[feature])
            weight = 0.0 if feature[0] == "k" else 1 / (1 + math.log(widest))
            self._known[feature] = weight * (0.5 if _UNKNOWN in feature else 1)
        return self._known[feature]

    def compare(self, ours: Counter[_Feature], theirs: Counter[_Feature]) -> float:
        """Return the weighted Jaccard similarity of two bags of features."""
        shared = sum(self.get(f) * min(ours[f], theirs[f]) for f in sorted(ours.keys() & theirs.keys()))
        whole = sum(self.get(f) * max(ours[f], theirs[f]) for f in sorted(ours.keys() | theirs.keys()))
        return shared / whole if whole else 0.0


def _match(
    ours: Mapping[Term, Counter[_Feature]],
    theirs: Mapping[Term, Counter[_Feature]],
    weights: _Weights,
    *,
    is_last: bool,
) -> list[tuple[Term, Term, float]]:
    """Return the pairs that prefer each other; among equals none, unless nothing else was found."""
    index: dict[_Feature, list[Term]] = defaultdict(list)
    for term in sorted(theirs):
        for feature in theirs[term]:
            if weights.is_rare(feature):
                index[feature].append(term)
    scores: dict[tuple[Term, Term], float] = {}
    for term in sorted(ours):
        rivals = Counter[Term]()
        for feature in ours[term]:
            rivals.update(index.get(feature, ()))
        ranked = sorted(rivals.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_RIVALS]
        kind = _get_kind(ours[term])
        for rival, _ in ranked:
            score = weights.compare(ours[term], theirs[rival]) if _get_kind(theirs[rival]) == kind else 0.0
            if score >= LEAST_SCORE:
                scores[term, rival] = score
    best: dict[Term, float] = defaultdict(float)
    for (one, other), score in scores.items():
        best[one], best[other] = max(best[one], score), max(best[other], score)
    top = [(one, other, s) for (one, other), s in scores.items() if s == best[one] == best[other]]
    if not is_last:
        degree = Counter(term for one, other, _ in top for term in (one, other))
        return [(one, other, s) for one, other, s in top if degree[one] == degree[other] == 1]
    taken: set[Term] = set()
    chosen = []
    for one, other, score in sorted(top, key=lambda pair: (-pair[2], pair[0], pair[1])):
        if score >= _LEAST_FOR_TIES and one not in taken and other not in taken:
            taken |= {one, other}
            chosen.append((one, other, score))
    return chosen


def _get_kind(features: Counter[_Feature]) -> str:
    return next((feature[1] for feature in features if feature[0] == "k"), "")


def _settle_variables(rule: Rule) -> Rule:
    """Return a rule with its variables named in order of first occurrence."""
    names: dict[str, str] = {}
    for element in (*rule.body, *rule.head):
        for variable in collect_variables(element):
            names.setdefault(variable, f"?v{len(names)}")
    body = tuple(substitute_element(element, names) for element in rule.body)
    return Rule(rule.name, body, tuple(substitute_atom(atom, names) for atom in rule.head), kind=rule.kind)


_IRI = re.compile(r"<[^<>\s]*>")


def _list_terms(rule: Rule) -> list[Term]:
    return _IRI.findall(repr((rule.body, rule.head)))


def _cut_out(rule: Rule, term: Term, say: Callable[[Term], str]) -> str:
    """Return what a rule says around a name."""

    def replace(match: re.Match[str]) -> str:
        found = match.group()
        return _SELF if found == term else say(found)

    return f"{rule.kind} {_IRI.sub(replace, repr((rule.body, rule.head)))}"


class _BlankNames:
    """What is said about blank nodes, some way down, as a text without labels and names that may have changed."""

    _DEPTH = 4

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._said: dict[Term, list[tuple[Term, Term]]] = defaultdict(list)
        for subject, predicate, value in triples:
            if is_blank(subject):
                self._said[subject].append((predicate, value))
        self._known: dict[tuple[Term, int], str] = {}

    def describe(self, term: Term, depth: int = _DEPTH) -> str:
        """Return the predicates and values of a blank node; of names only that there are some."""
        if depth == 0:
            return "_:"
        key = (term, depth)
        if key not in self._known:
            said: Sequence[str] = sorted(
                f"{predicate} {self._say(value, depth - 1)}" for predicate, value in self._said.get(term, ())
            )
            self._known[key] = f"[{'; '.join(said)}]"
        return self._known[key]

    def _say(self, value: Term, depth: int) -> str:
        if is_blank(value):
            return self.describe(value, depth)
        return value if is_literal(value) or is_vocabulary(value) else "<>"
