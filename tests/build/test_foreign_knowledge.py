"""The whole way on knowledge that nobody here wrote: the Family History Knowledge Base, with the default curriculum."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench.build import build, check, explain, init, load, reason, verify


@pytest.mark.slow
def test_family_history_becomes_a_verified_dataset(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "fhkb" / "rdfxml" / "fhkb_ch10_merged.ttl"
    folder = tmp_path / "family"
    init(folder, sources=[source])
    project = load(folder)

    assert not check(project).report.has_errors
    (summary,) = reason(project)
    assert (summary.base, summary.derived > 1_000, summary.max_depth >= 6) == (112, True, True)
    father = explain(project, None, "Clare_Bright_1966 hasAncestor Peter_William_Bright_1941")
    assert "since it follows" in father.format_text()

    # The default curriculum as it is, only with three items for each dozen.
    (curriculum,) = folder.glob("curricula/*/curriculum.yaml")
    text = curriculum.read_text(encoding="utf-8")
    curriculum.write_text(re.sub(r"\b1[28]\b(?=[,}])", "3", text), encoding="utf-8")
    result = build(load(folder), tmp_path / "out", seed=3)
    (dataset,) = result.datasets
    assert dataset.items >= 40
    assert {level for level, *_ in dataset.cells} == {1, 2, 3, 4}
    report = verify(dataset.folder)
    assert report.ok, report.format_text()
    assert report.items == dataset.items
