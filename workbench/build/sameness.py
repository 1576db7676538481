"""Why two items of a dataset are the same, or the first thing in which they differ, in plain sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from workbench.build.exported_wording import read_wording
from workbench.build.measuring_again import MeasuredItem
from workbench.errors import DatasetError, UsageError
from workbench.export.evidence import TheoryFile, read_evidence, read_theory_file
from workbench.export.reading import DatasetReader, read_dataset
from workbench.generation.identity.clause_graph import find_rule_shape, normalise_rule
from workbench.generation.identity.grains import (
    Identity,
    ItemStructure,
    Match,
    compute_identity,
    explain_match,
    keep_what_counts,
)
from workbench.generation.items.item_making import describe_structure
from workbench.generation.questions.answering import measure_drafts
from workbench.model.items import check_item
from workbench.model.rules import Atom, Rule
from workbench.model.terms import RDF_TYPE, Term, is_literal
from workbench.wording.lexicon import Lexicon
from workbench.wording.sentences import say_rule, say_statement, say_term

__all__ = ["Counterpart", "Grain", "Sameness", "Twins", "explain_sameness", "find_difference", "find_twins"]

Grain = Literal["exact", "named", "core"]

_LEAST_ID = 4
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_SAID = {
    "exact": "The two items are the same: both state and ask the same. Wording, language and order may differ.",
    "named": "The two items are the same up to the names of individuals.",
    "core": "The two items have the same structure: names aside, their facts and rules are linked in the same way, and "
    "the same is asked about them.",
}
_STATUSES = {"entailed": "true", "refuted": "false", "unknown": "not decided"}
_GIVEN = {"facts+rules": "facts and rules", "facts": "facts only", "none": "nothing"}


def _clean(text: str) -> str:
    """Return text of a dataset as a terminal may have it."""
    return _CONTROL.sub(" ", text)


class Counterpart(NamedTuple):
    """What plays a part in one item, and what plays it in the other: ``kind`` tells individuals, properties,
    classes and values apart.
    """

    kind: Literal["individual", "property", "class", "literal"]
    here: str
    there: str


@dataclass(frozen=True, slots=True)
class Sameness:
    """What two items have in common.

    ``grain`` is the finest by which they are the same, None for none. ``counterparts`` lists what has another name in
    the second; ``sentences`` say it all in words.
    """

    first: str
    second: str
    grain: Grain | None
    counterparts: tuple[Counterpart, ...]
    sentences: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 when they are the same by some grain, else 1."""
        return int(self.grain is None)

    def format_text(self) -> str:
        """Return the sentences, one a line."""
        return "".join(f"{_clean(sentence)}\n" for sentence in self.sentences)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "first": self.first,
            "second": self.second,
            "same": self.grain is not None,
            "grain": self.grain,
            "counterparts": [one._asdict() for one in self.counterparts],
            "sentences": list(self.sentences),
        }


class _Twin(NamedTuple):
    """An item with the same core, where it is, and what it has in common with the one asked about."""

    split: str
    level: str
    language: str
    sameness: Sameness


@dataclass(frozen=True, slots=True)
class Twins:
    """All items of a dataset with the core of one; of more than were asked for only the first are explained."""

    item: str
    core: str
    count: int
    listed: tuple[_Twin, ...]

    def format_text(self) -> str:
        """Return them in words."""
        if not self.count:
            return f"No other item has the structure of {self.item}.\n"
        lines = [f"{self.count:,} other item{'s have' if self.count > 1 else ' has'} the structure of {self.item}."]
        for twin in self.listed:
            lines.append(f"\n{twin.sameness.second} ({twin.split}, {_clean(twin.level)}, {twin.language})")
            lines += [f"  {_clean(sentence)}" for sentence in twin.sameness.sentences]
        if self.count > len(self.listed):
            lines.append(f"\n... and {self.count - len(self.listed):,} more")
        return "\n".join(lines) + "\n"

    def to_json(self) -> dict[str, Any]:
        """Return them as JSON values."""
        return {
            "item": self.item,
            "core": self.core,
            "count": self.count,
            "items": [
                {"split": twin.split, "level": twin.level, "language": twin.language, **twin.sameness.to_json()}
                for twin in self.listed
            ],
        }


def explain_sameness(dataset: Path | str, first: str, second: str) -> Sameness:
    """Say by which grain two items of a dataset folder are the same, what plays the part of what, or what differs.

    ``first`` and ``second`` are their ids, or the beginnings of these. Raises UsageError when there is no such item or
    there are several, DatasetError when the folder cannot be read, LimitError when the items are too large and too
    regular to be compared.
    """
    shelf = _Shelf(read_dataset(Path(dataset)))
    one, other = shelf.find(first, second)
    return _compare(one, other, shelf.get_lexicon(one))


