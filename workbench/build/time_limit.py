"""A limit on the time that content from elsewhere may take, where the system can set one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.errors import LimitError

__all__ = ["limit_time"]


@contextmanager
def limit_time(seconds: float) -> Iterator[None]:
    """Raise LimitError in the block once it has used so many seconds of processor time.

    Only a main thread can be interrupted; in another one, and where such timers are unknown, there is no limit.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number: int, frame: object) -> None:
        raise LimitError(f"takes more than {seconds:g} seconds to judge")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
