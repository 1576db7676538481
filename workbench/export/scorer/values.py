"""Values: what literals stand for, and how an answer may write numbers and dates."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

__all__ = [
    "RDF_TYPE",
    "XSD",
    "CannotJudgeError",
    "ScorerError",
    "Value",
    "compare_terms",
    "compare_values",
    "equals_literal",
    "expand_name",
    "normalise_text",
    "read_number",
    "read_value",
    "split_literal",
    "strip_marks",
]

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_KNOWN_PREFIXES = {
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "swrlb": "http://www.w3.org/2003/11/swrlb#",
    "xsd": XSD,
}
_ORDERED = ("number", "string", "date", "date with zone", "dateTime", "dateTime with zone", "time", "gYear")
_INTEGERS = frozenset(
    (
        "integer int long short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger "
        "unsignedInt unsignedLong unsignedShort unsignedByte"
    ).split()
)
_INTEGER = re.compile(r"[+-]?[0-9]{1,1000}\Z")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,1000}(?:\.[0-9]{0,1000})?|\.[0-9]{1,1000})\Z")
_FLOAT = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,3})?\Z")
_ZONE = r"(Z|[+-][0-9]{2}:[0-9]{2})?"
_DATE = re.compile(rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}}){_ZONE}\Z")
_TIME = re.compile(rf"([0-9]{{2}}):([0-9]{{2}}):([0-9]{{2}}(?:\.[0-9]{{1,6}})?){_ZONE}\Z")
_DURATION = re.compile(
    r"(-?)P(?=[0-9T])(?:([0-9]{1,18})Y)?(?:([0-9]{1,18})M)?(?:([0-9]{1,18})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,18})H)?(?:([0-9]{1,18})M)?(?:([0-9]{1,18}(?:\.[0-9]{1,6})?)S)?)?\Z"
)
_UNIT_LENGTHS = (12, 1, 86400, 3600, 60, 1)
_UNESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.S)
_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


class ScorerError(ValueError):
    """An item, a theory or a dataset is not as docs/items.md says, so nothing can be scored with it."""


class CannotJudgeError(ValueError):
    """Something lies outside what this program decides; the message says what."""


class Value(NamedTuple):
    """What a literal stands for; values are comparable only within one kind."""

    kind: str
    content: Any


# -- terms


def expand_name(text: str, prefixes: dict[str, str]) -> str:
    """Return a prefixed name as IRI term where the prefix is known; every other term as it stands."""
    if not text or text[0] in '<"?' or text.startswith("_:"):
        return text
    prefix, colon, local = text.partition(":")
    namespace = prefixes.get(prefix, _KNOWN_PREFIXES.get(prefix)) if colon else None
    return text if namespace is None else f"<{namespace}{local}>"


def _unescape(match: re.Match[str]) -> str:
    code = match.group(1) or match.group(2)
    if not code:
        return _ESCAPES.get(match.group(3), match.group(3))
    return chr(int(code, 16)) if int(code, 16) < 0x110000 else "\ufffd"


@lru_cache(maxsize=4096)
def split_literal(term: str) -> tuple[str, str, str]:
    """Return the text, the name of the datatype (of XSD without namespace, else the IRI) and the language."""
    end = term.rindex('"')
    text, tail = _UNESCAPED.sub(_unescape, term[1:end]), term[end + 1 :]
    if tail.startswith("@"):
        return text, "", tail[1:].lower()
    datatype = tail[3:-1] if tail.startswith("^^<") else ""
    return text, datatype[len(XSD) :] if datatype.startswith(XSD) else datatype or "string", ""


# -- values


def _read_moment(text: str, datatype: str) -> Value | None:
    """Return a date, time or dateTime as seconds; with a time zone those of the same moment in UTC."""
    day, _, clock = text.partition("T") if datatype == "dateTime" else (text, "", text)
    seconds, zone = Fraction(0), ""
    if datatype != "time":
        found = _DATE.match(day)
        if found is None or (datatype == "dateTime" and found.group(4)):
            return None
        try:
            seconds += date(int(found.group(1)), int(found.group(2)), int(found.group(3))).toordinal() * 86400
        except ValueError:
            return None
        zone = found.group(4) or ""
    if datatype != "date":
        found = _TIME.match(clock)
        if found is None:
            return None
        hours, minutes, rest = int(found.group(1)), int(found.group(2)), Fraction(found.group(3))
        if hours > 23 or minutes > 59 or rest >= 60:
            raise CannotJudgeError(f"the time {text} is beyond this program")
        seconds += hours * 3600 + minutes * 60 + rest
        zone = found.group(4) or ""
    if not zone:
        return Value(datatype, seconds)
    if datatype == "time":
        raise CannotJudgeError("times with a time zone are beyond this program")
    offset = 0 if zone == "Z" else int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
    return Value(f"{datatype} with zone", seconds + offset if zone[0] == "-" else seconds - offset)


def _read_duration(text: str, datatype: str) -> Value | None:
    """Return a duration as months and seconds, which no calendar turns into each other."""
    found = _DURATION.match(text)
    if found is None:
        return None
    counts = [Fraction(count or 0) * length for count, length in zip(found.groups()[1:], _UNIT_LENGTHS)]  # noqa: B905  # Python 3.9
    months, seconds = sum(counts[:2], Fraction(0)), sum(counts[2:], Fraction(0))
    if (datatype == "yearMonthDuration" and seconds) or (datatype == "dayTimeDuration" and months):
        return None
    return Value("duration", (-months, -seconds) if found.group(1) else (months, seconds))


@lru_cache(maxsize=4096)
def read_value(term: str) -> Value | None:
    """Return the value of a literal, or None for a text that has none in its datatype.

    Raises CannotJudgeError for times and years with a zone.
    """
    lexical, datatype, language = split_literal(term)
    text = lexical.strip(" \t\r\n")
    if language:
        return Value("text", (lexical, language))
    if datatype in _INTEGERS:
        return Value("number", Fraction(int(text))) if _INTEGER.match(text) else None
    if datatype == "decimal":
        return Value("number", Fraction(text)) if _DECIMAL.match(text) else None
    if datatype in ("double", "float"):
        return Value("number", Fraction(text)) if _FLOAT.match(text) else None
    if datatype == "string":
        return Value("string", lexical)
    if datatype == "boolean":
        return Value("boolean", text in ("true", "1")) if text in ("true", "false", "1", "0") else None
    if datatype in ("date", "time", "dateTime"):
        return _read_moment(text, datatype)
    if datatype in ("duration", "yearMonthDuration", "dayTimeDuration"):
        return _read_duration(text, datatype)
    if datatype == "gYear":
        if not re.match(r"-?[0-9]{4,9}\Z", text):
            raise CannotJudgeError(f"the year {text[:40]} is beyond this program")
        return Value("gYear", int(text))
    return Value(datatype, lexical)


def compare_values(sign: str, left: Value, right: Value) -> bool:
    """Tell whether a comparison holds; values of different kinds are unequal and have no order."""
    if sign in ("=", "!="):
        return (left == right) == (sign == "=")
    if left.kind == right.kind == "duration":
        (months, seconds), (others, rest) = left.content, right.content
        if months != others and seconds != rest:
            raise CannotJudgeError("the order of months and days is beyond this program")
    elif left.kind != right.kind or left.kind not in _ORDERED:
        return False
    first, second = (left.content, right.content) if sign[0] == "<" else (right.content, left.content)
    return bool(first < second or (len(sign) == 2 and first == second))


def compare_terms(sign: str, left: str, right: str) -> bool:
    """Tell whether a comparison of two terms holds: literals by value, anything else by name.

    A blank node may be any individual, so nothing but a literal is known to differ from it.
    """
    if left[0] == right[0] == '"':
        first, second = read_value(left), read_value(right)
        if first is not None and second is not None:
            return compare_values(sign, first, second)
    if sign == "!=" and "_:" in (left[:2], right[:2]):
        return '"' in (left[0], right[0])
    return sign in ("=", "!=") and (left == right) == (sign == "=")


# -- what an answer writes

_QUOTES = (('"', '"'), ("'", "'"), ("`", "`"), ("“", "”"), ("„", "“"), ("„", "”"), ("‘", "’"), ("«", "»"), ("»", "«"))
_MONTHS = {
    "en": "january february march april may june july august september october november december".split(),
    "de": "januar februar märz april mai juni juli august september oktober november dezember".split(),
}
_UNIT_WORDS = {
    "en": {
        word: place
        for place, unit in enumerate("year month day hour minute second".split())
        for word in (unit, unit + "s")
    },
    "de": {
        word: place
        for place, unit in enumerate("jahr monat tag stunde minute sekunde".split())
        for word in (unit, unit + "e", unit + "en", unit + "n")
    },
}
_TRUTHS = {"en": ("true", "false"), "de": ("wahr", "falsch")}
_PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{1,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,3})?\Z")
_BLANK_GROUPS = re.compile("[+-]?[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3}){1,100}(?:[.][0-9]{1,400})?\\Z")
_ENGLISH_GROUPS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3}){1,100}(?:\.[0-9]{1,400})?\Z")
_GERMAN_GROUPS = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3}){1,100}(?:,[0-9]{1,400})?\Z")
_GERMAN_DOUBT = re.compile(r"[+-]?[0-9]{1,3}\.[0-9]{3}\Z")
_GERMAN_COMMA = re.compile(r"[+-]?[0-9]{1,400},[0-9]{1,400}\Z")
_DAY_FIRST = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)? ([a-zä]{3,9}),? ([0-9]{4})\Z")
_MONTH_FIRST = re.compile(r"([a-z]{3,9}) ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})\Z")
_GERMAN_DAY = re.compile(r"([0-9]{1,2})\. ?([a-zä]{3,9}|[0-9]{1,2}\.) ?([0-9]{4})\Z")


def normalise_text(text: str) -> str:
    """Return a text in Unicode's form NFC with single blanks; letters that only look alike stay different."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def strip_marks(text: str) -> str:
    """Return a text without bold marks, quotation marks around the whole of it, and one final period."""
    for _ in range(4):
        before = text
        text = text.strip()
        if len(text) > 4 and text[:2] == text[-2:] and text[:2] in ("**", "__") and text[:2] not in text[2:-2]:
            text = text[2:-2].strip()
        for opening, closing in _QUOTES:
            inside = text[1:-1]
            if len(text) > 2 and text[0] == opening and text[-1] == closing and not {opening, closing} & set(inside):
                text = inside.strip()
                break
        if text.endswith(".") and not text.endswith(".."):
            text = text[:-1].rstrip()
        if text == before:
            break
    return text


