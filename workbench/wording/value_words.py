"""Values that are said in words: durations ("1 year 2 months", "minus 3 days"), truth values and decimals, and back.

Every text of a duration has words of its own, so that saying and reading are inverse. Whole numbers, dates and times
stay as they are written in every language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.model.terms import (
    XSD,
    XSD_BOOLEAN,
    XSD_DATE,
    XSD_DATETIME,
    XSD_DECIMAL,
    XSD_INTEGER,
    XSD_STRING,
    Term,
    is_literal,
    make_literal,
    split_literal,
)
from workbench.wording.frames import Frames

__all__ = [
    "ORDER_WORDS",
    "list_truth_words",
    "name_sort",
    "read_plain_values",
    "read_quoted_values",
    "read_value_words",
    "say_value_words",
]

_LITERALS = (
    (re.compile(r"(0|-?[1-9]\d*)\Z"), XSD_INTEGER),
    (re.compile(r"-?(0|[1-9]\d*)\.(\d*[1-9]|0)\Z"), XSD_DECIMAL),
    (re.compile(r"(true|false)\Z"), XSD_BOOLEAN),
    (re.compile(r"\d{4}-\d\d-\d\d\Z"), XSD_DATE),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?\Z"), XSD_DATETIME),
    (re.compile(r"\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?\Z"), f"<{XSD}time>"),
    (re.compile(r"-?P(\d+Y(\d+M)?|\d+M)\Z"), f"<{XSD}yearMonthDuration>"),
    (re.compile(r"-?P(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?(?<!P)\Z"), f"<{XSD}dayTimeDuration>"),
)
_TYPED = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:@[A-Za-z][A-Za-z0-9-]*|\^\^<[^<>"{}|^`\\\s]+>)\Z')
_STRING = re.compile(r'"[^"\n]*"\Z')
_SORTS: Mapping[Term, str] = {
    XSD_INTEGER: "number", XSD_DECIMAL: "number", f"<{XSD}double>": "number", f"<{XSD}float>": "number",
    XSD_DATE: "date", XSD_DATETIME: "moment", f"<{XSD}dateTimeStamp>": "moment", f"<{XSD}time>": "clock",
    f"<{XSD}gYear>": "year", f"<{XSD}duration>": "duration", f"<{XSD}yearMonthDuration>": "duration",
    f"<{XSD}dayTimeDuration>": "duration", XSD_STRING: "text", XSD_BOOLEAN: "truth",
    **{
        f"<{XSD}{name}>": "number"
        for name in (
            "int long short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger unsignedInt "
            "unsignedLong unsignedShort unsignedByte"
        ).split()
    },
}  # fmt: skip
ORDER_WORDS: Mapping[str, str] = {
    "date": "time", "moment": "time", "clock": "time", "year": "time", "duration": "duration"
}  # fmt: skip
"""By sort of value, in which words its order is said: earlier and later, shorter and longer; of others, less."""

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
_MARKED = re.compile(r"\d\D\d")
_COUNTED = re.compile(r"\d \S")
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)\.(\d*[1-9]|0)\Z")
_PART = re.compile(r"(0|[1-9]\d*)(\.\d*[1-9])? (\S+)\Z")


def say_value_words(frames: Frames, lexical: str, datatype: Term, case: str = "") -> str | None:
    """Return the words of a value in a case, or None when it has none in this language."""
    if (datatype not in (XSD_BOOLEAN, XSD_DECIMAL) and datatype not in _TEXTS) or not frames.tasks:
        return None
    tasks = dict(frames.tasks)
    if datatype == XSD_DECIMAL:
        return lexical.replace(".", tasks["decimal mark"]) if _DECIMAL.match(lexical) else None
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
    words = " ".join(said).replace(".", tasks["decimal mark"])
    return tasks["negative"].replace("{duration}", words) if sign else words


def name_sort(value: Term) -> str:
    """Return of which sort a literal is: number, date, moment, clock, year, duration, text, truth, or value."""
    return _SORTS.get(split_literal(value)[1], "value") if is_literal(value) else "value"


def list_truth_words(frames: Frames) -> dict[str, Term]:
    """Return the truth values by their words."""
    tasks = dict(frames.tasks)
    return {tasks[f"value {name}"]: make_literal(name, XSD_BOOLEAN) for name in ("true", "false")} if tasks else {}


def _choose(words: str, count: str, case: str) -> str:
    one, many, dative = words.split("|")
    return one if count == "1" else dative if case == "dat" else many


def read_value_words(frames: Frames, text: str, case: str = "") -> list[Term]:
    """Return the durations and decimals whose words ``text`` is in a case."""
    if not (_COUNTED.search(text) or _MARKED.search(text)) or not frames.tasks:
        return []
    tasks = dict(frames.tasks)
    found: list[Term] = []
    mark = tasks["decimal mark"]
    if mark != "." and mark in text and "." not in text and _DECIMAL.match(text.replace(mark, ".")):
        found.append(make_literal(text.replace(mark, "."), XSD_DECIMAL))
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
        match = _PART.match(part.replace(tasks["decimal mark"], "."))
        unit = next((u for u in units if match and match.group(3) in tasks[f"unit {u}"].split("|")), "")
        if match is None or not unit:
            return ""
        if unit in ("hours", "minutes", "seconds") and "T" not in lexical:
            lexical += "T"
        lexical += f"{match.group(1)}{match.group(2) or ''}{_LETTERS[unit]}"
    return lexical if parts else ""


def read_plain_values(text: str) -> list[Term]:
    """Return the values that are written so in every language: numbers, dates, times and durations in digits."""
    return [make_literal(text, datatype) for pattern, datatype in _LITERALS if pattern.match(text)]


def read_quoted_values(text: str) -> list[Term]:
    """Return the text that stands in quotation marks, or the value written with its type or language."""
    if _STRING.match(text):
        return [make_literal(text[1:-1])]
    return [text.removesuffix(f"^^{XSD_STRING}")] if _TYPED.match(text) else []
