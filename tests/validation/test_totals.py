"""Totals over facts, against clingo's aggregates and against every assignment tried in plain Python."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

import clingo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.formats.rules_parser import parse_rules
from workbench.model.builtins import holds
from workbench.model.rules import Atom, BodyElement, Comparison, Negation, collect_variables
from workbench.model.terms import RDF_TYPE, XSD_DATE, Triple, make_literal
from workbench.model.totals import TotalConstraint
from workbench.validation.totals.cases import Case, build_index, evaluate_cases
from workbench.validation.totals.causes import find_minimal
from workbench.validation.totals.matching import FactIndex, iterate_keys

PREFIXES = {"": "https://example.org/", "xsd": "http://www.w3.org/2001/XMLSchema#"}


def name(text: str) -> str:
    return f"<https://example.org/{text}>"


def read(formula: str) -> TotalConstraint:
    file = parse_rules(f"constraint a\n  {formula}\n", "a.rules", PREFIXES)
    assert file.violations == ()
    return file.totals[0]


def evaluate(constraint: TotalConstraint, facts: list[Triple]) -> list[Case]:
    return list(evaluate_cases(constraint, build_index([constraint], sorted(facts))))


SHARES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(-3, 9)), max_size=8)
FORMULA = "Company(?c) -> {total} <= 9"


def make_facts(shares: list[tuple[int, int, int]]) -> list[Triple]:
    facts = [(name(f"c{c}"), RDF_TYPE, name("Company")) for c in range(3)]
    for company, holder, percent in shares:
        facts.append((name(f"h{holder}"), name("shareIn"), name(f"c{company}")))
        facts.append((name(f"h{holder}"), name("percent"), make_literal(percent)))
    return list(dict.fromkeys(facts))


@settings(max_examples=120)
@given(SHARES, st.integers(-3, 9))
def test_sums_and_counts_are_those_of_clingo(shares: list[tuple[int, int, int]], least: int) -> None:
    facts = make_facts(shares)
    inner = f"shareIn(?h, ?c) ^ percent(?h, ?s) ^ ?s > {least}"
    control = clingo.Control(["--warn=none"])
    program = "company(0..2).\n"
    for company, holder, percent in shares:
        program += f"share({holder},{company}). percent({holder},{percent}).\n"
    condition = f"share(H,C), percent(H,S), S > {least}"
    program += f"sum(C,V) :- company(C), V = #sum{{S,H : {condition}}}.\n"
    program += f"count(C,V) :- company(C), V = #count{{S : {condition}}}.\n"
    program += f"pairs(C,V) :- company(C), V = #count{{S,H : {condition}}}.\n"
    program += f"max(C,V) :- company(C), V = #max{{S : {condition}}}, V != #inf.\n"
    program += f"min(C,V) :- company(C), V = #min{{S : {condition}}}, V != #sup.\n"
    control.add("base", [], program)
    control.ground([("base", [])])
    expected: dict[tuple[str, int], int] = {}
    with control.solve(yield_=True) as handle:
        for model in handle:
            for symbol in model.symbols(atoms=True):
                if symbol.name in ("sum", "count", "pairs", "max", "min"):
                    expected[symbol.name, symbol.arguments[0].number] = symbol.arguments[1].number
    heads = {"sum": "sum(?s", "count": "count(?s", "pairs": "count(?s, ?h", "max": "max(?s", "min": "min(?s"}
    for kind, head in heads.items():
        constraint = read(FORMULA.format(total=f"{head}: {inner})"))
        cases = evaluate(constraint, facts)
        assert len(cases) == 3
        for case in cases:
            company = int(case.bindings["?c"][-2])
            value = case.amounts[0].value
            wanted = expected.get((kind, company))
            assert (value is None) == (wanted is None)
            if wanted is not None:
                assert value is not None
                assert value.value == wanted
                assert case.violated == (wanted > 9)


def match_by_trying(
    body: tuple[BodyElement, ...], facts: set[Triple], known: Mapping[str, str]
) -> list[dict[str, str]]:
    """Try every assignment of every variable."""
    terms = sorted({t for fact in facts for t in (fact[0], fact[2])})
    free = [
        variable
        for variable in dict.fromkeys(v for e in body if not isinstance(e, Negation) for v in collect_variables(e))
        if variable not in known
    ]
    found = []
    for values in product(terms, repeat=len(free)):
        bindings = {**known, **dict(zip(free, values, strict=True))}
        if all(is_true(element, facts, bindings) for element in body):
            found.append(bindings)
    return found


def is_true(element: BodyElement, facts: set[Triple], bindings: Mapping[str, str]) -> bool:
    if isinstance(element, Atom):
        subject, value = (bindings.get(side, side) for side in (element.subject, element.object))
        return (subject, element.predicate, value) in facts
    if isinstance(element, Comparison):
        return holds(element, bindings)
    return not match_by_trying(element.elements, facts, bindings)


NODES = [
    name("a"),
    name("b"),
    make_literal(1),
    make_literal(2),
    make_literal("1.0", "<http://www.w3.org/2001/XMLSchema#decimal>"),
]
FACTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(NODES[:2]), st.sampled_from([name("p"), name("q")]), st.sampled_from(NODES)),
        st.tuples(st.sampled_from(NODES[:2]), st.just(RDF_TYPE), st.just(name("C"))),
    ),
    max_size=7,
    unique=True,
)
ENDS = st.sampled_from(["?x", "?y", "?z", name("a"), make_literal(1)])
BODY_ATOMS = st.one_of(
    st.builds(Atom, st.sampled_from(["?x", "?y", name("a")]), st.sampled_from([name("p"), name("q")]), ENDS),
    st.builds(Atom, st.sampled_from(["?x", "?y"]), st.just(RDF_TYPE), st.just(name("C"))),
)


@settings(max_examples=150)
@given(FACTS, st.lists(BODY_ATOMS, min_size=1, max_size=3), st.lists(BODY_ATOMS, max_size=2), st.booleans())
def test_bodies_match_as_every_assignment_tried(
    facts: list[Triple], atoms: list[Atom], denied: list[Atom], compares: bool
) -> None:
    bound = {v for atom in atoms for v in collect_variables(atom)}
    body: list[BodyElement] = [*atoms]
    if denied:
        body.insert(0, Negation(tuple(denied)))
    if compares and {"?x", "?z"} <= bound:
        body.insert(0, Comparison("<=", "?z", make_literal(1)))
    index = FactIndex(sorted(facts), set(iterate_keys(body)))
    found = [dict(match.bindings) for match in index.match(body)]
    expected = match_by_trying(tuple(body), set(facts), {})
    assert sorted(map(sorted, map(dict.items, found))) == sorted(map(sorted, map(dict.items, expected)))
    for match in index.match(body):
        assert set(match.premises) <= set(facts)
        assert len(match.premises) == len(atoms)


@given(st.lists(st.fractions(min_value=-5, max_value=5, max_denominator=8), min_size=1, max_size=5, unique=True))
def test_averages_are_exact(numbers: list[Fraction]) -> None:
    texts = [f"{float(number):.3f}" for number in numbers]
    facts = [(name("a"), RDF_TYPE, name("C"))]
    facts += [(name("a"), name("p"), make_literal(t, "<http://www.w3.org/2001/XMLSchema#decimal>")) for t in texts]
    (case,) = evaluate(read("C(?c) -> average(?x: p(?c, ?x)) <= 0"), facts)
    values = [Fraction(text) for text in dict.fromkeys(texts)]
    assert case.amounts[0].value is not None
    assert case.amounts[0].value.value == sum(values) / len(values)


@pytest.mark.parametrize(
    ("head", "violated"),
    [
        ("sum(?s: p(?c, ?s)) = 0", False),
        ("count(?s: p(?c, ?s)) >= 1", True),
        ("max(?s: p(?c, ?s)) <= 1", False),
        ("min(?s: p(?c, ?s)) >= 1", False),
        ("average(?s: p(?c, ?s)) = 1", False),
    ],
)
def test_totals_of_nothing(head: str, violated: bool) -> None:
    (case,) = evaluate(read(f"C(?c) -> {head}"), [(name("a"), RDF_TYPE, name("C"))])
    assert case.violated is violated


def test_what_is_no_number_leaves_it_undetermined() -> None:
    facts = [
        (name("a"), RDF_TYPE, name("C")),
        (name("a"), name("p"), make_literal(3)),
        (name("a"), name("p"), '"50 %"'),
    ]
    (case,) = evaluate(read("C(?c) -> sum(?s: p(?c, ?s)) <= 1"), facts)
    assert case.violated is None
    (case,) = evaluate(read("C(?c) ^ p(?c, ?l) ^ ?l != 3 -> count(?x: C(?x)) <= ?l"), facts)
    assert case.violated is None


def test_extremes_of_dates() -> None:
    days = [make_literal(day, XSD_DATE) for day in ("2020-01-01", "2021-06-01")]
    facts = [(name("a"), RDF_TYPE, name("C")), *((name("a"), name("p"), day) for day in days)]
    (case,) = evaluate(read('C(?c) -> max(?d: p(?c, ?d)) < "2021-01-01"^^xsd:date'), facts)
    assert case.violated is True
    assert [one.main[2] for one in find_minimal(case)[0]] == [days[1]]


@pytest.mark.parametrize(
    ("head", "numbers", "minimal"),
    [
        ("sum(?s: p(?c, ?s)) <= 100", [60, 50, 5], [60, 50]),
        ("sum(?s: p(?c, ?s)) <= 100", [60, 50, -5], [60, 50, -5]),
        ("100 >= sum(?s: p(?c, ?s))", [101, 1], [101]),
        ("sum(?s: p(?c, ?s)) >= 100", [60, 5], [60, 5]),
        ("max(?s: p(?c, ?s)) <= 7", [6, 8, 9], [9]),
        ("min(?s: p(?c, ?s)) >= 7", [6, 8, 3], [3]),
        ("count(?s: p(?c, ?s)) <= 1", [1, 2, 3], [1, 2]),
        ("average(?s: p(?c, ?s)) <= 1", [1, 2, 3], [3, 2, 1]),
    ],
)
def test_the_fewest_that_break_it(head: str, numbers: list[int], minimal: list[int]) -> None:
    facts = [(name("a"), RDF_TYPE, name("C")), *((name("a"), name("p"), make_literal(n)) for n in numbers)]
    (case,) = evaluate(read(f"C(?c) -> {head}"), facts)
    assert case.violated is True
    assert [one.main[2] for one in find_minimal(case)[0]] == [make_literal(n) for n in minimal]


def test_a_case_that_differs_in_nothing_that_matters_is_one() -> None:
    facts = [(name("a"), name("in"), name(place)) for place in "xyz"] + [(name("a"), name("p"), make_literal(3))]
    assert len(evaluate(read("in(?c, ?_p) -> sum(?s: p(?c, ?s)) <= 1"), facts)) == 1
