"""What of a change is breaking: something that held, followed or was there does so no longer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from workbench.build.differing.values import Difference, DomainDifference

__all__ = ["Break", "FailOn", "changes_something", "compute_exit_code", "list_breaks"]

FailOn = Literal["never", "breaking", "any"]
"""When the exit code is 1: never, for a breaking change, for any."""


@dataclass(frozen=True, slots=True)
class Break:
    """One way in which a change breaks something: its stable name, how many there are, and both in words."""

    code: str
    number: int
    text: str


def list_breaks(difference: Difference) -> tuple[Break, ...]:
    """Return what a change breaks, the gravest first; empty when it breaks nothing."""
    found = [one for domain in difference.domains for one in _list_domain_breaks(domain)]
    errors = sum(violation.severity == "error" for violation in difference.new_findings)
    found += _count("new-error", errors, "new error of the project", "new errors of the project")
    for dataset in difference.datasets:
        for verdict, code in (("wrong", "item-wrong"), ("unjudged", "item-unjudged"), ("stale", "item-stale")):
            items = sum(group.items for group in dataset.groups if group.verdict == verdict)
            word = {"wrong": "wrong", "unjudged": "impossible to judge", "stale": "stale"}[verdict]
            found += _count(code, items, f"item becomes {word}", f"items become {word}")
        if dataset.note and not dataset.items:
            found.append(Break("dataset-unjudged", 1, "1 dataset could not be judged"))
    merged: dict[str, Break] = {}
    for one in found:
        known = merged.get(one.code)
        merged[one.code] = one if known is None else _add(known, one)
    order = [code for code, _, _ in _TOLD]
    return tuple(sorted(merged.values(), key=lambda one: order.index(one.code)))


_TOLD = (
    ("contradiction", "domain begins to contradict itself", "domains begin to contradict themselves"),
    ("item-wrong", "item becomes wrong", "items become wrong"),
    ("test-fails", "worked example fails now", "worked examples fail now"),
    ("constraint-violated", "constraint is violated now", "constraints are violated now"),
    ("domain-gone", "domain is gone", "domains are gone"),
    ("statement-lost", "statement no longer follows", "statements no longer follow"),
    ("name-gone", "name is gone or is another", "names are gone or are others"),
    ("new-error", "new error", "new errors"),
    ("unreasoned", "domain can no longer be reasoned with", "domains can no longer be reasoned with"),
    ("item-unjudged", "item becomes impossible to judge", "items become impossible to judge"),
    ("dataset-unjudged", "dataset could not be judged", "datasets could not be judged"),
    ("item-stale", "item becomes stale", "items become stale"),
)
_WORDS = {code: (one, many) for code, one, many in _TOLD}


def _add(first: Break, second: Break) -> Break:
    count = first.number + second.number
    return Break(first.code, count, f"{count:,} {_WORDS[first.code][count != 1]}")


def _count(code: str, count: int, one: str, many: str) -> list[Break]:
    return [Break(code, count, f"{count:,} {one if count == 1 else many}")] if count else []


def _list_domain_breaks(domain: DomainDifference) -> Iterator[Break]:
    withdrawn = [c for c in domain.changes if c.kind == "fact" and c.old is not None and not c.still_follows]
    counts = (
        ("contradiction", int(domain.contradictions_begin)),
        ("test-fails", sum(flip.is_worse for flip in domain.flips if flip.kind == "test")),
        ("constraint-violated", sum(flip.is_worse for flip in domain.flips if flip.kind == "constraint")),
        ("domain-gone", int(domain.presence == "removed")),
        ("statement-lost", len(domain.lost) + sum(change.certain for change in withdrawn)),
        ("name-gone", len(domain.renamings) + len(domain.names_gone)),
        ("new-error", sum(violation.severity == "error" for violation in domain.new_findings)),
        ("unreasoned", int(domain.is_blocked_now)),
    )
    for code, count in counts:
        yield from _count(code, count, *_WORDS[code])


def changes_something(difference: Difference) -> bool:
    """Tell whether the two sides differ in anything that is compared."""
    return bool(
        difference.settings
        or difference.files
        or difference.new_findings
        or difference.gone_findings
        or any(domain.changes_something for domain in difference.domains)
        or any(dataset.groups or dataset.mended or dataset.note for dataset in difference.datasets)
    )


def compute_exit_code(difference: Difference, fail_on: FailOn) -> int:
    """Return 1 where a change is of the kind that is to fail, else 0."""
    if fail_on == "never":
        return 0
    return int(changes_something(difference) if fail_on == "any" else bool(list_breaks(difference)))