def read_number(text: str, language: str) -> Fraction | None:
    """Return the number that a text writes in digits, or None.

    The decimal sign is a point, in German a comma or a point. Groups of three may be parted by blanks, in English also
    by commas and in German by points; a German "1.234", which may mean either, is no number.
    """
    text = text.replace("\u2212", "-")
    if language.startswith("de") and _GERMAN_DOUBT.match(text):
        return None
    if _PLAIN_NUMBER.match(text):
        return Fraction(text)
    if _BLANK_GROUPS.match(text):
        return Fraction(re.sub("[ \u00a0\u2009\u202f]", "", text))
    if language.startswith("en") and _ENGLISH_GROUPS.match(text):
        return Fraction(text.replace(",", ""))
    if language.startswith("de") and _GERMAN_GROUPS.match(text):
        return Fraction(text.replace(".", "").replace(",", "."))
    if language.startswith("de") and _GERMAN_COMMA.match(text):
        return Fraction(text.replace(",", "."))
    return None


def _read_day(text: str, language: str) -> str:
    """Return a date that is written out in a language as ISO 8601 has it, or the text as it stands."""
    text, language = text.lower(), language[:2]
    months = _MONTHS.get(language, [])
    found = _DAY_FIRST.match(text) if language == "en" else _GERMAN_DAY.match(text) if language == "de" else None
    day, month, year = found.groups() if found else ("", "", "")
    if not found and language == "en" and (found := _MONTH_FIRST.match(text)):
        month, day, year = found.groups()
    number = months.index(month) + 1 if month in months else int(month[:-1]) if month[:-1].isdigit() else 0
    return f"{year}-{number:02}-{int(day):02}" if found and number else text


