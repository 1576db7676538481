"""``verify``: a dataset folder judged anew from its files alone; what generation knew plays no part.

Every file is compared with the manifest, every item with its schema, and every item is judged by the reader, the
checker, Z3 and the engine; then the dataset as a whole is counted again. A damaged dataset gives problems with file
and line, never an exception but DatasetError, for a folder that is no dataset.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from heapq import nsmallest
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.build.closed_book_verification import check_closed_book
from workbench.build.dataset_verification import Register, check_manifest, check_tables, find_repetitions
from workbench.build.declared_verification import check_cells, check_declarations, find_other_split
from workbench.build.item_lines import Line, Problem
from workbench.build.item_verification import BatchResult, ItemVerifier
from workbench.build.manifest_verification import check_form_of_manifest, check_views
from workbench.build.pace import say_duration
from workbench.build.trust import list_trusted
from workbench.build.variant_verification import VariantRegister
from workbench.errors import DatasetError, Interrupted, UsageError
from workbench.export.declarations import Declarations
from workbench.export.manifest import MANIFEST
from workbench.export.parts import Marking
from workbench.export.reading import DatasetReader, read_dataset
from workbench.generation.selection.processes import map_in_order
from workbench.generation.splits.leakage_marks import Marks
from workbench.generation.splits.splitter import read_splitter

if TYPE_CHECKING:
    from workbench.build.checking import Progress  # it brings along all that checks a project

__all__ = ["VerifyReport", "verify"]

_CHUNK = 192
_RENEWAL = 100
"""So many tasks, some twenty thousand items, and a worker forgets what it has read."""
_MOST_BYTES = 64 * 2**20
_SHOWN = 100
# Text of a dataset reaches a terminal here, and must not be able to steer it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What verifying found. ``judged`` are the items that the judges saw, fewer than ``items`` for a sample."""

    path: str
    problems: tuple[Problem, ...]
    items: int
    judged: int
    theories: int
    files: int
    seconds: float = field(compare=False)
    trusted: tuple[str, ...] = ()
    """The places of the manifest that files cannot show to be right."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def counts(self) -> dict[str, int]:
        """How many items, items judged, theories and files there are, and problems."""
        found = {name: getattr(self, name) for name in ("items", "judged", "theories", "files")}
        return {**found, "problems": len(self.problems)}

    def format_text(self) -> str:
        """Return the report for people: a line for each problem (the first hundred), and the totals."""
        lines = []
        for problem in self.problems[:_SHOWN]:
            place = f"{problem.file}:{problem.line}" if problem.line else problem.file
            item = f" item {problem.item}:" if problem.item else ""
            lines.append(_CONTROL.sub(" ", f"{place}:{item} {problem.what}"))
        if len(self.problems) > _SHOWN:
            more = len(self.problems) - _SHOWN
            lines.append(f"... and {more:,} more {'problem' if more == 1 else 'problems'}")
        judged = "all of them" if self.items != 1 else "it was"
        if self.judged != self.items:
            judged = f"a sample of {self.judged:,}, chosen by the digests of their lines,"
        if self.trusted:
            lines.append(f"taken on trust: {', '.join(self.trusted)}")
        counts = [(self.items, "item", "items"), (self.theories, "theory", "theories"), (self.files, "file", "files")]
        items, theories, files = (f"{number:,} {one if number == 1 else more}" for number, one, more in counts)
        found = len(self.problems)
        verdict = "no problems" if self.ok else f"{found:,} {'problem' if found == 1 else 'problems'}"
        lines.append(f"{items}, {judged} judged, {theories}, {files}: {verdict} ({self.seconds:.0f} s)")
        return "\n".join(lines) + "\n"

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "path": self.path,
            "ok": self.ok,
            "counts": self.counts,
            "problems": [problem._asdict() for problem in self.problems],
            "trusted": [*self.trusted],
            "seconds": round(self.seconds, 2),
        }


def verify(
    path: Path | str, progress: Progress | None = None, *, workers: int = 1, sample: int | None = None
) -> VerifyReport:
    """Check a dataset folder anew and return everything that is wrong with it.

    With ``sample`` only so many items, chosen by the digests of their lines, are shown to the judges; files, schema,
    counts and splits are checked in full. ``workers`` is the number of processes.

    Raises DatasetError when the folder is no dataset or of another version, UsageError for impossible arguments,
    WorkerError when a process died, Interrupted.
    """
    if not 1 <= workers <= 256 or (sample is not None and sample < 0):
        raise UsageError("Workers must be between 1 and 256, and a sample is not negative.")
    started = time.monotonic()
    tell = progress or (lambda _: None)
    reader = read_dataset(Path(path))
    try:
        return _Verification(reader, tell, workers, sample).run(started)
    except KeyboardInterrupt as error:
        raise Interrupted("Interrupted; the dataset was only read.") from error


class _Verification:
    def __init__(self, reader: DatasetReader, tell: Progress, workers: int, sample: int | None) -> None:
        self._reader, self._tell, self._workers, self._sample = reader, tell, workers, sample
        self._files = [f"items/{split}.jsonl" for split in reader.splits]
        self._damaged: list[Problem] = []
        self._theories = 0
        sizes = [split.get("items") for split in reader.manifest["splits"]]
        self._total = sum(size for size in sizes if isinstance(size, int) and size > 0)

    def run(self, started: float) -> VerifyReport:
        reader = self._reader
        self._tell("comparing the files with the manifest")
        changed = [_read_problem(text) for text in reader.verify_hashes()]
        declared, undeclared = check_declarations(reader)
        worker = _Worker(reader.path, reader.manifest)
        problems = [*worker.verifier.check_shared_files()]
        register = Register(reader.splits)
        judged = 0
        if not problems:
            found, judged = self._verify_whole(worker, register, declared, started)
            problems += found
        # Why something is wrong comes before the sign that it was changed.
        problems += [*undeclared, *check_form_of_manifest(reader.manifest), *changed]
        return VerifyReport(
            path=str(reader.path),
            problems=tuple(dict.fromkeys(problems)),
            items=len(register),
            judged=judged,
            theories=self._theories,
            files=len(reader.manifest["files"]),
            seconds=time.monotonic() - started,
            trusted=tuple(list_trusted(reader.manifest)),
        )

    def _verify_whole(
        self, worker: _Worker, register: Register, declared: Declarations | None, started: float
    ) -> tuple[list[Problem], int]:
        """Return what is wrong with theories, items and what is counted of them, and how many items were judged."""
        reader = self._reader
        variants = VariantRegister(reader)
        marking, problems = _read_marking(reader)
        leakage = marking.open_table() if marking is not None and "leakage" in reader.manifest else None
        judged = outside = 0
        for result, marks in self._run_tasks(worker):
            problems += result.problems
            judged += result.judged
            for record in result.records:
                register.add(record)
                variants.add(record)
                outside += record.is_outside
            for split, mark in marks:
                if leakage is not None:
                    leakage.add(split, mark)
            self._report(len(register), started)
        problems += [*self._damaged, *find_repetitions(register), *variants.find_problems()]
        self._tell("counting, and comparing the tables with the items")
        problems += check_manifest(reader, register, leakage.finish() if leakage is not None else None)
        if declared is not None:
            problems += check_cells(reader, register.survey, declared, outside)
        problems += check_tables(reader, register)
        problems += check_closed_book(reader)
        problems += check_views(reader, register.survey)
        return problems, judged

    def _report(self, done: int, started: float) -> None:
        rate = done / max(time.monotonic() - started, 0.001)
        left = f", {rate:,.0f} a second, {say_duration((self._total - done) / rate)} left" if done else ""
        self._tell(f"{done:,} of {self._total:,} items verified{left}")

    def _run_tasks(self, worker: _Worker) -> Iterator[_Verified]:
        tasks = self._iterate_tasks()
        if self._workers == 1:
            yield from map(worker.verify, tasks)
            return
        with map_in_order(self._workers, _start_worker, self._reader.path, self._reader.manifest) as run:
            yield from run(_verify_in_worker, tasks)

    def _iterate_tasks(self) -> Iterator[_Task]:
        """Yield tasks that say where lines are: whoever verifies them reads them."""
        yield from self._iterate_theory_tasks()
        chosen = None if self._sample is None else self._choose_sample(self._sample)
        for file in self._files:
            start = offset = count = 0
            judged: list[int] = []
            for number, data in self._iterate_lines(file):
                if chosen is None or (file, number) in chosen:
                    judged.append(number)
                offset, count = offset + len(data), count + 1
                if count == _CHUNK:
                    yield _Task((), file, number - count + 1, start, count, frozenset(judged))
                    start, count, judged = offset, 0, []
            if count:
                yield _Task((), file, number - count + 1, start, count, frozenset(judged))

    def _iterate_theory_tasks(self) -> Iterator[_Task]:
        digests = self._reader.iterate_digests()
        try:
            while chunk := tuple(islice(digests, _CHUNK)):
                self._theories += len(chunk)
                yield _Task(theories=chunk)
        except DatasetError as error:
            self._damaged.append(Problem("theories", 0, "", str(error)))

    def _choose_sample(self, size: int) -> frozenset[tuple[str, int]]:
        lines = (
            (sha256(data).digest(), file, number) for file in self._files for number, data in self._iterate_lines(file)
        )
        return frozenset((file, number) for _, file, number in nsmallest(size, lines))

    def _iterate_lines(self, file: str) -> Iterator[tuple[int, bytes]]:
        """Yield the lines of a file of items; what cannot be read is noted."""
        path = self._reader.path / file
        if path.is_symlink() or not path.is_file():
            self._damaged.append(Problem(file, 0, "", "is missing"))
            return
        try:
            with path.open("rb") as stream:
                for number, line in enumerate(iter(lambda: stream.readline(_MOST_BYTES + 1), b""), start=1):
                    if len(line) > _MOST_BYTES:
                        self._damaged.append(Problem(file, number, "", "is too long to be an item"))
                        return
                    yield number, line
        except OSError as error:
            self._damaged.append(Problem(file, 0, "", f"could not be read: {error.strerror or error}"))


@dataclass(frozen=True, slots=True)
class _Task:
    """Theories to check by digest, or lines to verify.

    Of ``file``, so many lines from the byte ``start`` on, the first of which has the number ``first``; ``judged`` are
    the numbers of those that the judges are to see.
    """

    theories: Sequence[str] = ()
    file: str = ""
    first: int = 0
    start: int = 0
    count: int = 0
    judged: frozenset[int] = frozenset()

    def read_lines(self, folder: Path) -> list[Line]:
        """Return the lines. Raises OSError."""
        with (folder / self.file).open("rb") as stream:
            stream.seek(self.start)
            numbers = range(self.first, self.first + self.count)
            return [Line(self.file, number, stream.readline(_MOST_BYTES), number in self.judged) for number in numbers]


def _read_problem(text: str) -> Problem:
    file, _, what = text.rpartition(": ")
    return Problem(file, 0, "", what)


_Verified = tuple[BatchResult, list[tuple[str, Marks]]]
"""What became of a task, and the marks of its items with their splits, for the table of leakage."""


def _read_marking(reader: DatasetReader) -> tuple[Marking | None, list[Problem]]:
    """Return what items are compared by, if the manifest says how they were split, and what is wrong with that."""
    if "splitting" not in reader.manifest:
        return None, []  # which is told of what the manifest declares
    try:
        splitter = read_splitter(reader.manifest.get("splitting", {}))
        templates = reader.wording["templates"]
        return Marking(splitter, reader.splits, reader.prefixes, templates, reader.path), []
    except (DatasetError, KeyError) as error:
        return None, [Problem(MANIFEST, 0, "", f"splitting: {error}")]


class _Worker:
    """Verifies tasks; now and then with a fresh verifier, since one remembers every theory that it has seen."""

    def __init__(self, folder: Path, manifest: Mapping[str, Any]) -> None:
        self._folder, self._manifest = folder, manifest
        self._tasks = 0
        self.verifier = ItemVerifier(folder, manifest)

    @cached_property
    def _marking(self) -> Marking | None:
        return _read_marking(DatasetReader(self._folder, self._manifest))[0]

    def verify(self, task: _Task) -> _Verified:
        """Return what is wrong with the theories or items of a task."""
        self._tasks += 1
        if not self._tasks % _RENEWAL:
            self.verifier = ItemVerifier(self._folder, self._manifest)
        if task.count:
            marks: list[tuple[str, Marks]] = []
            try:
                lines = task.read_lines(self._folder)
            except OSError as error:
                what = f"could not be read: {error.strerror or error}"
                return BatchResult((Problem(task.file, 0, "", what),), (), 0), []
            return self.verifier.verify(lines, lambda item: self._mark(item, marks)), marks
        return BatchResult(tuple(p for digest in task.theories for p in self.verifier.check_theory(digest)), (), 0), []

    def _mark(self, item: Mapping[str, Any], marks: list[tuple[str, Marks]]) -> Iterator[str]:
        """Note an item's marks with its split, and yield when it is in another split than they say."""
        if self._marking is None:
            return
        try:
            mark = self._marking.mark(item)
        except (ValueError, KeyError, OSError):
            return  # what cannot be marked is told by the judges, or by the table that then is another
        marks.append((item["split"], mark))
        declared = self.verifier.declared
        other = declared and find_other_split(item, mark.touched, declared, self._marking.splitter)
        if other:
            yield other


_workers: list[_Worker] = []
"""In a worker process, the one worker it is."""


def _start_worker(folder: Path, manifest: Mapping[str, Any]) -> None:
    _workers[:] = [_Worker(folder, manifest)]


def _verify_in_worker(task: _Task) -> _Verified:
    return _workers[0].verify(task)
