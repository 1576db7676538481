"""A task for which a project has no template is framed by those that come with Workbench, which can be copied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench.build import check, preview_curriculum, read_curriculum
from workbench.cli import main
from workbench.model.curriculum import CLOSED_BOOK_TASKS, TASKS
from workbench.project import Project, load
from workbench.wording.frames import FRAMES

Make = Callable[[dict[str, str]], Project]
Files = dict[str, str]
CURRICULUM = "curricula/family/curriculum.yaml"
OWN = "curricula/family/templates/entailment/en-1.j2"
DEFAULTS = Path("workbench/build/defaults/templates")


def call(*words: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert "Traceback" not in result.output
    return result


def ask_all(files: Files) -> None:
    """Let the curriculum ask for every task, and for every one that can be asked with nothing stated."""
    told = "recall: 1, entailment: {entailed: 1}, " + ", ".join(
        f"{task}: 1" for task in CLOSED_BOOK_TASKS if task not in ("recall", "entailment")
    )
    files[CURRICULUM] = f"""\
version: 1
languages: {{{", ".join(f"{language}: 1" for language in sorted(FRAMES))}}}
levels:
  - name: one
    hops: [0, 2]
    distractors: 0
    tasks: {{{", ".join(f"{task}: 3" for task in TASKS)}}}
  - {{name: told, hops: [0, 2], given: none, tasks: {{{told}}}}}
"""


def test_every_task_can_be_asked_without_a_template_of_ones_own(make: Make, files: Files) -> None:
    ask_all(files)
    del files[OWN]
    project = make(files)
    codes = {violation.code for violation in check(project).report.violations}
    assert not {code for code in codes if code.startswith("template.")}
    text = read_curriculum(project.domains["family"])
    have = {(template.task, template.language) for template in text.templates}
    assert have == {(task, language) for task in TASKS for language in FRAMES}
    assert text.defaults == {template.name for template in text.templates}


def test_ones_own_template_replaces_those_of_its_task_and_language(make: Make, files: Files) -> None:
    files[CURRICULUM] = files[CURRICULUM].replace("{en: 1}", "{en: 1, de: 1}")
    text = read_curriculum(make(files).domains["family"])
    names = [template.name for template in text.templates]
    assert [name for name in names if name not in text.defaults] == ["entailment/en-1"]
    assert {name.partition("-")[0] for name in text.defaults} == {"entailment/de"}


def test_an_unreadable_template_is_not_replaced_in_silence(make: Make, files: Files) -> None:
    files[OWN] = "{% if %}"
    project = make(files)
    text = read_curriculum(project.domains["family"])
    assert [violation.code for violation in text.violations] == ["template.syntax"]
    assert text.templates == ()


def test_a_sample_says_where_its_template_is(make: Make, files: Files) -> None:
    files[CURRICULUM] = files[CURRICULUM].replace("{entailment: 3}", "{select: 3}")
    sample = preview_curriculum(make(files), "family")[0].samples[0]
    assert "of Workbench; 'workbench templates add select' copies it" in sample.template


def test_templates_are_copied_once_and_the_copy_counts(make: Make, files: Files) -> None:
    files[CURRICULUM] = files[CURRICULUM].replace("{entailment: 3}", "{entailment: 3, select: 3}")
    root = make(files).root
    assert root is not None
    result = call("templates", "add", root, "select", "entailment")
    copied = sorted(DEFAULTS.glob("select/en-*.j2"))
    assert result.exit_code == 0 and result.output.count("wrote curricula/family/templates/select/en-") == len(copied)
    assert "kept  curricula/family/templates/entailment/en-1.j2" in result.output
    assert (root / OWN).read_text(encoding="utf-8") == files[OWN]
    for path in copied:
        assert (root / "curricula/family/templates/select" / path.name).read_bytes() == path.read_bytes()
    assert read_curriculum(load(root).domains["family"]).defaults == frozenset()
    assert call("undo", root).exit_code == 0
    assert not list(root.glob("curricula/family/templates/select/*"))


@pytest.mark.parametrize("words", [("add",), ("add", "recal"), ("add", ".", "recall", "--language", "tlh")])
def test_wrong_calls_are_told(
    make: Make, files: Files, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    root = make(files).root
    assert root is not None
    monkeypatch.chdir(root)
    assert call("templates", *words).exit_code == 2


def test_unused_templates_are_one_hint_for_each_task_and_language(make: Make, files: Files) -> None:
    for task in ("select", "count"):
        for name in ("en-1", "en-2", "de-1"):
            files[f"curricula/family/templates/{task}/{name}.j2"] = "{{ facts }}{{ rules }}{{ closed }}{{ question }}"
    files["curricula/family/templates/count/en-1.j2"] = "{{ facts }}{{ rules }}{{ closed }}{{ body_question }}"
    files["curricula/family/templates/entailment/de-1.j2"] = files[OWN]
    files["curricula/family/templates/entailment/de-2.j2"] = files[OWN]
    found = [v for v in check(make(files)).report.violations if v.code == "template.unused"]
    assert [(v.severity, v.message.partition(" ")[0]) for v in found] == [("info", "3"), ("info", "2"), ("info", "3")]
    assert all(v.location is not None and len(v.related) == int(v.message[0]) - 1 for v in found)
