"""Changes of a text at a place: what is replaced reads as what was wanted, and nothing else changes."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import EditError
from workbench.formats.locate import locate_statement
from workbench.formats.patches import (
    Replacement,
    apply_replacements,
    remove_list_item,
    rename_variable,
    replace_literal,
)
from workbench.formats.rdf import parse_rdf
from workbench.formats.rules_parser import parse_rules
from workbench.formats.yaml_text import parse_yaml
from workbench.model.report import Location
from workbench.model.terms import XSD, make_literal

S, P = "<urn:s>", "<urn:p>"
INTEGER, BOOLEAN, DATE = f"<{XSD}integer>", f"<{XSD}boolean>", f"<{XSD}date>"

_texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
_literals = st.one_of(
    st.builds(make_literal, _texts),
    st.builds(lambda text, tag: make_literal(text, language=tag), _texts, st.sampled_from(["en", "de-AT"])),
    st.builds(lambda text, kind: make_literal(text, kind), _texts, st.sampled_from([INTEGER, BOOLEAN, DATE])),
    st.builds(lambda number: make_literal(str(number), INTEGER), st.integers()),
    st.sampled_from([make_literal("true", BOOLEAN), make_literal("false", BOOLEAN)]),
)
_WRITTEN = ('"{0}"{1}', '"""{0}"""{1}')


@settings(max_examples=150, deadline=None)
@given(old=_literals, new=_literals, around=st.sampled_from(["", "# é\n\n", "\ufeff"]))
def test_a_replaced_literal_is_read_as_the_new_one_and_the_rest_stays(old: str, new: str, around: str) -> None:
    data = f"{around}<urn:s> <urn:q> 1 ; <urn:p> {old} . # why\n<urn:t> <urn:p> 'x'@en .\n".encode()
    place = locate_statement(data, "x.ttl", S, P, old)
    assert place is not None
    changed = apply_replacements(data, [replace_literal(data, place, old, new)])
    expected = {t if t != (S, P, old) else (S, P, new) for t in parse_rdf(data, "x.ttl").triples}
    assert set(parse_rdf(changed, "x.ttl").triples) == expected
    start = data.index(b"<urn:p> ") + len("<urn:p> ")
    assert changed[:start] == data[:start]
    assert changed.endswith(b" . # why\n<urn:t> <urn:p> 'x'@en .\n")


@pytest.mark.parametrize(
    ("written", "new", "expected"),
    [
        ('" Ann "@en', make_literal("Ann", language="en"), '"Ann"@en'),
        ("' Ann '@en-GB", make_literal("Ann", language="en-gb"), '"Ann"@en-GB'),
        ('"2024-1-5"^^xsd:date', make_literal("2024-01-05", DATE), '"2024-01-05"^^xsd:date'),
        ('"1"', make_literal("1", INTEGER), "1"),
        ('"yes"^^xsd:boolean', make_literal("true", BOOLEAN), '"true"^^xsd:boolean'),
        ("7", make_literal("8", INTEGER), "8"),
        ("true", make_literal("false", BOOLEAN), "false"),
    ],
)
def test_the_way_of_writing_is_kept(written: str, new: str, expected: str) -> None:
    data = f"@prefix xsd: <{XSD}> .\n<urn:s> <urn:p> {written} .\n".encode()
    (triple,) = parse_rdf(data, "x.ttl").triples
    place = locate_statement(data, "x.ttl", *triple)
    assert place is not None
    changed = apply_replacements(data, [replace_literal(data, place, triple[2], new)])
    assert f"<urn:s> <urn:p> {expected} .\n" in changed.decode()


def test_a_place_with_something_else_is_refused() -> None:
    data = b'<urn:s> <urn:p> "a" , <urn:o> .'
    with pytest.raises(EditError, match="another value"):
        replace_literal(data, Location("x.ttl", 1, 17), make_literal("b"), make_literal("c"))
    with pytest.raises(EditError, match="no value"):
        replace_literal(data, Location("x.ttl", 1, 23), make_literal("b"), make_literal("c"))
    with pytest.raises(EditError, match="no value"):
        replace_literal(data, Location("x.ttl", 9, 1), make_literal("b"), make_literal("c"))


def test_replacements_that_overlap_are_refused_and_the_same_one_counts_once() -> None:
    assert apply_replacements(b"abcdef", [Replacement(1, 2, "X"), Replacement(1, 2, "X")]) == b"aXcdef"
    with pytest.raises(EditError, match="exclude"):
        apply_replacements(b"abcdef", [Replacement(1, 3, "X"), Replacement(2, 4, "Y")])
    with pytest.raises(EditError, match="UTF-8"):
        apply_replacements(b"\xff", [Replacement(0, 1, "X")])


RULES = """\
prefix : <urn:x:>
rule one
  a(?x, ?y) ^ b(?x, ?y) -> c(?x)   # ?y stays in a comment
