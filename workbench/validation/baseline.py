"""Baselines: the findings that a project has made its peace with, so that a check fails for new ones only.

A baseline is a small JSON file, one finding a line, sorted, without line numbers: unrelated edits do not change it,
and two people who change it meet in different lines. Findings are recognised by their fingerprints.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from workbench.errors import UsageError
from workbench.model.report import Violation
from workbench.validation.fingerprints import FINGERPRINT_VERSION

__all__ = [
    "BASELINE_VERSION",
    "MAX_BASELINE_BYTES",
    "Baseline",
    "BaselineEntry",
    "Comparison",
    "compare",
    "format_baseline",
    "parse_baseline",
]

BASELINE_VERSION = 1
MAX_BASELINE_BYTES = 50_000_000


class BaselineEntry(NamedTuple):
    """One known finding: which it is, and for people what, in which file and domain it was."""

    fingerprint: str
    code: str
    path: str
    message: str
    domain: str


class Baseline(NamedTuple):
    """The known findings, and where they were read from."""

    entries: tuple[BaselineEntry, ...]
    source: str = ""


class Comparison(NamedTuple):
    """Findings against a baseline: fingerprints that it knows, and the entries that were not found any more."""

    known: frozenset[str]
    gone: tuple[BaselineEntry, ...] = ()
    source: str = ""


def compare(baseline: Baseline, violations: Iterable[Violation], domains: Collection[str]) -> Comparison:
    """Compare findings with a baseline; ``domains`` are those judged in full, and of others nothing counts as gone."""
    present = {violation.fingerprint for violation in violations}
    gone = (e for e in baseline.entries if e.fingerprint not in present and (not e.domain or e.domain in domains))
    return Comparison(frozenset(entry.fingerprint for entry in baseline.entries), tuple(gone), baseline.source)


def format_baseline(violations: Iterable[Violation]) -> str:
    """Return the baseline of these findings: JSON with one finding a line, sorted by file, code and fingerprint."""
    entries = {
        BaselineEntry(v.fingerprint, v.code, v.location.path if v.location else "", v.message, v.domain)
        for v in violations
    }
    ordered = sorted(entries, key=lambda entry: (entry.path, entry.code, entry.fingerprint))
    lines = ",\n".join(f"    {json.dumps(entry._asdict(), ensure_ascii=False, sort_keys=True)}" for entry in ordered)
    listed = f"[\n{lines}\n  ]" if lines else "[]"
    return (
        f'{{\n  "baseline": {BASELINE_VERSION},\n  "fingerprints": {FINGERPRINT_VERSION},\n  "findings": {listed}\n}}\n'
    )


def parse_baseline(data: bytes, source: str) -> Baseline:
    """Read a baseline.

    Raises UsageError for what is no baseline, or one of another version; the message names ``source`` and the line
    where JSON ends to be JSON.
    """
    try:
        content: Any = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise _complain(source, "it is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise _complain(f"{source}:{error.lineno}:{error.colno}", "it is not JSON") from error
    except (ValueError, RecursionError) as error:
        raise _complain(source, "it is not JSON that can be used here") from error
    if not isinstance(content, dict) or "baseline" not in content:
        raise _complain(source, "it has no 'baseline' entry")
    versions = (content["baseline"], content.get("fingerprints"))
    if versions != (BASELINE_VERSION, FINGERPRINT_VERSION) or any(isinstance(value, bool) for value in versions):
        raise _complain(
            source, f"this release reads version {BASELINE_VERSION} with fingerprints {FINGERPRINT_VERSION}"
        )
    findings = content.get("findings")
    if not isinstance(findings, list):
        raise _complain(source, "its 'findings' are not a list")
    return Baseline(tuple(_read_entry(entry, number, source) for number, entry in enumerate(findings, 1)), source)


def _read_entry(entry: object, number: int, source: str) -> BaselineEntry:
    if isinstance(entry, dict) and set(entry) == set(BaselineEntry._fields):
        values = [entry[name] for name in BaselineEntry._fields]
        if all(isinstance(value, str) for value in values) and values[0]:
            return BaselineEntry(*values)
    raise _complain(source, f"finding {number} in it is not one of 'workbench check'")


def _complain(place: str, reason: str) -> UsageError:
    return UsageError(
        f"{place} cannot be used as a baseline: {reason}. 'workbench check --write-baseline FILE' writes one."
    )


def _refuse(name: str) -> float:
    raise ValueError(name)
