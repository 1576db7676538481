"""Options of long commands: progress off a terminal, tables, workers, samples, and the exit codes of ``verify``."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

MAIN = [sys.executable, "-c", "from workbench.cli import main; main()"]


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MAIN, *map(str, words)], capture_output=True, text=True, timeout=300, check=False)


def test_verify_has_an_exit_code_for_every_case(small_dataset: Path, tmp_path: Path) -> None:
    done = run("verify", small_dataset, "--sample", "5", "--workers", "2", "--progress")
    assert done.returncode == 0, done.stderr
    assert "a sample of 5, chosen by the digests of their lines, judged" in done.stdout
    assert "no problems" in done.stdout
    assert "comparing the files with the manifest" in done.stderr and "items verified" in done.stderr
    assert run("verify", small_dataset, "--sample", "0").stderr == ""
    damaged = tmp_path / "damaged"
    shutil.copytree(small_dataset, damaged)
    (damaged / "README.md").write_text("Other words.\n")
    done = run("verify", damaged, "--sample", "0")
    assert done.returncode == 1 and "README.md: was changed" in done.stdout
    for words in (("--sample", "-1"), ("--workers", "0")):
        assert run("verify", small_dataset, *words).returncode == 2
    assert run("verify", tmp_path / "nothing").returncode == 3


def test_build_tells_how_far_it_is_where_it_is_asked_to(tmp_path: Path) -> None:
    project = tmp_path / "planets"
    assert run("init", project, "--example", "planets").returncode == 0
    done = run("build", project, "--out", tmp_path / "out", "--progress", "--shard-rows", "50")
    assert done.returncode == 0, done.stderr
    assert " items, " in done.stderr and " left" in done.stderr and "items in tables" in done.stderr
    assert "verified items a second" in done.stdout
    assert [*(tmp_path / "out").glob("*/data/train-00001.parquet")]
    assert run("build", project, "--shard-rows", "0").returncode == 2
