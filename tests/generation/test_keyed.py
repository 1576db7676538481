"""Draws that depend on their key alone."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from workbench.generation.keyed import KeyedRandom, hash_parts, take_share


def test_draws_are_the_same_everywhere() -> None:
    """Golden values: another platform, Python or release that draws otherwise would make other datasets."""
    assert hash_parts("a", 1, ("b",)) == GOLDEN_HASH
    random = KeyedRandom("seed", 42, "kinship")
    assert [random.draw_below(1000) for _ in range(10)] == GOLDEN_DRAWS
    assert KeyedRandom("x").shuffle(range(10)) == GOLDEN_ORDER
    assert [take_share(f"item-{n}", SHARES) for n in range(12)] == GOLDEN_SHARES


GOLDEN_HASH = "8deef2cd46f64a62ebd6fcfbe35a3c11c82d96d9efb7645f389178ce45b2f4bc"
GOLDEN_DRAWS = [879, 23, 487, 961, 595, 374, 326, 566, 509, 95]
GOLDEN_ORDER = [0, 7, 5, 1, 9, 2, 8, 6, 4, 3]
GOLDEN_SHARES = [
    "test",
    "train",
    "train",
    "validation",
    "train",
    "validation",
    "train",
    "train",
    "train",
    "train",
    "train",
    "validation",
]
SHARES = (("train", 0.8), ("validation", 0.1), ("test", 0.1))


@given(st.lists(st.text(max_size=3), max_size=4), st.lists(st.text(max_size=3), max_size=4))
def test_different_parts_have_different_hashes(first: list[str], second: list[str]) -> None:
    assert (hash_parts(*first) == hash_parts(*second)) == (first == second)


@given(st.integers(), st.lists(st.integers()))
def test_shuffling_keeps_everything(key: int, values: list[int]) -> None:
    shuffled = KeyedRandom(key).shuffle(values)
    assert sorted(shuffled) == sorted(values) and shuffled == KeyedRandom(key).shuffle(values)


def test_draws_are_even() -> None:
    random = KeyedRandom("even")
    counts = Counter(random.draw_between(-2, 3) for _ in range(6000))
    assert set(counts) == {-2, -1, 0, 1, 2, 3} and all(850 < count < 1150 for count in counts.values())
    assert 850 < sum(random.happens(1, 6) for _ in range(6000)) < 1150
    orders = Counter(tuple(random.shuffle("abc")) for _ in range(6000))
    assert len(orders) == 6 and all(850 < count < 1150 for count in orders.values())
    shares = Counter(take_share(str(n), SHARES) for n in range(6000))
    assert 4600 < shares["train"] < 5000 and 480 < shares["test"] < 720


def test_streams_of_different_keys_differ() -> None:
    streams = {
        tuple(KeyedRandom(*key).draw_below(2**60) for _ in range(2)) for key in [("a", "b"), ("ab",), ("a", "c")]
    }
    assert len(streams) == 3
