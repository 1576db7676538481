"""``init``: what it makes can be checked at once, and its curriculum fits what the rules conclude."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.build import check, init, read_curriculum
from workbench.errors import InputError, ProjectError, UsageError
from workbench.model.curriculum import TASKS

RULES = """\
prefix : <https://example.org/f#>
rule a
  p(?x, ?y) ^ q(?y, ?z) -> r(?x, ?z)
rule b
  r(?x, ?y) ^ p(?y, ?z) -> s(?x, ?z)
"""
ONTOLOGY = """\
@prefix : <https://example.org/f#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:p a owl:ObjectProperty ; rdfs:label "p"@de . :q a owl:ObjectProperty . :r a owl:ObjectProperty .
:s a owl:ObjectProperty . :alvo rdfs:label "Alvo"@de ; :p :b . :b :q :c .
"""


def test_the_example_is_a_sound_project_that_can_be_built(tmp_path: Path) -> None:
    project = init(tmp_path / "planets")
    checked = check(project)
    assert checked.report.violations == (), checked.format_text()
    text = read_curriculum(project.get_domain())
    assert text.curriculum is not None
    assert [level.hops for level in text.curriculum.levels] == [(n, n) for n in (1, 2, 3, 4)]
    asked = {quota.task for level in text.curriculum.levels for quota in level.quotas}
    assert {template.task for template in text.templates} == asked <= set(TASKS)
    statuses = {quota.status for quota in text.curriculum.levels[0].quotas if quota.task == "entailment"}
    assert statuses == {"entailed", "refuted", "unknown"}


def test_sources_are_copied_and_a_curriculum_is_proposed(tmp_path: Path) -> None:
    (tmp_path / "f.ttl").write_text(ONTOLOGY, encoding="utf-8")
    (tmp_path / "f.rules").write_text(RULES, encoding="utf-8")
    project = init(tmp_path / "new", [tmp_path / "f.ttl", tmp_path / "f.rules"])
    assert (tmp_path / "new/ontologies/f/f.ttl").read_text(encoding="utf-8") == ONTOLOGY
    checked = check(project)
    assert not checked.report.has_errors, checked.format_text()
    curriculum = read_curriculum(project.get_domain()).curriculum
    assert curriculum is not None
    assert [level.hops for level in curriculum.levels] == [(1, 1), (2, 2)], "no proof has more than two steps"
    assert [language for language, _ in curriculum.languages] == ["de"]
    assert {quota.status for quota in curriculum.levels[0].quotas} == {"entailed", "unknown", "-"}, "nothing refutes"
    assert "Alvo" not in dict(curriculum.names[0].labels)["de"], "that is somebody's name already"


def test_without_conclusions_there_is_nothing_to_ask(tmp_path: Path) -> None:
    (tmp_path / "f.ttl").write_text(ONTOLOGY, encoding="utf-8")
    project = init(tmp_path / "new", [tmp_path / "f.ttl"])
    assert project.get_domain().curriculum_file is None
    assert not check(project).report.has_errors


def test_a_file_with_errors_still_becomes_a_project_whose_check_names_them(tmp_path: Path) -> None:
    (tmp_path / "f.ttl").write_text(ONTOLOGY + ":x :y\n", encoding="utf-8")
    checked = check(init(tmp_path / "new", [tmp_path / "f.ttl"]))
    assert checked.report.has_errors
    assert {v.location.path for v in checked.report.violations if v.location} == {"ontologies/f/f.ttl"}


def test_nothing_is_left_behind_when_it_cannot_be_done(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.ttl could not be read"):
        init(tmp_path / "new", [tmp_path / "nowhere.ttl"])
    with pytest.raises(UsageError, match="no example 'mars'"):
        init(tmp_path / "new", example="mars")
    assert not (tmp_path / "new").exists()
    init(tmp_path / "new")
    before = sorted(p for p in (tmp_path / "new").rglob("*"))
    with pytest.raises(ProjectError, match="a project already"):
        init(tmp_path / "new")
    assert sorted(p for p in (tmp_path / "new").rglob("*")) == before


def test_somebody_elses_ontologies_become_projects(tmp_path: Path, shared_data: Path) -> None:
    source = shared_data / "fhkb" / "rdfxml" / "fhkb_ch10_merged.ttl"
    project = init(tmp_path / "fhkb", [source])
    text = read_curriculum(project.get_domain())
    assert text.violations == ()
    assert text.curriculum is not None
    assert len(text.curriculum.levels) >= 3
