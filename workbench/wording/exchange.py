"""The words of a language as they are exported beside a dataset, and read from there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from workbench.errors import DatasetError
from workbench.wording.frames import read_frames, select_functions, write_frames
from workbench.wording.lexicon import Lexicon

__all__ = ["WORDING_VERSION", "WORDING_VERSIONS", "read_lexicon", "write_lexicon"]

WORDING_VERSION = 2
"""The version of ``wording.json``: 1 had no forms, no choices of words in phrases, and no frames of tasks."""
WORDING_VERSIONS = (1, 2)


def write_lexicon(lexicon: Lexicon, functions: Collection[str]) -> dict[str, Any]:
    """Return a lexicon as JSON values, with the frames of the given functions only."""
    data: dict[str, Any] = {
        "frames": write_frames(select_functions(lexicon.frames, functions)),
        "labels": dict(sorted(lexicon.labels.items())),
        "phrases": dict(sorted(lexicon.phrases.items())),
    }
    if forms := {case: dict(sorted(forms.items())) for case, forms in sorted(lexicon.forms.items()) if forms}:
        data["forms"] = forms
    if lexicon.plurals:
        data["plurals"] = sorted(lexicon.plurals)
    return data


def read_lexicon(data: Mapping[str, Any]) -> Lexicon:
    """Return the lexicon that :func:`write_lexicon` wrote; DatasetError when a part is missing or no text."""
    try:
        frames = read_frames(data["frames"])
        labels, phrases = _read_texts(data["labels"]), _read_texts(data["phrases"])
        forms = {case: _read_texts(texts) for case, texts in dict(data.get("forms", {})).items()}
        plurals = data.get("plurals", [])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DatasetError(f"the wording is not as its version says: {error}") from error
    if not isinstance(plurals, list) or not all(isinstance(term, str) for term in plurals):
        raise DatasetError("the wording has no usable list of plurals")
    return Lexicon(frames, labels, phrases, forms=forms, plurals=frozenset(plurals))


def _read_texts(data: Mapping[str, Any]) -> dict[str, str]:
    if not all(isinstance(text, str) and text for text in data.values()):
        raise DatasetError("a label, phrase or form is not text")
    return dict(data)
