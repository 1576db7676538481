"""Values and built-ins against Decimal, Fraction, datetime and clingo."""

from __future__ import annotations

import operator
from datetime import date, datetime, timedelta, timezone
from decimal import Context, Decimal
from fractions import Fraction

import clingo
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workbench.model.builtins import COMPARISONS, NEGATED, evaluate_expression, holds
from workbench.model.rules import Comparison, Expression, Operation
from workbench.model.terms import XSD, XSD_DATE, XSD_DATETIME, make_literal, split_literal
from workbench.model.values import compare_terms, make_number, read_value

ORDERS = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
EXACT = Context(prec=5000)
IRI, OTHER_IRI = "<https://example.org/a>", "<https://example.org/b>"


def typed(text: str, name: str) -> str:
    return make_literal(text, f"<{XSD}{name}>")


@st.composite
def draw_number(draw: st.DrawFn) -> tuple[str, Fraction]:
    """A literal in one of many spellings, and its value as Decimal reads it."""
    sign = draw(st.sampled_from(["", "-", "+"]))
    whole = draw(st.sampled_from(["0", "00", "1", "7", "007", "12", "99", "123456789012345678901234567890"]))
    kind = draw(st.sampled_from(["integer", "long", "decimal", "double", "float"]))
    text = sign + whole
    if kind not in ("integer", "long"):
        text += draw(st.sampled_from(["", ".", ".0", ".5", ".50", ".25", ".000000000001"]))
    if kind in ("double", "float"):
        text += draw(st.sampled_from(["", "e0", "E2", "e-3", "e+30"]))
    padded = draw(st.sampled_from(["", " ", "\n\t"])) + text + draw(st.sampled_from(["", " "]))
    return typed(padded, kind), Fraction(EXACT.create_decimal(text))


@given(draw_number(), draw_number())
def test_numbers_compare_by_value(first: tuple[str, Fraction], second: tuple[str, Fraction]) -> None:
    for name, compare in ORDERS.items():
        assert compare_terms(name, first[0], second[0]) == compare(first[1], second[1])


@given(st.dates(), st.dates())
def test_dates_compare_in_time(first: date, second: date) -> None:
    one, other = (make_literal(day.isoformat(), XSD_DATE) for day in (first, second))
    for name, compare in ORDERS.items():
        assert compare_terms(name, one, other) == compare(first, second)


ZONES = st.sampled_from([timezone(timedelta(minutes=m)) for m in (0, 60, -60, 330, -570, 840)])


@given(st.datetimes(), st.datetimes(), ZONES, ZONES)
def test_moments_compare_in_time(first: datetime, second: datetime, zone: timezone, other_zone: timezone) -> None:
    assume(all(1 < moment.year < 9999 for moment in (first, second)))
    plain = [make_literal(moment.isoformat(), XSD_DATETIME) for moment in (first, second)]
    zoned = [make_literal(first.replace(tzinfo=zone).isoformat(), XSD_DATETIME),
             make_literal(second.replace(tzinfo=other_zone).isoformat(), XSD_DATETIME)]  # fmt: skip
    for name, compare in ORDERS.items():
        assert compare_terms(name, plain[0], plain[1]) == compare(first, second)
        assert compare_terms(name, zoned[0], zoned[1]) == compare(
            first.replace(tzinfo=zone), second.replace(tzinfo=other_zone)
        )
        # With and without a zone there is no order.
        assert compare_terms(name, plain[0], zoned[0]) == (name == "!=")


@given(st.text(max_size=4), st.text(max_size=4))
def test_strings_compare_by_code_point(first: str, second: str) -> None:
    for name, compare in ORDERS.items():
        assert compare_terms(name, make_literal(first), make_literal(second)) == compare(first, second)


UNORDERED = [
    IRI, OTHER_IRI, "_:b0", make_literal("a", language="en"), make_literal("a", language="de"), make_literal(True),
    make_literal(False), typed("x", "integer"), typed("2020-02-30", "date"), typed("INF", "double"),
    make_literal("a", "<urn:t>"), make_literal("b", "<urn:t>"),
]  # fmt: skip
ORDERED = [
    make_literal(1), typed("1.0", "decimal"), make_literal("1"), make_literal("a"), typed("2020-01-01", "date"),
    typed("2020-01-01T00:00:00", "dateTime"), typed("2020-01-01T00:00:00Z", "dateTime"),
]  # fmt: skip


