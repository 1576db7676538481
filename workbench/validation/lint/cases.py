"""Cases of names in phrases: a name that has another form where it stands, and no case that asks for it.

That is so behind a preposition, and of the second name of a phrase whose verb has an object: only "sein" and the like
join two names that are both called as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from workbench.model.report import Violation
from workbench.model.terms import RDF_TYPE, Term
from workbench.validation.lint.linter import MANY, Finder, Linter
from workbench.validation.lint.vocabulary import DOMAIN, PHRASE, RANGE
from workbench.wording.declension import DECLENSIONS
from workbench.wording.phrases import Choice, Slot, parse_phrase

__all__ = ["FINDERS"]

_GERMAN = {
    **dict.fromkeys("von zu aus bei mit nach seit gegenüber".split(), ("dat",)),
    **dict.fromkeys("für gegen um durch ohne".split(), ("acc",)),
    **dict.fromkeys("in an auf über unter vor neben hinter zwischen".split(), ("dat", "acc")),
}
_PREPOSITIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {"de": _GERMAN}
"""By language: the cases that may stand behind each preposition."""
_NO_OBJECT: Mapping[str, frozenset[str]] = {
    "de": frozenset(
        "ist sind war waren wird werden wurde wurden bleibt bleiben blieb blieben heißt heißen hieß hießen sei seien "
        "scheint schien am ans beim im ins vom zum zur".split()
    ).union(_GERMAN)
}
"""By language: verbs that join two names called as they are, and words before a name that stands for no object."""
_DATIVE: Mapping[str, re.Pattern[str]] = {
    "de": re.compile(
        r"(ge|zuge|ange)?(hör|folg|half|hilf|helf|dien|gleich|gleicht|entspr[ia]ch|unterst[ae]nd|unterste|schad|droh|"
        r"vertrau|glaub|begegn|gefall|gefäll|gefiel|nütz|schuld|fehl|ähnel)\w*"
    )
}
"""By language: the verbs whose object is in the dative."""
_CHOSEN = re.compile(r"\w+")


def _find_slots(phrase: str, language: str) -> Iterator[tuple[Slot, str, tuple[str, ...]]]:
    """Yield each slot without a case where one is asked for: with the preposition or verb, and its cases."""
    pieces = parse_phrase(phrase)
    before, slots = "", 0
    for piece in pieces:
        if isinstance(piece, Slot):
            slots += 1
            word = before.split()[-1].casefold() if before.split() else ""
            cases = _PREPOSITIONS[language].get(word, ())
            if cases and not piece.case:
                yield piece, word, cases
            elif slots == 2 and not cases and not piece.case and (verb := _find_verb(pieces, language)):
                yield piece, verb, ("dat",) if _DATIVE[language].fullmatch(verb) else ("acc",)
        before = piece if isinstance(piece, str) else ""


def _find_verb(pieces: tuple[str | Slot | Choice, ...], language: str) -> str:
    """Return the verb of a phrase that has an object, the first word behind its first name; nothing for "ist".

    A phrase that begins with something else than a name, or whose first name has a case, is not judged.
    """
    if not isinstance(pieces[0], Slot) or pieces[0].case:
        return ""
    words: list[str] = []
    for piece in pieces[1:]:
        texts = (piece,) if isinstance(piece, str) else () if isinstance(piece, Slot) else (piece.one, piece.many)
        words += [word.casefold() for text in texts for word in _CHOSEN.findall(text)]
    return words[0] if words and _NO_OBJECT[language].isdisjoint(words) else ""


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
