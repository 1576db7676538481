"""The command ``check``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click

from workbench.cli.fixing import mend
from workbench.cli.options import take_domain, take_folder
from workbench.cli.output import print_error, print_text, show_progress, wants_color
from workbench.errors import UsageError

__all__ = ["check"]

_FORMATS = ("text", "json", "sarif", "junit", "html", "markdown", "github", "gitlab")


def _read_targets(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, Path], ...]:
    """Read each ``FORMAT=FILE``."""
    targets = []
    for value in values:
        form, sign, path = value.partition("=")
        if not (sign and path):
            told = f"'{value}' is not a format, an equals sign and a file, such as sarif=report.sarif"
            raise click.BadParameter(told, context, parameter)
        if form not in _FORMATS:
            told = f"there is no format '{form}'; formats are: {', '.join(_FORMATS)}"
            raise click.BadParameter(told, context, parameter)
        targets.append((form, Path(path)))
    return tuple(targets)


def _check_targets(folder: str, paths: Sequence[Path]) -> None:
    """Refuse to write a report over the project's own files, or two reports into one file."""
    root = Path(folder).resolve()
    content = [root / name for name in ("ontologies", "validators", "curricula", "workbench.yaml")]
    seen: set[Path] = set()
    for path in paths:
        place = path.resolve()
        if any(place == part or part in place.parents for part in content):
            raise UsageError(f"{path} is, or lies among, the project's own files; write the report elsewhere.")
        if place in seen:
            raise UsageError(f"Two reports cannot be written to one file: {path}.")
        seen.add(place)


@click.command(short_help="Find everything that is wrong.")
@take_folder
@take_domain
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", help="How to write the report.")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Write the report to this file.")
@click.option("--report", "reports", callback=_read_targets, multiple=True, metavar="FORMAT=FILE",
              help="Also write the report in this format to this file; may be repeated.")  # fmt: skip
@click.option("--all", "lists_all", is_flag=True, help="In text, list every finding, also many that are alike.")
@click.option("--fail-on", type=click.Choice(["error", "warning", "info", "never"]), default="error",
              help="The mildest finding that makes the exit code 1.")  # fmt: skip
@click.option("--baseline", metavar="FILE", help="Count only findings that this file does not know.")
@click.option("--write-baseline", metavar="FILE", type=click.Path(path_type=Path),
              help="Write all findings to this file, for --baseline; the exit code is then 0.")  # fmt: skip
@click.option("--dataset", "datasets", metavar="DATASET", multiple=True,
              help="Also find what in this dataset no longer follows from the knowledge; may be repeated.")  # fmt: skip
@click.option("--fix", "code", metavar="CODE",
              help="Mend the findings of this code that have a safe fix, and show the difference.")  # fmt: skip
@click.option("--only", metavar="WHERE", default="", help="With --fix: one finding, by FILE:LINE or fingerprint.")
@click.option("--dry-run", is_flag=True, help="With --fix: show the difference, change nothing.")
def check(
    folder: str,
    domain: str | None,
    form: str,
    output: Path | None,
    reports: tuple[tuple[str, Path], ...],
    lists_all: bool,
    fail_on: Literal["error", "warning", "info", "never"],
    baseline: str | None,
    write_baseline: Path | None,
    datasets: tuple[str, ...],
    code: str | None,
    only: str,
    dry_run: bool,
) -> int:
    """Find everything that is wrong with a project: files, rules and their tests, contradictions, constraints, shapes.

    Every finding names its line, says why it is one and how to mend it.

    A baseline holds the findings that there are today: with it only new ones fail. --fix is an edit like those of the
    browser: 'workbench undo' takes it back.

    \b
    Examples:
      workbench check
      workbench check my-project --domain kinship --fail-on warning
      workbench check --format json --output report.json
      workbench check --format github --report sarif=check.sarif --report html=check.html
      workbench check --write-baseline baseline.json
      workbench check --baseline baseline.json
      workbench check --dataset out/kinship
      workbench check --fix waiver.expired --dry-run
    """
    from workbench.build import check, list_fixable, load, write_atomically

    if code is not None:
        if (form, output, reports, lists_all, baseline, write_baseline, datasets) != (
            "text", None, (), False, None, None, (),
        ):  # fmt: skip
            raise UsageError("'--fix' goes with '--domain', '--only' and '--dry-run' alone; it writes no report.")
        return mend(folder, domain, code, only, dry_run=dry_run)
    if only or dry_run:
        raise UsageError("'--only' and '--dry-run' go with '--fix CODE'.")
    if lists_all and form != "text":
        raise UsageError("'--all' goes with '--format text'; the other formats hold every finding already.")
    with show_progress() as progress:
        checked = check(load(folder), domain, datasets=datasets, progress=progress)
    if baseline is not None:
        checked = checked.compare_with(baseline)
    known = checked.format_baseline() if write_baseline is not None else b""
    if form == "text":
        text = checked.format_text(color=wants_color() and output is None, lists_all=lists_all)
    else:
        text = checked.format(form, fail_on)
    targets = [
        *([(text, output)] if output else []),
        *((checked.format(name, fail_on), path) for name, path in reports),
    ]
    _check_targets(folder, [*(path for _, path in targets), *([write_baseline] if write_baseline else [])])
    for content, path in targets:
        write_atomically(path, content.encode("utf-8", "replace"))
    if output is None:
        print_text(text)
        if form == "text" and (fixable := list_fixable(checked)):
            codes = ", ".join(f"{name} ({count:,})" for name, count in fixable)
            print_error(f"may have a safe fix: {codes}; 'workbench check --fix CODE --dry-run' shows it.")
    if write_baseline is not None:
        write_atomically(write_baseline, known)
        count = len(checked.report.violations)
        print_error(f"wrote {write_baseline} with {count:,} finding{'s' * (count != 1)}.")
        return 0
    return checked.compute_exit_code(fail_on)
