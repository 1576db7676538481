"""Names and sentences for people: no two things look the same, no value shows its datatype."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import count

from workbench.model.terms import Term, get_local_name, is_blank, unescape_string
from workbench.project import Domain
from workbench.wording.lexicon import Lexicon, build_lexicon, split_name

__all__ = ["UNNAMED", "make_lexicon", "name_apart", "say_plainly"]

UNNAMED = {"en": "something unnamed", "de": "etwas Unbenanntes"}
"""What is called so has no name; a number behind it tells several apart, and depends on how many there are."""
_LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"(?:@[A-Za-z][A-Za-z0-9-]*|\^\^<[^<>"{}|^`\\\s]+>)')
_NUMBER = re.compile(r"[+-]?\d[\d.eE+-]*\Z")


def make_lexicon(domain: Domain, language: str) -> Lexicon:
    """Return the lexicon of a domain; what has no name of its own is numbered."""
    kinds = domain.kinds
    lexicon = build_lexicon(
        domain.triples,
        language,
        classes=[term for term, kind in kinds.items() if kind == "class"],
        properties=[term for term, kind in kinds.items() if kind == "property"],
    )
    word = UNNAMED.get(language, UNNAMED["en"])
    unnamed = [term for term in kinds if is_blank(term)]
    return lexicon.with_labels({term: f"{word} {number}" for number, term in enumerate(unnamed, 1)})


def name_apart(lexicon: Lexicon, terms: Iterable[Term]) -> dict[Term, str]:
    """Return what each term is called; those of one label get their own names, or a number, behind it."""
    labels = {term: lexicon.get_label(term) for term in terms}
    shared = Counter(labels.values())
    named: dict[Term, str] = {}
    taken: set[str] = set()
    for term, label in labels.items():
        name = label if shared[label] == 1 else f"{label} ({split_name(get_local_name(term))})"
        numbers = count(2)
        candidate = name
        while candidate in taken:
            candidate = f"{name} {next(numbers)}"
        named[term] = candidate
        taken.add(candidate)
    return named


def say_plainly(sentence: str) -> str:
    """Return a sentence in which values show neither datatype nor language."""

    def replace(match: re.Match[str]) -> str:
        text = unescape_string(match.group(1))
        return text if _NUMBER.match(text) else f"“{text}”"

    return _LITERAL.sub(replace, sentence)
