"""What a change does: two states of some knowledge compared, and told in words, JSON and Markdown."""

from __future__ import annotations

from typing import Literal

from workbench.build.differing.compare import diff
from workbench.build.differing.json_form import format_json, read_diff_schema
from workbench.build.differing.markdown import format_markdown
from workbench.build.differing.text import format_text
from workbench.build.differing.values import Difference
from workbench.build.differing.verdict import compute_exit_code as compute_difference_exit_code

__all__ = ["Difference", "compute_difference_exit_code", "diff", "format_difference", "read_diff_schema"]


def format_difference(
    difference: Difference, form: Literal["text", "json", "markdown"], *, all: bool = False, color: bool = False
) -> str:
    """Return a difference in a form; ``all`` and ``color`` are about text."""
    if form == "json":
        return format_json(difference)
    return format_markdown(difference) if form == "markdown" else format_text(difference, all=all, color=color)
