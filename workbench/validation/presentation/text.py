"""A report for people at a terminal or in a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from workbench.model.report import Severity, Violation
from workbench.validation.presentation.escaping import clean
from workbench.validation.presentation.findings import Findings, list_details

__all__ = ["MOST_ALIKE", "format_text"]

MOST_ALIKE = 5
"""How many findings of one code are listed per file; the text says how many more there are."""

_COLORS: dict[Severity, str] = {"error": "31", "warning": "33", "info": "36"}


def format_text(findings: Findings, *, color: bool = False, lists_all: bool = False) -> str:
    """Return the findings that count, by file, each with its why and fix, and the totals last.

    Of many findings of one code in one file the first ones are listed, unless ``lists_all``.
    """
    blocks = []
    for path, group in groupby(findings.counted.violations, key=lambda v: v.location.path if v.location else ""):
        head = clean(path) or "Nowhere in particular"
        blocks.append("\n".join([_paint(head, "1", color), *_list_lines(list(group), color, lists_all)]))
    blocks.append(findings.sum_up())
    if gone := findings.say_gone():
        blocks[-1] += f"\n{gone}"
    return "\n\n".join(blocks) + "\n"


def _list_lines(violations: list[Violation], color: bool, lists_all: bool) -> Iterator[str]:
    totals = Counter(violation.code for violation in violations)
    listed: Counter[str] = Counter()
    for violation in violations:
        listed[violation.code] += 1
        # One finding too many takes no more room than the line that would stand for it.
        if lists_all or listed[violation.code] <= MOST_ALIKE or totals[violation.code] == MOST_ALIKE + 1:
            yield from _describe(violation, color)
    for code, count in totals.items():
        if not lists_all and count > MOST_ALIKE + 1:
            yield f"  … and {count - MOST_ALIKE:,} more of {clean(code)}"


def _describe(violation: Violation, color: bool) -> Iterator[str]:
    place = f"{clean(str(violation.location))} " if violation.location else ""
    severity = _paint(violation.severity, _COLORS[violation.severity], color)
    yield f"  {place}{severity} {clean(violation.code)} {clean(violation.message)}"
    for label, text in list_details(violation):
        yield f"      {label}: {clean(text)}"


def _paint(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color else text
