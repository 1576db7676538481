"""The parts of report.html about difficulty, variety, the probe, stages, and what models were seen to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from workbench.export.html_tables import make_table, make_value
from workbench.export.measured import make_calibration_rows
from workbench.export.measures import MEASURES

__all__ = ["make_capacity", "make_difficulty", "make_diversity", "make_measured", "make_probe", "make_stages"]

_BAR, _HEIGHT, _MOST_BARS = 6, 28, 40
_WITHIN = 0.02
"""What a probe may reach above chance."""


def make_difficulty(levels: Sequence[Mapping[str, Any]]) -> str:
    """Return a table: for each level and measure the least, middle and greatest value, over a small histogram."""
    if not levels:
        return "<p>No items.</p>"
    shown = [measure for measure in MEASURES if any(measure in level for level in levels)]
    titles = "".join(f'<th scope="col">{title}</th>' for title in ("level", "name", *shown))
    rows = []
    for level in levels:
        cells = [f'<td class="number">{level["level"]}</td>', f"<td>{escape(str(level['name']))}</td>"]
        cells += [f"<td>{_make_bars(level[measure]) if measure in level else ''}</td>" for measure in shown]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return (
        "<p>Least, middle and greatest value; the bars are numbers of items by value.</p>\n"
        f"<table><thead><tr>{titles}</tr></thead><tbody>\n{chr(10).join(rows)}\n</tbody></table>"
    )


def _make_bars(counts: Mapping[str, int]) -> str:
    values = sorted((int(value), count) for value, count in counts.items())
    least, greatest = values[0][0], values[-1][0]
    text = f"{least} · {_find_middle(values)} · {greatest}" if least != greatest else str(least)
    wide = (greatest - least) // _MOST_BARS + 1
    heights = [0] * ((greatest - least) // wide + 1)
    for value, count in values:
        heights[(value - least) // wide] += count
    scale = _HEIGHT / max(heights)
    bars = "".join(
        f'<rect x="{place * _BAR}" y="{_HEIGHT - count * scale:.2f}" width="{_BAR - 1}" height="{count * scale:.2f}" '
        f'fill="#0072b2"><title>{_say_range(least + place * wide, wide)}: {count:,}</title></rect>'
        for place, count in enumerate(heights)
        if count
    )
    width = len(heights) * _BAR
    picture = f'<svg role="img" aria-label="{text}" width="{width}" height="{_HEIGHT}">{bars}</svg>'
    return f"{text}<br>{picture}"


def _say_range(first: int, wide: int) -> str:
    return str(first) if wide == 1 else f"{first} to {first + wide - 1}"


def _find_middle(values: Sequence[tuple[int, int]]) -> int:
    left = sum(count for _, count in values) / 2
    for value, count in values:
        left -= count
        if left <= 0:
            return value
    return values[-1][0]


def make_diversity(diversity: Mapping[str, Any]) -> str:
    """Return tables: distinct runs of words, templates, and what never or rarely appears."""
    texts = [[language, *shares.values()] for language, shares in diversity["distinct"].items()]
    names = list(next(iter(diversity["distinct"].values()), {}))
    spreads = [[name, one["used"], one["entropy"], one["evenness"]] for name, one in diversity["templates"].items()]
    covered = [
        [what, one["known"], one["covered"], one["never"], one["rare"]] for what, one in diversity["coverage"].items()
    ]
    return "\n".join(
        [
            f"<p>Different runs of one, two and three words, as shares of all, in the first {diversity['texts']:,} "
            "prompts:</p>",
            make_table(["language", *names], texts),
            "<p>Templates; the entropy is in bits, and 1 is the most even use:</p>",
            make_table(["task", "templates", "entropy", "evenness"], spreads),
            "<p>What the domain has, and how much of it appears:</p>",
            make_table(["", "there are", "appear", "never", "rarely"], covered),
        ]
    )


def make_probe(findings: Sequence[Mapping[str, Any]]) -> str:
    """Return a table of what can be guessed from words, lengths and places alone."""
    if not findings:
        return "<p>There are too few items to probe.</p>"
    rows = []
    for one in findings:
        gap = one["accuracy"] - one["chance"]
        verdict = "within two points of chance" if gap <= _WITHIN else "more than two points above chance"
        if gap > _WITHIN >= one["low"] - one["chance"]:
            verdict += ", but too few items to be certain"
        interval = f"{one['low']:.1%} to {one['high']:.1%}"
        rows.append(
            [one["task"], one["target"], one["probe"], one["items"], f"{one['accuracy']:.1%}", f"{one['chance']:.1%}",
             interval, verdict]
        )  # fmt: skip
    header = ["task", "guessed", "probe", "items", "right", "chance", "95 % interval", ""]
    return (
        "<p>How often a classifier is right that sees words, lengths and places, but follows no rule.</p>\n"
        f"{make_table(header, rows)}"
    )


def make_capacity(capacity: Mapping[str, Any]) -> str:
    """Return a table of how many structures the items of each level have, with what is said of how many there are."""
    if not all(isinstance(account, Mapping) for account in capacity.values()):
        return make_value(capacity)
    rows = [[level, *(a.get(n, "") for n in ("items", "named", "core", "sentence"))] for level, a in capacity.items()]
    return make_table(["level", "items", "different by named", "by core", ""], rows)


def make_stages(stages: Sequence[Mapping[str, Any]]) -> str:
    """Return a table of the stages and their parts."""
    rows = [
        [stage["number"], stage["title"], part.get("level", part.get("set")), part["kind"],
         "fades" if part.get("fades") else "", part["items"]]
        for stage in stages
        for part in stage["parts"]
    ]  # fmt: skip
    return make_table(["stage", "title", "level or set", "kind", "", "items"], rows)


def make_measured(measured: Sequence[Mapping[str, Any]]) -> str:
    """Return a table of pass rates of models by level and by hops."""
    return make_table(["model", "of", "items", "pass rate", ""], make_calibration_rows(measured))
