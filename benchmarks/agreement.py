"""Let clingo answer every item of a dataset over all tasks, from the exported files alone.

    python -m benchmarks agreement [--items 20000] [--seed 1] [--workers 2] [--keep FOLDER]

The project of this repository is built with a curriculum that spreads so many items over all tasks with a formal answer
and over levels of several kinds. Then the worked reader of docs/items.md, which knows nothing of Workbench, recomputes
each answer. A quota that cannot be met is told and counted, and does not stop the others.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from workbench.build import build, load
from workbench.model.curriculum import TASKS

__all__ = ["Agreement", "main", "measure_agreement", "write_curriculum", "write_reader"]

_ROOT = Path(__file__).resolve().parents[1]
_DOMAIN = "kinship"
_PARTS = ("workbench.yaml", "ontologies", "validators", "curricula")
_SHALLOW = ("recall", "taxonomy")
_DEEP = ("compare", "step", "abduce", "diff")
_LEVELS = (
    ("one-step", "hops: [0, 1], distractors: [0, 5], extra_rules: [0, 3]", _DEEP),
    ("more-steps", "hops: [2, 3], distractors: [0, 6], extra_rules: [0, 4]", (*_SHALLOW, "formalise", "verbalise")),
    (
        "many-steps",
        "hops: [4, 6], distractors: [0, 8], extra_rules: [0, 4]",
        (*_SHALLOW, "conflict", "formalise", "verbalise"),
    ),
    (
        "one-world",
        "hops: [1, 3], distractors: [0, 60], extra_rules: [0, 4], questions: 8",
        (*_SHALLOW, "abduce", "induce", "puzzle"),
    ),
    (
        "known-rules",
        "hops: [1, 3], distractors: [0, 20], given: facts",
        (*_SHALLOW, "prove", "step", "conflict", "formalise", "verbalise"),
    ),
)
"""Name and keys of each level, and the tasks that are not asked there."""
_RARE = frozenset({"compare", "step", "abduce", "diff", "conflict", "induce", "puzzle"})
"""Tasks that few worlds have an item of."""
_OFTENER = 4
"""A level asks for so many items of another task for one of these."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was compared: items by task, items that were wanted and not found, lines of disagreement, CPU seconds."""

    items: tuple[tuple[str, int], ...]
    missing: int
    disagreements: tuple[str, ...]
    building: float
    reading: float

    @property
    def total(self) -> int:
        """All items."""
        return sum(count for _, count in self.items)

    def format_text(self) -> str:
        """Return a few lines to read."""
        tasks = ", ".join(f"{task} {count:,}" for task, count in self.items)
        return "\n".join((
            f"{self.total:,} items ({tasks}); {self.missing:,} more were wanted and not found",
            f"clingo agrees on {self.total - len(self.disagreements):,}, disagrees on {len(self.disagreements):,}",
            f"CPU seconds: building {self.building:,.0f} ({self.total / self.building:,.1f} items a second), "
            f"reading {self.reading:,.0f} ({self.total / self.reading:,.0f} items a second)",
            *self.disagreements[:20],
        ))  # fmt: skip


def write_curriculum(text: str, items: int, tasks: tuple[str, ...]) -> str:
    """Return the curriculum with levels that ask for so many items in all, spread over the tasks; as YAML.

    How often a structure may occur is not bounded: what is compared here are answers, of which many are wanted.
    """
    head = re.sub(r"^max_per_structure:.*\n", "", text.partition("\nlevels:\n")[0], flags=re.MULTILINE)
    cells = [(level, task) for level, _, without in _LEVELS for task in tasks if task not in without]
    places = [cell for cell in cells for _ in range(1 if cell[1] in _RARE else _OFTENER)]
    share, more = divmod(items, len(places))
    counts = Counter(cell for number, cell in enumerate(places) for _ in range(share + (number < more)))
    lines = [head, "shortfall: warning", "levels:"]
    for level, keys, _ in _LEVELS:
        quotas = ", ".join(f"{task}: {count}" for (of, task), count in counts.items() if of == level and count)
        if quotas:
            lines.append(f"  - {{name: {level}, title: {level}, worlds: [sampled], {keys}, tasks: {{{quotas}}}}}")
    return "\n".join([*lines, ""])


def write_reader(path: Path) -> Path:
    """Write the worked reader of docs/items.md into a file and return it."""
    document = (_ROOT / "docs" / "items.md").read_text(encoding="utf-8")
    programs = re.findall(r"^```python\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    path.write_text(next(program for program in programs if "import clingo" in program), encoding="utf-8")
    return path


def measure_agreement(
    folder: Path, items: int, seed: int = 1, workers: int = 1, tell: Callable[[str], None] | None = None
) -> Agreement:
    """Build so many items over all tasks into ``folder`` and compare their answers with those of clingo."""
    project = folder / "project"
    for part in _PARTS:
        if (_ROOT / part).is_dir():
            shutil.copytree(_ROOT / part, project / part)
        else:
            project.mkdir(parents=True, exist_ok=True)
            shutil.copy(_ROOT / part, project / part)
    curriculum = project / "curricula" / _DOMAIN / "curriculum.yaml"
    templates = {path.name for path in (curriculum.parent / "templates").iterdir()}
    tasks = tuple(task for task in TASKS if task in templates)
    curriculum.write_text(write_curriculum(curriculum.read_text(encoding="utf-8"), items, tasks), encoding="utf-8")
    before = _get_cpu()
    built = build(load(project), folder / "out", seed=seed, workers=workers, domain=_DOMAIN, progress=tell)
    dataset = built.folders[0]
    after = _get_cpu()
    reader = write_reader(folder / "reader.py")
    done = subprocess.run([sys.executable, "-I", reader, dataset], capture_output=True, text=True, check=False)
    if done.stderr or done.returncode not in (0, 1):
        raise RuntimeError(f"The reader stopped: {done.stderr}")
    *told, total = done.stdout.splitlines()
    counts = Counter(_iterate_tasks(dataset))
    if total != f"{counts.total()} items, {len(told)} disagreements":
        raise RuntimeError(f"The reader counts otherwise: {total}")
    manifest = json.loads((dataset / "manifest.json").read_text(encoding="utf-8"))
    missing = sum(one["wanted"] - one["items"] for one in manifest["shortfalls"])
    listed = tuple((task, counts[task]) for task in tasks)
    return Agreement(listed, missing, tuple(told), after - before, _get_cpu() - after)


def _iterate_tasks(dataset: Path) -> Iterator[str]:
    for path in sorted(dataset.glob("items/*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)["task"]


def _get_cpu() -> float:
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in spent)


def _tell(message: str) -> None:
    sys.stderr.write(f"{message}\n")


def main() -> None:
    """Run from the command line; exit with 1 when there is a disagreement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--items", type=int, default=20_000, help="how many items are wanted")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder for the dataset, which is otherwise removed")
    words = parser.parse_args()
    with ExitStack() as stack:
        folder = words.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = measure_agreement(folder, words.items, words.seed, words.workers, _tell)
    sys.stdout.write(found.format_text() + "\n")
    if found.disagreements:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
