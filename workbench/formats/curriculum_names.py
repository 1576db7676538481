"""The names that a curriculum gives to individuals: read, and refused where a prompt or an answer could mislead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from workbench.formats.confusables import compute_skeleton, find_mixed_word
from workbench.formats.curriculum_values import CurriculumValues
from workbench.formats.yaml_text import YamlPath
from workbench.model.curriculum import NameList

__all__ = ["find_joint", "find_name_fault", "fold_name", "list_looks", "read_names"]

_LINE = re.compile(r"\S(?:[^\x00-\x1f\x7f\x85\u2028\u2029]*\S)?\Z")
_LETTER = re.compile(r"[A-Z](['’]s?)?\Z")
_LISTED = re.compile(r"[*#>•]|\(\w{1,2}\)(?:\s|\Z)|\w{1,2}\)|\w{1,2}\.\Z|[-+]\s")
"""What begins like a line of a list: (A), A), 1., - and the like."""
_VALUE = re.compile(r"(-?\d[\d.:-]*|true|false)\Z", re.IGNORECASE)
_LABEL = re.compile(r"[FRS]\d{1,4}\Z", re.IGNORECASE)
_FAULTS = {
    ";": "a semicolon separates answers",
    ". ": "a period before a blank ends a sentence",
    "{": "braces are for slots",
    "}": "braces are for slots",
    "[": "square brackets hold what a step of a proof rests on",
    "\\": "a backslash stands for what cannot be seen",
    "]": "square brackets hold what a step of a proof rests on",
    **dict.fromkeys('"“”„«»', "quotation marks are for values and statements"),
}
_JOINTS = {"en": ("and", "or"), "de": ("und", "oder")}
_RIGHT_TO_LEFT = ("R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "PDF", "PDI", "FSI")


def find_joint(text: str, language: str = "") -> str:
    """Return what makes one name look like several in a list: a comma, or "and" and "or" in a language (or in any)."""
    words = _JOINTS.get(language, () if language else tuple(word for joints in _JOINTS.values() for word in joints))
    return next((word for word in text.casefold().split()[1:-1] if word in words), "") or ("," if "," in text else "")


def find_name_fault(text: str) -> str:
    """Return why a name would make prompts ambiguous; empty when it would not."""
    found = next((why for part, why in _FAULTS.items() if part in text), "")
    if _LETTER.match(text):
        return "a single capital letter stands for a variable in rules and questions"
    if _LABEL.match(text):
        return "facts are labelled F1, F2, rules R1, R2 and steps of a proof S1, S2"
    if _LISTED.match(text):
        return "it begins like a line of a list, such as A), 1. or -"
    if text.endswith(("?", "!", ":")):
        return "its last sign ends a sentence"
    if text.count("(") != text.count(")"):
        return "a bracket is opened or closed in it, and not both"
    if not any(char.isalnum() for char in text):
        return "it holds no letter and no number"
    if _VALUE.match(text):
        return "it reads like a number, a date, true or false"
    if word := find_mixed_word(text):
        return f"“{word}” mixes Latin letters with letters of another script that look like Latin ones"
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text):
        return "right-to-left characters change the order in which the sentence around them is seen"
    if any(unicodedata.category(char) in ("Cf", "Co", "Cn", "Cs") for char in text):
        return "it holds a character that cannot be seen"
    if unicodedata.normalize("NFC", text) != text:
        return "it is not in composed form (NFC), so it looks like a name that is another text"
    if any(unicodedata.category(char) in ("Mn", "Me", "Mc") for char in text):
        return "a combining character changes the one before it"
    return found


def fold_name(text: str) -> str:
    """Return what names that a reader cannot tell apart have in common: case, width and blanks do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def list_looks(text: str) -> tuple[str, ...]:
    """Return the keys of a name: a reader cannot tell two names apart that have one in common."""
    return tuple(dict.fromkeys((fold_name(text), f"\n{fold_name(compute_skeleton(text))}")))


def read_names(values: CurriculumValues, value: object, languages: tuple[str, ...]) -> tuple[NameList, ...]:
    """Read ``names``: a list by class for all languages, or one for each."""
    lists = []
    known: dict[tuple[str, str], tuple[str, int]] = {}
    for name, entry in values.get_mapping(value, ("names",)).items():
        where = ("names", name)
        class_ = "" if name == "any" else values.expand(name, where) or ""
        # A plain list serves all languages; a mapping has one list for each.
        entries = entry if isinstance(entry, dict) else dict.fromkeys(languages, entry)
        for language in entries:
            if language not in languages:
                message = f'"{language}" is no language of this curriculum.'
                values.report(message, (*where, language), "Leave it out, or list it under languages.")
        labels = []
        for language in languages:
            texts = entries.get(language)
            if not isinstance(texts, list) or not texts or not all(isinstance(t, str) for t in texts):
                values.report(f'The names of "{name}" need a list of texts for the language {language}.', where)
                continue
            inner = (*where, language) if isinstance(entry, dict) else where
            for index, label in enumerate(texts):
                _check_label(values, label, language, (*inner, index))
                # Whoever reads "Robin" must know who is meant, of whatever class.
                _check_unique(values, known, (language, label), (name, index), inner, entry)
            labels.append((language, tuple(texts)))
        if len({len(texts) for _, texts in labels}) > 1:
            values.report(f'The names of "{name}" must be as many in each language.', where)
        lists.append(NameList(class_, tuple(labels)))
    return tuple(lists)


def _check_label(values: CurriculumValues, label: str, language: str, where: YamlPath) -> None:
    if not _LINE.match(label):
        values.report(f'"{" ".join(label.split())}" is no name: one line, no blanks around it.', where)
    elif fault := find_name_fault(label):
        shown = label if label.isprintable() else ascii(label)[1:-1]
        values.report(f'"{shown}" cannot be a name: {fault}.', where, "Choose another name.")
    elif joint := find_joint(label, language):
        what = "a comma" if joint == "," else f"“{joint}”"
        values.report(f'"{label}" cannot be a name: {what} separates answers.', where, "Choose another name.")


def _check_unique(
    values: CurriculumValues,
    known: dict[tuple[str, str], tuple[str, int]],
    label: tuple[str, str],
    own: tuple[str, int],
    where: YamlPath,
    entry: Mapping[str, Any] | object,
) -> None:
    language, text = label
    first = next((known[language, look] for look in list_looks(text) if (language, look) in known), own)
    for look in list_looks(text):
        known.setdefault((language, look), own)
    if first == own:
        return
    other: YamlPath = ("names", first[0], language, first[1])
    related = (values.locate(*other),) if isinstance(entry, dict) else (values.locate("names", *first),)
    twice = "is given twice" if known.get((language, fold_name(text))) == first else "looks like another one"
    message = f'The name "{text}" {twice} in {language}: two individuals with one label cannot be told apart.'
    fix = "Capital letters, blanks and letters that only look different make no difference; choose another."
    values.report(message, (*where, own[1]), fix, related)
