"""The program around the commands: every way in which one can end, as an exit code and one plain line.

Exit codes: 0 fine, 1 violations at or above the threshold, 2 wrong usage or configuration, 3 could not run.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any, NoReturn

import click

from workbench.cli.output import print_error
from workbench.errors import InvalidKnowledgeError, WorkbenchError

__all__ = ["DEBUG_VARIABLE", "Program"]

DEBUG_VARIABLE = "WORKBENCH_DEBUG"
"""Set to 1, it shows where in the program an error arose."""

_COULD_NOT_RUN = 3


class Program(click.Group):
    """A group of commands whose return value is the exit code; errors are told in one line, without a stack trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which they are used, as they were added."""
        return list(self.commands)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run a command and exit."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to stop
        try:
            result = super().main(args, prog_name or "workbench", complete_var, False, **extra)
            code = result if isinstance(result, int) else 0
            _flush_output()
        except (Exception, KeyboardInterrupt) as error:
            code = _tell(error)
        sys.exit(code)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader of the output that has gone away is not click's business."""
        try:
            result = super().invoke(ctx)
            _flush_output()
        except BrokenPipeError:
            _discard_output()
            return _COULD_NOT_RUN
        return result


def _discard_output() -> None:
    """Let go of what is still buffered: it would be written, and fail again, when the interpreter ends."""
    output: object = sys.stdout
    if output is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _flush_output() -> None:
    """Write out what is buffered; a program whose output was closed has none."""
    output: object = sys.stdout
    if output is not None:
        sys.stdout.flush()


def _tell(error: BaseException) -> int:
    """Say what stopped the program, and return its exit code."""
    if os.environ.get(DEBUG_VARIABLE, "0") not in ("", "0"):
        traceback.print_exception(error)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return 2
    if isinstance(error, click.ClickException):
        place = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "workbench"
        message = error.format_message()
        ending = "" if message.endswith((".", "?")) else "."
        print_error(f"{message}{ending} See '{place} --help'.")
        return 2
    if isinstance(error, InvalidKnowledgeError):
        from workbench.build import Checked

        print_error(str(error))
        if error.report.violations:
            click.echo(Checked({}, error.report).format_text(), err=True, nl=False)
        return error.exit_code
    if isinstance(error, WorkbenchError):
        print_error(str(error))
        return error.exit_code
    if isinstance(error, KeyboardInterrupt | click.Abort):
        print_error("interrupted; nothing was changed.")
        return _COULD_NOT_RUN
    if isinstance(error, OSError):
        _discard_output()
        place = f"{error.filename}: " if isinstance(error.filename, str) else ""
        print_error(f"{place}{error.strerror or error}.")
        return _COULD_NOT_RUN
    print_error(
        f"an unexpected error stopped the program ({type(error).__name__}: {error}). The fault is not in your project; "
        f"please report it, with what {DEBUG_VARIABLE}=1 shows."
    )
    return _COULD_NOT_RUN
