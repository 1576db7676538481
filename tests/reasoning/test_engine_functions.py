"""Functions in rules: the engine, the naive evaluator and the checker come to the same facts."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from oracles import naive, programs

from workbench.checker import derive_heights, derive_model
from workbench.errors import LimitError
from workbench.formats.rules_parser import parse_rule
from workbench.model.terms import XSD, Triple, make_literal
from workbench.model.theory import Theory
from workbench.reasoning.batch import evaluate
from workbench.reasoning.guards import Limits

SMALL = Limits(rounds=8, facts=150)
PREFIXES = {"": "https://example.org/f#"}


def name(local: str) -> str:
    return f"<https://example.org/f#{local}>"


def typed(text: str, datatype: str) -> str:
    return make_literal(text, f"<{XSD}{datatype}>")


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=300)
@given(programs.samplers(with_functions=True))
def test_random_programs_with_functions(sampler: programs.Sampler) -> None:
    theory, facts = sampler.draw_theory(), sampler.draw_world()
    try:
        batch = evaluate(theory, [facts], limits=SMALL)
    except LimitError:
        assume(False)
        raise
    model = naive.evaluate(theory, facts)
    assert {fact: batch.get_height(0, fact) for fact in batch.list_facts(0)} == model.heights
    assert {step for fact in batch.list_facts(0) for step in batch.derivations(0, fact)} == {
        step for step in model.steps if step.conclusion in model.heights
    }
    assert derive_heights(theory, facts, derive_model(theory, facts)) == model.heights


def derive(rules: list[str], facts: list[Triple]) -> set[Triple]:
    theory = Theory.build([parse_rule(rule, PREFIXES, f"r{number}") for number, rule in enumerate(rules)])
    found = {fact for fact in evaluate(theory, [facts]).list_facts(0) if fact not in facts}
    assert found == derive_model(theory, facts) - set(facts)
    return found


def test_functions_in_rules_by_hand() -> None:
    facts = [
        (name("a"), name("first"), make_literal("Ann")),
        (name("a"), name("last"), make_literal("Smith", language="en")),
        (name("b"), name("first"), make_literal("Bo")), (name("b"), name("last"), make_literal(7)),
        (name("a"), name("born"), typed("2000-02-29", "date")), (name("b"), name("born"), typed("2001-02-29", "date")),
    ]  # fmt: skip
    assert derive(
        [
            'first(?x, ?f) ^ last(?x, ?l) ^ swrlb:stringConcat(?n, ?f, " ", ?l) -> name(?x, ?n)',
            'first(?x, ?f) ^ contains(?f, "n") -> With(?x)',
            'first(?x, ?f) ^ not contains(?f, "n") -> Without(?x)',
            "born(?x, ?d) ^ ?y = year(?d) -> bornIn(?x, ?y)",
            'born(?x, ?d) ^ addYearMonthDurationToDate(?e, ?d, "P18Y"^^xsd:yearMonthDuration) -> ofAge(?x, ?e)',
            "born(?x, ?d) ^ swrlb:stringLength(?n, ?d) -> Never(?x)",
            "last(?x, ?n) ^ ?m = ?n / 0 -> Never(?x)",
            'last(?x, ?n) ^ ?m = pow(?n, 1000000) -> Never(?x)',
        ],
        facts,
    ) == {
        (name("a"), name("name"), make_literal("Ann Smith")),
        (name("a"), "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", name("With")),
        (name("b"), "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", name("Without")),
        (name("a"), name("bornIn"), make_literal(2000)),
        (name("a"), name("ofAge"), typed("2018-02-28", "date")),
    }  # fmt: skip


def test_durations_are_ordered_where_XSD_orders_them() -> None:  # noqa: N802 - the standard's name
    lengths = ["P1M", "P30D", "P31D", "P40D", "P1Y", "P365D", "P400Y", "P146097D", "-P1D", "PT0S", "P0M"]
    facts = [(name(f"d{n}"), name("takes"), typed(text, "duration")) for n, text in enumerate(lengths)]
    found = derive(["takes(?x, ?a) ^ takes(?y, ?b) ^ ?a < ?b -> shorter(?x, ?y)"], facts)
    by_name = {name(f"d{n}"): text for n, text in enumerate(lengths)}
    pairs = {(by_name[subject], by_name[object_]) for subject, _, object_ in found}
    assert ("P1M", "P40D") in pairs and ("P1M", "P1Y") in pairs and ("P30D", "P31D") in pairs
    assert not pairs & {("P1M", "P30D"), ("P30D", "P1M"), ("P1M", "P31D"), ("P31D", "P1M"), ("P1Y", "P365D")}
    assert not pairs & {("P400Y", "P146097D"), ("P146097D", "P400Y"), ("PT0S", "P0M"), ("P0M", "PT0S")}
    same = derive(["takes(?x, ?a) ^ takes(?y, ?b) ^ ?x != ?y ^ ?a = ?b -> same(?x, ?y)"], facts)
    assert {frozenset((s, o)) for s, _, o in same} == {frozenset((name("d9"), name("d10")))}
