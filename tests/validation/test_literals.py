"""Literals that are no value of their datatype, against the calendar and the bounds of XSD."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.report import Location
from workbench.model.terms import XSD, Triple, make_literal
from workbench.validation.literals import find_ill_typed_literals, is_well_typed


def judge(text: str, datatype: str) -> bool:
    return is_well_typed(make_literal(text, f"<{XSD}{datatype}>"))


@pytest.mark.parametrize(
    ("datatype", "right", "wrong"),
    [
        ("integer", ["0", "+7", "-007", " 5 ", "9" * 5000], ["", "1.0", "٣", "1e3", "0x1", "one"]),
        ("byte", ["-128", "127", "+000000000000000000000000127"], ["-129", "128"]),
        ("unsignedLong", ["18446744073709551615"], ["18446744073709551616", "-1", "1" * 40]),
        ("positiveInteger", ["1", "9" * 40], ["0", "-" + "9" * 40]),
        ("negativeInteger", ["-1", "-" + "9" * 40], ["0", "9" * 40]),
        ("decimal", ["1.", ".5", "-3.14"], [".", "1e5", "1,5", "INF"]),
        ("double", ["1e5", "INF", "-INF", "NaN", "+.5E-3"], ["inf", "nan", "1e", "--1"]),
        ("boolean", ["true", "0"], ["yes", "TRUE", ""]),
        ("date", ["2020-02-29", "12000-02-29", "-0044-03-15", "2021-04-30+02:00", "0000-01-01"],
         ["2021-02-29", "1900-02-29", "2021-04-31Z", "2021-13-01", "21-01-01", "2021-1-1", "02021-01-01"]),
        ("dateTime", ["2021-01-01T24:00:00", "2021-01-01T10:00:00.123Z"],
         ["2021-01-01", "2021-01-01T25:00:00", "2021-02-30T10:00:00", "2021-01-01T10:00:00+15:00"]),
        ("dateTimeStamp", ["2021-01-01T10:00:00Z"], ["2021-01-01T10:00:00"]),
        ("time", ["10:00:00", "23:59:59.9-05:00"], ["24:00:01", "10:00"]),
        ("gYear", ["2021", "-0001", "2021Z"], ["21", "02021"]),
        ("gYearMonth", ["2021-12"], ["2021-13"]),
        ("duration", ["P1Y2M3DT4H5M6.5S", "-P1D", "PT0S"], ["P", "PT", "P1DT", "1D", "P1S"]),
        ("dayTimeDuration", ["P1DT1H"], ["P1M"]),
        ("yearMonthDuration", ["P1Y1M"], ["P1D"]),
        ("anyURI", ["anything at all"], []),
    ],
)  # fmt: skip
def test_lexical_spaces(datatype: str, right: list[str], wrong: list[str]) -> None:
    assert [text for text in right if not judge(text, datatype)] == []
    assert [text for text in wrong if judge(text, datatype)] == []


@given(st.integers(1, 9999), st.integers(0, 13), st.integers(0, 32))
def test_dates_are_those_of_the_calendar(year: int, month: int, day: int) -> None:
    try:
        date(year, month, day)
        exists = True
    except ValueError:
        exists = False
    text = f"{year:04}-{month:02}-{day:02}"
    assert judge(text, "date") == exists
    assert judge(f"{text}T00:00:00Z", "dateTime") == exists
    assert judge(f"{year + 10_000}-{month:02}-{day:02}", "date") == exists  # the calendar repeats every 400 years


def test_texts_and_unknown_datatypes_have_any_text() -> None:
    assert is_well_typed(make_literal("x")) and is_well_typed(make_literal("x", language="en"))
    assert is_well_typed(make_literal("x", "<urn:mine>"))


def test_findings_have_a_place_and_a_severity() -> None:
    facts: list[Triple] = [
        ("<urn:a>", "<urn:p>", make_literal("soon", f"<{XSD}date>")),
        ("<urn:a>", "<urn:p>", make_literal("INF", f"<{XSD}double>")),
        ("<urn:a>", "<urn:p>", make_literal(5)),
    ]
    note: Triple = ("<urn:p>", "<urn:note>", make_literal("many", f"<{XSD}integer>"))
    found = find_ill_typed_literals([*facts, note], facts, locate=lambda _: Location("a.ttl", 3), domain="d")
    assert [(v.code, v.severity) for v in found] == [
        ("ontology.ill-typed-literal", "error"),
        ("ontology.ill-typed-literal", "warning"),
        ("ontology.unreadable-literal", "info"),
    ]
    assert found[0].message == 'The value "soon" of “p” is no date.'
    assert {(v.location, v.domain) for v in found} == {(Location("a.ttl", 3), "d")}


def test_very_many_findings_are_counted() -> None:
    facts: list[Triple] = [(f"<urn:{i}>", "<urn:p>", make_literal("x", f"<{XSD}int>")) for i in range(1000)]
    found = find_ill_typed_literals(facts, facts)
    assert len(found) == 101
    assert found[-1].severity == "error" and found[-1].message.startswith("900 more values")
