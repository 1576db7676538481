"""What a build says of itself: the datasets it made, as a table for people and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.build.perturbed_splits import PerturbedSplit
from workbench.generation.selection.staging import StagePlan
from workbench.generation.surveys.probe import ON_ASKED
from workbench.model.report import Report

__all__ = ["BuildResult", "BuiltDataset"]


@dataclass(frozen=True, slots=True)
class BuiltDataset:
    """One dataset: where it is, and what the summary says about it."""

    domain: str
    folder: Path
    items: int
    cells: tuple[tuple[int, str, str, str, int, int], ...]
    """Level number and name, task, status, items taken, items asked for."""
    splits: tuple[tuple[str, int], ...]
    rejected: tuple[tuple[str, int], ...]
    structures: int
    leakage: tuple[tuple[str, Mapping[str, Any]], ...]
    seconds: float
    made: int
    """Items made by this run; the others were there from one that had been interrupted."""
    rates: tuple[tuple[str, int, float], ...]
    """Level, items made and seconds for them."""
    note: str
    perturbed: tuple[PerturbedSplit, ...] = ()
    stages: tuple[StagePlan, ...] = ()
    probe: tuple[Mapping[str, Any], ...] = ()
    measured: int = 0
    """Measurements of models that were kept."""
    lessons: int = 0
    """Recall items that were added, beside those asked for, for facts that closed-book items rest on."""
    capacity: tuple[str, ...] = ()
    """For each level in a sentence how many structures there are."""


@dataclass(frozen=True, slots=True)
class BuildResult:
    """The datasets built, and what the author should know (quotas not met where the curriculum allows that)."""

    datasets: tuple[BuiltDataset, ...]
    report: Report

    @property
    def folders(self) -> tuple[Path, ...]:
        """The dataset folders."""
        return tuple(dataset.folder for dataset in self.datasets)

    def format_table(self) -> str:
        """Return the summary that the command line prints."""
        return "\n\n".join(_format_dataset(dataset) for dataset in self.datasets)

    def to_json(self) -> list[dict[str, Any]]:
        """Return the summary as JSON values."""
        return [
            {
                "domain": d.domain,
                "folder": str(d.folder),
                "items": d.items,
                "cells": [
                    dict(zip(("level", "name", "task", "status", "items", "wanted"), cell, strict=True))
                    for cell in d.cells
                ],
                "splits": dict(d.splits),
                "lessons": d.lessons,
                "perturbed": {one.name: dict(one.items) for one in d.perturbed},
                "rejected": dict(d.rejected),
                "structures": d.structures,
                "capacity": list(d.capacity),
                "probe": [dict(finding) for finding in d.probe],
                "measured": d.measured,
                "stages": {plan.stage.name: plan.items for plan in d.stages},
                "leakage": {split: dict(row) for split, row in d.leakage},
                "seconds": round(d.seconds, 2),
                "made": d.made,
                "note": d.note,
            }
            for d in self.datasets
        ]


def _say_folder(folder: Path) -> Path:
    """Return a folder as one would write it here: relative where it lies below the current folder."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _say_probe(findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return in words how far above chance the best probe of each task is, with the bounds of its 95 % interval.

    What is seen of the words of a prompt comes first, then what is seen of pairs of what is asked.
    """
    pairs = [one for one in findings if one["probe"] == ON_ASKED]
    words = [one for one in findings if one["probe"] != ON_ASKED]
    lines = []
    for seen, found in (("words, lengths and places", words), ("pairs of what is asked", pairs)):
        best: dict[str, Mapping[str, Any]] = {}
        for one in found:
            best[one["task"]] = max(
                best.get(one["task"], one), one, key=lambda found: found["accuracy"] - found["chance"]
            )
        parts = []
        for task, one in best.items():
            gap, low, high = (100 * (one[name] - one["chance"]) for name in ("accuracy", "low", "high"))
            parts.append(f"{task} {gap:+.1f} ({low:+.1f} to {high:+.1f})")
        if parts:
            lines.append(f"points above chance when guessed from {seen}: {', '.join(parts)}")
    return lines


def _format_dataset(dataset: BuiltDataset) -> str:
    statuses = ("entailed", "refuted", "unknown", "-")
    head = f"{dataset.domain}: {dataset.items:,} items in {_say_folder(dataset.folder)}"
    rows: list[tuple[str, ...]] = [("level", "task", *statuses, "asked")]
    groups: dict[tuple[int, str, str], dict[str, tuple[int, int]]] = {}
    for number, name, task, status, taken, wanted in dataset.cells:
        groups.setdefault((number, name, task), {})[status] = (taken, wanted)
    for (number, name, task), cells in groups.items():
        counts = [f"{cells[s][0]:,}" if s in cells else "" for s in statuses]
        rows.append((f"{number} {name}", task, *counts, f"{sum(wanted for _, wanted in cells.values()):,}"))
    if dataset.lessons:
        # They stand in no cell that was asked for, and are items all the same.
        rows.append(("lessons added", "recall", "", "", "", f"{dataset.lessons:,}", ""))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [head, ""]
    for row in rows:
        cells_ = [row[i].ljust(widths[i]) if i < 2 else row[i].rjust(widths[i]) for i in range(len(row))]
        lines.append("  ".join(cells_).rstrip())
    lines += ["", "splits: " + ", ".join(f"{name} {count:,}" for name, count in dataset.splits)]
    if dataset.stages:
        lines.append("stages: " + ", ".join(f"{plan.stage.name} {plan.items:,}" for plan in dataset.stages))
    lines.append(f"different structures up to names and vocabulary: {dataset.structures:,}")
    lines += dataset.capacity
    for split, row_ in dataset.leakage:
        shared = ", ".join(f"{column} {count:,}" for column, count in row_["counts"].items())
        lines.append(f"also in train, of {split}'s {row_['items']:,} items: {shared}")
    if dataset.probe:
        lines += _say_probe(dataset.probe)
    if dataset.measured:
        lines.append(f"measurements of models kept: {dataset.measured:,}")
    lines.append("rejected: " + (", ".join(f"{why} {count:,}" for why, count in dataset.rejected) or "nothing"))
    if dataset.note:
        lines.append(dataset.note)
    rate = dataset.made / dataset.seconds if dataset.seconds else 0.0
    lines.append(f"time: {dataset.seconds:.0f} s ({rate:,.0f} verified items a second)")
    lines += [f"  {level}: {made:,} items, {made / seconds:,.0f} a second" for level, made, seconds in dataset.rates]
    return "\n".join(lines)
