"""``workbench curriculum preview`` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench.cli import main


def call(*words: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert "Traceback" not in result.output
    return result


@pytest.fixture(scope="module")
def planets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project") / "planets"
    assert call("init", folder).exit_code == 0
    return folder


def test_samples_are_shown_and_nothing_is_written(planets: Path) -> None:
    before = sorted(planets.rglob("*"))
    result = call("curriculum", "preview", planets, "--level", 1, "--task", "entailment")
    assert result.exit_code == 0
    assert "answer: " in result.output and "difficulty: alternatives" in result.output
    assert "template: curricula/planets/templates/entailment/" in result.output
    assert sorted(planets.rglob("*")) == before


def test_json_has_one_entry_per_domain(planets: Path) -> None:
    result = call("curriculum", "preview", planets, "--level", 1, "--task", "select", "--seed", 5, "--json")
    assert result.exit_code == 0
    (domain,) = json.loads(result.stdout)
    (sample,) = domain["samples"]
    assert sample["task"] == "select" and sample["question"] and sample["answer"] and sample["proof"]
    assert domain["missing"] == [] and domain["domain"] == "planets"


def test_wrong_usage_is_one_line(planets: Path) -> None:
    result = call("curriculum", "preview", planets, "--task", "guess")
    assert result.exit_code == 2 and result.stderr.count("\n") == 1 and "there are:" in result.stderr
    assert call("curriculum", "preview", planets / "nowhere").exit_code in (2, 3)
