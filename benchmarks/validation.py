"""Measure validation: shapes on large graphs, a changed graph judged again, the check of a project.

    python -m benchmarks.validation [--sections shacl changes check] [--sizes 10000 100000 1000000]
                                    [--classes 5000] [--edits 20] [--slow] [--seconds 1200]

CPU seconds are those of all processes that take part. ``--slow`` lets pySHACL judge the largest graph too, which takes
it many minutes. Prints Markdown for docs/benchmarks.md; ends with 1 when two judges do not find the same, or a change
is not judged as if in full.
"""

from __future__ import annotations

import argparse
import gc
import marshal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.harness import Limits, Measurement, Recorder, measure
from benchmarks.shapes import (
    JUDGES,
    get_whole_cpu,
    make_class_shapes,
    make_classes,
    make_edits,
    write_university,
)

__all__ = ["SECTIONS", "Row", "find_disagreements", "main", "run_changes", "run_check"]

_ROOT = Path(__file__).resolve().parents[1]


class Row(NamedTuple):
    """What one judge did with a graph."""

    triples: int
    judge: str
    run: Measurement


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _write_table(heads: Sequence[str], lines: Sequence[Sequence[str]], left: int) -> str:
    marks = ["---"] * left + ["---:"] * (len(heads) - left)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, marks, *lines))


# --- SHACL on large graphs


