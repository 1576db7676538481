"""Randomness keyed by content: every draw is a function of a key, so nothing depends on who draws first."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["Codes", "KeyedRandom", "T", "gather_codes", "hash_number", "hash_parts", "take_share"]

Codes = list[int] | npt.NDArray[np.uint64]
"""What alternatives are told apart by in a rendezvous: 64 bits each."""

T = TypeVar("T")
_read_numbers = struct.Struct(">8Q").unpack
_MASK = 2**64 - 1
_FEW = 24
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB  # the multipliers of SplitMix64's finalizer


def hash_parts(*parts: object) -> str:
    """Return the hexadecimal SHA-256 of the parts' texts, with their lengths, so that no two splittings collide."""
    encoded = [str(part).encode() for part in parts]
    return hashlib.sha256(b"".join([b"%d:%b" % (len(data), data) for data in encoded])).hexdigest()


def hash_number(*parts: object) -> int:
    """Return the first 64 bits of :func:`hash_parts`: what an alternative is told apart by in :meth:`prefer`."""
    return int(hash_parts(*parts)[:16], 16)


def gather_codes(codes: Sequence[int]) -> Codes:
    """Return codes in the form in which :meth:`KeyedRandom.prefer` is quickest; the outcome is the same in either."""
    return np.array(codes, dtype=np.uint64) if len(codes) > _FEW else list(codes)


def take_share(key: str, shares: Sequence[tuple[str, float]]) -> str:
    """Return the name whose share of [0, 1) holds the hash of ``key``; shares sum to 1."""
    point = int(hash_parts("share", key)[:13], 16) / 16**13
    for name, share in shares:
        point -= share
        if point < 0:
            return name
    return shares[-1][0]


class KeyedRandom:
    """A stream of draws from a key: BLAKE2b in counter mode, the same on every platform and Python version."""

    __slots__ = ("_buffer", "_counter", "_key")

    def __init__(self, *key: object) -> None:
        self._key = hash_parts(*key).encode()
        self._counter = 0
        self._buffer: list[int] = []

    def _fill(self) -> list[int]:
        block = hashlib.blake2b(self._counter.to_bytes(8, "big"), key=self._key).digest()
        self._counter += 1
        self._buffer = list(_read_numbers(block)[::-1])
        return self._buffer

    def draw(self) -> int:
        """Return a whole number of 64 bits."""
        return (self._buffer or self._fill()).pop()

    def draw_below(self, limit: int) -> int:
        """Return a whole number from 0 up to but not including ``limit`` (at least 1, far below 2**64)."""
        return (self._buffer or self._fill()).pop() % limit

    def draw_between(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return low + (self._buffer or self._fill()).pop() % (high - low + 1)

    def choose(self, values: Sequence[T]) -> T:
        """Return one of ``values`` (not empty)."""
        return values[(self._buffer or self._fill()).pop() % len(values)]

    def prefer(self, codes: Codes) -> int:
        """Return the position of one of ``codes`` (64 bits each, not empty), by rendezvous.

        One draw gives every code a mark, and the highest wins. Taking a code away changes the outcome only where that
        code had won; adding one changes it only where the new one wins (Thaler and Ravishankar 1998).
        """
        draw = (self._buffer or self._fill()).pop()
        if len(codes) == 1:
            return 0
        if isinstance(codes, np.ndarray):
            marks = (codes ^ np.uint64(draw)) * np.uint64(_FIRST)
            return int(np.argmax((marks ^ marks >> np.uint64(31)) * np.uint64(_SECOND)))
        best, chosen = -1, 0
        for position, code in enumerate(codes):
            mark = ((draw ^ code) * _FIRST) & _MASK
            mark = ((mark ^ mark >> 31) * _SECOND) & _MASK
            if mark > best:
                best, chosen = mark, position
        return chosen

    def shuffle(self, values: Sequence[T]) -> list[T]:
        """Return the values in a drawn order (Fisher and Yates)."""
        result = list(values)
        for last in range(len(result) - 1, 0, -1):
            other = self.draw_below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result

    def pick(self, values: Sequence[T], count: int) -> list[T]:
        """Return ``count`` of the values (all when there are fewer) in a drawn order, with a draw for each."""
        size = len(values)
        moved: dict[int, T] = {}
        picked = []
        for place in range(min(count, size)):
            other = place + self.draw_below(size - place)
            picked.append(moved.get(other, values[other]))
            moved[other] = moved.get(place, values[place])
        return picked

    def happens(self, numerator: int, denominator: int) -> bool:
        """Return True in ``numerator`` of ``denominator`` cases."""
        return self.draw_below(denominator) < numerator
