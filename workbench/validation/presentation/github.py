"""Annotations of GitHub Actions: one workflow command per finding, shown at its line in the pull request."""

from __future__ import annotations

from workbench.model.report import SEVERITIES, Severity, Violation
from workbench.validation.presentation.escaping import clean, escape_annotation, escape_annotation_property
from workbench.validation.presentation.findings import Findings, find_end_column, list_details

__all__ = ["format_github"]

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def format_github(findings: Findings) -> str:
    """Return workflow commands for the findings that count, gravest first, and the totals as a plain line.

    GitHub shows ten annotations of each kind per step, so the gravest come first.
    """
    ordered = sorted(findings.counted.violations, key=lambda violation: SEVERITIES.index(violation.severity))
    lines = [_annotate(violation, findings) for violation in ordered]
    closing = f"{findings.sum_up()} {findings.say_gone()}".rstrip()
    return "\n".join([*lines, clean(closing)]) + "\n"


def _annotate(violation: Violation, findings: Findings) -> str:
    properties = []
    if (place := violation.location) is not None:
        properties.append(("file", f"{findings.prefix}{place.path}"))
        if place.line:
            properties += [("line", str(place.line)), ("endLine", str(place.line))]
        if place.column:
            end = find_end_column(findings.read_line(place), place.column)
            properties += [("col", str(place.column)), ("endColumn", str(end))]
    properties.append(("title", violation.code))
    written = ",".join(f"{name}={escape_annotation_property(value)}" for name, value in properties)
    text = "\n".join([violation.message, *(f"{label}: {said}" for label, said in list_details(violation))])
    return f"::{_COMMANDS[violation.severity]} {written}::{escape_annotation(text)}"
