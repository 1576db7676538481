"""Lessons: what closed-book items rest on is taught by recall items for training.

When all cells are full, every fact that a closed-book item rests on and that no recall item for training asks for gets
a recall item of its own. So what the manifest says of what is taught holds by construction; what could not be taught is
named there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.export.staging import Stage
from workbench.generation.questions.draft import Query
from workbench.generation.selection.blocks import BlockMaker, Candidate
from workbench.generation.selection.processes import make_key, write_judged
from workbench.generation.selection.taking import Written
from workbench.model.curriculum import NO_STATUS, Curriculum, Level
from workbench.model.items import compact_term, expand_term
from workbench.model.report import Violation

__all__ = ["Taught", "count_taught", "describe_closed_book", "report_untaught", "summarise_taught", "teach_leaves"]

_LISTED = 50
"""Untaught facts that the manifest lists."""


@dataclass
class Taught:
    """The facts that closed-book items rest on, and those that recall for training asks for, as items write them."""

    leaves: set[tuple[str, ...]]
    taught: set[tuple[str, ...]]

    @property
    def untaught(self) -> list[tuple[str, ...]]:
        """The facts that no recall item for training asks for, sorted."""
        return sorted(self.leaves - self.taught)


def count_taught(items: Iterable[Mapping[str, Any]], train: str) -> Taught:
    """Return what the closed-book items among ``items`` rest on, and what those of recall in ``train`` teach."""
    found = Taught(set(), set())
    for item in items:
        if item["given"] != "none":
            continue
        facts = {tuple(entry["triple"]) for entry in item["context"]}
        found.leaves |= facts
        if item["task"] == "recall" and item["split"] == train:
            found.taught |= facts
    return found


def summarise_taught(found: Taught) -> dict[str, Any]:
    """Return the manifest's numbers: facts that items rest on, how many are taught, and the first that are not."""
    untaught = found.untaught
    return {
        "leaves": len(found.leaves),
        "taught": len(found.leaves) - len(untaught),
        "untaught": [list(fact) for fact in untaught[:_LISTED]],
    }


def teach_leaves(maker: BlockMaker, stage: Stage) -> None:
    """Add the recall items that are missing to the stage, which has no open block, and finish its chunk.

    What is there already is not added again, so a build that was interrupted comes to the same items.
    """
    curriculum, prefixes = maker.material.curriculum, maker.material.prefixes
    level = _find_level(curriculum)
    if not maker.has_closed_book or level is None:
        return
    found = count_taught(_iterate_items(stage), curriculum.train)
    for written in found.untaught:
        if written in found.taught:
            continue
        subject, predicate, object_ = (expand_term(term, prefixes) for term in written)
        lessons = maker.closed_book.list_lessons((subject, predicate, object_))
        made = next((one for query in lessons if (one := _make_lesson(maker, level, query)) is not None), None)
        if made is not None:
            candidate, line = made
            stage.put(make_key(candidate), line)
            facts = candidate.answered.draft.facts
            found.taught.update(tuple(compact_term(term, prefixes) for term in fact) for fact in facts)
    if stage.state is not None:
        stage.end_block(stage.state)
    stage.finish_chunk()


def _make_lesson(maker: BlockMaker, level: Level, query: Query) -> tuple[Candidate, Written] | None:
    """Return a recall item for training as it is put into the stage; None when a judge or another split wants it."""
    answered = maker.closed_book.answer(maker.closed_book.draft_lesson(level, query))
    candidate = answered if isinstance(answered, str) else maker.classify(answered, is_lesson=True)
    if isinstance(candidate, str) or candidate.split != maker.material.curriculum.train:
        return None
    line = write_judged(maker.judge([candidate])[0])
    return (candidate, line) if line.is_accepted else None


def describe_closed_book(maker: BlockMaker, stage: Stage) -> dict[str, Any] | None:
    """Return the manifest's section on closed-book items, None where no level asks for them."""
    if not maker.has_closed_book:
        return None
    found = count_taught(_iterate_items(stage), maker.material.curriculum.train)
    names = maker.closed_book.names
    return {
        "facts": maker.closed_book.book.digest,
        "individuals": len(names.individuals),
        "ambiguous": len(names.ambiguous),
        "nameless": len(names.nameless),
        **summarise_taught(found),
    }


def report_untaught(section: Mapping[str, Any], curriculum: Curriculum) -> list[Violation]:
    """Return a finding when items rest on facts that train does not teach."""
    missing = section["leaves"] - section["taught"]
    if not missing:
        return []
    message = f"Closed-book items rest on {missing:,} facts that no recall item for training asks for."
    return [
        Violation(
            "curriculum.untaught", curriculum.shortfall, message, domain=curriculum.domain,
            fix="Leave splits that hold out individuals or properties away, or accept this with shortfall: warning.",
        )
    ]  # fmt: skip


def _find_level(curriculum: Curriculum) -> Level | None:
    """Return the first closed-book level that asks for recall."""
    wanted = ("recall", NO_STATUS)
    return next(
        (lv for lv in curriculum.levels if lv.given == "none" and wanted in {(q.task, q.status) for q in lv.quotas}),
        None,
    )


def _iterate_items(stage: Stage) -> Iterator[Mapping[str, Any]]:
    for _, line in stage.iterate_lines():
        yield json.loads(line)
