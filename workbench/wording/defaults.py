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
_NO_ARTICLE = set("part capable aware full typical ahead short because instead".split())
_NO_VERBS = set("status series species class address process address access basis analysis axis bus news gas".split())
_GERMAN_VERBS = set(
    "ist sind war waren hat haben hatte hatten wird wurde wurden kann darf muss soll will schrieb starb gab nahm fand "
    "kam ging stand lag hielt ließ trug schuf trat verließ erhielt".split()
)
_GERMAN_PARTICIPLES = set(
    "verheiratet verwandt bekannt befreundet verlobt benannt ernannt beteiligt berechtigt verpflichtet befugt beliebt "
    "berühmt alt laut identisch benachbart verfeindet verschwägert adoptiert".split()
)
# The case of what stands behind them where nothing moves.
_GERMAN_PREPOSITIONS: Mapping[str, str] = {
    **dict.fromkeys("von zu in an auf aus bei mit nach über unter vor neben hinter seit gegenüber".split(), ":dat"),
    **dict.fromkeys("für gegen um durch ohne".split(), ":acc"),
}
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


def _agree(one: str, many: str) -> str:
    return f"{{subject:{one}|{many}}}" if one != many else one


def _make_english_plural(verb: str) -> str:
    """Return the plural of a verb in the third person; that of one in the past is the same."""
    known = {"is": "are", "was": "were", "has": "have", "does": "do", "goes": "go"}
    if verb in known or not verb.endswith("s") or verb.endswith("ss"):
        return known.get(verb, verb)
    if verb.endswith("ies"):
        return f"{verb[:-3]}y"
    return verb[:-2] if verb.endswith(("ches", "shes", "sses", "xes", "zzes")) else verb[:-1]


def _say_english_class(name: str, gender: str, many: str) -> str:
    one = f"{choose_english_article(name)} {_lower_first(name)}"
    return f"{{subject}} {_agree(f'is {one}', f'are {many}')}" if many else f"{{subject}} {{subject:is|are}} {one}"


def _say_english_property(name: str) -> str:
    words = name.split(" ")
    first, last = words[0].lower(), words[-1].lower()
    is_verb = first.endswith("s") and not first.endswith("ss") and first not in _NO_VERBS
    if first in _VERBS or (is_verb and last != "of"):
        said = " ".join([_agree(words[0], _make_english_plural(words[0])), *words[1:]])
        return f"{{subject}} {said} {{object}}"
    if len(words) > 1 and last in _PREPOSITIONS and (first.endswith("ed") or first in _PARTICIPLES):
        return f"{{subject}} {{subject:is|are}} {name} {{object}}"
    if last == "of" or (len(words) > 1 and last in ("than", "as", "to")):
        article = f"{choose_english_article(name)} " if last == "of" and first not in _NO_ARTICLE else ""
        return f"{{subject}} {{subject:is|are}} {article}{name} {{object}}"
    if last in _PREPOSITIONS:
        return f"{{subject}} {name} {{object}}"
    return f"{{subject}} {{subject:has|have}} the {_lower_first(name)} {{object}}"


def _say_german_class(name: str, gender: str, many: str) -> str:
    article = {"masculine": "ein", "neuter": "ein", "feminine": "eine"}.get(gender)
    if article and many:
        return f"{{subject}} {_agree(f'ist {article} {name}', f'sind {many}')}"
    if article:
        return f"{{subject}} {{subject:ist|sind}} {article} {name}"
    return f"{{subject}} {{subject:gehört|gehören}} zur Klasse {name}"


def _say_german_property(name: str) -> str:
    """Nouns are what the subject has, verbs stand as they are, all else is what it is; prepositions want their case."""
    words = name.split(" ")
    first, last = words[0], words[-1]
    case = _GERMAN_PREPOSITIONS.get(last, "" if last in ("als", "wie") else ":acc")
    if first[:1].isupper() and last not in _GERMAN_PREPOSITIONS:
        return f"{{subject}} {{subject:hat|haben}} als {name} {{object:acc}}"
    is_verb = first in _GERMAN_VERBS or (first.endswith(("t", "te")) and not first.startswith("ge"))
    if is_verb and first not in _GERMAN_PARTICIPLES:
        return f"{{subject}} {name} {{object{case}}}"
    return f"{{subject}} {{subject:ist|sind}} {name} {{object{case}}}"


_CLASSES: Mapping[str, Callable[[str, str, str], str]] = {"en": _say_english_class, "de": _say_german_class}
_PROPERTIES: Mapping[str, Callable[[str], str]] = {"en": _say_english_property, "de": _say_german_property}


def make_phrase(frames: Frames, label: str, *, is_class: bool, gender: str = "", many: str = "") -> str:
    """Return the phrase of a class or property made from its label.

    ``gender`` is that of a class's label, ``many`` its plural; both empty when not known.
    """
    name, plural = (text.replace("{", "(").replace("}", ")").replace("|", "/") for text in (label, many))
    if is_class:
        say = _CLASSES.get(frames.language)
        if say:
            return say(name, gender, plural)
        return frames.default_class.replace("{name}", name).replace("{article}", "")
    say_property = _PROPERTIES.get(frames.language)
    return say_property(name) if say_property else frames.default_property.replace("{name}", name)
