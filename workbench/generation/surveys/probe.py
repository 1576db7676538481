"""Can answers be guessed from the surface? A probe that sees words, lengths and positions, but follows no rule.

Two simple classifiers, multinomial naive Bayes and multinomial logistic regression, are trained on most items and
tried on the others, fold by fold. They see which words a prompt has, how long it is, and where in the context the parts
of the statement stand; of options and lines, their words, length and place, and what they share with each other; of
what a puzzle leaves open, its alternatives; of facts among which some contradict each other, what they say. A third one
sees only what is asked, in pairs: which class or property is asked about or offered, beside what, and who is named how
often. What they guess better than chance, a model could learn instead of reasoning. Items with the same context never
stand on both sides of a fold, and nothing is drawn at random.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["FOLDS", "ON_ASKED", "Finding", "Sample", "probe_choices", "probe_items", "probe_labels"]

FOLDS = 5
"""How often everything is tried on a part that was not learned from."""
ON_ASKED = "logistic, what is asked"
"""The probe that sees what is asked, in pairs, and nothing of how it is put."""
_WORD = re.compile(r"\w+|[^\w\s]")
_BINS = 5
_SMOOTHING = 0.5
_ROUNDS = 60
_DECAY = 1e-3
_NORMAL = 1.959964
_MENTIONS = 4

_Floats = npt.NDArray[np.float64]
_Learn = Callable[["_Table", "_Integers", int, npt.NDArray[np.bool_]], tuple[_Floats, _Floats]]
_Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sample:
    """What is seen of an item, or of one of the things to choose from, and what is to be guessed.

    ``words`` are counted features; ``numbers`` are measures by name, which are seen as fifths of their distribution.
    Samples of one ``group`` stay together.
    """

    words: tuple[str, ...]
    numbers: tuple[tuple[str, float], ...]
    label: str
    group: str


@dataclass(frozen=True, slots=True)
class Finding:
    """How often a probe was right: ``low`` and ``high`` bound its accuracy with 95 % confidence (Wilson 1927).

    ``chance`` is what the best guess that looks at nothing reaches: the share of the most frequent answer or, where one
    of several is to be chosen, one by their number.
    """

    task: str
    target: str
    probe: str
    items: int
    accuracy: float
    chance: float
    low: float
    high: float

    @property
    def gap(self) -> float:
        """How far the accuracy is above chance."""
        return self.accuracy - self.chance

    def to_json(self) -> dict[str, Any]:
        """Return what a report shows, rounded."""
        shares = {"accuracy": self.accuracy, "chance": self.chance, "low": self.low, "high": self.high}
        rounded = {name: round(share, 4) for name, share in shares.items()}
        return {"task": self.task, "target": self.target, "probe": self.probe, "items": self.items, **rounded}


def probe_items(items: Iterable[Mapping[str, Any]], folds: int = FOLDS) -> list[Finding]:
    """Probe exported items, task by task: their status, or which of the options or lines is the right one.

    A task with fewer than ``folds`` groups of items, or with one status only, is left out.
    """
    statuses: dict[str, list[Sample]] = {}
    asked: dict[str, list[Sample]] = {}
    choices: dict[tuple[str, str], list[list[Sample]]] = {}
    offered: dict[tuple[str, str], list[list[Sample]]] = {}
    for item in items:
        task, query = item["task"], item["query"]
        if item["status"] is not None:
            statuses.setdefault(task, []).append(_see_item(item))
            asked.setdefault(task, []).append(_see_asked(item))
        elif item["options"]:
            atoms = [None if one.get("rule") else one["atom"] for one in item["options"]]
            seen = [
                (one["letter"], one["text"], shared)
                for one, shared in zip(item["options"], _compare_atoms(atoms), strict=True)
            ]
            choices.setdefault((task, "option"), []).append(_see_choices(item, seen))
            if all(atoms):
                offered.setdefault((task, "option"), []).append(_see_offered(item))
        elif query["kind"] == "puzzle":
            for slot, (_, value) in zip(query["slots"], query["solution"], strict=True):
                listed = [(one["value"], one["value"], ()) for one in slot["alternatives"]]
                choices.setdefault((task, "alternative"), []).append(_see_choices(item, listed, (value,)))
        elif query["kind"] == "conflict":
            listed = [(one["id"], one["text"], ()) for one in item["context"]]
            choices.setdefault((task, "fact"), []).append(_see_choices(item, listed, query["facts"]))
        elif "lines" in query:
            lines = [
                (one["label"], one["text"], (("premises", len(one["premises"])), *shared))
                for one, shared in zip(
                    query["lines"], _compare_atoms([o["triple"] for o in query["lines"]]), strict=True
                )
            ]
            choices.setdefault((task, "line"), []).append(_see_choices(item, lines))
    found = []
    for task in sorted(statuses):
        found += probe_labels(statuses[task], task, "status", folds)
        found += probe_labels(asked[task], task, "status", folds, _ON_ASKED)
    for task, target in sorted(choices):
        found += probe_choices(choices[task, target], task, target, folds)
        found += probe_choices(offered.get((task, target), ()), task, target, folds, _ON_ASKED)
    return found


def probe_labels(
    samples: Sequence[Sample],
    task: str = "",
    target: str = "label",
    folds: int = FOLDS,
    learners: Sequence[tuple[str, _Learn]] = (),
) -> list[Finding]:
    """Guess each sample's label from the samples of other folds; empty when there is nothing to tell apart."""
    parts = _assign_folds([sample.group for sample in samples], folds)
    classes = sorted({sample.label for sample in samples})
    if parts is None or len(classes) < 2:
        return []
    labels = np.array([classes.index(sample.label) for sample in samples], dtype=np.int64)
    table = _Table.build(samples)
    chance = float(np.bincount(labels).max()) / len(samples)
    found = []
    for name, learn in learners or _BOTH:
        guessed = np.zeros(len(samples), dtype=np.int64)
        for fold in range(folds):
            weights, bias = learn(table, labels, len(classes), parts != fold)
            guessed[parts == fold] = np.argmax(table.score(weights) + bias, axis=1)[parts == fold]
        found.append(_conclude(task, target, name, int((guessed == labels).sum()), len(samples), chance))
    return found


