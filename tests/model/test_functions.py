"""Every function against what the standards say: examples of F&O 3.1 and XSD 1.1, and truths from elsewhere.

Expectations are written by hand. Each function has at least a usual, a borderline and an ill-typed case.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.formats.rules_parser import parse_atoms
from workbench.model.builtins import evaluate_expression, holds
from workbench.model.functions import ALIASES, FUNCTIONS, REFUSED, Function
from workbench.model.rules import Comparison, Operation
from workbench.model.terms import XSD, make_literal
from workbench.model.values import compare_terms, read_value

NONE = None
D, T, M = "date", "time", "dateTime"
YM, DT = "yearMonthDuration", "dayTimeDuration"
SHORT = {"D": D, "T": T, "M": M, "YM": YM, "DT": DT}


def typed(text: str, name: str) -> str:
    return make_literal(text, f"<{XSD}{name}>")


def write_out(text: str) -> str:
    """The text with its datatypes written out: ``"2000-01-01"^D`` is a date."""
    return re.sub(r'"\^(YM|DT|D|T|M)', lambda match: f'"^^xsd:{SHORT[match.group(1)]}', text)


def evaluate(text: str) -> str | None:
    (comparison,) = parse_atoms(f"?result = {write_out(text)}", {"": "https://example.org/#"})
    assert isinstance(comparison, Comparison)
    return evaluate_expression(comparison.right, {})


def read(text: str | None) -> str | None:
    if text is None:
        return None
    (comparison,) = parse_atoms(f"?result = {write_out(text)}", {"": "https://example.org/#"})
    assert isinstance(comparison, Comparison) and isinstance(comparison.right, str)
    return comparison.right


# By function: calls without the name, and what they give.
CASES: dict[str, list[tuple[str, str | None]]] = {
    "add": [("(1, 2.5)", "3.5"), ("(0.1, 0.2, 0.7)", "1"), ('(1, "2")', NONE)],
    "subtract": [("(3, 3.0)", "0"), ("(-1, 0.5)", "-1.5"), ("(true, 1)", NONE)],
    "multiply": [("(2, 3, 4)", "24"), ("(0.5, 2)", "1"), ('("x"^^xsd:integer, 2)', NONE)],
    "divide": [("(1, 4)", "0.25"), ("(1, 3)", NONE), ("(1, 0)", NONE), ('("a", 1)', NONE)],
    "integerDivide": [
        ("(10, 3)", "3"), ("(3, -2)", "-1"), ("(-3, 2)", "-1"), ("(-3, -2)", "1"), ("(9.0, 3)", "3"),
        ("(3.0, 4)", "0"), ("(1, 0)", NONE), ('(1, "1")', NONE),
    ],
    "mod": [
        ("(10, 3)", "1"), ("(6, -2)", "0"), ("(4.5, 1.2)", "0.9"), ("(-10, 3)", "-1"), ("(10, -3)", "1"),
        ("(5, 0)", NONE), ("(true, 2)", NONE),
    ],
    "pow": [
        ("(2, 10)", "1024"), ("(2, -2)", "0.25"), ("(0, 0)", "1"), ("(-1, 10000000000000001)", "-1"),
        ("(0, -1)", NONE), ("(2, 0.5)", NONE), ("(10, 1000)", NONE), ("(10, 999)", "1" + "0" * 999),
        ("(3, -1)", NONE), ("(2, 100000000000000000000)", NONE), ('(2, "2")', NONE),
    ],
    "unaryPlus": [("(3)", "3"), ("(-0.5)", "-0.5"), ('("3")', NONE)],
    "unaryMinus": [("(3)", "-3"), ("(-0.5)", "0.5"), ("(0)", "0"), ("(true)", NONE)],
    "abs": [("(10.5)", "10.5"), ("(-10.5)", "10.5"), ("(0)", "0"), ('("-1")', NONE)],
    "ceiling": [("(10.5)", "11"), ("(-10.5)", "-10"), ("(3)", "3"), ('("x")', NONE)],
    "floor": [("(10.5)", "10"), ("(-10.5)", "-11"), ("(3)", "3"), ('("x")', NONE)],
    "round": [("(2.5)", "3"), ("(2.4999)", "2"), ("(-2.5)", "-2"), ('("x")', NONE)],
    "roundHalfToEven": [
        ("(0.5)", "0"), ("(1.5)", "2"), ("(2.5)", "2"), ("(3567.812, 2)", "3567.81"), ("(35612.25, -2)", "35600"),
        ("(4.7564e-3, 2)", "0"), ("(1, 0.5)", NONE), ("(1, 5000)", NONE), ('("x")', NONE),
    ],
    "booleanNot": [("(true)", "false"), ("(false)", "true"), ('("1"^^xsd:boolean)', "false"), ("(1)", NONE)],
    "stringEqualIgnoreCase": [('("Straße", "STRASSE")', "true"), ('("a", "b")', "false"), ('("a", 1)', NONE)],
    "stringConcat": [
        ('("un", "grateful")', '"ungrateful"'), ('("")', '""'), ('("a"@en, "b", "c")', '"abc"'), ('("a", 1)', NONE),
        (f'("{"a" * 6000}", "{"b" * 6000}")', NONE),
    ],
    "substring": [
        ('("motor car", 6)', '" car"'), ('("metadata", 4, 3)', '"ada"'), ('("12345", 1.5, 2.6)', '"234"'),
        ('("12345", 0, 3)', '"12"'), ('("12345", 5, -3)', '""'), ('("12345", -3, 5)', '"1"'), ('("", 1)', '""'),
        ('("12345", "1")', NONE), ("(12345, 1)", NONE),
    ],
    "stringLength": [
        ('("Harp not on that string, madam; that is past.")', "45"), ('("")', "0"), ('("\\U0001F600")', "1"),
        ("(5)", NONE),
    ],
    "normalizeSpace": [
        ('("  The  wealthy \\t curled\\n")', '"The wealthy curled"'), ('(" ")', '""'), ('("\\u00a0a")', '"\\u00a0a"'),
        ("(1)", NONE),
    ],
    "upperCase": [('("abCd0")', '"ABCD0"'), ('("ß")', '"SS"'), ('("")', '""'), ("(0)", NONE)],
    "lowerCase": [('("ABc!D")', '"abc!d"'), ('("")', '""'), ("(true)", NONE)],
    "translate": [
        ('("bar", "abc", "ABC")', '"BAr"'), ('("--aaa--", "abc-", "ABC")', '"AAA"'),
        ('("abcdabc", "abc", "AB")', '"ABdAB"'), ('("aa", "aa", "xy")', '"xx"'), ('("a", 1, "b")', NONE),
    ],
    "contains": [
        ('("tattoo", "t")', "true"), ('("tattoo", "ttt")', "false"), ('("", "")', "true"), ('("a", 1)', NONE),
    ],
    "containsIgnoreCase": [
        ('("TATTOO", "att")', "true"), ('("a", "b")', "false"), ('("a", "")', "true"), ('(1, "a")', NONE),
    ],
    "startsWith": [
        ('("tattoo", "tat")', "true"), ('("tattoo", "att")', "false"), ('("", "")', "true"), ("(1, 1)", NONE),
    ],
    "endsWith": [
        ('("tattoo", "too")', "true"), ('("tattoo", "tatt")', "false"), ('("", "")', "true"), ("(1, 1)", NONE),
    ],
    "substringBefore": [
        ('("tattoo", "attoo")', '"t"'), ('("tattoo", "tatto")', '""'), ('("a", "x")', '""'), ('("a", "")', '""'),
        ('(1, "a")', NONE),
    ],
    "substringAfter": [
        ('("tattoo", "tat")', '"too"'), ('("tattoo", "tattoo")', '""'), ('("a", "x")', '""'), ('("a", "")', '"a"'),
        ('(1, "a")', NONE),
    ],
    "matches": [
        ('("abracadabra", "bra")', "true"), ('("abracadabra", "^a.*a$")', "true"),
        ('("abracadabra", "^bra")', "false"), ('("a", "(")', NONE), (f'("{"a" * 1001}", "a")', NONE),
        ('(1, "a")', NONE),
    ],
    "replace": [
        ('("abracadabra", "bra", "*")', '"a*cada*"'), ('("abracadabra", "a.*a", "*")', '"*"'),
        ('("abracadabra", "a.*?a", "*")', '"*c*bra"'), ('("abracadabra", "a", "")', '"brcdbr"'),
        ('("abracadabra", "a(.)", "a$1$1")', '"abbraccaddabbra"'), ('("abracadabra", ".*?", "$1")', NONE),
        ('("AAAA", "A+", "b")', '"b"'), ('("AAAA", "A+?", "b")', '"bbbb"'),
        ('("darted", "^(.*?)d(.*)$", "$1c$2")', '"carted"'), ('("a", "a", "$")', NONE),
        ('("a", "a", "\\\\$")', '"$"'), ('(1, "a", "b")', NONE),
    ],
    "yearMonthDuration": [
        ("(1, 14)", '"P2Y2M"^YM'), ("(0, 0)", '"P0M"^YM'), ("(-1, 0)", '"-P1Y"^YM'), ("(1.5, 0)", NONE),
        ('("1", 0)', NONE),
    ],
    "dayTimeDuration": [
        ("(1, 2, 3, 4.5)", '"P1DT2H3M4.5S"^DT'), ("(0, 0, 0, 0)", '"PT0S"^DT'), ("(0, 36, 0, 0)", '"P1DT12H"^DT'),
        ("(0, 0, 0, -90)", '"-PT1M30S"^DT'), ('(0, 0, 0, "1")', NONE),
    ],
    "addYearMonthDurations": [
        ('("P2Y11M"^YM, "P3Y3M"^YM)', '"P6Y2M"^YM'), ('("P1M"^YM, "P1M"^^xsd:duration, "-P2M"^YM)', '"P0M"^YM'),
        ('("P1M"^YM, "P1D"^DT)', NONE),
    ],
    "subtractYearMonthDurations": [
        ('("P2Y11M"^YM, "P3Y3M"^YM)', '"-P4M"^YM'), ('("P1Y"^YM, "P12M"^YM)', '"P0M"^YM'), ('("P1Y"^YM, 1)', NONE),
    ],
    "multiplyYearMonthDuration": [
        ('("P2Y11M"^YM, 2.3)', '"P6Y9M"^YM'), ('("P1M"^YM, 0.5)', '"P1M"^YM'), ('("P1M"^YM, -0.5)', '"P0M"^YM'),
        ('("P1M"^YM, "2")', NONE),
    ],
    "divideYearMonthDurations": [
        ('("P2Y11M"^YM, 1.5)', '"P1Y11M"^YM'), ('("P1M"^YM, 3)', '"P0M"^YM'), ('("P1M"^YM, 0)', NONE),
        ('("PT1S"^DT, 1)', NONE),
    ],
    "addDayTimeDurations": [
        ('("P2DT12H5M"^DT, "P5DT12H"^DT)', '"P8DT5M"^DT'), ('("PT1S"^DT, "-PT1S"^DT)', '"PT0S"^DT'),
        ('("PT1S"^DT, "P1M"^YM)', NONE),
    ],
    "subtractDayTimeDurations": [
        ('("P2DT12H"^DT, "P1DT10H30M"^DT)', '"P1DT1H30M"^DT'), ('("PT0S"^DT, "PT1S"^DT)', '"-PT1S"^DT'),
        ('("PT1S"^DT, 1)', NONE),
    ],
    "multiplyDayTimeDurations": [
        ('("PT2H10M"^DT, 2.1)', '"PT4H33M"^DT'), ('("PT1S"^DT, 0)', '"PT0S"^DT'), ('("P1M"^YM, 2)', NONE),
    ],
    "divideDayTimeDuration": [
        ('("P1DT2H30M10.5S"^DT, 1.5)', '"PT17H40M7S"^DT'), ('("PT1S"^DT, 3)', NONE), ('("PT1S"^DT, 0)', NONE),
        ('("PT1S"^DT, "3")', NONE),
    ],
    "dateTime": [
        ('(2024, 2, 29, 13, 5, 7.5, "+01:00")', '"2024-02-29T13:05:07.5+01:00"^M'), ("(2023, 2, 29, 0, 0, 0)", NONE),
        ("(2023, 12, 31, 24, 0, 0)", '"2024-01-01T00:00:00"^M'), ('(2023, 1, 1, 0, 0, 0, "+15:00")', NONE),
        ("(10000, 1, 1, 0, 0, 0)", NONE), ("(2023, 1, 1, 0, 0, true)", NONE),
    ],
    "date": [
        ("(2024, 2, 29)", '"2024-02-29"^D'), ('(2024, 1, 1, "Z")', '"2024-01-01Z"^D'), ("(2023, 2, 29)", NONE),
        ("(2024, 13, 1)", NONE), ("(0, 1, 1)", NONE), ("(2024, 1, 1.5)", NONE), ('(2024, 1, "1")', NONE),
    ],
    "time": [
        ("(13, 5, 7)", '"13:05:07"^T'), ('(0, 0, 0.000001, "-05:30")', '"00:00:00.000001-05:30"^T'),
        ("(24, 0, 0)", '"00:00:00"^T'), ("(24, 0, 1)", NONE), ("(0, 60, 0)", NONE), ("(0, 0, 0.0000001)", NONE),
        ('("0", 0, 0)', NONE),
    ],
    "subtractDates": [
        ('("2000-10-30"^D, "1999-11-28"^D)', '"P337D"^DT'),
        ('("2000-10-15-05:00"^D, "2000-10-10+02:00"^D)', '"P5DT7H"^DT'), ('("2000-10-15Z"^D, "2000-10-10"^D)', NONE),
        ('("2000-10-15"^D, 1)', NONE),
    ],
    "subtractTimes": [
        ('("11:12:00Z"^T, "04:00:00-05:00"^T)', '"PT2H12M"^DT'),
        ('("11:00:00-05:00"^T, "21:30:00+05:30"^T)', '"PT0S"^DT'),
        ('("08:00:00+09:00"^T, "17:00:00-06:00"^T)', '"-P1D"^DT'),
        ('("24:00:00"^T, "23:59:59"^T)', '"-PT23H59M59S"^DT'), ('("11:12:00"^T, "2000-10-15"^D)', NONE),
    ],
    "addYearMonthDurationToDateTime": [
        ('("2000-10-30T11:12:00"^M, "P1Y2M"^YM)', '"2001-12-30T11:12:00"^M'),
        ('("2000-01-31T00:00:00Z"^M, "P1M"^YM)', '"2000-02-29T00:00:00Z"^M'),
        ('("9999-12-01T00:00:00"^M, "P1M"^YM)', NONE), ('("2000-01-31"^D, "P1M"^YM)', NONE),
    ],
    "subtractYearMonthDurationFromDateTime": [
        ('("2000-10-30T11:12:00"^M, "P1Y2M"^YM)', '"1999-08-30T11:12:00"^M'),
        ('("0001-01-01T00:00:00"^M, "P1M"^YM)', NONE), ('("2000-10-30T11:12:00"^M, 1)', NONE),
    ],
    "addDayTimeDurationToDateTime": [
        ('("2000-10-30T11:12:00"^M, "P3DT1H15M"^DT)', '"2000-11-02T12:27:00"^M'),
        ('("9999-12-31T23:59:59"^M, "PT1S"^DT)', NONE), ('("2000-10-30T11:12:00"^M, "P1M"^YM)', NONE),
    ],
    "subtractDayTimeDurationFromDateTime": [
        ('("2000-10-30T11:12:00"^M, "P3DT1H15M"^DT)', '"2000-10-27T09:57:00"^M'),
        ('("0001-01-01T00:00:00"^M, "PT1S"^DT)', NONE), ("(1, 2)", NONE),
    ],
    "addYearMonthDurationToDate": [
        ('("2000-10-30"^D, "P1Y2M"^YM)', '"2001-12-30"^D'),
        ('("2000-02-29+02:00"^D, "P1Y"^YM)', '"2001-02-28+02:00"^D'), ('("2001-02-29"^D, "P1Y"^YM)', NONE),
    ],
    "subtractYearMonthDurationFromDate": [
        ('("2000-10-30"^D, "P1Y2M"^YM)', '"1999-08-30"^D'), ('("2000-02-29Z"^D, "P1Y"^YM)', '"1999-02-28Z"^D'),
        ('("2000-10-31"^D, "P1Y1M"^YM)', '"1999-09-30"^D'), ('("x"^D, "P1Y"^YM)', NONE),
    ],
    "addDayTimeDurationToDate": [
        ('("2004-10-30Z"^D, "P2DT2H30M0S"^DT)', '"2004-11-01Z"^D'),
        ('("2004-10-30"^D, "-PT1S"^DT)', '"2004-10-29"^D'), ('("9999-12-31"^D, "P1D"^DT)', NONE),
        ('("2004-10-30"^D, "P1M"^YM)', NONE),
    ],
    "subtractDayTimeDurationFromDate": [
        ('("2000-10-30"^D, "P3DT1H15M"^DT)', '"2000-10-26"^D'), ('("2000-10-30"^D, "PT0S"^DT)', '"2000-10-30"^D'),
        ('("2000-10-30"^D, 1)', NONE),
    ],
    "addDayTimeDurationToTime": [
        ('("11:12:00"^T, "P3DT1H15M"^DT)', '"12:27:00"^T'),
        ('("23:12:00+03:00"^T, "P1DT3H15M"^DT)', '"02:27:00+03:00"^T'), ('("11:12:00"^T, 1)', NONE),
    ],
    "subtractDayTimeDurationFromTime": [
        ('("11:12:00"^T, "P3DT1H15M"^DT)', '"09:57:00"^T'),
        ('("08:20:00-05:00"^T, "P23DT10H10M"^DT)', '"22:10:00-05:00"^T'), ('("25:00:00"^T, "PT1S"^DT)', NONE),
    ],
    "subtractDateTimesYieldingYearMonthDuration": [
        ('("2004-01-30T19:48:00"^M, "2003-02-28T12:00:00"^M)', '"P11M"^YM'),
        ('("2000-02-29T00:00:00"^M, "2000-01-31T00:00:00"^M)', '"P1M"^YM'),
        ('("2000-01-31T00:00:00"^M, "2000-02-28T00:00:00"^M)', '"P0M"^YM'),
        ('("2000-01-01T00:00:00"^M, "2001-01-01T00:00:00"^M)', '"-P1Y"^YM'),
        ('("2000-01-01T00:00:00Z"^M, "2001-01-01T00:00:00"^M)', NONE),
    ],
    "subtractDateTimesYieldingDayTimeDuration": [
        ('("2000-10-30T06:12:00-05:00"^M, "1999-11-28T09:00:00Z"^M)', '"P337DT2H12M"^DT'),
        ('("2000-10-30T06:12:00Z"^M, "2000-10-30T06:12:00.5Z"^M)', '"-PT0.5S"^DT'),
        ('("2000-10-30"^D, "2000-10-30"^D)', NONE),
    ],
    "year": [
        ('("1999-05-31T21:30:00-05:00"^M)', "1999"), ('("2000-01-01+13:00"^D)', "2000"),
        ('("1985"^^xsd:gYear)', "1985"), ('("-0044"^^xsd:gYear)', "-44"), ('("10:00:00"^T)', NONE), ("(1999)", NONE),
    ],
    "month": [('("1999-05-31"^D)', "5"), ('("1999-12-31T19:20:00-05:00"^M)', "12"), ('("1985"^^xsd:gYear)', NONE)],
    "day": [('("1999-05-31+05:00"^D)', "31"), ('("1999-12-31T20:00:00"^M)', "31"), ('("10:00:00"^T)', NONE)],
    "hours": [('("1999-12-31T21:20:00-05:00"^M)', "21"), ('("24:00:00"^T)', "0"), ('("1999-12-31"^D)', NONE)],
    "minutes": [('("1999-05-31T13:20:00-05:00"^M)', "20"), ('("13:00:00Z"^T)', "0"), ('("x")', NONE)],
    "seconds": [('("13:20:10.5"^T)', "10.5"), ('("1999-05-31T13:20:00"^M)', "0"), ('("x")', NONE)],
}  # fmt: skip


def test_every_function_has_its_cases() -> None:
    assert CASES.keys() == {function.name for function in FUNCTIONS.values()}
    for cases in CASES.values():
        results = [expected for _, expected in cases]
        assert len(cases) >= 3 and None in results and any(results)


@pytest.mark.parametrize(
    ("call", "expected"), [(name + call, expected) for name, cases in CASES.items() for call, expected in cases]
)
def test_what_functions_give(call: str, expected: str | None) -> None:
    assert evaluate(call) == read(expected)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_without_a_value_a_comparison_and_its_opposite_are_false(function: Function) -> None:
    individual = "<https://example.org/#a>"
    call = Operation(function.symbol or function.name, (individual,) * len(function.parameters))
    assert evaluate_expression(call, {}) is None
    for operator in ("=", "!=", "<", "<=", ">", ">="):
        for other in (make_literal(1), make_literal(True), individual, make_literal("a")):
            assert not holds(Comparison(operator, call, other), {})
            assert not holds(Comparison(operator, other, call), {})


def test_the_table_is_whole() -> None:
    for name, operator in ALIASES.items():
        assert operator in FUNCTIONS and name not in {f.name for f in FUNCTIONS.values() if not f.symbol}
    assert REFUSED.keys().isdisjoint(FUNCTIONS)
    for function in FUNCTIONS.values():
        assert function.meaning and function.source
        assert function.least >= 1 and function.accepts(len(function.parameters))
        assert not function.accepts(function.least - 1)
    assert Operation("tokenize", ("?a",)).operator in REFUSED
    assert evaluate_expression(Operation("tokenize", (make_literal("a"),)), {}) is None


# -- independent truths

DATES = st.dates()
MOMENTS = st.datetimes() | st.datetimes(timezones=st.just(UTC))
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)


def number(value: Decimal) -> str:
    return typed(format(value, "f"), "decimal")


def call(name: str, *arguments: str) -> str | None:
    return evaluate_expression(Operation(name, arguments), {})


def get_number(term: str | None) -> Fraction:
    value = read_value(term or "")
    assert value is not None and isinstance(value.value, Fraction)
    return value.value


@given(NUMBERS, NUMBERS.filter(bool))
def test_whole_division_as_decimal_does_it(first: Decimal, second: Decimal) -> None:
    assert get_number(call("integerDivide", number(first), number(second))) == Fraction(first // second)
    assert get_number(call("mod", number(first), number(second))) == Fraction(first % second)


@given(NUMBERS, st.integers(-3, 3))
def test_rounding_as_decimal_does_it(value: Decimal, places: int) -> None:
    wanted = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    assert get_number(call("roundHalfToEven", number(value), make_literal(places))) == Fraction(wanted)


@given(st.dates(), st.timedeltas(min_value=timedelta(-(10**5)), max_value=timedelta(10**5)))
def test_days_as_python_adds_them(day: date, length: timedelta) -> None:
    seconds = format(Decimal(length // timedelta(microseconds=1)) / 10**6, "f")
    duration = typed(f"{'-' if length < timedelta(0) else ''}PT{seconds.lstrip('-')}S", DT)
    try:
        moved = (datetime(day.year, day.month, day.day) + length).date()
    except OverflowError:
        assert call("addDayTimeDurationToDate", typed(day.isoformat(), D), duration) is None
        return
    assert call("addDayTimeDurationToDate", typed(day.isoformat(), D), duration) == typed(moved.isoformat(), D)


@given(st.datetimes(), st.datetimes())
def test_differences_as_python_counts_them(first: datetime, second: datetime) -> None:
    texts = [typed(moment.isoformat(), M) for moment in (first, second)]
    duration = call("subtractDateTimesYieldingDayTimeDuration", *texts)
    assert duration is not None
    assert call("addDayTimeDurationToDateTime", texts[1], duration) is not None
    back = call("addDayTimeDurationToDateTime", texts[1], duration)
    assert back is not None and compare_terms("=", back, texts[0])


@given(st.dates(date(2, 1, 1), date(9990, 1, 1)), st.integers(-20, 40))
def test_months_as_a_calendar_has_them(day: date, months: int) -> None:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    moved = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    duration = call("yearMonthDuration", make_literal(0), make_literal(months))
    assert duration is not None
    assert call("addYearMonthDurationToDate", typed(day.isoformat(), D), duration) == typed(moved.isoformat(), D)


@given(st.datetimes(), st.datetimes())
def test_whole_months_never_go_beyond(first: datetime, second: datetime) -> None:
    first, second = max(first, second), min(first, second)
    texts = [typed(moment.isoformat(), M) for moment in (first, second)]
    found = call("subtractDateTimesYieldingYearMonthDuration", *texts)
    assert found is not None
    reached = call("addYearMonthDurationToDateTime", texts[1], found)
    assert reached is not None and compare_terms("<=", reached, texts[0])
    more = call("addYearMonthDurations", found, typed("P1M", YM))
    assert more is not None
    beyond = call("addYearMonthDurationToDateTime", texts[1], more)
    assert beyond is None or compare_terms(">", beyond, texts[0])


EDGES = ["0001-01-01T00:00:00", "0001-01-01T23:59:59.999999", "9999-12-31T23:59:59", "1972-12-31T12:00:00"]
ZONES = ["", "Z", "+14:00", "-14:00", "-05:30"]


@pytest.mark.parametrize(
    "name", sorted(name for name in FUNCTIONS if "Date" in name or "Time" in name or name == "year")
)
def test_the_ends_of_time_have_values_or_none(name: str) -> None:
    """Whatever a calendar cannot say has no value; nothing fails."""
    function = FUNCTIONS[name]
    moments = [typed(edge + zone, M) for edge in EDGES for zone in ZONES]
    moments += [typed(edge[:10] + zone, D) for edge in EDGES for zone in ZONES]
    moments += [typed(edge[11:] + zone, T) for edge in EDGES for zone in ZONES]
    lengths = [
        typed(text, "duration") for text in ("P9998Y", "-P9998Y", "P999999999999Y", "P999999999D", "-PT0.000001S")
    ]
    others = [*moments, *lengths] if len(function.parameters) == 2 else [make_literal(1)]
    for one in (*moments, *lengths):
        for other in others:
            arguments = (one, *[other] * (len(function.parameters) - 1))
            result = call(name, *arguments)
            assert result is None or read_value(result) is not None


@given(st.text(max_size=12), st.text(max_size=3), st.integers(-3, 15), st.integers(-3, 15))
def test_texts_as_python_has_them(text: str, part: str, start: int, length: int) -> None:
    one, other = make_literal(text), make_literal(part)
    assert call("contains", one, other) == make_literal(part in text)
    assert call("startsWith", one, other) == make_literal(text.startswith(part))
    assert call("endsWith", one, other) == make_literal(text.endswith(part))
    assert call("stringLength", one) == make_literal(len(text))
    wanted = "".join(c for place, c in enumerate(text, 1) if start <= place < start + length)
    assert call("substring", one, make_literal(start), make_literal(length)) == make_literal(wanted)
    before, after = call("substringBefore", one, other), call("substringAfter", one, other)
    assert before is not None and after is not None
    if part and part in text:
        assert call("stringConcat", before, other, after) == one


@given(MOMENTS)
def test_parts_of_moments(moment: datetime) -> None:
    text = typed(moment.isoformat().replace("+00:00", "Z"), M)
    parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute]
    for name, part in zip(("year", "month", "day", "hours", "minutes"), parts, strict=True):
        assert call(name, text) == make_literal(part)
    assert get_number(call("seconds", text)) == moment.second + Fraction(moment.microsecond, 10**6)
    assert re.fullmatch(r'"[^"]*"\^\^<[^>]*decimal>|"[^"]*"\^\^<[^>]*integer>', call("seconds", text) or "")