def measure_judges(size: int, limits: Limits, *, slow: bool = False) -> list[Row]:
    """Let every judge that is installed judge about ``size`` triples, each in processes of its own."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        triples = write_university(Path(folder), size)
        for name, judge in JUDGES.items():
            if judge.is_missing or (size > judge.most and not slow):
                why = "not installed" if judge.is_missing else f"left out above {judge.most:,}; see --slow"
                rows.append(Row(triples, name, Measurement(stopped=why)))
                continue
            run = measure(judge.run, folder, limits=limits)
            spent = ", ".join(f"{phase.name} {phase.seconds:.2f} s" for phase in run.phases)
            _tell(f"{triples:>12,} triples: {name}: {run.stopped or spent}")
            rows.append(Row(triples, name, run))
    return rows


def find_disagreements(rows: Sequence[Row]) -> list[str]:
    """Return a sentence for each graph on which two judges differ in number or content of their results."""
    found = []
    for triples in dict.fromkeys(row.triples for row in rows):
        seen = {row.judge: row.run.counts for row in rows if row.triples == triples and row.run.counts}
        if len(set(seen.values())) > 1:
            found.append(
                f"{triples:,} triples: " + "; ".join(f"{name} {dict(counts)}" for name, counts in seen.items())
            )
    return found


def _write_judges(rows: Sequence[Row]) -> str:
    lines = []
    for triples, name, run in rows:
        if run.stopped:
            lines.append([name, JUDGES[name].how, f"{triples:,}", "", run.stopped, "", "", ""])
            continue
        authority = next((r.run for r in rows if r.triples == triples and r.judge == "pySHACL"), run)
        theirs, judged = authority.get_seconds("judge"), run.get_seconds("judge") or 0.0
        times = f"{theirs / judged:.0f}" if theirs and judged else ""
        load, start = run.get_seconds("load") or 0.0, run.get_seconds("start") or 0.0
        results = run.get_count("results") or 0
        cells = [name, JUDGES[name].how, f"{triples:,}", f"{results:,.0f}", f"{judged:.2f}", times]
        lines.append([*cells, f"{load:.2f}", f"{start:.2f}"])
    heads = ["judge", "how", "triples", "results", "judging, s", "times pySHACL", "reading before, s", "start, s"]
    return _write_table(heads, lines, 2)


def _run_shacl(arguments: argparse.Namespace) -> tuple[str, list[str]]:
    limits = Limits(arguments.seconds, 12.0)
    rows = [row for size in arguments.sizes for row in measure_judges(size, limits, slow=arguments.slow)]
    return _write_judges(rows), find_disagreements(rows)


# --- One edit


def run_changes(recorder: Recorder, classes: int, edits: int) -> None:
    """Judge classes, edit them one time after the other, and judge each state again; compare with judging in full."""
    from workbench.validation.shacl import judge_graph, validate_graph

    shapes, now = make_class_shapes(), make_classes(classes)
    judge_graph(frozenset(list(now)[:10]), shapes)
    start = get_whole_cpu()
    judgement = judge_graph(now, shapes)
    recorder.add("in full", get_whole_cpu() - start)
    recorder.counts |= {"triples": len(now), "results": len(judgement.results), "different": 0}
    for anew in (False, True):
        spent: dict[str, list[float]] = {}
        judged: dict[str, list[int]] = {}
        for number, (kind, added, removed) in enumerate(make_edits(classes, edits)):
            now = (now - removed) | added
            if anew:  # equal triples, other objects
                now = frozenset(marshal.loads(marshal.dumps(tuple(now))))  # noqa: S302
            gc.collect()
            start = get_whole_cpu()
            judgement = judge_graph(now, shapes, previous=judgement)
            spent.setdefault(kind, []).append(get_whole_cpu() - start)
            judged.setdefault(kind, []).append(-1 if judgement.judged is None else judgement.judged)
            if number % 5 == 0 and validate_graph(now, shapes) != judgement.results:
                recorder.counts["different"] += 1
        for kind, seconds in spent.items():
            name = f"{kind}, anew" if anew else kind
            recorder.add(name, sum(seconds))
            recorder.counts |= {
                f"{name}: median": median(seconds), f"{name}: worst": max(seconds),
                f"{name}: judged": median(judged[kind]),
            }  # fmt: skip
        now = make_classes(classes)
        judgement = judge_graph(now, shapes)


def _run_edits(arguments: argparse.Namespace) -> tuple[str, list[str]]:
    found = measure(run_changes, arguments.classes, arguments.edits, limits=Limits(arguments.seconds))
    if found.stopped:
        return found.stopped, []
    counts = dict(found.counts)
    full = 1000 * (found.get_seconds("in full") or 0.0)
    kinds = [phase.name for phase in found.phases if phase.name != "in full" and not phase.name.endswith(", anew")]
    size = f"{arguments.classes:,} classes, {counts['triples']:,.0f} triples, {counts['results']:,.0f} results"
    names = [f"{prefix}: {what}" for prefix in ("{0}", "{0}, anew") for what in ("median", "worst")]
    lines = [
        [
            kind,
            f"{counts[f'{kind}: judged']:,.0f}",
            *(f"{1000 * counts[name.format(kind)]:.1f}" for name in names),
        ]
        for kind in kinds
    ]
    heads = [
        "edit", "nodes judged again, median", "median, ms", "worst, ms", "all files read anew: median, ms", "worst, ms",
    ]  # fmt: skip
    wrong = [f"{counts['different']:.0f} changes were judged otherwise than in full"] if counts["different"] else []
    return f"{size}; judged in full in {full:.0f} ms.\n\n{_write_table(heads, lines, 1)}", wrong


# --- The check of this repository


def run_check(recorder: Recorder, folder: str) -> None:
    """Check the project in a folder: twice, and after one statement was added."""
    from workbench.build.checking import check
    from workbench.project import load

    project = load(Path(folder))
    path, file = next((p, f) for p, f in project.files.items() if p.startswith("ontologies/") and p.endswith(".ttl"))
    edited = project.replace_contents({path: file.data + b"\n<urn:new> a <urn:Novelty> .\n"})
    for name, state in (("first", project), ("again", project), ("after an edit", edited)):
        start, clock = get_whole_cpu(), time.perf_counter()
        checked = check(state)
        recorder.add(name, get_whole_cpu() - start)
        recorder.counts[f"{name}: violations"] = len(checked.report.violations)
        recorder.counts[f"{name}: wall"] = time.perf_counter() - clock


def _run_project(arguments: argparse.Namespace) -> tuple[str, list[str]]:
    found = measure(run_check, str(_ROOT), limits=Limits(arguments.seconds))
    if found.stopped:
        return found.stopped, []
    counts = dict(found.counts)
    lines = [[p.name, f"{p.seconds:.2f}", f"{counts[f'{p.name}: violations']:.0f}"] for p in found.phases]
    return _write_table(["check", "CPU s", "findings"], lines, 1), []


class Section(NamedTuple):
    """A part of the page: its title, what it is, and what runs it and returns Markdown and disagreements."""

    title: str
    run: Callable[[argparse.Namespace], tuple[str, list[str]]]


SECTIONS = {
    "shacl": Section("SHACL on large graphs", _run_shacl),
    "changes": Section("Judging again after one edit", _run_edits),
    "check": Section("The check of this repository", _run_project),
}


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sections", nargs="*", choices=list(SECTIONS), default=list(SECTIONS))
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--classes", type=int, default=5_000)
    parser.add_argument("--edits", type=int, default=20, help="edits of each kind")
    parser.add_argument("--slow", action="store_true", help="let pySHACL judge the largest graph too")
    parser.add_argument("--seconds", type=int, default=1_200, help="CPU seconds for each process")
    arguments = parser.parse_args()
    wrong = []
    for name in arguments.sections:
        section = SECTIONS[name]
        _tell(f"-- {section.title}")
        text, found = section.run(arguments)
        print(f"### {section.title}\n\n{text}\n")
        wrong += found
    for line in wrong:
        print(f"DISAGREEMENT: {line}", file=sys.stderr)
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
