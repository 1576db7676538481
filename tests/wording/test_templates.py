"""Templates: what they may hold, and that filling them changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.report import Violation
from workbench.wording.reader import SLOTS
from workbench.wording.templates import Template, fill_skeleton, parse_template

GOOD = (
    "Facts:\n{{ facts_list }}\n{% if rules %}Rules: {{ rules }}\n{% endif %}"
    "{% if closed %}{{ closed }}\n{% else %}Nothing is closed.\n{% endif %}"
    "{# a comment #}{% raw %}{{ braces }}{% endraw %} {{ choices }}?\n{{ statement }}\n"
)


def parse(text: str) -> Template | Violation:
    return parse_template(text, "t.j2", "entailment", "en", "1", "sha256:0")


def read(text: str) -> Template:
    template = parse(text)
    assert isinstance(template, Template), template
    return template


def test_a_template_is_cut_for_each_set_of_slots() -> None:
    template = read(GOOD)
    assert template.name == "entailment/en-1" and template.slots == ("facts_list", "rules", "closed", "statement")
    short = template.cut(["facts_list", "statement"], "true, false")
    assert short.slots == ("facts_list", "statement")
    assert short.texts == ("Facts:\n", "\nNothing is closed.\n{{ braces }} true, false?\n", "")
    full = template.cut(["facts_list", "statement", "rules", "closed"], "x")
    assert full.slots == ("facts_list", "rules", "closed", "statement")
    assert full.name != short.name and full.language == "en"


@given(st.dictionaries(st.sampled_from(["facts_list", "rules", "closed", "statement"]), st.text(max_size=20)))
def test_filling_only_joins(values: dict[str, str]) -> None:
    values = {"facts_list": "", "statement": "{{ rules }}{% if %}", **values}
    skeleton = read(GOOD).cut(list(values), "true")
    expected = skeleton.texts[0]
    for slot, text in zip(skeleton.slots, skeleton.texts[1:], strict=True):
        expected += values[slot] + text
    assert fill_skeleton(skeleton, values) == expected
    assert set(skeleton.slots) == set(values)


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("{{ ''.__class__ }}", 1, "unsafe"),
        ("{{ facts.__class__ }}", 1, "unsafe"),
        ("{{ facts['x'] }}", 1, "unsafe"),
        ("\n{{ facts|upper }}", 2, "unsafe"),
        ("\n\n{{ facts() }}", 3, "unsafe"),
        ("{{ facts ~ rules }}", 1, "unsafe"),
        ("{{ 9 ** 9 ** 9 }}", 1, "unsafe"),
        ("{{ facts if rules else closed }}", 1, "unsafe"),
        ("{{ [facts] }}", 1, "unsafe"),
        ("{{ facts == rules }}", 1, "unsafe"),
        ("{{ rules is defined }}", 1, "unsafe"),
        ("a\n{% for x in facts %}{{ x }}{% endfor %}", 2, "unsafe"),
        ("{% set facts = 'x' %}{{ facts }}", 1, "unsafe"),
        ("{% include '/etc/passwd' %}", 1, "unsafe"),
        ("{% import 'x' as y %}", 1, "unsafe"),
        ("{% from 'x' import y %}", 1, "unsafe"),
        ("{% extends 'x' %}", 1, "unsafe"),
        ("{% block x %}{% endblock %}", 1, "unsafe"),
        ("{% macro x() %}{% endmacro %}", 1, "unsafe"),
        ("{% filter upper %}x{% endfilter %}", 1, "unsafe"),
        ("{% with %}{% endwith %}", 1, "unsafe"),
        ("{% autoescape true %}{% endautoescape %}", 1, "unsafe"),
        ("{{ self }}", 1, "unknown-slot"),
        ("{{ range }}", 1, "unknown-slot"),
        ("one\n{{ fact }}", 2, "unknown-slot"),
        ("{% if fact %}{% endif %}", 1, "unknown-slot"),
        ("{{ facts", 1, "syntax"),
        ("\n{% if facts %}", 2, "syntax"),
        ("{% nonsense %}", 1, "syntax"),
        ("a\n\x00facts\x01", 2, "syntax"),
        ('{{ "\\x00facts\\x01" }}', 1, "syntax"),
        ('{{ "\\ud800" }}', 1, "syntax"),
        ("{{ " + "1" * 5000 + " }}", 0, "syntax"),
        ("{% if facts %}" * 90 + "x" + "{% endif %}" * 90, 1, "syntax"),
        ("{% if facts %}" * 5000, 0, "syntax"),
        ("{{ " + "(" * 5000 + " }}", 0, "syntax"),
        ("{{ " + "not " * 5000 + "facts }}", 0, "syntax"),
        ("{{ " + " and ".join(["facts"] * 4000) + " }}", 1, "syntax"),
        ("x" * 100_001, 0, "too-large"),
    ],
)
def test_what_is_refused(text: str, line: int, code: str) -> None:
    violation = parse(text)
    assert isinstance(violation, Violation)
    assert violation.code == f"template.{code}", violation
    assert violation.location is not None and violation.location.path == "t.j2"
    assert violation.location.line == line
    assert violation.severity == "error" and violation.fix


@given(st.text(alphabet="{%}} ifendrultcs#'\"\\x0\n(and)", max_size=60) | st.text(max_size=40))
def test_no_text_stops_the_parser(text: str) -> None:
    template = parse(text)
    if isinstance(template, Template):
        for filled in ([], ["facts"], list(SLOTS)):
            try:
                skeleton = template.cut(filled, "x")
            except ValueError:
                continue
            assert sorted(skeleton.slots) == sorted(filled)


@pytest.mark.parametrize(
    "text", ["{{ statement }} {{ statement }}", "{{ facts }}", "{% if rules %}{{ statement }}{% endif %}"]
)
def test_each_filled_slot_appears_once(text: str) -> None:
    with pytest.raises(ValueError, match="exactly once"):
        read(text).cut(["statement"], "x")
