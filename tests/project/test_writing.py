"""Files and folders are replaced whole or not at all."""

import errno
import os
import signal
import sys
from pathlib import Path

import pytest

from workbench.errors import StorageError
from workbench.project import writing
from workbench.project.writing import recover_directory, replace_directory, write_atomically


def read_tree(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in sorted(root.rglob("*")) if path.is_file()}


def make_tree(root: Path, **files: str) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_writing_replaces_and_keeps_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomically(path, b"one")
    path.chmod(0o640)
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two" and path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one")

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, call, fail)
        with pytest.raises(StorageError, match="No space left"):
            write_atomically(path, b"two")
    assert read_tree(tmp_path) == {"a.txt": "one"}
    with pytest.raises(StorageError):
        write_atomically(tmp_path / "absent" / "a.txt", b"x")


@pytest.mark.parametrize("exchange", [True, False])
def test_folders_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool) -> None:
    if not exchange:
        monkeypatch.setattr(writing, "_exchange", lambda *_: False)
    final = tmp_path / "data"
    for text in ("one", "two", "three"):
        replace_directory(make_tree(tmp_path / "new", **{"a/b.txt": text, text: text}), final)
        assert read_tree(tmp_path) == {"data/a/b.txt": text, f"data/{text}": text}
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize("exchange", [True, False])
def test_a_folder_survives_kill_9_at_every_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    if not exchange:
        monkeypatch.setattr(writing, "_exchange", lambda *_: False)
    outcomes = []
    for limit in range(1, 100):
        root = tmp_path / str(limit)
        final = make_tree(root / "data", a="old", b="old").resolve()
        new = make_tree(root / "new", a="new")
        child = os.fork()
        if not child:
            try:
                _die_at(limit)
                replace_directory(new, final)
                os._exit(0)
            finally:
                os._exit(1)
        status = os.waitpid(child, 0)[1]
        recover_directory(final)
        outcomes.append(read_tree(final))
        assert outcomes[-1] in ({"a": "old", "b": "old"}, {"a": "new"}), f"step {limit}"
        if not os.WIFSIGNALED(status):
            assert os.WEXITSTATUS(status) == 0
            break
    assert outcomes[0] == {"a": "old", "b": "old"} and outcomes[-1] == {"a": "new"}
    assert outcomes == sorted(outcomes, key=lambda tree: tree["a"], reverse=True)  # never back again


def _die_at(limit: int) -> None:
    count, real = 0, os.fsync

    def step() -> None:
        nonlocal count
        count += 1
        if count == limit:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(event: str, _: tuple[object, ...]) -> None:
        if event in ("os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "ctypes.dlsym"):
            step()

    def fsync(descriptor: int) -> None:
        step()
        real(descriptor)

    os.fsync = fsync  # type: ignore[assignment]
    sys.addaudithook(watch)


def test_a_folder_that_cannot_be_replaced_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_exchange", lambda *_: False)
    final, new = make_tree(tmp_path / "data", a="old"), make_tree(tmp_path / "new", a="new")
    real = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self == new:
            raise OSError(errno.EIO, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(StorageError, match="Input/output"):
        replace_directory(new, final)
    assert read_tree(final) == {"a": "old"}
