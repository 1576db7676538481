"""The scorer's own reading of rules, and its own arithmetic, against those of the package."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.export.scorer import evaluation, rules, values
from workbench.formats.rules_parser import parse_rule, parse_rules
from workbench.formats.rules_printer import print_rule
from workbench.model import builtins
from workbench.model import rules as model
from workbench.model.terms import XSD

PREFIXES = {"k": "https://example.org/k#", "": "https://example.org/d#"}


def describe(part: Any) -> Any:
    """A rule or a part of it as plain tuples, whichever of the two wrote it."""
    if isinstance(part, str):
        return part
    if isinstance(part, model.Rule | rules.Rule):
        return [describe(one) for one in part.body], [describe(one) for one in part.head]
    if isinstance(part, model.Atom | rules.Atom):
        return "atom", part.subject, part.predicate, part.object
    if isinstance(part, model.Negation | rules.Negation):
        return "not", [describe(one) for one in part.elements]
    if isinstance(part, model.Comparison):
        return part.operator, describe(part.left), describe(part.right)
    if isinstance(part, rules.Comparison):
        return part.sign, describe(part.left), describe(part.right)
    return part.operator, [describe(one) for one in part.arguments]


@pytest.mark.parametrize(
    "text",
    [
        "k:p(?x, ?y) ^ k:C(?x) -> k:q(?y, ?x)",
        "p(?x, ?y), not C(?x) unless q(?x, ?z) ^ ?z > ?y -> D(?x) ^ E(?x)",
        "k:p(?x, ?a) ^ ?b = (?a - 1) * 2 / 3 + -4 - ?a -> k:q(?x, ?b)",
        "k:p(?x, ?a) ^ ?a - 1 > 2.5 ^ ?a != 1e3 ^ ?a <= +7 ^ ?a >= .5 ^ ?a < 007 -> false",
        'k:p(?x, "a \\"b\\" ^ ->") ^ k:p(?x, "Ann"@en-GB) ^ k:p(?x, "1952-03-01"^^xsd:date) ^ k:p(?x, true) -> k:C(?x)',
        "<https://example.org/other/ü#a>(?x, k:ann) ^ k:grün-blau.x(?x, _:b0) -> rdf:type(?x, k:C)",
        'k:p(?x, ?n) ^ contains(?n, "x") ^ not endsWith(?n, "y") ^ ?m = upperCase(stringConcat(?n, ?x)) -> k:D(?m)',
        "k:p(?x, ?d) ^ year(?d) > 1900 ^ year(?x, ?y) ^ month(?d) = day(?d) + 1 -> k:C(?x)",
        "k:p(?x, ?a) ^ swrlb:add(?c, ?a, 1, 2) ^ greaterThan(?c, 3) ^ differentFrom(?x, ?y) ^ k:C(?y) -> k:q(?x, ?c)",
        "k:p(?x, ?a) ^ abs(?a) + 1 > 2 ^ mod(?a, 2) = 1 ^ (?a) > 1 ^ swrlb:abs(?b, ?a) -> k:q(?x, ?b)",
        "-> k:p(k:c, 5)",
        "k:true(?x) ^ :not(?x) ^ k:C(?x) -> :add(?x, ?x)",
        "k:p(?x, ?a) ^ ?a<?x ^ ?a>-1 ^ not(k:C(?x)) -> k:C(?x)",
    ],
)
def test_rules_are_read_as_the_package_reads_them(text: str) -> None:
    assert describe(rules.parse_rule(text, PREFIXES)) == describe(parse_rule(text, PREFIXES))


@pytest.mark.parametrize(
    "text",
    [
        "", "->", "k:p(?x ?y) -> k:C(?x)", "k:p(?x, ?y, ?z) -> k:C(?x)", "k:C(?x) -> not k:D(?x)",
        "k:C(?x) ^ -> k:D(?x)", "k:C(?x) -> k:D(?x) -> k:E(?x)", "k:C(?x) -> k:D(?x) k:E(?x)",
        "not not k:C(?x) -> k:D(?x)",
        'k:p("a", ?x) -> k:C(?x)', 'k:p(?x, "a) -> k:C(?x)', "k:p(?x, ?a) ^ ?a -> k:C(?x)",
        "k:C(?x) & k:D(?x) -> k:E(?x)",
        "k:C(?x) -> k:q(?x, 1 + 2)", "k:C(?x) ^ add(?x, 1) -> k:D(?x)", "k:C(?x) ^ equal(?x) -> k:D(?x)",
        "k:C() -> k:D(?x)",
        "k:p(?x, ?a) ^ ?a > equal(?a, 1) -> k:C(?x)", "k:C(?x) ^ subtract(?x, 1, 2, 3) -> k:D(?x)",
    ],
)  # fmt: skip
def test_what_the_package_refuses_is_no_rule_here(text: str) -> None:
    with pytest.raises((InputError, ValueError)):
        parse_rule(text, PREFIXES)
    with pytest.raises(rules.RuleTextError):
        rule = rules.parse_rule(text, PREFIXES)
        assert "->" in text and (rule.body or rule.head), "a body alone is no rule"
        raise rules.RuleTextError("an empty rule")


def test_every_rule_of_a_real_dataset_and_of_the_documentation_is_read_alike(
    small_dataset: Path, repo_root: Path
) -> None:
    prefixes = json.loads((small_dataset / "prefixes.json").read_text(encoding="utf-8"))
    texts = {
        entry["formal"]
        for path in small_dataset.glob("theories/*.json")
        for entry in json.loads(path.read_text(encoding="utf-8"))["rules"]
    }
    document = (repo_root / "docs" / "rules.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```rules\n(.*?)^```", document, re.MULTILINE | re.DOTALL):
        for rule in parse_rules(block, "rules.md", PREFIXES).rules:
            texts.add(print_rule(rule, prefixes))
    assert len(texts) > 20
    for text in sorted(texts):
        assert describe(rules.parse_rule(text, prefixes)) == describe(parse_rule(text, prefixes)), text


WORDS = (
    'k:p(?x, ?y)|k:C(?x)|^|,|not|unless|(|)|->|?x|1|-|+|*|<=|=|"a"|@en|^^|xsd:date|add|contains|year|false|true|k:ann'
).split("|")


@settings(max_examples=60)
@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))
def test_random_texts_are_read_alike_or_refused_alike(text: str) -> None:
    """What the package reads, this reads in the same way."""
    try:
        expected = parse_rule(text, PREFIXES)
    except (InputError, ValueError):
        try:
            rules.parse_rule(text, PREFIXES)
        except rules.RuleTextError:
            return
        return  # a body alone, or a call with another number of arguments
    assert describe(rules.parse_rule(text, PREFIXES)) == describe(expected)


numbers = st.one_of(
    st.integers(-3, 3).map(lambda n: f'"{n}"^^<{XSD}integer>'),
    st.sampled_from(["0.5", "1.0", "-2.50"]).map(lambda n: f'"{n}"^^<{XSD}decimal>'),
    st.sampled_from(["1e0", "5E-1"]).map(lambda n: f'"{n}"^^<{XSD}double>'),
)
texts = st.sampled_from(['"a"', '"B"', '"ab"', '""', '"Ab c"', '"a"@en', '"ß"'])
moments = st.sampled_from(
    [
        f'"2020-02-29"^^<{XSD}date>', f'"2019-12-31"^^<{XSD}date>', f'"2020-02-30"^^<{XSD}date>',
        f'"2020-02-29Z"^^<{XSD}date>', f'"2020-02-29T10:00:00"^^<{XSD}dateTime>', f'"10:00:00.5"^^<{XSD}time>',
        f'"2020-02-29T10:00:00Z"^^<{XSD}dateTime>', f'"2020-02-29T11:00:00+01:00"^^<{XSD}dateTime>',
        f'"2020"^^<{XSD}gYear>', f'"P1Y"^^<{XSD}yearMonthDuration>', f'"P12M"^^<{XSD}yearMonthDuration>',
        f'"PT60M"^^<{XSD}dayTimeDuration>', f'"-PT1H"^^<{XSD}dayTimeDuration>', f'"PT1H"^^<{XSD}duration>',
        f'"true"^^<{XSD}boolean>', f'"0"^^<{XSD}boolean>', f'"x"^^<{XSD}integer>', "<https://example.org/a>", "_:b",
    ]
)  # fmt: skip
terms = st.one_of(numbers, texts, moments)
FUNCTIONS = {
    1: "unaryPlus unaryMinus abs ceiling floor round booleanNot stringLength normalizeSpace upperCase lowerCase year "
    "month day hours minutes seconds".split(),
    2: "+ - * / integerDivide mod stringEqualIgnoreCase stringConcat contains containsIgnoreCase startsWith endsWith "
    "substringBefore substringAfter".split(),
}
calls = st.one_of(
    *(
        st.tuples(st.sampled_from(names), st.lists(terms, min_size=count, max_size=count))
        for count, names in FUNCTIONS.items()
    )
)
expressions = st.one_of(terms, calls, calls)


def build(expression: Any, operation: Any) -> Any:
    return expression if isinstance(expression, str) else operation(expression[0], tuple(expression[1]))


@settings(max_examples=250)
@given(expressions, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), expressions)
def test_comparisons_hold_where_those_of_the_package_do(left: Any, sign: str, right: Any) -> None:
    expected = builtins.holds(
        model.Comparison(sign, build(left, model.Operation), build(right, model.Operation)), {}
    )  # fmt: skip
    try:
        found = evaluation.holds(
            rules.Comparison(sign, build(left, rules.Operation), build(right, rules.Operation)), {}
        )  # fmt: skip
    except values.CannotJudgeError:
        return
    assert found == expected


@settings(max_examples=120)
@given(calls)
def test_what_is_calculated_is_written_as_the_package_writes_it(call: Any) -> None:
    term = builtins.evaluate_expression(build(call, model.Operation), {})
    try:
        value = evaluation.evaluate(build(call, rules.Operation), {})
    except values.CannotJudgeError:
        return
    if term is not None:
        assert value is not None and evaluation.writes_value(term, value)
        assert evaluation.assign_variables(
            [rules.Comparison("=", "?v", build(call, rules.Operation))], {"?v": term}, set()
        )
    else:
        comparison = rules.Comparison("=", "?v", build(call, rules.Operation))
        assert not evaluation.assign_variables([comparison], {}, set())
