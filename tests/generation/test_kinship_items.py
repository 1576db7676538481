"""The repository's own domain, a few items of each kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from workbench.build import get_knowledge, load, read_curriculum
from workbench.build.materials import collect_material
from workbench.checker import certify
from workbench.generation.questions.draft import apply_change, extend_theory
from workbench.generation.selection.blocks import BlockMaker, Candidate, Material
from workbench.model.items import check_item


@pytest.fixture(scope="module")
def kinship(repo_root: Path) -> Material:
    project = load(repo_root)
    knowledge = get_knowledge(project, project.get_domain("kinship"))
    text = read_curriculum(knowledge.domain)
    assert text.curriculum is not None
    return collect_material(knowledge, text, text.curriculum, 0)


def propose(material: Material, level: int, *, worlds: int = 10) -> tuple[BlockMaker, list[Candidate]]:
    maker = BlockMaker(material)
    chosen = material.curriculum.levels[level]
    open_cells = {(quota.task, quota.status) for quota in chosen.quotas}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.generation.selection.blocks.BLOCK_SIZE", worlds)
        found = [c for source in chosen.sources for c in maker.propose(chosen, source, 0, open_cells).candidates]
    return maker, found


@pytest.mark.parametrize("level", [0, 2, 4])
def test_every_judge_accepts(kinship: Material, level: int) -> None:
    maker, found = propose(kinship, level)
    assert len(found) > 20
    bounds = kinship.curriculum.levels[level].hops
    for candidate in found[::6]:
        answered = candidate.answered
        assert bounds[0] <= answered.difficulty.hops <= bounds[1]
        theory = kinship.theory.select(answered.draft.rules)
        for judgement in answered.judgements:
            change = judgement.change
            facts = apply_change(answered.draft.facts, change)
            certify(extend_theory(theory, change.rules), facts, judgement.evidence)
    for judged in maker.judge(found[::6]):
        assert judged.item is not None, judged.reason
        assert check_item(judged.item) == []
        # Nobody of the project is in an item: individuals are renamed, whatever world they come from.
        terms = {term for entry in judged.item["context"] for term in entry["triple"][::2]}
        assert not any(term.startswith("k:") for term in terms - {*_list_names(kinship)})


def _list_names(material: Material) -> set[str]:
    """Classes, which stand where individuals do."""
    return {"k:" + term.split("#")[1][:-1] for term in material.classes}


def test_seeds_share_nothing_where_there_is_much(kinship: Material) -> None:
    level = next(level for level in kinship.curriculum.levels if level.name == "three-steps")
    sampled = replace(level, sources=("sampled",))
    curriculum = replace(kinship.curriculum, levels=(sampled,))
    found = [propose(replace(kinship, curriculum=curriculum, seed=seed), 0)[1] for seed in (42, 43)]
    named = [{candidate.identity.named for candidate in candidates} for candidates in found]
    assert all(len(identities) > 20 for identities in named)
    assert not named[0] & named[1]
