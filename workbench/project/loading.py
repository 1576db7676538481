"""A folder to a project."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import InputError, ProjectError
from workbench.model.report import Location, Violation
from workbench.project.configuration import CONFIGURATION_NAME, ProjectConfig, parse_configuration
from workbench.project.files import read_file, scan
from workbench.project.journal import Journal
from workbench.project.project import Project

__all__ = ["load"]

_FOLDERS = ("ontologies", "validators", "curricula")


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
    return Project.assemble(
        root, config, {**files, CONFIGURATION_NAME: file}, (*found, *scanned, *_report_unlisted(root, config))
    )


def _report_unlisted(root: Path, config: ProjectConfig) -> list[Violation]:
    """Report folders that look like a domain and are none."""
    found: list[Violation] = []
    patterns = [p for d in config.domains.values() for p in (*d.ontologies, *d.validators, *d.curricula)]
    for folder in _FOLDERS:
        top = root / folder
        for inner in sorted(top.iterdir()) if top.is_dir() else ():
            path = f"{folder}/{inner.name}"
            used = any(pattern.startswith((f"{path}/", f"{folder}/*")) or pattern == path for pattern in patterns)
            if inner.is_dir() and not inner.name.startswith(".") and not used and inner.name not in config.domains:
                message = f"The folder {path} belongs to no domain, so nothing reads it."
                fix = f"Add '{inner.name}: {{}}' under 'domains' in {CONFIGURATION_NAME}, or remove the folder."
                found.append(Violation("project.unlisted-domain", "warning", message, Location(path), fix=fix))
    return found
