"""Runs of thirteen words in prompts, told apart by what they are taken from: facts and questions, or rules.

Thirteen words are what decontamination by n-grams usually looks at. The words of the templates are the same in many
prompts, and those of a rule wherever the rule is stated, so neither says that two items have anything in common.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from workbench.generation.selection.hash_sets import Hashes, hash_text

__all__ = ["RUN", "WordRuns", "cut_prompt", "list_words"]

RUN = 13
"""Words in a run."""
_WORD = re.compile(r"\w+")
_RULES = ("rules", "closed", "vocabulary")
_FIXED = frozenset(("instruction",))
"""Slots that hold one of a few texts of the language, as the words of templates are."""
_PARAGRAPHS = frozenset(
    ("facts", "rules", "closed", "statement", "question", "body_question", "supposed", "goal", "sentence")
)
_REMEMBERED_WORDS = 500_000
_REMEMBERED_TEXTS = 1024
_ODD = 0x9E3779B97F4A7C15
_WEIGHTS = np.array([pow(_ODD, power, 1 << 64) for power in range(RUN)], np.uint64)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


def list_words(text: str) -> list[str]:
    """Return the words of a text, without regard to capital letters and signs."""
    return _WORD.findall(text.casefold())


def cut_prompt(prompt: str, texts: Sequence[str], slots: Sequence[str]) -> tuple[str, ...] | None:
    """Return what the slots of a template hold in a prompt, None when the prompt is not of the template.

    Of several ways to cut it the first one counts; slots are not empty, and hold lists or paragraphs as they are named.
    """
    if not prompt.startswith(texts[0]) or not prompt.endswith(texts[-1]):
        return None

    def cut(position: int, index: int) -> tuple[str, ...] | None:
        text = texts[index + 1]
        if index == len(slots) - 1:
            last = prompt[position : len(prompt) - len(text)]
            return (last,) if _fits(slots[index], last) else None
        found = prompt.find(text, position + 1)
        while found >= 0:
            rest = cut(found + len(text), index + 1) if _fits(slots[index], prompt[position:found]) else None
            if rest is not None:
                return (prompt[position:found], *rest)
            found = prompt.find(text, found + 1)
        return None

    return cut(len(texts[0]), 0) if slots else None


def _fits(slot: str, value: str) -> bool:
    """Tell whether a value has the form that a slot of this name has."""
    if slot.endswith(("_list", "_labelled")) or slot == "suppositions":
        return all(line.startswith("- ") for line in value.split("\n"))
    return bool(value) and (slot not in _PARAGRAPHS or "\n" not in value)


class WordRuns:
    """Finds the runs of words in the prompts of one dataset; texts seen lately are remembered.

    ``templates`` have ``name`` (with ``:`` and the filled slots behind it), ``texts`` and ``slots``, as in the wording.
    """

    def __init__(self, templates: Sequence[Mapping[str, Any]]) -> None:
        self._templates: dict[str, list[Mapping[str, Any]]] = {}
        for template in templates:
            self._templates.setdefault(template["name"].partition(":")[0], []).append(template)
        self._words: dict[str, int] = {}
        self._texts: OrderedDict[str, Hashes] = OrderedDict()

    def list_runs(self, prompt: str, template: str) -> tuple[Hashes, Hashes]:
        """Return the hashes of the runs within facts and question, and of those within rules.

        ``template`` is as in an item's provenance. A prompt that no known template frames counts as a question.
        """
        said: list[Hashes] = []
        ruled: list[Hashes] = []
        for slot, text in self._cut(prompt, template):
            if slot not in _FIXED:
                (ruled if slot.startswith(_RULES) else said).append(self._hash_runs(text))
        return _join(said), _join(ruled)

    def _cut(self, prompt: str, template: str) -> Iterator[tuple[str, str]]:
        for known in self._templates.get(template.rpartition("@")[0], ()):
            values = cut_prompt(prompt, known["texts"], known["slots"])
            if values is not None:
                yield from zip(known["slots"], values, strict=True)
                return
        yield "question", prompt

    def _hash_runs(self, text: str) -> Hashes:
        runs = self._texts.get(text)
        if runs is None:
            runs = self._texts[text] = self._hash_words(list_words(text))
            if len(self._texts) > _REMEMBERED_TEXTS:
                self._texts.popitem(last=False)
        return runs

    def _hash_words(self, words: Sequence[str]) -> Hashes:
        if len(words) < RUN:
            return np.empty(0, np.uint64)
        known = self._words
        if len(known) > _REMEMBERED_WORDS:
            known.clear()
        for word in words:
            if word not in known:
                known[word] = hash_text("word", word)
        hashes = np.array([known[word] for word in words], np.uint64)
        size = len(hashes) - RUN + 1
        runs: Hashes = hashes[:size] * _WEIGHTS[0]
        for place in range(1, RUN):
            runs += hashes[place : place + size] * _WEIGHTS[place]
        # The first bits decide which runs are kept when there are too many, so all bits must take part in them.
        runs = (runs ^ (runs >> np.uint64(29))) * _MIX
        runs ^= runs >> np.uint64(32)
        return runs


def _join(parts: Sequence[Hashes]) -> Hashes:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, np.uint64)
