"""A difference as one comment on a pull request: all of it, always under 60,000 characters.

What does not fit is cut evenly from the long sections, and each says how much of it was. The counts are always whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.build.differing.sections import Entry, Section, list_sections
from workbench.build.differing.values import Difference
from workbench.build.differing.verdict import changes_something, list_breaks
from workbench.validation.presentation.escaping import escape_markdown as escape

__all__ = ["MOST_CHARACTERS", "format_markdown"]

MOST_CHARACTERS = 60_000
"""GitHub takes 65,536 characters, GitLab a million; a little is left for what a bot adds."""

_MOST_OF_ENTRY, _MOST_OF_DETAIL, _MOST_OF_NAME = 600, 400, 200
_SIGNS = {"+ ": "➕ ", "- ": "➖ ", "~ ": "✏️ ", "= ": "↔️ "}


@dataclass(frozen=True, slots=True)
class _Room:
    """How much of each section is shown: entries, lines of each entry, and sections in all."""

    entries: int
    details: int
    sections: int


def format_markdown(difference: Difference) -> str:
    """Return a difference as Markdown of GitHub's kind."""
    sections = list_sections(difference)
    head = "\n".join(_list_head(difference, sections))
    longest = max((len(section.entries) for section in sections), default=0)
    deepest = max((len(entry.details) for section in sections for entry in section.entries), default=0)
    whole = _Room(longest, deepest, len(sections))
    text = _write(head, sections, whole)
    if len(text) < MOST_CHARACTERS:
        return text
    for details in (20, 6, 2, 0):
        low, high = 0, min(longest, 2_000)
        while low < high:
            middle = (low + high + 1) // 2
            fits = len(_write(head, sections, _Room(middle, details, len(sections)))) < MOST_CHARACTERS
            low, high = (middle, high) if fits else (low, middle - 1)
        if low >= (10 if details > 2 else 1):
            return _write(head, sections, _Room(low, details, len(sections)))
    shown = len(sections)
    while shown and len(_write(head, sections, _Room(0, 0, shown))) >= MOST_CHARACTERS:
        shown //= 2
    return _write(head, sections, _Room(0, 0, shown))


def _list_head(difference: Difference, sections: Sequence[Section]) -> Iterator[str]:
    old, new = (_cut(side.name, _MOST_OF_NAME) for side in (difference.old, difference.new))
    yield "## What this change does"
    yield ""
    yield f"From **{_escape(old)}** to **{_escape(new)}**."
    for side in (difference.old, difference.new):
        if side.note:
            yield ""
            yield f"{_escape(_cut(side.name, _MOST_OF_NAME))}: {_escape(_cut(side.note, _MOST_OF_ENTRY))}"
    yield ""
    if not changes_something(difference):
        yield "**Nothing changes.**"
        return
    breaks = list_breaks(difference)
    if breaks:
        yield f"⚠️ **Breaking:** {', '.join(_escape(one.text) for one in breaks)}."
    elif difference.old.is_absent:
        yield "**All of it is new.**"
    else:
        yield "✅ **Nothing is lost or broken.**"
    totals: dict[str, int] = {}
    for section in sections:
        if section.title != "What this is about":
            totals[section.title] = totals.get(section.title, 0) + section.count
    if totals:
        yield ""
        yield "| | number |"
        yield "|---|---:|"
        yield from (f"| {_escape(title)} | {count:,} |" for title, count in totals.items())


def _write(head: str, sections: Sequence[Section], room: _Room) -> str:
    lines = [head]
    heading: str | None = None
    for section in sections[: room.sections]:
        if section.domain != heading:
            heading = section.domain
            lines += ["", f"### {_escape(_cut(heading, _MOST_OF_NAME)) or 'The project'}"]
        lines += _write_section(section, room)
    if room.sections < len(sections):
        lines += ["", f"_{len(sections) - room.sections:,} more sections did not fit into this comment._"]
    return "\n".join(lines) + "\n"


def _write_section(section: Section, room: _Room) -> Iterator[str]:
    yield ""
    is_open = section.title == "What this is about"
    if not is_open:
        yield f"<details><summary>{section.title}: {section.count:,}</summary>"
        yield ""
    for entry in section.entries[: room.entries]:
        yield from _write_entry(entry, room.details)
    left = len(section.entries) - room.entries
    if left > 0:
        yield f"- _and {left:,} more that did not fit into this comment_"
    if not is_open:
        yield ""
        yield "</details>"


def _write_entry(entry: Entry, most: int) -> Iterator[str]:
    text = _cut(entry.text, _MOST_OF_ENTRY)
    sign = _SIGNS.get(text[:2], "")
    yield f"- {sign}{_escape(text[2:] if sign else text)}"
    for detail in entry.details[:most]:
        indent = "    " if detail.startswith(" ") else "  "
        yield f"{indent}- {_escape(_cut(detail, _MOST_OF_DETAIL))}"
    if len(entry.details) > most:
        yield f"  - _and {len(entry.details) - most:,} more lines_"


@lru_cache(maxsize=50_000)
def _escape(text: str) -> str:
    """Return a text for a paragraph; what is written in several widths is escaped once."""
    return escape(text)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
