"""Conflicts among constraints against enumeration of values, and the examples a reader would try first."""

import itertools
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.ground import atom, name

from workbench.formats.rules_parser import parse_rule
from workbench.model.rules import Atom, Comparison, Negation, Operation, Rule
from workbench.model.terms import RDF_TYPE, XSD, make_literal
from workbench.model.theory import Theory
from workbench.reasoning.closure import reason
from workbench.solving.consistency import find_conflicts

FLIP = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
AGE, YEARS = Atom("?x", name("age"), "?a"), Atom("?x", name("years"), "?b")


def number(value: int) -> str:
    return make_literal(value)


def constrain(label: str, body: list, left, operator: str, right) -> Rule:
    """A constraint as the rules language compiles it: the comparison asked for, negated, stands last."""
    return Rule(label, (*body, Comparison(FLIP[operator], left, right)), (), kind="constraint")


def plus(variable: str, value: int) -> Operation:
    return Operation("+", (variable, number(value)))


PARENTS = [Atom("?x", name("hasParent"), "?y"), Atom("?x", name("born"), "?a"), Atom("?y", name("born"), "?b")]
OLDER = constrain("older", PARENTS, "?a", ">=", plus("?b", 12))


def test_constraints_that_cannot_hold_together() -> None:
    same_age = constrain("same-age", PARENTS, "?a", "<=", plus("?b", 10))
    fine = constrain("fine", PARENTS, "?a", "<=", plus("?b", 70))
    assert find_conflicts([OLDER, fine]) == []
    (conflict,) = find_conflicts([OLDER, same_age, fine])
    assert (conflict.kind, conflict.rules) == ("contradictory", ("older", "same-age"))
    values = {variable: Fraction(value) for variable, value in conflict.example}
    holds = {"older": values["?a"] >= values["?b"] + 12, "same-age": values["?a"] <= values["?b"] + 10}
    assert holds == {"older": conflict.broken != "older", "same-age": conflict.broken != "same-age"}
    assert "cannot hold together" in conflict.explanation
    assert "hasParent(?x, ?y)" in conflict.explanation


def test_a_conflict_between_three_and_not_two_of_them() -> None:
    body = [AGE, YEARS]
    rules = [
        constrain("a", body, "?a", "<", "?b"),
        constrain("b", [AGE], "?a", ">=", number(10)),
        constrain("c", [YEARS], "?b", "<=", number(10)),
    ]
    assert [c.rules for c in find_conflicts(rules)] == [("a", "b", "c")]


def test_a_conflict_that_rules_lead_to() -> None:
    father = Rule("father", (Atom("?x", name("hasFather"), "?y"),), (Atom("?x", name("hasParent"), "?y"),))
    births = [Atom("?u", name("hasFather"), "?v"), Atom("?u", name("born"), "?c"), Atom("?v", name("born"), "?d")]
    young = constrain("young", births, "?c", "<", plus("?d", 12))
    assert [c.rules for c in find_conflicts([OLDER, young])] == []
    assert [c.rules for c in find_conflicts([OLDER, young, father])] == [("father", "older", "young")]


def test_constraints_that_contradict_themselves_or_never_apply() -> None:
    (alone,) = find_conflicts([constrain("never", [AGE], "?a", "<", "?a")])
    assert (alone.kind, alone.rules) == ("contradictory", ("never",))
    between = Rule("between", (AGE, Comparison("<", "?a", number(3)), Comparison(">", "?a", number(5))), ())
    (never,) = find_conflicts([between])
    assert (never.kind, never.rules) == ("never-applies", ("between",))
    assert "contradict each other" in never.explanation
    # Individuals have no order.
    ordered = Rule("ordered", (Atom("?x", name("p"), "?y"), AGE, Comparison("<", "?x", "?y")), (atom("B ?x"),))
    assert [(c.kind, c.rules) for c in find_conflicts([ordered])] == [("never-applies", ("ordered",))]
    dates = [make_literal(text, f"<{XSD}date>") for text in ("2020-01-31", "2020-02-01")]
    window = (AGE, Comparison("<", "?a", dates[0]), Comparison(">", "?a", dates[1]))
    assert [c.kind for c in find_conflicts([Rule("window", window, (atom("B ?x"),))])] == ["never-applies"]
    assert find_conflicts([Rule("window", (AGE, *window[:0:-1][:1]), (atom("B ?x"),))]) == []


def test_rules_that_no_consistent_world_lets_apply() -> None:
    disjoint = Rule("disjoint", (atom("A ?x"), atom("B ?x")), ())
    assert find_conflicts([disjoint]) == []
    both = Rule("both", (atom("A ?x"), atom("p ?x ?y")), (atom("B ?x"),))
    (conflict,) = find_conflicts([disjoint, both])
    assert (conflict.kind, conflict.rules) == ("always-violates", ("both", "disjoint"))
    impossible = constrain("impossible", [atom("A ?x"), atom("B ?x"), AGE], "?a", ">", number(3))
    (conflict,) = find_conflicts([disjoint, impossible])
    assert (conflict.kind, conflict.rules) == ("never-applies", ("disjoint", "impossible"))


