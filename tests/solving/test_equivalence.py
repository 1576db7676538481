"""Whether two rules say the same, by Z3: by hand, against all small databases, and against the scorer's decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.export.scorer.equivalence import are_equivalent
from workbench.export.scorer.rules import parse_rule as parse_for_scorer
from workbench.formats.rules_parser import parse_rule
from workbench.model.rules import Atom, Comparison, Expression, Operation, Rule
from workbench.model.terms import RDF_TYPE, is_literal, is_variable, split_literal
from workbench.solving.certificates import Judge
from workbench.solving.equivalence import Decision, decide_equivalence
from workbench.solving.solver import Solver

PREFIXES = {"k": "https://example.org/k#"}
SOLVER = Solver()


def read(text: str) -> Rule:
    parsed = parse_rule(text, PREFIXES)
    return Rule("r", parsed.body, parsed.head)


def decide(first: str, second: str) -> Decision:
    return decide_equivalence(SOLVER, read(first), read(second))


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("k:p(?x, ?y) -> k:C(?x)", "k:p(?a, ?b) -> k:C(?a)", True),
        ("k:p(?x, ?y) -> k:C(?x)", "k:p(?x, ?y) -> k:C(?y)", False),
        ("k:p(?x, ?y) -> k:q(?x, ?y)", "k:p(?x, ?y) -> k:q(?y, ?x)", False),
        ("k:p(?x, ?y) -> k:C(?x)", "k:p(?x, ?y) ^ k:p(?x, ?z) -> k:C(?x)", True),
        ("k:p(?x, ?y) -> k:C(?x)", "k:p(?x, ?y) ^ k:p(?y, ?z) -> k:C(?x)", False),
        ("k:p(?x, ?x) -> k:C(?x)", "k:p(?x, ?y) ^ ?x = ?y -> k:C(?y)", True),
        ("k:p(?x, k:ann) -> k:C(?x)", "k:p(?x, ?y) ^ ?y = k:ann -> k:C(?x)", True),
        ("k:p(?x, k:ann) -> k:C(?x)", "k:p(?x, k:bob) -> k:C(?x)", False),
        ("k:p(?x, ?y) ^ ?y = k:ann ^ ?y != k:bob -> k:C(?x)", "k:p(?x, k:ann) -> k:C(?x)", True),
        ("k:C(?x) -> k:D(?x) ^ k:E(?x)", "k:C(?y) -> k:E(?y) ^ k:D(?y)", True),
        ("k:C(?x) -> k:D(?x) ^ k:E(?x)", "k:C(?x) -> k:D(?x)", False),
        ("k:v(?x, ?a) ^ ?a > 3 -> k:C(?x)", "k:v(?x, ?a) ^ 3 < ?a -> k:C(?x)", True),
        ("k:v(?x, ?a) ^ ?a > 3 -> k:C(?x)", "k:v(?x, ?a) ^ ?a >= 3 -> k:C(?x)", False),
        ("k:v(?x, ?a) ^ ?a > 3 -> k:C(?x)", "k:v(?x, ?a) ^ ?a >= 3 ^ ?a != 3.0 -> k:C(?x)", True),
        ("k:v(?x, ?a) ^ ?a > 3 -> k:C(?x)", "k:v(?x, ?a) ^ 2 * ?a - 6 > 0 -> k:C(?x)", True),
        ("k:v(?x, ?a) ^ ?a > 1 -> k:C(?x)", "k:v(?x, ?a) ^ ?a >= 2 -> k:C(?x)", False),
        ("k:v(?x, ?a) ^ ?a > 3 ^ ?a < 2 -> k:C(?x)", "k:v(?x, ?a) ^ ?a > 7 ^ ?a = 2 -> k:C(?x)", True),
        ("k:v(?x, ?a) ^ ?a = 2 -> k:w(?x, ?a)", "k:v(?x, 2) -> k:w(?x, 2)", True),
        # one way to take the atoms is not enough: whichever value is less, there is one (Klug 1988)
        ("k:v(?x, ?n) ^ k:v(?x, ?m) ^ ?n != ?m -> k:C(?x)", "k:v(?x, ?n) ^ k:v(?x, ?m) ^ ?n < ?m -> k:C(?x)", True),
        ("k:v(?x, ?n) ^ k:v(?x, ?m) ^ ?n <= ?m -> k:C(?x)", "k:v(?x, ?n) -> k:C(?x)", True),
        ("k:p(?x, ?y) ^ k:p(?y, ?x) -> k:C(k:c)", "k:p(?x, ?y) ^ k:p(?y, ?x) ^ ?x <= ?y -> k:C(k:c)", True),
        ("k:p(?x, ?y) ^ k:p(?y, ?x) -> k:C(k:c)", "k:p(?x, ?y) ^ k:p(?y, ?x) ^ ?x < ?y -> k:C(k:c)", False),
        ("k:v(?x, ?n) ^ k:v(?y, ?m) ^ ?n - ?m >= 5 -> k:p(?x, ?y)",
         "k:v(?y, ?m) ^ k:v(?x, ?n) ^ ?n >= ?m + 5 -> k:p(?x, ?y)", True),
    ],
)  # fmt: skip
def test_by_hand(first: str, second: str, same: bool) -> None:
    wanted = "same" if same else "different"
    assert (decide(first, second).result, decide(second, first).result) == (wanted, wanted)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("k:C(?x) ^ not k:D(?x) -> k:E(?x)", "something is negated"),
        ("k:v(?x, ?a) ^ ?b = ?a + 1 -> k:v(?x, ?b)", "a variable stands in no atom"),
        ("k:v(?x, ?a) ^ k:v(?x, ?b) ^ ?a * ?b > 3 -> k:E(?x)", "a comparison is not linear"),
        ("k:v(?x, ?a) ^ 3 / ?a > 3 -> k:E(?x)", "a comparison is not linear"),
        ("k:v(?x, ?a) ^ ?a / 0 > 3 -> k:E(?x)", "something is divided"),
        ("k:v(?x, ?a) ^ abs(?b, ?a) ^ k:v(?x, ?b) -> k:E(?x)", "the function abs is used"),
        ('k:v(?x, ?a) ^ ?a < "2000-01-01"^^xsd:date -> k:E(?x)', "a value is no number"),
        ("k:v(?x, ?a) ^ ?a < k:ann -> k:E(?x)", "a value is no number"),
        ("k:p(?x, _:b) -> k:E(?x)", "a blank node may be anybody"),
        ("k:C(?x) -> false", "no conclusion"),
        (" ^ ".join(["k:p(?x, ?y)"] * 13) + " -> k:E(?x)", "too long"),
    ],
)
def test_what_is_not_decided_is_refused_with_the_reason(rule: str, reason: str) -> None:
    if "_:b" in rule:
        one = Rule("r", (Atom("?x", "<https://example.org/k#p>", "_:b"),), read("k:C(?x) -> k:E(?x)").head)
    else:
        one = read(rule)
    found = decide_equivalence(SOLVER, one, one)
    assert found.result == "undecided" and reason in found.reason
    verdict = Judge().judge_equivalence(one, one, same=True)
    assert not verdict.ok and reason in verdict.reason


def test_a_claim_is_judged_both_ways() -> None:
    one, other = read("k:p(?x, ?y) -> k:C(?x)"), read("k:p(?a, ?b) ^ k:p(?a, ?c) -> k:C(?a)")
    third = read("k:p(?x, ?y) -> k:C(?y)")
    judge = Judge()
    assert judge.judge_equivalence(one, other, same=True).ok and judge.judge_equivalence(one, third, same=False).ok
    assert judge.judge_equivalence(one, other, same=False).reason == "two formulas say the same"
    assert judge.judge_equivalence(one, third, same=True).reason == "two formulas say different things"


# ---- every verdict, checked

PEOPLE, NUMBERS = ("a", "b"), (0, 1, 2)
PERSONS, VALUES = ("?x", "?y", "?z"), ("?m", "?n")
WORDS = {"C": 1, "p": 2, "v": 2}


@st.composite
def draw_rule(draw: st.DrawFn, words: Sequence[str]) -> str:
    atoms = []
    for _ in range(draw(st.integers(1, 4))):
        word = draw(st.sampled_from(words))
        second = {"p": PERSONS, "v": VALUES}.get(word)
        first = draw(st.sampled_from(PERSONS))
        atoms.append(f"k:{word}({first}{f', {draw(st.sampled_from(second))}' if second else ''})")
    text = " ^ ".join(atoms)
    persons = [name for name in PERSONS if name in text]
    values = [name for name in VALUES if name in text]
    for _ in range(draw(st.integers(0, 2)) if values else 0):
        left, sign = draw(st.sampled_from(values)), draw(st.sampled_from(("<", "<=", ">", ">=", "=", "!=")))
        right = draw(st.sampled_from([*values, *map(str, NUMBERS), f"{values[0]} + 1", f"2 * {values[-1]} - 1"]))
        text += f" ^ {left} {sign} {right}"
    if len(persons) > 1 and draw(st.booleans()):
        text += f" ^ {persons[0]} != {persons[1]}"
    return f"{text} -> k:E({draw(st.sampled_from(persons))})"


@st.composite
def draw_pair(draw: st.DrawFn) -> tuple[str, str]:
    words = draw(st.sampled_from((("C", "v"), ("p", "C"), ("p", "v"))))
    first = draw(draw_rule(words))
    if draw(st.booleans()):
        return first, draw(draw_rule(words))
    # Near each other: in another order, with a part said twice, or with one left out.
    body, _, head = first.partition(" -> ")
    parts = draw(st.permutations(body.split(" ^ ")))
    way = draw(st.integers(0, 2))
    parts = [*parts, parts[0]] if way == 1 else parts[1:] if way == 2 and len(parts) > 1 else parts
    second = " ^ ".join(parts)
    bound = " ".join(part for part in parts if "(" in part)
    needed = {name for name in (*PERSONS, *VALUES) if name in f"{second} {head}"}
    return first, f"{second} -> {head}" if all(name in bound for name in needed) else first


def value_of(expression: Expression, bindings: dict[str, Fraction]) -> Fraction:
    if isinstance(expression, Operation):
        left, right = (value_of(one, bindings) for one in expression.arguments)
        return {"+": left + right, "-": left - right, "*": left * right}[expression.operator]
    return bindings[expression] if is_variable(expression) else Fraction(split_literal(expression)[0])


def holds(comparison: Comparison, bindings: dict[str, Fraction]) -> bool:
    left, right = value_of(comparison.left, bindings), value_of(comparison.right, bindings)
    return {
        "=": left == right, "!=": left != right, "<": left < right, "<=": left <= right, ">": left > right,
        ">=": left >= right,
    }[comparison.operator]  # fmt: skip


Row = tuple[str, tuple[Fraction, ...]]


def fill(atom: Atom, bindings: dict[str, Fraction]) -> Row:
    assert not is_literal(atom.object)
    names = (atom.subject,) if atom.predicate == RDF_TYPE else (atom.subject, atom.object)
    return atom.key, tuple(bindings[name] for name in names)


def instantiate(rule: Rule, domain: Mapping[str, Sequence[Fraction]]) -> Iterator[tuple[frozenset[Row], Row]]:
    """Every instance of a rule in a finite domain: the facts that it needs, and what it concludes."""
    names = sorted({n for e in rule.body if isinstance(e, Atom) for n in (e.subject, e.object) if is_variable(n)})
    for values in product(*(domain[name] for name in names)):
        bindings = dict(zip(names, values, strict=True))
        if all(holds(e, bindings) for e in rule.body if isinstance(e, Comparison)):
            yield frozenset(fill(e, bindings) for e in rule.body if isinstance(e, Atom)), fill(rule.head[0], bindings)


def differ_somewhere(first: Rule, second: Rule, words: Sequence[str]) -> bool:
    """Whether any database over two individuals and three numbers tells the rules apart: all are tried."""
    people = [Fraction(-place) for place in range(1, len(PEOPLE) + 1)]
    numbers = [Fraction(number) for number in NUMBERS]
    domain = {**dict.fromkeys(PERSONS, people), **dict.fromkeys(VALUES, numbers)}
    keys = {word: f"<https://example.org/k#{word}>" for word in WORDS}
    ends: dict[str, list[Sequence[Fraction]]] = {"C": [people], "p": [people, people], "v": [people, numbers]}
    facts = [(keys[word], values) for word in words for values in product(*ends[word])]
    bits = {fact: 1 << place for place, fact in enumerate(facts)}
    found = []
    for rule in (first, second):
        instances = {(sum(bits[fact] for fact in needed), head) for needed, head in instantiate(rule, domain)}
        found.append(sorted(instances))
    return any(
        {head for mask, head in found[0] if database & mask == mask}
        != {head for mask, head in found[1] if database & mask == mask}
        for database in range(1 << len(facts))
    )


def concludes(rule: Rule, facts: frozenset[Row], head: Row) -> bool:
    """Whether a rule concludes something from facts, trying every binding to what they mention."""
    values = sorted({value for _, row in facts for value in row})
    domain = dict.fromkeys((*PERSONS, *VALUES), values)
    return any(needed <= facts and concluded == head for needed, concluded in instantiate(rule, domain))


@settings(max_examples=150, deadline=None)
@given(draw_pair())
def test_every_verdict_is_that_of_evaluation(pair: tuple[str, str]) -> None:
    """What differs on some small database is different; what is called different differs on the facts that are shown.

    The scorer, which decides by other means, comes to the same each time.
    """
    first, second = map(read, pair)
    found = decide_equivalence(SOLVER, first, second)
    scored = are_equivalent(parse_for_scorer(pair[0], PREFIXES), parse_for_scorer(pair[1], PREFIXES))[0]
    assert (found.result == "same") == scored, pair
    words = [word for word in WORDS if any(f"k:{word}(" in text for text in pair)]
    if found.result == "same":
        assert not differ_somewhere(first, second, words), pair
        return
    own, other = (first, second)[found.frozen], (first, second)[1 - found.frozen]
    bindings = dict(found.values)
    facts = frozenset(fill(element, bindings) for element in own.body if isinstance(element, Atom))
    head = fill(own.head[0], bindings)
    assert concludes(own, facts, head) and not concludes(other, facts, head), pair
