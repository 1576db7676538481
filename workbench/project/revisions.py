"""Files of earlier times: read from the objects of a git repository, without a checkout.

A repository may come from a stranger. Only ``rev-parse``, ``cat-file`` and ``ls-tree`` are called, which know neither
hooks nor filters nor textconv; what its configuration could still make them run (a monitor, a fetch of what a partial
clone lacks, a helper of a transport) is switched off. Names are handed over on standard input or as object ids, so that
none can be read as an option. Sizes, the number of files and time are limited.
"""

from __future__ import annotations

import os
import re
import selectors
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple, cast

from workbench.errors import InputError, LimitError, SelectionError, UsageError, WorkerError
from workbench.project.files import MAX_FILES, get_limit

__all__ = ["Entry", "GitObject", "Repository", "split_revision"]

_SECONDS = 60.0
_MOST_LISTED = 64_000_000
_MOST_BYTES = 500_000_000
_MOST_SAID = 20_000
_OBJECT = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64}) (commit|tag|tree|blob) (\d+)\Z")
_ENTRY = re.compile(r"(\d{6}) (blob|tree|commit) ([0-9a-f]+) +(-|\d+)\t(.*)\Z", re.S)
# What a repository's configuration could have run: monitors and hooks, a fetch from where a partial clone came from,
# the commands of its transports; and a repository that lies unseen among the files is not one to be read.
_OFF = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.alternateRefsCommand=",
    "core.sshCommand=false",
    "core.askPass=",
    "credential.helper=",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
    "gc.auto=0",
    "maintenance.auto=false",
)
_KEPT = ("GIT_CONFIG_", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
_SETTINGS = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}


class GitObject(NamedTuple):
    """An object of a repository: its id, what it is (``tree`` or ``blob``), its size in bytes."""

    id: str
    kind: str
    size: int


class Entry(NamedTuple):
    """A file in a tree: its path, mode (``120000`` is a link, ``160000`` another repository), id and size."""

    path: str
    mode: str
    id: str
    size: int

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.mode == "120000"

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return self.mode.startswith("100")


def split_revision(text: str) -> tuple[str, str | None]:
    """Split ``REV:PATH`` at the first colon outside braces, as git does; without one the path is None."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if character == ":" and depth <= 0:
            return text[:position], text[position + 1 :]
    return text, None


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as seen from a folder in it: ``prefix`` is the folder's path in the repository, ending in ``/``."""

    folder: Path
    prefix: str
    is_shallow: bool
    program: str

    @classmethod
    def find(cls, folder: Path) -> Repository:
        """Return the repository that a folder is in.

        Raises SelectionError when it is in none, InputError when there is no git, WorkerError when that fails.
        """
        program = shutil.which("git")
        if program is None:
            raise InputError("Revisions are read by the program git, which is not installed here.")
        try:
            said = _run(program, folder, ("rev-parse", "--is-shallow-repository", "--show-prefix"), b"", _MOST_SAID)
        except _GitError as error:
            raise SelectionError(f"{folder} is in no git repository that can be read: {error}.") from error
        shallow, _, prefix = os.fsdecode(said).partition("\n")
        return cls(folder, prefix.removesuffix("\n"), shallow == "true", program)

    def find_object(self, revision: str, path: str | None = None) -> GitObject | None:
        """Return the file or folder at a path of a revision, None when the revision has no such path.

        Without ``path`` it is the folder this repository was found from; an empty one is the repository's root, one
        that begins with ``./`` is relative to that folder.

        Raises SelectionError for an unknown revision, InputError when it lies beyond the end of a shallow clone.
        """
        if not revision or re.search(r"[\x00-\x1f\x7f]", revision + (path or "")):
            raise SelectionError(f"'{revision}' is no revision; write for example HEAD~1, a tag, or main:folder.")
        known = self._ask(f"{revision}^{{tree}}")
        if known is None:
            self._refuse(revision)
        here = path is None or path.rstrip("/") == "."
        place = self.prefix.rstrip("/") if here or path is None else path.rstrip("/")
        return known if not place else self._ask(f"{revision}:{place}")

    def _refuse(self, revision: str) -> None:
        if self.is_shallow:
            raise InputError(
                f"The revision '{revision}' is not in this clone, which is a shallow one: it holds the latest history "
                "only. Fetch the rest (git fetch --unshallow; in a workflow: fetch-depth: 0)."
            )
        raise SelectionError(
            f"There is no revision '{revision}' in this repository, nor a file or folder of that name."
        )

    def _ask(self, name: str) -> GitObject | None:
        said = self._call(("cat-file", "--batch-check"), f"{name}\n".encode(), _MOST_SAID)
        answer = said.decode("utf-8", "replace").strip()
        match = _OBJECT.match(answer)
        if match is None and answer.endswith(" ambiguous"):
            raise SelectionError(f"'{name}' names several objects; write more digits.")
        return GitObject(match[1], match[2], int(match[3])) if match else None

    def list_files(self, tree: str, folders: Sequence[str] = ()) -> tuple[Entry, ...]:
        """Return the files below a tree, in order of their paths; with ``folders`` those in or at these paths.

        Raises InputError when there are too many.
        """
        if not re.fullmatch(r"[0-9a-f]{40,64}", tree):
            raise ValueError(f"{tree!r} is no object id")
        paths = () if "" in folders else tuple(folders)
        listed = self._call(("ls-tree", "-r", "-z", "-l", "--full-tree", tree, "--", *paths), b"", _MOST_LISTED)
        found = []
        for record in listed.split(b"\0")[:-1]:
            match = _ENTRY.match(record.decode("utf-8", "backslashreplace"))
            if match is None:
                raise WorkerError("git listed the files of a revision in a form that is not known.")
            found.append(Entry(match[5], match[1], match[3], int(match[4]) if match[4] != "-" else 0))
        if len(found) > MAX_FILES:
            raise InputError(f"The revision has more than {MAX_FILES:,} files in its content folders.")
        return tuple(sorted(found))

    def read_files(self, entries: Iterable[Entry]) -> Mapping[str, bytes]:
        """Return the contents of files, by path, as the repository stores them.

        Raises InputError for a file beyond the limit on its size, LimitError when they are too much together.
        """
        wanted = tuple(entries)
        for entry in wanted:
            if entry.size > (limit := get_limit(entry.path)):
                raise InputError(f"{entry.path} has {entry.size:,} bytes; at most {limit:,} are read.")
        total = sum(entry.size for entry in wanted)
        if total > _MOST_BYTES:
            raise LimitError(f"The files of the revision have {total:,} bytes; at most {_MOST_BYTES:,} are read.")
        asked = "".join(f"{entry.id}\n" for entry in wanted).encode()
        data = self._call(("cat-file", "--batch"), asked, total + 200 * len(wanted)) if wanted else b""
        return _split_batch(data, wanted)

    def _call(self, words: Sequence[str], asked: bytes, most: int) -> bytes:
        try:
            return _run(self.program, self.folder, words, asked, most)
        except _GitError as error:
            raise WorkerError(f"git could not read the repository: {error}.") from error


