"""Formalise items: every formula says its sentence and nothing near it does, and each judge would notice otherwise."""

from __future__ import annotations

import pytest
from conftest_types import MakeMaterial
from made_tasks import MadeTask

from workbench.generation.splits.answered_features import describe_answered
from workbench.generation.splits.features import FeatureReader
from workbench.model.items import check_item

LEVELS = "  - name: short\n    where: {leaves: [1, 3]}\n    tasks: {formalise: 30}\n"
TEMPLATES = {
    "en": "Sentence: {{ sentence }}\nNames:\n{{ vocabulary }}\n{{ instruction }}",
    "de": "Satz: {{ sentence }}\nNamen:\n{{ vocabulary }}\n{{ instruction }}",
}


@pytest.fixture(scope="module")
def made(make_material: MakeMaterial, tmp_path_factory: pytest.TempPathFactory) -> MadeTask:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.generation.selection.blocks.BLOCK_SIZE", 10)
        return MadeTask(make_material(LEVELS), "formalise", TEMPLATES, tmp_path_factory.mktemp("formalise"), most=14)


def test_everything_made_is_accepted_and_keeps_the_contract(made: MadeTask) -> None:
    assert len(made.items) == len(made.candidates) >= 20
    assert {item["language"] for item in made.items} == {"en", "de"}
    assert {item["query"]["direction"] for item in made.items} == {"rule", "query"}
    for item in made.items:
        assert check_item(item) == []
        assert item["context"] == [] and item["status"] is None and item["models"] is None
        assert made.theories[item["theory"]]["rules"] == []
        assert 1 <= item["difficulty"]["leaves"] <= 3 and item["difficulty"]["rules"] == 1


def test_verified_from_the_files(made: MadeTask) -> None:
    for item in made.items:
        assert made.verify(item) == []


def test_features_written_and_made_are_the_same(made: MadeTask) -> None:
    reader = FeatureReader(made.material.prefixes)
    for candidate, judged in zip(made.candidates, made.judged, strict=True):
        item = judged.item
        assert item is not None
        template = item["provenance"]["template"].rpartition("@")[0]
        words = len(item["question"].split())
        made_of = describe_answered(candidate.answered, [], candidate.identity, template, words)
        assert reader.read(item, made.theories[item["theory"]]) == made_of
