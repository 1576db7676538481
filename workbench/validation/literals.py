"""Literals among the stated triples: texts that are no value of their datatype, and values that nothing can compare.

Lexical spaces follow XSD 1.1 part 2, bounds of the derived integer types included.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Callable, Collection, Iterable, Iterator

from workbench.model.report import Location, Violation
from workbench.model.terms import XSD, Term, Triple, get_local_name, is_literal, split_literal
from workbench.model.values import read_value

__all__ = ["find_ill_typed_literals", "get_bounds", "is_well_typed"]

_MOST_NAMED = 100
"""How many statements are reported one by one; the next finding says how many more there are."""
_BOUNDS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    **{name: (-(2**bits), 2**bits - 1) for name, bits in (("long", 63), ("int", 31), ("short", 15), ("byte", 7))},
    **{f"unsigned{name}": (0, 2**bits - 1) for name, bits in (("Long", 64), ("Int", 32), ("Short", 16), ("Byte", 8))},
}
_INTEGER = re.compile(r"[+-]?[0-9]+\Z")
_YEAR = r"-?(?P<year>[1-9][0-9]{3,}|0[0-9]{3})"
_DAY = r"-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?|24:00:00(\.0+)?)"
_ZONE = r"(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_TIME_OF_DURATION = r"(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?"
_FORMS = {
    "decimal": r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)",
    "double": r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN",
    "boolean": r"true|false|0|1",
    "date": _YEAR + _DAY + _ZONE,
    "dateTime": _YEAR + _DAY + "T" + _CLOCK + _ZONE,
    "dateTimeStamp": _YEAR + _DAY + "T" + _CLOCK + _ZONE[:-1],
    "time": _CLOCK + _ZONE,
    "gYear": _YEAR + _ZONE,
    "gYearMonth": _YEAR + r"-(0[1-9]|1[0-2])" + _ZONE,
    "duration": r"-?P(?=[0-9T])([0-9]+Y)?([0-9]+M)?([0-9]+D)?" + _TIME_OF_DURATION,
    "yearMonthDuration": r"-?P(?=[0-9])([0-9]+Y)?([0-9]+M)?",
    "dayTimeDuration": r"-?P(?=[0-9T])([0-9]+D)?" + _TIME_OF_DURATION,
}
_PATTERNS = {name: re.compile(f"(?:{form})\\Z") for name, form in _FORMS.items()}
_PATTERNS["float"] = _PATTERNS["double"]


def is_well_typed(literal: Term) -> bool:
    """Tell whether a literal's text is in the lexical space of its datatype; one that is not known has any text."""
    lexical, datatype, _ = split_literal(literal)
    if not datatype.startswith(f"<{XSD}"):
        return True
    name, text = get_local_name(datatype), lexical.strip(" \t\r\n")
    if name in _BOUNDS:
        return _INTEGER.match(text) is not None and _is_within(text, *_BOUNDS[name])
    pattern = _PATTERNS.get(name)
    if pattern is None:
        return True
    match = pattern.match(text)
    if match is None or "day" not in pattern.groupindex:
        return match is not None
    # Years before the first and after 9999 are beyond Python's calendar; only whether they are leap years matters.
    year, month = int(match["year"][-4:]) + 400 * (len(match["year"]) > 4), int(match["month"])
    return int(match["day"]) <= (29 if month == 2 and isleap(year) else monthrange(2001, month)[1])


def get_bounds(datatype: str) -> tuple[int | None, int | None] | None:
    """Return the least and the greatest value of a type of whole numbers, by its local name; None for other types."""
    return _BOUNDS.get(datatype)


def _is_within(text: str, low: int | None, high: int | None) -> bool:
    if low is None and high is None:
        return True
    digits = text.lstrip("+-").lstrip("0") or "0"
    if len(digits) > 25:  # more than any bound has; int() refuses texts that are much longer
        return low is None if text.startswith("-") else high is None
    value = -int(digits) if text.startswith("-") else int(digits)
    return (low is None or value >= low) and (high is None or value <= high)


def find_ill_typed_literals(
    triples: Iterable[Triple],
    facts: Collection[Triple] = (),
    *,
    locate: Callable[[Triple], Location | None] = lambda _: None,
    label: Callable[[Term], str] = get_local_name,
    domain: str = "",
) -> list[Violation]:
    """Return a finding for each stated triple whose value is none.

    ``ontology.ill-typed-literal``: the text is not in the lexical space of the datatype (a date that does not
    exist, a number out of bounds); an error where the triple is among the ``facts``, which rules use, else a
    warning. ``ontology.unreadable-literal``: it is a value, but none that comparisons can use (infinity, a year
    after 9999), an info. ``locate`` gives the place of a triple.
    """
    found = list(_list_suspects(triples, facts if isinstance(facts, (set, frozenset)) else frozenset(facts)))
    violations = []
    for triple, is_fact, is_wrong in found[:_MOST_NAMED]:
        lexical, datatype, _ = split_literal(triple[2])
        name, text = get_local_name(datatype), lexical if len(lexical) <= 60 else f"{lexical[:59]}…"
        what = f'The value "{text}" of “{label(triple[1])}”'
        if is_wrong:
            violations.append(
                Violation(
                    "ontology.ill-typed-literal",
                    "error" if is_fact else "warning",
                    f"{what} is no {name}.",
                    locate(triple),
                    triple[0],
                    why=f"It has no value as {name}, so no comparison with it holds and no rule can judge it.",
                    fix=f"Correct the value, or give it another type than {name}.",
                    domain=domain,
                    path=triple[1],
                    value=triple[2],
                )
            )
        else:
            violations.append(
                Violation(
                    "ontology.unreadable-literal",
                    "info",
                    f"{what} is a {name} that cannot be compared.",
                    locate(triple),
                    triple[0],
                    why="Comparisons know finite numbers of up to a thousand digits, and years from 1 to 9999.",
                    fix="Leave it where it is only told; do not compare it in rules.",
                    domain=domain,
                    path=triple[1],
                    value=triple[2],
                )
            )
    if len(found) > _MOST_NAMED:
        triple = found[_MOST_NAMED][0]
        rest = len(found) - _MOST_NAMED
        violations.append(
            Violation(
                "ontology.ill-typed-literal",
                "error" if any(is_fact and is_wrong for _, is_fact, is_wrong in found[_MOST_NAMED:]) else "info",
                f"{rest:,} more values like these are not listed; this is the first.",
                locate(triple),
                triple[0],
                fix="Correct those that are listed, and check again.",
                domain=domain,
            )
        )
    return violations


def _list_suspects(triples: Iterable[Triple], facts: Collection[Triple]) -> Iterator[tuple[Triple, bool, bool]]:
    """Yield triples whose literal has no value: is it a fact, and is its text wrong; wrong facts come first."""
    suspects = {t for t in triples if is_literal(t[2]) and "^^" in t[2] and _is_suspect(t[2])}
    judged = [(triple, triple in facts, not is_well_typed(triple[2])) for triple in suspects]
    yield from sorted(judged, key=lambda one: (not (one[1] and one[2]), not one[2], one[0]))


def _is_suspect(literal: Term) -> bool:
    """A literal that has no value, or whose datatype has bounds that values know nothing of."""
    return read_value(literal) is None or not is_well_typed(literal)
