"""The templates that new projects get, and those of the example: what they serve, and what they ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.generation.items.rendering import serves_closed_book
from workbench.model.curriculum import CLOSED_BOOK_TASKS, TASKS
from workbench.wording.templates import Template, parse_template


@pytest.fixture(scope="module", params=["workbench/build/defaults/templates", "curricula/kinship/templates"])
def templates(request: pytest.FixtureRequest, repo_root: Path) -> list[Template]:
    found = []
    for path in sorted((repo_root / str(request.param)).glob("*/*.j2")):
        language, _, variant = path.stem.partition("-")
        template = parse_template(path.read_text(encoding="utf-8"), str(path), path.parent.name, language, variant, "")
        assert isinstance(template, Template), template
        found.append(template)
    return found


def test_every_task_has_a_template_in_both_languages(templates: list[Template]) -> None:
    have = {(template.task, template.language) for template in templates}
    assert have >= {(task, language) for task in TASKS if task != "formalise" for language in ("en", "de")}


def test_each_task_that_can_be_asked_with_nothing_stated_has_a_template_for_it(templates: list[Template]) -> None:
    served = {(template.task, template.language) for template in templates if serves_closed_book(template)}
    assert served == {(task, language) for task in CLOSED_BOOK_TASKS for language in ("en", "de")}


def test_no_template_asks_for_names_or_years_where_anything_may_be_asked_for(templates: list[Template]) -> None:
    for template in templates:
        for words in ("years", "Jahreszahlen", "names or", "Namen oder"):
            assert words not in template.text, (template.name, words)


def test_every_slot_of_a_template_is_documented(repo_root: Path, templates: list[Template]) -> None:
    document = (repo_root / "docs" / "curriculum.md").read_text(encoding="utf-8")
    table = document.partition("| slot | holds |")[2].partition("\n\n")[0]
    slots = {slot for template in templates for slot in template.slots}
    assert sorted(slot for slot in slots if f"`{slot}`" not in table) == []
