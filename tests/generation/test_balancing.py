"""Balance: rare rules are taught, none fills a cell, and what was not reached is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from workbench.generation.selection.balancing import Balancer, Traits, report_balance
from workbench.model.curriculum import Balance, Cell, Curriculum, Level, Quota, Splits
from workbench.model.report import Location

CELL: Cell = ("one", "select", "-")
PLACE = Location("c.yaml", 7)


def make_level(items: int, *balance: Balance) -> Level:
    quota = Quota("select", "-", items)
    return Level("one", 1, "", (1, 1), "facts+rules", (0, 1), (0, 1), ("sampled",), (quota,), balance=balance)


def fill(level: Level, rules: Sequence[frozenset[str]], known: Sequence[str]) -> tuple[list[frozenset[str]], Balancer]:
    """Take candidates as a selection does: in order, again after places were released."""
    balancer = Balancer(level, {"rules": known})
    taken: list[frozenset[str]] = []
    waiting = list(rules)
    for names in waiting:
        balancer.see(Traits(names))
    while True:
        later = []
        for names in waiting:
            if len(taken) < level.quotas[0].items and balancer.accepts(CELL, Traits(names)) is None:
                balancer.take(CELL, Traits(names))
                taken.append(names)
            else:
                later.append(names)
        waiting = later
        if len(taken) == level.quotas[0].items or not balancer.release():
            return taken, balancer


def test_rare_rules_are_taught() -> None:
    often, rare = frozenset(["often"]), frozenset(["often", "rare"])
    candidates = [often] * 30 + [rare] * 5
    taken, _ = fill(make_level(10, Balance("rules", each=3)), candidates, ["often", "rare"])
    assert Counter(taken) == {often: 7, rare: 3}
    # What is not known to exist is not waited for, but kept a place once it was seen.
    taken, _ = fill(make_level(10, Balance("rules", each=3)), candidates, [])
    assert Counter(taken)[rare] == 3


def test_no_rule_fills_a_cell() -> None:
    candidates = [frozenset(["a"])] * 9 + [frozenset(["b"])] * 9 + [frozenset(["c"])] * 9
    taken, balancer = fill(make_level(10, Balance("rules", most=0.4)), candidates, [])
    assert Counter(taken) == {frozenset(["a"]): 4, frozenset(["b"]): 4, frozenset(["c"]): 2}
    (account,) = balancer.describe()
    assert (account.largest, account.largest_cell, account.largest_share) == ("a", CELL, 0.4)
    assert account.to_json() == {
        "of": "rules", "each": 0, "most": 0.4, "below": [], "largest": {"name": "a", "share": 0.4}, "released": 0,
    }  # fmt: skip
    assert balancer.accepts(CELL, Traits(frozenset(["a"]))) == "a rule has its share of the cell"


def test_what_cannot_be_reached_is_told_with_the_number_there_was() -> None:
    level = make_level(4, Balance("rules", each=2, location=PLACE))
    taken, balancer = fill(level, [frozenset(["a"])] * 9 + [frozenset(["b"])], ["a", "b", "never"])
    assert Counter(taken) == {frozenset(["a"]): 3, frozenset(["b"]): 1}
    accounts = balancer.describe()
    assert [tuple(one) for one in accounts[0].below] == [("b", 1, 1), ("never", 0, 0)]
    curriculum = Curriculum("c", "d", "c.yaml", (level,), Splits((("train", 1.0),)), (("en", 1.0),), ())
    (violation,) = report_balance(curriculum, level, accounts)
    assert violation.severity == "error" and violation.location == PLACE
    assert "b (1 of 1 candidates), never (0 of 0 candidates)" in violation.message
    assert report_balance(replace(curriculum, shortfall="warning"), level, accounts)[0].severity == "warning"


def test_without_balance_everything_is_accepted() -> None:
    balancer = Balancer(make_level(3))
    assert not balancer.is_needed and balancer.accepts(CELL, Traits(frozenset("a"))) is None
    assert not balancer.release() and balancer.describe() == ()


RULES = st.frozensets(st.sampled_from("abcd"), min_size=1, max_size=3)


@given(st.lists(RULES, max_size=25), st.integers(1, 12), st.integers(0, 3), st.sampled_from([1.0, 0.5, 0.2]))
def test_nothing_is_left_out_without_need(candidates: list[frozenset[str]], items: int, each: int, most: float) -> None:
    taken, balancer = fill(make_level(items, Balance("rules", each, most)), candidates, "abcd")
    limit = max(1, int(most * items)) if most < 1 else items
    counts = Counter(name for names in taken for name in names)
    assert all(count <= limit for count in counts.values())
    if most == 1:
        # Only the order is changed: a cell is as full as it can be.
        assert len(taken) == min(items, len(candidates))
    (account,) = balancer.describe()
    offered = Counter(name for names in candidates for name in names)
    assert {tuple(one) for one in account.below} == {(n, counts[n], offered[n]) for n in "abcd" if counts[n] < each}
    if most == 1 and items >= each * 4:
        # There is room for all that are asked for, so only what was not on offer is missing.
        assert all(one.items == one.offered for one in account.below)
    again, _ = fill(make_level(items, Balance("rules", each, most)), candidates, "abcd")
    assert again == taken
