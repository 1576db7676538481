"""A folder to a project."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workbench.errors import InputError, ProjectError
from workbench.model.report import Location, Violation
from workbench.project.configuration import CONFIGURATION_NAME, ProjectConfig, parse_configuration
from workbench.project.files import read_file, scan
from workbench.project.journal import Journal
from workbench.project.project import Project

__all__ = ["CONTENT_FOLDERS", "load", "report_unlisted"]

CONTENT_FOLDERS = ("ontologies", "validators", "curricula")
"""Whose folders are domains."""


def load(path: Path | str) -> Project:
    """Read the project in a folder; an edit that was interrupted is first completed or undone.

    What the author can mend is in ``Project.violations``, each with its place. Raises ProjectError when there is no
    project or its ``workbench.yaml`` cannot be used, InputError for files that cannot be read or are too large,
    EditError when the journal's record of an interrupted edit is damaged.
    """
    root = Path(path)
    if root.is_file() and root.name == CONFIGURATION_NAME:
        root = root.parent
    if not root.is_dir():
        raise ProjectError(f"There is no folder {path}. 'workbench init {path}' makes a new project there.")
    root = root.resolve()
    journal = Journal(root)
    existed = journal.exists
    with journal.read_locked():
        project = _read(root)
    if journal.exists and not existed:  # the first edit ever came while nobody could hold a lock
        with journal.read_locked():
            project = _read(root)
    return project


def _read(root: Path) -> Project:
    place = root / CONFIGURATION_NAME
    if not place.exists():
        raise ProjectError(
            f"There is no project in {root}: it has no {CONFIGURATION_NAME}. "
            f"'workbench init {root}' makes one; 'workbench init DIR --from FILE' starts from an ontology."
        )
    if not place.resolve().is_relative_to(root):
        raise ProjectError(f"{CONFIGURATION_NAME} is a link that leads out of the project.")
    try:
        file = read_file(root, CONFIGURATION_NAME)
    except InputError as error:
        raise ProjectError(str(error)) from error
    config, found = parse_configuration(file.data)
    files, scanned = scan(root, config)
    tops = [root / folder for folder in CONTENT_FOLDERS if (root / folder).is_dir()]
    inner = [path.relative_to(root).as_posix() for top in tops for path in sorted(top.iterdir()) if path.is_dir()]
    return Project.assemble(
        root, config, {**files, CONFIGURATION_NAME: file}, (*found, *scanned, *report_unlisted(config, inner))
    )


def report_unlisted(config: ProjectConfig, folders: Iterable[str]) -> list[Violation]:
    """Report folders that look like a domain and are none; ``folders`` are those inside the content folders."""
    found: list[Violation] = []
    patterns = [p for d in config.domains.values() for p in (*d.ontologies, *d.validators, *d.curricula)]
    for path in folders:
        folder, _, name = path.partition("/")
        used = any(pattern.startswith((f"{path}/", f"{folder}/*")) or pattern == path for pattern in patterns)
        if not name.startswith(".") and not used and name not in config.domains:
            message = f"The folder {path} belongs to no domain, so nothing reads it."
            fix = f"Add '{name}: {{}}' under 'domains' in {CONFIGURATION_NAME}, or remove the folder."
            found.append(Violation("project.unlisted-domain", "warning", message, Location(path), fix=fix))
    return found
