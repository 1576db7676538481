"""Frames: how each language joins statements into facts, rules, questions and proofs.

A frame is text with slots in braces. Frames only join what phrases say, so that the reader can take every sentence
apart again; they are exported with the data, and adding a language means adding one ``Frames`` value here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import Any

from workbench.errors import DatasetError
from workbench.wording.function_frames import ENGLISH, GERMAN

__all__ = ["FRAMES", "Frames", "read_frames", "select_functions", "write_frames"]

_TABLES = ("comparisons", "operations", "answers", "functions")
_FOR_FUNCTIONS = ("functions", "truth", "then")


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of one language.

    ``and_`` joins statements; ``group`` encloses a conjunction where a single statement would stand;
    ``comparisons`` and ``operations`` are by operator; ``answers`` by status; ``who`` and ``which`` ask. ``functions``
    are by operator (see ``function_frames``), with ``then`` between the arguments of a list and ``truth`` for a
    condition taken as a value.
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
        closed="If it does not follow that {statement}, then it is not so.",
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
        closed="Wenn nicht folgt „{statement}“, dann trifft es nicht zu.",
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
        assume="Angenommen, es gilt „{statement}“.",
        contradiction="Aus „{premises}“ folgt ein Widerspruch.",
        stated="Angegeben ist „{statement}“.",
        default_property="{subject} {name} {object}",
        default_class="{subject} gehört zu „{name}“",
        functions=GERMAN,
        truth="die Wahrheit von „{condition}“",
        then=" gefolgt von ",
    ),
}


def select_functions(frames: Frames, operators: Collection[str]) -> Frames:
    """Return the frames with those of the given functions alone."""
    kept = tuple((key, text) for key, text in frames.functions if key.partition("/")[0] in operators)
    return replace(frames, functions=kept) if kept else replace(frames, functions=(), truth="", then="")


def write_frames(frames: Frames) -> dict[str, Any]:
    """Return the frames as JSON values; what is about functions only where there are any."""
    written = asdict(frames) | {name: dict(getattr(frames, name)) for name in _TABLES}
    return {name: value for name, value in written.items() if frames.functions or name not in _FOR_FUNCTIONS}


def read_frames(data: dict[str, Any]) -> Frames:
    """Return the frames that :func:`write_frames` wrote; DatasetError when a part is missing or not text."""
    values: dict[str, Any] = {}
    # What is about functions is there as a whole or not at all.
    left_out = _FOR_FUNCTIONS if data.keys().isdisjoint(_FOR_FUNCTIONS) else ()
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
    return Frames(**values)