def _split_batch(data: bytes, wanted: Sequence[Entry]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    at = 0
    for entry in wanted:
        end = data.find(b"\n", at)
        head = data[at:end].decode("ascii", "replace") if end >= 0 else ""
        if head != f"{entry.id} blob {entry.size}":
            raise WorkerError(f"git could not read {entry.path}: its content is not in this clone or is damaged.")
        found[entry.path] = data[end + 1 : end + 1 + entry.size]
        at = end + 2 + entry.size
    return found


class _GitError(Exception):
    """What git said when it failed."""


def _run(program: str, folder: Path, words: Sequence[str], asked: bytes, most: int) -> bytes:
    """Run git and return its output. Raises _GitError with what it said, LimitError for too much output or time."""
    settings = [part for setting in _OFF for part in ("-c", setting)]
    command = [program, "--no-pager", "--literal-pathspecs", *settings, *words]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)}
    with tempfile.TemporaryFile() as source:
        source.write(asked)
        source.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603 - a fixed program, names as ids or on its input
                command, cwd=folder, env={**kept, **_SETTINGS}, stdin=source, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise UsageError(f"{folder} could not be read: {error.strerror or error}.") from error
        with process:
            try:
                output, errors = _collect(process, most)
                code = process.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                raise LimitError(f"git took longer than {_SECONDS:.0f} seconds.") from None
            finally:
                if process.poll() is None:
                    process.kill()
    if code:
        said = errors.decode("utf-8", "replace").strip().splitlines()
        raise _GitError(said[-1].removeprefix("fatal: ").rstrip(".") if said else f"it ended with {code}")
    return output


def _collect(process: subprocess.Popen[bytes], most: int) -> tuple[bytes, bytes]:
    """Read what the program writes until it ends; what goes beyond the limits ends it."""
    parts: dict[str, list[bytes]] = {"output": [], "errors": []}
    room = {"output": most, "errors": _MOST_SAID}
    deadline = time.monotonic() + _SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(cast("IO[bytes]", process.stdout), selectors.EVENT_READ, "output")
        selector.register(cast("IO[bytes]", process.stderr), selectors.EVENT_READ, "errors")
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise LimitError(f"git took longer than {_SECONDS:.0f} seconds.")
            for key, _ in ready:
                data = os.read(key.fd, 1 << 20)
                room[key.data] -= len(data)
                if not data:
                    selector.unregister(key.fileobj)
                elif room[key.data] >= 0:
                    parts[key.data].append(data)
                elif key.data == "output":
                    raise LimitError(f"git answered with more than {most:,} bytes.")
    return b"".join(parts["output"]), b"".join(parts["errors"])