def probe_choices(
    items: Sequence[Sequence[Sample]],
    task: str = "",
    target: str = "choice",
    folds: int = FOLDS,
    learners: Sequence[tuple[str, _Learn]] = (),
) -> list[Finding]:
    """Guess a right sample of each item, whose label is ``right``; all others are called ``wrong``."""
    parts = _assign_folds([choices[0].group for choices in items], folds)
    if parts is None:
        return []
    samples = [sample for choices in items for sample in choices]
    sizes = [len(choices) for choices in items]
    owner = np.repeat(np.arange(len(items)), sizes)
    labels = np.array([sample.label == "right" for sample in samples], dtype=np.int64)
    table = _Table.build(samples)
    starts = np.concatenate(([0], np.cumsum(sizes)))
    chance = sum(sum(one.label == "right" for one in choices) / len(choices) for choices in items) / len(items)
    found = []
    for name, learn in learners or _BOTH:
        right = 0
        for fold in range(folds):
            weights, bias = learn(table, labels, 2, parts[owner] != fold)
            scores = table.score(weights) + bias
            odds = scores[:, 1] - scores[:, 0]
            for number in np.flatnonzero(parts == fold):
                begin, end = starts[number], starts[number + 1]
                right += int(labels[begin + int(np.argmax(odds[begin:end]))])
        found.append(_conclude(task, target, name, right, len(items), chance))
    return found


def _see_item(item: Mapping[str, Any]) -> Sample:
    question = item["question"]
    words = tuple(f"{item['language']} {word}" for word in _WORD.findall(question.casefold()))
    return Sample(words, (("words", len(words)), *_see_positions(item)), item["status"], _group(item))