@pytest.mark.parametrize("first", UNORDERED + ORDERED)
@pytest.mark.parametrize("second", UNORDERED + ORDERED)
def test_kinds_do_not_mix(first: str, second: str) -> None:
    same_number = {first, second} <= {ORDERED[0], ORDERED[1]}
    assert compare_terms("=", first, second) == (first == second or same_number)
    # A blank node may be any individual.
    is_open = "_:b0" in (first, second) and not any(term.startswith('"') for term in (first, second))
    assert compare_terms("!=", first, second) == (not compare_terms("=", first, second) and not is_open)
    for name in ("<", "<=", ">", ">="):
        expected = ((first == second and first in ORDERED) or same_number) and "=" in name
        if {first, second} == {make_literal("1"), make_literal("a")} and first != second:
            expected = (first < second) == name.startswith("<")
        assert compare_terms(name, first, second) == expected


@given(draw_number(), draw_number())
def test_the_negated_comparison_holds_exactly_when_the_other_does_not(
    first: tuple[str, Fraction], second: tuple[str, Fraction]
) -> None:
    for name in COMPARISONS:
        assert compare_terms(NEGATED[name], first[0], second[0]) != compare_terms(name, first[0], second[0])
        assert NEGATED[NEGATED[name]] == name


@pytest.mark.parametrize(
    "term",
    [
        typed("1.0", "integer"), typed("", "integer"), typed("1 2", "integer"), typed("\u0661", "integer"),
        typed("1_0", "integer"), typed("1e3", "decimal"), typed(".", "decimal"), typed("1/2", "decimal"),
        typed("NaN", "double"), typed("1e9999", "double"), typed("0x10", "double"), typed("yes", "boolean"),
        typed("2020-1-1", "date"), typed("20200101", "date"), typed("2020-W01-1", "date"), typed("2021-02-29", "date"),
        typed("2020-01-01", "dateTime"), typed("2020-01-01T00:00", "dateTime"),
        typed("2020-01-01 00:00:00", "dateTime"),
        typed("9" * 1001, "integer"),
    ],
)  # fmt: skip
def test_outside_the_lexical_space(term: str) -> None:
    assert read_value(term) is None
    assert compare_terms("=", term, term) and not compare_terms("<=", term, term)
    assert not compare_terms("=", term, make_literal(1)) and compare_terms("!=", term, make_literal(1))


@given(st.fractions(max_denominator=10**6) | st.decimals(allow_nan=False, allow_infinity=False, places=8).map(Fraction))
def test_numbers_are_written_so_that_they_read_back(value: Fraction) -> None:
    term = make_number(value)
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    assert (term is None) == (rest != 1)
    if term is not None:
        found = read_value(term)
        assert found is not None and found.value == value
        lexical, datatype, _ = split_literal(term)
        assert datatype == f"<{XSD}{'integer' if value.denominator == 1 else 'decimal'}>"
        # One number, one literal: no sign of nothing, no zeros that say nothing.
        assert lexical == format(EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)), "f")


@pytest.mark.parametrize(
    "value", [Fraction(10**1000), Fraction(-(10**5000)), Fraction(1, 2**1500), Fraction(10**6000 + 1, 2)]
)
def test_numbers_beyond_a_thousand_digits_have_no_literal(value: Fraction) -> None:
    assert make_number(value) is None


@pytest.mark.parametrize("value", [Fraction(10**1000 - 1), Fraction(1 - 10**1000), Fraction(1, 10**1000)])
def test_numbers_of_a_thousand_digits_read_back(value: Fraction) -> None:
    term = make_number(value)
    assert term is not None
    found = read_value(term)
    assert found is not None and found.value == value


