"""Splices lead from one text to the other and back, and are small."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.project.splices import Splice, apply_splices, compute_splices, invert_splices

LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\r\n", b"d", b"e\n", b"\xc3\xa4\n", b"\n"]), max_size=14)
TEXTS = LINES.map(b"".join) | st.binary(max_size=30)


@given(TEXTS, TEXTS)
def test_there_and_back(old: bytes, new: bytes) -> None:
    splices = compute_splices(old, new)
    assert apply_splices(old, splices) == new
    assert apply_splices(new, invert_splices(splices)) == old
    assert invert_splices(invert_splices(splices)) == splices
    assert (splices == ()) == (old == new)


@given(TEXTS, TEXTS, TEXTS)
def test_another_text_is_refused_or_undone_exactly(old: bytes, new: bytes, other: bytes) -> None:
    splices = compute_splices(old, new)
    try:
        result = apply_splices(other, splices)
    except ValueError:
        return
    assert apply_splices(result, invert_splices(splices)) == other


def test_distant_changes_make_small_splices() -> None:
    old = b"".join(b"line %d\n" % n for n in range(20_000))
    new = old.replace(b"line 7\n", b"seven\n").replace(b"line 19990\n", b"")
    splices = compute_splices(old, new)
    assert sum(len(s.removed) + len(s.inserted) for s in splices) < 40
    assert apply_splices(old, splices) == new


def test_overlapping_splices_are_refused() -> None:
    with pytest.raises(ValueError, match="not the one"):
        apply_splices(b"aa", [Splice(0, b"aa", b""), Splice(1, b"a", b"")])
