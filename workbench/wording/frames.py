"""Frames: how each language joins statements into facts, rules, questions and proofs.

A frame is text with slots in braces. Frames only join what phrases say, so that the reader can take every sentence
apart again; they are exported with the data, and adding a language means adding one ``Frames`` value here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import Any

from workbench.errors import DatasetError
from workbench.wording.function_frames import ENGLISH, GERMAN
from workbench.wording.task_frames import (
    ENGLISH_INSTRUCTIONS,
    ENGLISH_TASKS,
    GERMAN_INSTRUCTIONS,
    GERMAN_TASKS,
    TASK_SLOTS,
)

__all__ = ["FRAMES", "FRAMES_VERSION", "Frames", "read_frames", "select_functions", "write_frames"]

FRAMES_VERSION = 2
"""The version of frames as they are written: 1 had none for tasks."""

_TABLES = (
    "comparisons", "operations", "answers", "functions", "tasks", "possibilities", "instructions", "contractions",
)  # fmt: skip
_FOR_FUNCTIONS = ("functions", "truth", "then")
_SINCE_2 = ("tasks", "possibilities", "instructions", "contractions")
_STATUSES = ("entailed", "refuted", "unknown")


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of one language.

    ``and_`` joins statements; ``group`` encloses a conjunction where a single statement would stand;
    ``comparisons`` and ``operations`` are by operator; ``answers`` by status; ``who`` and ``which`` ask. ``functions``
    are by operator (see ``function_frames``), with ``then`` between the arguments of a list and ``truth`` for a
    condition taken as a value. ``tasks`` are by key (see ``task_frames``), ``instructions`` by task;
    ``possibilities`` are the answers, by status, to whether something must be so. ``contractions`` are what a
    preposition and an article before a name in a case become ("in dem ", "im ").
    """

    language: str
    and_: str
    group: str
    negation: str
    absence: str
    list_and: str
    fact: str
    rule: str
    integrity: str
    closed: str
    who: str
    which: str
    interrogative: str
    comparisons: tuple[tuple[str, str], ...]
    operations: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]
    nobody: str
    step: str
    assume: str
    contradiction: str
    stated: str
    default_property: str
    default_class: str
    functions: tuple[tuple[str, str], ...] = ()
    truth: str = ""
    then: str = ""
    tasks: tuple[tuple[str, str], ...] = ()
    possibilities: tuple[tuple[str, str], ...] = ()
    instructions: tuple[tuple[str, str], ...] = ()
    contractions: tuple[tuple[str, str], ...] = ()


FRAMES: dict[str, Frames] = {
    "en": Frames(
        language="en",
        and_=" and ",
        group="({body})",
        negation="it is not the case that {statement}",
        absence="there is no {variables} such that {statement}",
        list_and=" or ",
        fact="{statement}.",
        rule="If {body}, then {head}.",
        integrity="It is impossible that {body}.",
        closed="It is true that {statement} only if this follows from what is stated.",
        who="{statement}?",
        which="For which X does it hold that {statement}?",
        interrogative="who",
        comparisons=(
            ("=", "{left} is equal to {right}"),
            ("!=", "{left} is different from {right}"),
            ("<", "{left} is less than {right}"),
            ("<=", "{left} is at most {right}"),
            (">", "{left} is greater than {right}"),
            (">=", "{left} is at least {right}"),
        ),
        operations=(
            ("+", "{left} plus {right}"),
            ("-", "{left} minus {right}"),
            ("*", "{left} times {right}"),
            ("/", "{left} divided by {right}"),
        ),
        answers=(("entailed", "true"), ("refuted", "false"), ("unknown", "cannot be known")),
        nobody="nobody",
        step="Since {premises}, {conclusion}.",
        assume="Suppose that {statement}.",
        contradiction="Since {premises}, there is a contradiction.",
        stated="It is stated that {statement}.",
        default_property="{subject} {name} {object}",
        default_class="{subject} is {article} {name}",
        functions=ENGLISH,
        truth="the truth of “{condition}”",
        then=" followed by ",
        tasks=ENGLISH_TASKS,
        possibilities=(("entailed", "must be"), ("refuted", "cannot be"), ("unknown", "either is possible")),
        instructions=ENGLISH_INSTRUCTIONS,
    ),
    "de": Frames(
        language="de",
        and_=" und ",
        group="({body})",
        negation="es ist nicht der Fall: {statement}",
        absence="für kein {variables} gilt: {statement}",
        list_and=" oder ",
        fact="{statement}.",
        rule="Aus „{body}“ folgt „{head}“.",
        integrity="Unmöglich ist: „{body}“.",
        closed="„{statement}“ trifft nur zu, wenn es aus den Angaben folgt.",
        who="{statement}?",
        which="Für welche X gilt: {statement}?",
        interrogative="wer",
        comparisons=(
            ("=", "{left} ist gleich {right}"),
            ("!=", "{left} ist verschieden von {right}"),
            ("<", "{left} ist kleiner als {right}"),
            ("<=", "{left} ist höchstens {right}"),
            (">", "{left} ist größer als {right}"),
            (">=", "{left} ist mindestens {right}"),
        ),
        operations=(
            ("+", "{left} plus {right}"),
            ("-", "{left} minus {right}"),
            ("*", "{left} mal {right}"),
            ("/", "{left} geteilt durch {right}"),
        ),
        answers=(("entailed", "wahr"), ("refuted", "falsch"), ("unknown", "nicht zu entscheiden")),
        nobody="niemand",
        step="Aus „{premises}“ folgt „{conclusion}“.",
        assume="Angenommen, {statement}.",
        contradiction="Aus „{premises}“ folgt ein Widerspruch.",
        stated="Angegeben ist „{statement}“.",
        default_property="{subject} {name} {object}",
        default_class="{subject} gehört zur Klasse {name}",
        functions=GERMAN,
        truth="die Wahrheit von ‚{condition}‘",
        then=" gefolgt von ",
        tasks=GERMAN_TASKS,
        possibilities=(
            ("entailed", "muss so sein"),
            ("refuted", "kann nicht sein"),
            ("unknown", "beides ist möglich"),
        ),
        instructions=GERMAN_INSTRUCTIONS,
        contractions=(
            ("in dem ", "im "),
            ("an dem ", "am "),
            ("von dem ", "vom "),
            ("zu dem ", "zum "),
            ("bei dem ", "beim "),
            ("zu der ", "zur "),
            ("in das ", "ins "),
            ("an das ", "ans "),
        ),
    ),
}


