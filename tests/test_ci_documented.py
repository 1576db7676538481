"""docs/ci.md is tried: its workflow, its job and its hooks run on a sample repository with a planted mistake."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
import yaml

TTL = "ontologies/planets/planets.ttl"
SENTENCE = "A moon is smaller than the planet it orbits"
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def blocks(repo_root: Path) -> dict[str, Any]:
    """The YAML of the document, by the file that it is for."""
    text = (repo_root / "docs" / "ci.md").read_text(encoding="utf-8")
    found = re.findall(r"`(\.[\w./-]+\.ya?ml)`:\n\n```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return {name: (text, yaml.load(text, yaml.BaseLoader)) for name, text in found}  # noqa: S506 - makes texts only


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=A. Expert", "-c", "user.email=expert@example.org", "-C", str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


class Sample(NamedTuple):
    """A repository with a project in it; ``line`` is where the mistake is, 0 without one."""

    folder: Path
    tools: Path
    line: int

    def run(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a step as the services do: in a shell that stops at the first failure."""
        environment = {
            "PATH": f"{self.tools}{os.pathsep}{BIN}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.tools),
            "PRE_COMMIT_HOME": str(self.tools / "pre-commit"),
            "TOOL_CALLS": str(self.tools / "calls"),
            "LANG": "C.UTF-8",
            **variables,
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)


def make_sample(root: Path, with_mistake: bool) -> Sample:
    """Make a repository as one that a service has checked out: the mistake is on a branch off main."""
    folder, tools = root / "sample", root / "tools"
    tools.mkdir()
    for name in ("pip", "gh"):  # what would reach for the network: they note how they were called
        tool = tools / name
        tool.write_text(f'#!/bin/sh\necho "{name} $*" >> "$TOOL_CALLS"\n', encoding="utf-8")
        tool.chmod(0o755)
    subprocess.run([BIN / "workbench", "init", folder], check=True, capture_output=True)
    git(root, "init", "-q", "-b", "main", str(folder))
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Planets")
    git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(folder, "switch", "-q", "-c", "change")
    text = (folder / TTL).read_text(encoding="utf-8")
    line = 0
    if with_mistake:
        wrong = text.replace(":diameter 22 ;", ":diameter 22000 ;")
        assert wrong != text
        (folder / TTL).write_text(wrong, encoding="utf-8")
        git(folder, "commit", "-q", "-a", "-m", "A larger Phobos")
        # The smallest contradicting set is placed at its first statement: Mars is a planet.
        line = 1 + next(n for n, content in enumerate(wrong.splitlines()) if content.startswith(":mars")) + 1
    return Sample(folder, tools, line)


@pytest.fixture(params=[True, False], ids=["mistake", "sound"])
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Sample:
    return make_sample(tmp_path, request.param)


def test_the_document_has_one_of_each(blocks: dict[str, Any]) -> None:
    assert list(blocks) == [".github/workflows/knowledge.yml", ".gitlab-ci.yml", ".pre-commit-config.yaml"]


@pytest.mark.parametrize(
    ("name", "schema"), [(".github/workflows/knowledge.yml", "github-workflows"), (".gitlab-ci.yml", "gitlab-ci")]
)
def test_the_files_follow_the_schemas_of_their_services(blocks: dict[str, Any], name: str, schema: str) -> None:
    place = files("check_jsonschema.builtin_schemas.vendor") / f"{schema}.json"
    judge = json.loads(place.read_text(encoding="utf-8"))
    content = yaml.safe_load(blocks[name][0].replace("\non:", '\n"on":'))
    jsonschema.validators.validator_for(judge)(judge).validate(content)


# ---- GitHub


def decide(condition: str, sample: Sample, has_failed: bool, event: str, is_ours: bool) -> bool:
    """Evaluate the conditions that the document uses, as GitHub does."""
    parts = [part.strip() for part in condition.split("&&")] if condition else []
    if "always()" not in parts and has_failed:
        return False
    for part in parts:
        if part == "always()":
            continue
        if found := re.fullmatch(r"hashFiles\('([\w.]+)'\) != ''", part):
            truth = (sample.folder / found[1]).exists()
        elif found := re.fullmatch(r"github\.event_name == '(\w+)'", part):
            truth = event == found[1]
        else:
            assert part == "env.IS_OURS == 'true'"
            truth = is_ours
        if not truth:
            return False
    return True


@pytest.mark.slow
def test_the_workflow_of_github(sample: Sample, blocks: dict[str, Any]) -> None:
    (job,) = blocks[".github/workflows/knowledge.yml"][1]["jobs"].values()
    summary = sample.tools / "summary.md"
    variables = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_BASE_REF": "main", "NUMBER": "7", "GH_TOKEN": "-"}
    has_failed, outputs, used = False, {}, []
    for step in job["steps"]:
        if not decide(step.get("if", ""), sample, has_failed, "pull_request", True):
            continue
        if "uses" in step:
            used.append(step["uses"].split("@")[0])
            continue
        assert "${{" not in step["run"], "text of an event in a script is a way in"
        done = sample.run(step["run"], **variables)
        outputs[step["name"]] = done
        has_failed |= done.returncode != 0
        assert done.returncode == (1 if step["name"] == "Check" and sample.line else 0), done.stdout + done.stderr
    assert has_failed == bool(sample.line)
    assert used == [
        "actions/checkout",
        "actions/setup-python",
        "actions/upload-artifact",
        "github/codeql-action/upload-sarif",
    ]
    calls = (sample.tools / "calls").read_text(encoding="utf-8").splitlines()
    assert calls == [
        "pip install knowledge-workbench",
        "gh pr comment 7 --edit-last --create-if-none --body-file change.md",
    ]
    annotations = [line for line in outputs["Check"].stdout.splitlines() if line.startswith("::error ")]
    (run,) = json.loads((sample.folder / "check.sarif").read_text(encoding="utf-8"))["runs"]
    errors = [result for result in run["results"] if result["level"] == "error"]
    page = (sample.folder / "check.html").read_text(encoding="utf-8")
    comment = (sample.folder / "change.md").read_text(encoding="utf-8")
    if sample.line:
        (annotation,), (result,) = annotations, errors
        assert annotation.startswith(f"::error file={TTL},line={sample.line},")
        assert SENTENCE in annotation
        place = result["locations"][0]["physicalLocation"]
        assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == (TTL, sample.line)
        assert run["invocations"][0]["exitCode"] == 1
        assert SENTENCE in summary.read_text(encoding="utf-8")
        assert f"{TTL}:{sample.line}:" in page
        assert "22000" in comment
    else:
        assert (annotations, errors) == ([], [])
        assert "No violations" in page