def test_products_of_long_numbers_are_no_value() -> None:
    long = typed("9" * 900, "integer")
    product: Expression = long
    for _ in range(6):
        product = Operation("*", (product, long))
    assert evaluate_expression(product, {}) is None
    assert holds(Comparison(">", product, long), {})


EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    st.sampled_from(["?x", "?y"]) | st.integers(-9, 9).map(make_literal),
    lambda inner: st.builds(Operation, st.sampled_from("+-*/"), st.tuples(inner, inner)),
    max_leaves=5,
)


def evaluate_fractions(expression: Expression, values: dict[str, Fraction]) -> Fraction | None:
    if not isinstance(expression, Operation):
        return values.get(expression, Fraction(0)) if expression in values else Fraction(int(expression.split('"')[1]))
    left, right = (evaluate_fractions(argument, values) for argument in expression.arguments)
    if left is None or right is None or (expression.operator == "/" and right == 0):
        return None
    return {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[expression.operator](
        left, right
    )  # type: ignore[no-any-return]


@given(EXPRESSIONS, EXPRESSIONS, st.integers(-20, 20), st.integers(-20, 20), st.sampled_from(COMPARISONS))
def test_arithmetic_is_exact(first: Expression, second: Expression, x: int, y: int, name: str) -> None:
    bindings = {"?x": make_literal(x), "?y": make_literal(y)}
    values = {"?x": Fraction(x), "?y": Fraction(y)}
    left, right = evaluate_fractions(first, values), evaluate_fractions(second, values)
    expected = left is not None and right is not None and ORDERS[name](left, right)
    assert holds(Comparison(name, first, second), bindings) == expected
    if isinstance(first, Operation):
        assert evaluate_expression(first, bindings) == (None if left is None else make_number(left))


@given(st.lists(st.tuples(EXPRESSIONS, st.sampled_from(COMPARISONS), st.integers(-30, 30)), min_size=1, max_size=6))
def test_whole_numbers_as_clingo_has_them(cases: list[tuple[Expression, str, int]]) -> None:
    """clingo divides whole numbers only, so divisions are left out."""

    def say(expression: Expression) -> str:
        if isinstance(expression, Operation):
            assume(expression.operator != "/")
            return f"({f' {expression.operator} '.join(map(say, expression.arguments))})"
        return {"?x": "X", "?y": "Y"}.get(expression) or f"({expression.split(chr(34))[1]})"

    control = clingo.Control(["--warn=none"], logger=lambda *_: None)
    text = "v(-2..2). "
    for number, (expression, name, limit) in enumerate(cases):
        text += f"t({number}, X, Y) :- v(X), v(Y), {say(expression)} {name} {limit}. "
    control.add("base", [], text)
    control.ground([("base", [])])
    found = {
        tuple(argument.number for argument in atom.symbol.arguments)
        for atom in control.symbolic_atoms.by_signature("t", 3)
    }
    for number, (expression, name, limit) in enumerate(cases):
        for x in range(-2, 3):
            for y in range(-2, 3):
                bindings = {"?x": make_literal(x), "?y": make_literal(y)}
                ours = holds(Comparison(name, expression, make_literal(limit)), bindings)
                assert ours == ((number, x, y) in found)


@pytest.mark.parametrize("operand", [IRI, make_literal("1"), typed("x", "integer"), make_literal(True), "?unbound"])
def test_only_numbers_are_calculated_with(operand: str) -> None:
    total = Operation("+", (operand, make_literal(1)))
    assert evaluate_expression(total, {}) is None
    for name in COMPARISONS:
        assert not holds(Comparison(name, total, make_literal(2)), {})
        assert not holds(Comparison(name, make_literal(2), total), {})


def test_division() -> None:
    third = Operation("/", (make_literal(1), make_literal(3)))
    assert evaluate_expression(third, {}) is None
    assert holds(Comparison("=", Operation("*", (third, make_literal(3))), make_literal(1)), {})
    assert evaluate_expression(Operation("/", (make_literal(1), make_literal(0))), {}) is None
    assert not holds(Comparison("!=", Operation("/", (make_literal(1), make_literal(0))), make_literal(0)), {})
    assert evaluate_expression("?x", {"?x": IRI}) == IRI