def find_twins(dataset: Path | str, item: str, *, limit: int = 20) -> Twins:
    """Return all items of a dataset folder with the core of one, each with what differs; ``limit`` are explained.

    Raises what :func:`explain_sameness` raises.
    """
    if limit < 0:
        raise UsageError("The number of items to explain is not negative.")
    shelf = _Shelf(read_dataset(Path(dataset)))
    (one,) = shelf.find(item)
    lexicon = shelf.get_lexicon(one)
    core = one.item["identity"]["core"]
    count = 0
    listed: list[_Twin] = []
    for other in shelf.iterate():
        if other["identity"]["core"] != core or other["id"] == one.item["id"]:
            continue
        count += 1
        if len(listed) < limit:
            sameness = _compare(one, shelf.read(other), lexicon)
            listed.append(_Twin(other["split"], other["level_name"], other["language"], sameness))
    return Twins(one.item["id"], core, count, tuple(listed))


class _Read(NamedTuple):
    """An item as written, and what identity looks at."""

    item: Mapping[str, Any]
    structure: ItemStructure
    identity: Identity


class _Shelf:
    """The items of a dataset, read when they are asked for."""

    def __init__(self, reader: DatasetReader) -> None:
        self._reader = reader
        self._theories: dict[str, TheoryFile] = {}

    def iterate(self) -> Iterator[dict[str, Any]]:
        for item in self._reader.iterate_items():
            if not isinstance(item.get("id"), str) or not isinstance(item.get("identity"), dict):
                raise DatasetError(
                    f"{self._reader.path}: an item has no id or no identity; 'workbench verify' says more."
                )
            yield item

    def find(self, *wanted: str) -> list[_Read]:
        for text in wanted:
            if len(text) < _LEAST_ID:
                raise UsageError(f"Give at least the first {_LEAST_ID} digits of an item's id, not '{text}'.")
        found: dict[str, dict[str, dict[str, Any]]] = {text: {} for text in wanted}
        for item in self.iterate():
            for text in wanted:
                if item["id"].startswith(text):
                    found[text].setdefault(item["id"], item)
        for text, items in found.items():
            if not items:
                raise UsageError(f"The dataset {self._reader.path} has no item {text}.")
            if len(items) > 1:
                raise UsageError(f"{len(items):,} items begin with {text}; give more of the id.")
        return [self.read(next(iter(found[text].values()))) for text in wanted]

    def read(self, item: Mapping[str, Any]) -> _Read:
        """Return an item with what identity looks at; solved anew, since an item does not name its idle rules."""
        place = f"{self._reader.path}: item {item['id']}"
        problems = check_item(item)
        if problems:
            raise DatasetError(f"{place}: {problems[0]}")
        try:
            digest, prefixes = item["theory"], self._reader.prefixes
            if digest not in self._theories:
                self._theories[digest] = read_theory_file(digest, self._reader.read_theory(digest), prefixes)
            stated = read_evidence(item, self._theories[digest], prefixes)
            (answered,) = measure_drafts(stated.theory, [MeasuredItem(item, stated).draft])
        except (DatasetError, ValueError) as error:
            raise DatasetError(f"{place}: {error}") from error
        if answered is None:
            raise DatasetError(f"{place}: its facts contradict its rules.")
        structure = describe_structure(answered, stated.theory.rules, stated.closed)
        identity = compute_identity(structure)
        if identity._asdict() != item["identity"]:
            raise DatasetError(
                f"{place}: its identity is another when computed. The dataset was changed, or another version of "
                "Workbench made it; 'workbench verify' says more."
            )
        return _Read(item, structure, identity)

    @cached_property
    def _lexicons(self) -> Mapping[str, Lexicon]:
        try:
            return read_wording(self._reader.wording).lexicons
        except DatasetError as error:
            raise DatasetError(f"{self._reader.path / 'wording.json'}: {error}") from error

    def get_lexicon(self, one: _Read) -> Lexicon:
        """Return the words of an item's language."""
        lexicon = self._lexicons.get(one.item["language"])
        if lexicon is None:
            raise DatasetError(f"{self._reader.path / 'wording.json'}: has no language {one.item['language']}.")
        return lexicon


def _compare(one: _Read, other: _Read, lexicon: Lexicon) -> Sameness:
    ids = one.item["id"], other.item["id"]
    grains: tuple[Grain, ...] = ("exact", "named", "core")
    grain = next((name for name in grains if getattr(one.identity, name) == getattr(other.identity, name)), None)
    if grain is None:
        said = (
            "The two items are different, whatever the names.",
            find_difference(one.structure, other.structure, lexicon, "core"),
        )
        return Sameness(*ids, None, (), said)
    if grain == "exact":
        return Sameness(*ids, grain, (), (_SAID[grain],))
    match = explain_match(one.structure, other.structure, grain)
    if match is None:
        raise AssertionError("equal identities have a match")
    counterparts = tuple(_list_counterparts(match, lexicon))
    said_all = [_SAID[grain], *(f"{_say_counterpart(part)}." for part in counterparts)]
    if not counterparts:
        said_all.append("Everything has the same name in both.")
    if grain == "core":
        left = [
            len(read.structure.facts) - len(keep_what_counts(read.structure, "core").facts) for read in (one, other)
        ]
        if any(left):
            said_all.append(f"Facts left out since nothing rests on them: {left[0]:,} here, {left[1]:,} there.")
        reason = find_difference(one.structure, other.structure, lexicon, "named")
        said_all.append(f"They are not the same up to the names of individuals alone: {reason[0].lower()}{reason[1:]}")
    return Sameness(*ids, grain, counterparts, tuple(said_all))


