"""Regular expressions of XPath: against Python's where both mean the same, and in bounded time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.model.pattern_reader import PatternError
from workbench.model.patterns import (
    compile_pattern,
    find_replacement_problem,
    replace_matches,
    search_pattern,
)


def find(pattern: str, text: str) -> tuple[int, ...] | None:
    return search_pattern(compile_pattern(pattern), text)


# Groups inside repetitions keep their last round in both; a repeated part that can be empty is where machines differ.
ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "[a-c]", "\\d", "\\s", "^", "$", "\\."])
FULL = st.sampled_from(["a", "b", "ab", "[ab]", "a|b", "ba|a"])


def repeat(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(["", "", "?", "*", "+", "*?", "+?", "??", "{2}", "{1,2}", "{2,}"])
    return st.builds(lambda part, sign: f"({part}){sign}", parts, signs)


PATTERNS = st.recursive(
    ATOMS | repeat(FULL),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
    ),
    max_leaves=8,
)


@settings(max_examples=400)
@given(PATTERNS, st.text("abc1 .\n", max_size=12))
def test_matches_and_groups_as_python_finds_them(pattern: str, text: str) -> None:
    # "$" is the very end in XPath, and "." is no end of a line.
    found = re.search(pattern.replace("$", "\\Z"), text)
    ours = find(pattern, text)
    assert (ours is None) == (found is None)
    if found is not None and ours is not None:
        assert ours[:2] == found.span()
        assert ours == tuple(bound for group in range(found.re.groups + 1) for bound in found.span(group))


@given(repeat(FULL), st.text("abc", max_size=10))
def test_replacing_as_python_does_it(pattern: str, text: str) -> None:
    compiled = compile_pattern(pattern)
    ours = replace_matches(compiled, text, "<$1>", 1000)
    if re.search(pattern, "") is not None:
        assert ours is None and find_replacement_problem(compiled, "<$1>")
        return
    assert ours == re.sub(pattern, lambda match: f"<{match.group(1) or ''}>", text)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("^\\i\\c*$", "_a-1", "1a"),
        ("^\\p{Lu}\\p{Ll}+$", "Ärger", "ärger"),
        ("^\\P{L}+$", "12 !", "1a"),
        ("^[a-z-[aeiou]]+$", "xyz", "xaz"),
        ("^[^\\d\\s]+$", "a-b", "a 1"),
        ("^[\\p{L}-]+$", "a-ß", "a_1"),
        ("^\\w+$", "aß1€", "a b"),
        ("^\\W+$", "- !", "a"),
        ("^.$", "\U0001f600", "\n"),
        ("^(?:ab|c){2,3}$", "abcab", "ab"),
        ("a{0}b", "b", "a"),
        ("^$", "", "x"),
        ("^[\\]\\^\\-]+$", "]^-", "a"),
        ("x|", "anything", ""),
    ],
)
def test_what_python_does_not_have(pattern: str, yes: str, no: str) -> None:
    assert find(pattern, yes) is not None
    assert (find(pattern, no) is None) == (pattern != "x|")


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(a", "not closed"), ("a)", "closes no group"), ("[a", "too early"), ("[]", "empty"), ("*a", "no meaning"),
        ("a**", "two quantifiers"), ("a{2,1}", "below its beginning"), ("a{x}", "no quantity"),
        ("[b-a]", "below its beginning"), ("(a)\\1", "refers back"), ("(?=a)", "looking ahead"),
        ("(?<n>a)", "looking ahead"), ("\\p{IsGreek}", "category"), ("\\q", "no meaning"), ("\\", "too early"),
        ("a{999}", "more than 200 times"), ("(((a{20}){20}){20})", "too long"),
        ("(" * 50 + "a" + ")" * 50, "nested too deeply"), ("]", "no meaning"), ("}", "no meaning"),
        ("[[a]]", "inside a set"),
    ],
)  # fmt: skip
def test_what_is_no_pattern(pattern: str, words: str) -> None:
    with pytest.raises(PatternError, match=re.escape(words)):
        compile_pattern(pattern)


@given(st.text("ab()[]{}*+?|^$\\.-1,pLdsw", max_size=12), st.text("ab1", max_size=6))
def test_any_text_is_a_pattern_or_refused(pattern: str, text: str) -> None:
    try:
        compiled = compile_pattern(pattern)
    except PatternError as error:
        assert str(error)
        return
    found = search_pattern(compiled, text)
    assert found is None or 0 <= found[0] <= found[1] <= len(text)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a*)*b", "((a?){50})*b", "(.*)*(.*)*x", "(a|aa)+$b"])
def test_what_ruins_other_machines_is_decided_at_once(pattern: str) -> None:
    start = time.process_time()
    assert find(pattern, "a" * 1000) is None
    assert time.process_time() - start < 30


def test_replacing_gives_up_in_bounded_time() -> None:
    start = time.process_time()
    assert replace_matches(compile_pattern("a*b|a"), "a" * 1000, "x", 10_000) in (None, "x" * 1000)
    assert replace_matches(compile_pattern("(a*)*b|a"), "a" * 1000, "x", 10_000) is None
    assert time.process_time() - start < 30
    assert replace_matches(compile_pattern("a"), "a" * 100, "x" * 200, 10_000) is None
