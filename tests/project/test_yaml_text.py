"""YAML is read safely, within bounds, and every key keeps its place."""

import json
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from workbench.formats.yaml_text import MAX_YAML_BYTES, YamlText, parse_yaml
from workbench.model.report import Location


def read(text: str | bytes) -> YamlText:
    return parse_yaml(text if isinstance(text, bytes) else text.encode(), "a.yaml")


def find_line(text: YamlText) -> int:
    assert text.violations, "expected a finding"
    assert {v.code for v in text.violations} == {"yaml.syntax"}
    assert {v.severity for v in text.violations} == {"error"}
    place = text.violations[0].location
    assert place is not None and place.path == "a.yaml"
    return place.line


def test_values_and_places() -> None:
    text = read("name: x\ndomains:\n  kin:\n    closed: [a, b]\n    list:\n      - 1\n      - {k: 2.5}\n")
    assert text.violations == ()
    assert text.value == {"name": "x", "domains": {"kin": {"closed": ["a", "b"], "list": [1, {"k": 2.5}]}}}
    assert text.locate("name") == Location("a.yaml", 1, 1)
    assert text.locate("domains", "kin", "closed") == Location("a.yaml", 4, 5)
    assert text.locate("domains", "kin", "closed", 1) == Location("a.yaml", 4, 17)
    assert text.locate("domains", "kin", "list", 1, "k") == Location("a.yaml", 7, 10)
    assert text.locate("domains", "kin", "absent", 3) == Location("a.yaml", 3, 3)


def test_scalars_follow_yaml_1_2() -> None:
    text = read(
        "a: no\nb: 2026-01-31\nc: 1:30\nd: true\ne: ~\nf: '1'\ng: -7\nh: 1e3\ni: .nan\nno: Norwegian\nj: 0x1F\n"
    )
    assert text.value == {
        "a": "no", "b": "2026-01-31", "c": "1:30", "d": True, "e": None, "f": "1", "g": -7, "h": 1000.0, "i": ".nan",
        "no": "Norwegian", "j": "0x1F",
    }  # fmt: skip


def test_empty_documents() -> None:
    assert read("").value is None and read("").violations == ()
    assert read("# only a comment\n").value is None


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "not valid YAML"),
        ("a: 1\na: 2\n", 2, "given twice"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "Tags"),
        ("a: 1\n---\nb: 2\n", 2, "more than one"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, "Merge"),
        ("a: *nobody\n", 1, "no anchor"),
        ("a: &x [1, *x]\n", 1, "contains itself"),
        ("? [1, 2]\n: 3\n", 1, "plain text"),
        ("a: 1\n\tb: 2\n", 2, "not valid YAML"),
        (b"a: 1\nb: \xff\n", 2, "UTF-8"),
        ("a: 1\nb: \x07\n", 2, "does not allow"),
    ],
)
def test_mistakes_have_a_line(text: str | bytes, line: int, word: str) -> None:
    result = read(text)
    assert find_line(result) == line
    assert word in result.violations[0].message


def test_the_first_of_two_equal_keys_counts() -> None:
    text = read("a: 1\nb: 2\na: {c: 3}\n")
    assert text.value == {"a": 1, "b": 2}
    assert text.locate("a").line == 1
    assert text.violations[0].related == (Location("a.yaml", 1, 1),)


def test_nesting_has_a_limit_that_is_named() -> None:
    assert "levels deep" in read("[" * 70 + "]" * 70).violations[0].message
    assert read("[" * 60 + "]" * 60).violations == ()


@pytest.mark.parametrize("unit", ["[", "{a: ", "- ", "? ", "a: [{b: "])
def test_deep_nesting_is_refused_quickly(unit: str) -> None:
    start = time.process_time()
    result = read(unit * 100_000)
    assert result.value is None and result.violations
    assert time.process_time() - start < 2


def test_alias_bombs_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    result = read("\n".join(lines))
    assert "more than" in result.violations[0].message


def test_honest_aliases_are_read() -> None:
    assert read("a: &x {k: [1, 2]}\nb: *x\n").value == {"a": {"k": [1, 2]}, "b": {"k": [1, 2]}}


def test_large_files_are_refused_unread() -> None:
    result = read(b"a: " + b"x" * MAX_YAML_BYTES)
    assert result.value is None and "bytes" in result.violations[0].message


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\x85\u2028\u2029\ufeff\ufffe\uffff"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_whatever_json_says_is_read_as_json_says_it(value: object) -> None:
    result = read(json.dumps(value, ensure_ascii=False))
    assert result.violations == ()
    assert result.value == value


@given(st.dictionaries(st.text("abc", min_size=1), st.lists(st.text("xyz ", min_size=1)), max_size=4))
def test_agrees_with_the_library_on_plain_documents(value: object) -> None:
    text = yaml.safe_dump(value)
    assert read(text).value == yaml.safe_load(text)


@given(st.binary(max_size=200))
def test_bytes_never_raise(data: bytes) -> None:
    parse_yaml(data, "a.yaml")


@given(st.text("ab:-[]{}&*!|>'\"#?,% \n\t", max_size=60))
def test_indicators_never_raise(text: str) -> None:
    read(text)