def select_functions(frames: Frames, operators: Collection[str]) -> Frames:
    """Return the frames with those of the given functions alone."""
    kept = tuple((key, text) for key, text in frames.functions if key.partition("/")[0] in operators)
    return replace(frames, functions=kept) if kept else replace(frames, functions=(), truth="", then="")


def write_frames(frames: Frames) -> dict[str, Any]:
    """Return the frames as JSON values; what is about functions, or about tasks, only where there is any."""
    written = asdict(frames) | {name: dict(getattr(frames, name)) for name in _TABLES}
    left_out = (() if frames.functions else _FOR_FUNCTIONS) + (() if frames.tasks else _SINCE_2)
    version = {"version": FRAMES_VERSION} if frames.tasks else {}
    return {name: value for name, value in written.items() if name not in left_out} | version


def read_frames(data: dict[str, Any]) -> Frames:
    """Return the frames that :func:`write_frames` wrote.

    Raises DatasetError for a version that is not known, and when a part is missing, is not text, or when a frame of a
    task does not have its slots.
    """
    version = data.get("version", 1)
    if version not in (1, FRAMES_VERSION) or isinstance(version, bool) or ("version" in data and version == 1):
        raise DatasetError(f"the wording has frames of an unknown version: {version!r}")
    if version == 1 and not data.keys().isdisjoint(_SINCE_2):
        raise DatasetError("the wording has frames for tasks and no version for them")
    values: dict[str, Any] = {}
    # What is about functions is there as a whole or not at all; frames for tasks came with version 2.
    left_out = (_FOR_FUNCTIONS if data.keys().isdisjoint(_FOR_FUNCTIONS) else ()) + (_SINCE_2 if version == 1 else ())
    for name in (name for name in Frames.__slots__ if name not in left_out):
        value = data.get(name)
        if name in _TABLES:
            if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
                raise DatasetError(f"the wording has no usable frame {name!r}")
            values[name] = tuple(value.items())
        elif isinstance(value, str):
            values[name] = value
        else:
            raise DatasetError(f"the wording has no usable frame {name!r}")
    frames = Frames(**values)
    if version == FRAMES_VERSION:
        _check_tasks(frames)
    return frames


def _check_tasks(frames: Frames) -> None:
    """Refuse frames of tasks that are not all there, or that do not have their slots in order."""
    tasks, possibilities = dict(frames.tasks), dict(frames.possibilities)
    if tasks.keys() != TASK_SLOTS.keys():
        raise DatasetError(f"the frames of {frames.language} do not have all tasks")
    for key, slots in TASK_SLOTS.items():
        if tuple(re.findall(r"\{([a-z]+)\}", tasks[key])) != slots or not tasks[key]:
            raise DatasetError(f"the frame {key!r} of {frames.language} does not have the slots {', '.join(slots)}")
        if key.startswith("unit ") and not re.fullmatch(r"[^\s|]+(\|[^\s|]+){2}", tasks[key]):
            raise DatasetError(f"the frame {key!r} of {frames.language} does not have three words")
    if not all(re.fullmatch(r"\S+ \S+ ", whole) and short.endswith(" ") for whole, short in frames.contractions):
        raise DatasetError(f"a contraction of {frames.language} is not of two words")
    if possibilities.keys() != set(_STATUSES) or len(set(possibilities.values())) < len(_STATUSES):
        raise DatasetError(f"the frames of {frames.language} do not have a possibility for each status")
