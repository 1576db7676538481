"""Memos of bounded size: what is worked out for a case serves all of its questions, which come together."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Key", "Memo", "Value"]

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memo(Generic[Key, Value]):
    """Values by key, of which the latest are kept. What is forgotten is made again and comes out the same."""

    def __init__(self, size: int = 256) -> None:
        self._size = size
        self._values: dict[Key, Value] = {}

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value of a key, made now if it is not there."""
        if key not in self._values:
            self._values[key] = make()
            if len(self._values) > self._size:
                del self._values[next(iter(self._values))]
        return self._values[key]
