"""Dutch, as docs/wording.md tells to add a language: from a new project to a dataset that is verified."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from test_third_language import DUTCH

from workbench.build import build, check, init, verify
from workbench.model.curriculum import TASKS
from workbench.model.report import Violation
from workbench.project import load
from workbench.wording.completeness import find_gaps
from workbench.wording.frames import FRAMES

PHRASES = {
    "{subject} is a celestial body": "{subject} is een hemellichaam",
    "{subject} is a moon": "{subject} is een maan",
    "{subject} is a planet without a moon": "{subject} is een planeet zonder maan",
    "{subject} is a planet": "{subject} is een planeet",
    "{subject} is a star": "{subject} is een ster",
    "{subject} belongs to the system of {object}": "{subject} hoort bij het stelsel van {object}",
    "{subject} has a diameter of {object} {object#kilometre|kilometres}": "de middellijn van {subject} is {object} km",
    "{object} is a moon of {subject}": "{object} is een maan van {subject}",
    "{subject} orbits {object}": "{subject} draait om {object}",
    "{subject} goes around the same planet as {object}": "{subject} draait om dezelfde planeet als {object}",
}
FACTS = """\
Feiten:
{{ facts_list }}
{% if rules_list %}
Regels:
{{ rules_list }}
{% endif %}{% if closed %}
Over wat ontbreekt: {{ closed }}
{% endif %}
"""
SELECT = f"{FACTS}Vraag: {{{{ question }}}}\nNoem alle antwoorden, gescheiden door komma's.\n"
COUNT = f"{FACTS}Vraag: {{{{ body_question }}}}\n{{{{ choices }}}}\n"
FOLDER = "curricula/planets"


def write_project(root: Path, tasks: str) -> None:
    init(root)
    for path, old, new in (
        ("workbench.yaml", "languages: [en]", "languages: [nl]"),
        *(("ontologies/planets/planets.ttl", f'"{en}"@en ;', f'"{en}"@en , "{nl}"@nl ;') for en, nl in PHRASES.items()),
    ):
        text = (root / path).read_text(encoding="utf-8")
        assert old in text, old
        (root / path).write_text(text.replace(old, new), encoding="utf-8")
    curriculum = f"version: 1\nlanguages: {{nl: 1}}\nlevels:\n  - {{hops: [1, 2], tasks: {tasks}}}\n"
    (root / FOLDER / "curriculum.yaml").write_text(curriculum, encoding="utf-8")


def list_errors(root: Path) -> list[Violation]:
    return [found for found in check(load(root)).report.violations if found.severity == "error"]


def test_a_new_language_goes_from_a_project_to_a_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path, "{select: 2, count: 1}")
    assert [found.code for found in list_errors(tmp_path)] == ["curriculum.language"]
    monkeypatch.setitem(FRAMES, "nl", DUTCH)
    missing = list_errors(tmp_path)
    assert [found.code for found in missing] == ["template.missing"] * 2
    for task, text in (("select", SELECT), ("count", COUNT)):
        path = tmp_path / FOLDER / "templates" / task / "nl-1.j2"
        assert str(path.relative_to(tmp_path)) in "".join(found.fix for found in missing)
        path.write_text(text, encoding="utf-8")
    assert list_errors(tmp_path) == []
    build(load(tmp_path))
    items = [
        json.loads(line)
        for path in sorted((tmp_path / "out" / "planets" / "items").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert [item["language"] for item in items] == ["nl"] * 3
    assert all("Vraag: " in item["question"] and "For which" not in item["question"] for item in items)
    assert verify(tmp_path / "out" / "planets").ok


def test_what_a_language_lacks_for_a_task_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path, "{prove: 2}")
    monkeypatch.setitem(FRAMES, "nl", replace(DUTCH, instructions=(), tasks=DUTCH.tasks[1:]))
    found = [one for one in list_errors(tmp_path) if one.code == "curriculum.language"]
    assert len(found) == 1 and found[0].location is not None and found[0].location.line == 4
    assert "the instruction “prove”" in found[0].message and f"“{DUTCH.tasks[0][0]}”" in found[0].message


@pytest.mark.parametrize("language", ["en", "de"])
def test_english_and_german_lack_nothing(language: str) -> None:
    assert [gap for task in TASKS for gap in find_gaps(FRAMES[language], task)] == []
