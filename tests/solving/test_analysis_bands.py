"""Gaps and overlaps of threshold rules against a grid on which every interval between the bounds has a value."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.ground import atom, name

from workbench.model.rules import Atom, Comparison, Rule
from workbench.model.terms import RDF_TYPE, XSD, make_literal
from workbench.solving.analysis.bands import find_bands
from workbench.solving.analysis.ground import Ground, Inquiry
from workbench.solving.typings import read_typing

Bound = tuple[str, int]
VALUE = Atom("?x", name("n"), "?a")


def make(number: int, bounds: tuple[Bound, ...], *, is_class: bool = False) -> Rule:
    head = Atom("?x", name("zone"), make_literal(f"zone {number}"))
    if is_class:
        head = Atom("?x", RDF_TYPE, name(f"Zone{number}"))
    comparisons = (Comparison(sign, "?a", make_literal(value)) for sign, value in bounds)
    return Rule(f"r{number}", (atom("A ?x"), VALUE, *comparisons), (head,))


def find(rules: list[Rule], datatype: str = "decimal") -> list[tuple[str, tuple[str, ...], str]]:
    typing = read_typing("range", f"<{XSD}{datatype}>")
    assert typing is not None
    ground = Ground.build(rules, typings={name("n"): typing})
    return [(f.kind, f.parts, f.value) for f in find_bands(ground, Inquiry())]


def holds(bound: Bound, value: Fraction) -> bool:
    sign, limit = bound
    return {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit}[sign]


@st.composite
def draw_bands(draw: st.DrawFn) -> list[tuple[Bound, ...]]:
    bands = []
    for _ in range(draw(st.integers(2, 4))):
        low = draw(st.one_of(st.none(), st.tuples(st.sampled_from([">", ">="]), st.integers(0, 5))))
        high = draw(st.one_of(st.none(), st.tuples(st.sampled_from(["<", "<="]), st.integers(0, 5))))
        bounds = tuple(bound for bound in (low, high) if bound is not None)
        bands.append(bounds or ((">", 2),))
    return bands


@pytest.mark.parametrize("datatype", ["decimal", "integer"])
@settings(max_examples=25)
@given(bands=draw_bands())
def test_gaps_and_overlaps_are_those_on_a_grid(datatype: str, bands: list[tuple[Bound, ...]]) -> None:
    step = 2 if datatype == "decimal" else 1
    grid = [Fraction(n, step) for n in range(-2 * step, 8 * step)]
    claimed = [{value for value in grid if all(holds(bound, value) for bound in band)} for band in bands]
    found = find([make(number, band) for number, band in enumerate(bands)], datatype)
    overlaps = {
        (f"r{one}", f"r{other}")
        for one, other in combinations(range(len(bands)), 2)
        if claimed[one] & claimed[other] and not claimed[one] <= claimed[other] and not claimed[other] <= claimed[one]
    }
    assert {parts for kind, parts, _ in found if kind == "overlap"} == overlaps
    everything = set().union(*claimed)
    missing = {v for v in grid if everything and min(everything) < v < max(everything)} - everything
    told = {Fraction(value.split('"')[1]) for kind, _, value in found if kind == "gap"}
    assert told <= missing and bool(told) == bool(missing)


def test_classes_need_not_divide_up_all_values() -> None:
    def ask(*bands: tuple[Bound, ...]) -> list[str]:
        return [kind for kind, _, _ in find([make(n, band, is_class=True) for n, band in enumerate(bands)])]

    assert ask((("<", 10),), ((">", 90),)) == []
    assert ask(((">=", 18),), ((">=", 65),)) == []
    assert ask((("<", 18),), ((">", 18),)) == ["gap"]
    assert ask((("<=", 18),), ((">=", 18),)) == ["overlap"]
    assert ask((("<=", 17),), ((">=", 18),)) == ["gap"]


def test_a_value_that_cannot_occur_is_no_gap() -> None:
    never = Rule("never", (atom("A ?x"), VALUE, Comparison("=", "?a", make_literal(3))), (), kind="constraint")
    rules = [make(0, (("<", 3),)), make(1, ((">", 3),))]
    assert [kind for kind, _, _ in find(rules)] == ["gap"]
    assert find([*rules, never]) == []
