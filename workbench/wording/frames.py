"""Frames: how each language joins statements into facts, rules, questions and proofs.

A frame is text with slots in braces. Frames only join what phrases say, so that the reader can take every sentence
apart again; they are exported with the data, and adding a language means adding one ``Frames`` value here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from workbench.errors import DatasetError

__all__ = ["FRAMES", "Frames", "read_frames", "write_frames"]


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of one language.

    ``and_`` joins statements; ``group`` encloses a conjunction where a single statement would stand;
    ``comparisons`` and ``operations`` are by operator; ``answers`` by status; ``who`` and ``which`` ask.
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
    ),
}


def write_frames(frames: Frames) -> dict[str, Any]:
    """Return the frames as JSON values."""
    return asdict(frames) | {name: dict(getattr(frames, name)) for name in ("comparisons", "operations", "answers")}


def read_frames(data: dict[str, Any]) -> Frames:
    """Return the frames that :func:`write_frames` wrote; DatasetError when a part is missing or not text."""
    values: dict[str, Any] = {}
    for name in Frames.__slots__:
        value = data.get(name)
        if name in ("comparisons", "operations", "answers"):
            if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
                raise DatasetError(f"the wording has no usable frame {name!r}")
            values[name] = tuple(value.items())
        elif isinstance(value, str):
            values[name] = value
        else:
            raise DatasetError(f"the wording has no usable frame {name!r}")
    return Frames(**values)
