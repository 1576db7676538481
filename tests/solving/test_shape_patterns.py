"""Automata of patterns against Python's own regular expressions."""

from __future__ import annotations

import re
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.solving.shapes.patterns import LONGEST, Asked, find_lengths, find_text, match_text

ALPHABET = "ab1-\n"
TEXTS = ["".join(letters) for size in range(5) for letters in product(ALPHABET, repeat=size)]

pieces = st.recursive(
    st.sampled_from(["a", "b", "1", "-", ".", "[ab]", "[^a]", r"\d", r"\w", r"\s", "[0-9]", "(?:ab)"]),
    lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("(?:{}|{})".format, inner, inner),
        st.builds("(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "*?"])),
    ),
    max_leaves=5,
)
patterns = st.builds("{}{}{}".format, st.sampled_from(["", "^"]), pieces, st.sampled_from(["", "$"]))


@settings(max_examples=80)
@given(st.lists(st.tuples(patterns, st.booleans()), min_size=1, max_size=2), st.sampled_from(["", "i", "s"]))
def test_lengths_and_texts_agree_with_python(wanted: list[tuple[str, bool]], flags: str) -> None:
    asked = [Asked(pattern, flags, matches) for pattern, matches in wanted]
    found = find_lengths(asked)
    assert found is not None
    lengths, has_longer = found
    number = {"": 0, "i": re.I, "s": re.S}[flags]
    fitting = {
        len(text)
        for text in TEXTS
        if all((re.search(pattern, text, number) is not None) == matches for pattern, matches in wanted)
    }
    assert fitting <= lengths
    for length in sorted(lengths & set(range(5))):
        text = find_text(asked, length)
        assert text is not None and len(text) == length
        if text.isascii():  # of other characters it is not known whether they are digits, letters or spaces
            assert all(match_text(pattern, flags, text) == matches for pattern, matches in wanted), text
    assert has_longer or max(lengths, default=0) <= LONGEST


def test_what_is_not_understood_has_no_answer() -> None:
    for pattern in (r"(a)\1", "(?=a)b", "a^b", "(?!a)", "("):
        assert find_lengths([Asked(pattern, "", True)]) is None
        assert find_text([Asked(pattern, "", True)]) is None
    assert find_lengths([Asked("a", "m", True)]) is None
    assert match_text("(", "", "a") is None
    assert match_text("a", "q", "a") is None


def test_patterns_that_exclude_each_other() -> None:
    assert find_lengths([Asked("^[0-9]+$", "", True), Asked("^[a-z]+$", "", True)]) == (frozenset(), False)
    assert find_lengths([Asked("^[0-9]{4}$", "", True)]) == (frozenset({4, 5}), False)
    assert find_text([Asked("^https://example", "", True)]) == "https://example"
