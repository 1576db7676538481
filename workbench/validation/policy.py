"""A project's own judgement on findings: severity overrides, and waivers that expire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from workbench.model.report import Severity, Violation
from workbench.project.configuration import ProjectConfig, Waiver

__all__ = ["DAYS_OF_NOTICE", "Judged", "Waived", "apply_policy"]

DAYS_OF_NOTICE = 14
"""From how many days before a waiver expires its owner is reminded."""


class Waived(NamedTuple):
    """A violation and the waiver that covers it."""

    violation: Violation
    waiver: Waiver


class Judged(NamedTuple):
    """What counts after the project's policy, and what its waivers cover."""

    kept: tuple[Violation, ...]
    waived: tuple[Waived, ...]


def apply_policy(
    violations: Iterable[Violation], configuration: ProjectConfig, today: date, *, is_whole: bool = True
) -> Judged:
    """Apply severity overrides, set aside what a waiver covers on that day, and report waivers that have expired.

    A finding whose code is ``off`` in this project appears in neither. ``waiver.expired`` is a warning at the
    waiver's line: what it covered counts again. ``waiver.expiring`` (info) reminds some days before that, and
    ``waiver.unused`` (info) is about one that covers nothing, which only a check of the whole project can tell.
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
    for waiver in configuration.waivers:
        kept += _report_waiver(waiver, today, is_used=waiver in used, is_whole=is_whole)
    return Judged(tuple(v for found in kept for v in _override(found, configuration)), tuple(waived))


def _override(violation: Violation, configuration: ProjectConfig) -> tuple[Violation, ...]:
    severity = configuration.get_severity(violation)
    return () if severity == "off" else (replace(violation, severity=severity),)


def _report_waiver(waiver: Waiver, today: date, *, is_used: bool, is_whole: bool) -> Iterator[Violation]:
    place = f" in {waiver.path}" if waiver.path else ""
    what = waiver.code or f"the finding {waiver.fingerprint}"
    day = waiver.expires.isoformat()
    why = f"{waiver.owner} had it waived: {waiver.reason}"

    def make(code: str, severity: Severity, message: str, fix: str) -> Violation:
        return Violation(f"waiver.{code}", severity, message, waiver.location, why=why, fix=fix, source=_name(waiver))

    if today > waiver.expires:
        fix = "Mend what it covers and remove it, or decide anew and give a later date."
        yield make("expired", "warning", f"The waiver of {what}{place} expired on {day}.", fix)
    elif not is_used:
        if is_whole:
            yield make("unused", "info", f"The waiver of {what}{place} covers nothing.", "Remove it.")
    elif today > waiver.expires - timedelta(days=DAYS_OF_NOTICE):
        fix = "Mend what it covers, or decide anew and give a later date; after that day it counts again."
        yield make("expiring", "info", f"The waiver of {what}{place} expires on {day}.", fix)


def _name(waiver: Waiver) -> str:
    """Return what tells a waiver from others, for fingerprints: its place in the list changes, and so does its date."""
    return " ".join(filter(None, (waiver.code, waiver.fingerprint, waiver.path)))
