"""The parent's side of the worker process in which pySHACL runs.

The worker is kept between calls, since importing the libraries costs more than most runs; it is killed when it
takes too long, and a new one is started when needed.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

from workbench.errors import LimitError, WorkerError
from workbench.model.terms import Triple

__all__ = ["ShaclLimits", "ask_worker"]

_STARTUP_SECONDS = 60.0
_BOOTSTRAP = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from workbench.validation.shacl.worker import main; main(int(sys.argv[2]))"
)


class ShaclLimits(NamedTuple):
    """What one call may use: seconds of time for each run, and megabytes of address space."""

    seconds: float = 60.0
    megabytes: int = 2048


def ask_worker(data: Sequence[Triple], shapes: Sequence[Triple], limits: ShaclLimits) -> dict[str, Any]:
    """Judge ``data`` by ``shapes`` in the worker; return its answer, with either ``results`` or ``failure``.

    Raises LimitError when time or memory ran out and WorkerError when the worker died; it is gone then.
    """
    return _pool.ask({"data": data, "shapes": shapes}, limits)


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
        return self._exchange(json.dumps({**request, "seconds": seconds}) + "\n", seconds)

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
