"""Sentences and provenance of a statement in the rules language (docs/rules.md, section Metadata)."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from typing import NamedTuple

from workbench.formats.rules_formula import FormulaParser
from workbench.formats.rules_names import STATES
from workbench.model.rules import Provenance

__all__ = ["CLAUSES", "Metadata", "read_metadata"]

_TEXTS = ("source", "author", "reviewer")
_DATES = ("valid-from", "valid-until")
CLAUSES = (*_TEXTS, "state", *_DATES)
"""The words that begin a clause of metadata; every other is a language."""


class Metadata(NamedTuple):
    """What stands between a statement's name and its formula."""

    sentences: tuple[tuple[str, str], ...]
    provenance: Provenance


def read_metadata(parser: FormulaParser) -> Metadata:
    """Read sentences and clauses, in any order, up to where the formula begins; raises RuleSyntaxError."""
    sentences: dict[str, str] = {}
    texts: dict[str, list[str]] = {word: [] for word in _TEXTS}
    single: dict[str, str] = {}
    while parser.peek().kind == "name" and parser.peek(1).kind != "end":
        word, following = parser.peek(), parser.peek(1)
        if following.kind == "error":
            parser.fail("", following)
        if word.text in CLAUSES:
            if following.kind == "symbol":
                break
            _read_clause(parser, texts, single)
        elif following.kind == "string":
            language = word.text.lower()
            if not _is_language(language):
                near = get_close_matches(word.text, CLAUSES, n=1)
                hint = f"Did you mean '{near[0]}'?" if near else ""
                parser.fail("a language such as en, or one of source, author, reviewer", word, hint)
            if language in sentences:
                parser.fail(f"only one sentence in the language '{language}'", word)
            parser.take()
            sentences[language] = parser.read_text()
        else:
            break
    provenance = Provenance(
        sources=tuple(texts["source"]),
        authors=tuple(texts["author"]),
        reviewers=tuple(texts["reviewer"]),
        state=single.get("state", ""),
        valid_from=single.get("valid-from", ""),
        valid_until=single.get("valid-until", ""),
    )
    return Metadata(tuple(sentences.items()), provenance)


def _is_language(word: str) -> bool:
    """Tell whether a word has the form of a language tag (BCP 47: two or three letters, then subtags)."""
    first, *rest = word.split("-")
    return (
        word.isascii()
        and 2 <= len(first) <= 3
        and first.isalpha()
        and all(0 < len(part) <= 8 and part.isalnum() for part in rest)
    )


def _read_clause(parser: FormulaParser, texts: dict[str, list[str]], single: dict[str, str]) -> None:
    word = parser.take()
    if word.text in _TEXTS:
        texts[word.text].append(parser.read_text())
        return
    if word.text in single:
        parser.fail(f"only one '{word.text}'", word)
    value = parser.peek()
    if word.text == "state":
        if not value.is_word(*STATES):
            near = get_close_matches(value.text, STATES, n=1)
            parser.fail(f"one of {', '.join(STATES)}", fix=f"Did you mean '{near[0]}'?" if near else "")
    elif value.kind != "date" or not _is_date(value.text):
        parser.fail("a date such as 2024-05-31")
    single[word.text] = parser.take().text


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
