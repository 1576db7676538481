"""Texts of a project as Streamlit shows them: exactly as their authors wrote them, whatever signs they contain.

Body text goes through HTML, where escaping is exact. Labels of widgets are Markdown, with Streamlit's own additions.
"""

from __future__ import annotations

import html
import re

__all__ = ["escape_markdown", "make_list", "make_paragraph", "say_count"]

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Emoji, icons, arrows and bare addresses are found in finished text, where a backslash no longer helps; an invisible
# sign in between does.
_REPLACED = re.compile(r"(?<=:)(?=[\w+/-])|(?<=[<>~-])(?=[=>-])|(?<=[wW]{3})(?=\.)|(?<=\S)(?=@)")
_WORD_JOINER = "\u2060"


def escape_markdown(text: str) -> str:
    """Return Markdown that shows ``text`` as it is, on one line: no emphasis, link, image, formula, colour or emoji."""
    line = " ".join(text.split())
    return _WORD_JOINER.join(_PUNCTUATION.sub(r"\\\1", part) for part in _REPLACED.split(line))


def make_paragraph(text: str, style: str = "", label: str = "") -> str:
    """Return an HTML paragraph of the CSS class ``wb-style``, with a bold label before the text."""
    before = f"<strong>{html.escape(label)}</strong> " if label else ""
    attribute = f' class="wb-{style}"' if style else ""
    return f"<p{attribute}>{before}{html.escape(text)}</p>"


def make_list(items: tuple[str, ...], style: str = "list") -> str:
    """Return an HTML list of texts."""
    return f'<ul class="wb-{style}">{"".join(f"<li>{html.escape(item)}</li>" for item in items)}</ul>'


def say_count(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: `1 rule`, `1,240 rules`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
