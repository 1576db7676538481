"""A report for machines: JSON, described by ``report.schema.json``."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from workbench.model.report import SEVERITIES, Location, Violation
from workbench.validation.presentation.findings import Findings

__all__ = ["SCHEMA_VERSION", "format_json", "read_schema"]

SCHEMA_VERSION = 2


def format_json(findings: Findings) -> str:
    """Return every finding, known, waived and gone ones included; keys are sorted."""
    comparison = findings.comparison
    totals: dict[str, int] = {severity: findings.report.count(severity) for severity in SEVERITIES}
    data: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "project": findings.project,
        "domains": list(findings.domains),
        "exit_code": findings.exit_code,
        "totals": {
            **totals,
            "waived": len(findings.waived),
            "new": len(findings.counted.violations),
            "unchanged": len(findings.report.violations) - len(findings.counted.violations),
            "gone": len(comparison.gone) if comparison else 0,
        },
        "violations": [
            {**_make_entry(violation), "baseline": findings.get_standing(violation)}
            for violation in findings.report.violations
        ],
        "waived": [
            {
                **_make_entry(item.violation),
                "waiver": {
                    "reason": item.waiver.reason,
                    "owner": item.waiver.owner,
                    "expires": item.waiver.expires.isoformat(),
                    "location": _make_place(item.waiver.location),
                },
            }
            for item in findings.waived
        ],
        "gone": [entry._asdict() for entry in comparison.gone] if comparison else [],
    }
    return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _make_entry(violation: Violation) -> dict[str, Any]:
    return {
        "code": violation.code,
        "severity": violation.severity,
        "message": violation.message,
        "location": _make_place(violation.location),
        "focus": violation.focus,
        "path": violation.path,
        "value": violation.value,
        "source": violation.source,
        "why": violation.why,
        "fix": violation.fix,
        "facts": list(violation.facts),
        "related": [_make_place(place) for place in violation.related],
        "parts": [
            {"kind": part.kind, "name": part.name, "text": part.text, "location": _make_place(part.location)}
            for part in violation.parts
        ],
        "example": list(violation.example),
        "domain": violation.domain,
        "fingerprint": violation.fingerprint,
    }


def _make_place(location: Location | None) -> dict[str, Any] | None:
    if location is None:
        return None
    return {"path": location.path, "line": location.line, "column": location.column}


def read_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of :func:`format_json`'s output."""
    schema = json.loads((files("workbench.validation") / "report.schema.json").read_text(encoding="utf-8"))
    if not isinstance(schema, dict):
        raise TypeError("report.schema.json is not an object")
    return schema
