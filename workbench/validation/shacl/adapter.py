"""Judging a graph by SHACL shapes: the parent of the worker process that runs pySHACL.

The worker is kept between calls, since importing the libraries costs more than most runs; it is killed when it
takes too long and a new one is started when needed.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from workbench.errors import InvalidKnowledgeError, LimitError, WorkerError
from workbench.model.report import Location, Report, Violation
from workbench.model.terms import (
    RDF_TYPE,
    SH,
    Term,
    Triple,
    get_local_name,
    is_blank,
    is_iri,
    is_literal,
    split_literal,
)
from workbench.validation.shape_index import TARGETS, ShapeIndex, make_sh
from workbench.validation.wellformed import find_shape_problems

__all__ = ["ShaclLimits", "ShaclResult", "validate_graph"]

_STARTUP_SECONDS = 60.0
_BOOTSTRAP = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from workbench.validation.shacl.worker import main; main(int(sys.argv[2]))"
)
_IMPORTS = "<http://www.w3.org/2002/07/owl#imports>"
_QUERIES = (make_sh("SPARQLConstraintComponent"),)


class ShaclLimits(NamedTuple):
    """What one call may use: seconds of time for each run, and megabytes of address space."""

    seconds: float = 60.0
    megabytes: int = 2048


class ShaclResult(NamedTuple):
    """One validation result (SHACL section 3.6).

    ``focus``, ``value`` and ``shape`` are terms, ``value`` is empty when there is none. ``path`` is an IRI term,
    SPARQL 1.1 property path text, or empty. ``severity`` and ``component`` are IRI terms. ``messages`` are the
    author's own, as (language, text); pySHACL's generated ones are left out. ``asserted`` tells that only
    asserted facts were looked at.
    """

    focus: Term
    path: str
    value: Term
    severity: Term
    component: Term
    shape: Term
    messages: tuple[tuple[str, str], ...] = ()
    asserted: bool = False


def validate_graph(
    data: Sequence[Triple],
    shapes: Sequence[Triple],
    *,
    asserted: Sequence[Triple] = (),
    limits: ShaclLimits = ShaclLimits(),  # noqa: B008 - an immutable value
    locate: Callable[[Triple], Location | None] = lambda _: None,
) -> tuple[ShaclResult, ...]:
    """Judge ``data`` by the targeted shapes of ``shapes``, without inference, and return all results, sorted.

    Shapes that carry ``wb:judges "asserted"`` judge ``asserted`` instead. Terms come back as they were given:
    lexical forms and blank node labels are kept.

    Raises InvalidKnowledgeError when the shapes have errors (those of ``find_shape_problems``, or
    ``shape.failure`` when pySHACL fails on one); LimitError when time or memory ran out; WorkerError when the
    worker died. A failure is never an empty result.
    """
    problems = [v for v in find_shape_problems(shapes, locate=locate) if v.severity == "error"]
    if problems:
        report = Report.collect(problems)
        raise InvalidKnowledgeError(f"The shapes have {len(report.violations)} errors and were not run.", report)
    index = ShapeIndex(shapes)
    chosen = frozenset(root for root in index.roots if index.judges_asserted(root))
    prefixes = _add_imported_prefixes(index)
    index = ShapeIndex((*shapes, *prefixes)) if prefixes else index
    found: list[ShaclResult] = []
    for only_asserted, graph in ((False, data), (True, asserted)):
        others = [root for root in index.roots if (root in chosen) != only_asserted]
        if len(others) < len(index.roots):
            found += _run(index, _remove_targets(index, others), graph, only_asserted, limits, locate)
    return tuple(sorted(found))


def _remove_targets(index: ShapeIndex, shapes: Iterable[Term]) -> tuple[Triple, ...]:
    """Return the shapes graph in which ``shapes`` have no target of their own but can still be referred to."""
    untargeted = frozenset(shapes)
    kept = {make_sh("NodeShape"), make_sh("PropertyShape")}
    return tuple(
        (s, p, o)
        for s, p, o in index.triples
        if s not in untargeted or (p not in TARGETS and not (p == RDF_TYPE and o not in kept))
    )


def _add_imported_prefixes(index: ShapeIndex) -> list[Triple]:
    """Return declarations of prefixes that ``sh:prefixes`` reaches through ``owl:imports`` within the graph.

    SHACL section 5.2.1 follows imports there, pySHACL does not.
    """
    declare, added = make_sh("declare"), []
    for owner in sorted({o for _, p, o in index.triples if p == make_sh("prefixes")}):
        queue, seen = [owner], {owner}
        while queue:
            for imported in index.list_objects(queue.pop(), _IMPORTS):
                if imported not in seen:
                    seen.add(imported)
                    queue.append(imported)
                    added += [(owner, declare, o) for o in index.list_objects(imported, declare)]
    return added


def _run(
    index: ShapeIndex,
    shapes: Sequence[Triple],
    data: Sequence[Triple],
    only_asserted: bool,
    limits: ShaclLimits,
    locate: Callable[[Triple], Location | None],
) -> list[ShaclResult]:
    answer = _ask(data, shapes, limits)
    if "failure" in answer:
        raise _explain_failure(index, shapes, data, str(answer["failure"]), limits, locate)
    return [_read_result(index, result, only_asserted) for result in answer["results"]]


def _explain_failure(
    index: ShapeIndex,
    shapes: Sequence[Triple],
    data: Sequence[Triple],
    failure: str,
    limits: ShaclLimits,
    locate: Callable[[Triple], Location | None],
) -> InvalidKnowledgeError:
    """Find which shapes fail when run alone, so that the message can name them."""
    found: list[Violation] = []
    running = ShapeIndex(shapes).roots
    for root in running:
        reached = index.collect_reachable(root)
        loose = [t for t in shapes if t[0] not in index.shapes or t[0] in reached]
        others = [other for other in running if other != root]
        alone = _remove_targets(ShapeIndex(loose), others)
        answer = _ask(data, alone, limits)
        if "failure" in answer:
            found.append(_make_failure(index, root, str(answer["failure"]), locate))
    if not found:
        found = [_make_failure(index, "", failure, locate)]
    return InvalidKnowledgeError("The shapes could not be run.", Report.collect(found))


def _make_failure(
    index: ShapeIndex, shape: Term, failure: str, locate: Callable[[Triple], Location | None]
) -> Violation:
    name = f"“{get_local_name(shape)}” " if is_iri(shape) else ""
    places = (location for triple in index.list_triples(shape) if (location := locate(triple)) is not None)
    first, _, rest = failure.strip().partition("\n")
    return Violation(
        "shape.failure",
        "error",
        f"The shape {name}could not be judged: {first.rstrip('.')}.",
        next(places, None),
        shape,
        why=" ".join(rest.split()),
    )


def _read_result(index: ShapeIndex, result: dict[str, Any], only_asserted: bool) -> ShaclResult:
    path = result["path"]
    if is_blank(path):
        path = index.render_path(path) or ""
    messages = _select_messages(index, result)
    return ShaclResult(
        result["focus"],
        path,
        result["value"],
        result["severity"],
        result["component"],
        result["shape"],
        messages,
        only_asserted,
    )


def _select_messages(index: ShapeIndex, result: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Keep the author's messages, with the languages that pySHACL drops when it fills in a message."""
    shown = tuple((language, text) for language, text in result["messages"])
    component = result["component"]
    if component.startswith(f"<{SH}") and component not in _QUERIES:
        own = {split_literal(m)[0] for m in index.list_objects(result["shape"], make_sh("message")) if is_literal(m)}
        return tuple((language, text) for language, text in shown if text in own)
    written = [t[2] for t in index.triples if t[1] == make_sh("message") and split_literal(t[2])[2]]
    return tuple(sorted((language or _find_language(text, written), text) for language, text in shown))


