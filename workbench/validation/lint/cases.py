"""Cases of names in phrases: a preposition before a name that has another form there, and no case that asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.model.report import Violation
from workbench.model.terms import RDF_TYPE, Term
from workbench.validation.lint.linter import MANY, Finder, Linter
from workbench.validation.lint.vocabulary import DOMAIN, PHRASE, RANGE
from workbench.wording.declension import DECLENSIONS
from workbench.wording.phrases import Slot, parse_phrase

__all__ = ["FINDERS"]

_GERMAN = {
    **dict.fromkeys("von zu aus bei mit nach seit gegenüber".split(), ("dat",)),
    **dict.fromkeys("für gegen um durch ohne".split(), ("acc",)),
    **dict.fromkeys("in an auf über unter vor neben hinter zwischen".split(), ("dat", "acc")),
}
_PREPOSITIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {"de": _GERMAN}
"""By language: the cases that may stand behind each preposition."""


def _find_slots(phrase: str, language: str) -> Iterator[tuple[Slot, str, tuple[str, ...]]]:
    """Yield each slot without a case behind a preposition, with the preposition and its cases."""
    before = ""
    for piece in parse_phrase(phrase):
        if isinstance(piece, Slot):
            word = before.split()[-1].casefold() if before.split() else ""
            cases = _PREPOSITIONS[language].get(word, ())
            if cases and not piece.case:
                yield piece, word, cases
        before = piece if isinstance(piece, str) else ""


def _list_names(lint: Linter, term: Term, role: str, language: str) -> list[str]:
    """Return what can stand in a slot: names of those of whom it is stated, and of made-up ones of that class."""
    index, is_class = lint.index, term in lint.index.classes
    stated = (
        {triple[0] for triple in index.get(RDF_TYPE) if triple[2] == term}
        if is_class
        else {triple[0 if role == "subject" else 2] for triple in index.get(term)}
    )
    classes = {"", term} if is_class else {"", *index.get_values(term, DOMAIN if role == "subject" else RANGE)}
    names = [text.plain for text in index.labels if text.triple[0] in stated and text.language in ("", language)]
    lists = lint.matter.curriculum.names if lint.matter.curriculum else ()
    return names + [name for one in lists if one.class_ in classes for name in dict(one.labels).get(language, ())]


def _find_missing_cases(lint: Linter) -> Iterator[Violation]:
    for text in lint.index.list_texts(PHRASE):
        if text.language not in _PREPOSITIONS or text.language not in lint.languages:
            continue
        decline = DECLENSIONS[text.language]
        for slot, word, cases in _find_slots(text.plain, text.language):
            wrong = [
                name
                for name in _list_names(lint, text.triple[0], slot.role, text.language)
                if all(decline(name, case, "", "") != name for case in cases)
            ]
            if wrong:
                written = " or ".join(f"{{{slot.role}:{case}}}" for case in cases)
                yield lint.report(
                    "wording.missing-case",
                    f"The phrase “{text.plain}” puts names behind “{word}” as they are called: “{word} {wrong[0]}”.",
                    [text.triple],
                    focus=text.triple[0],
                    path=PHRASE,
                    value=text.triple[2],
                    fix=f"Write {written} in place of {{{slot.role}}}, so that names have the form that belongs there.",
                    why=f"Another form there have {len(wrong)} names: {', '.join(wrong[:MANY])}.",
                )


FINDERS: dict[str, Finder] = {"wording.missing-case": _find_missing_cases}
