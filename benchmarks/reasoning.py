"""Measure one large world: this engine beside other kernels and other reasoners, and how it grows.

    python -m benchmarks.reasoning [--sizes 10000 100000 1000000] [--growth 30000 300000] [--only Workbench Nemo]
                                   [--rules all rl] [--seconds 300] [--gigabytes 12] [--plot docs/images/growth.svg]

Each figure comes from a process of its own. Prints Markdown for docs/benchmarks.md, with progress on stderr. Ends with
1 when two of those measured disagree on how many facts or derivations there are, or on the heights. Ten million facts
are measured on request: ``--sizes 10000000 --growth --only Workbench --rules all``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.contenders import CONTENDERS, Contender, find_missing
from benchmarks.dialects import write_data
from benchmarks.harness import Limits, Measurement, measure
from benchmarks.lubm import RuleSet

__all__ = ["Row", "find_disagreements", "main", "measure_size", "write_tables"]

_OURS = "Workbench"
_RULE_SETS: tuple[RuleSet, ...] = ("all", "rl")
_KERNELS = (_OURS, "Python loops", "DuckDB")
_COMPARED = {
    "closure": "facts in the closure",
    "heights": "as the sum of all heights",
    "derivations": "derivations",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One contender at one size with one rule set; ``load`` was measured apart where that is needed."""

    facts: int
    contender: Contender
    rule_set: RuleSet
    run: Measurement
    load: float | None

    @property
    def total(self) -> float | None:
        """CPU seconds from files or triples to the closure."""
        return self.run.get_seconds("all") or self.run.get_seconds("load", "closure")

    @property
    def closure(self) -> float | None:
        """CPU seconds without loading."""
        return None if self.total is None or self.load is None else self.total - self.load


def measure_size(
    size: int, contenders: Iterable[Contender], limits: Limits, rule_sets: Sequence[RuleSet] = _RULE_SETS
) -> list[Row]:
    """Measure the contenders that can do it on about ``size`` facts, each with the rule sets it can say."""
    wanted = [(contender, r) for contender in contenders for r in contender.rule_sets if r in rule_sets]
    rows = []
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        is_lean = all(contender.name == _OURS for contender, _ in wanted)
        facts = int(measure(write_data, folder, size, is_lean).get_count("facts") or 0)
        for contender, rule_set in wanted:
            stopped = find_missing(contender) or (f"left out above {contender.most:,}" if size > contender.most else "")
            load = None
            if stopped:
                run = Measurement(stopped=stopped)
            else:
                run = measure(contender.run, folder, rule_set, limits=limits)
                spent = ", ".join(f"{phase.name} {phase.seconds:.2f} s {phase.peak:.2f} GB" for phase in run.phases)
                _report(f"{facts:>12,} facts: {contender.name}, {rule_set} rules: {run.stopped or spent}")
                load = run.get_seconds("load")
                if contender.load is not None and not run.stopped:
                    load = measure(contender.load, folder, rule_set, limits=limits).get_seconds("load")
            rows.append(Row(facts, contender, rule_set, run, load))
    return rows


def find_disagreements(rows: Iterable[Row]) -> list[str]:
    """Return a sentence for each count on which contenders differ, with the same facts and rules."""
    found: dict[tuple[int, RuleSet, str], dict[float, list[str]]] = {}
    for row in rows:
        for key in _COMPARED:
            if (count := row.run.get_count(key)) is not None:
                names = found.setdefault((row.facts, row.rule_set, key), {}).setdefault(count, [])
                names.append(row.contender.name)
    return [
        f"{facts:,} facts, {rule_set} rules: "
        + "; ".join(f"{', '.join(names)} found {count:,.0f} {_COMPARED[key]}" for count, names in counts.items())
        for (facts, rule_set, key), counts in found.items()
        if len(counts) > 1
    ]


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _format(value: float | None, digits: int = 2, scale: float = 1) -> str:
    return "" if value is None else f"{value * scale:,.{digits}f}"


def _write_table(heads: Sequence[str], lines: Iterable[Sequence[str]], left: int) -> str:
    """A Markdown table; the first ``left`` columns are text, the others figures."""
    marks = ["---"] * left + ["---:"] * (len(heads) - left)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, marks, *lines))


