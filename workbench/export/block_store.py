"""Blocks that builds made, on disk beside the dataset, so that a later build need not make them again.

Each level has a folder named by the digest of what decides its blocks; in it, each block is a file under the place from
which it was looked for. A file that is damaged, or cannot be read, does not count: its block is made again, and it is
told how many there were. What stands here is trusted as the project's own files are; whether a dataset is right is for
``workbench verify`` to say.
"""

from __future__ import annotations

import json
import shutil
import zlib
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from itertools import starmap
from pathlib import Path
from typing import Any, NamedTuple

from workbench.generation.selection.balancing import Traits
from workbench.generation.selection.evening import Cue
from workbench.generation.selection.remembering import BlockRecord
from workbench.generation.selection.selecting import Place
from workbench.generation.selection.taking import Key, Written
from workbench.model.items import canonical_json, digest_json
from workbench.project.writing import write_atomically

__all__ = ["BlockStore", "StoredBlock", "name_blocks"]

_VERSION = 2
_MOST_BYTES = 2**30
_DIGITS = 32


class StoredBlock(NamedTuple):
    """A block, and the digest of the wording in which its items are said."""

    record: BlockRecord
    wording: str


def name_blocks(out: Path) -> Path:
    """Return the folder in which the blocks of builds to ``out`` are remembered."""
    return out.with_name(f".{out.name}.blocks")


class BlockStore:
    """Blocks by level and place. ``digests`` has, by the name of each level, the digest of what decides its blocks.

    ``unread`` counts, by the reason, the files that are there and could not be read.
    """

    def __init__(self, folder: Path, digests: Mapping[str, str]) -> None:
        self._folder, self._digests = folder, dict(digests)
        self.unread: Counter[str] = Counter()

    def find(self, level: str, start: Place) -> StoredBlock | None:
        """Return the block that was found looking from a place on; None without a sound one."""
        data = _read(self._locate(level, start))
        if isinstance(data, str):
            self.unread[data] += 1
            return None
        try:
            return None if data is None else _read_block(json.loads(data))
        except (ValueError, KeyError, TypeError, IndexError):
            self.unread["no block"] += 1
            return None

    def keep(self, level: str, start: Place, block: StoredBlock) -> None:
        """Write a block. Raises StorageError."""
        path = self._locate(level, start)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, canonical_json(_write_block(block)).encode())

    def find_wording(self, digest: str) -> Any:
        """Return the description of a wording under its digest; None when it is not there as it was written."""
        data = _read(self._folder / f"wording-{digest}")
        if data is None or isinstance(data, str):
            self.unread.update([data] if data else [])
            return None
        try:
            value = json.loads(data)
        except ValueError:
            return None
        return value if digest_json(value)[:_DIGITS] == digest else None

    def keep_wording(self, wording: Any) -> str:
        """Write the description of a wording, a JSON value, and return its digest. Raises StorageError."""
        digest = digest_json(wording)[:_DIGITS]
        path = self._folder / f"wording-{digest}"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            _write(path, canonical_json(wording).encode())
        return digest

    def forget_others(self) -> None:
        """Remove the blocks that no level of this build could use."""
        if self._folder.is_dir():
            for path in sorted(self._folder.iterdir()):
                if path.is_dir() and path.name not in self._digests.values():
                    shutil.rmtree(path, ignore_errors=True)

    def _locate(self, level: str, start: Place) -> Path:
        return self._folder / self._digests[level] / f"{start.number}-{start.turn}"


def _write(path: Path, data: bytes) -> None:
    packed = zlib.compress(data, 1)
    write_atomically(path, sha256(packed).digest() + packed)


def _read(path: Path) -> bytes | str | None:
    """Return what was written to a file: None when there is none, and why it does not count when it is another."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        return error.strerror or str(error)
    digest, packed = data[:32], data[32:]
    if sha256(packed).digest() != digest:
        return "cut off or changed"
    opened = zlib.decompressobj()
    try:
        found = opened.decompress(packed, _MOST_BYTES)
    except zlib.error:
        return "cannot be unpacked"
    return found if opened.eof else "too large"


def _write_block(block: StoredBlock) -> dict[str, Any]:
    record = block.record
    cells = {cell: number for number, cell in enumerate(dict.fromkeys(key.cell for key in record.keys))}
    return {
        "version": _VERSION,
        "wording": block.wording,
        "place": [*record.place],
        "source": record.source,
        "open": sorted(map(list, record.open_cells)),
        "rejected": [[*what, count] for what, count in sorted(record.rejected.items())],
        "cells": [list(cell) for cell in cells],
        "keys": [
            [cells[key.cell], key.named.hex(), key.core.hex(), *(sorted(names) for names in key.traits), key.cues]
            for key in record.keys
        ],
        "theories": {one.theory: one.theory_line.decode() for one in record.written.values() if one.is_accepted},
        "written": [
            [position, one.line.decode(), one.split, one.theory, one.reason]
            for position, one in sorted(record.written.items())
        ],
    }


def _read_block(data: Mapping[str, Any]) -> StoredBlock | None:
    if data["version"] != _VERSION:
        return None
    cells = [(level, task, status) for level, task, status in data["cells"]]
    theories = {digest: line.encode() for digest, line in data["theories"].items()}
    number, turn = data["place"]
    record = BlockRecord(
        place=Place(number, turn),
        source=data["source"],
        open_cells=frozenset((task, status) for task, status in data["open"]),
        keys=tuple(
            Key(
                cells[cell],
                bytes.fromhex(named),
                bytes.fromhex(core),
                Traits(frozenset(rules), frozenset(classes), frozenset(properties)),
                tuple(starmap(Cue, cues)),
            )
            for cell, named, core, rules, classes, properties, cues in data["keys"]
        ),
        rejected={(task, aim, reason): count for task, aim, reason, count in data["rejected"]},
        written={
            position: Written(line.encode(), split, theory, b"" if reason else theories[theory], reason)
            for position, line, split, theory, reason in data["written"]
        },
    )
    return StoredBlock(record, data["wording"])
