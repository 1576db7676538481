"""A build that was killed goes on where it stopped, and makes the bytes of one that was not."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from guild_project import write_guild_project

from workbench.build import build, check, load, verify
from workbench.build import dataset as building
from workbench.errors import Interrupted, UsageError
from workbench.export import dataset, parts, staging
from workbench.project import Project

LEVELS = """\
levels:
  - name: one
    hops: [1, 2]
    distractors: [0, 3]
    extra_rules: [0, 2]
    worlds: [sampled, project]
    tasks: {entailment: 12, select: 5, options: 5}
  - name: two
    hops: [2, 3]
    distractors: [0, 3]
    worlds: [sampled]
    tasks: {entailment: {entailed: 6, unknown: 5}}
"""
ITEMS = 33
MOMENTS: dict[str, tuple[object, str, bool]] = {
    "item": (staging.Stage, "put", False),
    "row": (staging._OpenChunk, "add", False),
    "receipt": (staging, "write_atomically", False),
    "received": (staging, "write_atomically", True),
    "line": (dataset.DatasetWriter, "add_line", False),
    "table": (parts, "hash_file", False),
    "swap": (dataset, "replace_directory", False),
    "swapped": (dataset, "replace_directory", True),
}
"""What a build does many times, and whether it dies before or after it."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = write_guild_project(tmp_path_factory.mktemp("resumed") / "guild")
    path = folder / "curricula" / "guild" / "curriculum.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("levels:")] + LEVELS, encoding="utf-8")
    project = load(folder)
    checked = check(project)
    with pytest.MonkeyPatch.context() as patch:
        # Small blocks and chunks, so that there is much to be interrupted; the check is not what is tested here.
        patch.setattr("workbench.generation.selection.blocks.BLOCK_SIZE", 2)
        patch.setattr(staging, "CHUNK_ITEMS", 3)
        patch.setattr(building, "check", lambda *_, **__: checked)
        yield project


def read_bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def build_and_die(project: Project, out: Path, moment: str, number: int) -> None:
    """Build in a process of its own, which is killed at a moment, when it comes for the so manieth time."""
    owner, name, after = MOMENTS[moment]
    function, left = getattr(owner, name), number

    def die(*arguments: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if not left and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments, **named)
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    child = os.fork()
    if not child:
        setattr(owner, name, die)
        build(project, out)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.fixture(scope="module")
