"""Reading a dataset folder, which may come from anywhere: nothing in it is believed before it is checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

from workbench.errors import DatasetError
from workbench.export.fact_files import read_facts_file
from workbench.export.manifest import MANIFEST, FileEntry, compute_root_digest
from workbench.export.theories import PACKED, find_packed, iterate_packed, name_pack
from workbench.model.items import SCHEMA_VERSION
from workbench.model.terms import Triple

__all__ = ["DatasetReader", "read_dataset"]

_MOST_BYTES = 64 * 2**20
"""Of one JSON document or one line."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
_DIGEST = re.compile(r"[0-9a-f]{16,64}\Z")


def read_dataset(path: Path) -> DatasetReader:
    """Open the dataset folder at ``path``; its items are read when they are asked for.

    Raises DatasetError when it is none, or of another schema version.
    """
    if not (path / MANIFEST).is_file():
        raise DatasetError(f"{path} is no dataset folder: it has no {MANIFEST}.")
    manifest = _read_document(path / MANIFEST)
    if not isinstance(manifest, dict):
        raise DatasetError(f"{path / MANIFEST} is no manifest.")
    if manifest.get("schema_version") != SCHEMA_VERSION:
        raise DatasetError(
            f"{path} has schema version {manifest.get('schema_version')!r}; this version of Workbench reads "
            f"{SCHEMA_VERSION}."
        )
    splits, files = manifest.get("splits"), manifest.get("files")
    if not isinstance(splits, list) or not all(_is_split(split) for split in splits):
        raise DatasetError(f"{path / MANIFEST} does not list the splits.")
    if not isinstance(files, dict) or not all(
        isinstance(entry, dict) and isinstance(entry.get("sha256"), str) and isinstance(entry.get("bytes"), int)
        for entry in files.values()
    ):
        raise DatasetError(f"{path / MANIFEST} does not list the files.")
    return DatasetReader(path, manifest)


def _is_split(value: object) -> bool:
    return isinstance(value, dict) and isinstance(name := value.get("name"), str) and bool(_NAME.match(name))


