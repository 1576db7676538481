"""Lessons: what closed-book items rest on is taught by recall items for training.

When all cells are full, every fact that a closed-book item rests on and that no recall item for training asks for gets
a recall item of its own. So what the manifest says of what is taught holds by construction; what could not be taught is
named there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.export.staging import Stage
from workbench.generation.selection.blocks import BlockMaker, Candidate
from workbench.generation.selection.processes import make_key, write_judged
from workbench.generation.selection.taking import Written
from workbench.model.curriculum import NO_STATUS, Curriculum, Level
from workbench.model.items import compact_term, expand_term
from workbench.model.report import Violation

__all__ = ["Taught", "count_taught", "describe_closed_book", "report_untaught", "summarise_taught", "teach_leaves"]

_Fact = tuple[str, ...]
"""A triple as items write it."""
_TOGETHER = 256
"""Facts whose lessons are judged together."""
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
    curriculum = maker.material.curriculum
    level = _find_level(curriculum)
    if not maker.has_closed_book or level is None:
        return
    found = count_taught(_iterate_items(stage), curriculum.train)
    untaught = found.untaught
    for start in range(0, len(untaught), _TOGETHER):
        for candidate, line in _make_lessons(maker, level, untaught[start : start + _TOGETHER], found.taught):
            stage.put(make_key(candidate), line)
    if stage.state is not None:
        stage.end_block(stage.state)
    stage.finish_chunk()


def _make_lessons(
    maker: BlockMaker, level: Level, facts: Sequence[_Fact], taught: set[_Fact]
) -> Iterator[tuple[Candidate, Written]]:
    """Yield the recall items that teach some facts, in their order, and add to what is ``taught``.

    A fact has the first of its lessons that every judge accepts, unless one before it teaches it too. So that the
    judges see many at once, lessons are judged ahead: those of facts that no lesson before is likely to teach.
    """
    lessons = {fact: _iterate_lessons(maker, level, fact) for fact in facts}
    next_ones: dict[_Fact, Candidate | None] = {}
    judged: dict[_Fact, Written] = {}

    def find_next(fact: _Fact) -> Candidate | None:
        if fact not in next_ones:
            next_ones[fact] = next(lessons[fact], None)
        return next_ones[fact]

    left = [fact for fact in facts if fact not in taught]
    while left:
        ahead: list[_Fact] = []
        covered = {*taught}
        for fact in left:
            if fact not in covered and (candidate := find_next(fact)) is not None:
                covered.update(_list_taught(maker, candidate))
                if fact not in judged:
                    ahead.append(fact)
        verdicts = maker.judge([one for one in map(find_next, ahead) if one is not None])
        judged.update(zip(ahead, map(write_judged, verdicts), strict=True))
        while left:
            fact = left[0]
            if fact not in taught and (candidate := find_next(fact)) is not None:
                if fact not in judged:
                    break
                line = judged.pop(fact)
                if not line.is_accepted:
                    del next_ones[fact]
                    break
                taught.update(_list_taught(maker, candidate))
                yield candidate, line
            left.pop(0)


def _iterate_lessons(maker: BlockMaker, level: Level, fact: _Fact) -> Iterator[Candidate]:
    """Yield the recall items for training of which a fact is an answer, in order."""
    subject, predicate, object_ = (expand_term(term, maker.material.prefixes) for term in fact)
    for query in maker.closed_book.list_lessons((subject, predicate, object_)):
        answered = maker.closed_book.answer(maker.closed_book.draft_lesson(level, query))
        candidate = answered if isinstance(answered, str) else maker.classify(answered, is_lesson=True)
        if not isinstance(candidate, str) and candidate.split == maker.material.curriculum.train:
            yield candidate


def _list_taught(maker: BlockMaker, candidate: Candidate) -> Iterator[_Fact]:
    prefixes = maker.material.prefixes
    for fact in candidate.answered.draft.facts:
        yield tuple(compact_term(term, prefixes) for term in fact)


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
