"""Words that prompts use for themselves: what has such a word for its name makes a sentence read otherwise.

Most of them are found in the frames of a language. ``_WORDS`` has what frames do not show: other words for an answer,
words that stand for anybody, and what the parts of a prompt are called; a language may do without an entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from workbench.wording.frames import FRAMES, Frames
from workbench.wording.phrases import parse_phrase

__all__ = ["compile_telling", "find_sentence", "list_reserved"]

_SLOT = re.compile(r"\{[^{}]*\}")
_WORD = re.compile(r"[^\W\d_]+")
_TRUTH = ("value true", "value false")
_LEAST_LETTERS = 4
"""A single word between the slots of a phrase has so many letters before it makes a sentence of a name: not "of"."""


class _Words(NamedTuple):
    """Words that stand for answers, for anybody or anything, and before a number or letter for a part of a prompt."""

    answers: tuple[str, ...]
    anybody: tuple[str, ...]
    articles: tuple[str, ...]
    parts: tuple[str, ...]


_WORDS: Mapping[str, _Words] = {
    "en": _Words(
        ("yes", "no", "none", "unknown", "undecided", "possible", "impossible", "maybe", "nothing", "no one"),
        ("he", "she", "it", "they", "somebody", "someone", "something", "anybody", "everybody", "everything"),
        ("a", "an", "some", "every", "each", "any", "no", "all", "the same"),
        ("fact", "rule", "step", "statement", "premise", "conclusion", "question", "answer", "option", "line", "clue"),
    ),
    "de": _Words(
        ("ja", "nein", "keiner", "keine", "keines", "unbekannt", "unklar", "möglich", "unmöglich", "nichts"),
        ("er", "sie", "es", "jemand", "etwas", "irgendjemand", "jeder", "jede", "jedes", "alles", "man"),
        ("ein", "eine", "kein", "keine", "einige", "jeder", "jede", "jedes", "alle", "manche"),
        ("fakt", "regel", "schritt", "aussage", "schluss", "frage", "antwort", "möglichkeit", "zeile", "hinweis"),
    ),
}  # fmt: skip
_NUMBERED = r"(?:{parts})\s*(?:\d+|[a-z])\W?"


@lru_cache(maxsize=16)
def list_reserved(language: str) -> Mapping[str, str]:
    """Return, by word in small letters, what prompts in a language mean by it; nothing for one without frames."""
    frames = FRAMES.get(language)
    if frames is None:
        return {}
    found = dict.fromkeys(_list_joining(frames), "a word that joins statements and asks questions")
    found |= {text.casefold(): "an answer" for _, text in (*frames.answers, *frames.possibilities)}
    found |= {text.casefold(): "a truth value" for key, text in frames.tasks if key in _TRUTH}
    if own := _WORDS.get(language):
        found |= dict.fromkeys(own.answers, "an answer") | dict.fromkeys(own.anybody, "a word for anybody or anything")
        found |= dict.fromkeys((*own.parts, *own.articles), "a word for a part of the prompt or of a sentence")
    found |= {frames.nobody.casefold(): "the answer for none", frames.interrogative.casefold(): "a question word"}
    return found


def _list_joining(frames: Frames) -> list[str]:
    texts = (
        frames.and_, frames.list_and, frames.negation, frames.absence, frames.rule, frames.integrity, frames.closed,
        frames.which, frames.assume, frames.stated, frames.contradiction,
    )  # fmt: skip
    return [word.casefold() for text in texts for word in _WORD.findall(_SLOT.sub(" ", text)) if len(word) > 1]


def compile_telling(language: str, phrases: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern for the words that make a sentence of what stands around them; None where there are none.

    They are the verbs of the language's frames, and what stands between or beside the names in ``phrases``.
    """
    frames = FRAMES.get(language)
    verbs = dict(frames.tasks).get("deny verbs", "").split("|") if frames else []
    pieces = [
        piece.strip().casefold() for phrase in phrases for piece in parse_phrase(phrase) if isinstance(piece, str)
    ]
    told = {*filter(None, verbs), *(piece for piece in pieces if " " in piece or len(piece) >= _LEAST_LETTERS)}
    ordered = sorted(told, key=lambda text: (-len(text), text))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)") if ordered else None


def find_sentence(name: str, language: str, telling: re.Pattern[str] | None) -> str:
    """Return why a name reads like a sentence or like a part of a prompt; empty where it does not."""
    folded = name.casefold()
    if telling is not None and (found := telling.search(folded)):
        return f"“{found.group()}” makes a statement of it"
    own = _WORDS.get(language)
    if own is None:
        return ""
    if re.fullmatch(_NUMBERED.format(parts="|".join(own.parts)), folded):
        return "parts of a prompt are called so"
    article = next((word for word in own.articles if name.startswith(f"{word} ")), "")
    return f"behind “{article}” stands no name but any thing of its kind" if article else ""
