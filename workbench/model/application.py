"""Functions applied to values: what an argument is for a function, its value, and the literal that says it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from fractions import Fraction
from functools import lru_cache
from typing import Any

from workbench.model.durations import TIME_DAY, Duration, write_day_time, write_moment, write_year_month
from workbench.model.function_texts import TEXT_LIMIT
from workbench.model.functions import FUNCTIONS
from workbench.model.terms import XSD, Term, make_literal
from workbench.model.values import Value, make_moment, make_number

__all__ = ["apply_function", "convert_argument", "write_result"]


def _read_day(value: Value) -> datetime | None:
    content = value.value
    if value.kind == "date with zone" and isinstance(content, datetime):
        return content
    return datetime(content.year, content.month, content.day) if type(content) is date else None


def _read_clock(value: Value) -> datetime | None:
    content = value.value
    if value.kind == "time with zone" and isinstance(content, datetime):
        return content
    return (
        datetime(*TIME_DAY, content.hour, content.minute, content.second, content.microsecond)
        if isinstance(content, time)
        else None
    )


def _read_number(value: Value) -> Fraction | None:
    return value.value if isinstance(value.value, Fraction) else None


def _read_integer(value: Value) -> int | None:
    number = _read_number(value)
    return int(number) if number is not None and number.denominator == 1 else None


def _read_string(value: Value) -> str | None:
    """A string, or a text in a language without its tag."""
    if value.kind == "text" and isinstance(value.value, tuple):
        return str(value.value[0])
    return value.value if value.kind == "string" and isinstance(value.value, str) else None


def _read_boolean(value: Value) -> bool | None:
    return value.value if isinstance(value.value, bool) else None


def _read_date_time(value: Value) -> datetime | None:
    is_one = value.kind in ("dateTime", "dateTime with zone")
    return value.value if is_one and isinstance(value.value, datetime) else None


def _read_months(value: Value) -> int | None:
    content = value.value
    return content.months if isinstance(content, Duration) and content.seconds == 0 else None


def _read_seconds(value: Value) -> Fraction | None:
    content = value.value
    return content.seconds if isinstance(content, Duration) and content.months == 0 else None


def _read_year(value: Value) -> int | None:
    return value.value if value.kind == "gYear" and isinstance(value.value, int) else None


_READERS: dict[str, tuple[Callable[[Value], Any], ...]] = {
    "number": (_read_number,),
    "integer": (_read_integer,),
    "string": (_read_string,),
    "pattern": (_read_string,),
    "replacement": (_read_string,),
    "timezone": (_read_string,),
    "boolean": (_read_boolean,),
    "date": (_read_day,),
    "time": (_read_clock,),
    "dateTime": (_read_date_time,),
    "yearMonthDuration": (_read_months,),
    "dayTimeDuration": (_read_seconds,),
    "date, dateTime or gYear": (_read_day, _read_date_time, _read_year),
    "date or dateTime": (_read_day, _read_date_time),
    "dateTime or time": (_read_date_time, _read_clock),
}


def convert_argument(kind: str, value: Value) -> Any:
    """Return what a function computes with for an argument of ``kind``; None when the value is of another kind."""
    return next((found for read in _READERS[kind] if (found := read(value)) is not None), None)


def _make_result(kind: str, result: Any) -> Value | None:
    if result is None:
        return None
    if kind in ("date", "time", "dateTime"):
        return make_moment(result, kind)
    if kind == "yearMonthDuration":
        return Value("duration", Duration(result, Fraction(0)))
    if kind == "dayTimeDuration":
        return Value("duration", Duration(0, result))
    if kind == "string" and len(result) > TEXT_LIMIT:
        return None
    return Value(kind, Fraction(result) if kind == "number" else result)


def apply_function(operator: str, values: Sequence[Value]) -> Value | None:
    """Return the value of a function; None when there is no such function, or it has no value for these."""
    function = FUNCTIONS.get(operator)
    if function is None or not function.accepts(len(values)):
        return None
    arguments = [convert_argument(function.get_kind(position), value) for position, value in enumerate(values)]
    if any(argument is None for argument in arguments):
        return None
    return _make_result(function.result, function.compute(*arguments))


@lru_cache(maxsize=65536)
def write_result(kind: str, value: Value) -> Term | None:
    """Return the literal of a function's value, ``kind`` being its result; None when no literal says it."""
    content = value.value
    if isinstance(content, Fraction):
        return make_number(content)
    if isinstance(content, bool):
        return make_literal(content)
    if isinstance(content, str):
        return make_literal(content)
    if isinstance(content, Duration):
        months = kind == "yearMonthDuration"
        text = write_year_month(content.months) if months else write_day_time(content.seconds)
        return None if text is None or abs(content.months) >= 10**18 else make_literal(text, f"<{XSD}{kind}>")
    moment = _read_day(value) if kind == "date" else _read_clock(value) if kind == "time" else _read_date_time(value)
    return None if moment is None else make_literal(write_moment(moment, kind), f"<{XSD}{kind}>")
