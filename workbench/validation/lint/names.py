"""Names that hint at something else being meant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from workbench.model.report import Violation
from workbench.model.terms import (
    Term,
    get_local_name,
)
from workbench.validation.lint.linter import Finder, Linter

__all__ = ["FINDERS"]

_JOINED = re.compile(r"(?<=[a-zäöüß])(?:And|Or|Und|Oder)(?=[A-ZÄÖÜ])|[ _-](?:and|or|und|oder)[ _-]")
_OTHER = re.compile(r"(?:other|misc|miscellaneous|sonstiges?|andere[rs]?|verschiedenes)(?:[A-Z _-]|\Z)", re.IGNORECASE)
_STYLES = (
    ("CamelCase", re.compile(r"[A-ZÄÖÜ][a-z0-9äöüß]+(?:[A-ZÄÖÜ][A-Za-z0-9äöüß]*)*\Z")),
    ("camelCase", re.compile(r"[a-zäöüß]+[a-z0-9äöüß]*(?:[A-ZÄÖÜ][A-Za-z0-9äöüß]*)*\Z")),
    ("words_joined_by_underscores", re.compile(r"[A-Za-zÄÖÜäöüß]+(?:_[A-Za-z0-9ÄÖÜäöüß]+)+\Z")),
    ("words-joined-by-hyphens", re.compile(r"[A-Za-zÄÖÜäöüß]+(?:-[A-Za-z0-9ÄÖÜäöüß]+)+\Z")),
)
_DATATYPES = frozenset("string integer int float double boolean decimal datetime anyuri literal number text".split())
_RARE = 0.2
_ENOUGH = 10


def _list_classes(lint: Linter) -> Iterator[tuple[Term, str]]:
    for term in sorted(lint.index.classes):
        if lint.index.is_own(term) and term not in lint.index.deprecated:
            yield term, get_local_name(term)


def _find_joined(lint: Linter) -> Iterator[Violation]:
    for term, name in _list_classes(lint):
        label = lint.matter.label(term)
        if _JOINED.search(name) or _JOINED.search(label):
            yield lint.report(
                "name.two-concepts",
                f"The class {lint.name(term)} seems to join two concepts.",
                lint.index.describe(term),
                focus=term,
                fix="Make a class of each, and one above both where it is needed.",
            )


def _find_miscellaneous(lint: Linter) -> Iterator[Violation]:
    for term, name in _list_classes(lint):
        if _OTHER.match(name) or _OTHER.match(lint.matter.label(term)):
            yield lint.report(
                "name.miscellaneous",
                f"The class {lint.name(term)} gathers what belongs nowhere else.",
                lint.index.describe(term),
                focus=term,
                fix="Put its members below what they are a kind of.",
            )


def _find_styles(lint: Linter) -> Iterator[Violation]:
    groups = (("classes", [term for term, _ in _list_classes(lint)]), ("properties", lint.index.spoken_properties))
    for kind, terms in groups:
        styles: dict[str, list[Term]] = {}
        for term in terms:
            name = get_local_name(term)
            style = next((style for style, form in _STYLES if form.match(name)), "")
            if style and lint.index.is_own(term):
                styles.setdefault(style, []).append(term)
        counts = Counter({style: len(found) for style, found in styles.items()})
        if counts.total() < _ENOUGH or len(counts) < 2:
            continue
        usual, number = counts.most_common(1)[0]
        rest = [term for style, found in sorted(styles.items()) if style != usual for term in found]
        if len(rest) <= counts.total() * _RARE:
            yield lint.report(
                "name.mixed-styles",
                f"{number} {kind} are written like “{usual}”, but {len(rest)} are not: {_list_local(rest)}.",
                [triple for term in rest[:6] for triple in lint.index.describe(term)],
                focus=rest[0],
                fix="Write all names in one style, before others begin to use them.",
            )


def _list_local(terms: list[Term]) -> str:
    return ", ".join(get_local_name(term) for term in terms[:5])


def _find_datatypes(lint: Linter) -> Iterator[Violation]:
    for term, name in _list_classes(lint):
        if name.lower() in _DATATYPES:
            yield lint.report(
                "name.repeats-datatype",
                f"The class {lint.name(term)} seems to stand for a datatype that exists already.",
                lint.index.describe(term),
                focus=term,
                fix="Use the datatype of XML Schema as the range of a data property.",
            )


FINDERS: dict[str, Finder] = {
    "name.two-concepts": _find_joined,
    "name.miscellaneous": _find_miscellaneous,
    "name.mixed-styles": _find_styles,
    "name.repeats-datatype": _find_datatypes,
}
