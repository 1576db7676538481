"""Words that prompts use for themselves: what has such a word for its name makes a sentence read otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from workbench.wording.frames import FRAMES, Frames

__all__ = ["list_reserved"]

_SLOT = re.compile(r"\{[^{}]*\}")
_WORD = re.compile(r"[^\W\d_]+")
_TRUTH = ("value true", "value false")


@lru_cache(maxsize=16)
def list_reserved(language: str) -> Mapping[str, str]:
    """Return, by word in small letters, what prompts in a language mean by it; nothing for one without frames."""
    frames = FRAMES.get(language)
    if frames is None:
        return {}
    found = dict.fromkeys(_list_joining(frames), "a word that joins statements and asks questions")
    found |= {text.casefold(): "an answer" for _, text in (*frames.answers, *frames.possibilities)}
    found |= {text.casefold(): "a truth value" for key, text in frames.tasks if key in _TRUTH}
    found |= {frames.nobody.casefold(): "the answer for none", frames.interrogative.casefold(): "a question word"}
    return found


def _list_joining(frames: Frames) -> list[str]:
    texts = (
        frames.and_, frames.list_and, frames.negation, frames.absence, frames.rule, frames.integrity, frames.closed,
        frames.which, frames.assume, frames.stated, frames.contradiction,
    )  # fmt: skip
    return [word.casefold() for text in texts for word in _WORD.findall(_SLOT.sub(" ", text)) if len(word) > 1]
