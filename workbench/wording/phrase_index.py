"""Which phrases a text can be: found by one word that each phrase must have, instead of trying them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

__all__ = ["PhraseIndex"]

_Pattern = TypeVar("_Pattern")


class PhraseIndex(Generic[_Pattern]):
    """Patterns by the rarest word that a text must have to fit; those without such a word fit any text.

    ``patterns`` come with the text that they begin with, one that stands between, and the text that they end with. A
    word is what stands between blanks: where a piece ends without one, its last word may go on in a name.
    """

    def __init__(self, patterns: Iterable[tuple[_Pattern, str, str, str]]) -> None:
        self._patterns: list[_Pattern] = []
        found: list[list[str]] = []
        for pattern, before, between, after in patterns:
            self._patterns.append(pattern)
            words = [*before.split(" ")[:-1], *between.split(" ")[1:-1], *after.split(" ")[1:]]
            found.append([word for word in words if word])
        counts = Counter(word for words in found for word in set(words))
        self._by_word: dict[str, list[int]] = {}
        self._others: list[int] = []
        for number, words in enumerate(found):
            if words:
                self._by_word.setdefault(min(words, key=lambda word: (counts[word], word)), []).append(number)
            else:
                self._others.append(number)

    def choose(self, text: str) -> Sequence[_Pattern]:
        """Return the patterns that a text may fit, in their order: all that fit, and few others."""
        numbers, by_word = list(self._others), self._by_word
        for word in set(text.split(" ")):
            if word in by_word:
                numbers += by_word[word]
        numbers.sort()
        return [self._patterns[number] for number in numbers]
