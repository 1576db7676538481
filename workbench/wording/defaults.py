"""Default phrases: how a class or property is said whose author wrote no phrase, from its label alone.

They are meant to be right, not beautiful. Languages without rules of their own use the frames ``default_class`` and
``default_property``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from workbench.wording.frames import Frames

__all__ = ["choose_english_article", "make_phrase"]

_VERBS = set(
    "is are was were has have had does did do can may must will shall be gets goes knows lies leads reads".split()
)
_PREPOSITIONS = set(
    "of in by to from with at on for as before after than about between into onto over under near inside within since "
    "until through via against without across along around behind below beside upon toward towards".split()
)
_PARTICIPLES = set(
    "born made known held written taken given found built bought sold sent shown drawn driven led".split()
)
_NO_VERBS = set("status series species class address process address access basis analysis axis bus news gas".split())
_GERMAN_VERBS = re.compile(
    r"(ist|sind|war|waren|hat|haben|hatte|hatten|wird|wurde|wurden|kann|darf|muss|soll|will|.+te|.+[^aeiouäöüs]t|.+(ei|ie|eh|ä|"
    r"ö|ü|au)[^aeiou]*t)\Z"
)
_GERMAN_PARTICIPLES = re.compile(
    r"(ge.+|.+ge.{2,}[nt]|verheiratet|verwandt|bekannt|befreundet|verlobt|benannt|ernannt|identisch|.+er)\Z"
)
_SILENT_H = re.compile(r"(heir|hour|honest|honou?r)", re.IGNORECASE)
_CONSONANT_SOUND = re.compile(
    r"(uni(on|t|que|vers|form|corn|f|lateral|sex|on)|us[aeiu]|eu|one\b|once|ewe|u\b|ut(i|en|op)|ukr|uran|ubiq|unan)",
    re.IGNORECASE,
)
_PROPER = re.compile(
    r"(Europe|Americ|Afric|Asia|Australi|Brit|Engl|Scot|Welsh|Irish|French|German|Austri|Swiss|Gree|Roman|Latin|Ital|"
    r"Spanish|Portug|Dutch|Belgi|Danish|Norwegian|Swedish|Finnish|Russian|Polish|Turkish|Indian|Chinese|Japan|Egypt|"
    r"Christian|Jewish|Muslim|Catholic|Protestant|Victorian|Nobel)"
)
_ACRONYM = re.compile(r"[A-Z][A-Z0-9]+\b|[A-Z]\b")


def choose_english_article(text: str) -> str:
    """Return ``a`` or ``an`` by the sound of what follows: an heir, a union, an MP, a UN envoy, an 8th."""
    if match := _ACRONYM.match(text):
        return "an" if match.group()[0] in "AEFHILMNORSX" else "a"
    if number := re.match(r"\d+", text):
        return "an" if number.group().startswith("8") or number.group() in ("11", "18") else "a"
    if _SILENT_H.match(text):
        return "an"
    return "an" if text[:1].lower() in "aeiouáéíóúàèìòùäöü" and not _CONSONANT_SOUND.match(text) else "a"


def _lower_first(text: str) -> str:
    """Return a label as it stands inside a sentence: acronyms and what is made of a proper name keep their capital."""
    return text if _ACRONYM.match(text) or _PROPER.match(text) else text[:1].lower() + text[1:]


def _say_english_class(name: str, gender: str) -> str:
    return f"{{subject}} {{subject:is|are}} {choose_english_article(name)} {_lower_first(name)}"


def _say_english_property(name: str) -> str:
    words = name.split(" ")
    first, last = words[0].lower(), words[-1].lower()
    if first in _VERBS:
        return f"{{subject}} {name} {{object}}"
    if len(words) > 1 and last in _PREPOSITIONS and (first.endswith("ed") or first in _PARTICIPLES):
        return f"{{subject}} {{subject:is|are}} {name} {{object}}"
    if last == "of" or (len(words) > 1 and last in ("than", "as", "to") and not first.endswith("s")):
        article = "" if last != "of" or first.endswith("s") else f"{choose_english_article(name)} "
        return f"{{subject}} {{subject:is|are}} {article}{name} {{object}}"
    if last in _PREPOSITIONS or (first.endswith("s") and not first.endswith("ss") and first not in _NO_VERBS):
        return f"{{subject}} {name} {{object}}"
    return f"{{subject}} {{subject:has|have}} the {_lower_first(name)} {{object}}"


def _say_german_class(name: str, gender: str) -> str:
    article = {"masculine": "ein", "neuter": "ein", "feminine": "eine"}.get(gender)
    if article:
        return f"{{subject}} {{subject:ist|sind}} {article} {name}"
    return f"{{subject}} {{subject:gehört|gehören}} zur Klasse {name}"


def _say_german_property(name: str) -> str:
    first = name.split(" ")[0]
    if first[:1].isupper():
        return f"{{subject}} {{subject:hat|haben}} als {name} {{object}}"
    if _GERMAN_VERBS.match(first) and not _GERMAN_PARTICIPLES.match(first):
        return f"{{subject}} {name} {{object}}"
    return f"{{subject}} {{subject:ist|sind}} {name} {{object}}"


_CLASSES: Mapping[str, Callable[[str, str], str]] = {"en": _say_english_class, "de": _say_german_class}
_PROPERTIES: Mapping[str, Callable[[str], str]] = {"en": _say_english_property, "de": _say_german_property}


def make_phrase(frames: Frames, label: str, *, is_class: bool, gender: str = "") -> str:
    """Return the phrase of a class or property made from its label; ``gender`` is that of a class's label."""
    name = label.replace("{", "(").replace("}", ")")
    if is_class:
        say = _CLASSES.get(frames.language)
        return say(name, gender) if say else frames.default_class.replace("{name}", name).replace("{article}", "")
    say_property = _PROPERTIES.get(frames.language)
    return say_property(name) if say_property else frames.default_property.replace("{name}", name)
