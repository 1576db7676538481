"""Knowledge as it stands, or stood, in some place: a project's folder, loose files, a folder or file of a revision.

A place with a ``workbench.yaml`` is read by it. One without is read by that of the place it is compared with, where
that says what its files are, and otherwise as one domain of all ontologies, shapes and rules in it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Protocol

from workbench.errors import InputError, ProjectError, UsageError
from workbench.formats.rdf import parse_rdf
from workbench.model.report import Location, Violation
from workbench.model.terms import OWL, RDF_TYPE, SH
from workbench.project.configuration import CONFIGURATION_NAME, DomainConfig, ProjectConfig, parse_configuration
from workbench.project.files import (
    RDF_SUFFIXES,
    SourceFile,
    classify,
    find_tables,
    get_limit,
    is_table,
    read_file,
    report_link,
    report_unread,
    scan,
)
from workbench.project.loading import CONTENT_FOLDERS, load, report_unlisted
from workbench.project.patterns import check_path, get_fixed_folder
from workbench.project.project import Project
from workbench.project.revisions import Entry, GitObject, Repository

__all__ = [
    "LOOSE",
    "EmptyPlace",
    "FilePlace",
    "FolderPlace",
    "Place",
    "Snapshot",
    "TreePlace",
    "find_configuration",
    "take_snapshot",
]

LOOSE = "knowledge"
"""The name of the domain that loose files make."""

_SHAPE_TYPES = (f"<{SH}NodeShape>", f"<{SH}PropertyShape>")
_CLASS = f"<{OWL}Class>"
_BASE = "file:///"
"""What relative names in loose files are relative to: any place, but the same one on both sides."""
_MOST_LINKS = 8
_POINTER = b"version https://git-lfs.github.com/spec/"
_Found = tuple[Mapping[str, SourceFile], tuple[Violation, ...]]
_ReadAs = Literal["project", "borrowed", "loose"]


class Place(Protocol):
    """Where knowledge is."""

    def read_configuration(self) -> bytes | None:
        """Return the place's own ``workbench.yaml``, None when it has none."""

    def read_project(self) -> Project:
        """Return the project that the place is. Raises ProjectError when its ``workbench.yaml`` cannot be used."""

    def read_files(self, config: ProjectConfig) -> _Found:
        """Return the files that some configuration's domains read, and what cannot be followed or read."""

    def read_loose(self) -> _Found:
        """Return all ontologies and rules there are."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a place knows: as a project of its own, by a borrowed configuration, or as loose files.

    ``problem`` says why the place's own configuration could not be used.
    """

    project: Project
    read_as: _ReadAs = "project"
    problem: str = ""


def take_snapshot(place: Place, borrowed: Callable[[], ProjectConfig | None] = lambda: None) -> Snapshot:
    """Read a place; ``borrowed`` gives the configuration of the place it is compared with.

    Raises ProjectError when it has a ``workbench.yaml`` that cannot be used and none can be borrowed.
    """
    problem = ""
    if place.read_configuration() is not None:
        try:
            return Snapshot(place.read_project())
        except ProjectError as error:
            problem = str(error)
    config = borrowed()
    if config is not None:
        files, scanned = place.read_files(config)
        if files or problem:
            return Snapshot(Project.assemble(None, config, files, scanned, has_folders=True), "borrowed", problem)
    if problem:
        raise ProjectError(problem)
    return Snapshot(_assemble_loose(*place.read_loose(), config), "loose")


