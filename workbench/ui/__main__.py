"""`python -m workbench.ui [DIR] [OPTIONS OF STREAMLIT]`: the workbench in the browser, under its own settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from workbench.ui.settings import PROJECT_VARIABLE, list_flags

__all__: list[str] = []


def _run(arguments: list[str]) -> None:
    """Become the server. Options that are given come last, so they win."""
    folder, options = ".", arguments
    if arguments and not arguments[0].startswith("-"):
        folder, *options = arguments
    app = Path(__file__).with_name("app.py").resolve()
    command = [sys.executable, "-m", "streamlit", "run", str(app), *list_flags(), *options]
    # A project may come from a stranger: neither Python's modules nor Streamlit's settings are looked for in it.
    environment = {**os.environ, PROJECT_VARIABLE: str(Path(folder).resolve()), "PYTHONSAFEPATH": "1"}
    os.chdir(app.parent)
    os.execve(sys.executable, command, environment)  # noqa: S606 - our own interpreter and a list, no shell


if __name__ == "__main__":
    _run(sys.argv[1:])
