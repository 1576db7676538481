"""Randomness keyed by content: every draw is a function of a key, so nothing depends on who draws first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import TypeVar

__all__ = ["KeyedRandom", "T", "hash_parts", "take_share"]

T = TypeVar("T")


def hash_parts(*parts: object) -> str:
    """Return the hexadecimal SHA-256 of the parts' texts, with their lengths, so that no two splittings collide."""
    digest = hashlib.sha256()
    for part in parts:
        data = str(part).encode()
        digest.update(f"{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()


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

    def __init__(self, *key: object) -> None:
        self._key = hash_parts(*key).encode()
        self._draws = self._iterate()

    def _iterate(self) -> Iterator[int]:
        counter = 0
        while True:
            block = hashlib.blake2b(counter.to_bytes(8, "big"), key=self._key[:64]).digest()
            for start in range(0, 64, 8):
                yield int.from_bytes(block[start : start + 8], "big")
            counter += 1

    def draw_below(self, limit: int) -> int:
        """Return a whole number from 0 up to but not including ``limit`` (at least 1, far below 2**64)."""
        return next(self._draws) % limit

    def draw_between(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return low + self.draw_below(high - low + 1)

    def choose(self, values: Sequence[T]) -> T:
        """Return one of ``values`` (not empty)."""
        return values[self.draw_below(len(values))]

    def shuffle(self, values: Sequence[T]) -> list[T]:
        """Return the values in a drawn order (Fisher and Yates)."""
        result = list(values)
        for last in range(len(result) - 1, 0, -1):
            other = self.draw_below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result

    def happens(self, numerator: int, denominator: int) -> bool:
        """Return True in ``numerator`` of ``denominator`` cases."""
        return self.draw_below(denominator) < numerator
