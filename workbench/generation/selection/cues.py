"""Cues: what of an item's surface would tell its answer is kept in balance.

Whoever sees of many items only which words they have, how long they are and who is mentioned how often must learn
nothing about their answers. So the answered drafts of a block are walked through in their order, and one is left out
when with it some of what is seen would go too often with one answer. A sum is kept of every feature: how often it went
with an answer beyond what that answer's share would be. A draft is kept while its features' sums, weighed with what it
would add, stay small together, and each of them by itself; what is small grows more slowly than the sums would if
answers were drawn by lot. So every beginning of a block is in balance as well, and a class or property that can never
be refuted stays in, but only now and then. The larger a block, the less is left of what tells.

What is kept depends on the block alone: neither on other blocks nor on who computes it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from workbench.generation.questions.answering import Rejection
from workbench.generation.questions.draft import Answered
from workbench.generation.tasks import get_family
from workbench.generation.tasks.family import Choice
from workbench.model.curriculum import STATUS_TASKS, Level
from workbench.model.terms import RDF_TYPE, Pattern, Term, Triple

__all__ = [
    "TOLD",
    "ChoiceBalance",
    "LabelBalance",
    "keep_balanced",
    "list_balanced_cells",
    "see_choices",
]

TOLD = "would tell its answer by its surface"

_TOGETHER = 1.0
_TOGETHER_CHOSEN = 0.2
"""How large the sums of a statement's features, or of those of things to choose from, may be together, in square roots
of how many were kept."""
_ALONE = 0.9
_ALONE_CHOSEN = 0.8
"""How large the sum of one feature may be, in cube roots of how often it was kept. The sums of what tells nothing
wander as far as square roots, so some of what is told by nothing goes, too."""
_MANY = 4
"""Mentions beyond so many are told apart no more, nor are facts and rules beyond the next."""
_LARGE = 12
_OFTEN = 3
"""A property stated so many times is stated often."""
_WEIGHT_ALL = 3
"""How much the number of drafts of an answer counts beside a feature."""
_HELD_BACK = 4
"""The part of what there is of a status that a rare one leaves of it."""
_EVERY = ""
"""The feature that every draft has."""


class LabelBalance:
    """Keeps features apart from labels, which are to come in ``shares`` (they sum to 1)."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self._labels = sorted(shares)
        squares = sum(share * share for share in shares.values())
        # What a draft of one label adds to the excess of each label.
        self._added = {
            own: [(label == own) - shares[label] - shares[own] + squares for label in self._labels]
            for own in self._labels
        }
        self._excess: dict[str, dict[str, float]] = {label: {} for label in self._labels}
        self._kept: Counter[str] = Counter()

    def accepts(self, label: str, features: Sequence[str]) -> bool:
        """Tell whether one with these features keeps the balance, and count it if so; KeyError for another label."""
        if len(self._labels) == 1:
            return True
        excess, kept = self._excess[label], self._kept
        found = [excess.get(feature, 0.0) for feature in features]
        every = excess.get(_EVERY, 0.0)
        if sum(found) + _WEIGHT_ALL * every > _TOGETHER * (1 + math.sqrt(kept[_EVERY])):
            return False
        for feature, value in ((_EVERY, every), *zip(features, found, strict=True)):
            if value > _ALONE and value >= _ALONE * (1 + math.cbrt(kept[feature])):
                return False
        for feature in (_EVERY, *features):
            kept[feature] += 1
            for other, more in zip(self._labels, self._added[label], strict=True):
                values = self._excess[other]
                values[feature] = values.get(feature, 0.0) + more
        return True

    def measure(self) -> dict[str, float]:
        """Return of every feature the largest excess of a label."""
        return {feature: max(values[feature] for values in self._excess.values()) for feature in self._kept}

    def count(self, feature: str = _EVERY) -> int:
        """Return how many with a feature were kept; all by default."""
        return self._kept[feature]


class ChoiceBalance:
    """Keeps features apart from being right among things to choose from."""

    def __init__(self) -> None:
        self._excess: dict[str, float] = {}
        self._kept: dict[str, float] = {}
        self._items = 0

    def accepts(self, choices: Sequence[Collection[str]], right: int) -> bool:
        """Tell whether an item with these features of its choices keeps the balance, and count it if so."""
        seen = Counter(feature for features in choices for feature in set(features))
        own = set(choices[right])
        added = {feature: (feature in own) - count / len(choices) for feature, count in sorted(seen.items())}
        excess, kept = self._excess, self._kept
        if sum(excess.get(feature, 0.0) * more for feature, more in added.items()) > _TOGETHER_CHOSEN * (
            1 + math.sqrt(self._items)
        ):
            return False
        for feature, more in added.items():
            value = excess.get(feature, 0.0)
            if value * more > 0 and abs(value) >= _ALONE_CHOSEN * (1 + math.cbrt(kept.get(feature, 0.0))):
                return False
        self._items += 1
        for feature, more in added.items():
            if more:
                excess[feature] = excess.get(feature, 0.0) + more
                kept[feature] = kept.get(feature, 0.0) + seen[feature] / len(choices)
        return True

    def measure(self) -> dict[str, float]:
        """Return of every feature how much oftener (or, below zero, more seldom) than by lot it was right."""
        return dict(self._excess)