def test_negations() -> None:
    absurd = Rule("absurd", (atom("A ?x"), Negation((atom("A ?x"),))), (atom("B ?x"),))
    assert [c.kind for c in find_conflicts([absurd])] == ["never-applies"]
    childless = Rule("childless", (atom("A ?x"), atom("p ?x ?y"), Negation((atom("p ?x ?z"),))), (atom("B ?x"),))
    assert [c.kind for c in find_conflicts([childless])] == ["never-applies"]
    fine = Rule("fine", (atom("A ?x"), Negation((atom("p ?x ?z"), atom("A ?z")))), (atom("B ?x"),))
    assert find_conflicts([fine]) == []
    unless = constrain("unless", [AGE, Negation((atom("A ?x"),))], "?a", ">", number(5))
    small = constrain("small", [AGE], "?a", "<", number(5))
    assert [c.rules for c in find_conflicts([unless, small])] == [("small", "unless")]


def test_values_outside_any_order_hide_no_conflict_and_make_none() -> None:
    text = constrain("text", [AGE], "?a", "=", make_literal("old"))
    positive = constrain("positive", [AGE], "?a", ">", number(0))
    # A word satisfies "positive" only in that it cannot be compared.
    assert [c.rules for c in find_conflicts([text, positive])] == [("positive", "text")]
    functional = Rule(
        "one-age", (AGE, Atom("?x", name("age"), "?b"), Comparison("!=", "?a", "?b")), (), kind="constraint"
    )
    assert find_conflicts([functional, positive]) == []


TERMS = st.sampled_from(["?a", "?b"])


@st.composite
def draw_constraint(draw: st.DrawFn, label: str) -> Rule:
    body = draw(st.sampled_from([[AGE], [YEARS], [AGE, YEARS], [YEARS, AGE]]))
    variables = st.sampled_from([a.object for a in body])
    comparisons = []
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        right = draw(st.one_of(variables, st.integers(0, 3).map(number)))
        if draw(st.booleans()):
            right = Operation("+", (draw(variables), number(draw(st.integers(0, 2)))))
        operator = draw(st.sampled_from(["<", "<=", ">", ">=", "=", "!="]))
        comparisons.append(Comparison(operator, draw(variables), right))
    return Rule(label, (*body, *comparisons), (), kind="constraint")


def _compute(expression, values: dict[str, Fraction]) -> Fraction:
    if isinstance(expression, Operation):
        return sum(_compute(argument, values) for argument in expression.arguments)
    return values[expression] if expression in values else Fraction(int(expression.split('"')[1]))


def _holds(comparison: Comparison, values: dict[str, Fraction]) -> bool:
    left, right = _compute(comparison.left, values), _compute(comparison.right, values)
    return {
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
        "=": left == right,
        "!=": left != right,
    }[comparison.operator]


GRID = [Fraction(n, 4) for n in range(-14, 30)]


@settings(max_examples=30)
@given(st.integers(1, 3).flatmap(lambda n: st.tuples(*(draw_constraint(f"c{i}") for i in range(n)))))
def test_conflicts_are_those_of_enumeration(rules: tuple[Rule, ...]) -> None:
    atoms = {rule.name: {e for e in rule.body if isinstance(e, Atom)} for rule in rules}
    tests = {rule.name: [e for e in rule.body if isinstance(e, Comparison)] for rule in rules}

    def is_possible(names: set[str], conditions: list[Comparison]) -> bool:
        for a, b in itertools.product(GRID, GRID):
            values = {"?a": a, "?b": b}
            if all(_holds(c, values) for c in conditions) and not any(
                all(_holds(c, values) for c in tests[label]) for label in names
            ):
                return True
        return False

    conflicts = find_conflicts(rules)
    for conflict in conflicts:
        names = set(conflict.rules)
        if conflict.kind == "contradictory":
            conditions = tests[conflict.subject][:-1]
            assert not is_possible(names, conditions)
            # Minimal, too, unless a part is in conflict by itself: a word could still have satisfied that one.
            parts = [set(other.rules) for other in conflicts if set(other.rules) < names]
            assert parts or all(is_possible(names - {label}, conditions) for label in names)
        elif len(names) == 1:
            assert not is_possible(set(), tests[conflict.subject])
        else:
            assert not is_possible(names - {conflict.subject}, tests[conflict.subject][:-1])
        assert all(atoms[label] <= atoms[conflict.subject] for label in names)
    for rule in rules:
        applicable = {label for label in atoms if atoms[label] <= atoms[rule.name]}
        if not is_possible(applicable, tests[rule.name][:-1]):
            assert any(set(conflict.rules) <= applicable for conflict in conflicts)


def test_a_constraint_without_a_value_forbids_nothing() -> None:
    """Where v is 0, 4/v has no value, so the constraint is not violated and the rule applies, as it does in facts."""
    prefixes = {"": "urn:"}
    constraint = parse_rule("d(?x, ?v) -> 4 / ?v > 1", prefixes, "quarter")
    parts = "d(?x, ?v) ^ ?v > -1 ^ ?v < 1 ^ not (d(?x, ?v) ^ 1 / ?v > 0) ^ not (d(?x, ?v) ^ 1 / ?v < 0)"
    rule = parse_rule(f"{parts} -> B(?x)", prefixes, "zero")
    closure = reason(Theory.build([constraint, rule]), [("<urn:a>", "<urn:d>", make_literal(0))])
    assert closure.contradictions() == []
    assert closure.is_entailed(("<urn:a>", RDF_TYPE, "<urn:B>"))
    assert find_conflicts([constraint, rule]) == []
    never = parse_rule("d(?x, ?v) ^ ?v > 5 -> B(?x)", prefixes, "five")
    assert [conflict.rules for conflict in find_conflicts([constraint, never])] == [("five", "quarter")]
