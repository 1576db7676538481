"""Sets of 64-bit hashes that only grow and are asked once at the end: eight bytes for each, in sorted arrays."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

__all__ = ["HashSet", "Hashes", "OwnedHashes", "hash_text", "shorten_hash"]

Hashes = npt.NDArray[np.uint64]
_WAITING = 1 << 20


def hash_text(*parts: str) -> int:
    """Return 64 bits for texts, never 0; no two ways to part a text give the same but by chance."""
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") or 1


def shorten_hash(digits: str) -> int:
    """Return 64 bits of a hexadecimal digest, never 0; of another text its hash."""
    try:
        return int(digits[:16], 16) or 1
    except ValueError:
        return hash_text(digits)


class HashSet:
    """The distinct ones of many hashes."""

    def __init__(self) -> None:
        self._sorted: Hashes = np.empty(0, np.uint64)
        self._waiting: list[Hashes] = []
        self._single = array("Q")
        self._count = 0

    def add(self, value: int) -> None:
        """Add one hash."""
        self._single.append(value)
        if len(self._single) >= _WAITING:
            self.sort()

    def update(self, values: Hashes) -> None:
        """Add many."""
        if len(values):
            self._waiting.append(values)
            self._count += len(values)
            if self._count > max(_WAITING, len(self._sorted) // 2):
                self.sort()

    def sort(self) -> Hashes:
        """Return all distinct hashes, sorted; those that wait are merged in."""
        if self._waiting or self._single:
            fresh = _sort_distinct(np.concatenate([np.array(self._single, np.uint64), *self._waiting]))
            self._single, self._waiting, self._count = array("Q"), [], 0
            # Two sorted runs are merged in one pass by a stable sort.
            joined = np.concatenate([self._sorted, fresh])
            joined.sort(kind="stable")
            self._sorted = _drop_repeated(joined)
        return self._sorted

    def thin(self, shift: int) -> None:
        """Keep only hashes whose first ``shift`` bits are 0."""
        self._sorted = _thin(self.sort(), shift)

    def find(self, values: Hashes) -> npt.NDArray[np.bool_]:
        """Tell of each of ``values`` whether it is in the set."""
        known = self.sort()
        if not len(known):
            return np.zeros(len(values), np.bool_)
        places = np.searchsorted(known, values)
        places[places == len(known)] = 0
        found: npt.NDArray[np.bool_] = known[places] == values
        return found


def _sort_distinct(values: Hashes) -> Hashes:
    values.sort()
    return _drop_repeated(values)


def _drop_repeated(values: Hashes) -> Hashes:
    """Return sorted values, each once. NumPy's own ``unique`` hashes, which is many times slower on millions."""
    if len(values) < 2:
        return values
    first = np.empty(len(values), np.bool_)
    first[0] = True
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return values[first]


def _thin(values: Hashes, shift: int) -> Hashes:
    """Return the hashes whose first ``shift`` bits are 0."""
    return values[values >> np.uint64(64 - shift) == 0] if shift else values


class OwnedHashes:
    """Hashes with the number of the item that each belongs to."""

    def __init__(self) -> None:
        self._values: list[Hashes] = []
        self._owners: list[npt.NDArray[np.uint32]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, owner: int, values: Iterable[int] | Hashes) -> None:
        """Add the hashes of an item."""
        array = values if isinstance(values, np.ndarray) else np.array(list(values), np.uint64)
        if len(array):
            self._values.append(array)
            self._owners.append(np.full(len(array), owner, np.uint32))
            self._count += len(array)
            if len(self._values) > 4096:
                self._join()

    def extend(self, other: OwnedHashes, offset: int) -> None:
        """Add the hashes of later items, whose numbers begin at ``offset``."""
        values, owners = other._join()
        if len(values):
            self._values.append(values)
            self._owners.append(owners + np.uint32(offset))
            self._count += len(values)

    def _join(self) -> tuple[Hashes, npt.NDArray[np.uint32]]:
        if not self._values:
            return np.empty(0, np.uint64), np.empty(0, np.uint32)
        if len(self._values) > 1:
            self._values = [np.concatenate(self._values)]
            self._owners = [np.concatenate(self._owners)]
        return self._values[0], self._owners[0]

    def thin(self, shift: int) -> None:
        """Keep only hashes whose first ``shift`` bits are 0."""
        values, owners = self._join()
        kept = values >> np.uint64(64 - shift) == 0 if shift else np.ones(len(values), np.bool_)
        self._values, self._owners = [values[kept]], [owners[kept]]
        self._count = len(self._values[0])

    def count_owners(self, known: HashSet) -> int:
        """Return how many items have a hash that is in a set."""
        values, owners = self._join()
        return int(np.count_nonzero(np.bincount(owners[known.find(values)])))

    def count_strangers(self, known: HashSet) -> int:
        """Return how many items have a hash that is not in a set."""
        values, owners = self._join()
        return int(np.count_nonzero(np.bincount(owners[~known.find(values)])))
