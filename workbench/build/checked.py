"""What a check found, and its report in every format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from workbench.errors import InvalidKnowledgeError, SelectionError, UsageError
from workbench.model.report import Location, Report
from workbench.project import Project
from workbench.reasoning.closure import Closure
from workbench.validation.baseline import MAX_BASELINE_BYTES, Comparison, compare, format_baseline, parse_baseline
from workbench.validation.policy import Waived
from workbench.validation.presentation import FORMATS, Findings, Threshold, encode, format_text

__all__ = ["REPORT_FORMATS", "Checked"]

REPORT_FORMATS: tuple[str, ...] = tuple(FORMATS)
"""What a report can be written as: :meth:`Checked.format` takes each."""


@dataclass(frozen=True, eq=False)
class Checked:
    """What a check found.

    ``closures`` are those of the domains whose rules could be applied, by name. ``report`` is what counts after the
    project's own policy; ``waived`` what its waivers cover, each with its waiver. ``domains`` are those checked.
    ``comparison`` says which findings a baseline knows: they stay in the report, but no exit code counts them.
    """

    closures: Mapping[str, Closure]
    report: Report
    waived: tuple[Waived, ...] = ()
    project: Project | None = None
    domains: tuple[str, ...] = ()
    comparison: Comparison | None = None

    @property
    def closure(self) -> Closure:
        """The closure of the one domain there is.

        Raises InvalidKnowledgeError when its rules could not be applied, SelectionError when there are several.
        """
        if len(self.closures) > 1:
            raise SelectionError(f"There is more than one domain: {', '.join(self.closures)}. Use 'closures'.")
        if not self.closures:
            raise InvalidKnowledgeError("Nothing was concluded, because of errors; see the report.", self.report)
        return next(iter(self.closures.values()))

    def compare_with(self, baseline: Path | str) -> Checked:
        """Return the same with what a baseline file knows set apart: only what is new counts.

        Raises UsageError when the file is not there or is no baseline.
        """
        path = Path(baseline)
        try:
            with path.open("rb") as stream:
                data = stream.read(MAX_BASELINE_BYTES + 1)
        except OSError as error:
            reason = f"{path} could not be read: {error.strerror or error}."
            raise UsageError(f"The baseline {reason} 'workbench check --write-baseline {path}' writes it.") from error
        if len(data) > MAX_BASELINE_BYTES:
            raise UsageError(f"The baseline {path} has more than {MAX_BASELINE_BYTES:,} bytes.")
        found = (*self.report.violations, *(item.violation for item in self.waived))
        # In a domain where nothing was concluded, what is not found may still be there.
        judged = [domain for domain in self.domains if domain in self.closures]
        return replace(self, comparison=compare(parse_baseline(data, str(path)), found, judged))

    def format_baseline(self) -> bytes:
        """Return the baseline file that knows every finding of the report, and none that a waiver covers.

        Raises InvalidKnowledgeError when nothing was concluded in a domain: later checks would pass without having
        judged it.
        """
        if blocked := [domain for domain in self.domains if domain not in self.closures]:
            told = f"Nothing was concluded in {', '.join(blocked)}, because of errors, so there can be no baseline yet."
            raise InvalidKnowledgeError(f"{told} Correct them first.", self.report)
        return encode(format_baseline(self.report.violations))

    def format(self, form: str, fail_on: Threshold = "error") -> str:
        """Return the report in one of :data:`REPORT_FORMATS`; ``docs/report.md`` describes each.

        Raises UsageError for a format that is not among them.
        """
        if form not in FORMATS:
            raise UsageError(f"There is no format '{form}'. Formats are: {', '.join(FORMATS)}.")
        return FORMATS[form](self._collect(fail_on))

    def format_text(self, *, color: bool = False, lists_all: bool = False) -> str:
        """Return the report for people."""
        return format_text(self._collect(), color=color, lists_all=lists_all)

    def format_json(self) -> str:
        """Return the report for machines."""
        return self.format("json")

    def compute_exit_code(self, fail_on: Threshold = "error") -> int:
        """Return 1 when a violation that counts is at or above the threshold, else 0."""
        return self._collect(fail_on).exit_code

    def _collect(self, fail_on: Threshold = "error") -> Findings:
        return Findings(
            self.report,
            self.waived,
            self.comparison,
            fail_on,
            self.project.config.name if self.project else "",
            self.domains,
            _find_prefix(self.project.root) if self.project else "",
            self._read_line,
        )

    def _read_line(self, place: Location) -> str:
        lines = self._get_lines(place.path)
        return lines[place.line - 1] if 0 < place.line <= len(lines) else ""

    def _get_lines(self, path: str) -> list[str]:
        if path not in self._lines:
            file = self.project.files.get(path) if self.project else None
            self._lines[path] = _split_lines(path, file.text) if file else []
        return self._lines[path]

    @cached_property
    def _lines(self) -> dict[str, list[str]]:
        return {}


def _split_lines(path: str, text: str) -> list[str]:
    """Return the lines of a file as its reader counts them: in Turtle, a carriage return alone ends none."""
    if path.endswith((".rules", ".yaml", ".yml")):
        return re.split("\r\n|\r|\n", text)
    return [line.removesuffix("\r") for line in text.split("\n")]


def _find_prefix(root: Path | None) -> str:
    """Return the folder of a project within the repository that holds it, with a slash at its end; empty at the top."""
    for folder in (root, *root.parents) if root is not None else ():
        if (folder / ".git").exists():
            inner = root.relative_to(folder).as_posix() if root is not None else "."
            return "" if inner == "." else f"{inner}/"
    return ""
