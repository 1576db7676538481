"""Whatever a project's authors write is shown as they wrote it."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ui_family import HOSTILE

from workbench.ui.text import escape_markdown, make_list, make_paragraph, say_count

JOINER = "\u2060"
# Half of the signs are those that mean something to Markdown, Streamlit or HTML.
texts = st.text(st.one_of(st.sampled_from(r":[]()*_`~$<>!#-+=|\&@/.w{} ab1"), st.characters(exclude_categories=["Cs"])))


def normalise(text: str) -> str:
    return " ".join(text.split())


@given(texts)
@example(HOSTILE)
def test_escaped_text_is_the_text_behind_backslashes(text: str) -> None:
    """CommonMark, section 2.4: a backslash before ASCII punctuation makes it a literal sign, other ones stay."""
    shown = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escape_markdown(text))
    assert shown.replace(JOINER, "") == normalise(text).replace(JOINER, "")


@given(texts)
@example(HOSTILE)
def test_no_sign_of_markdown_stays_unescaped(text: str) -> None:
    rest = re.sub(r"\\[!-/:-@\[-`{-~]", "", escape_markdown(text))
    assert re.search(r"[!-/:-@\[-`{-~]", rest) is None


@given(texts)
@example(HOSTILE)
def test_nothing_is_left_that_streamlit_replaces_in_finished_text(text: str) -> None:
    """Its patterns, as its own source has them: emoji, icons, arrows; and GFM's bare addresses."""
    shown = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escape_markdown(text))
    assert not re.search(r":[\w+-]+:", shown)
    assert ":material/" not in shown
    assert not re.search(r"(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)", shown)
    assert not re.search(r"https?://|www\.|[-.\w+]@[-\w]", shown, re.IGNORECASE)


def test_a_markdown_parser_reads_escaped_text_as_plain_text() -> None:
    markdown_it = pytest.importorskip("markdown_it", reason="no second Markdown parser is installed to compare with")
    parser = markdown_it.MarkdownIt("commonmark").enable(["strikethrough", "table"])

    @given(texts)
    @example(HOSTILE)
    def check(text: str) -> None:
        if not normalise(text):
            return
        # Controls and the like are no signs that one can read; Markdown replaces the first of them by its own.
        blocks = parser.parse(escape_markdown(normalise(re.sub(r"[\x00-\x1f\ufffd]", " ", text))))
        inline = [block for block in blocks if block.type == "inline"]
        assert [block.type for block in blocks] in ([], ["paragraph_open", "inline", "paragraph_close"])
        parts = [part for block in inline for part in block.children or []]
        assert {part.type for part in parts} <= {"text", "text_special"}
        shown = "".join(part.content for part in parts).replace(JOINER, "")
        assert shown == normalise(re.sub(r"[\x00-\x1f\ufffd]", " ", text)).replace(JOINER, "")

    check()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@given(texts, texts)
@example(HOSTILE, HOSTILE)
def test_html_holds_the_text_and_no_element_of_it(first: str, second: str) -> None:
    reader = _Reader()
    reader.feed(make_paragraph(first, "muted", "Why:") + make_list((first, second)))
    reader.close()
    assert reader.tags == ["p", "strong", "ul", "li", "li"]
    assert "".join(reader.text) == f"Why: {first}{first}{second}"


@pytest.mark.parametrize(("count", "expected"), [(0, "0 rules"), (1, "1 rule"), (2, "2 rules"), (1240, "1,240 rules")])
def test_counts_agree_with_their_noun(count: int, expected: str) -> None:
    assert say_count(count, "rule") == expected


def test_a_noun_may_have_its_own_plural() -> None:
    assert say_count(2, "class", "classes") == "2 classes"
