"""Perturbed splits of a dataset: variants of chosen items of another split, made when all levels are filled.

They are made from the staged items alone, a few at a time, here or in several processes; whichever it is, the same
variants come in the same order. They are not staged: a build that was interrupted makes them anew.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from workbench.build.variants import MadeVariant, VariantMaker, VariantTask
from workbench.generation.questions.perturbing import choose_originals
from workbench.generation.selection.blocks import Material
from workbench.generation.selection.digests import DigestSet, shorten_digest
from workbench.generation.selection.processes import map_in_order
from workbench.model.curriculum import Curriculum
from workbench.model.report import Violation
from workbench.model.splits import HeldOut

__all__ = ["PerturbedSplit", "add_variants", "report_perturbed"]

_TOGETHER = 24
"""Originals that are changed together."""
_MANY = 240
"""With fewer originals than this, processes would take longer to start than to help."""
_TWICE = "the same item is there already"
_Make = Callable[[Iterable[VariantTask]], Iterator[list[MadeVariant]]]


@dataclass(frozen=True, slots=True)
class PerturbedSplit:
    """What became of a perturbed split: its originals, the items made by kind, and why others could not be made."""

    name: str
    of: str
    originals: int
    items: tuple[tuple[str, int], ...]
    missing: tuple[tuple[str, str, int], ...]
    """Kind, reason, number."""

    def to_json(self) -> dict[str, Any]:
        """Return it as the manifest has it."""
        missing: dict[str, dict[str, int]] = {}
        for kind, reason, count in self.missing:
            missing.setdefault(kind, {})[reason] = count
        return {"of": self.of, "originals": self.originals, "items": dict(self.items), "missing": missing}


def add_variants(
    material: Material,
    iterate_lines: Callable[[], Iterator[tuple[str, bytes]]],
    add_line: Callable[[str, bytes], None],
    workers: int,
    tell: Callable[[str], None],
) -> tuple[PerturbedSplit, ...]:
    """Make the items of every perturbed split of a curriculum and add their lines.

    ``iterate_lines`` yields split and line of all other items, as often as it is called.
    """
    wanted = [held for held in material.curriculum.held_out if held.axis == "perturbed"]
    if not wanted:
        return ()
    known, ids = _list_ids(iterate_lines(), {held.of for held in wanted})
    chosen = [frozenset(choose_originals(held, ids[held.of])) for held in wanted]
    found = []
    with _open_maker(material, workers if max(map(len, chosen)) >= _MANY else 1) as make:
        for held, originals in zip(wanted, chosen, strict=True):
            made: Counter[str] = Counter()
            missing: Counter[tuple[str, str]] = Counter()
            for results in make(_iterate_tasks(held, originals, iterate_lines())):
                for result in results:
                    if not result.written.is_accepted:
                        missing[result.kind, result.written.reason] += 1
                    elif not known.add(shorten_digest(result.id)):
                        missing[result.kind, _TWICE] += 1
                    else:
                        made[result.kind] += 1
                        add_line(held.name, result.written.line)
                tell(f"{material.curriculum.domain}: {held.name}, {made.total():,} changed items made")
            found.append(
                PerturbedSplit(
                    held.name,
                    held.of,
                    len(originals),
                    tuple((kind, made[kind]) for kind in held.kinds),
                    tuple((kind, reason, count) for (kind, reason), count in sorted(missing.items())),
                )
            )
    return tuple(found)


def _list_ids(lines: Iterable[tuple[str, bytes]], splits: set[str]) -> tuple[DigestSet, dict[str, list[str]]]:
    """Return the ids of all items, and by split those that can be changed: what states facts."""
    known = DigestSet()
    ids: dict[str, list[str]] = {split: [] for split in splits}
    for split, line in lines:
        item = json.loads(line)
        known.add(shorten_digest(item["id"]))
        if split in ids and item["given"] != "none":
            ids[split].append(item["id"])
    return known, ids


def _iterate_tasks(
    held: HeldOut, originals: frozenset[str], lines: Iterable[tuple[str, bytes]]
) -> Iterator[VariantTask]:
    waiting: list[bytes] = []
    for split, line in lines:
        if split == held.of and json.loads(line)["id"] in originals:
            waiting.append(line)
        if len(waiting) == _TOGETHER:
            yield VariantTask(held.name, held.of, held.kinds, tuple(waiting))
            waiting = []
    if waiting:
        yield VariantTask(held.name, held.of, held.kinds, tuple(waiting))


_makers: list[VariantMaker] = []
"""In a worker process, the one maker there is."""


def _prepare(material: Material) -> None:
    _makers[:] = [VariantMaker(material)]


def _make_here(task: VariantTask) -> list[MadeVariant]:
    return _makers[0].make(task)


@contextmanager
def _open_maker(material: Material, workers: int) -> Iterator[_Make]:
    if workers == 1:
        maker = VariantMaker(material)
        yield lambda tasks: map(maker.make, tasks)
        return
    with map_in_order(workers, _prepare, material) as run:
        yield lambda tasks: run(_make_here, tasks)


def report_perturbed(curriculum: Curriculum, found: Iterable[PerturbedSplit]) -> list[Violation]:
    """Return a finding for each kind of change that not every chosen original allowed, with the numbers."""
    notes = []
    places = {held.name: held.location for held in curriculum.held_out}
    for split in found:
        for kind, count in split.items:
            if count == split.originals:
                continue
            reasons = [(reason, number) for own, reason, number in split.missing if own == kind]
            reasons.sort(key=lambda one: (-one[1], one[0]))
            notes.append(
                Violation(
                    "curriculum.perturbed",
                    "warning",
                    f"Of the {split.originals:,} items of {split.of} that the split {split.name} changes, {count:,} "
                    f"have a variant of the kind {kind}.",
                    places[split.name],
                    why=", ".join(f"{reason} ({number:,})" for reason, number in reasons[:4]) + ".",
                    fix="Leave the kind out, or take it as it is: the manifest has these numbers.",
                    domain=curriculum.domain,
                )
            )
    return notes
