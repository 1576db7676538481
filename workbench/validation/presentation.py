"""Reports as text for a terminal and as JSON for machines, and the exit code they mean. See ``docs/report.md``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from itertools import groupby
from typing import Any, Literal

from workbench.model.report import SEVERITIES, Location, Report, Severity, Violation

__all__ = ["SCHEMA_VERSION", "Threshold", "compute_exit_code", "format_json", "format_text", "read_schema"]

SCHEMA_VERSION = 1
Threshold = Literal["error", "warning", "info", "never"]
_COLORS: dict[Severity, str] = {"error": "31", "warning": "33", "info": "36"}
# Text of a project reaches a terminal here, and must not be able to steer it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


def compute_exit_code(report: Report, fail_on: Threshold = "error") -> int:
    """Return 1 when any violation is at or above the threshold, else 0; ``never`` is always 0."""
    return int(fail_on != "never" and report.reaches(fail_on))


def format_text(report: Report, *, color: bool = False, waived: int = 0) -> str:
    """Return a report for people: violations by file, each with its why and fix, and the totals last.

    ``waived`` is how many findings a waiver covers; it appears in the totals only.
    """
    blocks = []
    for path, group in groupby(report.violations, key=lambda v: v.location.path if v.location else ""):
        head = _clean(path) or "Nowhere in particular"
        lines = [_paint(head, "1", color), *(line for v in group for line in _list_lines(v, color))]
        blocks.append("\n".join(lines))
    blocks.append(_sum_up(report, waived))
    return "\n\n".join(blocks) + "\n"


def _list_lines(violation: Violation, color: bool) -> Iterator[str]:
    place = f"{violation.location} " if violation.location else ""
    severity = _paint(violation.severity, _COLORS[violation.severity], color)
    yield f"  {_clean(place)}{severity} {_clean(violation.code)} {_clean(violation.message)}"
    for fact in violation.facts:
        yield f"      fact: {_clean(fact)}"
    if violation.why:
        yield f"      why: {_clean(violation.why)}"
    if violation.fix:
        yield f"      fix: {_clean(violation.fix)}"
    if violation.related:
        yield f"      see: {', '.join(_clean(str(place)) for place in violation.related)}"


def _sum_up(report: Report, waived: int) -> str:
    parts = []
    for severity in SEVERITIES:
        count = report.count(severity)
        noun = "info" if severity == "info" else severity + ("s" if count != 1 else "")
        if count:
            parts.append(f"{count} {noun}")
    text = ", ".join(parts) or "No violations"
    return f"{text}{f' ({waived} waived)' if waived else ''}."


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text)


def _paint(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color else text


def format_json(report: Report, *, waived: int = 0) -> str:
    """Return a report for machines: ``report.schema.json`` of this package describes it. Keys are sorted."""
    totals: dict[str, int] = {severity: report.count(severity) for severity in SEVERITIES}
    data = {
        "schema": SCHEMA_VERSION,
        "totals": {**totals, "waived": waived},
        "violations": [_make_entry(violation) for violation in report.violations],
    }
    return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _make_entry(violation: Violation) -> dict[str, Any]:
    return {
        "code": violation.code,
        "severity": violation.severity,
        "message": violation.message,
        "location": _make_place(violation.location) if violation.location else None,
        "focus": violation.focus,
        "why": violation.why,
        "fix": violation.fix,
        "facts": list(violation.facts),
        "related": [_make_place(place) for place in violation.related],
        "domain": violation.domain,
    }


def _make_place(location: Location) -> dict[str, Any]:
    return {"path": location.path, "line": location.line, "column": location.column}


def read_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of :func:`format_json`'s output."""
    schema = json.loads((files("workbench.validation") / "report.schema.json").read_text(encoding="utf-8"))
    if not isinstance(schema, dict):
        raise TypeError("report.schema.json is not an object")
    return schema
