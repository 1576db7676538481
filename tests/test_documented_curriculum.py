"""The examples in docs/curriculum.md: curricula that can be used as they stand, and a template that shows each slot."""

import re
from pathlib import Path

import pytest

from workbench.formats.curriculum import parse_curriculum
from workbench.formats.curriculum_presets import PRESETS
from workbench.generation.tasks import get_family
from workbench.model.curriculum import NO_STATUS, TASKS
from workbench.model.splits import AXES, MEASURES, PERTURBATIONS
from workbench.wording.templates import Template, parse_template

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "curriculum.md").read_text(encoding="utf-8")
CURRICULA = re.findall(r"^```yaml curriculum\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
TEMPLATES = re.findall(r"^```jinja (\w+)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
PREFIXES = {"k": "https://example.org/kinship#"}


@pytest.mark.parametrize("text", CURRICULA)
def test_documented_curriculum_can_be_used(text: str) -> None:
    curriculum, violations = parse_curriculum(text.encode(), "curriculum.yaml", "kinship", PREFIXES)
    assert violations == ()
    assert curriculum is not None


def test_the_document_shows_a_short_and_a_full_curriculum() -> None:
    short, full = (parse_curriculum(text.encode(), "c", "kinship", PREFIXES)[0] for text in CURRICULA[:2])
    assert short is not None and full is not None
    assert short.name == "kinship" and [name for name, _ in short.splits.shares] == ["train", "validation", "test"]
    assert [(quota.status, quota.items) for quota in short.levels[0].quotas] == [
        ("entailed", 10), ("refuted", 10), ("unknown", 10),
    ]  # fmt: skip
    assert full.list_splits() == (
        "train", "validation", "test", "test-higher", "test-names", "test-perturbed", "test-deeper",
    )  # fmt: skip
    assert full.levels[0].sources == ("sampled", "project")
    assert {"entailment", "select", "options"} <= {quota.task for quota in full.levels[0].quotas} <= set(TASKS)
    assert ("select", NO_STATUS, 40) in {(quota.task, quota.status, quota.items) for quota in full.levels[0].quotas}


def test_every_key_is_described() -> None:
    """A key that is not in a table is refused, so the parser's own answer names them all."""
    for text in ("version: 1\nnonsense: 1\nlevels: [{tasks: {select: 1}}]", "version: 1\nlevels: [{nonsense: 1}]"):
        _, violations = parse_curriculum(text.encode(), "c", "kinship", PREFIXES)
        fix = next(violation.fix for violation in violations if "nonsense" in violation.message)
        keys = fix.removeprefix("Keys are ").removesuffix(".").split(", ")
        assert [key for key in keys if not re.search(rf"^\| [^|]*`{key}`", TEXT, re.MULTILINE)] == []


@pytest.mark.parametrize(("task", "text"), TEMPLATES)
def test_documented_template_can_be_used(task: str, text: str) -> None:
    template = parse_template(text, "en-1.j2", task, "en", "1", "")
    assert isinstance(template, Template)
    (asked,) = get_family(task).slots
    for more in ((), ("rules_list",), ("rules_list", "closed")):
        assert set(template.cut(("facts_list", asked, *more), "true, false").slots) == {"facts_list", asked, *more}


def test_presets_and_axes_are_described() -> None:
    for name in (*PRESETS, *AXES, *MEASURES, *PERTURBATIONS):
        assert f"`{name}`" in TEXT
    for axis in AXES:
        text = f"version: 1\nheld_out: [{{axis: {axis}, nonsense: 1}}]\nlevels: [{{tasks: {{select: 1}}}}]"
        _, violations = parse_curriculum(text.encode(), "c", "kinship", PREFIXES)
        fix = next(violation.fix for violation in violations if "nonsense" in violation.message)
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{axis}` |"))
        for key in fix.removeprefix("Keys are ").removesuffix(".").split(", "):
            assert key in ("name", "axis") or f"`{key}`" in row
