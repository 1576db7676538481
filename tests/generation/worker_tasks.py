"""What workers do in tests, in a module of its own that a process imports quickly."""

from __future__ import annotations

import os
import signal
import struct
import sys
import time

from workbench.errors import InvalidKnowledgeError
from workbench.model.report import Report, Violation

__all__ = ["answer_much", "die_in_the_middle_of_an_answer", "fail_to_start", "prepare", "refuse", "sleep", "tell"]

_prepared: list[str] = []


def prepare(text: str) -> None:
    _prepared.append(text)


def tell(number: int) -> tuple[int, list[str]]:
    return number, _prepared


def answer_much(size: int) -> bytes:
    return b"x" * size


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def refuse(message: str) -> None:
    raise InvalidKnowledgeError(message, Report.collect([Violation("a.b", "error", "Wrong.")]))


def die_in_the_middle_of_an_answer(_: object) -> None:
    """Say that a thousand bytes will come, write three, and be gone."""
    pipe = sys._getframe(1).f_locals["pipe"]
    os.write(pipe.fileno(), struct.pack("!i", 1000) + b"abc")
    os.kill(os.getpid(), signal.SIGKILL)


def fail_to_start() -> None:
    raise RuntimeError("this worker cannot be prepared")
