"""The functions of rules: one table for everything that reads, checks, words or computes them.

They are the ``swrlb:`` built-ins of the SWRL submission (2004), section 8, as XPath and XQuery Functions and
Operators 3.1 (F&O) defines what they do, and the accessors of dates that SPARQL 1.1 has. A function whose argument
is ill-typed, or whose result cannot be written as a literal, has no value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.model import function_dates as dates
from workbench.model import function_numbers as numbers
from workbench.model import function_texts as texts

__all__ = ["ALIASES", "FUNCTIONS", "REFUSED", "Function"]

_Compute = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Function:
    """A function.

    ``parameters`` are the kinds of its arguments, of which the last ``optional`` may be left out and the last may
    be ``repeated``; ``result`` is the kind of its value. ``symbol`` is its infix sign, if it has one. A
    ``condition`` is true or false and stands as an element of a body; the SWRL form of every other function has the
    result as its first argument. ``swrl`` tells that it has such a form. ``finite`` says that it has finitely many
    results, whatever its arguments. ``constants`` are positions of arguments that must be constants.
    """

    name: str
    parameters: tuple[str, ...]
    result: str
    compute: _Compute
    meaning: str
    source: str
    symbol: str = ""
    optional: int = 0
    repeated: bool = False
    condition: bool = False
    swrl: bool = True
    finite: bool = False
    constants: tuple[int, ...] = ()

    @property
    def least(self) -> int:
        """The least number of arguments."""
        return len(self.parameters) - self.optional

    def accepts(self, count: int) -> bool:
        """Tell whether it takes ``count`` arguments."""
        return self.least <= count and (self.repeated or count <= len(self.parameters))

    def get_kind(self, position: int) -> str:
        """Return the kind of the argument at ``position``."""
        return self.parameters[min(position, len(self.parameters) - 1)]

    def say_count(self) -> str:
        """Return how many arguments it takes, in words for a message."""
        most = len(self.parameters)
        if self.repeated:
            return f"{self.least} or more arguments"
        return (
            f"{self.least} argument{'s' * (most != 1)}" if self.least == most else f"{self.least} to {most} arguments"
        )


def _make_number_functions() -> list[Function]:
    one, two = ("number",), ("number", "number")
    op, fn = "F&O op:numeric-", "F&O fn:"
    return [
        Function("add", two, "number", numbers.add, "the sum", op + "add", "+"),
        Function("subtract", two, "number", numbers.subtract, "the difference", op + "subtract", "-"),
        Function("multiply", two, "number", numbers.multiply, "the product", op + "multiply", "*"),
        Function("divide", two, "number", numbers.divide, "the exact quotient; none by zero", op + "divide", "/"),
        Function("integerDivide", two, "number", numbers.divide_whole,
                 "the quotient without its fraction, towards zero; none by zero", op + "integer-divide"),
        Function("mod", two, "number", numbers.compute_rest,
                 "what integerDivide leaves, with the sign of the first; none by zero", op + "mod"),
        Function("pow", ("number", "integer"), "number", numbers.raise_power,
                 "the power with a whole exponent; none beyond a thousand digits", "F&O math:pow"),
        Function("unaryPlus", one, "number", numbers.keep, "the number itself", op + "unary-plus"),
        Function("unaryMinus", one, "number", numbers.negate, "the number with the other sign", op + "unary-minus"),
        Function("abs", one, "number", abs, "the number without its sign", fn + "abs"),
        Function("ceiling", one, "number", numbers.round_up, "the least whole number not below it", fn + "ceiling"),
        Function("floor", one, "number", numbers.round_down, "the largest whole number not above it", fn + "floor"),
        Function("round", one, "number", numbers.round_half_up,
                 "the nearest whole number, a half upwards", fn + "round"),
        Function("roundHalfToEven", ("number", "integer"), "number", numbers.round_half_even,
                 "the nearest number with so many decimal places (else none), a half to the even digit",
                 fn + "round-half-to-even", optional=1),
        Function("booleanNot", ("boolean",), "boolean", numbers.negate_truth, "true for false, false for true",
                 fn + "not", finite=True),
    ]  # fmt: skip


def _make_text_functions() -> list[Function]:
    one, two, three = ("string",), ("string", "string"), ("string", "string", "string")
    fn = "F&O fn:"

    def condition(name: str, compute: _Compute, meaning: str, source: str, **more: Any) -> Function:
        return Function(name, two, "boolean", compute, meaning, source, condition=True, finite=True, **more)

    return [
        condition("stringEqualIgnoreCase", texts.equal_folded, "both are the same but for capitals",
                  "SWRL 8.4; case folding of Unicode"),
        Function("stringConcat", one, "string", texts.concatenate, "one after another", fn + "concat", repeated=True),
        Function("substring", ("string", "number", "number"), "string", texts.cut,
                 "the part that begins at a character, counted from 1, and has so many characters (else all)",
                 fn + "substring", optional=1),
        Function("stringLength", one, "number", texts.count_characters, "how many characters it has",
                 fn + "string-length"),
        Function("normalizeSpace", one, "string", texts.normalise_space,
                 "without white space at the ends, and with one space for each run of it", fn + "normalize-space"),
        Function("upperCase", one, "string", texts.raise_case, "in capitals", fn + "upper-case"),
        Function("lowerCase", one, "string", texts.lower_case, "in small letters", fn + "lower-case"),
        Function("translate", three, "string", texts.translate,
                 "each character of the second replaced by the one at its place in the third, or left out",
                 fn + "translate"),
        condition("contains", texts.contains, "the second is a part of the first", fn + "contains"),
        condition("containsIgnoreCase", texts.contains_folded, "the second is a part of the first but for capitals",
                  "SWRL 8.4; case folding of Unicode"),
        condition("startsWith", texts.starts, "the first begins with the second", fn + "starts-with"),
        condition("endsWith", texts.ends, "the first ends with the second", fn + "ends-with"),
        Function("substringBefore", two, "string", texts.cut_before,
                 "what stands before the first place of the second, empty without one", fn + "substring-before"),
        Function("substringAfter", two, "string", texts.cut_after,
                 "what stands behind the first place of the second, empty without one", fn + "substring-after"),
        Function("matches", ("string", "pattern"), "boolean", texts.match,
                 "a part of the first matches the regular expression", fn + "matches", condition=True, finite=True,
                 constants=(1,)),
        Function("replace", ("string", "pattern", "replacement"), "string", texts.replace,
                 "each match of the regular expression replaced; $1 stands for its first group", fn + "replace",
                 constants=(1, 2)),
    ]  # fmt: skip


def _make_duration_functions() -> list[Function]:
    months, seconds, op = "yearMonthDuration", "dayTimeDuration", "F&O op:"
    found = [
        Function(months, ("integer", "integer"), months, dates.make_year_month, "so many years and months",
                 "SWRL 8.5; XSD 1.1 yearMonthDuration"),
        Function(seconds, ("integer", "integer", "integer", "number"), seconds, dates.make_day_time,
                 "so many days, hours, minutes and seconds", "SWRL 8.5; XSD 1.1 dayTimeDuration"),
    ]  # fmt: skip
    for kind, word, times, by in ((months, "YearMonth", "", "s"), (seconds, "DayTime", "s", "")):
        is_months = kind == months
        found += [
            Function(f"add{word}Durations", (kind, kind), kind, numbers.add_all, "the sum",
                     f"{op}add-{kind}s", repeated=True),
            Function(f"subtract{word}Durations", (kind, kind), kind, numbers.subtract, "the difference",
                     f"{op}subtract-{kind}s"),
            Function(f"multiply{word}Duration{times}", (kind, "number"), kind,
                     dates.multiply_months if is_months else numbers.multiply,
                     "so many times as long" + ", in whole months" * is_months, f"{op}multiply-{kind}"),
            Function(f"divide{word}Duration{by}", (kind, "number"), kind,
                     dates.divide_months if is_months else numbers.divide,
                     "such a part of it" + ", in whole months" * is_months + "; none by zero", f"{op}divide-{kind}"),
        ]  # fmt: skip
    return found


_ADDING = {"dateTime": dates.add_day_time, "date": dates.add_to_date, "time": dates.add_to_time}
_SUBTRACTING = {
    "dateTime": dates.subtract_day_time,
    "date": dates.subtract_from_date,
    "time": dates.subtract_from_time,
}


def _make_date_functions() -> list[Function]:
    months, seconds, op = "yearMonthDuration", "dayTimeDuration", "F&O op:"
    day, clock = ("integer", "integer", "integer"), ("integer", "integer", "number")
    found = [
        Function("dateTime", (*day, *clock, "timezone"), "dateTime", dates.make_date_time,
                 "year, month, day, hours, minutes, seconds, and a time zone such as \"Z\" or \"+01:00\"; "
                 "none if it does not exist", "SWRL 8.5; XSD 1.1 dateTime", optional=1),
        Function("date", (*day, "timezone"), "date", dates.make_date,
                 "year, month, day, and a time zone; none if it does not exist", "SWRL 8.5; XSD 1.1 date", optional=1),
        Function("time", (*clock, "timezone"), "time", dates.make_time,
                 "hours, minutes, seconds, and a time zone; none if it does not exist", "SWRL 8.5; XSD 1.1 time",
                 optional=1),
        Function("subtractDates", ("date", "date"), seconds, dates.subtract,
                 "the time between them; none if only one has a time zone", op + "subtract-dates"),
        Function("subtractTimes", ("time", "time"), seconds, dates.subtract,
                 "the time between them on one day; none if only one has a time zone", op + "subtract-times"),
    ]  # fmt: skip
    clamped = ", the day cut to the last of its month"
    for kind, word in (("dateTime", "DateTime"), ("date", "Date"), ("time", "Time")):
        if kind != "time":
            found += [
                Function(f"addYearMonthDurationTo{word}", (kind, months), kind, dates.add_year_month,
                         f"so much later{clamped}", f"{op}add-{months}-to-{kind}"),
                Function(f"subtractYearMonthDurationFrom{word}", (kind, months), kind, dates.subtract_year_month,
                         f"so much earlier{clamped}", f"{op}subtract-{months}-from-{kind}"),
            ]  # fmt: skip
        about = {"date": ", the hours left out", "time": ", around the clock"}.get(kind, "")
        found += [
            Function(f"addDayTimeDurationTo{word}", (kind, seconds), kind, _ADDING[kind],
                     f"so much later{about}", f"{op}add-{seconds}-to-{kind}"),
            Function(f"subtractDayTimeDurationFrom{word}", (kind, seconds), kind, _SUBTRACTING[kind],
                     f"so much earlier{about}", f"{op}subtract-{seconds}-from-{kind}"),
        ]  # fmt: skip
    between = "subtractDateTimesYielding"
    found += [
        Function(f"{between}YearMonthDuration", ("dateTime", "dateTime"), months, dates.subtract_in_months,
                 "the whole months between them, towards zero; none if only one has a time zone",
                 "SWRL 8.5; F&O draft of 2004, fn:subtract-dateTimes-yielding-yearMonthDuration"),
        Function(f"{between}DayTimeDuration", ("dateTime", "dateTime"), seconds, dates.subtract,
                 "the time between them; none if only one has a time zone", op + "subtract-dateTimes"),
    ]  # fmt: skip
    parts: tuple[tuple[str, str, str, _Compute, str], ...] = (
        ("year", "date, dateTime or gYear", "the year", dates.get_year, "year-from-date"),
        ("month", "date or dateTime", "the month, from 1", dates.get_month, "month-from-date"),
        ("day", "date or dateTime", "the day of the month, from 1", dates.get_day, "day-from-date"),
        ("hours", "dateTime or time", "the hour, from 0 to 23", dates.get_hours, "hours-from-time"),
        ("minutes", "dateTime or time", "the minute, from 0 to 59", dates.get_minutes, "minutes-from-time"),
        ("seconds", "dateTime or time", "the second, with its fraction", dates.get_seconds, "seconds-from-time"),
    )
    for name, kind, meaning, compute, source in parts:
        found.append(
            Function(name, (kind,), "number", compute, meaning, f"F&O fn:{source}; SPARQL 1.1, 17.4.5", swrl=False,
                     finite=name not in ("year", "seconds"))
        )  # fmt: skip
    return found


FUNCTIONS: Mapping[str, Function] = {
    function.symbol or function.name: function
    for function in (
        *_make_number_functions(),
        *_make_text_functions(),
        *_make_duration_functions(),
        *_make_date_functions(),
    )
}
"""All functions by the operator of their operations, in the order of the SWRL submission."""

ALIASES: Mapping[str, str] = {
    "multiplyYearMonthDurations": "multiplyYearMonthDuration",
    "divideYearMonthDuration": "divideYearMonthDurations",
    "multiplyDayTimeDuration": "multiplyDayTimeDurations",
    "divideDayTimeDurations": "divideDayTimeDuration",
} | {function.name: function.symbol for function in FUNCTIONS.values() if function.symbol}
"""Further names that are read: the submission has one form of a name, other tools the other."""

_INEXACT = "its results are no exact numbers, so nothing that rests on them could be proved"
_LISTS = "values here are single, not lists"
_ADDRESSES = "addresses are compared as they stand, never resolved"
REFUSED: Mapping[str, str] = {
    **dict.fromkeys(("sin", "cos", "tan"), _INEXACT),
    "tokenize": "it has several values at once; write a fact for each of them",
    **dict.fromkeys(
        "listConcat listIntersection listSubtraction member length first rest sublist empty".split(), _LISTS
    ),
    **dict.fromkeys(("resolveURI", "anyURI"), _ADDRESSES),
}
"""Built-ins of SWRL that are not functions here, each with the reason as a clause."""