def whole(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset of a build that nobody disturbed."""
    result = build(project, tmp_path_factory.mktemp("whole"))
    assert (result.datasets[0].made, result.datasets[0].note) == (ITEMS, "")
    return result.folders[0]


def list_stage(out: Path) -> list[str]:
    return sorted(path.name for path in out.glob(".guild.building*"))


def count_finished(out: Path) -> int:
    receipts = sorted((out / ".guild.building").glob("*.receipt.json"))
    return sum(json.loads(path.read_bytes())["items"] for path in receipts)


# Each build may be killed more than once: the moments of one row follow upon each other.
KILLS = [
    [("item", 1)],
    [("item", 9), ("item", 2), ("item", 12)],
    [("row", 20), ("receipt", 1)],
    [("received", 2), ("received", 1), ("line", 5)],
    [("table", 1), ("table", 2), ("swap", 1)],
    [("swapped", 1)],
]


@pytest.mark.parametrize("moments", KILLS, ids=["-".join(f"{name}{n}" for name, n in row) for row in KILLS])
def test_a_killed_build_goes_on_and_makes_the_same_bytes(
    project: Project, whole: Path, tmp_path: Path, moments: list[tuple[str, int]]
) -> None:
    for name, number in moments:
        build_and_die(project, tmp_path, name, number)
    finished = count_finished(tmp_path)
    if moments[-1][0] in ("line", "table", "swap", "swapped"):
        assert finished == ITEMS
    built = build(project, tmp_path).datasets[0]
    assert built.made == ITEMS - finished
    said = f"Went on with {finished} items that an interrupted build had finished."
    assert built.note.startswith(said) if finished else "Went on" not in built.note
    assert read_bytes(tmp_path / "guild") == read_bytes(whole)
    assert list_stage(tmp_path) == []


def test_an_earlier_dataset_stays_whole_meanwhile(project: Project, whole: Path, tmp_path: Path) -> None:
    build(project, tmp_path, seed=8)
    before = read_bytes(tmp_path / "guild")
    for moment in ("item", "line", "swap"):
        build_and_die(project, tmp_path, moment, 1)
        assert read_bytes(tmp_path / "guild") == before
    build(project, tmp_path)
    assert read_bytes(tmp_path / "guild") == read_bytes(whole)


def test_a_change_makes_all_items_anew_and_says_so(project: Project, tmp_path: Path) -> None:
    build_and_die(project, tmp_path, "line", 1)
    built = build(project, tmp_path, seed=9).datasets[0]
    assert built.made == ITEMS and built.note == (
        "What an interrupted build had finished was left aside, because it was made with other knowledge, curriculum "
        "or seed; all items were made anew."
    )


def test_what_was_damaged_meanwhile_is_made_again(project: Project, whole: Path, tmp_path: Path) -> None:
    build_and_die(project, tmp_path, "line", 1)
    chunk = tmp_path / ".guild.building" / "000001.items.jsonl"
    before = json.loads((chunk.parent / "000000.receipt.json").read_bytes())["items"]
    chunk.write_bytes(chunk.read_bytes().replace(b"Facts", b"Farce", 1).replace(b"entailed", b"detailed", 1))
    assert build(project, tmp_path).datasets[0].made == ITEMS - before
    assert read_bytes(tmp_path / "guild") == read_bytes(whole)


def test_ctrl_c_loses_no_whole_block(project: Project, whole: Path, tmp_path: Path) -> None:
    def interrupt(text: str) -> None:
        if "level two, 0 of" in text:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="goes on from here"):
        build(project, tmp_path, progress=interrupt)
    result = build(project, tmp_path)
    assert result.datasets[0].made == 11 and "Went on with 22 items" in result.format_table()
    assert read_bytes(tmp_path / "guild") == read_bytes(whole)


@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_workers_makes_the_same_bytes(
    project: Project, whole: Path, tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers are forked here, so that they have the small blocks too."""
    context = multiprocessing.get_context("fork")
    monkeypatch.setattr("workbench.generation.selection.processes.multiprocessing.get_context", lambda _: context)
    monkeypatch.setattr(building, "_MANY", 1)
    if workers == 3:
        build_and_die(project, tmp_path, "item", 20)
    assert build(project, tmp_path, workers=workers).datasets[0].items == ITEMS
    assert read_bytes(tmp_path / "guild") == read_bytes(whole)


def test_two_builds_to_one_place_do_not_mix(project: Project, tmp_path: Path) -> None:
    def build_again(text: str) -> None:
        if "; 0 of 33" in text:
            build(project, tmp_path)

    with pytest.raises(UsageError, match="Another build"):
        build(project, tmp_path, progress=build_again)
    assert not (tmp_path / "guild").exists()


def test_a_folder_that_is_no_dataset_is_refused_before_any_work(project: Project, tmp_path: Path) -> None:
    (tmp_path / "guild").mkdir()
    (tmp_path / "guild" / "thesis.txt").write_text("Mine.")
    said: list[str] = []
    with pytest.raises(UsageError, match="no dataset"):
        build(project, tmp_path, progress=said.append)
    assert not any("level" in text for text in said) and list_stage(tmp_path) == []


def test_tables_have_so_many_rows_and_hold_the_same(project: Project, whole: Path, tmp_path: Path) -> None:
    folder = build(project, tmp_path, shard_rows=4).folders[0]
    manifest, expected = (json.loads((place / "manifest.json").read_text()) for place in (folder, whole))
    tables = [name for name in manifest["files"] if name.startswith("data/train-")]
    train = next(split["items"] for split in manifest["splits"] if split["name"] == "train")
    assert len(tables) == -(-train // 4) > 2 and tables[0] == "data/train-00000.parquet"
    assert manifest["counts"] == expected["counts"]
    for name in ("items/train.jsonl", "items/test.jsonl"):
        assert (folder / name).read_bytes() == (whole / name).read_bytes()
    assert verify(folder).ok
    (folder / tables[1]).write_bytes((folder / tables[0]).read_bytes())
    problems = verify(folder, sample=0).problems
    assert {problem.file for problem in problems} == {tables[1]} and len(problems) > 1
    with pytest.raises(UsageError):
        build(project, tmp_path, shard_rows=0)
