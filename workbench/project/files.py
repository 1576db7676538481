"""Files of a project: which there are, what each is for, and reading them without being led astray.

A project may come from a stranger: links that lead out of it are refused, devices and pipes are not opened, sizes
are bounded, hidden files are not looked at.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from workbench.errors import InputError
from workbench.formats.rdf import MAX_BYTES as MAX_RDF_BYTES
from workbench.formats.table_mapping import MAPPING_SUFFIXES, read_table_path
from workbench.formats.yaml_text import MAX_YAML_BYTES
from workbench.model.report import Location, Violation
from workbench.project.configuration import CONFIGURATION_NAME, DomainConfig, ProjectConfig
from workbench.project.patterns import get_fixed_folder, matches

__all__ = [
    "MAX_FILES",
    "RDF_SUFFIXES",
    "TABLE_SUFFIXES",
    "Role",
    "SourceFile",
    "classify",
    "find_role",
    "find_tables",
    "get_limit",
    "is_table",
    "read_file",
    "report_link",
    "report_unread",
    "scan",
]

Role = Literal["ontology", "rules", "shapes", "constraints", "curriculum", "template", "mapping", "table"]
"""What a file is for; a table is read only where a mapping names it."""

RDF_SUFFIXES = frozenset({".ttl", ".nt", ".owl", ".rdf", ".xml"})
MAX_FILES = 20_000
TABLE_SUFFIXES = frozenset({".csv", ".tsv"})
_MAX_TEXT_BYTES = 10_000_000
_MAX_TABLE_BYTES = 100_000_000
# What people keep beside their content; nothing reads it.
_QUIET_SUFFIXES = frozenset({".md", ".txt", ".csv", ".tsv", ".png", ".svg", ".pdf", ".license"})
_QUIET_NAMES = frozenset({"LICENSE", "LICENCE", "NOTICE", "README", "CODEOWNERS"})


@dataclass(frozen=True)
class SourceFile:
    """A file's content; ``path`` is relative to the project, with ``/``."""

    path: str
    data: bytes

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def text(self) -> str:
        """The content as text; what is not UTF-8 shows as replacement characters."""
        return self.data.decode("utf-8-sig", "replace")


def find_role(domain: DomainConfig, path: str) -> Role | None:
    """Return what a file is for in a domain; None when it belongs to another domain, or is nothing we read."""
    name = path.rsplit("/", 1)[-1]
    suffix = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if _is_among(domain.ontologies, path):
        if suffix in RDF_SUFFIXES:
            return "ontology"
        if suffix == ".rules":
            return "rules"
        if suffix in TABLE_SUFFIXES:
            return "table"
        if name.lower().endswith(MAPPING_SUFFIXES):
            return "mapping"
    if _is_among(domain.validators, path):
        if suffix in RDF_SUFFIXES:
            return "shapes"
        if suffix == ".rules":
            return "constraints"
    if _is_among(domain.curricula, path):
        if name in ("curriculum.yaml", "curriculum.yml"):
            return "curriculum"
        if suffix in (".j2", ".jinja") or "templates" in path.split("/")[:-1]:
            return "template"
    return None


def classify(config: ProjectConfig, path: str) -> tuple[tuple[DomainConfig, Role], ...]:
    """Return the domains that read a file, each with what the file is for there."""
    found = ((domain, find_role(domain, path)) for domain in config.domains.values())
    return tuple((domain, role) for domain, role in found if role is not None)


def is_table(config: ProjectConfig, path: str) -> bool:
    """Tell whether a file is a table, which is read only where a mapping names it."""
    roles = [role for _, role in classify(config, path)]
    return bool(roles) and all(role == "table" for role in roles)


def find_tables(config: ProjectConfig, files: Mapping[str, SourceFile]) -> frozenset[str]:
    """Return the paths of the tables that the mappings among some files name."""
    mappings = [file for path, file in files.items() if any(role == "mapping" for _, role in classify(config, path))]
    found = (read_table_path(file.data, file.path) for file in mappings)
    return frozenset(path for path in found if path is not None and is_table(config, path))


def get_limit(path: str) -> int:
    """Return how many bytes a file of this name may have."""
    suffix = Path(path).suffix.lower()
    if suffix in RDF_SUFFIXES:
        return MAX_RDF_BYTES
    if suffix in TABLE_SUFFIXES:
        return _MAX_TABLE_BYTES
    return MAX_YAML_BYTES if suffix in (".yaml", ".yml") else _MAX_TEXT_BYTES


