"""What a dataset as a whole is judged by: counts, repetitions and structures, a hundred bytes for each item.

Items pass by once. Of each its counted properties stay as a number (there are few combinations of them), and each of
its identities as sixteen bytes in a column. Surveys of parts are joined in order into that of the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.export.manifest import Cell, Tally
from workbench.generation.selection.digests import DIGEST_BYTES, shorten_digest
from workbench.model.curriculum import NO_STATUS

__all__ = ["Kind", "Survey"]

_COLUMNS = ("id", "named", "core", "theory")
_Digests = npt.NDArray[np.bytes_]


class Kind(NamedTuple):
    """What items are counted by."""

    level: int
    level_name: str
    task: str
    status: str
    split: str
    language: str
    hops: int
    height: int
    domain: str
    curriculum: str
    is_variant: bool = False


class Survey:
    """Counts and identities of items in their order."""

    def __init__(self) -> None:
        self._kinds: dict[Kind, int] = {}
        self._numbers = bytearray()
        self._columns = {name: bytearray() for name in _COLUMNS}

    def __len__(self) -> int:
        return len(self._numbers) // 4

    def add(self, item: Mapping[str, Any]) -> None:
        """Note an item that has the right form, or those parts of one that are looked at here."""
        difficulty, identity = item["difficulty"], item["identity"]
        kind = Kind(
            item["level"], item["level_name"], item["task"], item["status"] or NO_STATUS, item["split"],
            item["language"], difficulty["hops"], difficulty["height"], item["domain"], item["curriculum"],
            bool(item.get("group")),
        )  # fmt: skip
        self._numbers += self._kinds.setdefault(kind, len(self._kinds)).to_bytes(4, "little")
        columns = self._columns
        columns["id"] += shorten_digest(item["id"])
        # Questions about the project's own individuals differ when their names do.
        columns["named"] += shorten_digest(identity["exact" if item.get("given") == "none" else "named"])
        columns["core"] += shorten_digest(identity["core"])
        columns["theory"] += shorten_digest(item["theory"])

    def extend(self, other: Survey) -> None:
        """Append the items of another survey."""
        own = [self._kinds.setdefault(kind, len(self._kinds)) for kind in other._kinds]
        numbers = np.frombuffer(other._numbers, "<u4")
        self._numbers += np.array(own, "<u4")[numbers].tobytes() if len(numbers) else b""
        for name, column in self._columns.items():
            column += other._columns[name]

    # ---- what they add up to

    def count_kinds(self) -> dict[Kind, int]:
        """Return how many items there are of each kind, in the order in which they were met."""
        counts = np.bincount(np.frombuffer(self._numbers, "<u4"), minlength=len(self._kinds))
        return {kind: int(counts[number]) for kind, number in self._kinds.items()}

    def find_first_of_kinds(self) -> Iterator[tuple[int, Kind]]:
        """Yield each kind with the position of its first item, in order."""
        numbers, places = np.unique(np.frombuffer(self._numbers, "<u4"), return_index=True)
        kinds = [*self._kinds]
        for place, number in sorted(zip(places.tolist(), numbers.tolist(), strict=True)):
            yield place, kinds[number]

    def tally(self, splits: Sequence[str]) -> Tally:
        """Count the items of all splits, which are given in the dataset's order."""
        cells: Counter[Cell] = Counter()
        hops: Counter[tuple[str, int]] = Counter()
        heights: Counter[tuple[str, int]] = Counter()
        languages: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        for kind, count in self.count_kinds().items():
            cells[Cell(kind.level, kind.level_name, kind.task, kind.status, kind.split)] += count
            hops[kind.split, kind.hops] += count
            heights[kind.split, kind.height] += count
            languages[kind.language] += count
            sizes[kind.split] += count
        return Tally(
            tuple(sorted(cells.items())),
            tuple((split, sizes[split]) for split in splits),
            tuple(sorted(hops.items())),
            tuple(sorted(heights.items())),
            tuple(sorted(languages.items())),
            len(np.unique(self._get_column("core"))),
        )

    def count_structures(self, levels: Sequence[str]) -> dict[str, dict[str, int]]:
        """Return, for each level, its items and how many different ones there are by ``named`` and ``core``."""
        found = {}
        for level in levels:
            own = self._find_places("level_name", level)
            found[level] = {"items": int(own.sum())} | {
                grain: len(np.unique(self._get_column(grain)[own])) for grain in ("named", "core")
            }
        return found

    def count_levels(self, split: str) -> dict[str, int]:
        """Return how many items of a split each level has."""
        counts: Counter[str] = Counter()
        for kind, count in self.count_kinds().items():
            counts[kind.level_name] += count * (kind.split == split)
        return dict(counts)

    def find_kinds(self, ids: Collection[str]) -> dict[str, Kind]:
        """Return what the items with these ids are counted by; ids that no item has are left out."""
        wanted = np.array(sorted({shorten_digest(id_) for id_ in ids}), f"S{DIGEST_BYTES}")
        numbers, kinds, column = np.frombuffer(self._numbers, "<u4"), [*self._kinds], self._columns["id"]
        found = {}
        for place in np.flatnonzero(np.isin(self._get_column("id"), wanted)).tolist() if len(wanted) else ():
            id_ = bytes(column[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]).hex()
            found[id_] = kinds[numbers[place]]
        return found

    def list_ids(self, split: str) -> dict[str, list[str]]:
        """Return the ids of a split's items by level, in their order."""
        column, found = self._columns["id"], dict[str, list[str]]()
        for level in dict.fromkeys(kind.level_name for kind in self._kinds if kind.split == split):
            places = np.flatnonzero(self._find_places("level_name", level) & self._find_places("split", split))
            starts = (places * DIGEST_BYTES).tolist()
            found[level] = [bytes(column[start : start + DIGEST_BYTES]).hex() for start in starts]
        return found

    def find_repetitions(self) -> Iterator[tuple[int, int, str]]:
        """Yield position, earlier position and grain of items that are there twice: by ``id``, else by ``named``.

        What is made from another item may be the same up to names.
        """
        repeated = np.zeros(len(self), bool)
        variants = self._find_places("is_variant", True)
        found: list[tuple[int, int, str]] = []
        for grain in ("id", "named"):
            kept = np.flatnonzero(~repeated if grain == "id" else ~repeated & ~variants)
            column = self._get_column(grain)[kept]
            _, first, group = np.unique(column, return_index=True, return_inverse=True)
            twins = kept[first[group]]
            for position, twin in zip(kept[twins != kept].tolist(), twins[twins != kept].tolist(), strict=True):
                found.append((position, twin, grain))
                repeated[position] = True
        yield from sorted(found)

    def list_theories(self) -> _Digests:
        """Return the digests of all theories, sorted, each once."""
        return np.unique(self._get_column("theory"))

    def _get_column(self, name: str) -> _Digests:
        # Digests of one length compare as bytes do; numpy leaves zeros at the end out of account on both sides.
        return np.frombuffer(self._columns[name], f"S{DIGEST_BYTES}")

    def _find_places(self, name: str, value: str | bool) -> npt.NDArray[np.bool_]:
        """Tell for each item whether it is of a kind with this value."""
        chosen = [getattr(kind, name) == value for kind in self._kinds]
        found: npt.NDArray[np.bool_] = np.array(chosen or [False], bool)[np.frombuffer(self._numbers, "<u4")]
        return found
