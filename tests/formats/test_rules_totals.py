"""Totals behind the arrow of a constraint: read, printed, formatted, and refused where they cannot stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.formats.rules_parser import parse_rules
from workbench.formats.rules_printer import format_rules, print_rules_file, print_total
from workbench.model.rules import Atom, Comparison, Operation
from workbench.model.totals import Total, TotalConstraint

PREFIXES = {"": "https://example.org/"}
NUMBER = "^^<http://www.w3.org/2001/XMLSchema#integer>"


def name(text: str) -> str:
    return f"<https://example.org/{text}>"


def test_a_total_is_read() -> None:
    text = 'constraint shares\n  en "Not more than all."\n  source "Law"\n'
    text += "  Company(?c) -> sum(?s: shareIn(?h, ?c) ^ percent(?h, ?s)) <= 100\n"
    file = parse_rules(text, "a.rules", PREFIXES)
    assert file.violations == ()
    assert file.rules == ()
    (read,) = file.totals
    rdf_type = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    assert read == TotalConstraint(
        "shares",
        (Atom("?c", rdf_type, name("Company")),),
        Comparison("<=", "?#0", f'"100"{NUMBER}'),
        (Total("sum", ("?s",), (Atom("?h", name("shareIn"), "?c"), Atom("?h", name("percent"), "?s"))),),
    )
    assert read.sentences == (("en", "Not more than all."),)
    assert read.provenance.sources == ("Law",)
    assert str(read.location) == "a.rules:1:12"
    assert format_rules(text, "a.rules", PREFIXES) == text
    assert parse_rules(print_rules_file(file, PREFIXES), "a.rules", PREFIXES).totals == file.totals


def test_totals_stand_anywhere_in_the_comparison() -> None:
    text = (
        "constraint balance\n"
        "  Firm(?f) ^ reserve(?f, ?r) unless Closed(?f)\n"
        "    -> 2 * sum(?a * ?p: has(?f, ?x) ^ worth(?x, ?a) ^ part(?x, ?p) ^ ?a > 3 ^ not Lost(?x))"
        " + ?r = max(?d: owes(?f, ?d))\n"
    )
    (read,) = parse_rules(text, "a.rules", PREFIXES).totals
    assert [total.kind for total in read.totals] == ["sum", "max"]
    assert read.comparison.left == Operation("+", (Operation("*", (f'"2"{NUMBER}', "?#0")), "?r"))
    assert read.unless == 1
    formatted = format_rules(text, "a.rules", PREFIXES)
    assert parse_rules(formatted, "a.rules", PREFIXES).totals == (read,)
    assert format_rules(formatted, "a.rules", PREFIXES) == formatted
    assert "unless Closed(?f)" in formatted


@pytest.mark.parametrize(
    ("formula", "column", "expected"),
    [
        ("C(?c) -> sum(?s:p(?c, ?s)) <= 1", 18, "':' and a space"),
        ("C(?c) -> sum(?s) <= 1", 18, "':' and what is added up or counted"),
        ("C(?c) -> sum(?a, ?b: p(?a, ?b)) <= 1", 16, "one value of sum"),
        ("C(?c) -> sum(1: p(?c, ?b)) <= 1", 16, "a value with a variable"),
        ("C(?c) -> count(?b + 1: p(?c, ?b)) <= 1", 18, "a variable: what is counted"),
        ("C(?c) -> sum(max(?a: p(?c, ?a)): p(?c, ?b)) = 1", 16, "a value without a total in it"),
        ("C(?c) -> sum(?a: p(?c, ?a)) = ?a", 16, "a variable that occurs before the arrow"),
        ("C(?c) -> sum(?a: p(?c, ?a) <= 1", 30, "'^' or ')'"),
        ("C(?c) -> sum(?a: p(?c, ?a))", 30, "one of = != < <= > >="),
        ("C(?c) ^ sum(?a: p(?c, ?a)) > 1 -> false", 17, "',' or ')'"),
    ],
)
def test_what_cannot_stand_is_told_at_its_place(formula: str, column: int, expected: str) -> None:
    file = parse_rules(f"constraint a\n  {formula}\n", "a.rules", PREFIXES)
    (found,) = file.violations
    assert found.location is not None
    assert (found.code, found.location.line, found.location.column) == ("rule.syntax", 2, column)
    assert found.message.startswith(f"Expected {expected}")
    assert found.fix


def test_a_rule_has_no_total() -> None:
    (found,) = parse_rules("rule a\n  C(?c) -> sum(?a: p(?c, ?a)) > 3\n", "a.rules", PREFIXES).violations
    assert "behind the arrow of a constraint only" in found.fix


def test_names_are_shared_with_other_statements() -> None:
    text = "constraint a\n  C(?c) -> count(?x: p(?c, ?x)) <= 1\n\nrule a\n  C(?c) -> D(?c)\n"
    (found,) = parse_rules(text, "a.rules", PREFIXES).violations
    assert found.code == "rule.duplicate-name"


VARIABLES = st.sampled_from(["?a", "?b", "?c"])
ATOMS = st.builds(Atom, VARIABLES, st.sampled_from([name("p"), name("q")]), VARIABLES)
EXPRESSIONS = st.one_of(VARIABLES, st.builds(Operation, st.sampled_from("+-*/"), st.tuples(VARIABLES, VARIABLES)))
BODIES = st.lists(ATOMS, min_size=1, max_size=3).map(tuple)
KINDS = st.sampled_from(["sum", "min", "max", "average"])
TOTALS = st.one_of(
    st.builds(Total, KINDS, st.tuples(EXPRESSIONS), BODIES),
    st.builds(Total, st.just("count"), st.lists(VARIABLES, min_size=1, max_size=2).map(tuple), BODIES),
)
SIDES = st.recursive(
    st.sampled_from(["?#0", f'"7"{NUMBER}']),
    lambda inner: st.builds(Operation, st.sampled_from("+-*/"), st.tuples(inner, inner)),
    max_leaves=4,
)


@given(TOTALS, SIDES, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), BODIES)
def test_what_is_printed_is_read_back(total: Total, side: str, operator: str, body: tuple[Atom, ...]) -> None:
    constraint = TotalConstraint("a", body, Comparison(operator, "?#0", side), (total,))
    if isinstance(side, str):
        sides = [side]
    else:
        sides, waiting = [], [side]
        while waiting:
            current = waiting.pop()
            waiting += current.arguments if isinstance(current, Operation) else ()
            sides += [current] if isinstance(current, str) else []
    if "?#0" in sides:
        return  # each total stands once in a text
    text = f"constraint a\n  {print_total(constraint, PREFIXES)}\n"
    assert parse_rules(text, "a.rules", PREFIXES).totals == (constraint,)
