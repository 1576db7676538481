"""Measure generation: verified items per CPU second for each level and task of a domain, and where the time goes.

    python -m benchmarks.generation [--project .] [--domain kinship] [--items 200] [--blocks 3] [--worlds 48]

First a few tasks are made from so many sampled worlds in two settings: each question with a context of its own, and 20
questions a world. Rendering is compared with Jinja filling the same templates with the same sentences.

Each level and task is filled by the same code that builds datasets, in this process, until it has so many items or
has used so many blocks of worlds. Every item counted has passed all judges. Times are CPU seconds, those of the worker
process in which shapes are judged included; what is prepared once for all blocks is measured first, apart.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

import jinja2
import psutil
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workbench.build.curricula import read_curriculum
from workbench.build.knowledge import get_knowledge
from workbench.build.materials import collect_material
from workbench.generation.items import judging, rendering
from workbench.generation.items.item_making import ItemWriter
from workbench.generation.items.rendering import Renderer
from workbench.generation.questions import answering
from workbench.generation.questions.drafting import Drafter
from workbench.generation.selection import blocks
from workbench.generation.selection.blocks import BLOCK_SIZE, BlockMaker, Material
from workbench.generation.selection.collecting import collect_rarely
from workbench.generation.selection.processes import InProcess, write_judged
from workbench.generation.selection.selecting import START, Place, select_items
from workbench.generation.selection.taking import Key, Written
from workbench.generation.tasks import get_family
from workbench.generation.worlds.project_worlds import ProjectWorlds
from workbench.generation.worlds.sampling import Sampler
from workbench.model.curriculum import NO_STATUS, STATUS_TASKS, STATUSES, Cell, Level, Quota, Task
from workbench.project import load
from workbench.solving.certificates import Judge
from workbench.wording.reader import SLOTS, Reader, Skeleton
from workbench.wording.templates import CHOICES, fill_skeleton

__all__ = ["main", "measure_settings", "run"]

_STAGES: tuple[tuple[str, object, tuple[str, ...]], ...] = (
    ("sampling worlds", Sampler, ("sample",)),
    ("cutting the project's worlds", ProjectWorlds, ("cut",)),
    ("drafting", Drafter, ("draft",)),
    ("answering and measuring", blocks, ("answer_drafts",)),
    ("solving without distractors", answering, ("solve_bare",)),
    ("identity", blocks, ("compute_item_identity",)),
    ("features", blocks, ("describe_answered",)),
    ("rendering", Renderer, ("render",)),
    ("writing", ItemWriter, ("write",)),
    ("writing", blocks, ("join_theory", "write_theory_rule", "compute_item_id")),
    ("checker", judging, ("Checker", "certify", "certify_answers")),
    ("Z3", Judge, ("judge_items",)),
    ("reader", Reader, ("read",)),
)
_SHAPES = "judging shapes"
_QUESTIONS = 20
_MANY = 1_000_000
_SETTINGS: tuple[tuple[tuple[Task, ...], tuple[int, int]], ...] = (
    (("entailment",), (1, 4)), (("options",), (1, 4)), (("recall",), (0, 0)),
)  # fmt: skip
"""Tasks that are measured together, and the hops that they may have."""
_REST = "everything else"
_PROBE = 1_000_000
"""The block that gets everything ready; no run uses blocks so far out."""


@dataclass
class Clock:
    """CPU seconds by stage; a stage's time leaves out the stages that it calls."""

    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    _stages: list[str] = field(default_factory=lambda: [_REST])
    _mark: float = field(default_factory=time.process_time)

    @property
    def total(self) -> float:
        """All that has been charged."""
        return sum(self.seconds.values())

    def charge(self) -> None:
        """Charge the time since the last call to the stage at work."""
        now = time.process_time()
        self.seconds[self._stages[-1]] += now - self._mark
        self._mark = now

    def wrap(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its time charged to a stage."""

        def timed(*arguments: Any, **named: Any) -> Any:
            self.charge()
            self._stages.append(stage)
            try:
                return function(*arguments, **named)
            finally:
                self.charge()
                self._stages.pop()

        return timed

    def wrap_shapes(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the judge of shapes with the time of its worker process charged too."""

        def timed(*arguments: Any) -> Any:
            before = _sum_children()
            result = function(*arguments)
            self.seconds[_SHAPES] += _sum_children() - before
            return result

        return self.wrap(_SHAPES, timed)


def _sum_children() -> float:
    times = (child.cpu_times() for child in psutil.Process().children(recursive=True))
    return float(sum(spent.user + spent.system for spent in times))


class _Limited(InProcess):
    """So many blocks of a level and no more, made as the whole curriculum's."""

    def __init__(self, maker: BlockMaker, limit: int) -> None:
        super().__init__(maker)
        self._limit = limit
        self._levels = {level.name: level for level in maker.material.curriculum.levels}

    def iterate_blocks(
        self, level: Level, get_room: Callable[[], dict[Cell, int]], start: Place = START
    ) -> Iterator[Any]:
        return islice(super().iterate_blocks(self._levels[level.name], get_room, start), self._limit)


class _Nowhere:
    """Where items go that are only counted."""

    def put(self, key: Key, written: Written) -> None:
        """Forget an item."""

    def end_block(self, state: Mapping[str, Any] | None) -> None:
        """Forget a block."""


def run(folder: Path, domain: str, items: int, limit: int, worlds: int) -> None:
    """Measure a few tasks in two settings, and every level and task of one domain, and print tables."""
    clock = Clock()
    with ExitStack() as stack:
        for stage, owner, names in _STAGES:
            for name in names:
                stack.enter_context(patch.object(owner, name, clock.wrap(stage, getattr(owner, name))))
        material = _load_material(folder, domain, clock)
        maker = BlockMaker(material)
        if limit:
            _prepare(maker)
        clock.charge()
        print(f"{domain}: ready after {clock.total:.1f} CPU seconds; blocks of {BLOCK_SIZE} worlds")
        measure_settings(maker, worlds, clock)
        if not limit:
            return
        clock.seconds.clear()
        print(f"{'level':<14} {'task':<11} {'items':>6} {'blocks':>6} {'CPU s':>7} {'items per CPU s':>16}")
        total = 0
        for level in material.curriculum.levels:
            for task in dict.fromkeys(quota.task for quota in level.quotas):
                total += _fill(maker, level, task, items, limit, clock)
    spent = clock.total
    print(f"\n{total:,} items in {spent:.0f} CPU seconds: {total / spent:.1f} verified items per CPU second\n")
    _print_stages(clock, total)


def _print_stages(clock: Clock, items: int) -> None:
    spent = clock.total
    print(f"{'stage':<30} {'share':>6} {'ms per item':>12}")
    for stage, seconds in sorted(clock.seconds.items(), key=lambda pair: -pair[1]):
        print(f"{stage:<30} {seconds / spent:>6.1%} {1000 * seconds / max(items, 1):>12.3f}")


def measure_settings(maker: BlockMaker, worlds: int, clock: Clock) -> None:
    """Make a few tasks from sampled worlds, with contexts of their own and with 20 questions a world."""
    for questions in (1, _QUESTIONS):
        for tasks, hops in _SETTINGS:
            _measure_setting(maker, questions, tasks, hops, worlds, clock)


def _measure_setting(
    maker: BlockMaker, questions: int, tasks: tuple[Task, ...], hops: tuple[int, int], worlds: int, clock: Clock
) -> None:
    """Make one block after another that gets everything ready, and print what it cost."""
    quotas = tuple(
        Quota(task, status, _MANY) for task in tasks for status in (STATUSES if task in STATUS_TASKS else (NO_STATUS,))
    )
    base = next(level for level in maker.material.curriculum.levels if level.given == "facts+rules")
    level = replace(base, hops=hops, distractors=(0, 60), questions=questions, sources=("sampled",), quotas=quotas)
    curriculum = replace(maker.material.curriculum, levels=(level,), max_per_structure=0)
    maker = BlockMaker(replace(maker.material, curriculum=curriculum))
    cells = {(quota.task, quota.status) for quota in quotas}
    filled: list[tuple[Skeleton, Mapping[str, str]]] = []

    def fill(skeleton: Skeleton, values: Mapping[str, str]) -> str:
        filled.append((skeleton, values))
        return fill_skeleton(skeleton, values)

    with patch.object(blocks, "BLOCK_SIZE", worlds):
        for one in maker.judge(maker.propose(level, "sampled", _PROBE, cells).candidates):
            write_judged(one)
        clock.charge()
        clock.seconds.clear()
        with patch.object(rendering, "fill_skeleton", fill), collect_rarely():
            judged = maker.judge(maker.propose(level, "sampled", 0, cells).candidates)
            lines = [clock.wrap("lines of text", write_judged)(one) for one in judged]
        clock.charge()
    items = sum(line.is_accepted for line in lines)
    spent, rendered = clock.total, clock.seconds["rendering"]
    name = f"{', '.join(tasks)}; {'own context' if questions == 1 else f'{questions} questions a world'}"
    print(f"\n{name}: {items} items from {worlds} worlds, {items / spent:.0f} verified items per CPU second")
    _print_stages(clock, items)
    raw = _time_jinja(maker, filled)
    print(f"rendering: {len(filled) / rendered:,.0f} prompts a CPU second, Jinja alone {len(filled) / raw:,.0f}: "
          f"{raw / rendered:.0%}", flush=True)  # fmt: skip
    clock.charge()
    clock.seconds.clear()


def _time_jinja(maker: BlockMaker, filled: Sequence[tuple[Skeleton, Mapping[str, str]]]) -> float:
    """Return the CPU seconds in which Jinja fills the same templates with the same sentences."""
    environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=False)
    texts = {template.name: template for template in maker.material.templates}
    compiled, work = {}, []
    for skeleton, values in filled:
        template = texts[skeleton.name.rpartition(":")[0]]
        if template.name not in compiled:
            compiled[template.name] = environment.from_string(template.text)
        choices = get_family(template.task).say_choices(maker.lexicons[template.language])
        work.append((compiled[template.name], {**dict.fromkeys(SLOTS, ""), **values, CHOICES: choices}))
    before = time.process_time()
    for ready, slots in work:
        ready.render(slots)
    return time.process_time() - before


