"""The exported wording as its readers need it: a reader of prompts, and what things are called, by language."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import DatasetError
from workbench.model.functions import FUNCTIONS
from workbench.wording.exchange import WORDING_VERSIONS, read_lexicon
from workbench.wording.frames import Frames
from workbench.wording.grammar import Grammar
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import SLOTS, Reader, Skeleton

__all__ = ["ExportedWording", "read_wording"]

_FRAME_SLOTS = {
    "group": ("body",),
    "negation": ("statement",),
    "absence": ("variables", "statement"),
    "fact": ("statement",),
    "rule": ("body", "head"),
    "integrity": ("body",),
    "closed": ("statement",),
    "who": ("statement",),
    "which": ("statement",),
    "step": ("premises", "conclusion"),
    "contradiction": ("premises",),
}
_JOINING = ("and_", "list_and", "interrogative")
_OPERATORS = {"comparisons": {"=", "!=", "<", "<=", ">", ">="}, "operations": {"+", "-", "*", "/"}}
_STATUSES = {"entailed", "refuted", "unknown"}


@dataclass(frozen=True, slots=True)
class ExportedWording:
    """``wording.json`` as values.

    ``grammars`` read single sentences, the reader whole prompts; ``templates`` are the names of the templates
    (``<task>/<language>-<variant>``).
    """

    reader: Reader
    lexicons: Mapping[str, Lexicon]
    grammars: Mapping[str, Grammar]
    templates: frozenset[str]


def read_wording(data: Mapping[str, Any]) -> ExportedWording:
    """Return the content of ``wording.json``; DatasetError when it is not as docs/items.md says."""
    if data.get("version") not in WORDING_VERSIONS:
        raise DatasetError(f"is no wording of version {' or '.join(map(str, WORDING_VERSIONS))}")
    try:
        lexicons = {language: read_lexicon(part) for language, part in data["languages"].items()}
        classes = frozenset(data["classes"])
        skeletons = [
            Skeleton(t["name"], t["language"], tuple(t["texts"]), tuple(t["slots"])) for t in data["templates"]
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"is not as its version says: {error}") from error
    for lexicon in lexicons.values():
        _check_frames(lexicon.frames)
    for skeleton in skeletons:
        _check_skeleton(skeleton, lexicons)
    grammars = {language: Grammar(lexicon, classes) for language, lexicon in lexicons.items()}
    templates = frozenset(skeleton.name.partition(":")[0] for skeleton in skeletons)
    return ExportedWording(Reader(grammars, skeletons), lexicons, grammars, templates)


def _check_skeleton(skeleton: Skeleton, lexicons: Mapping[str, Lexicon]) -> None:
    texts, slots = skeleton.texts, skeleton.slots
    sound = isinstance(skeleton.name, str) and all(isinstance(text, str) for text in texts)
    if not sound or not slots or len(texts) != len(slots) + 1 or not set(slots) <= set(SLOTS):
        raise DatasetError("a template does not have its slots between its texts")
    if len(set(slots)) < len(slots) or skeleton.language not in lexicons:
        raise DatasetError(f"the template {skeleton.name} repeats a slot, or its language is not there")


def _check_frames(frames: Frames) -> None:
    """Refuse frames in which a slot is missing or comes twice, since no sentence could be taken apart by them."""
    texts = {name: (getattr(frames, name), slots) for name, slots in _FRAME_SLOTS.items()}
    for name, operators in _OPERATORS.items():
        by_operator = dict(getattr(frames, name))
        if by_operator.keys() != operators:
            raise DatasetError(f"the frames of {frames.language} do not have all {name}")
        texts |= {f"{name} {sign}": (text, ("left", "right")) for sign, text in by_operator.items()}
    for key, text in frames.functions:
        operator, _, count = key.partition("/")
        function = FUNCTIONS.get(operator)
        if function is None or not (not count or (count.isdecimal() and len(count) < 3)):
            raise DatasetError(f"the frames of {frames.language} name an unknown function {key}")
        wanted = (
            ("list",) if function.repeated else (*string.ascii_lowercase[: int(count or len(function.parameters))],)
        )
        texts[f"functions {key}"] = (text, wanted)
    if frames.functions:
        texts["truth"] = (frames.truth, ("condition",))
    for name, (text, slots) in texts.items():
        if tuple(re.findall(r"\{([a-z]+)\}", text)) != slots:
            raise DatasetError(f"the frame {name} of {frames.language} does not have the slots {', '.join(slots)}")
    if dict(frames.answers).keys() != _STATUSES or len({text for _, text in frames.answers}) < len(_STATUSES):
        raise DatasetError(f"the frames of {frames.language} do not have an answer for each status")
    if not all(getattr(frames, name) for name in _JOINING) or (frames.functions and not frames.then):
        raise DatasetError(f"the frames of {frames.language} have an empty part")
