"""What a change does, as values: what was stated otherwise, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from workbench.build.accounts import Account
from workbench.build.dataset_groups import ItemGroup
from workbench.model.report import Location, Violation
from workbench.model.terms import Term, Triple

__all__ = [
    "Action",
    "Cause",
    "Change",
    "ChangeKind",
    "Consequence",
    "Consistency",
    "DatasetDifference",
    "Difference",
    "DomainDifference",
    "Fate",
    "Flip",
    "Renaming",
    "Said",
    "SideName",
]

ChangeKind = Literal["axiom", "fact", "rule", "constraint", "shape", "wording", "test", "closed", "setting", "file"]
Fate = Literal["gone", "new", "changed"]
Action = Literal["added", "removed", "changed", "renamed", "moved"]


class Said(NamedTuple):
    """A statement on one side: in words, as it is written formally, and where it stands."""

    text: str
    formal: str = ""
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Something stated, withdrawn, or stated otherwise.

    ``name`` is that of a rule or test, the term that a statement is about, or a path. What is not ``certain`` may only
    not have been read, since a file of that side has errors. A fact that is no longer stated may
    follow still (``still_follows``); ``triple`` is that fact.
    """

    kind: ChangeKind
    action: Action
    name: str
    old: Said | None = None
    new: Said | None = None
    certain: bool = True
    still_follows: bool = False
    triple: Triple | None = None


@dataclass(frozen=True, slots=True)
class Renaming:
    """A name that changed, what it names, what that is called in NEW, and how sure that is (up to 1)."""

    old: Term
    new: Term
    kind: str
    label: str
    score: float


class Cause(NamedTuple):
    """What brought or took a conclusion: a rule, axiom or fact that is ``gone`` or ``new``, or says something else."""

    what: Literal["rule", "axiom", "constraint", "fact"]
    happened: Fate
    name: str
    text: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Consequence:
    """A statement that follows on one side only, its minimal proof there, and what brought or took it.

    ``account`` is None beyond the first ones told; ``causes`` are empty where they cannot be decided.
    """

    triple: Triple
    text: str
    causes: tuple[Cause, ...]
    account: Account | None = None


class Consistency(NamedTuple):
    """Whether the facts of a side contradict each other, and the minimal contradiction; None where nobody knows."""

    contradiction: Account | None
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Flip:
    """A worked example or a constraint that comes out otherwise; ``why`` says what is wrong where something is."""

    kind: Literal["test", "constraint"]
    name: str
    text: str
    before: str
    after: str
    is_worse: bool
    why: str = ""
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class DatasetDifference:
    """A dataset: how many items it has, those that become wrong or stale, and how many follow again."""

    path: str
    domain: str
    items: int
    groups: tuple[ItemGroup, ...] = ()
    mended: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class DomainDifference:
    """What a change does to one domain.

    ``presence`` tells whether it is on both sides; ``former_name`` is another name that it had. ``names_gone`` are the
    classes, properties and individuals that only OLD knows, as far as all of NEW could be read. ``unreasoned`` says
    why conclusions, consistency, tests and constraints could not be compared, and is empty where they were;
    ``is_blocked_now`` tells that OLD could be reasoned with and NEW cannot. Causes of
    ``lost`` and ``gained`` are told where they can be decided. ``notes`` are sentences on what the comparison leaves
    open.
    """

    name: str
    presence: Literal["both", "added", "removed"] = "both"
    former_name: str = ""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    renamings: tuple[Renaming, ...] = ()
    names_gone: tuple[tuple[Term, str], ...] = ()
    changes: tuple[Change, ...] = ()
    unreasoned: str = ""
    is_blocked_now: bool = False
    lost: tuple[Consequence, ...] = ()
    gained: tuple[Consequence, ...] = ()
    consistency: tuple[Consistency, Consistency] = (Consistency(None), Consistency(None))
    flips: tuple[Flip, ...] = ()
    new_findings: tuple[Violation, ...] = ()
    gone_findings: tuple[Violation, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def changes_something(self) -> bool:
        """Whether anything about the domain differs."""
        return bool(
            self.presence != "both" or self.former_name or self.renamings or self.changes or self.lost or self.gained
            or self.flips or self.new_findings or self.gone_findings
            or self.contradictions_begin or self.contradictions_cease
        )  # fmt: skip

    @property
    def contradictions_begin(self) -> bool:
        """Whether the facts contradict each other now and did not before."""
        before, after = self.consistency
        return after.contradiction is not None and before.contradiction is None and before.is_known

    @property
    def contradictions_cease(self) -> bool:
        """Whether the facts contradicted each other and do so no longer."""
        before, after = self.consistency
        return before.contradiction is not None and after.contradiction is None and after.is_known


class SideName(NamedTuple):
    """A side as it was typed, and how it was read where that is not by its own configuration."""

    name: str
    note: str = ""
    is_absent: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change does: to the settings and files of a project, to its domains, and to datasets.

    ``new_findings`` and ``gone_findings`` are those about the project rather than one of its domains.
    """

    old: SideName
    new: SideName
    settings: tuple[Change, ...] = ()
    files: tuple[Change, ...] = ()
    domains: tuple[DomainDifference, ...] = ()
    datasets: tuple[DatasetDifference, ...] = ()
    new_findings: tuple[Violation, ...] = ()
    gone_findings: tuple[Violation, ...] = ()
