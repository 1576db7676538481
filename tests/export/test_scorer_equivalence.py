"""Whether two rules say the same: by hand, under renaming, against Z3 and against small worlds."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.export.scorer.equivalence import are_equivalent, are_renamings
from workbench.export.scorer.linear import Condition, Linear, is_satisfiable
from workbench.export.scorer.rules import RuleTextError, parse_rule

PREFIXES = {"k": "https://example.org/k#", "n": "https://example.org/n#"}


def judge(stated: str, given_: str, asked: list[str] | None = None) -> tuple[bool, str]:
    return are_equivalent(parse_rule(stated, PREFIXES), parse_rule(given_, PREFIXES), asked)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        # atoms
        ("k:p(?x, ?y) -> k:q(?x, ?y)", "k:p(?b, ?a) -> k:q(?b, ?a)", True),
        ("k:p(?x, ?y) -> k:q(?x, ?y)", "k:p(?x, ?y) -> k:q(?y, ?x)", False),
        ("k:p(?x, ?y) -> k:C(?x)", "k:p(?x, ?y) ^ k:p(?x, ?z) -> k:C(?x)", True),
        ("k:p(?x, ?y) -> k:C(?x)", "k:p(?x, ?y) ^ k:p(?y, ?z) -> k:C(?x)", False),
        ("k:p(?x, ?x) -> k:C(?x)", "k:p(?x, ?y) ^ ?x = ?y -> k:C(?y)", True),
        ("k:p(?x, n:ann) -> k:C(?x)", "k:p(?x, ?y) ^ ?y = n:ann -> k:C(?x)", True),
        ("k:p(?x, n:ann) -> k:C(?x)", "k:p(?x, n:bob) -> k:C(?x)", False),
        ("k:C(?x) -> k:D(?x) ^ k:E(?x)", "k:C(?y) -> k:E(?y) ^ k:D(?y)", True),
        ("k:C(?x) -> k:D(?x) ^ k:E(?x)", "k:C(?x) -> k:D(?x)", False),
        ("k:C(?x) ^ k:D(?x) -> false", "k:D(?x) ^ k:C(?x) -> false", True),
        ("k:C(?x) ^ k:D(?x) -> false", "k:D(?x) ^ k:C(?y) -> false", False),
        ("k:C(?x) -> false", "k:C(?x) -> k:D(?x)", False),
        ("k:p(?x, ?y) ^ k:p(?y, ?z) -> k:p(?x, ?z)", "k:p(?b, ?c) ^ k:p(?a, ?b) -> k:p(?a, ?c)", True),
        # comparisons
        ("k:p(?x, ?a) ^ ?a > 3 -> k:C(?x)", "k:p(?x, ?a) ^ 3 < ?a -> k:C(?x)", True),
        ("k:p(?x, ?a) ^ ?a > 3 -> k:C(?x)", "k:p(?x, ?a) ^ ?a >= 3 -> k:C(?x)", False),
        ("k:p(?x, ?a) ^ ?a > 3 -> k:C(?x)", "k:p(?x, ?a) ^ ?a >= 3 ^ ?a != 3.0 -> k:C(?x)", True),
        ("k:p(?x, ?a) ^ ?a > 3 -> k:C(?x)", "k:p(?x, ?a) ^ 2 * ?a - 6 > 0 -> k:C(?x)", True),
        ("k:p(?x, ?a) ^ ?a > 3 ^ ?a > 2 -> k:C(?x)", "k:p(?x, ?a) ^ ?a > 3 -> k:C(?x)", True),
        ("k:p(?x, ?a) ^ ?a > 3 ^ ?a < 2 -> k:C(?x)", "k:p(?x, ?a) ^ ?a > 7 ^ ?a = 2 -> k:C(?x)", True),
        ("k:p(?x, ?a) ^ ?a > 1 -> k:C(?x)", "k:p(?x, ?a) ^ ?a >= 2 -> k:C(?x)", False),
        ("k:p(?x, ?a) ^ ?a = 2 -> k:q(?x, ?a)", "k:p(?x, 2) -> k:q(?x, 2)", True),
        ("k:p(?x, ?a) ^ k:q(?x, ?b) ^ ?a <= ?b ^ ?b <= ?a -> k:C(?x)", "k:p(?x, ?a) ^ k:q(?x, ?a) -> k:C(?x)", True),
        # calculated values
        ("k:p(?x, ?a) ^ ?b = ?a + 1 -> k:q(?x, ?b)", "k:p(?x, ?a) ^ ?b - 1 = ?a ^ k:q(?x, ?b) -> k:q(?x, ?b)", False),
        ("k:p(?x, ?a) ^ ?b = ?a + 1 -> k:q(?x, ?b)", "k:p(?y, ?c) ^ ?d = (2 * ?c + 2) / 2 -> k:q(?y, ?d)", True),
        ("k:p(?x, ?a) ^ ?b = ?a + 1 -> k:q(?x, ?b)", "k:p(?x, ?a) ^ add(?b, ?a, 1) -> k:q(?x, ?b)", True),
        ("k:p(?x, ?a) ^ ?b = ?a + 1 -> k:q(?x, ?b)", "k:p(?x, ?a) ^ ?b = ?a + 2 -> k:q(?x, ?b)", False),
        ("k:p(?x, ?a) ^ ?b = ?a ^ ?b > 1 -> k:q(?x, ?b)", "k:p(?x, ?a) ^ ?a > 1 -> k:q(?x, ?a)", True),
        # one homomorphism is not enough: whichever of the two is less, there is one (Klug)
        ("k:p(?x, ?y) ^ k:p(?y, ?x) -> k:C(k:c)", "k:p(?x, ?y) ^ k:p(?y, ?x) ^ ?x <= ?y -> k:C(k:c)", True),
        ("k:p(?x, ?y) ^ k:p(?y, ?x) -> k:C(k:c)", "k:p(?x, ?y) ^ k:p(?y, ?x) ^ ?x < ?y -> k:C(k:c)", False),
        ("k:p(?x, ?y) ^ k:p(?y, ?z) ^ k:p(?z, ?x) -> false",
         "k:p(?x, ?y) ^ k:p(?y, ?z) ^ k:p(?z, ?x) ^ ?x <= ?y ^ ?x <= ?z -> false", True),
        ("k:a(?x, ?n) ^ k:a(?x, ?m) ^ ?n != ?m -> k:C(?x)", "k:a(?x, ?n) ^ k:a(?x, ?m) ^ ?n < ?m -> k:C(?x)", True),
        # dates and strings have an order, individuals differ
        ('k:b(?x, ?d) ^ ?d < "2000-01-01"^^xsd:date ^ ?d < "1990-01-01"^^xsd:date -> k:C(?x)',
         'k:b(?x, ?d) ^ ?d < "1990-01-01"^^xsd:date -> k:C(?x)', True),
        ('k:b(?x, ?d) ^ ?d < "2000-01-01"^^xsd:date -> k:C(?x)', 'k:b(?x, ?d) ^ ?d < "1990-01-01"^^xsd:date -> k:C(?x)',
         False),
        ("k:p(?x, ?y) ^ ?y = n:ann ^ ?y != n:bob -> k:C(?x)", "k:p(?x, n:ann) -> k:C(?x)", True),
        ("k:p(?x, ?y) ^ ?x != ?y -> k:C(?x)", "k:p(?x, ?y) ^ differentFrom(?y, ?x) -> k:C(?x)", True),
    ],
)  # fmt: skip
def test_by_hand(first: str, second: str, same: bool) -> None:
    assert judge(first, second)[0] == same
    assert judge(second, first)[0] == same


def test_the_reason_says_which_rule_says_more() -> None:
    wide, narrow = "k:p(?x, ?a) -> k:C(?x)", "k:p(?x, ?a) ^ ?a > 3 -> k:C(?x)"
    assert judge(wide, narrow) == (False, "the answer does not conclude all that the rule does")
    assert judge(narrow, wide) == (False, "the answer concludes what the rule does not")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("k:C(?x) ^ not k:D(?x) -> k:E(?x)", "not k:D(?y) ^ k:C(?y) -> k:E(?y)", True),
        ("k:C(?x) ^ not k:D(?x) -> k:E(?x)", "k:C(?x) unless k:D(?x) -> k:E(?x)", True),
        ("k:C(?x) ^ not (k:p(?x, ?y) ^ ?y > 1) -> k:E(?x)", "k:C(?x) ^ not (1 < ?z ^ k:p(?x, ?z)) -> k:E(?x)", True),
        ("k:C(?x) ^ not k:D(?x) -> k:E(?x)", "k:C(?x) ^ k:C(?x) ^ not k:D(?x) -> k:E(?x)", False),
        ("k:p(?x, ?a) ^ abs(?a) > 1 -> k:E(?x)", "k:p(?y, ?b) ^ 1 < abs(?b) -> k:E(?y)", True),
        ("k:p(?x, ?a) ^ abs(?a) > 1 -> k:E(?x)", "k:p(?y, ?b) ^ 1 < ?b -> k:E(?y)", False),
        ("k:p(?x, ?a) ^ ?a * ?a > 1 -> k:E(?x)", "k:p(?y, ?b) ^ ?b * ?b > 1 -> k:E(?y)", True),
        ("k:p(?x, ?a) ^ ?a * ?a > 1 -> k:E(?x)", "k:p(?y, ?b) ^ ?b * ?b - 1 > 0 -> k:E(?y)", False),
        ('k:p(?x, ?a) ^ contains(?a, "x") -> k:E(?x)', 'k:p(?z, ?a) ^ contains(?a, "x") -> k:E(?z)', True),
    ],
)
def test_what_is_not_decided_must_be_the_same_but_for_names_and_order(first: str, second: str, same: bool) -> None:
    found, reason = judge(first, second)
    assert found == same
    if not same:
        assert "equivalence is" in reason and reason.endswith("names of variables and order")


@pytest.mark.parametrize(
    "text", ["k:C(?x) -> k:D(?y)", "k:C(?x) ^ ?a > 3 -> k:D(?x)", "k:C(?x) ^ ?a = ?b + 1 -> k:q(?x, ?a)"]
)
def test_a_rule_whose_variables_have_no_value_is_none(text: str) -> None:
    with pytest.raises(RuleTextError, match="has no value"):
        judge("k:C(?x) -> k:D(?x)", text)


def test_questions_are_compared_by_the_variables_they_ask_for() -> None:
    assert judge("k:p(?x, ?y) ^ k:C(?y)", "k:C(?z) ^ k:p(?x, ?z)", ["?x"])[0]
    assert not judge("k:p(?x, ?y) ^ k:C(?y)", "k:C(?x) ^ k:p(?y, ?x)", ["?x"])[0]


def test_hard_pairs_are_refused_in_bounded_time() -> None:
    start = time.process_time()
    cycle = " ^ ".join(f"k:p(?x{n}, ?x{(n + 1) % 9})" for n in range(9))
    order = " ^ ".join(f"?x{n} <= ?x{n + 1}" for n in range(8))
    for first, second in (
        (f"{cycle} -> k:C(?x0)", f"{cycle} ^ {order} -> k:C(?x0)"),
        (" ^ ".join(f"k:p(?x, ?y{n})" for n in range(12)) + " -> k:C(?x)",
         " ^ ".join(f"k:p(?x, ?y{n})" for n in range(12)) + " ^ ?y0 < ?y1 ^ ?y2 != ?y3 ^ ?y4 <= ?y5 -> k:C(?x)"),
        (" ^ ".join(f"k:p(?a{n}, ?b{n})" for n in range(40)) + " -> k:C(?a0)",
         " ^ ".join(f"k:p(?b{n}, ?a{n})" for n in range(40)) + " -> k:C(?a0)"),
        (" ^ ".join(["k:p(?x, ?a)", *(f"not k:p(?x, ?y{n})" for n in range(30))]) + " -> k:C(?x)",
         " ^ ".join(["k:p(?x, ?a)", *(f"not k:p(?y{n}, ?x)" for n in range(30))]) + " -> k:C(?x)"),
    ):  # fmt: skip
        same, reason = judge(first, second)
        assert not same and reason
    assert time.process_time() - start < 6


# -- random rules


class Case(NamedTuple):
    """A rule as data: atoms, comparisons as factors, sign and constant, and the variables of its head."""

    atoms: tuple[tuple[str, tuple[str, ...]], ...]
    comparisons: tuple[tuple[tuple[tuple[str, int], ...], str, int], ...]
    head: tuple[str, ...]


def write_case(case: Case) -> str:
    atoms = [f"k:{name}({', '.join(f'?{variable}' for variable in variables)})" for name, variables in case.atoms]
    for factors, sign, constant in case.comparisons:
        atoms.append(f"{' + '.join(f'{factor} * ?{name}' for name, factor in factors)} {sign} {constant}")
    return " ^ ".join(atoms) + f" -> k:{'rq'[len(case.head) == 1]}({', '.join(f'?{name}' for name in case.head)})"


@st.composite
def draw_case(draw: st.DrawFn) -> Case:
    names = "abc"
    atoms = tuple(draw(st.lists(st.one_of(
        st.tuples(st.sampled_from("pq"), st.tuples(st.sampled_from(names), st.sampled_from(names))),
        st.tuples(st.just("C"), st.tuples(st.sampled_from(names))),
    ), min_size=1, max_size=3)))  # fmt: skip
    known = sorted({name for _, variables in atoms for name in variables})
    return Case(
        atoms, draw(draw_comparisons(known, 2)), tuple(draw(st.lists(st.sampled_from(known), min_size=1, max_size=2)))
    )


def draw_comparisons(
    known: list[str], most: int
) -> st.SearchStrategy[tuple[tuple[tuple[tuple[str, int], ...], str, int], ...]]:
    factors = st.lists(
        st.tuples(st.sampled_from(known), st.sampled_from([1, -1, 2])), min_size=1, max_size=2, unique_by=lambda p: p[0]
    ).map(tuple)
    sign = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    return st.lists(st.tuples(factors, sign, st.integers(-1, 1)), max_size=most).map(tuple)


@st.composite
def draw_pair(draw: st.DrawFn) -> tuple[Case, Case]:
    """A rule and a changed one: near enough that either verdict is likely."""
    first = draw(draw_case())
    atoms, comparisons = list(first.atoms), list(first.comparisons)
    known = sorted({name for _, variables in atoms for name in variables})
    for change in draw(st.lists(st.sampled_from(["copy", "swap", "drop", "add", "turn"]), max_size=3)):
        if change == "copy":
            name, variables = draw(st.sampled_from(atoms))
            atoms.append((name, (*variables[:-1], draw(st.sampled_from([*known, "d"])))))
        elif change == "swap":
            place = draw(st.integers(0, len(atoms) - 1))
            atoms[place] = (atoms[place][0], atoms[place][1][::-1])
        elif change == "drop" and comparisons:
            comparisons.pop(draw(st.integers(0, len(comparisons) - 1)))
        elif change == "add":
            comparisons += draw(draw_comparisons(known, 1))
        elif change == "turn" and comparisons:
            place = draw(st.integers(0, len(comparisons) - 1))
            factors, sign, constant = comparisons[place]
            turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(sign, sign)
            comparisons[place] = (tuple((name, -factor) for name, factor in factors), turned, -constant)
    return first, Case(tuple(atoms), tuple(comparisons), first.head)


@settings(max_examples=60)
@given(draw_case(), st.randoms(use_true_random=False))
def test_names_and_order_never_count(case: Case, rng: random.Random) -> None:
    names = dict(zip("abcd", rng.sample(["x", "y1", "zz", "a", "b"], 4), strict=True))
    atoms = [(name, tuple(names[variable] for variable in variables)) for name, variables in case.atoms]
    comparisons = [(tuple((names[n], f) for n, f in factors), *rest) for factors, *rest in case.comparisons]
    rng.shuffle(atoms)
    rng.shuffle(comparisons)
    other = Case(tuple(atoms), tuple(comparisons), tuple(names[name] for name in case.head))  # type: ignore[arg-type]
    first, second = (parse_rule(write_case(one), PREFIXES) for one in (case, other))
    assert are_renamings(first, second) and are_renamings(second, first)
    assert are_equivalent(first, second)[0]


def list_mappings(first: Case, second: Case) -> Iterator[tuple[tuple[str, tuple[str, ...]], ...]]:
    for chosen in product(first.atoms, repeat=len(second.atoms)):
        if all(atom[0] == target[0] for atom, target in zip(second.atoms, chosen, strict=True)):
            yield chosen


def sum_up(factors: tuple[tuple[str, int], ...], values: dict[str, z3.ArithRef]) -> z3.ArithRef:
    return z3.Sum([factor * values[name] for name, factor in factors])


def compare(sign: str, left: z3.ArithRef, right: int) -> z3.BoolRef:
    return {"=": left == right, "!=": left != right, "<": left < right, "<=": left <= right, ">": left > right,
            ">=": left >= right}[sign]  # fmt: skip


def find_difference(first: Case, second: Case) -> dict[str, Fraction] | None:
    """Values under which the first rule, in the world of its own body, concludes what the second does not; by Z3."""
    solver = z3.Solver()
    values = {name: z3.Real(f"1{name}") for _, variables in first.atoms for name in variables}
    solver.add(*(compare(sign, sum_up(factors, values), constant) for factors, sign, constant in first.comparisons))
    for chosen in list_mappings(first, second):
        others = {name: z3.Real(f"2{name}") for _, variables in second.atoms for name in variables}
        parts = [others[name] == values[target] for atom, aim in zip(second.atoms, chosen, strict=True)
                 for name, target in zip(atom[1], aim[1], strict=True)]  # fmt: skip
        parts += [compare(sign, sum_up(factors, others), constant) for factors, sign, constant in second.comparisons]
        parts += [others[name] == values[wanted] for name, wanted in zip(second.head, first.head, strict=True)]
        solver.add(z3.ForAll(list(others.values()), z3.Not(z3.And(parts))))
    verdict = solver.check()
    assert verdict != z3.unknown
    if verdict == z3.unsat:
        return None
    model = solver.model()
    return {name: Fraction(str(model.eval(value, model_completion=True))) for name, value in values.items()}


World = dict[str, set[tuple[Fraction, ...]]]


def conclude(case: Case, world: World) -> set[tuple[Fraction, ...]]:
    """What a rule concludes in a world, by trying every match."""
    rows: list[dict[str, Fraction]] = [{}]
    for name, variables in case.atoms:
        extended = []
        for row, fact in product(rows, world.get(name, ())):
            found = dict(row)
            if all(found.setdefault(variable, value) == value for variable, value in zip(variables, fact, strict=True)):
                extended.append(found)
        rows = extended
    return {tuple(row[name] for name in case.head) for row in rows if all(
        {"=": total == constant, "!=": total != constant, "<": total < constant, "<=": total <= constant,
         ">": total > constant, ">=": total >= constant}[sign]
        for factors, sign, constant in case.comparisons
        for total in [sum((factor * row[name] for name, factor in factors), Fraction(0))]
    )}  # fmt: skip


@settings(max_examples=60)
@given(draw_pair(), st.randoms(use_true_random=False))
def test_the_verdict_is_that_of_z3_and_small_worlds_bear_it_out(pair: tuple[Case, Case], rng: random.Random) -> None:
    first, second = pair
    same, reason = judge(write_case(first), write_case(second))
    assert "not decided" not in reason and "too many" not in reason
    ways = ((first, second, find_difference(first, second)), (second, first, find_difference(second, first)))
    assert same == all(values is None for _, _, values in ways), (write_case(first), write_case(second))
    for one, other, values in ways:
        if values is not None:
            world: World = {}
            for name, variables in one.atoms:
                world.setdefault(name, set()).add(tuple(values[variable] for variable in variables))
            assert tuple(values[name] for name in one.head) in conclude(one, world) - conclude(other, world)
    if same:
        numbers = [Fraction(n, 2) for n in range(-3, 4)]
        for _ in range(6):
            world = {name: {tuple(rng.choices(numbers, k=2)) for _ in range(4)} for name in "pq"}
            world["C"] = {(rng.choice(numbers),) for _ in range(3)}
            assert conclude(first, world) == conclude(second, world)


draw_factors = st.lists(st.tuples(st.sampled_from("abc"), st.integers(-2, 2)), max_size=3)
draw_sign = st.sampled_from(["=", "!=", "<", "<="])


@settings(max_examples=60)
@given(st.lists(st.tuples(draw_factors, st.integers(-2, 2), draw_sign), max_size=7))
def test_satisfiability_is_that_of_z3(drawn: list[tuple[list[tuple[str, int]], int, str]]) -> None:
    solver, conditions = z3.Solver(), []
    for factors, constant, sign in drawn:
        parts = {name: Fraction(factor) for name, factor in factors}
        conditions.append(Condition(sign, Linear.of({**parts, "": Fraction(constant)})))
        total = z3.Sum([int(factor) * z3.Real(name) for name, factor in parts.items()]) + constant
        solver.add({"=": total == 0, "!=": total != 0, "<": total < 0, "<=": total <= 0}[sign])
    assert is_satisfiable(conditions) == (solver.check() == z3.sat)
