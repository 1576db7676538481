"""Functions before Z3: its encoding of texts and numbers against the table, and worlds with such rules."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import functions
from oracles.functions import draw_call

from workbench.formats.rules_parser import parse_rule
from workbench.model.builtins import COMPARISONS, TRUE, evaluate_expression, holds
from workbench.model.functions import FUNCTIONS
from workbench.model.rules import Comparison, Operation
from workbench.model.terms import XSD, Triple, make_literal
from workbench.model.theory import Theory
from workbench.model.values import compare_terms
from workbench.reasoning.batch import evaluate
from workbench.solving.certificates import Judge, judge_proof, judge_world
from workbench.solving.consistency import find_conflicts, list_open_rules
from workbench.solving.decisions import write_comparisons
from workbench.solving.functions import ENCODED, write_ground
from workbench.solving.solver import Solver

PREFIXES = {"": "https://example.org/f#"}
_SOLVER = Solver()


def name(local: str) -> str:
    return f"<https://example.org/f#{local}>"


def typed(text: str, datatype: str) -> str:
    return make_literal(text, f"<{XSD}{datatype}>")


def ask(text: str) -> bool:
    answer = _SOLVER.ask(f"(assert {text})").result
    assert answer in ("sat", "unsat")
    return answer == "sat"


TEXTS = st.text('abß\\"u{}\n\U0001f600 é', max_size=6)


@settings(max_examples=300)
@given(st.integers(0, 2**32), st.sampled_from(sorted(ENCODED)), st.sampled_from(COMPARISONS), TEXTS, TEXTS)
def test_z3_and_the_table_agree_on_what_both_know(seed: int, function: str, operator: str, one: str, two: str) -> None:
    random = Random(seed)
    if function in "+-*/":
        numbers = functions.SAMPLES["number"] + functions.SAMPLES["integer"] + (make_literal(one),)
        call = Operation(function, (random.choice(numbers), random.choice(numbers)))
    else:
        call = draw_call(random, (make_literal(one), make_literal(two)), 1, function)
    result = evaluate_expression(call, {})
    for other in (result, TRUE, make_literal(one), make_literal(2)):
        if other is not None:
            comparison = Comparison(operator, call, other)
            assert ask(write_ground(comparison)) == holds(comparison, {})


def test_the_encoded_functions_are_judged_by_z3_itself() -> None:
    for function in ENCODED:
        kinds = FUNCTIONS[function].parameters
        call = Operation(function, tuple(functions.SAMPLES[kind][0] for kind in kinds))
        assert write_ground(Comparison("=", call, call)) not in ("true", "false")
    folded = Operation("upperCase", (make_literal("a"),))
    assert write_ground(Comparison("=", folded, make_literal("A"))) == "true"
    assert write_ground(Comparison("!=", folded, make_literal("A"))) == "false"
    assert write_ground(Comparison("!=", Operation("upperCase", (make_literal(1),)), make_literal("A"))) == "false"


@settings(max_examples=200)
@given(st.sampled_from(functions.LITERALS), st.sampled_from(functions.LITERALS), st.sampled_from(COMPARISONS))
def test_both_readings_of_dates_times_and_durations_agree(left: str, right: str, operator: str) -> None:
    assert ask(write_comparisons([Comparison(operator, left, right)])) == compare_terms(operator, left, right)


TEXTUAL = [
    *(typed(text, kind) for kind in ("duration", "yearMonthDuration", "dayTimeDuration") for text in (
        "P1M", "P30D", "P31D", "PT0S", "P0M", "P", "PT", "-P1Y", "P400Y", "P146097D", "PT1.50S", "P1Y2M3DT4H", "1M",
    )),
    *(typed(text, kind) for kind in ("date", "time", "dateTime", "gYear") for text in (
        "2000-12-31", "2000-12-31Z", "2001-01-01+14:00", "2000-02-30", "24:00:00", "00:00:00", "24:00:01", "23:00:00Z",
        "00:00:00+01:00", "2000-12-31T24:00:00", "2001-01-01T00:00:00", "2001-01-01T00:00:00.000001Z",
        "9999-12-31T24:00:00",
        "2000", "-0044", "0000", "02000", "2000Z", "2000+14:01", "2000-13:59", "20000", "0001-01-01T00:00:00+01:00",
    )),
]  # fmt: skip


@settings(max_examples=400)
@given(st.sampled_from(TEXTUAL), st.sampled_from(TEXTUAL), st.sampled_from(COMPARISONS))
def test_both_readings_of_borderline_texts_agree(left: str, right: str, operator: str) -> None:
    assert ask(write_comparisons([Comparison(operator, left, right)])) == compare_terms(operator, left, right)


FACTS: list[Triple] = [
    (name("a"), name("first"), make_literal("Ann")), (name("a"), name("last"), make_literal("Smith", language="en")),
    (name("b"), name("first"), make_literal("Bo")), (name("b"), name("last"), make_literal(7)),
    (name("a"), name("born"), typed("2000-02-29", "date")), (name("b"), name("born"), typed("1999-12-31", "date")),
    (name("a"), name("takes"), typed("P1M", "duration")), (name("b"), name("takes"), typed("P40D", "duration")),
]  # fmt: skip


@pytest.mark.parametrize(
    "rule",
    [
        'first(?x, ?f) ^ last(?x, ?l) ^ ?n = stringConcat(?f, " ", ?l) -> name(?x, ?n)',
        'first(?x, ?f) ^ contains(?f, "nn") -> Double(?x)',
        'first(?x, ?f) ^ not contains(?f, "nn") -> Single(?x)',
        "first(?x, ?f) ^ first(?y, ?g) ^ stringLength(?f) > stringLength(?g) -> longer(?x, ?y)",
        "first(?x, ?f) ^ ?n = upperCase(?f) -> capital(?x, ?n)",
        'first(?x, ?f) ^ matches(?f, "^B") -> WithB(?x)',
        "born(?x, ?d) ^ ?y = year(?d) ^ ?y < 2000 -> Old(?x)",
        'born(?x, ?d) ^ ?e = addYearMonthDurationToDate(?d, "P1Y"^^xsd:yearMonthDuration) -> next(?x, ?e)',
        "born(?x, ?d) ^ born(?y, ?e) ^ ?n = subtractDates(?d, ?e) -> gap(?x, ?n)",
        "takes(?x, ?a) ^ takes(?y, ?b) ^ ?a < ?b -> shorter(?x, ?y)",
        "first(?x, ?f) ^ ?n = roundHalfToEven(stringLength(?f) / 4, 1) ^ ?m = ?n + 1 -> score(?x, ?m)",
        'born(?x, ?d) ^ not (first(?x, ?f) ^ startsWith(?f, "A")) -> Other(?x)',
    ],
)
def test_worlds_and_proofs_with_functions(rule: str) -> None:
    theory = Theory.build([parse_rule(rule, PREFIXES, "r")], [name("first")])
    batch = evaluate(theory, [FACTS])
    model = list(batch.list_facts(0))
    derived = [fact for fact in model if fact not in FACTS]
    assert derived
    assert judge_world(theory, model).ok
    assert not judge_world(theory, FACTS).ok
    for fact in derived:
        proof = batch.proof(0, fact)
        assert proof is not None
        verdict = judge_proof(theory, FACTS, proof, model)
        assert verdict.ok
        assert verdict.method.endswith("folded") == any(f"{folded}(" in rule for folded in FUNCTIONS.keys() - ENCODED)
        wrong = (fact[0], fact[1], make_literal("wrong")) if fact[2].startswith('"') else fact
        assert wrong == fact or not Judge().judge_world(theory, [*(f for f in model if f != fact), wrong]).ok


def test_whether_rules_can_apply_is_left_open_where_functions_decide() -> None:
    def explain(*rules: str) -> list[str]:
        read = []
        for number, rule in enumerate(rules):
            read.append(parse_rule(rule, PREFIXES, f"r{number}"))
        return [conflict.kind for conflict in find_conflicts(read)]

    assert explain("p(?x, ?a) ^ ?a < 1 ^ ?a > 2 -> C(?x)") == ["never-applies"]
    assert explain('p(?x, ?a) ^ contains(?a, "x") ^ contains(?a, "x") != true -> C(?x)') == []
    assert explain('p(?x, ?a) ^ contains(?a, "x") ^ ?a < 1 ^ ?a > 2 -> C(?x)') == ["never-applies"]
    assert explain("p(?x, ?a) -> stringLength(?a) > 3", "p(?x, ?a) -> stringLength(?a) < 3") == []
    assert explain("p(?x, ?a) -> ?a > 3", "p(?x, ?a) -> ?a < 3") == ["contradictory"]
    month, days = typed("P1M", "duration"), typed("P40D", "duration")
    shorter = 'p(?x, ?a) ^ ?a < "P1M"^^xsd:duration ^ ?a > "P40D"^^xsd:duration -> C(?x)'
    assert compare_terms("<", month, days) and explain(shorter) == ["never-applies"]
    assert explain('p(?x, ?a) ^ ?a > "P1M"^^xsd:duration ^ ?a < "P40D"^^xsd:duration -> C(?x)') == []


def test_rules_that_are_left_open_are_named() -> None:
    rules = [
        "p(?x, ?a) ^ ?a + 1 < 3 -> C(?x)",
        'p(?x, ?a) ^ not contains(?a, "x") -> C(?x)',
        "p(?x, ?a) -> year(?a) > 3",
    ]
    read = [parse_rule(rule, PREFIXES, f"r{number}") for number, rule in enumerate(rules)]
    assert list_open_rules(read) == ("r1", "r2")
