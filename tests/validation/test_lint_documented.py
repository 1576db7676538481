"""``docs/lint.md`` and the table of checks say the same, and together they account for every check of the others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, XSD

from workbench.project.configuration import LintProfile
from workbench.validation.lint import CHECKS, FINDERS
from workbench.validation.lint.coverage import CATALOGUES, NOT_COVERED
from workbench.validation.lint.vocabulary_terms import WORDS


@pytest.fixture(scope="module")
def document(repo_root: Path) -> str:
    return (repo_root / "docs" / "lint.md").read_text(encoding="utf-8")


def list_rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def test_each_check_has_something_that_finds_it() -> None:
    assert list(FINDERS) != [] and FINDERS.keys() == CHECKS.keys()


def test_the_table_of_checks_is_the_documented_one(document: str) -> None:
    documented = {
        row[0].strip("`"): row[1:] for row in list_rows(document.partition("## Checks")[2].partition("## Coverage")[0])
    }
    expected = {
        check.code: [
            *(check.severities[profile].replace("off", "–") for profile in get_args(LintProfile)),
            check.summary + (" *(suggestion)*" if check.heuristic else ""),
        ]
        for check in CHECKS.values()
    }
    assert {code: row for code, row in documented.items() if "." in code} == expected


def test_the_coverage_is_the_documented_one(document: str) -> None:
    text = document.partition("## Coverage")[2]
    for tool, heading in (("robot", "### ROBOT"), ("odk", "### Ontology Development Kit"), ("oops", "### OOPS!")):
        part = re.split(r"^### ", text.partition(heading)[2], maxsplit=1, flags=re.MULTILINE)[0]
        rows = {row[0].strip("`"): row[-1] for row in list_rows(part)[2:]}
        assert tuple(rows) == CATALOGUES[tool]
        for name, cell in rows.items():
            codes = [check.code for check in CHECKS.values() if f"{tool}:{name}" in check.origins]
            assert cell == (", ".join(f"`{code}`" for code in codes) or NOT_COVERED[f"{tool}:{name}"])


def test_every_check_of_the_others_is_accounted_for_once() -> None:
    everything = {f"{tool}:{name}" for tool, names in CATALOGUES.items() for name in names}
    covered = {origin for check in CHECKS.values() for origin in check.origins}
    assert covered | NOT_COVERED.keys() == everything
    assert not covered & NOT_COVERED.keys()
    assert len(CATALOGUES["robot"]) == 33 and len(CATALOGUES["oops"]) == 41
    assert not [origin for origin in NOT_COVERED if origin.startswith("robot:")]


@pytest.mark.parametrize("space", [RDF, RDFS, OWL, XSD, SKOS])
def test_no_word_of_a_vocabulary_is_called_made_up(space: object) -> None:
    start = str(space)
    known = {str(term).removeprefix(start) for term in dir(space) if str(term).startswith(start)}
    assert len(known) > 10
    assert known - WORDS[start] == set()
