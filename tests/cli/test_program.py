"""What the machine around a command does is told in one line, not as a fault of the program."""

import subprocess
import sys
from pathlib import Path

import pytest

MAIN = [sys.executable, "-c", "import sys; from workbench.cli import main; main()"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's way to be a full disk")
def test_a_full_disk_is_said_plainly() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*MAIN, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr == "workbench: No space left on device.\n"


def test_a_name_that_is_too_long_is_said_plainly(tmp_path: Path) -> None:
    done = subprocess.run([*MAIN, "init", str(tmp_path / ("n" * 300))], capture_output=True, text=True, check=False)
    assert done.returncode in (2, 3)
    assert "File name too long" in done.stderr and "report it" not in done.stderr
