"""A difference as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.build.differing.sections import Entry, Section, list_sections
from workbench.build.differing.values import Difference
from workbench.build.differing.verdict import changes_something, list_breaks
from workbench.validation.presentation.escaping import clean

__all__ = ["format_text"]

_SHOWN, _SHOWN_DETAILS = 10, 6
_COLORS = {"+": "32", "-": "31", "~": "33", "=": "36"}


def format_text(difference: Difference, *, all: bool = False, color: bool = False) -> str:
    """Return a difference for people; ``all`` shows more than the first ten entries of each section."""
    old, new = difference.old, difference.new
    lines = [clean(f"From {old.name} to {new.name}")]
    lines += [clean(f"  {side.name}: {side.note}") for side in (old, new) if side.note]
    if not changes_something(difference):
        return "\n".join([*lines, "", "Nothing changes."]) + "\n"
    heading = ""
    for section in list_sections(difference):
        if section.domain != heading:
            heading = section.domain
            lines += ["", clean(heading) if heading.startswith("dataset ") else clean(heading or "the project").upper()]
        lines += ["", clean(f"{section.title}: {section.count:,}" if section.count else section.title)]
        lines += _list_lines(section, all, color)
    breaks = [one.text for one in list_breaks(difference)]
    calm = "All of it is new." if old.is_absent else "Nothing is lost or broken."
    lines += ["", f"Breaking: {', '.join(breaks)}." if breaks else calm]
    return "\n".join(lines) + "\n"


def _list_lines(section: Section, all: bool, color: bool) -> Iterator[str]:
    shown = section.entries if all else section.entries[:_SHOWN]
    for entry in shown:
        yield from _format_entry(entry, all, color)
    if len(shown) < len(section.entries):
        yield f"  and {len(section.entries) - len(shown):,} more (--all shows them)"


def _format_entry(entry: Entry, all: bool, color: bool) -> Iterator[str]:
    text = clean(entry.text)
    code = _COLORS.get(text[:1]) if text[1:2] == " " else None
    yield f"  \x1b[{code}m{text}\x1b[0m" if color and code else f"  {text}"
    details = entry.details if all else entry.details[:_SHOWN_DETAILS]
    yield from (f"      {clean(detail)}" for detail in details)
    if len(details) < len(entry.details):
        yield f"      and {len(entry.details) - len(details):,} more lines"