def _read_duration_words(text: str, language: str) -> tuple[Fraction, Fraction] | None:
    """Return the months and seconds of a duration in words, such as "1 year 2 months" or "minus 3 Tage"."""
    words, units = text.lower().split(), _UNIT_WORDS.get(language[:2], {})
    sign = -1 if words[:1] == ["minus"] else 1
    if sign < 0:
        words = words[1:]
    found = {"months": Fraction(0), "seconds": Fraction(0)}
    if not words or len(words) % 2 or len(words) > 12:
        return None
    for count, unit in zip(words[::2], words[1::2]):  # noqa: B905  # Python 3.9 has no strict
        number = read_number(count, language)
        if number is None or unit not in units:
            return None
        place = units[unit]
        found["months" if place < 2 else "seconds"] += sign * number * _UNIT_LENGTHS[place]
    return found["months"], found["seconds"]


def equals_literal(term: str, text: str, language: str) -> bool:
    """Tell whether a text writes the value of a literal: strings letter by letter, everything else by value."""
    lexical, datatype, tag = split_literal(term)
    if tag or datatype == "string":
        return unicodedata.normalize("NFC", lexical).strip() == strip_marks(text) or text == f'"{lexical}"'
    try:
        value = read_value(term)
        if value is not None and value.kind == "number":
            return bool(read_number(strip_marks(text), language) == value.content)
        written = strip_marks(text)
        if value is not None and value.kind == "boolean":
            return written.lower() == _TRUTHS.get(language[:2], ("true", "false"))[not value.content]
        if value is not None and value.kind == "duration" and written.lstrip("-")[:1] != "P":
            return bool(_read_duration_words(written, language) == value.content)
        if datatype == "date":
            written = _read_day(written, language)
        return value is not None and read_value(f'"{written}"^^<{XSD}{datatype}>') == value and '"' not in written
    except CannotJudgeError:
        return strip_marks(text) == lexical
