"""Letters that look like others: whether two names look the same, and whether one is written in two scripts.

The pairs are those Cyrillic, Greek, Armenian and Latin letters whose usual shapes are the same in print, after Unicode
Technical Standard 39 (Unicode Security Mechanisms), section 4; its whole table also has letters that only resemble
each other.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["compute_skeleton", "find_mixed_word"]

_TWINS = {
    # Cyrillic
    "А": "A", "В": "B", "С": "C", "Е": "E", "Ѕ": "S", "І": "I", "Ј": "J", "К": "K", "М": "M", "Н": "H", "О": "O",
    "Р": "P", "Т": "T", "Х": "X", "У": "Y", "Ү": "Y", "Ԁ": "d", "Ԛ": "Q", "Ԝ": "W", "Ӏ": "I", "З": "3",
    "а": "a", "с": "c", "е": "e", "һ": "h", "і": "i", "ј": "j", "о": "o", "р": "p", "ѕ": "s", "х": "x", "у": "y",
    "ԁ": "d", "ԛ": "q", "ԝ": "w", "ӏ": "l", "ү": "y", "ё": "ë", "Ё": "Ë", "ї": "ï", "Ї": "Ï", "г": "r", "п": "n",
    # Greek
    "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O", "Ρ": "P",
    "Τ": "T", "Υ": "Y", "Χ": "X", "Ϲ": "C", "Ϳ": "J", "α": "a", "γ": "y", "ι": "i", "ν": "v", "ο": "o", "ρ": "p",
    "σ": "o", "υ": "u", "ϲ": "c", "ϳ": "j", "κ": "k",
    # Armenian
    "Ս": "U", "Տ": "S", "Օ": "O", "Լ": "L", "հ": "h", "ո": "n", "ս": "u", "օ": "o", "ց": "g", "յ": "j", "զ": "q",
    # Latin and digits
    "ı": "i", "ɑ": "a", "ɡ": "g", "ɩ": "i", "ʏ": "y", "I": "l", "1": "l", "|": "l", "0": "O",
    # Marks
    "’": "'", "‘": "'", "ʼ": "'", "′": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-", "−": "-",
}  # fmt: skip
_TABLE = str.maketrans({sign: "l" if twin == "I" else twin for sign, twin in _TWINS.items()})
_OTHER_SCRIPTS = frozenset(
    sign for sign in _TWINS if unicodedata.name(sign).split()[0] in ("CYRILLIC", "GREEK", "ARMENIAN")
)
_WORD = re.compile(r"[^\W\d_]+")


def compute_skeleton(text: str) -> str:
    """Return what texts that look the same in print have in common; two texts with one skeleton are twins."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).translate(_TABLE))


def find_mixed_word(text: str) -> str:
    """Return the first word in which Latin letters stand beside twins of other scripts, as in "Cаrl"; else nothing."""
    for word in _WORD.findall(text):
        if not _OTHER_SCRIPTS.isdisjoint(word) and any("LATIN" in unicodedata.name(sign, "") for sign in word):
            return str(word)
    return ""
