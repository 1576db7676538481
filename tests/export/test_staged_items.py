"""Chunks on disk: what counts of them after an interruption, and whose they are."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from workbench.errors import UsageError
from workbench.export.staging import Stage, name_stage, open_stage
from workbench.generation.selection.taking import Key, Written

CELLS = [("one", "select", "-"), ("two", "select", "-")]
SPLITS = ["train", "test"]


def put(stage: Stage, *names: str) -> None:
    for number, name in enumerate(names):
        digest = sha256(name.encode()).digest()
        theory = sha256(name[:1].encode()).hexdigest()[:32]
        line = json.dumps({"name": name}).encode() + b"\n"
        key = Key(CELLS[number % 2], digest[:16], digest[16:])
        stage.put(key, Written(line, SPLITS[number % 2], theory, json.dumps({"digest": theory}).encode() + b"\n"))


def read_names(stage: Stage) -> list[str]:
    return [json.loads(line)["name"] for _, line in stage.iterate_lines()]


def test_only_what_a_state_follows_upon_counts(tmp_path: Path) -> None:
    with open_stage(tmp_path / "d", {"a": "1"}, CELLS, SPLITS) as stage:
        put(stage, "a1", "b1")
        stage.end_block({"n": 1})
        put(stage, "a2")
        stage.end_block(None)  # of a level that is begun anew when it is interrupted
        put(stage, "a3")
        stage.end_block(None)
        put(stage, "c1")  # of a block that is not done
    with open_stage(tmp_path / "d", {"a": "1"}, CELLS, SPLITS) as stage:
        assert stage.note == "Went on with 2 items that an interrupted build had finished."
        assert (stage.state, read_names(stage), len(stage.theories)) == ({"n": 1}, ["a1", "b1"], 2)
        assert [key.cell for key in stage.iterate_keys()] == CELLS
        put(stage, "a2")
        stage.end_block(None)
        put(stage, "c1")
        stage.end_block({"n": 2})
        stage.finish_chunk()
        assert read_names(stage) == ["a1", "b1", "a2", "c1"] and stage.state == {"n": 2}
        assert len([*stage.iterate_theories()]) == len(stage.theories) == 3
        assert [split for split, _ in stage.iterate_lines()] == ["train", "test", "train", "train"]
        stage.discard()
    assert not name_stage(tmp_path / "d").exists()


def test_a_stage_is_for_one_fingerprint_and_one_build(tmp_path: Path) -> None:
    with open_stage(tmp_path / "d", {"a": "1", "b": "2"}, CELLS, SPLITS) as stage:
        put(stage, "a1")
        stage.end_block({"n": 1})
        with (
            pytest.raises(UsageError, match="Another build"),
            open_stage(tmp_path / "d", {"a": "1", "b": "2"}, CELLS, SPLITS),
        ):
            pass
    with open_stage(tmp_path / "d", {"a": "1", "b": "3"}, CELLS, SPLITS) as stage:
        assert "made with other b;" in stage.note and stage.state is None and not stage.items
    assert not name_stage(tmp_path / "d").exists(), "nothing was put in"


@pytest.mark.parametrize("damage", ["receipt", "keys", "missing"])
def test_what_is_damaged_and_what_comes_after_it_does_not_count(tmp_path: Path, damage: str) -> None:
    with open_stage(tmp_path / "d", {"a": "1"}, CELLS, SPLITS) as stage:
        for number in range(3):
            put(stage, f"a{number}")
            stage.end_block({"n": number})
            stage.finish_chunk()
    folder = name_stage(tmp_path / "d")
    if damage == "receipt":
        (folder / "000001.receipt.json").write_bytes(b'{"items": ')
    elif damage == "keys":
        (folder / "000001.keys").write_bytes(b"x" * (folder / "000001.keys").stat().st_size)
    else:
        (folder / "000001.items.jsonl").unlink()
    with open_stage(tmp_path / "d", {"a": "1"}, CELLS, SPLITS) as stage:
        assert read_names(stage) == ["a0"] and stage.state == {"n": 0}
        assert sorted(path.name for path in folder.iterdir() if path.name.startswith("000001")) == []