def _list_counterparts(match: Match, lexicon: Lexicon) -> Iterator[Counterpart]:
    """Yield what has another name there, each kind in the order of the names here."""
    for term, other in sorted(match.individuals.items()):
        if term != other:
            yield Counterpart("individual", say_term(lexicon, term), say_term(lexicon, other))
    for term, other in sorted(match.properties.items()):
        if term != other:
            yield Counterpart("property", _say_key(lexicon, term, False), _say_key(lexicon, other, False))
    for term, other in sorted(match.classes.items()):
        if term != other:
            yield Counterpart("class", _say_key(lexicon, term, True), _say_key(lexicon, other, True))
    for term, other in sorted(match.literals.items()):
        if term != other:
            yield Counterpart("literal", say_term(lexicon, term), say_term(lexicon, other))


def _say_key(lexicon: Lexicon, key: Term, is_class: bool) -> str:
    atom = Atom("?a", RDF_TYPE, key) if is_class else Atom("?a", key, "?b")
    return f"“{say_statement(lexicon, atom, {'?a': 'A', '?b': 'B'})}”"


def _say_counterpart(part: Counterpart) -> str:
    return f"What {part.here} is here, {part.there} is there"


def find_difference(one: ItemStructure, other: ItemStructure, lexicon: Lexicon, grain: Literal["named", "core"]) -> str:
    """Return the first thing in which two items of different identity differ, as a sentence."""
    if one.task != other.task:
        return f"One is of the task {one.task}, the other of {other.task}."
    if one.given != other.given:
        return f"One states {_GIVEN[one.given]}, the other {_GIVEN[other.given]}."
    if one.status != other.status:
        here, there = (_STATUSES.get(str(item.status), "a list") for item in (one, other))
        return f"What the first asks about is {here}, what the second does is {there}."
    one, other = (replace(keep_what_counts(item, grain), undecided=False) for item in (one, other))
    tried = [replace(item, closed=()) for item in (one, other)]
    if explain_match(tried[0], tried[1], grain) is not None:
        return "They differ only in which classes and properties are closed."
    if found := _compare_rules(one, other, lexicon, grain):
        return found
    counts = len({fact for fact, _ in one.facts}), len({fact for fact, _ in other.facts})
    if counts[0] != counts[1]:
        rest = " that count" if grain == "core" else ""
        return f"The one rests on {counts[0]:,} facts{rest}, the other on {counts[1]:,}."
    tried = [
        replace(item, closed=(), query=(), variables=(), options=(), parts=(), compared=(), status=None)
        for item in (one, other)
    ]
    if explain_match(tried[0], tried[1], grain) is not None:
        return "Their facts and rules are the same, but something else is asked about them."
    bare = [replace(item, facts=tuple(pair for pair in item.facts if not is_literal(pair[0][2]))) for item in tried]
    if explain_match(bare[0], bare[1], grain) is not None:
        return "They differ in the facts that state values."
    bare = [replace(item, facts=()) for item in tried]
    if explain_match(bare[0], bare[1], grain) is not None:
        return "Their rules are the same, but the facts are linked in another way."
    return "Their rules have the same forms, but share classes and properties in another way."


def _compare_rules(one: ItemStructure, other: ItemStructure, lexicon: Lexicon, grain: Literal["named", "core"]) -> str:
    """Return in words which rule has no counterpart, or nothing when all have."""

    def get_form(rule: Rule) -> str:
        if grain == "named":
            return normalise_rule(rule, "named")
        shape = find_rule_shape(rule)
        return "" if shape is None else shape[0]

    forms = [Counter(get_form(rule) for rule, _ in item.rules) for item in (one, other)]
    for item, own, others, here, there in (
        (one, forms[0], forms[1], "first", "second"), (other, forms[1], forms[0], "second", "first")
    ):  # fmt: skip
        for rule, _ in item.rules:
            form = get_form(rule)
            if own[form] > others[form]:
                what = "has no rule of this form" if grain == "core" else "does not have this rule"
                if others[form]:
                    what = "has fewer rules of this form"
                return f"The {there} {what}, which the {here} has: “{say_rule(lexicon, rule)}”."
    return ""
