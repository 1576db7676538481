"""A project's own judgement on findings: severity overrides, and waivers that expire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from workbench.model.report import Violation
from workbench.project.configuration import ProjectConfig, Waiver

__all__ = ["Judged", "Waived", "apply_policy"]


class Waived(NamedTuple):
    """A violation and the waiver that covers it."""

    violation: Violation
    waiver: Waiver


class Judged(NamedTuple):
    """What counts after the project's policy, and what its waivers cover."""

    kept: tuple[Violation, ...]
    waived: tuple[Waived, ...]


def apply_policy(violations: Iterable[Violation], configuration: ProjectConfig, today: date) -> Judged:
    """Apply severity overrides, set aside what a waiver covers on that day, and report waivers that have expired.

    A finding whose code is ``off`` in this project appears in neither. ``waiver.expired`` is a warning at the
    waiver's line: what it covered counts again. ``waiver.unused`` (info) is one that covers nothing any more.
    The policy applies to findings about waivers too, except that no waiver covers them.
    """
    kept: list[Violation] = []
    waived: list[Waived] = []
    used: set[Waiver] = set()
    for violation in violations:
        waiver = next((w for w in configuration.waivers if w.covers(violation, today)), None)
        if waiver is not None:
            used.add(waiver)
            waived.append(Waived(violation, waiver))
        else:
            kept.append(violation)
    kept += [_report_waiver(waiver, today) for waiver in configuration.waivers if waiver not in used]
    return Judged(tuple(v for found in kept for v in _override(found, configuration)), tuple(waived))


def _override(violation: Violation, configuration: ProjectConfig) -> tuple[Violation, ...]:
    severity = configuration.get_severity(violation)
    return () if severity == "off" else (replace(violation, severity=severity),)


def _report_waiver(waiver: Waiver, today: date) -> Violation:
    place = f" in {waiver.path}" if waiver.path else ""
    if today > waiver.expires:
        return Violation(
            "waiver.expired",
            "warning",
            f"The waiver of {waiver.code}{place} expired on {waiver.expires.isoformat()}.",
            waiver.location,
            why=f"{waiver.owner} had it waived: {waiver.reason}",
            fix="Mend what it covers and remove it, or decide anew and give a later date.",
        )
    return Violation(
        "waiver.unused",
        "info",
        f"The waiver of {waiver.code}{place} covers nothing.",
        waiver.location,
        why=f"{waiver.owner} had it waived: {waiver.reason}",
        fix="Remove it.",
    )
