"""Values that are said in words: durations ("1 year 2 months", "minus 3 days") and truth values, and back.

Every text of a duration has words of its own, so that saying and reading are inverse. Numbers, dates and times stay as
they are written in every language.
"""

from __future__ import annotations

import re

from workbench.model.terms import XSD, XSD_BOOLEAN, Term, make_literal
from workbench.wording.frames import Frames

__all__ = ["list_truth_words", "read_value_words", "say_value_words"]

_YEAR_MONTH, _DAY_TIME = f"<{XSD}yearMonthDuration>", f"<{XSD}dayTimeDuration>"
_COUNT = r"(0|[1-9]\d*)"
_TEXTS = {
    _YEAR_MONTH: re.compile(rf"(-?)P(?=\d)(?:{_COUNT}Y)?(?:{_COUNT}M)?\Z"),
    _DAY_TIME: re.compile(
        rf"(-?)P(?=\d|T)(?:{_COUNT}D)?(?:T(?=\d)(?:{_COUNT}H)?(?:{_COUNT}M)?(?:({_COUNT[1:-1]})((?:\.\d*[1-9])?)S)?)?\Z"
    ),
}
_UNITS = {_YEAR_MONTH: ("years", "months"), _DAY_TIME: ("days", "hours", "minutes", "seconds")}
_LETTERS = {"years": "Y", "months": "M", "days": "D", "hours": "H", "minutes": "M", "seconds": "S"}
_COUNTED = re.compile(r"\d \S")
_PART = re.compile(r"(0|[1-9]\d*)(\.\d*[1-9])? (\S+)\Z")


def say_value_words(frames: Frames, lexical: str, datatype: Term, case: str = "") -> str | None:
    """Return the words of a value in a case, or None when it has none in this language."""
    if (datatype != XSD_BOOLEAN and datatype not in _TEXTS) or not frames.tasks:
        return None
    tasks = dict(frames.tasks)
    if datatype == XSD_BOOLEAN:
        return tasks[f"value {lexical}"] if lexical in ("true", "false") else None
    pattern = _TEXTS.get(datatype)
    match = pattern.match(lexical) if pattern else None
    if match is None:
        return None
    sign, *counts = match.groups()
    if datatype == _DAY_TIME:
        counts[3:] = [None if counts[3] is None else counts[3] + counts[4]]
    said = [
        f"{count} {_choose(tasks[f'unit {unit}'], count, case)}"
        for unit, count in zip(_UNITS[datatype], counts, strict=True)
        if count is not None
    ]
    return tasks["negative"].replace("{duration}", " ".join(said)) if sign else " ".join(said)


def list_truth_words(frames: Frames) -> dict[str, Term]:
    """Return the truth values by their words."""
    tasks = dict(frames.tasks)
    return {tasks[f"value {name}"]: make_literal(name, XSD_BOOLEAN) for name in ("true", "false")} if tasks else {}


def _choose(words: str, count: str, case: str) -> str:
    one, many, dative = words.split("|")
    return one if count == "1" else dative if case == "dat" else many


def read_value_words(frames: Frames, text: str, case: str = "") -> list[Term]:
    """Return the durations whose words ``text`` is in a case."""
    if not _COUNTED.search(text) or not frames.tasks:
        return []
    tasks = dict(frames.tasks)
    found: list[Term] = []
    before, _, after = tasks["negative"].partition("{duration}")
    for sign, inner in (("", text), ("-", text[len(before) : len(text) - len(after)])):
        if sign and not (text.startswith(before) and text.endswith(after)):
            continue
        parts = re.findall(r"\S+ \S+", inner)
        if " ".join(parts) != inner:
            continue
        for datatype, units in _UNITS.items():
            lexical = _read_duration(parts, units, tasks)
            if lexical and say_value_words(frames, f"{sign}{lexical}", datatype, case) == text:
                found.append(make_literal(f"{sign}{lexical}", datatype))
    return found


def _read_duration(parts: list[str], units: tuple[str, ...], tasks: dict[str, str]) -> str:
    """Return the text of a duration of these units; empty when one of the parts is none of them."""
    lexical = "P"
    for part in parts:
        match = _PART.match(part)
        unit = next((u for u in units if match and match.group(3) in tasks[f"unit {u}"].split("|")), "")
        if match is None or not unit:
            return ""
        if unit in ("hours", "minutes", "seconds") and "T" not in lexical:
            lexical += "T"
        lexical += f"{match.group(1)}{match.group(2) or ''}{_LETTERS[unit]}"
    return lexical if parts else ""
