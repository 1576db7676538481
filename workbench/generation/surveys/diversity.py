"""How varied a dataset is: words of prompts, templates, and which classes, properties and rules appear.

Everything is counted from items as they are exported, one after the other, so a dataset of any size can be measured
while it is written or read. distinct-n is the share of different runs of n words among all of them (Li et al., "A
Diversity-Promoting Objective Function for Neural Conversation Models", NAACL 2016); entropy is Shannon's, in bits.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Coverage",
    "Diversity",
    "DiversityTally",
    "Spread",
    "compute_entropy",
    "measure_diversity",
    "write_diversity",
]

_WORD = re.compile(r"\w+|[^\w\s]")
_KEY = re.compile(r"(<[^<>\s]+>|[\w.-]*:[\w.-]+)\(")
_TYPE = ("rdf:type", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>")
_LENGTHS = (1, 2, 3)
_MOST_RUNS = 3_000_000
_BITS = 21
_RARE = 5
_RARE_SHARE = 0.0005


@dataclass(frozen=True, slots=True)
class Spread:
    """How evenly something is used: how many different ones, the entropy in bits, and its share of the possible."""

    different: int
    entropy: float
    evenness: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which of the known names appear: how many there are and how many appear, which never do, and which rarely.

    ``counts`` are items by name, of all that appear; ``rare`` are those in fewer items than ``rare_below``.
    """

    known: int
    covered: int
    never: tuple[str, ...]
    rare: tuple[str, ...]
    rare_below: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Diversity:
    """What a dataset has of variety.

    ``distinct`` is distinct-1, -2, -3 by language, over the first ``texts`` prompts (all, unless there are more
    different runs of words than are kept). ``templates`` are by task and language. ``stated``, ``asked`` and ``proved``
    cover classes, properties and rules: what prompts state, what they ask for, and what proofs use.
    """

    items: int
    texts: int
    distinct: Mapping[str, tuple[float, ...]]
    templates: Mapping[tuple[str, str], Spread]
    coverage: Mapping[str, Coverage]


@dataclass
class DiversityTally:
    """Counts items one by one; :meth:`sum_up` gives the result. Items are the mappings that are written as JSON."""

    most_runs: int = _MOST_RUNS
    items: int = 0
    texts: int = 0
    _runs: dict[tuple[str, int], set[int]] = field(default_factory=dict)
    _totals: Counter[tuple[str, int]] = field(default_factory=Counter)
    _templates: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    _seen: dict[str, Counter[str]] = field(default_factory=dict)
    _words: dict[str, int] = field(default_factory=dict)
    _kept: int = 0

    def add(self, item: Mapping[str, Any]) -> None:
        """Count an item."""
        self.items += 1
        task, language = item["task"], item["language"]
        template = item["provenance"]["template"].partition("@")[0]
        self._templates.setdefault((task, language), Counter())[template] += 1
        self._add_text(language, item["question"])
        triples = [tuple(entry["triple"]) for entry in item["context"] if entry.get("shown", True)]
        self._see("stated", (_name_key(triple) for triple in triples))
        self._see("asked", _list_asked(item))
        proofs = [item.get("proof") or (), *((o.get("evidence") or {}).get("proof") or () for o in item["options"])]
        self._see("proved", (step["rule"] for proof in proofs for step in proof if "rule" in step))
        self._see("given", item["provenance"].get("axioms", ()))

    def _add_text(self, language: str, text: str) -> None:
        if self._kept >= self.most_runs:
            return
        self.texts += 1
        numbers = self._words
        words = [numbers.setdefault(word, len(numbers)) for word in _WORD.findall(text.lower())]
        runs = words
        for length in _LENGTHS:
            # A run is one number, 21 bits a word: what is counted must fit into memory.
            runs = (
                [run << _BITS | word for run, word in zip(runs, words[length - 1 :], strict=False)]
                if length > 1
                else words
            )
            kept = self._runs.setdefault((language, length), set())
            before = len(kept)
            kept.update(runs)
            self._kept += len(kept) - before
            self._totals[language, length] += len(runs)

    def _see(self, where: str, names: Iterable[str]) -> None:
        self._seen.setdefault(where, Counter()).update(set(names))

    def sum_up(
        self, *, classes: Sequence[str] = (), properties: Sequence[str] = (), rules: Sequence[str] = ()
    ) -> Diversity:
        """Return the result; ``classes``, ``properties`` and ``rules`` are all there are, as items name them."""
        languages = sorted({language for language, _ in self._totals})
        distinct = {
            language: tuple(
                len(self._runs[language, length]) / max(1, self._totals[language, length]) for length in _LENGTHS
            )
            for language in languages
        }
        spreads = {key: _spread(counts.values()) for key, counts in sorted(self._templates.items())}
        below = max(_RARE, math.ceil(self.items * _RARE_SHARE))
        coverage = {
            f"{what} {where}": _cover(known, self._seen.get(where, Counter()), below)
            for what, known in (("classes", classes), ("properties", properties))
            for where in ("stated", "asked")
        }
        for where in ("given", "proved"):
            coverage[f"rules {where}"] = _cover(rules, self._seen.get(where, Counter()), below)
        return Diversity(self.items, self.texts, distinct, spreads, coverage)


