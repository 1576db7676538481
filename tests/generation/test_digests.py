"""Sets and counts of digests agree with Python's own, in a fraction of the memory."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.generation.selection.digests import DigestCounter, DigestSet, shorten_digest

# Few values that differ in any place, the empty mark among them, so that places in the table collide.
DIGESTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda t: bytes([t[0]] + [0] * 14 + [t[1]])))


@given(DIGESTS)
def test_a_set_is_a_set(digests: list[bytes]) -> None:
    found, expected = DigestSet(), set[bytes]()
    for digest in digests:
        assert (digest in found) == (digest in expected)
        assert found.add(digest) == (digest not in expected)
        expected.add(digest)
        assert len(found) == len(expected)


@given(DIGESTS)
def test_a_counter_counts(digests: list[bytes]) -> None:
    found = DigestCounter()
    for digest in digests:
        found.count(digest)
    assert {digest: found[digest] for digest in digests} == Counter(digests)
    assert found[b"\xff" * 16] == 0 and len(found) == len({*digests})


def test_many_digests_take_little_memory() -> None:
    count = 40_000
    digests = [sha256(str(number).encode()).digest()[:16] for number in range(2 * count)]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    found, counts = DigestSet(), DigestCounter()
    for digest in digests[:count]:
        found.add(digest)
        counts.count(digest)
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert used / count < 48 + 60
    assert all(digest in found and counts[digest] == 1 for digest in digests[:count])
    assert not any(digest in found or counts[digest] for digest in digests[count:])


def test_what_is_no_digest() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        DigestSet().add(b"short")
    assert shorten_digest("0f" * 16) == b"\x0f" * 16
    assert shorten_digest("x" * 32) != shorten_digest("y" * 32)
    assert len(shorten_digest("abc")) == 16
