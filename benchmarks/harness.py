"""Run what is measured in a process of its own, with limits, and bring back CPU seconds, peak memory and counts.

    python -m benchmarks.harness MODULE FUNCTION '[arguments]' GIGABYTES

is what :func:`measure` starts; nobody needs to type it. CPU seconds are user and system time of all threads and
finished children: a busy machine changes them far less than wall time. Peak memory is the high-water mark of the
process's own resident pages.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Limits", "Measurement", "Phase", "Recorder", "get_cpu", "get_peak", "measure"]

_ROOT = Path(__file__).resolve().parents[1]
_STATUS = Path("/proc/self/status")
_WORDS_OF_MEMORY = ("MemoryError", "memory allocation", "bad_alloc", "Out of Memory", "Cannot allocate memory")
_POLL = 0.2
_WALL_PER_CPU = 5
"""How many seconds of wall time a process may take for each CPU second that it is allowed: machines are shared."""


@dataclass(frozen=True, slots=True)
class Limits:
    """CPU seconds and gigabytes of address space that one measured process may use."""

    seconds: int = 300
    gigabytes: float = 12.0


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a run: its CPU seconds, and the peak memory in GB when it ended."""

    name: str
    seconds: float
    peak: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one process reported; ``stopped`` says why there is nothing when it did not finish."""

    phases: tuple[Phase, ...] = ()
    counts: tuple[tuple[str, float], ...] = ()
    stopped: str = ""

    @property
    def peak(self) -> float:
        """Peak memory of the whole run in GB."""
        return max((phase.peak for phase in self.phases), default=0.0)

    def get_seconds(self, *names: str) -> float | None:
        """Return the CPU seconds of some phases together; None when one of them was not measured."""
        spent = {phase.name: phase.seconds for phase in self.phases}
        return sum(spent[name] for name in names) if all(name in spent for name in names) else None

    def get_peak(self, name: str) -> float | None:
        """Return the peak memory in GB when a phase ended; None when it was not measured."""
        return next((phase.peak for phase in self.phases if phase.name == name), None)

    def get_count(self, name: str) -> float | None:
        """Return a count, None when it was not reported."""
        return dict(self.counts).get(name)


def get_cpu() -> float:
    """Return the CPU seconds of this process so far, finished children included."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def get_peak() -> float:
    """Return the peak resident memory of this process so far, in GB.

    Linux keeps ``ru_maxrss`` across exec, so that a process begins with its parent's; the mark in /proc is its own.
    """
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024**2
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024**3 if sys.platform == "darwin" else 1024**2)


@dataclass
class Recorder:
    """Collects phases and counts inside the measured process."""

    phases: list[Phase] = field(default_factory=list)
    counts: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure what is done inside as a phase."""
        gc.collect()
        start = get_cpu()
        yield
        self.add(name, get_cpu() - start)

    def add(self, name: str, seconds: float) -> None:
        """Record a phase that was timed by the caller and has just ended."""
        self.phases.append(Phase(name, seconds, get_peak()))


def measure(function: Callable[..., None], *arguments: object, limits: Limits = Limits()) -> Measurement:
    """Call ``function(recorder, *arguments)`` in a new process and return what it recorded.

    Arguments are JSON values. A process that exceeds a limit is ended, and the measurement says so. Raises
    RuntimeError with the process's own words when it fails in any other way.
    """
    spec = sys.modules[function.__module__].__spec__  # of a module that was started with -m, the name is there only
    words = [spec.name if spec else function.__module__, function.__qualname__, json.dumps(arguments)]
    command = [sys.executable, "-m", "benchmarks.harness", *words, str(limits.gigabytes)]
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen(command, stdout=output, stderr=errors, cwd=_ROOT) as process:
            stopped = _watch(process, limits.seconds)
        output.seek(0)
        errors.seek(0)
        printed, complaint = output.read(), errors.read()
    if stopped:
        return Measurement(stopped=stopped)
    if process.returncode == 0:
        found = json.loads(printed.splitlines()[-1])
        phases = tuple(Phase(*phase) for phase in found["phases"])
        return Measurement(phases, tuple(sorted(found["counts"].items())))
    if process.returncode == -signal.SIGKILL or any(text in complaint for text in _WORDS_OF_MEMORY):
        return Measurement(stopped=f"stopped at {limits.gigabytes:g} GB")
    raise RuntimeError(f"{words[1]}{arguments} ended with {process.returncode}:\n{complaint[-2000:]}")


def _watch(process: subprocess.Popen[bytes], seconds: int) -> str:
    """Wait for a process and end it when it takes too long; return why, or nothing.

    A limit set in the process itself (RLIMIT_CPU) would make its own clock as coarse as the kernel's ticks.
    """
    start = time.monotonic()
    while True:
        try:
            process.wait(_POLL)
            return ""
        except subprocess.TimeoutExpired:
            reason = ""
            if _get_cpu_of(process.pid) > seconds:
                reason = f"stopped after {seconds} s"
            elif time.monotonic() - start > seconds * _WALL_PER_CPU:
                reason = f"stopped after {seconds * _WALL_PER_CPU} s of wall time"
            if reason:
                process.kill()
                process.wait()
                return reason


def _get_cpu_of(process: int) -> float:
    """CPU seconds of a running process, 0 where there is no /proc."""
    path = Path(f"/proc/{process}/stat")
    try:
        words = path.read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run one function under limits and print what it recorded as the last line."""
    module, function, arguments, gigabytes = sys.argv[1:]
    size = int(float(gigabytes) * 1024**3)
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    recorder = Recorder()
    getattr(importlib.import_module(module), function)(recorder, *json.loads(arguments))
    phases = [(phase.name, phase.seconds, phase.peak) for phase in recorder.phases]
    print("\n" + json.dumps({"phases": phases, "counts": recorder.counts}))


if __name__ == "__main__":
    main()
