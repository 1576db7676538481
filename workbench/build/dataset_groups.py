"""Items that are no longer current, grouped by what they have in common, and told as findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.build.dataset_currency import ItemCause, ItemJudge, ItemVerdict, iterate_verdicts
from workbench.build.knowledge import get_knowledge
from workbench.errors import SelectionError
from workbench.export.reading import read_dataset
from workbench.model.report import Location, Violation
from workbench.project import Project

__all__ = ["ItemExample", "ItemGroup", "check_dataset", "group_verdicts"]

_EXAMPLES = 5
_RELATED = 20
_FIXES = {
    "dataset.wrong-answer": "Build the dataset again, or take the change of the knowledge back.",
    "dataset.rule-gone": "Build the dataset again, or bring the rule back.",
    "dataset.rule-changed": "Build the dataset again, or take the change of the rule back.",
    "dataset.name-gone": "Build the dataset again, or bring the class or property back.",
    "dataset.fact-gone": "Build the dataset again, or state the fact again.",
    "dataset.closed-changed": "Build the dataset again, or take the change under 'closed' back.",
    "dataset.option-status": "Build the dataset again.",
    "dataset.damaged": "Run 'workbench verify' on the dataset, and build it again.",
    "dataset.not-judged": "Build the dataset again, or raise the limits under 'reasoning'.",
}


@dataclass(frozen=True, slots=True)
class ItemExample:
    """One item of a group: where it stands, its id, and what it says and what holds now."""

    location: Location
    item: str
    found: str


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """Items with one verdict and one cause: how many in each split, in order, and the first of them."""

    verdict: Literal["stale", "wrong", "unjudged"]
    cause: ItemCause
    splits: tuple[tuple[str, int], ...]
    examples: tuple[ItemExample, ...]

    @property
    def items(self) -> int:
        """How many items there are."""
        return sum(count for _, count in self.splits)


def group_verdicts(verdicts: Iterable[ItemVerdict], folder: str) -> tuple[ItemGroup, ...]:
    """Group items by verdict and cause, wrong ones first, then the larger groups; ``folder`` is the dataset's."""
    counts: dict[tuple[str, ItemCause], Counter[str]] = {}
    examples: dict[tuple[str, ItemCause], list[ItemExample]] = {}
    for one in verdicts:
        if one.verdict == "current" or one.cause is None:
            continue
        key = (one.verdict, one.cause)
        counts.setdefault(key, Counter())[one.split] += 1
        listed = examples.setdefault(key, [])
        if len(listed) < _RELATED:
            listed.append(ItemExample(Location(f"{folder}/{one.file}", one.line), one.item, one.found))
    groups = [
        ItemGroup(_as_verdict(verdict), cause, tuple(found.items()), tuple(examples[verdict, cause]))
        for (verdict, cause), found in counts.items()
    ]
    order = ("wrong", "unjudged", "stale")
    return tuple(sorted(groups, key=lambda g: (order.index(g.verdict), -g.items, g.cause.code, g.cause.name)))


def _as_verdict(text: str) -> Literal["stale", "wrong", "unjudged"]:
    return "wrong" if text == "wrong" else "stale" if text == "stale" else "unjudged"


def check_dataset(project: Project, path: Path | str, progress: Callable[[str], None] | None = None) -> list[Violation]:
    """Return a finding for each cause by which items of a dataset no longer follow from a project's knowledge.

    See ``docs/items.md`` for what that establishes. Raises DatasetError when the folder is no dataset or is damaged,
    SelectionError when the project has no such domain.
    """
    tell = progress or (lambda _: None)
    reader = read_dataset(Path(path))
    name = reader.manifest.get("domain")
    if not isinstance(name, str) or name not in project.domains:
        known = ", ".join(project.domains)
        raise SelectionError(f"The dataset {path} was made from the domain '{name}'; this project has: {known}.")
    knowledge = get_knowledge(project, project.domains[name])
    folder = _name_folder(project, Path(path))
    if knowledge.blockers:
        return [_report_unjudged(name, folder)]
    tell(f"{name}: judging the items of {path}")
    verdicts = _count(iterate_verdicts(reader, ItemJudge(knowledge, reader, knowledge.narrator)), tell, name)
    return [_report(group, name, folder) for group in group_verdicts(verdicts, folder)]


def _count(verdicts: Iterable[ItemVerdict], tell: Callable[[str], None], name: str) -> Iterator[ItemVerdict]:
    for number, verdict in enumerate(verdicts, 1):
        if not number % 500:
            tell(f"{name}: {number:,} items judged")
        yield verdict


def _name_folder(project: Project, path: Path) -> str:
    """Return the folder as reports name places: relative to the project where it lies in it."""
    if project.root is not None and path.resolve().is_relative_to(project.root):
        return path.resolve().relative_to(project.root).as_posix()
    return path.as_posix()


def _report(group: ItemGroup, domain: str, folder: str) -> Violation:
    cause = group.cause
    count = f"{group.items:,} item{'s' if group.items > 1 else ''} of {folder}"
    one = group.items == 1
    said = {
        "wrong": f"{count} {'has' if one else 'have'} an answer that no longer follows.",
        "stale": f"{count} {'rests' if one else 'rest'} on what the project no longer says, though the answer stays.",
        "unjudged": f"{count} could not be judged.",
    }[group.verdict]
    shown = ", ".join(f"{split} {number:,}" for split, number in group.splits)
    places: Sequence[Location] = [example.location for example in group.examples]
    return Violation(
        cause.code,
        "error",
        said,
        cause.location or places[0],
        cause.name,
        why=f"{cause.why} By split: {shown}.",
        fix=_FIXES[cause.code],
        facts=tuple(f"{e.location}: {e.found}" for e in group.examples[:_EXAMPLES] if e.found),
        related=tuple(places if cause.location is not None else places[1:])[:_EXAMPLES],
        domain=domain,
    )


def _report_unjudged(name: str, folder: str) -> Violation:
    return Violation(
        "dataset.not-judged",
        "error",
        f"The items of {folder} could not be judged, because the domain {name} has errors.",
        Location(folder),
        why="Nothing can be concluded from knowledge with errors, so nobody knows whether the answers still follow.",
        fix="Correct the errors and check again.",
        domain=name,
    )
