"""The commands ``templates ...``."""

from __future__ import annotations

import click

from workbench.cli.output import print_text
from workbench.errors import UsageError

__all__ = ["add", "templates"]


@click.group(short_help="Copy the templates that come with Workbench, to change them.")
def templates() -> None:
    """Copy the templates that come with Workbench, to change them.

    A task for which a project has no template in a language is framed by those that come with Workbench.

    \b
    Example:
      workbench templates add recall
    """


@templates.command(short_help="Copy the templates of tasks into a project.")
@click.argument("words", metavar="[DIR] TASK...", nargs=-1)
@click.option("--domain", metavar="NAME", help="The domain; without it, every domain that has a curriculum.")
@click.option("--language", metavar="TAG", help="In this language only; without it, in those of the curriculum.")
def add(words: tuple[str, ...], domain: str | None, language: str | None) -> None:
    """Copy the templates of tasks into a project, beside its curriculum, where they count from then on.

    A file that is there stays as it is. 'workbench undo' takes the copies away again.

    \b
    Examples:
      workbench templates add recall conflict
      workbench templates add my-project puzzle --language de
    """
    from workbench.build import copy_templates, load
    from workbench.model.curriculum import TASKS

    is_folder = bool(words) and words[0] not in TASKS
    folder, tasks = (words[0], words[1:]) if is_folder and len(words) > 1 else (".", words)
    if not tasks:
        raise UsageError(f"Name a task: workbench templates add TASK. Tasks are {', '.join(TASKS)}.")
    print_text(copy_templates(load(folder), domain, tasks, language or "").format_text())
