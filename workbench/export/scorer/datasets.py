"""Files of a dataset: prefixes, and theories, which are files of their own or lines of packs."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from workbench.export.scorer.values import ScorerError

__all__ = ["find_theory", "read_json", "read_prefixes"]

_LONGEST_THEORY = 50_000_000


def read_json(path: Path) -> Any:
    """Return what a file of JSON holds; ScorerError when it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ScorerError(f"{path} cannot be read: {error}") from error


@lru_cache(maxsize=16)
def read_prefixes(folder: Path) -> dict[str, str]:
    """Return the namespaces of a dataset by prefix."""
    found = read_json(folder / "prefixes.json")
    if not isinstance(found, dict) or not all(isinstance(namespace, str) for namespace in found.values()):
        raise ScorerError(f"{folder / 'prefixes.json'} does not give each prefix its namespace")
    return found


def _read_whole_line(stream: BinaryIO, place: int) -> bytes:
    """Return the first whole line at or behind a place, empty at the end."""
    stream.seek(max(0, place - 1))
    if place:
        stream.readline(_LONGEST_THEORY)
    return stream.readline(_LONGEST_THEORY)


def _find_line(path: Path, start: bytes) -> bytes:
    """Return the line of a sorted file that begins so, by halving."""
    with path.open("rb") as stream:
        low, high = 0, path.stat().st_size
        while low < high:
            middle = (low + high) // 2
            line = _read_whole_line(stream, middle)
            if line and line[: len(start)] < start:
                low = middle + 1
            else:
                high = middle
        line = _read_whole_line(stream, low)
    return line if line.startswith(start) else b""


@lru_cache(maxsize=1024)
def find_theory(folder: Path, digest: str) -> dict[str, Any]:
    """Return a theory: ``theories/<digest>.json``, or its line in ``theories/<first two digits of it>.jsonl``."""
    if not re.match(r"[0-9a-f]{16,64}\Z", digest):
        raise ScorerError(f"{digest[:80]!r} is the name of no theory")
    path, pack = folder / "theories" / f"{digest}.json", folder / "theories" / f"{digest[:2]}.jsonl"
    if path.exists() or not pack.exists():
        found = read_json(path)
    else:
        try:
            found = json.loads(_find_line(pack, f'{{"digest":"{digest}"'.encode()) or b"null")
        except (OSError, ValueError, RecursionError) as error:
            raise ScorerError(f"{pack} cannot be read: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("rules"), list):
        raise ScorerError(f"{folder} has no theory {digest}")
    return found
