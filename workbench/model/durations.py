"""Durations and moments as XSD 1.1 has them: months and seconds, the partial order, and steps in the calendar.

Sources: W3C XML Schema Definition Language 1.1 part 2, sections 3.3.6 (duration), 3.4.26, 3.4.27 and appendix E.3;
XPath and XQuery Functions and Operators 3.1, sections 8 and 9. Everything is exact: months are whole numbers,
seconds fractions. Moments are Python datetimes, so years run from 1 to 9999 and seconds have six decimal places.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from typing import NamedTuple

__all__ = [
    "TIME_DAY",
    "Duration",
    "add_months",
    "add_seconds",
    "compare_durations",
    "count_days",
    "count_months",
    "read_duration",
    "read_moment",
    "read_year",
    "read_zone",
    "write_day_time",
    "write_moment",
    "write_seconds",
    "write_year_month",
]

TIME_DAY = (1972, 12, 31)
"""The day on which times are put in order (Functions and Operators 3.1, section 9.4)."""

_DURATION = re.compile(
    r"(-?)P(?=.)(?:(\d{1,18})Y)?(?:(\d{1,18})M)?(?:(\d{1,18})D)?"
    r"(?:T(?=.)(?:(\d{1,18})H)?(?:(\d{1,18})M)?(?:(\d{1,18}(?:\.\d{1,18})?)S)?)?",
    re.A,
)
_ZONE = r"(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_DAY = r"(\d{4})-(\d\d)-(\d\d)"
_CLOCK = r"(\d\d):(\d\d):(\d\d(?:\.\d{1,6})?)"
_MOMENTS = {
    "date": re.compile(_DAY + _ZONE, re.A),
    "time": re.compile(_CLOCK + _ZONE, re.A),
    "dateTime": re.compile(f"{_DAY}T{_CLOCK}{_ZONE}", re.A),
}
_YEAR = re.compile(r"(-?(?:[1-9]\d{3,8}|0\d{3}))" + _ZONE, re.A)
_MICRO = 10**6
_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
"""The days of a common year before each month."""
# Days of the four moments at which durations are compared (XSD 1.1 part 2, section 3.3.6.2).
_REFERENCES = ((1696, 9), (1697, 2), (1903, 3), (1903, 7))


class Duration(NamedTuple):
    """A duration; both parts have the same sign or are zero."""

    months: int
    seconds: Fraction


def read_duration(text: str, kind: str) -> Duration | None:
    """Read a duration, yearMonthDuration or dayTimeDuration; None outside the lexical space of ``kind``."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    sign, years, months, days, hours, minutes, seconds = match.groups()
    below, above = (days, hours, minutes, seconds), (years, months)
    if (kind == "yearMonthDuration" and ("T" in text or any(below))) or (kind == "dayTimeDuration" and any(above)):
        return None
    total = 12 * int(years or 0) + int(months or 0)
    clock = 86400 * int(days or 0) + 3600 * int(hours or 0) + 60 * int(minutes or 0) + Fraction(seconds or 0)
    return Duration(-total, -clock) if sign else Duration(total, clock)


def write_year_month(months: int) -> str:
    """Write a yearMonthDuration in canonical form (``P1Y2M``, ``P0M``)."""
    years, rest = divmod(abs(months), 12)
    text = (f"{years}Y" if years else "") + (f"{rest}M" if rest or not years else "")
    return f"{'-' if months < 0 else ''}P{text}"


def write_seconds(seconds: Fraction) -> str | None:
    """Write a number of seconds that is not negative as a decimal; None without a finite expansion of 18 places."""
    scaled = seconds * 10**18
    if scaled.denominator != 1:
        return None
    whole, part = divmod(int(scaled), 10**18)
    return f"{whole}.{part:018}".rstrip("0").rstrip(".") if part else str(whole)


