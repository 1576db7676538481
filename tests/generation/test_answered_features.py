"""What generation decides by is what anybody finds in the item: both ways to its features give the same value."""

from __future__ import annotations

import pytest
from conftest_types import MakeMaterial

from workbench.generation.selection.blocks import BlockMaker
from workbench.generation.splits.answered_features import describe_answered
from workbench.generation.splits.features import FeatureReader, count_words
from workbench.generation.splits.splitter import build_splitter
from workbench.model.splits import HeldOut

LEVELS = (
    "  - name: one\n    hops: [1, 3]\n    distractors: [0, 6]\n    extra_rules: [0, 3]\n"
    "    worlds: [sampled, project]\n    tasks: {entailment: 3, select: 1, options: 1}\n"
    "  - name: known\n    hops: [1, 3]\n    given: facts\n    distractors: [0, 20]\n    tasks: {entailment: 3}\n"
)


@pytest.mark.usefixtures("small_blocks")
def test_features_before_and_after_writing(make_material: MakeMaterial) -> None:
    material = make_material(LEVELS)
    maker = BlockMaker(material)
    reader = FeatureReader(material.prefixes)
    seen: set[tuple[str, str, str]] = set()
    held = (HeldOut("deep", "higher", least=(("hops", 2),)), HeldOut("pairs", "compositions", share=0.2))
    splitter = build_splitter(make_material(LEVELS, held_out=held).curriculum)
    splits: set[str] = set()
    for level in material.curriculum.levels:
        open_cells = {(quota.task, quota.status) for quota in level.quotas}
        for source in level.sources:
            candidates = maker.propose(level, source, 0, open_cells).candidates[:80]
            for candidate, judged in zip(candidates, maker.judge(candidates), strict=True):
                if judged.item is None:
                    continue
                item, answered = judged.item, candidate.answered
                rules = [material.theory.by_name[name] for name in answered.draft.rules]
                template = item["provenance"]["template"].partition("@")[0]
                words = count_words(item["question"])
                features = describe_answered(answered, rules, candidate.identity, template, words)
                assert features == reader.read(item, judged.theory)
                before = describe_answered(answered, rules, candidate.identity)
                assert splitter.choose(before) == splitter.choose(features)
                splits.add(splitter.choose(before))
                seen.add(features.cell)
    assert {cell[:2] for cell in seen} == {("one", "entailment"), ("one", "select"), ("one", "options"),
                                           ("known", "entailment")}  # fmt: skip
    assert {"train", "deep", "pairs"} <= splits
