"""The command ``diff``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from workbench.cli.options import take_domain
from workbench.cli.output import print_text, show_progress, wants_color

__all__ = ["diff"]


@click.command(short_help="Say what a change does.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="[NEW]", required=False)
@take_domain
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text",
              help="Words, JSON, or one comment for a pull request.")  # fmt: skip
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Write it to this file.")
@click.option("--dataset", "datasets", metavar="DATASET", multiple=True,
              help="Also say which items of this dataset become wrong or stale; may be repeated.")  # fmt: skip
@click.option("--all", "every", is_flag=True, help="In text, list everything.")
@click.option("--no-renames", is_flag=True, help="Tell a name that changed as one gone and one new.")
@click.option("--no-check", is_flag=True, help="Do not compare what 'workbench check' finds; this is faster.")
@click.option("--language", metavar="TAG", help="The language of the sentences, such as de.")
@click.option("--fail-on", type=click.Choice(["never", "breaking", "any"]), default="never",
              help="The mildest change that makes the exit code 1.")  # fmt: skip
def diff(
    old: str,
    new: str | None,
    domain: str | None,
    form: Literal["text", "json", "markdown"],
    output: Path | None,
    datasets: tuple[str, ...],
    every: bool,
    no_renames: bool,
    no_check: bool,
    language: str | None,
    fail_on: Literal["never", "breaking", "any"],
) -> int:
    """Say what a change does: what is stated otherwise, what follows no longer or as well, and what breaks.

    OLD and NEW are files, folders, or revisions of git: REV, or REV:PATH. REV alone is the folder or file on the
    other side, as it was then. Without NEW, OLD is compared with the current folder. Write -- before a revision
    that begins with a dash.

    \b
    Examples:
      workbench diff HEAD~1
      workbench diff v1.0 v2.0 --format markdown --output comment.md
      workbench diff main my-project --dataset out/kinship --fail-on breaking
      workbench diff old.ttl new.ttl
      workbench diff main:ontologies/kinship/kinship.rules ontologies/kinship/kinship.rules
    """
    from workbench.build import compute_difference_exit_code, diff, format_difference, write_atomically

    with show_progress() as progress:
        difference = diff(
            old,
            new,
            domain=domain,
            datasets=datasets,
            language=language,
            renames=not no_renames,
            findings=not no_check,
            progress=progress,
        )
    text = format_difference(difference, form, all=every, color=wants_color() and output is None)
    if output is None:
        print_text(text)
    else:
        write_atomically(output, text.encode("utf-8", "replace"))
    return compute_difference_exit_code(difference, fail_on)
