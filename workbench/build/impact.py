"""What a change of one rule, axiom, template, phrase or individual does to the items of a dataset."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from workbench.build.mentions import (
    PLACES,
    Target,
    choose_domain,
    find_close_names,
    find_dataset,
    find_target,
    iterate_mentions,
)
from workbench.errors import UsageError
from workbench.export.reading import read_dataset
from workbench.project import Project

__all__ = ["AffectedItem", "Impact", "find_impact"]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_STEP = 2_000
_GROUPS = ("split", "level", "task")
_SAID = {
    "proof": "their proof uses it",
    "rules": "it is among their rules, or a rule of theirs mentions it",
    "template": "it frames their prompt",
    "context": "they state it",
    "question": "they ask for it",
}


class AffectedItem(NamedTuple):
    """An item that a change touches; ``file`` is the path as one would open it from here."""

    id: str
    file: str
    line: int
    verdict: Literal["wrong", "stale"]
    places: tuple[str, ...]
    split: str
    level: str
    task: str


@dataclass(frozen=True, slots=True)
class Impact:
    """The items of a dataset that hold a target.

    ``wrong`` are those whose proof uses it: without it they have none, unless their answer follows in another way too.
    ``stale`` are the others: their answer stays, what they say does not. ``groups`` counts both by split, level and
    task; ``listed`` are the first ones. ``target`` is None when neither domain nor dataset has such a thing, and
    ``close`` are names that are nearly the one asked for.
    """

    asked: str
    domain: str
    dataset: Path
    target: Target | None
    items: int
    wrong: int
    stale: int
    places: Mapping[str, int]
    groups: Mapping[str, Mapping[str, tuple[int, int]]]
    listed: tuple[AffectedItem, ...]
    close: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 when nothing is called so, else 0."""
        return int(self.target is None)

    def format_text(self) -> str:
        """Return it as text for a terminal."""
        target = self.target
        if target is None:
            hint = f" Did you mean {' or '.join(self.close)}?" if self.close else ""
            return (
                f"Nothing in the domain {self.domain} or the dataset {self.dataset} is called '{self.asked}'.{hint}\n"
            )
        place = str(target.location) if target.location else "not in the project any more"
        lines = [f"{target.kind} {self.asked} ({place})"]
        if target.said:
            lines.append(f"  {target.said}")
        lines.append("")
        count = self.wrong + self.stale
        if not count:
            lines.append(f"No item of {self.dataset} holds it; there are {self.items:,}.")
            return self._clean(lines)
        lines.append(f"{count:,} of {self.items:,} items of {self.dataset} hold it:")
        if target.names and target.kind != "template":
            lines.append(
                f"  wrong if it goes: {self.wrong:,} (their proof uses it; another way may still lead to the answer)"
            )
        lines.append(f"  stale: {self.stale:,} (their answer stays, what they say changes)")
        lines.append("where: " + ", ".join(f"{_SAID[place]} {n:,}" for place, n in self.places.items()))
        rows = [("", "wrong", "stale")]
        for group in _GROUPS:
            rows += [(f"{group} {name}", f"{w:,}", f"{s:,}") for name, (w, s) in self.groups[group].items()]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines.append("")
        for name, wrong, stale in rows:
            lines.append(f"{name.ljust(widths[0])}  {wrong.rjust(widths[1])}  {stale.rjust(widths[2])}".rstrip())
        lines.append("")
        lines += [f"{one.id} {one.file}:{one.line} {one.verdict} ({', '.join(one.places)})" for one in self.listed]
        if count > len(self.listed):
            lines.append(f"... and {count - len(self.listed):,} more")
        return self._clean(lines)

    @staticmethod
    def _clean(lines: list[str]) -> str:
        return "".join(f"{_CONTROL.sub(' ', line)}\n" for line in lines)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        target = self.target
        return {
            "asked": self.asked,
            "domain": self.domain,
            "dataset": str(self.dataset),
            "target": None if target is None else {
                "kind": target.kind, "names": list(target.names), "term": target.term, "said": target.said,
                "location": str(target.location) if target.location else None,
            },
            "items": self.items,
            "wrong": self.wrong,
            "stale": self.stale,
            "places": dict(self.places),
            **{
                f"by_{group}": {name: {"wrong": w, "stale": s} for name, (w, s) in counts.items()}
                for group, counts in self.groups.items()
            },
            "listed": [one._asdict() for one in self.listed],
            "close": list(self.close),
        }  # fmt: skip


def find_impact(
    project: Project,
    target: str,
    dataset: Path | str | None = None,
    *,
    domain: str | None = None,
    limit: int = 10,
    progress: Callable[[str], None] | None = None,
) -> Impact:
    """Return which items of a dataset a change of ``target`` makes wrong or stale, and list the first ``limit``.

    ``target`` is what :func:`workbench.build.mentions.find_target` reads; ``dataset`` is by default the folder that the
    domain is built into. Items are read one after the other and never held.

    Raises UsageError and SelectionError when no domain can be told, DatasetError when the dataset cannot be read.
    """
    if limit < 0:
        raise UsageError("The number of items to list is not negative.")
    path = Path(dataset) if dataset is not None else find_dataset(project, choose_domain(project, domain, None))
    reader = read_dataset(path)
    chosen = choose_domain(project, domain, reader)
    found = find_target(project, chosen, target, reader)
    if found is None:
        close = tuple(find_close_names(project, chosen, target))
        return Impact(target, chosen, path, None, 0, 0, 0, {}, {}, (), close)
    seen = 0

    def count() -> None:
        nonlocal seen
        seen += 1
        if progress is not None and seen % _STEP == 0:
            progress(f"{chosen}: {seen:,} items looked at")

    verdicts: Counter[str] = Counter()
    places: Counter[str] = Counter()
    groups: dict[str, Counter[tuple[str, str]]] = {group: Counter() for group in _GROUPS}
    listed: list[AffectedItem] = []
    for mention in iterate_mentions(reader, found, count):
        item = mention.item
        verdict: Literal["wrong", "stale"] = "wrong" if "proof" in mention.places else "stale"
        verdicts[verdict] += 1
        places.update(mention.places)
        for group, name in (("split", item["split"]), ("level", item["level_name"]), ("task", item["task"])):
            groups[group][name, verdict] += 1
        if len(listed) < limit:
            listed.append(
                AffectedItem(item["id"], str(path / mention.file), mention.line, verdict, mention.places,
                             item["split"], item["level_name"], item["task"])
            )  # fmt: skip
    return Impact(
        asked=target,
        domain=chosen,
        dataset=path,
        target=found,
        items=seen,
        wrong=verdicts["wrong"],
        stale=verdicts["stale"],
        places={place: places[place] for place in PLACES if places[place]},
        groups={
            group: {name: (counts[name, "wrong"], counts[name, "stale"]) for name, _ in counts}
            for group, counts in groups.items()
        },
        listed=tuple(listed),
    )
