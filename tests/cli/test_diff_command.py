"""``workbench diff`` as it is typed: files, folders, revisions; what it writes, where, and its exit code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench.cli import main

RULES = "ontologies/planets/planets.rules"


def call(*words: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def git(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "A. Expert")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "expert@example.org")

    def run(folder: Path, *words: str) -> None:
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)

    return run


@pytest.fixture
def planets(tmp_path: Path, git: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example project in a folder of a repository, with three revisions; the current folder is the project."""
    repository = tmp_path / "repository"
    folder = repository / "knowledge" / "planets"
    assert call("init", folder).exit_code == 0
    git(repository, "init", "-q", "-b", "main")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "one")
    git(repository, "tag", "v1")
    git(repository, "update-ref", "refs/tags/-odd", "HEAD")
    change(folder, "orbits(?x, ?y) -> belongsTo(?x, ?y)", "orbits(?x, ?y) ^ Star(?y) -> belongsTo(?x, ?y)")
    git(repository, "commit", "-q", "-am", "two")
    monkeypatch.chdir(folder)
    return folder


def change(folder: Path, old: str, new: str, path: str = RULES) -> None:
    text = (folder / path).read_text(encoding="utf-8")
    assert old in text
    (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_revision_and_the_folder(planets: Path) -> None:
    assert "Nothing changes." in call("diff", "HEAD").stdout
    result = call("diff", "HEAD~1", "--no-check")
    assert result.exit_code == 0
    assert "rule orbit-belongs" in result.stdout and "belongs to the system of" in result.stdout
    assert call("diff", "v1", "HEAD", "--no-check").stdout.splitlines()[1:] == result.stdout.splitlines()[1:]


@pytest.mark.parametrize(
    "words",
    [("v1",), ("--", "-odd"), ("v1", "."), ("v1", "HEAD"), ("v1:knowledge/planets", "HEAD:knowledge/planets"),
     ("v1:./", "main:."), ("v1", "workbench.yaml")],
)  # fmt: skip
def test_every_way_to_name_a_side(planets: Path, words: tuple[str, ...]) -> None:
    result = call("diff", "--no-check", "--format", "json", *words)
    assert result.exit_code == 0, result.stderr
    (domain,) = json.loads(result.stdout)["domains"]
    changed = [(c["kind"], c["action"], c["name"]) for c in domain["changes"]]
    assert ("rule", "changed", "orbit-belongs") in changed


def test_a_single_file_and_what_it_was(planets: Path) -> None:
    for words in (("v1", RULES), (f"v1:knowledge/planets/{RULES}", RULES), (f"v1:./{RULES}", f"HEAD:./{RULES}")):
        result = call("diff", "--no-check", "--format", "json", *words)
        assert result.exit_code == 0, result.stderr
        (domain,) = json.loads(result.stdout)["domains"]
        assert [(c["kind"], c["action"]) for c in domain["changes"]] == [("rule", "changed")]


def test_a_rule_that_says_something_else_is_not_called_gone(planets: Path) -> None:
    change(planets, "  Moon(?m) ^ orbits(?m, ?p) ^", "  Planet(?m) ^ orbits(?m, ?p) ^")
    told = call("diff", "HEAD", "--no-check").stdout
    assert "because the rule moon-of-planet says something else" in told
    assert "moon-of-planet is gone" not in told


def test_a_rules_file_by_itself_has_no_errors_for_what_other_files_declare(planets: Path) -> None:
    change(planets, "-> MoonlessPlanet(?p)", "-> Lonely(?p)")
    told = call("diff", "HEAD", RULES).stdout
    assert "~ rule moonless" in told
    assert "does not declare" not in told and "has 2" not in told


def test_a_folder_that_was_not_there_is_all_new(planets: Path) -> None:
    new = planets.parent / "second"
    shutil.copytree(planets, new)
    told = call("diff", "--no-check", "v1", new).stdout
    assert "There is nothing at this place, so nothing can be seen to be lost." in told
    assert "Nothing is lost or broken" not in told
    result = call("diff", "--no-check", "--format", "json", "v1", new)
    assert result.exit_code == 0, result.stderr
    (domain,) = json.loads(result.stdout)["domains"]
    assert domain["presence"] == "added" and domain["lost"] == [] and domain["gained"]


def test_a_revision_before_there_was_a_project(planets: Path, git: Callable[..., None]) -> None:
    (planets / "workbench.yaml").rename(planets / "kept")
    git(planets, "add", "-A")
    git(planets, "commit", "-q", "-m", "without settings")
    (planets / "kept").rename(planets / "workbench.yaml")
    result = call("diff", "HEAD", "--no-check")
    assert result.exit_code == 0 and "It has no workbench.yaml" in result.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nothing",), 2, "nor a file or folder of that name"),
        (("x" * 5000,), 2, "There is no revision"),
        (("HEAD~99",), 2, "no revision 'HEAD~99'"),
        (("HEAD:nothing", "."), 2, "has no 'nothing'"),
        (("HEAD", "--domain", "cats"), 2, "Neither side has a domain 'cats'"),
        (("HEAD", "--format", "xml"), 2, "is not one of"),
        (("HEAD", "--fail-on", "sometimes"), 2, "is not one of"),
        (("HEAD", "--dataset", "nowhere"), 3, "no dataset folder"),
        ((), 2, "OLD"),
        (("HEAD:knowledge/planets/curricula/planets/curriculum.yaml", "."), 2, "holds no knowledge"),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_line(planets: Path, words: tuple[str, ...], code: int, said: str) -> None:
    result = call("diff", *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr and result.stderr.startswith("workbench: ")


def test_outside_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("init", tmp_path / "p").exit_code == 0
    monkeypatch.chdir(tmp_path / "p")
    result = call("diff", "HEAD")
    assert result.exit_code == 2 and "in no git repository" in result.stderr


def test_without_git(planets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    result = call("diff", "HEAD")
    assert result.exit_code == 3 and "git, which is not installed" in result.stderr


def test_a_comment_goes_to_a_file_and_the_exit_code_tells(planets: Path, tmp_path: Path) -> None:
    out = tmp_path / "comment.md"
    result = call("diff", "v1", "--format", "markdown", "--output", out, "--fail-on", "breaking")
    assert (result.exit_code, result.stdout) == (1, "")
    text = out.read_text(encoding="utf-8")
    assert text.startswith("## What this change does") and "**Breaking:**" in text and len(text) < 60_000
    assert call("diff", "HEAD", "--fail-on", "any").exit_code == 0
    assert call("diff", "v1", "--fail-on", "never", "--no-check").exit_code == 0


def test_a_new_error_is_told_and_breaks(planets: Path) -> None:
    change(planets, "Planet(?p) ^ not hasMoon(?p, ?m)", "Planet(?p) ^ not hasMon(?p, ?m)")
    result = call("diff", "HEAD", "--fail-on", "breaking")
    assert result.exit_code == 1
    assert "hasMon" in result.stdout and "Nothing is concluded from knowledge with errors" in result.stdout


def test_check_takes_a_dataset(planets: Path, tmp_path: Path) -> None:
    result = call("check", "--dataset", tmp_path)
    assert result.exit_code == 3 and "no dataset folder" in result.stderr
    assert call("check", "--dataset", tmp_path, "--fix", "waiver.expired").exit_code == 2
