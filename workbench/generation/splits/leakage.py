"""Leakage: what each split shares with train in text, identities, words, proofs and facts, and on its own axis.

Items pass by once, in any order and in parts; what stays of each is some eight numbers of eight bytes and the hashes
of its runs of words. Of those at most ``limit`` are kept: beyond it only those whose hash begins with a 0, then two,
and so on. That depends on the items alone, and the table says it; the number of items that share a run is then a lower
bound.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workbench.generation.selection.hash_sets import Hashes, HashSet, OwnedHashes
from workbench.generation.splits.leakage_marks import Marker, Marks
from workbench.generation.splits.splitter import Splitter
from workbench.model.report import Violation

__all__ = ["COLUMNS", "Leakage", "LeakageTable", "find_leaks"]

COLUMNS = ("text", "exact", "named", "core", "13gram", "13gram-rules", "path", "sub-proof", "facts")
"""What two items may share, from the whole text to the structure: see docs/curriculum.md."""
_SINGLE = {"text": "text", "exact": "exact", "named": "named", "core": "core", "path": "path", "facts": "facts"}
_MANY = {"13gram": "runs", "13gram-rules": "rule_runs", "sub-proof": "sub_proofs"}
_LIMIT = 24_000_000


class _Split:
    """What is kept of the items of a split that is compared with train."""

    def __init__(self) -> None:
        self.items = 0
        self.single = {name: array("Q") for name in (*_SINGLE, "original")}
        self.many = {name: OwnedHashes() for name in (*_MANY, "leaves")}
        self.touching: Counter[str] = Counter()
        self.not_compared = 0
        self.closed_book = 0

    def extend(self, other: _Split) -> None:
        """Append the items of a later part."""
        for name, values in other.single.items():
            self.single[name].extend(values)
        for name, hashes in other.many.items():
            self.many[name].extend(hashes, self.items)
        self.items += other.items
        self.touching.update(other.touching)
        self.not_compared += other.not_compared
        self.closed_book += other.closed_book


class Leakage:
    """What items have in common with those for training, as numbers that are added up; parts can be joined.

    ``limit`` bounds how many hashes of runs of words are kept.
    """

    def __init__(self, splitter: Splitter, splits: Sequence[str], limit: int = _LIMIT) -> None:
        self.splitter, self.limit = splitter, limit
        self._train = {name: HashSet() for name in (*COLUMNS, "id", "taught")}
        self._train_touching: Counter[str] = Counter()
        self._splits = {name: _Split() for name in splits if name != splitter.train}
        self._shifts = dict.fromkeys(("13gram", "13gram-rules"), 0)
        self._added = 0

    def add(self, split: str, marks: Marks) -> None:
        """Count an item. KeyError for a split that was not announced."""
        if split == self.splitter.train:
            self._add_known(marks)
        else:
            self._add_other(self._splits[split], marks)
        self._added += len(marks.runs) + len(marks.rule_runs)
        if self._added > self.limit // 4:
            self._keep_limit()

    def extend(self, other: Leakage) -> None:
        """Count the items of a part of the dataset that comes after this one, of the same splits."""
        for name, known in other._train.items():
            self._train[name].update(known.sort())
        self._train_touching.update(other._train_touching)
        for name, split in other._splits.items():
            self._splits[name].extend(split)
        for name, shift in other._shifts.items():
            self._shifts[name] = max(self._shifts[name], shift)
        self._keep_limit()

    def _add_known(self, marks: Marks) -> None:
        for name, attribute in _SINGLE.items():
            value: int = getattr(marks, attribute)
            if value:
                self._train[name].add(value)
        self._train["id"].add(marks.id)
        for name, values in (("13gram", marks.runs), ("13gram-rules", marks.rule_runs)):
            self._train[name].update(values)
        for name, listed in (("sub-proof", marks.sub_proofs), ("taught", marks.taught)):
            self._train[name].update(np.array(listed, np.uint64))
        self._train_touching.update(marks.touched)

    def _add_other(self, split: _Split, marks: Marks) -> None:
        owner = split.items
        split.items += 1
        for name, attribute in _SINGLE.items():
            split.single[name].append(getattr(marks, attribute))
        split.single["original"].append(marks.original)
        for name, attribute in _MANY.items():
            split.many[name].add(owner, getattr(marks, attribute))
        split.many["leaves"].add(owner, marks.leaves)
        split.touching.update(marks.touched)
        split.not_compared += not marks.is_compared
        split.closed_book += bool(marks.leaves)

    def _keep_limit(self) -> None:
        """Thin out the runs of words until no more of them are kept than may be."""
        self._added = 0
        for name in self._shifts:
            while self._count(name) > self.limit:
                self._shifts[name] += 1
                self._thin(name)
            self._thin(name)

    def _count(self, name: str) -> int:
        return len(self._train[name].sort()) + sum(len(split.many[name]) for split in self._splits.values())

    def _thin(self, name: str) -> None:
        shift = self._shifts[name]
        self._train[name].thin(shift)
        for split in self._splits.values():
            split.many[name].thin(shift)

    def finish(self) -> dict[str, dict[str, Any]]:
        """Return a row for every split but train.

        ``counts`` says by column how many of its ``items`` have it in common with train, ``shares`` the same as part of
        all. ``axis`` stands where the split holds something out: its ``name``, how many items of ``train`` touch it and
        how many items of the split are ``outside`` of it; both must be 0. ``kept`` stands where only a part of the runs
        of words was compared, ``not_compared`` says how many items' facts were too regular, and ``closed_book`` how
        many items state no facts and for how many of them train teaches all that they rest on.
        """
        self._keep_limit()
        held = {one.name: one for one in self.splitter.held}
        return {name: self._count_split(name, split, held.get(name)) for name, split in self._splits.items()}

    def _count_split(self, name: str, split: _Split, held: Any) -> dict[str, Any]:
        counts = {}
        for column in COLUMNS:
            if column in _MANY:
                counts[column] = split.many[column].count_owners(self._train[column])
            else:
                counts[column] = int(self._train[column].find(_list_hashes(split.single[column])).sum())
        row: dict[str, Any] = {
            "items": split.items,
            "counts": counts,
            "shares": {column: round(count / max(1, split.items), 6) for column, count in counts.items()},
        }
        if held is not None:
            row["axis"] = self._count_axis(name, split, held.axis)
        kept = {column: 2.0**-shift for column, shift in self._shifts.items() if shift}
        if kept:
            row["kept"] = kept
        if split.not_compared:
            row["not_compared"] = split.not_compared
        if split.closed_book:
            missing = split.many["leaves"].count_strangers(self._train["taught"])
            row["closed_book"] = {"items": split.closed_book, "taught": split.closed_book - missing}
        return row

    def _count_axis(self, name: str, split: _Split, axis: str) -> dict[str, Any]:
        if axis == "perturbed":
            originals = _list_hashes(split.single["original"])
            train = int(self._train["id"].find(originals[originals != 0]).sum())
            return {"name": axis, "train": train, "outside": int((originals == 0).sum())}
        return {"name": axis, "train": self._train_touching[name], "outside": split.items - split.touching[name]}


def _list_hashes(values: array[int]) -> Hashes:
    return np.array(values, np.uint64)


class LeakageTable:
    """Marks items and adds them up, here and one after the other."""

    def __init__(self, marker: Marker, splits: Sequence[str], limit: int = _LIMIT) -> None:
        self._marker = marker
        self._leakage = Leakage(marker.splitter, splits, limit)

    def add(self, split: str, item: Mapping[str, Any], theory: Mapping[str, Any] | None = None) -> None:
        """Count an item; see :meth:`Marker.mark` for the theory."""
        self._leakage.add(split, self._marker.mark(item, theory))

    def finish(self) -> dict[str, dict[str, Any]]:
        """Return the table; see :meth:`Leakage.finish`."""
        return self._leakage.finish()


def find_leaks(table: Mapping[str, Mapping[str, Any]], domain: str = "") -> list[Violation]:
    """Return a finding for every split of a table whose axis is not what it says: train must have nothing on it."""
    found = []
    for name, row in table.items():
        axis = row.get("axis")
        if axis is None:
            continue
        if axis["train"]:
            message = (
                f"The split {name} holds out {_say(axis['name'])}, but {axis['train']:,} items of train have some."
            )
            found.append(Violation("split.leak", "error", message, domain=domain, focus=name))
        if axis["outside"]:
            message = f"{axis['outside']:,} items of the split {name} have nothing of what it holds out."
            found.append(Violation("split.misplaced", "error", message, domain=domain, focus=name))
    return found


_SAID = {
    "higher": "higher proofs",
    "wider": "wider items",
    "longer": "longer items",
    "compositions": "pairs of rules",
    "perturbed": "changed items of its own",
}


def _say(axis: str) -> str:
    return _SAID.get(axis, axis)
