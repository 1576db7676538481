"""The worker process that judges shapes: graphs and shapes in, results out, nothing else in reach.

It reads requests (eight bytes of length, then Python's own ``marshal``) and writes lines of JSON: which shape is being
judged, and at last the answer. Shapes are somebody's content, so before the first request it gives up memory beyond a
limit, the network, other processes, and files outside of Python's own folders; its parent kills it when it takes too
long.
"""

from __future__ import annotations

import json
import logging
import marshal
import math
import os
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from workbench.model.terms import Term
from workbench.validation.shacl.sessions import Sessions

__all__ = ["main"]

_GRACE_SECONDS = 10
_FORBIDDEN = (
    "socket.",
    "urllib.",
    "http.",
    "ftplib.",
    "smtplib.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.spawn",
    "os.posix_spawn",
    "os.fork",
    "os.putenv",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "shutil.",
    "webbrowser.",
)
_refused: list[str] = []
"""What was asked for and refused during the request that is being judged."""


def _refuse(what: str) -> None:
    _refused.append(what)
    raise PermissionError(what)


def _give_up_rights(megabytes: int) -> None:
    """Limit memory, and refuse from now on what judging a graph never needs (PEP 578; hooks cannot be removed)."""
    limit = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    readable = tuple(
        str(Path(folder).resolve()) + os.sep
        for folder in (*sys.path, sys.prefix, sys.base_prefix)
        if folder and Path(folder).is_absolute()
    )

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith(_FORBIDDEN):
            _refuse(f"a shape asked for {event}")
        if event == "open":
            path, mode, flags = (*arguments, None, 0)[:3]
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if isinstance(path, int) and mode is not None:
                return
            name = os.fsdecode(path) if isinstance(path, str | bytes) else ""
            if writes or not os.path.realpath(name).startswith(readable):
                _refuse(f"a shape asked to open {name}")

    sys.addaudithook(refuse)


def _limit_time(seconds: float) -> None:
    """End this process by itself some time after its parent would have killed it, should the parent be gone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(used.ru_utime + used.ru_stime + seconds) + _GRACE_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _read_request(sessions: Sessions, written: bytes) -> dict[str, Any]:
    """Read what our parent wrote, which is no content of anybody's; the answer goes the other way as JSON."""
    try:
        request = marshal.loads(written)  # noqa: S302
    except MemoryError:
        # What is kept for later must not be what this request lacks.
        sessions.clear()
        request = marshal.loads(written)  # noqa: S302
    if not isinstance(request, dict):
        raise TypeError("a request is a dictionary")
    return request


def _answer(sessions: Sessions, request: dict[str, Any]) -> dict[str, Any]:
    _refused.clear()
    try:
        _limit_time(request["seconds"])
        answer = _answer_within_memory(sessions, request)
        # A library may swallow the refusal and go on with less; what it finds then is no judgement.
        return {"failure": _refused[0]} if _refused else answer
    except MemoryError:
        return {"memory": True}
    except Exception as error:
        # Everything pySHACL lets through (bad queries, bad patterns, deep nesting) is an answer: it failed.
        return {"failure": f"{type(error).__name__}: {error}"}


def _answer_within_memory(sessions: Sessions, request: dict[str, Any]) -> dict[str, Any]:
    try:
        return sessions.answer(request)
    except MemoryError:
        if "data" not in request or not sessions.clear():
            raise
    return sessions.answer(request)


def _take_streams() -> tuple[BinaryIO, TextIO]:
    """Keep standard output for answers alone: whatever a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return sys.stdin.buffer, answers


def main(megabytes: int) -> None:
    """Serve requests until standard input ends; ``megabytes`` limits the address space."""
    requests, answers = _take_streams()
    logging.disable(logging.CRITICAL)
    _give_up_rights(megabytes)

    def say(words: dict[str, Any]) -> None:
        answers.write(json.dumps(words, separators=(",", ":")) + "\n")
        answers.flush()

    def tell(shape: Term) -> None:
        say({"at": shape})

    sessions = Sessions(tell)
    say({"ready": True})
    while len(length := requests.read(8)) == 8:
        try:
            answer = _answer(sessions, _read_request(sessions, requests.read(int.from_bytes(length, "big"))))
        except MemoryError:
            answer = {"memory": True}
        say(answer)
        if "memory" in answer:
            return