class DatasetReader:
    """A dataset folder. Whatever cannot be read raises DatasetError with the file and line."""

    def __init__(self, path: Path, manifest: Mapping[str, Any]) -> None:
        self.path = path
        self.manifest = manifest
        self.splits: tuple[str, ...] = tuple(split["name"] for split in manifest["splits"])

    def iterate_items(self, *splits: str) -> Iterator[dict[str, Any]]:
        """Yield the items of the named splits, or of all, in order."""
        for split in splits or self.splits:
            if split not in self.splits:
                raise DatasetError(f"{self.path} has no split {split!r}.")
            for place, line in self._iterate_lines(f"items/{split}.jsonl"):
                yield self.parse_line(line, place)

    def iterate_lines(self, split: str) -> Iterator[tuple[int, bytes]]:
        """Yield number and bytes of every line of a split's items, from 1 on."""
        if split not in self.splits:
            raise DatasetError(f"{self.path} has no split {split!r}.")
        for number, (_, line) in enumerate(self._iterate_lines(f"items/{split}.jsonl"), start=1):
            yield number, line

    @staticmethod
    def parse_line(line: bytes, place: str) -> dict[str, Any]:
        """Return the item that a line holds; ``place`` is what an error names."""
        item = _parse(line, place)
        if not isinstance(item, dict):
            raise DatasetError(f"{place}: is no item.")
        return item

    def read_theory(self, digest: str) -> dict[str, Any]:
        """Return the theory of a digest, from its file or from its line among those of many."""
        if not _DIGEST.match(digest):
            raise DatasetError(f"{digest!r} is no digest.")
        path = self.path / f"theories/{digest}.json"
        if path.is_symlink():
            raise DatasetError(f"{path} is a link.")
        if path.is_file():
            return self._read_object(f"theories/{digest}.json")
        try:
            line = find_packed(self.path, digest)
        except OSError as error:
            raise DatasetError(f"Could not read {self.path / name_pack(digest)}: {error.strerror or error}.") from error
        if line is None:
            raise DatasetError(f"Could not read {path}: there is no such theory.")
        value = _parse(line, f"{self.path / name_pack(digest)}, {digest}")
        if not isinstance(value, dict):
            raise DatasetError(f"{self.path / name_pack(digest)}, {digest}: must be an object.")
        return value

    def read_facts(self, digest: str) -> tuple[Triple, ...]:
        """Return all that closed-book items are about, sorted."""
        if not _DIGEST.match(digest):
            raise DatasetError(f"{digest!r} is no digest.")
        return read_facts_file(self.path, digest)

    def iterate_digests(self) -> Iterator[str]:
        """Yield the digest of every theory in the files that the manifest lists."""
        for name in sorted(self.manifest["files"]):
            if not name.startswith("theories/"):
                continue
            if not name.endswith(PACKED):
                yield name.removeprefix("theories/").removesuffix(".json")
                continue
            path = self.path / name
            if path.is_symlink() or not path.is_file():
                raise DatasetError(f"{path} is missing.")
            try:
                yield from iterate_packed(path)
            except (OSError, ValueError, AttributeError, RecursionError) as error:
                raise DatasetError(f"{path} cannot be read: {error}.") from error

    def iterate_theories(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield digest and content of every theory that the manifest lists."""
        for digest in self.iterate_digests():
            yield digest, self.read_theory(digest)

    def list_tables(self, split: str) -> list[str]:
        """Return the paths of a split's tables that the manifest lists, in order."""
        pattern = re.compile(re.escape(f"data/{split}-") + r"[0-9]{5}\.parquet\Z")
        return sorted(name for name in self.manifest["files"] if pattern.match(name))

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Namespace IRIs by prefix."""
        found = self._read_object("prefixes.json")
        if not all(isinstance(namespace, str) for namespace in found.values()):
            raise DatasetError(f"{self.path / 'prefixes.json'}: namespaces must be text.")
        return found

    @cached_property
    def wording(self) -> dict[str, Any]:
        """The exported wording."""
        return self._read_object("wording.json")

    def verify_hashes(self) -> list[str]:
        """Return each file that is missing, changed or not in the manifest, as ``path: what``; empty when all agree."""
        problems = []
        listed = {
            name: FileEntry(entry["sha256"], entry["bytes"]) for name, entry in sorted(self.manifest["files"].items())
        }
        for name, entry in listed.items():
            path = self.path / name
            if ".." in Path(name).parts or Path(name).is_absolute():
                problems.append(f"{name}: lies outside the dataset")
            elif path.is_symlink() or not path.is_file():
                problems.append(f"{name}: is missing")
            elif path.stat().st_size != entry.size or _hash_file(path) != entry.sha256:
                problems.append(f"{name}: was changed")
        for path in sorted(self.path.rglob("*")):
            name = path.relative_to(self.path).as_posix()
            if not path.is_dir() and name != MANIFEST and name not in listed:
                problems.append(f"{name}: is not in the manifest")
        if self.manifest.get("root_digest") != compute_root_digest(listed.items()):
            problems.append(f"{MANIFEST}: the root digest is not that of the files it lists")
        return problems

    def _read_object(self, name: str) -> dict[str, Any]:
        value = _read_document(self.path / name)
        if not isinstance(value, dict):
            raise DatasetError(f"{self.path / name}: must be an object.")
        return value

    def _iterate_lines(self, name: str) -> Iterator[tuple[str, bytes]]:
        path = self.path / name
        try:
            with path.open("rb") as stream:
                for number, line in enumerate(iter(lambda: stream.readline(_MOST_BYTES + 1), b""), start=1):
                    if len(line) > _MOST_BYTES:
                        raise DatasetError(f"{path}:{number}: the line is too long.")
                    yield f"{path}:{number}", line
        except OSError as error:
            raise DatasetError(f"Could not read {path}: {error.strerror or error}.") from error


def _read_document(path: Path) -> object:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise DatasetError(f"Could not read {path}: {error.strerror or error}.") from error
    if len(data) > _MOST_BYTES:
        raise DatasetError(f"{path}: the file is too large.")
    return _parse(data, str(path))


def _parse(data: bytes, place: str) -> object:
    try:
        return json.loads(data, parse_constant=_refuse_constant)
    except RecursionError:
        raise DatasetError(f"{place}: is nested too deeply.") from None
    except ValueError as error:
        raise DatasetError(f"{place}: is no JSON ({error}).") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _hash_file(path: Path) -> str:
    digest = sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    except OSError as error:
        raise DatasetError(f"Could not read {path}: {error.strerror or error}.") from error
    return digest.hexdigest()