def read_file(root: Path, path: str) -> SourceFile:
    """Read a regular file. Raises InputError: gone, unreadable, not a regular file, beyond the limit on its size."""
    limit = get_limit(path)
    try:
        # Without O_NONBLOCK, opening a pipe would wait for its other end for ever.
        descriptor = os.open(root / path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise InputError(f"{path} is not a regular file.")
            if status.st_size > limit:
                raise InputError(f"{path} has {status.st_size:,} bytes; at most {limit:,} are read.")
            data = stream.read(limit + 1)
    except OSError as error:
        raise InputError(f"{path} could not be read: {error.strerror or error}.") from error
    if len(data) > limit:
        raise InputError(f"{path} has more than {limit:,} bytes.")
    return SourceFile(path, data)


def scan(root: Path, config: ProjectConfig) -> tuple[Mapping[str, SourceFile], tuple[Violation, ...]]:
    """Read every file that a domain reads; findings are links that lead out and files that nothing reads.

    Raises InputError (see :func:`read_file`), also when there are more than ``MAX_FILES``.
    """
    violations: list[Violation] = []
    files: dict[str, SourceFile] = {}
    tables: list[str] = []
    for path in _list_paths(root, config, violations):
        if is_table(config, path):
            tables.append(path)
        elif classify(config, path):
            files[path] = read_file(root, path)
        else:
            violations += report_unread(config, path)
    wanted = find_tables(config, files)
    files |= {path: read_file(root, path) for path in tables if path in wanted}
    return dict(sorted(files.items())), tuple(violations)


def report_unread(config: ProjectConfig, path: str) -> tuple[Violation, ...]:
    """Return the finding about a file in a content folder that no domain reads; none where that is usual."""
    return () if _is_quiet(path) or not _is_content(config, path) else (_report_unexpected(path),)


def _list_paths(root: Path, config: ProjectConfig, violations: list[Violation]) -> list[str]:
    patterns = [p for d in config.domains.values() for p in (*d.ontologies, *d.validators, *d.curricula)]
    found: set[str] = set()
    for start in sorted({get_fixed_folder(pattern) for pattern in patterns}):
        for path in _walk(root, start, violations):
            if path != CONFIGURATION_NAME and path not in found:
                found.add(path)
                if len(found) > MAX_FILES:
                    raise InputError(f"The project has more than {MAX_FILES:,} files in its content folders.")
    return sorted(found)


def _walk(root: Path, start: str, violations: list[Violation]) -> Iterator[str]:
    """Yield the paths of files below ``start``, links that stay inside included, hidden names left out."""
    top = root / start if start else root
    if _leads_out(root, top):
        violations.append(report_link(start))
        return
    if top.is_file():
        yield start
        return
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in [name for name in folders if Path(folder, name).is_symlink()]:
            violations.append(report_link(Path(folder, name).relative_to(root).as_posix()))
        for name in sorted(names):
            if name.startswith("."):
                continue
            path = Path(folder, name)
            relative = path.relative_to(root).as_posix()
            if not _is_text(relative):
                violations.append(_report_name(relative))
            elif path.is_symlink() and (_leads_out(root, path) or not path.exists()):
                violations.append(report_link(relative))
            else:
                yield relative


def _is_text(path: str) -> bool:
    """Tell whether a name is text; on Linux a name is any bytes."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _report_name(path: str) -> Violation:
    shown = os.fsencode(path).decode("utf-8", "replace")
    return Violation(
        "project.unexpected-file",
        "error",
        f"The file {shown} is not read: its name is not UTF-8 text.",
        Location(shown),
        why="Places in reports, and what a file means, are written with its name.",
        fix="Rename the file.",
    )


def _leads_out(root: Path, path: Path) -> bool:
    return not path.resolve().is_relative_to(root.resolve())


def _is_among(patterns: tuple[str, ...], path: str) -> bool:
    return any(matches(pattern, path) for pattern in patterns)


def _is_content(config: ProjectConfig, path: str) -> bool:
    """Whether a domain's patterns name the file, though no domain reads it."""
    return any(_is_among((*d.ontologies, *d.validators, *d.curricula), path) for d in config.domains.values())


def _is_quiet(path: str) -> bool:
    name = Path(path)
    return name.suffix.lower() in _QUIET_SUFFIXES or name.stem.upper() in _QUIET_NAMES


def report_link(path: str) -> Violation:
    """Return the finding about a link that is not followed."""
    return Violation(
        "project.link",
        "error",
        f"The link {path} is not followed: it leads out of the project, to a folder, or nowhere.",
        Location(path),
        why="Opening a project must not read files elsewhere on this computer.",
        fix="Put the files themselves into the content folder.",
    )


def _report_unexpected(path: str) -> Violation:
    return Violation(
        "project.unexpected-file",
        "warning",
        f"Nothing reads {path}.",
        Location(path),
        why="Content folders hold ontologies, rules, shapes, curricula and templates only; code in them never runs.",
        fix="Move it out of the content folder, or check its ending.",
    )
