"""Items of a dataset that a change makes wrong or stale, or mends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import zip_longest
from pathlib import Path

from workbench.build.dataset_currency import ItemJudge, ItemVerdict, iterate_verdicts
from workbench.build.dataset_groups import group_verdicts
from workbench.build.differing.renamed import State
from workbench.build.differing.values import DatasetDifference
from workbench.export.reading import DatasetReader, read_dataset
from workbench.model.terms import Term

__all__ = ["compare_dataset"]

_RANK = {"current": 0, "stale": 1, "unjudged": 2, "wrong": 2}
_States = tuple[State, State, Mapping[Term, Term]]


def compare_dataset(path: Path, find_states: Callable[[str], _States | None]) -> DatasetDifference:
    """Judge every item of a dataset under both sides; ``find_states`` gives those of its domain.

    OLD stands under its own names, and the mapping leads to those of NEW. Raises DatasetError when the folder is none.
    """
    reader = read_dataset(path)
    name = reader.manifest.get("domain")
    name = name if isinstance(name, str) else ""
    states = find_states(name)
    if states is None:
        return DatasetDifference(
            str(path), name, 0, note=f"It was made from the domain '{name}', which is not compared."
        )
    old, new, names = states
    if new.knowledge.blockers:
        return DatasetDifference(
            str(path), name, 0, note="NEW has errors, so nobody can tell what its items are worth."
        )
    after = [*iterate_verdicts(reader, ItemJudge(new.knowledge, reader, new.narrator, names))]
    before = _judge_before(reader, old)
    worse, mended = [], 0
    for former, present in zip_longest(before, after):
        if present is None:
            continue
        rank = 0 if former is None else _RANK[former.verdict]
        if _RANK[present.verdict] > rank:
            worse.append(present)
        elif present.verdict == "current" and rank:
            mended += 1
    note = "" if not old.knowledge.blockers else "OLD has errors, so its items count as current before the change."
    return DatasetDifference(str(path), name, len(after), group_verdicts(worse, str(path)), mended, note)


def _judge_before(reader: DatasetReader, old: State) -> Iterable[ItemVerdict]:
    if old.knowledge.blockers:
        return ()
    return iterate_verdicts(reader, ItemJudge(old.knowledge, reader, old.narrator))
