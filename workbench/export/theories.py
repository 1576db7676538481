"""Where theories are: a file for each, or 256 files of sorted lines where there are very many.

With sampled worlds most items have a theory of their own, and a folder of a million files helps nobody. A theory with
the digest ``3f...`` then is one line of ``theories/3f.jsonl``, found by halving.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["MOST_FILES", "PACKED", "find_packed", "iterate_packed", "name_pack", "pack_theories"]

MOST_FILES = 20_000
"""With more theories than this they are packed."""
PACKED = ".jsonl"
_START = b'{"digest":"'
_MOST_BYTES = 64 * 2**20


def name_pack(digest: str) -> str:
    """Return the path of the file that holds a packed theory."""
    return f"theories/{digest[:2]}{PACKED}"


def pack_theories(folder: Path, theories: Iterable[tuple[str, bytes]]) -> list[str]:
    """Write theories, given as digests with lines of canonical JSON, to their packs and return the packs' paths.

    Raises ValueError when a line does not begin with its digest, OSError.
    """
    streams: dict[str, BinaryIO] = {}
    try:
        for digest, line in theories:
            name = name_pack(digest)
            if not line.startswith(_START + digest.encode() + b'"'):
                raise ValueError(f"the line of the theory {digest} does not begin with its digest")
            if name not in streams:
                (folder / name).parent.mkdir(exist_ok=True)
                streams[name] = (folder / name).open("xb")
            streams[name].write(line)
    finally:
        for stream in streams.values():
            stream.close()
    for name in streams:
        # The digest is the first key of the canonical form, so lines sort by it.
        lines = sorted((folder / name).read_bytes().splitlines(keepends=True))
        (folder / name).write_bytes(b"".join(lines))
    return sorted(streams)


def find_packed(folder: Path, digest: str) -> bytes | None:
    """Return the line of a packed theory; None when it is not there. Raises OSError."""
    path = folder / name_pack(digest)
    if path.is_symlink() or not path.is_file():
        return None
    wanted = _START + digest.encode() + b'"'
    with path.open("rb") as stream:
        low, high = 0, path.stat().st_size
        # The first line that begins at or after ``low`` and is not before the wanted one, if any, begins below ``high``
        # or is the one that ``high`` is in the middle of.
        while low < high:
            middle = (low + high) // 2
            line = _read_line_from(stream, middle)
            if line and line[: len(wanted)] < wanted:
                low = middle + 1
            else:
                high = middle
        line = _read_line_from(stream, low)
    return line if line.startswith(wanted) else None


def _read_line_from(stream: BinaryIO, place: int) -> bytes:
    """Return the first line that begins at ``place`` or after it; empty at the end."""
    stream.seek(max(place - 1, 0))
    if place:
        stream.readline(_MOST_BYTES)
    return stream.readline(_MOST_BYTES)


def iterate_packed(path: Path) -> Iterator[str]:
    """Yield the digests of a pack in order; ValueError for what is no line of one. Raises OSError."""
    with path.open("rb") as stream:
        for line in iter(lambda: stream.readline(_MOST_BYTES), b""):
            digest = json.loads(line).get("digest")
            if not isinstance(digest, str) or not line.startswith(_START + digest.encode()):
                raise ValueError("a line does not begin with its digest")
            yield digest
