"""Glob patterns over paths inside a project: ``*`` and ``?`` within a name, ``**`` for any folders."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["check_path", "compile_pattern", "get_fixed_folder", "matches"]


def check_path(path: str) -> None:
    """Raise ValueError (a clause that continues "'path' ...") unless ``path`` stays inside the project.

    Paths are relative, with ``/``; hidden names and ``..`` are refused, so nothing reaches ``.git`` or the journal.
    """
    if not path or "\\" in path or "\0" in path or path.startswith("/") or re.match(r"[A-Za-z]:", path):
        raise ValueError("is not a path inside the project, relative and with /")
    if any(part in ("", "..") or part.startswith(".") for part in path.split("/")):
        raise ValueError("has an empty, hidden or '..' part")


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return the expression of a pattern; ``folder`` alone means the folder itself or the file of that name.

    Raises ValueError, worded as in :func:`check_path`.
    """
    check_path(pattern)
    parts = []
    for part in pattern.split("/"):
        if part == "**":
            parts.append("(?:[^/]+/)*")
        elif "**" in part:
            raise ValueError("has ** beside other characters; ** stands alone between slashes")
        else:
            parts.append(re.escape(part).replace(r"\*", "[^/]*").replace(r"\?", "[^/]") + "/")
    text = "".join(parts)
    if pattern.endswith("**"):
        return re.compile(text + r"[^/]+\Z")
    return re.compile(text[:-1] + r"(?:/.+)?\Z")


def matches(pattern: str, path: str) -> bool:
    """Tell whether ``path`` matches. Raises ValueError for a pattern that is none."""
    return compile_pattern(pattern).match(path) is not None


def get_fixed_folder(pattern: str) -> str:
    """Return the longest path without wildcards that begins the pattern: where a search may start."""
    fixed = []
    for part in pattern.split("/"):
        if "*" in part or "?" in part:
            break
        fixed.append(part)
    return "/".join(fixed)
