"""The commands. Each imports what it calls when it runs, so that ``--help`` answers at once."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import click

from workbench.cli.checking import check
from workbench.cli.curriculum import curriculum
from workbench.cli.differing import diff
from workbench.cli.impact import impact
from workbench.cli.options import take_domain, take_folder, take_json, take_progress
from workbench.cli.output import print_error, print_json, print_text, show_progress
from workbench.cli.program import Program
from workbench.cli.sameness import same
from workbench.cli.templates import templates
from workbench.errors import UsageError
from workbench.model.report import Violation

__all__ = [
    "build", "explain", "fmt", "history", "init", "main", "reason", "redo", "ui", "undo", "verify",
]  # fmt: skip

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from workbench import __version__

        click.echo(f"workbench {__version__}")
        context.exit()


@click.group(cls=Program, context_settings=_SETTINGS)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
              help="Show the version and exit.")  # fmt: skip
def main() -> None:
    """Turn knowledge into graded training sets in which every example carries a machine-checked proof.

    DIR is the folder of a project, by default the current one.

    \b
    Exit codes: 0 fine, 1 violations, 2 wrong usage or configuration, 3 could not run.

    \b
    Begin with:
      workbench init planets --example planets
      workbench check planets
      workbench ui planets
    """


@main.command(short_help="Make a new project.")
@click.argument("folder", metavar="DIR")
@click.argument("files", metavar="", nargs=-1)
@click.option("--from", "sources", multiple=True, metavar="FILE...", help="Ontologies, shapes and rules to start from.")
@click.option("--example", metavar="NAME", help="The example to start from; 'planets' is there.")
def init(folder: str, files: tuple[str, ...], sources: tuple[str, ...], example: str | None) -> None:
    """Make a new project in DIR: from an example, or from the files you have.

    Your files are copied byte for byte. Where rules or axioms conclude something, a curriculum is proposed.

    \b
    Examples:
      workbench init my-project
      workbench init anatomy --from anatomy.owl anatomy-shapes.ttl
    """
    from workbench.build import init

    if files and not sources:
        raise UsageError(f"Say '--from' before the files to start from: workbench init {folder} --from {files[0]}")
    project = init(folder, [*sources, *files], example)
    print_text(f"Made the project “{project.config.name}” with {', '.join(project.domains)} in {folder}.")
    print_text(f"Go on with: workbench check {folder}")


main.add_command(check)


@main.command(short_help="Apply the rules and count what follows.")
@take_folder
@take_domain
@take_json
@click.option("--derivations", metavar="FILE", help="Also write every derivation of one domain to a Parquet file.")
@click.option("--most", type=click.IntRange(1), help="How many derivations the file holds at most; else 20 million.")
def reason(folder: str, domain: str | None, as_json: bool, derivations: str | None, most: int | None) -> None:
    """Apply the rules and say how much follows from what is stated.

    \b
    Examples:
      workbench reason
      workbench reason my-project --json
      workbench reason my-project --domain kinship --derivations derivations.parquet
    """
    from workbench.build import load, reason, write_derivations

    if most is not None and derivations is None:
        raise UsageError("'--most' goes with '--derivations FILE'.")
    project = load(folder)
    with show_progress() as progress:
        summaries = reason(project, domain, progress=progress)
        if derivations is not None:
            written = write_derivations(project, domain, derivations, limit=most, progress=progress)
            print_error(written.format_text())
    if as_json:
        print_json([summary.to_json() for summary in summaries])
    else:
        print_text("\n".join(summary.format_text() for summary in summaries))


@main.command(short_help="Say whether a statement is true, and why.")
@click.argument("words", metavar='[DIR] ["SUBJECT PROPERTY OBJECT"]', nargs=-1)
@click.option("--domain", metavar="NAME", help="The domain; may be left out where there is one only.")
@click.option("--all", "every", is_flag=True, help="Give all proofs, not only the shortest.")
@click.option("--format", "form", type=click.Choice(["text", "json", "mermaid"]), default="text",
              help="Sentences, JSON, or a diagram.")  # fmt: skip
@click.option("--language", metavar="TAG", help="The language of the sentences, such as de.")
@click.option("--without", metavar="WHAT", multiple=True,
              help="Say what is lost without a stated fact, an axiom or a rule.")  # fmt: skip
@click.option("--with", "with_", metavar="WHAT", multiple=True,
              help="Say what follows with a further fact, axiom or rule.")  # fmt: skip
def explain(
    words: tuple[str, ...],
    domain: str | None,
    every: bool,
    form: str,
    language: str | None,
    without: tuple[str, ...],
    with_: tuple[str, ...],
) -> None:
    """Say whether a statement is true, false or unknown, and why, with the line of every fact and rule.

    Names are written with a prefix, without, as <IRI> or as a label in quotes; 'a' says that something is in a class.

    With --without or --with, say what a change would take away and bring, each with its proof, and judge the
    statement, if there is one, after the change. Nothing is written. Both may be repeated.

    \b
    Examples:
      workbench explain "victoria hasChild edward_vii"
      workbench explain my-project --domain planets "Mars hasMoon Phobos" --format json
      workbench explain "victoria a Monarch" --all
      workbench explain --without "victoria hasChild edward_vii"
      workbench explain --without grandparent
      workbench explain "edward_vii a Monarch" --with "edward_vii hasChild victoria"
      workbench explain --with "hasChild(?x, ?y) -> Parent(?x)"
    """
    from workbench.build import explain, load, suppose

    if without or with_:
        folder, wanted = (words[0] if words else ".", None) if _is_folder_only(words) else _split_words(words)
        if form == "mermaid":
            raise UsageError("A diagram shows one proof; with --without and --with write text or JSON.")
        supposition = suppose(load(folder), domain, wanted, without=without, with_=with_, all=every, language=language)
        print_json(supposition.to_json()) if form == "json" else print_text(supposition.format_text(all=every))
        return
    folder, statement = _split_words(words)
    explanation = explain(load(folder), domain, statement, all=every, language=language)
    if form == "json":
        print_json(explanation.to_json())
    else:
        print_text(explanation.to_mermaid() if form == "mermaid" else explanation.format_text())


def _is_folder_only(words: tuple[str, ...]) -> bool:
    return not words or (len(words) == 1 and len(words[0].split()) < 3)


def _split_words(words: tuple[str, ...]) -> tuple[str, str]:
    """Tell folder and statement apart; the statement may have come as three words that the shell took apart."""
    folder, parts = (words[0], words[1:]) if len(words) in (2, 4) else (".", words)
    if len(parts) not in (1, 3) or len(" ".join(parts).split()) < 3:
        raise UsageError("Write a statement in quotation marks: workbench explain [DIR] 'SUBJECT PROPERTY OBJECT'.")
    return folder, " ".join(f'"{part}"' if len(parts) == 3 and " " in part else part for part in parts)


main.add_command(diff)


@main.command(short_help="Make the training sets.")
@take_folder
@take_domain
@click.option("--out", metavar="DIR", help="Where the datasets go, one folder per domain.")
@click.option("--seed", type=int, help="The seed; another one gives other items.")
@click.option("--workers", type=click.IntRange(1), help="How many processes work; the items are the same for any.")
@click.option("--shard-rows", type=click.IntRange(1), help="How many rows a table has at most; else 100,000.")
@click.option("--measured", metavar="FILE", help="What models were seen to do: kept with the dataset and shown.")
@click.option("--fresh", is_flag=True, help="Make every item anew; take nothing over from the build before.")
@take_progress
@take_json
def build(
    folder: str,
    domain: str | None,
    out: str | None,
    seed: int | None,
    workers: int | None,
    shard_rows: int | None,
    measured: str | None,
    fresh: bool,
    forced: bool,
    as_json: bool,
) -> None:
    """Make the training sets of every curriculum: load, check, generate, verify, export.

    Nothing is written unless every judge accepts every item. Defaults stand in workbench.yaml under 'build'. When it
    was interrupted, or even killed, the same command goes on where it stopped, and makes the same bytes. After a
    change, only what the change touches is made anew, and that makes the same bytes too.

    \b
    Examples:
      workbench build
      workbench build my-project --domain kinship --out data --seed 7 --workers 2
      workbench build --workers 8 --shard-rows 250000 --progress
    """
    from workbench.build import build, load

    told: list[Violation] = []

    def warn(violation: Violation) -> None:
        told.append(violation)
        print_error(f"{violation.location or ''} {violation.severity}: {violation.message}")

    with show_progress(forced=forced) as progress:
        result = build(
            load(folder), out, seed, workers,
            domain=domain, progress=progress, shard_rows=shard_rows, measured=measured, fresh=fresh, warn=warn,
        )  # fmt: skip
    for violation in result.report.violations:
        if violation not in told:
            warn(violation)
    print_json(result.to_json()) if as_json else print_text(result.format_table())


@main.command(short_help="Check a dataset anew.")
@click.argument("dataset", metavar="DATASET")
@click.option("--workers", type=click.IntRange(1), default=1, help="How many processes work; they find the same.")
@click.option("--sample", type=click.IntRange(0), metavar="N",
              help="Show only N items, chosen by their content, to the judges; check all else in full.")  # fmt: skip
@take_progress
@take_json
def verify(dataset: str, workers: int, sample: int | None, forced: bool, as_json: bool) -> int:
    """Check every item of a dataset folder anew, from the exported text alone.

    Exit codes: 0 all is right, 1 problems were found, 2 wrong usage, 3 the folder is no dataset or cannot be read.

    \b
    Examples:
      workbench verify build/kinship
      workbench verify build/kinship --workers 4 --sample 1000
    """
    from workbench.build import verify

    with show_progress(forced=forced) as progress:
        report = verify(dataset, progress, workers=workers, sample=sample)
    if as_json:
        print_json({"ok": report.ok, "counts": dict(report.counts), "problems": [str(p) for p in report.problems]})
    else:
        print_text(report.format_text())
    return 0 if report.ok else 1


main.add_command(same)
main.add_command(curriculum)
main.add_command(templates)
main.add_command(impact)


@main.command(short_help="Write files in their canonical form.")
@take_folder
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit code 1 when something would change.")
def fmt(folder: str, only_check: bool) -> int:
    """Write Turtle and rules files in their one canonical form; comments stay, and so does what they say.

    \b
    Examples:
      workbench fmt
      workbench fmt my-project --check
    """
    from workbench.build import format_project, load

    changed = format_project(load(folder), only_check)
    for path in changed:
        print_text(f"{'would change' if only_check else 'changed'} {path}")
    return 1 if only_check and changed else 0


@main.command(short_help="List the edits.")
@take_folder
@take_json
def history(folder: str, as_json: bool) -> None:
    """List the edits that can be undone, oldest first, and those that can be redone.

    \b
    Example:
      workbench history my-project
    """
    from workbench.build import history, load

    entries = history(load(folder))
    if as_json:
        names = ("number", "label", "time", "paths", "is_undone")
        print_json([{name: getattr(entry, name) for name in names} for entry in entries])
        return
    for entry in entries:
        undone = " (undone)" if entry.is_undone else ""
        print_text(f"{entry.number}  {entry.time}  {entry.label}{undone}  {', '.join(entry.paths)}")


@main.command(short_help="Take back the last edit.")
@take_folder
def undo(folder: str) -> None:
    """Take back the last edit: the files have the same bytes as before it.

    \b
    Example:
      workbench undo my-project
    """
    from workbench.build import history, load, undo

    project = load(folder)
    label = next((entry.label for entry in reversed(history(project)) if not entry.is_undone), "")
    undo(project)
    print_text(f"Undone: {label}")


@main.command(short_help="Repeat the edit that was undone last.")
@take_folder
def redo(folder: str) -> None:
    """Repeat the edit that was undone last.

    \b
    Example:
      workbench redo my-project
    """
    from workbench.build import history, load, redo

    project = load(folder)
    label = next((entry.label for entry in history(project) if entry.is_undone), "")
    redo(project)
    print_text(f"Redone: {label}")


@main.command(short_help="Open the workbench in the browser.")
@take_folder
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser window.")
def ui(folder: str, port: int | None, no_browser: bool) -> None:
    """Open the workbench in the browser. It listens on this machine only and sends nothing anywhere.

    \b
    Examples:
      workbench ui
      workbench ui my-project --port 8600 --no-browser
    """
    if find_spec("streamlit") is None:
        raise UsageError("The browser needs Streamlit, which is not installed: pip install 'knowledge-workbench[ui]'")
    if not Path(folder).is_dir():
        raise UsageError(f"There is no folder {folder}.")
    options = [f"--server.port={port}"] if port else []
    options += ["--server.headless=true"] if no_browser else []
    # Without the safe path, Python would look for modules in the folder it is started in: somebody's project.
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    os.execve(sys.executable, [sys.executable, "-m", "workbench.ui", folder, *options], environment)  # noqa: S606
