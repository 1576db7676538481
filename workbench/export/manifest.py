"""The manifest: what a dataset holds, counted, and the digest of every file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from workbench.model.items import SCHEMA_VERSION, digest_json

__all__ = [
    "COMPUTED", "DIGEST", "MANIFEST", "Cell", "FileEntry", "Tally", "compute_root_digest", "make_manifest",
    "sign_manifest",
]  # fmt: skip

MANIFEST = "manifest.json"
DIGEST = "digest"
COMPUTED = ("schema_version", "splits", "counts", "files", "root_digest", DIGEST)
"""The parts of a manifest that are computed when it is made; all others are its head."""


class Cell(NamedTuple):
    """What items are counted by; ``status`` is ``-`` where the task has none."""

    level: int
    level_name: str
    task: str
    status: str
    split: str


class FileEntry(NamedTuple):
    """A file's SHA-256 (64 hexadecimal digits) and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over all items.

    ``cells`` are in order; ``splits`` in the dataset's order, empty ones too; ``hops`` and ``heights`` count items by
    split and measure; ``languages`` by language; ``structures`` is the number of distinct ``core`` identities.
    """

    cells: tuple[tuple[Cell, int], ...]
    splits: tuple[tuple[str, int], ...]
    hops: tuple[tuple[tuple[str, int], int], ...]
    heights: tuple[tuple[tuple[str, int], int], ...]
    languages: tuple[tuple[str, int], ...]
    structures: int

    @property
    def items(self) -> int:
        """How many items there are."""
        return sum(count for _, count in self.splits)

    def count_by(self, *fields: str) -> dict[tuple[str | int, ...], int]:
        """Return the number of items by fields of :class:`Cell`, in order."""
        counts: Counter[tuple[str | int, ...]] = Counter()
        for cell, count in self.cells:
            counts[tuple(getattr(cell, field) for field in fields)] += count
        return dict(sorted(counts.items()))


def compute_root_digest(files: Iterable[tuple[str, FileEntry]]) -> str:
    """Return the digest of all files but the manifest: of the canonical JSON of their SHA-256 by path."""
    return digest_json({path: entry.sha256 for path, entry in files})


def sign_manifest(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest with the digest of all of it but that digest: whoever changes it by hand is found out.

    Whoever means to deceive can sign it anew; the digest is no signature of anybody's.
    """
    unsigned = {key: value for key, value in manifest.items() if key != DIGEST}
    return {**unsigned, DIGEST: digest_json(unsigned)}


def make_manifest(head: Mapping[str, Any], tally: Tally, files: Mapping[str, FileEntry]) -> dict[str, Any]:
    """Return the manifest: ``head`` as given, with counts, files, the root digest, and the digest of all that.

    Raises ValueError when ``head`` has a key that is computed here, or another schema version.
    """
    computed: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "splits": [{"name": split, "items": count} for split, count in tally.splits],
        "counts": {
            "items": tally.items,
            "structures": tally.structures,
            "by_level": {str(level): count for (level,), count in tally.count_by("level").items()},
            "by_task": _name(tally.count_by("task")),
            "by_status": _name(tally.count_by("status")),
            "by_language": dict(tally.languages),
            "cells": [{**cell._asdict(), "items": count} for cell, count in tally.cells],
        },
        "files": {path: {"sha256": entry.sha256, "bytes": entry.size} for path, entry in sorted(files.items())},
        "root_digest": compute_root_digest(files.items()),
    }
    if head.get("schema_version", SCHEMA_VERSION) != SCHEMA_VERSION:
        raise ValueError("a manifest can only be written with this version's schema")
    if clash := sorted((head.keys() & {*COMPUTED}) - {"schema_version"}):
        raise ValueError(f"these parts of a manifest are computed: {', '.join(clash)}")
    return sign_manifest({**head, **computed})


def _name(counts: Mapping[tuple[str | int, ...], int]) -> dict[str, int]:
    return {str(key): count for (key,), count in counts.items()}
