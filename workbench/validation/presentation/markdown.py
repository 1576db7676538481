"""Markdown for a comment on a pull request: short, and never longer than such a comment may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from workbench.model.report import SEVERITIES, Severity, Violation
from workbench.validation.presentation.escaping import escape_markdown
from workbench.validation.presentation.findings import Findings, count_words, list_details

__all__ = ["MAX_CHARACTERS", "format_markdown"]

MAX_CHARACTERS = 60_000
"""GitHub takes 65,536 characters, and a workflow may add some."""

_MOST_ALIKE = 5
_MOST_OF_TEXT = 600
_RESERVED = 1_500
_NAMES: dict[Severity, tuple[str, str]] = {
    "error": ("Errors", "error"),
    "warning": ("Warnings", "warning"),
    "info": ("Notes", "info"),
}


class _Group(NamedTuple):
    code: str
    violations: tuple[Violation, ...]


def format_markdown(findings: Findings) -> str:
    """Return the findings that count, gravest first, alike ones together; what did not fit is counted at the end."""
    title = f"### Check of {_say(findings.project)}" if findings.project else "### Check"
    head = [title, "", f"**{escape_markdown(findings.sum_up())}**"]
    if gone := findings.say_gone():
        head += ["", escape_markdown(gone)]
    lines, used, cut = head, sum(len(line) + 1 for line in head), 0
    for severity in SEVERITIES:
        found = [violation for violation in findings.counted.violations if violation.severity == severity]
        blocks = [block for group in _group(found) for block in _make_blocks(group)]
        section = [f"\n#### {_NAMES[severity][0]}\n"] if found else []
        for text, count in [*((text, 0) for text in section), *blocks]:
            if cut or used + len(text) + 1 > MAX_CHARACTERS - _RESERVED:
                cut += count
            else:
                lines.append(text)
                used += len(text) + 1
    if cut:
        lines.append(f"\n*{count_words(cut, 'finding')} did not fit here; the full report has them.*")
    return "\n".join(lines) + "\n"


def _group(violations: list[Violation]) -> Iterator[_Group]:
    """Put findings of one code together, in the order in which the codes appear."""
    groups: dict[str, list[Violation]] = {}
    for violation in violations:
        groups.setdefault(violation.code, []).append(violation)
    return (_Group(code, tuple(found)) for code, found in groups.items())


def _make_blocks(group: _Group) -> Iterator[tuple[str, int]]:
    """Yield the findings of a group as list items, each with how many findings it stands for."""
    shown = group.violations if len(group.violations) == _MOST_ALIKE + 1 else group.violations[:_MOST_ALIKE]
    for violation in shown:
        yield "\n".join(_describe(violation)), 1
    if rest := len(group.violations) - len(shown):
        yield f"- … and {rest:,} more of {_make_code(group.code)}", rest


def _describe(violation: Violation) -> Iterator[str]:
    place = f"{_make_code(str(violation.location))} " if violation.location else ""
    yield f"- {place}{_say(violation.message)} ({_make_code(violation.code)})"
    for label, text in list_details(violation):
        if label != "see":
            yield f"  - {label}: {_say(text)}"


def _say(text: str) -> str:
    return escape_markdown(text if len(text) <= _MOST_OF_TEXT else f"{text[:_MOST_OF_TEXT].rstrip()}…")


def _make_code(text: str) -> str:
    """Return a code span, in which nothing is markup; a backtick inside needs a longer fence."""
    cleaned = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    runs = [0]
    for letter in cleaned:
        runs.append(runs[-1] + 1 if letter == "`" else 0)
    fence = "`" * (max(runs) + 1)
    pad = " " if cleaned.startswith("`") or cleaned.endswith("`") else ""
    return f"{fence}{pad}{cleaned[:300]}{pad}{fence}"
