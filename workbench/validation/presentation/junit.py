"""JUnit XML: findings as test cases, for services that show test results and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.model.report import Report, Violation
from workbench.validation.policy import Waived
from workbench.validation.presentation.escaping import escape_xml
from workbench.validation.presentation.findings import Findings, compute_exit_code, list_details

__all__ = ["format_junit"]


def format_junit(findings: Findings) -> str:
    """Return a suite per domain and family of codes, and a case per finding.

    What is at or above the threshold is a failure; what is milder is a case that passes and says what was found; what
    a waiver covers or the baseline knows is skipped, with the reason. A domain without findings is a case that passes.
    """
    suites: dict[str, list[tuple[str, str]]] = {}
    for violation in findings.report.violations:
        suites.setdefault(_name_suite(violation), []).append(_make_case(violation, findings))
    for item in findings.waived:
        suites.setdefault(_name_suite(item.violation), []).append(_make_waived_case(item, findings.prefix))
    quiet = [domain for domain in findings.domains if not any(name.startswith(f"{domain} / ") for name in suites)]
    for domain in quiet:
        suites[f"{domain} / check"] = [("", f'    <testcase classname="{escape_xml(domain)}" name="check" time="0"/>')]
    kinds = [kind for cases in suites.values() for kind, _ in cases]
    name = escape_xml(findings.project or "workbench check")
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="{name}" {_count(kinds)}>']
    for suite, cases in sorted(suites.items()):
        lines.append(f'  <testsuite name="{escape_xml(suite)}" {_count([kind for kind, _ in cases])}>')
        lines += [text for _, text in cases]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _name_suite(violation: Violation) -> str:
    return f"{violation.domain or 'project'} / {violation.code.split('.')[0]}"


def _count(kinds: list[str]) -> str:
    return (
        f'tests="{len(kinds)}" failures="{kinds.count("failure")}" errors="0" skipped="{kinds.count("skipped")}" '
        'time="0"'
    )


def _make_case(violation: Violation, findings: Findings) -> tuple[str, str]:
    """Return what became of a finding, and its test case."""
    message, text = escape_xml(violation.message), escape_xml("\n".join(_describe(violation)))
    if findings.is_known(violation):
        return "skipped", _open(violation, findings.prefix, '<skipped message="in the baseline"/>')
    if compute_exit_code(Report((violation,)), findings.fail_on):
        inner = f'<failure type="{escape_xml(violation.code)}" message="{message}">{text}</failure>'
        return "failure", _open(violation, findings.prefix, inner)
    return "", _open(violation, findings.prefix, f"<system-out>{text}</system-out>")


def _make_waived_case(item: Waived, prefix: str) -> tuple[str, str]:
    waiver = item.waiver
    reason = f"waived until {waiver.expires.isoformat()} by {waiver.owner}: {waiver.reason}"
    return "skipped", _open(item.violation, prefix, f'<skipped message="{escape_xml(reason)}"/>')


def _open(violation: Violation, prefix: str, inner: str) -> str:
    place = violation.location
    where = f' file="{escape_xml(prefix + place.path)}"' if place else ""
    where += f' line="{place.line}"' if place and place.line else ""
    at = f"{place}: " if place else ""
    name = escape_xml(f"{at}{violation.message}")
    return f'    <testcase classname="{escape_xml(violation.code)}" name="{name}"{where} time="0">{inner}</testcase>'


def _describe(violation: Violation) -> Iterator[str]:
    yield f"{violation.severity} {violation.code}: {violation.message}"
    if violation.location:
        yield f"place: {violation.location}"
    for label, text in list_details(violation):
        yield f"{label}: {text}"
    if violation.fingerprint:
        yield f"fingerprint: {violation.fingerprint}"
