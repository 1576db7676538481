"""The command line: each command reads its arguments, calls ``workbench.build``, and shows the result."""

from workbench.cli.commands import main

__all__ = ["main"]
