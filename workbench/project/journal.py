"""The journal: every change to the files is written down here, whole and durable, before the files are touched.

``.workbench/journal/`` holds one JSON file per change, named ``<number>-<kind>[-<number it is about>].json``, with
the digest of each file before and after and byte splices that lead both ways. While its files are being replaced an
entry ends in ``.pending``; whoever takes the lock next completes it, or takes it back, as a whole (write-ahead
logging; Mohan et al., ARIES, 1992). The folder belongs to nobody's version control.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple, cast

from workbench.errors import EditError, StorageError
from workbench.project.patterns import check_path
from workbench.project.splices import Splice, apply_splices, compute_splices, invert_splices
from workbench.project.writing import TEMPORARY_SUFFIX, stage_file, sync_directory, write_atomically

__all__ = ["Entry", "FileChange", "Journal", "Kind", "Record", "compute_file_digest", "find_place", "read_bytes"]

Kind = Literal["edit", "undo", "redo"]
_NAME = re.compile(r"(\d{8})-(edit|undo|redo)(?:-(\d{8}))?\.(json|pending)\Z")
_PATIENCE = 20.0


class Record(NamedTuple):
    """What the name of an entry says: its number, its kind, and which edit an undo or redo is about."""

    number: int
    kind: Kind
    about: int = 0

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return f"{self.number:08d}-{self.kind}" + (f"-{self.about:08d}" if self.about else "")


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file's change: SHA-256 before and after (None: no such file), and the splices from one to the other."""

    path: str
    before: str | None
    after: str | None
    splices: tuple[Splice, ...]

    @classmethod
    def between(cls, path: str, old: bytes | None, new: bytes | None) -> FileChange:
        """Describe the change from ``old`` to ``new``."""
        return cls(path, compute_file_digest(old), compute_file_digest(new), compute_splices(old or b"", new or b""))

    def advance(self, current: bytes | None) -> bytes | None:
        """Return the content after the change. Raises EditError when ``current`` is not the content before it."""
        return self._move(current, self.before, self.after, self.splices)

    def revert(self, current: bytes | None) -> bytes | None:
        """Return the content before the change. Raises EditError when ``current`` is not the content after it."""
        return self._move(current, self.after, self.before, invert_splices(self.splices))

    def _move(
        self, current: bytes | None, start: str | None, end: str | None, splices: tuple[Splice, ...]
    ) -> bytes | None:
        if compute_file_digest(current) != start:
            raise EditError(f"{self.path} has changed since.")
        try:
            result = apply_splices(current or b"", splices) if end is not None else None
        except ValueError as error:
            raise EditError(f"The journal's record of {self.path} is damaged: {error}.") from error
        if compute_file_digest(result) != end:
            raise EditError(f"The journal's record of {self.path} is damaged.")
        return result


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one or more files, with the words and the time (UTC, ISO 8601) it carries in the history."""

    label: str
    time: str
    changes: tuple[FileChange, ...]


def compute_file_digest(data: bytes | None) -> str | None:
    """Return the SHA-256 of a file's bytes, or None for a file that does not exist."""
    return None if data is None else hashlib.sha256(data).hexdigest()


def find_place(root: Path, path: str) -> Path:
    """Return where a path of the project is on disk. Raises EditError when it leaves the project or meets a link."""
    try:
        check_path(path)
    except ValueError as error:
        raise EditError(f"'{path}' {error}.") from error
    place = root
    for part in path.split("/"):
        place = place / part
        if place.is_symlink():
            raise EditError(f"{path} cannot be written: {place.relative_to(root).as_posix()} is a link.")
    return place


def read_bytes(root: Path, path: str) -> bytes | None:
    """Return a file's bytes, None when there is no such file. Raises EditError."""
    place = find_place(root, path)
    try:
        return place.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise EditError(f"{path} could not be read: {error.strerror or error}.") from error


