"""Rules that compute values in a circle: each that never stops is told with its circle, each that stops is accepted."""

from __future__ import annotations

import pytest
from defect_projects import make_project
from planted import Defect

from workbench.build.knowledge import Knowledge, get_knowledge
from workbench.model.report import Violation

AXIOMS = ":level a owl:DatatypeProperty . :rest a owl:DatatypeProperty . :far a owl:DatatypeProperty .\n"
FACTS = ":mars :level 3 ; :rest 20 ; :far 5 .\n"

CIRCLES: dict[str, tuple[str, str, list[str]]] = {
    "counting": (
        "rule counting\n  level(?x, ?n) ^ ?m = ?n + 1 -> level(?x, ?m)",
        "rule counting\n  level(?x, ?n) ^ ?n < 10 ^ ?m = ?n + 1 -> level(?x, ?m)",
        ["counting"],
    ),
    "doubling": (
        "rule doubling\n  level(?x, ?n) ^ ?n >= 1 ^ ?m = ?n * 2 -> level(?x, ?m)",
        "rule doubling\n  level(?x, ?n) ^ ?n >= 1 ^ ?m = ?n * 2 ^ ?m <= 100 -> level(?x, ?m)",
        ["doubling"],
    ),
    "halving": (
        "rule halving\n  rest(?x, ?n) ^ ?m = ?n / 2 ^ ?m > 0 -> rest(?x, ?m)",
        "rule halving\n  rest(?x, ?n) ^ ?m = ?n / 2 ^ ?m >= 1 -> rest(?x, ?m)",
        ["halving"],
    ),
    "countdown-without-end": (
        "rule countdown\n  rest(?x, ?n) ^ ?m = ?n - 3 ^ ?m < 90 -> rest(?x, ?m)",
        "rule countdown\n  rest(?x, ?n) ^ ?m = ?n - 3 ^ 0 <= ?m -> rest(?x, ?m)",
        ["countdown"],
    ),
    "two-rules": (
        "rule there\n  level(?x, ?n) ^ ?m = ?n * 3 -> far(?x, ?m)\nrule back\n  far(?x, ?n) -> level(?x, ?n)",
        "rule there\n  level(?x, ?n) ^ ?n > 1 ^ ?m = ?n * 3 ^ ?m < 1000 -> far(?x, ?m)\n"
        "rule back\n  far(?x, ?n) -> level(?x, ?n)",
        ["there", "back"],
    ),
    "up-and-down": (
        # Between bounds, but 3^a / 2^b has no end of values there.
        "rule up\n  level(?x, ?n) ^ ?n >= 1 ^ ?m = ?n * 3 ^ ?m <= 300 -> level(?x, ?m)\n"
        "rule down\n  level(?x, ?n) ^ ?n >= 1 ^ ?m = ?n / 2 ^ ?m >= 1 -> level(?x, ?m)",
        "rule up\n  level(?x, ?n) ^ ?n >= 1 ^ ?m = ?n * 3 ^ ?m <= 300 -> level(?x, ?m)\n"
        "rule down\n  level(?x, ?n) ^ ?n >= 1 ^ ?m = ?n / 2 ^ ?m >= 1 -> far(?x, ?m)",
        ["up"],
    ),
}


def find(name: str, *, is_twin: bool) -> tuple[list[Violation], Knowledge]:
    rules = CIRCLES[name][1] if is_twin else CIRCLES[name][0]
    defect = Defect(
        "f", "planets", "rule.unbounded-arithmetic", frozenset(), rules, rules, AXIOMS + FACTS, AXIOMS + FACTS
    )
    project = make_project("planets", [defect])
    knowledge = get_knowledge(project, project.get_domain())
    return [v for v in knowledge.violations if v.code == "rule.unbounded-arithmetic"], knowledge


@pytest.mark.parametrize("name", CIRCLES)
def test_what_never_stops_is_told_with_its_circle(name: str) -> None:
    found, _ = find(name, is_twin=False)
    assert [part.name for part in found[0].parts] == CIRCLES[name][2]
    assert len(found) == (2 if name == "up-and-down" else 1)
    if name not in ("up-and-down",):
        assert found[0].example[-1] == "And so on." and len(found[0].example) > 2


@pytest.mark.parametrize("name", CIRCLES)
def test_what_stops_is_accepted_and_stops(name: str) -> None:
    found, knowledge = find(name, is_twin=True)
    assert found == []
    assert len(list(knowledge.compute_closure().facts())) < 500
