"""A build after a change makes anew what the change touches, and the bytes are those of a build from nothing."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from guild_project import write_guild_project

from workbench.build import build, load
from workbench.build import dataset as building
from workbench.build.build_result import BuiltDataset
from workbench.generation.selection import blocks
from workbench.model.report import Report

LEVELS = """\
levels:
  - name: one-step
    hops: [0, 1]
    distractors: [0, 4]
    extra_rules: [0, 2]
    worlds: [sampled, project]
    tasks: {recall: 3, taxonomy: 3, entailment: 6, select: 3, options: 2, count: 2, value: 2, prove: 2, conflict: 2}
  - name: more-steps
    hops: [2, 3]
    distractors: [0, 5]
    extra_rules: [0, 3]
    worlds: [sampled]
    tasks: {entailment: 6, compare: 2, step: 3, abduce: 2, diff: 2, induce: 1}
  - name: one-world
    hops: [1, 3]
    distractors: [0, 40]
    questions: 4
    worlds: [sampled]
    tasks: {entailment: 6, step: 2}
"""


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def read_bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@dataclass
class Workplace:
    """A project, and where it is built: once from nothing, and after that again and again."""

    project: Path
    out: Path

    def build(self, *, fresh: bool = False) -> BuiltDataset:
        return build(load(self.project), self.out, fresh=fresh).datasets[0]

    def build_elsewhere(self) -> Path:
        return build(load(self.project), self.out.with_name("elsewhere")).folders[0]


@pytest.fixture(scope="module", autouse=True)
def _make_small_blocks() -> Iterator[None]:
    """Small blocks, so that there are several; the check is not what is tested here."""

    class Checked:
        report = Report.collect(())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_SIZE", 6)
        patch.setattr(building, "check", lambda *_, **__: Checked())
        yield


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    folder = tmp_path_factory.mktemp("rebuilt")
    project = write_guild_project(folder / "project", all_tasks=True)
    path = project / "curricula" / "guild" / "curriculum.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("levels:")] + LEVELS, encoding="utf-8")
    place = Workplace(project, folder / "out")
    place.build()
    return place


@pytest.fixture
def place(built: Workplace, tmp_path: Path) -> Workplace:
    """A copy of what was built, to be changed."""
    shutil.copytree(built.project, tmp_path / "project")
    shutil.copytree(built.out, tmp_path / "out")
    return Workplace(tmp_path / "project", tmp_path / "out")


def count_verdicts(dataset: BuiltDataset) -> tuple[int, int]:
    """Return how many items were taken over and made anew, as the note says."""
    words = dataset.note.replace(",", "").split()
    numbers = [int(word) for word in words if word.isdigit()]
    return (numbers[0], numbers[1] if len(numbers) > 1 else 0) if numbers else (0, 0)


def change_phrase(folder: Path) -> None:
    edit(folder, "ontologies/guild/guild.ttl", "{subject} owns {object}", "{subject} is the owner of {object}")


def change_label(folder: Path) -> None:
    edit(folder, "ontologies/guild/guild.ttl", '"Werkstatt"@de', '"Arbeitsstätte"@de')


def change_template(folder: Path) -> None:
    edit(folder, "curricula/guild/templates/entailment/en-2.j2", "We know this.", "This is what we know.")


def change_reviewer(folder: Path) -> None:
    edit(folder, "ontologies/guild/guild.rules", "A. Reader", "B. Reader")


def ask_for_more(folder: Path) -> None:
    edit(folder, "curricula/guild/curriculum.yaml", "compare: 2, step: 3", "compare: 2, step: 5")


def change_rule(folder: Path) -> None:
    edit(folder, "ontologies/guild/guild.rules", "?n >= 7", "?n >= 8")


CHANGES: list[tuple[Callable[[Path], None], bool]] = [
    (change_phrase, True), (change_label, True), (change_template, True), (change_reviewer, True),
    (ask_for_more, True), (change_rule, False),
]  # fmt: skip


@pytest.mark.parametrize(("change", "reuses"), CHANGES, ids=lambda one: getattr(one, "__name__", ""))
def test_a_rebuild_makes_the_bytes_of_a_build_from_nothing(
    place: Workplace, change: Callable[[Path], None], reuses: bool
) -> None:
    change(place.project)
    dataset = place.build()
    assert read_bytes(dataset.folder) == read_bytes(place.build_elsewhere())
    reused, renewed = count_verdicts(dataset)
    assert (reused > 0) == reuses
    # Most items have nothing of a phrase, a template or a label in them.
    assert renewed < reused or not reuses


def test_without_a_change_nothing_is_made(place: Workplace) -> None:
    before = read_bytes(place.out / "guild")
    dataset = place.build()
    assert read_bytes(dataset.folder) == before
    assert count_verdicts(dataset) == (dataset.items, 0)


def test_fresh_takes_nothing_over(place: Workplace) -> None:
    before = read_bytes(place.out / "guild")
    dataset = place.build(fresh=True)
    assert (read_bytes(dataset.folder), dataset.note) == (before, "")


def test_only_what_holds_the_change_is_made_anew(place: Workplace) -> None:
    lines = [path.read_bytes().splitlines() for path in sorted((place.out / "guild" / "items").glob("*.jsonl"))]
    items = [json.loads(line) for listed in lines for line in listed]
    stale = sum(item["provenance"]["template"].startswith("entailment/en-2@") for item in items)
    change_template(place.project)
    assert stale > 0
    assert count_verdicts(place.build()) == (len(items) - stale, stale)


def test_what_new_words_make_ambiguous_is_not_taken_over(place: Workplace) -> None:
    """Two properties with one phrase: nobody could tell which of them is meant, so no item may have either."""
    edit(place.project, "ontologies/guild/guild.ttl", '"{subject} owes money to {object}"', '"{subject} owns {object}"')
    dataset = place.build()
    assert read_bytes(dataset.folder) == read_bytes(place.build_elsewhere())


@pytest.mark.parametrize("damage", [b"", b"x" * 100, None], ids=["empty", "other", "cut"])
def test_damaged_blocks_are_made_again_and_told_of(place: Workplace, damage: bytes | None) -> None:
    before = read_bytes(place.out / "guild")
    stored = [path for path in sorted((place.out / ".guild.blocks").rglob("*")) if path.is_file()]
    assert len(stored) > 3
    blocks_damaged = [path for path in stored if not path.name.startswith("wording-")][::2]
    for path in blocks_damaged:
        path.write_bytes(path.read_bytes()[:-7] if damage is None else damage)
    dataset = place.build()
    assert read_bytes(dataset.folder) == before
    told = re.search(r"(\d+) remembered blocks? in (\S+) could not be read and w\w+ made anew: (.+)\.$", dataset.note)
    assert told is not None and told[2] == str(place.out / ".guild.blocks")
    # Not all of them are looked for: what was found from another place on may do as well.
    assert 0 < int(told[1]) <= len(blocks_damaged) and told[3] == f"cut off or changed ({told[1]})"
    assert "could not be read" not in place.build().note


def test_workers_take_over_what_one_process_made(place: Workplace) -> None:
    change_phrase(place.project)
    several = build(load(place.project), place.out, workers=2).folders[0]
    assert read_bytes(several) == read_bytes(place.build_elsewhere())
