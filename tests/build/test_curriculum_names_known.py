"""Rules, classes, properties and templates that a curriculum names are those of its domain."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workbench.build import check
from workbench.model.report import Violation
from workbench.project import Project

Make = Callable[[dict[str, str]], Project]
Files = dict[str, str]
PATH = "curricula/family/curriculum.yaml"


def find(make: Make, files: Files, held_out: str) -> list[Violation]:
    files[PATH] += f"held_out:\n  - {held_out}\n"
    return [v for v in check(make(files)).report.violations if v.location is not None and v.location.path == PATH]


@pytest.mark.parametrize(
    ("held_out", "code", "part", "fix"),
    [
        ("{name: x, axis: compositions, pairs: [[uncle, hier]]}", "unknown-name", '"hier"', "mean heir"),
        ("{name: x, axis: properties, properties: ['f:hasOncle']}", "unknown-name", '"hasOncle"', "mean hasUncle"),
        ("{name: x, axis: templates, variants: [en-9]}", "unknown-name", '"en-9"', "entailment/en-1"),
        ("{name: x, axis: templates, variants: [en-1]}", "held-out", "all templates of the task entailment", "fewer"),
    ],
)
def test_names_that_the_domain_does_not_have(
    make: Make, files: Files, held_out: str, code: str, part: str, fix: str
) -> None:
    (violation,) = find(make, files, held_out)
    assert violation.code == f"curriculum.{code}" and violation.severity == "error"
    assert part in violation.message and fix in violation.fix
    assert violation.location is not None and violation.location.line == 9
    assert violation.domain == "family"


def test_names_that_it_has(make: Make, files: Files) -> None:
    files["curricula/family/templates/entailment/en-2.j2"] = files["curricula/family/templates/entailment/en-1.j2"]
    held = "{name: x, axis: templates, variants: [en-2]}\n  - {name: y, axis: compositions, pairs: [[uncle, heir]]}"
    assert find(make, files, held) == []


def test_all_that_rules_conclude(make: Make, files: Files) -> None:
    every = ", ".join(f"'f:{name}'" for name in ("hasUncle", "hasHeir", "hasChild", "hasParent"))
    (violation,) = find(make, files, f"{{name: x, axis: properties, properties: [{every}]}}")
    assert violation.code == "curriculum.held-out" and "all that rules conclude" in violation.message


def test_weights_of_rules_that_there_are_not(make: Make, files: Files) -> None:
    files[PATH] = files[PATH].replace("    hops: 1\n", "    hops: 1\n    world:\n      rules: {unkle: 2, heir: 1}\n")
    found = [v for v in check(make(files)).report.violations if v.code == "curriculum.unknown-name"]
    assert [(v.focus, v.fix) for v in found] == [("unkle", "Did you mean uncle?")]
    assert found[0].location is not None and found[0].location.line == 7
