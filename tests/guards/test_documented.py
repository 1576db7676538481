"""The documents cannot lie: every command has help and is described, and every command shown exists."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from workbench.cli import main

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def list_commands(
    command: click.Command, path: tuple[str, ...] = ("workbench",)
) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group, named as it is typed."""
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            yield from list_commands(child, (*path, name))
    if len(path) > 1:
        yield " ".join(path), command


COMMANDS = dict(list_commands(main))


def list_shown() -> Iterator[tuple[str, str]]:
    """The commands behind a `$` prompt in the console blocks of the documents, with the document's name."""
    for document in DOCUMENTS:
        for block in FENCE.findall(document.read_text(encoding="utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                if line.startswith("$ "):
                    for part in re.split(r"&&|\|\||[|;]", line.removeprefix("$ ")):
                        yield document.relative_to(ROOT).as_posix(), part.strip()


SHOWN = sorted(set(list_shown()))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_command_has_help(name: str) -> None:
    command = COMMANDS[name]
    assert command.help and len(command.help.split()) >= 3
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.hidden or parameter.help, f"{name} {parameter.opts[-1]} has no help"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_command_is_documented(name: str) -> None:
    pattern = re.compile(r"\b" + r"\s+".join(map(re.escape, name.split())) + r"\b")
    assert any(pattern.search(document.read_text(encoding="utf-8")) for document in DOCUMENTS)


def test_readme_shows_the_two_commands() -> None:
    shown = [command for document, command in SHOWN if document == "README.md"]
    assert {"make demo", "make test"} <= set(shown)


@pytest.mark.parametrize(("document", "command"), SHOWN)
def test_command_shown_exists(document: str, command: str) -> None:
    words = shlex.split(command, comments=True)
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        del words[0]
    if words[:1] == ["make"]:
        check_targets([word for word in words[1:] if "=" not in word])
    elif words and Path(words[0]).name == "workbench":
        check_call(words[1:])


def check_targets(targets: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(targets) <= known


def check_call(words: list[str]) -> None:
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        assert words[0] in command.commands, f"there is no command {words[0]!r}"
        command = command.commands[words[0]]
        del words[0]
    known = {
        "--help",
        *(option for parameter in command.params for option in parameter.opts + parameter.secondary_opts),
    }
    used = {word.split("=")[0] for word in words if re.match(r"--?[a-zA-Z]", word)}
    assert used <= known


def test_make_describes_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    described = set(re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE))
    assert {"demo", "test", "ui", "lint", "bench", "clean", "help"} <= described
