"""The bytes of a table to its text."""

from __future__ import annotations

import re

from workbench.formats.table_text import TableText
from workbench.model.report import Location, Violation

__all__ = ["ENCODINGS", "decode_table"]

ENCODINGS = ("utf-8", "utf-16", "latin-1", "windows-1252")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def decode_table(data: bytes, encoding: str, path: str) -> str | Violation:
    """Return a table's text without its byte order mark, or why there is none: ``table.encoding``, with its line."""
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        return _refuse_encoding(f"This table is not {encoding} text.", Location(path, line, column), encoding)
    if encoding != "utf-8":
        text = text.removeprefix("\ufeff")
    control = _CONTROL.search(text)
    if control is not None:
        place = TableText(text, path, ",").locate(control.start())
        return _refuse_encoding("This file holds characters that no table has.", place, encoding)
    return text


def _refuse_encoding(message: str, place: Location, encoding: str) -> Violation:
    return Violation(
        "table.encoding",
        "error",
        message,
        place,
        why=f"The table is read as {encoding}; nothing of it was used.",
        fix=f"Save it as UTF-8, or name its encoding under 'encoding': {', '.join(ENCODINGS)}.",
    )
