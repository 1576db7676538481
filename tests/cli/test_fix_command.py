"""``check --fix``: the difference is shown, the edit is one that ``undo`` takes back."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench.cli import main


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def planets(tmp_path: Path) -> Path:
    """The example with a waiver that covers nothing and a birth of values that are none."""
    folder = tmp_path / "planets"
    assert run("init", folder, "--example", "planets").exit_code == 0
    with (folder / "workbench.yaml").open("a", encoding="utf-8") as stream:
        stream.write("\nwaivers:\n  - {code: shape.unsafe, reason: later, owner: Ann, expires: 2999-12-31}\n")
    return folder


def test_a_dry_run_shows_the_difference_and_changes_nothing(planets: Path) -> None:
    before = (planets / "workbench.yaml").read_bytes()
    result = run("check", planets, "--fix", "waiver.unused", "--dry-run")
    assert result.exit_code == 0
    assert "-  - {code: shape.unsafe" in result.stdout
    assert "would mend 1 finding of waiver.unused; nothing was changed" in result.stderr
    assert (planets / "workbench.yaml").read_bytes() == before
    assert not (planets / ".workbench").exists()


def test_a_fix_is_carried_out_and_can_be_undone(planets: Path) -> None:
    before = (planets / "workbench.yaml").read_bytes()
    assert "may have a safe fix: waiver.unused (1)" in run("check", planets).stderr
    result = run("check", planets, "--fix", "waiver.unused")
    assert result.exit_code == 0
    assert "mended 1 finding of waiver.unused" in result.stderr
    assert "waivers" not in (planets / "workbench.yaml").read_text(encoding="utf-8")
    assert "Remove waivers that cover nothing" in run("history", planets).stdout
    assert run("check", planets, "--fail-on", "info").exit_code == 0
    assert run("undo", planets).exit_code == 0
    assert (planets / "workbench.yaml").read_bytes() == before


def test_what_cannot_be_mended_is_told_and_is_exit_code_1(planets: Path) -> None:
    with (planets / "ontologies/planets/planets.ttl").open("a", encoding="utf-8") as stream:
        stream.write('\n:mars :diameter "large"^^xsd:integer .\n')
    result = run("check", planets, "--fix", "ontology.ill-typed-literal")
    assert result.exit_code == 1
    assert "left as it is. What was meant cannot be told" in result.stderr
    assert "nothing was changed" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--fix", "nonsense.code"], "have no safe fix"),
        (["--fix", "*"], "have no safe fix"),
        (["--fix", "waiver.expired"], "no finding of the code 'waiver.expired'"),
        (["--dry-run"], "go with '--fix CODE'"),
        (["--only", "x:1"], "go with '--fix CODE'"),
        (["--fix", "waiver.unused", "--format", "json"], "writes no report"),
    ],
)
def test_wrong_usage_is_exit_code_2(planets: Path, words: list[str], said: str) -> None:
    result = run("check", planets, *words)
    assert result.exit_code == 2
    assert said in result.stderr