def list_balanced_cells(level: Level, open_cells: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return the cells whose drafts have to be there for the open ones to be balanced: the same whichever are full.

    Statuses of a task are balanced against each other; questions about one world state the rules that any of them
    needs, so there all are drafted.
    """
    asked = {(quota.task, quota.status) for quota in level.quotas if quota.items}
    if level.given == "none" or not open_cells:
        return frozenset(open_cells)
    tasks = {task for task, _ in open_cells}
    return frozenset(cell for cell in asked if level.questions > 1 or cell[0] in tasks)


def keep_balanced(
    answered: Sequence[Answered], admits: Callable[[Answered], bool]
) -> tuple[list[Answered], Counter[Rejection]]:
    """Return the answered drafts that keep the balance, in their order, and count the others.

    Those of a level are balanced by task, and those that it does not ``admit`` are left as they are: they make no item.
    """
    rejected: Counter[Rejection] = Counter()
    balances: dict[str, LabelBalance | ChoiceBalance] = {}
    contexts: dict[str, _Context] = {}
    admitted = [admits(item) for item in answered]
    offered: Counter[tuple[str, str | None]] = Counter()
    for item, fits in zip(answered, admitted, strict=True):
        offered[item.draft.task, item.status] += fits
    kept = []
    for item, fits in zip(answered, admitted, strict=True):
        draft = item.draft
        if draft.task not in balances:
            balances[draft.task] = (
                LabelBalance(_share_out(draft.level, draft.task, offered))
                if draft.task in STATUS_TASKS
                else ChoiceBalance()
            )
        balance = balances[draft.task]
        if not fits:
            is_kept = True
        elif isinstance(balance, LabelBalance):
            context = contexts.get(draft.case)
            if context is None:
                context = contexts[draft.case] = _see_context(draft.facts, draft.rules)
            is_kept = balance.accepts(str(item.status), _see_statement(draft.statements[0], context))
        else:
            listed, right = get_family(draft.task).list_choices(item)
            is_kept = len(listed) < 2 or balance.accepts(see_choices(listed, draft.facts), right)
        if is_kept:
            kept.append(item)
        else:
            rejected[draft.task, draft.aim, TOLD] += 1
    return kept, rejected


def _share_out(level: Level, task: str, offered: Mapping[tuple[str, str | None], int]) -> dict[str, float]:
    """Return in which shares a task's statuses are to come, of those that its level asks for: evenly, as far as may be.

    One that is rare holds the others back to a quarter of what there is of them, and one that never comes not at all.
    How many items are asked for must not matter, so that a larger request extends a smaller one.
    """
    asked = {quota.status for quota in level.quotas if quota.task == task and quota.items}
    counts = {status: offered[task, status] for status in sorted(asked) if offered[task, status]}
    if not counts:
        return {}
    most = max(min(counts.values()), max(counts.values()) / _HELD_BACK)
    weights = {status: min(count, most) for status, count in counts.items()}
    return {status: weight / sum(weights.values()) for status, weight in weights.items()}


class _Context(NamedTuple):
    """What is seen of a context: its features, and how often each term is mentioned."""

    features: tuple[str, ...]
    mentions: Mapping[Term, int]


def _see_context(facts: Sequence[Triple], rules: Sequence[str]) -> _Context:
    mentions: Counter[Term] = Counter()
    keys: Counter[Term] = Counter()
    for fact in facts:
        mentions.update(set(fact))
        keys[_get_key(fact)] += 1
    features = [f"facts {min(len(facts), _LARGE)}", f"rules {min(len(rules), _LARGE)}"]
    for key, count in sorted(keys.items()):
        features.append(f"states {key}")
        if count >= _OFTEN:
            features.append(f"states often {key}")
    features += [f"rule {name}" for name in rules]
    return _Context(tuple(features), mentions)


def _see_statement(statement: Triple, context: _Context) -> list[str]:
    """Return what is seen of a statement beside its context: what it is about, and who is mentioned how often."""
    key = _get_key(statement)
    found = [f"about {key}", *context.features]
    for part, term in zip(("subject", "predicate", "object"), statement, strict=True):
        found.append(f"{part} {min(context.mentions.get(term, 0), _MANY)}")
    return found


def see_choices(choices: Sequence[Choice], facts: Sequence[Triple]) -> list[list[str]]:
    """Return what is seen of each thing to choose from: place, words, who is mentioned, and what others share."""
    mentions: Counter[Term] = Counter()
    for fact in facts:
        mentions.update(set(fact))
    sets = [{*choice.names, *(term for atom in choice.atoms for term in atom if term[:1] != "?")} for choice in choices]
    shared = Counter(term for terms in sets for term in terms)
    seen = []
    for place, (choice, terms) in enumerate(zip(choices, sets, strict=True)):
        found = [f"place {place}", f"from the end {len(choices) - place}", f"atoms {len(choice.atoms)}", *choice.marks]
        found.append(f"alone {sum(shared[term] == 1 for term in terms)}")
        found.append(f"words shared {sum(shared[term] - 1 for term in terms)}")
        found += [f"about {key}" for key in dict.fromkeys(map(_get_key, choice.atoms))]
        if len(choice.atoms) == 1:
            found += _compare(choice.atoms[0], [c.atoms[0] for n, c in enumerate(choices) if n != place and c.atoms])
            for part, term in zip(("subject", "predicate", "object"), choice.atoms[0], strict=True):
                found.append(f"{part} mentioned {min(mentions[term], _MANY)}")
        seen.append(found)
    return seen


def _compare(atom: Pattern, others: Sequence[Pattern]) -> Iterable[str]:
    """Yield of an atom with how many others it shares subject, predicate and object, and whether one turns it round."""
    for part, term, same in zip(("subject", "predicate", "object"), atom, zip(*others, strict=True), strict=True):
        yield f"{part} shared {same.count(term)}"
    if any(other == (atom[2], atom[1], atom[0]) for other in others):
        yield "turned round"


def _get_key(fact: Pattern) -> Term:
    return fact[2] if fact[1] == RDF_TYPE else fact[1]
