"""OLD and NEW as they were typed: a file, a folder, or a revision of the repository that the other one lies in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.errors import SelectionError
from workbench.project import Project, ProjectConfig
from workbench.project.configuration import CONFIGURATION_NAME
from workbench.project.revisions import Repository, split_revision
from workbench.project.snapshots import (
    EmptyPlace,
    FilePlace,
    FolderPlace,
    Place,
    Snapshot,
    TreePlace,
    find_configuration,
    take_snapshot,
)

__all__ = ["Side", "read_sides"]


_NOTHING = (
    "There is nothing at this place, so nothing can be seen to be lost. If it stood elsewhere then, write REV:PATH."
)


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two things compared: as it was typed, the project it is, and how it was read.

    ``note`` is a sentence about how it was read, where that is not by its own configuration. ``is_absent`` says that
    there is nothing at its place.
    """

    name: str
    snapshot: Snapshot
    note: str = ""
    is_absent: bool = False

    @property
    def project(self) -> Project:
        """The side as a project."""
        return self.snapshot.project


def read_sides(old: str, new: str | None, folder: Path | str = ".") -> tuple[Side, Side]:
    """Read both sides. What names a file or folder is one; anything else is a revision, ``REV`` or ``REV:PATH``.

    ``REV`` alone stands for the folder or file at the place of the other side, in its repository; of two revisions for
    ``folder``. Without ``new``, the second side is ``folder`` as it is on disk.

    Raises SelectionError when something is neither, InputError for a shallow clone or where there is no git,
    ProjectError for a ``workbench.yaml`` that cannot be used.
    """
    home = Path(folder)
    texts = (old, str(home) if new is None else new)
    paths = [_find_path(text) for text in texts]
    places = [_find_place(texts[n], paths[n], paths[1 - n], home) for n in (0, 1)]
    sides: list[Side] = []
    for number in (1, 0):  # the new one first: a project that comes into being tells what its files were before
        place, other = places[number], sides[0].snapshot if sides else None
        around = place.around if isinstance(place, FilePlace) else None
        snapshot = _take(place, around, other, places[1 - number])
        is_absent = isinstance(place, EmptyPlace)
        note = _NOTHING if is_absent else _describe_reading(snapshot)
        sides.insert(0, Side(texts[number], snapshot, note, is_absent))
    return sides[0], sides[1]


def _take(place: Place, around: ProjectConfig | None, other: Snapshot | None, other_place: Place) -> Snapshot:
    def borrow() -> ProjectConfig | None:
        if around is not None:
            return around
        if other is not None:
            return other.project.config if other.read_as == "project" else None
        if isinstance(other_place, FilePlace) or other_place.read_configuration() is None:
            return None
        return take_snapshot(other_place).project.config

    return take_snapshot(place, borrow)


def _describe_reading(snapshot: Snapshot) -> str:
    if snapshot.problem:
        return f"Its own {CONFIGURATION_NAME} cannot be used, so that of the other side was taken: {snapshot.problem}"
    if snapshot.read_as == "borrowed":
        return f"It has no {CONFIGURATION_NAME}; its files were read by that of the other side."
    return ""


def _find_path(text: str) -> Path | None:
    """Return the path that a text names; None where nothing is there, or nothing could be."""
    try:
        path = Path(text)
        return path if text and path.exists() else None
    except (OSError, ValueError):
        return None


def _find_place(text: str, path: Path | None, other: Path | None, home: Path) -> Place:
    if path is not None:
        if path.is_dir() or path.name == CONFIGURATION_NAME:
            return FolderPlace(path if path.is_dir() else path.parent)
        return FilePlace.read(path)
    start = other if other is not None else home
    folder = start if start.is_dir() else start.parent
    if not folder.is_dir():
        raise SelectionError(
            f"There is no file or folder '{text}', nor a folder '{folder}' in whose repository to look."
        )
    revision, inside = split_revision(text)
    try:
        repository = Repository.find(folder.resolve())
    except SelectionError as error:
        raise SelectionError(f"There is no file or folder '{text}'; and as a revision: {error}") from error
    if inside is None and start.is_file() and start.name != CONFIGURATION_NAME:
        inside = f"{repository.prefix}{start.name}"
    found = repository.find_object(revision, inside)
    if found is None and split_revision(text)[1] is None:
        return EmptyPlace()
    if found is None:
        raise SelectionError(f"The revision '{revision}' has no '{inside}'.")
    if found.kind == "tree":
        return TreePlace(repository, found.id)
    if found.kind != "blob":
        raise SelectionError(f"'{text}' is a {found.kind}, not a file or folder.")
    name = (inside or "").rsplit("/", 1)[-1]
    return FilePlace.read_object(repository, found, name, find_configuration(folder.resolve()))
