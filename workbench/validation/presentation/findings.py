"""What a report shows, whatever its format: the findings that count, those set aside, and how all of it ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from workbench.model.report import SEVERITIES, Location, Part, Report, Violation
from workbench.validation.baseline import Comparison
from workbench.validation.policy import Waived

__all__ = [
    "EXIT_CODES",
    "Detail",
    "Findings",
    "Standing",
    "Threshold",
    "compute_exit_code",
    "count_words",
    "find_end_column",
    "list_details",
    "say_part",
]

Threshold = Literal["error", "warning", "info", "never"]
Standing = Literal["new", "unchanged"]
EXIT_CODES = {0: "Nothing at or above the threshold.", 1: "At least one finding at or above the threshold."}
# What a reader takes for one thing: an IRI, a text with its tag or type, a name.
_THING = re.compile(
    r"<[^<>\s]*>|\"(?:[^\"\\]|\\.)*\"(?:@[A-Za-z0-9-]+|\^\^[^\s;,\])]+)?|'(?:[^'\\]|\\.)*'|[\w?@:.%+-]*[\w?%]|\S"
)


def compute_exit_code(report: Report, fail_on: Threshold = "error") -> int:
    """Return 1 when any violation is at or above the threshold, else 0; ``never`` is always 0."""
    return int(fail_on != "never" and report.reaches(fail_on))


@dataclass(frozen=True)
class Findings:
    """A report with all that its formats need.

    ``report`` is what counts after the project's policy, ``waived`` what its waivers cover. With a ``comparison``,
    findings that the baseline knows stay in the report but do not count. ``prefix`` is the folder of the project in
    its repository, empty or with a slash at its end: services that show findings beside code want paths from there.
    ``read_line`` returns the text of the line where a place is, empty where there is none.
    """

    report: Report
    waived: tuple[Waived, ...] = ()
    comparison: Comparison | None = None
    fail_on: Threshold = "error"
    project: str = ""
    domains: tuple[str, ...] = ()
    prefix: str = ""
    read_line: Callable[[Location], str] = lambda _: ""

    @cached_property
    def counted(self) -> Report:
        """What counts: all, or with a baseline what is new."""
        if self.comparison is None:
            return self.report
        return Report(tuple(v for v in self.report.violations if not self.is_known(v)))

    @property
    def exit_code(self) -> int:
        """1 when anything that counts is at or above the threshold, else 0."""
        return compute_exit_code(self.counted, self.fail_on)

    def is_known(self, violation: Violation) -> bool:
        """Tell whether the baseline has this finding."""
        return self.comparison is not None and violation.fingerprint in self.comparison.known

    def get_standing(self, violation: Violation) -> Standing | None:
        """Return how a finding stands to the baseline; None without one."""
        if self.comparison is None:
            return None
        return "unchanged" if self.is_known(violation) else "new"

    def sum_up(self) -> str:
        """Return the totals as one line of words."""
        counted = [
            count_words(count, "info" if severity == "info" else severity, "info" if severity == "info" else "")
            for severity in SEVERITIES
            if (count := self.counted.count(severity))
        ]
        aside = []
        if self.waived:
            aside.append(f"{len(self.waived):,} waived")
        if self.comparison is not None and (known := len(self.report.violations) - len(self.counted.violations)):
            aside.append(f"{known:,} in the baseline")
        nothing = "No new violations" if self.comparison is not None else "No violations"
        told = f" ({', '.join(aside)})" if aside else ""
        return f"{', '.join(counted) or nothing}{told}."

    def say_gone(self) -> str:
        """Return a sentence about what the baseline has and the project has no more, else nothing."""
        if self.comparison is None or not self.comparison.gone:
            return ""
        count = len(self.comparison.gone)
        verb = "is" if count == 1 else "are"
        return f"{count_words(count, 'finding')} of the baseline {verb} gone; write it anew to keep it so."


class Detail(NamedTuple):
    """A line about a finding: what kind of line it is, and its text."""

    label: str
    text: str


def list_details(violation: Violation, *, says_places: bool = True) -> Iterator[Detail]:
    """List what there is to say beyond the message, one line each."""
    for fact in violation.facts:
        yield Detail("fact", fact)
    if violation.why:
        yield Detail("why", violation.why)
    for part in violation.parts:
        yield Detail("part", say_part(part, says_place=says_places))
    for line in violation.example:
        yield Detail("example", line)
    if violation.fix:
        yield Detail("fix", violation.fix)
    if violation.further_places and says_places:
        yield Detail("see", ", ".join(map(str, violation.further_places)))


def say_part(part: Part, *, says_place: bool = True) -> str:
    """Return a member of a conflicting set as one line."""
    name = part.name if part.kind in ("rule", "constraint") else ""
    text = f"{part.kind}{f' {name}' if name else ''}: {part.text}" if part.text else f"{part.kind} {part.name}"
    return f"{text} ({part.location})" if says_place and part.location is not None else text


def find_end_column(line: str, column: int) -> int:
    """Return the column after the name, IRI or text that starts in a column of a line; the column itself if none."""
    match = _THING.match(line, column - 1) if 0 < column <= len(line) else None
    return match.end() + 1 if match else column


def count_words(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: 1 finding, 3 findings."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
