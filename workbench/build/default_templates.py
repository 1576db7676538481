"""The templates that come with the package: what frames a task for which a project has none of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from workbench.build.knowledge import list_domains
from workbench.errors import UsageError
from workbench.formats.curriculum import parse_curriculum
from workbench.model.curriculum import TASKS
from workbench.project import Edit, Project, TextPatch, apply
from workbench.wording.templates import Template, parse_template

__all__ = ["CopiedTemplates", "copy_templates", "list_defaults", "read_default_files"]


def read_default_files(task: str) -> Iterator[tuple[str, bytes]]:
    """Yield the name (``<language>-<variant>.j2``) and content of each default template of a task, by name."""
    folder = resources.files("workbench.build") / "defaults" / "templates" / task
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".j2"):
            yield file.name, file.read_bytes()


@lru_cache(maxsize=256)
def list_defaults(task: str, language: str) -> tuple[Template, ...]:
    """Return the default templates of a task in a language; none for a language that has none."""
    found = []
    for name, data in read_default_files(task):
        own, _, variant = name.removesuffix(".j2").partition("-")
        if own != language:
            continue
        digest = hashlib.sha256(data).hexdigest()
        template = parse_template(data.decode(), f"defaults/{task}/{name}", task, own, variant, digest)
        if not isinstance(template, Template):
            raise ValueError(f"the default template {name} of {task} is unusable: {template.message}")
        found.append(template)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class CopiedTemplates:
    """What was copied into a project: ``written`` paths, and those that ``were_there`` and stay as they are."""

    written: tuple[str, ...]
    were_there: tuple[str, ...]

    def format_text(self) -> str:
        """Return a line for each file."""
        lines = [f"wrote {path}" for path in self.written]
        return "\n".join((*lines, *(f"kept  {path}, which was there" for path in self.were_there)))


def copy_templates(project: Project, domain: str | None, tasks: Sequence[str], language: str = "") -> CopiedTemplates:
    """Copy the default templates of some tasks beside the curriculum of each domain chosen, for its author to change.

    They are those of the curriculum's languages, or of ``language`` alone. A file that is there stays as it is. The
    copies are one edit, which can be undone. Raises UsageError for a task that there is not, when no default template
    is in such a language, and when no domain chosen has a curriculum; EditError and StorageError as their names say.
    """
    if unknown := [task for task in tasks if task not in TASKS]:
        raise UsageError(f"There is no task {', '.join(unknown)}. Tasks are {', '.join(TASKS)}.")
    wanted: dict[str, bytes] = {}
    for one in list_domains(project, domain):
        file = one.curriculum_file
        if file is None:
            continue
        curriculum, _ = parse_curriculum(file.data, file.path, one.name, one.prefixes)
        spoken = [name for name, _ in curriculum.languages] if curriculum else list(project.config.languages)
        languages = [language] if language else spoken
        folder = f"{file.path.rpartition('/')[0]}/templates"
        for task in dict.fromkeys(tasks):
            for name, data in read_default_files(task):
                if name.partition("-")[0] in languages:
                    wanted[f"{folder}/{task}/{name}"] = data
    if not wanted:
        raise UsageError("There is nothing to copy: no domain has a curriculum in a language of the default templates.")
    were_there = tuple(path for path in wanted if path in project.files)
    written = tuple(path for path in wanted if path not in project.files)
    apply(project, Edit("Copy default templates", tuple(TextPatch(path, None, wanted[path]) for path in written)))
    return CopiedTemplates(written, were_there)
