"""The items of a build under way, on disk beside the dataset, so that a build that was killed goes on.

Items are written to chunks as they are taken. A chunk is finished with a receipt: the digests of its files, and the
state of the selection after its last block. What has no sound receipt does not count. All of it counts only for a
build with the same fingerprint, which covers everything that decides the items.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from workbench.errors import StorageError, UsageError
from workbench.export.dataset import check_place
from workbench.export.locking import lock_folder
from workbench.export.parts import hash_file
from workbench.generation.selection.digests import DIGEST_BYTES, DigestSet, shorten_digest
from workbench.generation.selection.taking import Key, Written
from workbench.model.curriculum import Cell
from workbench.model.items import canonical_json
from workbench.project.writing import write_atomically

__all__ = ["CHUNK_ITEMS", "Stage", "name_stage", "open_stage"]

CHUNK_ITEMS = 4096
"""So many items, and a chunk is finished after the block at work."""
_CHUNK_SECONDS = 20.0
"""So long after the last one a chunk is finished anyway: no more work than this is lost."""
_VERSION = 1
_HEAD = "building.json"
_ROW = struct.Struct(f"<HH{DIGEST_BYTES}s{DIGEST_BYTES}s{DIGEST_BYTES}s")
"""Of each item: the numbers of cell and split, and the digests of name, structure and theory."""
_KINDS = ("items.jsonl", "theories.jsonl", "keys")


@dataclass(frozen=True, slots=True)
class _Chunk:
    number: int
    items: int
    state: Mapping[str, Any]


def name_stage(out: Path) -> Path:
    """Return the folder in which the items of a build to ``out`` wait."""
    return out.with_name(f".{out.name}.building")


@contextmanager
def open_stage(out: Path, fingerprint: Mapping[str, str], cells: list[Cell], splits: list[str]) -> Iterator[Stage]:
    """Open the stage of a build to ``out``; ``fingerprint`` has a digest for everything that decides the items.

    What an earlier build with the same fingerprint left is there to go on from. A stage without any item in it is
    removed in the end. Raises UsageError when another build to ``out`` is under way, or when there is something there
    that is no dataset; StorageError.
    """
    place = Path(os.path.realpath(out))
    folder = name_stage(place)
    try:
        check_place(place)  # now, and not when all items are made
        folder.mkdir(parents=True, exist_ok=True)
        with lock_folder(folder) as mine:
            if not mine:
                raise UsageError(f"Another build of {out} is under way; wait for it, or build to another folder.")
            stage = Stage(folder, fingerprint, cells, splits)
            try:
                yield stage
            finally:
                stage.finish_chunk()
                if stage.is_discarded or not stage.items:
                    shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise StorageError(f"Could not write {folder}: {error.strerror or error}. {out} is as it was.") from error


class Stage:
    """Chunks of items with receipts. ``note`` says in a sentence what became of an earlier build's chunks."""

    def __init__(self, folder: Path, fingerprint: Mapping[str, str], cells: list[Cell], splits: list[str]) -> None:
        self._folder, self._cells, self._splits = folder, cells, splits
        self._cell_numbers = {cell: number for number, cell in enumerate(cells)}
        self._split_numbers = {split: number for number, split in enumerate(splits)}
        self.theories = DigestSet()
        self.chunks: list[_Chunk] = []
        self.note = ""
        self.is_discarded = False
        self._pending: list[tuple[Key, Written]] = []
        self._open: _OpenChunk | None = None
        self._last = time.monotonic()
        self._begin({"version": str(_VERSION), **fingerprint})

    @property
    def items(self) -> int:
        """How many items the finished chunks hold."""
        return sum(chunk.items for chunk in self.chunks)

    @property
    def state(self) -> Mapping[str, Any] | None:
        """The state of the selection after the last finished chunk."""
        return self.chunks[-1].state if self.chunks else None

    # ---- what an earlier build left

    def _begin(self, fingerprint: dict[str, str]) -> None:
        head = self._folder / _HEAD
        earlier = _read_json(head)
        if earlier == fingerprint:
            self._recover()
            if self.chunks:
                self.note = f"Went on with {self.items:,} items that an interrupted build had finished."
        elif earlier is not None and (self._folder / _name(0, "receipt.json")).exists():
            old = earlier if isinstance(earlier, dict) else {}
            other = [name for name in fingerprint if old.get(name) != fingerprint[name]]
            self.note = (
                f"What an interrupted build had finished was left aside, because it was made with other "
                f"{' and '.join(other) or 'contents'}; all items were made anew."
            )
        if not self.chunks:
            for path in self._folder.iterdir():
                path.unlink()
            write_atomically(head, canonical_json(fingerprint).encode() + b"\n")

    def _recover(self) -> None:
        """Find the finished chunks, as far as they are sound, and remove everything else."""
        while (chunk := self._read_chunk(len(self.chunks))) is not None:
            self.chunks.append(chunk)
        kept = {_HEAD} | {
            _name(chunk.number, kind) for chunk in self.chunks for kind in (*_KINDS, "receipt.json")
        }  # fmt: skip
        for path in self._folder.iterdir():
            if path.name not in kept:
                path.unlink()
        for chunk in self.chunks:
            for _, _, _, _, theory in self._iterate_rows(chunk):
                self.theories.add(theory)

    def _read_chunk(self, number: int) -> _Chunk | None:
        receipt = _read_json(self._folder / _name(number, "receipt.json"))
        if not isinstance(receipt, dict):
            return None
        for kind in _KINDS:
            path = self._folder / _name(number, kind)
            if not path.is_file() or list(hash_file(path)) != receipt["files"].get(kind):
                return None
        return _Chunk(number, receipt["items"], receipt["state"])

    def iterate_keys(self) -> Iterator[Key]:
        """Yield the keys of all items in finished chunks, in order."""
        for chunk in self.chunks:
            for cell, _, named, core, _ in self._iterate_rows(chunk):
                yield Key(self._cells[cell], named, core)

    def _iterate_rows(self, chunk: _Chunk) -> Iterator[tuple[int, int, bytes, bytes, bytes]]:
        yield from _ROW.iter_unpack((self._folder / _name(chunk.number, "keys")).read_bytes())

    # ---- what a selection puts in (see workbench.generation.selection.selecting.Sink)

    def put(self, key: Key, written: Written) -> None:
        """Keep an item of the block at work."""
        self._pending.append((key, written))

    def end_block(self, state: Mapping[str, Any] | None) -> None:
        """Write the items of a block, and finish the chunk when it is large or old enough.

        Without a state the chunk cannot end here: what follows upon the last state waits for the next one.
        """
        if state is None and self._open is not None and self._open.state is not None:
            self._finish_open()
        chunk = self._open = self._open or _OpenChunk(self._folder, len(self.chunks))
        for key, written in self._pending:
            theory = shorten_digest(written.theory)
            numbers = self._cell_numbers[key.cell], self._split_numbers[written.split]
            is_new = self.theories.add(theory)
            row = _ROW.pack(*numbers, key.named, key.core, theory)
            chunk.add(written.line, written.theory_line if is_new else b"", row)
        self._pending.clear()
        chunk.state = state
        if state is None:
            return
        if chunk.items >= CHUNK_ITEMS or time.monotonic() - self._last >= _CHUNK_SECONDS:
            self.finish_chunk()

    def finish_chunk(self) -> None:
        """Make durable what was written so far; of the block at work, nothing is."""
        self._pending.clear()
        self._finish_open()

    def _finish_open(self) -> None:
        chunk, self._open = self._open, None
        if chunk is not None and chunk.state is not None:
            chunk.finish(chunk.state)
            self.chunks.append(_Chunk(chunk.number, chunk.items, chunk.state))
        elif chunk is not None:
            chunk.close()
        self._last = time.monotonic()

    def discard(self) -> None:
        """Say that the items are in their dataset and need not be kept."""
        self.is_discarded = True

    # ---- what the dataset is made from

    def iterate_lines(self) -> Iterator[tuple[str, bytes]]:
        """Yield split and line of every item, in the order in which they were taken."""
        for chunk in self.chunks:
            rows = self._iterate_rows(chunk)
            with (self._folder / _name(chunk.number, "items.jsonl")).open("rb") as stream:
                for (_, split, _, _, _), line in zip(rows, stream, strict=True):
                    yield self._splits[split], line

    def iterate_theories(self) -> Iterator[tuple[str, bytes]]:
        """Yield digest and line of every theory."""
        for chunk in self.chunks:
            with (self._folder / _name(chunk.number, "theories.jsonl")).open("rb") as stream:
                for line in stream:
                    yield json.loads(line)["digest"], line


