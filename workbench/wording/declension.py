"""Forms of names: what a label becomes in a case, as far as that is certain.

Each language that has cases gets a function in ``DECLENSIONS``. It returns None where only an author can know: a
wrong form is worse than a missing one, which ``workbench check`` names. German follows the rules of weak adjectives
behind the definite article, and of names without one (Duden, Die Grammatik, sections on declension).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise

__all__ = ["DECLENSIONS", "Declension", "add_article", "decline_english", "decline_german"]

_GERMAN_ARTICLES = {
    "masculine": {"nom": "der", "acc": "den", "dat": "dem", "gen": "des"},
    "feminine": {"nom": "die", "acc": "die", "dat": "der", "gen": "der"},
    "neuter": {"nom": "das", "acc": "das", "dat": "dem", "gen": "des"},
    "plural": {"nom": "die", "acc": "die", "dat": "den", "gen": "der"},
}
_BY_ARTICLE = {"der": "masculine", "die": "feminine", "das": "neuter"}
_WEAK = re.compile(
    r".*(e|ent|ant|ist|oge|krat|dat|omat|vokat|et|ot|nom|soph|graph|arch|ekt|[Hh]err|[Mm]ensch|[Gg]raf|[Ff]ürst|[Pp]rinz|"
    r"[Hh]eld|[Bb]är|Ochs|Narr|Christ|Nachbar|Bauer|Kamerad|Ahn|Hirt|Zar)\Z"
)
_CAPITAL_ADJECTIVE = re.compile(
    r"(Erste|Zweite|Dritte|Vierte|Fünfte|Sechste|Siebte|Achte|Neunte|Zehnte|Elfte|Zwölfte|Große|Alte|Neue|Rote|Schwarze|"
    r"Weiße|Kleine|Heilige|.{3,}(ische|liche|ige))\Z"
)
_PREPOSITION = {"von", "vom", "zu", "an", "in", "auf", "bei", "aus", "mit", "unter", "über", "vor", "nach"}


def decline_german(label: str, case: str, gender: str = "", number: str = "") -> str | None:
    """Return a German label in a case (``acc``, ``dat``, ``gen``), or None when it is not certain.

    ``gender`` is ``masculine``, ``feminine`` or ``neuter``, ``number`` is ``plural``; both empty when not known.
    """
    words = label.split(" ")
    if case == "nom":
        return label
    if case not in ("acc", "dat", "gen") or words[0] in ("ein", "eine", "Der", "Die", "Das"):
        return None
    if words[0] in ("der", "die", "das") and len(words) > 1:
        return _decline_with_article(words, case, gender, number)
    if number == "plural" or any(
        word in ("der", "die", "das") and before not in _PREPOSITION for before, word in pairwise(words)
    ):
        return None
    if words[0] == "Herr" and len(words) > 1:
        words[0] = "Herrn"
    label = " ".join(words)
    if case != "gen":
        return label
    if not words[-1][-1:].isalpha() or (len(words) > 1 and any(word in _PREPOSITION for word in words)):
        return None
    return f"{label}’" if label.endswith(("s", "ß", "x", "z", "ce")) else f"{label}s"


def _decline_with_article(words: list[str], case: str, gender: str, number: str) -> str | None:
    place = next((n for n, w in enumerate(words) if n and w[:1].isupper() and not _is_adjective(words, n)), 0)
    adjectives, head, rest = words[1:place], words[place], words[place + 1 :]
    if not place or any(not adjective.endswith(("e", "en")) for adjective in adjectives):
        return None
    # What is no plural has "die" for the feminine only.
    kind = "plural" if number == "plural" else _BY_ARTICLE[words[0]]
    contradicts = (number != "plural" and gender not in ("", kind)) or _GERMAN_ARTICLES[kind]["nom"] != words[0]
    if contradicts or (kind != "plural" and any(adjective.endswith("en") for adjective in adjectives)):
        return None
    if kind == "masculine" and _WEAK.match(head):
        return None
    keeps = kind != "plural" and (case == "acc" and kind != "masculine")
    if kind != "plural" and not keeps:
        adjectives = [f"{adjective}n" for adjective in adjectives]
    noun = _decline_noun(head, kind, case)
    return noun and _join([_GERMAN_ARTICLES[kind][case], *adjectives, noun, *rest])


def _join(words: list[str]) -> str:
    return " ".join(words)


def _is_adjective(words: list[str], place: int) -> bool:
    """Tell whether a capitalised word is an adjective before the noun, as in "das Rote Meer"."""
    return place + 1 < len(words) and words[place + 1][:1].isupper() and bool(_CAPITAL_ADJECTIVE.match(words[place]))


def _decline_noun(noun: str, kind: str, case: str) -> str | None:
    if kind == "plural" and case == "dat":
        if noun.isupper() or noun.endswith(("n", "s")):
            return noun
        return f"{noun}n" if noun.endswith(("e", "er", "el")) else None
    if kind in ("masculine", "neuter") and case == "gen":
        if noun.isupper() or noun.endswith(("us", "mus", "os", "as", "e", "Herz")):
            return None
        if noun.endswith("nis"):
            return f"{noun}ses"
        return f"{noun}es" if noun.endswith(("s", "ß", "x", "z")) else f"{noun}s"
    return noun


def decline_english(label: str, case: str, gender: str = "", number: str = "") -> str | None:
    """Return the possessive (``gen``) of an English label; there are no other cases."""
    if case != "gen":
        return None
    return f"{label}'" if number == "plural" and label.endswith("s") else f"{label}'s"


def add_article(language: str, label: str, gender: str, number: str) -> str | None:
    """Return a label behind the definite article; None when gender or number do not say which."""
    if language == "en":
        return f"the {label}"
    kind = "plural" if number == "plural" else gender
    article = _GERMAN_ARTICLES.get(kind, {}).get("nom") if language == "de" else None
    return f"{article} {label}" if article else None


Declension = Callable[[str, str, str, str], str | None]
DECLENSIONS: Mapping[str, Declension] = {"de": decline_german, "en": decline_english}
"""By language: the form of a label in a case, given gender and number; None when only an author can know."""
