"""What splits, balance and leakage look at in an item, as one value: from an item that is written, or from its parts.

Both ways give the same value, so what generation decides by is what anybody can compute from the files again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any, NamedTuple

from workbench.formats.rules_parser import parse_atoms, parse_rule
from workbench.generation.questions.draft import list_patterns
from workbench.model.curriculum import NO_STATUS, Cell
from workbench.model.items import expand_term
from workbench.model.proofs import Step
from workbench.model.rules import BodyElement, Rule, iterate_atoms
from workbench.model.splits import WORDS
from workbench.model.terms import RDF_TYPE, Pattern, Term, is_literal, is_variable

__all__ = [
    "FeatureReader",
    "ItemFeatures",
    "StepOutline",
    "collect_features",
    "count_words",
    "list_written_proofs",
    "outline_steps",
]

_REMEMBERED = 50_000
_CASES = 64


class StepOutline(NamedTuple):
    """A step without its terms: the rule, and for each premise the position of the step that it is, None for a leaf."""

    rule: str
    premises: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class ItemFeatures:
    """What an item is made of.

    ``exact``, ``named``, ``core`` and ``context`` are its identities. ``measures`` are those of its difficulty, with
    ``words`` once the text is known. ``rules`` are those of its proofs, ``meetings`` the pairs of them in one proof and
    ``adjacent`` those of which one concludes what the other needs; pairs are sorted, and one rule used twice makes a
    pair with itself. ``individuals`` are all that it names. ``predicates`` are the classes and properties that are
    stated, asked, concluded, or in a rule that is stated or used; ``classes`` and ``properties`` those asked or
    concluded. ``template`` is the name of the template without its digest, empty until it is chosen.
    """

    cell: Cell
    exact: str
    named: str
    core: str
    context: str
    measures: tuple[tuple[str, int], ...]
    rules: frozenset[str] = frozenset()
    meetings: frozenset[tuple[str, str]] = frozenset()
    adjacent: frozenset[tuple[str, str]] = frozenset()
    individuals: frozenset[Term] = frozenset()
    predicates: frozenset[Term] = frozenset()
    classes: frozenset[Term] = frozenset()
    properties: frozenset[Term] = frozenset()
    template: str = ""

    def get_measure(self, name: str) -> int:
        """Return a measure; ValueError when it is not known, as the number of words is before there is a text."""
        for measure, value in self.measures:
            if measure == name:
                return value
        raise ValueError(f"the item has no measure {name} yet")


def count_words(text: str) -> int:
    """Return how many words a prompt has: what blanks and line ends part."""
    return len(text.split())


def outline_steps(steps: Sequence[Step]) -> tuple[StepOutline, ...]:
    """Return the outline of steps of which each comes after those it needs."""
    places: dict[tuple[str, str, str], int] = {}
    found = []
    for position, step in enumerate(steps):
        found.append(StepOutline(step.rule, tuple(places.get(premise) for premise in step.premises)))
        places.setdefault(step.conclusion, position)
    return tuple(found)


def list_written_proofs(item: Mapping[str, Any]) -> Iterator[list[tuple[StepOutline, Mapping[str, Any]]]]:
    """Yield the proofs that an item holds, its own first, then those of its options and the lines it shows.

    Each comes as outlines beside the steps as written. Lines of which one is wrong count as a proof: they are shown.
    """
    query = item["query"]
    runs: list[Sequence[Mapping[str, Any]]] = [item["proof"]]
    runs += [option["evidence"]["proof"] for option in item["options"]]
    runs += [before["evidence"]["proof"] for before in query.get("before", ())]
    runs += [judged["evidence"]["proof"] for judged in query.get("judged", ())]
    runs += [judged["evidence"]["proof"] for near in query.get("near", ()) for judged in near["judged"]]
    runs.append(query.get("lines", ()))
    rules = {f"R{number}": name for number, name in enumerate(query.get("rules", ()), 1)}
    for run in runs:
        if not run:
            continue
        places: dict[str, int] = {}
        found = []
        for position, step in enumerate(run):
            premises = tuple(places.get(premise) for premise in step["premises"])
            # Lines that are shown cite rules by their labels.
            rule = rules.get(step["rule"], step["rule"]) if "label" in step else step["rule"]
            found.append((StepOutline(rule, premises), step))
            places[step["label"] if "label" in step else f"s{step['step']}"] = position
        yield found


def _find_pairs(
    proofs: Iterable[Sequence[StepOutline]],
) -> tuple[frozenset[str], frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    rules: set[str] = set()
    meetings: set[tuple[str, str]] = set()
    adjacent: set[tuple[str, str]] = set()
    for proof in proofs:
        names = sorted(step.rule for step in proof)
        rules.update(names)
        meetings.update(combinations(names, 2))
        for step in proof:
            for premise in step.premises:
                if premise is not None:
                    other = proof[premise].rule
                    adjacent.add((other, step.rule) if other <= step.rule else (step.rule, other))
    return frozenset(rules), frozenset(meetings), frozenset(adjacent)


def collect_features(
    *,
    cell: Cell,
    identity: tuple[str, str, str, str],
    measures: Mapping[str, int],
    proofs: Iterable[Sequence[StepOutline]],
    facts: Iterable[Pattern],
    asked: Iterable[Pattern],
    concluded: Iterable[Pattern],
    rules: Iterable[Rule],
    template: str = "",
) -> ItemFeatures:
    """Return the features of an item from its parts.

    ``identity`` is exact, named, core and context. ``asked`` may hold variables. ``rules`` are those that the prompt
    states, or, where it states none, those that the proofs use. Leave what is *false* out of ``concluded``.
    """
    used, meetings, adjacent = _find_pairs(proofs)
    stated = _look_at_facts(facts) if isinstance(facts, tuple) else _list_mentions(facts)
    individuals, predicates = set(stated.individuals), set(stated.predicates)
    predicates |= _look_at_rules(rules) if isinstance(rules, tuple) else _join_keys(rules)
    classes: set[Term] = set()
    properties: set[Term] = set()
    for listed in (asked, concluded):
        for subject, predicate, object_ in listed:
            is_class = predicate == RDF_TYPE
            key = object_ if is_class else predicate
            predicates.add(key)
            (classes if is_class else properties).add(key)
            for end in (subject,) if is_class else (subject, object_):
                if end not in individuals and not is_variable(end) and not is_literal(end):
                    individuals.add(end)
    return ItemFeatures(
        cell,
        *identity,
        tuple(sorted(measures.items())),
        used,
        meetings,
        adjacent,
        frozenset(individuals),
        frozenset(predicates),
        frozenset(classes),
        frozenset(properties),
        template,
    )


class _Mentions(NamedTuple):
    """The individuals and the predicates in some facts."""

    individuals: frozenset[Term]
    predicates: frozenset[Term]


def _list_mentions(facts: Iterable[Pattern]) -> _Mentions:
    individuals: set[Term] = set()
    predicates: set[Term] = set()
    for subject, predicate, object_ in facts:
        is_class = predicate == RDF_TYPE
        predicates.add(object_ if is_class else predicate)
        individuals.update((subject,) if is_class else (subject, object_))
    kept = [end for end in individuals if not is_variable(end) and not is_literal(end)]
    return _Mentions(frozenset(kept), frozenset(predicates))


_seen: dict[int, tuple[tuple[Pattern, ...], _Mentions]] = {}
"""By identity, for the questions of one case share the very facts, which take long to compare."""
_seen_rules: dict[int, tuple[tuple[Rule, ...], frozenset[Term]]] = {}
_known_keys: dict[int, tuple[Rule, frozenset[Term]]] = {}


def _look_at_facts(facts: tuple[Pattern, ...]) -> _Mentions:
    found = _seen.get(id(facts))
    if found is None:
        if len(_seen) >= _CASES:
            _seen.clear()
        found = _seen[id(facts)] = facts, _list_mentions(facts)
    return found[1]


def _look_at_rules(rules: tuple[Rule, ...]) -> frozenset[Term]:
    found = _seen_rules.get(id(rules))
    if found is None:
        if len(_seen_rules) >= _CASES:
            _seen_rules.clear()
        found = _seen_rules[id(rules)] = rules, _join_keys(rules)
    return found[1]


def _join_keys(rules: Iterable[Rule]) -> frozenset[Term]:
    return frozenset[Term]().union(*map(_find_keys, rules))


def _find_keys(rule: Rule) -> frozenset[Term]:
    """Return the keys in a rule; of the very same rule without looking into it."""
    found = _known_keys.get(id(rule))
    if found is None:
        if len(_known_keys) >= _REMEMBERED:
            _known_keys.clear()
        found = _known_keys[id(rule)] = rule, _list_keys(rule)
    return found[1]


@lru_cache(maxsize=8192)
def _list_keys(rule: Rule) -> frozenset[Term]:
    atoms = (*rule.head, *iterate_atoms(rule.body), *iterate_atoms(rule.body, negated=True))
    return frozenset(atom.key for atom in atoms)


class FeatureReader:
    """Reads the features of written items of one dataset; ``prefixes`` are the dataset's."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = dict(prefixes)
        self._terms: dict[str, Term] = {}
        self._rules: dict[str, Rule] = {}

    def read(self, item: Mapping[str, Any], theory: Mapping[str, Any] | None = None) -> ItemFeatures:
        """Return an item's features; ``theory`` is the content of its theory file.

        Without one, ``predicates`` lacks what only rules mention. Raises ValueError for terms and rules that cannot
        be read, and KeyError for a key that an item must have.
        """
        proofs = list(list_written_proofs(item))
        outlines = [[outline for outline, _ in proof] for proof in proofs]
        concluded = [step.get("conclusion", step.get("triple")) for proof in proofs for _, step in proof]
        used = {outline.rule for proof in outlines for outline in proof}
        states_rules = item["given"] == "facts+rules"
        rules = [
            self._read_rule(rule["formal"])
            for rule in (theory["rules"] if theory is not None else ())
            if states_rules or rule["id"] in used
        ]
        identity = item["identity"]
        return collect_features(
            cell=(item["level_name"], item["task"], item["status"] or NO_STATUS),
            identity=(identity["exact"], identity["named"], identity["core"], identity["context"]),
            measures={**item["difficulty"], WORDS: count_words(item["question"])},
            proofs=outlines,
            facts=[self._read_triple(entry["triple"]) for entry in item["context"]],
            asked=self._list_asked(item),
            concluded=[self._read_triple(triple) for triple in concluded if not isinstance(triple, str)],
            rules=rules,
            template=item["provenance"]["template"].rpartition("@")[0],
        )

    def _list_asked(self, item: Mapping[str, Any]) -> list[Pattern]:
        """Return what the question says besides the facts: statements, options, additions, and patterns."""
        query = item["query"]
        triples = [option["atom"] for option in item["options"]]
        triples += [*query.get("positive", ()), *query.get("negative", ())]
        triples += [query["triple"]] if "triple" in query else []
        triples += query.get("add", ())
        asked = [self._read_triple(triple) for triple in triples if not isinstance(triple, str)]
        for option in item["options"]:
            if "rule" in option:
                asked += list_patterns(self._read_rule(option["rule"]["formal"]))
        for slot in query.get("slots", ()):
            asked += [self._read_triple(one["triple"]) for one in slot["alternatives"]]
        for body in (self._read_body(part) for clue in query.get("clues", ()) for part in clue["parts"]):
            asked += [(atom.subject, atom.predicate, atom.object) for atom in iterate_atoms(body)]
        for formula in [query, *query["near"]] if query["kind"] == "equivalent" else ():
            asked += [self._read_triple(triple) for triple in (*formula["facts"], formula["triple"])]
            if query["direction"] == "rule":
                asked += list_patterns(self._read_rule(formula["formal"]))
            else:
                own = iterate_atoms(self._read_body(formula["formal"]))
                asked += [(atom.subject, atom.predicate, atom.object) for atom in own]
        if query["kind"] == "verbalise":
            asked += [self._read_triple(triple) for facts in query["facts"] for triple in facts]
        for name in query.get("names", ()):
            key = self._read_term(name["name"])
            asked.append(("?A", RDF_TYPE, key) if name["arguments"] == 1 else ("?A", key, "?B"))
        if "body" in query:
            body = self._read_body(query["body"])
            atoms = (*iterate_atoms(body), *iterate_atoms(body, negated=True))
            asked += [(atom.subject, atom.predicate, atom.object) for atom in atoms]
        return asked

    def _read_body(self, formal: str) -> tuple[BodyElement, ...]:
        # Bodies name individuals, so there are as many as there are questions: they are not remembered.
        return parse_atoms(formal, self.prefixes)

    def _read_rule(self, formal: str) -> Rule:
        rule = self._rules.get(formal)
        if rule is None:
            if len(self._rules) >= _REMEMBERED:
                self._rules.clear()
            rule = self._rules[formal] = parse_rule(formal, self.prefixes)
        return rule

    def _read_triple(self, written: Sequence[str]) -> Pattern:
        subject, predicate, object_ = (self._read_term(text) for text in written)
        return (subject, predicate, object_)

    def _read_term(self, text: str) -> Term:
        term = self._terms.get(text)
        if term is None:
            if len(self._terms) >= _REMEMBERED:
                self._terms.clear()
            term = self._terms[text] = expand_term(text, self.prefixes)
        return term