def _load_material(folder: Path, domain: str, clock: Clock) -> Material:
    project = load(folder)
    knowledge = get_knowledge(project, project.domains[domain])
    text = read_curriculum(knowledge.domain)
    if text.curriculum is None:
        raise SystemExit(f"The domain {domain} has no curriculum that can be used.")
    material = collect_material(knowledge, text, text.curriculum, seed=0)
    if material.find_violating is None:
        return material
    return replace(material, find_violating=clock.wrap_shapes(material.find_violating))


def _prepare(maker: BlockMaker) -> None:
    """Make and judge a little of everything, so that nothing is prepared while levels are measured."""
    for level in maker.material.curriculum.levels:
        for source in level.sources:
            cells = frozenset((quota.task, quota.status) for quota in level.quotas)
            number = _PROBE if source == "sampled" else 0
            maker.judge(maker.propose(level, source, number, cells).candidates[:2])


def _fill(maker: BlockMaker, level: Level, task: Task, items: int, limit: int, clock: Clock) -> int:
    """Fill one level's cells of one task, print the row, and return the number of items."""
    cells = [quota for quota in level.quotas if quota.task == task]
    quotas = tuple(Quota(task, quota.status, -(-items // len(cells))) for quota in cells)
    alone = replace(maker.material.curriculum, levels=(replace(level, quotas=quotas),))
    clock.charge()
    before = clock.total
    selection = select_items(alone, _Limited(maker, limit), _Nowhere())
    clock.charge()
    spent, found = clock.total - before, selection.items
    used = selection.blocks.total()
    print(f"{level.name:<14} {task:<11} {found:>6} {used:>6} {spent:>7.1f} {found / spent:>16.1f}", flush=True)
    return found


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", type=Path, default=Path(), help="the folder of the project")
    parser.add_argument("--domain", default="kinship")
    parser.add_argument("--items", type=int, default=200, help="items for each level and task")
    parser.add_argument("--blocks", type=int, default=3, help="blocks for each level and task; 0 for none")
    parser.add_argument("--worlds", type=int, default=BLOCK_SIZE, help="worlds for each of the tasks measured apart")
    arguments = parser.parse_args()
    run(arguments.project, arguments.domain, arguments.items, arguments.blocks, arguments.worlds)


if __name__ == "__main__":
    main()
