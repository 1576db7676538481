"""What the stated range of a property says of its values, as text for Z3: their kind, whether they are whole, a least.

Ranges are no rules of a theory (a literal of another datatype is for shapes to judge), so what is concluded with one
names it: a conclusion for data in which the values are of the type that the ontology states.
"""

from __future__ import annotations

from typing import NamedTuple

from workbench.model.terms import XSD
from workbench.solving.values import (
    BOOLEAN,
    CLOCK,
    DATE,
    NUMBER,
    STRING,
    TEXT,
    TIME,
    YEAR,
    ZONED_CLOCK,
    ZONED_DATE,
    ZONED_TIME,
    ZONED_YEAR,
    Side,
)

__all__ = ["Typing", "read_typing", "write_typing"]

_WHOLE = "integer int long short byte unsignedInt unsignedLong unsignedShort unsignedByte".split()
_AT_LEAST = {"nonNegativeInteger": 0, "positiveInteger": 1}
_AT_MOST = {"nonPositiveInteger": 0, "negativeInteger": -1}
_OTHERS: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("decimal", "double", "float"), (NUMBER,)),
    "string": (STRING,),
    "boolean": (BOOLEAN,),
    "date": (DATE, ZONED_DATE),
    "dateTime": (TIME, ZONED_TIME),
    "time": (CLOCK, ZONED_CLOCK),
    "gYear": (YEAR, ZONED_YEAR),
}


class Typing(NamedTuple):
    """What is known of the values of a property; ``name`` is what an author would change.

    ``kinds`` are those of ``values``; ``is_whole`` tells that the numbers behind are whole (integers, days, years).
    """

    name: str
    datatype: str
    kinds: tuple[int, ...]
    is_whole: bool = False
    least: int | None = None
    most: int | None = None


def read_typing(name: str, datatype: str) -> Typing | None:
    """Return what a datatype (an IRI term) says; None for one that is not known here."""
    short = datatype.removeprefix(f"<{XSD}").removesuffix(">")
    if short in _WHOLE:
        return Typing(name, datatype, (NUMBER,), True, 0 if short.startswith("unsigned") else None)
    if short in _AT_LEAST or short in _AT_MOST:
        return Typing(name, datatype, (NUMBER,), True, _AT_LEAST.get(short), _AT_MOST.get(short))
    if short not in _OTHERS:
        return None
    kinds = _OTHERS[short]
    return Typing(name, datatype, (*kinds, TEXT) if short == "string" else kinds, short in ("date", "gYear"))


def write_typing(typing: Typing, side: Side) -> str:
    """Write that a side of a comparison is a value of the type."""
    kinds = " ".join(f"(= {side.kind} {kind}.0)" for kind in typing.kinds)
    parts = [f"(or {kinds})"]
    if typing.is_whole:
        first = typing.kinds[0]
        parts.append(f"(=> (= {side.kind} {first}.0) (is_int {side.number}))")
    if typing.least is not None:
        parts.append(f"(>= {side.number} {typing.least}.0)")
    if typing.most is not None:
        parts.append(f"(<= {side.number} {_write(typing.most)})")
    return f"(and {' '.join(parts)})"


def _write(number: int) -> str:
    return f"{number}.0" if number >= 0 else f"(- {-number}.0)"
