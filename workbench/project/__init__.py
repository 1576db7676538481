"""A knowledge project as a value: loading, edits with undo, formatting, scaffolding."""

from workbench.project.configuration import CONFIGURATION_NAME, BuildDefaults, DomainConfig, ProjectConfig, Waiver
from workbench.project.domain import Domain
from workbench.project.edits import Edit, TextPatch, TripleDelta, apply, preview
from workbench.project.files import SourceFile
from workbench.project.formatting import format_project
from workbench.project.history import HistoryEntry, history, recover, redo, undo
from workbench.project.loading import load
from workbench.project.project import Project
from workbench.project.scaffold import EXAMPLES, init
from workbench.project.writing import recover_directory, replace_directory, write_atomically

__all__ = [
    "CONFIGURATION_NAME",
    "EXAMPLES",
    "BuildDefaults",
    "Domain",
    "DomainConfig",
    "Edit",
    "HistoryEntry",
    "Project",
    "ProjectConfig",
    "SourceFile",
    "TextPatch",
    "TripleDelta",
    "Waiver",
    "apply",
    "format_project",
    "history",
    "init",
    "load",
    "preview",
    "recover",
    "recover_directory",
    "redo",
    "replace_directory",
    "undo",
    "write_atomically",
]
