"""Worker processes for which nobody waits in vain: each has a pipe of its own, and when it dies that is noticed.

A pool that shares one queue among its processes can hang when one of them is killed in the middle of a message: the
others wait for a lock that nobody gives back, or the parent for the rest of the message. Here only the parent and one
worker hold the ends of a pipe, so that its end is the end of the worker, whenever it comes.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any, TypeVar

from workbench.errors import WorkerError

__all__ = ["T", "Worker", "open_workers"]

T = TypeVar("T")
_PATIENCE = 5.0
"""Seconds that a worker without work has to end."""


class Worker:
    """One process. What is submitted to it is done in order; ``prepare`` is called there before anything else.

    ``prepare`` and all functions must be importable.
    """

    def __init__(self, prepare: Callable[..., object] | None = None, arguments: Sequence[object] = ()) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, prepare, tuple(arguments)), daemon=True)
        self._lock = threading.Lock()
        self._waiting: deque[Future[Any]] = deque()
        self._is_over = False
        self._fault: Exception | None = None
        try:
            self._process.start()
        except OSError as error:
            raise WorkerError(f"A worker process could not be started: {error.strerror or error}.") from error
        finally:
            theirs.close()
        self._listener = threading.Thread(target=self._receive, daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int | None:
        """The number of the process."""
        return self._process.pid

    @property
    def unanswered(self) -> int:
        """How many tasks it has to answer yet."""
        return len(self._waiting)

    def submit(self, function: Callable[..., T], *arguments: object) -> Future[T]:
        """Have a function called; the future raises WorkerError when the worker dies before it has answered."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        message = ForkingPickler.dumps((function, arguments))
        with self._lock:
            if self._is_over:
                future.set_exception(self._explain())
                return future
            self._waiting.append(future)
        # Where the worker is gone, whoever listens to it says so to the future.
        with suppress(OSError):
            self._pipe.send_bytes(message)
        return future

    def close(self) -> None:
        """End the process: at once when it is at work, for nobody waits for that any more."""
        if self._waiting:
            self._process.terminate()
        with suppress(OSError):
            self._pipe.send(None)
        self._process.join(_PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._listener.join(_PATIENCE)
        self._pipe.close()

    def _receive(self) -> None:
        """Hand on what the worker answers, until it is gone."""
        try:
            while True:
                is_result, value = self._pipe.recv()
                future = self._waiting.popleft()
                if is_result:
                    future.set_result(value)
                else:
                    future.set_exception(value)
        except (EOFError, OSError):
            pass  # the worker is gone, which is told below
        except Exception as error:
            self._fault = error
            self._process.kill()
        with self._lock:
            self._is_over = True
            left = [*self._waiting]
            self._waiting.clear()
        for future in left:
            future.set_exception(self._explain())

    def _explain(self) -> WorkerError:
        if self._fault is not None:
            return WorkerError(f"What a worker process answered could not be read: {self._fault}.")
        self._process.join(1)
        code = self._process.exitcode
        if code is None or code >= 0:
            return WorkerError(f"A worker process died{f' with exit code {code}' if code else ''}.")
        why = ", as the system does when memory runs out" if -code == signal.SIGKILL else ""
        return WorkerError(f"A worker process died: signal {-code} ended it{why}.")


@contextmanager
def open_workers(
    count: int, prepare: Callable[..., object] | None = None, *arguments: object
) -> Iterator[tuple[Worker, ...]]:
    """Start so many workers, and end them whatever happens."""
    started: list[Worker] = []
    try:
        with _hold_interrupts():
            for _ in range(count):
                started.append(Worker(prepare, arguments))
        yield tuple(started)
    finally:
        for worker in started:
            worker.close()


@contextmanager
def _hold_interrupts() -> Iterator[None]:
    """Hold Ctrl+C back for a moment, here and, since processes inherit that, for good in those started meanwhile.

    A worker that it reached while it starts would leave a stack trace.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# ---- in the worker


def _serve(pipe: Connection, prepare: Callable[..., object] | None, arguments: tuple[object, ...]) -> None:
    # Ctrl+C goes to every process of the terminal; the parent decides what becomes of the work.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if prepare is not None:
        prepare(*arguments)
    with suppress(EOFError, OSError):
        while (task := pipe.recv()) is not None:
            function, given = task
            try:
                answer = True, function(*given)
            except Exception as error:  # whatever it is, it is raised where the answer is waited for
                answer = False, error
            pipe.send(answer)


def _end_with_parent() -> None:
    """End this worker when its parent is gone, killed perhaps: nobody waits for what it would still make."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
