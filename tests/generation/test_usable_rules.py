"""Rules that a level can use, and those that are new there."""

from __future__ import annotations

from dataclasses import replace

from workbench.generation.worlds.plan import Plan, build_plan
from workbench.generation.worlds.usable_rules import count_novelty, list_new_rules, list_usable_rules
from workbench.model.curriculum import Level, WorldShape
from workbench.model.rules import Atom, Rule
from workbench.model.theory import Theory

ONE = Level("one", 1, "", (1, 1), "facts+rules", (0, 1), (0, 1), ("sampled",), ())
TWO = replace(ONE, name="two", number=2, hops=(2, 2))


def make_plan() -> Plan:
    rules = [
        Rule("first", (Atom("?x", "<p>", "?y"), Atom("?y", "<p>", "?z")), (Atom("?x", "<q>", "?z"),)),
        Rule("second", (Atom("?x", "<q>", "?y"), Atom("?y", "<p>", "?z")), (Atom("?x", "<r>", "?z"),)),
        Rule("never", (Atom("?x", "<s>", "?y"), Atom("?y", "<p>", "?z")), (Atom("?x", "<t>", "?z"),)),
    ]
    return build_plan(Theory.build(rules), [], assertable=["<p>"])


def test_rules_that_a_level_can_use() -> None:
    plan = make_plan()
    assert list_usable_rules(plan, ONE) == ("first",)
    assert list_usable_rules(plan, TWO) == ("first", "second")
    assert list_usable_rules(plan, replace(TWO, world=WorldShape(rules=(("first", 0.0),)))) == ("second",)


def test_rules_that_are_new_at_a_level() -> None:
    new = list_new_rules(make_plan(), [ONE, TWO])
    assert new == {"one": ("first",), "two": ("second",)}
    assert count_novelty({"first", "second"}, TWO, new) == count_novelty({"first"}, ONE, new) == 1
    assert count_novelty({"first"}, TWO, new) == count_novelty({"second"}, replace(ONE, name="other"), new) == 0