def test_a_fork_neither_uploads_nor_comments(tmp_path: Path, blocks: dict[str, Any]) -> None:
    sample = make_sample(tmp_path, False)
    for name in ("check.sarif", "check.md", "check.html"):
        (sample.folder / name).touch()
    (job,) = blocks[".github/workflows/knowledge.yml"][1]["jobs"].values()
    conditional = {step["name"]: step["if"] for step in job["steps"] if "if" in step}
    left = [
        name for name, condition in conditional.items() if not decide(condition, sample, True, "pull_request", False)
    ]
    assert left == ["Upload the alerts", "Say what the change does"]


# ---- GitLab


@pytest.mark.slow
def test_the_job_of_gitlab(sample: Sample, blocks: dict[str, Any]) -> None:
    job = blocks[".gitlab-ci.yml"][1]["knowledge"]
    done = sample.run("\n".join(job["script"]))
    assert done.returncode == (1 if sample.line else 0), done.stdout + done.stderr
    reports = job["artifacts"]["reports"]
    quality = json.loads((sample.folder / reports["codequality"]).read_text(encoding="utf-8"))
    suites = ET.parse(sample.folder / reports["junit"]).getroot()  # noqa: S314 - written by the check
    assert all((sample.folder / path).exists() for path in job["artifacts"]["paths"])
    if sample.line:
        (entry,) = (entry for entry in quality if entry["severity"] == "critical")
        assert entry["location"] == {"path": TTL, "lines": {"begin": sample.line}}
        assert suites.attrib["failures"] == "1"
        assert f"{TTL}:{sample.line}:" in done.stdout
    else:
        assert suites.attrib["failures"] == "0"


# ---- pre-commit


def commit(sample: Sample, config: str) -> subprocess.CompletedProcess[str]:
    """Set up the hooks as a person does, and commit another change of the ontology."""
    (sample.folder / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    text = (sample.folder / TTL).read_text(encoding="utf-8")
    (sample.folder / TTL).write_text(text.replace(":venus\n", "# The second\n:venus\n"), encoding="utf-8")
    return sample.run(
        "pre-commit install && git add -A && git -c user.name=A -c user.email=a@example.org commit -m 'A remark'"
    )


@pytest.mark.slow
def test_the_hook_of_the_document(sample: Sample, blocks: dict[str, Any]) -> None:
    done = commit(sample, blocks[".pre-commit-config.yaml"][0])
    told = done.stdout + done.stderr
    assert done.returncode == (1 if sample.line else 0), told
    if sample.line:
        assert f"{TTL}:{sample.line}:" in told
        assert SENTENCE in told
        assert git(sample.folder, "log", "-1", "--format=%s") == "A larger Phobos"
    else:
        assert git(sample.folder, "log", "-1", "--format=%s") == "A remark"


@pytest.mark.slow
def test_the_hooks_of_this_repository(repo_root: Path, tmp_path: Path) -> None:
    """From a repository with its manifest, as `repo:` and `rev:` name it; nothing is downloaded."""
    sample = make_sample(tmp_path, True)
    offered = tmp_path / "offered"
    offered.mkdir()
    manifest = repo_root / ".pre-commit-hooks.yaml"
    (offered / manifest.name).write_bytes(manifest.read_bytes())
    git(tmp_path, "init", "-q", str(offered))
    git(offered, "add", "-A")
    git(offered, "commit", "-q", "-m", "Hooks")
    document = (repo_root / "docs" / "ci.md").read_text(encoding="utf-8")
    hooks = re.findall(r"^```yaml\n(hooks:\n.*?)^```", document, re.MULTILINE | re.DOTALL)
    entry = {"repo": str(offered), "rev": git(offered, "rev-parse", "HEAD"), **yaml.safe_load(hooks[0])}
    done = commit(sample, yaml.safe_dump({"repos": [entry]}))
    told = done.stdout + done.stderr
    assert re.search(r"workbench check\.+Failed", told), told
    assert re.search(r"workbench fmt --check\.+Passed", told), told
    assert f"{TTL}:{sample.line}:" in told


def test_the_manifest_of_hooks_is_one(repo_root: Path) -> None:
    manifest = repo_root / ".pre-commit-hooks.yaml"
    subprocess.run([BIN / "pre-commit", "validate-manifest", manifest], check=True, capture_output=True)
    hooks = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    assert {hook["entry"].split()[0] for hook in hooks} == {"workbench"}
    pattern = re.compile(hooks[0]["files"])
    for path in (TTL, "knowledge/validators/a/s.ttl", "workbench.yaml", "knowledge/workbench.yaml"):
        assert pattern.search(path), path
    for path in ("README.md", "src/main.py", "my-ontologies.txt", "workbench.yaml.bak"):
        assert not pattern.search(path), path
