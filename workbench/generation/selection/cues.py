"""Cues: what of an item's surface would tell its answer is kept in balance.

Whoever sees of many items only which words they have, how long they are and who is mentioned how often must learn
nothing about their answers. So of what a block offers of a task as many are left out as have to be, until what is seen
goes with every answer as often as with any other (:mod:`workbench.generation.selection.thinning`). A class or property
that can never be refuted stays in, but only now and then. The larger a block, the less has to go.

Before that, what there is too often of one structure goes: where a curriculum bounds how many items may share one, a
block gives its part of that bound. Otherwise what is common with one answer would be used up early, and what it was
balanced against would stay.

What is kept depends on the block alone: neither on other blocks nor on who computes it. Of options and lines there
are too few in a block; what is seen of them is noted here and evened out over all blocks of a level
(:mod:`workbench.generation.selection.evening`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from workbench.generation.questions.draft import Answered
from workbench.generation.selection.evening import TOLD, Cue, list_cues
from workbench.generation.selection.taking import OFTEN
from workbench.generation.selection.thinning import thin_labels
from workbench.generation.tasks import get_family
from workbench.generation.tasks.family import Choice
from workbench.model.curriculum import STATUS_TASKS, Level
from workbench.model.terms import RDF_TYPE, Pattern, Term, Triple

__all__ = ["Offer", "keep_balanced", "list_balanced_cells", "see_choices", "see_cues"]

_MANY = 4
"""Mentions beyond so many are told apart no more, nor are facts and rules beyond the next."""
_LARGE = 12
_OFTEN = 3
"""A property stated so many times is stated often."""
_HELD_BACK = 4
"""The part of what there is of a status that a rare one leaves of it."""
_BLOCKS = 10
"""In so many blocks a structure that is common may reach the bound that a curriculum sets."""


class Offer(NamedTuple):
    """What a block offers: an answered draft, which ``structure`` it has, and which ``part`` of the items it is for.

    Each part is balanced by itself, such as what is for training.
    """

    answered: Answered
    structure: str
    part: str


def list_balanced_cells(level: Level, open_cells: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return the cells whose drafts have to be there for the open ones to be balanced: the same whichever are full.

    Statuses of a task are balanced against each other; questions about one world state the rules that any of them
    needs, so there all are drafted.
    """
    asked = {(quota.task, quota.status) for quota in level.quotas if quota.items}
    if not open_cells:
        return frozenset()
    tasks = {task for task, _ in open_cells}
    return frozenset(cell for cell in asked if cell[0] in tasks or (level.questions > 1 and level.given != "none"))


def keep_balanced(offers: Sequence[Offer], most: int = 0) -> list[str | None]:
    """Return of each offer of one level why it is left out, None for those that stay.

    Tasks whose answers are statuses are balanced, one by one; others are left as they are.

    ``most`` is how many of a cell may share a structure in the end, 0 for any number.
    """
    faults: list[str | None] = [None] * len(offers)
    groups: dict[tuple[str, str], list[int]] = {}
    shared: Counter[tuple[str, str | None, str]] = Counter()
    for place, (item, structure, part) in enumerate(offers):
        task = item.draft.task
        if task not in STATUS_TASKS:
            continue
        cell = task, item.status, structure
        shared[cell] += 1
        if most and shared[cell] > max(1, most // _BLOCKS):
            faults[place] = OFTEN
        else:
            groups.setdefault((task, part), []).append(place)
    for places in groups.values():
        stays = _keep_statuses([offers[place].answered for place in places])
        for place, is_kept in zip(places, stays, strict=True):
            if not is_kept:
                faults[place] = TOLD
    return faults


def _keep_statuses(answered: Sequence[Answered]) -> list[bool]:
    features, offered, contexts = [], Counter[str | None](), dict[str, _Context]()
    for item in answered:
        draft = item.draft
        context = contexts.get(draft.case)
        if context is None:
            context = contexts[draft.case] = _see_context(draft.facts, draft.rules)
        seen = _see_statement(draft.statements[0], context)
        if draft.level.given == "none":
            # Those asked about have names of their own, which are words like any other.
            seen += [f"names {term}" for term in (draft.statements[0][0], draft.statements[0][2]) if term != RDF_TYPE]
        features.append(seen)
        offered[item.status] += 1
    level, task = answered[0].draft.level, answered[0].draft.task
    return thin_labels([str(item.status) for item in answered], features, _share_out(level, task, offered))


def _share_out(level: Level, task: str, offered: Mapping[str | None, int]) -> dict[str, float]:
    """Return in which shares a task's statuses are to come, of those that its level asks for: evenly, as far as may be.

    One that is rare holds the others back to a quarter of what there is of them, and one that never comes not at all.
    How many items are asked for must not matter, so that a larger request extends a smaller one.
    """
    asked = {quota.status for quota in level.quotas if quota.task == task and quota.items}
    counts = {status: offered[status] for status in sorted(asked) if offered[status]}
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


def see_cues(item: Answered) -> tuple[Cue, ...]:
    """Return what is seen of an item's options or lines; nothing where there is nothing to choose from."""
    if item.draft.task in STATUS_TASKS:
        return ()
    choices, right = get_family(item.draft.task).list_choices(item)
    return list_cues(see_choices(choices, item.draft.facts), right) if choices else ()


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