def _find_language(text: str, written: Iterable[Term]) -> str:
    for message in written:
        template, _, language = split_literal(message)
        parts = re.split(r"\{[?$]\w+\}", template)
        if re.fullmatch(".*?".join(map(re.escape, parts)), text, re.S):
            return language
    return ""


class _Worker:
    """A process that judges one request after another."""

    def __init__(self, megabytes: int) -> None:
        self.megabytes = megabytes
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        paths = json.dumps([path for path in sys.path if path])
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own code
            [sys.executable, "-P", "-c", _BOOTSTRAP, paths, str(megabytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd="/",
            env={"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
            start_new_session=True,
            text=True,
            encoding="utf-8",
        )
        self._exchange("", _STARTUP_SECONDS)

    def ask(self, request: dict[str, Sequence[Triple]], seconds: float) -> dict[str, Any]:
        """Return the answer to a request; the worker is unusable after any exception."""
        return self._exchange(json.dumps(request) + "\n", seconds)

    def _exchange(self, text: str, seconds: float) -> dict[str, Any]:
        expired = threading.Event()

        def kill() -> None:
            expired.set()
            self._process.kill()

        timer = threading.Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            answer = self._speak(text)
        finally:
            timer.cancel()
        if expired.is_set():
            raise LimitError(f"Judging the shapes took longer than {seconds:g} seconds and was stopped.")
        try:
            read = json.loads(answer)
        except ValueError as error:
            self._process.wait()
            raise WorkerError(f"The process that judges shapes ended unexpectedly. {self._read_errors()}") from error
        if not isinstance(read, dict):
            raise WorkerError("The process that judges shapes gave an answer that is none.")
        if read.get("memory"):
            raise LimitError(f"Judging the shapes took more than {self.megabytes} megabytes and was stopped.")
        return read

    def _speak(self, text: str) -> str:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise WorkerError("The process that judges shapes cannot be spoken to.")
        try:
            stdin.write(text)
            stdin.flush()
        except BrokenPipeError:
            return ""  # It ended; why is told by what it left on standard error.
        return stdout.readline()

    def _read_errors(self) -> str:
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - 500))
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"Exit code {self._process.returncode}."

    def close(self) -> None:
        """End the process and everything that belongs to it."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                _close_quietly(stream)


def _close_quietly(stream: Any) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        return  # What was still to be written has no reader any more.


class _Pool:
    """The one worker of this process; calls from several threads take turns."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Start afresh, without touching the worker: after a fork it belongs to the parent process."""
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    def ask(self, request: dict[str, Sequence[Triple]], limits: ShaclLimits) -> dict[str, Any]:
        """Return the worker's answer, starting a worker when there is none with these limits."""
        with self._lock:
            try:
                if self._worker is not None and self._worker.megabytes != limits.megabytes:
                    self._close()
                if self._worker is None:
                    self._worker = _Worker(limits.megabytes)
                return self._worker.ask(request, limits.seconds)
            except BaseException:
                # Also on Ctrl+C: an answer that nobody read would be taken for the next one.
                self._close()
                raise

    def close(self) -> None:
        """End the worker, if there is one."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


_pool = _Pool()
atexit.register(_pool.close)
os.register_at_fork(after_in_child=_pool.forget)


def _ask(data: Sequence[Triple], shapes: Sequence[Triple], limits: ShaclLimits) -> dict[str, Any]:
    return _pool.ask({"data": data, "shapes": shapes}, limits)
