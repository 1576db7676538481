"""Sets and counts of digests in little memory: a million identities are tens of megabytes, not hundreds.

A digest is sixteen bytes that are as good as drawn at random, so the digest itself tells where in an open table it
belongs (linear probing, at most two thirds full): 24 to 48 bytes for each, where a set of Python objects has 130.
"""

from __future__ import annotations

from array import array
from hashlib import sha256

__all__ = ["DIGEST_BYTES", "DigestCounter", "DigestSet", "shorten_digest"]

DIGEST_BYTES = 16
_EMPTY = bytes(DIGEST_BYTES)
_LEAST = 1 << 10


def shorten_digest(text: str) -> bytes:
    """Return sixteen bytes for a digest or any other text: 32 hexadecimal digits as they are, all else hashed."""
    if len(text) == 2 * DIGEST_BYTES:
        try:
            return bytes.fromhex(text)
        except ValueError:
            pass  # of that length, and no digest
    return sha256(text.encode()).digest()[:DIGEST_BYTES]


class DigestSet:
    """A set of digests of sixteen bytes that only grows."""

    __slots__ = ("_has_empty", "_mask", "_table", "_used")

    def __init__(self) -> None:
        self._table = bytearray(_LEAST * DIGEST_BYTES)
        self._mask = _LEAST - 1
        self._used = 0
        self._has_empty = False

    def __len__(self) -> int:
        return self._used + self._has_empty

    def __contains__(self, digest: bytes) -> bool:
        if digest == _EMPTY:
            return self._has_empty
        return self._find(digest)[1]

    def add(self, digest: bytes) -> bool:
        """Add a digest; returns whether it is new. Raises ValueError when it has not sixteen bytes."""
        if len(digest) != DIGEST_BYTES:
            raise ValueError(f"a digest has {DIGEST_BYTES} bytes, not {len(digest)}")
        if digest == _EMPTY:
            is_new, self._has_empty = not self._has_empty, True
            return is_new
        place, found = self._find(digest)
        if found:
            return False
        self._put(place, digest)
        return True

    def _put(self, place: int, digest: bytes) -> None:
        self._table[place : place + DIGEST_BYTES] = digest
        self._used += 1
        if 3 * self._used > 2 * (self._mask + 1):
            self._grow()

    def _find(self, digest: bytes) -> tuple[int, bool]:
        """Return where in the table a digest is, or would be, and whether it is there."""
        table, mask = self._table, self._mask
        slot = int.from_bytes(digest[:8], "little") & mask
        while True:
            place = slot * DIGEST_BYTES
            held = table[place : place + DIGEST_BYTES]
            if held == digest:
                return place, True
            if held == _EMPTY:
                return place, False
            slot = (slot + 1) & mask

    def _grow(self) -> None:
        old = self._table
        self._mask = 2 * self._mask + 1
        self._table = bytearray((self._mask + 1) * DIGEST_BYTES)
        for start in range(0, len(old), DIGEST_BYTES):
            digest = bytes(old[start : start + DIGEST_BYTES])
            if digest != _EMPTY:
                place, _ = self._find(digest)
                self._table[place : place + DIGEST_BYTES] = digest


class DigestCounter(DigestSet):
    """How often each digest was counted, at most 2**32 - 1 times."""

    __slots__ = ("_counts", "_zeros")

    def __init__(self) -> None:
        super().__init__()
        self._counts = array("I", bytes(4 * _LEAST))
        self._zeros = 0

    def __getitem__(self, digest: bytes) -> int:
        if digest == _EMPTY:
            return self._zeros
        place, found = self._find(digest)
        return self._counts[place // DIGEST_BYTES] if found else 0

    def count(self, digest: bytes) -> None:
        """Count a digest once more. Raises ValueError when it has not sixteen bytes."""
        self.add(digest)
        if digest == _EMPTY:
            self._zeros += 1
        else:
            self._counts[self._find(digest)[0] // DIGEST_BYTES] += 1

    def _grow(self) -> None:
        table, counts = self._table, self._counts
        super()._grow()
        self._counts = array("I", bytes(4 * (self._mask + 1)))
        for slot, number in enumerate(counts):
            if number:
                digest = bytes(table[slot * DIGEST_BYTES : (slot + 1) * DIGEST_BYTES])
                self._counts[self._find(digest)[0] // DIGEST_BYTES] = number
