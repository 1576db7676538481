"""The dataset folder: written beside its place and then exchanged with what was there.

Items pass through as lines and are never held: they go to the items' files of their splits, and from there, a part at
a time, into tables; what is said of the whole is computed from the parts' surveys.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from workbench.errors import DatasetError, StorageError, UsageError
from workbench.export.fact_files import name_facts
from workbench.export.locking import lock_folder
from workbench.export.manifest import MANIFEST, FileEntry, make_manifest
from workbench.export.measured import MEASURED, Measurement, describe_measured, write_measured
from workbench.export.measures import measure_dataset
from workbench.export.parts import MadePart, Marking, Part, hash_file, make_part, name_table
from workbench.export.stages import describe_stages, write_stages
from workbench.export.survey import Survey
from workbench.export.theories import MOST_FILES, pack_theories
from workbench.export.views import CARD, make_views
from workbench.generation.selection.digests import DigestSet, shorten_digest
from workbench.generation.selection.staging import StagePlan
from workbench.generation.splits.splitter import Splitter
from workbench.generation.worlds.books import write_facts
from workbench.model.items import canonical_json
from workbench.model.terms import Triple
from workbench.project.writing import TEMPORARY_SUFFIX, recover_directory, replace_directory

__all__ = [
    "SHARD_ROWS", "DatasetContent", "DatasetWriter", "MapParts", "check_place", "open_dataset", "write_dataset",
]  # fmt: skip

SHARD_ROWS = 100_000
"""Rows of a table; a split with more has several tables."""
MapParts = Callable[[Callable[[Part], MadePart], Iterable[Part]], Iterable[MadePart]]
"""Makes parts, here or in other processes, and gives them in order."""
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


def write_dataset(out: Path, content: DatasetContent, *, shard_rows: int = SHARD_ROWS) -> Path:
    """Write a dataset folder to ``out`` and return its path; whatever goes wrong, an earlier dataset stays whole.

    The same content gives the same bytes. Raises UsageError when ``out`` holds something that is no dataset,
    DatasetError when the content breaks the contract, StorageError when writing failed.
    """
    with open_dataset(out, [*content.items], shard_rows=shard_rows, facts=content.facts) as writer:
        for split, items in content.items.items():
            for item in items:
                writer.add_line(split, canonical_json(item).encode() + b"\n")
        writer.add_theories(
            len(content.theories),
            ((digest, canonical_json(theory).encode() + b"\n") for digest, theory in content.theories.items()),
        )
        writer.make_tables()
        writer.finish(content.wording, content.prefixes, content.manifest_head, content.card_head)
    return writer.place


@contextmanager
def open_dataset(
    out: Path,
    splits: Sequence[str],
    *,
    shard_rows: int = SHARD_ROWS,
    facts: Mapping[str, Sequence[Triple]] | None = None,
) -> Iterator[DatasetWriter]:
    """Give a writer of a dataset to ``out``; a writer that was finished takes the place of an earlier dataset.

    ``splits`` are all splits in their order; ``facts`` are by digest, for closed-book items. Raises as
    :func:`write_dataset`.
    """
    out = Path(os.path.realpath(out))
    for split in splits:
        if not _SPLIT.match(split):
            raise DatasetError(f"{split!r} is no name for a split.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        recover_directory(out)
        check_place(out)
        with _make_folder(out) as folder:
            with DatasetWriter(out, folder, splits, shard_rows, facts or {}) as writer:
                yield writer
            if writer.is_finished:
                replace_directory(folder, out)
    except OSError as error:
        raise StorageError(f"Could not write {out}: {error.strerror or error}. Nothing was changed.") from error


def check_place(out: Path) -> None:
    """Refuse to replace what is not a dataset: somebody's folder may have been named by mistake.

    Raises UsageError, and OSError when the folder cannot be read.
    """
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
        with lock_folder(left) as mine:
            if mine:
                shutil.rmtree(left)
    folder = out.with_name(f".{out.name}.{secrets.token_hex(6)}.next{TEMPORARY_SUFFIX}")
    folder.mkdir()
    try:
        with lock_folder(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # gone already when it has taken its place


class DatasetWriter:
    """Writes one dataset folder: lines of items, then theories, then tables, then what is said of them."""

    def __init__(
        self, place: Path, folder: Path, splits: Sequence[str], shard_rows: int, facts: Mapping[str, Sequence[Triple]]
    ) -> None:
        self.place = place
        self.survey = Survey()
        self.is_finished = False
        self._folder, self._shard_rows, self._facts = folder, shard_rows, facts
        self._files: dict[str, FileEntry] = {}
        self._tables: dict[str, list[str]] = {}
        self._stack = ExitStack()
        self._splits = {split: _ItemsFile(self._open(f"items/{split}.jsonl")) for split in splits}
        self._theories = DigestSet()

    def __enter__(self) -> DatasetWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add_line(self, split: str, line: bytes) -> None:
        """Append an item, as its canonical JSON and a line break, to one of the splits."""
        self._splits[split].append(line, self._shard_rows)

    def add_theories(self, count: int, theories: Iterable[tuple[str, bytes]]) -> None:
        """Write all theories, ``count`` of them, as digests with lines of canonical JSON.

        Raises DatasetError for what is no digest.
        """
        if count > MOST_FILES:
            for name in pack_theories(self._folder, self._note_theories(theories)):
                self._files[name] = hash_file(self._folder / name)
            return
        for digest, line in self._note_theories(theories):
            self._write(f"theories/{digest}.json", line)

    def _note_theories(self, theories: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
        for digest, line in theories:
            _check_digest(digest)
            self._theories.add(shorten_digest(digest))
            yield digest, line

    def make_marking(
        self, splitter: Splitter, prefixes: Mapping[str, str], templates: Sequence[Mapping[str, Any]]
    ) -> Marking:
        """Return what :meth:`make_tables` needs to compare splits with train."""
        return Marking(splitter, tuple(self._splits), prefixes, templates, self._folder)

    def make_tables(
        self, map_parts: MapParts = map, *, is_checked: bool = False, marking: Marking | None = None
    ) -> dict[str, dict[str, Any]]:
        """Make the tables and the survey of all items; return the table of leakage, empty without ``marking``.

        ``is_checked`` tells that every line keeps the contract.

        Raises DatasetError when an item breaks it, is there twice, or names a theory that is not.
        """
        (self._folder / "data").mkdir()
        for split, items in self._splits.items():
            items.stream.close()
            self._files[f"items/{split}.jsonl"] = FileEntry(items.digest.hexdigest(), items.size)
        facts = frozenset(self._facts)
        parts = [
            Part(self._folder, split, number, start, rows, facts, is_checked, marking)
            for split, items in self._splits.items()
            for number, (start, rows) in enumerate(items.runs)
        ]
        leakage = marking.open_table() if marking is not None else None
        for part, made in zip(parts, map_parts(make_part, parts), strict=True):
            self._files[made.name] = made.entry
            self._tables.setdefault(part.split, []).append(name_table(part.split, part.number))
            self.survey.extend(made.survey)
            if leakage is not None and made.leakage is not None:
                leakage.extend(made.leakage)
        self._check_whole()
        return leakage.finish() if leakage is not None else {}

    def _check_whole(self) -> None:
        twice = next((found for found in self.survey.find_repetitions() if found[2] == "id"), None)
        if twice is not None:
            what = f"id: another item has the same (items {twice[1] + 1} and {twice[0] + 1} of all)"
            raise DatasetError(f"Two items break the contract: {what}")
        if any(digest.ljust(16, b"\0") not in self._theories for digest in self.survey.list_theories()):
            raise DatasetError("An item breaks the contract: theory: is not among the theories")

    def add_stages(self, curriculum: str, plans: Sequence[StagePlan]) -> list[dict[str, Any]]:
        """Write the stages of a curriculum of this name, once the tables are made; return what the manifest says.

        The plans are those of the items of the first split.
        """
        ids = self.survey.list_ids(next(iter(self._splits)))
        self._files.update(write_stages(self._folder, curriculum, plans, ids))
        return describe_stages(plans)

    def measure(
        self, wording: Mapping[str, Any], prefixes: Mapping[str, str], rules: Collection[str]
    ) -> dict[str, Any]:
        """Return what the manifest says of difficulty, variety and the probe, once the tables are made.

        ``rules`` are the names of all rules of the domain.
        """
        return measure_dataset(self._folder, [*self._splits], wording, prefixes, rules)

    def add_measured(self, measurements: Sequence[Measurement]) -> list[dict[str, Any]]:
        """Write those measurements that are of items here, and return what the manifest says; empty for none.

        Raises DatasetError when an item was measured twice with a model.
        """
        kinds = self.survey.find_kinds({one.id for one in measurements})
        own = sorted(one for one in measurements if one.id in kinds)
        if not own:
            return []

        def find(id_: str) -> tuple[int, str, int]:
            kind = kinds[id_]
            return kind.level, kind.level_name, kind.hops

        described = describe_measured(own, find)
        self._write(MEASURED, b"".join(write_measured(own)))
        return described

    def finish(
        self,
        wording: Mapping[str, Any],
        prefixes: Mapping[str, str],
        manifest_head: Mapping[str, Any],
        card_head: Mapping[str, Any],
    ) -> None:
        """Write everything else; the arguments are as in :class:`DatasetContent`."""
        from workbench.export.scorer import SCORER_NAME, assemble_scorer

        tally = self.survey.tally([*self._splits])
        for digest, facts in sorted(self._facts.items()):
            _check_digest(digest)
            self._write(name_facts(digest), gzip.compress(write_facts(facts), 9, mtime=0))
        self._write_json("wording.json", wording)
        self._write_json("prefixes.json", dict(prefixes))
        self._write(SCORER_NAME, assemble_scorer().encode())
        head = {**manifest_head, CARD: {**card_head}}
        for name, data in make_views(head, tally, self._tables, self._files).items():
            self._write(name, data)
        manifest = make_manifest(head, tally, self._files)
        text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
        self._write(MANIFEST, (text + "\n").encode())
        self.is_finished = True

    def _open(self, name: str) -> BinaryIO:
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        return self._stack.enter_context(path.open("xb"))

    def _write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as stream:
            stream.write(data)
        self._files[name] = FileEntry(sha256(data).hexdigest(), len(data))

    def _write_json(self, name: str, value: object) -> None:
        self._write(name, (canonical_json(value) + "\n").encode())


class _ItemsFile:
    """A file of items while it grows: its digest, its size, and where each table's lines begin."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.digest, self.size = sha256(), 0
        self.runs: list[tuple[int, int]] = [(0, 0)]

    def append(self, line: bytes, most_rows: int) -> None:
        start, rows = self.runs[-1]
        if rows == most_rows:
            self.runs.append((self.size, 1))
        else:
            self.runs[-1] = (start, rows + 1)
        self.stream.write(line)
        self.digest.update(line)
        self.size += len(line)


def _check_digest(digest: str) -> None:
    if not _DIGEST.match(digest):
        raise DatasetError(f"{digest!r} is no digest.")
