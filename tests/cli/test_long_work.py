"""A command that works for long: what it shows meanwhile, Ctrl+C, and the limits that a project sets."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

MAIN = [sys.executable, "-c", "from workbench.cli import main; main()"]
PREFIXES = "@prefix : <https://example.org/net#> .\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
LINK = ":link a owl:ObjectProperty , owl:TransitiveProperty , owl:SymmetricProperty .\n"


def write_net(folder: Path, nodes: int) -> Path:
    """A project with a symmetric and transitive relation of all with all."""
    (folder / "ontologies" / "net").mkdir(parents=True)
    (folder / "workbench.yaml").write_text(
        "version: 1\nname: Net\nbase: https://example.org/net#\ndomains: {net: {}}\n"
    )
    lines = [f":n{i} :link {' , '.join(f':n{j}' for j in range(i))} .\n" for i in range(1, nodes)]
    (folder / "ontologies" / "net" / "net.ttl").write_text(PREFIXES + LINK + "".join(lines))
    return folder


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose reasoning takes a few seconds."""
    return write_net(tmp_path_factory.mktemp("net"), 350)


def read_until(terminal: int, word: str, seconds: float = 60) -> str:
    """What was written to a terminal until a word appeared in it."""
    text, end = "", time.monotonic() + seconds
    while word not in text:
        assert time.monotonic() < end, f"'{word}' did not appear in: {text!r}"
        text += os.read(terminal, 4096).decode()
    return text


def read_rest(terminal: int) -> str:
    text = ""
    while True:
        try:
            part = os.read(terminal, 4096).decode()
        except OSError:  # how Linux says that nobody has the other end open any more
            return text
        if not part:
            return text
        text += part


@pytest.mark.slow
@pytest.mark.parametrize("command", ["reason", "check"])
def test_progress_is_shown_on_a_terminal_and_ctrl_c_ends_it_at_once(net: Path, command: str) -> None:
    terminal, end = pty.openpty()
    process = subprocess.Popen([*MAIN, command, str(net)], stdout=subprocess.PIPE, stderr=end, stdin=subprocess.DEVNULL)
    os.close(end)
    try:
        shown = read_until(terminal, "link-transitive")
        assert "net: reasoning, " in shown and " facts, round " in shown
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
        rest = read_rest(terminal)
    finally:
        process.kill()
        os.close(terminal)
    assert process.returncode == 3
    assert output == b""
    assert rest.endswith("workbench: interrupted; nothing was changed.\r\n")
    assert "Traceback" not in shown + rest


def test_a_constraint_that_combines_everything_with_everything_ends_at_the_limit(tmp_path: Path) -> None:
    for folder in ("ontologies", "validators"):
        (tmp_path / folder / "net").mkdir(parents=True)
    numbers = "".join(f":n{i} :size {i} .\n" for i in range(2000))
    (tmp_path / "ontologies" / "net" / "net.ttl").write_text(f"{PREFIXES}:size a owl:DatatypeProperty .\n{numbers}")
    (tmp_path / "validators" / "net" / "net.rules").write_text(
        "prefix : <https://example.org/net#>\n"
        "constraint in-order\n"
        "  size(?x, ?a) ^ size(?y, ?b) ^ size(?z, ?c) ^ ?a < ?b ^ ?b < ?c -> ?a < ?c\n"
    )
    (tmp_path / "workbench.yaml").write_text(
        "version: 1\nname: Net\nbase: https://example.org/net#\ndomains: {net: {}}\nreasoning: {seconds: 1}\n"
    )
    done = subprocess.run([*MAIN, "check", str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "workbench: Reasoning was stopped after more than 1 second of reasoning while the rule 'in-order' was being "
        "applied.\n"
    )


def test_nothing_is_shown_off_a_terminal_and_the_limits_of_the_project_count(tmp_path: Path) -> None:
    folder = write_net(tmp_path, 60)
    configuration = (folder / "workbench.yaml").read_text()
    for limit, words in [
        ("facts: 2000", "more than 2000 facts; the rule 'link-"),
        ("memory: 30 MB", "more than 30 MB of memory"),
    ]:
        (folder / "workbench.yaml").write_text(f"{configuration}reasoning: {{{limit}}}\n")
        done = subprocess.run([*MAIN, "reason", str(folder)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.startswith(f"workbench: Reasoning was stopped after {words}")
        assert done.stderr.count("\n") == 1
