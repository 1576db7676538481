"""What commands write: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

__all__ = ["print_error", "print_json", "print_text", "show_progress", "wants_color"]

# Text of a project reaches a terminal here, and must not be able to steer it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_WIDTH = 100
_SECONDS = 5.0
_NUMBER = re.compile("[0-9]")


def print_text(text: str) -> None:
    """Write a result; it ends with one line break."""
    click.echo(text.rstrip("\n"))


def print_json(value: object) -> None:
    """Write a result for machines."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True))


def print_error(message: str) -> None:
    """Write one plain line on standard error, in place of a line of progress."""
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)
    click.echo(f"workbench: {' '.join(_CONTROL.sub(' ', message).split())}", err=True)


def wants_color() -> bool:
    """Tell whether results go to a terminal whose owner has nothing against colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


@contextmanager
def show_progress(*, forced: bool = False) -> Iterator[Callable[[str], None] | None]:
    """Give what long work can report to: one line on standard error that is gone afterwards, None off a terminal.

    ``forced`` gives lines off a terminal too: whenever something else begins, and else every few seconds.
    """
    if not sys.stderr.isatty():
        yield _make_teller() if forced else None
        return

    def tell(text: str) -> None:
        click.echo(f"\r\x1b[K{_CONTROL.sub(' ', text)[:_WIDTH]}", err=True, nl=False)

    try:
        yield tell
    finally:
        click.echo("\r\x1b[K", err=True, nl=False)


def _make_teller() -> Callable[[str], None]:
    last: tuple[str, float] = ("", 0.0)

    def tell(text: str) -> None:
        nonlocal last
        what, now = _NUMBER.split(text, maxsplit=1)[0], time.monotonic()
        if what != last[0] or now - last[1] >= _SECONDS:
            last = (what, now)
            click.echo(_CONTROL.sub(" ", text), err=True)

    return tell
