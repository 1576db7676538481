"""What every part of a curriculum is read with: values of the right kind, or a finding at their key."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, cast

from workbench.formats.yaml_text import YamlPath, YamlText
from workbench.model.report import Location, Violation
from workbench.model.terms import Term

__all__ = ["MAX_ITEMS", "CurriculumValues", "StopReading"]

MAX_ITEMS = 10_000_000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+\Z")


class StopReading(Exception):  # noqa: N818 - ends the reading of one part; the violation is already collected
    """Nothing more can be read of a part."""


class CurriculumValues:
    """Reads values of one text and collects what is wrong with them.

    ``moved`` says for what a preset has put into the text where it is told to stand.
    """

    def __init__(self, text: YamlText, domain: str, prefixes: Mapping[str, str]) -> None:
        self.text, self.domain, self.prefixes = text, domain, prefixes
        self.violations: list[Violation] = []
        self.moved: dict[YamlPath, YamlPath] = {}

    def locate(self, *path: str | int) -> Location:
        """Return the place of a key or item, or of its nearest ancestor that has one."""
        for end in range(len(path), 0, -1):
            target = self.moved.get(path[:end])
            if target is not None:
                # What comes from a preset stands nowhere but in the line that names it.
                return self.text.locate(*target, *(path[end:] if len(target) == end else ()))
        return self.text.locate(*path)

    def report(self, message: str, where: YamlPath, fix: str = "", related: tuple[Location, ...] = ()) -> None:
        """Note a finding at a key."""
        place = self.locate(*where)
        found = Violation("curriculum.value", "error", message, place, fix=fix, domain=self.domain, related=related)
        self.violations.append(found)

    def say(self, where: YamlPath) -> str:
        """Return how a message calls a part of the text."""
        return "the curriculum" if not where else '"' + ".".join(str(part) for part in where) + '"'

    def get_mapping(self, value: object, where: YamlPath, keys: Collection[str] | None = None) -> dict[str, Any]:
        """Return a mapping; another value stops the part, a key that is not one of ``keys`` is reported."""
        if not isinstance(value, dict):
            self.report(f"{self.say(where)} must be a mapping of keys to values.", where)
            raise StopReading
        for key in value:
            if keys is not None and key not in keys:
                self.report(f'"{key}" is not a key that {self.say(where)} knows.', (*where, key),
                            f"Keys are {', '.join(sorted(keys))}.")  # fmt: skip
        return value

    def get_text(self, mapping: Mapping[str, Any], key: str, where: YamlPath, default: str = "") -> str:
        """Return the text at a key."""
        value = mapping.get(key, default)
        if not isinstance(value, str):
            self.report(f'"{key}" must be text.', (*where, key))
            return default
        return value

    def get_name(self, mapping: Mapping[str, Any], key: str, where: YamlPath, what: str, default: str = "") -> str:
        """Return the text at a key, which must be fit to name a level, a split or a stage; empty when left out."""
        value = self.get_text(mapping, key, where, default)
        if value and not _NAME.match(value):
            self.report(f'"{value}" is no name for a {what}.', (*where, key))
        return value

    def is_name(self, text: str) -> bool:
        """Tell whether a text may name a level, a split or a stage."""
        return bool(_NAME.match(text))

    def get_choice(self, mapping: Mapping[str, Any], key: str, where: YamlPath, choices: tuple[str, ...]) -> str:
        """Return the value at a key, which must be one of ``choices``; the first when left out."""
        value = mapping.get(key, choices[0])
        if value not in choices:
            self.report(f'"{key}" must be one of {", ".join(choices)}.', (*where, key))
            return choices[0]
        return cast(str, value)

    def get_range(
        self, mapping: Mapping[str, Any], key: str, where: YamlPath, default: tuple[int, int]
    ) -> tuple[int, int]:
        """Return inclusive bounds: a whole number from 0 to 1000, or two of them."""
        value = mapping.get(key, list(default))
        if isinstance(value, int) and not isinstance(value, bool):
            value = [value, value]
        good = isinstance(value, list) and len(value) == 2
        if good and all(isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= 1000 for v in value):
            low, high = cast("list[int]", value)
            if low <= high:
                return low, high
        self.report(f'"{key}" must be a whole number or [least, most].', (*where, key))
        return default

    def get_count(self, value: object, where: YamlPath) -> int:
        """Return a number of items."""
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_ITEMS:
            self.report(f"A number of items must be a whole number from 0 to {MAX_ITEMS:,}.", where)
            return 0
        return value

    def get_part(self, mapping: Mapping[str, Any], key: str, where: YamlPath) -> float:
        """Return the part of a whole at a key, above 0 and below 1; 0 when left out."""
        value = mapping.get(key, 0)
        if key in mapping and (isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1):
            self.report(f'"{key}" must be a number between 0 and 1.', (*where, key), "A fifth is 0.2.")
            return 0.0
        return float(value)

    def get_shares(self, value: object, where: YamlPath) -> tuple[tuple[str, float], ...]:
        """Return names with their shares, which sum to 1; an empty mapping stops the part."""
        mapping = self.get_mapping(value, where)
        shares = []
        for name, share in mapping.items():
            if not _NAME.match(name):
                self.report(f'"{name}" is not a name: use small letters, digits, "-" and "_".', (*where, name))
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1_000_000:
                self.report(f'The share of "{name}" must be a number above 0.', (*where, name))
                continue
            shares.append((name, float(share)))
        if not shares:
            self.report(f"{self.say(where)} is empty.", where)
            raise StopReading
        total = sum(share for _, share in shares)
        return tuple((name, share / total) for name, share in shares)

    def get_list(self, mapping: Mapping[str, Any], key: str, where: YamlPath, what: str) -> list[tuple[int, Any]]:
        """Return the entries of the list at a key with their positions; empty when left out."""
        values = mapping.get(key, [])
        if not isinstance(values, list):
            self.report(f'"{key}" must be a list of {what}.', (*where, key))
            return []
        return list(enumerate(values))

    def get_texts(
        self, mapping: Mapping[str, Any], key: str, where: YamlPath, what: str, choices: Collection[str] = ()
    ) -> tuple[str, ...]:
        """Return the texts of the list at a key, each once, and each one of ``choices`` where there are any."""
        found: list[str] = []
        for index, value in self.get_list(mapping, key, where, what):
            place = (*where, key, index)
            if not isinstance(value, str):
                self.report(f'"{key}" must be a list of {what}.', place)
            elif choices and value not in choices:
                self.report(f'"{value}" is none of the {what}.', place, f"They are {', '.join(choices)}.")
            elif value in found:
                self.report(f'"{value}" is listed twice.', place)
            else:
                found.append(value)
        return tuple(found)

    def get_terms(self, mapping: Mapping[str, Any], key: str, where: YamlPath = ()) -> tuple[Term, ...]:
        """Return the classes and properties of the list at a key."""
        entries = self.get_list(mapping, key, where, "names")
        return tuple(t for i, name in entries if (t := self.expand(name, (*where, key, i))))

    def expand(self, name: object, where: YamlPath) -> Term | None:
        """Return the term that ``prefix:name`` or ``<IRI>`` stands for."""
        text = name if isinstance(name, str) else ""
        prefix, colon, local = text.partition(":")
        iri = ""
        if text.startswith("<") and text.endswith(">"):
            iri = text[1:-1]
        elif colon and prefix in self.prefixes:
            iri = f"{self.prefixes[prefix]}{local}"
        if not _IRI.match(iri):
            self.report(f'"{name}" is no name that the project knows.', where, "Write prefix:name, or <IRI>.")
            return None
        return f"<{iri}>"
