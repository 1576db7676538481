"""The commands ``curriculum ...``."""

from __future__ import annotations

import click

from workbench.cli.options import take_domain, take_folder, take_json, take_progress
from workbench.cli.output import print_json, print_text, show_progress

__all__ = ["curriculum", "preview"]


@click.group(short_help="Look at a curriculum before anything is built.")
def curriculum() -> None:
    """Look at a curriculum before anything is built.

    \b
    Example:
      workbench curriculum preview planets --level one-step
    """


@curriculum.command(short_help="Show an item of each task and level.")
@take_folder
@take_domain
@click.option("--level", metavar="LEVEL", help="Only this level, by name or number.")
@click.option("--task", metavar="TASK", help="Only this task.")
@click.option("--language", metavar="TAG", help="Items in this language of the curriculum only, such as de.")
@click.option("--seed", type=int, help="The seed; another one shows other items.")
@take_progress
@take_json
def preview(
    folder: str,
    domain: str | None,
    level: str | None,
    task: str | None,
    language: str | None,
    seed: int | None,
    forced: bool,
    as_json: bool,
) -> int:
    """Show an item of each task and level: prompt, answer, proof in words, difficulty, and its template.

    The items are drawn, answered and judged as by 'workbench build'; nothing is written. What cannot be made is said
    with the reasons for which candidates were turned away, and the exit code is 1 then.

    \b
    Examples:
      workbench curriculum preview my-project
      workbench curriculum preview --level two-steps --task entailment --language de
    """
    from workbench.build import load, preview_curriculum

    project = load(folder)
    with show_progress(forced=forced) as progress:
        previews = preview_curriculum(
            project, domain, level=level, task=task, language=language, seed=seed, progress=progress
        )
    if as_json:
        print_json([one.to_json() for one in previews])
    else:
        print_text("\n".join(one.format_text() for one in previews))
    return max(one.exit_code for one in previews)
