"""The least change, against every change tried: as few numbers, as small a sum, and the same choice among equals."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.solving.repairs.amounts import Amount, Combined, Demand, Quantity, Relation, Share
from workbench.solving.repairs.least_change import find_least_change

REACH = 5
COMPARED = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def evaluate(amount: Amount, values: Mapping[str, Fraction]) -> Fraction | None:
    if isinstance(amount, Fraction):
        return amount
    if isinstance(amount, str):
        return values[amount]
    if amount.operator in ("+", "-", "*", "/"):
        left, right = (evaluate(part.value, values) for part in amount.parts)
        if left is None or right is None or (amount.operator == "/" and right == 0):
            return None
        return {"+": left + right, "-": left - right, "*": left * right}.get(amount.operator) or (
            left / right if amount.operator == "/" else Fraction(0)
        )
    active = [s for s in amount.parts if all(relate(c, values) for c in s.conditions)]
    if amount.operator == "any":
        return Fraction(bool(active))
    numbers = [evaluate(share.value, values) for share in active]
    known = [number for number in numbers if number is not None]
    assert len(known) == len(numbers)
    if amount.operator == "sum":
        return sum(known, Fraction(0))
    if not known:
        return None
    if amount.operator == "average":
        return sum(known, Fraction(0)) / len(known)
    return min(known) if amount.operator == "min" else max(known)


def relate(relation: Relation, values: Mapping[str, Fraction]) -> bool:
    left, right = evaluate(relation.left, values), evaluate(relation.right, values)
    return left is not None and right is not None and bool(COMPARED[relation.operator](left, right))


def meets(demands: Sequence[Demand], values: Mapping[str, Fraction]) -> bool:
    return not any(all(relate(relation, values) for relation in demand.relations) for demand in demands)


def rank(quantities: Sequence[Quantity], values: Mapping[str, Fraction]) -> tuple[object, ...]:
    ordered = sorted(quantities, key=lambda q: (abs(q.value), quantities.index(q)))
    changed = [q for q in ordered if values[q.name] != q.value]
    total = sum((abs(values[q.name] - q.value) for q in changed), Fraction(0))
    flags = tuple(q in changed for q in ordered)
    steps = tuple((abs(values[q.name] - q.value), values[q.name] > q.value) for q in changed)
    return (len(changed), total, flags, steps)


def try_all(quantities: Sequence[Quantity], demands: Sequence[Demand]) -> dict[str, Fraction] | None:
    best: tuple[tuple[object, ...], dict[str, Fraction]] | None = None
    ranges = []
    for quantity in quantities:
        reached = [quantity.value + step * quantity.unit for step in range(-REACH, REACH + 1)]
        low, high = quantity.low, quantity.high
        ranges.append([v for v in reached if (low is None or v >= low) and (high is None or v <= high)])
    for values in product(*ranges):
        named = {q.name: value for q, value in zip(quantities, values, strict=True)}
        if meets(demands, named):
            ranked = rank(quantities, named)
            if best is None or ranked < best[0]:
                best = (ranked, named)
    return None if best is None else best[1]


NAMES = st.sampled_from(["a", "b", "c"])
CONSTANTS = st.integers(-4, 4).map(Fraction)
PLAIN = st.one_of(NAMES, CONSTANTS)
LINEAR = st.one_of(
    PLAIN,
    st.builds(lambda o, x, y: Combined(o, (Share(x), Share(y))), st.sampled_from(["+", "-"]), PLAIN, PLAIN),
    st.builds(lambda x, y: Combined("*", (Share(x), Share(y))), CONSTANTS, NAMES),
)
RELATIONS = st.builds(Relation, st.sampled_from(sorted(COMPARED)), LINEAR, LINEAR)
SHARES = st.builds(Share, PLAIN, st.lists(RELATIONS, max_size=1).map(tuple))
TOTALS = st.builds(
    Combined, st.sampled_from(["sum", "min", "max", "any", "average"]), st.lists(SHARES, max_size=3).map(tuple)
)
DEMANDS = st.lists(
    st.builds(
        Demand,
        st.just(("k",)),
        st.lists(
            st.one_of(RELATIONS, st.builds(Relation, st.sampled_from(["<", ">", ">="]), TOTALS, PLAIN)),
            min_size=1,
            max_size=2,
        ).map(tuple),
    ),
    min_size=1,
    max_size=3,
)
BOUNDS = st.sampled_from([(None, None), (Fraction(0), None), (Fraction(-4), Fraction(4))])


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 3), BOUNDS), min_size=3, max_size=3), DEMANDS)
def test_the_least_change_is_that_of_every_change_tried(
    stated: list[tuple[int, tuple[Fraction | None, Fraction | None]]], demands: list[Demand]
) -> None:
    quantities = [
        Quantity(name, Fraction(value), low=low, high=high)
        for name, (value, (low, high)) in zip("abc", stated, strict=True)
    ]
    expected = try_all(quantities, demands)
    found = find_least_change(quantities, demands)
    if found == "unknown":
        return  # averages over what is present are not linear; giving up is allowed, a wrong answer is not
    if found == "impossible":
        assert expected is None
        return
    assert not isinstance(found, str)
    values = {q.name: found.get(q.name, q.value) for q in quantities}
    assert meets(demands, values)
    assert all(values[q.name] != q.value for q in quantities if q.name in found)
    if expected is not None:
        assert rank(quantities, values)[:2] <= rank(quantities, expected)[:2]
        if all(abs(values[q.name] - q.value) <= REACH for q in quantities):
            assert values == expected


def test_units_keep_decimals_on_their_grid() -> None:
    quantity = Quantity("a", Fraction("10.25"), Fraction(1, 100))
    assert find_least_change([quantity], [Demand(("k",), (Relation(">=", "a", Fraction(10)),))]) == {
        "a": Fraction("9.99")
    }


def test_what_excludes_itself_is_impossible() -> None:
    demands = [
        Demand(("k",), (Relation("<", "a", Fraction(3)),)),
        Demand(("l",), (Relation(">=", "a", Fraction(3)),)),
    ]
    assert find_least_change([Quantity("a", Fraction(1))], demands) == "impossible"


def test_a_limit_is_told() -> None:
    quantities = [Quantity(f"q{i}", Fraction(100 - i)) for i in range(30)]
    demands = [Demand((str(i),), (Relation("<=", f"q{i + 1}", f"q{i}"),)) for i in range(29)]
    assert find_least_change(quantities, demands, resources=1_000) == "unknown"


def test_of_equal_changes_the_largest_and_then_the_last_number_is_chosen() -> None:
    quantities = [Quantity(name, Fraction(value)) for name, value in (("a", 7), ("b", 5), ("c", 7))]
    total = Combined("sum", tuple(Share(name) for name in "abc"))
    demands = [
        Demand(("k",), (Relation(">", total, Fraction(12)),)),
        Demand(("l",), (Relation("<", "b", Fraction(5)),)),
    ]
    assert find_least_change(quantities, demands) == {"c": Fraction(0)}
    assert find_least_change(quantities, demands[::-1]) == {"c": Fraction(0)}
