"""Writing that is all or nothing: temporary file, fsync, rename; and the same for whole folders.

Every path a user owns is written through here, so that a full disk, a lost permission or a killed process leaves
what was there before (POSIX rename(2); the folder's own fsync makes the rename durable).
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import sys
from pathlib import Path

from workbench.errors import StorageError

__all__ = [
    "TEMPORARY_SUFFIX",
    "recover_directory",
    "replace_directory",
    "stage_file",
    "sync_directory",
    "write_atomically",
]

TEMPORARY_SUFFIX = ".workbench-tmp"
"""Ends the names of unfinished files; they begin with a dot and are never read."""


def write_atomically(path: Path, data: bytes) -> None:
    """Make ``data`` the content of ``path``, which keeps its earlier content and mode when that fails.

    Raises StorageError when writing failed (full disk, permission, missing folder).
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}{TEMPORARY_SUFFIX}")
    try:
        stage_file(path, temporary, data)
        os.replace(temporary, path)  # noqa: PTH105 - the system call by its name
        sync_directory(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StorageError(f"Could not write {path}: {error.strerror or error}. Nothing was changed.") from error


def stage_file(path: Path, temporary: Path, data: bytes) -> None:
    """Write ``data`` durably to ``temporary``, with the mode that ``path`` has, or a new file would get.

    Raises OSError; the temporary file is then gone.
    """
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            if path.exists():
                os.fchmod(stream.fileno(), path.stat().st_mode & 0o7777)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def sync_directory(path: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_directory(temporary: Path, final: Path) -> None:
    """Put the finished folder ``temporary`` in the place of ``final``; both must be on one file system.

    The earlier ``final``, if there is one, stays whole until the new folder is durable, and is then removed. Where
    the system can exchange two names at once there is no moment without ``final``; elsewhere the earlier folder
    waits under another name for an instant, and :func:`recover_directory` brings it back after a kill.
    Raises StorageError; ``final`` is then as it was.
    """
    backup = _name_backup(final)
    try:
        recover_directory(final)
        for folder, _, names in os.walk(temporary):
            for name in names:
                _sync_file(Path(folder, name))
            sync_directory(Path(folder))
        if not final.exists():
            temporary.rename(final)
        elif _exchange(temporary, final):
            temporary.rename(backup)
        else:
            final.rename(backup)
            try:
                temporary.rename(final)
            except OSError:
                backup.rename(final)
                raise
        sync_directory(final.parent)
    except OSError as error:
        raise StorageError(f"Could not write {final}: {error.strerror or error}. It is as it was before.") from error
    shutil.rmtree(backup, ignore_errors=True)  # a rest is removed by the next call


def recover_directory(final: Path) -> None:
    """Undo a replacement of ``final`` that was killed half-way, and remove what a finished one left behind.

    Raises OSError.
    """
    backup = _name_backup(final)
    if backup.is_dir():
        if final.exists():
            shutil.rmtree(backup)
        else:
            backup.rename(final)


def _name_backup(final: Path) -> Path:
    return final.with_name(f".{final.name}.previous{TEMPORARY_SUFFIX}")


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two names in one step; False where the system or file system cannot.

    Linux renameat2(2) with RENAME_EXCHANGE; the C library has it since glibc 2.28.
    """
    if not sys.platform.startswith("linux"):
        return False
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "renameat2"):
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    if library.renameat2(here, os.fsencode(first), here, os.fsencode(second), exchange) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), str(second))
