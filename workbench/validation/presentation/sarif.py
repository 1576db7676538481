"""SARIF 2.1.0 (OASIS, errata 01), for code scanning services and editors."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from workbench import __version__
from workbench.model.report import Location, Severity, Violation
from workbench.project.configuration import CONFIGURATION_NAME
from workbench.validation.codes import describe_code
from workbench.validation.fingerprints import FINGERPRINT_VERSION
from workbench.validation.policy import Waived
from workbench.validation.presentation.escaping import escape_sarif
from workbench.validation.presentation.findings import (
    EXIT_CODES,
    Findings,
    find_end_column,
    list_details,
    say_part,
)

__all__ = ["format_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_ROOT = "%SRCROOT%"


def format_sarif(findings: Findings) -> str:
    """Return every finding as a result; waived ones are suppressed, and those of the baseline are ``unchanged``.

    Paths are relative to the repository. Columns count characters from 1.
    """
    everything = (*findings.report.violations, *(item.violation for item in findings.waived))
    codes = {code: number for number, code in enumerate(sorted({violation.code for violation in everything}))}
    maker = _Maker(findings, codes)
    run = {
        "tool": {
            "driver": {
                "name": "workbench",
                "fullName": "Knowledge Workbench check",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_make_rule(code, everything) for code in codes],
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": findings.exit_code,
                "exitCodeDescription": EXIT_CODES[findings.exit_code],
            }
        ],
        "automationDetails": {"id": f"workbench/{findings.prefix}"},
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            *(maker.make_result(violation) for violation in findings.report.violations),
            *(maker.make_suppressed(item) for item in findings.waived),
        ],
        "properties": {
            "summary": findings.sum_up(),
            "gone": len(findings.comparison.gone if findings.comparison else ()),
        },
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _make_rule(code: str, violations: Iterable[Violation]) -> dict[str, Any]:
    """Describe a code; its default level is that of its findings here, since a project may have changed it."""
    about = describe_code(code)
    sentence = f"{about[:1].upper()}{about[1:]}."
    severity = next(violation.severity for violation in violations if violation.code == code)
    words = "".join(word[:1].upper() + word[1:] for word in code.replace(".", "-").split("-"))
    return {
        "id": code,
        "name": words,
        "shortDescription": {"text": sentence},
        "fullDescription": {"text": sentence},
        "help": {
            "text": f"{sentence} Each finding says why it is one and how to mend it.",
            "markdown": f"{sentence} Each finding says why it is one and how to mend it. In `workbench.yaml`, "
            f"`severity: {{{code}: off}}` turns it off, and `waivers` set single findings aside until a day.",
        },
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"tags": [code.split(".")[0]]},
    }


class _Maker:
    """Makes results; ``codes`` gives the index of each rule."""

    def __init__(self, findings: Findings, codes: dict[str, int]) -> None:
        self._findings = findings
        self._codes = codes

    def make_result(self, violation: Violation) -> dict[str, Any]:
        """Return one finding as a result."""
        details = "\n".join(f"{label}: {text}" for label, text in list_details(violation, says_places=False))
        result: dict[str, Any] = {
            "ruleId": violation.code,
            "ruleIndex": self._codes[violation.code],
            "level": _LEVELS[violation.severity],
            "message": {"text": escape_sarif(f"{violation.message}\n{details}".rstrip("\n"))},
            "locations": [self._make_location(violation.location or Location(CONFIGURATION_NAME))],
            "partialFingerprints": {f"workbench/v{FINGERPRINT_VERSION}": violation.fingerprint},
            "properties": self._make_properties(violation),
        }
        if related := self._list_related(violation):
            result["relatedLocations"] = related
        if standing := self._findings.get_standing(violation):
            result["baselineState"] = standing
        return result

    def make_suppressed(self, item: Waived) -> dict[str, Any]:
        """Return a finding that a waiver covers."""
        waiver = item.waiver
        reason = f"{waiver.reason} ({waiver.owner}, until {waiver.expires.isoformat()})"
        suppression: dict[str, Any] = {"kind": "external", "status": "accepted", "justification": escape_sarif(reason)}
        if waiver.location is not None:
            suppression["location"] = self._make_location(waiver.location)
        result = self.make_result(item.violation)
        result.pop("baselineState", None)
        return {**result, "suppressions": [suppression]}

    def _list_related(self, violation: Violation) -> list[dict[str, Any]]:
        """List other places, the members of a conflict first; each place once."""
        places = {part.location: say_part(part, says_place=False) for part in violation.parts if part.location}
        for place in violation.related:
            places.setdefault(place, "")
        found = []
        for number, (place, text) in enumerate(places.items(), 1):
            location = self._make_location(place)
            location["id"] = number
            if text:
                location["message"] = {"text": escape_sarif(text)}
            found.append(location)
        return found

    def _make_location(self, place: Location) -> dict[str, Any]:
        uri = quote(f"{self._findings.prefix}{place.path}".encode("utf-8", "replace"), safe="/")
        physical: dict[str, Any] = {"artifactLocation": {"uri": uri, "uriBaseId": _ROOT}}
        if place.line:
            physical["region"] = self._make_region(place)
        return {"physicalLocation": physical}

    def _make_region(self, place: Location) -> dict[str, Any]:
        region: dict[str, Any] = {"startLine": place.line}
        if place.column:
            end = find_end_column(self._findings.read_line(place), place.column)
            region["startColumn"] = place.column
            if end > place.column:
                region |= {"endLine": place.line, "endColumn": end}
        return region

    @staticmethod
    def _make_properties(violation: Violation) -> dict[str, Any]:
        named = {
            "domain": violation.domain,
            "focus": violation.focus,
            "path": violation.path,
            "value": violation.value,
            "source": violation.source,
            "example": list(violation.example),
            "parts": [say_part(part, says_place=False) for part in violation.parts],
        }
        return {name: value for name, value in named.items() if value}
