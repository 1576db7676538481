"""report.html: what a dataset holds, for a person; one file, no scripts, nothing fetched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from workbench.export.html_measures import (
    make_capacity,
    make_difficulty,
    make_diversity,
    make_measured,
    make_probe,
    make_stages,
)
from workbench.export.html_tables import make_table, make_value
from workbench.export.manifest import Tally

__all__ = ["make_report"]

_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
"""Told apart by everyone (Okabe and Ito 2008)."""
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #8888; padding: .25rem .75rem; text-align: left; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
svg { max-width: 100%; height: auto; } svg text { fill: currentColor; font-size: 12px; }
code { overflow-wrap: anywhere; }
""".strip()


def make_report(head: Mapping[str, Any], manifest_head: Mapping[str, Any], tally: Tally) -> str:
    """Return the report's HTML.

    ``manifest_head`` may have ``difficulty``, ``measured``, ``stages``, ``probe`` and ``diversity`` as the manifest has
    them, and ``rejections``, ``shortfalls``, ``leakage``, ``capacity``, ``inputs`` and ``libraries``: mappings or lists
    of mappings, shown as tables; all else in it that is a plain value is shown in one.
    """
    name = escape(str(head["name"]))
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{name}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>{name}</h1>",
        f"<p>{escape(str(head.get('description', '')))}</p>",
        f"<p>{tally.items:,} items with {tally.structures:,} distinct structures.</p>",
        "<h2>Items by level, task, status and split</h2>",
        _make_counts(tally),
        "<h2>Difficulty: steps of reasoning (hops)</h2>",
        _make_histogram(tally),
    ]
    for key, (title, make) in _SECTIONS.items():
        if key in manifest_head:
            parts += [f"<h2>{title}</h2>", make(manifest_head[key])]
    plain = {key: value for key, value in manifest_head.items() if not isinstance(value, Mapping | list | tuple)}
    if plain:
        parts += ["<h2>More</h2>", make_value(plain)]
    return "\n".join([*parts, "</body></html>"]) + "\n"


_SECTIONS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "difficulty": ("Difficulty by level", make_difficulty),
    "measured": ("Measured difficulty: pass rates", make_measured),
    "stages": ("Stages", make_stages),
    "probe": ("What can be guessed from the surface", make_probe),
    "diversity": ("Variety", make_diversity),
    "rejections": ("Rejected, by reason", make_value),
    "shortfalls": ("Asked for and not found", make_value),
    "leakage": ("Leakage between splits", make_value),
    "capacity": ("Distinct structures there are", make_capacity),
    "inputs": ("Inputs", make_value),
    "libraries": ("Libraries", make_value),
}


def _make_counts(tally: Tally) -> str:
    splits = [split for split, _ in tally.splits]
    counts = tally.count_by("level", "level_name", "task", "status", "split")
    rows: list[list[object]] = []
    for key in dict.fromkeys(key[:4] for key in counts):
        numbers = [counts.get((*key, split), 0) for split in splits]
        rows.append([*key, *numbers, sum(numbers)])
    rows.append(["all", "", "", "", *(count for _, count in tally.splits), tally.items])
    return make_table(["level", "name", "task", "status", *splits, "all"], rows)


def _make_histogram(tally: Tally) -> str:
    """Return stacked bars, one per number of hops, and the same numbers as a table."""
    if not tally.hops:
        return "<p>No items.</p>"
    splits = [split for split, _ in tally.splits]
    colours = {split: _COLOURS[position % len(_COLOURS)] for position, split in enumerate(splits)}
    counts = dict(tally.hops)
    values = range(min(hops for _, hops in counts), max(hops for _, hops in counts) + 1)
    totals = {value: sum(counts.get((split, value), 0) for split in splits) for value in values}
    height, bar, step, left = 180, 36, 48, 16
    scale = height / max(totals.values())
    width = max(left + step * len(values), left + 120 * len(splits))
    marks = []
    for position, value in enumerate(values):
        x, y = left + position * step, float(height + 24)
        for split in splits:
            count = counts.get((split, value), 0)
            y -= count * scale
            title = f"<title>{escape(split)}, {value} hops: {count}</title>"
            if count:
                marks.append(
                    f'<rect x="{x}" y="{y:.2f}" width="{bar}" height="{count * scale:.2f}" fill="{colours[split]}">'
                    f"{title}</rect>"
                )
        middle = x + bar // 2
        marks.append(f'<text x="{middle}" y="{y - 4:.2f}" text-anchor="middle">{totals[value]}</text>')
        marks.append(f'<text x="{middle}" y="{height + 42}" text-anchor="middle">{value}</text>')
    for position, split in enumerate(splits):
        x, y = left + position * 120, height + 56
        marks.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colours[split]}"/>')
        marks.append(f'<text x="{x + 18}" y="{y + 11}">{escape(split)}</text>')
    picture = (
        f'<svg role="img" aria-label="Number of items by hops" viewBox="0 0 {width} {height + 76}" width="{width}">'
        f"{''.join(marks)}</svg>"
    )
    rows = [[value, *(counts.get((split, value), 0) for split in splits)] for value in values]
    table = make_table(["hops", *splits], rows)
    return f"{picture}\n<details><summary>The same as a table</summary>{table}</details>"