def _see_positions(item: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return where in the context the parts of the statement first and last stand, from 0 to 1, or -1 for nowhere."""
    context = [entry["triple"] for entry in item["context"]]
    seen: list[tuple[str, float]] = [("facts", len(context))]
    for part, term in zip(("subject", "predicate", "object"), item["query"]["triple"], strict=True):
        places = [place / len(context) for place, triple in enumerate(context) if term in triple]
        seen += [(f"first {part}", min(places, default=-1.0)), (f"last {part}", max(places, default=-1.0))]
    return seen


def _compare_atoms(atoms: Sequence[Sequence[str] | None]) -> list[tuple[tuple[str, float], ...]]:
    """Return of each atom with how many of the others it shares subject, predicate and object; nothing of a rule."""
    compared: list[tuple[tuple[str, float], ...]] = []
    for atom in atoms:
        found = []
        for place, part in enumerate(("subject", "predicate", "object") if atom else ()):
            alike = sum(other is not None and atom is not None and other[place] == atom[place] for other in atoms)
            found.append((f"{part} shared", float(alike - 1)))
        compared.append(tuple(found))
    return compared


def _see_asked(item: Mapping[str, Any]) -> Sample:
    """Return what is seen of a statement alone: what it is about, of whom, who is mentioned how often beside that."""
    triple = item["query"]["triple"]
    key, marks = _get_key(triple), _count_mentions(item, triple)
    words = (f"about {key}", *marks, *(f"{key} {mark}" for mark in marks), f"of {triple[0]}", f"{key} of {triple[0]}")
    return Sample((*words, f"to {triple[2]}"), tuple(_see_positions(item)[1:]), item["status"], _group(item))


def _see_offered(item: Mapping[str, Any]) -> list[Sample]:
    """Return what each option is about, beside what is asked and what the others are about, and what it shares."""
    goal = item["query"].get("triple")
    keys = [_get_key(one["atom"]) for one in item["options"]]
    shared = _compare_atoms([one["atom"] for one in item["options"]])
    samples = []
    for one, key, sizes in zip(item["options"], keys, shared, strict=True):
        marks = _count_mentions(item, one["atom"])
        words = [f"about {key}", *marks, *(f"{key} {mark}" for mark in marks)]
        words += [f"{key} beside {other}" for other in dict.fromkeys(keys) if other != key]
        if goal:
            named = "".join(str([*goal[::2], end].index(end)) for end in one["atom"][::2])
            words += [f"{key} for {_get_key(goal)}", f"names {named}", f"{key} for {_get_key(goal)} names {named}"]
        label = "right" if one["letter"] == item["answer"] else "wrong"
        samples.append(Sample(tuple(words), sizes, label, _group(item)))
    return samples


def _get_key(triple: Sequence[str]) -> str:
    return triple[2] if triple[1] == "rdf:type" else triple[1]


def _count_mentions(item: Mapping[str, Any], triple: Sequence[str]) -> list[str]:
    context = [entry["triple"] for entry in item["context"]]
    return [
        f"{part} mentioned {min(_MENTIONS, sum(term in fact for fact in context))}"
        for part, term in zip(("subject", "predicate", "object"), triple, strict=True)
    ]


def _see_choices(
    item: Mapping[str, Any],
    choices: Sequence[tuple[str, str, tuple[tuple[str, float], ...]]],
    rights: Sequence[str] = (),
) -> list[Sample]:
    """Return what is seen of each thing to choose from: its words, length beside the others, place, what is shared.

    ``rights`` are the right ones, where the item's answer is not the label of the one.
    """
    right = rights or (item["query"].get("wrong", item["answer"]),)
    split = [_WORD.findall(text.casefold()) for _, text, _ in choices]
    repeated = Counter(word for words in split for word in set(words))
    samples = []
    for place, ((label, _, more), words) in enumerate(zip(choices, split, strict=True)):
        alone = sum(repeated[word] == 1 for word in set(words))
        common = sum(repeated[word] - 1 for word in set(words))
        rank = sum(len(other) < len(words) for other in split) / len(split)
        sizes = (
            ("length", float(len(words))),
            ("rank", rank),
            ("alone", float(alone)),
            ("common", float(common)),
            *more,
        )
        named = (f"place {place}", f"from the end {len(choices) - place}")
        seen = (*named, *(f"{item['language']} {word}" for word in words))
        samples.append(Sample(seen, sizes, "right" if label in right else "wrong", _group(item)))
    return samples


def _group(item: Mapping[str, Any]) -> str:
    """Return what items have in common that must not be learned from: their context, or in a closed book the question.

    What states nothing would otherwise be one group, and never be tried.
    """
    return repr([entry["triple"] for entry in item["context"]] or item["question"])


def _assign_folds(groups: Sequence[str], folds: int) -> _Integers | None:
    """Return the fold of each sample: whole groups, in the order of their digests; None when there are too few."""
    ordered = sorted(set(groups), key=lambda group: sha256(group.encode()).digest())
    if len(ordered) < folds:
        return None
    place = {group: number % folds for number, group in enumerate(ordered)}
    return np.array([place[group] for group in groups], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Table:
    """Samples as a sparse table: in row ``rows[i]`` stands ``values[i]`` in column ``columns[i]``."""

    rows: _Integers
    columns: _Integers
    values: _Floats
    height: int
    width: int

    @classmethod
    def build(cls, samples: Sequence[Sample]) -> _Table:
        """Return the table of samples; a word counts by the root of its frequency, a number by its fifth."""
        limits: dict[str, _Floats] = {}
        for name in dict.fromkeys(name for sample in samples for name, _ in sample.numbers):
            known = [value for sample in samples for own, value in sample.numbers if own == name]
            limits[name] = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS))
        names: dict[str, int] = {}
        rows, columns, values = [], [], []
        for row, sample in enumerate(samples):
            seen = dict(Counter(sample.words))
            for name, value in sample.numbers:
                seen[f"\0{name} {int(np.searchsorted(limits[name], value))}"] = 1
            for name, count in seen.items():
                rows.append(row)
                columns.append(names.setdefault(name, len(names)))
                values.append(math.sqrt(count))
        return cls(
            np.array(rows, dtype=np.int64),
            np.array(columns, dtype=np.int64),
            np.array(values, dtype=np.float64),
            len(samples),
            len(names),
        )

    def score(self, weights: _Floats) -> _Floats:
        """Return the table times the weights (columns by classes)."""
        products = [np.bincount(self.rows, self.values * own[self.columns], self.height) for own in weights.T]
        return np.stack(products, axis=1)

    def collect(self, shares: _Floats) -> _Floats:
        """Return the transposed table times what belongs to each row (rows by classes)."""
        products = [np.bincount(self.columns, self.values * own[self.rows], self.width) for own in shares.T]
        return np.stack(products, axis=1)


def _learn_bayes(
    table: _Table, labels: _Integers, classes: int, learned: npt.NDArray[np.bool_]
) -> tuple[_Floats, _Floats]:
    """Return log probabilities of columns by class, and those of the classes."""
    member = np.eye(classes)[labels] * learned[:, None]
    counts = table.collect(member) + _SMOOTHING
    prior = np.log(member.sum(axis=0) + _SMOOTHING)
    return np.log(counts / counts.sum(axis=0)), prior


def _learn_logistic(
    table: _Table, labels: _Integers, classes: int, learned: npt.NDArray[np.bool_]
) -> tuple[_Floats, _Floats]:
    """Return the weights that accelerated gradient descent reaches in so many rounds, and a bias for each class.

    Columns are scaled by how many learned samples have them, so that what is frequent is not learned first only
    because it is frequent; few rounds and a penalty keep what is rare from being learned by heart.
    """
    member = np.eye(classes)[labels] * learned[:, None]
    total = float(learned.sum())
    scale = 1 / np.sqrt(np.maximum(table.collect(learned[:, None].astype(np.float64))[:, 0], 1.0) / total)
    scale = np.minimum(scale, 10.0)
    shares = member.sum(axis=0) / total
    bias = np.log(np.maximum(shares, 1e-9))
    weights = np.zeros((table.width, classes))
    ahead, momentum = weights, 1.0
    # The largest squared length of a scaled row bounds the curvature, hence the step (Böhning 1992).
    lengths = np.bincount(table.rows, (table.values * scale[table.columns]) ** 2, table.height)
    pace = 2.0 / float(lengths.mean())
    for _ in range(_ROUNDS):
        scores = table.score(ahead * scale[:, None]) + bias
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances *= learned[:, None] / chances.sum(axis=1, keepdims=True)
        slope = table.collect(chances - member) * scale[:, None] / total + _DECAY * ahead
        stepped = ahead - pace * slope
        following = (1 + math.sqrt(1 + 4 * momentum**2)) / 2
        ahead, weights = stepped + (momentum - 1) / following * (stepped - weights), stepped
        momentum = following
    return weights * scale[:, None], bias


_BOTH: tuple[tuple[str, _Learn], ...] = (("naive Bayes", _learn_bayes), ("logistic", _learn_logistic))
_ON_ASKED: tuple[tuple[str, _Learn], ...] = ((ON_ASKED, _learn_logistic),)


def _conclude(task: str, target: str, probe: str, right: int, items: int, chance: float) -> Finding:
    share, spread = right / items, _NORMAL**2 / items
    middle = (share + spread / 2) / (1 + spread)
    half = _NORMAL * math.sqrt(share * (1 - share) / items + spread / items / 4) / (1 + spread)
    return Finding(task, target, probe, items, share, chance, middle - half, middle + half)