def write_tables(rows: Sequence[Row]) -> str:
    """Return the tables: all rules, the rules of OWL RL, kernels and derivations."""
    parts = []
    for rule_set, title in (("all", "All 32 rules"), ("rl", "The 22 rules that OWL RL can say")):
        chosen = [row for row in rows if row.rule_set == rule_set]
        if not chosen:
            continue
        lines = [
            (
                row.contender.name,
                row.contender.note,
                f"{row.facts:,}",
                _format(row.run.get_count("closure"), 0),
                row.run.stopped or _format(row.total),
                _format(row.load),
                _format(row.run.get_peak("all") or row.run.get_peak("closure")),
            )
            for row in chosen
        ]
        heads = (
            "reasoner",
            "how",
            "facts stated",
            "in the closure",
            "load and closure, s",
            "load alone, s",
            "peak, GB",
        )
        parts.append(f"{title}:\n\n{_write_table(heads, lines, 2)}")
    parts.append(f"Closure with heights, and then every derivation, kept:\n\n{_write_kernels(rows)}")
    if proofs := _write_proofs(rows):
        parts.append(f"Minimal proofs of the highest facts:\n\n{proofs}")
    return "\n\n".join(parts)


def _write_proofs(rows: Sequence[Row]) -> str:
    lines = []
    for row in rows:
        seconds, goals = row.run.get_seconds("proofs"), row.run.get_count("goals")
        if seconds is not None and goals:
            each = _format(seconds, 2, 1000 / goals)
            lines.append((f"{row.facts:,}", _format(row.run.get_count("rounds"), 0), each))
    return _write_table(("facts stated", "rounds", "a minimal proof, ms"), lines, 0) if lines else ""


def _write_kernels(rows: Sequence[Row]) -> str:
    lines = []
    for row in rows:
        if row.contender.name not in _KERNELS or row.rule_set != "all":
            continue
        count, seconds = row.run.get_count("derivations"), row.run.get_seconds("derivations")
        rates = ("", "")
        if count is not None and seconds and row.total is not None:
            rates = _format(count / seconds / 1e6), _format(count / (seconds + row.total) / 1e6)
        lines.append(
            (
                "numpy" if row.contender.name == _OURS else row.contender.name,
                f"{row.facts:,}",
                row.run.stopped or _format(row.closure),
                _format(count, 0),
                _format(seconds),
                *rates,
                _format(row.run.get_peak("derivations")),
            )
        )
    heads = (
        "kernel",
        "facts stated",
        "closure, s",
        "derivations",
        "derivations, s",
        "million per s",
        "million per s, load and closure included",
        "peak, GB",
    )
    return _write_table(heads, lines, 1)


# ---- what is to be reached


def write_goals(rows: Sequence[Row]) -> str:
    """Return what was set as a goal beside what was measured, as far as it was."""

    def find(name: str, size: int, rule_set: RuleSet = "all") -> Row | None:
        for row in rows:
            if (row.contender.name, row.rule_set) == (name, rule_set) and size <= row.facts < 1.5 * size:
                return row if not row.run.stopped else None
        return None

    lines: list[tuple[str, str]] = []
    ours, nemo = find(_OURS, 1_000_000), find("Nemo", 1_000_000)
    if ours and nemo:
        lines.append((
            "a million facts: closure with heights no slower than Nemo's closure",
            f"{_format(ours.closure)} s and {_format(nemo.closure)} s; with loading {_format(ours.total)} s and "
            f"{_format(nemo.total)} s",
        ))  # fmt: skip
    if ours and (seconds := ours.run.get_seconds("derivations")):
        rate = (ours.run.get_count("derivations") or 0) / seconds / 1e6
        peak = _format(ours.run.get_peak("derivations"))
        lines.append(("a million facts: 3 million derivations a CPU second, at most 1.5 GB",
                      f"{rate:.2f} million, {peak} GB"))  # fmt: skip
    rl, other = find(_OURS, 100_000, "rl"), find("reasonable", 100_000, "rl")
    if rl and other and rl.total and other.total:
        handed = other.total / (rl.total + (rl.run.get_seconds("hand over") or 0))
        lines.append((
            "a hundred thousand facts, OWL RL's rules: five times as fast as reasonable",
            f"{other.total / rl.total:.1f} times; {handed:.1f} times when ours is handed over as triples too",
        ))  # fmt: skip
    if huge := find(_OURS, 10_000_000):
        peaks = _format(huge.run.get_peak("all")), _format(huge.run.get_peak("derivations"))
        lines.append(("ten million facts in at most 6 GB",
                      f"{_format(huge.total)} s, {peaks[0]} GB; {peaks[1]} GB with all derivations"))  # fmt: skip
    growth = [row for row in rows if (row.contender.name, row.rule_set) == (_OURS, "all") and row.total]
    largest = max((row.facts for row in growth), default=0)
    growth = [row for row in growth if row.facts * 12 > largest]  # the last decade, where fixed costs count for nothing
    if len(growth) > 2:
        texts = []
        for title, seconds_of in (("closure", _get_total), ("derivations", _get_listing)):
            texts.append(f"{title} as n^{_fit_power(growth, seconds_of):.2f}")
        lines.append(("near-linear growth, by facts in the closure, over the last decade", ", ".join(texts)))
    return _write_table(("to be reached", "measured"), lines, 2) if lines else ""