def _name_key(triple: Sequence[str]) -> str:
    return triple[2] if triple[1] in _TYPE else triple[1]


def _list_asked(item: Mapping[str, Any]) -> list[str]:
    """Return the classes and properties that an item asks about: of its triple, options, body, slots and clues."""
    query = item["query"]
    asked = [_name_key(query["triple"])] if query.get("triple") else []
    asked += [_name_key(option["atom"]) for option in item["options"] if option.get("atom")]
    asked += [_name_key(one["triple"]) for slot in query.get("slots", ()) for one in slot["alternatives"]]
    bodies = [query.get("body") or "", *(part for clue in query.get("clues", ()) for part in clue["parts"])]
    return asked + [key for body in bodies for key in _KEY.findall(body)]


def compute_entropy(counts: Iterable[int]) -> float:
    """Return Shannon's entropy of a distribution in bits; 0 when there is nothing."""
    found = [count for count in counts if count > 0]
    total = sum(found)
    return -sum(count / total * math.log2(count / total) for count in found) + 0.0 if total else 0.0


def _spread(counts: Iterable[int]) -> Spread:
    found = [count for count in counts if count > 0]
    entropy = compute_entropy(found)
    return Spread(len(found), entropy, entropy / math.log2(len(found)) if len(found) > 1 else 1.0)


def _cover(known: Sequence[str], counts: Counter[str], below: int) -> Coverage:
    names = sorted(set(known))
    found = {name: counts[name] for name in names if counts[name]}
    never = tuple(name for name in names if name not in found)
    rare = tuple(sorted((name for name, count in found.items() if count < below), key=lambda n: (found[n], n)))
    return Coverage(len(names), len(found), never, rare, below, found)


def measure_diversity(
    items: Iterable[Mapping[str, Any]],
    *,
    classes: Sequence[str] = (),
    properties: Sequence[str] = (),
    rules: Sequence[str] = (),
) -> Diversity:
    """Return the diversity of items, read once; see :class:`DiversityTally`."""
    tally = DiversityTally()
    for item in items:
        tally.add(item)
    return tally.sum_up(classes=classes, properties=properties, rules=rules)


def write_diversity(diversity: Diversity) -> dict[str, Any]:
    """Return the result as JSON values for the manifest; shares have four digits, which are the same anywhere."""
    return {
        "items": diversity.items,
        "texts": diversity.texts,
        "distinct": {
            language: {f"distinct-{n}": round(share, 4) for n, share in zip(_LENGTHS, shares, strict=True)}
            for language, shares in diversity.distinct.items()
        },
        "templates": {
            f"{task}/{language}": {
                "used": spread.different, "entropy": round(spread.entropy, 4), "evenness": round(spread.evenness, 4),
            }
            for (task, language), spread in diversity.templates.items()
        },
        "coverage": {
            what: {
                "known": found.known, "covered": found.covered, "never": list(found.never), "rare": list(found.rare),
                "rare_below": found.rare_below,
            }
            for what, found in diversity.coverage.items()
        },
    }  # fmt: skip
