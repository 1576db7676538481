"""Large datasets: what stays in memory of an item while a dataset is made, and that made-up ones are whole."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from benchmarks.scale import fill_dataset, make_curriculum
from workbench.build import verify
from workbench.export import read_dataset, theories
from workbench.export.staging import open_stage
from workbench.export.survey import Survey
from workbench.generation.selection.selecting import Place, Selection, select_items
from workbench.generation.selection.taking import Key, Written
from workbench.model.curriculum import Cell, Level, WorldSource

ITEMS = 20_000
_BLOCK = 200


@dataclass
class _Block:
    place: Place
    keys: Sequence[Key]
    source: WorldSource = "sampled"

    @property
    def rejected(self) -> dict[tuple[str, str, str], int]:
        return {}

    def judge(self, positions: Sequence[int]) -> list[Written]:
        line = b'{"question":"' + b"x" * 500 + b'"}\n'
        return [Written(line, "train", self.keys[n].named.hex(), b'{"digest":"t"}\n') for n in positions]


class _Source:
    """Blocks of candidates of which nothing is real but their number."""

    def iterate_blocks(self, level: Level, get_room: Callable[[], dict[Cell, int]], start: Place) -> Iterator[_Block]:
        cells = [*get_room()]
        for number in range(start.number, 10_000):
            names = [sha256(f"{level.name} {number} {n}".encode()).digest() for n in range(_BLOCK)]
            yield _Block(
                Place(number, 0), [Key(cells[n % len(cells)], name[:16], name[16:]) for n, name in enumerate(names)]
            )


def test_little_is_kept_of_an_item(tmp_path: Path) -> None:
    """The largest memory while taking, by the items taken: far below what any item takes itself."""
    curriculum = make_curriculum(ITEMS)
    cells = [(level.name, quota.task, quota.status) for level in curriculum.levels for quota in level.quotas]
    with open_stage(tmp_path / "d", {"a": "b"}, cells, ["train"]) as stage:
        tracemalloc.start()
        selection = select_items(curriculum, _Source(), stage)
        kept, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        stage.finish_chunk()
        assert selection.items == stage.items == len(stage.theories) == ITEMS
        # Three tables of 16 to 20 bytes for each slot, between a third and two thirds full, and one block; of a level's
        # structures a thousand for each cell at most.
        assert kept / ITEMS < 170 and most / ITEMS < 260
        restored = Selection.restore(curriculum, stage.state or {}, stage.iterate_keys())
        assert restored.to_json() == selection.to_json()
        assert len(restored.ledger.seen) == ITEMS
        stage.discard()


def test_little_is_kept_of_an_item_in_a_survey() -> None:
    tracemalloc.start()
    survey = Survey()
    for number in range(ITEMS):
        survey.add(make_summary(number))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept / ITEMS < 140
    assert survey.tally(["train", "test"]).items == len(survey) == ITEMS


def make_summary(number: int, **changes: Any) -> dict[str, Any]:
    digests = {grain: sha256(f"{grain} {number}".encode()).hexdigest()[:32] for grain in ("exact", "named", "core")}
    return {
        "id": sha256(f"id {number}".encode()).hexdigest()[:32],
        "level": 1, "level_name": "one", "task": "entailment", "status": "entailed", "language": "en",
        "split": "test" if number % 5 == 0 else "train", "difficulty": {"hops": number % 3, "height": 2},
        "domain": "d", "curriculum": "c", "question": f"q {number}", "identity": digests,
        "theory": sha256(f"t {number % 7}".encode()).hexdigest()[:32],
        **changes,
    }  # fmt: skip


def test_surveys_of_parts_make_that_of_the_whole() -> None:
    """Structures and repetitions are those of plain sets, whole or in parts."""
    items = [make_summary(number) for number in range(40)]
    items[7] = make_summary(5, split="train")  # the test has its like, under another id
    items[7]["id"] = "0" * 32
    items[9] = make_summary(8, level_name="two", level=2)
    items[12]["identity"] = {**items[12]["identity"], "core": items[10]["identity"]["core"]}
    whole, first, second = Survey(), Survey(), Survey()
    for number, item in enumerate(items):
        whole.add(item)
        (first if number < 17 else second).add(item)
    joined = Survey()
    joined.extend(first)
    joined.extend(second)
    splits = ["train", "test", "none"]
    for survey in (whole, joined):
        assert [*survey.find_repetitions()] == [(7, 5, "named"), (9, 8, "id")]
        assert survey.count_structures(["one", "two", "three"]) == {
            "one": {"items": 39, "named": 38, "core": 37},
            "two": {"items": 1, "named": 1, "core": 1},
            "three": {"items": 0, "named": 0, "core": 0},
        }
        assert len(survey.list_theories()) == 7
        assert survey.tally(splits) == whole.tally(splits)
        firsts: dict[tuple[object, ...], int] = {}
        for place, item in enumerate(items):
            firsts.setdefault((item["level"], item["split"], item["difficulty"]["hops"]), place)
        assert [place for place, _ in survey.find_first_of_kinds()] == [*firsts.values()]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A dataset whose theories are packed, as those of very many are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.export.dataset.MOST_FILES", 100)
        out = tmp_path_factory.mktemp("packed") / "scale"
        fill_dataset(out, 700)
    yield out


def test_a_made_up_dataset_is_whole(packed: Path) -> None:
    report = verify(packed, sample=0)
    assert report.problems == () and report.items == 700 and report.theories > 300
    manifest = json.loads((packed / "manifest.json").read_bytes())
    assert not any(name.endswith(".json") for name in manifest["files"] if name.startswith("theories/"))
    assert not (packed.parent / ".scale.building").exists()


def test_packed_theories_are_found(packed: Path) -> None:
    reader = read_dataset(packed)
    used = {item["theory"] for item in reader.iterate_items()}
    found = dict(reader.iterate_theories())
    assert found.keys() == used
    assert all(theory["digest"] == digest for digest, theory in found.items())
    digest = min(used)
    for other in ("0" * 32, "f" * 32, digest[:-1] + ("0" if digest[-1] != "0" else "1"), digest[:16]):
        if other not in used:
            assert theories.find_packed(packed, other) is None


def test_a_packed_theory_that_is_missing_or_idle_is_found(packed: Path, tmp_path: Path) -> None:
    out = tmp_path / "scale"
    out.mkdir()
    for path in packed.rglob("*"):
        if path.is_file():
            (out / path.relative_to(packed)).parent.mkdir(exist_ok=True)
            (out / path.relative_to(packed)).write_bytes(path.read_bytes())
    pack = min(out.glob("theories/*.jsonl"))
    lines = pack.read_bytes().splitlines(keepends=True)
    digest = json.loads(lines[0])["digest"]
    idle = digest[:-2] + ("00" if not digest.endswith("00") else "11")
    pack.write_bytes(b"".join(sorted([*lines[1:], lines[0].replace(digest.encode(), idle.encode())])))
    problems = {(problem.file, problem.what) for problem in verify(out, sample=0).problems}
    assert (f"theories/{digest}.json", "is not in the manifest") in problems
    assert (f"theories/{idle}.json", "no item has this theory") in problems
    pack.write_bytes(b"[]\n")
    assert any("cannot be read" in problem.what for problem in verify(out, sample=0).problems)
