"""``workbench fmt``: Turtle and rules files in their canonical form, as one edit that can be undone."""

from __future__ import annotations

from workbench.errors import InvalidKnowledgeError
from workbench.formats.rules_printer import format_rules
from workbench.formats.turtle_format import format_turtle
from workbench.model.report import Report, Violation
from workbench.project.edits import Edit, TextPatch, apply
from workbench.project.files import SourceFile, classify
from workbench.project.project import Project

__all__ = ["format_file", "format_project"]


def format_project(project: Project, check: bool = False) -> list[str]:
    """Bring all Turtle and rules files into canonical form and return the paths that changed, sorted.

    With ``check`` nothing is written and the paths are those that would change. Comments stay, and so does what a
    file means. Raises InvalidKnowledgeError, with the findings, when a file has errors of syntax; then nothing is
    changed.
    """
    changes: list[TextPatch] = []
    broken: list[Violation] = []
    for path, file in project.files.items():
        try:
            formatted = format_file(project, file)
        except InvalidKnowledgeError as error:
            broken += error.report.violations
            continue
        if formatted != file.data:
            changes.append(TextPatch(path, file.digest, formatted))
    if broken:
        paths = sorted({violation.location.path for violation in broken if violation.location})
        told = f"Errors must be mended before these can be formatted: {', '.join(paths)}. Nothing was changed."
        raise InvalidKnowledgeError(told, Report.collect(broken))
    if changes and not check:
        apply(project, Edit(f"Format {len(changes)} file{'s' * (len(changes) > 1)}", tuple(changes)))
    return [change.path for change in changes]


def format_file(project: Project, file: SourceFile) -> bytes:
    """Return a file's canonical form; other kinds than Turtle and rules come back as they are.

    Raises InvalidKnowledgeError when the file has errors.
    """
    if file.path.endswith(".ttl"):
        parsed = project.read_rdf(file.path)
        if parsed is not None and parsed.graph.violations:
            told = f"{file.path} cannot be formatted before its errors are mended"
            raise InvalidKnowledgeError(told, Report.collect(parsed.graph.violations))
        return format_turtle(file.data, file.path, project.config.base or None)
    if file.path.endswith(".rules"):
        readers = classify(project.config, file.path)
        prefixes = project.domains[readers[0][0].name].prefixes if readers else project.config.prefixes
        return format_rules(file.text, file.path, prefixes).encode()
    return file.data
