"""Files that are not what they should be, garbage and fifty megabytes: told with their place, or a clean end."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench.cli import main
from workbench.project import Project

Make = Callable[[dict[str, str]], Project]
Files = dict[str, str]

GARBAGE = {
    "every byte": bytes(range(256)) * 40,
    "random bytes": random.Random(4).randbytes(10_000),
    "an image": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + random.Random(5).randbytes(5_000),
    "nothing but zeros": bytes(5_000),
}
TTL, RULES = "ontologies/family/family.ttl", "ontologies/family/family.rules"
CODES = {
    TTL: "turtle.syntax",
    "ontologies/family/more.owl": "turtle.syntax",
    RULES: "rule.syntax",
    "validators/family/shapes.ttl": "turtle.syntax",
    "validators/family/constraints.rules": "rule.syntax",
    "curricula/family/curriculum.yaml": "yaml.syntax",
    "curricula/family/templates/entailment/en-1.j2": "template.syntax",
}


def call(*words: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert "Traceback" not in result.output
    return result


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
@pytest.mark.parametrize("path", CODES)
def test_garbage_is_a_violation_at_its_place(make: Make, files: Files, path: str, garbage: bytes) -> None:
    root = make(files).root
    assert root is not None
    (root / path).write_bytes(garbage)
    result = call("check", root, "--format", "json")
    assert (result.exit_code, result.stderr) == (1, "")
    found = [entry for entry in json.loads(result.stdout)["violations"] if entry["code"] == CODES[path]]
    assert found
    for entry in found:
        assert entry["severity"] == "error"
        assert entry["location"]["path"] == path
        assert 1 <= entry["location"]["line"] <= len(re.split(rb"\r\n|\r|\n", garbage))
        assert entry["fingerprint"]


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_a_configuration_of_garbage_is_one_sentence(make: Make, files: Files, garbage: bytes) -> None:
    root = make(files).root
    assert root is not None
    (root / "workbench.yaml").write_bytes(garbage)
    result = call("check", root)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("workbench: workbench.yaml:")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (RULES, 3),
        ("validators/family/constraints.rules", 3),
        ("curricula/family/curriculum.yaml", 3),
        ("curricula/family/templates/entailment/en-1.j2", 3),
        ("workbench.yaml", 2),
    ],
)
def test_a_file_of_fifty_megabytes_stops_with_the_limit_that_it_breaks(
    make: Make, files: Files, path: str, code: int
) -> None:
    root = make(files).root
    assert root is not None
    with (root / path).open("wb") as stream:
        stream.truncate(50_000_000)
    result = call("check", root, "--report", f"sarif={root / 'check.sarif'}")
    assert (result.exit_code, result.stdout) == (code, "")
    assert f"workbench: {path} has 50,000,000 bytes; at most " in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (root / "check.sarif").exists(), "what could not run leaves no report that could be taken for one"


def test_fifty_megabytes_of_nothing_in_an_ontology_are_a_violation(make: Make, files: Files) -> None:
    root = make(files).root
    assert root is not None
    with (root / TTL).open("wb") as stream:
        stream.truncate(50_000_000)
    result = call("check", root, "--format", "json")
    assert result.exit_code == 1
    (entry,) = (e for e in json.loads(result.stdout)["violations"] if e["code"] == "turtle.syntax")
    assert entry["location"] == {"path": TTL, "line": 1, "column": 1}


def test_a_link_out_of_the_project_is_told(make: Make, files: Files, tmp_path: Path) -> None:
    root = make(files).root
    assert root is not None
    (tmp_path / "outside.ttl").write_text("@prefix : <urn:x#> . :a :b :c .\n", encoding="utf-8")
    (root / "ontologies/family/link.ttl").symlink_to(tmp_path / "outside.ttl")
    result = call("check", root, "--format", "json", "--fail-on", "warning")
    assert result.exit_code == 1
    (entry,) = json.loads(result.stdout)["violations"]
    assert entry["location"]["path"] == "ontologies/family/link.ttl"


def test_one_text_beyond_what_is_read_at_once_is_a_limit(make: Make, files: Files) -> None:
    root = make(files).root
    assert root is not None
    with (root / TTL).open("a", encoding="utf-8") as stream:
        stream.write(f':ann rdfs:comment "{"x" * 17_000_000}" .\n')
    result = call("check", root)
    assert (result.exit_code, result.stdout) == (3, "")
    assert f"{TTL} holds a single text or name of more than 16 MB" in result.stderr


def test_a_name_that_is_no_text_is_told(make: Make, files: Files) -> None:
    root = make(files).root
    assert root is not None
    Path(os.fsdecode(os.fsencode(root / "ontologies/family") + b"/bad\xff.ttl")).write_text("", encoding="utf-8")
    for form in ("text", "json", "sarif", "html"):
        result = call("check", root, "--format", form)
        assert result.exit_code == 1, result.stderr
        assert "its name is not UTF-8 text" in result.stdout