def _get_total(row: Row) -> float:
    return row.total or 0.0


def _get_listing(row: Row) -> float:
    return row.run.get_seconds("derivations") or 0.0


def _fit_power(rows: Sequence[Row], get_seconds: object) -> float:
    """The slope of CPU seconds over facts in the closure, both as logarithms."""
    assert callable(get_seconds)
    points = [(row.run.get_count("closure") or 1, get_seconds(row)) for row in rows]
    logs = np.log([(x, y) for x, y in points if y > 0])
    return float(np.polyfit(logs[:, 0], logs[:, 1], 1)[0])


def draw_growth(rows: Sequence[Row], path: Path) -> None:
    """Draw CPU seconds over stated facts; the same figures give the same bytes."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams |= {"svg.hashsalt": "growth", "svg.fonttype": "none", "font.size": 9}
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 3.6), layout="constrained")
    curves = (
        (_OURS, "Workbench: load and closure", _get_total, "o-"),
        (_OURS, "Workbench: all derivations", _get_listing, "s-"),
        ("Nemo", "Nemo: load and closure", _get_total, "^:"),
    )
    for name, title, get_seconds, style in curves:
        chosen = [r for r in rows if (r.contender.name, r.rule_set) == (name, "all") and not r.run.stopped]
        chosen.sort(key=lambda row: row.facts)
        axes.plot([row.facts for row in chosen], [get_seconds(row) for row in chosen], style, label=title, ms=4)
    sizes = sorted({row.facts for row in rows})
    first = min((row for row in rows if row.contender.name == _OURS), key=lambda row: row.facts)
    line = [_get_total(first) * size / first.facts for size in sizes]
    axes.plot(sizes, line, color="0.7", lw=0.8, label="linear")
    axes.set(xscale="log", yscale="log", xlabel="facts stated", ylabel="CPU seconds")
    axes.grid(True, color="0.9", lw=0.5)
    axes.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)


def main() -> None:
    """Read the arguments, measure, print, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000], help="for everybody")
    parser.add_argument("--growth", type=int, nargs="*", default=[30_000, 300_000], help="for this engine and Nemo")
    parser.add_argument("--only", nargs="*", choices=list(CONTENDERS), default=list(CONTENDERS))
    parser.add_argument("--rules", nargs="*", choices=_RULE_SETS, default=_RULE_SETS, help="rule sets")
    parser.add_argument("--seconds", type=int, default=Limits().seconds, help="CPU seconds for each process")
    parser.add_argument("--gigabytes", type=float, default=Limits().gigabytes, help="memory for each process")
    parser.add_argument("--plot", type=Path, help="where to draw the growth, as SVG")
    arguments = parser.parse_args()
    limits = Limits(arguments.seconds, arguments.gigabytes)
    rows: list[Row] = []
    for size in sorted({*arguments.sizes, *arguments.growth}):
        names = [n for n in arguments.only if size in arguments.sizes or n in (_OURS, "Nemo")]
        sets = [r for r in _RULE_SETS if r in arguments.rules and (r == "all" or size in arguments.sizes)]
        rows += measure_size(size, [CONTENDERS[name] for name in names], limits, sets)
    rows.sort(key=lambda row: row.facts)
    print(write_tables(rows))
    if goals := write_goals(rows):
        print(f"\n{goals}")
    if arguments.plot:
        draw_growth(rows, arguments.plot)
    if wrong := find_disagreements(rows):
        print("\nDISAGREEMENT\n" + "\n".join(wrong), file=sys.stderr)
        raise SystemExit(1)


if __name__ == "__main__":
    main()
