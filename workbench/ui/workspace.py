"""The project that is open: read and checked once, shown many times, read again when somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock

from workbench.build import Checked, Description, Progress, Project, check, describe, load
from workbench.errors import WorkbenchError

__all__ = ["Snapshot", "Workspace"]

_Stamps = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A project as it was when it was read, and what its check found.

    ``checked`` is None when the check could not run; ``failure`` then says why. Could not run is never "fine".
    """

    project: Project
    checked: Checked | None
    failure: str
    stamps: _Stamps
    _descriptions: dict[tuple[str, str], Description] = field(default_factory=dict, repr=False)

    def describe(self, domain: str, language: str) -> Description:
        """Return a domain in words; kept, since every view asks for it."""
        key = (domain, language)
        if key not in self._descriptions:
            closure = self.checked.closures.get(domain) if self.checked else None
            self._descriptions[key] = describe(self.project, domain, language, closure)
        return self._descriptions[key]


class Workspace:
    """One project folder, shared by all who look at it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = RLock()
        self._snapshot: Snapshot | None = None

    def open(self, progress: Progress | None = None) -> Snapshot:
        """Return the project, read and checked the first time. Raises WorkbenchError when there is none to open."""
        with self._lock:
            if self._snapshot is None:
                self._snapshot = self._read(None, progress)
            return self._snapshot

    def reopen(self, progress: Progress | None = None) -> Snapshot:
        """Read the files again, and check unless they hold the same bytes as before."""
        with self._lock:
            self._snapshot = self._read(self._snapshot, progress)
            return self._snapshot

    def has_changed(self) -> bool:
        """Tell whether files were changed, added or removed since the project was read."""
        snapshot = self._snapshot
        return snapshot is not None and _read_stamps(snapshot.project) != snapshot.stamps

    def _read(self, earlier: Snapshot | None, progress: Progress | None) -> Snapshot:
        project = load(self.root)
        stamps = _read_stamps(project)
        # The bytes decide, not the meaning: a comment that is added moves the lines that a report names.
        if earlier and earlier.checked and _list_digests(earlier.project) == _list_digests(project):
            return Snapshot(earlier.project, earlier.checked, "", stamps)
        try:
            return Snapshot(project, check(project, progress=progress), "", stamps)
        except WorkbenchError as error:
            return Snapshot(project, None, str(error), stamps)


def _list_digests(project: Project) -> list[tuple[str, str]]:
    return [(path, file.digest) for path, file in project.files.items()]


def _read_stamps(project: Project) -> _Stamps:
    """Time and size of each file of the project, and of what else is in their folders, where a new file would be."""
    if project.root is None:
        return {}
    paths = {project.root / path for path in project.files}
    folders = {folder for path in paths for folder in path.parents if project.root in folder.parents}
    for folder in folders:
        # Editors keep hidden files beside the one that is being edited; nothing reads them.
        paths |= {path for path in _list_folder(folder) if not path.name.startswith(".")}
    return {str(path): _read_stamp(path) for path in sorted(paths)}


def _list_folder(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # gone or closed: its files then differ from what they were, which is all that is asked
        return []


def _read_stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return (-1, -1)
    return (0, 0) if path.is_dir() else (status.st_mtime_ns, status.st_size)
