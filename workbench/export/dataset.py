"""The dataset folder: written beside its place and then exchanged with what was there."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from workbench.errors import DatasetError, StorageError, UsageError
from workbench.export.manifest import MANIFEST, FileEntry, make_manifest, tally_items
from workbench.model.items import canonical_json, check_item
from workbench.model.terms import Triple
from workbench.project.writing import TEMPORARY_SUFFIX, recover_directory, replace_directory

__all__ = ["DatasetContent", "write_dataset"]

_SPLIT = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
_DIGEST = re.compile(r"[0-9a-f]{16,64}\Z")


@dataclass(frozen=True, slots=True)
class DatasetContent:
    """All that a dataset folder holds.

    ``items`` are by split, in their final order; ``theories`` by digest; ``facts`` by digest, for closed-book items;
    ``prefixes`` are namespace IRIs by prefix. ``manifest_head`` goes into the manifest as it is: inputs by digest,
    libraries, seed, licence, rejections, capacity, leakage, shortfalls. ``card_head`` has name, description, licence,
    languages and domain.
    """

    items: Mapping[str, Sequence[Mapping[str, Any]]]
    theories: Mapping[str, Mapping[str, Any]]
    wording: Mapping[str, Any]
    prefixes: Mapping[str, str]
    manifest_head: Mapping[str, Any]
    card_head: Mapping[str, Any]
    facts: Mapping[str, Sequence[Triple]] = field(default_factory=dict)


def write_dataset(out: Path, content: DatasetContent) -> Path:
    """Write a dataset folder to ``out`` and return its path; whatever goes wrong, an earlier dataset stays whole.

    The same content gives the same bytes. Raises UsageError when ``out`` holds something that is no dataset,
    DatasetError when the content breaks the contract, StorageError when writing failed.
    """
    out = Path(os.path.realpath(out))
    _check_content(content)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        recover_directory(out)
        _check_place(out)
        with _make_folder(out) as folder:
            _write_files(_Folder(folder), content)
            replace_directory(folder, out)
    except OSError as error:
        raise StorageError(f"Could not write {out}: {error.strerror or error}. Nothing was changed.") from error
    return out


def _check_content(content: DatasetContent) -> None:
    seen: set[str] = set()
    for split, items in content.items.items():
        if not _SPLIT.match(split):
            raise DatasetError(f"{split!r} is no name for a split.")
        for item in items:
            problems = check_item(item)
            if not problems and item["split"] != split:
                problems = [f"split: is not {split}"]
            if not problems and item["id"] in seen:
                problems = ["id: another item has the same"]
            if not problems and item["theory"] not in content.theories:
                problems = ["theory: is not among the theories"]
            if not problems and item["facts"] is not None and item["facts"] not in content.facts:
                problems = ["facts: are not among the facts"]
            if problems:
                raise DatasetError(f"The item {item.get('id', '')} of {split} breaks the contract: {problems[0]}")
            seen.add(item["id"])
    for digest in (*content.theories, *content.facts):
        if not _DIGEST.match(digest):
            raise DatasetError(f"{digest!r} is no digest.")


def _check_place(out: Path) -> None:
    """Refuse to replace what is not a dataset: somebody's folder may have been named by mistake."""
    if not out.exists():
        return
    if not out.is_dir():
        raise UsageError(f"{out} is a file; a dataset needs a folder.")
    if any(out.iterdir()) and not _is_dataset(out):
        raise UsageError(f"{out} holds something that is no dataset; choose another folder, or empty it first.")


def _is_dataset(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(manifest, dict) and {"schema_version", "root_digest"} <= manifest.keys()


@contextmanager
def _make_folder(out: Path) -> Iterator[Path]:
    """Make a folder beside ``out`` and remove it in the end, with those of writers that were killed.

    A writer holds a lock on its folder, which the system releases when the writer dies.
    """
    for left in out.parent.glob(f".{out.name}.*.next{TEMPORARY_SUFFIX}"):
        with _lock(left) as mine:
            if mine:
                shutil.rmtree(left)
    folder = out.with_name(f".{out.name}.{secrets.token_hex(6)}.next{TEMPORARY_SUFFIX}")
    folder.mkdir()
    try:
        with _lock(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # gone already when it has taken its place


@contextmanager
def _lock(folder: Path) -> Iterator[bool]:
    """Lock a folder; yields whether that was possible."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


class _Folder:
    """Writes files and remembers their digests."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: dict[str, FileEntry] = {}

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        digest, size = sha256(), 0
        with path.open("xb") as stream:
            for chunk in chunks:
                stream.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.files[name] = FileEntry(digest.hexdigest(), size)

    def write_text(self, name: str, text: str) -> None:
        self.write(name, (text.encode(),))

    def write_json(self, name: str, value: object) -> None:
        self.write_text(name, canonical_json(value) + "\n")

    def add_existing(self, name: str) -> None:
        path = self.path / name
        with path.open("rb") as stream:
            digest = sha256()
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
        self.files[name] = FileEntry(digest.hexdigest(), path.stat().st_size)


def _write_files(folder: _Folder, content: DatasetContent) -> None:
    # pyarrow takes a while to import, and reading a dataset does without it.
    from workbench.export.card import make_card
    from workbench.export.croissant import make_croissant
    from workbench.export.html_report import make_report
    from workbench.export.parquet import write_parquet

    tally = tally_items(content.items)
    data_files = {split: f"data/{split}-00000.parquet" for split in content.items}
    (folder.path / "data").mkdir()
    for split, items in content.items.items():
        folder.write(f"items/{split}.jsonl", (canonical_json(item).encode() + b"\n" for item in items))
        write_parquet(folder.path / data_files[split], items)
        folder.add_existing(data_files[split])
    for digest, theory in sorted(content.theories.items()):
        folder.write_json(f"theories/{digest}.json", theory)
    for digest, facts in sorted(content.facts.items()):
        lines = "".join(f"{s} {p} {o} .\n" for s, p, o in sorted(set(facts)))
        folder.write(f"facts/{digest}.nt.gz", (gzip.compress(lines.encode(), 9, mtime=0),))
    folder.write_json("wording.json", content.wording)
    folder.write_json("prefixes.json", dict(content.prefixes))
    folder.write_text("README.md", make_card(content.card_head, content.manifest_head, tally, data_files))
    croissant = make_croissant(content.card_head, folder.files, data_files)
    folder.write_text("croissant.json", json.dumps(croissant, indent=2, ensure_ascii=False) + "\n")
    folder.write_text("report.html", make_report(content.card_head, content.manifest_head, tally))
    manifest = make_manifest(content.manifest_head, tally, folder.files)
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    folder.write_text(MANIFEST, text + "\n")