def find_configuration(folder: Path) -> ProjectConfig | None:
    """Return the configuration of the project that a folder is in, None when it is in none that can be read."""
    for parent in (folder, *folder.parents):
        if (parent / CONFIGURATION_NAME).is_file():
            try:
                return parse_configuration(read_file(parent, CONFIGURATION_NAME).data)[0]
            except (InputError, ProjectError):
                return None
    return None


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """A folder on disk."""

    root: Path

    def read_configuration(self) -> bytes | None:
        """Return the folder's ``workbench.yaml``."""
        return read_file(self.root, CONFIGURATION_NAME).data if (self.root / CONFIGURATION_NAME).exists() else None

    def read_project(self) -> Project:
        """Load the folder."""
        return load(self.root)

    def read_files(self, config: ProjectConfig) -> _Found:
        """Scan the folder."""
        return scan(self.root.resolve(), config)

    def read_loose(self) -> _Found:
        """Scan the folder for whatever can be read."""
        return scan(self.root.resolve(), _make_loose_configuration((), ()))


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A single file, from disk or a revision; ``around`` is the configuration of the project it belongs to."""

    path: str
    data: bytes
    around: ProjectConfig | None = None

    def __post_init__(self) -> None:
        if not _is_knowledge(self.path):
            raise UsageError(f"{self.path} holds no knowledge: ontologies, shapes and rules files can be compared.")

    @classmethod
    def read(cls, path: Path) -> FilePlace:
        """Read a file on disk. Raises InputError when it cannot be read."""
        file = read_file(path.parent, path.name)
        return cls(file.path, file.data, find_configuration(path.parent.resolve()))

    @classmethod
    def read_object(
        cls, repository: Repository, found: GitObject, name: str, around: ProjectConfig | None
    ) -> FilePlace:
        """Read a file of a revision. Raises InputError when it is too large."""
        entry = Entry(name, "100644", found.id, found.size)
        return cls(name, repository.read_files([entry])[name], around)

    def read_configuration(self) -> bytes | None:
        """Return None: a file is no project."""
        return None

    def read_project(self) -> Project:
        """Return the file's knowledge as a project."""
        return _assemble_loose(*self.read_loose(), self.around)

    def read_files(self, config: ProjectConfig) -> _Found:
        """Return nothing: what a file is for, it says itself."""
        return {}, ()

    def read_loose(self) -> _Found:
        """Return the file."""
        return {self.path: SourceFile(self.path, self.data)}, ()


@dataclass(frozen=True, slots=True)
class EmptyPlace:
    """A place that is not there on one side: nothing is known in it."""

    def read_configuration(self) -> bytes | None:
        """Return None."""
        return None

    def read_project(self) -> Project:
        """Return a project without domains."""
        return _assemble_loose({}, (), None)

    def read_files(self, config: ProjectConfig) -> _Found:
        """Return nothing."""
        return {}, ()

    def read_loose(self) -> _Found:
        """Return nothing."""
        return {}, ()


@dataclass(frozen=True, slots=True)
class TreePlace:
    """A folder of a revision."""

    repository: Repository
    tree: str
    _kept: dict[tuple[str, ...], tuple[Entry, ...]] = field(default_factory=dict, compare=False, repr=False)

    def read_configuration(self) -> bytes | None:
        """Return the ``workbench.yaml`` of the folder at that time."""
        entries = [entry for entry in self._list((CONFIGURATION_NAME,)) if entry.path == CONFIGURATION_NAME]
        return self.repository.read_files(entries).get(CONFIGURATION_NAME) if entries else None

    def read_project(self) -> Project:
        """Return the project as it was."""
        data = self.read_configuration()
        if data is None:
            raise ProjectError(f"There was no {CONFIGURATION_NAME}.")
        config, found = parse_configuration(data)
        files, scanned = self.read_files(config)
        content = self._list(CONTENT_FOLDERS)
        inner = sorted({"/".join(e.path.split("/")[:2]) for e in content if e.path.count("/") > 1})
        own = {**files, CONFIGURATION_NAME: SourceFile(CONFIGURATION_NAME, data)}
        found = (*found, *scanned, *report_unlisted(config, inner))
        return Project.assemble(None, config, own, found, has_folders=True)

    def read_files(self, config: ProjectConfig) -> _Found:
        """Return the files that the configuration's domains read; links inside the revision are followed."""
        patterns = [p for d in config.domains.values() for p in (*d.ontologies, *d.validators, *d.curricula)]
        entries = self._list(tuple(sorted({get_fixed_folder(pattern) for pattern in patterns})))
        violations: list[Violation] = []
        wanted, tables = [], []
        for entry in entries:
            if entry.path == CONFIGURATION_NAME or _is_hidden(entry.path):
                continue
            if is_table(config, entry.path):
                tables.append(entry)
            elif classify(config, entry.path):
                wanted.append(entry)
            else:
                violations += report_unread(config, entry.path)
        files, found = self._read(wanted, entries, violations)
        named = find_tables(config, files)
        more, found = self._read([entry for entry in tables if entry.path in named], entries, [*found])
        return dict(sorted({**files, **more}.items())), found

    def read_loose(self) -> _Found:
        """Return all ontologies and rules of the revision."""
        entries = self._list(("",))
        return self._read([e for e in entries if _is_knowledge(e.path) and not _is_hidden(e.path)], entries, [])

    def _list(self, folders: tuple[str, ...]) -> tuple[Entry, ...]:
        if folders not in self._kept:
            self._kept[folders] = self.repository.list_files(self.tree, folders)
        return self._kept[folders]

    def _read(self, wanted: Sequence[Entry], entries: Sequence[Entry], violations: list[Violation]) -> _Found:
        by_path = {entry.path: entry for entry in entries}
        found: dict[str, Entry] = {}
        for entry in wanted:
            target = self._follow(entry, by_path)
            if target is None:
                violations.append(report_link(entry.path))
            else:
                found[entry.path] = target._replace(path=entry.path)
        contents = self.repository.read_files(found.values())
        files = {}
        for path, data in contents.items():
            if data.startswith(_POINTER):
                violations.append(_report_pointer(path))
            else:
                files[path] = SourceFile(path, data)
        return files, tuple(violations)

    def _follow(self, entry: Entry, by_path: Mapping[str, Entry]) -> Entry | None:
        """Return the file that an entry is or leads to, inside what was listed."""
        for _ in range(_MOST_LINKS):
            if entry.is_file:
                return entry
            if not entry.is_link or entry.size > 4096:
                return None
            target = self.repository.read_files([entry])[entry.path].decode("utf-8", "replace")
            place = posixpath.normpath(posixpath.join(posixpath.dirname(entry.path), target))
            if place not in by_path:
                return None
            entry = by_path[place]
        return None


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _is_knowledge(path: str) -> bool:
    suffix = Path(path).suffix.lower()
    return suffix in RDF_SUFFIXES or suffix == ".rules"


