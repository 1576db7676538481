"""``curriculum.yaml`` to a :class:`Curriculum`, with every finding at its key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast

from workbench.formats.yaml_text import YamlText, parse_yaml
from workbench.model.curriculum import (
    CURRICULUM_VERSION,
    NO_STATUS,
    STATUSES,
    STATUS_TASKS,
    TASKS,
    Curriculum,
    Level,
    NameList,
    Quota,
    Splits,
)
from workbench.model.report import Violation
from workbench.model.terms import Term

__all__ = ["parse_curriculum"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+\Z")
_LINE = re.compile(r"\S(?:[^\x00-\x1f\x7f\x85\u2028\u2029]*\S)?\Z")
_KEYS = {
    "version", "name", "description", "licence", "languages", "interrogative", "assertable", "queryable",
    "shortfall", "max_per_structure", "splits", "split_by", "names", "levels",
}  # fmt: skip
_LEVEL_KEYS = {
    "name", "title", "hops", "given", "distractors", "extra_rules", "worlds", "split", "tasks", "questions", "words",
}  # fmt: skip
_LETTER = re.compile(r"[A-Z]\Z")
_VALUE = re.compile(r"(-?\d[\d.:-]*|true|false)\Z", re.IGNORECASE)
_MAX_ITEMS = 10_000_000


class _Stop(Exception):  # noqa: N818 - ends the reading of one part; the violation is already collected
    pass


def parse_curriculum(
    data: bytes, path: str, domain: str, prefixes: Mapping[str, str]
) -> tuple[Curriculum | None, tuple[Violation, ...]]:
    """Read a curriculum. It is None when a violation forbids its use."""
    text = parse_yaml(data, path)
    reader = _Reader(text, path, domain, prefixes)
    reader.violations.extend(text.violations)
    if text.value is None:
        if not text.violations:
            reader.report("The curriculum is empty.", ())
        return None, tuple(reader.violations)
    try:
        curriculum = reader.read()
    except _Stop:
        curriculum = None
    return (None if reader.violations else curriculum), tuple(reader.violations)


def _find_name_fault(text: str) -> str:
    """Return why a name would make prompts or answers ambiguous; empty when it would not."""
    faults = {
        ",": "a comma separates answers",
        ". ": "a period before a blank ends a sentence",
        "{": "braces are for slots",
        "}": "braces are for slots",
        '"': "quotation marks are for values",
    }
    found = next((why for part, why in faults.items() if part in text), "")
    if _LETTER.match(text):
        found = "a single capital letter stands for a variable in rules and questions"
    elif _VALUE.match(text):
        found = "it reads like a number, a date, true or false"
    return found


class _Reader:
    def __init__(self, text: YamlText, path: str, domain: str, prefixes: Mapping[str, str]) -> None:
        self.text, self.path, self.domain, self.prefixes = text, path, domain, prefixes
        self.violations: list[Violation] = []

    def report(self, message: str, where: tuple[str | int, ...], fix: str = "") -> None:
        place = self.text.locate(*where)
        self.violations.append(Violation("curriculum.value", "error", message, place, fix=fix, domain=self.domain))

    def _get_mapping(self, value: object, where: tuple[str | int, ...], keys: set[str] | None = None) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.report(f"{self._say(where)} must be a mapping of keys to values.", where)
            raise _Stop
        for key in value:
            if keys is not None and key not in keys:
                self.report(f'"{key}" is not a key that {self._say(where)} knows.', (*where, key),
                            f"Keys are {', '.join(sorted(keys))}.")  # fmt: skip
        return value

    def _say(self, where: tuple[str | int, ...]) -> str:
        return "the curriculum" if not where else '"' + ".".join(str(part) for part in where) + '"'

    def _get_text(self, mapping: Mapping[str, Any], key: str, where: tuple[str | int, ...], default: str = "") -> str:
        value = mapping.get(key, default)
        if not isinstance(value, str):
            self.report(f'"{key}" must be text.', (*where, key))
            return default
        return value

    def _get_choice(
        self, mapping: Mapping[str, Any], key: str, where: tuple[str | int, ...], choices: tuple[str, ...]
    ) -> str:
        value = mapping.get(key, choices[0])
        if value not in choices:
            self.report(f'"{key}" must be one of {", ".join(choices)}.', (*where, key))
            return choices[0]
        return cast(str, value)

    def _get_range(
        self, mapping: Mapping[str, Any], key: str, where: tuple[str | int, ...], default: tuple[int, int]
    ) -> tuple[int, int]:
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

    def _get_shares(self, value: object, where: tuple[str | int, ...]) -> tuple[tuple[str, float], ...]:
        mapping = self._get_mapping(value, where)
        shares = []
        for name, share in mapping.items():
            if not _NAME.match(name):
                self.report(f'"{name}" is not a name: use small letters, digits, "-" and "_".', (*where, name))
            if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1_000_000:
                self.report(f'The share of "{name}" must be a number above 0.', (*where, name))
                continue
            shares.append((name, float(share)))
        if not shares:
            self.report(f"{self._say(where)} is empty.", where)
            raise _Stop
        total = sum(share for _, share in shares)
        return tuple((name, share / total) for name, share in shares)

    def _get_terms(self, mapping: Mapping[str, Any], key: str) -> tuple[Term, ...]:
        values = mapping.get(key, [])
        if not isinstance(values, list):
            self.report(f'"{key}" must be a list of names.', (key,))
            return ()
        return tuple(t for i, name in enumerate(values) if (t := self._expand(name, (key, i))))

    def _expand(self, name: object, where: tuple[str | int, ...]) -> Term | None:
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

    def read(self) -> Curriculum:
        root = self._get_mapping(self.text.value, (), _KEYS)
        if root.get("version") != CURRICULUM_VERSION or isinstance(root["version"], bool):
            self.report(f"This curriculum must say version: {CURRICULUM_VERSION}.", ("version",))
        languages = self._get_shares(root.get("languages", {"en": 1}), ("languages",))
        levels = root.get("levels")
        if not isinstance(levels, list) or not levels:
            self.report('"levels" must list at least one level.', ("levels",))
            raise _Stop
        read: list[Level] = []
        for index, value in enumerate(levels):
            # What is wrong with one level leaves the others to be read: findings are shown together.
            with suppress(_Stop):
                level = self._read_level(value, index)
                if level.name in [other.name for other in read]:
                    self.report(f'Two levels are named "{level.name}".', ("levels", index, "name"))
                read.append(level)
        splits = self._get_shares(root.get("splits", {"train": 8, "validation": 1, "test": 1}), ("splits",))
        by = self._get_choice(root, "split_by", (), ("named", "core"))
        interrogative = self._get_choice(root, "interrogative", (), ("thing", "person"))
        shortfall = self._get_choice(root, "shortfall", (), ("error", "warning"))
        return Curriculum(
            name=self._get_text(root, "name", (), self.domain),
            domain=self.domain,
            path=self.path,
            levels=tuple(read),
            splits=Splits(splits, cast(Any, by)),
            languages=languages,
            names=self._read_names(root.get("names", {}), tuple(name for name, _ in languages)),
            assertable=self._get_terms(root, "assertable"),
            queryable=self._get_terms(root, "queryable"),
            interrogative=cast(Any, interrogative),
            shortfall=cast(Any, shortfall),
            max_per_structure=self._get_count(root.get("max_per_structure", 0), ("max_per_structure",)),
            licence=self._get_text(root, "licence", ()),
            description=self._get_text(root, "description", ()),
        )

    def _read_level(self, value: object, index: int) -> Level:
        where: tuple[str | int, ...] = ("levels", index)
        level = self._get_mapping(value, where, _LEVEL_KEYS)
        name = str(level.get("name", index + 1))
        if not _NAME.match(name):
            self.report(f'"{name}" is no name for a level.', (*where, "name"))
        split = self._get_text(level, "split", where)
        if split and not _NAME.match(split):
            self.report(f'"{split}" is no name for a split.', (*where, "split"))
        sources = level.get("worlds", ["sampled"])
        sources = [sources] if isinstance(sources, str) else sources
        if not isinstance(sources, list) or not sources or any(s not in ("sampled", "project") for s in sources):
            self.report('"worlds" must list "sampled", "project", or both.', (*where, "worlds"))
            sources = ["sampled"]
        hops = self._get_range(level, "hops", where, (1, 1))
        if hops[1] > 12:
            self.report('"hops" may be at most 12.', (*where, "hops"))
        return Level(
            name=name,
            number=index + 1,
            title=self._get_text(level, "title", where, name),
            hops=hops,
            given=cast(Any, self._get_choice(level, "given", where, ("facts+rules", "facts"))),
            distractors=self._get_range(level, "distractors", where, (0, 2)),
            extra_rules=self._get_range(level, "extra_rules", where, (0, 2)),
            sources=tuple(sorted(set(sources), reverse=True)),
            quotas=self._read_tasks(level.get("tasks", {}), (*where, "tasks")),
            split=split,
            questions=max(1, self._get_count(level.get("questions", 1), (*where, "questions"))),
            words=self._get_count(level.get("words", 0), (*where, "words")),
            location=self.text.locate(*where),
        )

    def _read_tasks(self, value: object, where: tuple[str | int, ...]) -> tuple[Quota, ...]:
        quotas: list[Quota] = []
        for task, wanted in self._get_mapping(value, where, set(TASKS)).items():
            if task not in TASKS:
                continue
            place = (*where, task)
            if task in STATUS_TASKS and isinstance(wanted, dict):
                by_status = self._get_mapping(wanted, place, set(STATUSES))
            elif task in STATUS_TASKS:
                # One number is shared out evenly; what does not divide goes to the first statuses.
                count = self._get_count(wanted, place)
                by_status = {s: count // 3 + (i < count % 3) for i, s in enumerate(STATUSES)}
            else:
                by_status = {NO_STATUS: wanted}
            for status, items in by_status.items():
                inner = (*place, status) if isinstance(wanted, dict) else place
                count = self._get_count(items, inner)
                if count:
                    quotas.append(Quota(task, status, count, self.text.locate(*inner)))
        if not quotas:
            self.report("A level must ask for at least one item.", where, "For instance tasks: {entailment: 30}.")
        return tuple(quotas)

    def _get_count(self, value: object, where: tuple[str | int, ...]) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_ITEMS:
            self.report(f"A number of items must be a whole number from 0 to {_MAX_ITEMS:,}.", where)
            return 0
        return value

    def _read_names(self, value: object, languages: tuple[str, ...]) -> tuple[NameList, ...]:
        lists = []
        known: dict[tuple[str, str], tuple[str, int]] = {}
        for name, entry in self._get_mapping(value, ("names",)).items():
            where = ("names", name)
            class_ = "" if name == "any" else self._expand(name, where) or ""
            # A plain list serves all languages; a mapping has one list for each.
            entries = entry if isinstance(entry, dict) else dict.fromkeys(languages, entry)
            for language in entries:
                if language not in languages:
                    message = f'"{language}" is no language of this curriculum.'
                    self.report(message, (*where, language), "Leave it out, or list it under languages.")
            labels = []
            for language in languages:
                texts = entries.get(language)
                if not isinstance(texts, list) or not texts or not all(isinstance(t, str) for t in texts):
                    self.report(f'The names of "{name}" need a list of texts for the language {language}.', where)
                    continue
                inner = (*where, language) if isinstance(entry, dict) else where
                for index, label in enumerate(texts):
                    if not _LINE.match(label):
                        message = f'"{" ".join(label.split())}" is no name: one line, no blanks around it.'
                        self.report(message, (*inner, index))
                    elif fault := _find_name_fault(label):
                        self.report(f'"{label}" cannot be a name: {fault}.', (*inner, index), "Choose another name.")
                    # Whoever reads "Robin" must know who is meant, of whatever class.
                    if known.setdefault((language, label), (name, index)) != (name, index):
                        self.report(f'The name "{label}" is given twice in {language}.', (*inner, index))
                labels.append((language, tuple(texts)))
            if len({len(texts) for _, texts in labels}) > 1:
                self.report(f'The names of "{name}" must be as many in each language.', where)
            lists.append(NameList(class_, tuple(labels)))
        return tuple(lists)
