"""Text of a project on its way into a report: it may be hostile, and must stay text in each format.

Every format has one function here. What a format cannot hold is replaced visibly, never dropped silently.
"""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise

__all__ = [
    "clean",
    "encode",
    "escape_annotation",
    "escape_annotation_property",
    "escape_html",
    "escape_markdown",
    "escape_sarif",
    "escape_xml",
]

# Could steer a terminal, or turn the order of letters around.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
# A runner of GitHub takes a line that begins with :: for a command, and ##[ anywhere in a line for an old one.
_COMMAND_START = re.compile(r"^(\s*:)(?=:)")
# XML 1.0, section 2.2: what is not a Char cannot stand in a document, not even as a reference.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKDOWN = re.compile(r"([\\`*_\[\]|~$])")
# What makes a heading, a list or a line of its own where a paragraph begins.
_BLOCK_START = re.compile(r"^([#+=-]|\d{1,9}(?=[.)]))")
# GitHub makes links of these after Markdown was read, so escaping does not stop it; an empty comment does.
_REFERENCES = re.compile(r"(@|#)(?=\w)")
_LINKS = re.compile(r"(?<=[A-Za-z])(:)(?=//)|(:)(?=[\w+-]+:)|(?<=[Ww][Ww][Ww])(?=\.)|(?<=[Gg][Hh])(-)(?=\d)")
_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def clean(text: str) -> str:
    """Return a text as one line for a terminal or a log: it cannot steer it, nor give commands to a CI runner."""
    text = _CONTROL.sub(" ", text).replace("##[", "# #[")
    return _COMMAND_START.sub(r"\1 ", text)


def encode(text: str) -> bytes:
    """Return a report as UTF-8; what has none, halves of surrogate pairs, becomes question marks."""
    return text.encode("utf-8", "replace")


def escape_html(text: str) -> str:
    """Return a text for the content or a quoted attribute of HTML, invisible steering characters as blanks."""
    return escape(_CONTROL.sub(" ", text), quote=True)


def escape_xml(text: str) -> str:
    """Return a text for the content or a quoted attribute of XML 1.0; what XML cannot hold becomes U+FFFD."""
    text = escape(_NOT_XML.sub("\ufffd", text), quote=True)
    # As they are, an attribute would lose line breaks (XML 1.0, section 3.3.3).
    return text.replace("\r", "&#13;").replace("\n", "&#10;").replace("\t", "&#9;")


def escape_markdown(text: str) -> str:
    """Return a text for a paragraph or a cell of GitHub's Markdown: no markup, links, mentions or references."""
    text = " ".join(_CONTROL.sub(" ", text).split())
    pieces = []
    for piece in _split_references(text):
        escaped = _MARKDOWN.sub(r"\\\1", piece.replace("&", "\0"))
        pieces.append(escaped.replace("\0", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    written = "<!-- -->".join(pieces)
    start = _BLOCK_START.match(written)
    if start is None:
        return written
    return f"{start[1]}\\{written[start.end() :]}" if start[1][0].isdigit() else f"\\{written}"


def _split_references(text: str) -> list[str]:
    """Split a text where GitHub would otherwise make a link of it."""
    ends = {match.end() for pattern in (_REFERENCES, _LINKS) for match in pattern.finditer(text)}
    places = [0, *sorted(ends), len(text)]
    return [text[start:end] for start, end in pairwise(places) if start < end] or [""]


def escape_annotation(text: str) -> str:
    """Return the message of a workflow command of GitHub: percent signs and line ends as its runner decodes."""
    lines = "\n".join(_CONTROL.sub(" ", line) for line in text.split("\n"))
    return lines.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_annotation_property(text: str) -> str:
    """Return the value of a property of a workflow command, in which colons and commas end it."""
    return escape_annotation(text).replace(":", "%3A").replace(",", "%2C")


def escape_sarif(text: str) -> str:
    """Return the text of a SARIF message: no placeholders and no embedded links (SARIF 2.1.0, 3.11.5 and 3.11.6)."""
    text = "\n".join(_CONTROL.sub(" ", line) for line in text.split("\n"))
    text = _PLACEHOLDER.sub(r"{{\1}}", text)
    return text.replace("[", "\\[") if "](" in text else text
