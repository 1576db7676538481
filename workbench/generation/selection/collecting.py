"""Garbage collection while a block is made: rare, for nearly everything made lives until the block is done."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["collect_rarely"]

_THRESHOLDS = (200_000, 50, 10_000)
"""So many more objects than went away before the youngest are looked through, and so on for the older ones."""


@contextmanager
def collect_rarely() -> Iterator[None]:
    """Look for unreachable cycles rarely within the block.

    Blocks make millions of values without cycles, which are freed at once when nothing needs them. At Python's own
    thresholds, looking through all that is alive, again and again, takes a third of the time.
    """
    before = gc.get_threshold()
    if before[0]:  # 0 switches it off altogether
        gc.set_threshold(*(max(own, usual) for own, usual in zip(_THRESHOLDS, before, strict=True)))
    try:
        yield
    finally:
        gc.set_threshold(*before)
