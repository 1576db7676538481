"""Assignments: what an answer to a puzzle gives each of the things that are open."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from workbench.export.scorer.values import normalise_text, strip_marks

__all__ = ["Assignment", "fold_label"]

_SEPARATORS = ("\n", ";", ". ", ", and ", ", und ", ",", " and ", " und ")
_MOST_ASSIGNED = 2000
_MOST_COLONS = 20
_LONGEST_PART = 4000


def fold_label(text: str) -> str:
    """Return the form in which labels are compared: without marks around them and without capitals."""
    return strip_marks(normalise_text(text)).lower()


class Assignment:
    """Reads answers to one puzzle: each of its slots has a name and alternatives, and one of them is right."""

    def __init__(self, query: dict[str, Any]) -> None:
        solution = query["solution"]
        pairs = solution.items() if isinstance(solution, dict) else solution
        self._names = [fold_label(str(name)) for name, _ in pairs]
        self._has_slots = bool(query.get("slots"))
        self._right = [fold_label(str(value)) for _, value in pairs]
        self._values: list[dict[str, str]] = [{value: value} for value in self._right]
        self._sentences: dict[str, tuple[int, str]] = {}
        for place, slot in enumerate(query.get("slots") or ()):
            for one in slot["alternatives"]:
                value = fold_label(str(one["value"]))
                self._values[place][value] = value
                if one.get("text"):
                    sentence = fold_label(str(one["text"]))
                    self._values[place][sentence] = value
                    self._sentences[sentence] = place, value

    def could_be(self, line: str) -> bool:
        """Tell whether a line gives something a value."""
        if len(line) > _LONGEST_PART:
            return False
        known = self._recognise(line) or self._recognise_name(line)
        return known is not None or any(fold_label(line) in values for values in self._values)

    def read(self, text: str) -> tuple[int, str]:
        """Return how many values are right, and why not all of them are; nothing is right where something is wrong.

        A part is the statement of an alternative, or a name with a value or a statement. Where no part has a name,
        bare values are those of the slots in their order.
        """
        found: dict[int, str] = {}
        bare: list[str] = []
        for part in _split_parts(text, self._recognise):
            known = self._recognise(part) or self._recognise_name(part)
            if known is None:
                bare.append(part)
                continue
            place, value = known
            if found.setdefault(place, value) != value:
                return 0, f"{self._names[place][:60]!r} is given two values"
        if bare and not found and self._has_slots and len(bare) == len(self._names):
            values = [own.get(fold_label(part)) for own, part in zip(self._values, bare)]  # noqa: B905  # Python 3.9
            found = {place: value for place, value in enumerate(values) if value is not None}
            bare = bare if len(found) < len(self._names) else []
        if bare:
            return 0, f"{bare[0][:60]!r} gives nothing that is asked for a value"
        right = sum(found.get(place) == value for place, value in enumerate(self._right))
        return right, f"{right} of {len(self._right)} values are right"

    def _recognise(self, part: str) -> tuple[int, str] | None:
        """Return the slot and the value of a part that gives one of the values there are."""
        if len(part) > _LONGEST_PART:
            return None
        folded = fold_label(part)
        if folded in self._sentences:
            return self._sentences[folded]
        for name, value in _split_name(part):
            if name in self._names and value in self._values[self._names.index(name)]:
                place = self._names.index(name)
                return place, self._values[place][value]
        return None

    def _recognise_name(self, part: str) -> tuple[int, str] | None:
        """Return the slot of a part that gives it something else, and that."""
        known = [(self._names.index(name), value) for name, value in _split_name(part) if name in self._names]
        return known[-1] if known else None


def _split_name(part: str) -> list[tuple[str, str]]:
    places = [found.start() for found in re.finditer("[:=]", part)][:_MOST_COLONS]
    parts = part[:_LONGEST_PART]
    return [(fold_label(parts[:place]), fold_label(parts[place + 1 :])) for place in places if place < _LONGEST_PART]


def _split_parts(text: str, recognise: Callable[[str], tuple[int, str] | None]) -> list[str]:
    """Return the parts of an answer: what is not recognised as a whole is cut at one separator after the other."""
    parts = [text]
    for separator in _SEPARATORS:
        cut = [one for part in parts for one in ([part] if recognise(part) else part.split(separator))]
        parts = [part for part in map(_strip_bullet, cut) if strip_marks(part)][:_MOST_ASSIGNED]
    return parts


def _strip_bullet(part: str) -> str:
    part = normalise_text(part) if "\n" not in part else part
    return part[2:].lstrip() if part[:2] in ("- ", "* ", "• ", "+ ") else part