def write_day_time(seconds: Fraction) -> str | None:
    """Write a dayTimeDuration in canonical form (``P1DT2H0.5S``, ``PT0S``); None for what it cannot say."""
    rest = abs(seconds)
    days, rest = int(rest // 86400), rest % 86400
    hours, rest = int(rest // 3600), rest % 3600
    minutes, rest = int(rest // 60), rest % 60
    written = write_seconds(rest)
    if written is None or days >= 10**18:
        return None
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + (f"{written}S" if rest else "")
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{'-' if seconds < 0 else ''}P{text or 'T0S'}"


def count_days(year: int, month: int = 1) -> int:
    """Return the days from 0001-01-01 to the first of a month, in any year of the proleptic Gregorian calendar."""
    before = year - 1
    leap = month > 2 and calendar.isleap(year)
    return 365 * before + before // 4 - before // 100 + before // 400 + _BEFORE[month - 1] + leap


def compare_durations(operator: str, first: Duration, second: Duration) -> bool:
    """Tell whether ``first operator second`` holds; one is less when it is at all four reference moments."""
    if operator in ("=", "!="):
        return (first == second) == (operator == "=")
    if operator.startswith(">"):
        first, second, operator = second, first, operator.replace(">", "<")
    return (operator == "<=" and first == second) or all(
        _measure(first, place) < _measure(second, place) for place in _REFERENCES
    )


def _measure(duration: Duration, place: tuple[int, int]) -> Fraction:
    years, month = divmod(place[1] - 1 + duration.months, 12)
    return 86400 * count_days(place[0] + years, month + 1) + duration.seconds


def read_zone(text: str) -> timezone | None:
    """Read a time zone (``Z``, ``+05:30``); None for anything else."""
    match = re.fullmatch(_ZONE, text, re.A)
    if match is None or not text:
        return None
    if text == "Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return timezone(-offset if text[0] == "-" else offset)


def read_moment(text: str, kind: str) -> datetime | None:
    """Read a date (as its midnight), a time (on ``TIME_DAY``) or a dateTime; None for what does not exist.

    ``24:00:00`` is the midnight that ends the day; of a time it is ``00:00:00``.
    """
    match = _MOMENTS[kind].fullmatch(text)
    if match is None:
        return None
    groups = match.groups()
    year, month, day = TIME_DAY if kind == "time" else map(int, groups[:3])
    hour, minute, second = ("0", "0", "0") if kind == "date" else groups[-4:-1]
    ends = hour == "24" and int(minute) == 0 and Fraction(second) == 0
    micros = int(Fraction(second) * _MICRO)
    zone = read_zone(groups[-1]) if groups[-1] else None
    try:
        seconds, part = divmod(micros, _MICRO)
        moment = datetime(year, month, day, 0 if ends else int(hour), int(minute), seconds, part, zone)
        return moment + timedelta(days=1) if ends and kind != "time" else moment
    except (ValueError, OverflowError):
        return None


def write_moment(moment: datetime, kind: str) -> str:
    """Write a date, time or dateTime in canonical form, with its time zone where it has one."""
    text = {"date": moment.date().isoformat(), "time": "", "dateTime": f"{moment.date().isoformat()}T"}[kind]
    if kind != "date":
        text += f"{moment.hour:02}:{moment.minute:02}:{moment.second:02}"
        if moment.microsecond:
            text += f".{moment.microsecond:06}".rstrip("0")
    offset = moment.utcoffset()
    if offset is None:
        return text
    minutes = int(offset.total_seconds()) // 60
    return text + (
        "Z" if not minutes else f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    )


def read_year(text: str) -> tuple[int, bool] | None:
    """Read a gYear: the year, or with a time zone the minute at which it begins, and whether it has a zone."""
    match = _YEAR.fullmatch(text)
    if match is None:
        return None
    year = int(match.group(1))
    if match.group(2) is None:
        return year, False
    zone = read_zone(match.group(2))
    offset = 0 if zone is None else int(zone.utcoffset(None).total_seconds()) // 60
    return 1440 * count_days(year) - offset, True


def add_months(moment: datetime, months: int) -> datetime | None:
    """Move a moment by months, the day cut to the last of its month (XSD 1.1, E.3.3); None beyond years 1 to 9999."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    if not 1 <= year <= 9999:
        return None
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def add_seconds(moment: datetime, seconds: Fraction) -> datetime | None:
    """Move a moment by seconds; None beyond years 1 to 9999 and for parts of a microsecond."""
    micros = seconds * _MICRO
    if micros.denominator != 1 or abs(micros) > 10**18:
        return None
    try:
        return moment + timedelta(microseconds=int(micros))
    except OverflowError:
        return None


def count_months(start: datetime, end: datetime) -> int | None:
    """Return how many whole months lie between two moments, negative when ``end`` comes first.

    That is the largest number of months which, added to the earlier one, does not go beyond the later one, both in
    the earlier one's time zone; None where that leads beyond years 1 to 9999.
    """
    if end < start:
        months = count_months(end, start)
        return None if months is None else -months
    try:
        end = end if end.tzinfo is None else end.astimezone(start.tzinfo)
    except OverflowError:
        return None
    months = 12 * (end.year - start.year) + end.month - start.month
    moved = add_months(start, months)
    return months if moved is not None and moved <= end else months - 1
