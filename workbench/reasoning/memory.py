"""How much memory this process has, and how much it may have."""

from __future__ import annotations

import os
import resource
import sys
from functools import cache
from pathlib import Path

__all__ = ["SHARE", "measure_resident", "measure_total"]

SHARE = 0.75
"""The part of the memory there is that reasoning takes unless told otherwise."""

_STATM = "/proc/self/statm"
_PAGE = os.sysconf("SC_PAGE_SIZE")
_GROUPS = Path("/proc/self/cgroup")
_MOUNT = Path("/sys/fs/cgroup")


def measure_resident() -> int:
    """Return the resident memory of this process in bytes.

    Where the system has no ``/proc/self/statm`` it is the most that the process ever had (``getrusage``), so that
    a limit once reached stays reached.
    """
    try:
        file = os.open(_STATM, os.O_RDONLY)
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    try:
        return int(os.read(file, 200).split()[1]) * _PAGE
    finally:
        os.close(file)


@cache
def measure_total() -> int:
    """Return the bytes of memory that this process could have: the machine's, or less where a control group says so.

    Read once. Both versions of control groups are looked at, with all groups above the process's own
    (Linux kernel documentation, "Memory Resource Controller" and "Control Group v2").
    """
    total = os.sysconf("SC_PHYS_PAGES") * _PAGE
    try:
        groups = _GROUPS.read_text().splitlines()
    except OSError:
        return total
    for line in groups:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            folder, name = _MOUNT, "memory.max"
        elif "memory" in controllers.split(","):
            folder, name = _MOUNT / controllers, "memory.limit_in_bytes"
        else:
            continue
        place = folder / path.lstrip("/")
        for candidate in (place, *(parent for parent in place.parents if parent.is_relative_to(folder))):
            total = min(total, _read_limit(candidate / name, total))
    return total


def _read_limit(path: Path, otherwise: int) -> int:
    """The number in a control file; where there is no such file, or no limit in it ("max"), ``otherwise``."""
    try:
        text = path.read_text().strip()
    except OSError:
        return otherwise
    return int(text) if text.isdigit() else otherwise
