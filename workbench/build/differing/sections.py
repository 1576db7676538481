"""A difference as sections of plain sentences, from which the text and the Markdown are written.

The gravest comes first: contradictions, items and examples that come out wrong, what is lost; then what was stated
otherwise; last words and layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbench.build.accounts import Account
from workbench.build.differing.values import (
    Cause,
    Change,
    ChangeKind,
    Consequence,
    DatasetDifference,
    Difference,
    DomainDifference,
)
from workbench.build.explanations import format_line
from workbench.model.report import Location, Violation

__all__ = ["Entry", "Section", "list_sections"]

_KINDS: tuple[tuple[ChangeKind, str, str], ...] = (
    ("rule", "Rules", "rule"),
    ("constraint", "Constraints", "constraint"),
    ("axiom", "Axioms", ""),
    ("fact", "Stated facts", ""),
    ("shape", "Shapes", ""),
    ("closed", "What is closed", ""),
    ("test", "Worked examples", "example"),
    ("wording", "Words and remarks", ""),
)
_SIGNS = {"added": "+", "removed": "-", "changed": "~", "renamed": "=", "moved": "="}
_MOST_STEPS = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing told: a sentence, and lines that say more."""

    text: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under a title; ``count`` is how many things they tell of, which may be more than there are entries."""

    title: str
    count: int
    entries: tuple[Entry, ...]
    domain: str = ""


def list_sections(difference: Difference) -> tuple[Section, ...]:
    """Return everything that a difference tells, in order; sections without entries are left out."""
    found: list[Section] = [section for dataset in difference.datasets for section in _list_dataset_sections(dataset)]
    for domain in difference.domains:
        found += _list_domain_sections(domain)
    found += [
        _make("New findings", _group_findings(difference.new_findings), "", len(difference.new_findings)),
        _make("Findings that are gone", _group_findings(difference.gone_findings), "", len(difference.gone_findings)),
        _make("Settings", (_tell_plain(change) for change in difference.settings)),
        _make("Files", (_tell_plain(change) for change in difference.files)),
    ]
    return tuple(section for section in found if section.entries)


def _make(title: str, entries: Iterable[Entry], domain: str = "", count: int | None = None) -> Section:
    told = tuple(entries)
    return Section(title, len(told) if count is None else count, told, domain)


def _list_domain_sections(domain: DomainDifference) -> Iterator[Section]:
    name = domain.name
    yield _make("What this is about", _introduce(domain), name)
    yield _make("Contradictions", _tell_consistency(domain), name)
    flips = {kind: [flip for flip in domain.flips if flip.kind == kind] for kind in ("test", "constraint")}
    for kind, title in (("test", "Worked examples that come out otherwise"), ("constraint", "Constraints that flip")):
        yield _make(
            title,
            (
                Entry(
                    f"{kind} {flip.name}: {flip.before}, {flip.after}{_say_place(flip.location)}",
                    tuple(part for part in (flip.text, flip.why) if part),
                )
                for flip in sorted(flips[kind], key=lambda flip: not flip.is_worse)
            ),
            name,
        )
    yield _make("Follows no longer", _group(domain.lost), name, len(domain.lost))
    yield _make("New findings", _group_findings(domain.new_findings), name, len(domain.new_findings))
    yield _make("Follows as well", _group(domain.gained), name, len(domain.gained))
    yield _make(
        "Names that changed",
        (
            Entry(f"the {r.kind} “{r.label}”: {r.old} is now {r.new}", (f"alike: {r.score:.2f}",))
            for r in domain.renamings
        ),
        name,
    )
    yield _make("Names that are gone", (Entry(f"“{label}” {term}") for term, label in domain.names_gone), name)
    for kind, title, word in _KINDS:
        changes = [change for change in domain.changes if change.kind == kind]
        yield _make(title, (_tell_change(change, word) for change in changes), name)
    yield _make("Findings that are gone", _group_findings(domain.gone_findings), name, len(domain.gone_findings))


def _introduce(domain: DomainDifference) -> Iterator[Entry]:
    if domain.presence != "both":
        word = "new" if domain.presence == "added" else "gone"
        yield Entry(f"The domain {domain.name} is {word}.")
    if domain.former_name:
        yield Entry(f"The domain was called {domain.former_name}.")
    if domain.unreasoned:
        yield Entry(domain.unreasoned, ("Conclusions, worked examples and constraints were not compared.",))
    yield from (Entry(note) for note in domain.notes)
    uncertain = sum(not change.certain for change in domain.changes)
    if uncertain:
        yield Entry(
            f"{uncertain:,} statements are marked (?): the other side has files that could not be read in full, so "
            "they may be in it all the same."
        )


def _tell_consistency(domain: DomainDifference) -> Iterator[Entry]:
    after = domain.consistency[1].contradiction
    if domain.contradictions_begin and after is not None:
        yield Entry("The facts begin to contradict each other.", _tell_account(after))
    elif domain.contradictions_cease:
        yield Entry("The facts contradict each other no longer.")


def _tell_account(account: Account) -> tuple[str, ...]:
    rows = [row for line in account.lines[:_MOST_STEPS] for row in format_line(line)]
    more = len(account.lines) - _MOST_STEPS
    return (*rows, *([f"and {more} more steps"] if more > 0 else []))


def _say_place(place: Location | None) -> str:
    return f" ({place})" if place is not None else ""


def _tell_cause(cause: Cause) -> str:
    what = f"the {cause.what} {cause.name}" if cause.name else f"the {cause.what} “{cause.text}”"
    happened = "says something else" if cause.happened == "changed" else f"is {cause.happened}"
    return f"{what} {happened}{_say_place(cause.location)}"


def _group(consequences: Sequence[Consequence]) -> Iterator[Entry]:
    """Put together what has the same causes: one entry for each, the first statement with its proof."""
    groups: dict[tuple[Cause, ...], list[Consequence]] = {}
    for one in consequences:
        groups.setdefault(one.causes, []).append(one)
    for causes, members in sorted(groups.items(), key=lambda group: (not group[0], -len(group[1]))):
        reason = "; ".join(_tell_cause(cause) for cause in causes[:4])
        more = f"; and {len(causes) - 4} more" if len(causes) > 4 else ""
        head = f"{len(members):,} because {reason}{more}" if causes else f"{len(members):,} for reasons not worked out"
        details = [member.text for member in members]
        account = members[0].account
        proof = [f"  {row}" for row in _tell_account(account)] if account is not None else []
        yield Entry(head, (details[0], *proof, *details[1:]))


def _group_findings(violations: Sequence[Violation]) -> Iterator[Entry]:
    """Put together the findings of one code: how many, then each with its place; a single one in full."""
    groups: dict[tuple[str, str], list[Violation]] = {}
    for violation in violations:
        groups.setdefault((violation.severity, violation.code), []).append(violation)
    for (severity, code), members in groups.items():
        told = [f"{one.location}: {one.message}" if one.location is not None else one.message for one in members]
        if len(members) == 1:
            facts = (f"fact: {fact}" for fact in members[0].facts)
            yield Entry(f"{severity} {code}: {told[0]}", tuple(part for part in (members[0].why, *facts) if part))
        else:
            yield Entry(f"{len(members):,} × {severity} {code}", tuple(told))


def _tell_change(change: Change, word: str) -> Entry:
    sign = _SIGNS[change.action] + ("" if change.certain else " (?)")
    name = f"{word} {change.name}: " if word else ""
    if change.action == "renamed" and change.old is not None and change.new is not None:
        text = f"{sign} {word} {change.old.text} is now called {change.name}{_say_place(change.new.location)}"
        return Entry(text, (change.new.text,))
    if change.old is not None and change.new is not None:
        kept = " It still follows." if change.still_follows else ""
        old, new = change.old, change.new
        same = old.text == new.text and bool(old.formal)
        return Entry(
            f"{sign} {name}{new.formal if same else new.text}{_say_place(new.location)}",
            (f"was: {old.formal if same else old.text}{kept}{_say_place(old.location)}",),
        )
    said = change.new or change.old
    kept = " It still follows." if change.still_follows else ""
    return Entry(f"{sign} {name}{said.text}{kept}{_say_place(said.location)}" if said else f"{sign} {name}")


def _tell_plain(change: Change) -> Entry:
    """Tell a setting or a file."""
    sign = _SIGNS[change.action]
    if change.kind == "file":
        former = f" (was {change.old.text})" if change.action == "moved" and change.old else ""
        return Entry(f"{sign} {change.name}{former}")
    old, new = (said.text if said is not None else "" for said in (change.old, change.new))
    told = f"{old} → {new}" if old and new else new or old
    place = change.new.location if change.new is not None else None
    return Entry(f"{sign} {change.name}: {told}{_say_place(place)}")


def _list_dataset_sections(dataset: DatasetDifference) -> Iterator[Section]:
    name = f"dataset {dataset.path}"
    if dataset.note:
        yield _make("What this is about", [Entry(dataset.note)], name)
    titles = (("wrong", "Items that become wrong"), ("unjudged", "Items that cannot be judged any more"),
              ("stale", "Items that become stale"))  # fmt: skip
    for verdict, title in titles:
        groups = [group for group in dataset.groups if group.verdict == verdict]
        entries = [
            Entry(
                f"{group.items:,}: {group.cause.why}{_say_place(group.cause.location)}",
                (
                    "by split: " + ", ".join(f"{split} {count:,}" for split, count in group.splits),
                    *(f"{e.location} {e.item}: {e.found or 'the answer stays.'}" for e in group.examples),
                ),
            )
            for group in groups
        ]
        yield _make(title, entries, name, sum(group.items for group in groups))
    if dataset.mended:
        yield _make("Items that follow again", [Entry(f"{dataset.mended:,} of {dataset.items:,} items")], name)
