"""What the functions over dates, times and durations do; None where there is no value.

Dates, times and dateTimes are datetimes: a date is its midnight, a time lies on a day of reference. A
yearMonthDuration is a number of months, a dayTimeDuration a number of seconds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from workbench.model.durations import TIME_DAY, add_months, add_seconds, count_months, read_moment, read_zone
from workbench.model.function_numbers import round_half_up

__all__ = [
    "add_day_time",
    "add_to_date",
    "add_to_time",
    "add_year_month",
    "divide_months",
    "get_day",
    "get_hours",
    "get_minutes",
    "get_month",
    "get_seconds",
    "get_year",
    "make_date",
    "make_date_time",
    "make_day_time",
    "make_time",
    "make_year_month",
    "multiply_months",
    "subtract",
    "subtract_day_time",
    "subtract_from_date",
    "subtract_from_time",
    "subtract_in_months",
    "subtract_year_month",
]

_MICROSECOND = timedelta(microseconds=1)


def make_year_month(years: int, months: int) -> int:
    """Return a duration in months."""
    return 12 * years + months


def make_day_time(days: int, hours: int, minutes: int, seconds: Fraction) -> Fraction:
    """Return a duration in seconds."""
    return 86400 * days + 3600 * hours + 60 * minutes + seconds


def multiply_months(months: int, factor: Fraction) -> int:
    """Return so many times the months, rounded, a half upwards (F&O 3.1, 8.4.3)."""
    return round_half_up(months * factor)


def divide_months(months: int, divisor: Fraction) -> int | None:
    """Return the months divided, rounded, a half upwards (F&O 3.1, 8.4.4); None by zero."""
    return round_half_up(months / divisor) if divisor else None


def _write_clock(hours: int, minutes: int, seconds: Fraction) -> str | None:
    micros = seconds * 10**6
    if not (0 <= hours <= 24 and 0 <= minutes < 60 and 0 <= seconds < 60 and micros.denominator == 1):
        return None
    whole, part = divmod(int(micros), 10**6)
    return f"{hours:02}:{minutes:02}:{whole:02}.{part:06}"


def _write_day(year: int, month: int, day: int) -> str | None:
    return f"{year:04}-{month:02}-{day:02}" if 0 < year < 10000 and 0 < month < 13 and 0 < day < 32 else None


def _read(text: str | None, kind: str, zone: str) -> datetime | None:
    if text is None or (zone and read_zone(zone) is None):
        return None
    return read_moment(text + zone, kind)


def make_date_time(
    year: int, month: int, day: int, hours: int, minutes: int, seconds: Fraction, zone: str = ""
) -> datetime | None:
    """Return a dateTime that exists; ``zone`` is empty, ``Z`` or an offset such as ``+01:00``."""
    first, second = _write_day(year, month, day), _write_clock(hours, minutes, seconds)
    return None if first is None or second is None else _read(f"{first}T{second}", "dateTime", zone)


def make_date(year: int, month: int, day: int, zone: str = "") -> datetime | None:
    """Return a date that exists."""
    return _read(_write_day(year, month, day), "date", zone)


def make_time(hours: int, minutes: int, seconds: Fraction, zone: str = "") -> datetime | None:
    """Return a time that exists."""
    return _read(_write_clock(hours, minutes, seconds), "time", zone)


def subtract(first: datetime, second: datetime) -> Fraction | None:
    """Return the seconds from ``second`` to ``first``; None when only one of them has a time zone."""
    if (first.tzinfo is None) != (second.tzinfo is None):
        return None
    return Fraction((first - second) // _MICROSECOND, 10**6)


def subtract_in_months(first: datetime, second: datetime) -> int | None:
    """Return the whole months from ``second`` to ``first``; None when only one of them has a time zone."""
    return None if (first.tzinfo is None) != (second.tzinfo is None) else count_months(second, first)


def add_year_month(moment: datetime, months: int) -> datetime | None:
    """Return a date or dateTime so many months later."""
    return add_months(moment, months)


def subtract_year_month(moment: datetime, months: int) -> datetime | None:
    """Return a date or dateTime so many months earlier."""
    return add_months(moment, -months)


def add_day_time(moment: datetime, seconds: Fraction) -> datetime | None:
    """Return a dateTime so many seconds later."""
    return add_seconds(moment, seconds)


def subtract_day_time(moment: datetime, seconds: Fraction) -> datetime | None:
    """Return a dateTime so many seconds earlier."""
    return add_seconds(moment, -seconds)


def add_to_date(moment: datetime, seconds: Fraction) -> datetime | None:
    """Return the day on which the date's midnight, so many seconds later, lies (F&O 3.1, 9.7.9)."""
    days = (seconds // 86400) * 86400
    return add_seconds(moment, Fraction(days))


def subtract_from_date(moment: datetime, seconds: Fraction) -> datetime | None:
    """Return the day on which the date's midnight, so many seconds earlier, lies."""
    return add_to_date(moment, -seconds)


def add_to_time(moment: datetime, seconds: Fraction) -> datetime | None:
    """Return the time so many seconds later, around the clock (F&O 3.1, 9.7.13)."""
    moved = add_seconds(moment, seconds % 86400)
    return None if moved is None else moved.replace(year=TIME_DAY[0], month=TIME_DAY[1], day=TIME_DAY[2])


def subtract_from_time(moment: datetime, seconds: Fraction) -> datetime | None:
    """Return the time so many seconds earlier, around the clock."""
    return add_to_time(moment, -seconds)


def get_year(moment: datetime | int) -> int:
    """Return the year."""
    return moment if isinstance(moment, int) else moment.year


def get_month(moment: datetime) -> int:
    """Return the month."""
    return moment.month


def get_day(moment: datetime) -> int:
    """Return the day of the month."""
    return moment.day


def get_hours(moment: datetime) -> int:
    """Return the hour."""
    return moment.hour


def get_minutes(moment: datetime) -> int:
    """Return the minute."""
    return moment.minute


def get_seconds(moment: datetime) -> Fraction:
    """Return the second with its fraction."""
    return Fraction(moment.second * 10**6 + moment.microsecond, 10**6)
