"""GitLab's code quality report: findings beside the changed lines of a merge request."""

from __future__ import annotations

import json

from workbench.model.report import Severity, Violation
from workbench.project.configuration import CONFIGURATION_NAME
from workbench.validation.presentation.findings import Findings

__all__ = ["format_gitlab"]

_SEVERITIES: dict[Severity, str] = {"error": "critical", "warning": "minor", "info": "info"}


def format_gitlab(findings: Findings) -> str:
    """Return the findings of a report as GitLab reads them; it compares them with those of the target branch itself.

    Every entry needs a file and a line there: a finding about a whole file stands at its first line, one about the
    project at the first line of its configuration.
    """
    entries = [_make_entry(violation, findings.prefix) for violation in findings.report.violations]
    return json.dumps(entries, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _make_entry(violation: Violation, prefix: str) -> dict[str, object]:
    place = violation.location
    return {
        "check_name": violation.code,
        "description": f"{violation.message} {violation.fix}".strip(),
        "fingerprint": violation.fingerprint,
        "location": {
            "path": f"{prefix}{place.path if place else CONFIGURATION_NAME}",
            "lines": {"begin": max(1, place.line) if place else 1},
        },
        "severity": _SEVERITIES[violation.severity],
    }
