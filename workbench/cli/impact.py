"""The command ``impact``."""

from __future__ import annotations

import click

from workbench.cli.options import take_json, take_progress
from workbench.cli.output import print_json, print_text, show_progress
from workbench.errors import UsageError

__all__ = ["impact"]


@click.command(short_help="List the items that a change makes wrong or stale.")
@click.argument("words", metavar="[DIR] TARGET", nargs=-1)
@click.option("--dataset", metavar="DATASET", help="The dataset; without it, where the domain is built to.")
@click.option("--domain", metavar="NAME", help="The domain; may be left out where it can be told.")
@click.option("--item", metavar="ID", help="The other way round: say what this item was made from, with file and line.")
@click.option("--limit", type=click.IntRange(min=0), default=10, show_default=True, metavar="N",
              help="How many items to list.")  # fmt: skip
@take_progress
@take_json
def impact(
    words: tuple[str, ...],
    dataset: str | None,
    domain: str | None,
    item: str | None,
    limit: int,
    forced: bool,
    as_json: bool,
) -> int:
    """List the items of a dataset that a change of TARGET makes wrong or stale.

    TARGET is the name of a rule, constraint or axiom as proofs show it, an axiom of three names, a template such as
    count/en-1, or a class, property or individual (its phrase or label). With --item, go from an item back to its
    template, rules, axioms and phrases in the project's files.

    \b
    Exit codes: 0 fine, 1 nothing is called TARGET, 2 wrong usage, 3 the dataset cannot be read.

    \b
    Examples:
      workbench impact uncle
      workbench impact my-project k:hasUncle --dataset build/kinship
      workbench impact my-project --item b41aa423
    """
    from workbench.build import find_impact, load, trace_item

    if item is not None:
        if len(words) > 1:
            raise UsageError("'--item' goes without a TARGET: workbench impact [DIR] --item ID.")
        trace = trace_item(load(words[0] if words else "."), item, dataset, domain=domain)
        print_json(trace.to_json()) if as_json else print_text(trace.format_text())
        return 0
    if len(words) not in (1, 2):
        raise UsageError("Say what changes: workbench impact [DIR] TARGET; an axiom of three names goes in quotes.")
    project = load(words[0] if len(words) == 2 else ".")
    with show_progress(forced=forced) as progress:
        found = find_impact(project, words[-1], dataset, domain=domain, limit=limit, progress=progress)
    print_json(found.to_json()) if as_json else print_text(found.format_text())
    return found.exit_code
