"""Values as tables of HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

__all__ = ["make_table", "make_value"]


def make_value(value: object) -> str:
    """Return a mapping or a list of mappings as a table; what is nested deeper is flattened into dotted names."""
    if isinstance(value, Mapping):
        rows = sorted(_flatten(value))
        return make_table(["", ""], rows) if rows else "<p>None.</p>"
    if isinstance(value, list | tuple):
        if not value:
            return "<p>None.</p>"
        if all(isinstance(entry, Mapping) for entry in value):
            columns = list(dict.fromkeys(key for entry in value for key in entry))
            return make_table(columns, [[entry.get(column, "") for column in columns] for entry in value])
        return make_table([""], [[entry] for entry in value])
    return f"<p>{escape(str(value))}</p>"


def _flatten(value: Mapping[str, Any], prefix: str = "") -> list[list[object]]:
    rows: list[list[object]] = []
    for key, entry in value.items():
        name = f"{prefix}{key}"
        rows += _flatten(entry, f"{name} · ") if isinstance(entry, Mapping) else [[name, entry]]
    return rows


def make_table(header: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    """Return a table; numbers stand right."""

    def make_cell(value: object) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return f'<td class="number">{value:,}</td>'
        text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        return f"<td>{escape(text)}</td>"

    titles = "".join(f'<th scope="col">{escape(str(title))}</th>' for title in header)
    head = f"<thead><tr>{titles}</tr></thead>" if any(header) else ""
    body = "\n".join(f"<tr>{''.join(make_cell(value) for value in row)}</tr>" for row in rows)
    return f"<table>{head}<tbody>\n{body}\n</tbody></table>"
