"""Reports as pages for people: Markdown for a pull request and a self-contained HTML page."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from markdown_it import MarkdownIt
from report_cases import CONFLICT, ERROR, HOSTILE, WARNING, hostile_findings, make_findings

from workbench.model.report import Location, Report
from workbench.validation.presentation import Findings, format_html, format_markdown
from workbench.validation.presentation.escaping import escape_html, escape_markdown
from workbench.validation.presentation.markdown import MAX_CHARACTERS

EXAMPLES = settings(max_examples=15)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


class Reader(HTMLParser):
    """Collects the tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in {"meta", "input", "br", "hr"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def flatten(text: str) -> str:
    """A text as a page shows it: without control characters, blanks collapsed."""
    return " ".join(CONTROL.sub(" ", text).split())


# ---- Markdown


def test_markdown_is_grouped_by_severity_and_code() -> None:
    text = format_markdown(make_findings())
    assert text.startswith("### Check of Kin &amp; Co\n\n**2 errors, 1 info (1 waived, 1 in the baseline).**\n")
    assert text.index("#### Errors") < text.index("#### Notes")
    assert "#### Warnings" not in text
    assert "- `facts.ttl:12:3` Ann has no birth year. (`shacl.min-count`)\n" in text
    assert "  - part: axiom: No adult is a minor.\n" in text


@pytest.mark.parametrize("before", ["", "- ", "- x ", "**x** "])
@EXAMPLES
@given(HOSTILE)
@example("1. a")
@example("1) a")
@example("---")
@example("- - -")
@example("# a")
@example("=")
@example("+ a")
@example("&lt; :smile: ~~a~~ $a$")
def test_markdown_shows_hostile_text_as_it_is_and_as_text_only(before: str, text: str) -> None:
    """GitHub's Markdown, HTML allowed, makes of an escaped text exactly that text."""
    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(f"{before}{escape_markdown(text)}")
    reader = Reader(html)
    assert set(reader.tags) <= {"ul", "li", "p", "strong"}
    assert " ".join(reader.text.split()) == flatten(f"{before.strip('- *')} {text}")


@EXAMPLES
@given(HOSTILE)
def test_markdown_leaves_nothing_for_github_to_link(text: str) -> None:
    escaped = escape_markdown(text)
    plain = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escaped)
    assert not re.search(r"@\w|#\w|https?://|www\.|GH-\d|:[\w+-]+:", plain, re.IGNORECASE)


def test_markdown_of_very_many_findings_says_what_was_cut() -> None:
    many = [
        replace(
            ERROR,
            code=f"shacl.code-{n % 400}",
            message=f"Finding {n}. " + "@x [y](z) " * 20,
            location=Location("f.ttl", n),
        )
        for n in range(1, 3_001)
    ]
    found = Findings(Report.collect(many))
    text = format_markdown(found)
    assert 50_000 < len(text) <= MAX_CHARACTERS
    (cut,) = re.findall(r"\*([\d,]+) findings did not fit here; the full report has them\.\*", text)
    listed = len(re.findall(r"^- `f\.ttl", text, re.MULTILINE))
    more = sum(int(number.replace(",", "")) for number in re.findall(r"^- … and ([\d,]+) more", text, re.MULTILINE))
    assert listed + more + int(cut.replace(",", "")) == 3_000


@EXAMPLES
@given(hostile_findings())
def test_markdown_of_hostile_findings_has_the_tags_of_a_list_only(findings: Findings) -> None:
    text = format_markdown(findings)
    assert len(text) <= MAX_CHARACTERS
    reader = Reader(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text))
    assert set(reader.tags) <= {"h3", "h4", "p", "strong", "em", "ul", "li", "code"}
    assert reader.attributes == []


# ---- HTML


def test_html_is_one_page_that_fetches_and_runs_nothing() -> None:
    page = format_html(make_findings())
    reader = Reader(page)
    assert reader.open == []
    assert not {"script", "link", "img", "iframe", "object", "form", "base", "a"} & set(reader.tags)
    assert not [name for _, name, _ in reader.attributes if name.startswith("on") or name in {"src", "href", "style"}]
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'; style-src 'unsafe-inline'" in [
        value for _, name, value in reader.attributes if name == "content"
    ]


def test_html_says_everything() -> None:
    text = " ".join(Reader(format_html(make_findings())).text.split())
    for said in (
        "Check of Kin & Co",
        "Ann has no birth year.",
        "12 │ :ann a :Person ; # Ann",
        "rule adult: Who is 18 or older is an adult. (ages.rules:3:6)",
        "Their age is 18.",
        "Waived until 2030-01-01 by A. Expert: being mended",
        "1 known finding",
        "old.rules: It was.",
    ):
        assert said in text, said
    assert "<mark>:ann</mark>" in format_html(make_findings())


def test_html_folds_many_alike_findings() -> None:
    many = [replace(ERROR, message=f"Person {n}.", location=Location("facts.ttl", n)) for n in range(1, 43)]
    page = format_html(Findings(Report.collect([*many, WARNING])))
    assert "and 37 more of <code>shacl.min-count</code>" in page
    assert page.count('<article class="finding error">') == 42


def test_a_long_line_is_shown_around_its_place() -> None:
    line = "x" * 5_000 + " here " + "y" * 5_000
    found = Findings(Report((replace(CONFLICT, location=Location("f.ttl", 1, 5_002)),)), read_line=lambda _: line)
    page = format_html(found)
    assert "<mark>here</mark>" in page
    assert len(page) < 12_000


@EXAMPLES
@given(hostile_findings())
def test_html_of_hostile_findings_has_no_tag_or_attribute_of_theirs(findings: Findings) -> None:
    page = format_html(findings)
    reader = Reader(page)
    assert reader.open == []
    assert set(reader.tags) <= set(
        "html head meta title style body header h1 h2 h3 p fieldset label input b main section svg g text rect article "
        "div span code pre mark dl dt dd details summary em ul li".split()
    )
    names = {name for _, name, _ in reader.attributes}
    assert names <= set(
        "lang charset name content http-equiv class id type checked role aria-label width height viewbox x y rx "
        "text-anchor".split()
    )
    for violation in findings.counted.violations:
        assert flatten(violation.message) in flatten(reader.text)


@EXAMPLES
@given(HOSTILE)
def test_html_shows_hostile_text_as_it_is(text: str) -> None:
    reader = Reader(f'<p title="{escape_html(text)}">{escape_html(text)}</p>')
    assert reader.tags == ["p"]
    assert reader.text == CONTROL.sub(" ", text)
    assert reader.attributes == [("p", "title", CONTROL.sub(" ", text))]
