"""Wrappings: JSON and tables, read as the lines of text that say the same (docs/scorer.md)."""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = ["HEADING", "PROOF", "WHICH", "open_json", "open_tables"]

PROOF = "proof"
"""The form of answers whose lines have a label, a sentence, a rule and premises."""
WHICH = r"(?:(?:final|correct|right|endgültige|richtige)\s+)?"
HEADING = re.compile(rf"(?:(?:the|my|die|meine)\s+)?{WHICH}(?:answers?|antwort(?:en)?)\Z", re.IGNORECASE)
"""What calls something the answer: a heading, a key, the title of a column."""
_RULE_LINE = re.compile(r"\|?[\s|:-]*-[\s|:-]*\Z")
_LABELS, _SENTENCES = (
    ("label", "step", "id", "schritt"),
    ("sentence", "text", "statement", "conclusion", "satz", "aussage"),
)
_PREMISES = ("premises", "from", "reasons", "prämissen", "voraussetzungen")


# -- tables


def open_tables(lines: list[str], form: str) -> list[str]:
    """Return lines in which each row of a table is a line of its cells; the titles of its columns are left out."""
    found: list[str] = []
    for place, line in enumerate(lines):
        if line[:1] != "|" or line[-1:] != "|" or len(line) < 3:
            found.append(line)
            continue
        if _RULE_LINE.match(line):
            continue
        cells = [cell.strip() for cell in line[1:-1].split("|")]
        following = lines[place + 1] if place + 1 < len(lines) else ""
        is_title = following[:1] == "|" and bool(_RULE_LINE.match(following))
        if is_title and not (len(cells) == 1 and HEADING.match(cells[0])):
            continue
        found.append(_join_cells([cell for cell in cells if cell], form))
    return [line for line in found if line]


def _join_cells(cells: list[str], form: str) -> str:
    if form == PROOF and 3 <= len(cells) <= 4:
        reasons = ": ".join(cells[2:]).strip("[]")
        return f"{cells[0].rstrip('.:)')}. {cells[1]} [{reasons}]"
    if len(cells) > 1 and re.match(r"[0-9]{1,3}[.)]?\Z", cells[0]):
        return f"{cells[0].rstrip('.)')}. {': '.join(cells[1:])}"
    return ": ".join(cells)


# -- JSON


class _Pairs(list):  # type: ignore[type-arg]
    """An object of JSON as the list of its pairs, since a key may stand twice."""


def open_json(text: str, form: str) -> tuple[list[str], str] | None:
    """Return the lines that a text of JSON says, or why it says no answer; None for what is no JSON.

    Of an object only what its key calls the answer counts. Without such a key its pairs are lines; a list is a line
    for each part.
    """
    text = text.strip()
    if text[:1] + text[-1:] not in ("{}", "[]"):
        return None
    try:
        found = json.loads(text, object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    said = [value for key, value in found if HEADING.match(key.replace("_", " "))] if isinstance(found, _Pairs) else []
    if len(said) > 1 and any(value != said[0] for value in said):
        return [], "there are several answers"
    try:
        lines = _say_all(said[0] if said else found, form)
    except RecursionError:
        return None
    return lines, "" if lines else "there is no answer"


def _say_all(value: Any, form: str) -> list[str]:
    if isinstance(value, _Pairs):
        return [_say_step(value)] if _is_step(value, form) else [_say_pair(key, one) for key, one in value]
    if isinstance(value, list):
        return [_say_row(one, form) for one in value if one is not None]
    return [line for line in _say(value).splitlines() if line.strip()]


def _say(value: Any) -> str:
    """Return a plain value as text; a list in it as its parts with commas between them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, _Pairs):
        return "; ".join(_say_pair(key, one) for key, one in value)
    if isinstance(value, list):
        return ", ".join(_say(one) for one in value)
    return "" if value is None else str(value)


def _say_pair(key: str, value: Any) -> str:
    return f"{key}: {_say(value)}"


def _say_row(value: Any, form: str) -> str:
    if isinstance(value, _Pairs):
        return _say_step(value) if _is_step(value, form) else ": ".join(_say(one) for _, one in value)
    return _say(value)


def _is_step(pairs: _Pairs, form: str) -> bool:
    return form == PROOF and any(key.lower() in ("rule", "regel") for key, _ in pairs)


def _say_step(pairs: _Pairs) -> str:
    """Return a step of a proof as its line."""
    known = {key.lower(): _say(value) for key, value in pairs}

    def find(*keys: str) -> str:
        return next((known[key] for key in keys if key in known), "")

    label = find(*_LABELS)
    label = f"S{label}" if label.isdigit() else label.rstrip(".:)")
    premises = find(*_PREMISES)
    return f"{label}. {find(*_SENTENCES)} [{find('rule', 'regel')}{': ' if premises else ''}{premises}]"
