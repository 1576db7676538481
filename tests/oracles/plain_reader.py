"""The reader without what makes it fast: every skeleton tried, cut at every place, nothing looked up or remembered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from workbench.model.terms import Term
from workbench.wording.grammar import Grammar
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reader, Skeleton, _cut_everywhere

__all__ = ["PlainGrammar", "PlainReader"]


class _AllPatterns:
    def __init__(self, patterns: Sequence[Any]) -> None:
        self._patterns = patterns

    def choose(self, _: str) -> Sequence[Any]:
        return self._patterns


class PlainGrammar(Grammar):
    """Tries each phrase on each text."""

    def __init__(self, lexicon: Lexicon, classes: Iterable[Term]) -> None:
        super().__init__(lexicon, classes)
        self._index: Any = _AllPatterns(self._patterns)


class PlainReader(Reader):
    """Returns what :class:`Reader` returns."""

    def __init__(self, grammars: dict[str, Grammar], skeletons: Sequence[Skeleton]) -> None:
        super().__init__(grammars, skeletons)
        self._every = tuple(skeletons)

    def read(self, prompt: str) -> tuple[Any, ...]:
        readings: dict[Any, None] = {}
        for skeleton in self._every:
            if prompt.startswith(skeleton.texts[0]) and prompt.endswith(skeleton.texts[-1]):
                for values in _cut_everywhere(prompt, skeleton):
                    for reading in self._read_slots(skeleton, values):
                        readings[reading] = None
                        if len(readings) >= 2:
                            return tuple(readings)
        return tuple(readings)

    def _remember_slot(self, language: str, slot: str, value: str) -> list[dict[str, Any]]:
        return list(islice(self._read_slot(self._grammars[language], slot, value), 2))
