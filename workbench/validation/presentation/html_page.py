"""A report as one HTML page: nothing fetched, no scripts, readable in light and dark and on paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.resources import files
from itertools import groupby

from workbench.model.report import SEVERITIES, Location, Severity, Violation
from workbench.validation.baseline import BaselineEntry
from workbench.validation.codes import describe_code
from workbench.validation.policy import Waived
from workbench.validation.presentation.escaping import escape_html
from workbench.validation.presentation.findings import Findings, count_words, find_end_column, list_details

__all__ = ["format_html"]

_MOST_ALIKE = 5
_MOST_BARS = 30
_MOST_OF_LINE = 200
_WORDS: dict[Severity, tuple[str, str]] = {
    "error": ("error", "errors"),
    "warning": ("warning", "warnings"),
    "info": ("note", "notes"),
}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def format_html(findings: Findings) -> str:
    """Return the page: totals, findings by code as bars, then by file; what is set aside comes last, folded."""
    counted = findings.counted.violations
    title = escape_html(f"Check of {findings.project}" if findings.project else "Check")
    style = (files("workbench.validation.presentation") / "report.css").read_text(encoding="utf-8")
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<style>\n{style}</style></head><body>",
        f"<header><h1>{title}</h1><p>{escape_html(findings.sum_up())}</p>",
        f"<p>{escape_html(gone)}</p>" if (gone := findings.say_gone()) else "",
        _make_counts(counted),
        "</header><main>",
        _make_chart(counted),
        *_make_files(counted, findings.read_line),
        _make_known(findings),
        _make_waived(findings.waived, findings.read_line),
        _make_gone(findings.comparison.gone if findings.comparison else ()),
        "</main></body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _make_counts(violations: Sequence[Violation]) -> str:
    """Return a box to tick for each severity that there is; without a tick its findings are hidden."""
    counts = Counter(violation.severity for violation in violations)
    boxes = [
        f'<label><input type="checkbox" id="show-{severity}" checked> <b class="{severity}">{counts[severity]:,}</b> '
        f"{_WORDS[severity][counts[severity] != 1]}</label>"
        for severity in SEVERITIES
        if counts[severity]
    ]
    return f'<fieldset aria-label="Show">{"".join(boxes)}</fieldset>' if boxes else ""


def _make_chart(violations: Sequence[Violation]) -> str:
    """Return a bar for each code, longest first."""
    counts = Counter((violation.code, violation.severity) for violation in violations)
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    if len(rows) < 2:
        return ""
    shown, step, left, width = rows[:_MOST_BARS], 24, 260, 760
    scale = (width - left - 60) / shown[0][1]
    marks = []
    for position, ((code, severity), count) in enumerate(shown):
        y, length = position * step, max(count * scale, 2.0)
        name = code if len(code) <= 36 else f"{code[:35]}…"
        marks.append(
            f'<g><title>{escape_html(describe_code(code))}</title><text x="{left - 10}" y="{y + 16}" '
            f'text-anchor="end">{escape_html(name)}</text><rect class="bar {severity}" x="{left}" y="{y + 4}" '
            f'width="{length:.1f}" height="16" rx="2"/>'
            f'<text x="{left + length + 6:.1f}" y="{y + 16}">{count:,}</text></g>'
        )
    height = step * len(shown)
    more = f'<p class="quiet">and {len(rows) - len(shown)} more codes</p>' if len(rows) > len(shown) else ""
    return (
        f'<section class="chart"><h2>By code</h2><svg role="img" aria-label="Number of findings by code" '
        f'width="{width}" viewBox="0 0 {width} {height}">{"".join(marks)}</svg>{more}</section>'
    )


def _make_files(violations: Sequence[Violation], read_line: Callable[[Location], str]) -> Iterator[str]:
    for path, group in groupby(violations, key=lambda v: v.location.path if v.location else ""):
        found = list(group)
        present = [severity for severity in SEVERITIES if any(v.severity == severity for v in found)]
        heading = f"<code>{escape_html(path)}</code>" if path else "Nowhere in particular"
        yield f'<section class="only-{"-".join(present)}"><h2>{heading}</h2>'
        yield from _fold_alike(found, read_line)
        yield "</section>"


def _fold_alike(violations: Sequence[Violation], read_line: Callable[[Location], str]) -> Iterator[str]:
    """Yield findings in their order; of many of one code those beyond the first few are folded at the end."""
    totals = Counter((violation.code, violation.severity) for violation in violations)
    folded: dict[tuple[str, Severity], list[Violation]] = {}
    listed: Counter[tuple[str, Severity]] = Counter()
    for violation in violations:
        key = (violation.code, violation.severity)
        listed[key] += 1
        if listed[key] <= _MOST_ALIKE or totals[key] == _MOST_ALIKE + 1:
            yield _make_finding(violation, read_line)
        else:
            folded.setdefault(key, []).append(violation)
    for (code, severity), rest in folded.items():
        inner = "\n".join(_make_finding(violation, read_line) for violation in rest)
        yield (
            f'<details class="only-{severity}"><summary>and {len(rest):,} more of <code>{escape_html(code)}</code>'
            f"</summary>\n{inner}\n</details>"
        )


def _make_finding(violation: Violation, read_line: Callable[[Location], str], aside: str = "") -> str:
    place = f"<span>{escape_html(str(violation.location))}</span>" if violation.location else ""
    rows = [(label, text) for label, text in list_details(violation)]
    technical = [
        ("focus", violation.focus),
        ("path", violation.path),
        ("value", violation.value),
        ("source", violation.source),
        ("domain", violation.domain),
        ("fingerprint", violation.fingerprint),
    ]
    word = _WORDS[violation.severity][0]
    return (
        f'<article class="finding {violation.severity}"><div class="meta"><span class="word">{word}</span>'
        f"<code>{escape_html(violation.code)}</code>{place}</div><h3>{escape_html(violation.message)}</h3>"
        f"{aside}{_make_excerpt(violation.location, read_line)}{_make_rows(rows)}"
        f"<details><summary>Technical</summary>{_make_rows([(k, v) for k, v in technical if v])}</details></article>"
    )


def _make_rows(rows: Sequence[tuple[str, str]]) -> str:
    """Return lines with their kinds; lines of one kind that follow each other name it once."""
    pieces = []
    for label, group in groupby(rows, key=lambda row: row[0]):
        pieces.append(f"<dt>{label}</dt>" + "".join(f"<dd>{escape_html(text)}</dd>" for _, text in group))
    return f"<dl>{_align(pieces)}</dl>" if pieces else ""


def _align(pieces: Iterable[str]) -> str:
    # Each further line of a kind stands in the second column of the grid.
    return "".join(piece.replace("</dd><dd>", "</dd><dt></dt><dd>") for piece in pieces)


def _make_excerpt(place: Location | None, read_line: Callable[[Location], str]) -> str:
    """Return the line of the file with the offending words marked."""
    line = read_line(place) if place is not None and place.line else ""
    if place is None or not line.strip():
        return ""
    start = max(place.column - 1, 0)
    end = find_end_column(line, place.column) - 1 if place.column else 0
    margin = len(line) - len(line.lstrip())
    first = max(margin, min(start - 60, len(line) - _MOST_OF_LINE)) if len(line) > _MOST_OF_LINE else margin
    last = min(len(line), first + _MOST_OF_LINE)
    end = min(end, last)
    marked = f"<mark>{escape_html(line[start:end])}</mark>" if end > start else ""
    start = max(start, first)
    text = f"{escape_html(line[first:start])}{marked}{escape_html(line[max(end, start) : last])}"
    dots = ("…" if first > margin else "", "…" if last < len(line) else "")
    return f'<pre><span class="number">{place.line} │ </span>{dots[0]}{text}{dots[1]}</pre>'


def _make_known(findings: Findings) -> str:
    known = [violation for violation in findings.report.violations if findings.is_known(violation)]
    if not known:
        return ""
    inner = "\n".join(_make_finding(violation, findings.read_line) for violation in known)
    return (
        f"<section><h2>In the baseline</h2><details><summary>{count_words(len(known), 'known finding')}</summary>\n"
        f"{inner}\n</details></section>"
    )


def _make_waived(waived: Sequence[Waived], read_line: Callable[[Location], str]) -> str:
    if not waived:
        return ""
    inner = []
    for item in waived:
        waiver = item.waiver
        text = f"Waived until {waiver.expires.isoformat()} by {waiver.owner}: {waiver.reason}"
        inner.append(_make_finding(item.violation, read_line, f"<p><em>{escape_html(text)}</em></p>"))
    return (
        f"<section><h2>Waived</h2><details><summary>{count_words(len(waived), 'finding')} that a waiver covers"
        f"</summary>\n{chr(10).join(inner)}\n</details></section>"
    )


def _make_gone(gone: Sequence[BaselineEntry]) -> str:
    if not gone:
        return ""
    rows = "".join(
        f"<li><code>{escape_html(entry.code)}</code> {escape_html(entry.path)}: {escape_html(entry.message)}</li>"
        for entry in gone
    )
    return f"<section><h2>Gone from the baseline</h2><ul>{rows}</ul></section>"