class Journal:
    """The journal of the project in ``root``. Methods that write expect :meth:`locked`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".workbench" / "journal"

    @property
    def exists(self) -> bool:
        """Whether anything was ever written through it."""
        return (self.folder / "lock").exists()

    # -- locks

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the exclusive lock, with interrupted changes completed or taken back first.

        Raises EditError when another process holds it for long, StorageError when the folder cannot be written.
        """
        self._make_folder()
        with self._lock(fcntl.LOCK_EX):
            ignore = self.folder.parent / ".gitignore"
            if not ignore.exists():  # under the lock, as another process takes out what looks left behind
                write_atomically(ignore, b"*\n")
            self._recover()
            yield

    @contextmanager
    def read_locked(self) -> Iterator[None]:
        """Hold the shared lock, so that nobody replaces files meanwhile; without a journal there is nothing to hold."""
        self._check_links()
        if not self.exists:
            yield
            return
        with self._lock(fcntl.LOCK_SH):
            clean = not self._list_pending()
            if clean:
                yield
        if not clean:
            with self.locked():
                yield

    @contextmanager
    def _lock(self, mode: int) -> Iterator[None]:
        flags = os.O_RDWR | os.O_CREAT if mode == fcntl.LOCK_EX else os.O_RDONLY
        try:
            descriptor = os.open(self.folder / "lock", flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise StorageError(f"The journal cannot be locked: {error.strerror or error}.") from error
        try:
            deadline = time.monotonic() + _PATIENCE
            while True:
                try:
                    fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() > deadline:
                        raise EditError("Another process is changing this project; try again.") from error
                    time.sleep(0.01)
            yield
        finally:
            os.close(descriptor)

    def _check_links(self) -> None:
        for place in (self.folder.parent, self.folder):
            if place.is_symlink():
                raise StorageError(f"{place} is a link; the journal is kept in the project itself.")

    def _make_folder(self) -> None:
        self._check_links()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"The journal cannot be made: {error.strerror or error}. Nothing was changed."
            ) from error

    # -- reading

    def list_records(self) -> tuple[Record, ...]:
        """Return the finished entries in order."""
        return tuple(sorted(record for record, ending in self._list_names() if ending == "json"))

    def _list_pending(self) -> list[Record]:
        return sorted(record for record, ending in self._list_names() if ending == "pending")

    def _list_names(self) -> list[tuple[Record, str]]:
        names = [place.name for place in self.folder.iterdir()] if self.folder.is_dir() else []
        matched = [match for match in map(_NAME.match, names) if match]
        return [(Record(int(m[1]), cast("Kind", m[2]), int(m[3] or 0)), m[4]) for m in matched]

    def read(self, record: Record, ending: str = "json") -> Entry:
        """Return an entry. Raises EditError when it is not readable or not what was written."""
        try:
            found = json.loads((self.folder / f"{record.stem}.{ending}").read_bytes())
            changes = tuple(
                FileChange(
                    change["path"],
                    change["before"],
                    change["after"],
                    tuple(
                        Splice(at, base64.b64decode(old), base64.b64decode(new)) for at, old, new in change["splices"]
                    ),
                )
                for change in found["changes"]
            )
            return Entry(str(found["label"]), str(found["time"]), changes)
        except (OSError, ValueError, KeyError, TypeError) as error:
            name = f"{record.stem}.{ending}"
            raise EditError(f"The entry {name} in .workbench/journal is damaged: {error}.") from error

    # -- writing

    def write(
        self, kind: Kind, about: int, label: str, contents: Mapping[str, tuple[bytes | None, bytes | None]]
    ) -> None:
        """Carry out a change: ``contents`` gives each file's bytes now and then, None for a file that is not there.

        Either all files have their new content afterwards and the entry is in the journal, or nothing is changed
        and StorageError is raised; a kill leaves one of the two after the next lock.
        """
        numbers = [record.number for record, _ in self._list_names()]
        record = Record(max(numbers, default=0) + 1, kind, about)
        changes = tuple(FileChange.between(path, old, new) for path, (old, new) in sorted(contents.items()))
        entry = Entry(label, datetime.now(UTC).isoformat(timespec="seconds"), changes)
        write_atomically(self.folder / f"{record.stem}.pending", _encode(entry))
        try:
            self._replace(record, {path: new for path, (_, new) in contents.items()})
            self._finish(record)
        except OSError as error:
            self._take_back(record, entry, error)
            raise StorageError(f"Could not write: {error.strerror or error}. Nothing was changed.") from error

    def _take_back(self, record: Record, entry: Entry, cause: OSError) -> None:
        """Undo what a failed change has done so far."""
        try:
            finished = self.folder / f"{record.stem}.json"
            if finished.exists():
                os.replace(finished, finished.with_suffix(".pending"))  # noqa: PTH105
            self._settle(record, entry, forward=False)
        except OSError as error:
            raise StorageError(
                f"Could not write: {cause.strerror or cause}; nor put the files back: {error.strerror or error}. "
                "The next time the project is opened this is completed."
            ) from error

    def _replace(self, record: Record, contents: Mapping[str, bytes | None]) -> None:
        """Put contents in place: all are durable beside their files before the first is replaced. Raises OSError."""
        places = {path: find_place(self.root, path) for path in contents}
        temporaries = {path: _name_temporary(place, record) for path, place in places.items()}
        try:
            for path, data in contents.items():
                if data is not None:
                    places[path].parent.mkdir(parents=True, exist_ok=True)
                    temporaries[path].unlink(missing_ok=True)
                    stage_file(places[path], temporaries[path], data)
            for path, data in contents.items():
                if data is None:
                    places[path].unlink(missing_ok=True)
                else:
                    os.replace(temporaries[path], places[path])  # noqa: PTH105 - the system call by its name
            for folder in sorted({place.parent for place in places.values()}):
                sync_directory(folder)
        except OSError:
            for temporary in temporaries.values():
                temporary.unlink(missing_ok=True)
            raise

    def _finish(self, record: Record) -> None:
        os.replace(self.folder / f"{record.stem}.pending", self.folder / f"{record.stem}.json")  # noqa: PTH105
        sync_directory(self.folder)

    # -- recovery

    def _recover(self) -> None:
        """Bring every interrupted change to an end. Raises StorageError."""
        try:
            for folder in (self.folder.parent, self.folder):
                for name in folder.glob(f".*{TEMPORARY_SUFFIX}"):
                    name.unlink(missing_ok=True)
            for record in self._list_pending():
                entry = self.read(record, "pending")
                states = self._compare(entry)
                # Once a file was replaced the change goes through, unless somebody has changed another one since.
                self._settle(record, entry, forward="after" in states.values() and None not in states.values())
        except OSError as error:
            raise StorageError(f"An interrupted change could not be completed: {error.strerror or error}.") from error

    def _compare(self, entry: Entry) -> dict[str, Literal["before", "after"] | None]:
        """Tell for each file whether it is as before or after the change, or neither."""
        states: dict[str, Literal["before", "after"] | None] = {}
        for change in entry.changes:
            digest = compute_file_digest(read_bytes(self.root, change.path))
            states[change.path] = "after" if digest == change.after else "before" if digest == change.before else None
        return states

    def _settle(self, record: Record, entry: Entry, *, forward: bool) -> None:
        """Complete a change, or take it back; files that somebody else has changed since stay as they are."""
        states = self._compare(entry)
        contents: dict[str, bytes | None] = {}
        for change in entry.changes:
            place = find_place(self.root, change.path)
            _name_temporary(place, record).unlink(missing_ok=True)
            if states[change.path] == ("before" if forward else "after"):
                current = read_bytes(self.root, change.path)
                contents[change.path] = change.advance(current) if forward else change.revert(current)
        self._replace(record, contents)
        if forward:
            self._finish(record)
        else:
            (self.folder / f"{record.stem}.pending").unlink(missing_ok=True)
            sync_directory(self.folder)


def _name_temporary(place: Path, record: Record) -> Path:
    return place.with_name(f".{place.name}.{record.number:08d}{TEMPORARY_SUFFIX}")


def _encode(entry: Entry) -> bytes:
    def encode(data: bytes) -> str:
        return base64.b64encode(data).decode()

    changes = [
        {
            "path": change.path,
            "before": change.before,
            "after": change.after,
            "splices": [[at, encode(old), encode(new)] for at, old, new in change.splices],
        }
        for change in entry.changes
    ]
    return json.dumps({"version": 1, "label": entry.label, "time": entry.time, "changes": changes}, indent=1).encode()
