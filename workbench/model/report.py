"""Violations and reports: what an author can fix, collected and shown together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

__all__ = ["SEVERITIES", "Location", "Part", "PartKind", "Report", "Severity", "Violation"]

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""From the gravest to the mildest."""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file: a path relative to the project with ``/``, and line and column counted from 1.

    Line 0 means the whole file.
    """

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.path
        return f"{self.path}:{self.line}:{self.column}" if self.column else f"{self.path}:{self.line}"


PartKind = Literal["rule", "constraint", "shape", "axiom", "fact"]


class Part(NamedTuple):
    """A member of a smallest conflicting set: its name (a rule's, or the term of a shape) and what it says."""

    kind: PartKind
    name: str
    text: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """One finding.

    ``code`` is stable (``rule.unsafe-variable``); ``message`` is one plain sentence; ``why`` says what it is
    based on (the rule, shape or axiom in words, or the facts); ``fix`` how to mend it. ``focus`` is the term it
    is about (or the name of a rule), ``path`` the property or property path of it and ``value`` the term found there,
    where there are such; ``source`` the term of the shape, or the name of the rule or constraint, that asks for it.
    ``facts`` are the violating facts as sentences, ``related`` other places that take part. ``parts`` is the
    smallest set of rules, shapes, axioms and facts that conflict, all of them needed; ``example`` a case that shows
    it, a filled-in line each: no facts of the project, but what could be. ``fingerprint`` says which finding it is
    whatever else changes in the project; empty until a check gives it.
    """

    code: str
    severity: Severity
    message: str
    location: Location | None = None
    focus: str = ""
    why: str = ""
    fix: str = ""
    facts: tuple[str, ...] = ()
    related: tuple[Location, ...] = ()
    domain: str = ""
    path: str = ""
    value: str = ""
    source: str = ""
    parts: tuple[Part, ...] = ()
    example: tuple[str, ...] = ()
    fingerprint: str = ""

    @property
    def further_places(self) -> tuple[Location, ...]:
        """The related places that nothing else of the finding names: neither its own nor those of its parts."""
        told = {self.location, *(part.location for part in self.parts)}
        return tuple(place for place in self.related if place not in told)

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Order in reports: by place, then severity, code and message."""
        place = self.location or Location("~")
        return (place.path, place.line, place.column, SEVERITIES.index(self.severity), self.code, self.message)


@dataclass(frozen=True, slots=True)
class Report:
    """All violations of one check, sorted and without repetition."""

    violations: tuple[Violation, ...] = field(default=())

    @classmethod
    def collect(cls, violations: Iterable[Violation]) -> Report:
        """Build a report: sort by place, drop exact repetitions."""
        return cls(tuple(sorted(dict.fromkeys(violations), key=lambda v: v.sort_key)))

    def count(self, severity: Severity) -> int:
        """Return how many violations have this severity."""
        return sum(v.severity == severity for v in self.violations)

    def reaches(self, threshold: Severity) -> bool:
        """Tell whether any violation is at or above ``threshold``."""
        limit = SEVERITIES.index(threshold)
        return any(SEVERITIES.index(v.severity) <= limit for v in self.violations)

    @property
    def has_errors(self) -> bool:
        """Whether any violation is an error."""
        return self.reaches("error")
