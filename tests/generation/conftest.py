"""Material to generate from: the guild, with shapes, under any levels; blocks of few worlds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest_types import MakeMaterial
from guild_project import write_guild_project

from workbench.build import get_knowledge, load, read_curriculum
from workbench.build.materials import collect_material
from workbench.formats.curriculum import parse_curriculum
from workbench.generation.selection import blocks
from workbench.generation.selection.blocks import Material

SHAPES = """\
@prefix g: <https://example.org/guild#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

g:PersonShape a sh:NodeShape ; sh:targetClass g:Person ;
    sh:property [ sh:path g:entered ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:integer ] ;
    sh:property [ sh:path g:worksIn ; sh:maxCount 2 ; sh:class g:Workshop ] .
"""


@pytest.fixture(scope="session")
def guild_material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    """What the guild's own curriculum is made from."""
    folder = write_guild_project(tmp_path_factory.mktemp("guild-material"))
    (folder / "validators" / "guild" / "shapes.ttl").write_text(SHAPES, encoding="utf-8")
    project = load(folder)
    knowledge = get_knowledge(project, project.get_domain("guild"))
    text = read_curriculum(knowledge.domain)
    assert text.curriculum is not None and not text.violations
    return collect_material(knowledge, text, text.curriculum, 0)


@pytest.fixture(scope="session")
def make_material(guild_material: Material) -> MakeMaterial:
    """Returns the guild's material with other levels (YAML text of the list) and another seed."""

    def make(levels: str, seed: int = 0, *, shapes: bool = False, **changes: object) -> Material:
        text = f"version: 1\nname: guild\nlevels:\n{levels}"
        curriculum, violations = parse_curriculum(text.encode(), "c.yaml", "guild", {})
        assert curriculum is not None, violations
        curriculum = replace(guild_material.curriculum, levels=curriculum.levels, **changes)  # type: ignore[arg-type]
        find = guild_material.find_violating if shapes else None
        return replace(guild_material, curriculum=curriculum, seed=seed, find_violating=find)

    return make


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of eight worlds: enough for a few items."""
    monkeypatch.setattr(blocks, "BLOCK_SIZE", 8)