def _report_pointer(path: str) -> Violation:
    return Violation(
        "project.pointer",
        "error",
        f"{path} is kept outside the repository (Git LFS), so its content is not known.",
        Location(path),
        why="The revision holds only a pointer to it, and nothing is fetched from the network.",
        fix="Compare with a folder in which the file is there.",
    )


_UNDECLARED = ("rule.unknown-predicate", "rule.unreachable", "rule.open-negation", "test.failed")


def _make_loose_configuration(ontologies: Sequence[str], shapes: Sequence[str]) -> ProjectConfig:
    domain = DomainConfig(LOOSE, tuple(ontologies) or ("**",), tuple(shapes), ())
    return ProjectConfig(LOOSE, domains={LOOSE: domain})


def _assemble_loose(
    files: Mapping[str, SourceFile], scanned: Sequence[Violation], around: ProjectConfig | None
) -> Project:
    """Make one domain of files; names resolve as in the project around them."""
    usable = {path: file for path, file in files.items() if _is_knowledge(path) and _is_path(path)}
    shapes = [path for path, file in usable.items() if _holds_shapes(file)]
    others = [path for path in usable if path not in shapes]
    config = _make_loose_configuration(others, shapes)
    if not others:
        only_shapes = {LOOSE: DomainConfig(LOOSE, (), tuple(shapes), ())} if shapes else {}
        config = replace(config, domains=only_shapes)
    elif not any(Path(path).suffix.lower() in RDF_SUFFIXES for path in others):
        # Rules by themselves: what declares their names stands in files that are not compared.
        config = replace(config, severity=dict.fromkeys(_UNDECLARED, "off"))
    if around is None:
        config = replace(config, base=_BASE)
    else:
        config = replace(config, base=around.base or _BASE, prefixes=around.prefixes, languages=around.languages)
    return Project.assemble(None, config, usable, [v for v in scanned if v.code == "project.link"])


def _is_path(path: str) -> bool:
    """Whether the path can be written as a pattern that means itself."""
    try:
        check_path(path)
    except ValueError:
        return False
    return True


def _holds_shapes(file: SourceFile) -> bool:
    """Whether a file is about shapes rather than an ontology that also has some."""
    if Path(file.path).suffix.lower() not in RDF_SUFFIXES or b"Shape" not in file.data:
        return False
    if len(file.data) > get_limit(file.path):
        return False
    types = {triple[2] for triple in parse_rdf(file.data, file.path).triples if triple[1] == RDF_TYPE}
    return any(shape in types for shape in _SHAPE_TYPES) and _CLASS not in types
