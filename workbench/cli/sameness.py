"""The command ``same``."""

from __future__ import annotations

import click

from workbench.cli.options import take_json
from workbench.cli.output import print_json, print_text
from workbench.errors import UsageError

__all__ = ["same"]


@click.command(short_help="Say why two items are the same, or what differs.")
@click.argument("dataset", metavar="DATASET")
@click.argument("items", metavar="[ID ID]", nargs=-1)
@click.option("--of", "item", metavar="ID", help="List all items with the structure of this one.")
@click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, metavar="N",
              help="With --of, how many to explain.")  # fmt: skip
@take_json
def same(dataset: str, items: tuple[str, ...], item: str | None, limit: int, as_json: bool) -> int:
    """Say why two items of a dataset are the same: which individual and which property plays the part of which.

    Items that are not the same by any grain get the first thing in which they differ, and the exit code 1. Of an ID
    the first digits do.

    \b
    Examples:
      workbench same build/kinship 582cff2b 31dd8908
      workbench same build/kinship --of 582cff2b --json
    """
    from workbench.build import explain_sameness, find_twins

    if item is not None and not items:
        twins = find_twins(dataset, item, limit=limit)
        if as_json:
            print_json(twins.to_json())
        else:
            print_text(twins.format_text())
        return 0
    if item is not None or len(items) != 2:
        raise UsageError("Give two ids, or one with '--of': workbench same DATASET ID ID.")
    sameness = explain_sameness(dataset, *items)
    if as_json:
        print_json(sameness.to_json())
    else:
        print_text(sameness.format_text())
    return sameness.exit_code