rule two
  a(?x, ?y) -> c(?x)
"""


def test_a_variable_is_renamed_in_its_statement_alone() -> None:
    data = RULES.replace("\n", "\r\n").encode()
    changed = apply_replacements(data, rename_variable(data, Location("x.rules", 2, 6), "?y", "?_y"))
    expected = RULES.replace("a(?x, ?y) ^ b(?x, ?y)", "a(?x, ?_y) ^ b(?x, ?_y)").replace("\n", "\r\n")
    assert changed.decode() == expected
    assert not parse_rules(changed.decode(), "x.rules", {}).violations


def test_a_name_that_is_taken_or_a_statement_that_is_not_there_is_refused() -> None:
    data = RULES.encode()
    with pytest.raises(EditError, match=r"has a variable \?x already"):
        rename_variable(data, Location("x.rules", 2, 6), "?y", "?x")
    with pytest.raises(EditError, match=r"has no variable \?z"):
        rename_variable(data, Location("x.rules", 2, 6), "?z", "?_z")
    with pytest.raises(EditError, match="no statement"):
        rename_variable(data, Location("x.rules", 3, 1), "?y", "?_y")


_items = st.lists(
    st.sampled_from(
        [
            "- {a: 1}",
            "- a: 1\n  b: [1,\n   2]",
            "- a: |\n    text\n\n    more\n  b: 2",
            "-\n  a: 1",
            "-\n  # said\n\n  - 1",
            "- x  # said",
            "- - 1\n  - 2",
        ]
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=150, deadline=None)
@given(
    items=_items,
    chosen=st.integers(0, 4),
    indent=st.sampled_from(["", "  ", "      "]),
    after=st.sampled_from(["", "z: 1\n", "\n# about z\nz:\n  - 1\n"]),
    between=st.sampled_from(["", "\n"]),
)
def test_an_item_that_is_taken_out_is_gone_and_all_others_stay(
    items: list[str], chosen: int, indent: str, after: str, between: str
) -> None:
    index = chosen % len(items)
    block = between.join(re.sub("(?m)^(?=.)", indent, item) + "\n" for item in items)
    data = f"a: 1\nwaivers:\n{block}{after}".encode()
    value = parse_yaml(data, "x").value
    assert isinstance(value, dict)
    assert isinstance(value["waivers"], list)
    changed = apply_replacements(data, [remove_list_item(data, "waivers", index)])
    expected = dict(value)
    expected["waivers"] = value["waivers"][:index] + value["waivers"][index + 1 :]
    if not expected["waivers"]:
        del expected["waivers"]
    read = parse_yaml(changed, "x")
    assert read.violations == ()
    assert read.value == expected
    assert ("# about z" in changed.decode()) == ("# about z" in after)


def test_a_list_in_brackets_is_left_alone() -> None:
    with pytest.raises(EditError, match="line by line"):
        remove_list_item(b"waivers: [{a: 1}, {b: 2}]\n", "waivers", 0)
    with pytest.raises(EditError, match="no item 3"):
        remove_list_item(b"waivers:\n- 1\n", "waivers", 2)
