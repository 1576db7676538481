"""Samples of a curriculum: such as a build makes, of each level and task, and nothing on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.build import preview_curriculum
from workbench.build.curricula import read_curriculum
from workbench.build.curriculum_preview import CurriculumPreview
from workbench.errors import InvalidKnowledgeError, SelectionError, UsageError
from workbench.model.items import check_item
from workbench.project import Project

Make = Callable[[dict[str, str]], Project]
CURRICULUM = "curricula/family/curriculum.yaml"
TEMPLATE = "curricula/family/templates/entailment/en-1.j2"
SELECT = "curricula/family/templates/select/en-2.j2"


@pytest.fixture
def two_levels(files: dict[str, str]) -> dict[str, str]:
    files[CURRICULUM] = """\
version: 1
name: family
levels:
  - {name: one, hops: 1, tasks: {entailment: 3, select: 2}}
  - {name: two, hops: 2, tasks: {entailment: {entailed: 2}}}
"""
    files[SELECT] = (
        "{{ facts }}\n{% if rules %}{{ rules }}\n{% endif %}{% if closed %}{{ closed }}\n{% endif %}{{ question }}\n"
    )
    return files


def list_files(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_each_level_and_task_has_an_item_that_a_build_could_make(make: Make, two_levels: dict[str, str]) -> None:
    project = make(two_levels)
    assert project.root is not None
    before = list_files(project.root)
    (found,) = preview_curriculum(project, seed=3)
    assert list_files(project.root) == before, "nothing is written"
    made = {(sample.level, sample.task) for sample in found.samples}
    missing = {(one.level, one.task) for one in found.missing}
    assert made | missing == {("one", "entailment"), ("one", "select"), ("two", "entailment")}
    assert ("one", "entailment") in made and ("one", "select") in made
    for sample in found.samples:
        assert check_item(dict(sample.item)) == []
        assert sample.item["verified"]["gates"], "judged like every item"
        assert sample.item["level_name"] == sample.level and sample.item["task"] == sample.task
        assert sample.template == (TEMPLATE if sample.task == "entailment" else SELECT)
        assert sample.item["question"].splitlines()[0] in sample.format_text()
    for one in found.missing:
        assert one.why and one.format_text().count("turned away")
    assert found.exit_code == bool(missing)


def test_the_same_seed_shows_the_same(make: Make, two_levels: dict[str, str]) -> None:
    project = make(two_levels)

    def show(seed: int) -> list[str]:
        (found,) = preview_curriculum(project, level="one", task="entailment", seed=seed)
        return [sample.item["id"] for sample in found.samples]

    assert show(1) == show(1) != show(2)


def test_level_and_task_are_chosen(make: Make, two_levels: dict[str, str]) -> None:
    (found,) = preview_curriculum(make(two_levels), "family", level="1", task="select", language="en")
    assert [(sample.level, sample.task) for sample in found.samples] == [("one", "select")]
    assert not found.missing


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"level": "nine-steps"}, "there are: one, two"),
        ({"task": "options"}, "there are: entailment, select"),
        ({"language": "de"}, "there are: en"),
        ({"level": "two", "task": "select"}, "No level of a curriculum here has what was chosen."),
    ],
)
def test_what_nothing_has_is_said(make: Make, two_levels: dict[str, str], choice: dict[str, str], message: str) -> None:
    project = make(two_levels)
    with pytest.raises(UsageError, match=message):
        preview_curriculum(project, **choice)  # type: ignore[arg-type]


def test_what_cannot_be_made_is_said_with_reasons(make: Make, files: dict[str, str]) -> None:
    files[CURRICULUM] = """\
version: 1
levels:
  - {name: one, hops: 1, words: 3, tasks: {entailment: 3}}
"""
    (found,) = preview_curriculum(make(files), seconds=2)
    assert not found.samples and found.exit_code == 1
    (missing,) = found.missing
    assert "longer than the level allows" in dict(missing.reasons)
    assert found.to_json()["missing"][0]["reasons"]["longer than the level allows"] > 0


def test_no_block_is_begun_when_time_is_over(make: Make, files: dict[str, str]) -> None:
    (found,) = preview_curriculum(make(files), seconds=-1)
    assert [one.why for one in found.missing] == ["-1 seconds were over"]
    assert "no candidate came up at all" in found.format_text()


def test_a_sensitive_domain_does_not_show_its_own_individuals(make: Make, files: dict[str, str]) -> None:
    files["workbench.yaml"] = files["workbench.yaml"].replace("  family:\n", "  family:\n    sensitive: true\n")
    files[CURRICULUM] = "version: 1\nlevels:\n  - {worlds: [project], tasks: {entailment: 3}}\n"
    (found,) = preview_curriculum(make(files))
    assert not found.samples and "sensitive" in found.missing[0].why


def test_broken_files_stop_it(make: Make, files: dict[str, str]) -> None:
    with pytest.raises(SelectionError):
        preview_curriculum(make(files), "nobody")
    files[CURRICULUM] = "version: 1\nlevels: [\n"
    with pytest.raises(InvalidKnowledgeError):
        preview_curriculum(make(files))
    del files[CURRICULUM]
    with pytest.raises(UsageError, match="no curriculum"):
        preview_curriculum(make(files))


def test_a_template_that_lacks_a_slot_is_a_finding_and_makes_no_item(make: Make, files: dict[str, str]) -> None:
    files[TEMPLATE] = files[TEMPLATE].replace("{{ facts }}\n", "")
    project = make(files)
    assert any(v.severity == "error" for v in read_curriculum(project.get_domain("family")).violations)
    found: CurriculumPreview = preview_curriculum(project, seconds=1)[0]
    assert found.findings and found.exit_code == 1 and not found.samples
