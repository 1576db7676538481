"""Verdicts of the analysis against all small worlds: which bodies can hold, what clashes, what is implied.

The rules are about one thing, its classes and at most one number, so one thing and the numbers between and on the
bounds are all the worlds that can matter.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.ground import atom, name

from workbench.model.rules import Atom, Comparison, Rule
from workbench.model.terms import make_literal
from workbench.solving.analysis.collisions import find_collisions
from workbench.solving.analysis.ground import Ground, Inquiry
from workbench.solving.analysis.implied import find_implied
from workbench.solving.consistency import examine_bodies

CLASSES = "ABCD"
VALUE = Atom("?x", name("n"), "?a")
GRID = [Fraction(number, 2) for number in range(-1, 8)]


class Plain(NamedTuple):
    """A rule in the few words of these tests: classes, bounds on the number, and a class (none for a constraint)."""

    name: str
    classes: frozenset[str]
    bounds: tuple[tuple[str, int], ...]
    head: str

    def make(self) -> Rule:
        body = [atom(f"{c} ?x") for c in sorted(self.classes)] + ([VALUE] if self.bounds else [])
        comparisons = [Comparison(sign, "?a", make_literal(value)) for sign, value in self.bounds]
        head = (atom(f"{self.head} ?x"),) if self.head else ()
        return Rule(self.name, (*body, *comparisons), head, kind="rule" if head else "constraint")

    def applies(self, classes: frozenset[str], number: Fraction | None) -> bool:
        if not self.classes <= classes or (self.bounds and number is None):
            return False
        return number is None or all(OPERATORS[sign](number, value) for sign, value in self.bounds)


OPERATORS: dict[str, Callable[[Fraction, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
World = tuple[frozenset[str], Fraction | None]
WORLDS: list[World] = [
    (frozenset(chosen), number)
    for size in range(len(CLASSES) + 1)
    for chosen in itertools.combinations(CLASSES, size)
    for number in (None, *GRID)
]


def close(rules: list[Plain], world: World) -> frozenset[str]:
    classes, number = world
    while True:
        new = classes | {rule.head for rule in rules if rule.head and rule.applies(classes, number)}
        if new == classes:
            return classes
        classes = new


def is_broken(rules: list[Plain], world: World) -> bool:
    classes = close(rules, world)
    return any(not rule.head and rule.applies(classes, world[1]) for rule in rules)


def without(rules: list[Plain], *names: str) -> list[Plain]:
    return [rule for rule in rules if rule.name not in names]


def where(rules: list[Plain], *applied: Plain) -> Iterator[World]:
    """The worlds in which the bodies of some rules hold without their own help."""
    rest = without(rules, *(rule.name for rule in applied))
    for world in WORLDS:
        if all(rule.applies(close(rest, world), world[1]) for rule in applied):
            yield world


@st.composite
def draw_rules(draw: st.DrawFn) -> list[Plain]:
    rules = []
    for number in range(draw(st.integers(2, 4))):
        classes = frozenset(draw(st.sets(st.sampled_from(CLASSES), max_size=2)))
        bounds = draw(st.lists(st.tuples(st.sampled_from(sorted(OPERATORS)), st.integers(0, 3)), max_size=2).map(tuple))
        if not classes and not bounds:
            classes = frozenset("A")
        head = draw(st.sampled_from([*CLASSES, *CLASSES, "", ""]))
        if head in classes:
            head = ""
        rules.append(Plain(f"r{number}", classes, bounds, head))
    return rules


@settings(max_examples=20)
@given(draw_rules())
def test_bodies_that_can_hold_are_those_that_hold_in_a_small_world(rules: list[Plain]) -> None:
    conflicts = examine_bodies(Ground.build(rule.make() for rule in rules), Inquiry())
    found = {conflict.subject: conflict.kind for conflict in conflicts}
    told = {name for conflict in conflicts for name in conflict.rules}
    # What a conflict that is told leads to is not told again.
    sound = without(rules, *found)
    for rule in (rule for rule in rules if rule.head):
        rest = without(rules, rule.name)
        possible = [world for world in where(rules, rule) if not is_broken(rest, world)]
        if found.get(rule.name) == "never-applies":
            assert possible == []
        elif found.get(rule.name) == "always-violates":
            assert possible and all(is_broken(rules, world) for world in possible)
        elif rule.name not in told:
            assert any(not is_broken(sound, world) for world in where(sound, rule))


@settings(max_examples=20)
@given(draw_rules())
def test_conclusions_that_are_told_to_clash_do_so_in_a_small_world(rules: list[Plain]) -> None:
    by_name = {rule.name: rule for rule in rules}
    ground = Ground.build(rule.make() for rule in rules)
    settled = {conflict.subject for conflict in examine_bodies(ground, Inquiry())}
    for finding in find_collisions(ground, Inquiry(), settled):
        subjects = [by_name[finding.subject]]
        if finding.kind == "contradictory-conclusions":
            subjects.append(by_name[finding.others[0]])
        parts = [by_name[part] for part in finding.parts]
        assert any(
            is_broken(parts, world) and not any(is_broken(without(rules, one.name), world) for one in subjects)
            for world in where(rules, *subjects)
        )
        # Each member is needed: without it, the others can hold where the bodies do.
        for part in parts:
            if part not in subjects:
                assert any(not is_broken(without(parts, part.name), world) for world in where(parts, *subjects))


@settings(max_examples=20)
@given(draw_rules())
def test_what_is_told_to_be_implied_can_go_and_the_rest_cannot(rules: list[Plain]) -> None:
    found = find_implied(Ground.build(rule.make() for rule in rules), Inquiry())
    gone = {finding.subject for finding in found}
    left = without(rules, *gone)
    assert all(close(left, world) == close(rules, world) for world in WORLDS)
    assert all(is_broken(left, world) == is_broken(rules, world) for world in WORLDS)
    for rule in left:
        rest = without(left, rule.name)
        if rule.head:
            assert any(close(rest, world) != close(left, world) for world in WORLDS) or not list(where(rules, rule))
        else:
            assert any(is_broken(rest, world) != is_broken(left, world) for world in WORLDS)


def test_a_limit_that_is_hit_leaves_the_question_open() -> None:
    """Undetermined is told with the limit: of the budget of all questions, and of how far a case is spelled out."""
    rule = Plain("r", frozenset("AB"), (("<", 2), (">", 1)), "C").make()
    inquiry = Inquiry(budget=0)
    assert examine_bodies(Ground.build([rule]), inquiry) == []
    assert {one.limit for one in inquiry.undetermined} == {"the budget of the whole analysis"}
    tally = inquiry.tallies["never-applies"]
    assert (tally.asked, tally.undetermined) == (1, 1)
