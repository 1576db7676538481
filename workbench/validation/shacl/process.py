"""The parent's side of the worker process in which shapes are judged.

The worker is kept between calls, since importing the libraries costs more than most runs and a graph that was sent
once need not be sent again; it is killed when it takes too long, and a new one is started when needed.
"""

from __future__ import annotations

import atexit
import json
import marshal
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

from workbench.errors import LimitError, WorkerError
from workbench.model.terms import Term, Triple, get_local_name, is_iri

__all__ = ["Question", "ShaclLimits", "ask_worker", "ask_worker_again"]

_STARTUP_SECONDS = 60.0
_BOOTSTRAP = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from workbench.validation.shacl.worker import main; main(int(sys.argv[2]))"
)


class ShaclLimits(NamedTuple):
    """What one call may use: seconds of time for each run, and megabytes of address space."""

    seconds: float = 60.0
    megabytes: int = 2048


class Question(NamedTuple):
    """Shapes, told apart by ``key``; those with a target that are asked about; whether the engine may judge."""

    key: str
    shapes: Sequence[Triple]
    roots: tuple[Term, ...]
    core: bool = True


def ask_worker(data: Sequence[Triple], question: Question, limits: ShaclLimits, token: int = 0) -> dict[str, Any]:
    """Judge ``data`` in the worker; return its answer, with either ``found`` or ``failure``.

    With a ``token``, a positive number that is used once, the worker keeps the graph for :func:`ask_worker_again`.
    Raises LimitError when time or memory ran out and WorkerError when the worker died; it is gone then.
    """
    return _pool.ask(data, question, limits, token)


def ask_worker_again(
    token: int, next_: int, added: Sequence[Triple], removed: Sequence[Triple], limits: ShaclLimits
) -> dict[str, Any] | None:
    """Judge a graph that the worker was told to keep, after a change; None when it does not have it any more.

    The graph is kept under the token ``next_`` from then on. Raises what :func:`ask_worker` raises.
    """
    return _pool.ask_again(token, next_, added, removed, limits)


class _Worker:
    """A process that answers one request after another."""

    def __init__(self, megabytes: int) -> None:
        self.megabytes = megabytes
        self.known: set[str] = set()
        """Keys of the shapes that were sent."""
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
        )
        self._exchange(None, _STARTUP_SECONDS)

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the answer to a request; the worker is unusable after any exception."""
        return self._exchange(marshal.dumps({**request, "seconds": seconds}), seconds)

    def _exchange(self, request: bytes | None, seconds: float) -> dict[str, Any]:
        expired = threading.Event()

        def kill() -> None:
            expired.set()
            self._process.kill()

        timer = threading.Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            shape, answer = self._speak(request)
        finally:
            timer.cancel()
        what = f"the shape “{get_local_name(shape)}”" if is_iri(shape) else "the shapes"
        if expired.is_set():
            raise LimitError(f"Judging {what} took longer than {seconds:g} seconds and was stopped.")
        if answer is None:
            self._process.wait()
            raise WorkerError(f"The process that judges shapes ended unexpectedly. {self._read_errors()}")
        if answer.get("memory"):
            raise LimitError(f"Judging {what} took more than {self.megabytes} megabytes and was stopped.")
        return answer

    def _speak(self, request: bytes | None) -> tuple[Term, dict[str, Any] | None]:
        """Send a request; return the shape that was judged last and the answer, None when there is none."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise WorkerError("The process that judges shapes cannot be spoken to.")
        shape = ""
        try:
            if request is not None:
                stdin.write(len(request).to_bytes(8, "big"))
                stdin.write(request)
                stdin.flush()
        except BrokenPipeError:
            return shape, None  # It ended; why is told by what it left on standard error.
        while line := stdout.readline():
            try:
                answer = json.loads(line)
            except ValueError:
                break
            if not isinstance(answer, dict):
                break
            if "at" not in answer:
                return shape, answer
            shape = str(answer["at"])
        return shape, None

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

    def ask(self, data: Sequence[Triple], question: Question, limits: ShaclLimits, token: int) -> dict[str, Any]:
        """Return the worker's answer, starting a worker when there is none with these limits."""
        roots, core = question.roots, question.core
        request = {"data": data, "key": question.key, "roots": roots, "core": core, "token": token}
        with self._lock:
            worker = self._prepare(limits)
            if question.key in worker.known:
                answer = self._exchange(worker, {**request, "shapes": None}, limits)
                if "unknown" not in answer:
                    return answer
            answer = self._exchange(worker, {**request, "shapes": question.shapes}, limits)
            worker.known.add(question.key)
            return answer

    def ask_again(
        self, token: int, next_: int, added: Sequence[Triple], removed: Sequence[Triple], limits: ShaclLimits
    ) -> dict[str, Any] | None:
        """Return the worker's answer about a graph that it has, None when it has not."""
        with self._lock:
            if self._worker is None or self._worker.megabytes != limits.megabytes:
                return None
            request = {"token": token, "next": next_, "added": added, "removed": removed}
            answer = self._exchange(self._worker, request, limits)
            return None if "unknown" in answer else answer

    def _prepare(self, limits: ShaclLimits) -> _Worker:
        if self._worker is not None and self._worker.megabytes != limits.megabytes:
            self._close()
        if self._worker is None:
            self._worker = _Worker(limits.megabytes)
        return self._worker

    def _exchange(self, worker: _Worker, request: dict[str, Any], limits: ShaclLimits) -> dict[str, Any]:
        try:
            return worker.ask(request, limits.seconds)
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
