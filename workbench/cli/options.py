"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

__all__ = ["take_domain", "take_folder", "take_json", "take_progress"]

_Command = TypeVar("_Command", bound=Callable[..., object])


def take_folder(command: _Command) -> _Command:
    """Take the folder of a project, by default the current one."""
    return click.argument("folder", metavar="[DIR]", default=".")(command)


def take_domain(command: _Command) -> _Command:
    """Take the name of a domain."""
    return click.option("--domain", metavar="NAME", help="The domain; without it, every domain.")(command)


def take_json(command: _Command) -> _Command:
    """Take the wish for JSON."""
    return click.option("--json", "as_json", is_flag=True, help="Write JSON.")(command)


def take_progress(command: _Command) -> _Command:
    """Take the wish for lines of progress."""
    text = "Tell how far the work is, a line every few seconds, even where nobody watches a terminal."
    return click.option("--progress", "forced", is_flag=True, help=text)(command)