class _OpenChunk:
    """A chunk while it is written."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self.number, self.items = folder, number, 0
        self._streams: dict[str, BinaryIO] = {kind: (folder / _name(number, kind)).open("wb") for kind in _KINDS}
        self._digests = {kind: sha256() for kind in _KINDS}
        self._sizes = dict.fromkeys(_KINDS, 0)
        self.state: Mapping[str, Any] | None = None

    def add(self, line: bytes, theory: bytes, row: bytes) -> None:
        for kind, data in zip(_KINDS, (line, theory, row), strict=True):
            self._streams[kind].write(data)
            self._digests[kind].update(data)
            self._sizes[kind] += len(data)
        self.items += 1

    def finish(self, state: Mapping[str, Any]) -> None:
        for stream in self._streams.values():
            stream.flush()
            os.fsync(stream.fileno())
        self.close()
        files = {kind: [self._digests[kind].hexdigest(), self._sizes[kind]] for kind in _KINDS}
        receipt = {"items": self.items, "files": files, "state": state}
        write_atomically(self._folder / _name(self.number, "receipt.json"), canonical_json(receipt).encode() + b"\n")

    def close(self) -> None:
        for stream in self._streams.values():
            stream.close()


def _name(number: int, kind: str) -> str:
    return f"{number:06d}.{kind}"


def _read_json(path: Path) -> object:
    """Return what a file of ours holds; None where it is missing or was cut off."""
    try:
        value: object = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value
