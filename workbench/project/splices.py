"""The difference of two texts as byte splices: small, exact in both directions, linear in the size of the texts."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

__all__ = ["Splice", "apply_splices", "compute_splices", "invert_splices"]


class Splice(NamedTuple):
    """At ``start`` of the old text stands ``removed``, and the new text has ``inserted`` instead."""

    start: int
    removed: bytes
    inserted: bytes


def compute_splices(old: bytes, new: bytes) -> tuple[Splice, ...]:
    """Return splices in order of place that turn ``old`` into ``new``.

    Lines that occur once in both texts anchor the comparison (patience diff, Cohen 2006), so far-apart changes make
    separate splices and the work stays O(n log n).
    """
    found = []
    for old_start, old_end, new_start, new_end in _list_gaps(old, new):
        splice = _trim(old_start, old[old_start:old_end], new[new_start:new_end])
        if splice.removed or splice.inserted:
            found.append(splice)
    return tuple(found)


def apply_splices(old: bytes, splices: Iterable[Splice]) -> bytes:
    """Return the new text. Raises ValueError when ``old`` does not hold what a splice removes."""
    parts, position = [], 0
    for start, removed, inserted in splices:
        if not position <= start <= len(old) or old[start : start + len(removed)] != removed:
            raise ValueError("the text is not the one that the change was made for")
        parts += [old[position:start], inserted]
        position = start + len(removed)
    return b"".join((*parts, old[position:]))


def invert_splices(splices: Iterable[Splice]) -> tuple[Splice, ...]:
    """Return the splices that lead back."""
    inverted, shift = [], 0
    for start, removed, inserted in splices:
        inverted.append(Splice(start + shift, inserted, removed))
        shift += len(inserted) - len(removed)
    return tuple(inverted)


def _list_gaps(old: bytes, new: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield the spans between anchors: start and end in the old text, start and end in the new one."""
    prefix = _measure_common(old, new)
    suffix = _measure_common(old[prefix:][::-1], new[prefix:][::-1])
    old_lines = old[prefix : len(old) - suffix].splitlines(keepends=True)
    new_lines = new[prefix : len(new) - suffix].splitlines(keepends=True)
    old_offsets, new_offsets = _list_offsets(old_lines, prefix), _list_offsets(new_lines, prefix)
    old_end, new_end = prefix, prefix
    for old_line, new_line in _list_anchors(old_lines, new_lines):
        yield old_end, old_offsets[old_line], new_end, new_offsets[new_line]
        old_end, new_end = old_offsets[old_line + 1], new_offsets[new_line + 1]
    yield old_end, len(old) - suffix, new_end, len(new) - suffix


def _list_offsets(lines: list[bytes], start: int) -> list[int]:
    offsets = [start]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    return offsets


def _list_anchors(old: list[bytes], new: list[bytes]) -> list[tuple[int, int]]:
    """Return pairs of line numbers, ascending in both: the longest such chain of lines that are unique in both."""
    old_counts, new_counts = Counter(old), Counter(new)
    places = {line: index for index, line in enumerate(new) if new_counts[line] == 1}
    pairs = [(i, places[line]) for i, line in enumerate(old) if old_counts[line] == 1 and line in places]
    ends: list[int] = []  # smallest last new line of a chain of each length
    chain: list[int] = []  # which pair that is
    previous: list[int] = []
    for index, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        previous.append(chain[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        chain[length : length + 1] = [index]
    anchors = []
    index = chain[-1] if chain else -1
    while index >= 0:
        anchors.append(pairs[index])
        index = previous[index]
    return anchors[::-1]


def _trim(start: int, removed: bytes, inserted: bytes) -> Splice:
    prefix = _measure_common(removed, inserted)
    removed, inserted = removed[prefix:], inserted[prefix:]
    suffix = _measure_common(removed[::-1], inserted[::-1])
    return Splice(start + prefix, removed[: len(removed) - suffix], inserted[: len(inserted) - suffix])


def _measure_common(first: bytes, second: bytes) -> int:
    """Return the length of the common beginning, by bisection over comparisons of slices."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
