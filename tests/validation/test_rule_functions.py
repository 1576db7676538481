"""What the analysis of rules says of functions: located, plain, and before anything is reasoned."""

from __future__ import annotations

import pytest

from workbench.formats.rules_parser import parse_rules
from workbench.model.report import Violation
from workbench.model.rules import Atom, Comparison, Operation, Rule
from workbench.model.terms import get_local_name
from workbench.validation.rules import analyse_rules

K = "https://example.org/k#"
KEYS = [f"<{K}{name}>" for name in ("p", "q", "n", "C", "contains", "year")]


def analyse(body: str, head: str = "C(?x)") -> list[Violation]:
    file = parse_rules(f"rule r\n  {body} -> {head}\n", "f.rules", {"": K})
    assert file.violations == ()
    return [v for v in analyse_rules(file.rules, (), known_keys=KEYS, closed=()) if v.severity != "info"]


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("p(?x, ?a) ^ ?a = upperCase(7)", "rule.wrong-argument", "“7” is not a string, as upperCase needs"),
        ("p(?x, ?a) ^ ?a = pow(2, 0.5)", "rule.wrong-argument", "“0.5” is not a whole number, as pow needs"),
        ("p(?x, ?a) ^ ?a = stringLength(ann)", "rule.wrong-argument", "“ann” is not a string"),
        ('p(?x, ?a) ^ ?a = year("2000")', "rule.wrong-argument", "“2000” is not a value of date, dateTime or gYear"),
        ("p(?x, ?a) ^ ?a > 1 / 0", "rule.wrong-argument", "In rule r, 1 / 0 has no value"),
        ("p(?x, ?a) ^ ?a = ?a + 2 * (1 / (3 - 3))", "rule.wrong-argument", "1 / (3 - 3) has no value"),
        ("p(?x, ?a) ^ not (q(?x, ?b) ^ ?b < date(2021, 2, 30))", "rule.wrong-argument", "date(2021, 2, 30) has no"),
        ("p(?x, ?a) ^ ?a = upperCase(abs(?a))", "rule.wrong-argument", "needs a string; abs gives a number"),
        ('p(?x, ?a) ^ matches(?a, "(a")', "rule.pattern", "a group is not closed"),
        ('p(?x, ?a) ^ matches(?a, "(a)\\\\1")', "rule.pattern", "refers back to a group"),
        ('p(?x, ?a) ^ matches(?a, "(?=a)")', "rule.pattern", "a group begins with '?'"),
        ('p(?x, ?a) ^ matches(?a, "(a{200}){200}")', "rule.pattern", "too long"),
        ("p(?x, ?a) ^ matches(?a, ?a)", "rule.pattern", "is not written out"),
        ('p(?x, ?a) ^ ?a = replace(?a, "a*", "b")', "rule.pattern", "matches the empty text"),
        ('p(?x, ?a) ^ ?a = replace(?a, "a", "$")', "rule.pattern", "$ stands only before the number"),
        ('p(?x, ?a) ^ contains(?a, "x")', "rule.taken-name", "contains is the function"),
        ("p(?x, ?a) ^ ?a = upperCase(?c)", "rule.unbound-argument", "?c is compared or calculated with"),
        ('p(?x, ?a) ^ ?a = year("2001-02-29"^^xsd:date)', "rule.ill-typed-literal", "is no date"),
    ],
)
def test_each_finding(body: str, code: str, words: str) -> None:
    (found,) = [v for v in analyse(body) if v.code == code]
    assert words in found.message and found.why and found.fix
    assert found.location is not None
    if str(found.location) != "f.rules:1:6":  # where the name or variable stands that it is about
        about = found.value or get_local_name(found.focus)
        assert f"  {body} -> C(?x)"[found.location.column - 1 :].startswith(about)


@pytest.mark.parametrize(
    "body",
    [
        'p(?x, ?a) ^ ?b = stringConcat(?a, "x", upperCase(?a)) ^ startsWith(?b, "x")',
        'p(?x, ?a) ^ matches(?a, "^[A-Z-[IO]]+\\\\p{Nd}{2,4}$")',
        "p(?x, ?a) ^ ?a < 1 / 3 ^ ?a != date(2021, 2, 28)",
        "p(?x, ?a) ^ year(?a) > 1990 ^ month(?a) = 2",
        "p(?x, ?a) ^ year(?x, ?a)",
        "p(?x, ?a) ^ multiplyYearMonthDuration(?b, subtractYearMonthDurations(?a, ?a), 2.5) ^ n(?x, ?b)",
        'p(?x, ?a) ^ ?b = addDayTimeDurations(?a, "P0M"^^xsd:duration) ^ n(?x, ?b)',
    ],
)
def test_nothing_to_say(body: str) -> None:
    assert analyse(body) == []


@pytest.mark.parametrize(
    ("body", "is_bounded"),
    [
        ("n(?x, ?a) ^ ?b = ?a + 1", False),
        ("n(?x, ?a) ^ ?b = ?a + 1 ^ ?a < 10", True),
        ('n(?x, ?a) ^ ?b = stringConcat(?a, "x")', False),
        ('n(?x, ?a) ^ ?b = stringConcat(?a, "x") ^ ?a < "xx"', False),
        ("n(?x, ?a) ^ ?b = upperCase(?a)", False),
        ('n(?x, ?a) ^ ?b = addYearMonthDurationToDate(?a, "P1M"^^xsd:yearMonthDuration)', False),
        ("n(?x, ?a) ^ ?b = month(?a)", True),
        ("n(?x, ?a) ^ ?b = booleanNot(?a)", True),
        ('n(?x, ?a) ^ ?b = startsWith(?a, "x")', True),
        ('p(?x, ?a) ^ ?b = stringConcat(?a, "x")', True),
    ],
)
def test_recursion_through_any_function(body: str, is_bounded: bool) -> None:
    codes = [v.code for v in analyse(body, "n(?x, ?b)")]
    assert codes == ([] if is_bounded else ["rule.unbounded-arithmetic"])


def test_rules_that_no_text_gave() -> None:
    atom, head = Atom("?x", f"<{K}p>", "?a"), (Atom("?x", f"<{K}p>", "?a"),)
    for operation, code in (
        (Operation("tokenize", ("?a",)), "rule.unknown-function"),
        (Operation("nonsense", ()), "rule.unknown-function"),
        (Operation("upperCase", ("?a", "?a")), "rule.wrong-arguments"),
        (Operation("+", ("?a",)), "rule.wrong-arguments"),
    ):
        rule = Rule("r", (atom, Comparison("!=", operation, "?a")), head)
        assert code in [v.code for v in analyse_rules([rule], (), known_keys=KEYS, closed=())]
